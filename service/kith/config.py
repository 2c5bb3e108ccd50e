"""kith.toml and the environment, read into one checked value. Every problem is reported at once."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kith.domain import address
from kith.domain.cadence import Rhythm, Rhythms
from kith.domain.dates import Duration, parse_duration
from kith.domain.digest import Week
from kith.errors import ConfigError

APP = "kith"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECTIONS = ("owner", "mailbox", "smtp", "digest", "touch", "circle", "tag", "reply", "store")


class Day(StrEnum):
    """Days of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


def _duration(value: object) -> Duration:
    parsed = parse_duration(value) if isinstance(value, str) else None
    if parsed is None:
        raise ValueError('is not a length of time; write it like "6 weeks", "2 months" or "1 year"')
    return parsed


def _seconds(value: object) -> float:
    units = {"second": 1, "minute": 60, "hour": 3600}
    words = value.split() if isinstance(value, str) else []
    if len(words) == 2 and words[0].isdigit() and int(words[0]) > 0 and words[1].rstrip("s") in units:
        return float(int(words[0]) * units[words[1].rstrip("s")])
    raise ValueError('is not a length of time; write it like "5 minutes"')


def _clock(value: object) -> time:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else _fail(value)
    except ValueError:
        raise ValueError('is not a time of day; write it like "07:30"') from None


def _fail(value: object) -> time:
    raise ValueError(f"{value!r} is not text")


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('is not a time zone; write it like "Europe/Paris"') from None


def _mail_address(value: str) -> str:
    if not address.looks_like(value):
        raise ValueError("is not a mail address")
    return value.strip()


def _secret(value: str) -> str:
    scheme, colon, rest = value.partition(":")
    if scheme not in ("env", "file", "keyring", "command") or not colon or not rest:
        raise ValueError(
            "is not a place to find a secret; write env:NAME, file:PATH, keyring:SERVICE/USER or command:CMD"
        )
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


CadenceText = Annotated[Duration, BeforeValidator(_duration)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Clock = Annotated[time, BeforeValidator(_clock)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Secret = Annotated[str, AfterValidator(_secret)]
Auth = Literal["password", "xoauth2"]


class Section(BaseModel):
    """A section knows its keys: a misspelt one is a problem, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class OwnerSection(Section):
    """The person Kith works for."""

    name: str = Field(min_length=1)
    addresses: tuple[MailAddress, ...] = Field(min_length=1)
    timezone: Zone


class Server(Section):
    """What every server has in common: a URL, a secret, and how safe the line is."""

    url: str
    password: Secret
    auth: Auth = "password"
    insecure: bool = False

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


def _check_server(server: Server, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(server.url)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"url is not a URL ({error})") from None
    if parts.scheme not in schemes:
        raise ValueError(f"url begins with {parts.scheme or 'nothing'}:// and would have to begin with {schemes[0]}://")
    if parts.scheme == "maildir":
        return
    if not parts.hostname or not parts.username:
        raise ValueError(f"url names no user or no host; write {schemes[0]}://USER@HOST with an @ in USER as %40")
    if parts.password:
        raise ValueError("url holds a password; take it out and name its place in `password`")
    if server.insecure and parts.hostname not in LOOPBACK:
        raise ValueError(f"insecure is for servers on this machine only, and {parts.hostname} is not")


class MailboxSection(Server):
    """One mailbox that is read."""

    name: str = Field(min_length=1)
    password: Secret = ""
    folders: Literal["auto"] | tuple[str, ...] = "auto"
    exclude: tuple[str, ...] = ()
    tls_ca: str = ""
    poll: Seconds = 300.0
    sent: str = "auto"
    drafts: str = "auto"

    @model_validator(mode="after")
    def _usable(self) -> "MailboxSection":
        _check_server(self, ("imaps", "imap", "maildir"))
        if self.scheme != "maildir" and not self.password:
            raise ValueError('password is missing; write for example password = "env:KITH_IMAP_PASSWORD"')
        return self


class SmtpSection(Server):
    """The server that takes Kith's letters."""

    tls_ca: str = ""

    @model_validator(mode="after")
    def _usable(self) -> "SmtpSection":
        _check_server(self, ("smtps", "smtp"))
        return self


class DigestSection(Section):
    """When the digest comes, where to and how full it gets."""

    day: Annotated[Day, BeforeValidator(_lower)] = Day.MONDAY
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

    every: CadenceText
    grace: CadenceText | None = None


class ReplySection(Section):
    """How replies are answered, and which provider's word counts."""

    receipt: Literal["always", "problems", "never"] = "always"
    authserv_id: str = ""


class StoreSection(Section):
    """Where the database and the key are."""

    url: str = ""
    key: Annotated[str, AfterValidator(_secret)] = "file:kith.key"


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

    @model_validator(mode="after")
    def _consistent(self) -> "Config":
        names = [m.name for m in self.mailbox]
        if len(set(names)) < len(names):
            raise ValueError("two mailboxes have the same name; give each a name of its own")
        if self.digest.delivery == "smtp" and self.smtp is None:
            raise ValueError('digest.delivery is "smtp" and there is no [smtp] section; add one, or write "append"')
        return self

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
            return f"sqlite:///{folder / 'kith.db'}"
        prefix = "sqlite:///"
        if self.store.url.startswith(prefix) and not self.store.url.startswith(prefix + "/"):
            return prefix + str((self.path.parent / self.store.url.removeprefix(prefix)).resolve())
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


def find(explicit: str | None, environ: Mapping[str, str]) -> Path:
    """The path of kith.toml: --config, $KITH_CONFIG, ./kith.toml, the platform's config folder.

    Raises ConfigError where none is there.
    """
    asked = explicit or environ.get("KITH_CONFIG")
    if asked:
        return Path(asked)
    usual = [Path("kith.toml"), Path(platformdirs.user_config_dir(APP, appauthor=False)) / "kith.toml"]
    for path in usual:
        if path.exists():
            return path
    places = " or ".join(str(p) for p in usual)
    raise ConfigError(f"there is no kith.toml ({places})", "name one with --config FILE, or see config/kith.toml")


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Reads and checks kith.toml. Raises ConfigError with every problem, a line each."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "name another with --config FILE") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}", "text values stand in quotes; lists in [ ]") from error
    _override(raw, os.environ if environ is None else environ)
    try:
        return Config.model_validate({**raw, "path": path.resolve()})
    except ValidationError as error:
        problems = [_sentence(e) for e in error.errors()]
        message = f"{path} has {len(problems)} problem{'s' * (len(problems) > 1)}:\n" + "\n".join(problems)
        raise ConfigError(message, "config/kith.toml explains every key") from None


def _override(raw: dict[str, Any], environ: Mapping[str, str]) -> None:
    for name, value in environ.items():
        if not name.startswith("KITH_") or "__" not in name:
            continue
        section, *keys = name.removeprefix("KITH_").lower().split("__")
        if section in SECTIONS and all(keys):
            _put(raw, [section, *keys], _typed(value))


def _typed(value: str) -> object:
    """A value of the environment: TOML where it is a list, a number or a truth value, else text."""
    try:
        parsed = tomllib.loads(f"v = {value}")["v"]
    except tomllib.TOMLDecodeError:
        return value
    return parsed if isinstance(parsed, bool | int | list | dict) else value


def _put(raw: dict[str, Any], keys: list[str], value: object) -> None:
    here: Any = raw
    for key in keys[:-1]:
        here = _step(here, key)
        if here is None:
            return
    if isinstance(here, dict):
        here[keys[-1]] = value


def _step(here: Any, key: str) -> Any:
    if isinstance(here, list):  # [[mailbox]]: by its name, or by its place from 0
        named = [m for m in here if isinstance(m, dict) and str(m.get("name", "")).lower() == key]
        return named[0] if named else here[int(key)] if key.isdigit() and int(key) < len(here) else None
    return here.setdefault(key, {}) if isinstance(here, dict) else None


def _sentence(error: Any) -> str:
    where = ".".join(_names(error["loc"]))
    kind, text = error["type"], error["msg"].removeprefix("Value error, ")
    wordings = {
        "missing": "is missing",
        "extra_forbidden": "is not a key that Kith knows; is it misspelt?",
        "too_short": "is empty and would have to name at least one",
        "string_too_short": "is empty",
    }
    said = wordings.get(kind) or (text if kind == "value_error" else text[:1].lower() + text[1:])
    value = error.get("input")
    shown = (
        f" {value!r}" if kind != "missing" and isinstance(value, str | int | float) and "password" not in where else ""
    )
    return f"  {where or 'kith.toml'}:{shown} {said}"


def _names(loc: tuple[str | int, ...]) -> Iterator[str]:
    for step in loc:
        if str(step) not in ("tuple[str, ...]", "literal['auto']") and not str(step).startswith("tuple["):
            yield str(step)
