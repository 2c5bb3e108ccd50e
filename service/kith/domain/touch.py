"""What counts as a touch: one pure function, message in, verdict out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kith.domain.address import Address
from kith.domain.marks import (
    TELLING_PARTS,
    is_automatic,
    is_bulk,
    is_calendar,
    is_reaction,
    may_be_reaction,
    telling_field,
)
from kith.domain.message import Envelope

__all__ = [
    "NOTHING_MORE", "TELLING_PARTS", "Channel", "Circumstances", "Direction", "Found", "Reason", "Verdict",
    "is_automatic", "judge", "may_be_reaction", "was_moved",
]  # fmt: skip


class Direction(StrEnum):
    """Who reached out."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    MUTUAL = "mutual"


class Channel(StrEnum):
    """How."""

    EMAIL = "email"
    MEETING = "meeting"
    CALL = "call"
    IN_PERSON = "in-person"
    MESSAGE = "message"
    LETTER = "letter"


class Reason(StrEnum):
    """Why a message is not a touch. Where several fit, the first in this order is given."""

    AUTOMATIC = "automatic"
    BULK = "bulk"
    CROWD = "crowd"
    NOT_ADDRESSED = "not-addressed"
    BYSTANDER = "bystander"
    OWN = "own"
    DRAFT = "draft"
    REACTION = "reaction"
    CALENDAR = "calendar"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message means: whom it touches, which way and when; or the reason why nobody.

    people are ids. known are the ids of everybody known who takes part in it at all. direction is
    given for what is not a touch, too. mark is the field that gave a machine or a list away. reply_to
    is somebody known to whom the answers to another known person's mail go: they may be one.
    """

    people: tuple[int, ...]
    direction: Direction
    at: datetime
    reason: Reason | None = None
    known: tuple[int, ...] = ()
    mark: str = ""
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict depends on besides the message.

    owner holds the owner's address keys and people maps address keys to ids; key makes one from an
    address. is_letter knows Kith's own letters by their Message-ID, and is_draft the drafts that Kith
    wrote: in a Drafts folder they are its own, once they are sent they are the owner's.
    """

    owner: frozenset[str]
    people: Mapping[str, int]
    key: Callable[[str], str]
    max_recipients: int = 10
    count_cc: bool = False
    is_letter: Callable[[str], bool] = lambda _message_id: False
    is_draft: Callable[[str], bool] = lambda _message_id: False


@dataclass(frozen=True, slots=True)
class Found:
    """What only a second look at a message tells, where one was worth it.

    media_types are those of its parts; relayed_at is the date of its topmost Received field. opening
    is the beginning of its text, where that was read: see may_be_reaction.
    """

    media_types: frozenset[str] = frozenset()
    relayed_at: datetime | None = None
    in_drafts: bool = False
    opening: str = ""


NOTHING_MORE = Found()
MOVED_AFTER = timedelta(days=2)
"""How far INTERNALDATE may lie after Date before the mail counts as moved here later."""


def judge(envelope: Envelope, here: Circumstances, now: datetime, found: Found = NOTHING_MORE) -> Verdict:
    """Whether a message is a touch, of whom, which way and when (product contract, section 5)."""
    author = {here.key(a.address) for a in envelope.from_}
    outbound = bool(author & here.owner)
    known = _people((*envelope.from_, *envelope.to, *envelope.cc, *envelope.bcc, *envelope.reply_to), here)
    touched = _reached(envelope, here) if outbound else _authors(envelope, here)
    reason = _reason(envelope, here, found, outbound=outbound, touched=touched, known=known)
    direction = Direction.OUTBOUND if outbound else Direction.INBOUND
    at = _when(envelope, found, now, outbound=outbound)
    return Verdict(
        people=() if reason else touched,
        direction=direction,
        at=at,
        reason=reason,
        known=known,
        mark=_mark(envelope, reason, outbound=outbound),
        reply_to=_other_self(envelope, here, reason) if envelope.reply_to and known else None,
    )


def _mark(envelope: Envelope, reason: Reason | None, *, outbound: bool) -> str:
    if reason is Reason.AUTOMATIC:
        return telling_field(envelope, lambda alone: is_automatic(alone, outbound=outbound))
    return telling_field(envelope, is_bulk) if reason is Reason.BULK else ""


def _other_self(envelope: Envelope, here: Circumstances, reason: Reason | None) -> int | None:
    """The one known person in Reply-To where another one wrote. Lists and machines put there whom they like."""
    author, answered = _people(envelope.from_, here), _people(envelope.reply_to, here)
    told = len(author) == len(answered) == 1 and author != answered
    return answered[0] if told and reason not in (Reason.AUTOMATIC, Reason.BULK) else None


def _reason(
    envelope: Envelope,
    here: Circumstances,
    found: Found,
    *,
    outbound: bool,
    touched: tuple[int, ...],
    known: tuple[int, ...],
) -> Reason | None:
    parts = found.media_types
    tests: tuple[tuple[Reason, Callable[[], bool]], ...] = (
        (Reason.AUTOMATIC, lambda: is_automatic(envelope, outbound=outbound, media_types=parts)),
        (Reason.BULK, lambda: is_bulk(envelope)),
        (Reason.CROWD, lambda: _is_crowd(envelope, here)),
        (Reason.NOT_ADDRESSED, lambda: not outbound and not _addressed(envelope, here)),
        (Reason.BYSTANDER, lambda: bool(known) and not touched),
        (Reason.OWN, lambda: _is_own(envelope, here, found)),
        (Reason.DRAFT, lambda: found.in_drafts),
        (Reason.REACTION, lambda: is_reaction(envelope, parts, found.opening)),
        (Reason.CALENDAR, lambda: is_calendar(envelope, parts)),
        (Reason.STRANGER, lambda: not touched),
    )
    return next((reason for reason, fits in tests if fits()), None)


def _people(addresses: Iterable[Address], here: Circumstances) -> tuple[int, ...]:
    keys = (here.key(a.address) for a in addresses)
    return tuple(dict.fromkeys(here.people[k] for k in keys if k in here.people and k not in here.owner))


def _reached(envelope: Envelope, here: Circumstances) -> tuple[int, ...]:
    copied = envelope.cc if here.count_cc else ()
    return _people((*envelope.to, *copied, *envelope.bcc), here)


def _authors(envelope: Envelope, here: Circumstances) -> tuple[int, ...]:
    """The author is who stands in From; behind a list or a form Reply-To may tell who it really was.

    A Reply-To that names several known people asks for an answer to all and tells of no author.
    """
    named = _people(envelope.reply_to, here)
    return _people(envelope.from_, here) or (named if len(named) == 1 else ())


def _addressed(envelope: Envelope, here: Circumstances) -> bool:
    return any(here.key(a.address) in here.owner for a in (*envelope.to, *envelope.cc))


def _is_own(envelope: Envelope, here: Circumstances, found: Found) -> bool:
    return here.is_letter(envelope.message_id) or (found.in_drafts and here.is_draft(envelope.message_id))


def _is_crowd(envelope: Envelope, here: Circumstances) -> bool:
    recipients = (*envelope.to, *envelope.cc)
    most = here.max_recipients
    return len(recipients) > most and len({here.key(a.address) for a in recipients}) > most


def _when(envelope: Envelope, found: Found, now: datetime, *, outbound: bool) -> datetime:
    received, written = envelope.received_at, envelope.date
    if outbound:
        at = min(written or received or now, received or now)
    elif was_moved(envelope):
        # What no server relayed was put here by hand; then its Date is the only witness left.
        at = min(found.relayed_at or written or now, received or now)
    else:
        at = received or written or now
    return min(at, now)


def was_moved(envelope: Envelope) -> bool:
    """INTERNALDATE lies days after Date: this server got the message long after it was sent."""
    received, written = envelope.received_at, envelope.date
    return received is not None and written is not None and received - written > MOVED_AFTER
