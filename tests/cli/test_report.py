"""Tables: whole for whoever reads them by program, as wide as the screen for people."""

import io
import sys

import pytest

from kith.cli.report import counted, table

LONG = "Wolfgang Amadeus von und zu Schwarzenberg-Hohenlohe"
ROWS = [(1, LONG, "friends", "2 months", "2026-10-04"), (2, "Bob", "work", "6 weeks", "2026-11-04")]
HEADER = ("id", "name", "circle", "every", "last")


class Screen(io.StringIO):
    """A stdout that is a terminal."""

    def isatty(self) -> bool:
        return True


def wide(monkeypatch: pytest.MonkeyPatch, columns: int, stdout: io.StringIO | None = None) -> None:
    monkeypatch.setattr(sys, "stdout", stdout or Screen())
    monkeypatch.setenv("COLUMNS", str(columns))


def test_what_is_counted_stands_in_the_singular_where_it_is_one() -> None:
    assert [counted(n, "gap") for n in (0, 1, 1204)] == ["0 gaps", "1 gap", "1,204 gaps"]
    assert [counted(n, "touch", "touches") for n in (1, 2)] == ["1 touch", "2 touches"]


def test_without_a_terminal_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    wide(monkeypatch, 40, io.StringIO())
    assert LONG in table(ROWS, HEADER)


@pytest.mark.parametrize("columns", [120, 80, 70, 60])
def test_on_a_terminal_the_widest_columns_are_cut_to_the_screen(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    wide(monkeypatch, columns)
    lines = table(ROWS, HEADER).splitlines()
    assert max(map(len, lines)) <= columns
    assert (LONG in lines[1]) == (columns >= 90)
    assert all(row[-1] in line for row, line in zip(ROWS, lines[1:], strict=True)), "what is last stays whole"
    assert all("6 weeks" in line or "2 months" in line for line in lines[1:])


def test_an_address_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    wide(monkeypatch, 50)
    address = "a.rather.long.address.of.somebody@department.example.org"
    assert address in table([(LONG, address, "2026-10-04")])


def test_wide_letters_are_counted_as_the_screen_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    wide(monkeypatch, 40)
    first, second = table([("漢字" * 20, "2026-10-04"), ("Bob", "2026-11-04")]).splitlines()
    assert first.endswith("2026-10-04")
    assert sum(2 if ord(c) > 0x2E80 else 1 for c in first) <= 40
    assert second.endswith("2026-11-04")


@pytest.mark.parametrize("columns", [80, 40])
def test_wrapped_text_fills_the_screen_whatever_letters_are_in_it(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    wide(monkeypatch, columns)
    said = "Grüße aus Lissabon, und “bis bald” am Meer. " * 5
    lines = table([("last touched", "2026-10-04"), ("last said", said)], wrapped=True).splitlines()[1:]
    assert " ".join(" ".join(lines).split()) == f"last said {said}".strip()
    assert max(map(len, lines)) <= columns
    assert min(map(len, lines[:-1])) > columns - 12, "the longest word has eleven letters"


def test_a_wrapped_word_that_is_wider_than_the_screen_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    wide(monkeypatch, 34)
    first, second, third = table([("last touched", f"漢{'字' * 14} x {'y' * 15}")], wrapped=True).splitlines()
    assert (first.strip(), second.strip(), third.strip()) == (
        f"last touched  漢{'字' * 9}",
        f"{'字' * 5} x",
        "y" * 15,
    )
