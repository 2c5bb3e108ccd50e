"""Entries without an address, and whom of the mailbox they may be."""

from datetime import date

from kith.domain.contact import Contact, Skipped
from kith.domain.importing import NO_ADDRESS, Add, Skip
from kith.domain.proposing import Candidate, Correspondent, Propose, names_seen, proposed

DAY = date(2026, 5, 1)
SEEN = names_seen(
    [
        Correspondent("maria@example.org", "Silva, Maria", 4, 2, DAY),
        Correspondent("maria.silva@work.example", "", 0, 1, DAY),
        Correspondent("tom@example.org", "", 3, 3, DAY),
        Correspondent("ann@example.org", "Ann", 9, 9, DAY),
        *(Correspondent(f"j{n}@example.org", "Jane Doe", 5 - n, 5, DAY) for n in range(5)),
    ]
)


def entry(name: str, why: str = NO_ADDRESS, looks_like: tuple[str, ...] = ()) -> Skip:
    return Skip(Contact(name), why, looks_like)


def test_an_entry_is_proposed_with_every_address_that_its_name_was_seen_at() -> None:
    assert proposed(entry("Dr. María Silva"), SEEN) == Propose(
        Contact("Dr. María Silva"),
        (
            Candidate(
                "maria@example.org", "their mail says “Maria Silva”; you wrote 4, they wrote 2, last on 2026-05-01"
            ),
            Candidate(
                "maria.silva@work.example",
                "the address reads like the name; you wrote 0, they wrote 1, last on 2026-05-01",
            ),
        ),
    )


def test_nobody_is_guessed_from_a_first_name() -> None:
    for name in ("Ann", "Tom", "Maria", "A. Silva"):
        assert proposed(entry(name), SEEN) == entry(name)


def test_of_many_of_one_name_the_closest_are_proposed() -> None:
    found = proposed(entry("Jane Doe"), SEEN)
    assert isinstance(found, Propose)
    assert [c.address for c in found.candidates] == ["j0@example.org", "j1@example.org", "j2@example.org"]


def test_what_has_an_address_or_is_left_alone_for_another_reason_stays_as_it_is() -> None:
    added = Add(Contact("Maria Silva", ("m@example.org",)))
    steps = (
        added,
        entry("Maria Silva", why="that is you"),
        entry("Maria Silva", looks_like=("Maria Silva",)),
        Skip(Skipped("line 1", NO_ADDRESS), NO_ADDRESS),
    )
    assert [proposed(step, SEEN) for step in steps] == list(steps)
