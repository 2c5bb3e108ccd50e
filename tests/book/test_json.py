"""Kith's own JSON, read again."""

from datetime import date

import pytest

from kith.book import json
from kith.domain.contact import Contact, Skipped
from kith.domain.dates import Birthday, Duration, Unit
from kith.errors import UsageError


def test_an_entry_is_read_with_all_it_says() -> None:
    data = """[{"id": 4, "name": " Maria  Silva", "addresses": ["maria@example.org", "no address"], "circle": "friends",
    "tags": ["lisbon"], "every": "6 weeks", "birthday": "1980-05-12", "about": "a\\nfriend", "phones": ["+33 6"],
    "touches": 7, "paused": true, "snoozed_until": "2027-01-31"}]"""
    assert json.read(b"\xef\xbb\xbf" + data.encode(), "people.json") == [
        Contact(
            "Maria Silva", ("maria@example.org",), "friends", ("lisbon",), Duration(6, Unit.WEEK),
            Birthday(5, 12, 1980), "a\nfriend", ("+33 6",), "people.json, entry 1",
            paused=True, snoozed_until=date(2027, 1, 31), chosen=True,
        )
    ]  # fmt: skip


def test_one_bad_entry_costs_one_entry() -> None:
    found = json.read(b'[7, {}, {"name": 3, "addresses": "x"}, {"name": "Ann", "tags": [1], "every": null}]', "p")
    assert [one.why if isinstance(one, Skipped) else one.name for one in found] == [
        "it is no person", "it has neither a name nor an address", "it has neither a name nor an address", "Ann",
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"{}", b"3", b'{"people": []}', b"[" * 100_000, b'["\xff', b"[" + b"9" * 5000])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        json.read(data, "people.json")
