"""What a restore may not forget: letters that went out, digests that were decided, drafts that were placed."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table

from kith.store.tables import METADATA

Values = dict[str, Any]

LETTER, NUMBER, DIGEST = METADATA.tables["letter"], METADATA.tables["number"], METADATA.tables["digest"]
DRAFT, PERSON, OWNER = METADATA.tables["draft"], METADATA.tables["person"], METADATA.tables["owner"]

UNSENT = ("queued", "sending")


def carry_over(old: Connection, new: Connection) -> None:
    """Tells the database new, a copy of earlier days, what old knows of the world outside.

    One digest a period, and no draft twice, hold through a restore: the fate of letters and drafts,
    the digests since with whom their numbers mean. A letter that old knows nothing of may have gone
    out since the copy was made: it becomes uncertain, and is looked for before it is sent.
    """
    owners = _by(new, OWNER, "name")
    for name, owner in _by(old, OWNER, "name").items():
        if name in owners:
            _Owner(old, new, owner["id"], owners[name]["id"]).carry()
    _doubt(new, known=set(_by(old, LETTER, "message_id")))


def doubt(new: Connection) -> None:
    """The same where nothing is left to ask."""
    _doubt(new, known=set())


def _doubt(new: Connection, known: set[str]) -> None:
    for message_id, row in _by(new, LETTER, "message_id").items():
        if row["state"] in UNSENT and message_id not in known:
            tried_at = row["tried_at"] or row["created_at"]
            values = {"state": "uncertain", "next_try_at": None, "tried_at": tried_at}
            new.execute(LETTER.update().where(LETTER.c.id == row["id"]).values(**values))


def _by(connection: Connection, table: Table, key: str, owner_id: int | None = None) -> dict[Any, Values]:
    query = table.select() if owner_id is None else table.select().where(table.c.owner_id == owner_id)
    return {row[key]: dict(row) for row in connection.execute(query).mappings()}


class _Owner:
    """What one owner's two databases know, side by side."""

    def __init__(self, old: Connection, new: Connection, old_id: int, new_id: int) -> None:
        self._new, self._new_id = new, new_id
        self._old_rows: Callable[[Table, str], dict[Any, Values]] = lambda table, key: _by(old, table, key, old_id)
        self._new_rows: Callable[[Table, str], dict[Any, Values]] = lambda table, key: _by(new, table, key, new_id)
        was, now = self._old_rows(PERSON, "id"), self._new_rows(PERSON, "id")
        self._people = {one for one in was if one in now and was[one]["name"] == now[one]["name"]}

    def carry(self) -> None:
        """Carries all of it over."""
        letters = self._letters()
        for row in self._old_rows(NUMBER, "id").values():
            if row["letter_id"] in letters and row["person_id"] in self._people:
                self._insert(NUMBER, row, letter_id=letters[row["letter_id"]])
        decided = self._new_rows(DIGEST, "period")
        for period, row in self._old_rows(DIGEST, "period").items():
            if period not in decided:
                self._insert(DIGEST, row, letter_id=letters.get(row["letter_id"]))
        self._drafts()

    def _letters(self) -> dict[int, int]:
        """The fate of letters both know, and the digests only old has: their ids there, and here."""
        there = self._new_rows(LETTER, "message_id")
        periods = {row["key"] for row in there.values() if row["kind"] == "digest"}
        added = {}
        for message_id, row in self._old_rows(LETTER, "message_id").items():
            if message_id in there:
                self._update(LETTER, there[message_id]["id"], row)
            elif row["kind"] == "digest" and row["key"] not in periods:
                added[row["id"]] = self._insert(LETTER, row)
        return added

    def _drafts(self) -> None:
        there = self._new_rows(DRAFT, "key")
        for key, row in self._old_rows(DRAFT, "key").items():
            if row["person_id"] not in self._people:
                continue
            if key in there:
                self._update(DRAFT, there[key]["id"], row)
            else:
                self._insert(DRAFT, row)

    def _insert(self, table: Table, row: Mapping[str, Any], **values: Any) -> int:
        wanted = {name: value for name, value in row.items() if name != "id"} | {"owner_id": self._new_id} | values
        inserted = self._new.execute(table.insert().values(**wanted)).inserted_primary_key
        return int(inserted[0]) if inserted else 0

    def _update(self, table: Table, row_id: int, row: Mapping[str, Any]) -> None:
        fixed = ("id", "owner_id", "person_id")
        wanted = {name: value for name, value in row.items() if name not in fixed}
        self._new.execute(table.update().where(table.c.id == row_id).values(**wanted))
