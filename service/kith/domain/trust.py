"""Whether an answer found outside Sent may be believed: by the word of the owner's own provider."""

import re
from collections.abc import Sequence

from kith.domain.address import normal_domain, split
from kith.domain.message import Envelope

_FOREIGN = re.compile(r"\"[^\"]*\"|\([^()]*\)")
"""Quoted strings and comments: a sender may have chosen what stands in them."""
_RESULT = re.compile(r"\s*([a-z0-9-]+)\s*=\s*([a-z]+)\b(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"([a-z]+\.[a-z0-9-]+)\s*=\s*\"?@?([^\s\";]+)", re.IGNORECASE)


def vouched(auth_results: Sequence[str], envelope: Envelope, authserv_id: str) -> bool:
    """Whether the topmost Authentication-Results (RFC 8601) is the pinned provider's and says that From is real.

    dmarc=pass does, and dkim=pass whose domain is aligned with From. Fields further down may have come
    with the message, so only the topmost counts, and without a pinned authserv_id nobody's word does.
    """
    if not authserv_id or not auth_results or not envelope.from_:
        return False
    said, *results = _FOREIGN.sub(" ", auth_results[0]).split(";")
    if said.split()[:1] != [authserv_id] and said.split()[:1] != [authserv_id.casefold()]:
        return False
    domain = normal_domain(split(envelope.from_[0].address)[1])
    return any(_says_real(result, domain) for result in results)


def _says_real(result: str, domain: str) -> bool:
    found = _RESULT.match(result)
    if not found or found.group(2).casefold() != "pass":
        return False
    properties = {name.casefold(): normal_domain(value) for name, value in _PROPERTY.findall(found.group(3))}
    method = found.group(1).casefold()
    if method == "dmarc":
        return properties.get("header.from", domain) == domain
    return method == "dkim" and _aligned(properties, domain)


def _aligned(properties: dict[str, str], domain: str) -> bool:
    """The signature's domain is From's, or one above it that is no bare top level (RFC 7489, 3.1.1, relaxed)."""
    signed = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
    return signed == domain or ("." in signed and domain.endswith("." + signed))
