"""Lengths of time in calendar units, and the words people write for them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

LONGEST_DAYS: Final = 36525
"""A hundred years: anything longer is a slip of the finger."""

LONGEST_TEXT: Final = 60
"""Characters; longer than any way to write a date or a length of time."""


class Unit(StrEnum):
    """A calendar unit."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in calendar units: 6 weeks, 2 months, 1 year. amount is positive.

    str() gives words that parse_duration reads back to the same value.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a duration is positive, not {self.amount}")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'s' if self.amount > 1 else ''}"

    @property
    def nominal_days(self) -> int:
        """Whole days on average: 1 month is 30, 2 months are 61, 1 year is 365."""
        return round(self.amount * _NOMINAL[self.unit])

    def after(self, day: date) -> date:
        """The day this much later. The end of a month stays in its month: 31 January + 1 month is 28 or 29 February."""
        return self._from(day, self.amount)

    def before(self, day: date) -> date:
        """The day this much earlier, by the same rule."""
        return self._from(day, -self.amount)

    def _from(self, day: date, amount: int) -> date:
        if self.unit is Unit.DAY:
            return days_from(day, amount)
        if self.unit is Unit.WEEK:
            return days_from(day, amount * 7)
        return _months_from(day, amount if self.unit is Unit.MONTH else amount * 12)


_NOMINAL: Final = {Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: 30.4375, Unit.YEAR: 365.25}


def days_from(day: date, days: int) -> date:
    """The day so many days later (earlier if negative), at most the ends of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _months_from(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _units() -> dict[str, tuple[int, Unit]]:
    names = {
        (1, Unit.DAY): "d day days",
        (1, Unit.WEEK): "w wk wks week weeks",
        (2, Unit.WEEK): "fortnight fortnights",
        (1, Unit.MONTH): "m mo mos mth mths month months",
        (3, Unit.MONTH): "quarter quarters",
        (1, Unit.YEAR): "y yr yrs year years",
    }
    return {name: unit for unit, known in names.items() for name in known.split()}


UNITS: Final = _units()

_ADVERBS: Final = {
    "daily": Duration(1, Unit.DAY),
    "weekly": Duration(1, Unit.WEEK),
    "fortnightly": Duration(2, Unit.WEEK),
    "biweekly": Duration(2, Unit.WEEK),
    "monthly": Duration(1, Unit.MONTH),
    "quarterly": Duration(3, Unit.MONTH),
    "half yearly": Duration(6, Unit.MONTH),
    "twice a year": Duration(6, Unit.MONTH),
    "yearly": Duration(1, Unit.YEAR),
    "annually": Duration(1, Unit.YEAR),
}

_NUMBERS: Final = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TENS: Final = "ten twenty thirty forty fifty sixty seventy eighty ninety"

COUNTS: Final = {
    **{word: number for number, word in enumerate(_NUMBERS.split(), 1)},
    **{word: number * 10 for number, word in enumerate(_TENS.split(), 1)},
    **dict.fromkeys(("a", "an"), 1),
    **dict.fromkeys(("a couple of", "couple of", "a couple"), 2),
    **dict.fromkeys(("a few", "few"), 3),
}

_EVERY: Final = re.compile(r"(?:every|each|once (?:a|an|per|every)|per) ")
_EVERY_OTHER: Final = {"other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3}
_ISO: Final = re.compile(r"p([0-9]{1,5})([dwmy])", re.ASCII)
_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])-|-(?=[^\W\d_])")
_COMPACT: Final = re.compile(r"([0-9]{1,5})([a-z]+)", re.ASCII)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a phrase in lower case, without the punctuation after them; a hyphen beside a letter parts words."""
    plain = _HYPHEN.sub(" ", text.casefold().replace("’", "'"))
    return tuple(word for word in map(_bare, plain.split()) if word)


def _bare(word: str) -> str:
    word = word.rstrip(",;:!?")
    stem = word.rstrip(".")
    return word if "." in stem else stem  # 12.5. needs its last dot to be a date


def span(words: tuple[str, ...]) -> Duration | None:
    """A counted length of time: "6 weeks", "2w", "a couple of months", "half a year"; None for any other words."""
    if words and (compact := _COMPACT.fullmatch(words[0])):
        words = (compact[1], compact[2], *words[1:])
    if not words or (unit := UNITS.get(words[-1])) is None:
        return None
    count = " ".join(words[:-1])
    if count in {"half a", "half"} and unit == (1, Unit.YEAR):
        return Duration(6, Unit.MONTH)
    return _times(COUNTS.get(count) or _number(count), unit)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0


def _times(count: int, unit: tuple[int, Unit]) -> Duration | None:
    if count < 1:
        return None
    duration = Duration(count * unit[0], unit[1])
    return duration if duration.nominal_days <= LONGEST_DAYS else None


def parse_duration(text: str) -> Duration | None:
    """The length of time or the rhythm that the whole text says, or None.

    Understands counted units (6w, two months, half a year, a few weeks, which are three), rhythms (monthly,
    every other week, once a year), a unit alone (week) and ISO 8601 with one unit (P6W). Nothing that is
    zero, negative or longer than a hundred years.
    """
    if len(text) > LONGEST_TEXT:
        return None
    phrase = " ".join(words_of(text))
    if iso := _ISO.fullmatch(phrase):
        return _times(int(iso[1]), UNITS[iso[2]])
    if phrase in _ADVERBS:
        return _ADVERBS[phrase]
    return _rhythm(tuple(_EVERY.sub("", phrase, count=1).split() if _EVERY.match(phrase) else phrase.split()))


def _rhythm(words: tuple[str, ...]) -> Duration | None:
    if len(words) == 2 and words[0] in _EVERY_OTHER and words[1] in UNITS:
        return _times(_EVERY_OTHER[words[0]], UNITS[words[1]])
    if len(words) == 1 and len(words[0]) > 1 and words[0] in UNITS:
        return _times(1, UNITS[words[0]])
    return span(words)
