"""Named queries about the owner."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from kith.store.engine import reading, writing
from kith.store.rows import insert_new
from kith.store.tables import BeatRow, OwnerRow

DEFAULT = "default"


def ensure(engine: Engine, now: datetime, name: str = DEFAULT) -> OwnerRow:
    """The owner of this name; made at the first call, which is when Kith was set up."""
    query = select(OwnerRow).where(OwnerRow.name == name)
    with reading(engine) as session:
        owner = session.exec(query).first()
    if owner is not None:
        return owner
    with writing(engine) as session:
        insert_new(session, OwnerRow, [{"name": name, "set_up_at": now, "address_seq": 0, "addresses": []}])
        return session.exec(query).one()


def claim(engine: Engine, owner: OwnerRow, addresses: Collection[str]) -> bool:
    """Keeps whose the database is; False where it is of somebody who has none of these addresses."""
    if set(owner.addresses) == set(addresses):
        return True
    if owner.addresses and set(owner.addresses).isdisjoint(addresses):
        return False
    with writing(engine) as session:
        get(session, owner.id).addresses = sorted(addresses)
    return True


def get(session: Session, owner_id: int) -> OwnerRow:
    """The owner."""
    return session.exec(select(OwnerRow).where(OwnerRow.id == owner_id)).one()


def next_address_seq(session: Session, owner_id: int) -> int:
    """A number for a new address. The owner's row is locked, so numbers become visible in order."""
    session.execute(
        update(OwnerRow).where(col(OwnerRow.id) == owner_id).values(address_seq=col(OwnerRow.address_seq) + 1)
    )
    return session.exec(select(OwnerRow.address_seq).where(OwnerRow.id == owner_id)).one()


def set_away(session: Session, owner_id: int, until: date | None) -> None:
    """No digest until then; None: back again."""
    session.execute(update(OwnerRow).where(col(OwnerRow.id) == owner_id).values(away_until=until))


def beat(session: Session, owner_id: int, now: datetime, started_at: datetime) -> None:
    """Notes that the service is alive."""
    row = session.exec(select(BeatRow).where(BeatRow.owner_id == owner_id)).first()
    if row is None:
        session.add(BeatRow(owner_id=owner_id, started_at=started_at, beat_at=now))
    else:
        row.started_at, row.beat_at = started_at, now
        session.add(row)


def last_beat(session: Session, owner_id: int) -> datetime | None:
    """When the service last showed that it is alive."""
    return session.exec(select(BeatRow.beat_at).where(BeatRow.owner_id == owner_id)).first()


def end_beat(session: Session, owner_id: int, started_at: datetime) -> None:
    """The service that started then has ended in good order: there is no sign of its life to look for."""
    session.execute(delete(BeatRow).where(col(BeatRow.owner_id) == owner_id, col(BeatRow.started_at) == started_at))
