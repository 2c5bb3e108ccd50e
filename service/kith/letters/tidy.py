"""Makes a value harmless before a template sees it: one line, no control characters, no endless text."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from kith.domain.plain import one_line
from kith.letters import words

T = TypeVar("T")

LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "name": 120,
        "first_name": 40,
        "owner": 120,
        "subject": 100,
        "address": 254,  # RFC 5321
        "addresses": 254,
        "mailto": 1500,  # an address and a subject, percent-encoded
        "line": 5000,  # the owner's own words: what could not be filed comes back whole
        "still_unfiled": 5000,
        "unfiled": 500,  # listed every week, whole in the receipt
        "done": 1000,
    }
)
"""Characters kept of a field, by its name."""

LONGEST_OTHER = 400


def tidied(value: T) -> T:
    """The same value with every text in it, at any depth, made one line, printable and of bearable length."""
    tidy: T = _tidy(value, LONGEST_OTHER)
    return tidy


def _tidy(value: Any, longest: int) -> Any:
    if type(value) is str:  # not a StrEnum, whose values are ours
        return words.cut(one_line(value), longest)
    if isinstance(value, tuple):
        return tuple(_tidy(item, longest) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        return replace(value, **{n: _tidy(getattr(value, n), LONGEST.get(n, LONGEST_OTHER)) for n in names})
    return value
