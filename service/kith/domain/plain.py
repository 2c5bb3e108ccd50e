"""Text from outside as it may be shown: nothing in it acts on a screen, a letter or the words beside it."""

import re
import unicodedata
from typing import Final

_REORDERING: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls: they turn text around
_INVISIBLE: Final = "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # byte order mark, annotations, tags
_UNSENDABLE: Final = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff{_REORDERING}{_INVISIBLE}]"
)
_MARKS_IN_A_ROW: Final = 4  # combining marks on one letter; Vietnamese and Hebrew need three


def printable(text: str) -> str:
    """Text without control characters, text-turning marks and half characters. Line breaks stay."""
    return _UNSENDABLE.sub("", text)


def one_line(text: str) -> str:
    """Printable text with every run of white space, line breaks included, as one space."""
    return _unpiled(" ".join(printable(text).split()))


def _unpiled(text: str) -> str:
    """Text without towers of combining marks, which print over the lines above."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(char)
    return "".join(kept)
