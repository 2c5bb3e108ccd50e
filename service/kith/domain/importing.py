"""What an address book would change: contacts against the people there are, decided before anything is written."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TypeVar

from kith.domain.contact import Contact, Skipped, phone_key
from kith.domain.dates import Birthday, Duration
from kith.domain.names import name_key
from kith.domain.person import Person

Key = Callable[[str], str]
T = TypeVar("T")

THAT_IS_YOU = "that is you"
NO_ADDRESS = "no address"
ALREADY_THERE = "already there"


@dataclass(frozen=True, slots=True)
class Gains:
    """What a person gains from a contact: only what they lacked; tags and addresses are those to add."""

    addresses: tuple[str, ...] = ()
    circle: str | None = None
    tags: tuple[str, ...] = ()
    every: Duration | None = None
    birthday: Birthday | None = None
    about: str = ""
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Add:
    """A new person. looks_like names people of the same name without a common address: a hint, not a match."""

    contact: Contact
    looks_like: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """A contact that shares an address with a person, who gains from it."""

    contact: Contact
    person_id: int
    adds: Gains


@dataclass(frozen=True, slots=True)
class Skip:
    """An entry from which nothing follows, and why. looks_like as in Add."""

    entry: Contact | Skipped
    why: str
    looks_like: tuple[str, ...] = ()


Step = Add | Merge | Skip


def plan_import(
    contacts: Iterable[Contact | Skipped],
    existing: Sequence[Person],
    key: Key,
    owner: AbstractSet[str] = frozenset(),
) -> list[Step]:
    """What to do with each entry, in order of first appearance; entries that share an address are one.

    key gives the form in which addresses are compared, owner the keys of the owner's own. People are
    matched by address; only those of Kith's own exports who have none are matched by name. Carried out
    and planned again, nothing is left but skips.
    """
    return _Plan(existing, key, owner).steps(contacts)


class _Plan:
    """The people as they are looked up: by address, by name."""

    def __init__(self, existing: Sequence[Person], key: Key, owner: AbstractSet[str]) -> None:
        self._key = key
        self._owner = owner
        self._people = {person.id: person for person in existing}
        self._by_key: dict[str, set[int]] = {}
        self._names: dict[str, list[str]] = {}
        self._unclaimed: dict[str, deque[int]] = {}
        for person in existing:
            self._names.setdefault(_folded(person.name), []).append(person.name)
            for address in person.addresses:
                self._by_key.setdefault(key(address), set()).add(person.id)

    def steps(self, entries: Iterable[Contact | Skipped]) -> list[Step]:
        prepared = [self._prepare(entry) for entry in entries]
        together = _together([self._marks(entry) if isinstance(entry, Contact) else () for entry in prepared])
        self._claim(prepared)
        groups: dict[int, list[Contact]] = {}
        steps: list[Step | int] = []
        for first, entry in zip(together, prepared, strict=True):
            if isinstance(entry, Skip):
                steps.append(entry)
            else:
                if first not in groups:
                    steps.append(first)
                groups.setdefault(first, []).append(entry)
        return [self._step(_united(groups[step])) if isinstance(step, int) else step for step in steps]

    def _prepare(self, entry: Contact | Skipped) -> Contact | Skip:
        """The contact with each address once and none of the owner's; or why it is of no use."""
        if isinstance(entry, Skipped):
            return Skip(entry, entry.why)
        if not entry.addresses:
            return entry if entry.chosen else Skip(entry, NO_ADDRESS, self._alike(entry))
        kept = self._missing(entry.addresses, self._owner)
        if not kept:
            return Skip(entry, THAT_IS_YOU)
        contact = replace(entry, addresses=kept)
        matches = self._matches(contact)
        return self._ambiguous(contact, matches) if len(matches) > 1 else contact

    def _claim(self, entries: Iterable[Contact | Skip]) -> None:
        """Finds whom an entry without an address may be: those of the name whom no address in the file means."""
        contacts = [entry for entry in entries if isinstance(entry, Contact)]
        meant = {person_id for contact in contacts for person_id in self._matches(contact)}
        for person in sorted(self._people.values(), key=lambda p: p.id):
            if person.id not in meant:
                self._unclaimed.setdefault(_folded(person.name), deque()).append(person.id)

    def _missing(self, addresses: Iterable[str], there: AbstractSet[str]) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for address in addresses:
            found.setdefault(self._key(address), address)
        return tuple(address for address_key, address in found.items() if address_key not in there)

    def _marks(self, contact: Contact) -> tuple[str | int, ...]:
        """What makes two contacts one: a common address, or the id of the person it belongs to."""
        return tuple(self._mark(self._key(address)) for address in contact.addresses)

    def _mark(self, address_key: str) -> str | int:
        owners = self._by_key.get(address_key)
        return min(owners) if owners else address_key

    def _matches(self, contact: Contact) -> list[int]:
        return sorted({found for a in contact.addresses for found in self._by_key.get(self._key(a), ())})

    def _step(self, contact: Contact) -> Step:
        contact = replace(contact, addresses=self._missing(contact.addresses, frozenset()))
        matches = self._matches(contact) if contact.addresses else self._namesake(contact)
        if len(matches) > 1:
            return self._ambiguous(contact, matches)
        if not matches:
            step = Add(replace(contact, phones=_other_phones(contact.phones, ())), self._alike(contact))
            self._names.setdefault(_folded(contact.name), []).append(contact.name)
            return step
        adds = self._gains(contact, self._people[matches[0]])
        return Skip(contact, ALREADY_THERE) if adds == Gains() else Merge(contact, matches[0], adds)

    def _namesake(self, contact: Contact) -> list[int]:
        """The next person of that name, each once: two people may well have one name."""
        left = self._unclaimed.get(_folded(contact.name))
        return [left.popleft()] if left else []

    def _ambiguous(self, contact: Contact, matches: Sequence[int]) -> Skip:
        return Skip(contact, f"it has addresses of {' and '.join(self._people[one].name for one in matches)}")

    def _alike(self, contact: Contact) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._names.get(_folded(contact.name), ())))

    def _gains(self, contact: Contact, person: Person) -> Gains:
        there = {tag.casefold() for tag in person.tags}
        return Gains(
            addresses=self._missing(contact.addresses, {self._key(address) for address in person.addresses}),
            circle=None if person.circle else contact.circle,
            tags=tuple(tag for tag in contact.tags if tag.casefold() not in there),
            every=None if person.every else contact.every,
            birthday=None if person.birthday else contact.birthday,
            about="" if person.about else contact.about,
            phones=_other_phones(contact.phones, person.phones),
        )


def _other_phones(numbers: Iterable[str], there: Iterable[str]) -> tuple[str, ...]:
    """Numbers that are not there yet, however they are written."""
    known = {phone_key(number) or number for number in there}
    found: dict[str, str] = {}
    for number in numbers:
        found.setdefault(phone_key(number) or number, number)
    return tuple(number for key, number in found.items() if key not in known)


def _folded(name: str) -> str:
    return name_key(name) or " ".join(name.casefold().split())


def _together(marks: Sequence[Sequence[str | int]]) -> list[int]:
    """For each entry the first one that it hangs together with through common marks (disjoint sets, near linear)."""
    first = list(range(len(marks)))

    def root(at: int) -> int:
        while first[at] != at:
            first[at] = first[first[at]]
            at = first[at]
        return at

    seen: dict[str | int, int] = {}
    for at, of_entry in enumerate(marks):
        for mark in of_entry:
            one, other = root(at), root(seen.setdefault(mark, at))
            first[max(one, other)] = min(one, other)
    return [root(at) for at in range(len(marks))]


def _united(contacts: Sequence[Contact]) -> Contact:
    """Several entries for one person: the first that says something is believed, lists are united."""
    first = contacts[0]
    return replace(
        first,
        addresses=_once(a for one in contacts for a in one.addresses),
        circle=_said(one.circle for one in contacts),
        tags=_once(tag for one in contacts for tag in one.tags),
        every=_said(one.every for one in contacts),
        birthday=_said(one.birthday for one in contacts),
        about=_said(one.about for one in contacts) or "",
        phones=_once(phone for one in contacts for phone in one.phones),
    )


def _said(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value), None)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.casefold(), word)
    return tuple(found.values())
