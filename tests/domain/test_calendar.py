"""What holds of a meeting after requests, replies and cancellations, and who met whom in the end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.address import key
from kith.domain.calendar import Attendee, Heard, Invite, Occurrence, held, met
from kith.domain.invitations import asking, author, merge

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 3, 16, 9, tzinfo=PARIS)
SEEN = datetime(2026, 3, 1, tzinfo=UTC)
ANN, ALEX, BOB = "ann@example.org", "alex@example.com", "bob@example.org"
PLAIN = partial(key, dots_matter={})
ASKED = Invite(
    uid="u",
    starts_at=AT,
    ends_at=AT + timedelta(hours=1),
    tzid="Europe/Paris",
    stamp=SEEN,
    organizer=ANN,
    attendees=(Attendee(ALEX), Attendee(BOB)),
    summary="Coffee",
)
WEEKLY = replace(ASKED, rrule="FREQ=WEEKLY")
SECOND = "2026-03-23T08:00:00+00:00"


def mail(invite: Invite, sender: str = ANN, minutes: int = 0, **changed: object) -> Heard:
    return Heard(replace(invite, **changed), sender, SEEN + timedelta(minutes=minutes))  # type: ignore[arg-type] # any field


def reply(sender: str, partstat: str, invite: Invite = ASKED, minutes: int = 5, **changed: object) -> Heard:
    stamp = SEEN + timedelta(minutes=minutes)
    answer = (Attendee(sender, partstat),)
    return mail(invite, sender, minutes, method="REPLY", attendees=answer, rrule="", stamp=stamp, **changed)


def cancel(sender: str = ANN, invite: Invite = ASKED, **changed: object) -> Heard:
    fields = {"method": "CANCEL", "sequence": 1, "status": "CANCELLED", "rrule": "", **changed}
    return mail(invite, sender, 9, **fields)


def states(*heard: Heard) -> dict[str, Invite]:
    """What merge gives, by recurrence_id; the same in whatever order the mails were seen."""
    merged = merge(heard)
    assert all(merge(order) == merged for order in permutations(heard))
    return {invite.recurrence_id: invite for invite in merged}


def the(*heard: Heard) -> Invite:
    (invite,) = states(*heard).values()
    return invite


def answers(invite: Invite) -> dict[str, str]:
    return {a.address: a.partstat for a in invite.attendees}


def test_the_request_with_the_highest_sequence_holds_then_the_latest() -> None:
    moved = mail(ASKED, sequence=2, starts_at=AT + timedelta(days=1))
    later = mail(ASKED, stamp=SEEN + timedelta(days=9), summary="Tea")
    assert the(mail(ASKED), later).summary == "Tea"
    assert the(mail(ASKED), moved, later).starts_at == AT + timedelta(days=1)


def test_a_reply_changes_its_senders_answer_and_nothing_else() -> None:
    found = the(mail(ASKED), reply(BOB, "DECLINED", summary="Forged", starts_at=AT + timedelta(days=5)))
    assert answers(found) == {ALEX: "NEEDS-ACTION", BOB: "DECLINED"}
    assert (found.summary, found.starts_at) == ("Coffee", AT)


def test_nobody_answers_for_another() -> None:
    forged = mail(ASKED, "eve@example.net", 5, method="REPLY", attendees=(Attendee(BOB, "DECLINED"),))
    assert answers(the(mail(ASKED), forged)) == {ALEX: "NEEDS-ACTION", BOB: "NEEDS-ACTION"}


def test_the_last_answer_counts_and_one_to_an_older_request_does_not() -> None:
    no, yes = reply(BOB, "DECLINED", minutes=5), reply(BOB, "ACCEPTED", minutes=6)
    assert answers(the(mail(ASKED), no, yes))[BOB] == "ACCEPTED"
    assert answers(the(mail(ASKED), mail(ASKED, sequence=1, minutes=7), no))[BOB] == "NEEDS-ACTION"


SELVES = {"alex@work.example": "alex", ALEX: "alex", "ann@cloud.example": "ann", ANN: "ann", BOB: "bob"}
ANNS, WORK = "ann@cloud.example", "alex@work.example"


def as_person(address: str) -> str:
    """Who is meant: several addresses, one person."""
    return SELVES.get(PLAIN(address), PLAIN(address))


def of_people(*heard: Heard) -> Invite:
    (invite,) = merge(heard, as_person, frozenset(SELVES.values()))
    return invite


def test_an_answer_counts_from_whichever_address_of_the_same_person() -> None:
    no = mail(ASKED, WORK, 5, method="REPLY", attendees=(Attendee(ALEX, "DECLINED"),))
    assert answers(of_people(mail(ASKED), no))[ALEX] == "DECLINED"
    other = reply(WORK, "DECLINED")
    assert answers(of_people(mail(ASKED), other))[ALEX] == "DECLINED"
    assert answers(the(mail(ASKED), no)) == {ALEX: "NEEDS-ACTION", BOB: "NEEDS-ACTION"}


def test_who_is_asked_twice_answers_for_the_address_they_answer_with() -> None:
    twice = replace(ASKED, attendees=(Attendee(ALEX), Attendee(WORK), Attendee(BOB)))
    assert answers(of_people(mail(twice), reply(WORK, "DECLINED"))) == {
        ALEX: "NEEDS-ACTION",
        WORK: "DECLINED",
        BOB: "NEEDS-ACTION",
    }


@pytest.mark.parametrize(("sender", "cancelled"), [(ANNS, True), (BOB, False), ("eve@example.net", False)])
def test_the_organizer_cancels_from_any_of_their_addresses(sender: str, cancelled: bool) -> None:
    assert (of_people(mail(ASKED), cancel(sender)).status == "CANCELLED") is cancelled


def test_who_comes_unasked_counts_if_they_are_known_and_strangers_do_not() -> None:
    group = replace(ASKED, attendees=(Attendee("team@example.net"),))
    yes, stranger = reply(WORK, "ACCEPTED"), reply("eve@example.net", "ACCEPTED", minutes=6)
    assert answers(of_people(mail(group), yes, stranger)) == {"team@example.net": "NEEDS-ACTION", WORK: "ACCEPTED"}
    no = reply(ALEX, "DECLINED", minutes=7)
    assert answers(of_people(mail(group), yes, no)) == {"team@example.net": "NEEDS-ACTION", ALEX: "DECLINED"}
    moved = mail(group, sequence=1, minutes=8, starts_at=AT + timedelta(days=1))
    assert answers(of_people(mail(group), yes, moved))[WORK] == "NEEDS-ACTION"


def test_a_word_without_a_sequence_is_about_the_request_it_came_after_if_it_names_its_time() -> None:
    third = mail(ASKED, sequence=3)
    assert answers(the(third, reply(BOB, "DECLINED", sequence=0)))[BOB] == "DECLINED"
    assert the(third, cancel(sequence=0)).status == "CANCELLED"
    earlier = reply(BOB, "DECLINED", starts_at=AT - timedelta(days=1))
    assert answers(the(third, earlier))[BOB] == "NEEDS-ACTION"


@pytest.mark.parametrize("name", ["2026-03-23", "2026-03-22T23:00:00+00:00", "2026-03-23T00:00:00+00:00", SECOND])
def test_one_meeting_of_a_series_is_known_by_its_day_alone(name: str) -> None:
    found = states(mail(WEEKLY), reply(ALEX, "DECLINED", recurrence_id=name))
    assert set(found) == {"", SECOND}
    assert answers(found[SECOND])[ALEX] == "DECLINED"


def test_what_is_said_of_one_meeting_and_all_after_it_is_said_of_those() -> None:
    third = "2026-03-30T07:00:00+00:00"
    moved = mail(ASKED, recurrence_id=third, sequence=1, starts_at=AT + timedelta(days=15))
    found = states(mail(WEEKLY), moved, cancel(recurrence_id=SECOND, and_future=True))
    assert {name: (i.status, i.and_future) for name, i in found.items()} == {
        "": ("", False),
        SECOND: ("CANCELLED", True),
        third: ("CANCELLED", False),
    }
    no = reply(ALEX, "DECLINED", recurrence_id=SECOND, and_future=True)
    found = states(mail(WEEKLY), moved, no._replace(invite=replace(no.invite, sequence=1)))
    assert (answers(found[""])[ALEX], answers(found[third])[ALEX]) == ("NEEDS-ACTION", "DECLINED")


@pytest.mark.parametrize(
    ("from_", "reply_to", "expected"),
    [
        (ANN, [], ANN),
        (ANN, [BOB], ANN),
        ("NoReply@email.apple.com", [ANN], ANN),
        ("calendar-notification@google.com", [ANN], ANN),
        ("noreply@email.apple.com", [ANN, BOB], "noreply@email.apple.com"),
        ("noreply@email.apple.com.example.net", [ANN], "noreply@email.apple.com.example.net"),
        ("", [ANN], ""),
    ],
)
def test_only_great_calendars_speak_for_others(from_: str, reply_to: list[str], expected: str) -> None:
    assert author(from_, reply_to) == expected


def test_an_invitation_that_names_nobody_asks_those_it_was_sent_to() -> None:
    nobody = replace(ASKED, attendees=())
    assert asking(nobody, [ALEX, BOB]).attendees == (Attendee(ALEX), Attendee(BOB))
    assert asking(ASKED, ["eve@example.net"]) == ASKED
    for method in ("CANCEL", "PUBLISH", "REPLY"):
        assert asking(replace(nobody, method=method), [ALEX]).attendees == ()


@pytest.mark.parametrize("method", ["COUNTER", "DECLINECOUNTER", "REFRESH", "ADD", "RUBBISH", ""])
def test_other_methods_change_nothing(method: str) -> None:
    other = mail(ASKED, BOB, 5, method=method, sequence=9, starts_at=AT + timedelta(days=1))
    assert the(mail(ASKED), other) == ASKED
    assert merge([other]) == []


@pytest.mark.parametrize(
    ("heard", "cancelled"),
    [
        (cancel(), True),
        (cancel(sequence=0), True),
        (cancel(sender="ANN@Example.org"), True),
        (cancel(method="REQUEST"), True),
        (cancel(sender=BOB), False),
        (cancel(sender=BOB, organizer=BOB), False),
        (cancel(sender=BOB, method="REQUEST", organizer=BOB), False),
        (cancel(sender=""), False),
    ],
)
def test_only_the_organizer_cancels(heard: Heard, cancelled: bool) -> None:
    assert (the(mail(ASKED), heard).status == "CANCELLED") is cancelled


def test_who_sent_the_request_for_the_organizer_may_cancel_it_too() -> None:
    robot = "no-reply@scheduler.example"
    assert the(mail(ASKED, robot), cancel(robot)).status == "CANCELLED"


def test_a_newer_request_brings_a_cancelled_meeting_back() -> None:
    assert the(mail(ASKED), cancel(), mail(ASKED, sequence=2)).status == ""


def test_a_request_that_names_another_organizer_does_not_take_the_meeting_over() -> None:
    forged = mail(ASKED, BOB, 5, sequence=99, organizer=BOB, starts_at=AT + timedelta(days=1))
    assert the(mail(ASKED), forged, cancel(BOB, sequence=99)) == ASKED


def test_a_cancel_for_some_takes_them_out_and_leaves_the_meeting() -> None:
    found = the(mail(ASKED), cancel(status="", attendees=(Attendee(BOB),)))
    assert (found.status, found.attendees) == ("", (Attendee(ALEX),))
    assert the(mail(ASKED), cancel(status="")).status == "CANCELLED"
    assert the(mail(ASKED), cancel(status="", attendees=())).status == "CANCELLED"


def test_a_cancel_alone_is_a_cancelled_meeting() -> None:
    assert the(cancel()).status == "CANCELLED"


def test_one_meeting_of_a_series_is_moved_declined_or_cancelled_by_itself() -> None:
    moved = mail(ASKED, recurrence_id=SECOND, sequence=1, starts_at=AT + timedelta(days=8))
    no = reply(ALEX, "DECLINED", recurrence_id="2026-03-30T07:00:00+00:00")
    gone = cancel(recurrence_id="2026-04-06T07:00:00+00:00")
    found = states(mail(WEEKLY), moved, no, gone)
    assert found[""] == WEEKLY
    assert found[SECOND].starts_at == AT + timedelta(days=8)
    declined = found["2026-03-30T07:00:00+00:00"]
    assert (declined.starts_at, declined.ends_at) == (AT + timedelta(days=14), AT + timedelta(days=14, hours=1))
    assert (answers(declined)[ALEX], declined.recurs) == ("DECLINED", False)
    cancelled = found["2026-04-06T07:00:00+00:00"]
    assert (cancelled.status, cancelled.starts_at) == ("CANCELLED", AT + timedelta(days=21))


def test_what_is_said_of_the_series_is_said_of_each_meeting() -> None:
    moved = mail(ASKED, recurrence_id=SECOND)
    assert answers(states(mail(WEEKLY), moved, reply(BOB, "DECLINED"))[SECOND])[BOB] == "DECLINED"
    found = states(mail(WEEKLY), moved, cancel())
    assert {invite.status for invite in found.values()} == {"CANCELLED"}


def test_whole_days_of_a_series_keep_to_days() -> None:
    days = replace(WEEKLY, all_day=True, starts_at=date(2026, 3, 16), ends_at=date(2026, 3, 17))
    found = states(mail(days), reply(ALEX, "DECLINED", days, recurrence_id="2026-03-23", starts_at=date(2026, 3, 23)))
    assert (found["2026-03-23"].starts_at, found["2026-03-23"].ends_at) == (date(2026, 3, 23), date(2026, 3, 24))


def test_a_meeting_known_by_its_answers_alone_is_put_together() -> None:
    mine = replace(ASKED, organizer=ALEX)
    found = the(reply(ANN, "ACCEPTED", mine), reply(BOB, "DECLINED", mine, minutes=6))
    assert answers(found) == {ANN: "ACCEPTED", BOB: "DECLINED"}
    assert (found.organizer, found.method) == (ALEX, "REQUEST")


def test_meetings_with_other_uids_are_left_alone() -> None:
    other = mail(ASKED, uid="v", organizer=BOB)
    assert [(i.uid, i.status) for i in merge([mail(ASKED), other, cancel()])] == [("u", "CANCELLED"), ("v", "")]


METHODS = st.sampled_from(["REQUEST", "REPLY", "CANCEL", "COUNTER", "PUBLISH"])
PEOPLE = st.sampled_from([ANN, ALEX, BOB, ""])
MAILS = st.builds(
    lambda sender, minutes, **fields: Heard(replace(ASKED, **fields), sender, SEEN + timedelta(minutes=minutes)),
    PEOPLE,
    st.integers(0, 3),
    method=METHODS,
    organizer=PEOPLE,
    sequence=st.integers(0, 2),
    recurrence_id=st.sampled_from(["", SECOND, "2026-03-23", "2026-03-30T07:00:00+00:00"]),
    status=st.sampled_from(["", "CANCELLED"]),
    rrule=st.sampled_from(["", "FREQ=WEEKLY"]),
    and_future=st.booleans(),
    attendees=st.lists(st.builds(Attendee, PEOPLE, st.sampled_from(["DECLINED", "ACCEPTED"])), max_size=3).map(tuple),
)


@given(st.lists(MAILS, max_size=8), st.randoms())
def test_the_order_in_which_mails_are_seen_never_matters(heard: list[Heard], random: object) -> None:
    shuffled = list(heard)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    merged = merge(heard)
    assert merge(shuffled) == merged
    assert merge([*heard, *heard]) == merged
    names = [(invite.uid, invite.recurrence_id) for invite in merged]
    assert names == sorted(set(names))


@given(st.lists(MAILS, max_size=4))
def test_what_is_merged_can_be_kept_as_json(heard: list[Heard]) -> None:
    for invite in merge(heard):
        assert Invite.from_json(invite.to_json()) == invite


NOW = AT + timedelta(hours=2)
COFFEE = Occurrence("u", AT, AT + timedelta(hours=1), "Coffee", ANN, ASKED.attendees)


def attended(*attendees: Attendee, organizer: str = ANN) -> Occurrence:
    return replace(COFFEE, attendees=attendees, organizer=organizer)


@pytest.mark.parametrize(
    ("occurrence", "expected"),
    [
        (COFFEE, True),
        (replace(COFFEE, ends_at=NOW + timedelta(minutes=1)), False),
        (replace(COFFEE, cancelled=True), False),
        (attended(Attendee(ALEX, "DECLINED"), Attendee(BOB)), False),
        (attended(Attendee(ALEX, "DELEGATED"), Attendee(BOB)), False),
        (attended(Attendee(ALEX, "DECLINED"), Attendee("Alex+work@example.com", "TENTATIVE")), True),
        (attended(Attendee(ALEX, "DECLINED"), Attendee("Alex+work@example.com")), False),
        (attended(Attendee(BOB)), False),
        (attended(Attendee(BOB, "DECLINED"), organizer=ALEX), True),
        (attended(*[Attendee(f"p{n}@example.org") for n in range(9)], Attendee(ALEX)), True),
        (attended(*[Attendee(f"p{n}@example.org") for n in range(10)], Attendee(ALEX)), False),
        (attended(*[Attendee(f"p{n}@example.org") for n in range(9)], Attendee(ALEX), Attendee(ANN)), True),
        (attended(*[Attendee(f"p{n % 9}@example.org") for n in range(20)], Attendee(ALEX)), True),
    ],
)
def test_a_meeting_was_held_if_it_is_over_and_the_owner_was_there(occurrence: Occurrence, expected: bool) -> None:
    assert (held([occurrence], {ALEX}, NOW, PLAIN) == [occurrence]) is expected


def test_the_owner_met_the_organizer_and_all_who_did_not_decline_each_once() -> None:
    several = (Attendee("Ann@example.org", "ACCEPTED"), Attendee(ALEX), Attendee(BOB, "DECLINED"), Attendee("c@d.e"))
    assert met(attended(*several), {ALEX}, PLAIN) == (ANN, "c@d.e")
    assert met(attended(Attendee(ANN, "DECLINED"), Attendee(ALEX)), {ALEX}, PLAIN) == ()
    assert met(attended(Attendee(BOB), organizer=ALEX), {ALEX}, PLAIN) == (BOB,)
    assert met(attended(Attendee(ALEX), organizer=""), {ALEX}, PLAIN) == ()
    assert met(attended(Attendee(BOB, "DECLINED"), Attendee("Bob+x@example.org")), {ALEX}, PLAIN) == (ANN,)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, date(2026, 3, 16)),
        ({"all_day": True, "starts_at": date(2026, 3, 16), "ends_at": date(2026, 3, 18)}, date(2026, 3, 18)),
        ({"rrule": "FREQ=WEEKLY"}, None),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20260501T070000Z"}, date(2026, 5, 1)),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20260501T070000Z", "rdates": ("2026-06-01",)}, None),
    ],
)
def test_when_an_invite_is_over_for_good(changed: dict[str, object], expected: date | None) -> None:
    assert replace(ASKED, **changed).last_on == expected  # type: ignore[arg-type] # any field


def test_an_hour_that_comes_twice_keeps_which_of_the_two_it_was() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(PARIS)
    kept = Invite.from_json(replace(ASKED, starts_at=second, ends_at=second).to_json())
    assert kept.starts_at.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # type: ignore[union-attr] # timed
