"""What an occasion is called, and what a person is called in a letter."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.occasion import Kind, first_name, key_of


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Maria Silva", "Maria"),
        ("Silva, Maria", "Maria"),
        ('"Silva, Maria"', "Maria"),
        ("SILVA Maria", "Maria"),
        ("SILVA, Maria", "Maria"),
        ("MARIA SILVA", "Maria"),
        ("Dr. Maria Silva", "Maria"),
        ("Silva, Dr. Maria", "Maria"),
        ("Prof. Dr. Maria Silva", "Maria"),
        ("Maria Silva, PhD", "Maria"),
        ("Martin Luther King, Jr.", "Martin"),
        ("Maria Silva (Acme)", "Maria"),
        ("Silva, Maria (Acme, Inc.)", "Maria"),
        ("Maria Silva via Lists", "Maria"),
        ("Maria Silva | Acme", "Maria"),
        ("Prof. Weber", "Prof. Weber"),
        ("Dr. J. Weber", "Dr. J. Weber"),
        ("J. R. R. Tolkien", "J. R. R. Tolkien"),
        ("J. Robert Oppenheimer", "Robert"),
        ("Jean-Pierre Dupont", "Jean-Pierre"),
        ("DJ Smith", "DJ"),
        ("Madonna", "Madonna"),
        ("Иван Петров", "Иван"),
        ("王小明", "王小明"),
        ("山田 太郎", "山田 太郎"),
        ("김민수", "김민수"),
        ("  Maria \n Silva ", "Maria"),
        ("maria@example.com", ""),
        ("Maria@Acme", ""),
        ("", ""),
        (", ,", ""),
        (", Ann Berg", "Ann"),
        (",0\r0", "0 0"),
    ],
)
def test_people_are_called_by_their_first_name(name: str, first: str) -> None:
    assert first_name(name) == first


@given(st.text())
def test_any_name_gives_some_name(name: str) -> None:
    first = first_name(name)
    assert len(first) <= len(name) + 1
    assert first == " ".join(first.split())


def test_the_same_occasion_has_the_same_key_however_it_is_written() -> None:
    assert key_of(Kind.THANKS, 7, "the  Intro to Tom ") == key_of(Kind.THANKS, 7, "The intro to tom")


def test_other_occasions_have_other_keys() -> None:
    keys = [
        key_of(Kind.THANKS, 7, "the intro"),
        key_of(Kind.THANKS, 8, "the intro"),
        key_of(Kind.ASK, 7, "the intro"),
        key_of(Kind.THANKS, 7, "the cake"),
        key_of(Kind.THANKS, 7, "the", "intro"),
        key_of(Kind.THANKS, 7),
        key_of(Kind.BIRTHDAY, 7, on=date(2026, 5, 12)),
        key_of(Kind.BIRTHDAY, 7, on=date(2027, 5, 12)),
        key_of(Kind.THANKS, 7, "\ud800"),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0].startswith("thanks:7:")
