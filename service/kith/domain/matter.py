"""What a promise is about: a thing ("the flat") or something to do ("send the book"), and how either is said."""

from typing import Final

_WORDS: Final = "the a an my our your his her its their this these those how what when where whether who why"
_BEFORE_THINGS: Final = frozenset(_WORDS.split())
"""Words that begin a thing, and nothing to do."""
_ABOUT: Final = "about"


def is_thing(matter: str) -> bool:
    """Whether a matter can be said after "about": the owner wrote so, or it begins as things do."""
    first, _, rest = matter.casefold().partition(" ")
    return bool(rest) and (first == _ABOUT or first in _BEFORE_THINGS)


def about_what(matter: str) -> str:
    """A matter as it goes on after a sentence: " about the flat", ": send the book"; "" for none."""
    if not matter:
        return ""
    first, _, rest = matter.partition(" ")
    words = rest if rest and first.casefold() == _ABOUT else matter
    return f" about {words}" if is_thing(matter) else f": {words}"
