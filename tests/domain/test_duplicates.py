"""Who may be one person twice, and why."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kith.domain.contact import phone_key
from kith.domain.duplicates import duplicates
from kith.domain.person import Person

NOW = datetime(2026, 5, 13, tzinfo=UTC)
MARIA = Person(1, "Maria Silva", NOW, ("maria@example.org",), phones=("+33 6 12 34 56 78",))
OTHER = Person(2, "SILVA, Maria C.", NOW, ("m.silva@work.example",), phones=("06.12.34.56.78 ext. 4",))
BOB = Person(3, "Bob Stone", NOW, ("bob@example.org",), phones=("+1 212 555 0100",))


def told(*people: Person, answered: tuple[tuple[int, int], ...] = ()) -> list[tuple[int, int, tuple[str, ...]]]:
    return [(d.first.id, d.second.id, d.reasons) for d in duplicates(people, answered)]


def test_people_without_anything_in_common_are_no_duplicates() -> None:
    assert told(MARIA, BOB, Person(4, "Maria", NOW), Person(5, "Maria", NOW)) == []


def test_a_pair_is_told_once_with_every_reason() -> None:
    assert told(OTHER, BOB, MARIA, answered=((2, 1), (1, 2))) == [
        (
            1,
            2,
            (
                "the same name",
                "the same phone, 06.12.34.56.78 ext. 4",
                "SILVA, Maria C. asks for answers at an address of Maria Silva",
                "Maria Silva asks for answers at an address of SILVA, Maria C.",
            ),
        )
    ]


def test_who_was_added_first_comes_first_and_the_pair_with_most_reasons_before_the_others() -> None:
    early = replace(BOB, id=9, added_at=NOW - timedelta(days=1), phones=())
    assert told(BOB, early, MARIA, OTHER) == [
        (1, 2, ("the same name", "the same phone, 06.12.34.56.78 ext. 4")),
        (9, 3, ("the same name",)),
    ]


def test_one_without_an_address_is_told_as_such() -> None:
    assert told(MARIA, Person(7, "Maria Silva", NOW)) == [(1, 7, ("the same name, and one has no address",))]


def test_answers_to_somebody_who_is_gone_tell_nothing() -> None:
    assert told(MARIA, BOB, answered=((1, 8), (8, 3), (1, 1))) == []


def test_a_whole_office_behind_one_telephone_is_told_in_a_line_a_person() -> None:
    office = [Person(n, f"Colleague {chr(97 + n % 26) * (n // 26 + 2)}", NOW, phones=("1234567",)) for n in range(5000)]
    began = time.process_time()
    found = duplicates(office)
    assert time.process_time() - began < 1
    assert len(found) == 4999


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("+33 6 12 34 56 78", "612345678"),
        ("0033612345678", "612345678"),
        ("06 12 34 56 78", "612345678"),
        ("(06) 12-34-56-78 x9", "612345678"),
        ("+33612345678;ext=9", "612345678"),
        ("555-0100", "5550100"),
        ("112", ""),
        ("ask at the desk", ""),
        ("", ""),
    ],
)
def test_telephones_are_compared_by_their_digits(number: str, key: str) -> None:
    assert phone_key(number) == key
