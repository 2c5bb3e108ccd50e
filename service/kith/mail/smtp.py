"""Hands letters to a mail server over SMTP, and says as a value how that ended."""

import smtplib
import ssl
from dataclasses import dataclass
from collections.abc import Callable

from kith.domain.outbox import Outcome, Result

CONNECT_SECONDS = 30
PERMANENT = range(500, 600)


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

    def send(self, raw: bytes, sender: str, recipient: str) -> Outcome:
        """One try. Whether an answer that was lost means taken or not nobody can know (RFC 1047): Result.UNKNOWN."""
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(Result.TRY_AGAIN, f"{self.host} refused the login ({error.smtp_code})")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.TRY_AGAIN, f"{self.host} could not be reached ({_said(error)})")
        with server:
            return self._hand_over(server, raw, sender, recipient)

    def check(self) -> Outcome:
        """Connects, logs in and leaves, for `kith doctor`."""
        try:
            with self._connect():
                return Outcome(Result.ACCEPTED)
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(Result.REFUSED, f"{self.host} refused the login ({error.smtp_code})")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.TRY_AGAIN, f"{self.host} could not be reached ({_said(error)})")

    def _connect(self) -> "_Server":
        context = ssl.create_default_context(cafile=self.tls_ca or None)
        if self.tls == "smtps":
            server: _Server = _TlsServer(self.host, self.port, timeout=CONNECT_SECONDS, context=context)
        else:
            server = _Server(self.host, self.port, timeout=CONNECT_SECONDS)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)  # raises where the server does not offer it
            self._log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: "_Server") -> None:
        server.ehlo_or_helo_if_needed()
        if self.tls == "none" and not server.has_extn("auth"):
            return  # a relay on this machine that asks nobody who they are
        secret = self.secret()
        if self.auth == "xoauth2":
            server.user, server.password = self.user, secret
            server.auth("XOAUTH2", lambda _challenge=None: f"user={self.user}\x01auth=Bearer {secret}\x01\x01")
        else:
            server.login(self.user, secret)

    def _hand_over(self, server: "_Server", raw: bytes, sender: str, recipient: str) -> Outcome:
        try:
            for code, said in (server.mail(sender), server.rcpt(recipient)):
                if code >= 400:
                    return _refusal(code, said)
            return server.hand_over(raw)
        except (OSError, smtplib.SMTPException) as error:
            result = Result.UNKNOWN if server.handed_over else Result.TRY_AGAIN
            return Outcome(result, f"the line to {self.host} broke ({_said(error)})")


class _Server(smtplib.SMTP):
    """An SMTP connection that knows whether a message was handed over before the line broke."""

    handed_over = False

    def hand_over(self, raw: bytes) -> Outcome:
        """DATA, with the moment kept from which on the server may have the message."""
        self.putcmd("data")
        code, said = self.getreply()
        if code != 354:
            return _refusal(code, said)
        text = smtplib._quote_periods(raw)  # type: ignore[attr-defined]  # noqa: SLF001 -- RFC 5321, 4.5.2; SMTP.data() would hide the moment between text and answer
        self.handed_over = True
        self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        self.send(b".\r\n")
        code, said = self.getreply()
        return Outcome(Result.ACCEPTED) if code == 250 else _refusal(code, said)


class _TlsServer(smtplib.SMTP_SSL, _Server):
    """The same over TLS from the first byte."""


def _refusal(code: int, said: bytes) -> Outcome:
    words = f"{code} {said.decode('utf-8', 'replace')}"[:300]
    if code < 0:
        return Outcome(Result.TRY_AGAIN, "the server answered something else")
    return Outcome(Result.REFUSED if code in PERMANENT else Result.TRY_AGAIN, " ".join(words.split()))


def _said(error: Exception) -> str:
    """What happened in a word, without anything that was sent."""
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    return getattr(error, "strerror", None) or type(error).__name__
