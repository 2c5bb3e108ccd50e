"""Two people into one: what belongs to a person, across all tables."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, delete, func, update
from sqlmodel import Session, SQLModel, col, select

from kith.domain.address import looks_like
from kith.store import messages, people
from kith.store.tables import (
    AddressRow,
    AliasRow,
    DraftRow,
    FollowUpRow,
    InstructionRow,
    MessageRow,
    NoteRow,
    NumberRow,
    PartRow,
    PersonRow,
    PhoneRow,
    SnippetRow,
    TagRow,
    TouchRow,
)
from kith.store.undoing import Step, setting

MOVED: tuple[tuple[type[SQLModel], str | None], ...] = (
    (AddressRow, None),
    (TagRow, "name"),
    (PhoneRow, "number"),
    (AliasRow, "name"),
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
    """Gives all that is gone's to kept, their name included, and removes gone; the steps that undo it, in order."""
    people.hold(session, owner_id, [kept, gone])
    steps: list[Step] = [{"do": "nothing", "table": "part", "kept": kept, "after": _newest_part(session)}]
    for table, distinct in MOVED:
        steps += _move(session, table, distinct, kept, gone)
    person = session.get_one(PersonRow, gone)
    steps += _keep_name(session, owner_id, kept, person.name)
    steps.append(_insertion("person", person))
    people.remove(session, owner_id, gone)
    return steps


def _keep_name(session: Session, owner_id: int, kept: int, name: str) -> list[Step]:
    """Lets a person be found by the name of another, too, where it is one and says something new."""
    own = session.get_one(PersonRow, kept).name
    others = session.exec(select(AliasRow.name).where(AliasRow.person_id == kept))
    if looks_like(name) or _folded(name) in map(_folded, (own, *others)):
        return []
    row = AliasRow(owner_id=owner_id, person_id=kept, name=name)
    session.add(row)
    session.flush()
    return [{"do": "delete", "table": "alias", "id": row.id, "person": None}]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _newest_part(session: Session) -> int:
    return session.exec(select(func.max(PartRow.id))).one() or 0


def part_again(session: Session, owner_id: int, steps: Iterable[Step]) -> set[int]:
    """After a merge was undone: mail that came since is let go, and their addresses are to be read once more.

    Nothing that is kept of a message tells whose address was in it; the next scan does. What the owner ruled on
    stays. Gives the people concerned.
    """
    for step in steps:
        if "after" in step and (came := _came_since(session, owner_id, step["kept"], step["after"])):
            both = {step["kept"], *(s["values"]["id"] for s in steps if s["do"] == "insert" and s["table"] == "person")}
            _let_go(session, owner_id, step["kept"], came)
            held = select(AddressRow.id).where(AddressRow.owner_id == owner_id, col(AddressRow.person_id).in_(both))
            for address_id in session.exec(held).all():
                people.count_again(session, owner_id, address_id)
            return both
    return set()


def _let_go(session: Session, owner_id: int, person_id: int, identities: list[str]) -> None:
    for start in range(0, len(identities), messages.ASKED_AT_ONCE):
        some = identities[start : start + messages.ASKED_AT_ONCE]
        for table in (PartRow, TouchRow):
            mine = (col(table.owner_id) == owner_id, col(table.person_id) == person_id)
            session.execute(delete(table).where(*mine, col(table.identity).in_(some)))


def _came_since(session: Session, owner_id: int, person_id: int, part_id: int) -> list[str]:
    """The messages of mailboxes that a person got a part in since, and on which the owner did not rule."""
    same = and_(col(MessageRow.owner_id) == col(PartRow.owner_id), col(MessageRow.identity) == col(PartRow.identity))
    query = select(PartRow.identity).join(MessageRow, same).where(PartRow.owner_id == owner_id)
    query = query.where(PartRow.person_id == person_id, col(PartRow.id) > part_id, col(PartRow.ruling).is_(None))
    return list(session.exec(query.where(~col(MessageRow.mailbox).startswith("mbox:"))))


def _move(session: Session, table: Any, distinct: str | None, kept: int, gone: int) -> list[Step]:
    steps: list[Step] = []
    have = set(session.exec(select(getattr(table, distinct)).where(table.person_id == kept))) if distinct else set()
    for row in session.exec(select(table).where(table.person_id == gone)).all():
        if distinct and getattr(row, distinct) in have:
            if table is PartRow:
                steps += _word_on_both(session, row, kept)
            steps.append(_insertion(table.__tablename__, row))
            session.delete(row)
        else:
            steps.append(setting(str(table.__tablename__), row.id, {"person_id": gone}, {"person_id": kept}))
            session.execute(update(table).where(table.id == row.id).values(person_id=kept))
    session.flush()
    return steps


def _word_on_both(session: Session, gone: PartRow, kept: int) -> list[Step]:
    """Where both took part in a message, what the owner said of either stays; that it counts comes first."""
    if gone.ruling is None:
        return []
    part = session.exec(select(PartRow).where(PartRow.person_id == kept, PartRow.identity == gone.identity)).one()
    if part.ruling or part.ruling == gone.ruling:
        return []
    step = setting("part", part.id, {"ruling": part.ruling}, {"ruling": gone.ruling})
    part.ruling = gone.ruling
    return [step]


def _insertion(table: str, row: SQLModel) -> Step:
    values = row.model_dump(mode="json", exclude={"owner_id"})
    return {"do": "insert", "table": table, "values": values}
