"""A Maildir of the tests' own, filled as mail programs fill them, in any of their layouts."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from imapclient.imap_utf7 import encode  # type: ignore[import-untyped]  # it ships no types

USUAL: Final = ("INBOX", "Sent", "Drafts", "Junk", "Trash", "Archive")
PLUS_PLUS, PLAIN = "Maildir++", "plain"


@dataclass
class Maildir:
    """Folders in root. layout: Maildir++ has .Sent in it and INBOX is root itself; plain has a directory each."""

    root: Path
    layout: str = PLUS_PLUS
    _numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        for folder in USUAL:
            self.make(folder)

    @property
    def url(self) -> str:
        """As kith.toml has it."""
        return f"maildir://{self.root}"

    def directory(self, folder: str) -> Path:
        """Where a folder lies."""
        if self.layout == PLAIN:
            return self.root / folder
        return self.root if folder == "INBOX" else self.root / ("." + encode(folder.replace("/", ".")).decode())

    def make(self, folder: str) -> Path:
        """A folder, made if it is not there."""
        for name in ("cur", "new", "tmp"):
            (self.directory(folder) / name).mkdir(parents=True, exist_ok=True)
        return self.directory(folder)

    def deliver(
        self, raw: bytes, folder: str = "INBOX", at: datetime | None = None, name: str = "", flags: str | None = None
    ) -> Path:
        """Puts a message into a folder, by a name if that matters: into new, or with flags into cur."""
        at = at or datetime.now(UTC)
        name = name or f"{at:%s}.M{next(self._numbers)}P1.test"
        path = self.make(folder) / (f"new/{name}" if flags is None else f"cur/{name}:2,{flags}")
        written = self.directory(folder) / "tmp" / name
        written.write_bytes(raw)
        os.utime(written, (at.timestamp(), at.timestamp()))
        return written.rename(path)

    def files(self, folder: str = "INBOX") -> list[Path]:
        """The messages of a folder, by name."""
        directory = self.directory(folder)
        return sorted([*directory.glob("new/*"), *directory.glob("cur/*")], key=lambda path: path.name)

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """Their bytes."""
        return [path.read_bytes() for path in self.files(folder)]

    def tree(self) -> dict[str, tuple[int, bytes]]:
        """Every file with its time and its content: what reading must not change."""
        return {
            str(path.relative_to(self.root)): (path.stat().st_mtime_ns, path.read_bytes())
            for path in self.root.rglob("*")
            if path.is_file()
        }


@dataclass
class Remembered:
    """Numbers of files that live as long as the test: kith.mail.maildir.Numbers without a database."""

    place: int
    _names: dict[str, list[bytes]] = field(default_factory=dict)
    _looks: dict[str, tuple[int, str]] = field(default_factory=dict)

    def known(self, folder: str) -> tuple[int, int, str]:
        """The next number, how many files there were, and what the folder looked like."""
        return (len(self._names.get(folder, ())) + 1, *self._looks.get(folder, (0, "")))

    def names(self, folder: str) -> Iterator[list[bytes]]:
        """All names in the order of their numbers."""
        yield list(self._names.get(folder, ()))

    def keep(self, folder: str, uidnext: int, new: Sequence[bytes], messages: int, looks: str) -> bool:
        """Numbers new names."""
        names = self._names.setdefault(folder, [])
        if uidnext != len(names) + 1:
            return False
        names += new
        self._looks[folder] = messages, looks
        return True
