"""Named queries about those the owner did not choose: one counter line an address, for suggestions."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case, delete, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from kith.domain.acquaintance import closeness, is_person
from kith.store.rows import insertion
from kith.store.tables import AddressRow, OwnerRow, StrangerRow


def count(session: Session, owner_id: int, seen: Mapping[str, tuple[str, int, int, datetime]]) -> None:
    """Adds to counters: by address key a name, messages out and in, and when last. Nothing where it is not wanted."""
    if not seen or not are_counted(session, owner_id, locked=True):
        return
    statement = insertion(session, StrangerRow)
    greatest = func.max if session.connection().dialect.name == "sqlite" else func.greatest
    statement = statement.on_conflict_do_update(
        index_elements=["owner_id", "key"],
        set_={
            "name": case((col(StrangerRow.name) == "", statement.excluded.name), else_=col(StrangerRow.name)),
            "outbound": col(StrangerRow.outbound) + statement.excluded.outbound,
            "inbound": col(StrangerRow.inbound) + statement.excluded.inbound,
            "last_at": greatest(col(StrangerRow.last_at), statement.excluded.last_at),
        },
    )
    rows = [
        {"owner_id": owner_id, "key": key, "name": name, "outbound": out, "inbound": came, "last_at": at}
        for key, (name, out, came, at) in sorted(seen.items())
    ]
    session.connection().execute(statement, rows)


def promising(session: Session, owner_id: int, since: datetime | None, limit: int) -> list[StrangerRow]:
    """Strangers the owner has really written with: people, both directions, the closest first."""
    query = _not_chosen(owner_id).where(StrangerRow.outbound > 0, StrangerRow.inbound > 0)
    if since is not None:
        query = query.where(StrangerRow.last_at > since)
    found = [row for row in session.exec(query) if is_person(row.key)]
    return sorted(found, key=_closest_first)[:limit]


def everybody(session: Session, owner_id: int) -> list[StrangerRow]:
    """Every stranger whose address looks like a person's, the closest first: among them a name may be looked for."""
    return sorted((row for row in session.exec(_not_chosen(owner_id)) if is_person(row.key)), key=_closest_first)


def _not_chosen(owner_id: int) -> SelectOfScalar[StrangerRow]:
    chosen = select(AddressRow.key).where(AddressRow.owner_id == owner_id)
    return select(StrangerRow).where(StrangerRow.owner_id == owner_id, col(StrangerRow.key).not_in(chosen))


def _closest_first(row: StrangerRow) -> tuple[float, int, str]:
    return (-closeness(row.outbound, row.inbound, row.last_at), -(row.outbound + row.inbound), row.key)


def are_counted(session: Session, owner_id: int, *, locked: bool = False) -> bool:
    """Whether the owner lets strangers be counted. locked: and whoever changes that waits for this transaction."""
    query = select(OwnerRow.strangers).where(OwnerRow.id == owner_id)
    return session.exec(query.with_for_update(read=True) if locked else query).one()


def let_count(session: Session, owner_id: int, *, counted: bool) -> int:
    """Keeps the owner's wish. Where strangers are not to be counted any more, removes their lines; gives how many."""
    session.execute(update(OwnerRow).where(col(OwnerRow.id) == owner_id).values(strangers=counted))
    if counted:
        return 0
    gone = session.execute(delete(StrangerRow).where(col(StrangerRow.owner_id) == owner_id))
    return int(getattr(gone, "rowcount", 0))
