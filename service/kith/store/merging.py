"""Two people into one: what belongs to a person, across all tables."""

from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, SQLModel, col, select

from kith.store.tables import (
    AddressRow,
    DraftRow,
    FollowUpRow,
    InstructionRow,
    NoteRow,
    NumberRow,
    PartRow,
    PersonRow,
    PhoneRow,
    SnippetRow,
    TagRow,
    TouchRow,
)

Step = dict[str, Any]

MOVED: tuple[tuple[type[SQLModel], str | None], ...] = (
    (AddressRow, None),
    (TagRow, "name"),
    (PhoneRow, "number"),
    (PartRow, "identity"),
    (TouchRow, "identity"),
    (NoteRow, None),
    (FollowUpRow, None),
    (DraftRow, None),
    (NumberRow, None),
    (SnippetRow, "owner_id"),
    (InstructionRow, None),
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
