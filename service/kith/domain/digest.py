"""The weekly digest as a value, and the week it belongs to."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import quote

from kith.domain import address as addresses

_ADDRESS_AND_SUBJECT = (254, 200)
"""The longest address there is (RFC 5321, 4.5.3.1.3), and as much of a subject as a link should carry."""


def mail_link(address: str, subject: str = "") -> str:
    """A mailto: link (RFC 6068), percent-encoded; "" where the address cannot be one."""
    longest_address, longest_subject = _ADDRESS_AND_SUBJECT
    if len(address) > longest_address or not addresses.looks_like(address) or not address.isprintable():
        return ""
    local, _, domain = address.strip().rpartition("@")  # with the quotes that it may need (RFC 6068, 2)
    link = "mailto:" + quote(local, safe="!$'*+~") + "@" + quote(domain, safe="")
    words = " ".join(subject[:longest_subject].split())
    return link + "?subject=" + quote(words, safe="", errors="replace") if words else link


@dataclass(frozen=True, slots=True)
class LastSaid:
    """What was said last: a snippet of the latest mail, and whether the owner wrote it."""

    on: date
    by_owner: bool
    subject: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One person to reach out to. why is a sentence; mailto a ready link, "" without an address.

    has_namesake: somebody else in Kith has the same name, so that the number says better who is meant.
    """

    number: int
    person_id: int
    name: str
    last_touched: date | None
    due_on: date
    days_overdue: int
    why: str
    about: str = ""
    said: LastSaid | None = None
    note: str = ""
    note_on: date | None = None
    mailto: str = ""
    has_namesake: bool = False


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft that waits in Drafts."""

    name: str
    occasion: str
    subject: str


class Upcoming:
    """Kinds of things that come up."""

    BIRTHDAY = "birthday"
    FOLLOW_UP = "follow-up"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class ComingUp:
    """A birthday, a follow-up or a meeting of the days ahead. text says what; prepare helps with it.

    at is the time of day where the owner lives, None for what has none. Of a series this is the next one, more says
    how many follow and until which day. is_past: a follow-up whose day is over and that is still open.
    """

    kind: str
    on: date
    name: str
    text: str
    prepare: str = ""
    at: time | None = None
    more: int = 0
    until: date | None = None
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class InTouch:
    """Somebody the owner was in touch with this week. how is in a word or two: "email", "coffee", "call"."""

    name: str
    on: date
    how: str
    has_namesake: bool = False


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody the owner writes with who is not in Kith. namesake is somebody in Kith who is called the same."""

    name: str
    address: str
    messages: int
    namesake: str = ""


@dataclass(frozen=True, slots=True)
class CircleBar:
    """How many of a circle were in touch within their cadence."""

    name: str
    in_touch: int
    total: int


@dataclass(frozen=True, slots=True)
class Health:
    """What Kith did since the last digest. problems are sentences; none means all is well."""

    read: int
    gaps: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """All that one digest says."""

    period: date
    owner: str
    people: tuple[Entry, ...]
    more: int
    drafts: tuple[DraftLine, ...]
    coming_up: tuple[ComingUp, ...]
    in_touch: tuple[InTouch, ...]
    strangers: tuple[Stranger, ...]
    unfiled: tuple[str, ...]
    circles: tuple[CircleBar, ...]
    health: Health


WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """When digests come: a weekday (Monday is 0) and a time of day where the owner lives."""

    weekday: int
    at: time
    zone: tzinfo

    def slot(self, period: date) -> datetime:
        """The instant of a period's slot. A time that a change of clocks skips comes as much later as was skipped."""
        return datetime.combine(period, self.at, self.zone).astimezone(UTC)

    def period(self, now: datetime) -> date:
        """The period an instant belongs to: the local date of the last slot that has come."""
        today = now.astimezone(self.zone).date()
        latest = today - timedelta(days=(today.weekday() - self.weekday) % 7)
        return latest if self.slot(latest) <= now else latest - WEEK
