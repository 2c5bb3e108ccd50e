"""What the owner said of messages: for whom they count, whatever the rules say, and for whom not.

A word is about one person in one message. One about a whole message is one about everybody who takes part by then;
whoever is added later is judged by the rules alone.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlmodel import Session, col, select

from kith.store.messages import ASKED_AT_ONCE
from kith.store.tables import PartRow
from kith.store.undoing import setting


def parts(session: Session, owner_id: int, identity: str) -> list[PartRow]:
    """Who takes part in a message, each with what the owner said."""
    query = select(PartRow).where(PartRow.owner_id == owner_id, PartRow.identity == identity)
    return list(session.exec(query.order_by(col(PartRow.person_id))))


def said(session: Session, owner_id: int, identities: Collection[str]) -> dict[tuple[int, str], bool]:
    """What the owner said of some messages: whether they count, by person and identity."""
    found: dict[tuple[int, str], bool] = {}
    asked = list(identities)
    query = select(PartRow.person_id, PartRow.identity, PartRow.ruling).where(PartRow.owner_id == owner_id)
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = query.where(col(PartRow.identity).in_(asked[start : start + ASKED_AT_ONCE]))
        rows = session.exec(some.where(col(PartRow.ruling).is_not(None)))
        found |= {(person_id, identity): bool(ruling) for person_id, identity, ruling in rows}
    return found


def rule(session: Session, concerned: Iterable[PartRow], *, counts: bool) -> list[dict[str, Any]]:
    """Keeps the owner's word about some people in a message; gives the steps that take it back."""
    steps = []
    for part in concerned:
        steps.append(setting("part", part.id, {"ruling": part.ruling}, {"ruling": counts}))
        part.ruling = counts
        session.add(part)
    session.flush()
    return steps
