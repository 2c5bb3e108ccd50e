"""The life of a letter: queued → sending → sent, uncertain or failed. Decided here, carried out elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a letter stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"


class Result(StrEnum):
    """How one try ended."""

    ACCEPTED = "accepted"
    TRY_AGAIN = "try again"  # certainly not taken: refused for now, or never handed over
    REFUSED = "refused"  # certainly not taken, and never will be
    UNKNOWN = "unknown"  # handed over, and the answer was lost (RFC 1047)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended, what the server said, and what the owner can do where that is known."""

    result: Result
    said: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a letter becomes."""

    state: State
    next_try_at: datetime | None = None


FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=2)
TRIES = 30
"""With the waits above: some two days of trying."""

LOOK_FOR = timedelta(hours=4)
"""How long Kith looks for a letter of unknown fate in the owner's mailbox before it counts as not arrived.

Who takes a letter passes it on at once, or, where the next server is busy or greylists it, twice more within
an hour and then every two or three (RFC 5321, 4.5.4.1): one that is still under way must not be sent again.
"""

TOLD_FOR = timedelta(days=30)
"""How long the owner is told of a letter that failed, where no digest came that told of it."""


LOGIN_REFUSED = "refused the login"
"""What is said of a try where the account let nobody in: it waits for the owner, not for the server."""

WAITS_LONG = timedelta(minutes=30)
"""How long a letter may wait before its owner is told: who asks to come back later means some minutes."""


def after_try(outcome: Outcome, attempts: int, now: datetime) -> Step:
    """What becomes of a letter after its attempts-th try (from 1)."""
    match outcome.result:
        case Result.ACCEPTED:
            return Step(State.SENT)
        case Result.REFUSED:
            return Step(State.FAILED)
        case Result.UNKNOWN:
            return Step(State.UNCERTAIN)
        case Result.TRY_AGAIN:
            return Step(State.FAILED) if attempts >= TRIES else Step(State.QUEUED, now + wait(attempts))


def wait(attempts: int) -> timedelta:
    """The pause after a failed try: doubling, up to two hours."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, 10)
    return min(doubled, LONGEST_WAIT)


def after_look(found: bool | None, *, appended: bool, losses: int, tried_at: datetime, now: datetime) -> Step:
    """What becomes of a letter of unknown fate (uncertain, or sending when Kith was stopped).

    found says whether its Message-ID is in the owner's mailbox, None where that cannot be known: the
    letter goes to an address whose mail Kith does not read, or the mailbox cannot be reached. An
    appended letter is there or is not. One that was sent, had time to arrive and did not is tried
    once more with the same Message-ID; losses counts how often its fate became unknown.
    """
    if found:
        return Step(State.SENT)
    waited = now - tried_at
    if found is False and (appended or (losses < 2 and waited >= LOOK_FOR)):
        return Step(State.QUEUED, now)
    return Step(State.UNCERTAIN, now + max(FIRST_WAIT, waited / 2))


def needs_owner(said: str, queued_at: datetime, now: datetime) -> bool:
    """Whether the owner is told of a letter that waits; said is how its latest try ended, "" before the first."""
    return LOGIN_REFUSED in said or (bool(said) and now - queued_at >= WAITS_LONG)


def is_news(tried_at: datetime, told_at: datetime | None, now: datetime) -> bool:
    """Whether the owner is still to be told of a letter that failed, or may have.

    told_at is when the latest digest that was sent was composed, None where none was: it told of all before it.
    """
    return now - tried_at < TOLD_FOR and (told_at is None or told_at <= tried_at)
