"""Whether an answer found outside Sent may be believed: by the word of the owner's own provider."""

import re
from collections.abc import Sequence

from kith.domain.address import normal_domain, split
from kith.domain.message import Envelope

Result = list[str]
"""A method's result and properties: ["dkim=pass", "header.d=example.com"]; a quoted value keeps its first quote."""

_PLAIN = re.compile(r'"(?:[^"\\]|\\.)*"|[^"()\\;\s]+|[;(]|\s+', re.DOTALL)
_COMMENT = re.compile(r"[^()\\]+|\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def vouched(auth_results: Sequence[str], envelope: Envelope, authserv_id: str) -> bool:
    """Whether the topmost Authentication-Results (RFC 8601) is the pinned provider's and says that From is real.

    dmarc=pass does, and dkim=pass whose domain is aligned with From. Fields further down may have come
    with the message, so only the topmost counts, and without a pinned authserv_id nobody's word does.
    A field that cannot be read to its end, several authors and a dmarc=fail beside a pass are not believed.
    """
    if not authserv_id.strip() or not auth_results or len(envelope.from_) != 1 or "from-count" in envelope.marks:
        return False
    said = _results(auth_results[0])
    domain = normal_domain(split(envelope.from_[0].address)[1])
    if not said or not domain or [word.casefold() for word in said[0][:1]] != [authserv_id.strip().casefold()]:
        return False
    results = [result for result in said[1:] if result]
    return not any(_method(r) == ("dmarc", "fail") for r in results) and any(_says_real(r, domain) for r in results)


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
    return results


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
    """A method without its version, and what came of it: ("dkim", "pass")."""
    method, _, outcome = result[0].casefold().partition("=")
    return method.partition("/")[0], outcome


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
    """The signature's domain is From's, or one above it that is no bare top level (RFC 7489, 3.1.1, relaxed)."""
    signed = properties.get("header.d") or properties.get("header.i", "")
    return signed == domain or ("." in signed and domain.endswith("." + signed))
