"""The keys under which people's addresses are kept, brought to what the settings say."""

from collections.abc import Callable

from sqlmodel import Session, col, select

from kith.store import people
from kith.store.tables import AddressRow


def outdated(session: Session, owner_id: int, key: Callable[[str], str]) -> list[AddressRow]:
    """Addresses of which the settings of today (dots_matter) make another key that nobody has yet."""
    rows = session.exec(select(AddressRow).where(AddressRow.owner_id == owner_id).order_by(col(AddressRow.id))).all()
    taken = {row.key for row in rows}
    return [row for row in rows if key(row.written) not in taken]


def renew(session: Session, owner_id: int, key: Callable[[str], str]) -> None:
    """Makes the keys of these anew. They count as new addresses, so that mail under their other forms is looked for."""
    for row in outdated(session, owner_id, key):
        if people.holder(session, owner_id, key(row.written)) is None:  # two may have become one
            row.key = key(row.written)
            session.add(row)
            session.flush()
            people.count_again(session, owner_id, row.id)
