"""From header blocks to verdicts: what one stretch of a folder holds, before anything is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from kith.domain.calendar import Invite
from kith.domain.message import Envelope, identity
from kith.domain.token import Tokens
from kith.domain.touch import Circumstances, Found, Reason, Verdict, judge, was_moved
from kith.jobs.strangers import Counts
from kith.mail import headers, icalendar
from kith.mail.source import Part, RawHeader, Source, Unreadable

MOST_CALENDAR = 256 * 1024
"""Bytes of a calendar part that are read. Honest ones are a few kilobytes."""

SELF_NOTE = "kith:"
"""How the subject of a mail to oneself begins that is meant for Kith."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One message with known people or words for Kith in it, looked at."""

    uid: int
    identity: str
    envelope: Envelope
    verdict: Verdict
    invites: tuple[Invite, ...] = ()
    answers: str = ""
    is_self_note: bool = False


@dataclass(slots=True)
class Stretch:
    """What one stretch of UIDs held."""

    uids: Sequence[int]
    seen: list[Seen] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    strangers: Counts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Eyes:
    """With what a folder is looked at."""

    here: Circumstances
    tokens: Tokens
    zone: tzinfo
    now: datetime
    in_drafts: bool = False


def look(source: Source, blocks: Iterable[RawHeader], eyes: Eyes) -> list[Seen]:
    """Judges messages by their headers, and by a second look where headers cannot tell."""
    seen = [_first_look(raw, eyes) for raw in blocks]
    worth = [s for s in seen if s.verdict.known or s.answers or s.is_self_note]
    return _second_look(source, worth, eyes)


def _first_look(raw: RawHeader, eyes: Eyes) -> Seen:
    envelope = headers.envelope(raw.block, raw.received_at)
    verdict = judge(envelope, eyes.here, eyes.now, Found(in_drafts=eyes.in_drafts))
    return Seen(
        uid=raw.uid,
        identity=identity(envelope),
        envelope=envelope,
        verdict=verdict,
        answers=_answered(envelope, eyes),
        is_self_note=_is_self_note(envelope, eyes.here),
    )


def _answered(envelope: Envelope, eyes: Eyes) -> str:
    """The letter of ours that the owner answers with this message; "" for none."""
    if not any(eyes.here.key(a.address) in eyes.here.owner for a in envelope.from_):
        return ""
    if eyes.tokens.is_ours(envelope.message_id):  # a letter of ours that was sent in a thread
        return ""
    return next((m for m in envelope.answers if eyes.tokens.is_ours(m)), "")


def _is_self_note(envelope: Envelope, here: Circumstances) -> bool:
    """A mail from the owner to nobody but the owner, with the subject "kith: …" or to a +kith address."""
    recipients = (*envelope.to, *envelope.cc)
    from_owner = bool(envelope.from_) and all(here.key(a.address) in here.owner for a in envelope.from_)
    if not from_owner or not recipients or any(here.key(a.address) not in here.owner for a in recipients):
        return False
    tagged = any("+kith@" in a.address.casefold() for a in recipients)
    return tagged or envelope.subject.strip().casefold().startswith(SELF_NOTE)


def _second_look(source: Source, seen: list[Seen], eyes: Eyes) -> list[Seen]:
    parts = source.structures([s.uid for s in seen if _may_hold_parts(s)])
    moved = [s.uid for s in seen if _came_in_moved(s)]
    relayed = source.fields(moved, ["Received"]) if moved else {}
    return [_look_again(source, s, parts.get(s.uid, []), relayed.get(s.uid, b""), eyes) for s in seen]


def _may_hold_parts(seen: Seen) -> bool:
    kind = seen.envelope.marks.get("content-type", "").lstrip().casefold()
    hides = kind.startswith(("multipart/", "text/calendar", "application/ics"))
    return hides and bool(seen.verdict.known) and seen.verdict.reason not in (Reason.BULK, Reason.OWN)


def _came_in_moved(seen: Seen) -> bool:
    return seen.verdict.direction == "inbound" and was_moved(seen.envelope)


def _look_again(source: Source, seen: Seen, parts: list[Part], received: bytes, eyes: Eyes) -> Seen:
    if not parts and not received:
        return seen
    found = Found(
        media_types=frozenset(p.media_type for p in parts),
        relayed_at=headers.received_time(received) if received else None,
        in_drafts=eyes.in_drafts,
    )
    invites = tuple(i for p in parts if p.media_type == "text/calendar" for i in _invites(source, seen.uid, p, eyes))
    return replace(seen, verdict=judge(seen.envelope, eyes.here, eyes.now, found), invites=invites)


def _invites(source: Source, uid: int, part: Part, eyes: Eyes) -> list[Invite]:
    return icalendar.read(source.part(uid, part, MOST_CALENDAR), default_tz=eyes.zone)
