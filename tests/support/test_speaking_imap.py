"""The mailbox that speaks is read like any other server, whatever its manners, and fails as it is told."""

import gc
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from contract.test_source import AT, SourceContract, World, message
from kith.errors import TryLater
from kith.mail import wire
from kith.mail.imap import Account, ImapSource, connect
from support.fake_source import FakeServer
from support.imap_server import PASSWORD
from support.speaking_imap import Manner, SpeakingImap


class SpeakingWorld(World):
    """A mailbox in memory, over the line."""

    def __init__(self, manner: Manner = Manner.PLAIN) -> None:
        self.mailbox = FakeServer()
        self.mailbox.folder("Archive")
        self.server = SpeakingImap(self.mailbox)
        self.server.manner = manner

    def open(self) -> ImapSource:
        return connect(Account("mail", self.server.host, self.server.port, "alex", "none", lambda: PASSWORD), 10)

    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime = AT) -> int:
        return self.mailbox.deliver(raw, folder, at)

    def remove(self, uid: int, folder: str = "INBOX") -> None:
        self.mailbox.remove(uid, folder)

    def snapshot(self) -> Any:
        return {name: dict(found) for name, found in self.mailbox.snapshot().items()}


class TestSpeakingImap(SourceContract):
    """The mailbox that speaks."""

    @pytest.fixture(params=Manner)
    def world(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setattr(wire, "BATCH", 10)
        monkeypatch.setattr(wire, "WINDOW", 2)
        world = SpeakingWorld(request.param)
        yield world
        world.server.stop()


@pytest.fixture
def speaking() -> Iterator[SpeakingWorld]:
    """Three messages in INBOX."""
    world = SpeakingWorld()
    for number in range(1, 4):
        world.deliver(message(number))
    yield world
    world.server.stop()


def covered(source: ImapSource) -> tuple[list[int], list[int]]:
    """The UIDs of the headers that come from INBOX, and of those that cannot be read."""
    source.examine("INBOX")
    batches = list(source.headers([1, 2, 3]))
    found = sorted(header.uid for _, headers, _ in batches for header in headers)
    return found, [lost.uid for _, _, unreadable in batches for lost in unreadable]


def test_the_line_drops_where_it_is_told_to(speaking: SpeakingWorld) -> None:
    for size in range(0, 700, 7):
        speaking.server.hangs_up_after = size
        with pytest.raises(TryLater), speaking.open() as source:
            covered(source)
        gc.collect()  # a socket that was left open is warned of here
    speaking.server.hangs_up_after = None
    with speaking.open() as source:
        assert covered(source) == ([1, 2, 3], [])


def test_a_busy_server_says_so_for_a_while(speaking: SpeakingWorld) -> None:
    with speaking.open() as source:
        speaking.server.busy = 1
        with pytest.raises(TryLater, match="not now"):
            source.examine("INBOX")
        assert covered(source) == ([1, 2, 3], [])


def test_it_hangs_up_over_what_is_deadly(speaking: SpeakingWorld) -> None:
    speaking.mailbox.folder("INBOX").messages[2].deadly = frozenset({"structures"})
    with speaking.open() as source:
        assert covered(source) == ([1, 2, 3], [])
        assert set(source.structures([1, 3])) == {1, 3}
        with pytest.raises(TryLater, match="hung up"):
            source.structures([2])


def test_of_a_garbled_message_it_talks_nonsense(speaking: SpeakingWorld) -> None:
    speaking.mailbox.folder("INBOX").messages[2].deadly = frozenset({"garbled"})
    with speaking.open() as source:
        assert covered(source) == ([1, 3], [2])
