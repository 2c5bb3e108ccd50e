"""Lines that were not understood stay listed until the owner says them again in other words, or leaves them."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from kith.domain.reply import Instruction, Verb
from kith.jobs.acts import shortened
from kith.jobs.desk import DONE, RECEIPT, Answer, Result
from kith.store import letters
from kith.store.engine import Session
from kith.store.tables import InstructionRow, LetterRow

_LEAVE: Final = re.compile(
    r"(?:please )?(?:leave|drop|ignore|skip|never ?mind)"
    r"(?: (?:it|this|that|them|these|those|all))*(?: as (?:it|they) (?:is|are))?[.! ]*",
    re.IGNORECASE,
)
_NO: Final = re.compile(
    r"(?:no|nope|don['’]t|do not|keep)(?:[,.!]{0,3} (?:no|thanks|thank you|please|do|not|don['’]t|forget|keep|"
    r"her|him|them|it))*[.!]{0,3}",
    re.IGNORECASE,
)
_LONGEST_LEAVE: Final = 60
_ALIKE: Final = 0.6
"""Share of an earlier line's words that a later one must have to be the same said again."""
_WORD: Final = re.compile(r"\w+")
_NOTHING_FILED: Final = frozenset({Verb.BRIEFING, Verb.MORE, Verb.HELP, Verb.UNDO, Verb.UNKNOWN, Verb.YES})


def is_leave(line: str) -> bool:
    """Whether a line says that what was not understood may be left ("leave them")."""
    return len(line) <= _LONGEST_LEAVE and _LEAVE.fullmatch(line.strip()) is not None


def is_no(line: str) -> bool:
    """Whether a line says no to what was asked back, and nothing else ("no, keep her")."""
    return len(line) <= _LONGEST_LEAVE and _NO.fullmatch(line.strip()) is not None


def leave(session: Session, owner_id: int, letter: LetterRow) -> list[str]:
    """Files all lines that the letter listed, unsaid; gives them, shortened.

    A receipt lists those of the reply it answers. Where a letter listed none, all that are open are meant.
    """
    listed = _listed(session, owner_id, letter)
    told = [row for row in listed if told_first(row, letter)]
    open_lines = told or listed or letters.unfiled(session, owner_id)
    letters.file_lines(session, owner_id, open_lines)
    return [shortened(row.line) for row in open_lines]


def settle(session: Session, owner_id: int, answer: Answer, results: Sequence[Result]) -> list[str]:
    """Files the lines of earlier replies that an answer says again; gives them, shortened.

    A line is said again by one that has most of its words; how many lines an answer has says nothing.
    """
    letter = answer.letter
    if letter is None:
        return []
    said = _said(answer.instructions, results)
    listed = [row for row in _listed(session, owner_id, letter) if row.identity != answer.identity] if said else []
    waiting = {row.id: row for row in listed}
    settled: list[InstructionRow] = []
    for line in said:
        again = _most_alike(line, waiting.values())
        if again is not None:
            settled.append(waiting.pop(again.id))
    letters.file_lines(session, owner_id, settled)
    return [shortened(row.line) for row in settled]


def told_first(row: InstructionRow, letter: LetterRow) -> bool:
    """Whether a letter is the receipt that first told of a line."""
    return letter.kind == RECEIPT and letter.key == row.identity


def _said(asked: Sequence[Instruction], results: Sequence[Result]) -> list[str]:
    """The lines that were carried out whole and filed something, each once."""
    failed = {i.line for i, r in zip(asked, results, strict=True) if r.outcome != DONE}
    lines = (i.line for i in asked if i.verb not in _NOTHING_FILED)
    return [line for line in dict.fromkeys(lines) if line not in failed]


def _listed(session: Session, owner_id: int, letter: LetterRow) -> list[InstructionRow]:
    """The open lines that the letter can have told of, or counted."""
    return [row for row in letters.unfiled(session, owner_id) if row.at <= letter.created_at]


def _most_alike(line: str, earlier: Iterable[InstructionRow]) -> InstructionRow | None:
    words = _words(line)
    alike = [(len(words & theirs) / len(theirs), row) for row in earlier if (theirs := _words(row.line))]
    best, row = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    return row if best >= _ALIKE else None


def _words(line: str) -> set[str]:
    return set(_WORD.findall(line.casefold()))
