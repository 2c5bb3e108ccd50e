"""What an address book would change: added, merged, left alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain import address
from kith.domain.contact import Contact, Skipped
from kith.domain.dates import Birthday, Duration, Unit
from kith.domain.importing import ALREADY_THERE, NO_ADDRESS, THAT_IS_YOU, Add, Gains, Merge, Skip, Step, plan_import
from kith.domain.person import Person

NOW = datetime(2026, 11, 22, tzinfo=UTC)
JANE = Person(1, "Jane Doe", NOW, ("jane@example.com",))
BOB = Person(2, "Bob Roe", NOW, ("bob@example.com", "bob@work.example"), tags=("School",))
ME = frozenset({"me@example.com"})
MONTH = Duration(1, Unit.MONTH)


def key(text: str) -> str:
    return address.key(text, {"gmail.com": False})


def plan(*contacts: Contact | Skipped, existing: Iterable[Person] = (JANE, BOB)) -> list[Step]:
    return plan_import(contacts, tuple(existing), key, ME)


def test_somebody_new_is_added() -> None:
    new = Contact("Ann", ("ann@example.com",), tags=("a",))
    assert plan(new) == [Add(new)]


def test_a_known_address_merges_what_the_person_lacks() -> None:
    contact = Contact(
        "J. Doe",
        ("JANE+kith@example.com", "jane@new.example"),
        circle="friends",
        tags=("a",),
        every=MONTH,
        birthday=Birthday(5, 12),
        about="met in Lisbon",
    )
    gains = Gains(("jane@new.example",), "friends", ("a",), MONTH, Birthday(5, 12), "met in Lisbon")
    assert plan(contact) == [Merge(contact, 1, gains)]


def test_what_the_person_has_is_kept() -> None:
    full = replace(JANE, circle="c", tags=("A",), every=MONTH, birthday=Birthday(1, 1), about="mine")
    contact = Contact("X", JANE.addresses, "d", ("a",), Duration(2, Unit.WEEK), Birthday(2, 2), "theirs")
    assert plan(contact, existing=[full]) == [Skip(contact, ALREADY_THERE)]


def test_a_phone_that_is_there_in_another_hand_is_not_added_again() -> None:
    known = replace(JANE, phones=("+33 6 12 34 56 78", "reception"))
    contact = Contact("J", JANE.addresses, phones=("06 12 34 56 78", "+1 212 555 0100", "212-555-0100", "reception"))
    assert plan(contact, existing=[known]) == [Merge(contact, 1, Gains(phones=("+1 212 555 0100",)))]
    (added,) = plan(replace(contact, addresses=("new@example.com",)))
    assert isinstance(added, Add)
    assert added.contact.phones == ("06 12 34 56 78", "+1 212 555 0100", "reception")


def test_a_name_written_otherwise_looks_like_somebody() -> None:
    (step,) = plan(Contact("DOE, Jané X.", ("other@example.com",)))
    assert isinstance(step, Add)
    assert step.looks_like == ("Jane Doe",)


def test_tags_are_united_without_regard_to_case() -> None:
    contact = Contact("Bob", ("bob@example.com",), tags=("school", "chess"))
    assert plan(contact) == [Merge(contact, 2, Gains(tags=("chess",)))]


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        (Contact("Nobody"), NO_ADDRESS),
        (Contact("Me", ("ME+list@Example.com",)), THAT_IS_YOU),
        (Contact("Bob", ("bob@example.com",)), ALREADY_THERE),
        (Contact("Both", ("bob@example.com", "jane@example.com")), "it has addresses of Jane Doe and Bob Roe"),
    ],
)
def test_what_adds_nothing_is_skipped_with_the_reason(contact: Contact, why: str) -> None:
    (step,) = plan(contact)
    assert isinstance(step, Skip)
    assert step.why == why


def test_an_unreadable_entry_stays_skipped_with_its_own_reason() -> None:
    bad = Skipped("people.csv, line 3", "it has neither a name nor an address")
    assert plan(bad) == [Skip(bad, bad.why)]


def test_the_owners_address_is_dropped_from_somebody_else() -> None:
    assert plan(Contact("Ann", ("me@example.com", "ann@example.com"))) == [Add(Contact("Ann", ("ann@example.com",)))]


def test_two_people_who_share_only_the_owners_address_stay_two() -> None:
    ann, tim = Contact("Ann", ("me@example.com", "ann@x.example")), Contact("Tim", ("me@example.com", "tim@x.example"))
    assert [step.contact.name for step in plan(ann, tim) if isinstance(step, Add)] == ["Ann", "Tim"]


def test_entries_with_a_common_address_are_added_once_even_through_a_third() -> None:
    first = Contact("Ann", ("a.n.n@gmail.com",), tags=("a",), source="one")
    other = Contact("Tim", ("tim@x.example",))
    second = Contact("Ann B.", ("b@x.example",), about="second", source="two")
    bridge = Contact("A.", ("ann@gmail.com", "B@X.example"), tags=("A", "c"), birthday=Birthday(2, 29), source="three")
    both = ("a.n.n@gmail.com", "b@x.example")
    united = replace(first, addresses=both, tags=("a", "c"), birthday=Birthday(2, 29), about="second")
    assert plan(first, other, second, bridge) == [Add(united), Add(other)]


def test_two_entries_for_one_person_are_one_merge() -> None:
    work, home = Contact("B", ("bob@work.example",), about="w"), Contact("B", ("bob@example.com", "bob@home.example"))
    (step,) = plan(work, home)
    assert isinstance(step, Merge)
    assert (step.person_id, step.adds) == (2, Gains(addresses=("bob@home.example",), about="w"))


def test_entries_that_hang_together_with_two_people_change_neither() -> None:
    jane, bob = Contact("J", ("jane@example.com", "x@x.example")), Contact("B", ("bob@example.com", "x@x.example"))
    (step,) = plan(jane, bob)
    assert isinstance(step, Skip)
    assert step.why == "it has addresses of Jane Doe and Bob Roe"


def test_an_entry_for_two_people_does_not_spoil_the_entries_for_each() -> None:
    couple = Contact("J and B", ("jane@example.com", "bob@example.com"))
    jane = Contact("Jane", ("jane@example.com",), about="hers")
    assert [type(step) for step in plan(couple, jane)] == [Skip, Merge]


def test_the_same_name_is_a_hint_and_no_match() -> None:
    one, two = Contact("jane  DOE", ("j@x.example",)), Contact("Ann", ("ann@x.example",))
    again = Contact("Ann", ("ann@y.example",))
    assert plan(one, two, again, Contact("Bob Roe")) == [
        Add(one, ("Jane Doe",)),
        Add(two),
        Add(again, ("Ann",)),
        Skip(Contact("Bob Roe"), NO_ADDRESS, ("Bob Roe",)),
    ]


def test_kiths_own_export_brings_people_without_an_address_back() -> None:
    twice = [Contact("Ann", chosen=True), Contact("Ann", circle="friends", chosen=True)]
    assert plan(*twice) == [Add(twice[0]), Add(twice[1], ("Ann",))]
    there = [Person(3, "Ann", NOW), Person(4, "Ann", NOW)]
    assert plan(*twice, existing=there) == [Skip(twice[0], ALREADY_THERE), Merge(twice[1], 4, Gains(circle="friends"))]


def test_who_has_got_an_address_since_is_not_added_again_without_one() -> None:
    assert plan(Contact("Jane Doe", chosen=True)) == [Skip(Contact("Jane Doe", chosen=True), ALREADY_THERE)]
    by_address = Contact("Jane D.", ("jane@example.com",), chosen=True)
    other = Contact("Jane Doe", chosen=True)
    assert plan(by_address, other) == [Skip(by_address, ALREADY_THERE), Add(other, ("Jane Doe",))]


def carried_out(steps: Iterable[Step], people: Iterable[Person]) -> list[Person]:
    """The people after the steps, as a store would have them."""
    there = {person.id: person for person in people}
    for step in steps:
        if isinstance(step, Add):
            new = len(there) + 1
            there[new] = gained(Person(new, step.contact.name, NOW), whole(step.contact))
        elif isinstance(step, Merge):
            there[step.person_id] = gained(there[step.person_id], step.adds)
    return list(there.values())


def whole(one: Contact) -> Gains:
    return Gains(one.addresses, one.circle, one.tags, one.every, one.birthday, one.about)


def gained(person: Person, adds: Gains) -> Person:
    return replace(
        person,
        addresses=person.addresses + adds.addresses,
        circle=person.circle or adds.circle,
        tags=person.tags + adds.tags,
        every=person.every or adds.every,
        birthday=person.birthday or adds.birthday,
        about=person.about or adds.about,
    )


_ADDRESSES = [f"{local}@example.com" for local in ("jane", "JANE+x", "bob", "me", "a", "b", "c", "d", "B+y")]
_contacts = st.builds(
    Contact,
    name=st.sampled_from(["Jane Doe", "Bob Roe", "Ann"]),
    addresses=st.lists(st.sampled_from(_ADDRESSES), max_size=3).map(tuple),
    circle=st.sampled_from([None, "friends"]),
    tags=st.lists(st.sampled_from(["a", "A", "School"]), max_size=2, unique_by=str.casefold).map(tuple),
    birthday=st.sampled_from([None, Birthday(5, 12), Birthday(2, 29, 1984)]),
    about=st.sampled_from(["", "x", "y"]),
    chosen=st.booleans(),
)


@given(st.lists(_contacts | st.just(Skipped("f", "broken")), max_size=12))
def test_importing_twice_adds_nothing(contacts: list[Contact | Skipped]) -> None:
    after = carried_out(plan(*contacts), (JANE, BOB))
    assert all(isinstance(step, Skip) for step in plan(*contacts, existing=after))


@given(st.lists(_contacts, max_size=12))
def test_no_address_ever_belongs_to_two_people_or_to_the_owner(contacts: list[Contact]) -> None:
    after = carried_out(plan(*contacts), (JANE, BOB))
    keys = [key(one) for person in after for one in person.addresses]
    assert len(keys) == len(set(keys))
    assert ME.isdisjoint(keys)


@given(st.lists(_contacts, max_size=12))
def test_every_address_of_an_entry_that_was_not_skipped_is_somebodys(contacts: list[Contact]) -> None:
    steps = plan(*contacts)
    after = {key(one) for person in carried_out(steps, (JANE, BOB)) for one in person.addresses}
    left = [step.entry for step in steps if isinstance(step, Skip) and isinstance(step.entry, Contact)]
    skipped = {key(one) for contact in left for one in contact.addresses}
    assert {key(one) for contact in contacts for one in contact.addresses} <= after | skipped | ME
