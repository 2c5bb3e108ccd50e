"""The demo's mail servers: a real IMAP and a real SMTP server on this machine, for as long as the demo lasts."""

import asyncio
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from importlib.util import find_spec
from types import TracebackType
from typing import Self

from kith.demo.post import DemoMessage
from kith.errors import UsageError

HOST = "127.0.0.1"
USER = "alex"
FOLDERS = ("Sent", "Drafts", "Archive")
"""Beside INBOX. The server tells no SPECIAL-USE (RFC 6154), so Kith finds them by their names."""
_START_SECONDS = 30
_STOP_SECONDS = 10


class DemoServers:
    """An IMAP server that holds the messages given, and an SMTP server that delivers into its INBOX.

    A context manager; both listen on loopback only, on ports the system chose, and only with the
    password made for this run. The SMTP server takes mail for `addresses` and for nobody else, so
    nothing the demo sends can leave this machine. Entering raises UsageError without the demo extra.
    """

    def __init__(self, messages: Sequence[DemoMessage], addresses: Sequence[str]) -> None:
        self.user = USER
        self.password = secrets.token_urlsafe(12)
        self.imap_port = 0
        self.smtp_port = 0
        self._messages = messages
        self._addresses = frozenset(a.casefold() for a in addresses)
        self._ports: Future[tuple[int, int]] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="kith-demo-servers", daemon=True)

    def __enter__(self) -> Self:
        require_extra()
        self._thread.start()
        self.imap_port, self.smtp_port = self._ports.result(timeout=_START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:  # no free port, no loopback: told where the demo waits for the ports
            if not self._ports.done():
                self._ports.set_exception(error)

    async def _serve(self) -> None:
        from kith.demo import embedded  # the extra's packages, looked for before this thread started

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        mailbox = await embedded.Mailbox.make(self.user, self.password, FOLDERS)
        for message in self._messages:
            await mailbox.put(message.folder, message.at, message.flags, message.raw)
        imap = await mailbox.listen(HOST)
        smtp = await embedded.listen_smtp(HOST, self.user, self.password, self._addresses, mailbox)
        self._ports.set_result((_port(imap), _port(smtp)))
        await self._stop.wait()
        # Not waited for: from Python 3.12 on, wait_closed() waits for clients, who may be in IDLE.
        imap.close()
        smtp.close()


def require_extra() -> None:
    """Raises UsageError where the packages of the demo extra are not installed."""
    if any(find_spec(name) is None for name in ("pymap", "aiosmtpd")):
        raise UsageError("the demo needs its embedded servers", hint="pip install 'kithmail[demo]'")


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
