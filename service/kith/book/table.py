"""A delimited text file as rows: finds its header and delimiter, and outlives quotes that nobody closed."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kith.book import fields
from kith.book.columns import Columns, columns, is_description, is_header
from kith.book.roles import Role

MAX_HEADER_LINE: Final = 25  # LinkedIn and banks put a few lines of prose before the header
MAX_RECORD_LINES: Final = 1000  # a row of more lines is a quote that nobody closed
_LONGEST_TITLE: Final = 60
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; line is its first line in the file, from 1. cells is None where it could not be read."""

    line: int
    cells: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below a header. Blank rows are among them, as rows of empty cells."""

    header: Sequence[str]
    columns: Columns
    rows: Sequence[Row]


def table(text: str) -> Table | None:
    """The table of people in a text; None where no line near its top names a column for a name or an address."""
    lines = list(io.StringIO(text, newline=""))
    for at, line in enumerate(lines[:MAX_HEADER_LINE]):
        choices = [(_parse(_Feed([line], 0, 1), mark) or [], mark) for mark in _DELIMITERS]
        header, delimiter = max(choices, key=lambda choice: sum(map(len, columns(choice[0]).values())))
        found = columns(header)
        if is_header(found):
            return Table(header, found, list(_rows(lines, at + 1, delimiter)))
    return None


def with_addresses(found: Table) -> Table:
    """The table; where no header names mail addresses, with the columns in which every filled cell is one."""
    if Role.ADDRESS in found.columns:
        return found
    places = [place for place, are_addresses in sorted(_unknown(found).items()) if are_addresses]
    return replace(found, columns={**found.columns, Role.ADDRESS: places}) if places else found


def left_aside(found: Table) -> tuple[str, ...]:
    """The headers of columns that hold something and mean nothing to Kith."""
    headers = (found.header[place] for place in sorted(_unknown(found)))
    return fields.unique(fields.line(header, _LONGEST_TITLE) for header in headers if not is_description(header))


def _unknown(found: Table) -> dict[int, bool]:
    """The columns without a role that hold something: whether all of that is mail addresses."""
    known = {place for places in found.columns.values() for place in places}
    unknown: dict[int, bool] = {}
    for row in found.rows:
        for place, cell in enumerate((row.cells or ())[: len(found.header)]):
            if place not in known and cell and not cell.isspace():
                unknown[place] = unknown.get(place, True) and "@" in cell and bool(fields.addresses(cell))
    return unknown


class _Feed:
    """Lines for one row; knows how many were taken, and whether there were too few."""

    def __init__(self, lines: Sequence[str], start: int, end: int) -> None:
        self._lines = lines
        self._next = start
        self._end = min(end, len(lines))
        self.taken = 0
        self.size = 0
        self.dry = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._next >= self._end:
            self.dry = True
            raise StopIteration
        line = self._lines[self._next]
        self._next += 1
        self.taken += 1
        self.size += len(line)
        return line


def _rows(lines: Sequence[str], start: int, delimiter: str) -> Iterator[Row]:
    """The rows from a line on. After a broken one it goes on at the next line, and reads at most twice the text so."""
    spare = sum(map(len, lines))
    while start < len(lines):
        feed = _Feed(lines, start, start + (MAX_RECORD_LINES if spare > 0 else 1))
        cells = _parse(feed, delimiter)
        yield Row(start + 1, cells)
        if cells is None:
            spare -= feed.size
        start += 1 if cells is None else feed.taken


def _parse(feed: _Feed, delimiter: str) -> list[str] | None:
    """The cells of the next row; None for a quote that is never closed, or a field of more than 128 KB."""
    try:
        cells = next(csv.reader(feed, delimiter=delimiter))
    except csv.Error:
        return None
    return None if feed.dry else cells
