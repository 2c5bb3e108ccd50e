"""The header scanner reads the same out of the same bytes, however the network cuts them up."""

import imaplib
import socket
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.mail import wire
from kith.mail.imap_line import Line
from kith.mail.imap_stream import Stream
from kith.mail.wire import HeaderFetch
from support.fuzz import fuzzed, mutated

UIDS = [1, 2, 3, 7, 8, 9]
FIELDS = b"BODY[HEADER.FIELDS (FROM TO)]"
DATED = b'INTERNALDATE "29-Mar-2026 03:30:00 +0200"'


def usual(uid: int, block: bytes = b"From: a@b\r\n\r\n") -> bytes:
    """An answer as most servers write it."""
    return b"* %d FETCH (UID %d %b %b {%d}\r\n%b)\r\n" % (uid, uid, DATED, FIELDS, len(block), block)


ANSWERS = [
    *(usual(uid) for uid in UIDS),
    usual(2, b""),
    usual(3, b"Subject: x) {5}\r\n * 1 FETCH (\r\n\r\n"),
    b'* 1 FETCH (FLAGS (\\Seen (x) "y)") UID 1 %b "From: q")\r\n' % FIELDS,
    b"* 2 FETCH (%b {3}\r\nA: UID 2 INTERNALDATE NIL)\r\n" % FIELDS,
    b"* 3 FETCH (UID 3 %b {20000000}\r\n" % FIELDS,
    b"* 9 EXISTS\r\n* OK [ALERT] hi\r\n",
    b"* BYE\r\n",
    b"T1 OK done\r\n",
    b"T2 OK done\r\n",
    b"T2 NO [LIMIT] not now\r\n",
]
GOOD = b"".join([*(usual(uid) for uid in UIDS[:3]), b"T1 OK done\r\n", *(usual(uid) for uid in UIDS[3:]), b"T2 OK\r\n"])


class Pieces:
    """A socket whose other side says these bytes, in pieces of these sizes and then at once, and hangs up."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = data, sizes

    def recv(self, most: int) -> bytes:
        size = min(self._sizes.pop(0) if self._sizes else most, most)
        piece, self._data = self._data[:size], self._data[size:]
        return piece


class OneLine:
    """A line that numbers its commands and knows nothing else."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.stream = Stream(cast("socket.socket", Pieces(data, sizes)))
        self._made = 0

    def start(self, commands: list[bytes]) -> list[bytes]:
        first, self._made = self._made + 1, self._made + len(commands)
        return [b"T%d" % number for number in range(first, self._made + 1)]

    def done(self, tag: bytes) -> None:
        pass


def read(data: bytes, sizes: list[int]) -> list[Any]:
    """All batches, and what ended them."""
    fetch = HeaderFetch(cast("Line", OneLine(data, list(sizes))), UIDS, None)
    told: list[Any] = []
    try:
        while batch := fetch.next():
            told.append((batch.uids, batch.found, batch.unreadable, batch.missing, batch.refusal))
    except (OSError, imaplib.IMAP4.abort) as error:
        told.append((type(error), str(error)))
    return told


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches for six messages, and room for little."""
    monkeypatch.setattr(wire, "BATCH", 3)
    monkeypatch.setattr(wire, "MOST_BYTES", 1000)


conversations = st.one_of(
    mutated([GOOD]), st.lists(st.sampled_from(ANSWERS), max_size=12).map(b"".join).flatmap(lambda said: mutated([said]))
)
cuts = st.lists(st.integers(1, 40), max_size=120)


@fuzzed(200)
@given(said=conversations, sizes=cuts)
def test_promise_8_the_same_bytes_mean_the_same_however_they_come(said: bytes, sizes: list[int]) -> None:
    whole = read(said, [])
    assert read(said, sizes) == whole
    assert read(said, [1] * len(said)) == whole
    for uids, found, unreadable, missing, _ in (batch for batch in whole if len(batch) == 5):
        answered = [*(header.uid for header in found), *(bad.uid for bad in unreadable), *missing]
        assert sorted(answered) == sorted(uids), "each message is found, unreadable or missing, once"
        assert all(header.block for header in found)


@fuzzed(100)
@given(order=st.permutations(UIDS), blocks=st.lists(st.binary(min_size=1, max_size=90), min_size=6, max_size=6))
def test_the_lenient_reader_and_the_quick_one_agree(order: list[int], blocks: list[bytes]) -> None:
    said = b"".join([*map(usual, order, blocks), b"T2 OK\r\nT1 OK\r\n"])
    quick = read(said, [])
    slow = read(said.replace(b" FETCH (UID", b" fetch (UID"), [])
    assert [batch[:3] for batch in quick] == [batch[:3] for batch in slow]
    assert sum(len(batch[1]) for batch in quick) == 6
