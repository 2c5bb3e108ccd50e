"""What was over when a change came stays as it was; what was to come is as the change says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.calendar import Attendee, Heard, Invite
from kith.domain.invitations import merge
from kith.domain.turns import MOST_TURNS, turns

PARIS = ZoneInfo("Europe/Paris")
ANN, ALEX, BOB = "ann@example.org", "alex@example.com", "bob@example.org"
AT = datetime(2026, 3, 16, 9, tzinfo=PARIS)
SERIES = Invite(
    uid="u",
    starts_at=AT,
    ends_at=AT + timedelta(hours=1),
    tzid="Europe/Paris",
    organizer=ANN,
    attendees=(Attendee(ALEX), Attendee(BOB)),
    rrule="FREQ=WEEKLY",
)
ONE = replace(SERIES, rrule="")


def on(day: float) -> datetime:
    """So many days after the first meeting was over."""
    return (SERIES.ends_at + timedelta(days=day)).astimezone(UTC)  # type: ignore[operator] # it is timed


def said(invite: Invite, sender: str = ANN, day: float = -30, **changed: object) -> Heard:
    return Heard(replace(invite, **changed), sender, on(day))  # type: ignore[arg-type] # any field


def cancel(day: float, invite: Invite = SERIES, **changed: object) -> Heard:
    return said(invite, ANN, day, method="CANCEL", status="CANCELLED", sequence=1, **changed)


def reply(partstat: str, day: float, sender: str = ALEX, invite: Invite = SERIES, **changed: object) -> Heard:
    return said(invite, sender, day, method="REPLY", attendees=(Attendee(sender, partstat),), **changed)


def spans(*heard: Heard) -> list[tuple[datetime | None, datetime | None]]:
    """From when until when each turn holds; the same in whatever order the mails were seen."""
    found = turns(heard)
    assert all(turns(order) == found for order in permutations(heard))
    assert found[-1].invites == merge(heard)
    return [(turn.since, turn.until) for turn in found]


def partstat(invites: list[Invite], who: str = ALEX) -> str:
    return next(a.partstat for a in invites[0].attendees if a.address == who)


@pytest.mark.parametrize("invite", [SERIES, ONE])
def test_a_cancellation_leaves_what_was_over(invite: Invite) -> None:
    heard = [said(invite), cancel(50, invite)]
    assert spans(*heard) == [(None, on(50)), (on(50), None)]
    before, after = turns(heard)
    assert (before.invites, after.invites[0].status) == ([invite], "CANCELLED")


@pytest.mark.parametrize("day", [-0.01, -20])
def test_a_cancellation_that_came_before_the_end_leaves_nothing(day: float) -> None:
    assert spans(said(ONE), cancel(day, ONE)) == [(None, None)]
    assert spans(said(SERIES), cancel(day)) == [(None, None)]


def test_what_was_written_early_or_came_early_was_early() -> None:
    assert spans(said(ONE), cancel(50, ONE, stamp=on(-1))) == [(None, None)]
    assert spans(said(ONE), cancel(-1, ONE, stamp=on(50))) == [(None, None)]
    assert spans(said(ONE), cancel(50, ONE, stamp=on(40)))[0] == (None, on(40))


def test_who_leaves_a_series_was_there_until_then() -> None:
    heard = [said(SERIES), reply("ACCEPTED", -20), reply("DECLINED", 50)]
    assert len(spans(*heard)) == 2
    assert [partstat(turn.invites) for turn in turns(heard)] == ["ACCEPTED", "DECLINED"]


def test_a_series_that_begins_anew_was_held_as_it_was() -> None:
    later = replace(SERIES, starts_at=AT + timedelta(days=60), ends_at=SERIES.ends_at + timedelta(days=60), sequence=1)  # type: ignore[operator] # timed
    assert [turn.invites for turn in turns([said(SERIES), said(later, day=50)])] == [[SERIES], [later]]


def test_a_change_before_anything_is_over_is_all_that_holds() -> None:
    moved = replace(ONE, ends_at=on(-1), starts_at=on(-1.1), sequence=1)
    assert spans(said(ONE), said(moved, day=-2)) == [(None, None)]
    assert spans(said(ONE), said(moved, day=-0.5)) == [(None, None)]  # told afterwards, and true all the same


def test_a_first_yes_and_a_first_request_are_true_all_along() -> None:
    assert spans(said(ONE, day=9), reply("ACCEPTED", 10, invite=ONE)) == [(None, None)]
    together = said(ONE, day=9, recurrence_id="2026-03-17T08:00:00+00:00")
    assert spans(said(SERIES, day=9), together) == [(None, None)]
    assert spans(said(ONE), reply("DECLINED", -5, invite=ONE), reply("ACCEPTED", 10, invite=ONE))[0] == (None, on(10))


def test_one_meeting_of_a_series_is_over_at_its_own_time() -> None:
    third = {"recurrence_id": "2026-03-30T07:00:00+00:00"}
    assert spans(said(SERIES), reply("DECLINED", 13, **third)) == [(None, None)]
    assert spans(said(SERIES), reply("DECLINED", 15, **third)) == [(None, on(15)), (on(15), None)]
    assert spans(said(SERIES), reply("DECLINED", 13.5, recurrence_id="2026-03-30")) == [(None, None)]
    moved = said(ONE, ANN, 13, starts_at=on(20), ends_at=on(20.1), **third)
    assert spans(said(SERIES), moved, reply("DECLINED", 15, **third)) == [(None, None)]


def test_of_very_many_turns_the_latest_are_told() -> None:
    found = turns([said(SERIES), *(said(SERIES, day=n, sequence=n) for n in range(1, 200))])
    assert [turn.until for turn in found] == [*(on(200 - n) for n in range(MOST_TURNS, 0, -1)), None]


WORDS = st.builds(
    said,
    st.just(ONE) | st.just(SERIES),
    st.sampled_from([ANN, ALEX, BOB]),
    st.integers(-3, 3).map(lambda week: week * 7 + 0.5),
    method=st.sampled_from(["REQUEST", "REPLY", "CANCEL", "COUNTER"]),
    sequence=st.integers(0, 2),
    recurrence_id=st.sampled_from(["", "2026-03-23T08:00:00+00:00", "2026-03-23"]),
    attendees=st.just((Attendee(ALEX, "DECLINED"),)) | st.just((Attendee(BOB, "ACCEPTED"), Attendee(ALEX))),
)


@given(st.lists(WORDS, max_size=7), st.randoms())
def test_turns_follow_one_another_whatever_was_heard(heard: list[Heard], random: object) -> None:
    shuffled = list(heard)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    found = turns(heard)
    assert turns(shuffled) == found
    assert found[-1].invites == merge(heard)
    ends = [turn.until for turn in found[:-1]]
    assert [turn.since for turn in found] == [None, *ends]
    assert ends == sorted(ends, key=lambda at: at or on(0))
