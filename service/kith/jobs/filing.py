"""Lines that were not understood stay listed until the owner says them again in other words, or leaves them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Final

from kith.domain.reply import Instruction, Verb, parse
from kith.domain.reply_again import Spoken, is_put_right, is_said_again
from kith.domain.reply_lines import is_name
from kith.domain.reply_people import Known
from kith.jobs.acts import shortened
from kith.jobs.desk import DONE, NOT_UNDERSTOOD, RECEIPT, Answer, Result
from kith.jobs.understand import is_one
from kith.jobs.work import Work
from kith.store import letters, people
from kith.store.engine import Session
from kith.store.tables import InstructionRow, LetterRow

_NO: Final = re.compile(
    r"(?:no|nope|don['’]t|do not|keep)(?:[,.!]{0,3} (?:no|thanks|thank you|please|do|not|don['’]t|forget|keep|"
    r"her|him|them|it))*[.!]{0,3}",
    re.IGNORECASE,
)
_LONGEST_NO: Final = 60
_LONGEST_AGAIN: Final = 4_000
"""Characters of a line that is known when it is said again; a longer one may be left."""
_NOTHING_FILED: Final = frozenset({Verb.BRIEFING, Verb.MORE, Verb.HELP, Verb.UNDO, Verb.UNKNOWN, Verb.YES, Verb.LEAVE})


def is_no(line: str) -> bool:
    """Whether a line says no to what was asked back, and nothing else ("no, keep her")."""
    return len(line) <= _LONGEST_NO and _NO.fullmatch(line.strip()) is not None


def leave(session: Session, owner_id: int, letter: LetterRow) -> list[str]:
    """Files all lines that the letter listed, unsaid; gives them, shortened.

    A receipt lists those of the reply it answers. Where a letter listed none, all that are open are meant.
    """
    listed = _listed(session, owner_id, letter)
    told = [row for row in listed if told_first(row, letter)]
    open_lines = told or listed or letters.unfiled(session, owner_id)
    letters.file_lines(session, owner_id, open_lines)
    return [shortened(row.line) for row in open_lines]


def parted(
    session: Session, owner_id: int, asked: Sequence[Instruction], results: Sequence[Result]
) -> list[Instruction]:
    """The instructions of a reply, those with their own words alone that failed where the rest of their line did not.

    So nothing is asked for that was done, and nothing is done twice when it is said again.
    """
    pairs = list(zip(asked, results, strict=True))
    held = {one.line for one, result in pairs if result.outcome != NOT_UNDERSTOOD}
    names = _names(session, owner_id, results)

    def told(one: Instruction, result: Result) -> Instruction:
        is_rest = result.outcome == NOT_UNDERSTOOD and one.line in held and one.words
        return replace(one, line=_named(one, names.get(result.person_id or 0, ""))) if is_rest else one

    return [told(one, result) for one, result in pairs]


def _named(one: Instruction, name: str) -> str:
    """Somebody's part of a line; with their name for a number, which means them in one letter only."""
    who = one.who[0] if one.who else ""
    by_number = who.partition(" ")[0].isdecimal() and one.words.startswith(f"{who}:")
    return f"{name}{one.words[len(who) :]}" if by_number and is_name(name.split()) else one.words


def settle(work: Work, session: Session, answer: Answer, results: Sequence[Result]) -> list[str]:
    """Files the lines of earlier replies that an answer says again; gives them, shortened.

    All that a line asked for must be said again, of the same person; or that person put right (domain/reply_again).
    """
    letter = answer.letter
    said = _said(session, work.owner_id, answer.instructions, results)
    if letter is None or not said:
        return []
    settled: list[InstructionRow] = []
    taken: set[int] = set()
    known = cache(partial(is_one, session, work))  # many lines may wait, and name the same people
    for row in _listed(session, work.owner_id, letter):
        if row.identity == answer.identity:
            continue
        again = [_which(then, said, taken, told_first(row, letter)) for then in _meant(work, session, row, known)]
        if again and None not in again:
            taken.update(n for n in again if n is not None)
            settled.append(row)
    letters.file_lines(session, work.owner_id, settled)
    return [shortened(row.line) for row in settled]


def told_first(row: InstructionRow, letter: LetterRow) -> bool:
    """Whether a letter is the receipt that first told of a line."""
    return letter.kind == RECEIPT and letter.key == row.identity


def _which(then: Spoken, said: Sequence[Spoken], taken: set[int], is_answer: bool) -> int | None:
    """Which of those said now is the same again. One puts right one line: others may be of others."""
    again = (n for n, now in enumerate(said) if is_said_again(then, now, is_answer=is_answer))
    right = (n for n, now in enumerate(said) if n not in taken and is_put_right(then, now, is_answer=is_answer))
    return next(again, next(right, None))


def _meant(work: Work, session: Session, row: InstructionRow, known: Known) -> Iterator[Spoken]:
    """What an earlier line asked for, and of whom, as far as was known then."""
    if len(row.line) > _LONGEST_AGAIN:
        return
    config = work.config
    asked = parse(row.line, work.local(row.at), known, owner=config.owner.name, circles=config.circle)
    rows = letters.instructions(session, work.owner_id, row.identity)
    ids = [rows[position].person_id for position in sorted(rows) if rows[position].line == row.line]
    whose = ids if len(ids) == len(asked) else [row.person_id, *(None for _ in asked[1:])]
    yield from (Spoken(one, person_id) for one, person_id in zip(asked, whose, strict=False))


def _said(session: Session, owner_id: int, asked: Sequence[Instruction], results: Sequence[Result]) -> list[Spoken]:
    """What was carried out and filed something."""
    names = _names(session, owner_id, results)
    return [
        Spoken(one, result.person_id, names.get(result.person_id or 0, ""))
        for one, result in zip(asked, results, strict=True)
        if result.outcome == DONE and one.verb not in _NOTHING_FILED
    ]


def _names(session: Session, owner_id: int, results: Sequence[Result]) -> Mapping[int, str]:
    ids = {result.person_id for result in results if result.person_id}
    return {person.id: person.name for person, _ in people.everyone(session, owner_id, ids)} if ids else {}


def _listed(session: Session, owner_id: int, letter: LetterRow) -> list[InstructionRow]:
    """The open lines that the letter can have told of, or counted."""
    return [row for row in letters.unfiled(session, owner_id) if row.at <= letter.created_at]
