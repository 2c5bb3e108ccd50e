"""Named queries about people: who they are, and what touches have been kept of each."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, delete, func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from kith.domain.address import looks_like
from kith.domain.dates import parse_birthday, parse_duration
from kith.domain.names import fitting
from kith.domain.person import History, Person
from kith.store import owners
from kith.store.rows import insert_new
from kith.store.tables import METADATA, AddressRow, AliasRow, ForgottenRow, PersonRow, TagRow, TouchRow

Known = tuple[Person, History]

LONGEST_ID = 10
"""Digits of a number that can be an id: PostgreSQL's are below 2,147,483,648."""


def everyone(session: Session, owner_id: int, ids: Collection[int] | None = None) -> list[Known]:
    """People with their histories, by name. Costs a row a person, whatever the number of touches."""
    # Plain rows: objects of the tables would cost as much again.
    columns = METADATA.tables["person"].c
    query = select_columns(*columns).where(columns.owner_id == owner_id).order_by(func.lower(columns.name), columns.id)
    if ids is not None:
        query = query.where(columns.id.in_(ids))
    several = _Several(
        addresses=_by_person(session, owner_id, "address", "written", ids),
        tags=_by_person(session, owner_id, "tag", "name", ids, order="name"),
        phones=_by_person(session, owner_id, "phone", "number", ids),
        aliases=_by_person(session, owner_id, "alias", "name", ids),
    )
    return [(_person(row, several), _history(row)) for row in session.execute(query)]


def one(session: Session, owner_id: int, person_id: int) -> Known | None:
    """One person by id."""
    found = everyone(session, owner_id, [person_id])
    return found[0] if found else None


def _by_person(
    session: Session, owner_id: int, table: str, value: str, ids: Collection[int] | None, order: str = "id"
) -> dict[int, list[str]]:
    columns = METADATA.tables[table].c
    query = select_columns(columns.person_id, columns[value]).where(columns.owner_id == owner_id)
    if ids is not None:
        query = query.where(columns.person_id.in_(ids))
    groups: dict[int, list[str]] = {}
    for person_id, said in session.execute(query.order_by(columns[order])):
        groups.setdefault(person_id, []).append(said)
    return groups


class _Several(NamedTuple):
    """What one person may have several of, by person."""

    addresses: Mapping[int, list[str]]
    tags: Mapping[int, list[str]]
    phones: Mapping[int, list[str]]
    aliases: Mapping[int, list[str]]


def _person(row: Any, several: _Several) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        added_at=row.added_at,
        addresses=tuple(several.addresses.get(row.id, ())),
        circle=row.circle,
        tags=tuple(several.tags.get(row.id, ())),
        every=parse_duration(row.every) if row.every else None,
        about=row.about,
        birthday=parse_birthday(row.birthday) if row.birthday else None,
        phones=tuple(several.phones.get(row.id, ())),
        aliases=tuple(several.aliases.get(row.id, ())),
        paused=row.paused,
        snoozed_until=row.snoozed_until,
        passed_over=row.passed_over,
    )


def _history(row: Any) -> History:
    return History(row.touches, row.last_touched, row.last_outbound, row.last_inbound)


def by_key(session: Session, owner_id: int, upto_seq: int | None = None, after_seq: int = 0) -> dict[str, int]:
    """Person ids by address key; only addresses numbered after_seq < seq <= upto_seq where that is given."""
    query = select(AddressRow.key, AddressRow.person_id).where(
        AddressRow.owner_id == owner_id, col(AddressRow.seq) > after_seq
    )
    if upto_seq is not None:
        query = query.where(col(AddressRow.seq) <= upto_seq)
    return dict(session.exec(query).all())


def latest_seq(session: Session, owner_id: int) -> int:
    """The number of the newest address there is, 0 for none."""
    return session.exec(select(func.max(AddressRow.seq)).where(AddressRow.owner_id == owner_id)).one() or 0


def find(session: Session, owner_id: int, who: str, key: str) -> list[Known]:
    """Whom a name, a part of one, an address or an id may mean; key is who as an address key.

    The first of these that fits anybody decides: an id, an address, a whole name, a word of a name,
    any part of a name. Accents may be left out; where they are written, names that have them come first. The
    names of those who became part of somebody are theirs.
    """
    wanted = " ".join(who.split()).lstrip("@").casefold()
    if not wanted:
        return []
    known = one(session, owner_id, int(wanted)) if wanted.isdecimal() and len(wanted) < LONGEST_ID else None
    if known is None and looks_like(who):
        held_by = holder(session, owner_id, key)
        known = one(session, owner_id, held_by) if held_by else None
    if known is not None:
        return [known]
    names = select(PersonRow.id, PersonRow.name).where(PersonRow.owner_id == owner_id)
    aliases = select(AliasRow.person_id, AliasRow.name).where(AliasRow.owner_id == owner_id)
    ids = fitting([*session.exec(names), *session.exec(aliases)], wanted)
    return everyone(session, owner_id, ids) if ids else []


def add(session: Session, owner_id: int, name: str, now: datetime, **values: Any) -> int:
    """A new person; values are further columns. Gives the id."""
    row = PersonRow(owner_id=owner_id, name=name, added_at=now, **values)
    session.add(row)
    session.flush()
    return row.id


def add_address(session: Session, owner_id: int, person_id: int, written: str, key: str) -> bool:
    """Gives a person an address; False where somebody has it already, or gets it at this very moment."""
    if holder(session, owner_id, key) is not None:
        return False
    seq = owners.next_address_seq(session, owner_id)
    row = {"owner_id": owner_id, "person_id": person_id, "written": written, "key": key, "seq": seq}
    return insert_new(session, AddressRow, [row]) == 1


def count_again(session: Session, owner_id: int, address_id: int) -> None:
    """Makes an address one of the newest, so that scans fetch what came while nobody had it."""
    seq = owners.next_address_seq(session, owner_id)
    mine = (col(AddressRow.owner_id) == owner_id, col(AddressRow.id) == address_id)
    session.execute(update(AddressRow).where(*mine).values(seq=seq))


def remove_address(session: Session, owner_id: int, person_id: int, key: str) -> bool:
    """Takes an address from a person; False where it is not theirs."""
    gone = session.execute(
        delete(AddressRow).where(
            col(AddressRow.owner_id) == owner_id, col(AddressRow.person_id) == person_id, col(AddressRow.key) == key
        )
    )
    return bool(getattr(gone, "rowcount", 0))


def holder(session: Session, owner_id: int, key: str) -> int | None:
    """Whose address this is."""
    query = select(AddressRow.person_id).where(AddressRow.owner_id == owner_id, AddressRow.key == key)
    return session.exec(query).first()


def addresses(session: Session, owner_id: int, keys: Collection[str]) -> list[AddressRow]:
    """Some addresses, by their keys, in the order in which they were added."""
    query = select(AddressRow).where(AddressRow.owner_id == owner_id, col(AddressRow.key).in_(list(keys)))
    return list(session.exec(query.order_by(col(AddressRow.id))))


def set_values(session: Session, owner_id: int, person_id: int, values: Mapping[str, Any]) -> None:
    """Changes columns of a person."""
    mine = (col(PersonRow.owner_id) == owner_id, col(PersonRow.id) == person_id)
    session.execute(update(PersonRow).where(*mine).values(**values))


def add_tags(session: Session, owner_id: int, person_id: int, names: Iterable[str]) -> list[str]:
    """Adds tags that the person does not have yet, and gives them."""
    query = select(TagRow.name).where(TagRow.owner_id == owner_id, TagRow.person_id == person_id)
    have = {name.casefold() for name in session.exec(query)}
    new: dict[str, str] = {}
    for name in names:
        if name.casefold() not in have:
            new.setdefault(name.casefold(), name)
    session.add_all([TagRow(owner_id=owner_id, person_id=person_id, name=name) for name in new.values()])
    session.flush()
    return list(new.values())


def tag_ids(session: Session, person_id: int, names: Iterable[str]) -> list[int]:
    """The numbers of some tags of a person."""
    query = select(TagRow.id).where(TagRow.person_id == person_id, col(TagRow.name).in_(list(names)))
    return list(session.exec(query))


def still_there(session: Session, owner_id: int, ids: Collection[int]) -> set[int]:
    """Those of some people who are kept."""
    if not ids:
        return set()
    query = select(PersonRow.id).where(PersonRow.owner_id == owner_id, col(PersonRow.id).in_(list(ids)))
    return set(session.exec(query))


def remove_tags(session: Session, owner_id: int, person_id: int, names: Iterable[str]) -> None:
    """Takes tags away."""
    mine = (col(TagRow.owner_id) == owner_id, col(TagRow.person_id) == person_id)
    session.execute(delete(TagRow).where(*mine, col(TagRow.name).in_(list(names))))


def hold(session: Session, owner_id: int, ids: Collection[int]) -> None:
    """Waits for others who are adding to people, and lets nobody add more before the transaction ends.

    Of SQLite only one transaction writes at a time anyway.
    """
    query = select(PersonRow.id).where(PersonRow.owner_id == owner_id, col(PersonRow.id).in_(list(ids)))
    session.exec(query.order_by(col(PersonRow.id)).with_for_update()).all()


def remove(session: Session, owner_id: int, person_id: int) -> None:
    """Removes a person and all that hangs on them."""
    session.execute(delete(PersonRow).where(col(PersonRow.owner_id) == owner_id, col(PersonRow.id) == person_id))


def forgotten(session: Session, owner_id: int) -> frozenset[str]:
    """The hashes of addresses that were forgotten."""
    return frozenset(session.exec(select(ForgottenRow.digest).where(ForgottenRow.owner_id == owner_id)))


def refresh(session: Session, owner_id: int, ids: Collection[int]) -> None:
    """Makes the derived columns of some people what their touches say."""
    theirs = col(TouchRow.person_id) == col(PersonRow.id)
    latest = select(TouchRow.at).where(theirs).order_by(col(TouchRow.at).desc()).limit(1)  # one look into the index
    table = METADATA.tables["person"]
    statement = table.update().where(table.c.owner_id == owner_id, table.c.id == bindparam("person"))
    statement = statement.values(
        touches=select(func.count()).select_from(TouchRow).where(theirs).scalar_subquery(),
        last_touched=latest.scalar_subquery(),
        last_outbound=latest.where(TouchRow.direction != "inbound").scalar_subquery(),
        last_inbound=latest.where(TouchRow.direction != "outbound").scalar_subquery(),
    )
    if ids:
        session.connection().execute(statement, [{"person": person_id} for person_id in ids])


def as_of(
    session: Session, owner_id: int, known: Iterable[Known], instant: datetime, since: datetime | None = None
) -> list[Known]:
    """The same people with the histories they had at an instant.

    since: known has the histories of that earlier instant, and only the touches after it are looked at.
    """
    which = [TouchRow.owner_id == owner_id, col(TouchRow.at) <= instant]
    found = _histories(session, *which, *([col(TouchRow.at) > since] if since else []))
    nothing = History()
    return [(p, (h if since else nothing).and_then(found.get(p.id, nothing))) for p, h in known]


def _histories(session: Session, *which: Any) -> dict[int, History]:
    outbound = case((col(TouchRow.direction) != "inbound", col(TouchRow.at)))
    inbound = case((col(TouchRow.direction) != "outbound", col(TouchRow.at)))
    query = (
        select_columns(
            col(TouchRow.person_id), func.count(), func.max(TouchRow.at), func.max(outbound), func.max(inbound)
        )
        .where(*which)
        .group_by(col(TouchRow.person_id))
    )
    return {row[0]: History(*row[1:]) for row in session.execute(query)}


def note_passed_over(session: Session, owner_id: int, chosen: Collection[int], passed: Collection[int]) -> None:
    """After a digest: those in it start afresh, those it had no place for have waited once more."""
    mine = col(PersonRow.owner_id) == owner_id
    if chosen:
        session.execute(update(PersonRow).where(mine, col(PersonRow.id).in_(chosen)).values(passed_over=0))
    if passed:
        values = {"passed_over": col(PersonRow.passed_over) + 1}
        session.execute(update(PersonRow).where(mine, col(PersonRow.id).in_(passed)).values(**values))
