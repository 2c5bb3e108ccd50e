"""Verdicts in words, for an owner who asks why."""

from collections import Counter
from collections.abc import Iterable
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
_MARKED: Final = (Reason.AUTOMATIC, Reason.BULK)


def in_words(reason: str, mark: str = "") -> str:
    """Why a message did not count: "bulk (List-Id)", "copied"."""
    said = _WORDS.get(reason, reason)
    return f"{said} ({mark})" if mark and reason in _MARKED else said


def not_counted(verdicts: Iterable[tuple[str, str]]) -> str:
    """A clause about newer messages that did not count, each a reason and its mark; "" where there are none."""
    counts = Counter(in_words(reason, mark) for reason, mark in verdicts)
    listed = ", ".join(f"{count} {said}" for said, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    number = counts.total()
    return f"{number} newer message{'s' if number > 1 else ''} did not count: {listed}" if number else ""
