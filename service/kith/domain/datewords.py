"""The English vocabulary for days: names, numbers and the shapes of written dates."""

import re
from datetime import date
from enum import StrEnum
from typing import Final

from kith.domain.duration import COUNTS, UNITS

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2200
"""Years beyond these two are slips of the finger."""


class Look(StrEnum):
    """Which way an ambiguous date is meant: lunch on Monday looks back, a snooze looks ahead."""

    BACK = "back"
    AHEAD = "ahead"


def _numbered(names: str, first: int) -> dict[str, int]:
    return {name: number for number, group in enumerate(names.split("; "), first) for name in group.split()}


MONTHS: Final = _numbered(
    "january jan; february feb; march mar; april apr; may; june jun; july jul; august aug; "
    "september sep sept; october oct; november nov; december dec",
    1,
)
WEEKDAYS: Final = _numbered(
    "monday mon; tuesday tue tues; wednesday wed; thursday thu thur thurs; friday fri; "
    "saturday sat weekend; sunday sun",
    0,
)
LOOSE_WEEKDAYS: Final = frozenset({"mon", "wed", "sat", "sun", "weekend"})
"""Names that are also other words, or hardly one day."""

DAYS: Final = {
    **dict.fromkeys(("today", "now", "tonight", "this morning", "this afternoon", "this evening"), 0),
    **dict.fromkeys(("yesterday", "last night"), -1),
    **dict.fromkeys(("the day before yesterday", "day before yesterday"), -2),
    "tomorrow": 1,
    **dict.fromkeys(("the day after tomorrow", "day after tomorrow"), 2),
}
"""Days from today."""

FEASTS: Final = {
    **dict.fromkeys(("new year", "new year's", "new year's day", "new years day"), (1, 1)),
    "christmas eve": (12, 24),
    **dict.fromkeys(("christmas", "christmas day"), (12, 25)),
    **dict.fromkeys(("new year's eve", "new years eve"), (12, 31)),
}
"""Month and day."""

TURNS: Final = {
    **dict.fromkeys(("", "this", "the"), 0),
    **dict.fromkeys(("next", "coming", "the coming", "this coming"), 1),
    **dict.fromkeys(("last", "past", "the past", "this past"), -1),
}
"""Which one of a row of weekdays, weeks, months or years."""

EDGES: Final = {
    **dict.fromkeys(("", "start", "beginning", "early"), "start"),
    **dict.fromkeys(("mid", "middle"), "middle"),
    "late": "late",
    "end": "end",
}

BEFORE: Final = re.compile(r"(?:(?:until|till|til|by) )?(?:(?:on|at|over(?= (?:the|this|last|the last) weekend)) )?")
DAY_PART: Final = re.compile(r" (?:morning|afternoon|evening|night|noon|lunchtime)$")
HOUR: Final = re.compile(r" (?:at [0-9]{1,2}(?::[0-9]{2})?(?: ?[ap]m)?|[0-9]{1,2}:[0-9]{2}|[0-9]{1,2} ?[ap]m|at noon)$")

_SMALL_WORDS: Final = (
    "until till til by on at in for of ago from later half am pm first morning afternoon evening night noon lunchtime"
)
VOCABULARY: Final = frozenset(
    " ".join((_SMALL_WORDS, *MONTHS, *WEEKDAYS, *DAYS, *FEASTS, *TURNS, *EDGES, *COUNTS, *UNITS)).split()
)
"""Every word of the grammar: a phrase of these alone is English, even where it names no day."""

_DAY = r"(?:the )?(?P<day>(?:[0-9]{1,2}(?:st|nd|rd|th)?)|first)"
_YEAR = r"(?: (?P<year>[0-9]{4}|(?:next|last|this) year))?"
DAY_SHAPES: Final = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<day>[0-9]{1,2})(?P<by>[./-])(?P<month>[0-9]{1,2})(?P=by)(?P<year>[0-9]{4}|[0-9]{2})\.?"),
    re.compile(rf"{_DAY} (?:of )?(?P<month>[a-z]+){_YEAR}"),
    re.compile(rf"(?P<month>[a-z]+) {_DAY}{_YEAR}"),
)
DAY_MONTH_NUMBERS: Final = re.compile(r"(?P<day>[0-9]{1,2})(?P<by>[./])(?P<month>[0-9]{1,2})(?P=by)?")
DAY_ALONE: Final = re.compile(
    r"(?:the )?(?P<day>[0-9]{1,2}(?:st|nd|rd|th)|first)(?: of (?P<turn>the|this|next|last) month)?"
)
WRITTEN_DAYS: Final = (*DAY_SHAPES, DAY_MONTH_NUMBERS, DAY_ALONE)
"""The days of a month that may stand after a weekday: Friday 27 November, Friday 27/11, Friday the 13th."""
IN_TIME: Final = re.compile(r"(?:'s|(?<=s)'?) time$")
"""What "in a year's time" and "in six weeks' time" say beyond their length."""
A_WEEK_ON: Final = re.compile(r"(?:a )?week (?:on|from) (?P<day>[a-z]+)|(?P<same>[a-z]+) week")
BEFORE_LAST: Final = re.compile(rf"(?:the )?(?P<name>week|fortnight|month|year|{'|'.join(WEEKDAYS)}) before last")
AFTER_NEXT: Final = re.compile(r"(?:the )?(?P<unit>week|month|year) after next")
LENGTH: Final = re.compile(
    r"(?P<ahead>(?:in|for) )?(?P<words>[a-z0-9 ]+?)(?: (?:(?P<ago>ago)|(?P<later>from (?:now|today)|later)))?"
)
PERIOD: Final = re.compile(
    r"(?:(?:the )?(?P<edge>start|beginning|early|mid|middle|late|end) (?:of )?|(?P<within>in) )?"
    rf"(?:(?P<turn>the|this|next|last) )?(?P<name>[a-z]+|[0-9]{{4}}){_YEAR}"
)


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def number_of(word: str) -> int:
    """The number in 12, 12th or first."""
    return 1 if word == "first" else int(word.rstrip("stndrh"))


def day_first(month: int, day: int, written: str) -> tuple[int, int]:
    """Month and day of a written date: the day stands before the month, but 11/20 can only be 20 November."""
    return (day, month) if "/" in written and month > 12 >= day else (month, day)
