"""Carries out one instruction of a reply, and says what came of it in a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from kith.domain import occasion
from kith.domain.digest import DraftLine
from kith.domain.person import Person
from kith.domain.receipt import Briefing, Question
from kith.domain.reply import Instruction, Verb
from kith.domain.touch import Channel
from kith.errors import NotFound
from kith.jobs import draft
from kith.jobs.acts import Acts, Done
from kith.jobs.brief import brief
from kith.jobs.roster import choose_now
from kith.jobs.work import Work
from kith.store import letters, people
from kith.store.engine import Session
from kith.store.tables import LetterRow

DONE, NOT_UNDERSTOOD, ASKED = "done", "not-understood", "asked"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one instruction. wanted: it must be answered even where receipts are turned off."""

    outcome: str
    said: str = ""
    person_id: int | None = None
    candidates: tuple[str, ...] = ()
    question: Question | None = None
    draft: DraftLine | None = None
    briefing: Briefing | None = None
    help: bool = False
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What carrying out needs: the work, the transaction, the letter that is answered and its numbers."""

    work: Work
    session: Session
    acts: Acts
    numbers: Mapping[int, int]
    letter: LetterRow | None
    now: datetime
    asked: Instruction
    trouble: list[Result] = field(default_factory=list)

    def person(self, who: str) -> Person:
        """Whom a word means. Raises NotFound with the candidates where that is nobody or several."""
        number = who.lstrip("#")
        if number.isdecimal():
            return self._by_number(int(number[:9]), who)
        found = people.find(self.session, self.work.owner_id, who, self.work.key(who))
        if len(found) == 1:
            return found[0][0]
        if not found:
            raise Unclear(f"I know nobody called “{who}”")
        raise Unclear(f"“{who}” could be several people", tuple(p.name for p, _ in found[:8]))

    def _by_number(self, number: int, who: str) -> Person:
        person_id = self.numbers.get(number)
        known = people.one(self.session, self.work.owner_id, person_id) if person_id else None
        if known is None:
            raise Unclear(f"there is no number {who} in the letter you answered")
        return known[0]


class Unclear(NotFound):
    """An instruction that names nobody, or too many."""

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


def carry_out(
    work: Work,
    session: Session,
    asked: Instruction,
    numbers: Mapping[int, int],
    letter: LetterRow | None,
    now: datetime,
) -> Result:
    """One instruction. What cannot be done comes back as not understood, with the reason; nothing is lost."""
    acts = Acts(session, work.owner_id, now, work.config.owner.timezone, source="reply")
    desk = Desk(work, session, acts, numbers, letter, now, asked)
    if letter is None and asked.verb not in ALLOWED_IN_SELF_NOTES:
        return Result(NOT_UNDERSTOOD, "a note to yourself can only hold notes and touches; answer a letter for this")
    try:
        return VERBS[asked.verb](desk)
    except NotFound as problem:
        return Result(NOT_UNDERSTOOD, problem.message, candidates=getattr(problem, "candidates", ()))


def _one(act: Callable[[Desk, Person], Done]) -> Callable[[Desk], Result]:
    def carried(desk: Desk) -> Result:
        person = desk.person(desk.asked.who[0])
        return Result(DONE, act(desk, person).said, person.id)

    return carried


def _touch(desk: Desk, person: Person) -> Done:
    asked = desk.asked
    done = desk.acts.touch(person, asked.channel or Channel.MESSAGE, asked.on or desk.acts.today)
    return _with_note(desk, person, done, asked.text)


def _with_note(desk: Desk, person: Person, done: Done, text: str) -> Done:
    if not text.strip(" .,;:!"):
        return done
    desk.acts.note(person, text)
    return replace(done, said=f"{done.said}. Noted: {text}")


def _every(desk: Desk, person: Person) -> Done:
    return desk.acts.every(person, desk.asked.every)


def _snooze(desk: Desk, person: Person) -> Done:
    if desk.asked.on is None:
        raise Unclear("until when?")
    return desk.acts.snooze(person, desk.asked.on)


def _follow_up(desk: Desk, person: Person) -> Done:
    if desk.asked.on is None:
        raise Unclear("follow up when?")
    return desk.acts.follow_up(person, desk.asked.on, desk.asked.text)


def _tag(desk: Desk, person: Person) -> Done:
    return desk.acts.tag(person, desk.asked.tags)


def _add(desk: Desk) -> Result:
    asked = desk.asked
    key = desk.work.key(asked.address)
    if key in desk.work.config.owner_keys:
        raise Unclear("that is an address of your own")
    name = (asked.who[0] if asked.who else "") or asked.address
    person_id, done = desk.acts.add(
        name,
        [(asked.address, key)] if asked.address else [],
        every=str(asked.every) if asked.every else None,
        circle=asked.circle or None,
        about=asked.about,
        tags=asked.tags,
    )
    cadence = f", every {asked.every}" if asked.every else ""
    return Result(DONE, f"{done.said}{cadence}. Their past comes with the next look at your mail", person_id)


def _forget(desk: Desk) -> Result:
    person = desk.person(desk.asked.who[0])
    question = Question(f"Forget {person.name}, with all notes and touches, for good?", "yes")
    return Result(ASKED, f"forget {person.name}?", person.id, question=question, wanted=True)


def _yes(desk: Desk) -> Result:
    """Yes to what the answered receipt asked back."""
    about = desk.letter.key if desk.letter else ""
    rows = letters.instructions(desk.session, desk.work.owner_id, about).values()
    asked = [
        people.one(desk.session, desk.work.owner_id, r.person_id) for r in rows if r.outcome == ASKED and r.person_id
    ]
    persons = [known[0] for known in asked if known]
    if not persons:
        raise Unclear("there is no question open in the letter you answered")
    said = [desk.acts.forget(person, desk.work.key).said for person in persons]
    return Result(DONE, ". ".join(said))


def _merge(desk: Desk) -> Result:
    kept, gone = (desk.person(who) for who in desk.asked.who[:2])
    return Result(DONE, desk.acts.merge(kept, gone).said, kept.id)


def _undo(desk: Desk) -> Result:
    number = desk.asked.text.strip()
    return Result(DONE, desk.acts.undo(int(number) if number.isdecimal() else None).said)


def _briefing(desk: Desk) -> Result:
    person = desk.person(desk.asked.who[0])
    briefing = replace(brief(desk.work, desk.session, person.id), answered=desk.letter.subject if desk.letter else "")
    return Result(DONE, f"About {person.name}: in a mail of its own", person.id, briefing=briefing)


def _draft(kind: occasion.Kind) -> Callable[[Desk], Result]:
    def carried(desk: Desk) -> Result:
        persons = [desk.person(who) for who in desk.asked.who]
        with_whom = persons[1] if kind is occasion.Kind.INTRODUCE and persons[1:] else None
        receivers = persons[:1] if with_whom else persons
        lines = [
            draft.propose(desk.work, desk.session, kind, p, desk.asked.text, desk.now, with_whom) for p in receivers
        ]
        said = f"A draft to {' and '.join(p.name for p in persons)} will wait in Drafts"
        return Result(DONE, said, receivers[0].id, draft=lines[0])

    return carried


def _help(_desk: Desk) -> Result:
    return Result(DONE, "", help=True, wanted=True)


def _more(desk: Desk) -> Result:
    waiting = [p for p, _ in choose_now(desk.work, desk.session, desk.now).passed]
    names = ", ".join(p.name for p in waiting) or "nobody else"
    return Result(DONE, f"Also waiting: {names}", wanted=True)


def _unknown(desk: Desk) -> Result:
    return Result(NOT_UNDERSTOOD, desk.asked.problem or "I did not understand this")


VERBS: dict[Verb, Callable[[Desk], Result]] = {
    Verb.NOTE: _one(lambda desk, person: desk.acts.note(person, desk.asked.text)),
    Verb.TOUCH: _one(_touch),
    Verb.SNOOZE: _one(_snooze),
    Verb.EVERY: _one(_every),
    Verb.PAUSE: _one(lambda desk, person: desk.acts.pause(person, paused=True)),
    Verb.RESUME: _one(lambda desk, person: desk.acts.pause(person, paused=False)),
    Verb.FOLLOW_UP: _one(_follow_up),
    Verb.BIRTHDAY: _one(lambda desk, person: desk.acts.birthday(person, desk.asked.birthday)),
    Verb.CIRCLE: _one(lambda desk, person: desk.acts.circle(person, desk.asked.circle or desk.asked.text)),
    Verb.TAG: _one(_tag),
    Verb.NOT_A_TOUCH: _one(lambda desk, person: desk.acts.not_a_touch(person)),
    Verb.IS_A_TOUCH: _one(lambda desk, person: desk.acts.is_a_touch(person)),
    Verb.MERGE: _merge,
    Verb.FORGET: _forget,
    Verb.YES: _yes,
    Verb.ADD: _add,
    Verb.THANK: _draft(occasion.Kind.THANKS),
    Verb.SHARE: _draft(occasion.Kind.SHARE),
    Verb.INTRODUCE: _draft(occasion.Kind.INTRODUCE),
    Verb.ASK: _draft(occasion.Kind.ASK),
    Verb.BRIEFING: _briefing,
    Verb.UNDO: _undo,
    Verb.MORE: _more,
    Verb.HELP: _help,
    Verb.UNKNOWN: _unknown,
}

ALLOWED_IN_SELF_NOTES = frozenset({Verb.NOTE, Verb.TOUCH, Verb.UNKNOWN})
"""A mail to oneself carries no token, so it may only add what can be taken back."""
