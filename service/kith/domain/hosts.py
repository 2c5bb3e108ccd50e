"""Whose meeting it is: who may change it, whether somebody known stands behind it, and from when to when it counts."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from kith.domain.attendance import Key, own_answers
from kith.domain.calendar import CANCELLED, COMING, Heard, Invite

_ASKING: Final = frozenset({"REQUEST", "PUBLISH"})
_CHANGING: Final = _ASKING | {"CANCEL"}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_LATE: Final = timedelta(days=31)
"""How long one of an endless series may be over when somebody known first tells of it: a month back."""
_AT_ALL: Final = timedelta(days=30 * 365)
"""How long any other may be over then: longer than people have had mail."""
_LASTS: Final = timedelta(days=3653)
"""Ten years after the last word about it a series is taken for dead: nobody cancels what everybody left."""


class Span(NamedTuple):
    """Meetings that end at or after since, and begin before until."""

    since: datetime
    until: datetime


def is_asking(invite: Invite) -> bool:
    """Whether it asks people to come."""
    return invite.method in _ASKING and invite.status != CANCELLED


def in_order(heard: Iterable[Heard]) -> list[Heard]:
    """Older before newer; the words themselves decide between what is equally old."""

    def order(one: Heard) -> tuple[object, ...]:
        invite = one.invite
        return (invite.sequence, invite.stamp or _NEVER, one.seen_at, one.sender, repr(invite))

    return sorted(heard, key=order)


def rightful(heard: Iterable[Heard], key: Key, welcome: Collection[str]) -> list[Heard]:
    """What was heard of one uid, in_order, from those who may say it: uids are no secret, and ORGANIZER anybody's word.

    Requests and cancellations are those of its hosts. Answers of strangers tell nothing that anybody asks for, and
    could make up meetings of a series; where there are answers alone, they tell how many come. If nobody is welcome,
    no difference is made between those who are and strangers.
    """
    ordered = in_order(heard)
    hosts = _hosts(ordered, key, welcome)

    def may_say(one: Heard) -> bool:
        if one.invite.method in _CHANGING:
            return not hosts or key(one.sender) in hosts
        is_strange = bool(welcome) and key(one.sender) not in welcome
        return not (is_strange and (hosts or one.invite.recurrence_id))

    return [h for h in ordered if may_say(h)]


def _hosts(ordered: Iterable[Heard], key: Key, welcome: Collection[str]) -> set[str]:
    """Who sent the first request and who is its organizer, and to whom they hand it on by naming another organizer.

    Where somebody welcome asked, that is the first, however early a stranger did.
    """
    asked = sorted((h for h in ordered if is_asking(h.invite)), key=lambda h: h.seen_at)
    first = next((h for h in asked if key(h.sender) in welcome), next(iter(asked), None))
    hosts = {key(first.sender), key(first.invite.organizer) or key(first.sender)} if first else set[str]()
    for one in asked:
        if one.invite.organizer and key(one.sender) in hosts:
            hosts.add(key(one.invite.organizer))
    return hosts


def span(heard: Iterable[Heard], key: Key, welcome: Collection[str]) -> Span:
    """Which meetings of one uid count, by when they were told of.

    A stranger's invitation proves nothing of what was over when it came. Somebody known may tell of any meeting; of an
    endless series, though, what was over long before does not count. heard must not be empty.
    """
    words = rightful(heard, key, welcome)
    told = min([h.seen_at for h in words if is_asking(h.invite)] or [h.seen_at for h in words])
    until = max(h.seen_at for h in words) + _LASTS
    if not _is_backed(words, key, welcome, welcome):
        return Span(told, until)
    return Span(told - (_LATE if any(h.invite.is_endless for h in words) else _AT_ALL), until)


def is_known(heard: Iterable[Heard], key: Key, welcome: Collection[str], owner: str) -> bool:
    """Whether it is a meeting of known people, or one that the owner said yes to; owner is the owner's key.

    Where there are answers alone, the owner called it elsewhere than by mail.
    """
    words = rightful(heard, key, welcome)
    was_asked = any(is_asking(h.invite) for h in words)
    return _is_backed(words, key, welcome, {owner} if was_asked else welcome)


def _is_backed(words: Sequence[Heard], key: Key, asking: Collection[str], answering: Collection[str]) -> bool:
    """Whether some of these asked for a meeting, or some of those said themselves that they come."""
    return any(
        key(h.sender) in asking if is_asking(h.invite) else key(h.sender) in answering and _says_yes(h, key)
        for h in words
    )


def _says_yes(heard: Heard, key: Key) -> bool:
    return any(answer.partstat in COMING for answer in own_answers(heard, key))
