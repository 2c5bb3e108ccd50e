"""Removes what an owner let Kith keep once, and does not want kept any more."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from kith.store.tables import ChangeRow, SnippetRow, StrangerRow


def has_snippets(session: Session, owner_id: int) -> bool:
    """Whether words of anybody's mail are kept."""
    return session.exec(select(SnippetRow.id).where(SnippetRow.owner_id == owner_id).limit(1)).first() is not None


def has_strangers(session: Session, owner_id: int) -> bool:
    """Whether a line about a stranger is kept."""
    return session.exec(select(StrangerRow.id).where(StrangerRow.owner_id == owner_id).limit(1)).first() is not None


def remove_snippets(session: Session, owner_id: int) -> None:
    """Removes the words of everybody's mail, also from what undoes a merge."""
    session.execute(delete(SnippetRow).where(col(SnippetRow.owner_id) == owner_id))
    for row in session.exec(select(ChangeRow).where(ChangeRow.owner_id == owner_id)).all():
        undo = [step for step in row.undo if (step["do"], step["table"]) != ("insert", "snippet")]
        if len(undo) < len(row.undo):
            row.undo = undo
            session.add(row)


def remove_strangers(session: Session, owner_id: int) -> None:
    """Removes the line about each stranger."""
    session.execute(delete(StrangerRow).where(col(StrangerRow.owner_id) == owner_id))
