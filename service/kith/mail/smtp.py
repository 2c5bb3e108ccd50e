"""Hands letters to a mail server over SMTP, and says as a value how that ended."""

import base64
import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from kith.domain.address import normal_domain
from kith.domain.outbox import LOGIN_REFUSED, Outcome, Result
from kith.errors import ConfigError, KithError

CONNECT_SECONDS = 30
TALK_SECONDS = 120
"""How long it may take until a server wants the message, however often it says that we should wait."""
TEXT_SECONDS = 180
"""How long the message itself may take (RFC 5321, 4.5.3.2.5)."""
ANSWER_SECONDS = 600
"""How long a server may think about a whole message (RFC 5321, 4.5.3.2.6): giving up early leaves its fate unknown."""
QUIT_SECONDS = 3

LOGIN_MATTERS = (530, 534, 535, 538)
"""Permanent only until the owner has mended the login (RFC 4954, 6): the letter waits for that."""

BROKEN = (OSError, smtplib.SMTPException, ValueError)
"""What ends a conversation; ValueError is a name or a login that SMTP has no form for."""

OUR_NAME = "[127.0.0.1]"
"""How we greet (RFC 5321, 4.1.4): looking up a name of our own takes time, and tells it."""

_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server that takes our letters. tls: "smtps", "starttls" or "none" (loopback only, checked by config)."""

    host: str
    port: int
    user: str
    tls: str
    secret: Callable[[], str]
    auth: str = "password"
    tls_ca: str = ""

    def send(self, raw: bytes, sender: str, recipient: str, may_end: Callable[[], bool] = lambda: True) -> Outcome:
        """One try. Whether an answer that was lost means taken or not nobody can know (RFC 1047): Result.UNKNOWN.

        may_end: see jobs.work.Send.
        """
        try:
            server = self._connect()
        except (*BROKEN, KithError) as error:
            return replace(self._no_connection(error), result=Result.TRY_AGAIN)
        try:
            return server.hand_over(raw, _on_the_wire(sender), _on_the_wire(recipient), may_end)
        except BROKEN as error:
            result = Result.UNKNOWN if server.handed_over else Result.TRY_AGAIN
            return Outcome(result, f"the line to {self.host} broke ({_said(error)})")
        finally:
            server.leave()

    def check(self) -> Outcome:
        """Connects, logs in and leaves, for `kith doctor`. REFUSED: the same again will not work."""
        try:
            self._connect().leave()
        except (*BROKEN, KithError) as error:
            return self._no_connection(error)
        return Outcome(Result.ACCEPTED)

    def _no_connection(self, error: Exception) -> Outcome:
        match error:
            case KithError():
                return Outcome(Result.REFUSED, error.message, error.hint)
            case smtplib.SMTPAuthenticationError():
                hint = "check the user in `url` of [smtp] and the secret that its `password` points to"
                return Outcome(Result.REFUSED, f"{self.host} {LOGIN_REFUSED} ({error.smtp_code})", hint)
            case smtplib.SMTPNotSupportedError():
                what = "STARTTLS" if "STARTTLS" in str(error) else "login that Kith knows"
                return Outcome(Result.REFUSED, f"{self.host} offers no {what}")
        return Outcome(Result.TRY_AGAIN, f"{self.host} could not be reached ({_said(error)})")

    def _connect(self) -> "_Server":
        if self.tls == "smtps":
            server: _Server = _TlsServer(self.host, self.port, OUR_NAME, timeout=CONNECT_SECONDS, context=self._trust())
        else:
            server = _Server(self.host, self.port, OUR_NAME, timeout=CONNECT_SECONDS)
        try:
            if self.tls == "starttls":
                server.starttls(context=self._trust())  # raises where the server does not offer it
            self._log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.tls_ca or None)
        except OSError as error:
            raise ConfigError(f"the certificates in {self.tls_ca} cannot be read", "see tls_ca in kith.toml") from error

    def _log_in(self, server: "_Server") -> None:
        server.ehlo_or_helo_if_needed()
        if self.tls == "none" and not server.has_extn("auth"):
            return  # a relay on this machine that asks nobody who they are
        secret = self.secret()
        if self.auth == "xoauth2":
            token = f"user={self.user}\x01auth=Bearer {secret}\x01\x01"
            # A refusal comes as a challenge, and wants an empty answer before it says 535.
            server.auth("XOAUTH2", lambda challenge=None: token if challenge is None else "")
        elif f"{self.user}{secret}".isascii():
            server.login(self.user, secret)
        else:
            server.log_in_beyond_ascii(self.user, secret)


class _Server(smtplib.SMTP):
    """An SMTP connection of limited length that knows whether a message was handed over before the line broke."""

    handed_over = False
    _until: float  # when the conversation is over in any case
    _silence: float  # seconds that one word may take

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        """Connects. smtplib calls this."""
        self._until, self._silence = time.monotonic() + TALK_SECONDS, CONNECT_SECONDS
        return super()._get_socket(host, port, timeout)  # type: ignore[misc]  # it is not in typeshed

    def getreply(self) -> tuple[int, bytes]:
        """One answer, of any number of lines. smtplib would wait for each byte anew."""
        if self.file is None and self.sock:
            self.file = io.BufferedReader(_Heard(self.sock, self._left))
        return super().getreply()

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self._silence)

    def hand_over(self, raw: bytes, sender: str, recipient: str, may_end: Callable[[], bool]) -> Outcome:
        """MAIL, RCPT and DATA, with the moment kept from which on the server may have the message."""
        beyond_ascii = not f"{sender}{recipient}".isascii()
        if beyond_ascii and not self.has_extn("smtputf8"):
            return Outcome(Result.REFUSED, "the server takes no addresses beyond ASCII (SMTPUTF8)")
        steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
            lambda: self.mail(sender, ["SMTPUTF8"] if beyond_ascii else []),
            lambda: self.rcpt(recipient),
        )
        for step in steps:
            code, said = step()
            if not 200 <= code < 300:
                return _refusal(code, said)
        code, said = self.docmd("DATA")
        return self._hand_over_text(raw, may_end) if code == 354 else _refusal(code, said)

    def _hand_over_text(self, raw: bytes, may_end: Callable[[], bool]) -> Outcome:
        text = _DOT.sub(b"..", raw)  # RFC 5321, 4.5.2
        self._wait_at_most(TEXT_SECONDS)
        self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        if not may_end():
            self.close()
            return Outcome(Result.TRY_AGAIN, "it was called off")
        self._wait_at_most(ANSWER_SECONDS)
        self.handed_over = True
        self.send(b".\r\n")
        code, said = self.getreply()
        if 200 <= code < 300:
            return Outcome(Result.ACCEPTED)
        return _refusal(code, said) if code >= 400 else Outcome(Result.UNKNOWN, "the server answered something else")

    def log_in_beyond_ascii(self, user: str, secret: str) -> None:
        """AUTH PLAIN in UTF-8 (RFC 4616); the library's own login is ASCII only."""
        if "PLAIN" not in self.esmtp_features.get("auth", "").upper().split():
            raise smtplib.SMTPNotSupportedError("no AUTH PLAIN")
        words = base64.b64encode(f"\0{user}\0{secret}".encode("utf-8", "surrogateescape")).decode("ascii")
        code, said = self.docmd("AUTH", f"PLAIN {words}")
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, said)

    def leave(self) -> None:
        """Says goodbye; never raises: whatever comes now, the message has its fate."""
        with suppress(*BROKEN):
            self._wait_at_most(QUIT_SECONDS)
            self.docmd("QUIT")
        self.close()

    def _wait_at_most(self, seconds: float) -> None:
        self._until, self._silence = time.monotonic() + seconds, seconds
        if self.sock:
            self.sock.settimeout(seconds)


class _Heard(io.RawIOBase):
    """What a server says, for as long as it is listened to."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock, self._left = sock, left

    def readable(self) -> bool:
        """It is. io asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes. io calls this."""
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)


class _TlsServer(smtplib.SMTP_SSL, _Server):
    """The same over TLS from the first byte."""


def _on_the_wire(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{normal_domain(domain)}"


def _refusal(code: int, said: bytes) -> Outcome:
    if code < 400:
        return Outcome(Result.TRY_AGAIN, "the server answered something else")
    permanent = 500 <= code < 600 and code not in LOGIN_MATTERS
    words = " ".join(f"{code} {said.decode('utf-8', 'replace')}"[:300].split())
    return Outcome(Result.REFUSED if permanent else Result.TRY_AGAIN, words)


def _said(error: Exception) -> str:
    """What happened in a word, without anything that was sent."""
    match error:
        case smtplib.SMTPServerDisconnected():
            return "no answer in time" if isinstance(error.__context__, TimeoutError) else "it hung up"
        case smtplib.SMTPResponseException():
            return str(error.smtp_code)
        case TimeoutError():
            return "no answer in time"
    return getattr(error, "strerror", None) or type(error).__name__
