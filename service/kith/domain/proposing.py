"""Entries of an address book without an address (most of LinkedIn's), and whom of the mailbox they may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kith.domain.address import spoken_name
from kith.domain.contact import Contact
from kith.domain.importing import NO_ADDRESS, Skip, Step
from kith.domain.names import name_key, natural_name

MOST: Final = 3
"""Addresses that are proposed for one entry, the closest first."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody the owner did not choose, as their mail shows them: messages out and in, and the day of the last."""

    address: str
    name: str
    outbound: int
    inbound: int
    last_on: date


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be that of an entry, and why. Only the owner can tell."""

    address: str
    why: str


@dataclass(frozen=True, slots=True)
class Propose:
    """An entry without an address whose name was seen in the mailbox. Nothing follows from it by itself."""

    contact: Contact
    candidates: tuple[Candidate, ...]


Seen = Mapping[str, list[tuple[Correspondent, str]]]
"""Correspondents by name (as name_key has it), each with what makes that their name."""


def names_seen(correspondents: Iterable[Correspondent]) -> Seen:
    """Correspondents by the names they write under or, of those who write without one, that their address reads as."""
    found: dict[str, list[tuple[Correspondent, str]]] = {}
    for one in correspondents:
        shown = natural_name(one.name)
        read = shown or spoken_name(one.address)
        if key := name_key(read):
            what = f"their mail says “{shown}”" if shown else "the address reads like the name"
            found.setdefault(key, []).append((one, what))
    return found


def proposed(step: Step, seen: Seen) -> Step | Propose:
    """The step, or, for an entry left alone only because it has no address, those whose name it has."""
    if not (isinstance(step, Skip) and isinstance(step.entry, Contact) and step.why == NO_ADDRESS):
        return step
    found = [] if step.looks_like else seen.get(name_key(step.entry.name), [])
    candidates = tuple(Candidate(one.address, f"{what}; {_exchange(one)}") for one, what in found[:MOST])
    return Propose(step.entry, candidates) if candidates else step


def _exchange(one: Correspondent) -> str:
    return f"you wrote {one.outbound}, they wrote {one.inbound}, last on {one.last_on}"
