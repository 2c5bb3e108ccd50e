"""Whether what says it is the owner's is, where it was found outside Sent: by the word of the owner's own provider."""

import re
from collections.abc import Sequence
from typing import Final

from kith.domain.address import normal_domain, split
from kith.domain.message import Envelope

Result = list[str]
"""A method's result and properties: ["dkim=pass", "header.d=example.com"]; a quoted value keeps its first quote."""

_LONGEST: Final = 64_000
"""Characters of a field that is read: honest ones have a few thousand."""

_PLAIN = re.compile(r'"(?:[^"\\]|\\.)*"|[^"()\\;\s]+|[;(]|\s+', re.DOTALL)
_COMMENT = re.compile(r"[^()\\]+|\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def vouched(auth_results: Sequence[str], envelope: Envelope, authserv_id: str) -> bool:
    """Whether the topmost Authentication-Results (RFC 8601) is the pinned provider's and says that From is real.

    dmarc=pass does, which is about From whether or not its domain is named (RFC 7489, 11.2), and dkim=pass whose
    domain is aligned with From's. Fields further down may have come with the message, so only the topmost counts,
    and without a pinned authserv_id nobody's word does.
    A field that cannot be read to its end, another version of it, several authors, another domain in any
    header.from, and a dmarc=fail beside a pass are not believed.
    """
    if len(envelope.from_) != 1 or "from-count" in envelope.marks:
        return False
    domain = normal_domain(split(envelope.from_[0].address)[1])
    if not domain:
        return False
    results = _told(auth_results, authserv_id)
    doubtful = any(_method(r) in _AGAINST or _is_of_another(r, domain) for r in results)
    return not doubtful and any(_says_real(r, domain) for r in results)


def disowned(auth_results: Sequence[str], authserv_id: str) -> bool:
    """Whether the topmost Authentication-Results is the pinned provider's and says that From is forged: dmarc=fail.

    Where it says nothing of the kind, as of most mail that never left the provider, nothing is known.
    """
    return any(_method(result) == _FORGED for result in _told(auth_results, authserv_id))


def _told(auth_results: Sequence[str], authserv_id: str) -> list[Result]:
    """The results in the topmost field, where that is the pinned provider's and can be read to its end."""
    if not authserv_id.strip() or not auth_results or len(auth_results[0]) > _LONGEST:
        return []
    said = _results(auth_results[0])
    if not said or not _is_signed_by(said[0], authserv_id.strip()):
        return []
    return [result for result in said[1:] if result]


def _is_signed_by(head: Result, authserv_id: str) -> bool:
    """Whether the field begins with the pinned name, and with no version but the one there is (RFC 8601, 2.2)."""
    return [word.casefold() for word in head[:1]] == [authserv_id.casefold()] and head[1:] in ([], ["1"])


def _is_of_another(result: Result, domain: str) -> bool:
    """Whether the provider looked at another From than ours, in whatever method."""
    named = (word for word in result[1:] if word.casefold().startswith("header.from="))
    return any(_value(word) != domain for word in named)


def _results(field: str) -> list[Result] | None:
    """The parts of the field between semicolons, in words; None where a quote or a comment is left open.

    A sender may have chosen what stands in comments and in quoted strings: the first are left out, and
    the second cannot end a word, let alone a result.
    """
    pieces = _outside_comments(field)
    if pieces is None:
        return None
    results: list[Result] = [[]]
    begins = True
    for piece in pieces:
        word = '"' + _ESCAPED.sub(r"\1", piece[1:-1]) if piece[0] == '"' else piece
        if piece == ";":
            results.append([])
        elif begins and not piece.isspace():
            results[-1].append(word)
        elif not piece.isspace():
            results[-1][-1] += word
        begins = piece == ";" or piece.isspace()
    return [_joined(result) for result in results]


def _joined(words: Result) -> Result:
    """The words of a result, with what stands around an = put together: spaces and comments may be there (2.2)."""
    joined: Result = []
    for word in words:
        if joined and (word.startswith("=") or joined[-1].endswith("=")) and joined[-1][0] != '"':
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _outside_comments(field: str) -> list[str] | None:
    """Words, quoted strings, semicolons and spaces; a comment, which may hold others (RFC 5322, 3.2.2), is a space."""
    pieces = []
    at = depth = 0
    while at < len(field):
        found = (_COMMENT if depth else _PLAIN).match(field, at)
        if found is None:
            return None
        at = found.end()
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            pieces.append(" " if found[0] == ")" else found[0])
    return None if depth else pieces


def _method(result: Result) -> tuple[str, str]:
    """A method without its version, and what came of it: ("dkim", "pass"). Of a version but 1 nothing is known."""
    method, _, outcome = result[0].casefold().partition("=")
    name, slash, version = method.partition("/")
    return (name, outcome) if not slash or version.strip() == "1" else ("", "")


_FORGED: Final = ("dmarc", "fail")
_AGAINST: Final = {_FORGED, ("dmarc", "permerror")}
"""What no other result outweighs: From is forged, or it is not one author's."""


def _says_real(result: Result, domain: str) -> bool:
    method, outcome = _method(result)
    names = [word.casefold().partition("=")[0] for word in result[1:]]
    if outcome != "pass" or len(set(names)) < len(names):  # which of two values is the true one cannot be known
        return False
    properties = dict(zip(names, (_value(word) for word in result[1:]), strict=True))
    if method == "dmarc":
        return properties.get("header.from", domain) == domain
    return method == "dkim" and _aligned(properties, domain)


def _value(word: str) -> str:
    return normal_domain(word.partition("=")[2].removeprefix('"').rpartition("@")[2])


def _aligned(properties: dict[str, str], domain: str) -> bool:
    """The signature's domain is From's, or one above it that is no bare top level (RFC 7489, 3.1.1, relaxed).

    The identity that signed lies in that domain (RFC 6376, 3.5); where it does not, one of the two is made up.
    """
    identity = properties.get("header.i", "")
    signed = properties.get("header.d") or identity
    is_sound = not identity or _is_within(identity, signed)
    return is_sound and (signed == domain or ("." in signed and _is_within(domain, signed)))


def _is_within(domain: str, above: str) -> bool:
    return domain == above or domain.endswith("." + above)
