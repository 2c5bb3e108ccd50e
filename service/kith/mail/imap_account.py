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

from kith.errors import ConfigError, KithError, LoginRefused, Refused, TryLater
from kith.mail.imap_words import codes, is_busy, shown, told

_APP_PASSWORD = re.compile(r"application-specific|app.?password", re.IGNORECASE)
_AT_THE_WEB = re.compile(r"web.?login|webalert|web browser|log in via|sign in via", re.IGNORECASE)
_NO_IMAP = re.compile(
    r"imap4? (?:access |service |protocol )?(?:is )?(?:disabled|not enabled|turned off|not allowed)"
    r"|not enabled for imap|(?:enable|turn on) (?:your account for )?imap|imap use",
    re.IGNORECASE,
)
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
        raise TryLater(f"{account.name}: the line was lost while {doing} ({shown(told(error))})", AGAIN) from error
    except imaplib.IMAP4.error as error:
        words = shown(told(error))
        kind = TryLater if is_busy(words) else Refused
        raise kind(f"{account.name}: {account.host} refused {doing} ({words})", AGAIN) from error


def login_refusal(account: Account, text: str) -> KithError:
    """What a refused login means: TryLater where the server is only busy, else LoginRefused with the cure."""
    if is_busy(text) or "SERVERBUG" in codes(text):
        return TryLater(f"{account.name}: {account.host} takes no logins just now ({text})", AGAIN)
    return LoginRefused(
        f"{account.name}: {account.host} refused the login of {account.user} ({text})", _cure(account, text)
    )


def _cure(account: Account, text: str) -> str:
    if _NO_IMAP.search(text):
        return "IMAP is turned off for this account: turn it on in its settings, on the provider's page"
    if account.auth == "xoauth2":
        return "the token has expired or is for something else: get a new one where `password` points"
    if _APP_PASSWORD.search(text):
        return (
            "this provider wants an app password: make one in its security settings and put it where `password` points"
        )
    if _AT_THE_WEB.search(text):
        return "sign in once with a browser and confirm that it was you; some providers want an app password afterwards"
    if _NO_BASIC.search(text) or account.host.casefold().endswith(_MICROSOFT):
        return 'this provider takes no passwords any more: set auth = "xoauth2" and let `password` give a token'
    return "check the user in `url` and the secret that `password` points to"
