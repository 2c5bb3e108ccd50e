"""What a command gives back: one value as JSON, the same for people, and the exit code."""

import itertools
import json
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from kith.domain.plain import one_line
from kith.errors import KithError


@dataclass(frozen=True, slots=True)
class Report:
    """What a command found or did. text is for people; None where JSON is what people asked for.

    verbatim: the text is a file, and goes out as it is. errors are those that did not stop it: they are told on
    stderr, as one that stops it would be.
    """

    data: Any
    text: str | None = ""
    exit_code: int = 0
    errors: Sequence[KithError] = ()
    verbatim: bool = False


def document(data: Any) -> str:
    """A value as one JSON document."""
    # ASCII where stdout knows no more, and so for whoever reads a file in whatever encoding
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    return json.dumps(data, ensure_ascii=plain, indent=2) + "\n"


def on(day: date | None) -> str | None:
    """A date as JSON has it."""
    return day.isoformat() if day else None


def counted(count: int, one: str, many: str = "") -> str:
    """A count with what is counted: "1 gap", "1,204 messages"; many is the plural where -s does not make it."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def local_day(at: datetime | None, zone: tzinfo) -> str | None:
    """An instant's date where the owner lives, as JSON has it."""
    return at.astimezone(zone).date().isoformat() if at else None


def instant(at: datetime | None, zone: tzinfo) -> str | None:
    """An instant with its offset, as JSON has it."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def table(
    rows: Iterable[Sequence[object]], header: Sequence[str] = (), *, indent: str = "", wrapped: bool = False
) -> str:
    """Columns as wide as their content. On a terminal the last one is cut to the screen, or wrapped.

    Where that is not enough, the widest of the others are cut; never one with addresses, which are there to be copied.
    """
    cells = [[_cell(c) for c in row] for row in ([header] if header else []) + list(rows)]
    if not cells:
        return ""
    screen = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    widths = [max(_width(row[i]) for row in cells) for i in range(len(cells[0]))]
    around = len(indent) + len(GAP) * (len(widths) - 1)
    if screen is not None:
        fixed = [i for i in range(len(widths)) if i == len(widths) - 1 or any("@" in row[i] for row in cells)]
        widths = _narrowed(widths, fixed, screen - around - min(widths[-1], LEAST_ROOM))
    left = around + sum(widths[:-1])
    room = max(screen - left, LEAST_ROOM) if screen is not None else None
    lines = []
    for row in cells:
        shown = [_fitted(c, w, wrapped=False)[0] for c, w in zip(row[:-1], widths[:-1], strict=True)]
        start = indent + "".join(c + " " * (w - _width(c)) + GAP for c, w in zip(shown, widths[:-1], strict=True))
        last = _fitted(row[-1], room, wrapped=wrapped)
        lines += [(start + last[0]).rstrip(), *(" " * left + more for more in last[1:])]
    return "\n".join(lines)


GAP = "  "
LEAST_ROOM = 20
"""Characters of the last column that are shown however narrow the screen is."""


LEAST_CUT = 12
"""Characters of any other column that are shown."""


def _narrowed(widths: list[int], fixed: Sequence[int], room: int) -> list[int]:
    """Widths of which all but the last fit into room, if that can be: the widest is cut, as often as it takes."""
    narrow = list(widths)
    free = [i for i in range(len(widths)) if i not in fixed and widths[i] > LEAST_CUT]
    while sum(narrow[:-1]) > room and (free := [i for i in free if narrow[i] > LEAST_CUT]):
        narrow[max(free, key=lambda i: narrow[i])] -= 1
    return narrow


def _cell(value: object) -> str:
    return one_line(str(value)) if value is not None else ""


def _fitted(text: str, room: int | None, *, wrapped: bool) -> list[str]:
    if room is None or _width(text) <= room:
        return [text]  # whoever reads it by program wants all of it
    if wrapped:
        return _wrapped(text, room)
    return [text[: _fit_into(text, room - 1)] + "…"]


def _wrapped(text: str, room: int) -> list[str]:
    """Text in lines of so many columns, broken between words where that can be."""
    lines = [""]
    for word in text.split():
        if lines[-1] and _width(lines[-1]) + 1 + _width(word) <= room:
            lines[-1] += f" {word}"
            continue
        rest = word
        lines += [] if lines == [""] else [""]
        while (end := max(1, _fit_into(rest, room))) < len(rest):
            lines[-1:] = [rest[:end], ""]
            rest = rest[end:]
        lines[-1] = rest
    return lines


def _fit_into(text: str, room: int) -> int:
    """How many characters of a text so many columns hold."""
    ends = itertools.accumulate(map(_width, text))
    return sum(1 for _ in itertools.takewhile(lambda end: end <= room, ends))


def _width(text: str) -> int:
    """Columns on a screen: Chinese and the like take two, combining marks none (Unicode Annex 11)."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
