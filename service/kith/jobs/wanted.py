"""Which header blocks are worth parsing: those that may hold a known address, or words for Kith."""

import re
from collections.abc import Callable, Iterable

from kith.mail.prefilter import address_filter

_HINTS = (b"kith", b"2l0a", b"0lus", b"6bith")
_FOR_KITH = re.compile(rb"kith|a2l0a[CDSH]|S2l0a[CDSH]|S0lUS[CDSH]|=6bith", re.IGNORECASE)
"""A token of ours, a +kith address or a subject "kith: …", also as an encoded word in base64."""


def wanted_blocks(
    keys: Iterable[str], *, words_for_kith: bool, others: Callable[[bytes], None] | None = None
) -> Callable[[bytes], bool]:
    """A test on raw header blocks that is true wherever an exact look could find one of these address keys.

    words_for_kith: also where the owner may be answering a letter of ours, or writing to Kith. others is
    shown each block that is not wanted.
    """
    may_hold = address_filter([k.encode("utf-8", "surrogatepass") for k in keys])
    if not words_for_kith:
        return may_hold

    def wanted(block: bytes) -> bool:
        if may_hold(block) or _is_for_kith(block):
            return True
        if others:
            others(block)
        return False

    return wanted


def _is_for_kith(block: bytes) -> bool:
    level = block.lower()
    for hint in _HINTS:  # the pattern alone would take longer than all the rest of the test
        if hint in level:
            return _FOR_KITH.search(block) is not None
    return False
