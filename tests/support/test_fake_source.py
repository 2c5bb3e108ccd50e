"""The mailbox in memory keeps the contract of every mail driver, and misbehaves as it is told."""

from datetime import datetime
from typing import Any

import pytest

from contract.test_source import AT, SourceContract, World, message
from kith.errors import NotFound, TryLater
from kith.mail.source import Source
from support.fake_source import FakeServer, FakeSource


class FakeWorld(World):
    """A mailbox in memory, as the contract's tests fill it."""

    def __init__(self) -> None:
        self.server = FakeServer()
        self.server.folder("Archive")

    def open(self) -> Source:
        return self.server.open()

    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime = AT) -> int:
        return self.server.deliver(raw, folder, at)

    def remove(self, uid: int, folder: str = "INBOX") -> None:
        self.server.remove(uid, folder)

    def snapshot(self) -> Any:
        return {name: dict(found) for name, found in self.server.snapshot().items()}


class TestFakeSource(SourceContract):
    """The mailbox in memory."""

    @pytest.fixture
    def world(self) -> World:
        return FakeWorld()


@pytest.fixture
def server() -> FakeServer:
    """Three messages in INBOX."""
    made = FakeServer()
    for number in range(1, 4):
        made.deliver(message(number), at=AT)
    return made


def opened(server: FakeServer) -> FakeSource:
    """A connection with INBOX open."""
    source = server.open()
    source.examine("INBOX")
    return source


def test_renumbering_changes_uidvalidity_and_every_uid(server: FakeServer) -> None:
    server.remove(1)
    before = server.folder("INBOX").uidvalidity
    third = server.folder("INBOX").messages[3]
    server.renumber(backwards=True)
    folder = server.folder("INBOX")
    assert folder.uidvalidity > before
    assert (sorted(folder.messages), folder.uidnext) == ([1, 2], 3)
    assert folder.messages[1] is third


def test_renumbering_can_keep_uidvalidity(server: FakeServer) -> None:
    server.remove(1)
    server.renumber(uidvalidity=7)
    assert (server.folder("INBOX").state.uidvalidity, server.folder("INBOX").state.uidnext) == (7, 3)


def test_a_server_may_keep_uidnext_to_itself(server: FakeServer) -> None:
    server.folder("INBOX").says_uidnext = False
    assert server.open().status(["INBOX"])["INBOX"].uidnext is None


def test_a_garbled_message_is_told_and_its_neighbours_come(server: FakeServer) -> None:
    server.garbled.add(("INBOX", 2))
    [(covered, found, unreadable)] = opened(server).headers([1, 2, 3])
    assert covered == [1, 2, 3]
    assert [h.uid for h in found] == [1, 3]
    assert [u.uid for u in unreadable] == [2]


def test_a_ghost_is_listed_and_does_not_come(server: FakeServer) -> None:
    server.ghosts.add(("INBOX", 2))
    source = opened(server)
    assert source.uids(1) == [1, 2, 3]
    [(_, found, unreadable)] = source.headers([1, 2, 3])
    assert [h.uid for h in found] == [1, 3]
    assert not unreadable
    assert source.raw(2, 100) is None


def test_a_closed_folder_is_listed_and_refused(server: FakeServer) -> None:
    server.closed.add("Sent")
    source = server.open()
    assert "Sent" in [f.name for f in source.folders()]
    assert source.status(["Sent"]) == {}
    with pytest.raises(TryLater, match="cannot be opened"):
        source.examine("Sent")
    with pytest.raises(NotFound):
        source.examine("Nowhere")


def test_every_call_can_be_made_to_fail(server: FakeServer) -> None:
    source = opened(server)

    def cut(call: str) -> None:
        if call == "appended":
            raise TryLater("the line was lost")

    server.on_call = cut
    with pytest.raises(TryLater):
        source.append("INBOX", message(9), [])
    assert len(server.folder("INBOX").messages) == 4, "the message was taken before the line broke"
    assert server.calls[-2:] == ["append", "appended"]


def test_a_closed_line_stays_closed(server: FakeServer) -> None:
    source = opened(server)
    source.close()
    with pytest.raises(TryLater, match="closed"):
        source.uids(1)
