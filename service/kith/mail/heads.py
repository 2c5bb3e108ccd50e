"""The head of a message that lies in a file: where it ends, and single fields of it as they came."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from kith.domain.message import FIELDS
from kith.mail.headers import MOST_HEAD

__all__ = ["FIRST_READ", "MOST_HEAD", "head_of", "named", "of_a_scan"]

FIRST_READ: Final = 8192
"""Bytes that are read of a message at first: few heads are longer."""


def head_of(data: bytes) -> bytes | None:
    """The header fields at the beginning of a message (RFC 5322, 2.1), None where data does not reach their end."""
    if data[:1] == b"\n" or data[:2] == b"\r\n":
        return b""
    end = data.find(b"\n\n")
    end_crlf = data.find(b"\n\r\n", 0, end + 1 if end >= 0 else len(data))
    if end_crlf >= 0:
        end = end_crlf
    return data[: end + 1] if end >= 0 else None


def named(head: bytes, names: Iterable[str]) -> bytes:
    """The fields with these names as they came, in their order, and the empty line after them."""
    rows = (found[0] for found in _pattern(tuple(names)).finditer(head))
    return b"".join(row if row.endswith(b"\n") else row + b"\r\n" for row in rows) + b"\r\n"


def of_a_scan(head: bytes) -> bytes:
    """The fields that a scan asks for."""
    return named(head, FIELDS)


@lru_cache(maxsize=16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A field goes on in lines that begin with white space (RFC 5322, 2.2.3)."""
    words = "|".join(map(re.escape, names)).encode()
    return re.compile(rb"^(?:" + words + rb")[ \t]*:[^\n]*+(?:\n[ \t][^\n]*+)*+\n?", re.IGNORECASE | re.MULTILINE)
