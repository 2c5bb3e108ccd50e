"""What the tests' own IMAP servers have in common: any user name is a fresh mailbox, and nothing stays behind."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from imapclient import IMAPClient, SocketTimeout  # type: ignore[import-untyped]  # it ships no types

PASSWORD: Final = "secret"
START_SECONDS: Final = 20
STOP_SECONDS: Final = 10
TRIES: Final = 3  # another process may take the free ports before the server does
FOLDERS: Final = ("INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash")
"""What every user has from the beginning."""


class ImapServer(ABC):
    """A running server on 127.0.0.1 and port. Every user has one password and FOLDERS. stop() ends it."""

    prefix: str

    def __init__(self, password: str = PASSWORD) -> None:
        self.password = password
        self.host = "127.0.0.1"
        # Short and outside pytest's own folders: a socket's path has 107 bytes (unix(7)), and those folders are
        # closed to the user that mail is kept as.
        self.home = Path(tempfile.mkdtemp(prefix=self.prefix, dir="/tmp"))
        self.home.chmod(0o755)
        self.port = 0
        self.owner = _owner()
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[str, IMAPClient] = {}
        try:
            self._prepare()
            self._start()
        except BaseException:
            self.stop()
            raise

    @abstractmethod
    def _prepare(self) -> None:
        """What is made once, before the first start."""

    @abstractmethod
    def _configure(self) -> None:
        """Chooses free ports and writes the configuration."""

    @abstractmethod
    def _command(self) -> tuple[list[str], dict[str, Any]]:
        """The command that runs the server in the foreground, and further words for subprocess."""

    def url(self, user: str) -> str:
        """The URL of a user's mailbox, as kith.toml has it; without TLS it wants insecure = true."""
        return f"imap://{quote(user, safe='')}@{self.host}:{self.port}"

    def client(self, user: str) -> IMAPClient:
        """Another program at the same mailbox, logged in, to do what Kith must never do."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=SocketTimeout(5, 20))
        client.normalise_times = False
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(user, self.password)
        return client

    def deliver(
        self, user: str, raw: bytes, folder: str = "INBOX", at: datetime | None = None, flags: Sequence[str] = ()
    ) -> int:
        """Puts a message into a folder, made if it is not there, and gives its UID; at becomes its INTERNALDATE."""
        client = self._clients.get(user) or self._clients.setdefault(user, self.client(user))
        if not client.folder_exists(folder):
            client.create_folder(folder)
        answer: bytes = client.append(folder, raw, flags, at or datetime.now(UTC))
        return int(answer.partition(b"]")[0].split()[-1])  # [APPENDUID validity uid], RFC 4315

    def remove(self, user: str, uid: int, folder: str = "INBOX") -> None:
        """Removes a message for good, behind Kith's back."""
        with self.client(user) as client:
            client.select_folder(folder)
            client.delete_messages([uid])
            client.expunge([uid])

    def snapshot(self, user: str) -> dict[str, dict[int, tuple[bytes, ...]]]:
        """The flags of every message by folder and UID, \\Recent left out: what Kith promises not to change."""
        whole = self.contents(user)
        return {name: {uid: flags for uid, (flags, _) in messages.items()} for name, messages in whole.items()}

    def contents(self, user: str) -> dict[str, dict[int, tuple[tuple[bytes, ...], datetime]]]:
        """Flags and INTERNALDATE of every message by folder and UID."""
        with self.client(user) as client:
            return {
                name: _contents(client, name)
                for flags, _, name in client.list_folders()
                if not {b"\\Noselect", b"\\NonExistent"} & set(flags)
            }

    def restart(self) -> None:
        """Ends the server and starts it again on the same ports, with the same mail."""
        self._end()
        if not self._answers():
            raise AssertionError(self._log())

    def stop(self) -> None:
        """Ends the server, logged in or not, and removes its files."""
        self._end()
        shutil.rmtree(self.home, ignore_errors=True)

    def _end(self) -> None:
        for client in self._clients.values():
            client.shutdown()
        self._clients.clear()
        if self._process:
            # The whole family at once: on a polite word to the parent alone, sessions go on until their clients leave.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_SECONDS)
            self._wait_for_silence()

    def _wait_for_silence(self) -> None:
        """The children are not ours to wait for, and the last of them to go holds the port."""
        until = time.monotonic() + STOP_SECONDS
        while listens(self.host, self.port) and time.monotonic() < until:
            time.sleep(0.01)

    def _start(self) -> None:
        for _ in range(TRIES):
            self._configure()
            if self._answers():
                return
        raise AssertionError(self._log())

    def _answers(self) -> bool:
        """Starts the server; whether it came up."""
        command, more = self._command()
        with (self.home / "log").open("ab") as log:
            # A session of its own: Ctrl-C at the terminal is for pytest, which stops the server when it is done.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **more
            )
        self._process = process
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            try:
                with socket.create_connection((self.host, self.port), 1) as line:
                    line.settimeout(START_SECONDS)
                    if line.recv(4) == b"* OK":
                        return True
            except OSError:
                time.sleep(0.01)
        return False

    def _log(self) -> str:
        return (self.home / "log").read_text(errors="replace")


def listens(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as line:
        return line.connect_ex((host, port)) == 0


def free_ports(number: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on just now."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def _contents(client: IMAPClient, folder: str) -> dict[int, tuple[tuple[bytes, ...], datetime]]:
    client.select_folder(folder, readonly=True)
    found: dict[int, dict[bytes, Any]] = client.fetch(client.search(), ["FLAGS", "INTERNALDATE"])
    return {
        uid: (tuple(sorted(set(answer[b"FLAGS"]) - {b"\\Recent"})), answer[b"INTERNALDATE"])
        for uid, answer in found.items()
    }


def _owner() -> pwd.struct_passwd:
    """Who keeps the mail: nobody where we are root, else ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
