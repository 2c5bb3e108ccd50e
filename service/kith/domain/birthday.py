"""Birthdays, with or without the year, and when they are next."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from kith.domain.datewords import DAY_MONTH_NUMBERS, DAY_SHAPES, EARLIEST_YEAR, LATEST_YEAR, MONTHS, day_of, number_of
from kith.domain.duration import LONGEST_TEXT, words_of

_LEAP_YEAR: Final = 2000
"""Stands in where the year is not known, so that 29 February is a day."""

_SHAPES: Final = (
    re.compile(r"(?P<year>-)-(?P<month>[0-9]{2})-?(?P<day>[0-9]{2})"),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    DAY_MONTH_NUMBERS,
    *DAY_SHAPES,
)


@dataclass(frozen=True, slots=True)
class Birthday:
    """A birthday; the year may be unknown. str() is the form of vCard 4 (RFC 6350, 4.3.1): 1980-05-12 or --05-12."""

    month: int
    day: int
    year: int | None = None

    def __str__(self) -> str:
        year = "-" if self.year is None else f"{self.year:04}"
        return f"{year}-{self.month:02}-{self.day:02}"

    @property
    def spoken(self) -> str:
        """As it is said: 12 May, 12 May 1980."""
        day_and_month = f"{self.day} {date(_LEAP_YEAR, self.month, self.day):%B}"
        return f"{day_and_month} {self.year}" if self.year else day_and_month

    def next_on(self, after: date) -> date:
        """The first celebration later than the day given; 29 February is kept on the 28th where there is no 29th."""
        this_year = self._in(after.year)
        return this_year if this_year > after else self._in(min(after.year + 1, date.max.year))

    def turning(self, on: date) -> int | None:
        """The age reached in the year of that day; None where the year is unknown or still to come."""
        return None if self.year is None or self.year > on.year else on.year - self.year

    def _in(self, year: int) -> date:
        return day_of(year, self.month, self.day) or date(year, self.month, 28)


def parse_birthday(text: str) -> Birthday | None:
    """The birthday that the whole text says, the day before the month in numbers; None for anything else.

    A year has four digits and lies between 1900 and 2200; whether it has come yet is for who knows the date to say.
    """
    if len(text) > LONGEST_TEXT:
        return None
    phrase = " ".join(words_of(text))
    found = next((match for shape in _SHAPES if (match := shape.fullmatch(phrase))), None)
    return _birthday(found.groupdict()) if found else None


def _birthday(parts: dict[str, str | None]) -> Birthday | None:
    said = parts.get("year")
    year = int(said) if said and said.isdecimal() else None
    if said not in {None, "-"} and not (year and EARLIEST_YEAR <= year <= LATEST_YEAR):
        return None
    name = parts["month"] or ""
    month = int(name) if name.isdecimal() else MONTHS.get(name, 0)
    day = number_of(parts["day"] or "")
    if day_of(_LEAP_YEAR if year is None else year, month, day) is None:
        return None
    return Birthday(month, day, year)
