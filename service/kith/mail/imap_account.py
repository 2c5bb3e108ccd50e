"""Which mailbox to open and how, and what its server's refusals mean to the owner."""

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Literal

from kith.errors import ConfigError, KithError, LoginRefused, TryLater

_LONGEST_TEXT: Final = 300  # characters of a server's answer that are worth showing

# RFC 5530 and what Gmail, Exchange, Yahoo and Dovecot say when the same would work later.
_BUSY = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|OVERQUOTA|THROTTLED|SERVERBUG)\b|too many|rate.?limit|temporar|try again|try later"
    r"|server unavailable|not connected|over.?loaded|\[SYS/TEMP",
    re.IGNORECASE,
)
_APP_PASSWORD = re.compile(r"application-specific|app.?password|web login required", re.IGNORECASE)
_NO_BASIC = re.compile(r"basic.?auth|basic authentication|modern authentication", re.IGNORECASE)
_MICROSOFT: Final = ("outlook.com", "office365.com", "office.com")

AGAIN: Final = "Kith tries again by itself; nothing is lost"


@dataclass(frozen=True, slots=True)
class Account:
    """One account on one IMAP server.

    secret gives the password or the OAuth access token and is asked at login only. tls_ca is a file
    of certificates that are trusted beside the system's. folders, sent and drafts are "auto" or names.
    """

    name: str
    host: str
    port: int
    user: str
    tls: Literal["imaps", "starttls", "none"]
    secret: Callable[[], str] = field(repr=False)
    auth: Literal["password", "xoauth2"] = "password"
    tls_ca: str = ""
    folders: str | Sequence[str] = "auto"
    exclude: Sequence[str] = ()
    sent: str = "auto"
    drafts: str = "auto"

    def __post_init__(self) -> None:
        """Raises ConfigError where a password would travel in the open."""
        if self.tls == "none" and not _is_here(self.host):
            raise ConfigError(
                f"{self.name}: without TLS the password for {self.host} would travel in the open",
                "use imaps://, or imap:// with STARTTLS; insecure = true is for servers on this machine only",
            )

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"


def _is_here(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def shown(text: bytes | str, secret: str = "") -> str:
    """A server's words, fit for a message: printable, short, the secret taken out."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if secret:
        words = words.replace(secret, "…")
    words = "".join(c if c.isprintable() else " " for c in words)
    return " ".join(words.split())[:_LONGEST_TEXT]


def is_busy(text: str) -> bool:
    """Whether a refusal means that the same would work later."""
    return bool(_BUSY.search(text))


@contextmanager
def translated(account: Account, doing: str) -> Iterator[None]:
    """Turns what the drivers raise into TryLater, which says which mailbox it was and what happened."""
    try:
        yield
    except KithError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise TryLater(
            f"{account.name}: {account.place} shows a certificate that cannot be trusted ({error.verify_message})",
            "check the host in `url`; for a bridge on this machine or a private CA, name its file in `tls_ca`",
        ) from error
    except ssl.SSLError as error:
        hint = "imaps:// speaks TLS from the first byte (often port 993), imap:// begins plain (often port 143)"
        raise TryLater(f"{account.name}: no TLS with {account.place} ({error.reason or error})", hint) from error
    except socket.gaierror as error:
        hint = "check the host in `url`, and whether this machine is online"
        raise TryLater(f"{account.name}: there is no address for {account.host}", hint) from error
    except TimeoutError as error:
        raise TryLater(f"{account.name}: {account.place} was silent for too long while {doing}", AGAIN) from error
    except (OSError, imaplib.IMAP4.abort) as error:
        raise TryLater(f"{account.name}: the line was lost while {doing} ({shown(str(error))})", AGAIN) from error
    except imaplib.IMAP4.error as error:
        raise TryLater(f"{account.name}: {account.host} refused {doing} ({shown(str(error))})", AGAIN) from error


def login_refusal(account: Account, text: str) -> KithError:
    """What a refused login means: TryLater where the server is only busy, else LoginRefused with the cure."""
    if is_busy(text):
        return TryLater(f"{account.name}: {account.host} takes no logins just now ({text})", AGAIN)
    return LoginRefused(
        f"{account.name}: {account.host} refused the login of {account.user} ({text})", _cure(account, text)
    )


def _cure(account: Account, text: str) -> str:
    if account.auth == "xoauth2":
        return "the token has expired or is for something else: get a new one where `password` points"
    if _APP_PASSWORD.search(text):
        return (
            "this provider wants an app password: make one in its security settings and put it where `password` points"
        )
    if _NO_BASIC.search(text) or account.host.casefold().endswith(_MICROSOFT):
        return 'this provider takes no passwords any more: set auth = "xoauth2" and let `password` give a token'
    return "check the user in `url` and the secret that `password` points to"
