"""Lines that start with a verb: add, thank, share, introduce, ask, ? and undo."""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from kith.domain.address import looks_like
from kith.domain.dates import Duration, parse_duration
from kith.domain.instruction import Instruction, Verb, not_understood, order
from kith.domain.reply_lines import Opening, who_list
from kith.domain.reply_words import PROSE, is_courtesy, vocabulary

_MOST_NAMES_WORDS: Final = 5
"""More words than this are prose and no name."""
_MOST_NAMED: Final = 40
"""People in one line; "with" before more than these is prose."""
_TO: Final = re.compile(r" (?:to|and|&) ", re.IGNORECASE)
_REASON: Final = re.compile(r"[:;,] | because ")
_TAG: Final = re.compile(r"#([^\W_][\w&+.-]{0,39})")
_QUOTED_NAME: Final = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"“”»],?")
"""All of it is the name, whatever its words: a digest offers a stranger's so."""
_EDGE: Final = " ,.;:!-–—"
_MOST_CIRCLE_WORDS: Final = 6
_ENDS_CIRCLE: Final = PROSE | vocabulary("every about circle and from met whom who since we our please pls as")
"""Words that are no part of a circle's name."""


def instructions(opening: Opening, rest: str, circles: Collection[str] = ()) -> list[Instruction]:
    """What a line with a verb asks for; rest is all that follows the verb, continued lines included. Never empty.

    circles are the names that the owner gave to circles, of several words perhaps.
    """
    if opening.verb is Verb.ADD:
        found = [_add(rest, circles)]
    elif reader := _READERS.get(opening.verb or Verb.UNKNOWN):
        found = reader(rest)
    else:
        found = [order(opening.verb or Verb.UNKNOWN, who=opening.people, text=rest)]
    return [replace(one, meant=opening.verb) if one.verb is Verb.UNKNOWN else one for one in found]


def _people(text: str) -> tuple[str, ...]:
    """The people a phrase names, none where it reads like prose."""
    people = who_list(text)
    fit = all(len(person.split()) <= _MOST_NAMES_WORDS for person in people)
    return people if fit and len(people) <= _MOST_NAMED else ()


def _for(verb: Verb, example: str) -> Callable[[str], list[Instruction]]:
    """Thanks and questions, "Priya for the intro to Tom": one instruction for each person."""

    def read(rest: str) -> list[Instruction]:
        whom, _, matter = rest.partition(" for ")
        people, matter = _people(whom), matter.strip()
        if not people or (verb is Verb.ASK and not matter.strip(_EDGE)):
            return [not_understood(f"whom, and for what? For example: {example}")]
        told = f" for {matter}" if matter else ""
        return [replace(order(verb, who=(person,), text=matter), words=f"{verb} {person}{told}") for person in people]

    return read


def _share(rest: str) -> list[Instruction]:
    what, _, whom = rest.rpartition(" with ")
    people = _people(whom)
    if not what.strip() or not people:
        return [not_understood("what to share, and with whom? For example: share https://example.com/essay with Maria")]
    return [order(Verb.SHARE, who=people, text=what.strip())]


def _introduce(rest: str) -> list[Instruction]:
    both = _REASON.split(rest, maxsplit=1)
    pair = _TO.split(both[0], maxsplit=1)
    first, others = _people(pair[0]), _people(pair[1]) if len(pair) == 2 else ()
    if len(first) != 1 or not others:
        return [not_understood("whom to whom? For example: introduce Maria to Bob: both are moving to Lisbon")]
    reason = both[1].strip() if len(both) == 2 else ""
    told = f": {reason}" if reason else ""
    orders = [order(Verb.INTRODUCE, who=(first[0], other), text=reason) for other in others]
    return [replace(one, words=f"introduce {first[0]} to {one.who[1]}{told}") for one in orders]


def _briefing(rest: str) -> list[Instruction]:
    people = _people(rest)
    if not people:
        return [not_understood("about whom? For example: ? Maria")]
    return [replace(order(Verb.BRIEFING, who=(person,)), words=f"? {person}") for person in people]


def _add(rest: str, circles: Collection[str]) -> Instruction:
    words = rest.split()
    at = next((i for i, word in enumerate(words) if looks_like(_bare(word)) and "/" not in word), None)
    if at is None:
        return not_understood("a new person needs a mail address. For example: add Jane Doe <jane@example.com>")
    quoted = _QUOTED_NAME.fullmatch(" ".join(words[:at]))
    named = at if quoted else _name_ends(words[:at])
    name = quoted[1].strip() if quoted else " ".join(words[:named]).strip("\"',:<( ")
    new = replace(order(Verb.ADD, who=(name,)), address=_bare(words[at]))
    described = _described(new, words[named:at] + words[at + 1 :], circles)
    return described or not_understood("every how long? For example: every 6 weeks")


def _bare(word: str) -> str:
    return word.strip("<>()[],;:.\"'").removeprefix("mailto:")


def _name_ends(words: list[str]) -> int:
    """How many of the words before an address are the name: "Jane Doe every 6 weeks" has two."""
    for at, word in enumerate(words):
        key = word.casefold().strip(_EDGE)
        is_said = (key == "every" and _every(words[at + 1 : at + 5])[0]) or (key == "circle" and words[at + 1 :])
        if at and (is_said or _TAG.fullmatch(word.strip(_EDGE))):
            return at
    return len(words)


def _described(new: Instruction, words: list[str], circles: Collection[str]) -> Instruction | None:
    """The new person with "every 6 weeks", "circle friends", "#tag"; all other words say why they matter.

    None where "every" begins a phrase, and no length of time follows it.
    """
    about: list[str] = []
    tags: dict[str, None] = {}
    at = 0
    while at < len(words):
        key = words[at].casefold().strip(_EDGE)
        every, used = _every(words[at + 1 : at + 5]) if key == "every" else (None, 0)
        if key == "every" and not every and (not about or about[-1][-1] in _EDGE):
            return None
        if every:
            new, used = replace(new, every=every), used + 1
        elif key == "circle" and at + 1 < len(words):
            circle, used = _circle(words[at + 1 : at + 1 + _MOST_CIRCLE_WORDS], circles)
            new, used = replace(new, circle=circle), used + 1
        elif tag := _TAG.fullmatch(words[at].strip(_EDGE)):
            tags[tag[1]], used = None, 1
        elif key == "about":
            about, used = [*about, *words[at + 1 :]], len(words)
        else:
            about.append(words[at])
            used = 1
        at += used
    told = " ".join(about).strip(" ,;:")
    return replace(new, tags=tuple(tags), about="" if is_courtesy(told) else told)


def _circle(words: list[str], circles: Collection[str]) -> tuple[str, int]:
    """The circle that some words begin with, and how many of them it takes: a known one, or all up to a stop."""
    known = {" ".join(name.casefold().split()) for name in circles}
    names = [" ".join(words[:count]).strip(_EDGE) for count in range(1, len(words) + 1)]
    longest = max((count for count, name in enumerate(names, 1) if name.casefold() in known), default=0)
    if not longest:
        longest = next((n for n in range(1, min(len(words), 3)) if _ends_circle(words[n - 1], words[n])), 0)
        longest = longest or min(len(words), 3)
    return names[longest - 1], longest


def _ends_circle(word: str, following: str) -> bool:
    key = following.casefold().strip(_EDGE)
    return word[-1] in ",;:.)" or following[0] in "#(-–—<" or key in _ENDS_CIRCLE


def _every(words: list[str]) -> tuple[Duration | None, int]:
    """The rhythm at the start of some words, and how many of them it takes."""
    for count in range(len(words), 0, -1):
        if length := parse_duration(" ".join(words[:count]).rstrip(",;.")):
            return length, count
    return None, 0


_READERS: Final[dict[Verb, Callable[[str], list[Instruction]]]] = {
    Verb.THANK: _for(Verb.THANK, "thank Priya for the intro to Tom"),
    Verb.ASK: _for(Verb.ASK, "ask Maria for coffee"),
    Verb.SHARE: _share,
    Verb.INTRODUCE: _introduce,
    Verb.BRIEFING: _briefing,
}
