"""Invitations that come by mail become one touch a meeting, when it was held, with those who were there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kith.jobs import rulings
from kith.jobs.acts import Acts
from kith.jobs.look import MOST_CALENDARS
from kith.jobs.view import view
from kith.store import notes, people
from support.dovecot import Dovecot
from support.invitations import ALEX, HER, event, invitation
from support.jobs import BOB, MARIA, ME, NOW, Office, deaths
from support.mail import message

HIM = "bob@example.org"
LAST_WEEK = NOW - timedelta(days=7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office that knows Maria."""
    with Office(tmp_path) as made:
        made.add(MARIA)
        yield made


def hear(office: Office, calendar: str, days_ago: float, sender: str = MARIA, to: str = ME) -> None:
    """A mail with a calendar object, received (or, from the owner, sent) so many days ago."""
    at = NOW - timedelta(days=days_ago)
    office.server.deliver(invitation(sender, to, calendar, at), "Sent" if sender == ME else "INBOX", at)


def meetings(office: Office, person: int | None = None) -> list[datetime]:
    """When there were meetings with a person, oldest first."""
    rows = [r for r in office.rows("touch") if r["channel"] == "meeting" and person in (None, r["person_id"])]
    return sorted(r["at"] for r in rows)


def test_an_invitation_is_no_touch_and_the_meeting_is_one_at_its_time(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    [row] = office.rows("touch")
    assert (row["channel"], row["direction"], row["at"]) == ("meeting", "mutual", LAST_WEEK)
    assert row["subject"] == "Lunch at Zoë's"
    assert list(office.reasons().values()) == ["calendar"]
    [maria] = office.rows("person")
    assert maria["last_touched"] == maria["last_outbound"] == maria["last_inbound"] == LAST_WEEK


def test_of_a_mail_full_of_calendars_only_so_many_are_asked_for(office: Office) -> None:
    one = b"--z\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n%s\r\n"
    parts = b"".join(one % event(LAST_WEEK, uid=f"{n}@flood").encode() for n in range(MOST_CALENDARS + 30))
    top = message(MARIA, ME, "Lunch, lunch and lunch", at=NOW - timedelta(days=20)).partition(b"\r\n\r\n")[0]
    described = b"\r\n".join(row for row in top.split(b"\r\n") if not row.lower().startswith((b"content-", b"mime-")))
    kind = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n"
    office.server.deliver(described + b"\r\n" + kind + parts + b"--z--\r\n")
    office.read()
    assert len(office.rows("invite")) == MOST_CALENDARS


def test_a_meeting_on_a_real_server(office: Office, dovecot: Dovecot) -> None:
    user = office.use(dovecot)
    at = NOW - timedelta(days=20)
    dovecot.deliver(user, invitation(MARIA, ME, event(LAST_WEEK), at), at=at)
    office.read()
    assert meetings(office) == [LAST_WEEK]
    assert office.rows("touch")[0]["subject"] == "Lunch at Zoë's"


def test_promise_3_idempotent_reading_again_makes_no_second_meeting(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    before = office.dump()["touch"]
    office.read(full=True)
    office.server.renumber()
    office.read()
    assert office.dump()["touch"] == before


def test_a_meeting_to_come_is_told_with_what_to_have_in_mind(office: Office) -> None:
    hear(office, event(NOW + timedelta(days=3)), 1)
    at = NOW - timedelta(days=9)
    office.server.deliver(message(MARIA, ME, "Re: The flat", at=at), at=at)
    office.read()
    with office.work.writing() as session:
        [coming] = view(office.work, session, NOW).digest.coming_up
        assert coming.prepare == "they last wrote on 4 May, about “Re: The flat”"
        notes.add_note(session, office.work.owner_id, office.rows("person")[0]["id"], "moves to\nLisbon", NOW, "cli")
        [coming] = view(office.work, session, NOW).digest.coming_up
        assert coming.prepare == "you noted on 13 May: moves to Lisbon"


def test_a_meeting_to_come_is_told_and_becomes_a_touch_when_it_is_over(office: Office) -> None:
    soon = NOW + timedelta(days=3)
    hear(office, event(soon), 1)
    office.read()
    assert meetings(office) == []
    with office.work.reading() as session:
        [coming] = view(office.work, session, NOW).digest.coming_up
    assert (coming.kind, coming.name, coming.text, coming.on) == (
        "meeting",
        "Maria Silva",
        "Lunch at Zoë's",
        office.work.local(soon),
    )
    office.clock.at = soon + timedelta(minutes=59)
    office.read()
    assert meetings(office) == []
    office.clock.move(minutes=2)
    office.read()
    assert meetings(office) == [soon]


def test_a_cancelled_meeting_vanishes(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    assert meetings(office) == [LAST_WEEK]
    hear(office, event(LAST_WEEK, method="CANCEL", sequence=1, more="STATUS:CANCELLED"), 8)
    office.read()
    assert meetings(office) == []
    assert office.rows("person")[0]["last_touched"] is None


def test_a_cancellation_by_somebody_else_changes_nothing(office: Office) -> None:
    office.add(BOB)
    hear(office, event(LAST_WEEK), 20)
    hear(office, event(LAST_WEEK, method="CANCEL", sequence=1), 8, BOB)
    office.read()
    assert meetings(office) == [LAST_WEEK]


def test_a_meeting_that_was_declined_does_not_count(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    no = event(LAST_WEEK, method="REPLY", attendees={ALEX: "DECLINED"})
    hear(office, no, 19, ME, MARIA)
    office.read()
    assert meetings(office) == []


def test_whoever_declines_was_not_there_and_the_others_were(office: Office) -> None:
    bob = office.add(BOB)
    hear(office, event(LAST_WEEK, attendees={ALEX: "ACCEPTED", HER: "ACCEPTED", HIM: "ACCEPTED"}), 20)
    office.read()
    assert meetings(office) == [LAST_WEEK, LAST_WEEK]
    hear(office, event(LAST_WEEK, method="REPLY", attendees={HIM: "DECLINED"}), 1, BOB, f"{ME}, {MARIA}")
    office.read()
    assert meetings(office, bob) == []
    assert meetings(office, 1) == [LAST_WEEK]
    assert office.rows("person")[1]["touches"] == 0


def test_an_update_moves_the_meeting(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    later = LAST_WEEK + timedelta(days=2)
    hear(office, event(later, sequence=1), 10)
    office.read()
    assert meetings(office) == [later]
    hear(office, event(LAST_WEEK, sequence=0), 9)  # an older word that came late
    office.read()
    assert meetings(office) == [later]


def test_an_update_into_the_future_takes_the_touch_away_for_now(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    hear(office, event(NOW + timedelta(days=2), sequence=1), 8)
    office.read()
    assert meetings(office) == []
    office.clock.move(days=3)
    office.read()
    assert meetings(office) == [NOW + timedelta(days=2)]


def test_a_series_is_one_touch_a_meeting_as_time_goes_on(office: Office) -> None:
    begin = NOW - timedelta(days=15)
    hear(office, event(begin, more="RRULE:FREQ=WEEKLY;COUNT=5"), 20)
    office.read()
    assert meetings(office) == [begin, begin + timedelta(days=7), begin + timedelta(days=14)]
    office.clock.move(days=7)
    office.read()
    assert len(meetings(office)) == 4
    office.clock.move(days=60)
    office.read()
    assert len(meetings(office)) == 5
    calls = len(office.rows("touch"))
    office.read()
    assert len(office.rows("touch")) == calls


def test_the_owners_own_invitation_counts_once_somebody_came(office: Office) -> None:
    hear(office, event(LAST_WEEK, organizer=ALEX, attendees={HER: "NEEDS-ACTION"}), 20, ME, MARIA)
    office.read()
    assert meetings(office) == [LAST_WEEK]


def test_a_person_added_later_gets_the_meetings_of_mail_with_them(office: Office) -> None:
    hear(office, event(LAST_WEEK, organizer=HIM, attendees={ALEX: "ACCEPTED", HIM: "ACCEPTED"}), 20, BOB)
    office.read()
    assert meetings(office) == []
    bob = office.add(BOB)
    office.read()
    assert meetings(office, bob) == [LAST_WEEK]


@pytest.mark.parametrize("to", [f"{ME}, {BOB}", ME], ids=["named in the mail", "named in the calendar alone"])
def test_a_person_added_later_was_at_the_meetings_that_are_known_already(office: Office, to: str) -> None:
    hear(office, event(LAST_WEEK, attendees={ALEX: "ACCEPTED", HER: "ACCEPTED", HIM: "ACCEPTED"}), 20, to=to)
    office.read()
    assert meetings(office) == [LAST_WEEK]
    bob = office.add(BOB)
    office.read()
    assert meetings(office, bob) == [LAST_WEEK]
    assert meetings(office, 1) == [LAST_WEEK]


def test_a_crowd_is_no_meeting(office: Office) -> None:
    crowd = {f"guest{n}@example.net": "ACCEPTED" for n in range(20)}
    hear(office, event(LAST_WEEK, attendees={ALEX: "ACCEPTED", HER: "ACCEPTED"} | crowd), 20)
    office.read()
    assert meetings(office) == []


def test_promise_8_bad_input_never_stops_the_service_a_broken_calendar_is_passed_over(office: Office) -> None:
    hear(office, event(LAST_WEEK).replace("DTSTART:", "DTSTART:nonsense"), 20)
    hear(office, "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n" + "BEGIN:X\r\n" * 5000, 19)
    hear(office, event(LAST_WEEK, uid="good"), 18)
    office.read()
    assert meetings(office) == [LAST_WEEK]


def test_promise_3_idempotent_wherever_keeping_meetings_dies(office: Office) -> None:
    office.add(BOB)
    hear(office, event(LAST_WEEK, attendees={ALEX: "ACCEPTED", HER: "ACCEPTED", HIM: "ACCEPTED"}), 20)
    office.read()
    hear(office, event(LAST_WEEK + timedelta(days=1), sequence=1), 8)
    steps, ends = 0, []
    for step, where in deaths(office, lambda office: office.read()):
        office.read()
        ends.append((step, where, office.dump()["touch"], meetings(office)))
        steps = step
    assert {tuple(held) for *_, held in ends} == {(LAST_WEEK + timedelta(days=1),)}
    assert steps > 10


TOM, ZOE = "tom.reed@strange.example", "zoe.king@strange.example"


def texts(office: Office) -> str:
    """Everything in the database, as text."""
    return "\n".join(row for rows in office.dump().values() for row in rows)


def test_promise_6_only_your_people_an_invitation_keeps_no_address_of_anybody(office: Office) -> None:
    there = {ALEX: "ACCEPTED", HER: "ACCEPTED", TOM: "ACCEPTED", f"Zoe+x@{ZOE.partition('@')[2]}": "DECLINED"}
    calendar = event(LAST_WEEK, organizer=TOM, attendees=there, uid=f"lunch-{TOM}", more=f"DESCRIPTION:ask {ZOE}")
    hear(office, calendar, 20)
    office.read()
    assert meetings(office) == [LAST_WEEK]
    assert "strange.example" not in texts(office)
    assert HER not in str(office.rows("invite")) + str(office.rows("touch"))


def test_whoever_is_added_later_is_known_in_what_was_kept_of_a_meeting_and_who_declined_is_not(office: Office) -> None:
    there = {ALEX: "ACCEPTED", HER: "ACCEPTED", TOM: "ACCEPTED", ZOE: "DECLINED"}
    hear(office, event(LAST_WEEK, attendees=there), 20)
    office.read()
    tom, zoe = office.add("Tom Reed <Tom.Reed+home@Strange.Example>"), office.add(f"Zoe King <{ZOE}>")
    office.read()
    assert (meetings(office, tom), meetings(office, zoe)) == ([LAST_WEEK], [])


def test_without_the_key_that_veiled_them_meetings_stay_as_they_were_and_a_full_scan_reads_them_again(
    office: Office,
) -> None:
    hear(office, event(LAST_WEEK), 20)
    hear(office, event(NOW + timedelta(days=3), uid="to come"), 20)
    office.read()
    (office.folder / "kith.key").unlink()
    office.work = office.start()
    office.add(BOB)
    office.read()
    assert meetings(office) == [LAST_WEEK]
    office.read(full=True)
    office.clock.move(days=4)
    office.read()
    assert meetings(office) == [LAST_WEEK, NOW + timedelta(days=3)]


def test_a_meeting_that_was_none_by_the_owners_word_does_not_come_back(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    work = office.work
    with work.writing() as session:
        acts = Acts(session, work.owner_id, work.now(), work.config.owner.timezone)
        rulings.not_a_touch(acts, people.everyone(session, work.owner_id)[0][0])
    office.add(BOB)
    office.read()
    office.read(full=True)
    assert meetings(office) == []
    with work.writing() as session:
        acts = Acts(session, work.owner_id, work.now(), work.config.owner.timezone)
        bob, maria = (person for person, _ in people.everyone(session, work.owner_id))
        acts.merge(bob, maria)
    office.read(full=True)
    assert meetings(office) == []
    with work.writing() as session:
        acts = Acts(session, work.owner_id, work.now(), work.config.owner.timezone)
        acts.undo(None)
        acts.undo(None)
    assert meetings(office) == [LAST_WEEK]
