"""Databases for tests: rows made in few words, and everything there is as something to compare or search."""

import atexit
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session

from kith.domain.address import key
from kith.store import letters, messages, notes, people, phones
from kith.store.engine import open_database, reading
from kith.store.tables import METADATA, AliasRow, DraftRow, InstructionRow, LetterRow

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)

Dump = dict[str, list[tuple[Any, ...]]]


@cache
def empty_database() -> Path:
    """A database at today's schema: copying it is quicker than making it."""
    folder = Path(mkdtemp(prefix="kith-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "kith.db"
    open_database(f"sqlite:///{path}").dispose()
    return path


def person(session: Session, owner_id: int, name: str, *addresses: str, **values: Any) -> int:
    """A new person with addresses."""
    person_id = people.add(session, owner_id, name, NOW, **values)
    for written in addresses:
        assert people.add_address(session, owner_id, person_id, written, key(written, {}))
    return person_id


def message(owner_id: int, identity: str, **values: Any) -> dict[str, Any]:
    """A row of the message table."""
    return {
        "owner_id": owner_id,
        "identity": identity,
        "message_id": f"<{identity}@example.com>",
        "subject": "Hello",
        "at": NOW,
        "direction": "inbound",
        "reason": None,
        "mailbox": "personal",
        "folder": "INBOX",
        "uidvalidity": 1,
        "uid": 1,
        **values,
    }


def part(owner_id: int, person_id: int, identity: str) -> dict[str, Any]:
    """A row of the part table."""
    return {"owner_id": owner_id, "person_id": person_id, "identity": identity}


def touch(owner_id: int, person_id: int, identity: str, days_ago: float = 0, **values: Any) -> dict[str, Any]:
    """A row of the touch table."""
    return {
        "owner_id": owner_id,
        "person_id": person_id,
        "identity": identity,
        "at": NOW - timedelta(days=days_ago),
        "direction": "inbound",
        "channel": "email",
        "subject": "Hello",
        "source": "personal",
        **values,
    }


def invite(owner_id: int, identity: str, **values: Any) -> dict[str, Any]:
    """A row of the invite table."""
    return {
        "owner_id": owner_id,
        "identity": identity,
        "position": 0,
        "uid": f"uid-{identity}",
        "sender": "bob@example.com",
        "seen_at": NOW,
        "look_at": NOW,
        "data": {"attendees": []},
        **values,
    }


def letter(owner_id: int, key: str, **values: Any) -> LetterRow:
    """A queued digest."""
    made: dict[str, Any] = {
        "kind": "digest",
        "message_id": f"<{key}@example.com>",
        "recipient": "alex@example.com",
        "subject": "Your week",
        "raw": b"words",
        "delivery": "smtp",
        "created_at": NOW,
        **values,
    }
    return LetterRow(owner_id=owner_id, key=key, **made)


def draft(owner_id: int, person_id: int, key: str, **values: Any) -> DraftRow:
    """A proposed draft."""
    made: dict[str, Any] = {
        "kind": "thanks",
        "message_id": f"<{key}@example.com>",
        "subject": "Thank you",
        "raw": b"words",
        "created_at": NOW,
        **values,
    }
    return DraftRow(owner_id=owner_id, person_id=person_id, key=key, **made)


def instruction(owner_id: int, identity: str, **values: Any) -> InstructionRow:
    """A line of a reply that was carried out."""
    made: dict[str, Any] = {"position": 0, "line": "", "verb": "note", "outcome": "done", "at": NOW, **values}
    return InstructionRow(owner_id=owner_id, identity=identity, **made)


def a_life(session: Session, owner_id: int, person_id: int, name: str) -> None:
    """A row about a person in every table that can hold one."""
    tag = f"p{person_id}"
    identity = f"mail-{tag}"
    messages.add(session, [message(owner_id, identity, subject=f"Dinner with {name}")])
    messages.add_parts(session, [part(owner_id, person_id, identity)])
    messages.add_touches(session, [touch(owner_id, person_id, identity, 3, subject=f"Dinner with {name}")])
    messages.add_touches(session, [touch(owner_id, person_id, f"hand:{tag}", 1, direction="outbound", channel="call")])
    messages.add_invites(session, [invite(owner_id, identity, sender=f"{tag}@example.com")])
    messages.keep_snippet(session, owner_id, person_id, identity, f"It was lovely. {name}")
    notes.add_note(session, owner_id, person_id, f"{name} moves to Lisbon", NOW, "reply")
    notes.add_follow_up(session, owner_id, person_id, f"ask {name} about the flat", date(2027, 1, 2), NOW)
    people.add_tags(session, owner_id, person_id, ["friend", tag])
    phones.add(session, owner_id, person_id, ["+33 1 23 45 67 89", f"+33 6 00 00 00 0{person_id}"])
    session.add(AliasRow(owner_id=owner_id, person_id=person_id, name=f"Also {tag}"))
    session.add(draft(owner_id, person_id, f"thanks:{tag}", subject=f"Thank you, {name}"))
    session.add(instruction(owner_id, f"reply-{tag}", line=f"{name}: lunch", said=f"{name} …", person_id=person_id))
    letters.add_letter(session, letter(owner_id, f"week-{tag}", state="sent", raw=b""), {1: person_id})
    people.refresh(session, owner_id, [person_id])


def dump(engine: Engine, *, without: tuple[str, ...] = ()) -> Dump:
    """Every row of every table, by table, in the order of their numbers."""
    with reading(engine) as session:
        return {
            table.name: [_comparable(row) for row in session.execute(select(table).order_by(table.c.id))]
            for table in METADATA.sorted_tables
            if table.name not in without
        }


def _comparable(row: Any) -> tuple[Any, ...]:
    return tuple(json.dumps(v, sort_keys=True) if isinstance(v, dict | list) else v for v in row)


def places(engine: Engine, words: str) -> list[str]:
    """Where in the database some words stand, in any case: "table.column"."""
    return sorted({place for place, text in _texts(engine) if words.casefold() in text.casefold()})


def _texts(engine: Engine) -> Iterator[tuple[str, str]]:
    with reading(engine) as session:
        for table in METADATA.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for column, value in row.items():
                    yield f"{table.name}.{column}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
