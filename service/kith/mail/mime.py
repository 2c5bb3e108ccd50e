"""Whole messages: text, HTML, calendars and authentication results, out of any bytes and within bounds."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Part
from email.parser import BytesParser
from email.policy import Policy, compat32
from typing import Final, ParamSpec, TypeVar

from kith.domain.message import Envelope
from kith.mail import flowed
from kith.mail.headers import envelope, field_values, split
from kith.mail.words import clean, part_text

__all__ = ["Message", "Unparsable", "clean", "guarded", "part_text", "read"]

P = ParamSpec("P")
T = TypeVar("T")

MOST_BYTES: Final = 5_000_000
"""Of a longer message only the beginning is read."""
_MOST_PARTS: Final = 1_000
_MOST_SQUARED: Final = 10**9  # bytes of a Content- field, squared, added up: the cost of many semicolons. Half a second
_MOST_STEPS: Final = 3_000_000
"""Lines times boundaries: the standard parser tries every open boundary on every line. A second of work."""

_CONTENT = re.compile(rb"^content-[!-9;-~]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_EMBEDDED = re.compile(rb"^content-type:[\s\x1c-\x1f]*(?:message/|multipart/(?=digest))", re.IGNORECASE | re.MULTILINE)
_IN_ASCII: Final = ("iso-2022-", "hz", "utf-7", "unicode-1-1-utf-7")
"""Charsets that write every letter in bytes of ASCII: a parser that has no need to decode these bytes leaves them."""
_BOUNDARY = re.compile(rb"boundary", re.IGNORECASE)


class Unparsable(ValueError):
    """A message or calendar that cannot be read. The reason may be shown and stored: it quotes no mail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Message:
    """One message with its content. truncated says that only its beginning was read.

    text and html are what is meant to be read, without attachments and forwarded messages; calendars
    are the text/calendar parts; auth_results the Authentication-Results fields, topmost first, and authors
    the From fields, as they came.
    """

    envelope: Envelope
    text: str = ""
    html: str = ""
    calendars: tuple[bytes, ...] = ()
    auth_results: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    truncated: bool = False


def guarded(parser: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a foreign parser makes of foreign data; raises Unparsable whatever the parser raised."""
    try:
        return parser(*args, **kwargs)
    except Unparsable:
        raise
    except Exception as fault:  # the one broad guard: foreign parsers break in ways nobody can list
        raise Unparsable(f"the parser gave up on it ({type(fault).__name__})") from fault


def read(raw: bytes, received_at: datetime | None) -> Message:
    """One whole message; received_at is INTERNALDATE. Raises Unparsable, with the reason for quarantine.

    The header is read by kith.mail.headers alone, so that a scan and this never differ on who wrote.
    """
    top, body = split(raw[:MOST_BYTES])
    text, html, calendars = guarded(_content, _for_the_parser(top, body))
    return Message(
        envelope=envelope(top, received_at),
        text=clean(text),
        html=clean(html),
        calendars=calendars,
        auth_results=tuple(field_values(top, "Authentication-Results")),
        authors=tuple(field_values(top, "From")),
        truncated=len(raw) > MOST_BYTES,
    )


def _for_the_parser(top: bytes, body: bytes) -> bytes:
    """The part of a message that the parser needs, after a look at what it would cost.

    Only Content- fields of the header are handed on. Embedded messages become plain attachments:
    their text is not the author's, and they may be nested without end.
    """
    described = b"".join(field + b"\n" for field in _CONTENT.findall(_newlines(top))) + b"\n"
    plain = _EMBEDDED.sub(b"Content-Type: application/x-embedded-", described + _newlines(body))
    if plain.count(b"\n") * (len(_BOUNDARY.findall(plain)) + 1) > _MOST_STEPS:
        raise Unparsable("it has too many lines in too many nested parts")
    if sum(len(field) ** 2 for field in _CONTENT.findall(plain)) > _MOST_SQUARED:
        raise Unparsable("the descriptions of its parts are far too long")
    return plain


def _newlines(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _content(data: bytes) -> tuple[str, str, tuple[bytes, ...]]:
    """Text, HTML and calendars; may raise anything."""
    import mailparser  # 64 ms that a scan of headers need not pay

    logging.getLogger("mailparser").setLevel(logging.ERROR)  # it warns of every part it does not know
    message = BytesParser(_counting(), policy=compat32).parsebytes(data)
    leaves = list(_leaves(message))
    calendars = tuple(_payload(leaf) for leaf in leaves if leaf.get_content_type() == "text/calendar")
    try:
        parsed = guarded(mailparser.MailParser, message)
    except Unparsable:
        parsed = None  # it stumbles over some missing boundaries; the leaves are there all the same
    is_ours = any(_is_flowed(leaf) or _is_in_ascii(leaf) for leaf in leaves)  # it undoes neither
    if parsed is None or is_ours or "CharsetDecodeDefect" in parsed.defects_categories:  # it knows fewer charsets
        return _texts(leaves, "text/plain"), _texts(leaves, "text/html"), calendars
    return "\n".join(parsed.text_plain), "\n".join(parsed.text_html), calendars


def _counting() -> Callable[..., Part]:
    """A maker of parts that refuses to make too many."""
    made = 0

    def part(policy: "Policy[Part]") -> Part:
        nonlocal made
        made += 1
        if made > _MOST_PARTS:
            raise Unparsable(f"it has more than {_MOST_PARTS} parts")
        return Part(policy)

    return part


def _leaves(part: Part, attached: bool = False) -> Iterator[Part]:
    """The parts without parts, a text that is attached left out (a calendar may be)."""
    disposition = part.get_content_disposition()
    attached = attached or disposition == "attachment" or (disposition != "inline" and bool(part.get_filename()))
    if part.is_multipart():
        for child in part.get_payload():
            if isinstance(child, Part):
                yield from _leaves(child, attached)
    elif not attached or part.get_content_type() == "text/calendar":
        yield part


def _texts(leaves: list[Part], media_type: str) -> str:
    found = [leaf for leaf in leaves if leaf.get_content_type() == media_type]
    return "\n".join(map(_text, found))


def _text(leaf: Part) -> str:
    text = part_text(_payload(leaf), leaf.get_content_charset() or "")
    return flowed.unflowed(text, delsp=_says(leaf, "delsp", "yes")) if _is_flowed(leaf) else text


def _is_flowed(leaf: Part) -> bool:
    return leaf.get_content_type() == "text/plain" and _says(leaf, "format", "flowed")


def _is_in_ascii(leaf: Part) -> bool:
    return (leaf.get_content_charset() or "").strip().startswith(_IN_ASCII)


def _says(leaf: Part, name: str, value: str) -> bool:
    """Whether a parameter of a leaf's Content-Type has a value."""
    return str(leaf.get_param(name, "")).strip().casefold() == value


def _payload(leaf: Part) -> bytes:
    """The content of a leaf with its transfer encoding undone."""
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
