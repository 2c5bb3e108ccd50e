"""Text from foreign address books made fit to keep: decoded, cleaned, bounded, taken apart."""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from kith.domain.address import looks_like, split
from kith.domain.names import natural_name
from kith.errors import UsageError

MAX_BYTES: Final = 50_000_000
"""The largest file that is read. An address book of 20,000 cards without photos has about 10 MB."""

MAX_VALUE: Final = 20_000
"""Characters looked at in one value; what comes after them is no name, address or date."""

MAX_LINE: Final = 300
MAX_ABOUT: Final = 500
MAX_TAG: Final = 60
MAX_ADDRESS: Final = 320  # RFC 3696: 64 for the local part, 255 for the domain, and the @

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# What no database, mail header or terminal wants: controls but for whitespace, halves of surrogate pairs, the BOM.
_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]+")
_NEWLINE: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
_WORD: Final = re.compile(r'(?:"(?:[^"\\\n]|\\.){1,64}"@)?[^\s,;<>]+')  # a local part in quotes may have spaces
_QUOTED_LOCAL: Final = re.compile(r'"[^"]+"@[^"@]+')
_PIECE: Final = re.compile(r"\\.|[^\\]|\\", re.DOTALL)
_NOT_A_TAG: Final = {"mycontacts", "my contacts", "starred"}  # Google's groups that say nothing about a person


def refuse_huge(size: int, source: str) -> None:
    """Raises UsageError for a file too large to be an address book. size is in bytes."""
    if size > MAX_BYTES:
        raise UsageError(
            f"{source} has {size // 1_000_000} MB; an address book of up to {MAX_BYTES // 1_000_000} MB can be read.",
            "Export it without photos, or in several files.",
        )


def utf8(data: bytes) -> bytes:
    """The bytes without their byte order mark, in UTF-8 if that mark says UTF-16; else in whatever they were."""
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def decode(data: bytes) -> str:
    """UTF-8 where it is, else Latin-1 in the form that Windows gives it (which has the curly apostrophe)."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def line(text: str, limit: int = MAX_LINE) -> str:
    """One line of at most limit characters, whitespace collapsed, composed (NFC, so that names compare)."""
    words = " ".join(_UNWANTED.sub("", text[:MAX_VALUE]).split())[:limit]
    return unicodedata.normalize("NFC", words)[:limit].strip()


def block(text: str, limit: int = MAX_ABOUT) -> str:
    """Several lines, ended by newlines alone, of at most limit characters."""
    return _UNWANTED.sub("", _NEWLINE.sub("\n", text[:MAX_VALUE])).strip()[:limit].strip()


def person_name(text: str) -> str:
    """A name on one line; "" where there is no letter or digit in it."""
    name = line(text)
    return name if any(c.isalnum() for c in name) else ""


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, empty ones left out, case ignored; the first spelling stays."""
    found: dict[str, str] = {}
    for word in words:
        if word:
            found.setdefault(word.casefold(), word)
    return tuple(found.values())


def addresses(text: str) -> tuple[str, ...]:
    """The mail addresses in a value: alone, in angle brackets after a name, or several of them."""
    words = _WORD.findall(_UNWANTED.sub("", text[:MAX_VALUE]))
    return unique(_address(word) for word in words if "@" in word)


def _address(word: str) -> str:
    word = word.strip("'()[]").removeprefix("mailto:").removeprefix("MAILTO:")
    if len(word) > 1 and word[0] == word[-1] == '"':
        word = word[1:-1]
    if '"' in word and not _QUOTED_LOCAL.fullmatch(word):
        return ""
    local, _ = split(word)
    plain = len(word) <= MAX_ADDRESS and ('"' in word or "@" not in local)
    return word if plain and looks_like(word) else ""


def tags(words: Iterable[str]) -> tuple[str, ...]:
    """Labels without the marks (*, #) that some programs put before them, each once."""
    cleaned = (line(word, MAX_TAG).lstrip("*# ") for word in words)
    return tuple(word for word in unique(cleaned) if word.casefold() not in _NOT_A_TAG)


def parts(text: str, marks: str) -> list[str]:
    """The pieces of a list between marks that no backslash precedes; the backslashes stay."""
    found: list[list[str]] = [[]]
    for piece in _PIECE.findall(text[:MAX_VALUE]):
        if piece in marks:
            found.append([])
        else:
            found[-1].append(piece)
    return ["".join(piece) for piece in found]


def day(text: str) -> date | None:
    """A date as Kith's own exports have it, in ISO form; None for anything else."""
    try:
        return date.fromisoformat(line(text, 10))
    except ValueError:
        return None


def name_of(texts: Iterable[str], found: Sequence[str]) -> str:
    """A name for somebody of whom only addresses are known: what stands before one in angle brackets, else its own.

    texts are the values the addresses were found in. "" where there are none.
    """
    before = (text[:MAX_VALUE].partition("<")[0] for text in texts if "<" in text)
    beside = next(filter(None, (person_name(natural_name(line(one))) for one in before)), "")
    return (beside or name_from(found[0])) if found else ""


def name_from(address: str) -> str:
    """A name for somebody of whom only the address is known: jane.doe@example.com is Jane Doe."""
    local, _ = split(address)
    words = re.split(r"[._+\s-]+", local)
    return person_name(" ".join(word[:1].upper() + word[1:] for word in words)) or line(address)
