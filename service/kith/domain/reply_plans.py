"""Whether a lunch or a call is only planned, was moved, or did not come about: "lunch on Friday was cancelled"."""

import re
from typing import Final

from kith.domain.datewords import MONTHS, WEEKDAYS

_STOP: Final = " ,;:-–—"
_CLAUSE_END: Final = re.compile(r"[,;:.!?]| [-–—] ")
_LONGEST: Final = 300
"""Characters after the touch within which it is said that it is off."""

_OFF: Final = (
    r"(?:cancell?ed|cancell?ing|cancel|postponed|postpone|rescheduled|called off|put off|fell through|fallen through|"
    r"didn['’]t happen|did not happen|never happened|didn['’]t take place|didn['’]t work out|no[- ]show)"
)
_PLANNED: Final = (
    r"(?:planned|booked|scheduled|arranged|organi[sz]ed|pencilled in|penciled in|confirmed|agreed|fixed|reserved|"
    r"set up|set|moved|shifted|pushed back|pushed)"
)
_WHEN: Final = (
    r"(?:[0-9]|tomorrow|next|coming|this|early|late|mid|end|"
    rf"(?:{'|'.join(sorted((*MONTHS, *WEEKDAYS), key=len, reverse=True))})\b)"
)
_OFF_SAID: Final = re.compile(rf"\b{_OFF}(?![\w'’-])", re.IGNORECASE)
_PLAN_SAID: Final = re.compile(
    rf"\b{_PLANNED}(?: (?:for|on|to|until|in|at))?(?: the)? {_WHEN}"
    rf"|(?:\b(?:is|are|been|be|now|already)|['’]s) {_PLANNED}(?![\w'’-])|\b{_PLANNED}[ .!]*$",
    re.IGNORECASE,
)
_ABOUT_IT: Final = (
    r"(?:(?:but|and|which|that|then|sadly|it|it['’]s|she|he|they|we|i|has|have|had|been|was|is|got|to|table|"
    r"unfortunately|though|however|just) ){0,6}"
)
_OFF_AFTER: Final = re.compile(
    rf"{_ABOUT_IT}{_OFF}(?: (?:it|on me|on us|again|last minute|at the last minute|because\b.*|due to\b.*))?[ .!]*",
    re.IGNORECASE,
)
_PLAN_AFTER: Final = re.compile(rf"{_ABOUT_IT}{_PLANNED}(?: (?:for|on|to|at|in)\b.*)?[ .!]*", re.IGNORECASE)


def is_off(rest: str, *, is_dated: bool, is_past: bool) -> bool:
    """Whether what follows a touch says that it is still to come, or never came about.

    is_dated: a day is said with it, so that a plan told after it is another one's ("lunch on Monday, next one booked
    for May"). is_past: that day cannot be one to come ("yesterday").
    """
    said = rest[:_LONGEST].lstrip(_STOP)
    clauses = _CLAUSE_END.split(said, maxsplit=2)
    if rest[:1] not in set(_STOP):
        told = clauses.pop(0)
        if _OFF_SAID.search(told) or (not is_past and _PLAN_SAID.search(told)):
            return True
    told = clauses[0].strip() if clauses else ""
    return bool(_OFF_AFTER.fullmatch(told) or (not is_dated and _PLAN_AFTER.fullmatch(told)))
