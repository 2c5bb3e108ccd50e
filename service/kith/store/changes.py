"""What is kept of the owner's acts, when somebody is to be forgotten."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from kith.store.tables import ChangeRow

Step = dict[str, Any]


def about(*person_ids: int) -> Step:
    """The step that only says whom a change is about."""
    return {"do": "nothing", "table": "person", "about": list(person_ids)}


def forget(session: Session, owner_id: int, person_id: int) -> None:
    """Removes the changes about a person and about whoever was merged into them.

    A change about many people, an import, stays: it names nobody.
    """
    query = select(ChangeRow).where(ChangeRow.owner_id == owner_id).order_by(col(ChangeRow.id).desc())
    rows = list(session.exec(query))
    gone = {person_id}
    for row in rows:  # newest first, so that a merge into one who was merged later is met after it
        if row.undone_at is None and gone & _about(row):
            gone |= _merged(row)
    for row in rows:
        if gone & _about(row):
            session.delete(row)
    session.flush()


def taken_away(session: Session, owner_id: int) -> set[tuple[int, str]]:
    """The touches that the owner said were none, by person and identity, so that nothing brings them back.

    Who was merged into somebody since then is that one.
    """
    query = select(ChangeRow).where(ChangeRow.owner_id == owner_id, col(ChangeRow.undone_at).is_(None))
    rows = list(session.exec(query))
    into = {gone: kept for row in rows for gone in _merged(row) for kept in _about(row) - {gone}}
    steps = (step for row in rows if not _merged(row) for step in row.undo)
    values = (step["values"] for step in steps if step["do"] == "insert" and step["table"] == "touch")
    return {(_in_the_end(row["person_id"], into), row["identity"]) for row in values}


def _in_the_end(person_id: int, into: Mapping[int, int]) -> int:
    for _ in into:  # as many steps as there were merges, whatever the rows say
        person_id = into.get(person_id, person_id)
    return person_id


def had_addresses(session: Session, owner_id: int) -> set[int]:
    """People from whom the owner took an address: what they wrote from it stays theirs."""
    query = select(ChangeRow.undo).where(ChangeRow.owner_id == owner_id, col(ChangeRow.undone_at).is_(None))
    steps = (step for undo in session.exec(query) for step in undo)
    return {s["values"]["person_id"] for s in steps if s["do"] == "insert" and s["table"] == "address"}


def hidings_since(session: Session, owner_id: int, since: datetime) -> list[tuple[datetime, int, Step]]:
    """When people were snoozed, paused or resumed since an instant, newest first, with what held before."""
    query = select(ChangeRow).where(
        ChangeRow.owner_id == owner_id, ChangeRow.at > since, col(ChangeRow.undone_at).is_(None)
    )
    found = []
    for row in session.exec(query.order_by(col(ChangeRow.at).desc(), col(ChangeRow.id).desc())):
        for step in row.undo:
            before = {name: value for name, value in step.get("values", {}).items() if name in HIDING}
            if step["do"] == "set" and step["table"] == "person" and before:
                found.append((row.at, int(step["id"]), before))
    return found


HIDING = ("snoozed_until", "paused")
"""The columns of a person that keep them out of digests for a while."""


def _about(row: ChangeRow) -> set[int]:
    return {person_id for step in row.undo for person_id in step.get("about", ())}


def _merged(row: ChangeRow) -> set[int]:
    """Whom the change merged into somebody else."""
    return {step["values"]["id"] for step in row.undo if step["do"] == "insert" and step["table"] == "person"}
