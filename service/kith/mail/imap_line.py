"""The connection to an IMAP server: imapclient over a Stream, always verified TLS, and the login."""

import imaplib
import logging
import re
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any, Final

from imapclient import IMAPClient, SocketTimeout  # type: ignore[import-untyped]  # it ships no types
from imapclient.imap4 import IMAP4WithTimeout  # type: ignore[import-untyped]  # it ships no types
from imapclient.tls import IMAP4_TLS  # type: ignore[import-untyped]  # it ships no types

from kith.errors import ConfigError, LoginRefused, TryLater
from kith.mail.imap_account import Account, login_refusal, translated
from kith.mail.imap_stream import MOST_PATIENCE, Stream
from kith.mail.imap_words import forms, shown, told

_CONNECT_SECONDS: Final = 15.0
_MOST_NONSENSE: Final = 1000  # lines in a row
_WORTH_COMPRESSING: Final = 0.010  # seconds of round trip; nearer servers answer faster than zlib unpacks
_ATOM = re.compile(r"[A-Za-z0-9!#$&'+,./:;<=>?@^_`|~-]+")  # RFC 3501, 9, without what some servers trip over

logging.getLogger("imapclient").setLevel(logging.WARNING)  # at DEBUG it writes whole conversations


class Line(imaplib.IMAP4):
    """imaplib's protocol machine, reading from a Stream and able to have several commands under way."""

    stream: Stream
    round_trip: float
    """Seconds that the server took for its greeting, or for its latest CAPABILITY."""
    compresses: bool = False
    """Whether COMPRESS is to be asked for at the next occasion."""
    _since: float  # when it was the server's turn

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connects. imaplib calls this."""
        self.host, self.port = host, port
        self._use(self._create_socket(timeout))

    def _use(self, sock: socket.socket) -> None:
        self.sock, self.stream, self._since = sock, Stream(sock), time.monotonic()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # half a literal must not wait for an ACK

    def read(self, size: int) -> bytes:
        """That many bytes of a literal."""
        return self.stream.read(size)

    def readline(self) -> bytes:
        """One line of any length."""
        return self.stream.readline()

    def send(self, data: Any) -> None:
        """Sends everything."""
        self.stream.send(bytes(data))

    def shutdown(self) -> None:
        """Hangs up without a word; never raises."""
        self.state = "LOGOUT"
        self.sock.close()

    def capability(self) -> tuple[str, list[Any]]:
        """What the server can do: asked only where its greeting did not say (RFC 3501, 7.1)."""
        said = self.take("CAPABILITY")
        if not said:
            self._since = time.monotonic()
            _, said = super().capability()
        self.round_trip = time.monotonic() - self._since
        return "OK", said

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """Makes the line safe (RFC 3501, 6.2.1). What was sent before the handshake is not read after it."""
        kind, text = self.ask(b"STARTTLS")
        if kind != "OK" or ssl_context is None:
            raise self.error(f"no STARTTLS: {shown(text)}")
        if self.stream.at < len(self.stream.data):
            raise self.abort("somebody spoke between STARTTLS and the handshake")
        self._use(ssl_context.wrap_socket(self.sock, server_hostname=self.host))
        self._tls_established = True
        self.untagged_responses.clear()
        self._get_capabilities()
        return kind, [text]

    def ask(self, command: bytes) -> tuple[str, bytes]:
        """One command from start to finish, and where it is wanted COMPRESS in the same piece (RFC 4978).

        Not for SEARCH and FETCH: Dovecot says the last of their answers only when it has begun to compress.
        """
        tag, *more = self.start([command, *[b"COMPRESS DEFLATE"] * self.compresses])
        self.compresses = False
        answer = self.finish(tag)
        if more and self.finish(more[0])[0] == "OK":
            self.stream.compress()
        return answer

    def start(self, commands: Sequence[bytes]) -> list[bytes]:
        """Sends commands in one piece and gives their tags; finish() or a scanner reads the answers."""
        tags: list[bytes] = [self._new_tag() for _ in commands]
        self.send(b"".join(tag + b" " + command + b"\r\n" for tag, command in zip(tags, commands, strict=True)))
        return tags

    def finish(self, tag: bytes) -> tuple[str, bytes]:
        """Reads until a command is done: OK, NO or BAD, and the server's words."""
        kind, data = self._get_tagged_response(tag)
        return kind, data[-1] or b""

    def done(self, tag: bytes) -> None:
        """Somebody else has read the end of that command."""
        self.tagged_commands.pop(tag, None)

    def opened(self, *, is_open: bool) -> None:
        """An EXAMINE is done. imaplib wants to know before it lets commands pass."""
        self.state, self.is_readonly = "SELECTED" if is_open else "AUTH", True

    def next_response(self) -> bytes | None:
        """Reads one response; None where the server asks for more ("+")."""
        response: bytes | None = self._get_response()
        return response

    def _get_response(self, *arguments: Any) -> Any:
        """One response. imaplib calls this; once we are connected, lines that are none are passed over."""
        for _ in range(_MOST_NONSENSE):
            try:
                return super()._get_response(*arguments)  # type: ignore[misc]  # it is not in typeshed
            except self.abort as error:
                if self.state == "LOGOUT" or not str(error).startswith("unexpected response"):
                    raise
        raise self.abort("the server speaks no IMAP")

    def take(self, kind: str) -> list[Any]:
        """The untagged responses of a kind that came so far, which are forgotten."""
        return list(self.untagged_responses.pop(kind, []))

    def forget(self) -> None:
        """Forgets untagged responses that nobody asked for, so that they do not mix with the next answer."""
        bye = self.untagged_responses.get("BYE")
        self.untagged_responses = {"BYE": bye} if bye else {}


class _PlainLine(Line, IMAP4WithTimeout):  # type: ignore[misc]  # imapclient ships no types
    """Begins unencrypted."""


class _TlsLine(Line, IMAP4_TLS):  # type: ignore[misc]  # imapclient ships no types
    """TLS from the first byte."""


class Client(IMAPClient):  # type: ignore[misc]  # imapclient ships no types
    """imapclient over our own Line."""

    line: Line

    def _create_IMAP4(self) -> Line:  # noqa: N802 -- imapclient's name
        seconds = self._timeout.connect
        if self.ssl:
            # mypy sees imaplib's arguments, not those of imapclient's class
            self.line = _TlsLine(self.host, self.port, self.ssl_context, seconds)  # type: ignore[call-arg]  # see above
        else:
            self.line = _PlainLine(self.host, self.port, seconds)
        return self.line


def open_client(account: Account, timeout: float) -> Client:
    """A connection that is logged in; timeout is the longest silence in seconds.

    Raises TryLater, LoginRefused or ConfigError; a password is never sent over a line that is not safe.
    """
    context = None if account.tls == "none" else _tls_context(account)
    limits = SocketTimeout(connect=min(_CONNECT_SECONDS, timeout), read=timeout)
    with translated(account, "connecting"):
        client = Client(account.host, account.port, ssl=account.tls == "imaps", ssl_context=context, timeout=limits)
    client.normalise_times = False  # else an hour is lost where the clocks change
    client.line.debug = 0  # imapclient wants every line for its log, passwords too
    try:
        with translated(account, "logging in"):
            _make_safe(client, account, context)
            _log_in(client, account)
            is_far = client.line.round_trip > _WORTH_COMPRESSING
            client.line.compresses = is_far and b"COMPRESS=DEFLATE" in client.capabilities()
            client.line.stream.most = MOST_PATIENCE
    except BaseException:
        client.line.shutdown()
        raise
    return client


def _tls_context(account: Account) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if account.tls_ca:
        try:
            context.load_verify_locations(account.tls_ca)
        except (OSError, ssl.SSLError) as error:
            hint = "name a PEM file with the certificate of your bridge or private CA"
            raise ConfigError(f"{account.name}: tls_ca {account.tls_ca} cannot be read ({error})", hint) from error
        # A bridge's certificate is often its own CA, and seldom made by the book (RFC 5280).
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _make_safe(client: Client, account: Account, context: ssl.SSLContext | None) -> None:
    """STARTTLS where it is wanted. Who removes the offer, or greets as logged in, gets no password."""
    if account.tls != "starttls":
        return
    if client.line.state != "NONAUTH" or "STARTTLS" not in client.line.capabilities:
        raise ConfigError(
            f"{account.name}: {account.place} does not offer STARTTLS, so nothing was sent to it",
            "use imaps:// if the server speaks it; if it did offer STARTTLS before, somebody may sit on the line",
        )
    client.starttls(context)


def _log_in(client: Client, account: Account) -> None:
    if client.line.state == "AUTH":  # PREAUTH: a server that knows us already
        return
    if account.auth == "password" and b"LOGINDISABLED" in client.capabilities():
        hint = "use imaps:// or STARTTLS" if account.tls == "none" else 'set auth = "xoauth2"'
        raise LoginRefused(f"{account.name}: {account.host} takes no passwords on this line", hint)
    secret = account.secret()
    try:
        _send_secret(client, account, secret)
    except imaplib.IMAP4.error as error:
        text = _said(error, account, secret)
        # imapclient calls a lost line a failed login too; what it wrapped tells. No cause: it may quote the secret.
        if isinstance(error, imaplib.IMAP4.abort) or isinstance(error.__context__, imaplib.IMAP4.abort):
            raise TryLater(f"{account.name}: {account.host} hung up at the login ({text})") from None
        raise login_refusal(account, text) from None


def _said(error: Exception, account: Account, secret: str) -> str:
    """The server's words in a refused login, from what imapclient wrapped, without the secret as it was sent."""
    inner = error.__context__ if isinstance(error.__context__, imaplib.IMAP4.error) else error
    return shown(told(inner), forms(secret, _plain(account, secret), _xoauth2(account, secret)))


def _plain(account: Account, secret: str) -> str:
    """RFC 4616."""
    return f"\0{account.user}\0{secret}"


def _xoauth2(account: Account, secret: str) -> str:
    """As Google and Microsoft define it."""
    return f"user={account.user}\x01auth=Bearer {secret}\x01\x01"


def _send_secret(client: Client, account: Account, secret: str) -> None:
    if account.auth == "xoauth2":
        answers = [_xoauth2(account, secret).encode()]
        # The reason of a refusal comes as a second challenge, which wants an empty answer.
        client.sasl_login("XOAUTH2", lambda _challenge: answers.pop() if answers else b"")
    elif _ATOM.fullmatch(account.user) and secret.isascii() and secret.isprintable():
        client.login(account.user, secret)
    else:  # imaplib cannot write such a LOGIN
        client.plain_login(account.user, secret)
