"""Who is due: the wished rhythm, the day it falls on, and who finds a place in a digest that is too small for all."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Final, Literal

from kith.domain.dates import Duration
from kith.domain.datewords import MONTHS
from kith.domain.duration import days_from
from kith.domain.person import History, Person

Resets = Literal["any", "mine"]
"""Whose touches reset a cadence: anybody's, or only those of the owner."""

A_WEEK: Final = 3
"""How many never-touched people of one day fall due each week after the first digest's fill, however full it is."""

BACKLOG: Final = 4
"""People who were due already when they were added are an old address book if they fill more than so many digests."""

PATIENCE: Final = 4
"""After each so many digests that were too full for somebody, they go before everybody who waited less long."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A wished interval between touches, and how long beyond it is still fine."""

    every: Duration
    grace: Duration | None = None


@dataclass(frozen=True, slots=True)
class Rhythms:
    """The rhythms of circles and tags by name. Names are the same in capitals."""

    circles: Mapping[str, Rhythm] = field(default_factory=dict)
    tags: Mapping[str, Rhythm] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one person on one day.

    reference is the local day that is counted from: the last touch that resets the cadence, or, where counted is
    False because there is none, the day they were added. due_on and overdue_on are the last days on which all is
    still well; both None without a cadence. has_elapsed: the cadence and its grace are over, also where the person is
    hidden. share is the days past due_on divided by the cadence. A person who is paused or snoozed keeps the dates but
    is neither due nor overdue, with 0 days_overdue and a share of 0. due_when_added: the cadence had already elapsed
    on the day they were added.
    """

    reference: date
    counted: bool
    cadence: Duration | None = None
    source: str = ""
    due_on: date | None = None
    overdue_on: date | None = None
    is_due: bool = False
    is_overdue: bool = False
    has_elapsed: bool = False
    days_overdue: int = 0
    share: float = 0.0
    snoozed: bool = False
    paused: bool = False
    due_when_added: bool = False


def rhythm_of(person: Person, rhythms: Rhythms) -> tuple[Rhythm, str] | None:
    """A person's rhythm and whose it is ("their own", "tag family", "circle friends"), or None.

    Their own cadence comes before that of a tag (the shortest, if several have one) and of the circle. The grace
    comes from where the cadence does; a cadence of their own has the grace of the circle.
    """
    of_circle = _named(rhythms.circles, person.circle or "")
    if person.every is not None:
        return Rhythm(person.every, of_circle.grace if of_circle else None), "their own"
    of_tags = [(rhythm, f"tag {tag}") for tag in person.tags if (rhythm := _named(rhythms.tags, tag))]
    if of_tags:
        return min(of_tags, key=lambda found: found[0].every.nominal_days)
    return (of_circle, f"circle {person.circle}") if of_circle else None


def _named(rhythms: Mapping[str, Rhythm], name: str) -> Rhythm | None:
    wanted = name.casefold()
    return next((rhythm for known, rhythm in rhythms.items() if known.casefold() == wanted), None)


def standing(
    person: Person,
    history: History,
    rhythms: Rhythms,
    today: date,
    tz: tzinfo,
    resets: Resets = "any",
    spread: int = 0,
) -> Standing:
    """How it stands with a person on the day today in the owner's zone tz.

    Due is after due_on, overdue after due_on and the grace, in calendar days and units. spread is the delay in days of
    somebody never touched, as function spread gives it. A snooze ends on the morning of its day: hidden before
    snoozed_until, back on it.
    """
    touched_at = history.last_touched if resets == "any" else history.last_outbound
    reference = _local(touched_at or person.added_at, tz)
    snoozed = person.snoozed_until is not None and today < person.snoozed_until
    found = rhythm_of(person, rhythms)
    if found is None:
        return Standing(reference, touched_at is not None, snoozed=snoozed, paused=person.paused)
    rhythm, source = found
    due_on = rhythm.every.after(reference) if touched_at else days_from(reference, spread)
    overdue_on = rhythm.grace.after(due_on) if rhythm.grace else due_on
    awake = not (snoozed or person.paused)
    return Standing(
        reference=reference,
        counted=touched_at is not None,
        cadence=rhythm.every,
        source=source,
        due_on=due_on,
        overdue_on=overdue_on,
        is_due=awake and today > due_on,
        is_overdue=awake and today > overdue_on,
        has_elapsed=today > overdue_on,
        days_overdue=max(0, (today - overdue_on).days) if awake else 0,
        share=max(0, (today - due_on).days) / rhythm.every.nominal_days if awake else 0.0,
        snoozed=snoozed,
        paused=person.paused,
        due_when_added=due_on < _local(person.added_at, tz),
    )


def _local(at: datetime, tz: tzinfo) -> date:
    return at.astimezone(tz).date()


def spread(
    everybody: Sequence[Person], waiting: Collection[int], tz: tzinfo, per_digest: int, rhythms: Rhythms
) -> dict[int, int]:
    """Days of delay by id for those in waiting, so that an import does not fall due on one day.

    waiting are the never touched who have a cadence. Of those added on one local day as many as a digest holds wait
    for nothing; of the others, as many fall due each week from then on as a digest has places beside those who come
    by the rhythms of people added on other days, and at least A_WEEK. Nobody added by hand waits behind an import,
    which is more people than a digest holds at one moment, whatever became of them since; else the earlier goes
    first. As some are written to, those behind them move up.
    """
    at_once = Counter(person.added_at for person in everybody)
    among = set(waiting)
    queue = sorted(
        (p for p in everybody if p.id in among), key=lambda p: (at_once[p.added_at] > per_digest, p.added_at, p.id)
    )
    room = _room_by_day(everybody, {_local(p.added_at, tz) for p in queue}, tz, per_digest, rhythms)
    delays: dict[int, int] = {}
    added: Counter[date] = Counter()
    for person in queue:
        on = _local(person.added_at, tz)
        late = added[on] - max(0, per_digest)
        delays[person.id] = 0 if late < 0 else 7 * (1 + late // room[on])
        added[on] += 1
    return delays


def _room_by_day(
    everybody: Sequence[Person], days: Collection[date], tz: tzinfo, per_digest: int, rhythms: Rhythms
) -> dict[date, int]:
    """How many of those added on a day a digest can take each week, beside everybody who was added on another.

    It does not matter who was written to by now: nobody falls due later because somebody else was.
    """
    a_week: dict[date, float] = {}
    for person in everybody if days else ():
        rhythm = None if person.paused else rhythm_of(person, rhythms)
        if rhythm:
            on = _local(person.added_at, tz)
            a_week[on] = a_week.get(on, 0.0) + 7 / rhythm[0].every.nominal_days
    total = sum(a_week.values())
    return {on: max(A_WEEK, int(per_digest - total + a_week.get(on, 0.0))) for on in days}


Candidate = tuple[Person, Standing]


@dataclass(frozen=True, slots=True)
class Choice:
    """Those who have a place in a digest, and the overdue for whom it was too full; each in the order of a digest."""

    chosen: tuple[Candidate, ...]
    passed: tuple[Candidate, ...]


def choose(candidates: Sequence[Candidate], cap: int) -> Choice:
    """At most cap of the overdue among the candidates.

    The order is by share of the cadence, then by how often they were passed over, then by name and id. Two rules keep
    it fair. Somebody passed over four times goes before all who were passed over less than four times, after eight
    times before those of less than eight, and so on: each place given away puts its new holder behind those who still
    wait, so of n overdue people everybody comes within 4 + n / (cap / 2) digests, rounded up. And an old address book
    comes back little by little: if more of them were due already when they were added than BACKLOG digests hold, at
    most half of the places, rounded up, go to those while others wait.
    """
    overdue = sorted((c for c in candidates if c[1].is_overdue), key=_order)
    places = max(cap, 0)
    is_backlog = sum(how.due_when_added for _, how in overdue) > BACKLOG * places
    old_places = (places + 1) // 2 if is_backlog else places
    first, held_back = [], []
    for candidate in sorted(overdue, key=lambda c: -(c[0].passed_over // PATIENCE)):
        if candidate[1].due_when_added and old_places == 0:
            held_back.append(candidate)
            continue
        old_places -= candidate[1].due_when_added
        first.append(candidate)
    chosen = {person.id for person, _ in (first + held_back)[:places]}
    return Choice(
        tuple(c for c in overdue if c[0].id in chosen),
        tuple(c for c in overdue if c[0].id not in chosen),
    )


def _order(candidate: Candidate) -> tuple[float, int, str, int]:
    person, how = candidate
    return (-how.share, -person.passed_over, person.name.casefold(), person.id)


def why(person: Person, how: Standing, history: History, today: date, tz: tzinfo) -> str:
    """Why a person stands as they do, in a few plain words without a full stop."""
    since = _since(how, history, today, tz)
    if how.paused:
        return f"{since}; paused until you resume"
    if how.snoozed and person.snoozed_until:
        return f"{since}; snoozed until {day_said(person.snoozed_until, today)}"
    return f"{since}; you wanted every {_every(how.cadence)}" if how.cadence else f"{since}; no rhythm is set"


def explanation(person: Person, how: Standing, history: History, today: date, tz: tzinfo) -> str:
    """The same for an owner who asks: with whose rhythm it is, and the day it falls on."""
    if how.cadence is None or how.due_on is None:
        return why(person, how, history, today, tz)
    due = f"due after {how.cadence} ({how.source}), on {day_said(how.due_on, today)}"
    since = _since(how, history, today, tz)
    hidden = "; paused until you resume" if how.paused else ""
    if how.snoozed and person.snoozed_until and not how.paused:
        hidden = f"; snoozed until {day_said(person.snoozed_until, today)}"
    return f"{since}, {due}{hidden}" if how.counted else f"{since}, due from {day_said(how.due_on, today)} on{hidden}"


def _since(how: Standing, history: History, today: date, tz: tzinfo) -> str:
    latest = _local(history.last_touched, tz) if history.last_touched else None
    theirs = f" (you heard from them {_ago(latest, today)})" if latest and latest > how.reference else ""
    if not how.counted and latest is None:
        return f"You have not been in touch yet; added on {day_said(how.reference, today)}"
    if not how.counted:
        return f"You have not reached out yet (you heard from them {_ago(latest or today, today)})"
    if how.reference >= today:
        return "In touch today"
    what = "you last reached out" if theirs else "you were in touch"
    return f"{ago((today - how.reference).days)} since {what}{theirs}"


def _ago(on: date, today: date) -> str:
    return f"{ago((today - on).days)} ago" if on < today else "today"


def _every(cadence: Duration) -> str:
    return str(cadence) if cadence.amount > 1 else str(cadence.unit)


def ago(days: int) -> str:
    """A number of days in the unit people would use: days, from 14 on weeks, then months (120) and years (730)."""
    if days < 14:
        return _counted(max(0, days), "day")
    if days < 120:
        return _counted(days // 7, "week")
    return _counted(round(days / 30.4375), "month") if days < 730 else _counted(days // 365, "year")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


_MONTHS: Final = {number: name.title() for name, number in reversed(MONTHS.items())}
"""By number, in English whatever the locale; the long name comes first in MONTHS and so wins."""


def day_said(on: date, today: date) -> str:
    """A day as it is said: 3 May, and with its year where that is not this one."""
    year = "" if on.year == today.year else f" {on.year}"
    return f"{on.day} {_MONTHS[on.month]}{year}"
