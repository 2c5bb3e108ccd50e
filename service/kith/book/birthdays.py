"""Birthdays as address books and people write them, in several languages; what could mean two days is not read."""

import re
from typing import Final

from kith.domain.dates import Birthday, parse_birthday
from kith.domain.names import bare

NO_YEARS: Final = ("0000", "1604")
"""What programs write where the year is not known: some nothing, Apple's address book a leap year of long ago."""
FIRST_SHORT: Final = 30
"""Two digits from here on are a year of the last century; below, a child's and a grandmother's look the same."""

MONTHS: Final = 12
LONGEST: Final = 60
"""Characters of a value that are looked at: more than any date has."""

_NAMES: Final = (
    "january januar janvier enero gennaio janeiro januari jan janv ene gen",
    "february februar fevrier febrero febbraio fevereiro februari feb fev fevr",
    "march marz mars marzo marco maart mar mrz mrt",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio maio mei mag",
    "june juni juin junio giugno junho jun giu",
    "july juli juillet julio luglio julho jul juil lug",
    "august aout agosto augustus aug aou ago",
    "september septembre septiembre settembre setembro sep sept set",
    "october oktober octobre octubre ottobre outubro oct okt ott out",
    "november novembre noviembre nov",
    "december dezember decembre diciembre dicembre dezembro dec dez dic",
)
_MONTHS: Final = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}

_TIME: Final = r"(?:[t ][0-9].*)?"  # of day, which some programs write after every date
_COMPACT: Final = re.compile(rf"(?P<year>[0-9]{{4}}|--)(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_TIME}")
_YEAR_FIRST: Final = re.compile(
    rf"(?P<year>[0-9]{{4}}|-)[-/.年] ?(?P<month>[0-9]{{1,2}})[-/.月] ?(?P<day>[0-9]{{1,2}})日?{_TIME}"
)
_NUMBERS: Final = re.compile(
    rf"(?P<one>[0-9]{{1,2}})(?P<by>[-/.]) ?(?P<other>[0-9]{{1,2}})"
    rf"(?:(?P=by)|(?P=by) ?(?P<year>[0-9]{{4}}|[0-9]{{2}}){_TIME})?"
)
_DAY_FIRST: Final = re.compile(
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|o)?[ ./-]*(?:of |de )?(?P<month>[a-z]{3,10})"
    r"[.,]?[ ./-]*(?:de |del )?(?P<year>[0-9]{4}|[0-9]{2})?"
)
_MONTH_FIRST: Final = re.compile(
    r"(?P<month>[a-z]{3,10})[.,]?[ ./-]*(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?:[ ,./-]+(?P<year>[0-9]{4}|[0-9]{2}))?"
)
_NOTHING: Final = re.compile(r"[0 ./:-]*")


def said(text: str) -> str:
    """What a value says, "" where it is empty or all noughts, as Outlook writes what it does not know."""
    words = " ".join(text[:LONGEST].split())
    return "" if _NOTHING.fullmatch(words) else words


def birthday(text: str, no_year: str = "", *, month_first: bool | None = None) -> Birthday | None:
    """A birthday in any form that vCard (RFC 6350, 6.2.5; ISO 8601) or people use; a time of day is left out.

    no_year is another year that stands for none. month_first: which comes first where both numbers of 5/6 could be
    either, None where nobody knows; with dots (5.6.) it is the day.
    """
    words = said(text)
    plain = bare(words.casefold())
    if month_first is None and _is_either(plain):
        return None
    numbers = _two_numbers(plain, month_first=bool(month_first))
    year, month, day = _iso(plain) or numbers or _named(plain) or ("", 0, 0)
    if not month:
        return parse_birthday(words)
    if year.isdecimal() and len(year) < len(NO_YEARS[0]):
        year = f"19{year}" if int(year) >= FIRST_SHORT else "?"
    known = "-" if year in {"", "-", "--", no_year, *NO_YEARS} else year
    return parse_birthday(f"{known}-{month:02}-{day:02}")


def _is_either(plain: str) -> bool:
    """Whether it could be two days: 5/6, and 5-6-1981, but neither 5/5 nor 5.6."""
    found = two_numbers(plain)
    return found is not None and found[0] != found[1] and max(found) <= MONTHS


def _iso(plain: str) -> tuple[str, int, int] | None:
    found = _COMPACT.fullmatch(plain) or _YEAR_FIRST.fullmatch(plain)
    return (found["year"], int(found["month"]), int(found["day"])) if found else None


def _two_numbers(plain: str, *, month_first: bool) -> tuple[str, int, int] | None:
    """The day first, unless it is said otherwise or only the second can be one: 7/14 is 14 July."""
    found = _NUMBERS.fullmatch(plain)
    if found is None:
        return None
    one, other, year = int(found["one"]), int(found["other"]), found["year"] or ""
    is_turned = other > MONTHS or (month_first and one <= MONTHS and found["by"] != ".")
    return (year, one, other) if is_turned else (year, other, one)


def two_numbers(text: str) -> tuple[int, int] | None:
    """The two numbers of a birthday with strokes or hyphens, as they stand; None for any other form."""
    found = _NUMBERS.fullmatch(said(text).casefold())
    return (int(found["one"]), int(found["other"])) if found and found["by"] != "." else None


def _named(plain: str) -> tuple[str, int, int] | None:
    found = _DAY_FIRST.fullmatch(plain) or _MONTH_FIRST.fullmatch(plain)
    month = _MONTHS.get(found["month"], 0) if found else 0
    return (found["year"] or "", month, int(found["day"])) if found and month else None
