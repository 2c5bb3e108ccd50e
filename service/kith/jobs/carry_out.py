"""Carries out one instruction of a reply, and says what came of it in a sentence."""

from collections.abc import Callable, Iterator
from datetime import datetime

from kith.domain import occasion
from kith.domain.person import Person
from kith.domain.receipt import Question
from kith.domain.reply import Instruction, Verb
from kith.domain.touch import Channel
from kith.errors import NotFound
from kith.jobs import draft, filing, rulings
from kith.jobs.acts import Acts, Done, spoken
from kith.jobs.brief import brief
from kith.jobs.desk import ASKED, DONE, NOT_UNDERSTOOD, RECEIPT, Desk, Result, Unclear
from kith.jobs.promises import keep_promise
from kith.jobs.roster import choose_now
from kith.jobs.work import Work
from kith.store import letters, people
from kith.store.engine import Session
from kith.store.tables import LetterRow

__all__ = ["Result", "carry_out"]

LONGEST_NAME, LONGEST_ADDRESS = 200, 320
"""Characters of a new person's name, and of an address (RFC 5321, 4.5.3.1: 64, an @ and 255)."""


def carry_out(work: Work, session: Session, asked: Instruction, letter: LetterRow | None, now: datetime) -> Result:
    """One instruction, all of it or nothing. What cannot be done comes back as not understood, with the reason."""
    acts = Acts(session, work.owner_id, now, work.config.owner.timezone, source="reply")
    desk = Desk(work, session, acts, letter, now, asked)
    try:
        if letter is None and asked.verb not in ALLOWED_IN_SELF_NOTES:
            raise Unclear("a note to yourself can only hold notes and touches; answer a letter for this")
        with session.begin_nested():
            return VERBS[asked.verb](desk)
    except NotFound as problem:
        return Result(NOT_UNDERSTOOD, problem.message, _whose(desk), getattr(problem, "candidates", ()))


def _whose(desk: Desk) -> int | None:
    """Of whom something is that could not be done; by that it is known again."""
    try:
        return desk.person(desk.asked.who[0]).id if desk.asked.who else None
    except NotFound:
        return None


def _one(act: Callable[[Desk, Person], Done]) -> Callable[[Desk], Result]:
    def carried(desk: Desk) -> Result:
        person = desk.person(desk.asked.who[0])
        return Result(DONE, act(desk, person).said, person.id)

    return carried


def _touch(desk: Desk, person: Person) -> Done:
    asked = desk.asked
    note = asked.text if asked.text.strip(" .,;:!") else ""
    return desk.acts.touch(person, asked.channel or Channel.MESSAGE, asked.on or desk.acts.today, note=note)


def _snooze(desk: Desk, person: Person) -> Done:
    if desk.asked.on is None:
        raise Unclear("until when?")
    return desk.acts.snooze(person, desk.asked.on)


def _follow_up(desk: Desk, person: Person) -> Done:
    if desk.asked.on is None:
        raise Unclear("follow up when?")
    return desk.acts.follow_up(person, desk.asked.on, desk.asked.text)


def _add(desk: Desk) -> Result:
    asked = desk.asked
    key = desk.work.key(asked.address)
    if key in desk.work.config.owner_keys:
        raise Unclear("that is an address of your own")
    name = (asked.who[0] if asked.who else "") or asked.address
    if len(name) > LONGEST_NAME or len(asked.address) > LONGEST_ADDRESS:
        raise Unclear("that is too long for a name and an address")
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
    """Asks back, unless this is the answer to that very question."""
    person = desk.person(desk.asked.who[0])
    if any(person.id == asked.id for asked in _asked_back(desk)):
        return _forgetting((person,))
    question = Question(f"Forget {person.name}, with all notes and touches, for good?", "yes")
    return Result(ASKED, _question(person), person.id, question=question, wanted=True)


def _yes(desk: Desk) -> Result:
    """Yes to what the answered receipt asked back, or to that about the people who are named."""
    meant = {desk.person(who).id for who in desk.asked.who}
    persons = tuple(p for p in _asked_back(desk) if not meant or p.id in meant)
    if not persons:
        raise Unclear("there is no question open in the letter you answered")
    return _forgetting(persons)


def _asked_back(desk: Desk) -> list[Person]:
    """Whom the answered receipt asked about; not one who has become part of somebody else meanwhile."""
    if desk.letter is None or desk.letter.kind != RECEIPT:
        return []
    rows = letters.instructions(desk.session, desk.work.owner_id, desk.letter.key).values()
    asked = {row.person_id: row.said for row in rows if row.outcome == ASKED and row.person_id}
    known = people.everyone(desk.session, desk.work.owner_id, list(asked)) if asked else []
    return [person for person, _ in known if asked[person.id] == _question(person)]


def _question(person: Person) -> str:
    return f"forget {person.name}?"


def _forgetting(persons: tuple[Person, ...]) -> Result:
    return Result(DONE, ". ".join(f"{person.name} is forgotten" for person in persons), forgets=persons)


def _merge(desk: Desk) -> Result:
    kept, gone = (desk.person(who) for who in desk.asked.who[:2])
    return Result(DONE, desk.acts.merge(kept, gone).said, kept.id)


def _undo(desk: Desk) -> Result:
    number = desk.asked.text.strip()
    if number and not (number.isdecimal() and len(number) < people.LONGEST_ID):
        raise Unclear(f"there is no change {number} to take back")
    return Result(DONE, desk.acts.undo(int(number) if number else None).said)


def _briefing(desk: Desk) -> Result:
    person = desk.person(desk.asked.who[0])
    briefing = brief(desk.work, desk.session, person.id)
    return Result(DONE, f"About {person.name}: in a mail of its own", person.id, briefing=briefing)


def _draft(kind: occasion.Kind) -> Callable[[Desk], Result]:
    def carried(desk: Desk) -> Result:
        persons = [desk.person(who) for who in desk.asked.who]
        proposed = [
            draft.ask_for(desk.work, desk.session, kind, person, desk.asked.text, desk.now, whom)
            for person, whom in _letters_to(kind, persons)
        ]
        lines = tuple(p.line for p in proposed if p.made_on is None)
        return Result(DONE, ". ".join(_told(proposed)), persons[0].id, drafts=lines)

    return carried


def _told(proposed: list[draft.Proposed]) -> Iterator[str]:
    new = [p.to for p in proposed if p.made_on is None]
    if new:
        yield f"{'A draft' if len(new) == 1 else 'Drafts'} to {', '.join(new)} will wait in Drafts"
    for before in proposed:
        if before.made_on:
            yield f"The draft to {before.to} was made on {spoken(before.made_on)}, and is not made again"


def _letters_to(kind: occasion.Kind, persons: list[Person]) -> list[tuple[Person, Person | None]]:
    """To whom drafts go: one to each, but an introduction is one to both."""
    if kind is not occasion.Kind.INTRODUCE:
        return [(person, None) for person in persons]
    first, second = persons[:2]
    if first.id == second.id:
        raise Unclear(f"both are {first.name}; whom would you like to introduce to whom?")
    return [(first, second)]


def _help(_desk: Desk) -> Result:
    return Result(DONE, help=True, wanted=True)


def _more(desk: Desk) -> Result:
    choice = choose_now(desk.work, desk.session, desk.now)
    named = letters.numbers(desk.session, desk.letter.id).values() if desk.letter else ()
    waiting = [p for p, _ in (*choice.chosen, *choice.passed) if p.id not in named]
    names = ", ".join(p.name for p in waiting[:MOST_MORE]) or "nobody else"
    left = f" and {len(waiting) - MOST_MORE} more" if len(waiting) > MOST_MORE else ""
    return Result(DONE, f"Also waiting: {names}{left}", wanted=True)


MOST_MORE = 40


def _leave(desk: Desk) -> Result:
    if desk.letter is None:
        raise Unclear("there is nothing to leave as it is; answer the letter that lists it")
    left = filing.leave(desk.session, desk.work.owner_id, desk.letter)
    return Result(DONE, f"Left as it is: {', '.join(f'“{line}”' for line in left)}" if left else "Nothing was open")


def _unknown(desk: Desk) -> Result:
    if filing.is_no(desk.asked.line) and (kept := _asked_back(desk)):
        return Result(DONE, ". ".join(f"{person.name} stays" for person in kept))
    raise Unclear(desk.asked.problem or "I did not understand this")


VERBS: dict[Verb, Callable[[Desk], Result]] = {
    Verb.NOTE: _one(lambda desk, person: desk.acts.note(person, desk.asked.text)),
    Verb.TOUCH: _one(_touch),
    Verb.SNOOZE: _one(_snooze),
    Verb.EVERY: _one(lambda desk, person: desk.acts.every(person, desk.asked.every)),
    Verb.PAUSE: _one(lambda desk, person: desk.acts.pause(person, paused=True)),
    Verb.RESUME: _one(lambda desk, person: desk.acts.pause(person, paused=False)),
    Verb.FOLLOW_UP: _one(_follow_up),
    Verb.FOLLOWED_UP: _one(lambda desk, person: keep_promise(desk.acts, person, desk.asked.text)),
    Verb.BIRTHDAY: _one(lambda desk, person: desk.acts.birthday(person, desk.asked.birthday)),
    Verb.CIRCLE: _one(lambda desk, person: desk.acts.circle(person, desk.asked.circle)),
    Verb.TAG: _one(lambda desk, person: desk.acts.tag(person, desk.asked.tags)),
    Verb.NOT_A_TOUCH: _one(lambda desk, person: rulings.not_a_touch(desk.acts, person, desk.asked.on)),
    Verb.IS_A_TOUCH: _one(lambda desk, person: rulings.is_a_touch(desk.acts, person, desk.asked.on)),
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
    Verb.LEAVE: _leave,
    Verb.UNKNOWN: _unknown,
}

ALLOWED_IN_SELF_NOTES = frozenset({Verb.NOTE, Verb.TOUCH, Verb.UNKNOWN})
"""A mail to oneself carries no token, so it may only add what can be taken back."""
