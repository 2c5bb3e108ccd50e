"""How the demo is told to somebody who watches, in 80 columns."""

import sys
import textwrap
from collections.abc import Sequence
from typing import Protocol, TextIO

WIDTH = 80
_INDENT = "  "  # tables of commands are 78 wide, letters 72
_MARGIN = "│ "
_BOLD, _DIM, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[0m"


class Narrator(Protocol):
    """Somebody who tells the demo's steps as they happen."""

    @property
    def watched(self) -> bool:
        """Whether the commands' own progress is to be seen as well."""
        ...

    def begin(self, title: str, command: str) -> None:
        """A step begins. command is what a person would type for it, or ""."""
        ...

    def end(self, seconds: float, lines: Sequence[str]) -> None:
        """The step is done; the lines are what there is to read about it."""
        ...

    def finish(self, lines: Sequence[str], seconds: float) -> None:
        """All is told but the last words."""
        ...


class OnPaper:
    """Numbered steps, with colour only on a terminal."""

    def __init__(self, out: TextIO | None = None, *, colour: bool | None = None) -> None:
        self._out = out or sys.stdout
        self._colour = self._out.isatty() if colour is None else colour
        self._number = 0

    @property
    def watched(self) -> bool:
        """Progress is for a terminal, not for a file."""
        return sys.stderr.isatty()

    def begin(self, title: str, command: str) -> None:
        """Prints the step's title and its command."""
        self._number += 1
        self._print(f"\n{self._in(_BOLD, f'{self._number}. {title}')}")
        if command:
            self._print(_INDENT + self._in(_DIM, f"$ {command}"))

    def end(self, seconds: float, lines: Sequence[str]) -> None:
        """Prints what there is to read, and how long it took."""
        for line in lines:
            self._print((_INDENT + line).rstrip())
        self._print(self._in(_DIM, f"{seconds:.1f} s".rjust(WIDTH - 2)))

    def finish(self, lines: Sequence[str], seconds: float) -> None:
        """Prints the last words."""
        self._print("")
        for line in lines:
            self._print(line)
        self._print(self._in(_DIM, f"{seconds:.1f} s in all".rjust(WIDTH - 2)))

    def _in(self, style: str, text: str) -> str:
        return f"{style}{text}{_OFF}" if self._colour else text

    def _print(self, line: str) -> None:
        print(line, file=self._out, flush=True)


class Silent:
    """Says nothing: where only the facts are asked for."""

    watched = False

    def begin(self, title: str, command: str) -> None:
        """Nothing."""

    def end(self, seconds: float, lines: Sequence[str]) -> None:
        """Nothing."""

    def finish(self, lines: Sequence[str], seconds: float) -> None:
        """Nothing."""


def prose(text: str) -> list[str]:
    """A paragraph, broken to fit under a step's title."""
    return textwrap.wrap(text, WIDTH - len(_INDENT), break_on_hyphens=False)


def mail(text: str) -> list[str]:
    """A mail's text, set off from the telling; lines that are too long are broken."""
    width = WIDTH - len(_INDENT) - len(_MARGIN)
    lines = [part for line in text.strip().split("\n") for part in (_broken(line, width) or [""])]
    return ["", *(f"{_MARGIN}{line}".rstrip() for line in lines), ""]


def _broken(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True)
