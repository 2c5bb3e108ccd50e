"""Verdicts in words, for an owner who asks why."""

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Final

from kith.domain.cadence import day_said
from kith.domain.calendar import Occurrence, counts
from kith.domain.touch import BY_REPLY_TO, DISOWNED, Direction, Reason

RULED_OUT: Final = "ruled-out"
"""The reason why a message is no touch that the owner took for none."""

NONE_OF_YOURS: Final = "none of your people is in it"
CANCELLED: Final = "the meeting was cancelled"
TOO_LATE: Final = "the invitation came when the meeting was over"
"""What is told of a meeting that does not count for that."""

_WORDS: Final = {
    Reason.CROWD: "to a crowd",
    Reason.NOT_ADDRESSED: "not addressed to you",
    Reason.BYSTANDER: "copied",
    Reason.OWN: "Kith's own",
    Reason.REACTION: "emoji reaction",
    Reason.CALENDAR: "invitation",
    RULED_OUT: "no touch by your own word",
}
_SENTENCES: Final[Mapping[str, str]] = {
    Reason.AUTOMATIC: "a machine wrote it",
    Reason.BULK: "it went to a list or to many at once",
    Reason.CROWD: "it has too many recipients (max_recipients in kith.toml)",
    Reason.NOT_ADDRESSED: "none of your addresses (owner.addresses in kith.toml) is in From, To or Cc",
    Reason.BYSTANDER: "your people are only copied on it",
    Reason.OWN: "Kith wrote it",
    Reason.DRAFT: "it is a draft",
    Reason.REACTION: "it is only an emoji",
    Reason.CALENDAR: "the meeting counts, once it was held",
    Reason.STRANGER: NONE_OF_YOURS,
}
_NOT_YOURS: Final = ("not from you", "your provider says that it is not from you")
_WHOSE: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    (Reason.BYSTANDER, BY_REPLY_TO): ("answers asked for", "somebody else wrote it, and asks for answers to them"),
    (Reason.BYSTANDER, DISOWNED): _NOT_YOURS,
    (Reason.NOT_ADDRESSED, DISOWNED): _NOT_YOURS,
}
"""In few words and in a sentence, where the mark tells more than the reason: whose the message is."""
RELAYED: Final = "known by Reply-To alone, so its words are not shown as theirs"
"""What is told of a touch with the mark BY_REPLY_TO."""
_MARKED: Final = (Reason.AUTOMATIC, Reason.BULK)
_ASIDE: Final[Mapping[str, str]] = {Direction.OUTBOUND: "only copied on it", Direction.INBOUND: "not who wrote it"}
"""Why a message that touches others is no touch of somebody who takes part in it."""


def in_words(reason: str, mark: str = "") -> str:
    """Why a message did not count: "bulk (List-Id)", "copied"."""
    if whose := _WHOSE.get((reason, mark)):
        return whose[0]
    said = _WORDS.get(reason, reason)
    return f"{said} ({mark})" if mark and reason in _MARKED else said


def in_a_sentence(reason: str, mark: str = "", meeting: str = "") -> str:
    """The same for one message alone, which has room for more: "it went to a list or to many (bulk: List-Id)".

    meeting tells what became of that of an invitation.
    """
    if whose := _WHOSE.get((reason, mark)):
        return f"{whose[1]} ({reason}: {mark})"
    told = meeting if meeting and reason == Reason.CALENDAR else _SENTENCES.get(reason)
    if told is None:
        return in_words(reason, mark)
    return f"{told} ({reason}: {mark})" if mark and reason in _MARKED else f"{told} ({reason})"


def of_meetings(counted: Collection[date], next_on: date | None, today: date) -> str:
    """What became of the meetings of an invitation: the days of those that counted, and of the next that will."""
    coming = day_said(next_on, today) if next_on else ""
    if not counted:
        return f"the meeting on {coming} counts once it was held" if coming else ""
    last = day_said(max(counted), today)
    said = (
        f"the meeting counted, on {last}" if len(counted) == 1 else f"{len(counted)} meetings counted, last on {last}"
    )
    return f"{said}; the next is on {coming}" if coming else said


def why_uncounted(meeting: Occurrence, owner: Collection[str], key: Callable[[str], str], max_recipients: int) -> str:
    """Why a meeting is no touch; owner, key and max_recipients are as in calendar.counts."""
    if meeting.cancelled:
        return CANCELLED
    if not counts(meeting, owner, key, sys.maxsize):
        is_asked = any(key(attendee.address) in owner for attendee in meeting.attendees)
        return "you declined the meeting" if is_asked else "you were not asked to the meeting"
    if not counts(meeting, owner, key, max_recipients):
        return "too many were asked to the meeting (max_recipients in kith.toml)"
    return "none of your people came to the meeting"


def not_touched(name: str, reason: str, mark: str, direction: str) -> str:
    """The same for one person in a message that touched others: "not of Bob: only copied on it (bystander)"."""
    if reason != Reason.BYSTANDER:
        return f"not of {name}: {in_a_sentence(reason, mark)}"
    return f"not of {name}: {_ASIDE.get(direction, in_words(reason))} ({reason})"


def not_counted(verdicts: Iterable[tuple[str, str]], *, newer: bool = True) -> str:
    """A clause about messages that did not count, each a reason and its mark; "" where there are none.

    newer: than the latest touch, where there is one.
    """
    counts = Counter(in_words(reason, mark) for reason, mark in verdicts)
    listed = ", ".join(f"{count} {_several(said, count)}" for said, count in sorted(counts.items(), key=_most_first))
    number = counts.total()
    what = f"{'newer ' if newer else ''}{_several('message', number)}"
    return f"{number} {what} did not count: {listed}" if number else ""


_NOUNS: Final = ("message", "emoji reaction", "invitation", "draft")


def _several(what: str, count: int) -> str:
    return f"{what}s" if count > 1 and what in _NOUNS else what


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
