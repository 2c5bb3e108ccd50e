"""What the columns of a contact table mean, by what its header says."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from kith.book import header_words as words
from kith.book.fields import line
from kith.book.roles import Role
from kith.domain.names import bare

Columns = Mapping[Role, Sequence[int]]
"""The columns of each role, from 0, in the order of the table."""

_LONGEST: Final = 80
_PARTS: Final = re.compile(r"[^\W\d_]+|\d+")
_CAMEL: Final = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_HYPHENATED: Final = re.compile(r"\be (?=mail|post)")
_TELLING: Final = {Role.NAME, Role.FIRST, Role.LAST, Role.ADDRESS}


class _Meaning(NamedTuple):
    """The role of a header, and whether a language that writes the day first calls it so, and English does not."""

    role: Role
    day_first: bool


def _whole() -> dict[str, _Meaning]:
    tables = ((words.DAY_FIRST, True), (words.ENGLISH, False))  # what both say is English
    return {
        header: _Meaning(role, is_other)
        for table, is_other in tables
        for role, headers in table.items()
        for header in headers.split("|")
    }


def _single() -> dict[str, _Meaning]:
    tables = ((words.DAY_FIRST_WORDS, True), (words.ENGLISH_WORDS, False))
    return {
        word: _Meaning(role, is_other)
        for table, is_other in tables
        for role, listed in table.items()
        for word in listed.split()
    }


_WHOLE: Final = _whole()
_SINGLE: Final = _single()
_WHICH: Final = frozenset(words.WHICH.split())
_QUALIFIERS: Final = {role: frozenset(listed.split()) | _WHICH for role, listed in words.QUALIFIERS.items()}
_ASIDE: Final = frozenset(words.ASIDE.split())
_UNITS: Final = {word: role for role, listed in words.UNITS.items() for word in listed.split()}
_DESCRIBES: Final = frozenset(words.DESCRIBES.split())


def columns(header: Sequence[str]) -> Columns:
    """The roles of the columns under a header; a column that is not known has none."""
    found: dict[Role, list[int]] = {}
    for index, cell in enumerate(header):
        if meaning := _meaning(cell[:_LONGEST]):
            found.setdefault(meaning.role, []).append(index)
    return found


def is_header(found: Columns) -> bool:
    """Whether these are the columns of a table of people: at least a name or an address."""
    return not _TELLING.isdisjoint(found)


def is_day_first(header: Sequence[str]) -> bool:
    """Whether a header is in a language whose countries all write the day before the month."""
    return any(meaning.day_first for cell in header if (meaning := _meaning(cell[:_LONGEST])))


def is_description(cell: str) -> bool:
    """Whether a column that is not known only describes another one, as Google's “Phone 1 - Label”."""
    return not _DESCRIBES.isdisjoint(_words(cell[:_LONGEST])[-1:])


@lru_cache(maxsize=1024)
def _meaning(cell: str) -> _Meaning | None:
    said = _words(cell)
    return _WHOLE.get(" ".join(said)) or _without_asides(said) or _in_words(said)


def _words(cell: str) -> list[str]:
    plain = bare(_CAMEL.sub(" ", line(cell, _LONGEST)).casefold())
    return _HYPHENATED.sub("e", " ".join(_PARTS.findall(plain))).split()


def _without_asides(said: Sequence[str]) -> _Meaning | None:
    """“Person - Birthday”, “Contact notes”. Where people live is no mail address: that has to be said in full."""
    rest = " ".join(word for word in said if word not in _ASIDE)
    found = _WHOLE.get(rest)
    return found if found and found.role is not Role.ADDRESS else None


def _in_words(said: Sequence[str]) -> _Meaning | None:
    """“E-Mail (privat)”, “Work Email 2”, “Frequency (weeks)”: a telling word, and none that says something else."""
    told = [_SINGLE[word] for word in said if word in _SINGLE]
    if not told:
        return None
    role = told[0].role
    units = [_UNITS[word] for word in said if word in _UNITS and role is Role.EVERY]
    beside = [word for word in said if word not in _SINGLE and not (units and word in _UNITS)]
    if any(one.role is not role for one in told) or not all(_is_beside(word, role) for word in beside):
        return None
    return _Meaning(next(iter(units), role), all(one.day_first for one in told))


def _is_beside(word: str, role: Role) -> bool:
    return word in _ASIDE or word in _QUALIFIERS[role] or word.isdecimal()
