"""The life of a letter: what becomes of it after a try, and after a look for it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.outbox import (
    FIRST_WAIT,
    LOGIN_REFUSED,
    LONGEST_WAIT,
    LOOK_FOR,
    TOLD_FOR,
    TRIES,
    WAITS_LONG,
    Outcome,
    Result,
    State,
    Step,
    after_look,
    after_try,
    is_news,
    needs_owner,
    wait,
)

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
spans = st.timedeltas(timedelta(0), timedelta(days=30))


@pytest.mark.parametrize(
    ("result", "attempts", "step"),
    [
        (Result.ACCEPTED, 1, Step(State.SENT)),
        (Result.ACCEPTED, TRIES, Step(State.SENT)),
        (Result.REFUSED, 1, Step(State.FAILED)),
        (Result.UNKNOWN, 1, Step(State.UNCERTAIN)),
        (Result.UNKNOWN, TRIES, Step(State.UNCERTAIN)),
        (Result.TRY_AGAIN, 1, Step(State.QUEUED, NOW + timedelta(minutes=1))),
        (Result.TRY_AGAIN, 2, Step(State.QUEUED, NOW + timedelta(minutes=2))),
        (Result.TRY_AGAIN, 7, Step(State.QUEUED, NOW + timedelta(minutes=64))),
        (Result.TRY_AGAIN, 8, Step(State.QUEUED, NOW + timedelta(hours=2))),
        (Result.TRY_AGAIN, TRIES - 1, Step(State.QUEUED, NOW + timedelta(hours=2))),
        (Result.TRY_AGAIN, TRIES, Step(State.FAILED)),
    ],
)
def test_after_a_try(result: Result, attempts: int, step: Step) -> None:
    assert after_try(Outcome(result), attempts, NOW) == step


def test_it_is_tried_for_some_two_days() -> None:
    pauses = [wait(attempts) for attempts in range(1, TRIES)]
    assert timedelta(days=1, hours=20) < sum(pauses, timedelta()) < timedelta(days=2, hours=4)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (FIRST_WAIT, LONGEST_WAIT)


@given(st.integers(1, 10**6))
def test_a_pause_is_never_longer_than_the_longest(attempts: int) -> None:
    assert FIRST_WAIT <= wait(attempts) <= LONGEST_WAIT


def look(found: bool | None, *, appended: bool = False, losses: int = 1, waited: timedelta = LOOK_FOR) -> Step:
    return after_look(found, appended=appended, losses=losses, tried_at=NOW - waited, now=NOW)


def test_a_letter_that_is_there_was_sent() -> None:
    assert look(True) == look(True, appended=True, losses=9, waited=timedelta(0)) == Step(State.SENT)


def test_an_appended_letter_that_is_not_there_is_appended_again_at_once() -> None:
    assert look(False, appended=True, waited=timedelta(0)) == Step(State.QUEUED, NOW)


def test_a_letter_that_did_not_arrive_in_time_is_tried_once_more() -> None:
    assert look(False, waited=LOOK_FOR - timedelta(seconds=1)).state is State.UNCERTAIN
    assert look(False) == Step(State.QUEUED, NOW)
    assert look(False, losses=2).state is State.UNCERTAIN


@given(
    st.sampled_from([None, False]),
    st.booleans(),
    st.integers(0, 10),
    spans,
)
def test_a_letter_whose_fate_cannot_be_known_is_never_sent_blindly(
    found: bool | None, appended: bool, losses: int, waited: timedelta
) -> None:
    step = look(found, appended=appended, losses=losses, waited=waited)
    if step.state is State.QUEUED:
        assert found is False
        assert appended or (losses < 2 and waited >= LOOK_FOR)
    else:
        assert step.state is State.UNCERTAIN
        assert step.next_try_at is not None
        assert step.next_try_at >= NOW + FIRST_WAIT


@given(spans)
def test_it_is_looked_for_ever_more_seldom(waited: timedelta) -> None:
    step = look(None, waited=waited)
    assert step.next_try_at is not None
    assert step.next_try_at - NOW == max(FIRST_WAIT, waited / 2)


def test_a_clock_that_was_set_back_does_no_harm() -> None:
    assert look(None, waited=timedelta(hours=-3)) == Step(State.UNCERTAIN, NOW + FIRST_WAIT)


@given(st.lists(st.sampled_from([Result.TRY_AGAIN, Result.UNKNOWN, Result.ACCEPTED, Result.REFUSED]), max_size=80))
def test_no_letter_lives_forever_and_what_was_lost_twice_is_not_sent_a_third_time(results: list[Result]) -> None:
    """A letter through any ends of its tries, with a look (not found, long after) whenever its fate is unknown."""
    state, attempts, losses = State.QUEUED, 0, 0
    for result in results:
        if state is not State.QUEUED:
            break
        attempts += 1
        losses += result is Result.UNKNOWN
        state = after_try(Outcome(result), attempts, NOW).state
        if state is State.UNCERTAIN:
            state = look(False, losses=losses).state
    assert losses <= 2
    assert attempts <= TRIES + 2
    if losses == 2:
        assert state is State.UNCERTAIN


@pytest.mark.parametrize(
    ("tried", "digest", "news"),
    [
        (timedelta(0), None, True),
        (timedelta(days=6), None, True),
        (timedelta(days=6), timedelta(days=8), True),  # that digest was composed before, and could not know
        (timedelta(days=6), timedelta(days=5), False),
        (timedelta(days=6), timedelta(days=6), True),
        (TOLD_FOR, None, False),
        (timedelta(days=-1), None, True),  # a clock that was set back
    ],
)
def test_a_letter_that_failed_is_told_until_a_digest_told_of_it_or_it_is_long_past(
    tried: timedelta, digest: timedelta | None, news: bool
) -> None:
    assert is_news(NOW - tried, NOW - digest if digest else None, NOW) is news


@pytest.mark.parametrize(
    ("said", "waited", "told"),
    [
        ("", WAITS_LONG * 9, False),  # not tried yet: Kith was not running
        ("451 4.3.0 later", timedelta(minutes=7), False),
        ("451 4.3.0 later", WAITS_LONG, True),
        (f"mx.example.org {LOGIN_REFUSED} (535)", timedelta(0), True),
    ],
)
def test_a_letter_that_waits_is_told_when_waiting_alone_will_not_help(said: str, waited: timedelta, told: bool) -> None:
    assert needs_owner(said, NOW - waited, NOW) is told
