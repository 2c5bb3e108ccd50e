"""What a reply asks for: the owner's new words to instructions."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import chain, pairwise
from typing import Final

from kith.domain import reply_others, reply_person, reply_split, reply_verbs
from kith.domain.address import looks_like
from kith.domain.instruction import Instruction, Verb, not_understood
from kith.domain.message import Envelope
from kith.domain.reply_lines import Opening, opening
from kith.domain.reply_people import Known, begins_with_verb, named, ranged, together
from kith.domain.reply_person import LONG_LINE
from kith.domain.reply_touch import HAPPENED
from kith.domain.reply_verb_first import as_written, verb_first
from kith.domain.reply_words import (
    first_word,
    goes_on,
    has_bullet,
    is_bare_name,
    is_closing,
    is_greeting,
    is_leave,
    is_offered,
    is_salutation,
    is_signature,
    plain,
)
from kith.domain.touch import is_automatic

__all__ = [
    "HTML_MARK", "MOST", "SENTINEL", "Instruction", "Verb", "is_automatic_answer", "is_mere_politeness", "parse",
    "parse_self_note",
]  # fmt: skip

SENTINEL: Final = "[kith: answer above this line]"
"""The first line of every letter, in text and in HTML: below it a reply holds nothing new.

Plain ASCII, short enough never to be wrapped, no signature separator and nothing that Markdown or a
link finder would change.
"""

HTML_MARK: Final = 'data-kith="letter"'
"""The attribute on the outermost element of a letter's HTML, by which it is known inside a reply."""

MOST: Final = 500
"""Instructions in one mail. What is left over comes back as one that was not understood."""

_PREFIX: Final = re.compile(r"\s*kith\b\s?:?", re.IGNORECASE)
_OF_A_NEW_ONE: Final = frozenset({"every", "circle"})
"""Verbs that may follow the address of a new person."""
_WHOLE: Final = [[word] for word in sorted(HAPPENED)]
"""What may be all that is said of somebody, though it needs more in the midst of a sentence: "1 called"."""
_NO_BEGINNING: Final = "whom is this about? Begin with a number from the letter, a name and a colon, or an address"
_TOO_MANY: Final = "this is more than one mail can hold"


def is_automatic_answer(envelope: Envelope) -> bool:
    """Whether an answer to a letter was written by a machine, by its fields or a subject such as "Out of office"."""
    return is_automatic(envelope, outbound=False)


@dataclass(slots=True)
class _Item:
    """The lines that belong together: one with a beginning, and those that go on with it."""

    start: Opening | None
    lines: list[str] = field(default_factory=list)  # as the owner wrote them
    words: list[str] = field(default_factory=list)  # without beginning and bullets
    problem: str = ""

    @property
    def whole(self) -> str:
        return " ".join(self.lines)


def _nobody(_name: str) -> bool:
    return False


def parse(
    text: str, today: date, is_known: Known = _nobody, *, owner: str = "", circles: Collection[str] = ()
) -> list[Instruction]:
    """What the owner's new words ask for, in their order, at most 500 instructions. Never raises.

    Nothing is lost: every line that is not empty is in the line of an instruction, which is UNKNOWN
    with a problem where it has no meaning. The one exception is politeness: a line that is nothing
    but a word of greeting or closing with a name at most ("Hi Kith,", "Thanks, Alex"), and the
    owner's name alone on the last line, are passed over, so that they become part of nobody's note.
    today is the date in the owner's zone when the reply was written. is_known says whether a name
    means exactly one person: a line may begin with one that has no colon, or with a verb before it.
    owner is the owner's name, by which a signature is known; without it, only the name right under
    a word of closing is one. circles are the names that the owner gave to circles.
    """
    items = _items(text, cache(is_known), owner)
    found: list[Instruction] = []
    for number, item in enumerate(items):
        line = item.whole
        for one in _instructions(item, today, circles):
            if len(found) == MOST - 1:
                left = " ".join(chain.from_iterable(late.lines for late in items[number:]))
                return [*found, Instruction(len(found), left, Verb.UNKNOWN, problem=_TOO_MANY)]
            found.append(replace(one, position=len(found), line=line))
    return found


def parse_self_note(
    subject: str,
    text: str,
    today: date,
    is_known: Known = _nobody,
    *,
    owner: str = "",
    circles: Collection[str] = (),
) -> list[Instruction]:
    """What a mail of the owner's to themself says: the words of the subject after "kith:", then those of the mail.

    A subject that is only a name is whom the mail is about: "kith: Maria". One that is not the owner's own words
    (see kith.domain.subject) is to be left out.
    """
    said = _PREFIX.sub("", subject, count=1).strip()
    if is_bare_name(said) and not is_greeting(said) and text.strip() and opening(plain(said)) is None:
        said = f"{said}:"
    return parse(f"{said}\n{text}", today, is_known, owner=owner, circles=circles)


def is_mere_politeness(text: str, owner: str = "") -> bool:
    """Whether an answer says no more than thanks or a greeting: it asks for nothing. False where it is empty."""
    return bool(text.strip()) and not any(True for _ in _meant(text, owner))


def _items(text: str, is_known: Known, owner: str) -> list[_Item]:
    items: list[_Item] = []
    for line, before, after in _meant(text, owner):
        if len(items) > MOST:  # each gives an instruction, so that these are left over
            items[-1].lines.append(line.strip())
            continue
        words = reply_others.without_bullet(plain(line), is_known)
        is_apart = not before.strip()
        alone = not items or _is_complete(items[-1]) or (is_apart and _is_to_kith(words, owner))
        start = _leaving(words, before, may_go_on=not (alone or is_apart))
        start = start or _beginning(words, is_known, is_wrapped=_is_cut(before) and bool(items))
        if not (start or _is_unfinished(items)):
            start = reply_others.name_alone(words, is_known) if _may_head(words, before, after, owner) else None
            alone = alone or (start is None and _is_of_others(words, items[-1], is_known))
        if items and _wants_address(items[-1]):
            start = None if start and _is_address(start) else start  # a mail program broke the line before it
            alone = alone or begins_with_verb(words)
        if start or alone:
            items.extend(_begun(start and reply_split.with_surname(start, is_known), line.strip(), is_known))
        else:
            items[-1].lines.append(line.strip())
        if not start:
            items[-1].words.append(words)
    return items


def _leaving(words: str, before: str, *, may_go_on: bool) -> Opening | None:
    """ "leave them", as a receipt offers it; words like it only where they cannot belong to the line before them."""
    if not is_leave(words) or (may_go_on and (_is_cut(before) or not is_offered(words))):
        return None
    return Opening((), "", Verb.LEAVE, closed=True)


def _is_to_kith(words: str, owner: str) -> bool:
    """Whether a line after an empty one turns away from whom the lines before it are about: it greets, or signs."""
    return is_salutation(words) or is_signature(words, owner)


def _beginning(words: str, is_known: Known, *, is_wrapped: bool) -> Opening | None:
    """What a line begins with; a verb before its person is none in the midst of a sentence that a program wrapped."""
    start = ranged(words) or together(words, is_known) or opening(words) or named(words, is_known)
    return start or (None if is_wrapped else reply_others.thanked(words, is_known) or verb_first(words, is_known))


def _is_unfinished(items: list[_Item]) -> bool:
    """Whether the line before goes on, for all that can be seen: it was cut, or needs another word."""
    before, said = (items[-1].lines[-1], items[-1].words[-1:]) if items else ("", [])
    return _is_cut(before) or (goes_on(before) and said not in _WHOLE)


def _may_head(words: str, before: str, after: str, owner: str) -> bool:
    """Whether a name alone would begin anew: after an empty line, or before what is said of it; not if it signs."""
    if is_signature(words, owner) or not (after or " " in words):
        return False
    return not before.strip() or (_belongs_to_one(after) and not before.rstrip().endswith(":"))


def _belongs_to_one(line: str) -> bool:
    """Whether a line is said of somebody named above it: one of a list, or one that begins with a verb."""
    return has_bullet(line) or begins_with_verb(plain(line))


def _is_of_others(words: str, item: _Item, is_known: Known) -> bool:
    """Whether a sentence tells of a touch with other people than those of the line before: it is asked back."""
    who = reply_others.told_of(words, is_known)
    return bool(who) and not reply_others.is_among(who, item.start.people if item.start else ())


def _begun(start: Opening | None, line: str, is_known: Known) -> Iterator[_Item]:
    """A line's items: one, or one for each beginning where it holds several people."""
    if start is None or start.verb or start.closed:
        yield _Item(start, [line], [start.rest] if start else [])
        return
    parts = reply_split.split(start, is_known)
    if not parts:
        yield _Item(start, [line], [start.rest], reply_split.UNCLEAR)
    for part in parts:
        yield _Item(part, [line], [part.rest])


def _meant(text: str, owner: str) -> Iterator[tuple[str, str, str]]:
    """The lines that are not empty and more than politeness, each with the line above it and the next of them."""
    above = ["", *text.splitlines()]
    lines = [(line, before) for before, line in pairwise(above) if line.strip()]
    last = lines[-1][0] if lines else ""
    is_signed = len(lines) > 1 and is_closing(lines[-2][0]) and is_bare_name(last) and opening(plain(last)) is None
    if is_signed or (is_signature(last, owner) and not goes_on(lines[-1][1])):
        lines.pop()
    kept = [(line, before) for line, before in lines if not is_greeting(line)]
    return ((line, before, after) for (line, before), (after, _) in pairwise([*kept, ("", "")]))


def _is_cut(line: str) -> bool:
    """Whether a line may end in the midst of a sentence because it was long."""
    return len(line) >= LONG_LINE and not line.rstrip().endswith((".", "!", "?", ";", ":"))


def _is_complete(item: _Item) -> bool:
    return item.start is not None and item.start.closed


def _wants_address(item: _Item) -> bool:
    return item.start is not None and item.start.verb is Verb.ADD and len(item.lines) == 1 and "@" not in item.words[0]


def _is_address(start: Opening) -> bool:
    """Whether a line goes on with the address of a new person, and what else is said of that one."""
    fits = start.verb is None and len(start.people) == 1 and looks_like(start.people[0])
    return fits and (first_word(start.rest) in _OF_A_NEW_ONE or not begins_with_verb(start.rest))


def _instructions(item: _Item, today: date, circles: Collection[str]) -> Iterator[Instruction]:
    start = item.start
    if start is None or item.problem:
        yield not_understood(item.problem or _NO_BEGINNING)
    elif start.verb is not None:
        yield from reply_verbs.instructions(start, " ".join(item.words).strip(), circles)
    else:
        words = [line for line in item.words if line]
        said = reply_person.instructions(reply_person.joined(words), today)
        for person in start.people:
            for one in said or [not_understood(f"nothing is said about {person}")]:
                own = f"{person}: {one.words}" if one.words else ""
                yield replace(as_written(one, start), who=(person, *one.who), words=own)
