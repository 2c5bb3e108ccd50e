"""What a command gives back: one value as JSON, the same for people, and the exit code."""

import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """What a command found or did. text is for people; None where JSON is what people asked for."""

    data: Any
    text: str | None = ""
    exit_code: int = 0


def document(data: Any) -> str:
    """A value as one JSON document."""
    # ASCII where stdout knows no more, and so for whoever reads a file in whatever encoding
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    return json.dumps(data, ensure_ascii=plain, indent=2) + "\n"


def on(day: date | None) -> str | None:
    """A date as JSON has it."""
    return day.isoformat() if day else None


def local_day(at: datetime | None, zone: tzinfo) -> str | None:
    """An instant's date where the owner lives, as JSON has it."""
    return at.astimezone(zone).date().isoformat() if at else None


def instant(at: datetime | None, zone: tzinfo) -> str | None:
    """An instant with its offset, as JSON has it."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def table(
    rows: Iterable[Sequence[object]], header: Sequence[str] = (), *, indent: str = "", wrapped: bool = False
) -> str:
    """Columns as wide as their content. On a terminal the last one is cut to the screen, or wrapped."""
    cells = [[_cell(c) for c in row] for row in ([header] if header else []) + list(rows)]
    if not cells:
        return ""
    widths = [max(_width(row[i]) for row in cells) for i in range(len(cells[0]))]
    left = len(indent) + sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    room = max(shutil.get_terminal_size().columns - left, LEAST_ROOM) if sys.stdout.isatty() else None
    lines = []
    for row in cells:
        start = indent + "".join(c + " " * (w - _width(c)) + GAP for c, w in zip(row[:-1], widths[:-1], strict=True))
        last = _fitted(row[-1], room, wrapped=wrapped)
        lines += [(start + last[0]).rstrip(), *(" " * left + more for more in last[1:])]
    return "\n".join(lines)


GAP = "  "
LEAST_ROOM = 20
"""Characters of the last column that are shown however narrow the screen is."""


def _cell(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _fitted(text: str, room: int | None, *, wrapped: bool) -> list[str]:
    if room is None or _width(text) <= room:
        return [text]  # whoever reads it by program wants all of it
    lines = textwrap.wrap(text, room if text.isascii() else room // 2)
    return lines if wrapped else [text[: room - 1 if text.isascii() else room // 2] + "…"]


def _width(text: str) -> int:
    """Columns on a screen: Chinese and the like take two, combining marks none (Unicode Annex 11)."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
