"""Where reading breaks off again and again: less is asked for at once, until it is known which message does it.

A line that drops, or a server that is down, must never cost a message. So one counts against a message
only if it was asked for alone, by a line that was opened well, and other messages came over a new line
right after; and it takes several such visits in a row.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

NARROWER = 25
"""How much less is asked for at once after each break: of 16,000 messages the third break is that of a single one."""

ENOUGH = 9
"""Strikes after which a message is passed: three visits where others come, nine where there are no others."""


class Others(StrEnum):
    """What the server gave over a new line, right after it had broken off at a single message."""

    COME = "come"
    ABSENT = "absent"  # there are none
    SILENT = "silent"  # they did not come either, or the line could not be opened: it is not this message


_STRIKES = {Others.COME: 3, Others.ABSENT: 1, Others.SILENT: 0}


@dataclass(frozen=True, slots=True)
class Snag:
    """Reading broke off somewhere behind the UID after and up to the UID upto; at_once are asked for there now.

    strikes are those of a single message.
    """

    after: int = 0
    upto: int = 0
    at_once: int = 0
    strikes: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether it is certain that the message itself breaks the line."""
        return self.strikes >= ENOUGH


NO_SNAG = Snag()


def portions(uids: Sequence[int], snag: Snag = NO_SNAG, alone: Collection[int] = ()) -> Iterator[Sequence[int]]:
    """UIDs (ascending) in the portions to ask for one after another, with nothing else under way.

    All in one where nothing is known; some at once where reading broke off before. alone are asked for one by one.
    """
    begin, end = bisect_right(uids, snag.after), bisect_right(uids, snag.upto)
    cuts = {0, len(uids)}
    if begin < end:
        cuts |= {*range(begin, end, max(1, snag.at_once)), end}
    for uid in alone:
        place = bisect_left(uids, uid)
        if place < len(uids) and uids[place] == uid:
            cuts |= {place, place + 1}
    places = sorted(cuts)
    for start, stop in pairwise(places):
        yield uids[start:stop]


def after_break(snag: Snag, asked: Sequence[int], others: Others, *, known: bool = False) -> Snag:
    """What is known after reading broke off over some UIDs (ascending, at least one).

    others matters for a single one only. known: it was passed for the same reason before, so that one visit where
    others come is enough.
    """
    if len(asked) > 1:
        return Snag(asked[0] - 1, asked[-1], max(1, len(asked) // NARROWER))
    [uid] = asked
    before = snag.strikes if (snag.after, snag.upto) == (uid - 1, uid) else 0
    if known:
        before = max(before, ENOUGH - _STRIKES[Others.COME])
    return Snag(uid - 1, uid, 1, before + _STRIKES[others])


def after_reading(snag: Snag, cursor: int, upto: int) -> Snag:
    """What is left of it once everything behind the UID cursor was read and kept up to the UID upto."""
    return NO_SNAG if cursor < snag.upto <= upto else snag


def neighbours(uids: Sequence[int], uid: int) -> list[int]:
    """The messages to compare one with: the next, the one before, the newest and the oldest of the UIDs (ascending)."""
    place = bisect_left(uids, uid)
    behind = bisect_right(uids, uid)
    return list(dict.fromkeys([*uids[behind : behind + 1], *uids[max(0, place - 1) : place], *uids[-1:], *uids[:1]]))
