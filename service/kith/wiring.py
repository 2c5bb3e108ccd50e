"""Names every real part and puts them together. Nothing else knows them all."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kith import configfile, secret
from kith.config import Config, MailboxSection, SmtpSection
from kith.domain.expiry import expires_at
from kith.domain.token import Tokens
from kith.errors import ConfigError
from kith.jobs.work import Work
from kith.letters import Letters
from kith.mail.source import Source
from kith.store import owners
from kith.store.engine import Engine, open_database, sqlite_file

# What speaks to mailboxes and servers is imported where it is put together: most commands do without.
if TYPE_CHECKING:
    from kith.mail.imap_account import Account
    from kith.mail.smtp import Relay

Clock = Callable[[], datetime]


def present() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


def read_config(explicit: str | None, environ: Mapping[str, str] | None = None) -> Config:
    """kith.toml, found and checked."""
    surroundings = os.environ if environ is None else environ
    return configfile.load(configfile.find(explicit, surroundings), surroundings)


def work(config: Config, clock: Clock = present) -> Work:
    """One owner's work, with everything real."""
    engine = open_database(config.store_url)
    owner = owners.ensure(engine, clock())
    if not owners.claim(engine, owner, config.owner_keys):
        engine.dispose()
        raise ConfigError(
            f"the database of this kith.toml is that of {', '.join(owner.addresses)}",
            "give each owner a database: see url in [store]; if your address has changed, list the old one, too",
        )
    relay = relay_of(config)
    return Work(
        config=config,
        engine=engine,
        owner_id=owner.id,
        tokens=Tokens(secret.key(config.store.key, key_folder(config)), owner.id),
        letters=Letters(config.templates),
        open_source=lambda mailbox: open_source(config, mailbox, engine, owner.id),
        send=relay.send if relay else None,
        clock=clock,
    )


def key_folder(config: Config) -> Path:
    """Where a relative key file lies: beside the SQLite database, else beside kith.toml."""
    file = sqlite_file(config.store_url)
    return file.parent if file else config.path.parent


def open_source(config: Config, mailbox: MailboxSection, engine: Engine, owner_id: int) -> Source:
    """A mailbox, connected and logged in; or one on this machine, whose files are numbered in the database."""
    if mailbox.scheme == "maildir":
        from kith.mail.maildir import MaildirSource, place_of
        from kith.store.file_names import FileNames

        numbers = FileNames(engine, owner_id, mailbox.name, place_of(mailbox.path))
        return MaildirSource(mailbox.name, mailbox.path, numbers, mailbox.sent, mailbox.drafts)
    from kith.mail import imap

    return imap.connect(account_of(config, mailbox))


def account_of(config: Config, mailbox: MailboxSection) -> "Account":
    """What it takes to log in to a mailbox."""
    from kith.mail.imap_account import Account

    base = config.path.parent
    return Account(
        name=mailbox.name,
        host=mailbox.host,
        port=mailbox.port or (993 if mailbox.scheme == "imaps" else 143),
        user=mailbox.user,
        tls=_imap_tls(mailbox),
        secret=lambda: secret.find(mailbox.password, base),
        auth=mailbox.auth,
        tls_ca=str(base / mailbox.tls_ca) if mailbox.tls_ca else "",
        folders=mailbox.folders,
        exclude=mailbox.exclude,
        sent=mailbox.sent,
        drafts=mailbox.drafts,
    )


def _imap_tls(mailbox: MailboxSection) -> Literal["imaps", "starttls", "none"]:
    if mailbox.scheme == "imaps":
        return "imaps"
    return "none" if mailbox.insecure else "starttls"


def token_ends(config: Config) -> dict[str, datetime]:
    """When the OAuth tokens in use end, by the place where they are kept; only of those that say so.

    Only what lies still in a file or the environment is looked at: a command gives a new token at each login.
    """
    logins: list[MailboxSection | SmtpSection] = [*config.mailbox, *([config.smtp] if config.smtp else [])]
    ends: dict[str, datetime] = {}
    for place in (one.password for one in logins if one.auth == "xoauth2"):
        if place.startswith(("env:", "file:")):
            with suppress(ConfigError):
                end = expires_at(secret.find(place, config.path.parent))
                ends |= {place: end} if end else {}
    return ends


def relay_of(config: Config) -> "Relay | None":
    """The server that takes letters, None where letters are appended."""
    smtp: SmtpSection | None = config.smtp
    if smtp is None:
        return None
    from kith.mail.smtp import Relay

    base = config.path.parent
    tls = "smtps" if smtp.scheme == "smtps" else "none" if smtp.insecure else "starttls"
    return Relay(
        host=smtp.host,
        port=smtp.port or (465 if smtp.scheme == "smtps" else 587),
        user=smtp.user,
        tls=tls,
        secret=lambda: secret.find(smtp.password, base),
        auth=smtp.auth,
        tls_ca=str(base / smtp.tls_ca) if smtp.tls_ca else "",
    )
