"""A message as Kith sees it: the parsed headers it uses, and who it is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kith.domain.address import Address, normal_domain

FIELDS = (
    "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Subject", "Message-ID", "In-Reply-To", "References",
    "List-Id", "List-Unsubscribe", "Auto-Submitted", "Precedence", "Return-Path", "X-Autoreply", "X-Autorespond",
    "Content-Type",
)  # fmt: skip
"""The header fields a scan asks for: those the touch policy, the identity and the threads need."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parsed headers of one message.

    message_id keeps its angle brackets and is "" where there is none. date is what the author's
    program wrote, received_at what the receiving server noted (INTERNALDATE); both aware, both None
    where missing or unreadable. marks holds the remaining fields of FIELDS by lower-case name,
    unfolded; a field that is absent is not in it.
    """

    message_id: str = ""
    from_: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    received_at: datetime | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> tuple[str, ...]:
        """Message-IDs this one answers, nearest first."""
        return (*self.in_reply_to, *reversed(self.references))


def identity(envelope: Envelope) -> str:
    """The stable name of a message: its Message-ID together with what we hold of its content.

    Two messages with the same Message-ID and other people, subject or date are two messages (a
    forged Message-ID cannot hide a real mail); the same message in two folders, through a list that
    adds trace fields, with a domain in Unicode here and in ASCII there, or without any Message-ID,
    is one. A difference in the body alone is not seen.
    """
    parts = [envelope.message_id, _addresses(envelope.from_), _addresses(envelope.to), _addresses(envelope.cc)]
    parts.append(" ".join(envelope.subject.split()))
    parts.append(envelope.date.isoformat(timespec="seconds") if envelope.date else envelope.marks.get("date", ""))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _addresses(addresses: tuple[Address, ...]) -> str:
    if len(addresses) == 1:  # as most are: every message comes by here
        return _normal(addresses[0].address)
    return ",".join(sorted({_normal(a.address) for a in addresses}))


def _normal(address: str) -> str:
    """An address in one of the ways in which programs spell it: the domain may be in Unicode or in ASCII (RFC 5890)."""
    folded = address.strip().casefold()
    if folded.isascii() and not folded.endswith("."):
        return folded
    local, at, domain = folded.rpartition("@")
    return f"{local}@{normal_domain(domain)}" if at else folded
