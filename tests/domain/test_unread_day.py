"""Days of a touch that are told in unusual ways: each is read rightly or asked back, and none is silently today."""

import time
from datetime import date

import pytest

from kith.domain.dates import Look, parse_date
from kith.domain.instruction import Verb
from kith.domain.reply import parse
from kith.domain.unread_day import tells_unread_day

TODAY = date(2026, 11, 22)  # a Sunday
SATURDAY = date(2026, 11, 21)
TUESDAY = date(2026, 11, 17)

READ = [
    ("lunch 11/20", date(2026, 11, 20)),
    ("lunch 11/20/2026", date(2026, 11, 20)),
    ("lunch the week before last", date(2026, 11, 8)),
    ("lunch Friday before last", date(2026, 11, 13)),
    ("lunch over the weekend", SATURDAY),
    ("lunch gestern", SATURDAY),
    ("called gestern Abend", SATURDAY),
    ("lunch hier soir", SATURDAY),
    ("lunch ayer", SATURDAY),
    ("lunch ieri", SATURDAY),
    ("lunch ontem", SATURDAY),
    ("lunch gisteren", SATURDAY),
    ("lunch in Paris gestern", SATURDAY),
    ("lunch am Dienstag", TUESDAY),
    ("lunch Dienstagabend", TUESDAY),
    ("met mardi", TUESDAY),
    ("lunch mardi dernier", TUESDAY),
    ("lunch el martes", TUESDAY),
    ("lunch martedì", TUESDAY),
    ("lunch terça-feira", TUESDAY),
    ("lunch dinsdag", TUESDAY),
    ("lunch sonnabend", SATURDAY),
    ("called vor 2 Wochen", date(2026, 11, 8)),
    ("called il y a 3 jours", date(2026, 11, 19)),
    ("called hace dos semanas", date(2026, 11, 8)),
    ("lunch letzte Woche", date(2026, 11, 15)),
    ("coffee 3/4", date(2026, 4, 3)),
    ("met Domingo", TODAY),
    ("met Ayer", TODAY),
    ("met her on the first try", TODAY),
    ("talked about the other day", TODAY),
    ("spoke for 2-3 hours", TODAY),
    ("lunch today, saw Bob the other day", TODAY),
]


@pytest.mark.parametrize(("words", "on"), READ)
def test_a_day_is_read_as_it_was_meant(words: str, on: date) -> None:
    found = parse(f"1 {words}", TODAY)
    assert [(one.verb, one.on) for one in found] == [(Verb.TOUCH, on)]


@pytest.mark.parametrize(
    "words",
    [
        "lunch on the first", "lunch with her on the first", "lunch 14/11-15/11", "lunch 14-15 November",
        "lunch 14.-15.11.", "coffee 5/12", "called 5/12", "lunch at Joe's with Bob 14/11", "lunch the other day",
        "lunch recently", "called her some weeks ago", "met her at the weekend about the flat", "lunch on 31/31",
        "coffee in the first week of November",
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_read_is_asked_back(words: str) -> None:
    (found,) = parse(f"1 {words}", TODAY)
    assert (found.verb, found.on) == (Verb.UNKNOWN, None)
    assert found.problem.startswith("which day?")


def test_such_a_day_in_a_later_sentence_is_told_with_the_touch() -> None:
    (found,) = parse("1 lunch today. Saw her sister the other day", TODAY)
    assert (found.verb, found.on, found.text) == (Verb.TOUCH, TODAY, "Saw her sister the other day")


@pytest.mark.parametrize("day", ["on 3.12.", "3.12.", "on 3 Dec.", "Dec 3."])
def test_the_dot_of_a_day_does_not_part_it_from_its_matter(day: str) -> None:
    found = parse(f"1 follow up {day} about the flat. snooze 3 weeks", TODAY)
    assert [(one.verb, one.on, one.text) for one in found] == [
        (Verb.FOLLOW_UP, date(2026, 12, 3), "the flat"),
        (Verb.SNOOZE, date(2026, 12, 13), ""),
    ]


def test_what_is_told_about_something_after_another_dot_is_told_apart() -> None:
    found = parse("1 tag alumni. about the flat: she takes it", TODAY)
    assert [one.verb for one in found] == [Verb.TAG, Verb.NOTE]


def test_a_day_ahead_may_be_told_in_other_words_as_well() -> None:
    (found,) = parse("1 snooze until mardi", TODAY)
    assert (found.verb, found.on) == (Verb.SNOOZE, date(2026, 11, 24))
    assert parse_date("12/25", TODAY, Look.AHEAD) == date(2026, 12, 25)


@pytest.mark.parametrize("piece", ["12-", "1/2-", "the other ", "vor 2 ", "between ", "14.", " on"])
def test_looking_for_a_day_takes_time_linear_in_the_words(piece: str) -> None:
    start = time.perf_counter()
    tells_unread_day(piece * 100_000)
    assert time.perf_counter() - start < 1
