"""What a digest says of the days ahead: a line for each series of meetings, with when it is next."""

from datetime import date, datetime, time, timedelta

import pytest

from kith.domain.digest import ComingUp, Upcoming
from kith.jobs import view as looking
from kith.jobs.view import view
from kith.store import notes
from support.invitations import ALEX, HER, event, invitation
from support.jobs import BOB, MARIA, ME, NOW, Office
from support.mail import message


def coming(office: Office) -> tuple[ComingUp, ...]:
    with office.work.reading() as session:
        return view(office.work, session, NOW).digest.coming_up


def test_a_series_has_one_line_with_the_next_time_and_how_many_follow(office: Office) -> None:
    at = NOW - timedelta(days=1)
    daily = event(NOW + timedelta(hours=2), uid="daily", more="RRULE:FREQ=DAILY;COUNT=60\r\n")
    lunch = event(NOW + timedelta(days=3), uid="lunch").replace("Lunch at Zoë's", "Dinner")
    for calendar in (daily, lunch):
        office.server.deliver(invitation(MARIA, ME, calendar, at), "INBOX", at)
    office.read()
    first, second = coming(office)
    ahead = (NOW + looking.AHEAD).date()
    assert (first.text, first.on, first.more, first.until) == ("Lunch at Zoë's", NOW.date(), 13, ahead - timedelta(1))
    assert (second.text, second.more, second.until) == ("Dinner", 0, None)


def test_meetings_of_others_or_under_another_title_are_other_meetings(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    on, names = NOW.date() + timedelta(days=1), ("Maria Silva", "Bob Stone")
    said = [ComingUp(Upcoming.MEETING, on, names[n % 2], "Chess" if n < 4 else "Tea", at=time(9 - n)) for n in range(6)]
    monkeypatch.setattr(looking, "upcoming_meetings", lambda *_: said)
    assert [(c.name, c.text, c.at, c.more) for c in coming(office)] == [
        ("Bob Stone", "Tea", time(4), 0),
        ("Maria Silva", "Tea", time(5), 0),
        ("Bob Stone", "Chess", time(6), 1),
        ("Maria Silva", "Chess", time(7), 1),
    ]


def test_before_a_meeting_with_several_it_is_said_whose_words_are_called_to_mind(office: Office) -> None:
    office.add(BOB)
    all_three = {ALEX: "ACCEPTED", HER: "ACCEPTED", "bob@example.org": "ACCEPTED"}
    calendar = event(NOW + timedelta(days=3), attendees=all_three)
    at = NOW - timedelta(days=1)
    office.server.deliver(invitation(MARIA, ME, calendar, at), "INBOX", at)

    def prepare(sender: str, to: str, days_ago: int) -> str:
        when = NOW - timedelta(days=days_ago)
        folder = "Sent" if sender == ME else "INBOX"
        office.server.deliver(message(sender, to, f"Of {days_ago} days", at=when), folder, when)
        office.read()
        [one] = coming(office)
        assert one.name == "Maria Silva and Bob Stone"
        return one.prepare

    assert prepare(MARIA, ME, 30) == "Maria Silva last wrote on 13 April, about “Of 30 days”"
    assert prepare(BOB, ME, 29) == "Bob Stone last wrote on 14 April, about “Of 29 days”"
    assert prepare(ME, MARIA, 28) == "you last wrote to Maria Silva on 15 April, about “Of 28 days”"
    with office.work.writing() as session:
        notes.add_note(session, office.work.owner_id, 2, "plays chess", NOW - timedelta(days=60), "cli")
    [one] = coming(office)
    assert one.prepare == "you noted on 14 March about Bob Stone: plays chess"


def test_the_next_year_follow_up_is_ahead_and_the_one_of_yesterday_is_past(office: Office) -> None:
    with office.work.writing() as session:
        for days in (0, -1, -400, 14, 15):
            on = office.work.local(NOW) + timedelta(days=days)
            notes.add_follow_up(
                session, office.work.owner_id, 1, str(days), on, datetime(2020, 1, 1, tzinfo=NOW.tzinfo)
            )
    assert [(c.text, c.is_past) for c in coming(office)] == [("0", False), ("14", False), ("-400", True), ("-1", True)]
    assert isinstance(coming(office)[0].on, date)
