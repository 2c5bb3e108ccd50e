"""One turn of everything: what the service does all the time, done once, for cron."""

from dataclasses import dataclass, field

from kith.domain.outbox import LOGIN_REFUSED, State
from kith.errors import KithError, LoginRefused, TryLater
from kith.jobs import compose, deliver
from kith.jobs.round import go_round_once, place_drafts_once
from kith.jobs.scan import MailboxResult
from kith.jobs.view import troubled
from kith.jobs.work import Work
from kith.store.lock import work_lock
from kith.store.tables import LetterRow

LOCK_WAIT = 30.0
"""Seconds that a running service may take to let go."""


@dataclass(slots=True)
class Once:
    """What one turn did.

    waiting: letters that could not be sent yet; failed: those that could not, or may not have been, and of which no
    digest told since; each with how the latest try ended. errors: what went wrong in this turn, the mailboxes aside.
    """

    mailboxes: list[MailboxResult] = field(default_factory=list)
    composed: compose.Composed | None = None
    letters: int = 0
    waiting: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[KithError] = field(default_factory=list)


def run_once(work: Work) -> Once:
    """Does all that is due now, and can be done."""
    began = work.now()
    with work_lock(work.engine, work.owner_id, LOCK_WAIT):
        done = Once([go_round_once(work, m) for m in work.config.mailbox])
        try:
            done.composed = compose.compose_due(work)
        except KithError as error:  # a template that is broken, say: letters that wait are none the worse
            done.errors.append(error)
        if done.composed:
            place_drafts_once(work)
        done.letters = deliver.deliver_all(work)
    done.waiting = deliver.held_up(work)
    done.errors += [_trouble(said, f"Kith tries again by itself; {LOOK}") for said in done.waiting]
    with work.reading() as session:
        letters = troubled(work, session)
    done.failed = [_fate(letter) for letter in letters]
    new = [letter for letter in letters if letter.tried_at and letter.tried_at >= began]
    done.errors += [_trouble(_fate(letter), _cure(letter)) for letter in new]
    return done


LOOK = "`kith doctor` looks for what is wrong"


def _trouble(said: str, hint: str) -> KithError:
    """A letter that did not go out; said ends with why."""
    return LoginRefused(said, hint) if LOGIN_REFUSED in said else TryLater(said, hint)


def _fate(letter: LetterRow) -> str:
    how = "may or may not have arrived" if letter.state == State.UNCERTAIN else "could not be sent"
    return f"“{letter.subject}” {how}: {letter.error}"


def _cure(letter: LetterRow) -> str:
    if letter.state == State.UNCERTAIN:
        return "Kith looks for it in your mailbox, and does not send it again blindly"
    return f"{LOOK}; `kith digest --send` tries once more" if letter.kind == "digest" else LOOK
