"""The parts of a whole message, as an IMAP server would tell them (RFC 2045, RFC 2046), in linear time."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import compat32
from typing import Final

from kith.mail.heads import MOST_HEAD, head_of, named
from kith.mail.mime import MOST_BYTES, guarded
from kith.mail.source import Limit, Part, limit_of
from kith.mail.structure import MOST_DEPTH, MOST_LEAVES, decoded, encoded_limit, encoding_of, is_attachment, parameter
from kith.mail.words import line

__all__ = ["MOST_BYTES", "contents", "leaves", "may_hold", "with_crlf"]

_DESCRIBING: Final = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition")
_LONGEST: Final = 4000  # bytes of the fields that describe a part; honest ones have some hundred
_FIELD: Final = rb"[ \t]*:([^\n]*+(?:\n[ \t][^\n]*+)*+)"
_CONTENT_TYPE = re.compile(rb"^content-type" + _FIELD, re.IGNORECASE | re.MULTILINE)
_ENCODING = re.compile(rb"^content-transfer-encoding" + _FIELD, re.IGNORECASE | re.MULTILINE)
_DISPOSITION = re.compile(rb"^content-disposition" + _FIELD, re.IGNORECASE | re.MULTILINE)
_TYPE = re.compile(rb"\s*([!-.0-:<-~]{1,100})[ \t]*/[ \t]*([!-:<-~]{1,100})")
# A name, and what it means: a quoted string, perhaps without an end, or a word (RFC 2045, 5.1). Some programs leave
# out the semicolon. What is inside a quoted string is passed by, whatever it looks like.
_PARAMETER = re.compile(
    rb"(?<![;\s])[;\s]++([^\s;=\"]++)\s*+=\s*+(?:\"((?:[^\"\\]++|\\.)*+)(?:\"|\\?\Z)|([^\s;\"]*+))", re.DOTALL
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_LONGEST_CHARSET: Final = 100
_LONGEST_BOUNDARY: Final = 200  # bytes; RFC 2046, 5.1.1 has 70
_NAMED = re.compile(rb"name[*0-9]{0,6}[ \t]*=", re.IGNORECASE)
_TELLING = re.compile(  # wherever it stands; without IGNORECASE, which would not let the line end be found quickly
    rb"\n[Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Tt][Yy][Pp][Ee][^\n]*+(?:\n[ \t][^\n]*+)*+"
)
_REST_OF_MARK = re.compile(rb"(--)?[ \t]*+(?=\r?\n|\Z)")
_PLAIN: Final = "text/plain"


@dataclass(frozen=True, slots=True)
class _Entity:
    """A message or a part of one: where it lies, and what it is if it does not say (RFC 2046, 5.1.5)."""

    section: str
    begin: int
    end: int
    otherwise: str = _PLAIN


def leaves(raw: bytes) -> list[Part]:
    """The leaves of a message, in order; at most MOST_LEAVES, MOST_DEPTH deep.

    A message within the message is one leaf. Raises Unparsable where a description makes no sense.
    """
    return [part for part, _ in _walk(raw)]


def may_hold(raw: bytes, media_types: Collection[str]) -> bool:
    """False only where no leaf can be of one of these types: a quick look, to save most messages a thorough one."""
    told = b"".join(_TELLING.findall(b"\n" + raw)).lower()
    return any(name.lower().partition("/")[2].encode() in told for name in media_types)


def contents(raw: bytes, sections: Collection[str], limit: Limit) -> Iterator[tuple[str, bytes]]:
    """The first limit bytes of some leaves by their section, their transfer encoding undone."""
    for part, content in _walk(raw):
        if part.section in sections:
            most = limit_of(part, limit)
            some = raw[content][: encoded_limit(part.encoding, most)]
            some = some if part.encoding == "base64" else with_crlf(some)
            yield part.section, decoded(part.encoding, some)[:most]


def with_crlf(data: bytes) -> bytes:
    """Lines as they are sent: local files often end them with a bare newline."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _walk(raw: bytes) -> Iterator[tuple[Part, slice]]:
    """Leaves, and where their content lies. Each level of nesting is looked through once."""
    waiting = [_Entity("", 0, len(raw))]
    found = 0
    while waiting and found < MOST_LEAVES:
        entity = waiting.pop()
        whole = raw[entity.begin : entity.end]
        head = head_of(whole)
        head = whole if head is None else head
        begin = entity.begin + len(head) + (2 if whole[len(head) :].startswith(b"\r") else 1)
        described = named(head[:MOST_HEAD], _DESCRIBING)[:_LONGEST]
        told = _CONTENT_TYPE.search(described)
        content_type = told[1] if told else b""
        media_type = _media_type(content_type) or entity.otherwise
        children = _children(raw[begin : entity.end], entity.section, media_type, content_type)
        if children:
            waiting += [_Entity(c.section, begin + c.begin, begin + c.end, c.otherwise) for c in reversed(children)]
            continue
        found += 1
        content = slice(min(begin, entity.end), entity.end)
        charset = line(_parameters(content_type).get("charset", ""))[:_LONGEST_CHARSET]
        yield _part(entity.section or "1", media_type, charset, described, content.stop - content.start), content


def _children(body: bytes, section: str, media_type: str, content_type: bytes) -> list[_Entity]:
    """The entities between the boundaries of a multipart (RFC 2046, 5.1.1); the last one may lack its end."""
    if not media_type.startswith("multipart/") or section.count(".") >= MOST_DEPTH:
        return []
    boundary = parameter(_parameters(content_type), "boundary").rstrip().encode("latin-1", "replace")
    if not 0 < len(boundary) <= _LONGEST_BOUNDARY:
        return []
    prefix = f"{section}." if section else ""
    otherwise = "message/rfc822" if media_type == "multipart/digest" else _PLAIN
    return [
        _Entity(f"{prefix}{number}", begin, max(begin, end), otherwise)
        for number, (begin, end) in enumerate(_between(body, boundary), 1)
    ]


def _parameters(content_type: bytes) -> dict[str, str]:
    """The parameters behind a media type, by lower-case name; the first of those with one name."""
    found: dict[str, str] = {}
    for name, quoted, word in _PARAMETER.findall(content_type):
        value = word or _ESCAPED.sub(rb"\1", quoted.replace(b"\r\n", b"").replace(b"\n", b""))
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


def _between(body: bytes, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where parts lie. The newline before a boundary belongs to it, the one after it ends its line."""
    padded = b"\n" + body  # so that the first boundary has one, too
    begin = None
    for number, (at, mark) in enumerate(_marks(padded, b"\n--" + boundary)):
        if begin is not None:
            yield begin, at - 1 - padded.endswith(b"\r", 0, at)
        if mark[1] or number == MOST_LEAVES:
            return
        begin = mark.end() - 1 + (2 if padded.startswith(b"\r", mark.end()) else 1)
    if begin is not None:
        yield begin, len(body)


def _marks(padded: bytes, words: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where a boundary's lines begin, and what follows its words. An expression of its own would cost more to make."""
    at = padded.find(words)
    while at >= 0:
        mark = _REST_OF_MARK.match(padded, at + len(words))
        if mark:
            yield at, mark
        at = padded.find(words, mark.end() if mark else at + 1)


def _media_type(content_type: bytes) -> str:
    found = _TYPE.match(content_type)
    return b"/".join(found.groups()).decode("ascii").lower() if found else ""


def _part(section: str, media_type: str, charset: str, described: bytes, size: int) -> Part:
    encoding, disposition = _ENCODING.search(described), _DISPOSITION.search(described)
    return Part(
        section=section,
        media_type=media_type,
        charset=charset,
        encoding=(encoding_of(encoding[1].decode("latin-1")) if encoding else "") or "7bit",
        size=size,
        filename=guarded(_filename, described) if _NAMED.search(described) else "",
        is_attached=disposition is not None and is_attachment(disposition[1].decode("latin-1")),
    )


def _filename(described: bytes) -> str:
    """A file name, however it is encoded or cut in pieces (RFC 2231); may raise anything."""
    return message_from_bytes(described, policy=compat32).get_filename() or ""
