"""What Kith answers to a reply: the receipt of what was understood, and the briefing on one person."""

from dataclasses import dataclass
from datetime import date

from kith.domain.dates import Birthday
from kith.domain.digest import DraftLine


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A line of the owner's that could not be applied, whole; why in a sentence; who it could have meant."""

    line: str
    why: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Something that cannot be undone and is asked back once: the question, and the line that says yes."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one reply.

    answered is the subject of the owner's mail. done are sentences, "Noted for Maria Silva: …".
    still_unfiled are lines of which the receipt told that was answered, and that still wait to be said in
    other words; waiting is how many others do. drafts are those the reply asked for. help adds a page on
    what can be written.
    """

    owner: str
    answered: str
    done: tuple[str, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    questions: tuple[Question, ...] = ()
    still_unfiled: tuple[str, ...] = ()
    waiting: int = 0
    drafts: tuple[DraftLine, ...] = ()
    help: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """One touch as a briefing tells it. how is in a word or two: "you wrote", "coffee"."""

    on: date
    how: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Jotting:
    """A note or a follow-up with its day. on is None for a note whose day is not known."""

    on: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the owner knows about one person. cadence is in words, "every 2 months"; "" for none.

    today is the day it is written, in the owner's zone. answered is the subject of the mail that
    asked. Touches and notes come newest first, follow_ups soonest first.
    """

    owner: str
    name: str
    today: date
    answered: str = ""
    about: str = ""
    cadence: str = ""
    circle: str = ""
    tags: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    last_touched: date | None = None
    next_due: date | None = None
    birthday: Birthday | None = None
    touches: tuple[Contact, ...] = ()
    notes: tuple[Jotting, ...] = ()
    follow_ups: tuple[Jotting, ...] = ()
    mailto: str = ""
