"""`kith init`, the part about people: whom the owner writes to most, and whom to keep in touch with."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, tzinfo
from typing import Final

from kith.cli import ask
from kith.cli.progress import Progress
from kith.cli.report import table
from kith.cli.shared import acting
from kith.config import Config
from kith.domain.dates import parse_duration
from kith.domain.starting import CIRCLES, MAILBOX
from kith.errors import KithError
from kith.jobs.acquaint import Acquaintance, Acquaintances
from kith.jobs.work import Work
from kith.mail.source import Source
from kith.store import people
from kith.wiring import present

MOST: Final = 20
Chosen = list[tuple[Acquaintance, str]]
"""People to keep in touch with, each with a circle."""


def look_around(config: Config, source: Source) -> Acquaintances:
    """A look at the newest mail of an open mailbox, with its progress on stderr."""
    return Acquaintances(source, config.owner_keys, config.key_of, present().astimezone(UTC))


def closest(around: Acquaintances, *, asking: bool) -> list[Acquaintance]:
    """Whom the owner writes to most. A mailbox that cannot be read just now is no reason to end here."""
    if asking:
        ask.say("Looking for the people you write to …")
    with Progress() as progress:
        around.progress = progress.of(MAILBOX)
        try:
            return around.closest(MOST)
        except KithError as error:
            ask.say(f"That could not be read to the end: {error.message}.")
            return []


def also_yours(around: Acquaintances) -> list[str]:
    """Further addresses that the owner's sent mail comes from."""
    with suppress(KithError):  # it is only a suggestion
        return around.senders()
    return []


def listing(found: Sequence[Acquaintance], zone: tzinfo) -> str:
    """The people found, numbered."""
    rows = [(n, a.name, a.addresses[0], a.written, a.last_at.astimezone(zone).date()) for n, a in enumerate(found, 1)]
    return table(rows, ("", "name", "address", "you wrote", "last"), indent="  ")


def choose(found: Sequence[Acquaintance], zone: tzinfo) -> tuple[Chosen, dict[str, str]]:
    """Asks whom to keep in touch with, circle by circle. Gives them, and all circles with their cadence."""
    circles = dict(CIRCLES)
    chosen: dict[int, str] = {}
    if not found:
        ask.say("\nNobody comes to mind yet. `kith people add` and `kith people import` take people in.")
        return [], circles
    ask.say("\nThe people you write to most:\n")
    ask.show(listing(found, zone))
    ask.say("\nWhom would you like to keep in touch with? Choose some, then a circle for them; then more, if you like.")
    while len(chosen) < len(found):
        numbers = _numbers(len(found), first=not chosen)
        if not numbers:
            break
        chosen.update(dict.fromkeys(numbers, _circle(circles)))
    return [(found[n - 1], circle) for n, circle in sorted(chosen.items())], circles


def _numbers(most: int, *, first: bool) -> list[int]:
    wrong = f"Type numbers from 1 to {most}, such as 1-3 5, or all, or none."
    question = "Numbers, such as 1-5 8, or all (Enter: nobody)" if first else "More, for another circle? (Enter: no)"
    answer = ask.for_line(question, check=lambda a: wrong if ask.numbers_in(a, most) is None else "")
    return ask.numbers_in(answer, most) or []


def _circle(circles: dict[str, str]) -> str:
    """The circle somebody names; a new one is asked for its cadence and added."""
    offered = ", ".join(f"{name} (every {every})" for name, every in circles.items())
    ask.say(f"Circles: {offered}, or a new one.")
    answer = ask.for_line("Circle", "friends").lstrip("#") or "friends"
    name = _known(circles, answer) or answer
    if name not in circles:
        wrong = "Write it like 6 weeks, 2 months or 1 year."
        every = ask.for_line(f"How often, for {name}?", "2 months", lambda a: "" if parse_duration(a) else wrong)
        circles[name] = str(parse_duration(every))
    return name


def _known(circles: Mapping[str, str], answer: str) -> str:
    folded = answer.casefold()
    exact = [name for name in circles if name.casefold() == folded]
    begun = [name for name in circles if name.casefold().startswith(folded)]
    return next(iter(exact), begun[0] if len(begun) == 1 else "")


def add(work: Work, chosen: Chosen) -> list[str]:
    """Takes the chosen people in, all or none, and gives their names; who is there already stays as they are."""
    added = []
    with acting(work) as acts:
        for who, circle in chosen:
            taken = people.by_key(acts.session, work.owner_id)
            pairs = [(a, work.key(a)) for a in who.addresses if work.key(a) not in taken]
            if pairs:
                acts.add(who.name, pairs, circle=circle)
                added.append(who.name)
    return added
