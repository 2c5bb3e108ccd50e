"""An SMTP server of the tests' own: keeps what it is given, and misbehaves on request."""

import asyncio
import base64
import binascii
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, syntax

STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message as the server took it: the envelope's sender and recipients, and the raw bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class HangUp(StrEnum):
    """When the server drops the line without a word."""

    BEFORE_DATA = "when it is told DATA"
    UNANSWERED = "when it has taken the message, instead of saying so"
    SWALLOWED = "when it has read the message, which is lost"


class SmtpServer:
    """A server on 127.0.0.1 and a port of its own, on a thread of its own.

    login is the user and the password (or XOAUTH2 token) it insists on. With a certificate (its file and
    that of its key) it offers and wants STARTTLS, or speaks TLS from the first byte with implicit_tls.

    What follows may be changed at any time and holds from then on: refuse_recipient and refuse_message are
    the answers ("451 4.3.0 later") given instead of 250, hang_up says when to drop the line, and deliver is
    called with each accepted message, on the server's thread, before the client has its answer.
    """

    def __init__(
        self,
        login: tuple[str, str] | None = None,
        certificate: tuple[Path, Path] | None = None,
        implicit_tls: bool = False,
    ) -> None:
        self.host = "127.0.0.1"
        self.login = login
        self.messages: list[Accepted] = []
        self.mechanisms: list[str] = []  # those that clients logged in with, in order
        self.refuse_recipient = ""
        self.refuse_message = ""
        self.hang_up: HangUp | None = None
        self.deliver: Callable[[Accepted], None] | None = None
        tls = _tls(certificate)
        self._starttls = None if implicit_tls else tls
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        # A line that was dropped on purpose is no news.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = threading.Thread(target=self._run, args=(tls if implicit_tls else None,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hangs up on everybody and closes the port; once is enough, twice does no harm."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(STOP_SECONDS)

    def accept(self, message: Accepted) -> None:
        """Keeps a message, and hands it on."""
        self.messages.append(message)
        if self.deliver:
            self.deliver(message)

    async def _serve(self, tls: ssl.SSLContext | None) -> None:
        # The port listens already: whoever connects before this runs only waits a moment.
        server = await self._loop.create_server(self._session, sock=self._listener, ssl=tls)
        await self._stopping.wait()
        server.close()
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
        await asyncio.sleep(0)  # a session closes its socket in the loop's next round

    def _run(self, tls: ssl.SSLContext | None) -> None:
        self._loop.run_until_complete(self._serve(tls))
        self._loop.close()

    def _session(self) -> SMTP:
        return _Protocol(
            _Handler(self),
            hostname="localhost",
            loop=self._loop,
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            auth_require_tls=self._starttls is not None,
            authenticator=self._authenticate,
            enable_SMTPUTF8=True,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        return self.checked(mechanism, (data.login.decode(), data.password.decode()))

    def checked(self, mechanism: str, claimed: tuple[str, str]) -> AuthResult:
        """Whether this is the login asked for."""
        if claimed != self.login:
            return AuthResult(success=False, handled=False)
        self.mechanisms.append(mechanism)
        return AuthResult(success=True)


class _Protocol(SMTP):
    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 -- aiosmtpd's name
        if self.event_handler.server.hang_up is HangUp.BEFORE_DATA:
            await _drop(self)
        await super().smtp_DATA(arg)


async def _drop(protocol: SMTP) -> NoReturn:
    protocol.transport.abort()
    await asyncio.sleep(0)  # losing the line cancels this session
    raise asyncio.CancelledError


class _Handler:
    """What aiosmtpd asks during one connection; the names are its own."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self, _smtp: SMTP, session: Session, _envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [answer for answer in answers if self.server.login or not answer.startswith("250-AUTH")]

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, _smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.server.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.server.refuse_recipient:
            return self.server.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, smtp: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.server.hang_up is HangUp.SWALLOWED:
            await _drop(smtp)
        if self.server.refuse_message:
            return self.server.refuse_message
        self.server.accept(Accepted(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        if self.server.hang_up is HangUp.UNANSWERED:
            await _drop(smtp)
        return "250 2.0.0 Taken"

    async def auth_XOAUTH2(self, smtp: Any, args: list[str]) -> AuthResult:  # noqa: N802 -- aiosmtpd's name
        """user=USER^Aauth=Bearer TOKEN^A^A in base64, as Google and Microsoft document it."""
        try:
            words = base64.b64decode(args[-1]).decode().split("\x01")
        except (binascii.Error, UnicodeDecodeError):
            words = []
        user, token = (*words, "", "")[:2]
        result = self.server.checked("XOAUTH2", (user.removeprefix("user="), token.removeprefix("auth=Bearer ")))
        if not result.success:
            # The reason comes as a challenge, which the client answers before it hears the 535.
            await smtp.challenge_auth('{"status":"401","schemes":"bearer"}')
        return result


def _tls(certificate: tuple[Path, Path] | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
