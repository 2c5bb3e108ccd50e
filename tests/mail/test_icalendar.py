"""Invitations as the common programs write them, and the meetings they make."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.domain.calendar import Attendee, Heard, Invite, Occurrence
from kith.domain.invitations import merge
from kith.mail.icalendar import MOST_OCCURRENCES, occurrences, read

PARIS = ZoneInfo("Europe/Paris")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VEVENT
DTSTART:20260312T113000Z
DTEND:20260312T123000Z
DTSTAMP:20260305T080000Z
ORGANIZER;CN=Ann Moe:mailto:ann@example.org
UID:7kukuqrfedlm2f9t0va2jtsm6t@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE
 ;CN=Ann Moe;X-NUM-GUESTS=0:mailto:ann@example.org
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=
 TRUE;CN=alex@example.com;X-NUM-GUESTS=0:mailto:alex@example.com
ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=ACCEPTED;CN=Blue room:mailto:room@resource.example.org
X-MICROSOFT-CDO-OWNERAPPTID:1
CREATED:20260305T080000Z
DESCRIPTION:Private words that are nobody's business\\nand a link
LOCATION:Somewhere
SEQUENCE:0
STATUS:CONFIRMED
SUMMARY:Lunch\\, and a walk
TRANSP:OPAQUE
BEGIN:VALARM
ACTION:DISPLAY
SUMMARY:This is an alarm
TRIGGER:-P0DT0H30M0S
END:VALARM
END:VEVENT
END:VCALENDAR
"""

OUTLOOK = """BEGIN:VCALENDAR
METHOD:REQUEST
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ORGANIZER;CN="Moe, Ann":mailto:ann@example.org
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Moreau, A
 lex":MAILTO:alex@example.com
DESCRIPTION;LANGUAGE=en-US:\\n
UID:040000008200E00074C5B7101A82E00800000000
SUMMARY;LANGUAGE=en-US:Weekly coffee
DTSTART;TZID=W. Europe Standard Time:20260316T090000
DTEND;TZID=W. Europe Standard Time:20260316T093000
RRULE:FREQ=WEEKLY;UNTIL=20260413T070000Z;INTERVAL=1;BYDAY=MO;WKST=MO
CLASS:PUBLIC
DTSTAMP:20260310T101112Z
SEQUENCE:0
STATUS:CONFIRMED
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
END:VEVENT
END:VCALENDAR
"""

APPLE = """BEGIN:VCALENDAR
CALSCALE:GREGORIAN
METHOD:REQUEST
PRODID:-//Apple Inc.//macOS 14.4//EN
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;CN=Ann;CUTYPE=INDIVIDUAL;EMAIL=ann@example.org;PARTSTAT=ACCEPTED:urn:uuid:0A1B
ATTENDEE;CN=Alex;PARTSTAT=TENTATIVE:mailto:alex@example.com
ORGANIZER;CN=Ann;EMAIL=ann@example.org:urn:uuid:0A1B
CREATED:20260301T100000Z
DTSTART;VALUE=DATE:20260704
DTEND;VALUE=DATE:20260706
DTSTAMP:20260301T100000Z
LAST-MODIFIED:20260301T100000Z
SEQUENCE:3
SUMMARY:Week-end à la mer
UID:A1B2C3D4-0000-4000-8000-000000000000
END:VEVENT
END:VCALENDAR
"""

SERIES = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:series@example.org
DTSTAMP:20260301T100000Z
SEQUENCE:1
ORGANIZER:mailto:ann@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:alex@example.com
SUMMARY:Walk
DTSTART;TZID=Europe/Paris:20260316T090000
DTEND;TZID=Europe/Paris:20260316T100000
RRULE:FREQ=WEEKLY;COUNT=5
EXDATE;TZID=Europe/Paris:20260413T090000
END:VEVENT
BEGIN:VEVENT
UID:series@example.org
DTSTAMP:20260301T100000Z
SEQUENCE:1
ORGANIZER:mailto:ann@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:alex@example.com
SUMMARY:Walk\\, in the afternoon
RECURRENCE-ID;TZID=Europe/Paris:20260330T090000
DTSTART;TZID=Europe/Paris:20260331T150000
DTEND;TZID=Europe/Paris:20260331T160000
END:VEVENT
END:VCALENDAR
"""

CANCEL_ONE = """BEGIN:VCALENDAR
METHOD:CANCEL
BEGIN:VEVENT
UID:series@example.org
DTSTAMP:20260310T100000Z
SEQUENCE:2
STATUS:CANCELLED
ORGANIZER:mailto:ann@example.org
RECURRENCE-ID:20260406T070000Z
DTSTART:20260406T070000Z
END:VEVENT
END:VCALENDAR
"""


def ics(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def event(*rows: str, method: str = "REQUEST", zone: str = "") -> bytes:
    body = "\n".join(("BEGIN:VEVENT", "UID:u", *rows, "END:VEVENT"))
    return ics(f"BEGIN:VCALENDAR\nMETHOD:{method}\n{zone}{body}\nEND:VCALENDAR\n")


def only(data: bytes) -> Invite:
    (invite,) = read(data, PARIS)
    return invite


def starts(invites: list[Invite], since: datetime = SINCE, until: datetime = UNTIL) -> list[str]:
    return [one.starts_at.strftime("%m-%d %H:%M") for one in occurrences(invites, since, until, PARIS)]


def test_googles_invitation_is_read_without_its_words() -> None:
    assert only(ics(GOOGLE)) == Invite(
        uid="7kukuqrfedlm2f9t0va2jtsm6t@google.com",
        method="REQUEST",
        stamp=datetime(2026, 3, 5, 8, tzinfo=UTC),
        starts_at=datetime(2026, 3, 12, 11, 30, tzinfo=UTC),
        ends_at=datetime(2026, 3, 12, 12, 30, tzinfo=UTC),
        organizer="ann@example.org",
        attendees=(Attendee("ann@example.org", "ACCEPTED"), Attendee("alex@example.com", "NEEDS-ACTION")),
        status="CONFIRMED",
        summary="Lunch, and a walk",
    )


def test_outlooks_zone_has_a_name_of_windows_and_its_series_keeps_the_hour_across_dst() -> None:
    invite = only(ics(OUTLOOK))
    assert (invite.tzid, invite.attendees) == ("Europe/Berlin", (Attendee("alex@example.com"),))
    assert starts([invite]) == ["03-16 08:00", "03-23 08:00", "03-30 07:00", "04-06 07:00", "04-13 07:00"]


def test_apples_whole_days_begin_at_the_owners_midnight() -> None:
    invite = only(ics(APPLE))
    assert (invite.starts_at, invite.ends_at, invite.all_day) == (date(2026, 7, 4), date(2026, 7, 6), True)
    assert (invite.organizer, invite.summary) == ("ann@example.org", "Week-end à la mer")
    (meeting,) = occurrences([invite], SINCE, UNTIL, PARIS)
    assert (meeting.starts_at, meeting.ends_at) == (
        datetime(2026, 7, 3, 22, tzinfo=UTC),
        datetime(2026, 7, 5, 22, tzinfo=UTC),
    )


def test_a_series_with_one_moved_one_cancelled_and_one_left_out() -> None:
    seen_at = datetime(2026, 3, 1, tzinfo=UTC)
    mails = [*read(ics(SERIES), PARIS), *read(ics(CANCEL_ONE), PARIS)]
    found = occurrences(merge(Heard(i, "ann@example.org", seen_at) for i in mails), SINCE, UNTIL, PARIS)
    assert [(one.starts_at.strftime("%m-%d %H:%M"), one.summary, one.cancelled) for one in found] == [
        ("03-16 08:00", "Walk", False),
        ("03-23 08:00", "Walk", False),
        ("03-31 13:00", "Walk, in the afternoon", False),
        ("04-06 07:00", "Walk", True),
    ]
    assert {one.ends_at - one.starts_at for one in found} == {timedelta(hours=1)}


def test_a_series_that_is_cancelled_from_one_meeting_on_was_held_until_then() -> None:
    seen_at = datetime(2026, 3, 1, tzinfo=UTC)
    gone = CANCEL_ONE.replace("RECURRENCE-ID:20260406", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323")
    series = SERIES.partition("BEGIN:VEVENT\nUID:series@example.org\nDTSTAMP:20260301T100000Z\nSEQUENCE:1\nORG")
    mails = [*read(ics(series[0] + series[1] + series[2]), PARIS)[:1], *read(ics(gone), PARIS)]
    assert [invite.and_future for invite in mails] == [False, True]
    found = occurrences(merge(Heard(i, "ann@example.org", seen_at) for i in mails), SINCE, UNTIL, PARIS)
    assert [(one.starts_at.strftime("%m-%d"), one.cancelled) for one in found] == [
        ("03-16", False),
        ("03-23", True),
        ("03-30", True),
        ("04-06", True),
    ]


def test_a_series_that_goes_on_at_another_time_goes_on_so() -> None:
    first = only(event("DTSTART:20260316T080000Z", "RRULE:FREQ=WEEKLY;COUNT=4"))
    moved = only(event("DTSTART:20260324T140000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323T080000Z"))
    assert starts([first, moved]) == ["03-16 08:00", "03-24 14:00", "03-31 14:00", "04-07 14:00"]


@pytest.mark.parametrize("row", ["RECURRENCE-ID;RANGE=THISANDPRIOR:20260406T070000Z", "RECURRENCE-ID;RANGE=X:rubbish"])
def test_nothing_else_reaches_beyond_one_meeting(row: str) -> None:
    assert not only(event("DTSTART:20260312T113000Z", row)).and_future


def test_an_exception_without_its_series_is_a_meeting_of_its_own() -> None:
    exception = read(ics(SERIES), PARIS)[1]
    assert exception.recurrence_id == "2026-03-30T07:00:00+00:00"
    assert starts([exception]) == ["03-31 13:00"]


@pytest.mark.parametrize("method", ["REQUEST", "REPLY", "CANCEL", "COUNTER", "PUBLISH"])
def test_the_method_is_told(method: str) -> None:
    assert only(event("DTSTART:20260312T113000Z", method=method)).method == method


def test_every_invite_survives_being_kept_as_json() -> None:
    for text in (GOOGLE, OUTLOOK, APPLE, SERIES, CANCEL_ONE):
        for invite in read(ics(text), PARIS):
            assert Invite.from_json(invite.to_json()) == invite
            assert "Private" not in str(invite.to_json())


ZONES = {
    ";TZID=Europe/London": "Europe/London",
    ";TZID=Romance Standard Time": "Europe/Paris",
    ';TZID="Eastern Standard Time"': "America/New_York",
    ";TZID=/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
    ";TZID=/mozilla.org/20070129_1/Asia/Tokyo": "Asia/Tokyo",
    ";TZID=tzone://Microsoft/Utc": "UTC",
    ";TZID=GMT": "UTC",
    ";TZID=Europe": "Europe/Paris",
    ";TZID=../../etc/passwd": "Europe/Paris",
    ";TZID=Nowhere at all": "Europe/Paris",
    "": "Europe/Paris",
}


@pytest.mark.parametrize("parameter", ZONES)
def test_a_zone_is_known_by_whatever_name(parameter: str) -> None:
    assert only(event(f"DTSTART{parameter}:20260312T113000")).tzid == ZONES[parameter]


def described(tzid: str, *rows: str) -> str:
    return "\n".join(("BEGIN:VTIMEZONE", f"TZID:{tzid}", *rows, "END:VTIMEZONE", ""))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("X-LIC-LOCATION:Asia/Seoul",), "Asia/Seoul"),
        (
            ("BEGIN:STANDARD", "TZOFFSETTO:-0500", "END:STANDARD", "BEGIN:DAYLIGHT", "TZOFFSETTO:-0400"),
            "America/New_York",
        ),
        (("BEGIN:STANDARD", "TZOFFSETTO:+0545", "END:STANDARD"), "Asia/Kathmandu"),
        (("BEGIN:STANDARD", "TZOFFSETTO:+0330", "END:STANDARD"), "Asia/Tehran"),
        (("BEGIN:STANDARD", "TZOFFSETTO:-0700", "END:STANDARD"), "America/Phoenix"),
        (("BEGIN:STANDARD", "TZOFFSETTO:+0100", "END:STANDARD", "BEGIN:DAYLIGHT", "TZOFFSETTO:+0200"), "Europe/Madrid"),
        (("BEGIN:STANDARD", "TZOFFSETTO:rubbish", "END:STANDARD"), "Europe/Madrid"),
    ],
)
def test_a_zone_of_the_senders_own_making_is_known_by_its_offsets(rows: tuple[str, ...], expected: str) -> None:
    zone = described("Customized\\, mine", *rows).replace("TZOFFSETTO:-0400\n", "TZOFFSETTO:-0400\nEND:DAYLIGHT\n")
    zone = zone.replace("TZOFFSETTO:+0200\n", "TZOFFSETTO:+0200\nEND:DAYLIGHT\n")
    data = event('DTSTART;TZID="Customized, mine":20260312T113000', zone=zone)
    (invite,) = read(data, ZoneInfo("Europe/Madrid"))
    assert invite.tzid == expected


def test_one_mail_cannot_move_the_zones_of_another() -> None:
    forged = described(
        "Tokyo Standard Time",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
    )
    row = "DTSTART;TZID=Tokyo Standard Time:20260312T113000"
    for data in (event(row, zone=forged), event(row)):
        assert only(data).starts_at == datetime(2026, 3, 12, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "length"),
    [
        (("DTSTART:20260312T113000Z",), timedelta(0)),
        (("DTSTART:20260312T113000Z", "DURATION:PT90M"), timedelta(minutes=90)),
        (("DTSTART:20260312T113000Z", "DTEND:20260312T103000Z"), timedelta(0)),
        (("DTSTART:20260312T113000Z", "DTEND:rubbish"), timedelta(0)),
        (("DTSTART:20260312T113000Z", "DTEND;TZID=Europe/Paris:20260312T133000"), timedelta(hours=1)),
        (("DTSTART;VALUE=DATE:20260312",), timedelta(days=1)),
        (("DTSTART;VALUE=DATE:20260312", "DURATION:P2D"), timedelta(days=2)),
        (("DTSTART;VALUE=DATE:20260312", "DTEND;VALUE=DATE:20260312"), timedelta(days=1)),
        (("DTSTART;VALUE=DATE:20260312", "DTEND:20260315T100000Z"), timedelta(days=1)),
    ],
)
def test_how_long_a_meeting_takes(rows: tuple[str, ...], length: timedelta) -> None:
    assert only(event(*rows)).length == length


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO,TU", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z", "FREQ=DAILY;COUNT=3"),
        ("FREQ=WEEKLY;UNTIL=20260330", "FREQ=WEEKLY;UNTIL=20260330T215959Z"),
        ("FREQ=WEEKLY;UNTIL=20260330T113000", "FREQ=WEEKLY;UNTIL=20260330T093000Z"),
        ("FREQ=WEEKLY;BYDAY=TH;BYHOUR=11;BYMINUTE=30;BYSECOND=00", "FREQ=WEEKLY;BYDAY=TH"),
        ("FREQ=WEEKLY;BYHOUR=9", ""),
        ("FREQ=WEEKLY;BYHOUR=11,15", ""),
        ("FREQ=WEEKLY;X-FOO=1,2;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2"),
        ("FREQ=WEEKLY;FOO=1", ""),
        ("FREQ=SECONDLY", ""),
        ("FREQ=MINUTELY;COUNT=2", ""),
        ("FREQ=HOURLY", ""),
        ("FREQ=DAILY;BYHOUR=1,2,3,4;BYMINUTE=1,2;BYSECOND=1", ""),
        ("FREQ=DAILY;INTERVAL=0", ""),
        ("FREQ=DAILY;INTERVAL=-1", ""),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", ""),
        ("FREQ=DAILY;BYSETPOS=2", ""),
        ("FREQ=WEEKLY;BYDAY=2MO", ""),
        ("FREQ=YEARLY;BYMONTH=13", ""),
        ("FREQ=YEARLY;BYMONTH=2,4;BYMONTHDAY=31", ""),
        ("FREQ=YEARLY;BYWEEKNO=53", ""),
        ("INTERVAL=2", ""),
        ("rubbish", ""),
    ],
)
def test_rules_are_kept_if_somebody_could_meet_by_them(rule: str, kept: str) -> None:
    invite = only(event("DTSTART;TZID=Europe/Paris:20260312T113000", f"RRULE:{rule}"))
    assert invite.rrule == kept
    assert invite.recurs == bool(kept)


@pytest.mark.parametrize(
    ("starts", "rule", "kept"),
    [
        ("20260316", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", False),
        ("20260316", "FREQ=DAILY;INTERVAL=3;BYDAY=TU", True),
        ("20260316", "FREQ=MONTHLY;BYMONTHDAY=99", False),
        ("20260316", "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO", False),
        ("20260316", "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;BYSETPOS=2", False),
        ("20260316", "FREQ=MONTHLY;BYSETPOS=2", False),
        ("20260316", "FREQ=MONTHLY;BYDAY=2MO;BYSETPOS=2", False),
        ("20260316", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2", True),
        ("20260316", "FREQ=MONTHLY;BYDAY=MO,2TU", False),
        ("20260316", "FREQ=MONTHLY;BYDAY=1MO,-1MO", True),
        ("20260316", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", True),
        ("20260216", "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", False),
        ("20260216", "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30", False),
        ("20260216", "FREQ=MONTHLY;INTERVAL=24;BYDAY=5MO", False),
        ("20260216", "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=30", True),
        ("20260130", "FREQ=YEARLY;BYMONTH=2", False),
        ("20260130", "FREQ=YEARLY;BYMONTH=4", True),
        ("20250228", "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", False),
        ("20240229", "FREQ=YEARLY", True),
    ],
)
@pytest.mark.parametrize("clock", ["", "T090000Z"])
def test_no_rule_is_followed_that_no_day_fulfils(starts: str, rule: str, kept: bool, clock: str) -> None:
    row = f"DTSTART:{starts}{clock}" if clock else f"DTSTART;VALUE=DATE:{starts}"
    assert only(event(row, f"RRULE:{rule}")).recurs is kept


def listed(values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3).map(lambda some: ",".join(map(str, some)))


WEEKDAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
NUMBERED = st.builds("{}{}".format, st.integers(-5, 5).filter(bool), WEEKDAYS)
RULES = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])},
    optional={
        "INTERVAL": st.integers(1, 14) | st.sampled_from([24, 28, 365, 999]),
        "BYDAY": listed(WEEKDAYS) | listed(WEEKDAYS | NUMBERED),
        "BYMONTHDAY": listed(st.integers(-40, 40).filter(bool)),
        "BYMONTH": listed(st.integers(1, 13)),
        "BYSETPOS": listed(st.integers(-5, 5).filter(bool)),
        "WKST": WEEKDAYS,
    },
).map(lambda parts: ";".join(f"{name}={value}" for name, value in parts.items()))
DAYS = st.dates(date(1980, 1, 1), date(2025, 12, 31)) | st.sampled_from([date(2024, 2, 29), date(2023, 1, 31)])


@settings(max_examples=150, deadline=None)
@given(RULES, DAYS)
def test_no_rule_that_is_followed_is_searched_for_long(rule: str, starts_on: date) -> None:
    invite = only(event(f"DTSTART:{starts_on:%Y%m%d}T090000Z", f"RRULE:{rule}"))
    begun = time.process_time()
    occurrences([invite], UNTIL, UNTIL + timedelta(days=1), PARIS)
    assert time.process_time() - begun < 0.3, invite.rrule  # a few milliseconds; of one that never fits, a second


@settings(max_examples=80, deadline=None)
@given(RULES, DAYS)
def test_a_series_of_long_ago_has_the_same_meetings_wherever_one_begins_to_count(rule: str, starts_on: date) -> None:
    invite = only(event(f"DTSTART;TZID=Europe/Paris:{starts_on:%Y%m%d}T090000", f"RRULE:{rule}"))
    since = UNTIL - timedelta(days=90)
    from_the_start = occurrences([invite], datetime(1980, 1, 1, tzinfo=UTC), UNTIL, PARIS)
    assert starts([invite], since) == [f"{o.starts_at:%m-%d %H:%M}" for o in from_the_start if o.ends_at >= since]


def test_of_a_series_that_is_counted_the_first_thousand_meetings_count() -> None:
    assert only(event("DTSTART:20260312T113000Z", "RRULE:FREQ=DAILY;COUNT=9999")).rrule == "FREQ=DAILY;COUNT=1000"


def test_what_takes_longer_than_a_month_is_no_series() -> None:
    rows = ["DTSTART:20260312T113000Z", "RRULE:FREQ=DAILY", "RDATE:20270101T000000Z"]
    assert only(event(*rows, "DTEND:20260412T113000Z")).recurs
    assert not only(event(*rows, "DTEND:20260413T113000Z")).recurs


def test_of_dates_that_are_added_one_a_day_counts() -> None:
    minutes = ",".join(f"20260401T10{n:02}00Z" for n in range(60))
    invite = only(event("DTSTART:20260312T113000Z", f"RDATE:{minutes},20260402T100000Z"))
    assert invite.rdates == ("2026-04-01T10:00:00+00:00", "2026-04-02T10:00:00+00:00")


def test_of_a_crowd_so_many_are_kept_that_it_is_one() -> None:
    crowd = [f"ATTENDEE:mailto:guest{n}@example.net" for n in range(900)]
    assert len(only(event("DTSTART:20260312T113000Z", *crowd)).attendees) == 200


def test_a_meeting_that_ends_as_the_window_begins_touches_it() -> None:
    series = only(event("DTSTART:20260312T113000Z", "DTEND:20260312T123000Z", "RRULE:FREQ=DAILY"))
    since = datetime(2026, 3, 14, 12, 30, tzinfo=UTC)
    assert starts([series], since, since + timedelta(hours=2)) == ["03-14 11:30"]
    assert starts([series], since + timedelta(minutes=1), since + timedelta(hours=2)) == []


def test_an_hour_says_nothing_of_a_whole_day() -> None:
    assert only(event("DTSTART;VALUE=DATE:20260316", "RRULE:FREQ=WEEKLY;BYHOUR=0")).rrule == "FREQ=WEEKLY"


def test_the_day_that_until_names_belongs_to_the_series() -> None:
    timed = only(event("DTSTART;TZID=Europe/Paris:20260316T090000", "RRULE:FREQ=WEEKLY;UNTIL=20260330"))
    whole = only(event("DTSTART;VALUE=DATE:20260316", "RRULE:FREQ=WEEKLY;UNTIL=20260330T000000Z"))
    assert starts([timed]) == ["03-16 08:00", "03-23 08:00", "03-30 07:00"]
    assert starts([whole]) == ["03-15 23:00", "03-22 23:00", "03-29 22:00"]
    assert (timed.last_on, whole.last_on) == (date(2026, 3, 30), date(2026, 3, 30))


def test_dates_added_and_left_out() -> None:
    rows = ["DTSTART;TZID=Europe/Paris:20260316T090000", "RRULE:FREQ=WEEKLY;COUNT=3"]
    rows += [
        "EXDATE:20260323T080000Z",
        "EXDATE;TZID=Europe/Paris:20260330T090000,rubbish",
        "RDATE;VALUE=PERIOD:20260501T080000Z/PT1H",
    ]
    invite = only(event(*rows))
    assert invite.exdates[0] == "2026-03-23T08:00:00+00:00"
    assert starts([invite])[0] == "03-16 08:00"
    assert "05-01 08:00" in starts([invite])
    assert "03-23 08:00" not in starts([invite])


def test_a_series_without_end_is_seen_through_the_window_only() -> None:
    invite = only(event("DTSTART:19990101T080000Z", "RRULE:FREQ=DAILY"))
    assert invite.last_on is None
    assert len(starts([invite], UNTIL - timedelta(days=3), UNTIL)) == 3
    begun = time.process_time()
    found = occurrences([invite], datetime(1999, 1, 1, tzinfo=UTC), UNTIL, PARIS)
    assert time.process_time() - begun < 10  # about one second for ten thousand meetings
    assert len(found) == MOST_OCCURRENCES
    assert found[-1].starts_at == datetime(2026, 12, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;INTERVAL=7;BYDAY=TU;COUNT=9", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5;COUNT=9999"]
)
def test_a_rule_that_seldom_or_never_fits_ends_in_time(rule: str) -> None:
    invite = only(event("DTSTART:20260316T080000Z", f"RRULE:{rule}"))
    begun = time.process_time()
    occurrences([invite], SINCE, UNTIL, PARIS)
    assert time.process_time() - begun < 5


def test_a_series_that_cannot_be_expanded_leaves_its_first_meeting() -> None:
    invite = replace(only(event("DTSTART:20260316T080000Z")), rrule="FREQ=RUBBISH")
    assert starts([invite]) == ["03-16 08:00"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"\x78\x9f\x3e\x22\x01\x00 winmail.dat",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:cut",
        b"BEGIN:VEVENT\r\nUID:alone\r\nDTSTART:20260312T113000Z\r\nEND:VEVENT",
        event("DTSTART:rubbish"),
        event("SUMMARY:no start"),
        event("DTSTART:00010101T000000Z"),
        event("DTSTART:99991231T235959Z"),
        event("DTSTART:113000"),
        b"BEGIN:X\r\n" * 100_000,
    ],
)
def test_what_is_no_invitation_gives_none(data: bytes) -> None:
    assert read(data, PARIS) == []


def test_a_broken_event_leaves_its_neighbours() -> None:
    broken = "BEGIN:VEVENT\nUID:x\nDTSTART:nonsense\nEND:VEVENT\n"
    data = ics(GOOGLE.replace("BEGIN:VEVENT", f"{broken}BEGIN:VEVENT", 1))
    assert [invite.summary for invite in read(data, PARIS)] == ["Lunch, and a walk"]


def test_a_calendar_of_broken_events_is_given_up_in_time() -> None:
    broken = "BEGIN:VEVENT\nUID:x\nDTSTART:nonsense\n" + "ATTENDEE:mailto:bob@example.org\n" * 900 + "END:VEVENT\n"
    begun = time.process_time()
    assert read(ics(GOOGLE.replace("BEGIN:VEVENT", f"{broken * 30}BEGIN:VEVENT", 1)), PARIS) == []
    assert time.process_time() - begun < 10  # thirty milliseconds each


def test_broken_fields_of_an_event_are_left_out() -> None:
    rows = ["DTSTART:20260312T113000Z", "SEQUENCE:many", "DTSTAMP:soon", "no colon here", "ATTENDEE:mailto:two words@x"]
    invite = only(event(*rows, "ATTENDEE:mailto:bob@example.org", "RECURRENCE-ID:when", "SUMMARY:bell\x07 \x00ring"))
    assert (invite.sequence, invite.stamp, invite.recurrence_id) == (0, None, "")
    assert invite.attendees == (Attendee("bob@example.org"),)
    assert invite.summary == "bell ring"


def test_lines_folded_in_the_middle_of_a_character_are_joined_first() -> None:
    data = event("DTSTART:20260312T113000Z", "SUMMARY:Café").replace("é".encode(), b"\xc3\r\n \xa9")
    assert only(data).summary == "Café"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_calendar_may_begin_with_a_byte_order_mark_or_be_of_wide_letters(codec: str) -> None:
    data = event("DTSTART:20260312T113000Z", "SUMMARY:Dîner chez Zoë et\n  Ann").decode().encode(codec)
    assert only(data).summary == "Dîner chez Zoë et Ann"
    assert read(data[:41], PARIS) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("ORGANIZER;EMAIL=maria@icloud.com:mailto:2_GE3TCNJU@imip.me.com", "maria@icloud.com"),
        ("ORGANIZER;CN=Maria:mailto:2_GE3TCNJU@imip.me.com", "2_GE3TCNJU@imip.me.com"),
        ("ORGANIZER;EMAIL=eve@example.net:mailto:ann@example.org", "ann@example.org"),
        ("ORGANIZER;EMAIL=maria@icloud.com:/aMTIzNDU2/principal/", "maria@icloud.com"),
        ("ORGANIZER;EMAIL=rubbish:mailto:2_GE3TCNJU@imip.me.com", ""),
    ],
)
def test_an_address_that_stands_for_another_tells_whom_it_stands_for(row: str, expected: str) -> None:
    assert only(event("DTSTART:20260312T113000Z", row)).organizer == expected


def test_a_calendar_of_ten_thousand_events_is_read_in_part() -> None:
    one = "BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260312T113000Z\r\nEND:VEVENT\r\n"
    begun = time.process_time()
    assert len(read(f"BEGIN:VCALENDAR\r\n{one * 10_000}END:VCALENDAR".encode(), PARIS)) == 200
    assert time.process_time() - begun < 5


ROWS = st.sampled_from([row for text in (GOOGLE, OUTLOOK, APPLE, SERIES) for row in text.splitlines()])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(ROWS, st.text(max_size=20)), max_size=25))
def test_any_lines_at_all_are_read_or_left(rows: list[str]) -> None:
    data = event("DTSTART:20260312T113000Z", *rows)
    for invite in read(data, PARIS):
        assert Invite.from_json(invite.to_json()) == invite
        for one in occurrences([invite], SINCE, UNTIL, PARIS):
            assert isinstance(one, Occurrence)
            assert one.starts_at.tzinfo is UTC


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_read_or_left(data: bytes) -> None:
    assert read(data, PARIS) == []
