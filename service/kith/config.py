"""What kith.toml may say: its sections, their defaults, and what makes a value right."""

from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import unquote, urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from kith import configvalues as values
from kith.configvalues import SQLITE, Cadence, Clock, Database, Day, Folders, MailAddress, Place, Seconds, Weekday, Zone
from kith.domain import address
from kith.domain.cadence import Rhythm, Rhythms
from kith.domain.digest import Week

APP = "kith"


class Section(BaseModel):
    """A section knows its keys: a misspelt one is a problem, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class OwnerSection(Section):
    """The person Kith works for."""

    name: str = Field(min_length=1)
    addresses: tuple[MailAddress, ...] = Field(min_length=1)
    timezone: Zone


class Server(Section):
    """What every server has in common: a URL, a place for its secret, and how safe the line is."""

    schemes: ClassVar[tuple[str, ...]] = ()

    url: str
    password: str
    auth: Literal["password", "xoauth2"] = "password"
    insecure: bool = False
    tls_ca: str = ""

    @field_validator("url")
    @classmethod
    def _usable(cls, value: str) -> str:
        values.check_url(value, cls.schemes)
        return value

    @field_validator("password")
    @classmethod
    def _findable(cls, value: str, info: ValidationInfo) -> str:
        if value:
            return values.check_place(value)
        if not str(info.data.get("url")).startswith("maildir:"):
            raise ValueError('is missing; write for example password = "env:KITH_IMAP_PASSWORD"')
        return value

    @field_validator("insecure")
    @classmethod
    def _at_home(cls, value: bool, info: ValidationInfo) -> bool:
        host = urlsplit(info.data.get("url", "")).hostname
        if value and host and not values.is_loopback(host):
            raise ValueError(f"is for servers on this machine only, and {host} is not one; write false")
        return value

    @property
    def host(self) -> str:
        """The host's name."""
        return urlsplit(self.url).hostname or ""

    @property
    def user(self) -> str:
        """The login name, percent-decoded."""
        return unquote(urlsplit(self.url).username or "")

    @property
    def port(self) -> int | None:
        """The port, None for the scheme's own."""
        return urlsplit(self.url).port

    @property
    def scheme(self) -> str:
        """imap, imaps, smtp, smtps or maildir."""
        return urlsplit(self.url).scheme

    @property
    def path(self) -> str:
        """The folder of a Maildir."""
        return unquote(urlsplit(self.url).path)


class MailboxSection(Server):
    """One mailbox that is read."""

    schemes = ("imaps", "imap", "maildir")

    name: str = Field(min_length=1)
    password: str = Field(default="", validate_default=True)
    folders: Folders = "auto"
    exclude: tuple[str, ...] = ()
    poll: Seconds = 300.0
    sent: str = "auto"
    drafts: str = "auto"


class SmtpSection(Server):
    """The server that takes Kith's letters."""

    schemes = ("smtps", "smtp")


class DigestSection(Section):
    """When the digest comes, where to and how full it gets."""

    day: Weekday = Day.MONDAY
    time: Clock = time(7, 30)
    to: MailAddress | None = None
    delivery: Literal["auto", "smtp", "append"] = "auto"
    max_people: int = Field(default=7, ge=1, le=100)
    max_drafts: int = Field(default=3, ge=0, le=50)


class TouchSection(Section):
    """What counts as a touch."""

    max_recipients: int = Field(default=10, ge=1)
    count_cc: bool = False
    resets: Literal["any", "mine"] = "any"
    snippets: bool = True
    strangers: bool = True
    dots_matter: Mapping[str, bool] = {"gmail.com": False, "googlemail.com": False}


class RhythmSection(Section):
    """The cadence of a circle or a tag."""

    every: Cadence
    grace: Cadence | None = None


class ReplySection(Section):
    """How replies are answered, and which provider's word counts."""

    receipt: Literal["always", "problems", "never"] = "always"
    authserv_id: str = ""


class StoreSection(Section):
    """Where the database and the key are."""

    url: Database = ""
    key: Place = "file:kith.key"


class Config(Section):
    """All of kith.toml. path is the file it came from."""

    owner: OwnerSection
    mailbox: tuple[MailboxSection, ...] = Field(min_length=1)
    smtp: SmtpSection | None = None
    digest: DigestSection = DigestSection()
    touch: TouchSection = TouchSection()
    circle: Mapping[str, RhythmSection] = {}
    tag: Mapping[str, RhythmSection] = {}
    reply: ReplySection = ReplySection()
    store: StoreSection = StoreSection()
    path: Path = Path("kith.toml")

    @property
    def digest_to(self) -> str:
        """The address letters go to."""
        return self.digest.to or self.owner.addresses[0]

    @property
    def rhythms(self) -> Rhythms:
        """Cadences of circles and tags."""
        return Rhythms(
            circles={name: Rhythm(r.every, r.grace) for name, r in self.circle.items()},
            tags={name: Rhythm(r.every, r.grace) for name, r in self.tag.items()},
        )

    @property
    def week(self) -> Week:
        """When digests come."""
        return Week(list(Day).index(self.digest.day), self.digest.time, self.owner.timezone)

    @property
    def store_url(self) -> str:
        """The database's URL; relative SQLite paths are seen from the folder of kith.toml."""
        if not self.store.url:
            folder = Path(platformdirs.user_data_dir(APP, appauthor=False))
            return f"{SQLITE}{folder / 'kith.db'}"
        if self.store.url.startswith(SQLITE):
            written = Path(self.store.url.removeprefix(SQLITE)).expanduser()
            return SQLITE + str((self.path.parent / written).resolve())
        return self.store.url

    @property
    def templates(self) -> Path:
        """The folder where the owner's own templates may lie."""
        return self.path.parent / "templates"

    def key_of(self, written: str) -> str:
        """The form in which addresses are compared, by this configuration."""
        return address.key(written, self.touch.dots_matter)

    @property
    def owner_keys(self) -> frozenset[str]:
        """The owner's addresses in the form in which they are compared."""
        return frozenset(self.key_of(a) for a in self.owner.addresses)


def across(written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong between sections of kith.toml as it was written: (key, sentence)."""
    boxes = written.get("mailbox")
    found = [box.get("name") for box in boxes if isinstance(box, dict)] if isinstance(boxes, list) else []
    names = [name.casefold() for name in found if isinstance(name, str)]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"mailbox.{name}", "is the name of two mailboxes; give each a name of its own"
    digest = written.get("digest")
    if isinstance(digest, dict) and digest.get("delivery") == "smtp" and "smtp" not in written:
        yield "digest.delivery", 'is "smtp", and there is no [smtp] section; add one, or write "append"'
    if "path" in written:
        yield "path", "is not a key that Kith knows; take it out"
