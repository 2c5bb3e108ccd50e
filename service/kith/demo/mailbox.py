"""Invents the demo's mailbox: two years of Alex Moreau's mail, the same for the same moment and seed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from kith.demo import background, events, talk
from kith.demo.cast import CAST, Role
from kith.demo.mailroom import OWNER, OWNER_AT_WORK, ZONE, Mailroom
from kith.demo.post import DemoMessage

ADDRESSES = (OWNER.address, OWNER_AT_WORK.address)
_SOON = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the people Alex keeps in touch with. last_touched is what Kith should find: UTC, None for never."""

    name: str
    addresses: tuple[str, ...]
    circle: str
    tags: tuple[str, ...]
    birthday: tuple[int, int] | None
    about: str
    last_touched: datetime | None


@dataclass(frozen=True, slots=True)
class DemoMailbox:
    """Messages in the order in which they came, and the people they are about."""

    messages: tuple[DemoMessage, ...]
    people: tuple[DemoPerson, ...]


def invent(now: datetime, seed: int = 7) -> DemoMailbox:
    """A mailbox as it would be at that moment (aware)."""
    room = Mailroom(now, Random(seed))  # noqa: S311 - invented mail wants to be the same again, not a secret
    talk.everybody(room)
    background.everything(room)
    events.all_of_them(room)
    today = now.astimezone(ZONE).date()
    people = tuple(_person(role, today, room.touched.get(role.key)) for role in CAST)
    return DemoMailbox(tuple(sorted(room.messages, key=lambda m: (m.at, m.folder, m.raw))), people)


def _person(role: Role, today: date, touched: datetime | None) -> DemoPerson:
    return DemoPerson(role.name, role.addresses, role.circle, role.tags, _birthday(role, today), role.about, touched)


def _birthday(role: Role, today: date) -> tuple[int, int] | None:
    if role.born == "soon":
        return (today + _SOON).month, (today + _SOON).day
    return role.born if isinstance(role.born, tuple) else None


def vcards(people: tuple[DemoPerson, ...]) -> str:
    """The people as an address book in vCard 3.0 (RFC 2426), as a telephone would export it."""
    return "".join(map(_vcard, people))


def _vcard(person: DemoPerson) -> str:
    given, _, family = person.name.rpartition(" ")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_escaped(person.name)}", f"N:{_escaped(family)};{_escaped(given)};;;"]
    lines += [f"EMAIL;TYPE=INTERNET:{address}" for address in person.addresses]
    lines += [f"X-KITH-CIRCLE:{person.circle}"]
    if person.tags:
        lines.append(f"CATEGORIES:{','.join(person.tags)}")
    if person.birthday is not None:
        lines.append("BDAY:--{:02d}-{:02d}".format(*person.birthday))
    if person.about:
        lines.append(f"NOTE:{_escaped(person.about)}")
    return "\r\n".join([*lines, "END:VCARD", ""])


def _escaped(text: str) -> str:
    """A text value: backslash, comma and semicolon are escaped (RFC 2426, 5)."""
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
