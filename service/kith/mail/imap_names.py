"""What IMAP answers say about folders and UIDs, read leniently: one odd line never costs the others."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from imapclient.exceptions import ProtocolError  # type: ignore[import-untyped]  # it ships no types
from imapclient.imap_utf7 import decode, encode  # type: ignore[import-untyped]  # it ships no types
from imapclient.response_parser import parse_response  # type: ignore[import-untyped]  # it ships no types

from kith.domain.folders import Listed
from kith.mail.source import FolderState

MOST_NUMBER: Final = (1 << 32) - 1
"""UIDs and numbers of messages are no higher (RFC 3501, 9: nz-number)."""
_MOST_KEPT: Final = (1 << 63) - 1  # what a database holds: some servers make a UIDVALIDITY of milliseconds
_MOST_UIDS: Final = 20_000_000  # a set such as 1:4294967295 is an attack on our memory, not a mailbox
_NUMBER = re.compile(rb"\d{1,20}")
_UID = re.compile(rb"\d{1,10}")
_WORD = re.compile(rb"\S+")
_BREAK = re.compile(r"[\0\r\n]")
_SET = re.compile(rb"\bALL ([\d:,]+)", re.IGNORECASE)
_UNPARSEABLE = (ProtocolError, ValueError, TypeError, IndexError)


def folder_name(raw: bytes) -> str:
    """A folder's name from modified UTF-7 (RFC 3501, 5.1.3), or from the UTF-8 that some servers send."""
    if not raw.isascii():
        return raw.decode("utf-8", "replace")
    try:
        return str(decode(raw))
    except ValueError:
        return raw.decode("ascii")


def quoted(name: str | bytes) -> bytes:
    """A folder's name as a quoted string (RFC 3501, 4.3). Raises ValueError where it cannot be one."""
    raw: bytes = encode(name) if isinstance(name, str) else name
    if _BREAK.search(raw.decode("latin-1")) or _BREAK.search(folder_name(raw)):
        raise ValueError("a folder's name with a line break")  # some servers repeat it in their answer as it is
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def listed(responses: Iterable[Any]) -> list[tuple[bytes, Listed]]:
    """LIST responses (RFC 3501, 7.2.2) with the folder's name as it came, for use in commands."""
    found = []
    for response in responses:
        try:
            flags, delimiter, raw = parse_response([response])[:3]
        except _UNPARSEABLE:
            continue
        raw = str(raw).encode() if isinstance(raw, int) else raw
        if isinstance(raw, bytes) and isinstance(flags, tuple) and not _BREAK.search(folder_name(raw)):
            names = frozenset(flag.decode("latin-1") for flag in flags if isinstance(flag, bytes))
            mark = delimiter.decode("latin-1") if isinstance(delimiter, bytes) else ""
            found.append((raw, Listed(folder_name(raw), names, mark)))
    return found


def status_answers(responses: Iterable[Any]) -> dict[str, FolderState]:
    """STATUS responses (RFC 3501, 7.2.4) by folder."""
    found = {}
    for response in responses:
        try:
            raw, items = parse_response([response])[:2]
            values = {bytes(name).upper(): value for name, value in zip(items[::2], items[1::2], strict=True)}
        except _UNPARSEABLE:
            continue
        raw = str(raw).encode() if isinstance(raw, int) else raw or b""
        if not isinstance(raw, bytes):
            continue
        name = folder_name(raw)
        found["INBOX" if name.upper() == "INBOX" else name] = _state(
            values.get(b"UIDVALIDITY"), values.get(b"UIDNEXT"), values.get(b"MESSAGES"), values.get(b"HIGHESTMODSEQ")
        )
    return found


def state_of(untagged: Mapping[str, Sequence[Any]]) -> FolderState:
    """What an EXAMINE said."""
    names = ("UIDVALIDITY", "UIDNEXT", "EXISTS", "HIGHESTMODSEQ")
    return _state(*(_number(untagged[name][-1]) if untagged.get(name) else None for name in names))


def _state(uidvalidity: Any, uidnext: Any, messages: Any, modseq: Any) -> FolderState:
    def number(value: Any, most: int = MOST_NUMBER) -> int | None:
        return value if isinstance(value, int) and value <= most else None

    validity = number(uidvalidity, _MOST_KEPT) or 0
    return FolderState(validity, number(uidnext, MOST_NUMBER + 1), number(messages), number(modseq, _MOST_KEPT))


def _number(text: Any) -> int | None:
    return int(text) if isinstance(text, bytes) and _NUMBER.fullmatch(text) else None


def uids_of(search: Iterable[Any], esearch: Iterable[Any]) -> Iterator[int]:
    """UIDs as SEARCH (RFC 3501, 7.2.5) and ESEARCH (RFC 4731) responses name them, in any order, maybe twice.

    Some servers add words, with numbers in them that are no UIDs: "SEARCH completed (took 12 ms)".
    """
    for line in search:
        words = (found[0] for found in _WORD.finditer(bytes(line)))
        yield from map(int, takewhile(_UID.fullmatch, words))
    most = _MOST_UIDS
    for line in esearch:
        for every in _SET.findall(bytes(line)):
            for one in every.split(b","):
                named = _range(one, most)
                most -= len(named)
                yield from named


def _range(text: bytes, most: int) -> range:
    low, _, high = text.partition(b":")
    if not (_UID.fullmatch(low) and _UID.fullmatch(high or low)):
        return range(0)
    ends = sorted((int(low), int(high or low)))
    if ends[1] - ends[0] >= most:
        raise ConnectionAbortedError("the server named more messages than a folder can hold")
    return range(ends[0], ends[1] + 1)
