"""Takes an address book in: planned against the people there are, carried out as one change that can be undone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kith.domain.cadence import rhythm_of
from kith.domain.contact import Contact, Skipped
from kith.domain.dates import Duration
from kith.domain.importing import ALREADY_THERE, NO_ADDRESS, Add, Gains, Merge, Skip, Step, plan_import
from kith.domain.person import Person
from kith.domain.proposing import Correspondent, Propose, names_seen, proposed
from kith.jobs.acts import Acts, Done, deletion
from kith.jobs.work import Work
from kith.store import people, phones, strangers
from kith.store.engine import Session
from kith.store.forgetting import forgotten_hash
from kith.store.undoing import setting

FORGOTTEN = "you asked Kith to forget them"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What those get who have none: a circle, a cadence."""

    circle: str | None = None
    every: Duration | None = None


def plan(
    work: Work, session: Session, entries: Iterable[Contact | Skipped], defaults: Defaults
) -> list[Step | Propose]:
    """What the entries would change. Those whom the owner asked to forget are skipped.

    Of entries without an address the names are looked for among those the owner writes with, to be proposed.
    """
    existing = {person.id: person for person, _ in people.everyone(session, work.owner_id)}
    by_key = people.by_key(session, work.owner_id)
    forgotten = people.forgotten(session, work.owner_id)

    def gone(address: str) -> bool:
        key = work.key(address)
        return key not in by_key and forgotten_hash(key) in forgotten

    wanted = [_remembered(entry, gone) for entry in entries]
    steps = plan_import(wanted, tuple(existing.values()), work.key, work.config.owner_keys)
    desk = _Filler(work, existing, by_key, defaults)
    filled = [desk.filled(step) for step in steps]
    is_matchless = any(isinstance(step, Skip) and step.why == NO_ADDRESS for step in filled)
    seen = names_seen(_correspondents(work, session)) if is_matchless else {}
    return [proposed(step, seen) for step in filled]


def _correspondents(work: Work, session: Session) -> Iterable[Correspondent]:
    for row in strangers.everybody(session, work.owner_id):
        yield Correspondent(row.key, row.name, row.outbound, row.inbound, work.local(row.last_at))


def _remembered(entry: Contact | Skipped, gone: Callable[[str], bool]) -> Contact | Skipped:
    if isinstance(entry, Skipped) or not any(map(gone, entry.addresses)):
        return entry
    kept = tuple(address for address in entry.addresses if not gone(address))
    return replace(entry, addresses=kept) if kept else Skipped(entry.source, FORGOTTEN)


@dataclass(frozen=True, slots=True)
class _Filler:
    """Gives the defaults to those who have nothing of their own, whether they are new or there already."""

    work: Work
    existing: Mapping[int, Person]
    by_key: Mapping[str, int]
    defaults: Defaults

    def filled(self, step: Step) -> Step:
        if isinstance(step, Add):
            one = step.contact
            person = Person(0, one.name, self.work.now(), circle=one.circle, tags=one.tags, every=one.every)
            circle, every = self._missing(person)
            return replace(step, contact=replace(one, circle=one.circle or circle, every=one.every or every))
        if isinstance(step, Merge):
            return replace(step, adds=self._gains(self.existing[step.person_id], step.adds))
        if step.why == ALREADY_THERE and isinstance(step.entry, Contact) and step.entry.addresses:
            person = self.existing[self.by_key[self.work.key(step.entry.addresses[0])]]
            gains = self._gains(person, Gains())
            return Merge(step.entry, person.id, gains) if gains != Gains() else step
        return step

    def _gains(self, person: Person, gains: Gains) -> Gains:
        after = replace(
            person,
            circle=person.circle or gains.circle,
            tags=person.tags + gains.tags,
            every=person.every or gains.every,
        )
        circle, every = self._missing(after)
        return replace(gains, circle=gains.circle or circle, every=gains.every or every)

    def _missing(self, person: Person) -> tuple[str | None, Duration | None]:
        """What of the defaults a person lacks. One whose circle or tag has a rhythm has a cadence."""
        circle = None if person.circle else self.defaults.circle
        every = None if rhythm_of(person, self.work.config.rhythms) else self.defaults.every
        return circle, every


def take_in(acts: Acts, steps: Iterable[Step | Propose], key: Callable[[str], str]) -> tuple[list[int | None], Done]:
    """Carries a plan out: the id of the person of each step (None: skipped, or only proposed), and the one change."""
    ids: list[int | None] = []
    undo: list[dict[str, Any]] = []
    added = merged = 0
    for step in steps:
        if isinstance(step, Add):
            person_id, back = _add(acts, step.contact, key)
            added += 1
        elif isinstance(step, Merge):
            person_id, back = step.person_id, _merge(acts, step.person_id, step.adds, key)
            merged += 1
        else:
            ids.append(None)
            continue
        ids.append(person_id)
        undo += back
    return ids, acts.done(_what(added, merged), undo) if undo else Done("nothing new")


def _what(added: int, merged: int) -> str:
    """An import, as it is named when it is taken back."""
    if not added:
        return f"what an import said of {_people(merged)}"
    return f"the import of {_people(added)}" + (f", and what it said of {merged:,} more" if merged else "")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _add(acts: Acts, contact: Contact, key: Callable[[str], str]) -> tuple[int, list[dict[str, Any]]]:
    values = _columns(Gains((), contact.circle, (), contact.every, contact.birthday, contact.about))
    values |= {"paused": contact.paused, "snoozed_until": contact.snoozed_until}
    person_id = people.add(acts.session, acts.owner_id, contact.name, acts.now, **values)
    for address in contact.addresses:
        people.add_address(acts.session, acts.owner_id, person_id, address, key(address))
    people.add_tags(acts.session, acts.owner_id, person_id, contact.tags)
    phones.add(acts.session, acts.owner_id, person_id, contact.phones)
    return person_id, [deletion("person", person_id)]


def _merge(acts: Acts, person_id: int, gains: Gains, key: Callable[[str], str]) -> list[dict[str, Any]]:
    session, owner_id = acts.session, acts.owner_id
    keys = [key(a) for a in gains.addresses if people.add_address(session, owner_id, person_id, a, key(a))]
    tags = people.tag_ids(session, person_id, people.add_tags(session, owner_id, person_id, gains.tags))
    values = _columns(gains)
    undo = [deletion("address", row.id) for row in people.addresses(session, owner_id, keys)]
    undo += [deletion("tag", tag) for tag in tags]
    undo += [deletion("phone", phone) for phone in phones.add(session, owner_id, person_id, gains.phones)]
    if values:
        people.set_values(session, owner_id, person_id, values)
        before = {name: "" if name == "about" else None for name in values}
        undo.append(setting("person", person_id, before, values))
    return undo


def _columns(gains: Gains) -> dict[str, Any]:
    """The columns of a person that change; what is gained was empty before."""
    values = {
        "circle": gains.circle,
        "every": str(gains.every) if gains.every else None,
        "birthday": str(gains.birthday) if gains.birthday else None,
        "about": gains.about,
    }
    return {name: value for name, value in values.items() if value}
