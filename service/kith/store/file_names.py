"""The numbers of a Maildir's files: its names in the order in which they were first seen, folder by folder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from kith.store.engine import reading, writing
from kith.store.rows import insert_new
from kith.store.tables import MaildirNamesRow, MaildirRow

BETWEEN: Final = b"\0"
"""No name of a file holds it."""
AT_ONCE: Final = 1000
"""Names a row: few rows for a large folder, and little to write again when a mail comes."""


@dataclass(frozen=True, slots=True)
class FileNames:
    """The names in the folders of one mailbox; place tells this Maildir from others the mailbox may have been."""

    engine: Engine
    owner_id: int
    mailbox: str
    place: int

    def known(self, folder: str) -> tuple[int, int, str]:
        """The number the next name gets, how many files there were, and what the folder looked like then."""
        with reading(self.engine) as session:
            row = session.exec(self._query(folder)).first()
            return (row.uidnext, row.messages, row.seen) if row else (1, 0, "")

    def names(self, folder: str) -> Iterator[list[bytes]]:
        """All names ever seen, in the order of their numbers from 1 upwards, some at a time."""
        with reading(self.engine) as session:
            row = session.exec(self._query(folder)).first()
            if row is None:
                return
            query = select(MaildirNamesRow.names).where(MaildirNamesRow.maildir_id == row.id)
            for names in session.exec(query.order_by(col(MaildirNamesRow.first_uid))):
                yield names.split(BETWEEN)

    def keep(self, folder: str, uidnext: int, new: Sequence[bytes], messages: int, seen: str) -> bool:
        """Gives new names their numbers from uidnext on, and notes what the folder looks like.

        Changes nothing and gives False where another process has given numbers meanwhile.
        """
        with writing(self.engine) as session:
            row = session.exec(self._query(folder).with_for_update()).first() or self._begun(session, folder)
            if row.uidnext != uidnext:
                return False
            self._append(session, row, new)
            row.uidnext, row.messages, row.seen = uidnext + len(new), messages, seen
            session.add(row)
        return True

    def _query(self, folder: str) -> SelectOfScalar[MaildirRow]:
        return select(MaildirRow).where(
            MaildirRow.owner_id == self.owner_id,
            MaildirRow.mailbox == self.mailbox,
            MaildirRow.folder == folder,
            MaildirRow.place == self.place,
        )

    def _begun(self, session: Session, folder: str) -> MaildirRow:
        """A folder without numbers. Those of another Maildir that the mailbox was before are no longer needed."""
        same = {"owner_id": self.owner_id, "mailbox": self.mailbox, "folder": folder}
        others = (*(col(getattr(MaildirRow, name)) == value for name, value in same.items()),)
        session.execute(delete(MaildirRow).where(*others, col(MaildirRow.place) != self.place))
        insert_new(session, MaildirRow, [{**same, "place": self.place, "uidnext": 1, "messages": 0, "seen": ""}])
        return session.exec(self._query(folder).with_for_update()).one()

    def _append(self, session: Session, row: MaildirRow, new: Sequence[bytes]) -> None:
        if not new:
            return
        query = select(MaildirNamesRow).where(MaildirNamesRow.maildir_id == row.id)
        last = session.exec(query.order_by(col(MaildirNamesRow.first_uid).desc()).limit(1)).first()
        room = AT_ONCE - (row.uidnext - last.first_uid) if last else 0
        if last and room > 0:
            last.names = BETWEEN.join([last.names, *new[:room]])
            session.add(last)
        place = {"owner_id": self.owner_id, "maildir_id": row.id}
        rows = [
            {**place, "first_uid": row.uidnext + start, "names": BETWEEN.join(new[start : start + AT_ONCE])}
            for start in range(max(room, 0), len(new), AT_ONCE)
        ]
        insert_new(session, MaildirNamesRow, rows)
