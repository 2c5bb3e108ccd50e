"""Days that cannot have been meant: not in the calendar, "lunch 30 Feb", or a year ago where they are days away."""

import re
from datetime import date
from typing import Final

from kith.domain.datewords import MONTHS, WEEKDAYS, day_first, day_of
from kith.domain.spoken import contradicts

_LEAP_YEAR: Final = 2000
"""Stands in where no year is said, so that 29 February is a day."""
_LONGEST: Final = 400
"""Characters from the start of a sentence within which the day of a touch is said."""
_NAME: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_ON: Final = r"(?:\bon )?(?:\bthe )?"
_ORDINAL: Final = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:,? (?P<year>[0-9]{4}))?"
_SHAPES: Final = (
    re.compile(rf"{_ON}\b{_ORDINAL} (?:of )?(?P<month>{_NAME})\b{_YEAR}(?![\w-])", re.IGNORECASE),
    re.compile(rf"{_ON}\b(?P<month>{_NAME}) {_ORDINAL}{_YEAR}(?=[,;.!]|$)", re.IGNORECASE),
    re.compile(rf"{_ON}\b(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}})(?![\w-])"),
    re.compile(rf"{_ON}\b(?P<day>[0-9]{{1,2}})[./](?P<month>[0-9]{{1,2}})[./](?P<year>[0-9]{{4}})(?!\w)"),
)
_WEEKDAY: Final = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_TOGETHER: Final = re.compile(
    rf"{_ON}\b(?:{_WEEKDAY}),? (?:the )?"
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_NAME})|(?:{_NAME}) [0-9]{{1,2}}(?:st|nd|rd|th)?"
    r"|[0-9]{1,2}[./][0-9]{1,2}(?:[./](?:[0-9]{4}|[0-9]{2}))?)(?:,? [0-9]{4})?(?![\w-])",
    re.IGNORECASE,
)
_COMING_DAYS: Final = 31
"""A day of last year whose next one is so near is rather that one."""
_YEAR_SAID: Final = re.compile(
    r"\b(?:19|20)[0-9]{2}\b|[0-9][./-][0-9]{1,2}[./-][0-9]{2}\b|\b(?:last|ago|year)\b", re.IGNORECASE
)
_STOP: Final = re.compile(r"[,;:.!?]")


def impossible_day(words: str, today: date) -> tuple[str, str] | None:
    """A day that never is, and the words without it; None where there is none before something else is told."""
    together = _TOGETHER.search(words[:_LONGEST])
    if together and contradicts(together[0], today) and not _is_told_later(words, together):
        return _without(words, together)
    for shape in _SHAPES:
        found = shape.search(words[:_LONGEST])
        if found and not _is_day(found) and not _is_told_later(words, found):
            return _without(words, found)
    return None


def is_to_come(words: str, on: date, today: date) -> bool:
    """Whether a day of last year, taken from words without a year, is within a month: "lunch 27 November"."""
    days = (on - today).days + 365
    return 0 < days <= _COMING_DAYS and not _YEAR_SAID.search(words)


def _is_told_later(words: str, found: re.Match[str]) -> bool:
    return bool(_STOP.search(words[: found.start()].rstrip(" ,:;")))


def _without(words: str, found: re.Match[str]) -> tuple[str, str]:
    others = f"{words[: found.start()].rstrip()} {words[found.end() :].lstrip()}".strip(" ,:;")
    return found[0].removeprefix("on ").removeprefix("the "), others


def _is_day(found: re.Match[str]) -> bool:
    month = found["month"].casefold()
    number, day = day_first(int(month) if month.isdecimal() else MONTHS[month], int(found["day"]), found[0])
    return day_of(int(found["year"] or _LEAP_YEAR), number, day) is not None
