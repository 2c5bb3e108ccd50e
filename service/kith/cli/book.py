"""`kith people import` and `kith people export`: address books in and out."""

import argparse
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kith.book import csv, formats, vcard
from kith.cli.main import Options
from kith.cli.people import member_json
from kith.cli.report import Report, document, table
from kith.cli.shared import acting, duration_of, opened, without_rhythm, write_private
from kith.domain.cadence import rhythm_of
from kith.domain.contact import Book, Contact, Skipped, believable
from kith.domain.importing import ALREADY_THERE, Add, Gains, Merge, Skip, Step
from kith.domain.person import Person
from kith.domain.plain import file_name
from kith.domain.proposing import Candidate, Propose
from kith.jobs.roster import Member, roster
from kith.jobs.take_in import Defaults, plan, take_in
from kith.jobs.work import Work
from kith.store import people

MOST_DETAILS = 20
"""Lines a section of the text has before it says how many more there are."""
MOST_COLUMNS = 8
"""Columns of a file that are named in the text."""
TITLES = {
    "added": "Added:",
    "merged": "Known already, with something new:",
    "skipped": "Left alone:",
    "unread": "Birthdays left out (no day, unclear, or still to come):",
    "unread_every": "Rhythms left out (“6 weeks” or “every 2 months” would do):",
    "left_aside": "Columns left aside:",
}


def import_people(arguments: argparse.Namespace, options: Options) -> Report:
    """What address books hold becomes people: all of it in one change, or only shown."""
    work = opened(options)
    defaults = Defaults(arguments.circle or None, duration_of(arguments.every))
    books = {file: formats.read_file(Path(file)) for file in arguments.files}
    entries = [_believed(entry, work) for book in books.values() for entry in book.entries]
    with acting(work) as acts:
        names = {person.id: person.name for person, _ in people.everyone(acts.session, work.owner_id)}
        steps = plan(work, acts.session, entries, defaults)
        ids, done = ([None] * len(steps), None) if arguments.dry_run else take_in(acts, steps, work.key)
    change = done.change_id if done else None
    data = _outcome(zip(steps, ids, strict=True), names, defaults)
    data |= _left_out(books, entries) | {"dry_run": arguments.dry_run, "change": change}
    return Report(data, "\n".join([_told(data), *_warnings(work, steps, defaults)]))


def _believed(entry: Contact | Skipped, work: Work) -> Contact | Skipped:
    return entry if isinstance(entry, Skipped) else believable(entry, work.today())


def _left_out(books: Mapping[str, Book], entries: Iterable[Contact | Skipped]) -> dict[str, list[dict[str, Any]]]:
    """What no person was made of: birthdays that are no day, could be two, or lie ahead; rhythms; whole columns."""
    contacts = [one for one in entries if isinstance(one, Contact)]
    aside = ((file_name(Path(file).name), list(book.left_aside)) for file, book in books.items())
    return {
        "unread": [_who(one) | {"birthday": one.unread} for one in contacts if one.unread],
        "unread_every": [_who(one) | {"every": one.unread_every} for one in contacts if one.unread_every],
        "left_aside": [{"file": file, "columns": columns} for file, columns in aside if columns],
    }


def _who(one: Contact) -> dict[str, Any]:
    return {"source": one.source, "name": one.name}


def _warnings(work: Work, steps: Sequence[Step | Propose], defaults: Defaults) -> list[str]:
    """What the owner may not have meant: circles without a rhythm, and people who will never fall due."""
    contacts = [step.contact for step in steps if isinstance(step, Add)]
    circles = [defaults.circle, *(one.circle for one in contacts)]
    idle = sum(rhythm_of(_as_person(work, one), work.config.rhythms) is None for one in contacts)
    said = without_rhythm(work, circles)
    if idle:
        who = f"{idle} of them have" if idle > 1 else "One of them has"
        said.append(f"{who} no rhythm and will never fall due: import again with --every or --circle to set one.")
    return ["", *said] if said else []


def _as_person(work: Work, one: Contact) -> Person:
    return Person(0, one.name, work.now(), circle=one.circle, tags=one.tags, every=one.every)


def _outcome(
    steps: Iterable[tuple[Step | Propose, int | None]], names: dict[int, str], defaults: Defaults
) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {"added": [], "merged": [], "proposed": [], "skipped": []}
    for step, person_id in steps:
        if isinstance(step, Add):
            found["added"].append(_added(step, person_id))
        elif isinstance(step, Merge):
            name = names[step.person_id]
            gains = {key: value for key, value in _values(step.adds).items() if value}
            found["merged"].append({"id": step.person_id, "name": name, "source": step.contact.source, "gains": gains})
        elif isinstance(step, Propose):
            found["proposed"] += [_proposed(step.contact, one, defaults) for one in step.candidates]
        else:
            found["skipped"].append(_skipped(step))
    return dict(found)


def _added(step: Add, person_id: int | None) -> dict[str, Any]:
    one = step.contact
    values = _values(Gains(one.addresses, one.circle, one.tags, one.every, one.birthday, one.about, one.phones))
    return {"id": person_id, "name": one.name, **values, "source": one.source, "looks_like": list(step.looks_like)}


def _proposed(contact: Contact, candidate: Candidate, defaults: Defaults) -> dict[str, Any]:
    """An address that may be theirs, with the line by which the owner accepts it."""
    options = {
        "every": contact.every or defaults.every,
        "circle": contact.circle or defaults.circle,
        "birthday": contact.birthday,
        "about": " ".join(contact.about.split()),
    }
    words = [f"--{option}={value}" for option, value in options.items() if value]
    end = ["--"] if contact.name.startswith("-") else []
    line = shlex.join(["kith", "people", "add", *words, *end, contact.name, candidate.address])
    values = {"name": contact.name, "address": candidate.address, "why": candidate.why}
    return {**values, "line": line, "source": contact.source}


def _skipped(step: Skip) -> dict[str, Any]:
    name = step.entry.name if isinstance(step.entry, Contact) else None
    return {"source": step.entry.source, "name": name, "why": step.why, "looks_like": list(step.looks_like)}


def _values(gains: Gains) -> dict[str, Any]:
    return {
        "addresses": list(gains.addresses),
        "circle": gains.circle,
        "tags": list(gains.tags),
        "every": str(gains.every) if gains.every else None,
        "birthday": str(gains.birthday) if gains.birthday else None,
        "about": gains.about,
        "phones": list(gains.phones),
    }


def _told(data: dict[str, Any]) -> str:
    rows: dict[str, list[tuple[str, ...]]] = {
        "added": [(one["name"], _listed(one["addresses"]) + _twin(one)) for one in data["added"]],
        "merged": [(one["name"], "+ " + _gained(one["gains"])) for one in data["merged"]],
        "skipped": [
            (one["name"] or one["source"], one["why"] + _twin(one)) for one in data["skipped"] if _is_news(one)
        ],
    }
    lines = [_summary(data), *_proposals(data["proposed"])]
    rows["unread"] = [(one["source"], one["name"], one["birthday"]) for one in data["unread"]]
    rows["unread_every"] = [(one["source"], one["name"], one["every"]) for one in data["unread_every"]]
    rows["left_aside"] = [(one["file"], _some(one["columns"])) for one in data["left_aside"]]
    for key, title in TITLES.items():
        if rows[key]:
            lines += ["", title, table(rows[key][:MOST_DETAILS], indent="  "), *_more(rows[key])]
    if data["change"]:
        lines += [
            "",
            "The next scan fetches what you wrote so far.",
            f"`kith undo {data['change']}` takes it all back.",
        ]
    return "\n".join(lines)


def _proposals(proposed: Sequence[dict[str, Any]]) -> Iterable[str]:
    """A reason and the line that accepts it, whole however narrow the screen is: it is there to be copied."""
    if proposed:
        yield from ("", "Without an address, but seen in your mail. If it is them, this adds them:")
    for one in proposed[:MOST_DETAILS]:
        yield from (f"  {one['name']}, {one['address']}: {one['why']}", f"    {one['line']}")
    yield from _more(proposed)


def _more(rows: Sequence[object]) -> list[str]:
    return [f"  and {len(rows) - MOST_DETAILS} more"] if len(rows) > MOST_DETAILS else []


def _is_news(skipped: dict[str, Any]) -> bool:
    """Whether there is more to say than that somebody is there already."""
    return bool(skipped["why"] != ALREADY_THERE)


def _summary(data: dict[str, Any]) -> str:
    there = sum(not _is_news(one) for one in data["skipped"])
    proposed = len({one["source"] for one in data["proposed"]})
    counts = (
        (len(data["added"]), "new"),
        (len(data["merged"]), "completed"),
        (there, "already there"),
        (proposed, "proposed"),
        (len(data["skipped"]) - there, "left alone"),
    )
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    if not said:
        return "There is nobody in there."
    return f"This would be: {said}. Nothing is changed yet." if data["dry_run"] else f"{said}."


def _some(words: Sequence[str]) -> str:
    """Some words, and how many more."""
    more = [f"{len(words) - MOST_COLUMNS} more"] if len(words) > MOST_COLUMNS else []
    return ", ".join([*words[:MOST_COLUMNS], *more])


def _listed(words: Sequence[str]) -> str:
    """The first of some words, and how many more."""
    return words[0] + (f" and {len(words) - 1} more" if len(words) > 1 else "") if words else ""


def _gained(gains: dict[str, Any]) -> str:
    said = [*gains.get("addresses", ()), *(f"#{tag}" for tag in gains.get("tags", ()))]
    said += [f"circle {gains['circle']}"] if "circle" in gains else []
    said += [f"every {gains['every']}"] if "every" in gains else []
    said += gains.get("phones", ())
    return ", ".join(said + [what for what in ("birthday", "about") if what in gains])


def _twin(one: dict[str, Any]) -> str:
    """A hint where somebody else has the same name: it may be one person with two addresses."""
    return f" (you know a {one['looks_like'][0]} already)" if one["looks_like"] else ""


def export_people(arguments: argparse.Namespace, options: Options) -> Report:
    """Everybody as an address book, to stdout or into a file; in the order they came, as an import keeps it."""
    work = opened(options)
    with work.reading() as session:
        members = sorted(roster(work, session, work.now()), key=lambda m: m.person.id)
    data = [member_json(work, member) | _own(member.person) for member in members]
    text = _written(arguments.format, members, data)
    if not arguments.out:
        return Report(data, text, verbatim=True)
    write_private(Path(arguments.out), text)
    count = f"{len(members)} people are" if len(members) != 1 else "1 person is"
    return Report(
        {"file": arguments.out, "format": arguments.format, "people": len(members)}, f"{count} in {arguments.out}."
    )


def _own(person: Person) -> dict[str, Any]:
    return {
        "every": str(person.every) if person.every else None,
        "birthday": str(person.birthday) if person.birthday else None,
        "about": person.about,
        "phones": list(person.phones),
    }


def _written(kind: str, members: Sequence[Member], data: list[dict[str, Any]]) -> str:
    if kind == "json":
        return document(data)
    contacts = [_contact(member.person) for member in members]
    return vcard.write(contacts) if kind == "vcard" else csv.write(contacts)


def _contact(person: Person) -> Contact:
    return Contact(
        name=person.name,
        addresses=person.addresses,
        circle=person.circle,
        tags=person.tags,
        every=person.every,
        birthday=person.birthday,
        about=person.about,
        phones=person.phones,
        uid=f"kith-{person.id}",
        paused=person.paused,
        snoozed_until=person.snoozed_until,
    )
