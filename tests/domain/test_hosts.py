"""Who may change a meeting, who stands behind it, and which of its meetings count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.attendance import plain_key
from kith.domain.calendar import Attendee, Heard, Invite
from kith.domain.hosts import in_order, is_known, rightful, span
from kith.domain.invitations import few_of, merge
from kith.domain.turns import MOST_TURNS, turns

AT = datetime(2026, 3, 16, 9, tzinfo=UTC)
ALEX, MARIA, BOB = "alex@example.com", "maria@example.org", "bob@example.org"
EVE, ANN = "eve@evil.example", "assistant@office.example"
WELCOME = frozenset({ALEX, MARIA, BOB})
HOUR = timedelta(hours=1)
MONTH = timedelta(days=31)
YEARS = timedelta(days=30 * 365)
ASKED = Invite(
    uid="u",
    starts_at=AT,
    ends_at=AT + HOUR,
    organizer=MARIA,
    attendees=(Attendee(ALEX), Attendee(MARIA, "ACCEPTED")),
)


def said(sender: str, day: float = -30, **changed: object) -> Heard:
    return Heard(replace(ASKED, **changed), sender, AT + timedelta(days=day))  # type: ignore[arg-type] # any field


def reply(sender: str, partstat: str, day: float = -20, **changed: object) -> Heard:
    return said(sender, day, method="REPLY", attendees=(Attendee(sender, partstat),), **changed)


def state(*heard: Heard) -> Invite:
    """What holds of the one meeting, in whatever order the mails were seen."""
    (invite,) = merge(heard, plain_key, WELCOME)
    assert all(merge(order, plain_key, WELCOME) == [invite] for order in permutations(heard))
    return invite


LATER = AT + timedelta(days=3000)
MOVED = {"starts_at": LATER, "ends_at": LATER + HOUR, "sequence": 9}
DECLINED = {"attendees": (Attendee(ALEX, "DECLINED"), Attendee(MARIA, "ACCEPTED")), "sequence": 9}
OFF = {"status": "CANCELLED", "sequence": 9}


@pytest.mark.parametrize("change", [MOVED, DECLINED, OFF, {"method": "PUBLISH", **MOVED}, {"method": "CANCEL", **OFF}])
@pytest.mark.parametrize("organizer", [MARIA, EVE, ""])
@pytest.mark.parametrize("day", [-40, -20])
def test_whoever_knows_a_uid_changes_nothing_with_it(change: dict[str, object], organizer: str, day: float) -> None:
    forged = said(EVE, day, organizer=organizer, **change)
    assert state(said(MARIA), forged) == ASKED
    assert state(said(MARIA), forged, said(BOB, -20, organizer=organizer, **change)) == ASKED


@pytest.mark.parametrize(
    ("first", "update"),
    [
        (said(MARIA), said(MARIA, -20, **MOVED)),
        (said(ANN), said(MARIA, -20, **MOVED)),
        (said(ANN), said(ANN, -20, **MOVED)),
        (said(ANN, organizer=""), said(ANN, -20, organizer="", **MOVED)),
        (said(BOB), said(MARIA, -20, **MOVED)),
        (said(ALEX, organizer=ALEX), said("Alex+work@example.com", -20, organizer=ALEX, **MOVED)),
    ],
    ids=["the organizer", "the organizer, an assistant sent it", "the assistant", "nobody", "sent on", "the owner"],
)
def test_whose_meeting_it_is_moves_it(first: Heard, update: Heard) -> None:
    assert state(first, update).starts_at == LATER


def test_an_update_whose_first_request_was_never_seen_counts_from_whomever() -> None:
    assert state(said(ANN, **MOVED)).starts_at == LATER


def test_who_is_made_organizer_may_change_the_meeting_from_then_on() -> None:
    handed_on = said(MARIA, -25, organizer=ANN, sequence=1)
    assert state(said(MARIA), handed_on, said(ANN, -20, organizer=ANN, **MOVED)).starts_at == LATER
    assert state(said(MARIA), handed_on, said(ANN, -20, method="CANCEL", organizer=ANN, **OFF)).status == "CANCELLED"
    assert state(said(MARIA), said(ANN, -20, organizer=ANN, **MOVED)) == ASKED


def test_a_meeting_that_is_known_by_answers_is_as_the_known_tell_it() -> None:
    hers, strange = reply(MARIA, "ACCEPTED", organizer=ALEX), reply(EVE, "ACCEPTED", -10, organizer=ALEX, **MOVED)
    found = state(hers, strange)
    assert (found.starts_at, {a.address for a in found.attendees}) == (AT, {MARIA, EVE})


def test_no_stranger_makes_up_a_meeting_of_a_series() -> None:
    series = said(MARIA, rrule="FREQ=WEEKLY")
    made_up = reply(EVE, "ACCEPTED", recurrence_id="2026-03-18T09:00:00+00:00")
    assert state(series, made_up) == series.invite
    answers = [reply(MARIA, "ACCEPTED", organizer=ALEX, rrule="FREQ=WEEKLY"), made_up]
    assert [invite.recurrence_id for invite in merge(answers, plain_key, WELCOME)] == [""]


def test_a_flood_of_words_by_strangers_crowds_out_nothing_that_was_held() -> None:
    series = said(MARIA, rrule="FREQ=WEEKLY")
    off = said(MARIA, 50, method="CANCEL", **OFF)
    days = range(60, 60 + 2 * MOST_TURNS)
    flood = [word for n in days for word in (said(EVE, n, sequence=n), reply(EVE, "DECLINED", n))]
    flood += [reply(EVE, "ACCEPTED", n + 0.5) for n in days]
    assert turns([series, off, *flood], plain_key, WELCOME) == turns([series, off], plain_key, WELCOME)
    answers = [reply(MARIA, "ACCEPTED", organizer=ALEX), reply(MARIA, "DECLINED", 50, organizer=ALEX)]
    strange = [reply(EVE, "DECLINED", n, organizer=ALEX) for n in days]
    found = turns([*answers, *strange], plain_key, WELCOME)
    assert [turn.until for turn in found] == [AT + timedelta(days=50), None]


NEVER = timedelta(0)


@pytest.mark.parametrize(
    ("heard", "late"),
    [
        ([said(MARIA)], YEARS),
        ([said(ALEX, organizer=ALEX)], YEARS),
        ([said(MARIA, rrule="FREQ=DAILY")], MONTH),
        ([said(MARIA, rrule="FREQ=DAILY;COUNT=10")], YEARS),
        ([said(MARIA, rrule="FREQ=DAILY;UNTIL=20260101T000000Z")], YEARS),
        ([said(EVE, rrule="FREQ=DAILY")], NEVER),
        ([said(EVE)], NEVER),
        ([said(EVE), reply(ALEX, "ACCEPTED")], YEARS),
        ([said(EVE), reply(MARIA, "TENTATIVE")], YEARS),
        ([said(EVE), reply(MARIA, "DECLINED")], NEVER),
        ([said(EVE), reply(EVE, "ACCEPTED")], NEVER),
        ([said(EVE), said(EVE, -20, method="REPLY", attendees=(Attendee(ALEX, "ACCEPTED"),))], NEVER),
        ([said(EVE, attendees=(Attendee(ALEX, "ACCEPTED"), Attendee(MARIA, "ACCEPTED")))], NEVER),
    ],
)
def test_how_long_a_meeting_may_be_over_when_it_is_told_of(heard: list[Heard], late: timedelta) -> None:
    found = span(heard, plain_key, WELCOME)
    assert found.since == heard[0].seen_at - late
    assert timedelta(days=3640) < found.until - heard[-1].seen_at < timedelta(days=3660)


def test_a_stranger_who_spoke_of_a_meeting_before_does_not_make_it_older_than_its_first_request() -> None:
    assert span([said(EVE, -90, method="COUNTER"), said(EVE)], plain_key, WELCOME).since == said(EVE).seen_at


@pytest.mark.parametrize(
    ("heard", "known"),
    [
        ([said(MARIA)], True),
        ([said(ALEX)], True),
        ([said(EVE)], False),
        ([said(EVE, attendees=(Attendee(ALEX, "ACCEPTED"),))], False),
        ([said(EVE), reply(MARIA, "ACCEPTED")], False),
        ([said(EVE), reply(ALEX, "DECLINED")], False),
        ([said(EVE), reply(ALEX, "ACCEPTED")], True),
        ([reply(MARIA, "ACCEPTED", organizer=ALEX)], True),
        ([reply(EVE, "ACCEPTED", organizer=ALEX)], False),
    ],
)
def test_which_meetings_are_those_of_people_one_knows(heard: list[Heard], known: bool) -> None:
    assert is_known(heard, plain_key, WELCOME, ALEX) is known


def test_of_many_meetings_the_first_few_are_kept_with_all_that_belongs_to_them() -> None:
    many = [replace(ASKED, uid=str(n % 5), sequence=n) for n in range(12)]
    assert [invite.sequence for invite in few_of(many, 2)] == [0, 1, 5, 6, 10, 11]
    assert few_of(many, 9) == tuple(many)


PEOPLE = st.sampled_from([ALEX, MARIA, BOB, EVE, ANN, ""])
WORDS = st.builds(
    said,
    PEOPLE,
    st.integers(-9, 9),
    organizer=PEOPLE,
    method=st.sampled_from(["REQUEST", "REPLY", "CANCEL", "COUNTER", "PUBLISH"]),
    sequence=st.integers(0, 2),
    recurrence_id=st.sampled_from(["", "2026-03-23T09:00:00+00:00"]),
    rrule=st.sampled_from(["", "FREQ=WEEKLY"]),
    attendees=st.lists(st.builds(Attendee, PEOPLE, st.sampled_from(["DECLINED", "ACCEPTED"])), max_size=3).map(tuple),
)


@given(st.lists(WORDS, max_size=8), st.randoms())
def test_who_may_speak_does_not_depend_on_the_order_and_is_not_asked_twice(heard: list[Heard], random: object) -> None:
    shuffled = list(heard)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    found = rightful(heard, plain_key, WELCOME)
    assert rightful(shuffled, plain_key, WELCOME) == found == rightful(found, plain_key, WELCOME)
    assert found == [one for one in in_order(heard) if one in found]


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6))
def test_once_somebody_known_asked_strangers_change_nothing(hers: list[Heard], theirs: list[Heard]) -> None:
    asked = said(MARIA, -10)
    known = [asked, *(h for h in hers if h.sender in WELCOME and h.invite.organizer in WELCOME)]
    strange = [h for h in theirs if h.sender in {EVE, ANN, ""}]
    assert turns([*known, *strange], plain_key, WELCOME) == turns(known, plain_key, WELCOME)
