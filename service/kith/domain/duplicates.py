"""People who may be one: proposed with the reason, never merged by anybody but the owner."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kith.domain.contact import phone_key
from kith.domain.names import name_key
from kith.domain.person import Person

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two people who may be one, and why: sentences without a full stop. first is the one known for longer."""

    first: Person
    second: Person
    reasons: tuple[str, ...]


def duplicates(people: Sequence[Person], answered: Iterable[Pair] = ()) -> list[Duplicate]:
    """Pairs of people with the same name or telephone, or of whom one's mail is to be answered to the other.

    answered holds such pairs of ids: who wrote, and who stood in Reply-To. Of many alike each is paired with the
    first, so the cost is that of the people, not of their pairs. Pairs with more reasons come first.
    """
    known = {person.id: person for person in sorted(people, key=lambda p: (p.added_at, p.id))}
    reasons: dict[Pair, list[str]] = {}
    for pair, why in (*_named_alike(known.values()), *_with_one_phone(known.values()), *_answered(known, answered)):
        told = reasons.setdefault(pair, [])
        if why not in told:
            told.append(why)
    found = [Duplicate(known[one], known[other], tuple(why)) for (one, other), why in reasons.items()]
    return sorted(found, key=lambda d: (-len(d.reasons), d.first.name.casefold(), d.first.id, d.second.id))


def _named_alike(people: Iterable[Person]) -> Iterator[tuple[Pair, str]]:
    for one, other in _alike(people, lambda p: [name_key(p.name)]):
        told = "the same name" if one.addresses and other.addresses else "the same name, and one has no address"
        yield (one.id, other.id), told


def _with_one_phone(people: Iterable[Person]) -> Iterator[tuple[Pair, str]]:
    for one, other in _alike(people, lambda p: map(phone_key, p.phones)):
        shared = {phone_key(number) for number in one.phones}
        number = next(number for number in other.phones if phone_key(number) in shared - {""})
        yield (one.id, other.id), f"the same phone, {number}"


def _answered(known: dict[int, Person], answered: Iterable[Pair]) -> Iterator[tuple[Pair, str]]:
    age = {person_id: place for place, person_id in enumerate(known)}
    for author, other in answered:
        if author in known and other in known and author != other:
            one, two = sorted((author, other), key=age.__getitem__)
            yield (one, two), f"{known[author].name} asks for answers at an address of {known[other].name}"


def _alike(people: Iterable[Person], keys: Callable[[Person], Iterable[str]]) -> Iterator[tuple[Person, Person]]:
    """Each with the first before them that has a key in common."""
    first: dict[str, Person] = {}
    for person in people:
        for key in keys(person):
            before = first.setdefault(key, person)
            if key and before is not person:
                yield before, person
