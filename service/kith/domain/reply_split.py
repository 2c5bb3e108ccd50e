"""Several people on one line of a reply: parted where it is plain who is meant, given back where it is not."""

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from itertools import islice
from typing import Final

from kith.domain.datewords import MONTHS
from kith.domain.reply_lines import LONGEST_NAME, MOST_WHOM, Opening, is_name, who_list
from kith.domain.reply_others import is_among, told_of
from kith.domain.reply_people import PLURAL, VERBS, Known, begins_with_verb, named
from kith.domain.reply_touch import HAPPENED, NOUNS
from kith.domain.reply_verb_first import order_first, verb_first
from kith.domain.reply_words import first_word, vocabulary

UNCLEAR: Final = "which words are about whom? One line for each person, please"

_LONGEST: Final = 2000
"""Characters of a line looked at for more people; a longer one is prose."""
_MARK: Final = re.compile(
    rf"(?:(?P<by>[;,.]|\b[^\W\d_]{{1,12}})? |(?P<tight>(?<=[^\W\d_])[;,]))"
    rf"(?:(?P<people>{MOST_WHOM})(?P<stop> ?[.):,;\-–—]{{1,2}})?"
    r"|(?P<name>[^\W\d_][^:;,.]{0,40}):)(?= )"
)
_STOPS: Final = frozenset(";,.")
_RUN: Final = re.compile(r"(?:#?[0-9]{1,3} ){1,20}")
_COUNTING: Final = frozenset(MONTHS) | vocabulary(
    "at of on by for in to since around about until till before after over under than with number no nr room flat the "
    "every another these those all last first next only just had have has"
)
"""Words after which a number counts something, or names a day."""
_BOUNDARY: Final = re.compile(r"(?P<full>(?<=[.;!]) )|(?<=,) | (?=(?:and|then) [a-z]{3,9} )")
_MOST_BOUNDARIES: Final = 60
_MOST_NAMES: Final = 3
"""Words of a name that no colon ends."""


class _Kind(Enum):
    """What a number or a name in the midst of a line is."""

    BEGINNING = "beginning"
    UNCLEAR = "unclear"
    TOLD = "told"


def with_surname(start: Opening, is_known: Known) -> Opening:
    """A beginning that takes in the rest of a known name, where a verb comes after it: "@Bob Stone called"."""
    if len(start.people) != 1 or not start.people[0].startswith("@"):
        return start
    words = start.rest.split(" ", _MOST_NAMES - 1)
    for count in range(len(words) - 1, 0, -1):
        name, rest = " ".join([start.people[0][1:], *words[:count]]).rstrip(",:"), " ".join(words[count:])
        if len(name) <= LONGEST_NAME and begins_with_verb(rest) and is_name(name.split()) and is_known(name):
            return replace(start, people=(name,), rest=rest)
    return start


def split(start: Opening, is_known: Known) -> tuple[Opening, ...]:
    """The beginnings within a line that begins with people, the first among them; none where it is unclear.

    A number or @name after a stop and before a verb begins anew ("1 called; 2 snooze 3 weeks"), a name with its colon
    after a stop, and after one a verb with its person ("1 called; snooze Bob 3 weeks"). Bare numbers in a row share
    what follows ("1 2 3 called").
    """
    if len(start.rest) > _LONGEST:
        return (start,)
    first = _run(start)
    if first is None:
        return ()
    rest, leads = first.rest, begins_with_verb(first.rest)
    cuts: dict[int, Opening] = {}
    for mark in _MARK.finditer(rest):
        kind = _name_kind(mark, is_known) if mark["name"] else _kind(mark, first, leads=leads)
        if kind is _Kind.UNCLEAR:
            return ()
        if kind is _Kind.BEGINNING:
            at = mark.start() if (mark["by"] or ";") in _STOPS else mark.start("name")
            cuts[at] = Opening(who_list(mark["people"] or mark["name"]), rest[mark.end() :])
    for boundary in islice(_BOUNDARY.finditer(rest), _MOST_BOUNDARIES):
        within = _begun_within(boundary, first, is_known)
        if within and not within.people:
            return ()
        if within and not any(boundary.start() - 1 <= at <= boundary.end() for at in cuts):
            cuts[boundary.start()] = within
    return tuple(_parted(replace(first, rest=rest), cuts))


def _parted(first: Opening, cuts: dict[int, Opening]) -> Iterator[Opening]:
    """Each beginning with the words up to the next one."""
    whole, begun = first.rest, first
    for at, later in sorted(cuts.items()):
        yield replace(begun, rest=begun.rest[: len(begun.rest) - (len(whole) - at)].strip())
        begun = later
    yield replace(begun, rest=begun.rest.strip())


def _begun_within(boundary: re.Match[str], first: Opening, is_known: Known) -> Opening | None:
    """Somebody else whom a later sentence begins with, or whose name comes after its verb; nobody where in doubt."""
    words = boundary.string[boundary.end() :]
    if found := order_first(words, is_known) or named(words, is_known):
        is_order = first_word(found.rest) not in HAPPENED | NOUNS
        if not set(found.people).isdisjoint(first.people):
            return None
        if is_order and begins_with_verb(found.rest):
            return found
        return Opening((), "") if boundary["full"] and begins_with_verb(found.rest) else None
    told = verb_first(words, is_known) if boundary["full"] else None
    if told and set(told.people).isdisjoint(first.people):
        return Opening((), "")
    who = told_of(words, is_known) if boundary["full"] and told is None else ()
    return Opening((), "") if who and not is_among(who, first.people) else None


def _run(start: Opening) -> Opening | None:
    """The beginning with the bare numbers after it; None where they may count what follows ("1 2 coffee")."""
    found = _RUN.match(start.rest)
    if not found or not all(person.isdecimal() for person in start.people):
        return start
    others, said = who_list(found[0].replace(" ", ",")), start.rest[found.end() :]
    word = first_word(said)
    if not set(start.people).isdisjoint(others) or word not in VERBS | NOUNS:
        return start
    if word in NOUNS and len(others) == 1:
        return None
    return Opening((*start.people, *others), said)


def _kind(mark: re.Match[str], first: Opening, *, leads: bool) -> _Kind:
    word, by = first_word(mark.string[mark.end() : mark.end() + 40].lstrip()), mark["by"] or mark["tight"] or ""
    is_verb = word in VERBS | NOUNS
    if not is_verb:
        return _without_verb(mark, by, word)
    people = who_list(mark["people"])
    if not set(people).isdisjoint(first.people):
        return _Kind.TOLD  # "1 lunch, 1 call"
    is_count = people[-1].isdecimal() and word in NOUNS and not mark["stop"]
    agrees = (people[-1] == "1") != (word in PLURAL)
    if by in {";", ",", "."}:
        return _after_stop(by, leads=leads, is_count=is_count, fits=agrees)
    counts = by.casefold() in _COUNTING or not leads or (is_count and agrees and by.casefold() == "and")
    return _Kind.TOLD if counts else _Kind.UNCLEAR


def _name_kind(mark: re.Match[str], is_known: Known) -> _Kind:
    """What a name with a colon is: it begins anew after a stop, and comes back where it may."""
    people, by = who_list(mark["name"]), mark["by"] or mark["tight"] or ""
    is_said = begins_with_verb(mark.string[mark.end() : mark.end() + 40].lstrip())
    if not people or not all(is_name(person.split()) for person in people):
        ends_so = is_said and is_known(mark["name"].split()[-1])
        return _Kind.UNCLEAR if ends_so else _Kind.TOLD
    is_stopped = by in {";", "."}
    if is_stopped and is_said:
        return _Kind.BEGINNING
    is_other = all(is_known(person) for person in people)
    if is_stopped or by == "," or mark["name"].startswith("and "):
        if is_other:
            return _Kind.BEGINNING if is_stopped or is_said else _Kind.UNCLEAR
        return _Kind.UNCLEAR if is_said and mark["name"][0].isupper() and by == "," else _Kind.TOLD
    return _Kind.UNCLEAR if is_other and is_said else _Kind.TOLD


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
