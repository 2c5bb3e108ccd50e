"""Which header blocks may hold an address of somebody known: a test on the bytes, before anything is parsed.

Most mail is from strangers, and parsing it would cost more than fetching it. The test may say yes to
a stranger; it never says no where kith.mail.headers finds a known address.

How it goes: case, and the many characters that end an address, are levelled in one pass; the block is
cut at each @ and the last bytes before it are looked up. An address may also have a +tag, dots that do
not count, quotes, comments or white space in it, or bytes outside ASCII (which may fold into ASCII, or
be a domain that IDNA spells differently): wherever one of these stands in the way of the plain look,
the few addresses of the block are looked at one by one, and what cannot be decided is a yes.
"""

import re
from collections.abc import Callable, Iterable
from itertools import combinations, pairwise
from typing import Final

_TAIL: Final = 4  # bytes before the @ that are looked up: enough to tell most strangers, few enough to be quick
_LONGEST: Final = 400  # bytes of one half of an address; kith.mail.addresses takes no address of more than 320

# Levelled bytes: capitals become small; what ends an address for good becomes a comma; what may stand beside an @
# without being part of the address becomes a space; what is not printable ASCII, and may be any letter in disguise,
# becomes NUL. The end of a comment stays what it is: comments may stand anywhere.
_LEVEL: Final = bytes(
    ord(",") if c in b"<>,;:[]" else ord(" ") if c in b' \t\r\n"(\\' else c if 32 < c < 127 else 0 for c in range(256)
).lower()

_MARKS_ALIKE: Final = bytes.maketrans(b" )\0", b",,,")  # what a half of an address does not go beyond
_TAGGED = re.compile(rb"\+[^+ ,)@]*@")
_AFTER_COMMENT = re.compile(rb"\)[^), @]*@")


def address_filter(keys: Iterable[bytes]) -> Callable[[bytes], bool]:
    """A test that is true for every header block that holds an address with one of these keys.

    keys are those of kith.domain.address.key, in UTF-8. It is true for some other blocks as well.
    """
    known: dict[bytes, list[bytes]] = {}
    for key in keys:
        local, at, domain = key.rpartition(b"@")
        if not at:
            return lambda _block: True  # an address without an @ could be any word
        known.setdefault(_bare(local), []).append(domain)
    if not known:
        return lambda _block: False
    tails = [(size, frozenset(found)) for size, found in sorted(_tails(known).items())]  # the longest is the last

    def may_hold(block: bytes) -> bool:
        level = block.translate(_LEVEL)
        parts = level.split(b"@")
        for size, wanted in tails:
            ends = [part[-size:] for part in parts]
            if not wanted.isdisjoint(ends):
                return _look_closely(parts, known)
        joined = b"@".join(ends)
        if (
            b" @" in joined
            or b"\0" in joined
            or (b"+" in level and _TAGGED.search(level))
            or (b")" in level and _AFTER_COMMENT.search(level))
        ):
            return _look_closely(parts, known)
        return False

    return may_hold


def _bare(local: bytes) -> bytes:
    """A local part without dots, which may not count, and without the quote some programs put before an address."""
    return local.replace(b".", b"").lstrip(b"'")


def _tails(known: Iterable[bytes]) -> dict[int, set[bytes]]:
    """What stands before the @ where a known local part is written, by length, dots anywhere among it."""
    tails: dict[int, set[bytes]] = {}
    for local in known:
        size = min(len(local) + 1, _TAIL)
        found = tails.setdefault(size, set())
        for before in (b",", b" ", b"'"):
            word = (before + local).translate(_LEVEL)
            for dots in range(size + 1):
                found.update(_dotted(word[-(size - dots) :] if dots < size else b"", size))
    return tails


def _dotted(word: bytes, size: int) -> Iterable[bytes]:
    """The word, and as many dots as make up the size, in every order."""
    for places in combinations(range(size), min(len(word), size)):
        letters = iter(word)
        yield bytes(next(letters) if place in places else ord(".") for place in range(size))


def _look_closely(parts: list[bytes], known: dict[bytes, list[bytes]]) -> bool:
    """Each address of a levelled block that was cut at the @."""
    for before, after in pairwise(parts):
        local = before[-_LONGEST:].translate(_MARKS_ALIKE).rpartition(b",")[2]
        begin = len(before) - len(local)
        mark = before[begin - 1 : begin] if begin else b""
        if mark in {b")", b"\0"} or (mark == b" " and not local):
            return True  # a comment, a quote, white space or a disguise: the local part begins further left
        domains = known.get(_bare(local.partition(b"+")[0] or local))
        if domains and _may_be_at(after, domains):
            return True
    return False


def _may_be_at(after: bytes, domains: list[bytes]) -> bool:
    domain = after[:_LONGEST].translate(_MARKS_ALIKE).partition(b",")[0]
    if after[len(domain) : len(domain) + 1] == b"\0":
        return True  # a disguise, or a domain that IDNA writes in another way
    # Behind the beginning of a known domain there may be a comment, and then the rest.
    return any(one.startswith(domain.rstrip(b".'")) for one in domains)
