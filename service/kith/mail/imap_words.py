"""A server's words: made fit for a message without any secret in them, and whether they mean that it is busy."""

import base64
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

_LONGEST_TEXT: Final = 300  # characters of a server's answer that are worth showing
_LONGEST_HEARD: Final = 4000  # and that are looked at for it
_PIECE: Final = 8
"""Characters of a secret that are not shown in a row. Servers repeat what was sent, and cut it off anywhere."""
_QUOTING: Final = "\\\"' \t\r\n"
"""What servers put into what they repeat, or leave out of it."""

_CODE = re.compile(r"\[([A-Z]{3,30})\b", re.IGNORECASE)
_LATER: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "THROTTLED"})
"""RFC 5530, and what Exchange and Yahoo say, when the same would work later."""
_NEVER: Final = frozenset({"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN"})
"""RFC 5530: what the owner has to mend, whatever the words behind it ask for."""
# What Gmail, Exchange, Yahoo and Dovecot say without a code.
_BUSY = re.compile(
    r"too many|rate.?limit|temporar|try again|try later|server unavailable|not connected|over.?loaded|\[SYS/TEMP",
    re.IGNORECASE,
)

_REPEATED = re.compile(r"b(['\"])([ -~]*)\1")  # bytes as Python writes them, in what imaplib raises
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|([ -~]))")
_CONTROL: Final = {"n": "\n", "r": "\r", "t": "\t"}
_ERRNO = re.compile(r"\[Errno -?\d{1,9}\] ")  # before what the system says in words
_AROUND = re.compile(r"^\S+ command error: \S+ \[(.*)\]$", re.DOTALL)
_BEFORE = re.compile(r"^(?:login failed: |command: \S+ => |\* BYE )", re.IGNORECASE)


def shown(text: bytes | str, secrets: Sequence[str] = ()) -> str:
    """A server's words, fit for a message: printable, short, the secrets taken out in whatever form they come."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    is_cut = len(words) > _LONGEST_HEARD
    words = _masked(words[:_LONGEST_HEARD], secrets)
    words = words[:-_PIECE] if is_cut else words  # it may end in a piece of a secret that is too short to be known
    words = "".join(c if c.isprintable() else " " for c in words)
    return " ".join(words.split())[:_LONGEST_TEXT]


def told(error: Exception) -> str:
    """What a server said, from what imaplib raised: that shows it as Python does, or is the bytes themselves."""
    first = error.args[0] if error.args else ""
    words = first.decode("utf-8", "replace") if isinstance(first, bytes) else _ERRNO.sub("", str(error))
    words = _AROUND.sub(r"\1", _BEFORE.sub("", words))
    return words if isinstance(first, bytes) else _BEFORE.sub("", _REPEATED.sub(_unescaped, words))


def _unescaped(bytes_: re.Match[str]) -> str:
    def character(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _CONTROL.get(found[2], found[2])

    plain = _ESCAPED.sub(character, bytes_[2])
    return plain.encode("latin-1").decode("utf-8", "replace")


def forms(secret: str, *sent: str) -> tuple[str, ...]:
    """A secret as it may come back; sent are the texts it went out in, as base64 (SASL, RFC 4422)."""
    return (secret, *(base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii") for text in sent))


def _masked(words: str, secrets: Iterable[str]) -> str:
    """The words with … in the place of each piece of a secret, however it is quoted, escaped or broken into lines."""
    for secret in filter(None, secrets):
        words = words.replace(secret, "…")
        bare = "".join(c for c in secret if c not in _QUOTING)
        if bare:
            words = _without(words, bare)
    return words


def _without(words: str, bare: str) -> str:
    size = min(_PIECE, len(bare))
    pieces = {bare[at : at + size] for at in range(len(bare) - size + 1)}
    places = [at for at, c in enumerate(words) if c not in _QUOTING]
    text = "".join(words[at] for at in places)
    hits = [at for at in range(len(text) - size + 1) if text[at : at + size] in pieces]
    hidden = {place for at in hits for place in range(places[at], places[at + size - 1] + 1)}
    runs = groupby(enumerate(words), lambda found: found[0] in hidden)
    return "".join("…" if is_hidden else "".join(c for _, c in run) for is_hidden, run in runs)


def codes(text: str) -> set[str]:
    """The codes in an answer (RFC 5530), in capitals."""
    return {code.upper() for code in _CODE.findall(text)}


def is_busy(text: str) -> bool:
    """Whether a refusal means that the same would work later. A code says more than the words behind it."""
    said = codes(text)
    return not said & _NEVER and bool(said & _LATER or _BUSY.search(text))
