"""What commands have in common: the opened work, one transaction of acts, and words turned into values."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from kith import wiring
from kith.domain.dates import Birthday, Duration, Look, parse_birthday, parse_date, parse_duration
from kith.domain.person import Person
from kith.errors import NotFound, UsageError
from kith.jobs.acts import Acts
from kith.jobs.work import Work
from kith.store import people
from kith.store.engine import Session

if TYPE_CHECKING:
    from kith.cli.main import Options


def opened(options: "Options") -> Work:
    """The owner's work, by kith.toml."""
    return wiring.work(wiring.read_config(options.config))


@contextmanager
def acting(work: Work) -> Iterator[Acts]:
    """One transaction in which the owner does something by command."""
    with work.writing() as session:
        yield Acts(session, work.owner_id, work.now(), work.config.owner.timezone)


def the_person(work: Work, session: Session, who: str) -> Person:
    """The one person a WHO means. Raises NotFound, with the candidates where it could be several."""
    found = people.find(session, work.owner_id, who, work.key(who))
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise NotFound(f"there is nobody called {who}", "`kith people list` shows everybody")
    listed = ", ".join(f"{p.name} ({p.id})" for p, _ in found[:10])
    raise NotFound(f"{who} could be {listed}", "say more of the name, the address, or the id")


def duration_of(text: str | None) -> Duration | None:
    """A DURATION argument. Raises UsageError where it is none."""
    if text is None:
        return None
    found = parse_duration(text)
    if found is None:
        raise UsageError(f"{text} is not a length of time", 'write it like 6w, "2 months" or "1 year"')
    return found


def birthday_of(text: str | None, today: date) -> Birthday | None:
    """A birthday argument. Raises UsageError where it is none, or is still to come."""
    if text is None:
        return None
    found = parse_birthday(text)
    if found is None or (found.year is not None and found.year > today.year):
        raise UsageError(f"{text} is not a birthday", 'write it like "12 May", 1980-05-12 or --05-12')
    return found


def date_of(text: str, today: date, look: Look) -> date:
    """A DATE or WHEN argument. Raises UsageError where it is none."""
    found = parse_date(text, today, look)
    if found is None:
        raise UsageError(
            f"{text} is not a date that I understand", 'write it like 2027-05-12, "in 3 months" or "next Tuesday"'
        )
    return found
