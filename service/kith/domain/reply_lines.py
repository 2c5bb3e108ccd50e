"""Where a line of a reply begins: with people, with a verb, or not at all."""

import re
from dataclasses import dataclass
from typing import Final

from kith.domain.address import looks_like
from kith.domain.datewords import MONTHS
from kith.domain.duration import UNITS
from kith.domain.instruction import Verb
from kith.domain.reply_words import (
    HEADINGS,
    MEASURES,
    NAME_WORD,
    PARTICLES,
    PRONOUNS,
    PROSE,
    TITLES,
    first_word,
    is_bare_name,
    without_courtesy,
)

LONGEST_NAME: Final = 60
"""Characters of a "Name:" at the start of a line, its colon included."""
_LONGEST_ORDER: Final = 120
"""Characters of a line that is an order and nothing else, such as undo."""
_LONGEST_ADDRESS: Final = 400

_WHOM = r"(?:#?[0-9]{1,3}|@\w[\w.'’-]*)"
_AND = r" ?(?:, ?and\b|,|&|\+|\band\b|(?<= )(?=@)) ?"
_PEOPLE: Final = re.compile(rf"{_WHOM}(?:{_AND}{_WHOM})*")
MOST_WHOM: Final = rf"{_WHOM}(?:{_AND}{_WHOM}){{0,20}}"
"""The pattern of people by number or @name, in the midst of a line."""
_AFTER_PEOPLE: Final = re.compile(r"( ?[.):,;\-–—]{1,2})?(?= |$)|([.):\-–—]{1,2})(?=[^\W\d_])")
_NAMED_ADDRESS: Final = re.compile(r"@?([^<>:@]{0,60})<([^<>\s@]{1,64}@[^<>\s@]{1,255})>[:,]?(?= |$)")
_BETWEEN: Final = re.compile(r" ?(?:[,;&+]|\band\b) ?| (?=@)")
_RANGE: Final = re.compile(r"(?:or|to) [0-9]")
_YES: Final = re.compile(
    r"(?:yes|confirm(?:ed)?)[,.!]*(?: please[,.!]*)?(?: (?:do(?: it| so)?|go ahead))?"
    r"(?: forget(?: (?P<who>.{1,80}))?)?[.!]*",
    re.IGNORECASE,
)
_UNDO: Final = re.compile(r"undo(?: (?:that|this|last|the last one|(?P<id>[\w#-]{1,64})))?[.!]*", re.IGNORECASE)
_ALONE: Final = re.compile(r"(more|help)[.!?]*", re.IGNORECASE)
_PLEASE: Final = re.compile(r"\A(?:please|pls|plz),? ", re.IGNORECASE)
_STARTING: Final = {str(verb): verb for verb in (Verb.ADD, Verb.THANK, Verb.SHARE, Verb.INTRODUCE, Verb.ASK)}
_NOBODY: Final = frozenset({"you", "u", "god", "goodness", "heaven", "heavens"})
_MONTHS_WITH_CAPITAL: Final = frozenset({"may", "march", "mar"})
""" "1 may be late" is said of somebody, "1 May" is a day."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a line begins with, and the rest of the line.

    Without a verb the rest is about the people. A closed opening is complete with its line: a line
    without a beginning does not belong to it. meant: where the people came after their verb, how the rest
    begins with "her" in their place, and how it was written.
    """

    people: tuple[str, ...]
    rest: str
    verb: Verb | None = None
    closed: bool = False
    meant: tuple[str, str] = ("", "")


def opening(words: str) -> Opening | None:
    """What a line (as reply_words.plain gives it) begins with; None for one that goes on with the line before."""
    return (
        _whole_line(words)
        or _verb(words)
        or (_named_address(words) if words.startswith("@") else None)
        or _people(words)
        or _named_address(words)
        or _address(words)
        or _name(words)
    )


def who_list(text: str) -> tuple[str, ...]:
    """The people in "Maria, Bob and #3" as they were written, each once; a number without its #."""
    parts = (part.strip(" .!?:;\"'<>()") for part in _BETWEEN.split(text))
    named = (part.removeprefix("#") if part[1:].isdecimal() else part for part in parts if part)
    return tuple(dict.fromkeys(named))


def _whole_line(words: str) -> Opening | None:
    if len(words) > _LONGEST_ORDER:
        return None
    words = without_courtesy(_PLEASE.sub("", words, count=1))
    if found := _YES.fullmatch(words):
        return Opening(who_list(found["who"] or ""), "", Verb.YES, closed=True)
    if found := _UNDO.fullmatch(words):
        return Opening((), (found["id"] or "").lstrip("#"), Verb.UNDO, closed=True)
    if found := _ALONE.fullmatch(words):
        return Opening((), "", Verb(found[1].casefold()), closed=True)
    return _forget(words)


def _forget(words: str) -> Opening | None:
    """ "forget Maria", with nothing but people after it: "forget about it" is prose."""
    first, _, rest = words.partition(" ")
    people = who_list(rest)
    if first.casefold() != "forget" or not people or not all(_is_somebody(person) for person in people):
        return None
    return Opening(people, "forget", closed=True)


def _is_somebody(word: str) -> bool:
    return bool(_PEOPLE.fullmatch(word)) or looks_like(word) or is_bare_name(word)


def _verb(words: str) -> Opening | None:
    if words.startswith("?"):
        return Opening((), words.lstrip("? "), Verb.BRIEFING, closed=True)
    first, _, rest = _PLEASE.sub("", words, count=1).partition(" ")
    verb = _STARTING.get(first.rstrip(":").casefold())
    if verb is None or (verb is Verb.THANK and first_word(rest) in _NOBODY):
        return None
    return Opening((), rest, verb)


def _people(words: str) -> Opening | None:
    found = _PEOPLE.match(words)
    if not found:
        return None
    people, rest = who_list(found[0]), words[found.end() :]
    if rest and not rest.strip(" ?"):
        return Opening((), found[0], Verb.BRIEFING, closed=True)
    after = _AFTER_PEOPLE.match(rest)
    if not after:
        return None
    said = rest[after.end() :].strip()
    is_count = people[-1].isdecimal() and not found[0].startswith("#") and not after[0].strip()
    return None if is_count and _is_counted(said) else Opening(people, said)


def _is_counted(said: str) -> bool:
    """Whether a number before these words counts something, or is the day of a month: "3 weeks later", "3 May"."""
    word = first_word(said)
    if word in UNITS or word in MEASURES or _RANGE.match(said):
        return True
    return word in MONTHS and (word not in _MONTHS_WITH_CAPITAL or said[0].isupper())


def _named_address(words: str) -> Opening | None:
    found = _NAMED_ADDRESS.match(words)
    names = found[1].replace('"', " ").replace(",", " ").split() if found else []
    if found is None or len(names) > 4 or not all(NAME_WORD.fullmatch(name) for name in names):
        return None
    return Opening((found[2],), words[found.end() :].strip())


def _address(words: str) -> Opening | None:
    first, _, _ = words[:_LONGEST_ADDRESS].partition(" ")
    address = first.strip("<>,;:()")
    if not looks_like(address) or "/" in address or address.casefold().startswith("mailto:"):
        return None
    return Opening((address,), words[len(first) :].strip())


def _name(words: str) -> Opening | None:
    head, colon, after = words[:LONGEST_NAME].partition(":")
    if not colon or after.startswith("//"):
        return None
    people = who_list(head)
    if not people or not all(is_name(person.split()) for person in people):
        return None
    return Opening(people, words[len(head) + 1 :].strip())


def is_name(words: list[str]) -> bool:
    """One to four words of letters that are not the start of a sentence: "Jane van Doe", but not "she said"."""
    if not 1 <= len(words) <= 4 or not all(_is_name_word(word) for word in words):
        return False
    first = words[0].casefold().rstrip(".")
    if first in HEADINGS or first in PRONOUNS:
        return False
    if len(words) == 1:
        return True
    told = words[0].islower() and first not in PARTICLES and any(word[0].isupper() for word in words)
    return not told and PROSE.isdisjoint(words)


def _is_name_word(word: str) -> bool:
    return bool(NAME_WORD.fullmatch(word)) and (not word.endswith(".") or len(word) <= 3 or word.casefold() in TITLES)
