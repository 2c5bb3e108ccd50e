"""One approximate line about each stranger, for suggestions, and none where the owner does not want it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

import pytest

from kith.domain.digest import Stranger
from kith.domain.names import natural_name
from kith.jobs.archive import import_mbox
from kith.jobs.round import scan_once
from kith.jobs.strangers import LONGEST_FIELD, Strangers
from kith.jobs.view import view
from kith.letters.words import add_line
from kith.store import forgetting, strangers
from support.answers import an_owner
from support.jobs import BOB, MARIA, ME, NOW, Office
from support.mail import message, plain

ANN = '"Ann O. Other" <Ann.Other@Example.net>'


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office that knows Maria; on each database, since each counts in its own words."""
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""
    with Office(tmp_path, url=url) as made:
        made.add(MARIA)
        yield made


def came(office: Office, sender: str, days_ago: float = 5, to: str = ME, **headers: str) -> None:
    """A mail that came."""
    at = NOW - timedelta(days=days_ago)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    office.server.deliver(message(sender, to, "Hello", at=at, headers=named), "INBOX", at)


def went(office: Office, to: str, days_ago: float = 4) -> None:
    """A mail the owner wrote."""
    at = NOW - timedelta(days=days_ago)
    office.server.deliver(message(ME, to, "Hello", at=at), "Sent", at)


def counted(office: Office) -> dict[str, tuple[str, int, int, float]]:
    """By address: name, messages out, messages in, and how many days ago the last was."""
    return {
        r["key"]: (r["name"], r["outbound"], r["inbound"], (NOW - r["last_at"]) / timedelta(days=1))
        for r in office.rows("stranger")
    }


def suggested(office: Office) -> list[tuple[str, str, int]]:
    """Whom a digest would suggest."""
    with office.work.reading() as session:
        found = view(office.work, session, NOW).digest.strangers
    return [(s.name, s.address, s.messages) for s in found]


def test_mail_with_strangers_is_counted_in_both_directions(office: Office) -> None:
    came(office, ANN, 9)
    came(office, ANN, 5)
    went(office, "ann.other@example.net, Carl <carl@example.net>", 7)
    office.read()
    assert counted(office) == {
        "ann.other@example.net": ("Ann O. Other", 1, 2, 5),
        "carl@example.net": ("Carl", 1, 0, 7),
    }
    assert suggested(office) == [("Ann O. Other", "ann.other@example.net", 3)]
    came(office, ANN, 1)
    office.read()
    assert counted(office)["ann.other@example.net"] == ("Ann O. Other", 1, 3, 1)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ('"Smith, John"', "John Smith"),
        ('"Robert Downey, Jr."', "Robert Downey Jr."),
        ('"Jane Doe, PhD"', "Jane Doe PhD"),
        ('"Acme, Inc."', "Acme Inc."),
        (r'"\"Jean-Luc\" Picard"', "Jean-Luc Picard"),
        ('Maria "Mia" Silva', "Maria Mia Silva"),
        ('"Smith,\r\n John"\r\n', "John Smith"),
        ('"ann@example.net"', ""),
        ("", ""),
    ],
)
def test_the_line_that_adds_somebody_has_their_whole_name(written: str, line: str) -> None:
    seen = Strangers(frozenset({"alex@example.com"}), str.casefold, NOW)
    field = f" {written} <ann@example.net>".encode()
    seen.see(b"From:" + field + b"\r\nTo: alex@example.com\r\n", field)
    [(address, (name, out, came, _))] = seen.take().items()
    assert (out, came) == (0, 1)
    assert add_line(Stranger(natural_name(name), address, 1)) == " ".join(f"add {line} <ann@example.net>".split())


def test_commas_between_people_part_them_and_quoted_ones_do_not() -> None:
    seen = Strangers(frozenset({"alex@example.com"}), str.casefold, NOW)
    to = b'Ann <ann@example.net>, "Stone, Bob" <bob@example.net>, carl@example.net'
    seen.see(b"From: alex@example.com\r\nTo: " + to + b"\r\n", b"alex@example.com")
    assert {key: name for key, (name, *_) in seen.take().items()} == {
        "ann@example.net": "Ann", "bob@example.net": "Stone, Bob", "carl@example.net": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "piece", [b'"', b"a ", b'"a', b"a,", b"a@b", b"a <", b'"\\', b'\\"', b'"' + b"a b " * 19 + b'" ']
)
def test_a_hostile_field_takes_no_time(piece: bytes) -> None:
    began = process_time()
    for number in range(100):
        field = (b"%d" % number + piece * 1000)[:LONGEST_FIELD]
        Strangers(frozenset(), str.casefold, NOW).see(b"From: " + field, field)
    assert process_time() - began < 0.5


def test_people_machines_lists_and_the_owner_are_no_strangers(office: Office) -> None:
    came(office, MARIA)
    came(office, "Alex at work <alex@work.example>")
    came(office, "News <newsletter@shop.example>")
    came(office, "Shop <orders@shop.example>", List_Unsubscribe="<mailto:x@shop.example>")
    came(office, "Away <away@example.net>", Auto_Submitted="auto-replied")
    came(office, "<MAILER-DAEMON@example.net>")
    went(office, ", ".join(f"guest{n}@example.net" for n in range(6)))
    office.read()
    assert counted(office) == {}


def test_reading_again_counts_nobody_twice(office: Office) -> None:
    came(office, ANN)
    went(office, ANN)
    office.read()
    before = counted(office)
    office.read()
    office.read(full=True)
    assert counted(office) == before
    office.server.renumber()
    office.read()
    assert counted(office) == before
    office.add(BOB)
    office.read()
    assert counted(office) == before


def test_somebody_who_is_chosen_is_not_suggested_any_more(office: Office) -> None:
    came(office, ANN)
    went(office, ANN)
    office.read()
    assert len(suggested(office)) == 1
    office.add("Ann Other <ann.other@example.net>")
    assert suggested(office) == []


def test_a_line_that_a_digest_offers_adds_a_name_and_no_wishes_of_the_strangers(tmp_path: Path) -> None:
    with an_owner(tmp_path) as owner:
        stranger = "Bob Stone every 1 day circle friends <bo@evil.example>"
        came(owner.office, stranger, 1)
        went(owner.office, "bo@evil.example", 1)
        owner.round()
        letter = owner.digest()
        [line] = [line.strip() for line in plain(letter).splitlines() if "bo@evil.example" in line]
        owner.say(line, letter)
        row = owner.office.rows("person")[-1]
        assert (row["name"], row["every"], row["circle"], row["about"]) == (
            "Bob Stone every 1 day circle friends", None, None, "",
        )  # fmt: skip
        assert [a["key"] for a in owner.office.rows("address") if a["person_id"] == row["id"]] == ["bo@evil.example"]
        assert len(owner.office.rows("instruction")) == 1


@pytest.mark.parametrize("name", ["Maria Silva", "maria silva", '"Silva, Maria"', "=?utf-8?q?Mari=C3=A1_Silva?="])
def test_a_stranger_called_like_somebody_known_is_told_of(tmp_path: Path, name: str) -> None:
    with an_owner(tmp_path) as owner:
        for sender in (f"{name} <maria@evil.example>", ANN):
            came(owner.office, sender, 1)
            went(owner.office, sender, 1)
        owner.round()
        assert "You know a Maria Silva already; this may be another." in plain(owner.digest())


def test_a_time_in_the_future_is_not_believed(office: Office) -> None:
    at = NOW + timedelta(days=900)
    office.server.deliver(message(ANN, ME, at=at), "INBOX", NOW)
    office.read()
    assert counted(office)["ann.other@example.net"][3] == 0


def test_promise_6_only_your_people_where_counting_strangers_is_turned_off(tmp_path: Path) -> None:
    with Office(tmp_path, touch__strangers="false") as office:
        office.add(MARIA)
        came(office, ANN)
        came(office, MARIA)
        went(office, ANN)
        office.read()
        assert office.rows("stranger") == []
        assert suggested(office) == []
        assert len(office.rows("touch")) == 1
        assert "ann.other" not in repr(office.dump()).casefold()


def test_promise_6_only_your_people_those_counted_before_go_once_counting_is_turned_off(
    office: Office, tmp_path: Path
) -> None:
    went(office, ANN)
    office.read()
    assert list(counted(office)) == ["ann.other@example.net"]
    archive = tmp_path / "old.mbox"
    archive.write_bytes(b"From x Mon May  4 10:00:00 2026\n" + message(ME, MARIA, "Hi", at=NOW - timedelta(days=9)))
    assert import_mbox(office.work, archive).error is None
    assert counted(office), "an archive counts nobody, and changes nothing of those who were"
    without = office.work.config.touch.model_copy(update={"strangers": False})
    work = replace(office.work, config=office.work.config.model_copy(update={"touch": without}))
    assert scan_once(work, work.config.mailbox[0]).error is None
    assert counted(office) == {}
    assert "ann.other" not in repr(office.dump()).casefold()


def test_promise_6_only_your_people_the_forgotten_are_never_counted_again(office: Office) -> None:
    bob = office.add(BOB)
    came(office, BOB)
    went(office, "bob@example.org")
    came(office, ANN)
    office.read()
    with office.work.writing() as session:
        forgetting.forget(session, office.work.owner_id, bob, "Bob Stone", office.work.key)
    came(office, BOB, 1)
    went(office, "Bob.Stone <BOB@example.org>", 1)
    office.read()
    office.read(full=True)
    assert set(counted(office)) == {"ann.other@example.net"}
    assert "bob" not in repr(office.dump()).casefold()


def test_promise_8_bad_input_never_stops_the_service_whatever_a_stranger_writes(office: Office) -> None:
    at = NOW - timedelta(days=1)
    odd = [
        b"From: \xff\xfe <a\x00b@example.net>\r\nTo: alex@example.com\r\nDate: 99 Foo 99999\r\n\r\nx",
        b"From: =?utf-8?b?AAAA?= <nul@example.net>\r\nTo: alex@example.com\r\n\r\nx",
        b"From: " + b'"a" <a@example.net>, ' * 300 + b"\r\nTo: alex@example.com\r\n\r\nx",
        b"From: " + b"a" * 5000 + b"@example.net\r\nTo: alex@example.com\r\n\r\nx",
        b"no headers at all",
    ]
    for raw in odd:
        office.server.deliver(raw, "INBOX", at)
    came(office, ANN)
    assert office.read().total("read") == 6
    assert "ann.other@example.net" in counted(office)
    assert not any("\x00" in repr(row) or "\\x00" in repr(row) for row in office.rows("stranger"))


def test_suggestions_are_those_the_owner_really_writes_with(office: Office) -> None:
    for number in range(5):
        for _ in range(number + 1):
            came(office, f"Friend {number} <friend{number}@example.net>")
        went(office, f"friend{number}@example.net")
    came(office, ANN)
    office.read()
    assert [name for name, _, _ in suggested(office)] == ["Friend 4", "Friend 3", "Friend 2"]
    with office.work.reading() as session:
        everybody = strangers.promising(session, office.work.owner_id, None, 10)
    assert len(everybody) == 5
