"""Empties the outbox: each letter goes out once, and what cannot be known is said, not repeated."""

from contextlib import closing
from datetime import datetime

from kith.domain.outbox import Outcome, Result, State, Step, after_look, after_try
from kith.errors import LoginRefused, TryLater
from kith.jobs.scan import STOPS
from kith.jobs.work import Work
from kith.mail.source import Role, Source
from kith.store import letters
from kith.store.tables import LetterRow

INBOX = "INBOX"


def deliver(work: Work, sources: "Sources") -> int:
    """Tries every letter whose time has come; gives how many went out."""
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


def _deliver_one(work: Work, sources: Sources, row: LetterRow) -> bool:
    if row.state != State.QUEUED:
        step = _look(work, sources, row)
        _keep(work, row, step, row.error)
        if step.state is not State.QUEUED:
            return step.state is State.SENT
    now = work.now()
    with work.writing() as session:
        if not letters.claim(session, row.id, now):
            return False
    outcome = _append(sources, row) if row.delivery == "append" else _send(work, row)
    step = after_try(outcome, row.attempts + 1, work.now())
    _keep(work, row, step, outcome.said, lost=outcome.result is Result.UNKNOWN)
    return step.state is State.SENT


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
        except TryLater as error:
            # The server may have taken it before the line broke; the next look tells.
            return Outcome(Result.UNKNOWN, error.message)
        except LoginRefused as error:
            said = error.message
            continue
        return Outcome(Result.ACCEPTED)
    return Outcome(Result.TRY_AGAIN, said)


def _look(work: Work, sources: Sources, row: LetterRow) -> Step:
    """A letter of unknown fate: is it in the owner's mailbox?"""
    found = _found(sources, row.message_id)
    return after_look(
        found,
        appended=row.delivery == "append",
        losses=max(row.losses, 1),
        tried_at=row.tried_at or row.created_at,
        now=work.now(),
    )


def _found(sources: Sources, message_id: str) -> bool | None:
    """Whether a Message-ID is in a folder where a letter may lie; None where no mailbox could be asked."""
    asked = False
    for source in sources.all():
        try:
            for folder in source.folders():
                if folder.role in (Role.INBOX, Role.PLAIN, Role.JUNK) and source.find(folder.name, message_id):
                    return True
            asked = True
        except TryLater:
            continue
    return False if asked else None


def _keep(work: Work, row: LetterRow, step: Step, said: str, *, lost: bool = False) -> None:
    now: datetime = work.now()
    with work.writing() as session:
        kept = session.get_one(LetterRow, row.id)
        kept.state, kept.next_try_at, kept.error = step.state, step.next_try_at, said
        kept.losses += lost
        if step.state is State.SENT:
            kept.sent_at, kept.error, kept.raw = now, "", b""
        session.add(kept)
