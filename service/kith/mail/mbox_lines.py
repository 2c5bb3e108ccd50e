"""The lines that part the messages of an mbox file: where one begins, and the date that stands there (RFC 4155)."""

import re
from datetime import UTC, datetime
from typing import Final

from kith.mail.headers import instant
from kith.mail.internaldate import YEARS

LONGEST_MARK: Final = 1024
"""Bytes within which a From_ line and the beginning of the next can be recognised."""

_CLOCK: Final = rb"[0-9]{1,2}:[0-9]{2}"
_FIELD: Final = rb"[!-9;-~]{1,100}[ \t]*:"
_USUAL_FIELD: Final = rb"(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|Message-I[dD])[ \t]*:"

# A line that begins with "From " begins a message where it bears a date, or nothing at all (as Thunderbird writes it
# now), and where a header field follows. Some programs leave such lines of a text as they are. One line that is no
# field may come between, such as the >From of a message that was wrapped twice, where all else is beyond doubt. The
# patches of git begin with such a line, too, always of one day, and are no mail.
BEGINNING: Final = re.compile(
    rb"\nFrom (?![0-9a-f]{40,64} Mon Sep 17 00:00:00 2001)(?:"
    rb"(?=[^\n]{0,300}?(?:[A-Z][a-z]{2} {1,2}[0-9]{1,4} {1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T])" + _CLOCK + rb""
    rb"|-?[ \t]*\r?\n)[^\n]{0,400}+\n(?=" + _FIELD + rb")"
    rb"|(?=[^\n]{0,300}? [A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}[0-9]{1,2} " + _CLOCK + rb"[^\n]{0,40}[0-9]{4}[ \t]*\r?\n)"
    rb"[^\n]{0,400}+\n(?!From |\r?\n)[^\n]{1,300}+\n(?=" + _USUAL_FIELD + rb"))"
)
MARK: Final = b"\nFrom "
"""How what BEGINNING finds begins. There is one only in it."""

_LONG_CLOCK: Final = _CLOCK + rb"(?::[0-9]{2})?"
_DATE = re.compile(
    rb"([A-Z][a-z]{2}) {1,2}([0-9]{1,2}) {1,2}(" + _LONG_CLOCK + rb")"
    rb"(?: ([+-][0-9]{4}))?(?: [A-Z]{1,5})?(?: ([+-][0-9]{4}))? ([0-9]{4})"
)
_AS_IN_A_HEADER = re.compile(
    rb"[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} " + _LONG_CLOCK + rb"(?: (?:[+-][0-9]{4}|[A-Z]{1,5})\b)?"
)
_ISO = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?: ?([+-][0-9]{2}:?[0-9]{2}))?")


def date_of(line: bytes) -> datetime | None:
    """The date of a From_ line: when the message was put there. Without a zone it is taken as UTC."""
    if found := _DATE.search(line):
        month, day, clock, zone, late_zone, year = (text.decode() for text in (g or b"" for g in found.groups()))
        seconds = clock if clock.count(":") > 1 else f"{clock}:00"
        return instant(f"{day} {month} {year} {seconds:0>8} {zone or late_zone or '+0000'}")
    if found := _AS_IN_A_HEADER.search(line):
        return instant(found[0].decode())
    return _iso(found[0].decode()) if (found := _ISO.search(line)) else None


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
        aware = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return aware if aware.year in YEARS else None
