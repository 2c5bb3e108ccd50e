"""Empties the outbox: each letter goes out once, and what cannot be known is said, not repeated."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime

from kith.domain.outbox import TRIES, Outcome, Result, State, Step, after_look, after_try, wait
from kith.errors import NotFound, TryLater
from kith.jobs.work import STOPS, Work, is_alive
from kith.mail.source import Role, Source
from kith.store import letters
from kith.store.tables import LetterRow

INBOX = "INBOX"


def deliver(work: Work, sources: "Sources") -> int:
    """Tries every letter whose time has come; gives how many went out. The caller holds the work lock."""
    return sum(_deliver_one(work, sources, row) for row in waiting(work))


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


def deliver_all(work: Work) -> int:
    """Delivers with mailboxes of its own."""
    with closing(Sources(work)) as sources:
        return deliver(work, sources)


def waiting(work: Work) -> list[LetterRow]:
    """Letters whose time has come."""
    now = work.now()
    with work.reading() as session:
        rows = letters.in_state(session, work.owner_id, State.QUEUED, State.SENDING, State.UNCERTAIN)
    return [r for r in rows if r.next_try_at is None or r.next_try_at <= now]


def held_up(work: Work) -> list[str]:
    """Letters that were tried and wait for another try, each with how the latest one ended."""
    with work.reading() as session:
        rows = letters.in_state(session, work.owner_id, State.QUEUED)
    return [f"“{row.subject}” waits: {row.error}" for row in rows if row.error]


def _deliver_one(work: Work, sources: Sources, row: LetterRow) -> bool:
    if row.state != State.QUEUED:
        step = _look(work, sources, row)
        was_stopped = row.state == State.SENDING
        _keep(work, row, step, STOPPED if was_stopped else row.error, lost=was_stopped)
        if step.state is not State.QUEUED:
            return step.state is State.SENT
    now, tries = work.now(), row.attempts + 1
    with work.writing() as session:
        if not letters.claim(session, row.id, now):
            return False
    outcome = _append(sources, row) if row.delivery == "append" else _send(work, row)
    step = after_try(outcome, tries, work.now())
    if row.delivery == "append" and step.state is State.UNCERTAIN:
        step = replace(step, next_try_at=work.now() + wait(tries))  # a line that breaks each time must not spin
    _keep(work, row, step, outcome.said, lost=outcome.result is Result.UNKNOWN)
    return step.state is State.SENT


STOPPED = "Kith was stopped while it was on its way"


def _send(work: Work, row: LetterRow) -> Outcome:
    if work.send is None:
        return Outcome(Result.TRY_AGAIN, "there is no [smtp] section any more")
    return work.send(row.raw, work.config.owner.addresses[0], row.recipient)


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
            kept.sent_at, kept.error, kept.raw = now, "", b""
        session.add(kept)
