"""Invitations of strangers, of bombers and of those who know a meeting's uid: what they cost, and what they change."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kith.domain.calendar import Occurrence
from kith.jobs.explain import explain
from kith.jobs.look import MOST_MEETINGS
from kith.jobs.view import view
from kith.mail import icalendar
from support.answers import BOB, MARIA, ME, PRIYA, Owner, an_owner
from support.invitations import ALEX, HER, event, hear, stamped
from support.jobs import NOW, Office
from support.mail import read

EVE, ANN = "Eve <eve@evil.example>", "Ann <assistant@office.example>"
BOTH = f"{ME}, {MARIA}"
EVERYBODY = {ALEX: "ACCEPTED", HER: "ACCEPTED", "bob@example.org": "ACCEPTED", "priya@example.org": "ACCEPTED"}
WORDS = "Budget https://evil.example/pay [your words here]"
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def meetings(office: Office) -> list[datetime]:
    """When there were meetings, oldest first, one entry a person."""
    return sorted(r["at"] for r in office.rows("touch") if r["channel"] == "meeting")


def series(count: int, organizer: str, *, same_uid: bool = False) -> str:
    """A calendar of so many daily series since 1996."""
    there = {ALEX: "NEEDS-ACTION", HER: "ACCEPTED"}
    begin = NOW.replace(year=1996) - timedelta(hours=2)
    whole = [event(begin + timedelta(minutes=n), uid="one" if same_uid else f"{n}", sequence=n, organizer=organizer,
                   attendees=there, more="RRULE:FREQ=DAILY") for n in range(count)]  # fmt: skip
    events = [one[one.index("BEGIN:VEVENT") : one.index("END:VCALENDAR")] for one in whole]
    return f"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n{''.join(events)}END:VCALENDAR\r\n"


@pytest.fixture
def expanded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many meetings each expansion of a calendar gave."""
    found: list[int] = []
    expand = icalendar.occurrences

    def counted(*args: Any) -> list[Occurrence]:
        given = expand(*args)
        found.append(len(given))
        return given

    monkeypatch.setattr(icalendar, "occurrences", counted)
    return found


@pytest.mark.parametrize(
    ("sender", "organizer", "at_once"), [(EVE, "eve@evil.example", 0), (MARIA, HER, MOST_MEETINGS * 31)]
)
def test_a_mail_full_of_endless_series_costs_little_and_little_every_day(
    office: Office, expanded: list[int], sender: str, organizer: str, at_once: int
) -> None:
    hear(office, series(200, organizer), 0, sender, BOTH)
    office.read()
    assert len(office.rows("invite")) == MOST_MEETINGS
    assert len(meetings(office)) == at_once
    for days in (1, 2):
        expanded.clear()
        office.clock.move(days=1)
        office.read()
        assert len(meetings(office)) == at_once + days * MOST_MEETINGS
        assert sum(expanded) <= MOST_MEETINGS * 12


def test_a_mail_full_of_versions_of_one_series_makes_one_meeting_a_day(office: Office) -> None:
    hear(office, series(300, "eve@evil.example", same_uid=True), 0, EVE, BOTH)
    office.read()
    assert len(office.rows("invite")) == icalendar.MOST_INVITES
    office.clock.move(days=3)
    office.read()
    assert len(meetings(office)) == 3


def test_what_was_settled_is_not_gone_through_again(office: Office, expanded: list[int]) -> None:
    hear(office, event(NOW - timedelta(days=700), more="RRULE:FREQ=DAILY"), 701)
    office.read()
    assert len(meetings(office)) == 701 - 1
    expanded.clear()
    office.clock.move(days=1)
    office.read()
    assert len(meetings(office)) == 701
    assert sum(expanded) < 15
    expanded.clear()
    office.read()
    assert expanded == []


HELD = NOW - timedelta(days=30)
NO = event(HELD + 2 * WEEK, method="REPLY", attendees={ALEX: "DECLINED"})
STORIES: list[list[tuple[float, str, str]]] = [
    [(40, MARIA, event(HELD, more="RRULE:FREQ=DAILY;COUNT=20"))],
    [
        (40, MARIA, event(HELD, more="RRULE:FREQ=WEEKLY")),
        (20.5, ME, NO.replace("SUMMARY", f"RECURRENCE-ID:{HELD + 2 * WEEK:%Y%m%dT%H%M%SZ}\r\nSUMMARY")),
        (12, MARIA, event(HELD, method="CANCEL", sequence=2, more="STATUS:CANCELLED")),
    ],
    [
        (31, EVE, event(HELD, organizer="eve@evil.example", more="RRULE:FREQ=DAILY")),
        (20, EVE, event(HELD + timedelta(hours=3), organizer="eve@evil.example", sequence=1, more="RRULE:FREQ=DAILY")),
        (10, ME, event(HELD, method="REPLY", sequence=1, attendees={ALEX: "ACCEPTED"})),
        (5, EVE, event(HELD, organizer="eve@evil.example", method="CANCEL", sequence=9)),
    ],
    [(33, MARIA, event(HELD)), (3, MARIA, event(HELD, sequence=1)), (2, EVE, event(HELD, method="CANCEL", sequence=3))],
    [(10, MARIA, event(HELD, more="RRULE:FREQ=DAILY"))],
]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("days", [1, 6.5])
def test_looking_now_and_then_finds_what_looking_once_finds(
    tmp_path: Path, story: list[tuple[float, str, str]], days: float
) -> None:
    ends = []
    for step in (days, 60):
        with Office(tmp_path / str(step), at=NOW - timedelta(days=45)) as office:
            office.add(MARIA)
            told = sorted(story, key=lambda word: -word[0])
            while office.clock.at < NOW:
                office.clock.at = min(office.clock.at + timedelta(days=step), NOW)
                while told and NOW - timedelta(days=told[0][0]) <= office.clock.at:
                    ago, sender, calendar = told.pop(0)
                    to = BOTH if sender == EVE else MARIA if sender == ME else ME
                    hear(office, stamped(calendar, ago), ago, sender, to)
                office.read()
            ends.append(meetings(office))
    assert ends[0] == ends[1] != []


# -- what was over when it was told of


@pytest.mark.parametrize(
    ("sender", "organizer", "days_over", "counts"),
    [
        (EVE, "eve@evil.example", 1, False),
        (EVE, HER, 1, False),
        (EVE, "eve@evil.example", -1, True),
        (ANN, HER, -1, True),
        (MARIA, HER, 3, True),
        (MARIA, "eve@evil.example", 3, True),
        (MARIA, HER, 400, True),
        (ME, ALEX, 3, True),
    ],
)
def test_who_may_tell_of_a_meeting_when_it_is_over(
    office: Office, sender: str, organizer: str, days_over: float, counts: bool
) -> None:
    at = NOW - 2 * DAY
    office.clock.at = at
    held = at - timedelta(days=days_over)
    hear(office, event(held, organizer=organizer, attendees=EVERYBODY), 2, sender, MARIA if sender == ME else BOTH)
    office.read()
    office.clock.at = NOW
    office.read()
    assert meetings(office) == ([held] if counts else [])


def test_what_the_owner_said_yes_to_was_held_whoever_asked_and_whenever(office: Office) -> None:
    held = NOW - 3 * DAY
    hear(office, event(held, organizer="eve@evil.example", attendees=EVERYBODY), 2, EVE, BOTH)
    office.read()
    assert meetings(office) == []
    hear(office, event(held, method="REPLY", attendees={ALEX: "ACCEPTED"}), 1, ME, f"{EVE}, {MARIA}")
    office.read()
    assert meetings(office) == [held]


def test_an_update_of_a_series_whose_first_word_is_gone_counts_for_the_last_month(office: Office) -> None:
    begun = NOW - 52 * WEEK
    hear(office, event(begun, sequence=4, more="RRULE:FREQ=WEEKLY"), 0.5)
    office.read()
    assert meetings(office) == [NOW - n * WEEK for n in (4, 3, 2, 1)]
    office.clock.move(days=1)
    office.read()
    assert len(meetings(office)) == 5


def test_old_mail_that_is_read_today_counts_when_it_came(office: Office) -> None:
    begun = NOW - 52 * WEEK
    hear(office, event(begun, more="RRULE:FREQ=WEEKLY;COUNT=20"), 53 * 7)
    hear(office, event(NOW - 40 * WEEK, uid="other", organizer="eve@evil.example"), 41 * 7, EVE, BOTH)
    office.read()
    assert len(meetings(office)) == 21


def test_a_series_of_which_nothing_was_heard_for_ten_years_is_over(office: Office) -> None:
    hear(office, event(NOW, more="RRULE:FREQ=MONTHLY"), 1)
    office.clock.move(days=9 * 365)
    office.read()
    office.clock.move(days=30 * 365)
    office.read()
    office.read()
    assert len(meetings(office)) == 10 * 12
    assert {row["look_at"] for row in office.rows("invite")} == {None}


def test_it_is_told_that_an_invitation_came_too_late(office: Office) -> None:
    hear(office, event(NOW - 2 * DAY, organizer="eve@evil.example"), 1, EVE, BOTH)
    office.read()
    (row,) = office.rows("message")
    (told,) = explain(office.work, row["message_id"])
    assert told.meeting == "the invitation came when the meeting was over"


# -- whoever knows the uid


LAST_WEEK = NOW - WEEK
FAR = NOW + timedelta(days=3000)
CHANGES = {
    "declined for the owner": event(LAST_WEEK, sequence=6, attendees={ALEX: "DECLINED", HER: "ACCEPTED"}),
    "moved": event(FAR, sequence=9),
    "moved by a new organizer": event(FAR, sequence=9, organizer="eve@evil.example"),
    "published": event(FAR, sequence=9, method="PUBLISH"),
    "called off": event(LAST_WEEK, sequence=9, method="CANCEL"),
    "called off by a request": event(LAST_WEEK, sequence=9, more="STATUS:CANCELLED"),
    "answered": event(FAR, sequence=9, method="REPLY", attendees={"eve@evil.example": "ACCEPTED"}),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("days_ago", "known"), [(30, False), (8, False), (8, True)])
def test_nobody_changes_a_meeting_of_others_whose_uid_they_know(
    office: Office, change: str, days_ago: float, known: bool
) -> None:
    if known:
        office.add(EVE)
    hear(office, event(LAST_WEEK), 20)
    hear(office, CHANGES[change], days_ago, EVE, BOTH)
    office.read()
    assert set(meetings(office)) == {LAST_WEEK}


@pytest.mark.parametrize(
    ("first", "sender"),
    [(MARIA, MARIA), (MARIA, "Maria <maria@icloud.com>"), (ANN, MARIA), (ANN, ANN), (None, ANN), (None, EVE)],
)
def test_whose_meeting_it_is_may_move_it_and_so_may_whoever_is_first_heard(
    office: Office, first: str | None, sender: str
) -> None:
    office.add_address(1, "maria@icloud.com")
    if first:
        hear(office, event(LAST_WEEK), 20, first, BOTH)
    hear(office, event(LAST_WEEK + DAY, sequence=3), 15, sender, BOTH)
    office.read()
    assert meetings(office) == [LAST_WEEK + DAY]


# -- the owner's own drafts


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    with an_owner(tmp_path, digest__max_drafts="3") as somebody:
        yield somebody


def drafts(owner: Owner) -> list[str]:
    """The subjects of the drafts that nobody asked for, about meetings."""
    owner.digest()
    owner.round()
    kept = owner.office.server.folders["Drafts"].messages.values()
    return [str(read(one.raw)["Subject"]) for one in kept if "talk to you" in one.raw.decode()]


def called(owner: Owner, sender: str, organizer: str, days_ago: float) -> str:
    """An invitation for yesterday to everybody; gives its calendar."""
    calendar = event(NOW - DAY, organizer=organizer, attendees=EVERYBODY).replace("Lunch at Zoë's", WORDS)
    hear(owner.office, calendar, days_ago, sender, f"{ME}, {MARIA}, {BOB}, {PRIYA}")
    return calendar


def test_a_stranger_puts_no_words_into_the_owners_drafts(owner: Owner) -> None:
    called(owner, EVE, "eve@evil.example", 0.5)
    assert drafts(owner) == []
    assert meetings(owner.office) == []
    called(owner, EVE, HER, 5)
    assert drafts(owner) == []
    assert len(meetings(owner.office)) == 3


def test_a_meeting_of_a_strangers_that_the_owner_said_yes_to_brings_drafts(owner: Owner) -> None:
    called(owner, EVE, "eve@evil.example", 5)
    hear(owner.office, event(NOW, method="REPLY", attendees={ALEX: "ACCEPTED"}), 4, ME, f"{EVE}, {MARIA}")
    owner.office.read()
    assert len(drafts(owner)) == 3


def test_a_title_in_a_draft_holds_no_link_and_no_marked_place(owner: Owner) -> None:
    called(owner, MARIA, HER, 5)
    owner.office.read()
    assert set(drafts(owner)) == {"After “Budget (your words here)”"}


def test_a_title_that_is_told_ahead_holds_no_link(office: Office) -> None:
    calendar = event(NOW + DAY, organizer="eve@evil.example").replace("Lunch at Zoë's", WORDS)
    hear(office, calendar, 1, EVE, BOTH)
    office.read()
    with office.work.reading() as session:
        (coming,) = view(office.work, session, NOW).digest.coming_up
    assert coming.text == "Budget (your words here)"
