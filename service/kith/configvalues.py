"""The kinds of value in kith.toml: how each is written, and the sentence for what is written otherwise.

A sentence never quotes what may hold a secret.
"""

import ipaddress
import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator

from kith.domain import address
from kith.domain.dates import Duration, parse_duration

SQLITE = "sqlite:///"
_POLL = re.compile(r"([1-9][0-9]{0,4}) ?(second|minute|hour)s?")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_POSTGRESQL = re.compile(r"postgresql(?:\+psycopg)?://.")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


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


def _poll(value: object) -> float:
    found = _POLL.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError('is not a length of time; write it like "5 minutes"')
    return float(int(found[1]) * _SECONDS[found[2]])


def _clock(value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None:  # TOML has times of day of its own
        return value
    try:
        return time.fromisoformat(value if isinstance(value, str) and _CLOCK.fullmatch(value) else "")
    except ValueError:
        raise ValueError('is not a time of day; write it like "07:30"') from None


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('is not a time zone; write it like "Europe/Paris"') from None


def _mail_address(value: str) -> str:
    if not address.looks_like(value):
        raise ValueError('is not a mail address; write it like "alex@example.com"')
    return value.strip()


def check_place(value: str) -> str:
    """The place of a secret as it was written. Raises ValueError for what is none."""
    scheme, colon, rest = value.partition(":")
    service, _, user = rest.partition("/")
    known = scheme in ("env", "file", "keyring", "command") and colon and rest.strip()
    if not known or (scheme == "keyring" and not (service and user)):
        raise ValueError(
            "is not a place to find a secret; write env:NAME, file:PATH, keyring:SERVICE/USER or command:CMD"
        )
    return value


def _folders(value: object) -> object:
    is_list = isinstance(value, list | tuple) and value and all(isinstance(name, str) and name for name in value)
    if value != "auto" and not is_list:
        raise ValueError('is neither "auto" nor a list of folders; write for example ["INBOX", "Sent"]')
    return value


def _database(value: str) -> str:
    path = value.removeprefix(SQLITE)
    if value and not _POSTGRESQL.match(value) and (path in (value, "", ":memory:") or path.startswith("file:")):
        raise ValueError(
            "is no database that Kith can use; write sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"
        )
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def check_url(url: str, schemes: tuple[str, ...]) -> None:
    """Raises ValueError for a URL that names no server, with a sentence that does not quote it."""
    example = f"write {schemes[0]}://USER@HOST, with an @ in USER as %40"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"is not a URL; {example}") from None
    if parts.scheme not in schemes:
        raise ValueError(f"begins with none of {', '.join(f'{s}://' for s in schemes)}; {example}")
    if parts.scheme == "maildir":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError("names no folder; write maildir:///PATH")
        return
    problem = _server_problem(parts, port)
    if problem:
        raise ValueError(f"{problem}; {example}")


def _server_problem(parts: SplitResult, port: int | None) -> str:
    if parts.password is not None:
        return "holds a password, which belongs where `password` says"
    if not parts.hostname or not parts.username:
        return "names no user or no host"
    if port == 0 or _CONTROL.search(unquote(parts.netloc)):
        return "has a port or a character that no server has"
    return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine: localhost, 127.0.0.0/8 or ::1."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Weekday = Annotated[Day, BeforeValidator(_lower)]
Cadence = Annotated[Duration, BeforeValidator(_duration)]
Seconds = Annotated[float, BeforeValidator(_poll)]
Clock = Annotated[time, BeforeValidator(_clock)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Place = Annotated[str, AfterValidator(check_place)]
Folders = Annotated[Literal["auto"] | tuple[str, ...], BeforeValidator(_folders)]
Database = Annotated[str, AfterValidator(_database)]
