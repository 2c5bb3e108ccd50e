"""Words for time as people write them: durations, dates and birthdays, alone or inside a sentence."""

import re
import warnings
from datetime import date, datetime, time
from typing import Final, NamedTuple

from kith.domain.birthday import Birthday, parse_birthday
from kith.domain.datewords import EARLIEST_YEAR, LATEST_YEAR, MONTHS, VOCABULARY, WEEKDAYS, Look
from kith.domain.duration import COUNTS, LONGEST_TEXT, Duration, Unit, parse_duration, words_of
from kith.domain.spoken import Kind, Reading, contradicts, read_english

__all__ = [
    "Birthday", "Duration", "Look", "Unit", "Within", "find_date", "find_within", "parse_birthday", "parse_date",
    "parse_duration",
]  # fmt: skip

MOST_WORDS: Final = 6
"""The longest phrase looked for inside a sentence."""

_LANGUAGES: Final = ["en", "de", "fr", "es"]
_FOREIGN_PREPOSITION: Final = re.compile(r"\A(?:bis|jusqu'au|hasta|am|zum|le|au|el)\s+(?:zum\s+|al\s+|el\s+)?")
_WORD: Final = re.compile(r"\S+")
_STOP: Final = ",;:.!?-–—"
_CLOSED_WITHIN: Final = re.compile(r"[;!?\n].|:\s|,\s(?=\D*\Z)")  # but "Tuesday, 12 May"
_GAP: Final = re.compile(r"[\s,;:.!?–—-]*")
_SUBJECT: Final = frozenset({"about", "re", "regarding", "concerning"})
_TOLD: Final = _SUBJECT | {"because", "that", "who", "which", "she", "he", "they", "it", "is", "was", "are", "were"}
"""After one of these, a weekday or a date at the end of a clause belongs to what was told, not to when."""
_TOLD_WITHIN: Final = _TOLD | {"i", "we", "you", "if", "when"}
_LEADS_WITHIN: Final = frozenset({"on", "in", "yesterday", "today", "tomorrow"})
_TURNS_WITHIN: Final = frozenset({"last", "next", "this"})
"""What begins a day in the midst of a clause, whatever follows; any other day needs a small word after it."""
_GOES_ON: Final = frozenset({"at", "in", "with", "for", "to", "about", "over", "after", "before", "and", "but", "from"})
_MAY_BEGIN: Final = (
    _LEADS_WITHIN
    | _TURNS_WITHIN
    | {"the", "tonight", "day"}
    | {word for phrase in (*COUNTS, *WEEKDAYS, *MONTHS) for word in phrase.split()}
)
_MOST_WITHIN: Final = 16
"""Words of a clause after which no day in its midst is looked for."""
_ABBREVIATED: Final = frozenset({"dr", "mr", "mrs", "ms", "prof", "st"}) | {m for m in MONTHS if len(m) == 3} - {"may"}
_LONGEST_CLAUSE: Final = 2000


def parse_date(text: str, today: date, look: Look) -> date | None:
    """The day that the whole text means on the day today, or None. Never raises.

    - A weekday alone is, looking ahead, the next one to come and never today; looking back, the last one that was,
      and today if it is that day. "next Tuesday" is the first Tuesday after today, "last Monday" the one before
      today; "Tuesday next week" counts weeks from Monday.
    - A date without its year is the nearest that is not past (ahead) or not to come (back); a month alone or "in
      June" is its first day, never today when looking ahead. 29 February waits for a year that has one.
    - "3 weeks" alone goes the way of look; "in", "ago", "next" and "last" say it themselves. "next month" is the same
      day of the next month, "end of the week" its Sunday, "mid June" the 15th, "late June" the 25th.
    - Numbers have the day before the month, but 11/20 is 20 November. "until", "till", "by", "on" and a time of
      day are passed over.
    - German, French and Spanish are read as far as the library behind it goes, and the commonest days of them and of
      a few more languages as if they were English (kith.domain.foreign_days).
    """
    if len(text) > LONGEST_TEXT:
        return None
    reading = read_english(text, today, look)
    if reading is not None:
        return reading.on
    return _read_foreign(text, today, look) if _may_be_foreign(text) else None


def _may_be_foreign(text: str) -> bool:
    """Whether a word is neither English nor too short to be told from a name or a slip (me, so, do, Sam)."""
    least = 3 if any(c.isdecimal() for c in text) else 4
    return any(
        len(word) >= least and word.replace("'", "").isalpha() and word not in VOCABULARY for word in words_of(text)
    )


def _read_foreign(text: str, today: date, look: Look) -> date | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of its own future, which is nothing to the owner
        # The one library in domain: it does no I/O and its base is given; slow to import, so only when it is needed.
        import dateparser

        settings = {
            "PREFER_DATES_FROM": "future" if look is Look.AHEAD else "past",
            "PREFER_DAY_OF_MONTH": "first",
            "RELATIVE_BASE": datetime.combine(today, time(12)),
            "RETURN_AS_TIMEZONE_AWARE": False,
            "TIMEZONE": "UTC",
            "DATE_ORDER": "DMY",
            "PARSERS": ["relative-time", "absolute-time"],
        }
        phrase = _FOREIGN_PREPOSITION.sub("", text.strip().casefold(), count=1)
        try:
            found = dateparser.parse(phrase, languages=_LANGUAGES, settings=settings)
        except (ValueError, OverflowError, TypeError, KeyError, AttributeError, IndexError):
            return None  # what it does on odd texts is not documented
    return found.date() if found and EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def find_date(text: str, today: date, look: Look) -> tuple[date, str] | None:
    """A date said at the start of a text or at the end of its first clause, and the text without those words.

    The longest such phrase wins, of at most six words, in English. A date later in the text is part of what is told:
    "lunch yesterday, she is moving to Lisbon in May" is yesterday. What is told is left alone: looking back, a day to
    come, "3 weeks" without "ago", a month that does not stand by itself, a weekday after words like "about" or "she";
    looking ahead, a day that is past. No part is taken of a day on the other side, nor of one that never is.
    """
    words = list(_WORD.finditer(text[:_LONGEST_CLAUSE]))
    return _at_start(text, words, today, look) or _at_clause_end(text, words, today, look)


class Within(NamedTuple):
    """A day in the midst of a clause: where its words begin, how many characters they have, the text without them."""

    on: date
    start: int
    length: int
    left: str


def find_within(text: str, today: date, look: Look) -> Within | None:
    """A date said in the midst of the first clause, "her on Tuesday at Joe's"; find_date is to be asked first.

    The first one there, before words like "about" and "she": after "on", "last" and the like, or before a small word.
    """
    words = list(_WORD.finditer(text[:_LONGEST_CLAUSE]))
    last = next((i for i in range(len(words)) if _closes(text, words, i)), 0)
    for at in range(1, min(last, _MOST_WITHIN)):
        before = words[at - 1].group().casefold()
        if before in _TOLD_WITHIN:
            return None
        if words[at].group().casefold() not in _MAY_BEGIN and not text[words[at].start()].isdecimal():
            continue
        for count in range(min(MOST_WORDS, last - at), 0, -1):
            start, end = words[at].start(), words[at + count - 1].end()
            found = _read_day(text[start:end], today, look)
            if found is _ELSEWHEN:
                return None
            if found and _fits_within(text[start:end], words[at + count].group(), found):
                return Within(found.on, start, end - start, f"{text[:start].rstrip()} {text[end:].lstrip()}")
    return None


def _fits_within(phrase: str, after: str, reading: Reading) -> bool:
    first = phrase.split(" ", 1)[0].casefold()
    leads = first in _LEADS_WITHIN or (first in _TURNS_WITHIN and reading.kind is not Kind.LOOSE)
    goes_on = leads or phrase.endswith("ago") or after.casefold() in _GOES_ON
    return goes_on and phrase.casefold() != "now" and reading.kind in {Kind.WORD, Kind.DAY}


def _at_start(text: str, words: list[re.Match[str]], today: date, look: Look) -> tuple[date, str] | None:
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        end = words[count - 1].end()
        rest = _GAP.sub("", text[end:], count=1)
        after = words[count].group().casefold() if count < len(words) else ""
        closed = not rest or text[end - 1] in _STOP or after in _SUBJECT
        reading = _read_day(text[words[0].start() : end], today, look)
        if reading is _ELSEWHEN:
            return None
        if reading and _fits_start(reading, look, closed):
            return reading.on, rest
    return None


def _at_clause_end(text: str, words: list[re.Match[str]], today: date, look: Look) -> tuple[date, str] | None:
    last = next((i for i in range(len(words)) if _closes(text, words, i)), None)
    if last is None or (last + 1 == len(words) and len(text) > _LONGEST_CLAUSE):
        return None
    for count in range(min(MOST_WORDS, last), 0, -1):
        start, end = words[last - count + 1].start(), words[last].end()
        reading = _read_day(text[start:end], today, look)
        before = text[:start].rstrip()
        if reading is _ELSEWHEN:
            return None
        if reading and _fits_end(reading, before, look):
            phrase_end = start + len(text[start:end].rstrip(_STOP))
            return reading.on, (before + text[phrase_end:]).strip()
    return None


_ELSEWHEN: Final = Reading(date.min, Kind.LOOSE)
"""Stands for a day that is said and lies on the other side, or is none: no part of its words is another day."""


def _read_day(phrase: str, today: date, look: Look) -> Reading | None:
    """A reading in one breath (nothing but the last word closes a clause) that lies on the side looked at."""
    if len(phrase) > LONGEST_TEXT or _CLOSED_WITHIN.search(phrase):
        return None
    said = phrase.strip(_STOP) if not phrase.endswith(".") else phrase
    reading = read_english(said, today, look)
    if reading is None:
        return _ELSEWHEN if contradicts(said, today) else None
    return reading if (reading.on >= today if look is Look.AHEAD else reading.on <= today) else _ELSEWHEN


def _fits_start(reading: Reading, look: Look, closed: bool) -> bool:
    if look is Look.AHEAD:
        return closed or reading.kind is not Kind.LOOSE
    return reading.kind in {Kind.WORD, Kind.DAY} or (closed and reading.kind is not Kind.SPAN)


def _fits_end(reading: Reading, before: str, look: Look) -> bool:
    if look is Look.AHEAD:
        return reading.kind in {Kind.WORD, Kind.DAY, Kind.MONTH}
    told = not _TOLD.isdisjoint(words_of(before))
    return reading.kind is Kind.WORD or (reading.kind is Kind.DAY and not told)


def _closes(text: str, words: list[re.Match[str]], index: int) -> bool:
    """Whether a clause ends with this word. The dot of an abbreviation or a day (Dr., 12.) is no end."""
    if index + 1 == len(words):
        return True
    word, after = words[index].group(), words[index + 1]
    if word[-1] in ",;:!?" or "\n" in text[words[index].end() : after.start()] or not after.group().strip("-–—"):
        return True
    stem = word.rstrip(".").casefold()
    return word[-1] == "." and stem not in _ABBREVIATED and not (stem.isdecimal() and len(stem) <= 2)
