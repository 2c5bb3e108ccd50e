"""Addresses of people nobody chose: known again where they were seen before, and never readable."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from kith.domain.calendar import Invite

_LENGTH = 32
"""Hexadecimal digits of a veil: 128 bits, so that no two people ever share one."""


@dataclass(frozen=True)
class Veil:
    """Makes the veils of one owner. secret is the store's key; key makes the form in which addresses are compared.

    A veil is the same for every way in which an address may be written, and without the secret nobody can tell,
    even by trying, whose it is.
    """

    secret: bytes
    owner_id: int
    key: Callable[[str], str]

    def __call__(self, address: str) -> str:
        """The veil of an address; "" of none."""
        return self.over(self.key(address)) if address else ""

    def over(self, key: str) -> str:
        """The veil of an address that is in the form in which addresses are compared already."""
        return self._sealed("address", key)

    def people(self, by_key: Mapping[str, int]) -> dict[str, int]:
        """Ids by veil, from ids by address key."""
        return {self.over(key): person_id for key, person_id in by_key.items()}

    @cached_property
    def mark(self) -> str:
        """By which it is seen that veils were made with this secret: those of another cannot be compared."""
        return self._sealed("mark", "")[:8]

    def invite(self, invite: Invite) -> Invite:
        """An invitation with veils in the place of addresses, and a uid that holds none."""
        attendees = tuple(replace(one, address=self(one.address)) for one in invite.attendees)
        organizer = self(invite.organizer)
        return replace(invite, uid=uid_of(invite.uid), organizer=organizer, attendees=attendees, veil=self.mark)

    def _sealed(self, what: str, text: str) -> str:
        said = f"veil:{what}:{self.owner_id}:{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, said, hashlib.sha256).hexdigest()[:_LENGTH]


def uid_of(uid: str) -> str:
    """What a meeting is called by: calendars put names and addresses into their uids. The same with every secret."""
    return hashlib.sha256(b"kith uid " + uid.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]
