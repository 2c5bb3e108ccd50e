"""Empties the outbox: each letter goes out once, and what cannot be known is said, not repeated."""

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from datetime import datetime

from kith.domain.outbox import LONGEST_WAIT, TRIES, Outcome, Result, State, Step, after_look, after_try, wait
from kith.errors import NotFound, TryLater
from kith.jobs.errand import Errand
from kith.jobs.work import STOPS, Work, is_alive
from kith.mail.source import Role, Source
from kith.store import letters
from kith.store.tables import LetterRow

INBOX = "INBOX"


class Sources:
    """Mailboxes, opened when the first letter needs them and closed together."""

    def __init__(self, work: Work, already_open: list[Source] | None = None) -> None:
        self._work = work
        self._open = already_open

    def all(self) -> list[Source]:
        """The mailboxes that can be opened."""
        if self._open is None:
            self._open = []
            for mailbox in self._work.config.mailbox:
                try:
                    self._open.append(self._work.open_source(mailbox))
                except STOPS:
                    continue
        return self._open

    @property
    def are_complete(self) -> bool:
        """Whether no mailbox is missing: only then it is known where a letter is not."""
        return len(self.all()) == len(self._work.config.mailbox)

    def close(self) -> None:
        """Closes what was opened."""
        for source in self._open or ():
            source.close()


class Outbox:
    """The letters of an owner, one at a time. Who calls anything but has_work holds the work lock.

    whole surrounds what must not be ended in its middle: a letter that is cut off would be of unknown fate.
    """

    def __init__(self, work: Work, whole: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._work, self._whole = work, whole
        self._errand: Errand | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a letter is under way to a slow server."""
        return self._errand is not None

    def has_work(self) -> bool:
        """Whether there is something to do now: a letter whose time has come, or news of the one that is under way."""
        return self._errand.wait(0) if self._errand else bool(waiting(self._work))

    def deliver(self, sources: "Sources", patience: float = math.inf) -> int:
        """Tries every letter whose time has come; gives how many went out.

        After so many seconds of patience a letter goes on by itself, and the others after it the next time.
        """
        until = time.monotonic() + patience
        sent = int(self._welcome(until))
        for row in waiting(self._work):
            if self._errand or time.monotonic() >= until:
                break
            sent += self._deliver_one(sources, row, until)
        return sent

    def call_off(self) -> None:
        """Gives up the letter that is under way. One that the server may have stays "sending": the next start looks."""
        errand, self._errand = self._errand, None
        if errand is None:
            return
        if errand.wait(0):
            self._keep_outcome(errand)
        elif errand.call_off():
            _keep(self._work, errand.letter, Step(State.QUEUED), errand.letter.error)

    def _deliver_one(self, sources: "Sources", row: LetterRow, until: float) -> bool:
        work = self._work
        if row.state != State.QUEUED:
            step = _look(work, sources, row)
            was_stopped = row.state == State.SENDING
            _keep(work, row, step, STOPPED if was_stopped else row.error, lost=was_stopped)
            if step.state is not State.QUEUED:
                return step.state is State.SENT
        with self._whole():
            return self._hand_over(sources, row, until)

    def _hand_over(self, sources: "Sources", row: LetterRow, until: float) -> bool:
        work = self._work
        with work.writing() as session:
            if not letters.claim(session, row.id, work.now()):
                return False
        if row.delivery == "append":
            return _conclude(work, row, _append(sources, row))
        if work.send is None:
            return _conclude(work, row, Outcome(Result.TRY_AGAIN, "there is no [smtp] section any more"))
        self._errand = Errand(work.send, row, work.config.owner.addresses[0])
        return self._welcome(until)

    def _welcome(self, until: float) -> bool:
        """Waits for the letter that is under way, if there is one; whether it went out by then."""
        errand = self._errand
        if errand is None:
            return False
        try:
            is_back = errand.wait(None if until == math.inf else max(0.0, until - time.monotonic()))
        except BaseException:  # Ctrl-C, or whatever else ends a command
            self.call_off()
            raise
        self._errand = None if is_back else errand
        return is_back and self._keep_outcome(errand)

    def _keep_outcome(self, errand: Errand) -> bool:
        return _conclude(self._work, errand.letter, errand.outcome())


def deliver_all(work: Work) -> int:
    """Delivers with mailboxes of its own, however long it takes. The caller holds the work lock."""
    with closing(Sources(work)) as sources:
        return Outbox(work).deliver(sources)


def waiting(work: Work) -> list[LetterRow]:
    """Letters whose time has come, or would come later than any pause takes: then the clock was ahead."""
    now = work.now()
    with work.reading() as session:
        rows = letters.in_state(session, work.owner_id, State.QUEUED, State.SENDING, State.UNCERTAIN)
    return [r for r in rows if r.next_try_at is None or not now < r.next_try_at <= now + LONGEST_WAIT]


def held_up(work: Work) -> list[str]:
    """Letters that were tried and wait for another try, each with how the latest one ended."""
    with work.reading() as session:
        rows = letters.in_state(session, work.owner_id, State.QUEUED)
    return [f"“{row.subject}” waits: {row.error}" for row in rows if row.error]


STOPPED = "Kith was stopped while it was on its way"


def _conclude(work: Work, row: LetterRow, outcome: Outcome) -> bool:
    """Keeps how a try ended; whether the letter went out."""
    tries = row.attempts + 1
    step = after_try(outcome, tries, work.now())
    if row.delivery == "append" and step.state is State.UNCERTAIN:
        step = replace(step, next_try_at=work.now() + wait(tries))  # a line that breaks each time must not spin
    _keep(work, row, step, outcome.said, lost=outcome.result is Result.UNKNOWN)
    return step.state is State.SENT


def ask_again(work: Work, row: LetterRow) -> None:
    """The owner wants a letter that waits, or was refused, to be tried at once. One of unknown fate is looked for.

    One that was refused has no words any more where somebody in it was forgotten: it stays as it is.
    """
    if row.state not in (State.QUEUED, State.FAILED) or not row.raw:
        return
    with work.writing() as session:
        kept = session.get_one(LetterRow, row.id)
        if row.state == State.FAILED:
            kept.state, kept.attempts = State.UNCERTAIN if row.losses else State.QUEUED, 0
        kept.next_try_at = None
        session.add(kept)


def _append(sources: Sources, row: LetterRow) -> Outcome:
    """Into the INBOX of the first mailbox that takes it."""
    said = "no mailbox could be opened"
    for source in sources.all():
        try:
            source.append(INBOX, row.raw, ())
        except STOPS as error:
            said = error.message
            if isinstance(error, TryLater) and not is_alive(source):
                # The server may have taken it before the line broke; the next look tells.
                return Outcome(Result.UNKNOWN, said)
            continue
        return Outcome(Result.ACCEPTED)
    return Outcome(Result.TRY_AGAIN, said)


def _look(work: Work, sources: Sources, row: LetterRow) -> Step:
    """A letter of unknown fate: is it in the owner's mailbox?"""
    is_appended = row.delivery == "append"
    step = after_look(
        _found(work, sources, row),
        appended=is_appended,
        losses=row.losses + (row.state == State.SENDING),
        tried_at=row.tried_at or row.created_at,
        now=work.now(),
    )
    given_up = is_appended and step.state is State.QUEUED and row.attempts >= TRIES
    return Step(State.FAILED) if given_up else step


def _found(work: Work, sources: Sources, row: LetterRow) -> bool | None:
    """Whether a letter is in one of the owner's mailboxes; None where it may be in one that was not looked through."""
    is_everywhere = sources.are_complete
    for source in sources.all():
        try:
            if _is_in(source, row.message_id):
                return True
        except STOPS:
            is_everywhere = False
    comes_here = row.delivery == "append" or work.key(row.recipient) in work.config.owner_keys
    return False if is_everywhere and comes_here else None


def _is_in(source: Source, message_id: str) -> bool:
    """Wherever it may lie by now: filtered, archived, thrown away, or in Sent, where some providers keep a copy."""
    for folder in source.folders():
        try:
            if folder.role is not Role.DRAFTS and source.find(folder.name, message_id):
                return True
        except NotFound:
            continue  # it has gone since it was listed
    return False


def _keep(work: Work, row: LetterRow, step: Step, said: str, *, lost: bool = False) -> None:
    now: datetime = work.now()
    with work.writing() as session:
        kept = session.get_one(LetterRow, row.id)
        kept.state, kept.next_try_at, kept.error = step.state, step.next_try_at, said
        kept.losses += lost
        if step.state is State.SENT:
            kept.sent_at, kept.error = now, ""
            kept.subject = kept.subject if kept.kind == "digest" else ""  # that of the owner's mail, "Re: kith: Maria"
        if step.state is State.SENT or (step.state is State.FAILED and not kept.subject):
            kept.raw = b""  # it is not needed any more, or is about somebody who was forgotten meanwhile
        session.add(kept)
