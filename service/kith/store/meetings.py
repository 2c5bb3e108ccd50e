"""Named queries about the touches of meetings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from kith.store.messages import ASKED_AT_ONCE, MEETING, series_of
from kith.store.tables import TouchRow

SERIES_AT_ONCE = 100
"""Of so many series touches are looked for together: each is a term more, and SQLite takes a thousand."""


def of_series(session: Session, owner_id: int, uids: Collection[str]) -> list[TouchRow]:
    """The touches of the meetings of some series."""
    found: list[TouchRow] = []
    named = [col(TouchRow.identity).startswith(f"{MEETING}{uid}:", autoescape=True) for uid in uids]
    for start in range(0, len(named), SERIES_AT_ONCE):
        query = select(TouchRow).where(TouchRow.owner_id == owner_id, TouchRow.source == "meeting")
        found += session.exec(query.where(or_(*named[start : start + SERIES_AT_ONCE])))
    return [row for row in found if series_of(row.identity) in uids]


def remove_others(
    session: Session, owner_id: int, told: Mapping[str, tuple[Collection[str], datetime | None]]
) -> set[int]:
    """Removes touches of series that were not held after all; gives the people concerned.

    told gives, by uid, the identities that hold and the instant from which on others do not.
    """
    gone = []
    for row in of_series(session, owner_id, told.keys()):
        holding, since = told[series_of(row.identity)]
        if row.identity not in holding and (since is None or row.at >= since):
            gone.append(row)
    return _without(session, gone)


def remove_absent(session: Session, owner_id: int, present: Mapping[str, Collection[int]]) -> set[int]:
    """Removes touches of those who were not at a meeting after all; gives the people concerned.

    present gives, by the identity of a meeting, who was there.
    """
    identities, gone = list(present), list[TouchRow]()
    for some in _at_once(identities):
        query = select(TouchRow).where(TouchRow.owner_id == owner_id, col(TouchRow.identity).in_(some))
        gone += [row for row in session.exec(query) if row.person_id not in present[row.identity]]
    return _without(session, gone)


def _at_once(identities: Sequence[str]) -> Iterable[Sequence[str]]:
    return (identities[start : start + ASKED_AT_ONCE] for start in range(0, len(identities), ASKED_AT_ONCE))


def _without(session: Session, gone: Iterable[TouchRow]) -> set[int]:
    """Removes touches; gives whose they were."""
    concerned = set()
    for row in gone:
        session.delete(row)
        concerned.add(row.person_id)
    session.flush()
    return concerned
