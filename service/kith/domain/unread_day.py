"""Days that somebody told and nobody can read: a touch on such a day is asked back, and is none of today."""

import re
from typing import Final

from kith.domain.datewords import MONTHS, WEEKDAYS
from kith.domain.foreign_days import names_a_day

_MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY: Final = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_DAY: Final = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_ANYWHERE: Final = re.compile(
    r"\b(?:the other (?:day|night|evening|morning|week|weekend)"
    r"|(?:days|weeks|months|a while|some time) (?:ago|back)"
    r"|earlier (?:this|last) (?:week|month|year)"
    rf"|(?:day|night|week|weekend|month|year|{_WEEKDAY}) before (?:last|yesterday)"
    r"|(?:over|during|at|last|this past) (?:the |last |this )?weekend"
    r"|in the (?:first|second|third|last) (?:week|half|days) of"
    rf"|between (?:the )?{_DAY} and"
    r"|[0-9]{1,2}[./][0-9]{1,2}\.? ?[-–—] ?[0-9]{1,2}[./][0-9]{1,2}"
    rf"|{_DAY}\.? ?[-–—] ?{_DAY}(?:\.[0-9]{{1,2}}\.|/[0-9]{{1,2}}| (?:of )?(?:{_MONTH})\b))",
    re.IGNORECASE,
)
_AT_THE_END: Final = re.compile(
    r"(?:\A|\bon |\s)(?:[0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}\.[0-9]{1,2}\.)(?:[0-9]{4}|[0-9]{2})?\Z"
    r"|(?:\A|\s)(?:recently|lately|on the (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth))\Z",
    re.IGNORECASE,
)
_EITHER_WAY: Final = re.compile(r"(?<![0-9/])(?P<one>[0-9]{1,2})/(?P<other>[0-9]{1,2})(?![0-9/])")
_CLAUSE_END: Final = re.compile(r"[,;:!?]|\.(?= |\Z)(?<![0-9]\.)| [-–—] (?![0-9])")
_ABOUT: Final = re.compile(r"\b(?:about|re|regarding|concerning|because|that|who|which|if|when)\b", re.IGNORECASE)
"""After one of these a day belongs to what was told."""
_STOP: Final = " ,;:.!?-–—"
_LONGEST: Final = 400
"""Characters after a touch within which its day is said."""
_MONTHS_OF_A_YEAR: Final = 12


def tells_unread_day(after: str) -> bool:
    """Whether the words after a touch, of which no day was understood, tell one all the same: "the other day"."""
    clause = _CLAUSE_END.split(after[:_LONGEST].lstrip(_STOP), maxsplit=1)[0]
    said = _ABOUT.split(clause, maxsplit=1)[0].strip()
    return bool(_ANYWHERE.search(said) or _AT_THE_END.search(said) or any(map(names_a_day, said.split())))


def is_month_first_perhaps(sentence: str) -> bool:
    """Whether a day in numbers could be another one for who writes the month first: 5/12."""
    found = _EITHER_WAY.search(sentence[:_LONGEST])
    return found is not None and max(int(found["one"]), int(found["other"])) <= _MONTHS_OF_A_YEAR
