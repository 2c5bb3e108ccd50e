"""Which header blocks are worth parsing: those that may hold a known address, or the owner's words for Kith."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from kith.mail.heads import first_value
from kith.mail.prefilter import address_filter

_FOR_KITH = (b"kith", b"2l0a", b"0lus", b"6bith")
"""In a token of ours, a +kith address, a subject "kith: …"; also in base64 ("a2l0aDog", "S0lUSDog") or as "=6bith"."""
MOST_FIELDS = 10_000
"""From fields whose meaning is remembered, since mail repeats itself: some 2 MB."""
LONGEST_FIELD = 1000
"""Bytes of a From field that is remembered: the owner's is no longer, and a hostile one may have a million."""


def wanted_blocks(
    keys: Iterable[str], owner: Iterable[str] = (), others: Callable[[bytes, bytes], None] | None = None
) -> Callable[[bytes], bool]:
    """A test on raw header blocks that is true wherever an exact look could find one of these address keys.

    It is true as well where one of the keys in owner may be the author's, who answers a letter of ours or
    writes to Kith. others is shown each block that is not wanted, and its From field.
    """
    may_hold, may_hold_owner = address_filter(_bytes(keys)), address_filter(_bytes(owner))

    @lru_cache(MOST_FIELDS)
    def may_be_owner(author: bytes) -> bool:
        return not author or may_hold_owner(b"From:" + author)

    def wanted(block: bytes) -> bool:
        if may_hold(block):
            return True
        author = first_value(block, b"From")
        if (len(author) > LONGEST_FIELD or may_be_owner(author)) and _is_for_kith(block):
            return True
        if others:
            others(block, author)
        return False

    return wanted if owner or others else may_hold


def _bytes(keys: Iterable[str]) -> list[bytes]:
    return [key.encode("utf-8", "surrogatepass") for key in keys]


def _is_for_kith(block: bytes) -> bool:
    level = block.lower()
    return any(word in level for word in _FOR_KITH)
