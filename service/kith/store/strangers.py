"""Named queries about those the owner did not choose: one counter line an address, for suggestions."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from kith.store.tables import AddressRow, StrangerRow


def count(session: Session, owner_id: int, seen: Mapping[str, tuple[str, int, int, datetime]]) -> None:
    """Adds to counters: by address key a name, messages out and in, and when last."""
    if not seen:
        return
    connection = session.connection()
    on_sqlite = connection.dialect.name == "sqlite"
    statement = (sqlite if on_sqlite else postgresql).insert(StrangerRow)
    greatest = func.max if on_sqlite else func.greatest
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
    connection.execute(statement, rows)


def promising(session: Session, owner_id: int, since: datetime | None, limit: int) -> list[StrangerRow]:
    """Strangers the owner has really written with: both directions, most exchange first."""
    chosen = select(AddressRow.key).where(AddressRow.owner_id == owner_id)
    query = (
        select(StrangerRow)
        .where(StrangerRow.owner_id == owner_id, StrangerRow.outbound > 0, StrangerRow.inbound > 0)
        .where(col(StrangerRow.key).not_in(chosen))
        .order_by((col(StrangerRow.outbound) + col(StrangerRow.inbound)).desc(), col(StrangerRow.last_at).desc())
    )
    if since is not None:
        query = query.where(StrangerRow.last_at > since)
    return list(session.exec(query.limit(limit)))
