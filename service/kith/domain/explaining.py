"""Verdicts in words, for an owner who asks why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from kith.domain.touch import Reason

RULED_OUT: Final = "ruled-out"
"""The reason why a message is no touch that the owner took for none."""

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
    Reason.NOT_ADDRESSED: "you are in neither To nor Cc",
    Reason.BYSTANDER: "your people are only copied on it",
    Reason.OWN: "Kith wrote it",
    Reason.DRAFT: "it is a draft",
    Reason.REACTION: "it is only an emoji",
    Reason.CALENDAR: "the meeting counts, once it was held",
    Reason.STRANGER: "none of your people is in it",
}
_MARKED: Final = (Reason.AUTOMATIC, Reason.BULK)


def in_words(reason: str, mark: str = "") -> str:
    """Why a message did not count: "bulk (List-Id)", "copied"."""
    said = _WORDS.get(reason, reason)
    return f"{said} ({mark})" if mark and reason in _MARKED else said


def in_a_sentence(reason: str, mark: str = "") -> str:
    """The same for one message alone, which has room for more: "it went to a list or to many (bulk: List-Id)"."""
    told = _SENTENCES.get(reason)
    if told is None:
        return in_words(reason, mark)
    return f"{told} ({reason}: {mark})" if mark and reason in _MARKED else f"{told} ({reason})"


def not_counted(verdicts: Iterable[tuple[str, str]]) -> str:
    """A clause about newer messages that did not count, each a reason and its mark; "" where there are none."""
    counts = Counter(in_words(reason, mark) for reason, mark in verdicts)
    listed = ", ".join(f"{count} {said}" for said, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    number = counts.total()
    return f"{number} newer message{'s' if number > 1 else ''} did not count: {listed}" if number else ""
