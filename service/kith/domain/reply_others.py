"""Lines that turn to somebody else without a beginning of the usual form: a name alone, thanks, a day before a name."""

import re
from collections.abc import Collection
from typing import Final

from kith.domain.datewords import MONTHS, VOCABULARY, WEEKDAYS
from kith.domain.instruction import Verb
from kith.domain.names import bare
from kith.domain.reply_lines import LONGEST_NAME, Opening, is_name
from kith.domain.reply_people import Known, begins_with_verb, people_at
from kith.domain.reply_touch import FILLER, HAPPENED, NOUNS
from kith.domain.reply_words import first_word, vocabulary

_THANKS: Final = re.compile(r"(?:thanks|thank you|many thanks),? (?=[^\W\d_])", re.IGNORECASE)
_AFTER_NAME: Final = " -–—,"
_BULLETS: Final = ("o ", "Ø ")
"""Letters that are bullets in another font, as Outlook leaves them in plain text."""
_DAYS: Final = frozenset({*WEEKDAYS, *MONTHS}) | vocabulary("yesterday today tonight ago week weekend month last night")
_BEFORE_DAY: Final = VOCABULARY | vocabulary("the this last night earlier")
_MOST_DAY_WORDS: Final = 6
_NUMBER: Final = re.compile(r"[0-9]{1,4}(?:st|nd|rd|th)?")
_WE: Final = frozenset({"i", "we"})
_TOUCH: Final = re.compile(
    rf"(?:{FILLER} ){{0,5}}(?P<verb>video call|phone call|e-mailed|[a-z]+)(?: (?:up|back|again|over))? ", re.IGNORECASE
)
_AND_I: Final = re.compile(r" and (?:i|we) ", re.IGNORECASE)
_CLAUSE_END: Final = re.compile(r"[,;:.!?]| about ", re.IGNORECASE)
_THEM: Final = vocabulary("him her them")
_BEFORE_NAME: Final = vocabulary("with to and from for &")
_MOST_WORDS: Final = 30
"""Words after a touch within which it is said whom it was with."""


def name_alone(words: str, is_known: Known) -> Opening | None:
    """A line that is a known name and nothing else, but for the stop or the dash that ends it: a heading."""
    if len(words) > LONGEST_NAME or begins_with_verb(words) or words.rstrip(_AFTER_NAME).casefold() in VOCABULARY:
        return None
    for edge in (_AFTER_NAME, f"{_AFTER_NAME}."):
        name = words.rstrip(edge)
        parts = name.split()
        if is_name(parts) and parts[0][0].isupper() and parts[-1][0].isupper() and is_known(name):
            return Opening((name,), "")
    return None


def without_bullet(words: str, is_known: Known) -> str:
    """A line without a letter that stands for its bullet, where a verb or somebody comes after it: "o Bob: lunch"."""
    rest = words[2:] if words.startswith(_BULLETS) else ""
    people = people_at(rest, is_known, is_open=True) if rest else None
    after = rest[people.end if people else 0 :]
    is_about = people is not None and (after[:2].lstrip().startswith(":") or begins_with_verb(after.lstrip(" .),-–—")))
    return rest if is_about or begins_with_verb(rest) or name_alone(rest, is_known) else words


def thanked(words: str, is_known: Known) -> Opening | None:
    """ "thanks Tom for the book": as "thank Tom for the book", where the name is a known one."""
    found = _THANKS.match(words)
    people = people_at(words[found.end() :], is_known, is_open=True) if found else None
    if found is None or people is None or not words.startswith(" for ", found.end() + people.end):
        return None
    return Opening((), words[found.end() :], Verb.THANK)


def told_of(words: str, is_known: Known) -> tuple[str, ...]:
    """Whom a sentence is about that begins with a day, "I" or "we" and holds a touch with somebody known.

    "Yesterday I had lunch with Tom", "On Friday Bob and I met". Nobody where it says "her" before any name: then
    somebody is meant who was named before.
    """
    rest = _without_day(words)
    if rest == words and first_word(words) not in _WE:
        return ()
    if first := people_at(rest, is_known, is_open=True):
        after = rest[first.end :]
        joined = _AND_I.match(after)
        is_told = begins_with_verb(after[joined.end() :] if joined else after.lstrip())
        return first.who if is_told and not first.who[0].isdecimal() else ()
    found = _TOUCH.match(rest)
    if found is None or found["verb"].casefold().replace(" ", "-") not in HAPPENED | NOUNS:
        return ()
    return _held_with(_CLAUSE_END.split(rest[found.end() :], maxsplit=1)[0], is_known)


def is_among(who: Collection[str], people: Collection[str]) -> bool:
    """Whether somebody is one of these people, by a longer or shorter name perhaps."""
    wanted, known = ([set(bare(name.casefold()).split()) for name in names] for names in (who, people))
    return any(one <= other or other <= one for one in wanted for other in known)


def _without_day(words: str) -> str:
    """A sentence without the day that it begins with."""
    parts = words.split(" ", _MOST_DAY_WORDS)
    said = [part.rstrip(",").casefold() for part in parts[:_MOST_DAY_WORDS]]
    count = next((n for n, word in enumerate(said) if word not in _BEFORE_DAY and not _NUMBER.fullmatch(word)), 0)
    return words if _DAYS.isdisjoint(said[:count]) else " ".join(parts[count:])


def _held_with(clause: str, is_known: Known) -> tuple[str, ...]:
    at, before = 0, "with"
    for word in clause.split(" ", _MOST_WORDS)[:_MOST_WORDS]:
        if word.casefold() in _THEM:
            return ()
        found = people_at(clause[at:], is_known, is_open=True) if before in _BEFORE_NAME else None
        if found and not found.who[0].isdecimal():
            return found.who
        at, before = at + len(word) + 1, word.casefold()
    return ()
