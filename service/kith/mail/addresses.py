"""Lists of addresses as header fields have them (RFC 5322, 3.4), read leniently but never guessed.

Two programs that read one broken list differently are how a sender is forged (CVE-2023-27043), so an
entry that could be read in two ways gives no address; its neighbours are kept.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from stringprep import in_table_b1
from typing import Final
from unicodedata import category

from kith.domain.address import Address
from kith.mail.words import decode_words, line

_LONGEST: Final = 320  # RFC 5321, 4.5.3.1: 64 for the local part, 255 for the domain, and the @
_LONGEST_NAME: Final = 998
_MOST_TEXT: Final = 300_000  # characters: some thousand recipients, far beyond any crowd
_WORTH_KEEPING: Final = 200  # characters: a field that is seen again and again is short

_ATOM: Final = r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f-\x9f\ud800-\udfff]+"
_QUOTED: Final = r'"[^"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]*(?:\\[ -~][^"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]*)*"'
_SPEC = re.compile(rf"(?:{_ATOM}|{_QUOTED})@(?:[\w.\-]+|\[[\w.:\-]+\])")
_HIDDEN = re.compile(r"[^\s@]@[^\s@.]+\.")  # what looks like an address in the middle of a name
_ODD = re.compile(r'["():;\[\]\\]')
_PIECE = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"'  # a quoted string
    r"|=\?[^?\s\"(),:;<>@]*\?[bBqQ]\?[^?\s\"()<>@\\]*\?="  # an encoded word; many hold a bare comma or colon
    r'|[(),:;<>"]|[^(),:;<>"=]+|=',
    re.DOTALL,
)
_COMMENT_MARK = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def addresses(text: str) -> tuple[Address, ...]:
    """The addresses of one field value, in order, names decoded. Never fails, in linear time.

    Members of a group are listed, its name is not; "undisclosed-recipients:;" gives none. Names come
    from the phrase or else a comment, and are "" where there is neither.
    """
    return _seen(text) if len(text) <= _WORTH_KEEPING else _read(text)


def _read(text: str) -> tuple[Address, ...]:
    if len(text) > _MOST_TEXT:
        text = text[:_MOST_TEXT].rpartition(",")[0]
    plain = None if _ODD.search(text) else _plain_list(text)
    return tuple(_List(text).read()) if plain is None else plain


_seen = lru_cache(maxsize=4096)(_read)


def _plain_list(text: str) -> tuple[Address, ...] | None:
    """Fast reading of a list without quotes, comments and groups; None where any entry is unusual."""
    found: list[Address] = []
    for entry in text.split(","):
        name, angle, spec = entry.strip().partition("<")
        if not angle:
            name, spec = "", name
        elif spec.endswith(">"):
            spec = spec[:-1]
        else:
            return None
        if "@" in name or not _is_spec(spec):
            return None
        found.append(Address(_name(name), spec))
    return tuple(found)


_WORDS: Final = rf"(?:{_ATOM}|{_QUOTED})(?:\s+(?:{_ATOM}|{_QUOTED}))*"
_DOMAIN: Final = r"[^\W_][\w\-]*(?:\.[\w\-]+)*\.?"
_COMMENT: Final = r"\([^()<>@\\,;:\"]*\)"
_SOLE = re.compile(
    rf"\s*(?:(?:{_WORDS}\s*)?(?:{_COMMENT}\s*)?<\s*(?P<named>{_ATOM}@{_DOMAIN})\s*>|(?P<bare>{_ATOM}@{_DOMAIN}))"
    rf"\s*(?:{_COMMENT}\s*)?"
)
_LONGEST_AUTHOR: Final = 2_000


def sole_author(fields: Sequence[str]) -> str:
    """The one address in From that no program could read in another way; "" where there is any doubt.

    fields are the raw values of all From fields. Believed is a single field with a single mailbox (RFC 5322, 3.4):
    a bare address, or a name of plain words and quoted strings before one in angle brackets. Groups, lists,
    routes, quoted local parts, anything after the brackets but a plain comment, and words with an @ are not.
    """
    if len(fields) != 1 or len(fields[0]) > _LONGEST_AUTHOR:
        return ""
    field = fields[0]
    found = _SOLE.fullmatch(field) or (None if field.isascii() else _SOLE.fullmatch(_unmarked(field)))
    return field[slice(*found.span("named" if found["named"] else "bare"))] if found else ""


class _List:
    """One pass over the pieces of a list, and the entry that is being collected."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: list[Address] = []
        self.in_group = False
        self._begin()

    def _begin(self) -> None:
        self.phrase: list[str] = []
        self.angle: list[str] = []
        self.comment = ""
        self.opened = self.closed = self.doubtful = False

    def read(self) -> list[Address]:
        while self.at < len(self.text):
            piece = _PIECE.match(self.text, self.at)
            if not piece or piece[0] == '"' or (piece[0] == "(" and not self._skip_comment()):
                return [*self.found, *self._only_one()]  # unclosed: what follows could be anything
            if piece[0] != "(":
                self.at = piece.end()
                self._take(piece[0])
        self._finish()
        return self.found

    def _take(self, piece: str) -> None:
        if piece in {",", ";"} and not (self.opened and not self.closed and self._is_route()):
            self._finish()
            self.in_group = self.in_group and piece == ","
        elif piece == "<":
            self.doubtful = self.doubtful or self.opened
            self.opened = True
        elif piece == ">":
            self.doubtful = self.doubtful or not self.opened or self.closed
            self.closed = True
        elif self.opened and not self.closed:
            self.angle.append(piece)
        elif piece == ":":
            self._begin_group()
        else:
            self.phrase.append(piece)

    def _begin_group(self) -> None:
        doubtful = self.in_group or self.opened or "@" in _unquoted(self.phrase)
        self._begin()
        self.in_group, self.doubtful = True, doubtful

    def _is_route(self) -> bool:
        """Whether the angle brackets hold an old source route, <@one,@two:user@host> (RFC 5322, 4.4)."""
        return bool(self.angle) and self.angle[0].lstrip().startswith("@")

    def _skip_comment(self) -> bool:
        """Goes past a comment, keeping its words for a name; False where it never ends."""
        start, depth = self.at, 0
        for mark in _COMMENT_MARK.finditer(self.text, start):
            depth += {"(": 1, ")": -1}.get(mark[0], 0)
            if depth == 0:
                self.comment = self.comment or self.text[start + 1 : mark.start()]
                self.at = mark.end()
                return True
        return False

    def _finish(self) -> None:
        spec = "".join(self.angle if self.opened else self.phrase).strip()
        if self.opened and self._is_route():
            spec = spec.rpartition(":")[2]
        spec = _tidy(spec)
        if not self.doubtful and _is_spec(spec) and not self._hides_another(spec):
            phrase = "".join(map(_unquote, self.phrase)) if self.opened else ""
            self.found.append(Address(_name(phrase) or _name(_ESCAPED.sub(r"\1", self.comment)), spec))
        self._begin()

    def _hides_another(self, spec: str) -> bool:
        """Whether an address stands where the name should be, and is not the same one."""
        rest = _tidy(_unquoted(self.phrase).strip()) if self.opened else ""
        return bool(_HIDDEN.search(rest)) and rest.casefold() != spec.casefold()

    def _only_one(self) -> list[Address]:
        """The address at the end of a field with an unclosed quote or comment, if no other can be meant."""
        before, _, spec = self.text.rstrip().removesuffix(">").rpartition("<")
        alone = self.text.count("@") == 1 and _is_spec(spec)
        return [Address(_name(before.replace('"', "")), spec)] if alone else []


def _is_spec(spec: str) -> bool:
    if len(spec) > _LONGEST:
        return False
    return bool(_SPEC.fullmatch(spec) or (not spec.isascii() and _SPEC.fullmatch(_unmarked(spec))))


def _unmarked(text: str) -> str:
    """Text of the same length with each mark that belongs to the letter before it as an underscore.

    Vowels in Hindi, Tamil and Thai are such marks, as are accents that stand alone: IDNA allows them in domains
    (RFC 5892), but to an expression they are no part of a word. Those that IDNA drops stay: they only deceive.
    """
    return "".join("_" if category(c).startswith("M") and not in_table_b1(c) else c for c in text)


def _tidy(spec: str) -> str:
    """A bare address without the single quotes some programs put around it, or blanks about its @."""
    if len(spec) > 2 and spec[0] == spec[-1] == "'":
        spec = spec[1:-1]
    local, at, domain = spec.rpartition("@")
    return f"{local.rstrip()}{at}{domain.lstrip()}"


def _unquoted(phrase: list[str]) -> str:
    return "".join(piece for piece in phrase if not piece.startswith('"'))


def _unquote(piece: str) -> str:
    return _ESCAPED.sub(r"\1", piece[1:-1]) if piece.startswith('"') else piece


def _name(raw: str) -> str:
    return line(decode_words(raw[: 8 * _LONGEST_NAME]))[:_LONGEST_NAME]  # an encoded byte takes up to eight
