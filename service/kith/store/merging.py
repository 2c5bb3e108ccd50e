"""Two people into one, a person out of everything: what reaches across all tables."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, SQLModel, col, select

from kith.store.rows import insert_new
from kith.store.tables import (
    METADATA,
    AddressRow,
    ChangeRow,
    DraftRow,
    FollowUpRow,
    ForgottenRow,
    InstructionRow,
    NoteRow,
    NumberRow,
    PartRow,
    PersonRow,
    SnippetRow,
    StrangerRow,
    TagRow,
    TouchRow,
)

Step = dict[str, Any]

MOVED: tuple[tuple[type[SQLModel], str | None], ...] = (
    (AddressRow, None),
    (TagRow, "name"),
    (PartRow, "identity"),
    (TouchRow, "identity"),
    (NoteRow, None),
    (FollowUpRow, None),
    (DraftRow, None),
    (NumberRow, None),
    (SnippetRow, "owner_id"),
)
"""What belongs to a person, and the column in which two rows of one person must differ."""


def merge(session: Session, owner_id: int, kept: int, gone: int) -> list[Step]:
    """Gives all that is gone's to kept and removes gone; the steps that undo it, in order."""
    steps: list[Step] = []
    for table, distinct in MOVED:
        steps += _move(session, table, distinct, kept, gone)
    person = session.get_one(PersonRow, gone)
    steps.append(_insertion("person", person))
    session.execute(delete(PersonRow).where(col(PersonRow.owner_id) == owner_id, col(PersonRow.id) == gone))
    return steps


def _move(session: Session, table: Any, distinct: str | None, kept: int, gone: int) -> list[Step]:
    steps: list[Step] = []
    have = set(session.exec(select(getattr(table, distinct)).where(table.person_id == kept))) if distinct else set()
    for row in session.exec(select(table).where(table.person_id == gone)).all():
        if distinct and getattr(row, distinct) in have:
            steps.append(_insertion(table.__tablename__, row))
            session.delete(row)
        else:
            steps.append({"do": "set", "table": table.__tablename__, "id": row.id, "values": {"person_id": gone}})
            session.execute(update(table).where(table.id == row.id).values(person_id=kept))
    session.flush()
    return steps


def _insertion(table: str, row: SQLModel) -> Step:
    values = row.model_dump(mode="json", exclude={"owner_id"})
    return {"do": "insert", "table": table, "values": values}


def forgotten_hash(key: str) -> str:
    """What is kept of a forgotten address: enough to know it again, not to read it."""
    return hashlib.sha256(b"kith forgot " + key.encode("utf-8", "surrogatepass")).hexdigest()


def forget(session: Session, owner_id: int, person_id: int, name: str, key: Callable[[str], str]) -> None:
    """Removes every trace of a person, and keeps the hashes of their addresses."""
    keys = [key(w) for w in session.exec(select(AddressRow.written).where(AddressRow.person_id == person_id))]
    identities = list(session.exec(select(PartRow.identity).where(PartRow.person_id == person_id)))
    mine = {"owner_id": owner_id}
    insert_new(session, ForgottenRow, [{**mine, "digest": forgotten_hash(k)} for k in keys])
    session.execute(delete(StrangerRow).where(col(StrangerRow.owner_id) == owner_id, col(StrangerRow.key).in_(keys)))
    said = (col(InstructionRow.owner_id) == owner_id, col(InstructionRow.person_id) == person_id)
    session.execute(delete(InstructionRow).where(*said))
    done = (col(ChangeRow.owner_id) == owner_id, col(ChangeRow.what).contains(name, autoescape=True))
    session.execute(delete(ChangeRow).where(*done))
    session.execute(delete(PersonRow).where(col(PersonRow.owner_id) == owner_id, col(PersonRow.id) == person_id))
    _remove_orphans(session, owner_id, identities)


def _remove_orphans(session: Session, owner_id: int, identities: Iterable[str]) -> None:
    """Messages and invitations in which nobody takes part any more."""
    for identity in identities:
        still = select(PartRow.id).where(PartRow.owner_id == owner_id, PartRow.identity == identity).limit(1)
        if session.exec(still).first() is None:
            for columns in (METADATA.tables["message"], METADATA.tables["invite"]):
                mine = (columns.c.owner_id == owner_id, columns.c.identity == identity)
                session.execute(delete(columns).where(*mine))
