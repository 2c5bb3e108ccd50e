"""What is said about one person: verbs, touches in words, and notes, one or several of them in a row of sentences."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from kith.domain.datewords import MONTHS
from kith.domain.instruction import Instruction, Verb, not_understood, order
from kith.domain.reply_phrases import Said, read_phrase, read_tags, read_touch_or_not
from kith.domain.reply_slips import impossible_day, is_to_come
from kith.domain.reply_touch import read_touch
from kith.domain.reply_words import is_closing, is_courtesy, vocabulary

_MOST_SENTENCES: Final = 60
"""Sentences of one line looked at for something to do; what comes after them is told."""
LONG_LINE: Final = 60
"""Characters from which the end of a line may be a mail program's, in the midst of a sentence."""

_OF_A_DAY: Final = "|".join((r"(?<=[0-9]\.)", *(rf"(?<=\b{month}\.)" for month in MONTHS)))
"""Where a dot has just been that may be a date's: 3.12. and 3 Dec."""
_BOUNDARY: Final = re.compile(
    rf"(?<=[.!;])(?!(?:{_OF_A_DAY}) (?:about|re|regarding|concerning) ) |\n"
    r"| and (?=snooze (?:for|until|till|[0-9]))|,? and then |, then "
    r"|, (?:and )?(?=(?:snooze|follow[ -]?up) (?:in|for|until|till|on|next|[0-9]))",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(r"\A(?:(?:and|then|also|please|pls) )+", re.IGNORECASE)
_VERB: Final = re.compile(r"(?P<verb>follow[ -]?up|[a-z]+)(?P<stop>[,;:.!]* ?[-–—]?)(?: (?P<rest>.*))?", re.IGNORECASE)
_BEFORE_SAID: Final = " ,:;-–—"
_ALWAYS_MEANT: Final = vocabulary("snooze followup")
"""Verbs that are asked back even in a later sentence, where other words that begin like a verb are prose."""


def joined(lines: list[str]) -> str:
    """The lines about one person as one text, a newline kept only where the owner ended the line."""
    parts: list[str] = []
    for line in lines:
        if parts:
            ended = len(parts[-1]) < LONG_LINE or parts[-1].endswith((".", "!", "?", ";"))
            parts.append("\n" if ended else " ")
        parts.append(line)
    return "".join(parts)


def instructions(words: str, today: date) -> list[Instruction]:
    """What is asked for in the words about a person, in their order; a note where nothing is. Empty for no words.

    A sentence that begins with a verb or a touch begins a new instruction. Any other goes with the
    touch or the note before it, or becomes a note of its own after a verb.
    """
    found: list[Instruction] = []
    for said, told in _groups(words, today):
        found.extend(_complete(said, " ".join(told.split())))
    return found


def _complete(said: Instruction | None, told: str) -> Iterator[Instruction]:
    """An instruction with what is told after it: as a part of it, or as a note. Each has its own words."""
    if said is None:
        if told:
            yield replace(order(Verb.NOTE, text=told), words=told)
        return
    told = "" if is_closing(told) or is_courtesy(told) else told
    whole = f"{said.words} {told}".strip()
    if said.verb is Verb.TOUCH:
        before = "" if is_courtesy(said.text) else said.text
        yield replace(said, text=f"{before} {told}".strip(), words=whole)
    elif said.verb is Verb.UNKNOWN:
        yield replace(said, words=whole)
    else:
        yield replace(said, words=said.words.rstrip(_BEFORE_SAID))
        if told:
            yield replace(order(Verb.NOTE, text=told), words=told)


def _groups(words: str, today: date) -> Iterator[tuple[Instruction | None, str]]:
    """Each instruction with the plain words after it; the first may be plain words alone."""
    said: Instruction | None = None
    told: list[str] = []
    for number, (before, sentence) in enumerate(_sentences(words)):
        found = _read(sentence, today, is_first=number == 0)
        if found is None or _is_same_touch(said, found[0]):
            told += [before, sentence]
            continue
        if number:
            yield said, "".join(told)
        own = " ".join(sentence.removesuffix(found[1]).split()).lstrip(_BEFORE_SAID)
        said, told = replace(found[0], words=own), [found[1]]
    yield said, "".join(told)


def _is_same_touch(said: Instruction | None, found: Instruction) -> bool:
    """Whether a sentence tells more of the touch before it: "called. Spoke about the flat" is one call."""
    both_touch = said is not None and said.verb is found.verb is Verb.TOUCH
    return both_touch and said is not None and (said.on, said.channel) == (found.on, found.channel)


def _sentences(words: str) -> Iterator[tuple[str, str]]:
    """Each sentence with what stood between it and the one before; the last holds all the rest."""
    start, before = 0, ""
    for count, boundary in enumerate(_BOUNDARY.finditer(words), 1):
        if count == _MOST_SENTENCES:
            break
        yield before, words[start : boundary.start()]
        start, before = boundary.end(), boundary[0]
    yield before, words[start:]


def _read(sentence: str, today: date, *, is_first: bool) -> Said | None:
    words = _LEAD.sub("", sentence.strip().lstrip(_BEFORE_SAID), count=1)
    if slip := impossible_day(words, today):
        day, others = slip
        said = _read_words(others, today, is_first=is_first)
        if said and said[0].verb in {Verb.TOUCH, Verb.UNKNOWN}:
            return _which_day(f"The calendar has no {day}", said[0].meant or Verb.TOUCH)
    said = _read_words(words, today, is_first=is_first)
    if said and said[0].verb is Verb.TOUCH and said[0].on and is_to_come(words, said[0].on, today):
        return _which_day("It is still to come this year; say the year if it was in another", Verb.TOUCH)
    return said


def _which_day(why: str, meant: Verb) -> Said:
    return replace(not_understood(f"which day? {why}"), meant=meant), ""


def _read_words(words: str, today: date, *, is_first: bool) -> Said | None:
    if special := read_tags(words) or read_touch_or_not(words, today):
        return special
    if found := _VERB.fullmatch(words):
        name = found["verb"].casefold().replace(" ", "").replace("-", "")
        said = read_phrase(name, (found["rest"] or "").strip(), bool(found["stop"].strip()), today)
        if said and said[0].verb is Verb.UNKNOWN and not is_first and name not in _ALWAYS_MEANT:
            return None
        if said:
            return said
    touch = read_touch(words, today)
    is_asked = touch is not None and (is_first or touch.verb is not Verb.UNKNOWN)  # later, it is told
    return (touch, "") if touch and is_asked else None
