"""The command line inside the test's own process, on a folder of its own, at a moment that stands still."""

import fcntl
import io
import os
import pty
import shutil
import struct
import subprocess
import termios
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import time_machine

from kith import wiring
from kith.cli.main import run
from kith.jobs.work import Work
from kith.store import messages, people
from support.kith import COMMAND, Ran
from support.store import empty_database

NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
"""A Wednesday; noon in Paris."""

CONFIG = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com", "alex@work.example"]
timezone = "Europe/Paris"

[[mailbox]]
name = "personal"
url = "imap://alex@127.0.0.1:1"  # nobody listens there
insecure = true
password = "env:KITH_IMAP_PASSWORD"

[circle.friends]
every = "2 months"
[circle.mentors]
every = "6 weeks"
grace = "2 weeks"
[tag.family]
every = "2 weeks"

[store]
url = "{url}"
"""


@dataclass
class Terminal:
    """A folder with kith.toml, and commands run on it."""

    folder: Path
    url: str = ""
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.config.write_text(CONFIG.format(url=self.url or "sqlite:///kith.db"), encoding="utf-8")
        if not self.url:
            shutil.copy(empty_database(), self.folder / "kith.db")

    @property
    def config(self) -> Path:
        """Its kith.toml."""
        return self.folder / "kith.toml"

    def line(self, *words: str) -> Ran:
        """Runs a command line as it stands, without --config."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err), time_machine.travel(self.now.timestamp(), tick=False):
            try:
                code = run(list(words))
            except SystemExit as end:  # --help and --version
                code = int(end.code or 0)
        return Ran(code, _text(out), _text(err))

    def __call__(self, *words: str, code: int = 0) -> str:
        """What a command prints; code is the exit code it must have."""
        ran = self.line("--config", str(self.config), *words)
        assert ran.code == code, f"kith {' '.join(words)} gave {ran.code}\n{ran.out}\n{ran.err}"
        return ran.out if code == 0 else ran.err

    def json(self, *words: str, code: int = 0) -> Any:
        """What a command gives with --json."""
        ran = self.line("--config", str(self.config), *words, "--json")
        assert ran.code == code, ran.err
        return ran.json

    def people(self) -> list[Any]:
        """Everybody, as `kith people list --json` gives them."""
        listed = self.json("people", "list")
        assert isinstance(listed, list)
        return listed

    def work(self) -> Work:
        """The same work that commands have."""
        return wiring.work(wiring.read_config(str(self.config), {}), lambda: self.now)

    def mail(
        self,
        who: str,
        at: datetime,
        subject: str = "Hello",
        *,
        direction: str = "inbound",
        reason: str | None = None,
        message_id: str = "",
    ) -> None:
        """What a scan keeps of one mail with a person; reason: why it was no touch."""
        work = self.work()
        identity = f"{who} {at.isoformat()} {subject}"
        common = {"owner_id": work.owner_id, "identity": identity, "at": at, "subject": subject, "direction": direction}
        with work.writing() as session:
            person = people.find(session, work.owner_id, who, work.key(who))[0][0].id
            place = {"mailbox": "personal", "folder": "INBOX", "uidvalidity": 1, "uid": abs(hash(identity)) % 10**6}
            kept = {
                "message_id": message_id or f"<{abs(hash(identity))}@mail.example>",
                "reason": reason,
            }
            messages.add(session, [common | kept | place])
            messages.add_parts(session, [{"owner_id": work.owner_id, "person_id": person, "identity": identity}])
            if reason is None:
                touch = {"person_id": person, "channel": "email", "source": "personal"}
                messages.add_touches(session, [common | touch])
                people.refresh(session, work.owner_id, [person])
        work.engine.dispose()


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


def at_a_terminal(kith: Terminal, *words: str, typed: str = "", columns: int = 80) -> str:
    """Runs the installed command at a real terminal; gives what is seen there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    try:
        os.write(ours, typed.encode())
        command = [str(COMMAND), "--config", str(kith.config), *words]
        subprocess.run(command, stdin=theirs, stdout=theirs, stderr=theirs, check=True, timeout=60, env=environ)
        return os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
