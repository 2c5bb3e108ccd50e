"""The parts of a message as BODYSTRUCTURE tells them (RFC 3501, 7.4.2), and their bytes as they were meant."""

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from kith.mail.source import Part

MOST_LEAVES: Final = 1000
MOST_DEPTH: Final = 50
"""Real mail has a few dozen leaves, a few levels deep; more is made to hurt."""

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_ENCODING = re.compile(r"\s*\"?\s*([!#-:<-~]{1,40})")
_BASIC_FIELDS: Final = 7  # type, subtype, parameters, id, description, encoding, size
_MORE_FIELDS: Final = {"text": 1, "message/rfc822": 3, "message/global": 3}  # lines; envelope, structure and lines


def leaves(body: Any) -> list[Part]:
    """The leaves of one BODYSTRUCTURE as imapclient parses it; at most MOST_LEAVES, MOST_DEPTH deep.

    A message within the message is one leaf: what it holds was said to somebody else. Raises
    ValueError for what is no structure.
    """
    found: list[Part] = []
    waiting = [("", body)]
    while waiting and len(found) < MOST_LEAVES:
        section, node = waiting.pop()
        if not isinstance(node, tuple) or not node:
            raise ValueError("not a body structure")
        if not isinstance(node[0], list):
            found.append(_leaf(section or "1", node))
        elif section.count(".") < MOST_DEPTH:
            prefix = f"{section}." if section else ""
            children = [(f"{prefix}{number}", child) for number, child in enumerate(node[0][:MOST_LEAVES], 1)]
            waiting.extend(reversed(children))
    return found


def _leaf(section: str, node: Sequence[Any]) -> Part:
    if len(node) < _BASIC_FIELDS:
        raise ValueError("a part without its basic fields")
    main, sub = _text(node[0]).lower(), _text(node[1]).lower()
    params = _pairs(node[2])
    more = _MORE_FIELDS.get(f"{main}/{sub}", _MORE_FIELDS.get(main, 0))
    after = node[_BASIC_FIELDS + more + 1 :]  # behind the MD5
    disposition = after[0] if after and isinstance(after[0], tuple) and len(after[0]) > 1 else ("", None)
    return Part(
        section=section,
        media_type=f"{main}/{sub}",
        charset=params.get("charset", ""),
        encoding=encoding_of(_text(node[5])),
        size=node[6] if isinstance(node[6], int) else 0,
        filename=parameter(_pairs(disposition[1]), "filename") or parameter(params, "name"),
        is_attached=is_attachment(_text(disposition[0])),
    )


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, int) else ""


def _pairs(value: Any) -> dict[str, str]:
    if not isinstance(value, tuple):
        return {}
    names = (_text(name).lower() for name in value[::2])
    return dict(zip(names, map(_text, value[1::2]), strict=False))


def encoding_of(value: str) -> str:
    """A transfer encoding as Content-Transfer-Encoding names it, "" for none; some programs write more, or quotes."""
    found = _ENCODING.match(value)
    return found[1].lower() if found else ""


def is_attachment(disposition: str) -> bool:
    """Whether a Content-Disposition says that the part is a file beside the words (RFC 2183, 2.2)."""
    return disposition.partition(";")[0].strip().casefold() == "attachment"


def parameter(params: Mapping[str, str], name: str) -> str:
    """A parameter by its lower-case name, also where RFC 2231 has encoded it or cut it in pieces; "" for none."""
    if name in params:
        return params[name]
    pieces = list(_pieces(params, name))
    whole = params.get(f"{name}*") or "".join(pieces)
    charset, language, encoded = [*whole.split("'", 2), "", ""][:3]
    if not (language or encoded):
        return whole
    try:
        return unquote_to_bytes(encoded).decode(charset or "utf-8", "replace")
    except LookupError:
        return encoded


def _pieces(params: Mapping[str, str], name: str) -> Iterator[str]:
    for number in range(len(params)):
        piece = params.get(f"{name}*{number}*", params.get(f"{name}*{number}"))
        if piece is None:
            return
        yield piece


def encoded_limit(encoding: str, limit: int) -> int:
    """How many encoded bytes hold limit bytes at most, line ends included (RFC 2045, 6.7 and 6.8)."""
    return {"base64": limit * 3 // 2 + 4, "quoted-printable": limit * 3 + 4}.get(encoding, limit)


def decoded(encoding: str, data: bytes) -> bytes:
    """Bytes with their transfer encoding undone, as far as they make sense; cut or broken ones give what they hold."""
    if encoding == "base64":
        return b"".join(map(_unbase64, data.split(b"=")))  # some programs join what was padded before
    if encoding == "quoted-printable":
        return quopri.decodestring(data)
    return data


def _unbase64(data: bytes) -> bytes:
    clean = _NOT_BASE64.sub(b"", data)
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]  # six bits alone are no byte
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
