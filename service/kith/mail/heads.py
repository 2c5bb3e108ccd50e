"""The head of a message that lies in a file: where it ends, and single fields of it as they came."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from kith.domain.message import FIELDS
from kith.mail.headers import MOST_HEAD

__all__ = ["FIRST_READ", "MOST_HEAD", "first_value", "head_of", "named", "of_a_scan"]

FIRST_READ: Final = 8192
"""Bytes that are read of a message at first: few heads are longer."""

FOLDS: Final = (b" ", b"\t")
"""What a line begins with that goes on with the field before it (RFC 5322, 2.2.3)."""

_END = re.compile(rb"\n\r?\n")


def head_of(data: bytes) -> bytes | None:
    """The header fields at the beginning of a message (RFC 5322, 2.1), None where data does not reach their end."""
    if data.startswith((b"\n", b"\r\n")):
        return b""
    end = _END.search(data)
    return data[: end.start() + 1] if end else None


def named(head: bytes, names: Sequence[str]) -> bytes:
    """The fields with these names as they came, in their order, and the empty line after them."""
    return _block(_fields(tuple(names)).findall(b"\n" + head))


def of_a_scan(head: bytes) -> bytes:
    """The fields that a scan asks for."""
    return _block(_SCANNED.findall(b"\n" + head))


def first_value(block: bytes, name: bytes) -> bytes:
    """The value of the first field of that name, still folded, b"" for none; much quicker than reading all fields.

    A field whose name is written in other capitals is found where there is no other.
    """
    marked, mark = b"\n" + block, b"\n" + name + b":"
    begin = marked.find(mark)
    if begin < 0 and (begin := marked.lower().find(mark.lower())) < 0:
        return b""
    begin += len(mark)
    end = marked.find(b"\n", begin)
    while end >= 0 and marked[end + 1 : end + 2] in FOLDS:
        end = marked.find(b"\n", end + 1)
    return marked[begin:end] if end >= 0 else marked[begin:]


def _block(found: list[bytes]) -> bytes:
    """Fields, each with the line end before it, as a header of their own."""
    return b"".join((*found, b"\n\r\n"))[1:]


@lru_cache(maxsize=16)
def _fields(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A field goes on in lines that begin with white space (RFC 5322, 2.2.3). A look at its first letter is quick."""
    letters = "".join(sorted({name[0].lower() for name in names}))
    words = "|".join(map(re.escape, names))
    field = rf"\n(?=[{re.escape(letters)}])(?:{words})[ \t]*:[^\n]*+(?:\n[ \t][^\n]*+)*+"
    return re.compile(field.encode(), re.IGNORECASE)


_SCANNED: Final = _fields(FIELDS)
