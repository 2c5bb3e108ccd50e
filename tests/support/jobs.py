"""An owner's jobs on a database of their own: a clock that stands still until it is moved, mailboxes, and death.

Office puts it all together. Fate lets a process die at its n-th step, wherever that is; started again
after every possible death, Kith must end where it would have ended without.
"""

import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self

from kith import configfile, wiring
from kith.config import MailboxSection
from kith.domain.outbox import Outcome
from kith.jobs.round import scan_once
from kith.jobs.scan import MailboxResult
from kith.jobs.work import Work
from kith.mail.imap import connect
from kith.mail.source import Source
from kith.store import people
from kith.store.engine import Session
from kith.store.tables import METADATA
from support.dovecot import PASSWORD, Dovecot
from support.fake_source import FakeServer
from support.speaking_imap import SpeakingImap
from support.store import empty_database

NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
"""A Wednesday; noon in Paris."""

ME = "Alex Moreau <alex@example.com>"
MARIA, BOB = "Maria Silva <maria@example.org>", "Bob Stone <bob@example.org>"

CONFIG = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com", "alex@work.example"]
timezone = "Europe/Paris"

[circle.friends]
every = "2 months"

[store]
url = "{url}"
"""

MAILBOX = """
[[mailbox]]
name = "{name}"
url = "{url}"
password = "env:KITH_IMAP_PASSWORD"
insecure = true
{more}
"""

SMTP = """
[smtp]
url = "smtp://alex@127.0.0.1:{port}"
password = "env:KITH_SMTP_PASSWORD"
insecure = true
"""


@dataclass
class Clock:
    """The present, for as long as nobody moves it."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        """The present."""
        return self.at

    def move(self, **how_far: float) -> None:
        """Goes on by days, hours, minutes …"""
        self.at += timedelta(**how_far)


class Died(BaseException):
    """The process is no more: nothing may catch this, as nothing catches a pulled plug."""


@dataclass
class Fate:
    """Counts the steps of a process, and ends it at the n-th (0: it lives on)."""

    dies_at: int = 0
    steps: int = 0
    trail: list[str] = field(default_factory=list)

    @property
    def is_dead(self) -> bool:
        """Whether it has come to its end."""
        return 0 < self.dies_at <= self.steps

    def step(self, what: str) -> None:
        """One more thing that can be the last."""
        if self.is_dead:
            raise Died("the dead do nothing")
        self.steps += 1
        self.trail.append(what)
        if self.is_dead:
            raise Died(what)


@dataclass(frozen=True)
class MortalWork(Work):
    """Work that may die before a transaction, in it, just before its commit and just after."""

    fate: Fate = field(default_factory=Fate)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, four chances to die."""
        self.fate.step("before a transaction")
        with super().writing() as session:
            yield session
            self.fate.step("before a commit")
        self.fate.step("after a commit")


class MortalSocket:
    """A line to a server, on which each thing that is said may be the last."""

    def __init__(self, sock: socket.socket, fate: Fate) -> None:
        self._sock, self._fate = sock, fate

    def sendall(self, data: bytes) -> None:
        """Says something, with a chance to die before and after. The dead say no goodbye either."""
        if self._fate.is_dead:
            raise ConnectionAbortedError
        said = " ".join(data[:_SHOWN].decode("ascii", "replace").split()[1:4])
        self._fate.step(f"before {said}")
        self._sock.sendall(data)
        self._fate.step(f"after {said}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


_SHOWN = 80


class Office:
    """One owner's work. server is the mailbox "personal"; servers holds all by name.

    Of those in memory, speakers has the servers of such as are read over a line.

    mailboxes gives further lines of each [[mailbox]] section, by name; toml further sections; and values
    single keys, as the environment would ("digest__time": "02:30"). Drafts that nobody asked for are only made
    with another digest__max_drafts than 0.
    """

    def __init__(
        self,
        folder: Path,
        *,
        url: str = "",
        mailboxes: Mapping[str, str] | None = None,
        toml: str = "",
        at: datetime = NOW,
        **values: str,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.clock = Clock(at)
        boxes = mailboxes or {"personal": ""}
        self.servers: dict[str, FakeServer | Dovecot] = {name: FakeServer() for name in boxes}
        self.speakers: dict[str, SpeakingImap] = {}
        self._lines: list[socket.socket] = []
        self.users = dict.fromkeys(boxes, "")
        if not url:
            shutil.copy(empty_database(), folder / "kith.db")
        sections = [CONFIG.format(url=url or "sqlite:///kith.db"), toml]
        sections += [MAILBOX.format(name=n, url="imap://alex@127.0.0.1:1", more=more) for n, more in boxes.items()]
        (folder / "kith.toml").write_text("\n".join(sections), encoding="utf-8")
        values = {"digest__max_drafts": "0"} | values
        self.values = {f"KITH_{name.upper()}": value for name, value in values.items()}
        self.work = self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process, and the servers that speak() started."""
        self._end()
        for speaker in self.speakers.values():
            speaker.stop()

    def _end(self) -> None:
        """The system takes back what a process has open."""
        self.work.engine.dispose()
        while self._lines:
            self._lines.pop().close()

    def start(self) -> MortalWork:
        """The work of a process."""
        environ = {"KITH_SMTP_PASSWORD": "secret", **self.values}
        real = wiring.work(configfile.load(self.folder / "kith.toml", environ), self.clock)
        self._send = real.send
        kept = {f.name: getattr(real, f.name) for f in fields(real)}
        return MortalWork(**kept | {"open_source": self.open, "send": real.send and self.send})

    def send(self, raw: bytes, sender: str, recipient: str, may_end: Callable[[], bool]) -> Outcome:
        """Hands a letter over, with a chance to die before and after."""
        assert self._send is not None
        self.work.fate.step("send")
        outcome = self._send(raw, sender, recipient, may_end)
        self.work.fate.step("sent")
        return outcome

    def restart(self, fate: Fate | None = None) -> None:
        """Another process in the place of the one before: nothing is left of that but what is on the disk.

        The engine stays, without its connections, because it holds compiled statements: a matter of speed.
        """
        self._end()
        self.work = replace(self.work, fate=fate or Fate(), keys={})
        for server in self.servers.values():
            if isinstance(server, FakeServer):
                server.on_call = self.work.fate.step

    def open(self, mailbox: MailboxSection) -> Source:
        """A connection to one of the mailboxes."""
        server = self.speakers.get(mailbox.name) or self.servers[mailbox.name]
        if isinstance(server, FakeServer):
            return server.open()
        self.work.fate.step("before a connection")
        account = wiring.account_of(self.work.config, mailbox)
        here = {f.name: getattr(account, f.name) for f in fields(account)}
        here |= {"host": server.host, "port": server.port, "user": self.users[mailbox.name], "secret": lambda: PASSWORD}
        source = connect(type(account)(**here), 10)
        line = source._line  # nothing else shows each command
        self._lines.append(line.sock)
        line.sock = line.stream.sock = MortalSocket(line.sock, self.work.fate)
        return source

    def use(self, dovecot: Dovecot, name: str = "personal") -> str:
        """Puts a fresh mailbox on a real server in the place of one in memory; gives its user."""
        self.servers[name] = dovecot
        self.users[name] = f"jobs{next(_USERS)}"
        return self.users[name]

    def speak(self, name: str = "personal") -> SpeakingImap:
        """Has a mailbox in memory read over a line, until the office closes."""
        self.speakers[name] = SpeakingImap(self.servers[name])  # type: ignore[arg-type]  # it is one in memory
        self.users[name] = "alex"
        return self.speakers[name]

    @property
    def server(self) -> FakeServer:
        """The mailbox in memory."""
        server = self.servers["personal"]
        assert isinstance(server, FakeServer)
        return server

    # -- what an owner does

    def add(self, who: str, **values: Any) -> int:
        """A new person, with an address, as NAME <ADDRESS>."""
        name, _, address = who.rstrip(">").partition(" <")
        with self.work.writing() as session:
            person = people.add(session, self.work.owner_id, name, self.clock.at, **values)
            self._address(session, person, address)
        return person

    def add_address(self, person: int, address: str) -> None:
        """One more address of a person."""
        with self.work.writing() as session:
            self._address(session, person, address)

    def _address(self, session: Session, person: int, address: str) -> None:
        assert people.add_address(session, self.work.owner_id, person, address, self.work.key(address))

    def scan(self, name: str = "personal", *, full: bool = False) -> MailboxResult:
        """One pass over a mailbox. What stopped it is in the result."""
        mailbox = next(m for m in self.work.config.mailbox if m.name == name)
        return scan_once(self.work, mailbox, full=full)

    def read(self, name: str = "personal", *, full: bool = False) -> MailboxResult:
        """One pass that comes to its end."""
        result = self.scan(name, full=full)
        if result.error:
            raise result.error
        return result

    # -- what came of it

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, oldest first."""
        found = METADATA.tables[table]
        with self.work.reading() as session:
            return [dict(row) for row in session.execute(found.select().order_by(found.c.id)).mappings()]

    def touches(self, person: int | None = None) -> list[tuple[str, str, datetime]]:
        """Direction, subject and time of touches, oldest first."""
        rows = [r for r in self.rows("touch") if person in (None, r["person_id"])]
        return sorted(((r["direction"], r["subject"], r["at"]) for r in rows), key=lambda t: (t[2], t[1]))

    def subjects(self, person: int | None = None) -> list[str]:
        """The subjects of touches, oldest first."""
        return [subject for _, subject, _ in self.touches(person)]

    def reasons(self) -> dict[str, str | None]:
        """By subject, why a message is no touch (None: it is one)."""
        return {r["subject"]: r["reason"] for r in self.rows("message")}

    def dump(self) -> dict[str, list[str]]:
        """Every row of every table but for its number, in an order that does not depend on it."""
        return {name: sorted(_without_id(row) for row in self.rows(name)) for name in METADATA.tables}


_USERS = count(1)


def _without_id(row: dict[str, Any]) -> str:
    return repr({name: value for name, value in row.items() if name != "id"})


def deaths(office: Office, live: Callable[[Office], object]) -> Iterator[tuple[int, str]]:
    """Lives that end at their first step, at their second, and so on until one comes to its end.

    Each begins where the office stands now, database (an SQLite file) and mailboxes. Gives the step and its
    name, and then the office has a new process that has yet to do anything; after the last it has one, too.
    """
    office.work.engine.dispose()
    file = office.folder / "kith.db"
    before, servers = file.read_bytes(), deepcopy(office.servers)
    for step in count(1):
        office.work.engine.dispose()
        file.write_bytes(before)
        office.servers = deepcopy(servers)
        office.restart(Fate(step))
        try:
            live(office)
        except Died as death:
            office.restart()
            yield step, str(death)
        else:
            office.restart()
            return
