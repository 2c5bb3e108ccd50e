"""What holds of a meeting in the course of time: a change does not reach what was over when it came."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from kith.domain.attendance import Key, own_answers, plain_key
from kith.domain.calendar import ABSENT, Heard, Invite, moment
from kith.domain.hosts import is_asking, rightful
from kith.domain.invitations import state

MOST_TURNS: Final = 20
"""Of one uid; of more, the latest."""
_MOST_TOLD: Final = 20_000
"""How much that was heard is gone through in all: honest meetings have some dozen mails."""
_CHANGING: Final = frozenset({"REQUEST", "PUBLISH", "CANCEL", "REPLY"})


class Turn(NamedTuple):
    """What holds of the meetings of one uid that end at or after since and before until; None is without limit."""

    invites: list[Invite]
    since: datetime | None
    until: datetime | None


def turns(heard: Iterable[Heard], key: Key = plain_key, welcome: Collection[str] = ()) -> list[Turn]:
    """All that held of one uid, the present last. key and welcome are as in merge.

    A request, a cancellation or an answer that comes when a meeting is over changes what is to come, and
    nothing of that meeting: a series that ends was held until then. The first request and a first yes say
    what was so all along, whenever they come.
    """
    ordered = rightful(heard, key, welcome)
    changes = _changes(ordered, key, welcome)
    found: list[Turn] = []
    since = None
    for until in (*_turning(ordered, changes), None):
        known = [h for h, at in zip(ordered, changes, strict=True) if not (until and at and at >= until)]
        found.append(Turn(list(state(known, key, welcome)), since, until))
        since = until
    return found


def _changes(ordered: Sequence[Heard], key: Key, welcome: Collection[str]) -> list[datetime | None]:
    """For each that was heard when it came, None where it changed nothing that was said before.

    Answers of strangers change nothing: nobody asks whether they were there. Many of them must not crowd out others.
    """
    requests = (ordered[number] for number in _by_time(ordered) if is_asking(ordered[number].invite))
    begun_at = next((h.seen_at for h in requests), None)  # other meetings of a series may come with the first request
    answered: set[tuple[str, str]] = set()
    found: list[datetime | None] = [None] * len(ordered)
    for number in _by_time(ordered):
        one = ordered[number]
        answers = own_answers(one, key)
        if answers:
            who = (one.invite.recurrence_id, key(one.sender))
            is_new = who not in answered and all(a.partstat not in ABSENT for a in answers)
            is_new = is_new or (bool(welcome) and who[1] not in welcome)
            answered.add(who)
        else:
            is_new = one.seen_at == begun_at
        found[number] = None if is_new or one.invite.method not in _CHANGING else said_at(one)
    return found


def _turning(ordered: Sequence[Heard], changes: Sequence[datetime | None]) -> list[datetime]:
    """The instants, in order, at which a change came to what was over."""
    latest: dict[str, int] = {}
    found: set[datetime] = set()
    for number in _by_time(ordered):
        invite, at = ordered[number].invite, changes[number]
        name = invite.recurrence_id
        if at and (_end(ordered[latest[name]].invite) if name in latest else _usual_end(invite)) < at:
            found.add(at)
        if is_asking(invite):
            latest[name] = max(latest.get(name, number), number)
    most = min(MOST_TURNS, _MOST_TOLD // len(ordered)) if ordered else 0
    return sorted(found, reverse=True)[:most][::-1]


def _by_time(ordered: Sequence[Heard]) -> Iterator[int]:
    """The positions of what was heard, as it came."""
    yield from sorted(range(len(ordered)), key=lambda number: (said_at(ordered[number]), number))


def said_at(heard: Heard) -> datetime:
    """When it was written or when it came, whichever is earlier: so a late copy cannot make a word come too late."""
    return min(heard.invite.stamp or heard.seen_at, heard.seen_at)


def _end(invite: Invite) -> datetime:
    """When a meeting, or the first of a series, is over."""
    at = invite.ends_at
    return (at if isinstance(at, datetime) else datetime.combine(at, time.min, ZoneInfo(invite.tzid))).astimezone(UTC)


def _usual_end(invite: Invite) -> datetime:
    """When a meeting is over of which nothing else is known: one of a series ends as long after its time as this."""
    if not invite.recurrence_id:
        return _end(invite)
    zone = ZoneInfo(invite.tzid)
    at = moment(invite.recurrence_id, zone)
    return (at if isinstance(at, datetime) else datetime.combine(at, time.max, zone)) + invite.length
