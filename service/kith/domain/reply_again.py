"""Whether something that is asked for now is what an earlier line, not understood then, was about."""

import re
from dataclasses import dataclass
from typing import Final

from kith.domain.instruction import Instruction, Verb
from kith.domain.names import bare
from kith.domain.reply_touch import HAPPENED, NOUNS
from kith.domain.reply_words import PRONOUNS

_WORD: Final = re.compile(r"\w+")
_MOST: Final = 0.6
"""Share of the earlier words that must come again where the same is said of the same person."""
_NEARLY_ALL: Final = 0.8
"""The same where the earlier line named nobody."""
_ENOUGH: Final = 3
"""So many words in a row are hardly said of two people by chance."""
_STANDING: Final = frozenset(
    {Verb.SNOOZE, Verb.PAUSE, Verb.RESUME, Verb.EVERY, Verb.BIRTHDAY, Verb.CIRCLE, Verb.MERGE, Verb.ADD}
)
"""What holds until it is said otherwise: the later word takes the place of the earlier one."""
_TOLD: Final = frozenset({Verb.NOTE, Verb.TOUCH})
"""Of these there may be many about one person, each its own."""
_TOUCHES: Final = HAPPENED | NOUNS


@dataclass(frozen=True, slots=True)
class Spoken:
    """One instruction, and of whom it is: the number of the person (None: unknown) and their name."""

    one: Instruction
    person_id: int | None = None
    name: str = ""


def is_said_again(then: Spoken, now: Spoken, *, is_answer: bool) -> bool:
    """Whether it is the same, of the same person. is_answer: now answers the very letter that told of then first."""
    if not _is_same_person(then, now):
        return False
    before, after = _told(then.one), _told(now.one)
    if not before:
        return is_answer and then.one.verb is Verb.UNKNOWN  # nobody knew what was to be said of them
    if before == after:
        return True
    act = _act(then.one)
    if act is None or act is not _act(now.one):
        return False
    common = set(before) & set(after)
    is_alike = len(common) >= _MOST * len(set(before))
    if act is Verb.TOUCH and is_answer:
        return is_alike or not common.isdisjoint(_TOUCHES)
    return act in _STANDING or is_alike or (is_answer and act not in _TOLD)


def is_put_right(then: Spoken, now: Spoken, *, is_answer: bool) -> bool:
    """Whether it is the same, and only whom it is about was missing, or was somebody whom nobody knows."""
    if then.person_id is not None:
        return False
    before, after = _told(then.one), _told(now.one)
    if before and before == after:
        return is_answer or len(before) >= _ENOUGH
    meant = then.one.meant
    if then.one.who or (meant is not None and meant is not now.one.verb):
        return False
    words = set(before) - PRONOUNS
    common = words & {*after, *_words(" ".join((*now.one.who, now.name)))}
    return len(common) > 1 and len(common) >= _NEARLY_ALL * len(words)


def _is_same_person(then: Spoken, now: Spoken) -> bool:
    if then.person_id is not None:
        return then.person_id == now.person_id
    names = {word for word in _words(then.one.who[0]) if not word.isdecimal()} if then.one.who else set()
    return not names.isdisjoint(_words(" ".join((*now.one.who[:1], now.name))))


def _act(one: Instruction) -> Verb | None:
    act = one.meant if one.verb is Verb.UNKNOWN else one.verb
    return Verb.SNOOZE if act is Verb.PAUSE else act  # "snooze for ever" said in other words


def _told(one: Instruction) -> list[str]:
    """What is said, without the names of whom it is about."""
    names = set(_words(" ".join(one.who)))
    return [word for word in _words(one.words or one.line) if word not in names]


def _words(text: str) -> list[str]:
    return _WORD.findall(bare(text.casefold()))
