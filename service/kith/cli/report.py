"""What a command gives back: one value as JSON, the same for people, and the exit code."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """What a command found or did."""

    data: Any
    text: str = ""
    exit_code: int = 0


def on(day: date | None) -> str | None:
    """A date as JSON has it."""
    return day.isoformat() if day else None


def local_day(at: datetime | None, zone: tzinfo) -> str | None:
    """An instant's date where the owner lives, as JSON has it."""
    return at.astimezone(zone).date().isoformat() if at else None


def instant(at: datetime | None, zone: tzinfo) -> str | None:
    """An instant with its offset, as JSON has it."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def table(rows: Iterable[Sequence[object]], header: Sequence[str] = ()) -> str:
    """Columns for the terminal: as wide as their content, the last one cut to the screen."""
    cells = [[str(c) if c is not None else "" for c in row] for row in ([header] if header else []) + list(rows)]
    if not cells:
        return ""
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    screen = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join(line[:screen] for line in lines)
