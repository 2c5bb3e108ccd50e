"""Contacts as JSON: reads what `kith people export --format json` wrote."""

import json
from collections.abc import Iterable
from typing import Any

from kith.book import birthdays, fields
from kith.domain.contact import Contact, Skipped
from kith.domain.dates import parse_duration
from kith.errors import UsageError


def read(data: bytes, source: str) -> list[Contact | Skipped]:
    """Every entry of a list as a contact, or as skipped with the reason. source names the file in messages.

    Raises UsageError for more than 50 MB and for what is no list in JSON.
    """
    fields.refuse_huge(len(data), source)
    try:
        found = json.loads(fields.decode(fields.utf8(data)))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source} is no JSON: {error}", "Give a file that `kith people export` wrote.") from error
    if not isinstance(found, list):
        raise UsageError(f"{source} holds no list of people.", "Give a file that `kith people export` wrote.")
    return [_entry(one, f"{source}, entry {number}") for number, one in enumerate(found, 1)]


def _entry(one: object, source: str) -> Contact | Skipped:
    if not isinstance(one, dict):
        return Skipped(source, "it is no person")
    addresses = fields.unique(a for text in _texts(one, "addresses") for a in fields.addresses(text))
    name = fields.person_name(_text(one, "name")) or fields.name_of(_texts(one, "addresses"), addresses)
    if not name:
        return Skipped(source, "it has neither a name nor an address")
    born = _text(one, "birthday")
    birthday = birthdays.birthday(born)
    return Contact(
        name=name,
        addresses=addresses,
        circle=fields.line(_text(one, "circle")) or None,
        tags=fields.tags(_texts(one, "tags")),
        every=parse_duration(_text(one, "every")),
        birthday=birthday,
        about=fields.block(_text(one, "about")),
        phones=fields.unique(fields.line(text, 60) for text in _texts(one, "phones")),
        source=source,
        paused=one.get("paused") is True,
        snoozed_until=fields.day(_text(one, "snoozed_until")),
        chosen=True,
        unread="" if birthday else fields.line(birthdays.said(born)),
    )


def _text(one: dict[str, Any], key: str) -> str:
    value = one.get(key)
    return value if isinstance(value, str) else ""


def _texts(one: dict[str, Any], key: str) -> Iterable[str]:
    value = one.get(key)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
