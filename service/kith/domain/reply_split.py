"""Several people on one line of a reply: parted where it is plain who is meant, given back where it is not."""

import re
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Final

from kith.domain.datewords import MONTHS
from kith.domain.reply_lines import LONGEST_NAME, MOST_WHOM, Opening, is_name, who_list
from kith.domain.reply_phrases import PHRASES
from kith.domain.reply_touch import HAPPENED, NOUNS
from kith.domain.reply_words import first_word, is_bare_name, vocabulary

UNCLEAR: Final = "which words are about whom? One line for each person, please"

_LONGEST: Final = 2000
"""Characters of a line looked at for more people; a longer one is prose."""
_LONGEST_WORD: Final = 60
_STOP: Final = re.compile(r"[,;:]")
_MARK: Final = re.compile(
    rf"(?:(?P<by>[;,.]|\b[^\W\d_]{{1,12}})? |(?P<tight>(?<=[^\W\d_])[;,]))"
    rf"(?:(?P<people>{MOST_WHOM})(?P<stop> ?[.):,;\-–—]{{1,2}})?"
    r"|(?P<name>[^\W\d_][^:;,.]{0,40}):)(?= )"
)
_RUN: Final = re.compile(r"(?:#?[0-9]{1,3} ){1,20}")
_VERBS: Final = frozenset(PHRASES) | HAPPENED | {"follow", "follow-up"}
_COUNTING: Final = frozenset(MONTHS) | vocabulary(
    "at of on by for in to since around about until till before after over under than with number no nr room flat the "
    "every another these those all last first next only just had have has"
)
"""Words after which a number counts something, or names a day."""


_PLURAL: Final = frozenset({"drinks"})
"""Nouns that more than one may be counted of: "2 drinks"."""


class _Kind(Enum):
    """What a number or a name in the midst of a line is."""

    BEGINNING = "beginning"
    UNCLEAR = "unclear"
    TOLD = "told"


def begins_with_verb(words: str) -> bool:
    """Whether words begin like something that is said of a person: a verb, or a touch in a word."""
    return first_word(_STOP.split(words[:_LONGEST_WORD], maxsplit=1)[0]) in _VERBS | NOUNS


def named(words: str, is_known: Callable[[str], bool]) -> Opening | None:
    """A line that begins with a known name and then like something that is said of a person: "Maria called"."""
    names = words[:LONGEST_NAME].split()[:_MOST_NAMES]
    for count in range(len(names), 0, -1):
        name, rest = " ".join(names[:count]).removesuffix(","), " ".join(words.split(" ", count)[count:]).lstrip("-–— ")
        if is_bare_name(name) and is_name(name.split()) and begins_with_verb(rest) and is_known(name):
            return Opening((name,), rest)
    return None


def with_surname(start: Opening, is_known: Callable[[str], bool]) -> Opening:
    """A beginning that takes in the rest of a known name, where a verb comes after it: "@Bob Stone called"."""
    if len(start.people) != 1 or not start.people[0].startswith("@"):
        return start
    words = start.rest.split(" ", _MOST_NAMES - 1)
    for count in range(len(words) - 1, 0, -1):
        name, rest = " ".join([start.people[0][1:], *words[:count]]).rstrip(",:"), " ".join(words[count:])
        if len(name) <= LONGEST_NAME and begins_with_verb(rest) and is_name(name.split()) and is_known(name):
            return replace(start, people=(name,), rest=rest)
    return start


def ranged(words: str) -> Opening | None:
    """A line that begins with a row of numbers and then a verb or a colon: "1-3 snooze 2 weeks"."""
    found = _RANGE.match(words)
    if found is None:
        return None
    first, last, rest = int(found["first"]), int(found["last"]), words[found.end() :].strip()
    is_about = found["stop"] or first_word(_STOP.split(rest[:_LONGEST_WORD], maxsplit=1)[0]) in _VERBS
    if not rest or not is_about or not 0 < first < last < first + _MOST_OF_RANGE:
        return None
    return Opening(tuple(str(number) for number in range(first, last + 1)), rest)


_RANGE: Final = re.compile(r"#?(?P<first>[0-9]{1,3})[-–]#?(?P<last>[0-9]{1,3})(?P<stop> ?:)?(?= )")
_MOST_OF_RANGE: Final = 20
_MOST_NAMES: Final = 3
"""Words of a name that no colon ends."""


def split(start: Opening) -> tuple[Opening, ...]:
    """The beginnings within a line that begins with people, the first among them; none where it is unclear.

    A number or @name after a stop and before a verb begins anew ("1 called; 2 snooze 3 weeks"), a name with its colon
    after a semicolon or a full stop. Bare numbers in a row share what follows ("1 2 3 called").
    """
    if len(start.rest) > _LONGEST:
        return (start,)
    first = _run(start)
    if first is None:
        return ()
    rest, leads = first.rest, begins_with_verb(first.rest)
    marks = [(mark, _kind(mark, first, leads=leads)) for mark in _MARK.finditer(rest)]
    if any(kind is _Kind.UNCLEAR for _, kind in marks):
        return ()
    cuts = [mark for mark, kind in marks if kind is _Kind.BEGINNING]
    ends = [*(mark.start() for mark in cuts), len(rest)]
    later = (
        Opening(who_list(mark["people"] or mark["name"]), rest[mark.end() : end].strip())
        for mark, end in zip(cuts, ends[1:], strict=True)
    )
    return (Opening(first.people, rest[: ends[0]].strip()), *later)


def _run(start: Opening) -> Opening | None:
    """The beginning with the bare numbers after it; None where they may count what follows ("1 2 coffee")."""
    found = _RUN.match(start.rest)
    if not found or not all(person.isdecimal() for person in start.people):
        return start
    others, said = who_list(found[0].replace(" ", ",")), start.rest[found.end() :]
    word = first_word(said)
    if not set(start.people).isdisjoint(others) or word not in _VERBS | NOUNS:
        return start
    if word in NOUNS and len(others) == 1:
        return None
    return Opening((*start.people, *others), said)


def _kind(mark: re.Match[str], first: Opening, *, leads: bool) -> _Kind:
    word, by = first_word(mark.string[mark.end() : mark.end() + 40].lstrip()), mark["by"] or mark["tight"] or ""
    is_verb = word in _VERBS | NOUNS
    if mark["name"]:
        begins = is_verb and by in {";", "."} and is_name(mark["name"].split())
        return _Kind.BEGINNING if begins else _Kind.TOLD
    if not is_verb:
        return _without_verb(mark, by, word)
    people = who_list(mark["people"])
    if not set(people).isdisjoint(first.people):
        return _Kind.TOLD  # "1 lunch, 1 call"
    is_count = people[-1].isdecimal() and word in NOUNS and not mark["stop"]
    if by in {";", ",", "."}:
        return _after_stop(by, leads=leads, is_count=is_count, fits=(people[-1] == "1") != (word in _PLURAL))
    counts = by.casefold() in _COUNTING or not leads or (is_count and by.casefold() == "and")
    return _Kind.TOLD if counts else _Kind.UNCLEAR


def _after_stop(by: str, *, leads: bool, is_count: bool, fits: bool) -> _Kind:
    """A verb after a number that follows a stop. fits: the number would agree with its noun, "2 drinks", "1 coffee"."""
    if is_count and not leads:
        return _Kind.TOLD
    return _Kind.UNCLEAR if (is_count and fits) or (by == "," and not leads) else _Kind.BEGINNING


def _without_verb(mark: re.Match[str], by: str, word: str) -> _Kind:
    """What is told of a person needs a stop on both sides, or comes back: "1 called; 2 she is moving"."""
    if by != ";" or not word:
        return _Kind.TOLD
    if mark["stop"] or mark["people"].startswith("@"):
        return _Kind.BEGINNING
    return _Kind.UNCLEAR if word in _SUBJECTS else _Kind.TOLD


_SUBJECTS: Final = vocabulary("he she they his her their is was has moved moving")
"""Words that go on after somebody, where others may be counted: "2 kids now"."""
