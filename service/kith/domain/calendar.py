"""Meetings as invitations tell of them: what was asked, answered and cancelled, and what was held in the end."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

CANCELLED: Final = "CANCELLED"
ABSENT: Final = frozenset({"DECLINED", "DELEGATED"})
COMING: Final = frozenset({"ACCEPTED", "TENTATIVE"})
_UNTIL = re.compile(r"\bUNTIL=([0-9]{8})")


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is asked to come. partstat is upper case: NEEDS-ACTION, ACCEPTED, DECLINED, … (RFC 5545, 3.2.12)."""

    address: str
    partstat: str = "NEEDS-ACTION"


@dataclass(frozen=True, slots=True)
class Invite:
    """One calendar object as one mail carried it (RFC 5545, RFC 5546), without its description and place.

    starts_at and ends_at are aware datetimes in the zone tzid, so that a series keeps its hour across
    DST; of an all-day event they are dates, the end not included. recurrence_id names one meeting of
    a series by its original start and is "" for the series or a single meeting; and_future says that all
    after that one are meant, too (RANGE=THISANDFUTURE). It, rdates and exdates are ISO instants in UTC, or
    ISO dates. rrule is as in RFC 5545, "" for none. veil says whose veils stand in the place of its
    addresses (domain/veil), "" where they are addresses.
    """

    uid: str
    starts_at: datetime | date
    ends_at: datetime | date
    method: str = "REQUEST"
    sequence: int = 0
    stamp: datetime | None = None
    recurrence_id: str = ""
    all_day: bool = False
    tzid: str = "UTC"
    rrule: str = ""
    rdates: tuple[str, ...] = ()
    exdates: tuple[str, ...] = ()
    organizer: str = ""
    attendees: tuple[Attendee, ...] = ()
    status: str = ""
    summary: str = ""
    veil: str = ""
    and_future: bool = False

    @property
    def recurs(self) -> bool:
        """Whether it stands for more than one meeting."""
        return bool(self.rrule or self.rdates)

    @property
    def is_endless(self) -> bool:
        """Whether its rule names neither a number nor a last day (RFC 5545, 3.3.10)."""
        rule = self.rrule.upper()
        return bool(rule) and "COUNT=" not in rule and "UNTIL=" not in rule

    @property
    def length(self) -> timedelta:
        """How long it takes by the clock on the wall."""
        if isinstance(self.starts_at, datetime) and isinstance(self.ends_at, datetime):
            return self.ends_at - self.starts_at
        return timedelta(days=self.ends_at.toordinal() - self.starts_at.toordinal())

    @property
    def last_on(self) -> date | None:
        """The day, in its own zone, after which it cannot take place any more; None where that is not plain."""
        if self.recurs:
            until = _UNTIL.search(self.rrule)
            return None if self.rdates or not until else date.fromisoformat(until[1])
        return self.ends_at.date() if isinstance(self.ends_at, datetime) else self.ends_at

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values."""
        plain = asdict(self)
        for name in ("starts_at", "ends_at", "stamp"):
            value = plain[name]
            plain[name] = value.isoformat() if value else None
        plain["attendees"] = [[attendee.address, attendee.partstat] for attendee in self.attendees]
        return {**plain, "rdates": list(self.rdates), "exdates": list(self.exdates)}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> "Invite":
        """The Invite that to_json was given."""
        zone = ZoneInfo(plain["tzid"])
        fields = {
            **plain,
            "starts_at": moment(plain["starts_at"], zone),
            "ends_at": moment(plain["ends_at"], zone),
            "stamp": datetime.fromisoformat(plain["stamp"]) if plain["stamp"] else None,
            "attendees": tuple(Attendee(address, partstat) for address, partstat in plain["attendees"]),
            "rdates": tuple(plain["rdates"]),
            "exdates": tuple(plain["exdates"]),
        }
        return Invite(**fields)


class Heard(NamedTuple):
    """An Invite, the address that sent it, and when it came in."""

    invite: Invite
    sender: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting. Its times are aware, UTC; those of an all-day one are midnights in the owner's zone."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str = ""
    organizer: str = ""
    attendees: tuple[Attendee, ...] = ()
    cancelled: bool = False
    all_day: bool = False


def moment(text: str, zone: ZoneInfo) -> datetime | date:
    """The date, or the instant in that zone, that an ISO text means. Raises ValueError for anything else."""
    return date.fromisoformat(text) if len(text) == len("2026-01-05") else datetime.fromisoformat(text).astimezone(zone)


def held(
    occurrences: Iterable[Occurrence],
    owner: Collection[str],
    now: datetime,
    key: Callable[[str], str],
    max_recipients: int = 10,
) -> list[Occurrence]:
    """The meetings that are over and that count, as far as mail can tell."""
    return [one for one in occurrences if one.ends_at <= now and counts(one, owner, key, max_recipients)]


def counts(occurrence: Occurrence, owner: Collection[str], key: Callable[[str], str], max_recipients: int = 10) -> bool:
    """Whether a meeting counts once it is over: it is not cancelled, the owner takes part, and it is no crowd.

    owner holds the owner's address keys, key makes one from an address. A crowd is more than max_recipients
    people who are asked to come; the organizer, whom some programs list among them, is not counted, as the
    author of a mail is not.
    """
    if occurrence.cancelled or not _takes_part(occurrence, owner, key):
        return False
    return len({key(a.address) for a in occurrence.attendees} - {key(occurrence.organizer)}) <= max_recipients


def met(occurrence: Occurrence, owner: Collection[str], key: Callable[[str], str]) -> tuple[str, ...]:
    """The addresses of those the owner meets: organizer and attendees who did not decline, each once."""
    said: dict[str, list[str]] = {}
    for attendee in occurrence.attendees:
        said.setdefault(key(attendee.address), []).append(attendee.partstat)
    addresses = (occurrence.organizer, *(a.address for a in occurrence.attendees))
    by_key = {key(address): address for address in reversed(addresses) if address}
    return tuple(a for one, a in reversed(by_key.items()) if one not in owner and _comes(said.get(one, ())))


def _takes_part(occurrence: Occurrence, owner: Collection[str], key: Callable[[str], str]) -> bool:
    """The owner is asked and comes, or called the meeting without asking themself."""
    answers = [a.partstat for a in occurrence.attendees if key(a.address) in owner]
    return _comes(answers) if answers else key(occurrence.organizer) in owner


def _comes(answers: Collection[str]) -> bool:
    """Of somebody who is asked under several addresses one yes is enough, and a no counts more than silence."""
    return not COMING.isdisjoint(answers) or ABSENT.isdisjoint(answers)
