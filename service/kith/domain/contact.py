"""What an address book says about somebody, before they become a person of Kith's."""

import re
from dataclasses import dataclass, replace
from datetime import date

from kith.domain.dates import Birthday, Duration


@dataclass(frozen=True, slots=True)
class Contact:
    """One entry of an address book.

    The name is never empty, addresses may be. source says where it stands, for messages:
    "friends.vcf, card 3" or "people.csv, line 12". uid is the address book's own name for it. chosen: it comes
    from what Kith itself exported, so the owner keeps in touch with them, with an address or without. unread is a
    birthday as it was written, where that could be none, and unread_every a rhythm.
    """

    name: str
    addresses: tuple[str, ...] = ()
    circle: str | None = None
    tags: tuple[str, ...] = ()
    every: Duration | None = None
    birthday: Birthday | None = None
    about: str = ""
    phones: tuple[str, ...] = ()
    source: str = ""
    uid: str = ""
    paused: bool = False
    snoozed_until: date | None = None
    chosen: bool = False
    unread: str = ""
    unread_every: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that could not be used, and why in a few words."""

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Book:
    """An address book as it was read. left_aside: the columns of a table that were filled, and of no use."""

    entries: list[Contact | Skipped]
    left_aside: tuple[str, ...] = ()


def believable(contact: Contact, today: date) -> Contact:
    """The contact without a birthday in a year to come: that is a slip."""
    birthday = contact.birthday
    if birthday is None or birthday.year is None or birthday.year <= today.year:
        return contact
    return replace(contact, birthday=None, unread=str(birthday))


def phone_key(number: str) -> str:
    """The form in which phone numbers are compared: their last nine digits, which no country code or 0 changes.

    "" where there are too few to mean one telephone. What stands after an x or a semicolon is an extension.
    """
    digits = "".join(c for c in _EXTENSION.split(number, maxsplit=1)[0] if c.isdecimal())
    return digits[-9:] if len(digits) >= FEWEST_DIGITS else ""


FEWEST_DIGITS = 7
_EXTENSION = re.compile(r"[;,x]|ext", re.IGNORECASE)
