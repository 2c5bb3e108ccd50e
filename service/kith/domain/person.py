"""The people the owner keeps in touch with, and what is known of the exchange with each."""

from dataclasses import dataclass
from datetime import date, datetime

from kith.domain.dates import Birthday, Duration


@dataclass(frozen=True, slots=True)
class Person:
    """One person, as the owner described them. every is their own cadence, before tag and circle.

    aliases are names of people who became part of this one; they are found by these, too.
    """

    id: int
    name: str
    added_at: datetime
    addresses: tuple[str, ...] = ()
    circle: str | None = None
    tags: tuple[str, ...] = ()
    every: Duration | None = None
    about: str = ""
    birthday: Birthday | None = None
    phones: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    paused: bool = False
    snoozed_until: date | None = None
    passed_over: int = 0
    """How many digests in a row were too full for this person."""


@dataclass(frozen=True, slots=True)
class History:
    """What the mailbox tells about the exchange with one person. Instants are aware, UTC."""

    touches: int = 0
    last_touched: datetime | None = None
    last_outbound: datetime | None = None
    last_inbound: datetime | None = None

    def and_then(self, later: "History") -> "History":
        """Both, where every touch of the other is later than those of this one."""
        return History(
            self.touches + later.touches,
            later.last_touched or self.last_touched,
            later.last_outbound or self.last_outbound,
            later.last_inbound or self.last_inbound,
        )
