"""Which drafts are made without being asked for: an occasion each, few, and none twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.birthday import Birthday
from kith.domain.cadence import Standing
from kith.domain.cues import SETTLED, Cue, Happened, Known, choose
from kith.domain.duration import parse_duration
from kith.domain.occasion import Kind
from kith.domain.person import History, Person

NOW = datetime(2026, 5, 11, 7, 30, tzinfo=UTC)
TODAY = NOW.date()
TWO_MONTHS = parse_duration("2 months")
OVERDUE = Standing(
    date(2026, 1, 1),
    True,
    TWO_MONTHS,
    due_on=date(2026, 3, 1),
    is_due=True,
    is_overdue=True,
    days_overdue=71,
    share=1.2,
)
FINE = Standing(date(2026, 4, 20), True, TWO_MONTHS, due_on=date(2026, 6, 20))


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def known(number: int = 1, *, wrote: float | None = None, last: float = 40, how: Standing = FINE, **more: Any) -> Known:
    """Somebody; wrote is how many days ago the owner did, last when the two were in touch."""
    mine = {name: more.pop(name) for name in ("birthday", "paused", "addresses") if name in more}
    person = Person(number, "Maria Silva", ago(900), **({"addresses": ("maria@example.org",)} | mine))
    history = History(5, ago(last), ago(wrote) if wrote is not None else None, ago(last))
    return Known(person, history, how, **more)


def chosen(*everybody: Known, most: int = 3, made: frozenset[str] = frozenset()) -> list[Cue]:
    return choose(everybody, NOW, made, most)


def kinds(*everybody: Known, most: int = 3) -> list[Kind]:
    return [cue.kind for cue in chosen(*everybody, most=most)]


def test_a_favour_in_a_note_asks_for_thanks() -> None:
    assert chosen(known(notes=[Happened(ago(2), "helped me with the move")])) == [
        Cue(1, Kind.THANKS, what="your help with the move")
    ]


def test_an_introduction_in_a_note_names_whom() -> None:
    assert chosen(known(notes=[Happened(ago(2), "introduced me to Tom Weber")])) == [
        Cue(1, Kind.INTRODUCTION, whom="Tom Weber")
    ]


@pytest.mark.parametrize(
    "subject", ["Intro: Alex / Tom", "Introduction", "Fwd: RE: introducing Tom", "Alex <> Tom", "E-intro"]
)
def test_a_mail_that_introduces_somebody_is_one(subject: str) -> None:
    assert kinds(known(mails=[Happened(ago(2), subject)])) == [Kind.INTRODUCTION]


@pytest.mark.parametrize(
    "subject",
    ["Introvert's guide", "My introduction of tea", "a<>b", "", "Hello", "Re: Intro: Alex / Tom", "AW: Alex <> Tom"],
)
def test_another_mail_is_none(subject: str) -> None:
    assert kinds(known(mails=[Happened(ago(2), subject)])) == []


def test_a_meeting_that_was_held_is_an_occasion() -> None:
    assert chosen(known(meetings=[Happened(ago(2), "Lunch")])) == [Cue(1, Kind.MEETING, what="Lunch", on=ago(2).date())]


def test_a_meeting_of_a_series_or_of_long_ago_is_none() -> None:
    assert kinds(known(meetings=[Happened(ago(9), "Weekly"), Happened(ago(2), "weekly")])) == []
    assert kinds(known(meetings=[Happened(ago(9), "Lunch")])) == []
    assert kinds(known(meetings=[Happened(ago(40), "Lunch"), Happened(ago(2), "Lunch")])) == [Kind.MEETING]


def test_who_has_written_since_owes_nothing() -> None:
    assert kinds(known(wrote=1, notes=[Happened(ago(2), "gave me a book")])) == []
    assert kinds(known(wrote=1, mails=[Happened(ago(2), "Intro: Tom")])) == []
    assert kinds(known(wrote=1, meetings=[Happened(ago(2), "Lunch")])) == []
    assert kinds(known(wrote=3, meetings=[Happened(ago(2), "Lunch")])) == [Kind.MEETING]


@pytest.mark.parametrize(("days", "found"), [(0, True), (6, True), (7, False), (-1, False)])
def test_a_birthday_before_the_next_digest(days: int, found: bool) -> None:
    on = TODAY + timedelta(days=days)
    assert kinds(known(birthday=Birthday(on.month, on.day))) == ([Kind.BIRTHDAY] if found else [])


@pytest.mark.parametrize(("days", "found"), [(-90, True), (0, True), (6, True), (7, False)])
def test_a_promise_before_the_next_digest(days: int, found: bool) -> None:
    promised = [("the job", TODAY + timedelta(days=days))]
    assert kinds(known(follow_ups=promised)) == ([Kind.FOLLOW_UP] if found else [])


def test_a_silence_of_a_year_and_two_cadences() -> None:
    assert kinds(known(last=365, how=OVERDUE)) == [Kind.SILENCE]
    assert kinds(known(last=364, how=OVERDUE)) == []
    assert kinds(known(last=400, how=replace(OVERDUE, days_overdue=60))) == []


def test_just_because_goes_to_somebody_who_gave_more_once_a_year() -> None:
    assert kinds(known(last=20, gave_more=True)) == [Kind.JUST_BECAUSE]
    assert kinds(known(last=13, gave_more=True)) == []
    assert kinds(known(last=20)) == []
    assert kinds(known(last=20, gave_more=True, just_because_at=ago(364))) == []
    assert kinds(known(last=20, gave_more=True, just_because_at=ago(366))) == [Kind.JUST_BECAUSE]


def test_of_what_can_wait_there_is_one_a_week() -> None:
    silent = [known(n, last=400, how=OVERDUE) for n in (1, 2, 3)]
    generous = [known(n, last=20, gave_more=True) for n in (4, 5)]
    assert kinds(*silent, *generous, most=9) == [Kind.SILENCE, Kind.JUST_BECAUSE]


def test_what_is_owed_comes_first_and_the_rest_has_no_place() -> None:
    birthday = Birthday(TODAY.month, TODAY.day)
    everybody = [
        known(1, last=400, how=OVERDUE),
        known(2, birthday=birthday),
        known(3, meetings=[Happened(ago(1), "Lunch")]),
        known(4, notes=[Happened(ago(1), "lent me a coat")], birthday=birthday),
    ]
    assert [(cue.person_id, cue.kind) for cue in chosen(*everybody, most=3)] == [
        (4, Kind.THANKS), (3, Kind.MEETING), (2, Kind.BIRTHDAY)
    ]  # fmt: skip
    assert chosen(*everybody, most=0) == []


def test_nobody_gets_a_second_draft_soon_nor_the_same_ever() -> None:
    lunch = [Happened(ago(2), "Lunch")]
    assert kinds(known(meetings=lunch, drafted_at=NOW - SETTLED + timedelta(hours=1))) == []
    assert kinds(known(meetings=lunch, drafted_at=NOW - SETTLED)) == [Kind.MEETING]
    [cue] = chosen(known(meetings=lunch))
    assert chosen(known(meetings=lunch), made=frozenset({cue.key})) == []


def test_whoever_is_paused_or_has_no_address_gets_none() -> None:
    lunch = [Happened(ago(2), "Lunch")]
    assert kinds(known(meetings=lunch, paused=True), known(meetings=lunch, addresses=())) == []


def test_a_snooze_hides_what_can_wait_and_never_a_birthday() -> None:
    asleep = Standing(date(2026, 1, 1), True, TWO_MONTHS, snoozed=True)
    today = Birthday(TODAY.month, TODAY.day)
    assert kinds(known(last=20, how=asleep, gave_more=True)) == []
    assert kinds(known(last=20, how=asleep, gave_more=True, birthday=today)) == [Kind.BIRTHDAY]


def test_the_same_words_on_another_day_are_another_occasion() -> None:
    assert Cue(1, Kind.BIRTHDAY, on=TODAY).key != Cue(1, Kind.BIRTHDAY, on=date(2027, 5, 11)).key
    later = TODAY + timedelta(days=1)
    assert Cue(1, Kind.FOLLOW_UP, "the job", once=TODAY).key != Cue(1, Kind.FOLLOW_UP, "the job", once=later).key
    assert Cue(1, Kind.THANKS, "x").key != Cue(2, Kind.THANKS, "x").key


PEOPLE = st.builds(
    lambda number, texts, overdue, promised: known(
        number,
        last=400 if overdue else 20,
        how=OVERDUE if overdue else FINE,
        notes=[Happened(ago(1), text) for text in texts],
        meetings=[Happened(ago(1), text) for text in texts],
        follow_ups=[("x", TODAY)] if promised else [],
        gave_more=not overdue,
    ),
    st.integers(1, 50),
    st.lists(st.sampled_from(["Lunch", "helped me with it", "introduced me to Tom", "Intro"]), max_size=3),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(PEOPLE, max_size=20, unique_by=lambda one: one.person.id), st.integers(0, 5))
def test_a_choice_is_small_has_nobody_twice_and_is_never_made_again(everybody: list[Known], most: int) -> None:
    first = chosen(*everybody, most=most)
    assert len(first) <= most
    assert len({cue.person_id for cue in first}) == len(first)
    again = chosen(*everybody, most=most, made=frozenset(cue.key for cue in first))
    assert not {cue.key for cue in first} & {cue.key for cue in again}
