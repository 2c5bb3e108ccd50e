"""A Maildir does what every mailbox does, in both layouts; its numbers are kept in a real database."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from contract.test_source import AT, SourceContract, World
from kith.mail import maildir
from kith.mail.maildir import MaildirSource, place_of
from kith.store import owners
from kith.store.engine import open_database
from kith.store.file_names import FileNames
from support.maildir import PLAIN, PLUS_PLUS, Maildir
from support.store import NOW


class MaildirWorld(World):
    """A Maildir, and another process that looks at it to tell the numbers of its files."""

    def __init__(self, box: Maildir, engine: Engine) -> None:
        self.box, self.engine = box, engine
        self.owner = owners.ensure(engine, NOW).id

    def open(self) -> MaildirSource:
        root = str(self.box.root)
        return MaildirSource("mail", root, FileNames(self.engine, self.owner, "mail", place_of(root)))

    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime = AT) -> int:
        before = set(self._uids(folder))
        self.box.deliver(raw, folder, at)
        [uid] = set(self._uids(folder)) - before
        return uid

    def remove(self, uid: int, folder: str = "INBOX") -> None:
        self._path(uid, folder).unlink()

    def snapshot(self) -> Any:
        flags = {folder.name: self._flags(folder.name) for folder in self.open().folders()}
        return flags | {"the tree": self.box.tree()}

    def _uids(self, folder: str) -> list[int]:
        self.box.make(folder)
        source = self.open()
        source.examine(folder)
        return source.uids(1)

    def _flags(self, folder: str) -> dict[int, tuple[bytes, ...]]:
        return {
            uid: (b"\\Draft",) if self._path(uid, folder).name.endswith(":2,D") else () for uid in self._uids(folder)
        }

    def _path(self, uid: int, folder: str) -> Path:
        source = self.open()
        source.examine(folder)
        return Path(source._open.path(uid).decode())


class TestMaildirSource(SourceContract):
    """Maildir++ as Dovecot and Courier keep it, and a directory for each folder as mbsync and OfflineIMAP do."""

    @pytest.fixture(params=[PLUS_PLUS, PLAIN])
    def world(self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
        monkeypatch.setattr(maildir, "BATCH", 10)
        engine = open_database(f"sqlite:///{tmp_path / 'kith.db'}")
        yield MaildirWorld(Maildir(tmp_path / "Mail", request.param), engine)
        engine.dispose()
