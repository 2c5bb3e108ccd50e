"""Named queries about the phone numbers of people."""

from collections.abc import Iterable

from sqlmodel import Session

from kith.store.tables import PhoneRow


def add(session: Session, owner_id: int, person_id: int, numbers: Iterable[str]) -> list[int]:
    """Keeps phone numbers that the person does not have yet, and gives the ids of their rows."""
    rows = [PhoneRow(owner_id=owner_id, person_id=person_id, number=number) for number in numbers]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]
