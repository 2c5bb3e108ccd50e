"""A reply as it was understood, what carrying out its instructions needs, and what comes of each."""

from dataclasses import dataclass
from datetime import datetime

from kith.domain.digest import DraftLine
from kith.domain.names import bare
from kith.domain.person import Person
from kith.domain.receipt import Briefing, Question
from kith.domain.reply import Instruction
from kith.errors import NotFound
from kith.jobs.acts import Acts
from kith.jobs.work import Work
from kith.store import letters, people
from kith.store.engine import Session
from kith.store.tables import LetterRow

DONE, NOT_UNDERSTOOD, ASKED = "done", "not-understood", "asked"

RECEIPT = "receipt"
"""The kind of letter that says what was understood; its key is the identity of the reply."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply as it was understood: what it answers (None: a note to oneself) and what it asks."""

    identity: str
    message_id: str
    subject: str
    references: tuple[str, ...]
    letter: LetterRow | None
    instructions: list[Instruction]
    is_polite: bool = False
    """It says no more than thanks, and asks for nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one instruction.

    wanted: it must be answered even where receipts are turned off. forgets are people who go when all
    else is done, the receipt included, so that nothing of them is written down after they are gone.
    """

    outcome: str
    said: str = ""
    person_id: int | None = None
    candidates: tuple[str, ...] = ()
    question: Question | None = None
    drafts: tuple[DraftLine, ...] = ()
    briefing: Briefing | None = None
    help: bool = False
    wanted: bool = False
    forgets: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """The work, the transaction, the letter that is answered (None: a note to oneself), and what is asked."""

    work: Work
    session: Session
    acts: Acts
    letter: LetterRow | None
    now: datetime
    asked: Instruction

    def person(self, who: str) -> Person:
        """Whom a word means. Raises Unclear, with the candidates where it could be several."""
        number, _, name = who.lstrip("#").partition(" ")
        if number.isdecimal():
            return self._by_number_and_name(number, name, who)
        found = people.find(self.session, self.work.owner_id, who, self.work.key(who))
        if len(found) == 1:
            return found[0][0]
        if not found:
            raise Unclear(f"I know nobody called “{who}”")
        raise Unclear(f"“{who}” could be several people", tuple(_candidate(p) for p, _ in found[:MOST_CANDIDATES]))

    def _by_number_and_name(self, number: str, name: str, who: str) -> Person:
        """The person of a number; a name beside it, as a digest prints it, must be theirs."""
        person = self._by_number(number, who)
        if not any(_plain(name) in _plain(one) for one in (person.name, *person.aliases)):
            raise Unclear(f"{number} in that letter is {person.name}, not {name}; whom do you mean?")
        return person

    def _by_number(self, number: str, who: str) -> Person:
        if self.letter is None:
            raise Unclear(f"a note to yourself has no numbers; who is {who}?")
        person_id = letters.numbers(self.session, self.letter.id).get(int(number[:LONGEST_NUMBER]))
        known = people.one(self.session, self.work.owner_id, person_id) if person_id else None
        if known is None:
            raise Unclear(f"there is no number {who} in the letter you answered")
        return known[0]


MOST_CANDIDATES = 8
LONGEST_NUMBER = 9
"""Digits of a number that are read: no letter has as many people."""


def _plain(name: str) -> str:
    return bare(name.casefold())


def _candidate(person: Person) -> str:
    """A person as they can be told from others of that name."""
    return ", ".join([person.name, *person.addresses[:1]])


class Unclear(NotFound):
    """An instruction that names nobody, or too many, or does not say enough."""

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates
