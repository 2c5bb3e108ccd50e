"""Whom a line begins with, beyond one number or name: a number with its name, several people mixed, a range."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from kith.domain.address import looks_like
from kith.domain.datewords import MONTHS, VOCABULARY, WEEKDAYS
from kith.domain.duration import UNITS
from kith.domain.reply_lines import LONGEST_NAME, Opening, is_name, who_list
from kith.domain.reply_phrases import PHRASES
from kith.domain.reply_touch import HAPPENED, NOUNS
from kith.domain.reply_words import MEASURES, PARTICLES, PROSE, first_word, is_bare_name, vocabulary

Known = Callable[[str], bool]
"""Whether a name means exactly one person."""

VERBS: Final = frozenset(PHRASES) | HAPPENED | {"follow", "follow-up"}
_LONGEST_WORD: Final = 60
_STOP: Final = re.compile(r"[,;:]")
_NUMBER: Final = re.compile(r"#?(?P<first>[0-9]{1,3})(?:[-–]#?(?P<last>[0-9]{1,3}))?(?![\w/%€$£+-])(?!\.[0-9])")
_HANDLE: Final = re.compile(r"@\w[\w.'’-]*")
_ADDRESS: Final = re.compile(r"<?(?P<address>[^\s<>,;:()@]{1,64}@[^\s<>,;:()@]{1,255})>?(?=[\s,;:]|$)")
_NAME: Final = re.compile(r"(?:[^\W\d_][\w'’‘´`-]*\.?|(?:[^\W\d_]\.){2,3})(?=[\s,;:/&+)\-–—.!]|$)")
_AFTER_NUMBER: Final = re.compile(r"[.):]?(?: ?[-–—])? \(?")
_AND: Final = re.compile(r",(?: (?:and|&) | )?|(?: ?[&+/] ?| and )")
_COLON: Final = re.compile(r" ?:(?: |$)")
_PAUSE: Final = re.compile(r"\)?(?: ?,| ?[-–—]|\.)? ")
_ANOTHER: Final = re.compile(r"(?:, ?(?:and )?| and | ?[&+] ?)(?:#?[0-9]|@)")
_DASH: Final = re.compile(r"\)? [-–—] | ?[–—] ?")
_MOST: Final = 20
_MOST_NAMES: Final = 3
"""Words of a name that no colon ends."""
_RANGE: Final = re.compile(
    r"#?(?P<first>[0-9]{1,3})(?: ?[-–—] ?| to |\.\.)#?(?P<last>[0-9]{1,3})(?P<stop> ?:)?(?= )", re.IGNORECASE
)
PLURAL: Final = frozenset({"drinks"})
"""Nouns that more than one may be counted of: "2 drinks"."""
_TIMES: Final = frozenset({*UNITS, *MEASURES, *MONTHS, *WEEKDAYS})
_ALSO_WORDS: Final = (
    PROSE
    | PARTICLES
    | vocabulary(
        "will may mark rose bill art hope grace joy june april august dawn faith rob pat sue gene ray jack guy frank "
        "max miles chase hunter drew grant rich dick peg penny ruby lily daisy iris amber pearl ginger holly ivy olive "
        "summer autumn christian jean earl duke king page rusty sandy sunny star angel melody harmony chance cash"
    )
)
"""Names that are names only with their capital."""


class People(NamedTuple):
    """The people that some words begin with, as they were written, and where the words after them start."""

    who: tuple[str, ...]
    end: int
    numbered: bool = False
    """A number is followed by the name of its person."""


def begins_with_verb(words: str) -> bool:
    """Whether words begin like something that is said of a person: a verb, or a touch in a word."""
    return first_word(_STOP.split(words[:_LONGEST_WORD], maxsplit=1)[0]) in VERBS | NOUNS


def people_at(words: str, is_known: Known, *, is_open: bool = False) -> People | None:
    """The people that words begin with, one or several in a row; None where they begin with none.

    A name without a number is a known one. is_open: anything may follow it, else only what can be said of people.
    """
    who: list[str] = []
    end, numbered = 0, False
    while len(who) < _MOST:
        found = _one(words, end if not who else _after_and(words, end), is_known, is_open=is_open)
        if found is None:
            break
        who += found.who
        end, numbered = found.end, numbered or found.numbered
        if not _AND.match(words, end):
            break
    return People(tuple(dict.fromkeys(who)), end, numbered) if who else None


def _after_and(words: str, at: int) -> int:
    joined = _AND.match(words, at)
    return joined.end() if joined else at


def _one(words: str, at: int, is_known: Known, *, is_open: bool) -> People | None:
    if number := _NUMBER.match(words, at):
        return _numbered(words, number, is_known)
    if handle := _HANDLE.match(words, at):
        return People((handle[0],), handle.end())
    if (address := _ADDRESS.match(words, at)) and looks_like(address["address"]):
        return People((address["address"],), address.end())
    return _name(words, at, is_known, is_open=is_open)


def _numbered(words: str, number: re.Match[str], is_known: Known) -> People | None:
    """A number, a short range of them, or a number with its name: "2. Jean-Luc O'Brien: …"."""
    first, last = int(number["first"]), int(number["last"] or number["first"])
    if number["last"]:
        who = tuple(str(n) for n in range(first, last + 1)) if 0 < first < last < first + _MOST else ()
        return People(who, number.end()) if who and not is_counted(words[number.end() :]) else None
    gap = _AFTER_NUMBER.match(words, number.end())
    named = _name(words, gap.end(), is_known, is_open=False, is_numbered=True) if gap else None
    if named and not (gap and gap[0] == " " and _is_date(words, number.end(), named.end)):
        return People((f"{first} {named.who[0]}",), named.end, numbered=True)
    return None if is_counted(words[number.end() :]) else People((str(first),), number.end())


def _is_date(words: str, start: int, end: int) -> bool:
    """Whether a number and a name are rather a day: "12 May: lunch", but not "8 May called", "8 May: snooze"."""
    pause = _COLON.match(words, end) or _PAUSE.match(words, end)
    said = first_word(words[pause.end() :]) if pause else ""
    return words[start:end].strip().casefold() in MONTHS and (said not in VERBS or said in NOUNS)


def is_counted(after: str) -> bool:
    """Whether a number before these words counts something, or names a day: " weeks", " May"."""
    word = first_word(after) if after.startswith(" ") else ""
    return word in UNITS or word in MEASURES or word in MONTHS or word == "or"


def _name(words: str, at: int, is_known: Known, *, is_open: bool, is_numbered: bool = False) -> People | None:
    """The longest known name here. After a number it may be any one with a colon and a verb: the number says who."""
    ends = _ends(words, at)
    for end in reversed(ends):
        name = words[at:end]
        follows = not _is_surname(words, end) if is_open else _may_follow(words, end, is_numbered=is_numbered)
        if not follows or not is_written_name(name):
            continue
        colon = _COLON.match(words, end)
        is_meant = is_numbered and colon and name[0].isupper() and begins_with_verb(words[colon.end() :])
        if (is_meant and first_word(name) not in _TIMES) or is_known(name):
            return People((name,), end)
        if name.endswith(".") and is_known(name[:-1]):  # "Anna K."
            return People((name[:-1],), end)
    return None


def _ends(words: str, at: int) -> list[int]:
    """Where a name of one, two or three words would end."""
    ends: list[int] = []
    while len(ends) < _MOST_NAMES and (word := _NAME.match(words, at)) and word.end() - at <= LONGEST_NAME:
        end = word.end()
        if words[end - 1] == "." and not is_name([word[0]]):
            return [*ends, end - 1]
        ends.append(end)
        if words[end : end + 1] != " ":
            break
        at = end + 1
    return ends


def is_written_name(name: str) -> bool:
    """Whether words are written like a name: with capitals, or small where they are no other words."""
    parts = name.split()
    if not is_name(parts):
        return False
    return is_bare_name(name) or (name.islower() and _ALSO_WORDS.isdisjoint(parts))


def _is_surname(words: str, end: int) -> bool:
    """Whether the name goes on after this: "called Maria Lopez" is not about a Maria who is known by another name."""
    word = _NAME.match(words, end + 1)
    if word is None or words[end : end + 1] != " " or not word[0][0].isupper():
        return False
    return word[0].casefold().rstrip(".") not in VOCABULARY | PROSE


def _may_follow(words: str, end: int, *, is_numbered: bool) -> bool:
    """Whether what follows a name can be said of people: another one, a colon, a dash, a verb; or nothing."""
    if _COLON.match(words, end) or _DASH.match(words, end) or (not is_numbered and _AND.match(words, end)):
        return True
    if is_numbered and _ANOTHER.match(words, end):
        return True
    pause = _PAUSE.match(words, end)
    return (is_numbered and end == len(words)) or bool(pause and begins_with_verb(words[pause.end() :]))


def together(words: str, is_known: Known) -> Opening | None:
    """A line that begins with several people of different kinds, or with a number and its name."""
    found = people_at(words, is_known)
    if found is None or (len(found.who) == 1 and not found.numbered):
        return _mixed(words)
    rest, written = words[found.end :], words[: found.end]
    if all(who[0] == "@" or who.isdecimal() for who in found.who) and "-" not in written and "–" not in written:
        return None
    who = _natural(found.who, written, is_known)
    for stop in (_COLON, _DASH, _PAUSE):
        after = stop.match(rest)
        said = rest[after.end() :] if after else ""
        if after and (stop is not _PAUSE or (begins_with_verb(said) and first_word(said) not in PLURAL)):
            return Opening(who, rest[after.end() :].strip())
    return Opening(who, "") if not rest else _mixed(words)


def _natural(who: tuple[str, ...], written: str, is_known: Known) -> tuple[str, ...]:
    """One person where two names are one turned round: "Silva, Maria"."""
    turned = f"{who[-1]} {who[0]}"
    is_one = len(who) == 2 and f"{who[0]}, {who[1]}" == written and is_known(turned)
    return (turned,) if is_one else who


def _mixed(words: str) -> Opening | None:
    """Numbers and names before a colon, known or not: "1, Maria: lunch"."""
    head, colon, rest = words[:LONGEST_NAME].partition(":")
    people = who_list(head) if colon else ()
    numbers = [who for who in people if who.isdecimal() or who.startswith("@")]
    names = [who for who in people if who not in numbers]
    if not numbers or not names or rest.startswith("//"):
        return None
    if not all(is_bare_name(name) and is_name(name.split()) for name in names):
        return None
    return Opening(people, words[len(head) + 1 :].strip())


def named(words: str, is_known: Known) -> Opening | None:
    """A line that begins with a known name, and a dash or something that is said of people: "Maria called"."""
    found = _name(words, 0, is_known, is_open=False)
    if found is None:
        return None
    rest = words[found.end :]
    dash = _DASH.match(rest)
    after = dash or _PAUSE.match(rest)
    if after is None or not (dash or begins_with_verb(rest[after.end() :])):
        return None
    if dash and " " not in dash[0] and people_at(rest[after.end() :], is_known):  # "Maria–Bob": who is meant by what?
        return None
    return Opening(found.who, rest[after.end() :].strip())


def ranged(words: str) -> Opening | None:
    """A line that begins with a row of numbers and then a verb or a colon: "1-3 snooze 2 weeks", "1 to 3: lunch"."""
    found = _RANGE.match(words)
    if found is None:
        return None
    first, last, rest = int(found["first"]), int(found["last"]), words[found.end() :].strip()
    is_about = found["stop"] or (begins_with_verb(rest) and first_word(rest) not in PLURAL)
    if not rest or not is_about or not 0 < first < last < first + _MOST:
        return None
    return Opening(tuple(str(number) for number in range(first, last + 1)), rest)
