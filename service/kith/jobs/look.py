"""From header blocks to verdicts: what one stretch of a folder holds, before anything is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from kith.domain.calendar import Invite
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
from kith.jobs.strangers import Counts
from kith.mail import headers, icalendar
from kith.mail.source import Part, RawHeader, Source, Unreadable
from kith.mail.words import part_text

MOST_CALENDAR = 256 * 1024
"""Bytes of a calendar part that are read. Honest ones are a few kilobytes."""
CALENDARS_AT_ONCE = 64
"""A round trip for so many; more at once could fill the memory."""
LONGEST_REACTION = 8 * 1024
"""Bytes of the text of an emoji reaction, the quoted mail included. Of a longer text the opening is not read."""
OPENING = 512
"""Bytes of a text that may say that it is a reaction."""

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
        answers=_answered(envelope, eyes) if verdict.direction is Direction.OUTBOUND else "",
        is_self_note=verdict.direction is Direction.OUTBOUND and _is_self_note(envelope, eyes.here),
    )


def _answered(envelope: Envelope, eyes: Eyes) -> str:
    """The letter of ours that the owner answers with this message; "" for none."""
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
    answers = [s.uid for s in seen if _may_be_reaction(s)]
    parts = source.structures(answers) if answers else {}
    hiding = [s.uid for s in seen if s.uid not in parts and _may_hold_parts(s)]
    parts |= source.structures(hiding, TELLING_PARTS) if hiding else {}
    moved = [s.uid for s in seen if _came_in_moved(s)]
    relayed = source.fields(moved, ["Received"]) if moved else {}
    more = _More(parts, relayed, _openings(source, parts, answers), _invites(source, seen, parts, eyes))
    return [_look_again(s, more, eyes) if s.uid in parts or s.uid in relayed else s for s in seen]


@dataclass(frozen=True, slots=True)
class _More:
    """What the server told at the second look, by UID."""

    parts: Mapping[int, list[Part]]
    relayed: Mapping[int, bytes]
    openings: Mapping[int, str]
    invites: Mapping[int, tuple[Invite, ...]]


def _look_again(seen: Seen, more: _More, eyes: Eyes) -> Seen:
    received = more.relayed.get(seen.uid)
    found = Found(
        media_types=frozenset(p.media_type for p in more.parts.get(seen.uid, ())),
        relayed_at=headers.received_time(received) if received else None,
        in_drafts=eyes.in_drafts,
        opening=more.openings.get(seen.uid, ""),
    )
    verdict = judge(seen.envelope, eyes.here, eyes.now, found)
    return replace(seen, verdict=verdict, invites=more.invites.get(seen.uid, ()))


def _may_hold_parts(seen: Seen) -> bool:
    kind = seen.envelope.marks.get("content-type", "").lstrip().casefold()
    hides = kind.startswith(("multipart/", "text/calendar"))
    return hides and bool(seen.verdict.known) and seen.verdict.reason not in (Reason.BULK, Reason.OWN)


def _may_be_reaction(seen: Seen) -> bool:
    return seen.verdict.reason is None and may_be_reaction(seen.envelope)


def _came_in_moved(seen: Seen) -> bool:
    return seen.verdict.direction == "inbound" and was_moved(seen.envelope)


def _openings(source: Source, parts: Mapping[int, list[Part]], uids: Iterable[int]) -> dict[int, str]:
    """How short texts begin."""
    texts = ((uid, next((p for p in parts.get(uid, ()) if p.media_type == "text/plain"), None)) for uid in uids)
    short = {uid: text for uid, text in texts if text and text.size <= LONGEST_REACTION}
    found = source.parts(list(short.items()), OPENING) if short else {}
    return {uid: part_text(data, short[uid].charset) for (uid, _), data in found.items()}


def _invites(
    source: Source, seen: Iterable[Seen], parts: Mapping[int, list[Part]], eyes: Eyes
) -> dict[int, tuple[Invite, ...]]:
    known = [s.uid for s in seen if s.verdict.known]
    calendars = [(uid, p) for uid in known for p in parts.get(uid, ()) if p.media_type == "text/calendar"]
    found: dict[int, tuple[Invite, ...]] = {}
    for start in range(0, len(calendars), CALENDARS_AT_ONCE):
        some = source.parts(calendars[start : start + CALENDARS_AT_ONCE], MOST_CALENDAR)
        for (uid, _), data in some.items():
            found[uid] = (*found.get(uid, ()), *icalendar.read(data, default_tz=eyes.zone))
    return found
