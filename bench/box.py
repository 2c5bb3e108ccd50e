"""An invented mailbox on a server of the bench's own, or in files, and a Kith that knows its people."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import invented
from kith.domain.message import FIELDS
from measure import KITH, ROOT, SECONDS, Took, timed
from support.dovecot import PASSWORD, Dovecot

TOML: Final = """
[owner]
name = "Max Eriksen"
addresses = ["{me}", "{other}"]
timezone = "Europe/Berlin"
[store]
url = "sqlite:///{folder}/kith.db"
[circle.friends]
every = "2 months"
[[mailbox]]
name = "personal"
"""


def write_config(folder: Path, mailbox: str) -> None:
    """A kith.toml; mailbox is the rest of its section."""
    text = TOML.format(me=invented.ME, other=invented.MY_OTHER, folder=folder) + mailbox
    (folder / "kith.toml").write_text(text, encoding="utf-8")


@dataclass(eq=False)
class Mailbox:
    """An invented mailbox on a server, and a Kith that knows its people."""

    server: Dovecot
    folder: Path
    size: int
    truth: invented.Truth = field(init=False)
    counts: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Makes it, and lets the server index it: what is measured is never a server's first look at its mail."""
        self.user = f"m{self.size}"
        maildir = self.server.maildir(self.user)
        self.truth = invented.fill(maildir, self.size)
        self._count()
        self.server.hand_over(self.user)
        self.folder.mkdir()
        self.configure()
        with (self.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
            rows = [(f"{one.name} {n}", one.address, "friends") for n, one in enumerate(invented.people(1)[:200])]
            csv.writer(file).writerows([("name", "email", "circle"), *rows])
        self.kith("people", "import", "people.csv")
        shutil.copy(self.folder / "kith.db", self.folder / "empty.db")
        self.raw()
        self.raw()

    def _count(self) -> None:
        """Notes how many messages each folder has: their UIDs are 1 to that number."""
        places = {name: self.server.maildir(self.user) / place for name, place in invented.FOLDERS.items()}
        self.counts = {
            name: sum(1 for part in ("cur", "new") for _ in (at / part).iterdir()) for name, at in places.items()
        }

    def configure(self, port: int = 0, *, tls: bool = False) -> None:
        """Writes kith.toml; port is that of a link before the server."""
        url = self.server.imaps_url(self.user) if tls else self.server.url(self.user)
        if port:
            url = url.replace(str(self.server.port), str(port))
        safe = f'tls_ca = "{self.server.ca}"' if tls else "insecure = true"
        write_config(self.folder, f'url = "{url}"\npassword = "env:BENCH_PASSWORD"\n{safe}\n')

    def configure_files(self) -> None:
        """Writes a kith.toml that names the Maildir itself."""
        write_config(self.folder, f'url = "maildir://{self.server.maildir(self.user)}"\n')

    def directories(self) -> list[Path]:
        """Where the files of its messages are."""
        at = self.server.maildir(self.user)
        return [at / place / part for place in invented.FOLDERS.values() for part in ("cur", "new")]

    def mbox(self) -> Path:
        """All its messages in one file, as mail programs put them there."""
        path = self.folder / "all.mbox"
        with path.open("wb") as file:
            for message in (one for directory in self.directories() for one in sorted(directory.iterdir())):
                raw = message.read_bytes().replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
                file.write(b"From - Mon Dec  1 12:00:00 2025\n%s\n\n" % raw.rstrip(b"\n"))
        return path

    def kith(self, *words: str) -> Took:
        """One command."""
        return timed([KITH, *words], self.folder)

    def first_scan(self) -> Took:
        """A scan with nothing read before."""
        self.forget()
        return self.kith("scan")

    def first_import(self) -> Took:
        """All of the mbox file with nothing read before."""
        self.forget()
        return self.kith("import", "mbox", "all.mbox")

    def forget(self) -> None:
        """Back to before the first scan."""
        for path in self.folder.glob("kith.db*"):
            path.unlink()
        shutil.copy(self.folder / "empty.db", self.folder / "kith.db")

    def raw(self, *options: str, port: int = 0, first: dict[str, int] | None = None) -> Took:
        """The limit: the header fields of every message, or of those from some UIDs on."""
        questions = []
        for name in invented.FOLDERS:
            start = (first or {}).get(name, 1)
            item = f"UID INTERNALDATE BODY.PEEK[HEADER.FIELDS ({' '.join(FIELDS)})]"
            questions += [f"EXAMINE {name}", f"UID FETCH {start}:* ({item})"]
        return self.ask(questions, *options, port=port)

    def ask(self, questions: Sequence[str], *options: str, port: int = 0) -> Took:
        """The limit with other questions."""
        to = [self.server.host, str(port or self.server.port), self.user, PASSWORD]
        return timed([sys.executable, ROOT / "bench" / "limit.py", *to, *questions, *options], self.folder)

    def deliver(self, count: int) -> dict[str, int]:
        """New mail; gives by folder the UID from which on it is new."""
        first = {name: number + 1 for name, number in self.counts.items()}
        invented.fill(self.server.maildir(self.user), count, first=sum(self.counts.values()) + 1)
        self._count()
        self.server.hand_over(self.user)
        self.raw(first=first)  # the server moves it from new to cur and indexes it
        return first

    def files(self, *words: str | Path) -> Took:
        """The limit for files: see files.py."""
        return timed([sys.executable, ROOT / "bench" / "files.py", *words], self.folder)

    def check(self) -> int:
        """Compares what Kith found with what there is; gives the number of touches."""
        said = subprocess.run(
            [KITH, "people", "list", "--json"], cwd=self.folder, check=True, capture_output=True, timeout=SECONDS
        ).stdout
        found = {address: row["touches"] for row in json.loads(said) for address in row["addresses"] if row["touches"]}
        if found != dict(self.truth.touches):
            wrong = [a for a in found.keys() | self.truth.touches.keys() if found.get(a) != self.truth.touches.get(a)]
            raise SystemExit(f"the scan of {self.size} found other touches than there are with {sorted(wrong)[:5]}")
        return sum(found.values())
