"""vCard files taken apart into cards, and cards into properties: one pass, whatever the bytes.

An own reader because the libraries at hand take exponential time for a line of commas, quadratic time
for a long folded one, and lose what follows a comma that somebody forgot to escape.
"""

import binascii
import io
import re
from codecs import BOM_UTF8  # files that were joined have one in the middle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kith.book.fields import MAX_VALUE, decode, utf8

WANTED: Final = frozenset({
    "VERSION", "KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS", "FN", "N", "ORG", "EMAIL", "TEL", "BDAY",
    "CATEGORIES", "NOTE", "UID", "X-KITH-EVERY", "X-KITH-CIRCLE", "X-KITH-PAUSED", "X-KITH-SNOOZED-UNTIL",
})  # fmt: skip
"""Properties that are kept; photos, sounds and keys never leave the splitter."""

_NAME: Final = re.compile(rb"(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9_-]+)[ \t]*[;:]")
_HEAD: Final = re.compile(rb'[^:"]*(?:"[^"]*"[^:"]*)*:')

# Character sets that a CHARSET parameter may name. Python's codecs know stranger ones, that are no character sets,
# and remember every name they were ever asked for.
_CHARSET: Final = re.compile(
    r"utf-?8|us-ascii|iso[-_]?8859[-_]\d{1,2}|iso-2022-jp|windows-125\d|cp-?\d{3,4}|latin-?\d{1,2}|koi8-[ru]"
    r"|shift[-_]jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5|mac(?:roman|intosh)",
    re.IGNORECASE | re.ASCII,
)
_ENCODINGS: Final = {"QUOTED-PRINTABLE": "Q", "Q": "Q", "BASE64": "B", "B": "B"}


@dataclass(frozen=True, slots=True)
class Property:
    """One content line (RFC 6350, 3.3), decoded but with its backslashes. Names, of params too, are in upper case."""

    name: str
    params: Mapping[str, str]
    value: str


@dataclass(slots=True)
class Card:
    """One card: its number in the file, its unfolded lines, and whether END:VCARD was there."""

    number: int
    closed: bool = False
    lines: list[bytes] = field(default_factory=list)
    _chunks: list[bytes] = field(default_factory=list)
    _size: int = 0
    _keep: bool = False
    _quoted: bool = False  # the property is quoted-printable
    _soft: bool = False  # and its last line ended with =, so that the next one belongs to it
    agent: bool = False  # the last property was AGENT, whose value may be a card of its own (vCard 2.1)

    def add(self, physical: bytes) -> None:
        """Takes the next physical line: a continuation of the last, or a new one (RFC 6350, 3.2)."""
        if self._soft:
            self._append(b"\n" + physical)
        elif physical[:1] in {b" ", b"\t"}:
            self._append(physical[1:])
        elif physical:
            self._flush()
            self._start(physical)

    def close(self) -> None:
        """The END:VCARD line was met."""
        self._flush()
        self.closed = True

    def _start(self, physical: bytes) -> None:
        found = _NAME.match(physical)
        name = found[1].upper().decode("ascii") if found else ""
        self.agent = name == "AGENT"
        self._keep = name in WANTED
        self._quoted = b"QUOTED-PRINTABLE" in physical[:MAX_VALUE].partition(b":")[0].upper()
        self._append(physical)

    def _append(self, chunk: bytes) -> None:
        self._soft = self._quoted and chunk.endswith(b"=")
        if self._keep and self._size < MAX_VALUE:
            self._chunks.append(chunk[:MAX_VALUE])
            self._size += len(chunk) or 1

    def _flush(self) -> None:
        if self._chunks:
            self.lines.append(b"".join(self._chunks))
        self._chunks, self._size, self._keep, self._quoted = [], 0, False, False


def cards(data: bytes) -> Iterator[Card]:
    """The cards of a file in order. One that never ends costs itself alone; a card inside AGENT is left out."""
    card: Card | None = None
    number, inside = 0, False
    for physical in _physical_lines(data):
        mark = physical.strip().removeprefix(BOM_UTF8).upper() if len(physical) < 40 else b""
        if mark == b"BEGIN:VCARD" and card and card.agent and not inside:
            inside = True
        elif mark == b"BEGIN:VCARD":
            if card:
                yield card
            number, inside, card = number + 1, False, Card(number + 1)
        elif mark == b"END:VCARD" and card and not inside:
            card.close()
            yield card
            card = None
        elif mark == b"END:VCARD":
            inside = False
        elif card and not inside:
            card.add(physical)
    if card:
        yield card


def _physical_lines(data: bytes) -> Iterator[bytes]:
    plain = utf8(data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for physical in io.BytesIO(plain):
        yield physical.rstrip(b"\n")


def properties(card: Card) -> list[Property]:
    """The properties of a card that Kith keeps; a line that is none is left out."""
    return [found for text in card.lines if (found := _property(text))]


def _property(text: bytes) -> Property | None:
    found = _HEAD.match(text)
    head = text[: found.end() - 1] if found else text.partition(b":")[0]  # a quote that nobody closed
    name, *words = head.decode("latin-1").split(";")
    params = dict(_param(word) for word in words if word.strip())
    return Property(name.rpartition(".")[2].strip().upper(), params, _value(text[len(head) + 1 :], params))


def _param(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if equals:
        return name.strip().upper(), value.strip().strip('"')
    bare = name.strip().upper()  # vCard 2.1 lets the name be left out
    return ("ENCODING" if bare in _ENCODINGS else "TYPE"), bare


def _value(raw: bytes, params: Mapping[str, str]) -> str:
    encoding = _ENCODINGS.get(params.get("ENCODING", "").upper())
    if encoding == "Q":
        raw = binascii.a2b_qp(raw)
    elif encoding == "B":
        raw = _base64(raw)
    return _charset(raw, params.get("CHARSET", ""))


def _base64(raw: bytes) -> bytes:
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        return b""


def _charset(raw: bytes, charset: str) -> str:
    if _CHARSET.fullmatch(charset):
        try:
            return raw.decode(charset)
        except (LookupError, ValueError):  # unknown after all, or not true
            pass
    return decode(raw)
