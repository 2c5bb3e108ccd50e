"""The bytes between Kith and a server: how long is waited for them."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from kith.errors import TryLater
from kith.mail import imap_stream
from kith.mail.imap import Account, connect
from kith.mail.imap_stream import Stream

STILL_HERE = b"* OK Still here\r\n"
PATIENCE = 0.3


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_stream, "PATIENCE", PATIENCE)


@pytest.fixture
def line() -> Iterator[tuple[Stream, socket.socket]]:
    """A stream, and the server's end of it."""
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    with ours, theirs:
        yield Stream(ours), theirs


def talking(server: socket.socket, said: bytes, *, often: float = 0.02) -> threading.Thread:
    """The server says the same again and again, until nobody listens any more."""

    def talk() -> None:
        try:
            while True:
                server.sendall(said)
                time.sleep(often)
        except OSError:
            pass

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    return thread


def listen(stream: Stream, seconds: float) -> int:
    """Reads lines for so long; gives how many came."""
    lines, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        stream.readline()
        lines += 1
    return lines


def test_a_server_that_only_says_that_it_is_there_is_not_listened_to_for_ever(
    line: tuple[Stream, socket.socket],
) -> None:
    stream, server = line
    talking(server, b".")  # not even a line
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        stream.readline()
    assert PATIENCE <= time.monotonic() - began < 5 * PATIENCE


def test_until_it_has_let_us_in_much_is_not_better_than_little(line: tuple[Stream, socket.socket]) -> None:
    stream, server = line
    talking(server, STILL_HERE * 100)
    with pytest.raises(TimeoutError):
        listen(stream, 5 * PATIENCE)


def test_what_is_long_may_take_long(line: tuple[Stream, socket.socket]) -> None:
    stream, server = line
    stream.most = imap_stream.MOST_PATIENCE
    talking(server, STILL_HERE)  # 850 bytes a second
    assert listen(stream, 3 * PATIENCE)


def test_after_all_it_is_over(line: tuple[Stream, socket.socket]) -> None:
    stream, server = line
    stream.most = 2 * PATIENCE
    talking(server, STILL_HERE)
    with pytest.raises(TimeoutError):
        listen(stream, 5 * PATIENCE)


def test_each_thing_we_send_is_waited_for_anew(line: tuple[Stream, socket.socket]) -> None:
    stream, server = line
    talking(server, STILL_HERE)
    for _ in range(3):
        stream.send(b"1 NOOP\r\n")
        assert listen(stream, PATIENCE / 2)


def test_waiting_for_news_is_not_waiting_for_an_answer(line: tuple[Stream, socket.socket]) -> None:
    stream, server = line
    assert not stream.ready(2 * PATIENCE)
    server.sendall(STILL_HERE)
    assert stream.ready(PATIENCE)
    assert stream.readline() == STILL_HERE


@pytest.mark.parametrize("greeting", [b"", b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n"])
def test_a_server_that_says_little_for_ever_takes_no_login(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                client.sendall(greeting)
                talking(client, STILL_HERE if greeting else b"*").join()

        server = threading.Thread(target=serve)
        server.start()
        port = int(listener.getsockname()[1])
        account = Account(name="personal", host="127.0.0.1", port=port, user="alex", tls="none", secret=lambda: "s")
        began = time.monotonic()
        with pytest.raises(TryLater, match="personal"):
            connect(account, 5)
        assert time.monotonic() - began < 10 * PATIENCE
        server.join()
