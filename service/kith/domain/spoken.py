"""A small grammar of English days: each reader knows one kind of phrase."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kith.domain import datewords as known
from kith.domain.datewords import Look, day_of, number_of
from kith.domain.duration import UNITS, Duration, Unit, days_from, span, words_of
from kith.domain.foreign_days import in_english

_NEAR_DAYS: Final = 183
"""A day named together with its weekday may lie on the other side, where it is within half a year."""
_FAR_DAYS: Final = 300
"""So many days away the weekday may fit by a slip: Tuesday 16 November, six days after a Monday that was the 16th."""


class Kind(StrEnum):
    """How a phrase names its day, which says how far it can be trusted in the midst of other words."""

    WORD = "word"
    """today, yesterday, this morning."""
    DAY = "day"
    """A weekday, a day of a month, a length of time with its direction."""
    MONTH = "month"
    """in June, end of June, early next month."""
    SPAN = "span"
    """3 weeks, with nothing to say which way."""
    LOOSE = "loose"
    """A date only where nothing else is said: may, sun, 12th, 24/7."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The day a phrase means, and how it said so."""

    on: date
    kind: Kind


def read_english(text: str, today: date, look: Look) -> Reading | None:
    """The day that the whole English text means, or None. The rules are those of dates.parse_date.

    What kith.domain.foreign_days can put into English is read as well.
    """
    words = words_of(in_english(known.BEFORE.sub("", text, count=1)) or text)
    said = known.IN_TIME.sub("", known.HOUR.sub("", " ".join(words)))
    phrase = known.BEFORE.sub("", said, count=1)
    reading = _read(phrase, today, look) or _read(known.DAY_PART.sub("", phrase), today, look)
    if reading is None or not known.EARLIEST_YEAR <= reading.on.year <= known.LATEST_YEAR:
        return None
    if reading.kind is Kind.LOOSE and phrase != said:
        return Reading(reading.on, Kind.DAY)
    return reading


def _read(phrase: str, today: date, look: Look) -> Reading | None:
    return next((reading for reader in _READERS if (reading := reader(phrase, today, look))), None)


def _word(phrase: str, today: date, _look: Look) -> Reading | None:
    days = known.DAYS.get(phrase)
    return None if days is None else Reading(days_from(today, days), Kind.WORD)


def _weekday(phrase: str, today: date, look: Look) -> Reading | None:
    words = phrase.split()
    number = next((known.WEEKDAYS[word] for word in words if word in known.WEEKDAYS), None)
    if number is None:
        return None
    lead = " ".join(word for word in words if word not in known.WEEKDAYS)
    which, week, _ = lead.partition(" week")
    if week and which in known.TURNS:
        return Reading(days_from(today, number - today.weekday() + 7 * known.TURNS[which]), Kind.DAY)
    if (turn := known.TURNS.get(lead)) is None or len(words) != len(lead.split()) + 1:
        return None
    loose = lead in {"", "the"} and words[-1] in known.LOOSE_WEEKDAYS
    return Reading(_nearest_weekday(number, today, look, turn), Kind.LOOSE if loose else Kind.DAY)


def _nearest_weekday(number: int, today: date, look: Look, turn: int) -> date:
    if turn > 0 or (turn == 0 and look is Look.AHEAD):
        return days_from(today, (number - today.weekday() - 1) % 7 + 1)
    back = (today.weekday() - number) % 7
    return days_from(today, -(back or 7) if turn < 0 else -back)


def _length(phrase: str, today: date, look: Look) -> Reading | None:
    found = known.LENGTH.fullmatch(phrase)
    if not found or (found["ahead"] and found["ago"]):
        return None
    words = tuple(found["words"].split())
    if length := span(words):
        directed = found["ahead"] or found["ago"] or found["later"]
        back = found["ago"] or (not directed and look is Look.BACK)
        return Reading(length.before(today) if back else length.after(today), Kind.DAY if directed else Kind.SPAN)
    return None


def _turn_of_unit(phrase: str, today: date, _look: Look) -> Reading | None:
    which, _, unit = phrase.rpartition(" ")
    turn = known.TURNS.get(which)
    if not turn or unit not in {"week", "fortnight", "month", "quarter", "year"}:
        return None
    length = Duration(*UNITS[unit])
    return Reading(length.after(today) if turn > 0 else length.before(today), Kind.DAY)


def _before_last(phrase: str, today: date, _look: Look) -> Reading | None:
    """ "the week before last", "Friday before last"."""
    found = known.BEFORE_LAST.fullmatch(phrase)
    if not found:
        return None
    if (number := known.WEEKDAYS.get(found["name"])) is not None:
        return Reading(days_from(_nearest_weekday(number, today, Look.BACK, -1), -7), Kind.DAY)
    length = Duration(*UNITS[found["name"]])
    return Reading(Duration(2 * length.amount, length.unit).before(today), Kind.DAY)


def _later(phrase: str, today: date, _look: Look) -> Reading | None:
    """ "a week on Tuesday", "Tuesday week", "the week after next"."""
    if found := known.AFTER_NEXT.fullmatch(phrase):
        length = Duration(*UNITS[found["unit"]])
        return Reading(Duration(2 * length.amount, length.unit).after(today), Kind.DAY)
    found = known.A_WEEK_ON.fullmatch(phrase)
    number = known.WEEKDAYS.get(found["day"] or found["same"]) if found else None
    if number is None:
        return None
    return Reading(days_from(_nearest_weekday(number, today, Look.AHEAD, 0), 7), Kind.DAY)


def contradicts(text: str, today: date) -> bool:
    """Whether a text names a weekday and a day that is none, on either side of today: "Tuesday 16 November"."""
    said = known.BEFORE.sub("", " ".join(words_of(text)), count=1)
    weekday, written = _weekday_first(said)
    if weekday is None or not any(shape.fullmatch(written) for shape in known.WRITTEN_DAYS):
        return False
    is_day = any(_read(written, today, look) for look in Look)
    return is_day and not any(_read(said, today, look) for look in Look)


def _weekday_first(phrase: str) -> tuple[int | None, str]:
    """The weekday that a phrase begins with, and the rest."""
    first, _, rest = phrase.partition(" ")
    return (known.WEEKDAYS[first], rest) if rest and first in known.WEEKDAYS else (None, phrase)


def _agreed(weekday: int | None, pick: Callable[[Look], date | None], today: date, look: Look) -> date | None:
    """The day on the side looked at; with a weekday, the one that it fits, on that side or else on the other."""
    if weekday is None:
        return pick(look)
    other = Look.BACK if look is Look.AHEAD else Look.AHEAD
    sides = ((pick(look), _FAR_DAYS), (pick(other), _NEAR_DAYS))
    fits = (on for on, most in sides if on and on.weekday() == weekday and abs((on - today).days) <= most)
    return next(fits, None)


def _calendar_day(phrase: str, today: date, look: Look) -> Reading | None:
    weekday, written = _weekday_first(phrase)
    found = next((match for shape in known.DAY_SHAPES if (match := shape.fullmatch(written))), None)
    if not found:
        return None
    month = int(found["month"]) if found["month"].isdecimal() else known.MONTHS.get(found["month"], 0)
    month, day = known.day_first(month, number_of(found["day"]), found[0])
    on = _of_a_year(weekday, month, day, found["year"], today, look)
    return Reading(on, Kind.DAY) if on else None


def _of_a_year(weekday: int | None, month: int, day: int, year: str | None, today: date, look: Look) -> date | None:
    def pick(side: Look) -> date | None:
        return _dated(lambda a_year: day_of(a_year, month, day), year, today, side)

    if not year:
        return _agreed(weekday, pick, today, look)
    on = pick(look)
    return on if on and weekday in {None, on.weekday()} else None


def _short_numbers(phrase: str, today: date, look: Look) -> Reading | None:
    weekday, written = _weekday_first(phrase)
    found = known.DAY_MONTH_NUMBERS.fullmatch(written)
    if not found or found[0].endswith("/") or (found["by"] == "." and not found[0].endswith(".")):
        return None
    month, day = known.day_first(int(found["month"]), int(found["day"]), found[0])
    on = _of_a_year(weekday, month, day, None, today, look)
    return Reading(on, Kind.LOOSE if weekday is None else Kind.DAY) if on else None


def _feast(phrase: str, today: date, look: Look) -> Reading | None:
    if phrase not in known.FEASTS:
        return None
    month, day = known.FEASTS[phrase]
    on = _dated(lambda year: day_of(year, month, day), None, today, look)
    return Reading(on, Kind.LOOSE) if on else None


def _dated(pick: Callable[[int], date | None], year: str | None, today: date, look: Look) -> date | None:
    """The day in the year said, else the nearest one from today on or back; 29 February waits at most eight years."""
    if year:
        which, relative, _ = year.partition(" year")
        said = today.year + known.TURNS[which] if relative else int(year) + (2000 if len(year) == 2 else 0)
        return pick(said)
    step = 1 if look is Look.AHEAD else -1
    days = (pick(today.year + step * years) for years in range(9))
    return next((on for on in days if on and (on >= today if look is Look.AHEAD else on <= today)), None)


def _day_alone(phrase: str, today: date, look: Look) -> Reading | None:
    weekday, written = _weekday_first(phrase)
    found = known.DAY_ALONE.fullmatch(written)
    if not found or phrase in {"first", "the first"}:
        return None
    turn, day = found["turn"], number_of(found["day"])
    on = _agreed(weekday, lambda side: _day_of_month(day, turn, today, side), today, look)
    return Reading(on, Kind.DAY if turn else Kind.LOOSE) if on else None


def _day_of_month(day: int, turn: str | None, today: date, look: Look) -> date | None:
    steps = (known.TURNS[turn],) if turn else tuple(range(13)) if look is Look.AHEAD else tuple(range(0, -13, -1))
    for step in steps:
        start = _month_start(today, step)
        on = day_of(start.year, start.month, day)
        if on and (turn or (on >= today if look is Look.AHEAD else on <= today)):
            return on
    return None


def _month_start(today: date, step: int) -> date:
    month = Duration(abs(step) or 1, Unit.MONTH)
    moved = today if step == 0 else month.after(today) if step > 0 else month.before(today)
    return moved.replace(day=1)


def _period(phrase: str, today: date, look: Look) -> Reading | None:
    found = known.PERIOD.fullmatch(phrase)
    if not found:
        return None
    edge = known.EDGES[found["edge"] or ""]
    if found["name"] in known.MONTHS:
        on = None if found["turn"] == "the" else _named_month(found["name"], edge, found["year"], today, look)
        vague = not (found["edge"] or found["within"] or found["turn"] or found["year"])
        return Reading(on, Kind.LOOSE if vague else Kind.MONTH) if on else None
    if not found["edge"] or found["year"]:
        return None
    on = _running_period(found["name"], edge, known.TURNS[found["turn"] or ""], today)
    return Reading(on, Kind.MONTH) if on else None


def _named_month(name: str, edge: str, year: str | None, today: date, look: Look) -> date | None:
    def pick(a_year: int) -> date | None:
        start = day_of(a_year, known.MONTHS[name], 1)
        on = _in_month(start, edge) if start else None
        coming = look is Look.AHEAD and edge == "start" and not year
        return None if coming and on == today else on  # on the first of June, "until June" is next year's

    return _dated(pick, year, today, look)


def _in_month(start: date, edge: str) -> date:
    last = monthrange(start.year, start.month)[1]
    return start.replace(day={"start": 1, "middle": 15, "late": 25, "end": last}[edge])


def _running_period(name: str, edge: str, turn: int, today: date) -> date | None:
    if name == "month":
        return _in_month(_month_start(today, turn), edge)
    if name == "week":
        monday = days_from(today, 7 * turn - today.weekday())
        return days_from(monday, {"start": 0, "middle": 2, "late": 3, "end": 6}[edge])
    if name != "year" and not name.isdecimal():
        return None
    year = int(name) if name.isdecimal() else today.year + turn
    month = {"start": 1, "middle": 7, "late": 11, "end": 12}[edge]
    start = day_of(year, month, 1)
    return start.replace(day=31) if start and edge == "end" else start


_READERS: Final[tuple[Callable[[str, date, Look], Reading | None], ...]] = (
    _word, _weekday, _before_last, _later, _length, _turn_of_unit, _calendar_day, _short_numbers, _feast, _day_alone,
    _period,
)  # fmt: skip
