"""What mail programs put above a quote: attributions, header blocks and marks; and the first line of a letter."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from kith.mail import quotewords as words

_MOST: Final = 500
"""Characters of a line, or of lines joined, that can be what a program wrote."""
_MOST_ATTRIBUTION_LINES: Final = 4
_MOST_HEADER_LINES: Final = 16
_MOST_STRAY: Final = 2
"""Lines in a row inside a header block that are no field of it: a long list of recipients goes on there."""

_COLONS: Final = (":", "：", "﹕")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]\"',;:@]{1,64}@[^\s<>()\[\]\"',;:@]{1,255}")
_ORDER: Final = re.compile(r"#?[0-9]{1,3}[.):]?\s|[@?]|(?:add|thank|share|introduce|ask)\b", re.IGNORECASE)
_FIELD: Final = re.compile(r"[\s*_|]{0,8}([^:：*]{1,24}?)[\s*_]{0,4}[:：]")
_DASHED: Final = re.compile(r"\s{0,8}[-_=*~—–─]{2}")
_MARK_EDGE: Final = "-_=*~—–─<>[] \t:："


@dataclass(frozen=True, slots=True)
class Letter:
    """By what a quoted letter is known: the addresses it came from and its first line, folded."""

    addresses: frozenset[str]
    sentinels: tuple[str, ...]

    @classmethod
    def of(cls, addresses: Collection[str], sentinels: Collection[str]) -> "Letter":
        """From addresses and lines as they are written."""
        lines = (_folded(line).strip("[]-=*#~ ") for line in sentinels)
        return cls(frozenset(filter(None, map(_folded, addresses))), tuple(filter(None, lines)))

    def wrote(self, text: str) -> bool:
        """Whether one of its addresses stands in a text."""
        folded = text.casefold()
        return any(address in folded for address in self.addresses)

    def begins_at(self, line: str) -> bool:
        """Whether a line is its first, whatever a program put around it."""
        if len(line) > _MOST or is_quoted(line):
            return False
        return any(sentinel in _folded(line) for sentinel in self.sentinels)

    def beside(self, line: str) -> str:
        """What stands on its first line beside it: somebody may have written there."""
        for sentinel in self.sentinels:
            line = re.sub(r"\s{1,9}".join(map(re.escape, sentinel.split())), " ", line, flags=re.IGNORECASE)
        left = line.strip("[]<>()*|# \t")
        return left if re.search(r"\w", left) else ""


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("i\u0307", "i").split())  # the Turkish capital İ folds to two characters


def is_quoted(line: str) -> bool:
    """Whether a line carries the mark of a quote."""
    return line.lstrip().startswith((">", "＞"))


def attribution(lines: Sequence[str], at: int, letter: Letter) -> int:
    """How many lines from one on say who wrote what follows, beyond doubt; 0 if they do not.

    Beyond doubt: they end with a colon and hold an address with a date or a verb, or begin like an
    attribution and hold a verb and a whole date. "1 Maria wrote: she is moving" is none of these.
    """
    first = lines[at].strip()
    if len(first) > _MOST or not (first.endswith(_COLONS) or _begins(first) or "@" in first):
        return 0
    text = ""
    for count, line in enumerate(lines[at : at + _MOST_ATTRIBUTION_LINES], 1):
        if not line.strip() or is_quoted(line) or len(text) + len(line) > _MOST:
            return 0
        text = f"{text} {line.strip()}".strip()
        if text.endswith(_COLONS):
            return count if _attributes(text, letter, is_wrapped=count > 1, first=first) else 0
    return 0


def _attributes(text: str, letter: Letter, *, is_wrapped: bool, first: str) -> bool:
    begins = _begins(text)
    if _orders(text) or (is_wrapped and not (begins or _ADDRESS.search(first))):
        return False
    verb = bool(words.VERB.search(text))
    if not _ADDRESS.search(text):
        return begins and verb and bool(words.DATE.search(text))
    dated = bool(words.DATE.search(text) or words.TIME.search(text))
    return (dated or verb) and (begins or verb or letter.wrote(text))


def _begins(text: str) -> bool:
    return bool(words.START.match(text) or words.STARTS_WITH_DATE.match(text))


def _orders(text: str) -> bool:
    """Whether a line begins as an instruction does, and not with a date."""
    return bool(_ORDER.match(text)) and not words.STARTS_WITH_DATE.match(text)


def attribution_above(lines: Sequence[str]) -> int:
    """How many of some lines' last say who wrote the quote below them; 0 if they are the owner's own words.

    Less is asked than of attribution, for here the quote is seen: "Kith wrote:" is enough.
    """
    if not lines or len(lines[-1]) > _MOST:
        return 0
    last = lines[-1].strip()
    wrapped = f"{lines[-2].strip()} {last}" if len(lines) > 1 and len(lines[-2]) <= _MOST else ""
    if wrapped and words.START.match(wrapped) and words.DATE.search(lines[-2]) and _may_attribute(wrapped):
        return 2
    return 1 if _may_attribute(last) else 0


def _may_attribute(text: str) -> bool:
    if _orders(text) or ": " in text[:-2]:
        return False
    verb, address = words.VERB.search(text), _ADDRESS.search(text)
    dated = words.DATE.search(text) or words.TIME.search(text)
    if text.endswith(_COLONS):
        return bool(verb or address or (dated and words.START.match(text)))
    return bool(dated and address) or bool(verb and dated and words.STARTS_WITH_DATE.match(text))


def header_block(lines: Sequence[str], at: int, letter: Letter) -> int:
    """How many lines from one on are the fields of the quoted message (From, Sent, To, Subject); 0 if they are not.

    Three different fields make one, From among them, or two with an address of the letter: a person
    may be called De or An.
    """
    if _kind(lines[at]) in {None, "other"}:
        return 0
    kinds: set[str] = set()
    last = stray = 0
    for count, line in enumerate(lines[at : at + _MOST_HEADER_LINES], 1):
        if kind := _kind(line):
            kinds.add(kind)
            last, stray = count, 0
        elif line.strip():
            stray += 1
        if stray > _MOST_STRAY or is_quoted(line):
            break
    kinds.discard("other")
    known = len(kinds) >= 3 or (len(kinds) == 2 and any(letter.wrote(line[:_MOST]) for line in lines[at : at + last]))
    return last if known and "from" in kinds else 0


def is_field(line: str) -> bool:
    """Whether a line alone could be a field of a quoted message's header."""
    return _kind(line) is not None


def _kind(line: str) -> str | None:
    found = _FIELD.match(line)
    return words.FIELD_KIND.get(_folded(found[1].replace("’", "'"))) if found else None


def is_mark(line: str) -> bool:
    """Whether a line is a mark above a quote, "-----Original Message-----"."""
    if len(line) > _MOST or not line.strip():
        return False
    core = _folded(line.replace("’", "'")).strip(_MARK_EDGE)
    if core.startswith(words.UNDASHED_MARKS):
        return True
    return bool(_DASHED.match(line)) and (core in words.MARKS or core.startswith(words.MARKS_WITH_MORE))


def is_rule(line: str) -> bool:
    """Whether a line is nothing but dashes, as programs draw them above a quote."""
    bare = line.strip()
    return len(bare) >= 5 and not bare.strip("-_=*~—–─")
