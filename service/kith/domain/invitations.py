"""Invitation traffic put together: which state of a meeting holds after all that was asked, answered and cancelled."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from kith.domain.attendance import Answers, Key, is_current, own_answers, plain_key, written_at
from kith.domain.calendar import CANCELLED, Attendee, Heard, Invite, moment
from kith.domain.hosts import is_asking, rightful

_MOST: Final = 20
"""Words of one person about one meeting, and turns of a series (RANGE); of more, the latest count."""
_POSTMEN: Final = frozenset({"noreply@email.apple.com", "calendar-notification@google.com"})
"""Calendars that write for those who use them, whom they put into Reply-To; no stranger can write from there."""


def author(from_: str, reply_to: Sequence[str]) -> str:
    """The address that a calendar mail speaks for: its author's."""
    return reply_to[0] if len(reply_to) == 1 and plain_key(from_) in _POSTMEN else from_


def asking(invite: Invite, recipients: Sequence[str]) -> Invite:
    """The invitation with those it asks: where it names nobody, those to whom it was sent."""
    if invite.attendees or invite.method != "REQUEST":
        return invite
    return replace(invite, attendees=tuple(map(Attendee, recipients)))


def few_of(invites: Sequence[Invite], most: int) -> tuple[Invite, ...]:
    """Those about the first so many meetings or series."""
    uids = list(dict.fromkeys(invite.uid for invite in invites))[:most]
    return tuple(invite for invite in invites if invite.uid in uids)


def merge(heard: Iterable[Heard], key: Key = plain_key, welcome: Collection[str] = ()) -> list[Invite]:
    """What holds for each meeting: one Invite for every uid and recurrence_id, in that order.

    Of requests the highest SEQUENCE counts, then the latest DTSTAMP (RFC 5546, 2.1.5), among those of whoever
    may change the meeting (kith.domain.hosts). A REPLY changes the answer of its own sender and nothing else. Who
    answers without having been asked (through a group's address, or RFC 5546, 3.2.3) counts among those who were,
    if they are welcome: strangers could make any meeting a crowd. A CANCEL counts from the organizer, or from
    whoever sent the request; it leaves status CANCELLED, or takes out those it names where it cancels only for
    them. COUNTER and the rest change nothing. A meeting known by replies alone is put together from them. The
    order in which the mails were seen does not matter. welcome holds keys.
    """
    by_uid: dict[str, list[Heard]] = {}
    for one in heard:
        by_uid.setdefault(one.invite.uid, []).append(one)
    return [invite for uid in sorted(by_uid) for invite in state(rightful(by_uid[uid], key, welcome), key, welcome)]


def state(heard: Sequence[Heard], key: Key, welcome: Collection[str]) -> Iterator[Invite]:
    """What holds for the meetings of one uid, of which this was heard, as rightful gives it; otherwise as merge."""
    return _Meeting(heard, key, welcome).states()


class _Meeting:
    """All that was heard of one uid."""

    def __init__(self, heard: Sequence[Heard], key: Key, welcome: Collection[str]) -> None:
        self.key, self.welcome = key, welcome
        asked = [h for h in heard if is_asking(h.invite)]
        series = _latest([h for h in asked if not h.invite.recurrence_id])
        placed = [_placed(h, series.invite) for h in heard] if series and series.invite.recurs else heard
        self.asked = _by_recurrence_id(h for h in placed if is_asking(h.invite))
        self.cancels = self._by_sender(h for h in placed if _cancels(h.invite))
        answers = self._by_sender(sorted((h for h in placed if own_answers(h, key)), key=written_at))
        self.answers = {name: [h for words in by.values() for h in words] for name, by in answers.items()}
        self.ranges = sorted({h.invite.recurrence_id for h in placed if h.invite.and_future})[-_MOST:]

    def states(self) -> Iterator[Invite]:
        """The state of the series, or of the single meeting, and of each meeting that differs from it."""
        series = _latest(self.asked.get("", [])) or self._from_answers("")
        series = series and self._answered(series, "")
        for recurrence_id in sorted({*self.asked, *self.answers, *self.cancels}):
            base = series if not recurrence_id else self._one_of(series, recurrence_id)
            if base:
                yield self._cancelled(base, recurrence_id)
            elif recurrence_id in self.cancels:  # nothing but a cancellation is known
                *_, last = (h.invite for words in self.cancels[recurrence_id].values() for h in words)
                yield replace(last, status=CANCELLED)

    def _one_of(self, series: Heard | None, recurrence_id: str) -> Heard | None:
        """One meeting of a series: as it was asked for itself, or as the series has it."""
        asked = _latest(self.asked.get(recurrence_id, []))
        if asked:
            asked = self._answered(asked, "")  # who answered the series answered this one, too
        elif series and series.invite.recurs:
            asked = series._replace(invite=_instance(series.invite, recurrence_id))
        asked = asked or self._from_answers(recurrence_id)
        return asked and self._answered(asked, recurrence_id)

    def _from_answers(self, recurrence_id: str) -> Heard | None:
        """A meeting that the owner called elsewhere than by mail, as those who answer describe it: the known first."""
        answers = sorted(self.answers.get(recurrence_id, []), key=written_at)
        if not answers:
            return None
        last = next((h for h in reversed(answers) if self.key(h.sender) in self.welcome), answers[-1])
        who = tuple({self.key(a.address): a for h in answers for a in own_answers(h, self.key)}.values())
        return last._replace(invite=replace(last.invite, method="REQUEST", attendees=who), sender="")

    def _answered(self, base: Heard, recurrence_id: str) -> Heard:
        """The request with the last answers of those who were asked, and of those who come unasked."""
        heard = [h for name in self._names(recurrence_id) for h in self.answers.get(name, ())]
        heard = [h for h in heard if _concerns(h.invite, recurrence_id)]
        if not heard:
            return base
        answers = Answers(base.invite.attendees, self.key, self.welcome)
        for one in sorted(heard, key=lambda h: (is_current(h, base), written_at(h))):  # what is out of date first
            for answer in own_answers(one, self.key):
                answers.hear(answer, is_current=is_current(one, base))
        and_future = base.invite.and_future or _goes_on(heard, recurrence_id)
        return base._replace(invite=replace(base.invite, attendees=answers.all, and_future=and_future))

    def _cancelled(self, base: Heard, recurrence_id: str) -> Invite:
        """The state after the cancellations that count for it."""
        invite = base.invite
        may = sorted({self.key(invite.organizer), self.key(base.sender)} - {""})
        names = dict.fromkeys(("", *self._names(recurrence_id)))
        heard = [h for name in names for who in may for h in self.cancels.get(name, {}).get(who, ())]
        counting = [h for h in heard if is_current(h, base) and _concerns(h.invite, recurrence_id)]
        for cancel in counting:
            invite = self._without(invite, cancel.invite)
        return replace(invite, and_future=True) if _goes_on(counting, recurrence_id) else invite

    def _without(self, invite: Invite, cancel: Invite) -> Invite:
        """Cancelled for all; or, where the CANCEL does not say so and names a few, for those (RFC 5546, 3.2.5)."""
        answers = Answers(invite.attendees, self.key)
        named = {address for a in cancel.attendees for address in answers.entries(a.address)}
        staying = tuple(a for a in invite.attendees if a.address not in named)
        if cancel.status == CANCELLED or not cancel.attendees or not staying:
            return replace(invite, status=CANCELLED)
        return replace(invite, attendees=staying)

    def _names(self, recurrence_id: str) -> list[str]:
        """Under which names something may be said of one meeting: those that a series goes on from, and its own."""
        return [*(name for name in self.ranges if name < recurrence_id), recurrence_id]

    def _by_sender(self, heard: Iterable[Heard]) -> dict[str, dict[str, deque[Heard]]]:
        """By recurrence_id and sender, the latest of what was heard."""
        found: dict[str, dict[str, deque[Heard]]] = {}
        for one in heard:
            of_meeting = found.setdefault(one.invite.recurrence_id, {})
            of_meeting.setdefault(self.key(one.sender), deque(maxlen=_MOST)).append(one)
        return found


def _latest(asked: Sequence[Heard]) -> Heard | None:
    """The request that holds."""
    return asked[-1] if asked else None


def _by_recurrence_id(heard: Iterable[Heard]) -> dict[str, list[Heard]]:
    found: dict[str, list[Heard]] = {}
    for one in heard:
        found.setdefault(one.invite.recurrence_id, []).append(one)
    return found


def _concerns(invite: Invite, recurrence_id: str) -> bool:
    """Whether it is about a meeting: about all of a series, about it alone, or about it among all that follow."""
    return invite.recurrence_id in {"", recurrence_id} or invite.and_future


def _goes_on(heard: Iterable[Heard], recurrence_id: str) -> bool:
    """Whether what is said of this meeting is said of all after it."""
    return any(h.invite.and_future and h.invite.recurrence_id == recurrence_id for h in heard)


def _cancels(invite: Invite) -> bool:
    return invite.method == "CANCEL" or (invite.method in {"REQUEST", "PUBLISH"} and invite.status == CANCELLED)


def _placed(heard: Heard, series: Invite) -> Heard:
    """With the recurrence_id its series has for that meeting: programs write the day alone, or midnight of it."""
    name = heard.invite.recurrence_id
    if not name:
        return heard
    at, first = moment(name, ZoneInfo(series.tzid)), series.starts_at
    if not isinstance(first, datetime):
        right = (at.date() if isinstance(at, datetime) else at).isoformat()
    elif isinstance(at, datetime) and (at.time() == first.time() or time.min not in {at.time(), _utc(at).time()}):
        return heard
    else:
        of_day = at if not isinstance(at, datetime) or at.time() == time.min else _utc(at)
        right = _utc(datetime.combine(of_day, first.timetz())).isoformat()
    return heard if right == name else heard._replace(invite=replace(heard.invite, recurrence_id=right))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _instance(series: Invite, recurrence_id: str) -> Invite:
    """One meeting of a series at its usual time."""
    starts_at = moment(recurrence_id, ZoneInfo(series.tzid))
    if isinstance(starts_at, datetime) and series.all_day:
        starts_at = starts_at.date()
    elif not isinstance(starts_at, datetime) and isinstance(series.starts_at, datetime):
        starts_at = datetime.combine(starts_at, series.starts_at.timetz())
    return replace(
        series,
        recurrence_id=recurrence_id,
        starts_at=starts_at,
        ends_at=starts_at + series.length,
        rrule="",
        rdates=(),
        exdates=(),
    )
