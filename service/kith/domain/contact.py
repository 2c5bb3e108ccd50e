"""What an address book says about somebody, before they become a person of Kith's."""

from dataclasses import dataclass

from kith.domain.dates import Birthday, Duration


@dataclass(frozen=True, slots=True)
class Contact:
    """One entry of an address book.

    The name is never empty, addresses may be. source says where it stands, for messages:
    "friends.vcf, card 3" or "people.csv, line 12". uid is the address book's own name for it.
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


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that could not be used, and why in a few words."""

    source: str
    why: str
