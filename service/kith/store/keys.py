"""The keys under which people's addresses are kept, brought to what the settings say."""

from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import Session, col, select

from kith.store import people
from kith.store.tables import AddressRow


def outdated(session: Session, owner_id: int, key: Callable[[str], str]) -> list[tuple[int, str]]:
    """Addresses, by number and as written, of which today's settings (dots_matter) make a key that nobody has yet."""
    query = select(AddressRow.id, AddressRow.written, AddressRow.key).where(AddressRow.owner_id == owner_id)
    rows = session.exec(query.order_by(col(AddressRow.id))).all()
    taken = {its for _, _, its in rows}
    return [(address_id, written) for address_id, written, _ in rows if key(written) not in taken]


def renew(session: Session, owner_id: int, key: Callable[[str], str]) -> None:
    """Makes the keys of these anew. They count as new addresses, so that mail under their other forms is looked for."""
    for address_id, written in outdated(session, owner_id, key):
        if people.holder(session, owner_id, key(written)) is None:  # two may have become one
            session.execute(update(AddressRow).where(col(AddressRow.id) == address_id).values(key=key(written)))
            people.count_again(session, owner_id, address_id)
