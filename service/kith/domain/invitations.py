"""Invitation traffic put together: which state of a meeting holds after all that was asked, answered and cancelled."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from kith.domain import address
from kith.domain.calendar import CANCELLED, Attendee, Heard, Invite, moment

_ASKING: Final = frozenset({"REQUEST", "PUBLISH"})
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _plain_key(text: str) -> str:
    return address.key(text, {})


def merge(heard: Iterable[Heard], key: Callable[[str], str] = _plain_key) -> list[Invite]:
    """What holds for each meeting: one Invite for every uid and recurrence_id, in that order.

    Of requests the highest SEQUENCE counts, then the latest DTSTAMP (RFC 5546, 2.1.5); one that names
    another organizer than the first did counts only if there is no other. A REPLY changes the answer
    of its own sender and nothing else. A CANCEL counts from the organizer, or from whoever sent the
    request; it leaves status CANCELLED, or takes out those it names where it cancels only for them.
    COUNTER and the rest change nothing. A meeting known by replies alone is put together from them.
    The order in which the mails were seen does not matter. key makes the form in which addresses are
    compared.
    """
    by_uid: dict[str, list[Heard]] = {}
    for one in heard:
        by_uid.setdefault(one.invite.uid, []).append(one)
    return [invite for uid in sorted(by_uid) for invite in _Meeting(by_uid[uid], key).states()]


def _order(one: Heard) -> tuple[Any, ...]:
    """Older before newer; the words themselves decide between what is equally old."""
    invite = one.invite
    return (invite.sequence, invite.stamp or _NEVER, one.seen_at, one.sender, repr(invite))


class _Meeting:
    """All that was heard of one uid."""

    def __init__(self, heard: list[Heard], key: Callable[[str], str]) -> None:
        self.key = key
        heard = sorted(heard, key=_order)
        asked = [h for h in heard if h.invite.method in _ASKING and not _cancels(h.invite)]
        self.cancels = [h for h in heard if _cancels(h.invite)]
        self.asked = _by_recurrence_id(asked)
        self.answers = _by_recurrence_id(h for h in heard if h.invite.method == "REPLY" and self._own_answer(h))
        first = min(asked, key=lambda h: (h.seen_at, _order(h)), default=None)
        self.organizer = self.key(first.invite.organizer) if first else ""

    def states(self) -> Iterator[Invite]:
        """The state of the series, or of the single meeting, and of each meeting that differs from it."""
        known = {*self.asked, *self.answers, *(h.invite.recurrence_id for h in self.cancels)}
        series = self._asked("") or self._from_answers("")
        series = series and self._answered(series, "")
        for recurrence_id in sorted(known):
            base = series if not recurrence_id else self._one_of(series, recurrence_id)
            if base:
                yield self._cancelled(base, recurrence_id)
            else:  # nothing but a cancellation is known
                last = [h.invite for h in self.cancels if h.invite.recurrence_id == recurrence_id][-1:]
                yield from (replace(invite, status=CANCELLED) for invite in last)

    def _one_of(self, series: Heard | None, recurrence_id: str) -> Heard | None:
        """One meeting of a series: as it was asked for itself, or as the series has it."""
        asked = self._asked(recurrence_id)
        if asked:
            asked = self._answered(asked, "")  # who answered the series answered this one, too
        elif series and series.invite.recurs:
            asked = series._replace(invite=_instance(series.invite, recurrence_id))
        asked = asked or self._from_answers(recurrence_id)
        return asked and self._answered(asked, recurrence_id)

    def _asked(self, recurrence_id: str) -> Heard | None:
        """The request that holds."""
        asked = self.asked.get(recurrence_id, [])
        return max(asked, key=lambda h: (self.key(h.invite.organizer) == self.organizer, _order(h)), default=None)

    def _from_answers(self, recurrence_id: str) -> Heard | None:
        """A meeting that the owner called elsewhere than by mail, as those who answer describe it."""
        answers = self.answers.get(recurrence_id, [])
        if not answers:
            return None
        who = tuple({self.key(a.address): a for a in map(self._own_answer, answers) if a}.values())
        return answers[-1]._replace(invite=replace(answers[-1].invite, method="REQUEST", attendees=who), sender="")

    def _answered(self, base: Heard, recurrence_id: str) -> Heard:
        """The request with the answers of those who were asked; one to an older request is out of date."""
        said = {
            self.key(h.sender): answer
            for h in self.answers.get(recurrence_id, [])
            if h.invite.sequence >= base.invite.sequence and (answer := self._own_answer(h))
        }
        attendees = tuple(
            replace(a, partstat=said[self.key(a.address)].partstat) if self.key(a.address) in said else a
            for a in base.invite.attendees
        )
        return base._replace(invite=replace(base.invite, attendees=attendees))

    def _cancelled(self, base: Heard, recurrence_id: str) -> Invite:
        """The state after the cancellations that count for it."""
        invite = base.invite
        may = {self.key(invite.organizer), self.key(base.sender)} - {""}
        for cancel in self.cancels:
            theirs = cancel.invite
            if theirs.recurrence_id not in {"", recurrence_id} or theirs.sequence < invite.sequence:
                continue
            if self.key(cancel.sender) in may:
                invite = self._without(invite, theirs)
        return invite

    def _without(self, invite: Invite, cancel: Invite) -> Invite:
        """Cancelled for all; or, where the CANCEL does not say so and names a few, for those (RFC 5546, 3.2.5)."""
        named = {self.key(a.address) for a in cancel.attendees}
        staying = tuple(a for a in invite.attendees if self.key(a.address) not in named)
        if cancel.status == CANCELLED or not named or not staying:
            return replace(invite, status=CANCELLED)
        return replace(invite, attendees=staying)

    def _own_answer(self, heard: Heard) -> Attendee | None:
        """What the sender of a REPLY says of themself."""
        sender = self.key(heard.sender)
        return next((a for a in heard.invite.attendees if sender and self.key(a.address) == sender), None)


def _by_recurrence_id(heard: Iterable[Heard]) -> dict[str, list[Heard]]:
    found: dict[str, list[Heard]] = {}
    for one in heard:
        found.setdefault(one.invite.recurrence_id, []).append(one)
    return found


def _cancels(invite: Invite) -> bool:
    return invite.method == "CANCEL" or (invite.method in _ASKING and invite.status == CANCELLED)


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
