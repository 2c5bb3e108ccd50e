"""Invitations that come by mail become one touch a meeting, when it was held, with those who were there."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kith.jobs import rulings
from kith.jobs.acts import Acts
from kith.jobs.look import MOST_CALENDARS
from kith.jobs.view import view
from kith.store import notes, people
from support.dovecot import Dovecot
from support.invitations import ALEX, HER, event, hear, invitation, stamped
from support.jobs import BOB, MARIA, ME, NOW, Office, deaths
from support.mail import message

HIM = "bob@example.org"
LAST_WEEK = NOW - timedelta(days=7)


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
    parts = b"".join(one % event(LAST_WEEK, sequence=n).encode() for n in range(MOST_CALENDARS + 30))
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
    assert coming.at == soon.astimezone(office.work.config.owner.timezone).time()
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


def coming_up(office: Office) -> list[str]:
    """With whom the digest says there is a meeting."""
    with office.work.reading() as session:
        return [c.name for c in view(office.work, session, NOW).digest.coming_up]


SOON = NOW + timedelta(days=3)
CROWD = {f"guest{n}@example.net": "ACCEPTED" for n in range(60)}


@pytest.mark.parametrize(
    ("there", "answer"),
    [
        ({ALEX: "NEEDS-ACTION", HER: "ACCEPTED"}, {ALEX: "DECLINED"}),
        ({HER: "ACCEPTED", HIM: "ACCEPTED"}, None),
        ({ALEX: "ACCEPTED", HER: "ACCEPTED", **CROWD}, None),
        ({"team@work.example": "NEEDS-ACTION", HER: "ACCEPTED"}, None),
    ],
    ids=["declined", "not asked", "a crowd", "asked with a group, and silent"],
)
def test_a_meeting_that_will_not_count_is_not_told(
    office: Office, there: dict[str, str], answer: dict[str, str] | None
) -> None:
    hear(office, event(SOON, attendees=there), 20, to=f"{ME}, {BOB}")
    if answer:
        hear(office, event(SOON, method="REPLY", attendees=answer), 19, ME, MARIA)
    office.read()
    assert coming_up(office) == []
    office.clock.at = SOON + timedelta(days=1)
    office.read()
    assert meetings(office) == []


def test_what_is_asked_through_a_group_and_accepted_is_told_and_counts(office: Office) -> None:
    hear(office, event(SOON, attendees={"team@work.example": "NEEDS-ACTION", HER: "ACCEPTED"}), 20)
    hear(office, event(SOON, method="REPLY", attendees={ALEX: "ACCEPTED"}), 19, ME, MARIA)
    office.read()
    assert coming_up(office) == ["Maria Silva"]
    office.clock.at = SOON + timedelta(days=1)
    office.read()
    assert meetings(office) == [SOON]


def test_who_is_known_and_comes_unasked_was_there(office: Office) -> None:
    bob = office.add(BOB)
    hear(office, event(LAST_WEEK, organizer=ALEX, attendees={HER: "NEEDS-ACTION"}), 20, ME, MARIA)
    for sender, address, answer in ((BOB, HIM, "ACCEPTED"), (MARIA, HER, "DECLINED")):
        hear(office, event(LAST_WEEK, method="REPLY", organizer=ALEX, attendees={address: answer}), 19, sender)
    office.read()
    assert (meetings(office, bob), meetings(office, 1)) == ([LAST_WEEK], [])


def test_an_invitation_that_names_nobody_asks_those_it_was_sent_to(office: Office) -> None:
    hear(office, event(LAST_WEEK, attendees={}), 20)
    guests = ", ".join([ME, *CROWD])
    hear(office, event(LAST_WEEK - timedelta(days=1), uid="for a crowd", attendees={}), 20, to=guests)
    hear(office, event(LAST_WEEK - timedelta(days=2), uid="for others", attendees={}), 20, to=BOB)
    office.read()
    assert meetings(office) == [LAST_WEEK]


def weekly(begin: datetime, **more: object) -> str:
    rule = str(more.pop("more", "RRULE:FREQ=WEEKLY"))
    return event(begin, more=rule, **more)  # type: ignore[arg-type] # what event takes


BEGUN = NOW - timedelta(days=50)
HELD = [BEGUN + timedelta(weeks=n) for n in range(6)]


@pytest.mark.parametrize(
    ("calendar", "sender"),
    [
        (weekly(BEGUN, method="CANCEL", sequence=1, more="STATUS:CANCELLED"), MARIA),
        (weekly(BEGUN, method="REPLY", attendees={ALEX: "DECLINED"}), ME),
        (weekly(NOW + timedelta(days=6), sequence=1), MARIA),
    ],
    ids=["cancelled", "declined", "begun anew"],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_series_that_ends_was_held_until_then(office: Office, calendar: str, sender: str, at_once: bool) -> None:
    hear(office, weekly(BEGUN), 60)
    if not at_once:
        office.clock.move(days=-8.5)
        office.read()
        assert meetings(office) == HELD
        office.clock.at = NOW
    hear(office, stamped(calendar, 8), 8, sender, MARIA if sender == ME else ME)
    office.read()
    assert meetings(office) == HELD
    office.read(full=True)
    assert meetings(office) == HELD


def test_a_meeting_that_was_cancelled_after_it_was_over_was_held(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    hear(office, stamped(event(LAST_WEEK, method="CANCEL", sequence=1), 2), 2)
    office.read()
    assert meetings(office) == [LAST_WEEK]


@pytest.mark.parametrize("days_ago", [8, 2])
def test_a_cancellation_that_was_written_in_time_counts_whatever_is_read_first(office: Office, days_ago: float) -> None:
    hear(office, stamped(event(LAST_WEEK, method="CANCEL", sequence=1), 8), days_ago)
    office.read()
    hear(office, event(LAST_WEEK), 20)
    office.read()
    assert meetings(office) == []


HERS, WORK = "maria@icloud.com", "alex@work.example"


@pytest.mark.parametrize(
    ("method", "answer", "sender", "reply_to", "held"),
    [
        ("REPLY", {WORK: "DECLINED"}, ME, "", False),
        ("REPLY", {ALEX: "DECLINED"}, f"Alex <{WORK}>", "", False),
        ("REPLY", {HER: "DECLINED"}, f"Maria <{HERS}>", "", False),
        ("REPLY", {HERS: "DECLINED"}, MARIA, "", False),
        ("REPLY", {HERS: "DECLINED"}, "Maria <noreply@email.apple.com>", HERS, False),
        ("CANCEL", {}, f"Maria <{HERS}>", "", False),
        ("CANCEL", {}, "Maria <calendar-notification@google.com>", HER, False),
        ("REPLY", {HERS: "DECLINED"}, "Maria <eve@example.net>", HERS, True),
        ("CANCEL", {}, "Maria <eve@example.net>", HER, True),
        ("REPLY", {ALEX: "DECLINED"}, "Maria <noreply@email.apple.com>", HERS, True),
    ],
)
def test_people_answer_and_cancel_from_any_of_their_addresses_and_nobody_does_it_for_them(
    office: Office, method: str, answer: dict[str, str], sender: str, reply_to: str, held: bool
) -> None:
    with office.work.writing() as session:
        people.add_address(session, office.work.owner_id, 1, HERS, HERS)
    hear(office, event(LAST_WEEK, attendees={WORK: "NEEDS-ACTION", HER: "ACCEPTED"}), 20)
    at = NOW - timedelta(days=19)
    raw = invitation(sender, f"{ME}, {MARIA}", event(LAST_WEEK, method=method, sequence=1, attendees=answer), at)
    if reply_to:
        raw = b"Reply-To: " + reply_to.encode() + b"\r\n" + raw
    office.server.deliver(raw, "INBOX", at)
    office.read()
    assert meetings(office) == ([LAST_WEEK] if held else [])


def test_what_icloud_calls_its_people_by_numbers_tells_who_they_are(office: Office) -> None:
    calendar = event(LAST_WEEK, attendees={ALEX: "NEEDS-ACTION"})
    known = calendar.replace(f"ORGANIZER:mailto:{HER}", f"ORGANIZER;EMAIL={HER}:mailto:2_GE3TCNJU@imip.me.com")
    hear(office, known, 20)
    office.read()
    assert meetings(office) == [LAST_WEEK]


def test_an_invitation_that_was_never_sent_makes_no_meeting(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": 'folders = ["INBOX", "Sent", "Drafts"]'}) as office:
        office.add(MARIA)
        at = NOW - timedelta(days=20)
        calendar = event(LAST_WEEK, organizer=ALEX, attendees={HER: "NEEDS-ACTION"})
        office.server.deliver(invitation(ME, MARIA, calendar, at), "Drafts", at)
        office.read()
        assert (meetings(office), list(office.reasons().values())) == ([], ["draft"])
        hear(office, calendar, 20, ME, MARIA)
        office.read()
        assert meetings(office) == [LAST_WEEK]


@pytest.mark.parametrize("day", ["RECURRENCE-ID;VALUE=DATE:%Y%m%d", "RECURRENCE-ID:%Y%m%dT000000Z"])
def test_one_meeting_of_a_series_may_be_declined_by_its_day(office: Office, day: str) -> None:
    hear(office, weekly(BEGUN, more="RRULE:FREQ=WEEKLY;COUNT=6"), 60)
    gone = HELD[2].strftime(day)
    hear(office, event(HELD[2], method="REPLY", attendees={ALEX: "DECLINED"}, more=gone), 55, ME, MARIA)
    office.read()
    assert meetings(office) == [*HELD[:2], *HELD[3:]]


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
