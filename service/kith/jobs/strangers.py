"""One approximate line about each stranger the owner writes with, counted from raw header bytes in passing."""

import re
from collections.abc import Callable
from datetime import datetime

from kith.domain.address import looks_like
from kith.mail.headers import instant
from kith.mail.words import decode_words, line

Counts = dict[str, tuple[str, int, int, datetime]]
"""By address key: a display name ("" if none was seen), messages out, messages in, and when last."""

_FIELD = re.compile(rb"^(from|to|date):([^\n]{0,500})", re.IGNORECASE | re.MULTILINE)
_MACHINE = re.compile(rb"^(?:list-|precedence:|auto-submitted:|x-auto|return-path:\s*<>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"(?:\"?([^\"<>,@\n]{1,80})\"?\s{0,3}<)?([\w.%+'=&/-]{1,64}@[\w.-]{1,255})")
"""An address with the name before it. Every repetition is bounded, so that this is linear in the field's 500 bytes."""
_NOBODY = re.compile(r"no.?reply|do.?not.?reply|mailer-daemon|postmaster|bounce|notification|newsletter", re.IGNORECASE)
MOST_RECIPIENTS = 5
"""Of a mail to more people nobody is counted: it says little about any of them."""


class Strangers:
    """Counts until it is emptied. Approximate by design: it reads bytes, not mail."""

    def __init__(self, owner: frozenset[str], key: Callable[[str], str], now: datetime) -> None:
        self._owner, self._key, self._now = owner, key, now
        self._counts: Counts = {}

    def see(self, block: bytes) -> None:
        """Counts one message nobody known takes part in."""
        if _MACHINE.search(block):
            return
        fields = {name.lower(): value for name, value in reversed(_FIELD.findall(block))}
        authors = _addresses(fields.get(b"from", b""))
        if len(authors) != 1:
            return
        at = instant(line(fields.get(b"date", b"").decode("ascii", "replace"))) or self._now
        if self._key(authors[0][1]) in self._owner:
            recipients = _addresses(fields.get(b"to", b""))
            for name, address in recipients if len(recipients) <= MOST_RECIPIENTS else ():
                self._count(name, address, at, out=1)
        else:
            self._count(*authors[0], at, came=1)

    def _count(self, raw_name: bytes, address: str, at: datetime, *, out: int = 0, came: int = 0) -> None:
        key = self._key(address)
        if key in self._owner or not looks_like(address) or _NOBODY.search(address):
            return
        name, before_out, before_in, last = self._counts.get(key, ("", 0, 0, at))
        name = name or line(decode_words(raw_name.decode("utf-8", "replace")))
        self._counts[key] = (name, before_out + out, before_in + came, min(max(last, at), self._now))

    def take(self) -> Counts:
        """What was counted since the last time."""
        counts, self._counts = self._counts, {}
        return counts


def _addresses(value: bytes) -> list[tuple[bytes, str]]:
    return [(name, address.decode("ascii", "replace")) for name, address in _ADDRESS.findall(value)]
