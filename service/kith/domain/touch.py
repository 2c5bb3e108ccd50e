"""What counts as a touch: one pure function, message in, verdict out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

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
from kith.domain.relay import is_relayed

__all__ = [
    "BY_REPLY_TO", "DISOWNED", "NOTHING_MORE", "TELLING_PARTS", "Channel", "Circumstances", "Direction", "Found",
    "Reason", "Verdict", "is_automatic", "judge", "may_be_reaction", "was_moved",
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


BY_REPLY_TO = "Reply-To"
"""The mark of a message whose author is known by that field alone: anybody can write it, so that neither its words
nor its thread are that person's."""
DISOWNED = "Authentication-Results"
"""The mark of a message that says it is the owner's, and is not by the word of the owner's provider."""


class Verdict(NamedTuple):
    """What a message means: whom it touches, which way and when; or the reason why nobody.

    people are ids. known are the ids of everybody known who takes part in it at all. direction is
    given for what is not a touch, too. mark is the field that gave a machine or a list away, BY_REPLY_TO
    or DISOWNED. reply_to is somebody known to whom the answers to another known person's mail go: they may be one.
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
    is the beginning of its text, where that was read: see may_be_reaction. is_disowned: the owner's
    provider says that it is not the owner's, whatever From says.
    """

    media_types: frozenset[str] = frozenset()
    relayed_at: datetime | None = None
    in_drafts: bool = False
    opening: str = ""
    is_disowned: bool = False


NOTHING_MORE = Found()
MOVED_AFTER = timedelta(days=2)
"""How far INTERNALDATE may lie after Date before the mail counts as moved here later."""


def judge(envelope: Envelope, here: Circumstances, now: datetime, found: Found = NOTHING_MORE) -> Verdict:
    """Whether a message is a touch, of whom, which way and when (product contract, section 5)."""
    outbound = not found.is_disowned and any(here.key(a.address) in here.owner for a in envelope.from_)
    named = (envelope.from_, envelope.to, envelope.cc, envelope.bcc, envelope.reply_to)
    cast = _Cast(*[_people(addresses, here) if addresses else () for addresses in named])
    known = tuple(dict.fromkeys(chain(*cast)))
    touched = cast.reached(count_cc=here.count_cc) if outbound else cast.authors(envelope, found)
    reason = (
        _of_its_marks(envelope, found, outbound=outbound)
        or _of_its_address(envelope, here, outbound=outbound, bystander=bool(known) and not touched)
        or _of_its_kind(envelope, here, found, touched=bool(touched))
    )
    direction = Direction.OUTBOUND if outbound else Direction.INBOUND
    at = _when(envelope, found, now, outbound=outbound)
    return Verdict(
        people=() if reason else touched,
        direction=direction,
        at=at,
        reason=reason,
        known=known,
        mark=_mark(envelope, cast, found, reason, outbound=outbound),
        reply_to=cast.other_self if reason not in (Reason.AUTOMATIC, Reason.BULK) else None,
    )


class _Cast(NamedTuple):
    """The known people of a message, by the field that names them."""

    from_: tuple[int, ...]
    to: tuple[int, ...]
    cc: tuple[int, ...]
    bcc: tuple[int, ...]
    reply_to: tuple[int, ...]

    def reached(self, *, count_cc: bool) -> tuple[int, ...]:
        """Whom the owner wrote to."""
        return tuple(dict.fromkeys((*self.to, *(self.cc if count_cc else ()), *self.bcc)))

    def authors(self, envelope: Envelope, found: Found) -> tuple[int, ...]:
        """The author is who stands in From; behind a list or a form Reply-To may tell who it really was.

        A Reply-To that names several known people asks for an answer to all and tells of no author.
        """
        if found.is_disowned:
            return ()
        may_tell = len(self.reply_to) == 1 and not self.from_
        return self.reply_to if may_tell and is_relayed(envelope) else self.from_

    @property
    def other_self(self) -> int | None:
        """The one known person in Reply-To where another one wrote. Lists and machines put there whom they like."""
        told = len(self.from_) == len(self.reply_to) == 1 and self.from_ != self.reply_to
        return self.reply_to[0] if told else None


def _mark(envelope: Envelope, cast: _Cast, found: Found, reason: Reason | None, *, outbound: bool) -> str:
    if reason is Reason.AUTOMATIC:
        return telling_field(envelope, lambda alone: is_automatic(alone, outbound=outbound))
    if reason is Reason.BULK:
        return telling_field(envelope, is_bulk)
    if found.is_disowned:
        return DISOWNED
    return BY_REPLY_TO if cast.reply_to and not cast.from_ and not outbound else ""


def _people(addresses: Iterable[Address], here: Circumstances) -> tuple[int, ...]:
    found = []
    for address in addresses:
        key = here.key(address.address)
        if key in here.people and key not in here.owner:
            found.append(here.people[key])
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def _of_its_marks(envelope: Envelope, found: Found, *, outbound: bool) -> Reason | None:
    if is_automatic(envelope, outbound=outbound, media_types=found.media_types):
        return Reason.AUTOMATIC
    return Reason.BULK if is_bulk(envelope) else None


def _of_its_address(envelope: Envelope, here: Circumstances, *, outbound: bool, bystander: bool) -> Reason | None:
    if _is_crowd(envelope, here):
        return Reason.CROWD
    if not outbound and not _addressed(envelope, here):
        return Reason.NOT_ADDRESSED
    return Reason.BYSTANDER if bystander else None


def _of_its_kind(envelope: Envelope, here: Circumstances, found: Found, *, touched: bool) -> Reason | None:
    if _is_own(envelope, here, found):
        return Reason.OWN
    if found.in_drafts:
        return Reason.DRAFT
    if is_reaction(envelope, found.media_types, found.opening):
        return Reason.REACTION
    if is_calendar(envelope, found.media_types):
        return Reason.CALENDAR
    return None if touched else Reason.STRANGER


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
