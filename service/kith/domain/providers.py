"""Where mail lives: the servers of a mail domain, what kind of password they want, and where the owner makes one."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from kith.domain.address import normal_domain, split


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider's servers. imap and smtp are URLs without a user, in the form of kith.toml; smtp may be "".

    hint says in one sentence which password is wanted and where it is made. is_bridge: the server runs
    on this machine and shows a certificate of its own. is_known is False for a guess by the domain.
    """

    name: str
    imap: str
    smtp: str
    hint: str
    auth: str = "password"
    app_password: bool = False
    short_user: bool = False  # IMAP wants the part before the @ alone
    is_bridge: bool = False
    is_known: bool = True

    @property
    def host(self) -> str:
        """The IMAP host."""
        return urlsplit(self.imap).hostname or ""

    def user_of(self, address: str) -> str:
        """The name by which the owner of an address logs in to IMAP."""
        return split(address)[0] if self.short_user else address

    def tidy(self, password: str) -> str:
        """A password as it is meant: app passwords are shown in groups, and the spaces are no part of them."""
        return "".join(password.split()) if self.app_password else password


_NO_PASSWORDS: Final = (
    "Microsoft takes no passwords from mail programs any more, only OAuth access tokens, which last an hour: "
    "name a command that prints a fresh one"
)
_UI: Final = "takes your usual password once you allow IMAP in its settings; with two-factor login, an app password"

GMAIL: Final = Provider(
    "Gmail",
    "imaps://imap.gmail.com",
    "smtps://smtp.gmail.com",
    "Gmail wants an app password, not your own: turn on 2-Step Verification, "
    "then make one at https://myaccount.google.com/apppasswords",
    app_password=True,
)
OUTLOOK: Final = Provider(
    "Outlook.com", "imaps://outlook.office365.com", "smtp://smtp-mail.outlook.com", _NO_PASSWORDS, auth="xoauth2"
)
MICROSOFT_365: Final = Provider(
    "Microsoft 365", "imaps://outlook.office365.com", "smtp://smtp.office365.com", _NO_PASSWORDS, auth="xoauth2"
)
FASTMAIL: Final = Provider(
    "Fastmail",
    "imaps://imap.fastmail.com",
    "smtps://smtp.fastmail.com",
    "Fastmail wants an app password, not your own: make one in its settings, under Privacy & Security",
    app_password=True,
)
ICLOUD: Final = Provider(
    "iCloud",
    "imaps://imap.mail.me.com",
    "smtp://smtp.mail.me.com",
    "iCloud wants an app-specific password, not your own: "
    "make one at https://account.apple.com, under Sign-In and Security",
    app_password=True,
    short_user=True,
)
YAHOO: Final = Provider(
    "Yahoo",
    "imaps://imap.mail.yahoo.com",
    "smtps://smtp.mail.yahoo.com",
    "Yahoo wants an app password, not your own: make one at https://login.yahoo.com/account/security",
    app_password=True,
)
AOL: Final = Provider(
    "AOL",
    "imaps://imap.aol.com",
    "smtps://smtp.aol.com",
    "AOL wants an app password, not your own: make one at https://login.aol.com/account/security",
    app_password=True,
)
GMX: Final = Provider("GMX", "imaps://imap.gmx.net", "smtps://mail.gmx.net", f"GMX {_UI}")
GMX_COM: Final = Provider("GMX", "imaps://imap.gmx.com", "smtps://mail.gmx.com", f"GMX {_UI}")
WEB_DE: Final = Provider("WEB.DE", "imaps://imap.web.de", "smtp://smtp.web.de", f"WEB.DE {_UI}")
PROTON: Final = Provider(
    "Proton Bridge",
    "imap://127.0.0.1:1143",
    "smtp://127.0.0.1:1025",
    "Proton Bridge has to run on this machine; it shows the password to use beside your account, "
    "which is not your Proton password",
    is_bridge=True,
)

# Brands with a domain in many countries: by the first label, where only one of these endings follows.
_COUNTRIES: Final = (
    "com net co.uk fr de it es nl be ca ch at dk se no pl ie pt gr fi cz sk hu jp kr in ph sg my cl "
    "com.br com.ar com.mx com.au com.tr com.vn com.hk com.tw com.sg com.ph co.in co.id co.nz co.za co.th"
)
_ENDINGS: Final = frozenset(_COUNTRIES.split())
_BRANDS: Final = {
    **dict.fromkeys(("outlook", "hotmail", "live", "msn", "windowslive", "passport"), OUTLOOK),
    **dict.fromkeys(("yahoo", "ymail", "rocketmail", "myyahoo"), YAHOO),
    "aol": AOL,
}
_DOMAINS: Final = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), GMAIL),
    **dict.fromkeys(("fastmail.com", "fastmail.fm", "messagingengine.com", "sent.com", "fastmail.net"), FASTMAIL),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), ICLOUD),
    **dict.fromkeys(("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.li", "gmx.eu"), GMX),
    **dict.fromkeys(("gmx.com", "gmx.us", "gmx.co.uk", "gmx.fr", "gmx.es", "mail.com"), GMX_COM),
    **dict.fromkeys(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), PROTON),
    "web.de": WEB_DE,
}
_NAMES: Final = {
    **dict.fromkeys(("gmail", "google", "google workspace", "workspace", "googlemail"), GMAIL),
    **dict.fromkeys(("microsoft", "microsoft 365", "office 365", "office365", "365", "exchange online"), MICROSOFT_365),
    **dict.fromkeys(("outlook", "outlook.com", "hotmail", "live"), MICROSOFT_365),  # a domain of one's own is on 365
    **dict.fromkeys(("icloud", "apple"), ICLOUD),
    **dict.fromkeys(("proton", "protonmail", "proton bridge", "bridge"), PROTON),
    "fastmail": FASTMAIL,
    "yahoo": YAHOO,
    "aol": AOL,
    "gmx": GMX,
    "web.de": WEB_DE,
}
KNOWN: Final = tuple(dict.fromkeys((*_DOMAINS.values(), *_BRANDS.values(), *_NAMES.values())))

_OWN: Final = "It wants the password of your mailbox; with two-factor login, an app password from its security settings"


def of(address: str) -> Provider | None:
    """The provider of a mail address, None where its domain is nobody's that we know."""
    domain = normal_domain(split(address)[1])
    brand, _, ending = domain.partition(".")
    if domain.endswith(".onmicrosoft.com"):
        return MICROSOFT_365
    return _DOMAINS.get(domain) or (_BRANDS.get(brand) if ending in _ENDINGS else None)


def named(word: str) -> Provider | None:
    """The provider that somebody means by a name, such as gmail or Office 365."""
    return _NAMES.get(" ".join(word.casefold().split()))


def guesses(address: str) -> tuple[Provider, ...]:
    """Where the mail of a domain of one's own may be, to be tried in this order."""
    domain = normal_domain(split(address)[1])
    return (
        Provider(domain, f"imaps://imap.{domain}", f"smtps://smtp.{domain}", _OWN, is_known=False),
        Provider(domain, f"imaps://mail.{domain}", f"smtps://mail.{domain}", _OWN, is_known=False),
    )


def at(server: str) -> Provider | None:
    """The provider behind a server as people write it: a host, host:port, or an imap:// or imaps:// URL.

    None where it is none of these. A user in the URL is left out: see user_in.
    """
    url = server.strip() if "://" in server else f"{_scheme(server)}://{server.strip()}"
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in ("imap", "imaps") or not host or any(c.isspace() for c in host) or parts.path.strip("/"):
        return None
    shown = f"[{host}]" if ":" in host else host
    imap = f"{parts.scheme}://{shown}{f':{port}' if port else ''}"
    for known in KNOWN:
        if known.host == host and not known.is_bridge:
            return replace(known, imap=imap)
    if host == "localhost" or host.startswith("127.") or host == "::1":
        here = PROTON if port == urlsplit(PROTON.imap).port else Provider(host, imap, "", _OWN, is_known=False)
        return replace(here, imap=imap, is_bridge=True)
    smtp = f"smtps://smtp.{host.removeprefix('imap.')}" if host.startswith("imap.") else f"smtps://{shown}"
    return Provider(host, imap, smtp, _OWN, is_known=False)


def _scheme(server: str) -> str:
    """imaps, but for the ports where TLS begins with STARTTLS (RFC 8314, 3.3, and what bridges use)."""
    return "imap" if server.strip().endswith((":143", ":1143")) else "imaps"


def user_in(url: str) -> str:
    """The user that a URL names, percent-decoded, "" for none."""
    try:
        return unquote(urlsplit(url).username or "")
    except ValueError:
        return ""


def with_user(server: str, user: str) -> str:
    """A server's URL as kith.toml has it: with that user, unless it names one already."""
    scheme, _, rest = server.partition("://")
    return server if "@" in rest else f"{scheme}://{quote(user, safe='')}@{rest}"
