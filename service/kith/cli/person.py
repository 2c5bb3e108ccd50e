"""`kith people add`, `edit`, `merge`, `unmerge` and `forget`: what changes one person."""

import argparse
import sys
from collections.abc import Callable

from kith.cli import ask
from kith.cli.data import kept_before
from kith.cli.main import Options
from kith.cli.people import member_json
from kith.cli.report import Report
from kith.cli.shared import (
    acting,
    addresses_of,
    bare_address,
    birthday_of,
    duration_of,
    name_of,
    opened,
    tags_of,
    the_person,
    without_rhythm,
)
from kith.domain.address import looks_like, spoken_name
from kith.domain.names import enumerated, holds_words
from kith.domain.person import Person
from kith.errors import NotFound, UsageError
from kith.jobs.acts import Acts, Done
from kith.jobs.roster import roster
from kith.jobs.work import Work
from kith.store import notes

NONE = ("", "none")
"""What takes a cadence, a circle or a birthday away."""


def add(arguments: argparse.Namespace, options: Options) -> Report:
    """A new person. Their past comes with the next scan."""
    work = opened(options)
    name, pairs = _name_and_addresses(work, arguments)
    every = None if arguments.every in NONE else duration_of(arguments.every)
    birthday = birthday_of(arguments.birthday, work.today())
    with acting(work) as acts:
        person_id, done = acts.add(
            name,
            pairs,
            every=str(every) if every else None,
            circle=arguments.circle or None,
            birthday=str(birthday) if birthday else None,
            about=arguments.about or "",
            tags=tags_of(arguments.tag),
        )
        member = roster(work, acts.session, work.now(), ids=[person_id])[0]
    lines = [f"{done.said}.", *without_rhythm(work, [arguments.circle])]
    if not member.standing.cadence:
        lines.append("No rhythm is set, so they never fall due; --every sets one, or a circle of kith.toml.")
    if pairs:
        lines.append("The next scan fetches what you wrote so far.")
    return Report(member_json(work, member) | {"change": done.change_id}, "\n".join(lines))


def _name_and_addresses(work: Work, arguments: argparse.Namespace) -> tuple[str, list[tuple[str, str]]]:
    """An address alone names its person, nadia.benali@… is Nadia Benali, unless there is a name beside it."""
    if not arguments.addresses and looks_like(address := bare_address(arguments.name)):
        beside = arguments.name.partition("<")[0].strip(" \"'") if address != arguments.name else ""
        return name_of(beside or spoken_name(address)), addresses_of(work, [address])
    return name_of(arguments.name), addresses_of(work, arguments.addresses)


def edit(arguments: argparse.Namespace, options: Options) -> Report:
    """Changes to one person, all or none; each can be undone."""
    work = opened(options)
    with acting(work) as acts:
        person = the_person(work, acts.session, arguments.who)
        done = [change() for asked, change in _changes(work, acts, person, arguments) if asked]
    if not done:
        raise UsageError("there is nothing to change", "see `kith people edit --help`")
    data = {"id": person.id, "done": [d.said for d in done], "changes": [d.change_id for d in done]}
    hints = without_rhythm(work, [None if arguments.circle in NONE else arguments.circle])
    return Report(data, "\n".join([*(d.said for d in done), *hints]))


def _changes(
    work: Work, acts: Acts, person: Person, asked: argparse.Namespace
) -> tuple[tuple[bool, Callable[[], Done]], ...]:
    """Every change there is, and whether it is asked for."""
    every = None if asked.every in NONE else duration_of(asked.every)
    birthday = None if asked.birthday in NONE else birthday_of(asked.birthday, work.today())
    circle = None if asked.circle in NONE else asked.circle
    more, fewer = addresses_of(work, asked.address), [work.key(bare_address(a)) for a in asked.drop_address]
    tags, others = tags_of(asked.tag), tags_of(asked.drop_tag)
    return (
        (asked.name is not None, lambda: acts.rename(person, name_of(asked.name))),
        (asked.every is not None, lambda: acts.every(person, every)),
        (asked.circle is not None, lambda: acts.circle(person, circle)),
        (bool(tags), lambda: acts.tag(person, tags)),
        (bool(others), lambda: acts.untag(person, others)),
        (asked.birthday is not None, lambda: acts.birthday(person, birthday)),
        (asked.about is not None, lambda: acts.about(person, asked.about)),
        (asked.pause, lambda: acts.pause(person, paused=True)),
        (asked.resume, lambda: acts.pause(person, paused=False)),
        (bool(more), lambda: acts.add_addresses(person, more)),
        (bool(fewer), lambda: acts.drop_addresses(person, fewer)),
    )


def merge(arguments: argparse.Namespace, options: Options) -> Report:
    """Two people are one."""
    work = opened(options)
    with acting(work) as acts:
        kept, gone = (the_person(work, acts.session, who) for who in (arguments.who, arguments.gone))
        done = acts.merge(kept, gone)
    text = f"{done.said}. `kith undo {done.change_id}` takes it back."
    return Report({"id": kept.id, "gone": gone.id, "change": done.change_id}, text)


def unmerge(arguments: argparse.Namespace, options: Options) -> Report:
    """Takes the latest merge of a person back."""
    work = opened(options)
    with acting(work) as acts:
        person = the_person(work, acts.session, arguments.who)
        change = notes.latest_merge(acts.session, work.owner_id, person.id)
        if change is None:
            raise NotFound(f"{person.name} was not merged with anybody", "see `kith people list`")
        done = acts.undo(change.id)
    return Report({"id": person.id, "done": done.said}, done.said)


def forget(arguments: argparse.Namespace, options: Options) -> Report:
    """Removes a person for good; somebody at a terminal is asked before."""
    work, who = opened(options), " ".join(arguments.who)
    with work.reading() as session:
        asked = the_person(work, session, who)
    if not (arguments.yes or _is_sure(asked, work.key, who)):
        return Report({"id": asked.id, "forgotten": False}, f"{asked.name} stays.")
    with acting(work) as acts:
        person = the_person(work, acts.session, str(asked.id))
        done = acts.forget(person, work.key)
    copies = [str(path) for path in kept_before(work.config)]
    text = f"{done.said}. Only a hash of each address stays, so that no import brings them back.\n{_of_copies(copies)}"
    return Report({"id": person.id, "forgotten": True, "copies": copies}, text)


def _of_copies(kept: list[str]) -> str:
    """What Kith does not reach: copies of the whole database, made while the person was in it."""
    if not kept:
        return "Backups you made before may still know them; those are yours to delete."
    where = f"What `kith restore` kept in {enumerated(kept)}"
    return f"{where} and backups you made before may still know them; those are yours to delete."


def _is_sure(person: Person, key: Callable[[str], str], who: str) -> bool:
    """Whether somebody at a terminal says yes. Where nobody is there, a script has to name the person in whole words.

    Raises UsageError where it does not: a piece of a name may fit somebody else by now.
    """
    if ask.is_possible() and sys.stderr.isatty():
        question = f"Forget {person.name}, with all notes and touches, for good? yes/no"
        said = ask.for_line(question, "no", lambda a: "" if a.casefold() in YES_NO else "Type yes or no.")
        return said.casefold() in YES
    names, addresses = (person.name, *person.aliases), map(key, person.addresses)
    if who == str(person.id) or key(bare_address(who)) in addresses or any(holds_words(n, who) for n in names):
        return True
    hint = "say the whole name, or --yes: nobody can be asked"
    raise UsageError(f"{who} is but a piece of {person.name}, who would be forgotten for good", hint)


YES = ("yes", "y")
YES_NO = (*YES, "no", "n")
