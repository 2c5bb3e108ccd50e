"""One approximate line about each stranger the owner writes with, counted from raw header bytes in passing."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from kith.mail.headers import instant
from kith.mail.heads import first_value
from kith.mail.words import decode_words, line

Counts = dict[str, tuple[str, int, int, datetime]]
"""By address key: a display name ("" if none was seen), messages out, messages in, and when last."""

_MACHINE = re.compile(
    rb"\n(?=[alprx])(?:list-|precedence:|auto-submitted:|x-autoreply|x-autorespond|return-path: ?<>)", re.IGNORECASE
)
LONGEST_FIELD = 1000
"""Bytes of a field that are looked at: enough to see that it names more than MOST_RECIPIENTS."""
_NEVER = ("", 0, 0, b"")
_ADDRESS = re.compile(
    rb"""(?:([^"<>,@]{0,80}+(?:"[^"\\]{0,120}+(?:\\.[^"\\]{0,80}+){0,8}+"[^"<>,@]{0,80}+)?)<)?"""
    rb"([\w.%+'=&/-]{1,64}@[\w.-]{1,255})"
)
"""An address with the name before it, of which a part may be quoted: only there commas belong to it (RFC 5322, 3.4).

Every repetition is bounded, so that this is linear in the field's bytes.
"""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_ESCAPED = re.compile(r"\\(.)")
_NOBODY = re.compile(r"no.?reply|do.?not.?reply|mailer-daemon|postmaster|bounce|notification|newsletter", re.IGNORECASE)
MOST_RECIPIENTS = 5
"""Of a mail to more people nobody is counted: it says little about any of them."""
MOST_FIELDS = 10_000
"""Fields whose meaning is remembered, since mail repeats itself: some 10 MB."""


class _Who(NamedTuple):
    """Somebody in a From or To field. counts: a stranger, and no machine by their name."""

    key: str
    name: str
    is_owner: bool
    counts: bool


class Strangers:
    """Counts until it is emptied. Approximate by design: it reads bytes, not mail."""

    def __init__(self, owner: frozenset[str], key: Callable[[str], str], now: datetime) -> None:
        self._owner, self._key, self._now = owner, key, now
        self._counts: dict[str, tuple[str, int, int, bytes]] = {}  # as Counts, the date as it came with the latest
        self._known: dict[bytes, list[_Who]] = {}
        self._met: dict[tuple[bytes, bytes], _Who] = {}

    def see(self, block: bytes, author: bytes) -> None:
        """Counts one message nobody known takes part in. author is the value of its From field."""
        authors = self._people(author)
        if len(authors) != 1 or not (authors[0].is_owner or authors[0].counts) or _MACHINE.search(b"\n" + block):
            return
        if not authors[0].is_owner:
            whom, out, came = authors, 0, 1
        else:
            whom, out, came = self._people(first_value(block, b"To")), 1, 0
        date = first_value(block, b"Date")[:LONGEST_FIELD]
        for who in whom if len(whom) <= MOST_RECIPIENTS else ():
            if who.counts:
                name, before_out, before_in, _ = self._counts.get(who.key, _NEVER)
                self._counts[who.key] = (name or who.name, before_out + out, before_in + came, date)

    def take(self) -> Counts:
        """What was counted since the last time."""
        counts, self._counts = self._counts, {}
        return {key: (name, out, came, self._instant(date)) for key, (name, out, came, date) in counts.items()}

    def _instant(self, date: bytes) -> datetime:
        return min(instant(date.decode("latin-1")) or self._now, self._now)

    def _people(self, field: bytes) -> list[_Who]:
        value = field[:LONGEST_FIELD]
        found = self._known.get(value)
        if found is None:
            if len(self._known) > MOST_FIELDS:
                self._known.clear()
                self._met.clear()
            found = self._known[value] = [
                self._met.get(one) or self._met.setdefault(one, self._who(*one)) for one in _ADDRESS.findall(value)
            ]
        return found

    def _who(self, raw_name: bytes, raw_address: bytes) -> _Who:
        address = raw_address.decode("ascii")
        key = self._key(address)
        is_owner = key in self._owner
        written = _QUOTED.sub(lambda found: _ESCAPED.sub(r"\1", found[1]), raw_name.decode("utf-8", "replace"))
        name = line(decode_words(written))
        return _Who(key, name, is_owner, counts=not is_owner and not _NOBODY.search(address))
