"""Whom a mail introduces to the owner, as far as its subject says so for certain: "Intro: Alex <> Omar"."""

import re
from typing import Final

from kith.domain.reply_words import is_bare_name, is_signature

LONGEST: Final = 200
"""Characters of a subject that are looked at."""

_BEFORE: Final = re.compile(
    r"\A(?:(?:fwd?|wg|tr)\s?:|(?:e-?)?intro(?:duc(?:tion|ing))?(?:\s?[:–—-]|(?= )))\s?",
    re.IGNORECASE,
)
_MOST_BEFORE: Final = 4
_AFTER: Final = re.compile(r"\s(?:[–—|(\[-]|(?:e-?)?intro(?:duction)?\b)|[:(\[|]", re.IGNORECASE)
"""Where the names end: "Alex <> Omar (boats)", "Alex / Omar: a coffee?"."""
_BETWEEN: Final = re.compile(r"\s?(?:<[-=]?>|⇄|↔|[/&+])\s?|\s(?:x|and|to|meets?)\s|,\smeet\s", re.IGNORECASE)


def introduced(subject: str, owner: str, author: str) -> str:
    """The name of whom the author introduces to the owner; "" where the subject does not name the owner and one other.

    What stands beside a name need not be a person, unless the owner stands beside it.
    """
    names = subject[:LONGEST].strip()
    for _ in range(_MOST_BEFORE):
        names = _BEFORE.sub("", names, count=1)
    names = _AFTER.split(names, maxsplit=1)[0]
    others = [side.strip() for side in _BETWEEN.split(names)]
    mine = [side for side in others if is_signature(side, owner)]
    others = [side for side in others if side not in mine]
    if len(mine) != 1 or len(others) != 1 or not is_bare_name(others[0]):
        return ""
    return "" if is_signature(others[0], author) else others[0]
