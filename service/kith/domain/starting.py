"""The first kith.toml: what the owner said when Kith was set up, as a short file with a word on each thing."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

CIRCLES: Final[Mapping[str, str]] = {"family": "2 weeks", "friends": "2 months", "mentors": "6 weeks"}
"""Circles to begin with, and how often."""

PASSWORD_VARIABLE: Final = "KITH_IMAP_PASSWORD"  # noqa: S105 -- the name of a variable, no password
MAILBOX: Final = "personal"
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Login:
    """One server: its URL with the user in it, and the place where its secret is kept."""

    url: str
    password: str
    auth: str = "password"
    tls_ca: str = ""
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """What it takes to begin. circles gives each circle's cadence."""

    name: str
    addresses: tuple[str, ...]
    timezone: str
    mailbox: Login
    smtp: Login | None = None
    circles: Mapping[str, str] = field(default_factory=lambda: dict(CIRCLES))


def as_toml(start: Start) -> str:
    """The text of kith.toml: what was said, and nothing that is as by default."""
    return "\n".join(
        [
            "# Kith's settings. Your password is not in here: `password` says where it is kept.",
            "",
            "[owner]",
            f"name = {_text(start.name)}",
            "# All addresses that are yours: by them Kith tells which mail you wrote.",
            f"addresses = [{', '.join(map(_text, start.addresses))}]",
            f"timezone = {_text(start.timezone)}",
            "",
            "# Kith only reads here; all it ever adds are drafts, and its letters where there is no [smtp].",
            "[[mailbox]]",
            f"name = {_text(MAILBOX)}",
            *_login(start.mailbox),
            "",
            *_smtp(start.smtp),
            "# The weekly letter comes on Monday at 07:30. Another day or time:",
            "# [digest]",
            '# day = "sunday"',
            '# time = "18:00"',
            "",
            "# How often you would like to be in touch. The circles are yours: change, add or remove them.",
            "# A person can have a rhythm of their own: kith people edit NAME --every 6w",
            *_circles(start.circles),
            "",
        ]
    )


def _login(login: Login) -> list[str]:
    lines = [f"url = {_text(login.url)}", f"password = {_text(login.password)}"]
    if login.auth != "password":
        lines.append(f"auth = {_text(login.auth)}")
    if login.tls_ca:
        lines.append(f"tls_ca = {_text(login.tls_ca)}")
    if login.insecure:
        lines.append("insecure = true  # without TLS, which is allowed to this very machine only")
    return lines


def _smtp(login: Login | None) -> list[str]:
    if login is None:
        return []
    why = "# Sends you Kith's letters. Without this section they are put straight into your inbox."
    return [why, "[smtp]", *_login(login), ""]


def _circles(circles: Mapping[str, str]) -> list[str]:
    return [line for name, every in circles.items() for line in (f"[circle.{_key(name)}]", f"every = {_text(every)}")]


def _key(name: str) -> str:
    """A key of TOML: bare where it can be."""
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    """A TOML basic string; JSON's are the same but for DEL (TOML 1.0, String)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
