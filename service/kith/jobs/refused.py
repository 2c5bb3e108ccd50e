"""What to do with a stretch that the database refuses because of a value: the rest of it is kept."""

from collections.abc import Sequence
from dataclasses import replace

from kith.errors import DataRefused
from kith.jobs.look import Stretch
from kith.mail.source import Unreadable

LONGEST_REASON = 300
"""Characters of the database's words."""


def halves(stretch: Stretch) -> list[Stretch]:
    """A stretch in parts that may be kept one by one, in order; none where it cannot be parted any further.

    Strangers are counted by themselves, so that nobody's odd name costs a message.
    """
    if stretch.strangers and stretch.uids:
        alone = replace(stretch, uids=[], seen=[], unreadable=[], breakers=())
        return [alone, replace(stretch, strangers={})]
    if len(stretch.strangers) > 1:
        names = list(stretch.strangers)
        some = (names[: len(names) // 2], names[len(names) // 2 :])
        return [replace(stretch, strangers={name: stretch.strangers[name] for name in part}) for part in some]
    middle = len(stretch.uids) // 2
    return [_of(stretch, stretch.uids[:middle]), _of(stretch, stretch.uids[middle:])] if middle else []


def _of(stretch: Stretch, uids: Sequence[int]) -> Stretch:
    mine = set(uids)
    return replace(
        stretch,
        uids=uids,
        seen=[s for s in stretch.seen if s.uid in mine],
        unreadable=[u for u in stretch.unreadable if u.uid in mine],
        breakers=[u for u in stretch.breakers if u.uid in mine],
    )


def set_aside(stretch: Stretch, error: DataRefused) -> Stretch:
    """The same with its one message in quarantine, or without its one stranger."""
    why = "".join(c if c.isprintable() else " " for c in error.message)[:LONGEST_REASON]
    return Stretch(stretch.uids, unreadable=[Unreadable(uid, why) for uid in stretch.uids], releases=stretch.releases)
