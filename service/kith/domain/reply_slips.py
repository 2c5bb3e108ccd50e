"""Days that the calendar does not have, in what is said of a touch: "lunch 30 Feb"."""

import re
from typing import Final

from kith.domain.datewords import MONTHS, day_of

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
_STOP: Final = re.compile(r"[,;:.!?]")


def impossible_day(words: str) -> tuple[str, str] | None:
    """A day that never is, and the words without it; None where there is none before something else is told."""
    for shape in _SHAPES:
        found = shape.search(words[:_LONGEST])
        if found and not _is_day(found) and not _STOP.search(words[: found.start()].rstrip(" ,:;")):
            others = f"{words[: found.start()].rstrip()} {words[found.end() :].lstrip()}".strip(" ,:;")
            return found[0].removeprefix("on ").removeprefix("the "), others
    return None


def _is_day(found: re.Match[str]) -> bool:
    month = found["month"].casefold()
    number = int(month) if month.isdecimal() else MONTHS[month]
    return day_of(int(found["year"] or _LEAP_YEAR), number, int(found["day"])) is not None
