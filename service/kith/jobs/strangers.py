"""One approximate line about each stranger the owner writes with, counted from raw header bytes in passing."""

import re
from collections.abc import Callable
from datetime import datetime

from kith.domain.address import looks_like
from kith.mail.headers import instant
from kith.mail.words import line

Counts = dict[str, tuple[str, int, int, datetime]]
"""By address key: the address as it was written first, messages out, messages in, and when last."""

_FIELD = re.compile(rb"^(from|to|date):([^\n]{0,500})", re.IGNORECASE | re.MULTILINE)
_MACHINE = re.compile(rb"^(?:list-|precedence:|auto-submitted:|x-auto|return-path:\s*<>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"[\w.%+'=&/-]{1,64}@[\w.-]{1,255}")
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
        if self._key(authors[0]) in self._owner:
            recipients = _addresses(fields.get(b"to", b""))
            for address in recipients if len(recipients) <= MOST_RECIPIENTS else ():
                self._count(address, 1, 0, at)
        else:
            self._count(authors[0], 0, 1, at)

    def _count(self, address: str, out: int, came: int, at: datetime) -> None:
        key = self._key(address)
        if key in self._owner or not looks_like(address) or _NOBODY.search(address):
            return
        name, before_out, before_in, last = self._counts.get(key, (address, 0, 0, at))
        self._counts[key] = (name, before_out + out, before_in + came, min(max(last, at), self._now))

    def take(self) -> Counts:
        """What was counted since the last time."""
        counts, self._counts = self._counts, {}
        return counts


def _addresses(value: bytes) -> list[str]:
    return [a.decode("ascii", "replace") for a in _ADDRESS.findall(value)]
