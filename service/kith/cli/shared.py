"""What commands have in common: the opened work, one transaction of acts, and words turned into values."""

import errno
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kith import wiring
from kith.domain.address import looks_like
from kith.domain.dates import Birthday, Duration, Look, parse_birthday, parse_date, parse_duration
from kith.domain.person import Person
from kith.errors import NotFound, UsageError, unwritable
from kith.jobs.work import Work
from kith.store import people
from kith.store.engine import Session

if TYPE_CHECKING:
    from kith.cli.main import Options
    from kith.jobs.acts import Acts

PATIENCE = 60.0
"""Seconds a command waits beside a running service before it gives up with 75."""


def opened(options: "Options") -> Work:
    """The owner's work, by kith.toml; its database is closed when the command is over."""
    work = wiring.work(wiring.read_config(options.config))
    options.closing.callback(work.engine.dispose)
    return work


@contextmanager
def acting(work: Work) -> Iterator["Acts"]:
    """One transaction in which the owner does something by command."""
    from kith.jobs.acts import Acts

    with work.writing() as session:
        yield Acts(session, work.owner_id, work.now(), work.config.owner.timezone)


def the_person(work: Work, session: Session, who: str) -> Person:
    """The one person a WHO means. Raises NotFound, with the candidates where it could be several."""
    if not who.strip():
        raise NotFound("nobody is named", "give a name, an address or an id; `kith people list` shows everybody")
    meant = bare_address(who)
    found = people.find(session, work.owner_id, meant, work.key(meant))
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise NotFound(f"there is nobody called {who}", "`kith people list` shows everybody")
    listed = ", ".join(candidate(p) for p, _ in found[:MOST_CANDIDATES])
    more = f" and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
    raise NotFound(f"{who} could be {listed}{more}", "say more of the name, the address, or the id")


MOST_CANDIDATES = 8
_PASTED = re.compile(r"[^<>]*<([^<>\s]+@[^<>\s]+)>\s*")
"""An address as mail programs hand it over: Maria Silva <maria@example.org>."""


def bare_address(word: str) -> str:
    """The address in what a mail program hands over; any other word as it is."""
    pasted = _PASTED.fullmatch(word)
    return pasted[1] if pasted else word


def candidate(person: Person) -> str:
    """A person as they can be told from others of that name."""
    return f"{person.name} ({', '.join([str(person.id), *person.addresses[:1]])})"


def without_rhythm(work: Work, circles: Iterable[str | None]) -> list[str]:
    """A sentence for each circle that has no cadence in kith.toml, with those that have: it may be a slip."""
    rhythms = work.config.rhythms.circles
    known = {name.casefold() for name in rhythms}
    missing = {name.casefold(): name for name in circles if name and name.casefold() not in known}
    there = ", ".join(rhythms) or "none"
    return [f"{name} has no rhythm in kith.toml; circles that have one: {there}." for name in missing.values()]


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
        examples = 'yesterday or "last Tuesday"' if look is Look.BACK else '"in 3 months" or "next Tuesday"'
        raise UsageError(f"{text} is not a date that I understand", f"write it like {today}, {examples}")
    if look is Look.AHEAD and found < today:
        raise UsageError(f"{text} is past", "name a day to come")
    return found


def name_of(text: str) -> str:
    """A NAME argument on one line. Raises UsageError where nothing is in it."""
    name = " ".join(text.split())
    if not name:
        raise UsageError("the name is empty", "a person has a name")
    return name


def tags_of(words: Iterable[str]) -> list[str]:
    """TAG arguments, with or without their #."""
    return [tag for word in words if (tag := " ".join(word.split()).lstrip("#"))]


def addresses_of(work: Work, words: Iterable[str]) -> list[tuple[str, str]]:
    """ADDRESS arguments with their keys, each once. Raises UsageError for what is none, and for the owner's own."""
    found: dict[str, tuple[str, str]] = {}
    for word in map(bare_address, words):
        if not looks_like(word):
            raise UsageError(f"{word} is not a mail address", "write it like maria@example.com")
        if work.key(word) in work.config.owner_keys:
            raise UsageError(f"{word} is an address of your own", "people are those you keep in touch with")
        found.setdefault(work.key(word), (word.strip(), work.key(word)))
    return list(found.values())


def write_private(path: Path, text: str) -> None:
    """A file that nobody else reads, written as the text is; until all of it is written, what was there stays.

    Raises UsageError where it cannot be written, TryLater where the disk is full.
    """
    with _told_of(path):
        if _is_stream(path):
            path.write_text(text, encoding="utf-8", newline="")
            return
        target = path.resolve()  # a link stays a link
        draft = target.with_name(f".kith-{secrets.token_hex(8)}")
        try:
            handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(handle)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def refuse_unwritable(path: Path) -> None:
    """Raises UsageError where a file could not be written later. What is in it stays."""
    with _told_of(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not _is_stream(path):
            tempfile.TemporaryFile(dir=path.resolve().parent).close()


def _is_stream(path: Path) -> bool:
    """Whether it is a terminal, a pipe or the like."""
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error, UsageError, "name a file in a folder of yours") from error
