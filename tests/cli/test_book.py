"""`kith people import` and `export`: address books in and out."""

import json
import os
import shlex
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kith.book import csv
from kith.store import strangers
from support.postgres import Postgres
from support.terminal import NOW, Terminal

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Maria Silva
EMAIL:maria@example.com
EMAIL;TYPE=home:maria@home.example
BDAY:1980-05-12
CATEGORIES:family,lisbon
NOTE:met in Lisbon
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:No Address
TEL:123
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Alex Moreau
EMAIL:Alex+old@example.com
END:VCARD
"""
TABLE = "name,email,circle,every\nBob Roe,bob@example.com,mentors,\nCarol,carol@example.com,,3 weeks\n,broken,,\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A vCard file and a CSV table."""
    cards, table = tmp_path / "friends.vcf", tmp_path / "people.csv"
    cards.write_text(CARDS, encoding="utf-8")
    table.write_text(TABLE, encoding="utf-8")
    return [str(cards), str(table)]


def names(found: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in found]


def test_an_import_adds_and_says_what_it_left_alone(kith: Terminal, files: list[str]) -> None:
    done = kith.json("people", "import", *files)
    assert names(done["added"]) == ["Maria Silva", "Bob Roe", "Carol"]
    assert done["merged"] == []
    assert [(s["source"], s["why"]) for s in done["skipped"]] == [
        ("friends.vcf, card 2", "no address"),
        ("friends.vcf, card 3", "that is you"),
        ("people.csv, line 4", "“broken” is no address"),
    ]
    maria = kith.json("people", "show", "maria")
    assert (maria["addresses"], maria["tags"]) == (["maria@example.com", "maria@home.example"], ["family", "lisbon"])
    assert (maria["birthday"], maria["about"]) == ("1980-05-12", "met in Lisbon")
    assert kith.json("people", "show", "carol")["every"] == "3 weeks"


def test_a_dry_run_shows_the_same_and_changes_nothing(kith: Terminal, files: list[str]) -> None:
    shown = kith.json("people", "import", "--dry-run", *files)
    assert kith.people() == []
    assert (shown["dry_run"], shown["change"], names(shown["added"])) == (
        True,
        None,
        ["Maria Silva", "Bob Roe", "Carol"],
    )
    done = kith.json("people", "import", *files)
    without_ids = [one | {"id": None} for one in done["added"]]
    assert (without_ids, done["skipped"]) == (shown["added"], shown["skipped"])


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_birthdays_that_cannot_be_are_told_each_with_its_place(kith: Terminal, tmp_path: Path, dry: list[str]) -> None:
    book = tmp_path / "people.csv"
    rows = ["Ann,ann@x.example,19850230", "Bob,bob@x.example,2080-12-31", "Cy,cy@x.example,12 May 1980"]
    book.write_text("\n".join(["name,email,birthday", *rows]), encoding="utf-8")
    shown = kith.json("people", "import", str(book), *dry)
    assert shown["unread"] == [
        {"source": "people.csv, line 2", "name": "Ann", "birthday": "19850230"},
        {"source": "people.csv, line 3", "name": "Bob", "birthday": "2080-12-31"},
    ]
    assert [one["birthday"] for one in shown["added"]] == [None, None, "1980-05-12"]
    told = kith("people", "import", str(book), "--dry-run")
    assert "Birthdays left out (no day, unclear, or still to come):\n  people.csv, line 2  Ann  19850230\n" in told


def test_rhythms_and_columns_that_are_left_out_are_told(kith: Terminal, tmp_path: Path) -> None:
    book = tmp_path / "people.csv"
    columns = [f"Column {letter}" for letter in "ABCDEFGHIJ"]
    rows = [["name", "email", "every", *columns], ["Ann", "ann@x.example", "at times", *"abcdefghij"]]
    book.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    shown = kith.json("people", "import", str(book), "--dry-run")
    assert shown["unread_every"] == [{"source": "people.csv, line 2", "name": "Ann", "every": "at times"}]
    assert shown["left_aside"] == [{"file": "people.csv", "columns": columns}]
    told = kith("people", "import", str(book))
    assert "Rhythms left out (“6 weeks” or “every 2 months” would do):\n  people.csv, line 2  Ann  at times\n" in told
    assert f"Columns left aside:\n  people.csv  {', '.join(columns[:8])}, 2 more\n" in told


def test_an_address_book_whose_name_is_no_utf8_is_read_and_its_name_shown(kith: Terminal, tmp_path: Path) -> None:
    for suffix, text in (("vcf", CARDS), ("csv", TABLE + ",,,\n")):
        book = tmp_path / os.fsdecode(b"b\xfccher." + suffix.encode())
        book.write_text(text, encoding="utf-8")
        sources = {one["source"].partition(",")[0] for one in kith.json("people", "import", str(book))["skipped"]}
        assert sources == {rf"b\xfccher.{suffix}"}
    said = kith("people", "import", str(tmp_path / os.fsdecode(b"\xff.vcf")), code=66)
    assert r"\xff.vcf" in said.splitlines()[0]


def test_the_text_is_short_and_aligned(kith: Terminal, files: list[str]) -> None:
    assert kith("people", "import", "--dry-run", *files).splitlines() == [
        "This would be: 3 new, 3 left alone. Nothing is changed yet.",
        "",
        "Added:",
        "  Maria Silva  maria@example.com and 1 more",
        "  Bob Roe      bob@example.com",
        "  Carol        carol@example.com",
        "",
        "Left alone:",
        "  No Address          no address",
        "  Alex Moreau         that is you",
        "  people.csv, line 4  “broken” is no address",
    ]
    assert kith("people", "import", *files).splitlines()[-2:] == [
        "The next scan fetches what you wrote so far.",
        "`kith undo 1` takes it all back.",
    ]


def test_an_import_is_taken_back_as_a_whole(kith: Terminal, files: list[str]) -> None:
    kith("people", "add", "Maria", "maria@example.com")
    before = kith.json("people", "show", "maria")
    done = kith.json("people", "import", *files)
    assert (names(done["added"]), names(done["merged"])) == (["Bob Roe", "Carol"], ["Maria"])
    assert kith("undo") == "Taken back: the import of 2 people, and what it said of 1 more\n"
    assert kith.json("people", "show", "maria") == before
    assert names(kith.people()) == ["Maria"]


def test_who_is_there_gains_only_what_they_lack(kith: Terminal, files: list[str]) -> None:
    kith("people", "add", "Mary", "MARIA@home.example", "--about", "my words", "--tag", "Family")
    (merged,) = kith.json("people", "import", files[0])["merged"]
    assert merged == {
        "id": 1,
        "name": "Mary",
        "source": "friends.vcf, card 1",
        "gains": {"addresses": ["maria@example.com"], "tags": ["lisbon"], "birthday": "1980-05-12"},
    }
    shown = kith.json("people", "show", "1")
    assert (shown["name"], shown["about"], shown["tags"]) == ("Mary", "my words", ["Family", "lisbon"])
    kith("undo")
    assert "  Mary  + maria@example.com, #lisbon, birthday\n" in kith("people", "import", "--dry-run", files[0])


def test_importing_twice_adds_nothing(kith: Terminal, files: list[str]) -> None:
    kith("people", "import", *files)
    everything = kith.json("export")["tables"]
    again = kith.json("people", "import", *files)
    assert (again["added"], again["merged"], again["change"]) == ([], [], None)
    assert kith.json("export")["tables"] == everything
    assert kith("people", "import", *files).startswith("3 already there, 3 left alone.\n\nLeft alone:\n  No Address ")


def test_circle_and_every_are_for_those_who_have_none(kith: Terminal, files: list[str]) -> None:
    kith("people", "import", *files, "--circle", "friends", "--every", "5w")
    shown = {p["name"]: kith.json("people", "show", str(p["id"])) for p in kith.people()}
    assert {name: (one["circle"], one["every"], one["cadence_source"]) for name, one in shown.items()} == {
        "Maria Silva": ("friends", "2 weeks", "tag family"),  # her tag has a rhythm
        "Bob Roe": ("mentors", "6 weeks", "circle mentors"),
        "Carol": ("friends", "3 weeks", "their own"),
    }


def test_circle_and_every_reach_those_who_are_there_already(kith: Terminal, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,email\nAnn,ann@example.com\nBob,bob@example.com\n", encoding="utf-8")
    kith("people", "add", "Bob", "bob@example.com", "--circle", "mentors")
    kith("people", "import", str(table))
    done = kith.json("people", "import", str(table), "--circle", "friends", "--every", "5w")
    assert [(m["name"], m["gains"]) for m in done["merged"]] == [("Ann", {"circle": "friends", "every": "5 weeks"})]
    kith("undo", str(done["change"]))
    assert {p["name"]: p["circle"] for p in kith.people()} == {"Ann": None, "Bob": "mentors"}


CONNECTIONS = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Tom,"Baker, PhD",https://x.example/tom,,Oven,Baker,01 May 2024
Ann,Roe,https://x.example/ann,,,,02 May 2024
Maria,Silva,https://x.example/maria,,,,03 May 2024
"""


@pytest.fixture
def connections(kith: Terminal, tmp_path: Path) -> str:
    """What LinkedIn exports, beside a mailbox in which Tom writes and Maria is known."""
    kith("people", "add", "Maria Silva", "maria@example.com")
    work = kith.work()
    with work.writing() as session:
        seen = {"tom@o.example": ("Tom Baker", 4, 2, NOW), "tom.baker@x.example": ("", 0, 1, NOW)}
        strangers.count(session, work.owner_id, seen)
    work.engine.dispose()
    table = tmp_path / "Connections.csv"
    table.write_text(CONNECTIONS, encoding="utf-8")
    return str(table)


def test_rows_without_an_address_are_proposed_and_not_guessed(kith: Terminal, connections: str) -> None:
    done = kith.json("people", "import", connections, "--every", "6w")
    assert (done["added"], done["merged"], done["change"]) == ([], [], None)
    assert done["proposed"] == [
        {
            "name": "Tom Baker, PhD",
            "address": "tom@o.example",
            "why": "their mail says “Tom Baker”; you wrote 4, they wrote 2, last on 2026-05-13",
            "line": "kith people add '--every=6 weeks' '--about=Baker, Oven' 'Tom Baker, PhD' tom@o.example",
            "source": "Connections.csv, line 5",
        },
        {
            "name": "Tom Baker, PhD",
            "address": "tom.baker@x.example",
            "why": "the address reads like the name; you wrote 0, they wrote 1, last on 2026-05-13",
            "line": "kith people add '--every=6 weeks' '--about=Baker, Oven' 'Tom Baker, PhD' tom.baker@x.example",
            "source": "Connections.csv, line 5",
        },
    ]
    assert [(s["name"], s["why"], s["looks_like"]) for s in done["skipped"]] == [
        ("Ann Roe", "no address", []),
        ("Maria Silva", "no address", ["Maria Silva"]),
    ]
    assert names(kith.people()) == ["Maria Silva"]


def test_the_line_of_a_proposal_is_whole_and_adds_them(kith: Terminal, connections: str) -> None:
    shown = kith("people", "import", connections).splitlines()
    why = "their mail says “Tom Baker”; you wrote 4, they wrote 2, last on 2026-05-13"
    assert shown[:5] == [
        "1 proposed, 2 left alone.",
        "",
        "Without an address, but seen in your mail. If it is them, this adds them:",
        f"  Tom Baker, PhD, tom@o.example: {why}",
        "    kith people add '--about=Baker, Oven' 'Tom Baker, PhD' tom@o.example",
    ]
    kith(*shlex.split(shown[4])[1:])
    tom = kith.json("people", "show", "tom")
    assert (tom["name"], tom["addresses"], tom["about"]) == (
        "Tom Baker, PhD",
        ["tom@o.example"],
        "Baker, Oven",
    )
    assert kith.json("people", "import", connections)["proposed"] == []


def test_a_name_that_looks_like_an_option_is_none(kith: Terminal, tmp_path: Path) -> None:
    work = kith.work()
    with work.writing() as session:
        strangers.count(session, work.owner_id, {"e@x.example": ("--every Body", 1, 1, NOW)})
    work.engine.dispose()
    table = tmp_path / "people.csv"
    table.write_text("name,email\n--every Body,\n", encoding="utf-8")
    (proposed,) = kith.json("people", "import", str(table))["proposed"]
    kith(*shlex.split(proposed["line"])[1:])
    assert names(kith.people()) == ["--every Body"]


def test_phones_are_kept_shown_and_taken_back(kith: Terminal, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,email,phone\nMaria,maria@example.com,+33 6 12 34 56 78\n", encoding="utf-8")
    kith("people", "add", "Maria Silva", "maria@example.com")
    assert kith("people", "import", str(table)).splitlines()[3] == "  Maria Silva  + +33 6 12 34 56 78"
    assert kith.json("people", "show", "maria")["phones"] == ["+33 6 12 34 56 78"]
    assert "\nphones        +33 6 12 34 56 78\n" in kith("people", "show", "maria")
    assert kith("people", "import", str(table)) == "1 already there.\n"
    kith("undo")
    assert kith.json("people", "show", "maria")["phones"] == []


def test_who_was_forgotten_does_not_come_back_by_an_import(kith: Terminal, files: list[str]) -> None:
    kith("people", "import", *files)
    kith("people", "forget", "bob", "--yes")
    again = kith.json("people", "import", *files)
    assert ("people.csv, line 2", "you asked Kith to forget them") in [
        (s["source"], s["why"]) for s in again["skipped"]
    ]
    assert names(kith.people()) == ["Carol", "Maria Silva"]
    kith("people", "add", "Bob Roe", "bob@example.com")  # asked for by name, he does
    assert len(kith.people()) == 3


def test_an_undone_import_leaves_newcomers_alone_who_got_the_number_of_somebody_forgotten(
    kith: Terminal, files: list[str]
) -> None:
    kith("people", "import", *files)
    kith("people", "forget", "carol", "--yes")
    kith("people", "add", "Zed", "zed@example.com")
    kith("undo", "1")
    assert names(kith.people()) == ["Zed"]


def test_the_same_name_is_pointed_out(kith: Terminal, files: list[str]) -> None:
    kith("people", "add", "bob roe", "bob@other.example")
    assert "  Bob Roe      bob@example.com (you know a bob roe already)\n" in kith("people", "import", *files)


def test_long_lists_are_cut_in_the_text_alone(kith: Terminal, tmp_path: Path) -> None:
    table = tmp_path / "many.csv"
    rows = "".join(f"Person {n},p{n}@example.com\n" for n in range(50))
    table.write_text("name,email\n" + rows, encoding="utf-8")
    assert "  and 30 more\n" in kith("people", "import", str(table), "--dry-run")
    assert len(kith.json("people", "import", str(table))["added"]) == 50
    assert len(kith.people()) == 50


def test_a_folder_of_cards_is_an_address_book_too(kith: Terminal, tmp_path: Path) -> None:
    (tmp_path / "vdir" / "friends").mkdir(parents=True)
    (tmp_path / "vdir" / "friends" / "maria.vcf").write_text(CARDS, encoding="utf-8")
    assert names(kith.json("people", "import", str(tmp_path / "vdir"))["added"]) == ["Maria Silva"]


def test_an_empty_book_is_said_to_be_empty(kith: Terminal, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert kith("people", "import", str(tmp_path / "empty")) == "There is nobody in there.\n"


@pytest.mark.parametrize(("name", "code"), [("nowhere.vcf", 66), ("picture.png", 64)])
def test_a_file_that_cannot_be_read_stops_the_whole_import(
    kith: Terminal, files: list[str], tmp_path: Path, name: str, code: int
) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    assert kith("people", "import", *files, str(tmp_path / name), code=code).startswith("error: ")
    assert kith.people() == []


def test_a_length_of_time_that_is_none_is_refused(kith: Terminal, files: list[str]) -> None:
    assert kith("people", "import", *files, "--every", "often", code=64).startswith("error: often is not a length")
    assert kith.people() == []


@pytest.fixture
def filled(kith: Terminal, files: list[str]) -> Terminal:
    """Kith with people of every kind."""
    kith("people", "import", *files, "--circle", "friends")
    kith(
        "people",
        "add",
        "Zoë, “Z”; O'Hara",
        "z@example.com",
        "--tag",
        "a,b; c",
        "--birthday",
        "29 Feb",
        "--every",
        "1 year",
    )
    kith("people", "add", "Grandma", "--every", "2w", "--about", "has no mail")
    kith("people", "add", "Grandma")
    kith("people", "add", "Quoted", '"john doe"@example.com')
    kith("people", "edit", "Quoted", "--pause")
    kith("snooze", "Zoë", "3 weeks")
    kith("people", "add", "=SUM(A1)", "formula@example.com", "--about", "two\nlines, and a ; semicolon \\ backslash")
    return kith


@pytest.mark.parametrize("form", ["vcard", "csv", "json"])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_is_exported_is_imported_again_exactly(
    filled: Terminal, tmp_path: Path, request: pytest.FixtureRequest, form: str, database: str
) -> None:
    book = tmp_path / f"book.{'vcf' if form == 'vcard' else form}"
    assert filled("people", "export", "--format", form, "--out", str(book)) == f"8 people are in {book}.\n"
    server: Postgres | None = request.getfixturevalue("postgres") if database == "postgres" else None
    other = Terminal(tmp_path / "other", url=server.new_database() if server else "")
    other("people", "import", str(book))

    def known(terminal: Terminal) -> list[dict[str, Any]]:
        shown = json.loads(terminal("people", "export", "--format", "json"))
        return [{k: v for k, v in one.items() if k not in ("id", "due_on")} for one in shown]

    assert known(other) == known(filled)
    assert not other.json("people", "import", str(book))["added"]
    assert known(other) == known(filled)


def test_the_export_goes_to_stdout_as_it_would_into_a_file(filled: Terminal, tmp_path: Path) -> None:
    for form in ("vcard", "csv", "json"):
        book = tmp_path / form
        filled("people", "export", "--format", form, "--out", str(book))
        assert filled("people", "export", "--format", form) == book.read_bytes().decode("utf-8")
        assert stat.S_IMODE(book.stat().st_mode) == 0o600
    assert filled("people", "export").startswith("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:")


def test_with_json_the_export_is_one_json_document(filled: Terminal, tmp_path: Path) -> None:
    listed = filled.json("people", "export", "--format", "csv")
    assert sorted(one["name"] for one in listed) == sorted(names(filled.people()))
    assert {"every", "birthday", "about"} <= set(listed[0])
    out = str(tmp_path / "book.csv")
    assert filled.json("people", "export", "--format", "csv", "--out", out) == {
        "file": out,
        "format": "csv",
        "people": 8,
    }


def test_nobody_is_exported_as_nothing(kith: Terminal) -> None:
    assert kith("people", "export") == ""
    assert kith.json("people", "export") == []
    assert kith("people", "export", "--format", "csv") == ",".join(csv.HEADER) + "\r\n"


def test_people_who_will_never_fall_due_are_told_of(kith: Terminal, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text("name,email,circle\nAnn,ann@example.com,frends\nBob,bob@example.com,\nEve,e@example.com,friends\n")
    told = kith("people", "import", str(book), "--dry-run")
    assert "frends has no rhythm in kith.toml; circles that have one: friends, mentors." in told
    assert "2 of them have no rhythm and will never fall due" in told
    assert "never fall due" not in kith("people", "import", str(book), "--every", "6w")
    assert "rhythm" not in kith("people", "import", str(book)), "nobody is new"


@pytest.mark.parametrize(("words", "at_once"), [([], 0), (["--every", "2 months"], 7)])
def test_nobody_added_by_hand_waits_behind_an_import_of_the_day(kith: Terminal, words: list[str], at_once: int) -> None:
    path = kith.folder / "many.csv"
    path.write_text("Name,Email\n" + "".join(f"Guest {n},g{n}@example.net\n" for n in range(200)), encoding="utf-8")
    kith("people", "import", str(path), *words)
    kith.now += timedelta(minutes=1)
    kith("people", "add", "Maria Silva", "maria@example.com", "--every", "2 weeks")
    due = {one["name"]: one["due_on"] for one in kith.people()}
    assert due["Maria Silva"] == "2026-05-13"
    assert list(due.values()).count("2026-05-13") == max(at_once, 1)
