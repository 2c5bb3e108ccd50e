"""A listener between Kith and an IMAP server: writes down what the client says, and can be slow or cut the line.

It can also fail as a server does that stumbles over a message: at each command of some kind it hangs up, says
BYE, or falls silent.
"""

import re
import socket
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Final, Self

ALLOWED: Final = frozenset({
    "CAPABILITY", "ID", "STARTTLS", "LOGIN", "AUTHENTICATE", "ENABLE", "COMPRESS", "NAMESPACE", "LIST", "STATUS",
    "EXAMINE", "UID SEARCH", "UID FETCH", "IDLE", "DONE", "NOOP", "UNSELECT", "LOGOUT", "APPEND",
})  # fmt: skip
"""All that Kith may ever say to a server."""
_PIECE: Final = 1 << 16
_JOIN_SECONDS: Final = 5
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n\Z")
_VERB = re.compile(r"(?:UID )?[A-Z]+")
_SECRET: Final = "***"
_WAKES: Final = 0.02


class Failure(Enum):
    """How a server fails that stumbles over a message."""

    EOF = "it hangs up"
    BYE = "it says BYE and hangs up"
    SILENCE = "it falls silent"


def fetching(uid: int, items: str = "") -> Callable[[str], bool]:
    """Whether a command fetches a message, and of it something whose name holds items."""

    def does(command: str) -> bool:
        verb, _, rest = command.partition("UID FETCH ")
        numbers, _, asked = rest.partition(" ")
        ranges = [one.partition(":") for one in numbers.split(",")] if not verb and rest else []
        return items in asked and any(int(low) <= uid <= int(high or low) for low, _, high in ranges)

    return does


class RecordingProxy:
    """Passes everything between clients and a server on 127.0.0.1, on a port of its own.

    commands holds what the clients sent, in order: without tags, with *** for secrets, and without the
    bytes of literals. turns counts how often a client spoke after it had heard something: each time, somebody far
    away would have waited. delay is added before each piece the server says, in seconds. cut_after drops the
    line once the server has said that many bytes; both hold for connections made after they are set.
    fails_at is asked of each command; where it names a Failure, that is what becomes of the line.
    """

    def __init__(self, port: int, delay: float = 0.0, cut_after: int | None = None) -> None:
        self.target = ("127.0.0.1", port)
        self.delay = delay
        self.cut_after = cut_after
        self.commands: list[str] = []
        self.turns = 0
        self.fails_at: Callable[[str], Failure | None] = lambda _command: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def verbs(self) -> list[str]:
        """The first word of each command, UID with the word behind it."""
        return [found[0] for command in self.commands if (found := _VERB.match(command))]

    def check_harmless(self, *written: str) -> None:
        """Raises AssertionError where a command could have changed mail; written: the folders of APPEND, in order."""
        assert set(self.verbs) <= ALLOWED, set(self.verbs) - ALLOWED
        assert len(self.verbs) == len(self.commands), "each command has a verb"
        for command in self.commands:
            bare = command.replace("BODYSTRUCTURE", "").replace("BODY.PEEK[", "")
            assert not re.search(r"BODY|RFC822", bare), command
        placed = [command.split('"')[1] for command in self.commands if command.startswith("APPEND")]
        assert placed == list(written)

    def cut(self) -> None:
        """Drops every line; new ones may be opened."""
        for line in self._open:
            _drop(line)

    def stop(self) -> None:
        """Drops every line and closes the port."""
        for line in (self._listener, *self._open):
            _drop(line)
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self.target)
                for line in (client, server):
                    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._open.append(line)
                self._connect(client, server, self.delay, self.cut_after)

    def _connect(self, client: socket.socket, server: socket.socket, delay: float, cut_after: int | None) -> None:
        recorder = Recorder(self.commands)
        silent, spoke = threading.Event(), threading.Event()

        def heard(piece: bytes) -> None:
            self.turns += spoke.is_set()
            spoke.clear()
            known = len(self.commands)
            recorder.heard(piece)
            for failure in filter(None, map(self.fails_at, self.commands[known:])):
                silent.set()
                if failure is Failure.SILENCE:
                    return
                client.sendall(b"* BYE I stumbled\r\n" if failure is Failure.BYE else b"")
                raise ConnectionAbortedError

        def said(_piece: bytes) -> None:
            spoke.set()
            time.sleep(delay)
            while silent.is_set():  # until somebody hangs up
                if server.fileno() < 0 or client.fileno() < 0:
                    raise ConnectionAbortedError
                time.sleep(_WAKES)

        def upwards() -> None:
            _pump(client, server, heard)

        def downwards() -> None:
            _pump(server, client, said, cut_after)

        self._start(upwards)
        self._start(downwards)


class Recorder:
    """Turns what a client sends, in pieces of any size, into commands without tags and secrets."""

    def __init__(self, commands: list[str]) -> None:
        self._commands = commands
        self._rest = b""
        self._literal = 0  # bytes still to come
        self._authenticating = self._goes_on = False
        self._inflate: zlib._Decompress | None = None

    def heard(self, piece: bytes) -> None:
        """Takes the next bytes."""
        self._rest += self._inflate.decompress(piece) if self._inflate else piece
        while self._rest:
            skipped, self._rest = self._rest[: self._literal], self._rest[self._literal :]
            self._literal -= len(skipped)
            line, end, rest = self._rest.partition(b"\r\n")
            if self._literal or not end:
                return
            self._rest = rest
            self._line(line + end)

    def _line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        tag, _, command = text.partition(" ")
        announced = _LITERAL.search(line)
        if self._goes_on:
            self._commands[-1] += text
        elif text == "DONE":
            self._commands.append(text)
        elif self._authenticating and not command:
            self._commands[-1] += f" {_SECRET}"
        else:
            self._authenticating = command.upper().startswith("AUTHENTICATE ")
            self._commands.append(_without_secret(command or tag))
        self._goes_on = bool(announced)
        self._literal = int(announced[1]) if announced else 0
        if command.upper() == "COMPRESS DEFLATE":
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)


def _without_secret(command: str) -> str:
    words = command.split(" ", 2)
    if words[0].upper() in {"LOGIN", "AUTHENTICATE"} and len(words) > 2:
        return f"{words[0]} {words[1]} {_SECRET}"
    return command


def _pump(
    source: socket.socket, target: socket.socket, heard: Callable[[bytes], None], cut_after: int | None = None
) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            heard(piece)
            target.sendall(piece if cut_after is None else piece[:cut_after])
            if cut_after is not None:
                cut_after -= len(piece)
                if cut_after <= 0:
                    break
    _drop(source)
    _drop(target)


def _drop(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)  # wakes who waits on it
    line.close()
