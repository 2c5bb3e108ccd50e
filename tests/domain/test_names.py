"""Names as they are said, and when two may be of one person."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.names import name_key, natural_name


@pytest.mark.parametrize(
    ("written", "natural"),
    [
        ("Maria Silva", "Maria Silva"),
        ("Silva, Maria", "Maria Silva"),
        ("'Silva, Maria'", "Maria Silva"),
        ("da Silva, Maria Luisa", "Maria Luisa da Silva"),
        ("Baker, Tom, MD", "Baker, Tom, MD"),
        ("Baker, Jr.", "Baker, Jr."),
        ("Jane Doe, PhD", "Jane Doe, PhD"),
        ("Acme, Inc", "Acme, Inc"),
        ("Müller, Dr. Hans", "Dr. Hans Müller"),
        ("Doe, Jane (EXT)", "Jane Doe"),
        ("O'Hara, Scarlett [Contractor]", "Scarlett O'Hara"),
        ("'Scarlett O'Hara'", "Scarlett O'Hara"),
        ('"Jean-Luc" Picard', '"Jean-Luc" Picard'),
        ("\"'Ann Lee'\"", "Ann Lee"),
        ('"Ann Lee', "Ann Lee"),
        ("  Maria   Silva ", "Maria Silva"),
        ("maria@example.org", ""),
        ("", ""),
        (",", ","),
    ],
)
def test_a_name_is_turned_as_it_is_said(written: str, natural: str) -> None:
    assert natural_name(written) == natural


SAME = [
    ["Maria Silva", "SILVA, María C.", "Dr. Maria Silva, PhD", "maria  silva", "Maria (Mia) Silva", "Silva Maria"],
    ["Pat O'Brien", "O’Brien, Pat", "Pat O'Brien [work]", "Pat OʼBrien", "Pat O´Brien"],
    ["Łukasz Żak", "lukasz zak", "Zak, Łukasz"],
    ["José Ángel Núñez", "Jose Angel Nunez"],
    ["王 小明", "小明 王"],
    ["김민준", "김민준 (Minjun)"],
]


@pytest.mark.parametrize("names", SAME)
def test_names_of_one_person_are_the_same(names: list[str]) -> None:
    assert len({name_key(name) for name in names}) == 1
    assert name_key(names[0])


def test_names_of_several_people_are_not() -> None:
    names = [group[0] for group in SAME] + [
        "Maria Silvano",
        "Mario Silva",
        "Anna Maria Silva",
        "Jean-Luc Picard",
        "Ma Yun",
    ]
    assert len({name_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "name", ["", "Maria", "M. S.", "Dr. Maria", "maria@example.org", "王", "123 456", "Silva, PhD"]
)
def test_too_little_of_a_name_is_like_no_other(name: str) -> None:
    assert name_key(name) == ""


@given(st.text(max_size=400))
def test_any_text_has_a_key_of_its_own_words(name: str) -> None:
    key = name_key(name)
    assert key == name_key(f"  {name.upper().lower()} ") or not name.isascii()
    assert len(key) <= 20 * len(name)


@pytest.mark.parametrize("piece", ["(", "[", "a ", "a-", "a'", ", ", "Dr. ", '"', "\ufdfa", "e\u0301"])
def test_a_hostile_name_takes_no_time(piece: str) -> None:
    began = time.process_time()
    name_key(piece * 100_000)
    natural_name(piece * 10_000)
    assert time.process_time() - began < 0.2
