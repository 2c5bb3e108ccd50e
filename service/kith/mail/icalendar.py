"""Calendars in mail (iMIP, RFC 6047): invitations out of any bytes, and the meetings they make."""

from codecs import BOM_UTF16_BE
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from kith.domain.calendar import CANCELLED, Invite, Occurrence, moment
from kith.mail.mime import Unparsable, guarded
from kith.mail.rules import begun_later, ended
from kith.mail.vevent import invite_of
from kith.mail.words import part_text
from kith.mail.zones import plain_name

if TYPE_CHECKING:
    from icalendar import Event  # 65 ms that only messages with a calendar need to pay

MOST_BYTES: Final = 1_000_000
MOST_INVITES: Final = 200
"""Of one message: a series with all meetings that differ from it. What comes after is not read."""
MOST_OCCURRENCES: Final = 1_000
"""Of one series; of more, the latest count."""
_MOST_BROKEN: Final = 20
_MOST_ROW: Final = 2_000  # characters of one line that is read
_MOST_ROWS: Final = 1_000  # lines of one event that are read: attendees, for the most part
_READ: Final = frozenset(
    {"UID", "SEQUENCE", "DTSTAMP", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"}
    | {"ORGANIZER", "ATTENDEE", "STATUS", "SUMMARY"}
)
_MOVED: Final = timedelta(days=400)  # how far all that follow one meeting are moved with it, at most
_POSITION: Final = "X-KITH-POSITION"


@dataclass(slots=True)
class _Calendar:
    """A calendar taken apart into lines, without those that are not read."""

    method: str = "PUBLISH"
    events: list[list[str]] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)


def read(data: bytes, default_tz: tzinfo, limit: int = MOST_INVITES) -> list[Invite]:
    """The invitations of one text/calendar part, at most limit. Raises nothing: what is broken is left out.

    Where very much is broken, what comes after is not tried.
    Times without a zone, and zones that cannot be made out, are taken as default_tz.
    """
    default = default_tz if isinstance(default_tz, ZoneInfo) else ZoneInfo("UTC")
    calendar = _take_apart(data[:MOST_BYTES])
    invites: list[Invite] = []
    broken = 0
    for rows in calendar.events[:limit]:
        try:
            invites.append(guarded(invite_of, rows, calendar.method, calendar.zones, default))
        except Unparsable:  # one broken event does not take its neighbours with it
            broken += 1
            if broken >= _MOST_BROKEN:
                break
    return invites


def _take_apart(data: bytes) -> _Calendar:
    """Sorts the lines of a calendar: method, zones, and the lines of each complete event that are read."""
    calendar, inside, event = _Calendar(), list[str](), list[str]()
    zone: list[str] = []
    for row in _rows(data):
        name = row.partition(":")[0].partition(";")[0].upper()
        if name == "BEGIN":
            inside.append(row[6:46].strip().upper())
            event, zone = (event, zone) if len(inside) > 2 else ([], [])
        elif name == "END" and inside and inside[-1] == row[4:44].strip().upper():
            if inside.pop() == "VEVENT" and len(inside) == 1:
                calendar.events.append(event)
        elif inside[1:] == ["VEVENT"] and name in _READ and len(event) < _MOST_ROWS:
            event.append(row)
        elif inside[1:2] == ["VTIMEZONE"]:
            zone.append(row)
            if name == "TZID":
                calendar.zones[plain_name(row.partition(":")[2])] = zone
        elif len(inside) == 1 and name == "METHOD":
            calendar.method = row[7:47].strip().upper()
    return calendar


def _rows(data: bytes) -> Iterator[str]:
    """The lines, unfolded as bytes, because programs fold in the middle of a character (RFC 5545, 3.1)."""
    data = _narrow(data).replace(b"\r\n", b"\n").replace(b"\n ", b"").replace(b"\n\t", b"")
    text = part_text(data, "utf-8").lstrip("\ufeff")  # a byte order mark
    return (row for row in text.split("\n") if 0 < len(row) <= _MOST_ROW)


def _narrow(data: bytes) -> bytes:
    """UTF-16 made UTF-8. A zero in the first two letters gives it away, whatever the part says of itself."""
    if b"\0" not in data[:4]:
        return data
    is_big = data.startswith((b"\0", BOM_UTF16_BE))
    return data.decode("utf-16-be" if is_big else "utf-16-le", "replace").encode()


def occurrences(invites: Iterable[Invite], since: datetime, until: datetime, default_tz: tzinfo) -> list[Occurrence]:
    """The meetings that touch the time from since to until, in order; invites are what merge gave.

    Of a series at most MOST_OCCURRENCES, the latest. A whole day begins at midnight in default_tz.
    """
    by_uid: dict[str, list[Invite]] = {}
    for invite in invites:
        by_uid.setdefault(invite.uid, []).append(invite)
    found = [one for group in by_uid.values() for one in _of_group(group, since, until, default_tz)]
    inside = [one for one in found if one.starts_at < until and max(one.ends_at, one.starts_at) >= since]
    return sorted(inside, key=lambda one: (one.starts_at, one.uid))


def _of_group(group: list[Invite], since: datetime, until: datetime, zone: tzinfo) -> list[Occurrence]:
    """The meetings of one uid: one by one, or where one of them is a series, all together."""
    if any(invite.recurs for invite in group):
        try:
            return guarded(_expand, group, since, until, zone)[-MOST_OCCURRENCES:]
        except Unparsable:
            pass  # what each invite says by itself is still true
    return [_occurrence(invite, invite.starts_at, invite.ends_at, zone) for invite in group]


def _expand(group: list[Invite], since: datetime, until: datetime, zone: tzinfo) -> list[Occurrence]:
    """The meetings of a series and those that differ from it; may raise anything."""
    import recurring_ical_events
    from icalendar import Calendar

    calendar, begin = Calendar(), since - (_MOVED if any(invite.and_future for invite in group) else timedelta(0))
    for position, invite in enumerate(group):
        calendar.add_component(_event(invite, position, begin, until))
    found = recurring_ical_events.of(calendar).between(since - timedelta(seconds=1), until)  # it leaves out the edge
    meetings = [_occurrence(group[int(one[_POSITION])], one.start, one.end, zone) for one in found]
    return sorted(meetings, key=lambda one: one.starts_at)


def _event(invite: Invite, position: int, since: datetime, until: datetime) -> "Event":
    """As much of a VEVENT as its expansion from since to until needs."""
    from icalendar import Event, vRecur

    zone = ZoneInfo(invite.tzid)
    event = Event()
    event.add("uid", invite.uid)
    event.add(_POSITION, str(position))
    starts_at = begun_later(invite.starts_at, invite.rrule, since.date()) if invite.rrule else invite.starts_at
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + invite.length)
    if invite.rrule:
        event.add("rrule", vRecur.from_ical(ended(invite.rrule, until, all_day=invite.all_day)))
    for name, dates in (("rdate", invite.rdates), ("exdate", invite.exdates)):
        event.add(name, [moment(text, zone) for text in dates])
    if invite.recurrence_id:
        reach = {"RANGE": "THISANDFUTURE"} if invite.and_future else {}
        event.add("recurrence-id", moment(invite.recurrence_id, zone), reach)
    return event


def _occurrence(invite: Invite, starts_at: datetime | date, ends_at: datetime | date, zone: tzinfo) -> Occurrence:
    return Occurrence(
        uid=invite.uid,
        starts_at=_instant(starts_at, zone),
        ends_at=_instant(ends_at, zone),
        summary=invite.summary,
        organizer=invite.organizer,
        attendees=invite.attendees,
        cancelled=invite.status == CANCELLED,
        all_day=invite.all_day,
    )


def _instant(at: datetime | date, zone: tzinfo) -> datetime:
    midnight = at if isinstance(at, datetime) else datetime.combine(at, time.min, zone)
    return midnight.astimezone(UTC)
