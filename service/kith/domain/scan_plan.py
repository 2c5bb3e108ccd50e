"""What a scan does with a folder: decided first, from the cursor and what the server says."""

from dataclasses import dataclass
from enum import StrEnum

UNSTEADY = 5
"""After so many changes of UIDVALIDITY in a row a folder is set aside."""


class Kind(StrEnum):
    """What is to be done."""

    NOTHING = "nothing"
    CONTINUE = "continue"
    RESCAN = "rescan"
    REPAIR = "repair"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a folder has been read. changes counts changes of UIDVALIDITY since a quiet pass."""

    uidvalidity: int
    last_uid: int
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan decided for one folder: read from UID first upwards, and why, where that is news."""

    kind: Kind
    first: int = 1
    why: str = ""


def plan(cursor: Cursor | None, uidvalidity: int, uidnext: int | None) -> Plan:
    """The plan for a folder (RFC 3501, 2.3.1.1). uidnext is None, or 0, where the server does not say.

    What was read before is known by its identity, so reading it again adds nothing twice.
    """
    if uidvalidity == 0:
        return Plan(
            Kind.REFUSE, why="the server gives the folder no UIDVALIDITY of use, so nothing in it has a lasting name"
        )
    if cursor is None:
        return Plan(Kind.CONTINUE)
    if cursor.uidvalidity != uidvalidity:
        return _renumbered(cursor, uidvalidity)
    next_unread = cursor.last_uid + 1
    if uidnext and uidnext < next_unread:
        return Plan(Kind.REPAIR, why=f"UIDNEXT fell to {uidnext}, below UID {cursor.last_uid} that was read before")
    return Plan(Kind.NOTHING if uidnext == next_unread else Kind.CONTINUE, next_unread)


def _renumbered(cursor: Cursor, uidvalidity: int) -> Plan:
    if cursor.changes >= UNSTEADY:
        return Plan(Kind.REFUSE, why="the server renumbers the folder at every visit (UIDVALIDITY changes)")
    return Plan(Kind.RESCAN, why=f"UIDVALIDITY changed from {cursor.uidvalidity} to {uidvalidity}")
