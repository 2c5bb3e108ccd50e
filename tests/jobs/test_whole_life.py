"""A whole life of Kith, ended at every step there is: whatever the last one was, it ends where it would have without.

Each commit, each command said to the mail server, each message placed and each letter handed over is a step
(support.jobs). A life has chapters: something happens in the world, and Kith has three turns, some hours apart.
For each step of a chapter the process dies there, another begins, and the chapter has to end as it did undisturbed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kith.jobs import acts, post
from kith.jobs.once import run_once
from support.answers import BOB, MARIA, ME, PRIYA
from support.jobs import SMTP, Died, Fate, Office
from support.mail import answer, message, read
from support.smtp import Accepted, SmtpServer

ANN = "Ann Lee <ann@example.net>"
ANSWER = f"""Maria: lunch yesterday, she paints
thank Bob for the book
ask Priya for coffee
add {ANN} friends
Zed: xyzzy"""
MONDAY = datetime(2026, 5, 18, 5, 31, tzinfo=UTC)
TURNS, BETWEEN = 3, timedelta(hours=5)
"""In a chapter. At the second it is known what became of a letter; the third finds it where it came again."""
RESTLESS = {
    "letter": {"attempts", "losses", "next_try_at", "tried_at", "sent_at", "error"},
    "folder": {"scanned_at", "breaks"},
    "reply": {"tries"},
}
"""Columns that tell how often something was tried, and when."""


class Life:
    """An office over a line, the mail server that its letters go through, and what happens to both."""

    def __init__(self, folder: Path, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch, delivery: str) -> None:
        smtp.deliver = self._arrive
        self.office = Office(
            folder, toml=SMTP.format(port=smtp.port), digest__max_drafts="2", digest__delivery=delivery
        )
        self.imap = self.office.speak()
        self._nonces: Counter[int] = Counter()
        monkeypatch.setattr(post.secrets, "token_bytes", self._nonce)
        monkeypatch.setattr(acts.secrets, "token_hex", lambda size: self._nonce(size).hex())

    def _nonce(self, size: int) -> bytes:
        """What is random in letters: the same in each life, and never twice."""
        kept = sum(len(self.office.rows(table)) for table in ("letter", "draft", "touch"))
        self._nonces[kept] += 1
        return hashlib.sha256(f"{kept} {self._nonces[kept]}".encode()).digest()[:size]

    def _arrive(self, letter: Accepted) -> None:
        self.office.server.deliver(letter.raw, at=self.office.clock.at)

    # -- what happens in the world

    def write(self, sender: str, to: str, subject: str, folder: str = "INBOX", days_ago: float = 0) -> None:
        """A mail comes or goes."""
        at = self.office.clock.at - timedelta(days=days_ago)
        name = f"<{subject.replace(' ', '.')}@example.org>"
        self.office.server.deliver(message(sender, to, subject, "How are you?\n", at=at, message_id=name), folder, at)

    def begin(self) -> None:
        """Three friends, and mail of years."""
        for days, who in zip((220, 180, 140), (MARIA, BOB, PRIYA), strict=True):
            self.office.add(who, circle="friends")
            self.write(who, ME, f"News of {who.split()[0]}", days_ago=days)
            self.write(ME, who, f"For {who.split()[0]}", "Sent", days_ago=days - 1)
        self.write(ANN, ME, "An old tale", "Archive", days_ago=300)

    def monday(self) -> None:
        """The time of the first digest."""
        self.office.clock.at = MONDAY
        self.write(MARIA, ME, "The boat", days_ago=1)

    def answer(self) -> None:
        """The owner answers it."""
        self.office.clock.move(hours=1)
        [sent] = [row["message_id"] for row in self.office.rows("letter")]
        [digest] = [k.raw for k in self.office.server.folder("INBOX").messages.values() if sent.encode() in k.raw]
        raw = answer(read(digest), ME, ANSWER, at=self.office.clock.at)
        raw = re.sub(rb"\nMessage-ID: .*", b"\nMessage-ID: <answer@example.org>\r", raw)
        self.office.server.deliver(raw, "Sent", self.office.clock.at)

    def move_house(self) -> None:
        """The mailbox gets other numbers and names, and not all of it is kept."""
        server = self.office.server
        server.renumber("INBOX", backwards=True)
        server.rename("Archive", "Old tales", renumbered=True)
        server.remove(1, "Sent")
        [uid, *_] = server.folder("Drafts").messages
        sent = server.folder("Drafts").messages.pop(uid)
        server.deliver(sent.raw, "Sent", self.office.clock.at)
        self.write(BOB, ME, "The garden")

    def next_monday(self) -> None:
        """The time of the second digest."""
        self.office.clock.at = MONDAY + timedelta(days=7)

    # -- what Kith does

    def turns(self) -> None:
        """What a chapter holds for Kith."""
        for _ in range(TURNS):
            self.turn()
            self.office.clock.at += BETWEEN

    def turn(self) -> None:
        """One turn of the service, and another where its process dies in it."""
        with suppress(Died):
            self._turn()
            return
        self.restart(Fate())
        self._turn()

    def _turn(self) -> None:
        done = run_once(self.office.work)
        assert not [result.error for result in done.mailboxes if result.error]

    def restart(self, fate: Fate) -> None:
        """A new process."""
        self.office.restart(fate)
        self._nonces.clear()

    # -- what is there

    def saved(self) -> Callable[[], None]:
        """Keeps all there is; what it gives brings it back."""
        office = self.office
        office.work.engine.dispose()
        file, at = office.folder / "kith.db", office.clock.at
        database, servers = file.read_bytes(), deepcopy(office.servers)

        def bring_back() -> None:
            office.work.engine.dispose()
            file.write_bytes(database)
            office.servers, office.clock.at = deepcopy(servers), at
            self.imap.mailbox = office.server

        return bring_back

    def all(self) -> dict[str, Any]:
        """What the owner has of it in the end."""
        tables = {
            table: sorted(
                repr({k: v for k, v in row.items() if k not in {"id", *RESTLESS.get(table, ())}}) for row in rows
            )
            for table in self.office.dump()
            for rows in [self.office.rows(table)]
        }
        folders = self.office.server.folders.items()
        mail = {name: sorted(str(read(kept.raw)["Message-ID"]) for kept in f.messages.values()) for name, f in folders}
        return tables | {"mail": mail}


SLICES = 3
"""Of the steps of a chapter: they take long, and several tests may run side by side."""
CHAPTERS = [Life.begin, Life.monday, Life.answer, Life.move_house, Life.next_monday]
WITH_LETTERS = {Life.monday, Life.answer, Life.next_monday}


@pytest.fixture
def life(tmp_path: Path, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch, delivery: str) -> Iterator[Life]:
    made = Life(tmp_path, smtp, monkeypatch, delivery)
    yield made
    made.office.close()


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize(
    ("delivery", "chapter"),
    [(way, one) for way in ("smtp", "append") for one in CHAPTERS if way == "smtp" or one in WITH_LETTERS],
)
def test_promise_3_whatever_step_was_the_last_it_ends_where_it_would_have(
    life: Life, chapter: Callable[[Life], None], part: int
) -> None:
    for earlier in CHAPTERS[: CHAPTERS.index(chapter)]:
        earlier(life)
        life.turns()
    chapter(life)
    begin_again = life.saved()
    life.restart(Fate())
    life.turns()
    steps, undisturbed = life.office.work.fate.trail, life.all()
    for step in range(1 + part, 1 + len(steps), SLICES):
        begin_again()
        fate = Fate(step)
        life.restart(fate)
        life.turns()
        assert fate.is_dead
        assert life.all() == undisturbed, (step, steps[step - 1])


@pytest.mark.parametrize("delivery", ["smtp", "append"])
def test_a_life_has_steps_of_every_kind(life: Life, delivery: str) -> None:
    life.restart(Fate())
    for chapter in CHAPTERS:
        chapter(life)
        life.turns()
    office, trail = life.office, set(life.office.work.fate.trail)
    assert {kept["kind"] for kept in office.rows("letter")} == {"digest", "receipt"}
    assert len(office.rows("letter")) == 3
    assert {kept["state"] for kept in office.rows("letter")} == {"sent"}
    assert {kept["state"] for kept in office.rows("draft")} == {"placed", "sent"}
    assert office.rows("note")
    assert {"inbound", "outbound"} <= {kept["direction"] for kept in office.rows("touch")}
    said = {word for name in trail for word in name.split() if word.isupper()}
    assert said >= {"LIST", "STATUS", "EXAMINE", "SEARCH", "FETCH", "APPEND"}
    assert ({"send", "sent"} <= trail) == (delivery == "smtp")
