"""Takes a change of the owner's back, and leaves alone what was changed again since."""

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, delete, update
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel, col, select

from kith.store.rows import insert_new
from kith.store.tables import (
    METADATA,
    AddressRow,
    AliasRow,
    ChangeRow,
    DraftRow,
    FollowUpRow,
    Instant,
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

UNDOABLE: dict[str, type[SQLModel]] = {
    "note": NoteRow,
    "touch": TouchRow,
    "follow_up": FollowUpRow,
    "instruction": InstructionRow,
    "person": PersonRow,
    "address": AddressRow,
    "tag": TagRow,
    "phone": PhoneRow,
    "alias": AliasRow,
    "draft": DraftRow,
    "part": PartRow,
    "number": NumberRow,
    "snippet": SnippetRow,
}
"""What a change may have touched, and so an undo may."""

PARTED = "person_id"
"""Whose a row is. Who was merged gets their rows back, wherever a later merge took them."""


def setting(table: str, row_id: int, before: Step, wrote: Step) -> Step:
    """The step that gives columns of a row back what they held before; wrote is what the change put there."""
    return {"do": "set", "table": table, "id": row_id, "values": before, "wrote": wrote}


def take_back(session: Session, row: ChangeRow, now: datetime) -> bool:
    """Undoes a change, its last step first; False where something of it stays because the owner set it again since.

    A value comes back only where the one that the change wrote still stands. Where a later change wrote the same
    column, it is that one which is told the older value, for the day when it is taken back itself.
    """
    since = _Since(session, row)
    is_whole = True
    for step in reversed(row.undo):
        is_whole = _undo_step(session, row.owner_id, step, since) and is_whole
    since.keep()
    row.undone_at = now
    session.add(row)
    return is_whole


class _Since:
    """The changes after one that still stand, and what their steps remember of a column."""

    def __init__(self, session: Session, row: ChangeRow) -> None:
        query = select(ChangeRow).where(ChangeRow.owner_id == row.owner_id, col(ChangeRow.undone_at).is_(None))
        later = session.exec(query.where(col(ChangeRow.id) > row.id).order_by(col(ChangeRow.id)))
        self._changes = [(change, deepcopy(change.undo)) for change in later]
        self._next: dict[tuple[str, int, str], Step] = {}
        for _, undo in self._changes:
            for step in undo:
                for name in step.get("values", {}):
                    self._next.setdefault((step["table"], _row_of(step), name), step)

    def next(self, step: Step, name: str) -> Step | None:
        """The step of the next change that wrote the same column of the same row, or removed the row."""
        return self._next.get((step["table"], _row_of(step), name))

    def never_back(self, step: Step) -> None:
        """A row that a later change removed does not come back with it. People do: others' rows may become theirs."""
        for _, undo in self._changes if step["table"] != "person" else ():
            for later in undo:
                if later["do"] == "insert" and (later["table"], _row_of(later)) == (step["table"], step["id"]):
                    later["do"] = "nothing"

    def keep(self) -> None:
        """Writes down what they remember now."""
        for change, undo in self._changes:
            change.undo = undo


def _row_of(step: Step) -> int:
    """The row that a step is about; 0 where it comes back under a new number."""
    number: int = step.get("id") or step.get("values", {}).get("id") or 0
    return number


def _undo_step(session: Session, owner_id: int, step: Step, since: _Since) -> bool:
    """False where something newer stays."""
    table, columns = UNDOABLE[step["table"]], METADATA.tables[step["table"]].c
    match step["do"]:
        case "delete":
            since.never_back(step)
            session.execute(delete(table).where(columns.owner_id == owner_id, columns.id == step["id"]))
        case "set":
            stays = [name for name in step["values"] if not _restore(session, owner_id, step, name, since)]
            return not stays
        case "insert":  # what was removed comes back with its number
            values = {name: _typed(columns[name].type, value) for name, value in step["values"].items()}
            if _may_come_back(session, values):
                insert_new(session, table, [{"owner_id": owner_id, **values}])
    return True


def _restore(session: Session, owner_id: int, step: Step, name: str, since: _Since) -> bool:
    """Gives a column what it held before, where it holds what the change wrote; False where a later change set it.

    Steps of an older Kith do not say what the change wrote: there it is taken to stand.
    """
    column = METADATA.tables[step["table"]].c[name]
    wrote, later = step.get("wrote", {}), since.next(step, name)
    if later is not None:
        if name not in wrote or later["values"][name] == wrote[name]:
            later["values"][name] = step["values"][name]
        if name != PARTED:
            return bool(later["do"] != "set")
    columns = column.table.c
    where = [columns.owner_id == owner_id, columns.id == step["id"]]
    if name in wrote and later is None:
        where.append(column.is_not_distinct_from(_typed(column.type, wrote[name])))
    value = _typed(column.type, step["values"][name])
    session.execute(update(UNDOABLE[step["table"]]).where(*where).values({name: value}))
    return True


def _may_come_back(session: Session, values: Step) -> bool:
    """Whether the person that a row belongs to is still there."""
    person_id = values.get(PARTED)
    if person_id is None:
        return True
    return session.exec(select(PersonRow.id).where(PersonRow.id == person_id)).first() is not None


def _typed(kind: TypeEngine[Any], value: Any) -> Any:
    """JSON has no dates: they are kept as ISO text."""
    if not isinstance(value, str):
        return value
    if isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
