"""Mail addresses: what is written, and the key by which two of them are the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)+"')

DotsMatter = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Address:
    """One address as a message shows it. The name is evidence of who wrote, never identity."""

    name: str
    address: str


@lru_cache(maxsize=4096)
def normal_domain(domain: str) -> str:
    """A domain in its ASCII form (IDNA, RFC 5890), case-folded, without a trailing dot."""
    folded = domain.strip().rstrip(".").casefold()
    if folded.isascii():
        return folded
    try:
        return folded.encode("idna").decode("ascii")
    except UnicodeError:
        return folded


def split(address: str) -> tuple[str, str]:
    """Local part and domain; a quoted local part is unquoted (RFC 5321, 4.1.2)."""
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return domain, ""
    if len(local) >= 2 and local[0] == local[-1] == '"':
        local = local[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return local, domain


def key(address: str, dots_matter: DotsMatter) -> str:
    """The form in which two addresses are compared: case-folded, IDNA, no +tag, no dots where they do not matter.

    dots_matter maps a domain to False where the provider ignores dots in the local part (Gmail).
    """
    local, domain = split(address)
    domain = normal_domain(domain)
    local = local.casefold()
    before, _, _ = local.partition("+")
    local = before or local
    if dots_matter.get(domain, True) is False:
        local = local.replace(".", "")
    return f"{local}@{domain}" if domain else local


def looks_like(text: str) -> bool:
    """Whether a word can only be meant as a mail address."""
    local, at, domain = text.strip().rpartition("@")
    if _QUOTED.fullmatch(local):  # in quotes it may have spaces and marks, and an @ of its own (RFC 5321, 4.1.2)
        return local.isprintable() and _is_word(domain)
    return bool(at) and not {"@", '"'} & set(local) and _is_word(local) and _is_word(domain)


def _is_word(text: str) -> bool:
    return bool(text) and not any(c.isspace() or c in "<>,;" for c in text)


def spoken_name(address: str) -> str:
    """What an address lets guess of a name, where nothing better is known: nadia.benali@… is Nadia Benali."""
    words = split(address)[0].replace(".", " ").replace("_", " ").replace("-", " ").split()
    return " ".join(word.capitalize() for word in words) or address
