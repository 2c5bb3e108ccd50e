"""Text from outside as it may be shown: nothing in it acts on a screen, a letter or the words beside it."""

import re
import unicodedata
from typing import Final

_REORDERING: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls: they turn text around
_INVISIBLE: Final = (  # soft hyphen, spaces without width, byte order mark, annotations, tags, marks of notations
    "\u00ad\u034f\u17b4\u17b5\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_UNSENDABLE: Final = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff{_REORDERING}{_INVISIBLE}]"
)
_BLANK: Final = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""What Unicode calls letters or symbols and shows as nothing: fillers of Korean, the empty one of Braille."""
_JOINERS, _SELECTORS = "\u180e\u200c\u200d", "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SHAPING: Final = re.compile(f"[{_JOINERS}{_SELECTORS}]+")
"""What shapes the character before it and is nothing alone: many scripts need it, and emoji (UTS 51, 1.4)."""
_SHAPED: Final = re.compile(f"[{_SELECTORS}]?[{_JOINERS}]?")
_KEYCAPS_AND_SIGNS: Final = frozenset("0123456789#*©®")
"""What may be an emoji though it stands before all the scripts that know of shapes; Hebrew is the first of those."""
_FIRST_SHAPED: Final = "\u0590"
_STRAY_BYTE: Final = re.compile("[\udc80-\udcff]")  # as Python has them in names of files (PEP 383)
_LINK: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.|\bmailto:|(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/)\S*", re.IGNORECASE
)
"""What mail programs make a link of: "https://…", "www.…", "example.org/…"."""
_ROUND: Final = str.maketrans("[]", "()")
_SINGLE: Final = str.maketrans("“”", "‘’")
_LONGEST_TITLE: Final = 100  # characters
_MARKS_IN_A_ROW: Final = 4  # combining marks on one letter; Vietnamese and Hebrew need three


def printable(text: str) -> str:
    """Text without control characters, text-turning marks, half characters and invisible ones. Line breaks stay."""
    if text.isascii():
        return _UNSENDABLE.sub("", text)
    return _SHAPING.sub(_needed, _BLANK.sub(" ", _UNSENDABLE.sub("", file_name(text))))


def _needed(found: re.Match[str]) -> str:
    """Of characters that only shape the one before them, those that may; a Latin letter has no other shape."""
    before = found.string[found.start() - 1 : found.start()]
    if before in _KEYCAPS_AND_SIGNS:
        return "\ufe0f" if found[0][0] == "\ufe0f" else ""
    shape = _SHAPED.match(found[0])
    return shape[0] if shape and before >= _FIRST_SHAPED and not before.isspace() else ""


def file_name(path: str) -> str:
    r"""A file's name or path as it may be kept and shown: what is no UTF-8 in it as \xfc, so that it stays itself."""
    return _STRAY_BYTE.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", path)


def one_line(text: str) -> str:
    """Printable text with every run of white space, line breaks included, as one space."""
    return _unpiled(" ".join(printable(text).split()))


def title(text: str) -> str:
    """A title that others gave, as it may stand in a letter or draft of the owner's: without links, and not too long.

    Brackets become round ones: in drafts they mark what is still to be written.
    """
    plain = " ".join(_LINK.sub("", one_line(text)).translate(_ROUND).split())
    return plain if len(plain) <= _LONGEST_TITLE else f"{plain[: _LONGEST_TITLE - 1].rstrip()}…"


def quoted(text: str) -> str:
    """Text in quotation marks; those within it become single ones."""
    return f"“{text.translate(_SINGLE)}”"


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
