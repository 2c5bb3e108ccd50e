"""From header blocks to verdicts: what one stretch of a folder holds, before anything is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from typing import NamedTuple

from kith.domain.calendar import Invite
from kith.domain.invitations import asking, author, few_of
from kith.domain.message import Envelope, identity
from kith.domain.token import Tokens
from kith.domain.touch import (
    TELLING_PARTS,
    Circumstances,
    Direction,
    Found,
    Reason,
    Verdict,
    judge,
    may_be_reaction,
    was_moved,
)
from kith.domain.trust import disowned
from kith.domain.veil import Veil
from kith.jobs.strangers import Counts
from kith.mail import headers, icalendar
from kith.mail.snippet import html_text
from kith.mail.source import Part, RawHeader, Source, Unreadable
from kith.mail.words import part_text

TEXT, HTML, CALENDAR = "text/plain", "text/html", "text/calendar"
LONGEST_REACTION = {TEXT: 8 * 1024, HTML: 64 * 1024}
"""Bytes of the words of an emoji reaction, the quoted mail included. Of longer ones the opening is not read."""
MOST = {TEXT: 512, HTML: 16 * 1024, CALENDAR: 256 * 1024}
"""Bytes that are read: of words what may say that it is a reaction, of a calendar more than honest ones have."""
COMMON_CALENDAR = 16 * 1024
MOST_CALENDARS = 10
"""Of one message: honest ones have two. A server may go through the whole of it for each part that is asked for."""
MOST_MEETINGS = 10
"""Of one message, or series: a request is about one (RFC 5546, 3.2.2), a journey has a few. More are left out."""
AT_ONCE = 8 * 1024 * 1024
"""Bytes of parts that are asked for together."""

AUTH_RESULTS = "Authentication-Results"

SELF_NOTE = "kith:"
"""How the subject of a mail to oneself begins that is meant for Kith."""


class Seen(NamedTuple):
    """One message with known people or words for Kith in it, looked at.

    holds_parts, may_be_reaction, was_moved and may_be_forged say what a closer look is for. In invites there are
    veils in the place of addresses, and sender is the veil of who sent them. is_draft: nothing in it was said yet.
    """

    uid: int
    identity: str
    message_id: str
    subject: str
    verdict: Verdict
    answers: str = ""
    is_self_note: bool = False
    holds_parts: bool = False
    may_be_reaction: bool = False
    was_moved: bool = False
    may_be_forged: bool = False
    is_draft: bool = False
    invites: tuple[Invite, ...] = ()
    sender: str = ""


@dataclass(slots=True)
class Stretch:
    """What one stretch of UIDs held.

    breakers are those of the unreadable that break the line. releases: looked at for the sake of everybody,
    so that what could be read leaves quarantine.
    """

    uids: Sequence[int]
    seen: list[Seen] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    strangers: Counts = field(default_factory=dict)
    breakers: Sequence[Unreadable] = ()
    releases: bool = True


@dataclass(frozen=True, slots=True)
class Eyes:
    """With what a folder is looked at. authserv_id: whose word is asked for on mail that says it is the owner's."""

    here: Circumstances
    tokens: Tokens
    zone: tzinfo
    now: datetime
    in_drafts: bool = False
    authserv_id: str = ""

    @property
    def veil(self) -> Veil:
        """What is put over the addresses in invitations before anything is kept of them."""
        return Veil(self.tokens.key, self.tokens.owner_id, self.here.key)


def glance(blocks: Iterable[RawHeader], eyes: Eyes) -> list[Seen]:
    """Judges messages by their headers alone; those that are of no interest are left out."""
    sent, draft = Found(), Found(in_drafts=True)
    # All envelopes, then all verdicts: a processor does one thing at a time much quicker than many in turn.
    envelopes = [(raw, headers.envelope(raw.block, raw.received_at)) for raw in blocks]
    judged = [
        (raw, envelope, judge(envelope, eyes.here, eyes.now, draft if eyes.in_drafts or raw.is_draft else sent))
        for raw, envelope in envelopes
    ]
    seen = [_first_look(raw, envelope, verdict, eyes) for raw, envelope, verdict in judged]
    return [s for s in seen if s.verdict.known or s.answers or s.is_self_note]


def _first_look(raw: RawHeader, envelope: Envelope, verdict: Verdict, eyes: Eyes) -> Seen:
    outbound = verdict.direction is Direction.OUTBOUND
    speaks = outbound and not raw.is_draft
    in_drafts = eyes.in_drafts or raw.is_draft
    return Seen(
        uid=raw.uid,
        identity=identity(envelope),
        message_id=envelope.message_id,
        subject=envelope.subject,
        verdict=verdict,
        answers=_answered(envelope, eyes) if speaks else "",
        is_self_note=speaks and _is_self_note(envelope, eyes.here),
        holds_parts=not in_drafts and _holds_parts(envelope, verdict),  # a draft invites nobody yet
        may_be_reaction=verdict.reason is None and may_be_reaction(envelope),
        was_moved=not outbound and was_moved(envelope),
        is_draft=in_drafts,
        may_be_forged=bool(eyes.authserv_id) and outbound and verdict.reason in (None, Reason.CALENDAR),
    )


def _holds_parts(envelope: Envelope, verdict: Verdict) -> bool:
    """Whether there may be parts in it that change what it is."""
    kind = envelope.marks.get("content-type", "").lstrip().casefold()
    hides = kind.startswith(("multipart/", "text/calendar"))
    return hides and bool(verdict.known) and verdict.reason not in (Reason.BULK, Reason.OWN)


def _answered(envelope: Envelope, eyes: Eyes) -> str:
    """The letter of ours that the owner answers with this message; "" for none."""
    if eyes.tokens.is_ours(envelope.message_id):  # a letter of ours that was sent in a thread
        return ""
    return next((m for m in envelope.answers if eyes.tokens.is_ours(m)), "")


def _is_self_note(envelope: Envelope, here: Circumstances) -> bool:
    """A mail from the owner to nobody but the owner, with the subject "kith: …" or to a +kith address."""
    recipients = (*envelope.to, *envelope.cc, *envelope.bcc)
    from_owner = bool(envelope.from_) and all(here.key(a.address) in here.owner for a in envelope.from_)
    if not from_owner or not recipients or any(here.key(a.address) not in here.owner for a in recipients):
        return False
    tagged = any("+kith@" in a.address.casefold() for a in recipients)
    return tagged or envelope.subject.strip().casefold().startswith(SELF_NOTE)


def look_closer(source: Source, seen: list[Seen], blocks: Iterable[RawHeader], eyes: Eyes) -> list[Seen]:
    """Judges again where headers cannot tell. blocks are those of the messages that were seen, and maybe of others.

    Asks twice at most: which parts there are, and what those say that a verdict or a calendar needs; and for a few
    fields of those that were moved, or may be forged.
    """
    answers = {s.uid for s in seen if s.may_be_reaction}
    asked = [s.uid for s in seen if s.may_be_reaction or s.holds_parts]
    parts = source.structures(asked, TELLING_PARTS, answers) if asked else {}
    moved = [s.uid for s in seen if s.was_moved]
    relayed = source.fields(moved, ["Received"]) if moved else {}
    forged = _forged(source, seen, eyes)
    more = _More(parts, relayed, forged)
    more.read(source, [*_short_texts(parts, answers), *_calendars(parts, seen)], eyes.zone)
    again = parts.keys() | relayed.keys() | forged
    envelopes = {raw.uid: headers.envelope(raw.block, raw.received_at) for raw in blocks if raw.uid in again}
    return [_look_again(s, envelopes[s.uid], more, eyes) if s.uid in again else s for s in seen]


def _forged(source: Source, seen: Iterable[Seen], eyes: Eyes) -> set[int]:
    """Those that say they are the owner's, and are not by the pinned provider's word."""
    doubted = [s.uid for s in seen if s.may_be_forged]
    told = source.fields(doubted, [AUTH_RESULTS]) if doubted else {}
    return {uid for uid, block in told.items() if disowned(headers.field_values(block, AUTH_RESULTS), eyes.authserv_id)}


@dataclass(frozen=True, slots=True)
class _More:
    """What the server told at the second look, by UID."""

    parts: Mapping[int, list[Part]]
    relayed: Mapping[int, bytes]
    forged: AbstractSet[int]
    openings: dict[int, str] = field(default_factory=dict)
    invites: dict[int, tuple[Invite, ...]] = field(default_factory=dict)

    def read(self, source: Source, wanted: Iterable[tuple[int, Part]], zone: tzinfo) -> None:
        """Reads texts and calendars."""
        for some in _portions(wanted):
            words = {(uid, part.section): part for uid, part in some if part.media_type != CALENDAR}
            for (uid, section), data in source.parts(some, MOST).items():
                if (uid, section) in words:
                    self.openings[uid] = _opening(data, words[uid, section])
                else:
                    self.invites[uid] = _and_more(self.invites.get(uid, ()), data, zone)


def _and_more(invites: tuple[Invite, ...], data: bytes, zone: tzinfo) -> tuple[Invite, ...]:
    """The invitations of a message with those of one more of its calendars, as long as there is room."""
    room = icalendar.MOST_INVITES - len(invites)
    return (*invites, *icalendar.read(data, default_tz=zone, limit=room)) if room else invites


def _opening(data: bytes, part: Part) -> str:
    text = part_text(data, part.charset)
    if part.media_type != HTML:
        return text
    rows = html_text(" ".join(text.split())).splitlines()  # in its source lines end anywhere
    return "\n".join(" ".join(row.split()) for row in rows if not row.isspace())


def _portions(wanted: Iterable[tuple[int, Part]]) -> Iterator[list[tuple[int, Part]]]:
    """As many parts as may be in memory together, if each is as large as is said, and at least as a common one."""
    some: list[tuple[int, Part]] = []
    size = 0
    for uid, part in wanted:
        size += min(max(part.size, COMMON_CALENDAR), MOST[part.media_type])
        if some and size > AT_ONCE:
            yield some
            some, size = [], 0
        some.append((uid, part))
    if some:
        yield some


def _look_again(seen: Seen, envelope: Envelope, more: _More, eyes: Eyes) -> Seen:
    received = more.relayed.get(seen.uid)
    found = Found(
        media_types=telling(more.parts.get(seen.uid, ()), more.invites.get(seen.uid, ())),
        relayed_at=headers.received_time(received) if received else None,
        in_drafts=seen.is_draft,
        opening=more.openings.get(seen.uid, ""),
        is_disowned=seen.uid in more.forged,
    )
    verdict = judge(envelope, eyes.here, eyes.now, found)
    invites = few_of(more.invites.get(seen.uid, ()), MOST_MEETINGS)
    if not invites or seen.uid in more.forged:
        return seen._replace(verdict=verdict)
    veil, recipients = eyes.veil, [a.address for a in (*envelope.to, *envelope.cc)]
    asked = recipients if len(recipients) <= eyes.here.max_recipients else []  # nobody is asked in a crowd
    veiled = tuple(veil.invite(asking(invite, asked)) for invite in invites)
    sender = author(next((a.address for a in envelope.from_), ""), [a.address for a in envelope.reply_to])
    return seen._replace(verdict=verdict, invites=veiled, sender=veil(sender))


def telling(parts: Iterable[Part], invites: Iterable[Invite]) -> frozenset[str]:
    """The types of the parts that a verdict goes by.

    A calendar that is sent along as a file, and asks and answers nothing, makes no invitation of a letter: it is
    one that anybody may read (PUBLISH; RFC 5546, 3.2.1).
    """
    is_traffic = any(invite.method != "PUBLISH" for invite in invites)
    return frozenset(p.media_type for p in parts if is_traffic or p.media_type != CALENDAR or not p.is_attached)


def _short_texts(parts: Mapping[int, list[Part]], uids: Iterable[int]) -> Iterator[tuple[int, Part]]:
    """The words that may be all that an emoji reaction says: the plain text, or what stands in its place."""
    for uid in uids:
        by_type = {part.media_type: part for part in reversed(parts.get(uid, ()))}
        words = by_type.get(TEXT) or by_type.get(HTML)
        if words and words.size <= LONGEST_REACTION[words.media_type]:
            yield uid, words


def _calendars(parts: Mapping[int, list[Part]], seen: Iterable[Seen]) -> Iterator[tuple[int, Part]]:
    for uid in (s.uid for s in seen if s.verdict.known):
        found = (part for part in parts.get(uid, ()) if part.media_type == CALENDAR)
        yield from ((uid, part) for part in islice(found, MOST_CALENDARS))
