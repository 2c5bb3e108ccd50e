"""One VEVENT as an Invite (RFC 5545, 3.6.1)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from kith.domain.calendar import Attendee, Invite
from kith.mail.headers import LONGEST_ID
from kith.mail.mime import Unparsable
from kith.mail.rules import tidy_rule
from kith.mail.words import cut_bytes, line
from kith.mail.zones import plain_name, zone_of

if TYPE_CHECKING:
    from icalendar import Component  # 65 ms that only messages with a calendar need to pay

_MOST_DATES: Final = 500
_MOST_ATTENDEES: Final = 200  # a crowd by any measure; whoever stands behind them is not kept
_LONGEST_IN_A_SERIES: Final = 31
"""Days. What takes longer and comes again is no series of meetings, and many of it would be going on at once."""
_MOST_SEQUENCE: Final = 2**31 - 1
_YEARS: Final = range(1980, 2200)  # as for a message's date
_TIMES: Final = ("DT", "RECURRENCE-ID", "RDATE", "EXDATE")
_ZONE = re.compile(r';TZID=("[^"]*"|[^;]*)', re.IGNORECASE)
_NOT_PEOPLE: Final = frozenset({"ROOM", "RESOURCE"})
_STAND_IN: Final = "@imip.me.com"
"""How the addresses end that iCloud gives to whoever sends invitations through it; nobody is known by them."""


def invite_of(rows: Sequence[str], method: str, zones: Mapping[str, list[str]], default: ZoneInfo) -> Invite:
    """The Invite that the lines of one event make; may raise anything.

    zones holds the lines of each VTIMEZONE by its plain name; times without a zone are in default.
    """
    from icalendar import Event

    kept = [_without_zone(row) for row in rows]
    event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *kept, "END:VEVENT", ""]))
    times = _Times(event, zones, default)
    starts_at = times.required("DTSTART")
    ends_at = times.end(starts_at)
    timed = starts_at if isinstance(starts_at, datetime) else None
    is_short = _days(ends_at) - _days(starts_at) <= _LONGEST_IN_A_SERIES
    uid = cut_bytes(line(str(_one(event, "UID") or "")), LONGEST_ID)
    if not uid:
        raise Unparsable("an event without UID")
    return Invite(
        uid=uid,
        method=method,
        sequence=_sequence(event),
        stamp=times.stamp(),
        recurrence_id=times.recurrence_id(),
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=timed is None,
        tzid=getattr(timed.tzinfo, "key", "UTC") if timed else default.key,
        rrule=_rule(event, starts_at) if is_short else "",
        rdates=_one_a_day(times.many("RDATE")) if is_short else (),
        exdates=times.many("EXDATE"),
        organizer=next(_addresses(event, "ORGANIZER"), Attendee("")).address,
        attendees=tuple(islice(_addresses(event, "ATTENDEE"), _MOST_ATTENDEES)),
        status=line(str(_one(event, "STATUS") or "")).upper()[:40],
        summary=line(str(_one(event, "SUMMARY") or ""))[:300],
        and_future=times.and_future(),
    )


def _without_zone(row: str) -> str:
    """A line of a time whose TZID the library leaves alone: it keeps each VTIMEZONE it ever saw, from whomever.

    Exchange writes TZID=tzone://Microsoft/Utc without the quotes its colon needs, so the value is what
    follows the last colon.
    """
    params, colon, value = row.rpartition(":")
    found = _ZONE.search(params) if row.upper().startswith(_TIMES) else None
    if not found:
        return row
    return f'{params[: found.start()]};X-TZID="{plain_name(found[1])}"{params[found.end() :]}{colon}{value}'


class _Times:
    """The times of one event, each in the zone it means."""

    def __init__(self, event: "Component", zones: Mapping[str, list[str]], default: ZoneInfo) -> None:
        self.event, self.zones, self.default = event, zones, default

    def required(self, name: str) -> datetime | date:
        found = self._one(name)
        if found is None:
            raise Unparsable(f"an event without {name}")
        return found

    def end(self, starts_at: datetime | date) -> datetime | date:
        """DTEND, or DTSTART and DURATION, or what RFC 5545, 3.6.1 says of an event with neither."""
        ends_at, duration = self._one("DTEND"), getattr(_one(self.event, "DURATION"), "dt", None)
        if isinstance(starts_at, datetime):
            if isinstance(ends_at, datetime):
                return max(ends_at.astimezone(starts_at.tzinfo), starts_at)
            length = duration if isinstance(duration, timedelta) else timedelta(0)
            return max(starts_at + length, starts_at)
        if isinstance(ends_at, date) and not isinstance(ends_at, datetime):
            return max(ends_at, starts_at + timedelta(days=1))
        return starts_at + timedelta(days=max(1, duration.days if isinstance(duration, timedelta) else 1))

    def stamp(self) -> datetime | None:
        """DTSTAMP in UTC."""
        found = self._one("DTSTAMP")
        return found.astimezone(UTC) if isinstance(found, datetime) else None

    def recurrence_id(self) -> str:
        found = self._one("RECURRENCE-ID")
        return _iso(found) if found else ""

    def and_future(self) -> bool:
        """Whether all meetings after that one are meant, too (RFC 5545, 3.2.13)."""
        params = getattr(_one(self.event, "RECURRENCE-ID"), "params", {})
        return str(params.get("RANGE", "")).upper() == "THISANDFUTURE" and bool(self.recurrence_id())

    def many(self, name: str) -> tuple[str, ...]:
        """The dates of all fields of a name, sorted; of a period, when it begins."""
        from icalendar import vDDDLists

        lists = [value for value in _all(self.event, name) if isinstance(value, vDDDLists)]
        found = [self._placed(one.dt, each.params) for each in lists for one in each.dts[:_MOST_DATES]]
        return tuple(sorted({_iso(at) for at in found if at}))[:_MOST_DATES]

    def _one(self, name: str) -> datetime | date | None:
        """The first value of a name; None where there is none or it cannot be read."""
        from icalendar import vDDDTypes

        value = _one(self.event, name)
        return self._placed(value.dt, value.params) if isinstance(value, vDDDTypes) else None

    def _placed(self, at: Any, params: Mapping[str, Any]) -> datetime | date | None:
        """A date as it is, a time in its zone; None for anything else or a year that makes no sense."""
        at = at[0] if isinstance(at, tuple) else at
        if not isinstance(at, date) or at.year not in _YEARS:
            return None
        if not isinstance(at, datetime) or at.tzinfo:
            return at.astimezone(ZoneInfo("UTC")) if isinstance(at, datetime) else at
        tzid = params.get("X-TZID")
        name = plain_name(str(tzid)) if tzid else ""
        return at.replace(tzinfo=zone_of(name, self.zones.get(name, ()), self.default) if tzid else self.default)


def _iso(at: datetime | date) -> str:
    return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at.isoformat()


def _all(event: "Component", name: str) -> list[Any]:
    value = event.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _one(event: "Component", name: str) -> Any:
    return next(iter(_all(event, name)), None)


def _sequence(event: "Component") -> int:
    value = _one(event, "SEQUENCE")
    return min(max(int(value), 0), _MOST_SEQUENCE) if isinstance(value, int) else 0


def _days(at: datetime | date) -> int:
    return at.toordinal()


def _one_a_day(dates: tuple[str, ...]) -> tuple[str, ...]:
    """The first of each day, as no rule that is followed gives more."""
    return tuple({at[: len("2026-01-05")]: at for at in reversed(dates)}.values())[::-1]


def _rule(event: "Component", starts_at: datetime | date) -> str:
    from icalendar import vRecur

    value = _one(event, "RRULE")
    if not isinstance(value, vRecur):
        return ""
    text: bytes = value.to_ical()  # type: ignore[no-untyped-call] # the library has no types there
    return tidy_rule(text.decode("utf-8"), starts_at)


def _addresses(event: "Component", name: str) -> Iterator[Attendee]:
    """The people of a name, rooms and things left out."""
    for value in _all(event, name):
        params = getattr(value, "params", {})
        if str(params.get("CUTYPE", "")).upper() in _NOT_PEOPLE:
            continue
        address = _address(line(str(value)), line(str(params.get("EMAIL", ""))))
        if "@" in address and " " not in address and len(address) <= 320:  # RFC 5321, 4.5.3.1
            yield Attendee(address, line(str(params.get("PARTSTAT", ""))).upper()[:40] or "NEEDS-ACTION")


def _address(value: str, email: str) -> str:
    """Who is meant: the mail address, and EMAIL (RFC 7986, 6.2) where the value is none or stands for another."""
    scheme, _, address = value.partition(":")
    if scheme.casefold() != "mailto" or (email and address.casefold().endswith(_STAND_IN)):
        return email
    return address
