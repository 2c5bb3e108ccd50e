"""`kith export`, `backup` and `restore`: everything at once."""

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kith.store import letters
from kith.store.lock import work_lock
from kith.store.tables import METADATA, DigestRow, LetterRow
from support.postgres import Postgres
from support.terminal import NOW, Terminal


@pytest.fixture(params=["sqlite", "postgres"])
def filled(tmp_path: Path, request: pytest.FixtureRequest) -> Terminal:
    """Kith on each kind of database, with something in most tables."""
    server: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgres" else None
    return fill(Terminal(tmp_path / "home", url=server.new_database() if server else ""))


@pytest.fixture
def small(kith: Terminal) -> Terminal:
    """The same on SQLite."""
    return fill(kith)


def fill(kith: Terminal) -> Terminal:
    kith("people", "add", "Maria Silva", "maria@example.com", "--tag", "family", "--birthday", "12 May")
    kith("people", "add", "Bob", "bob@example.com")
    kith.mail("maria@example.com", NOW - timedelta(days=3), "The flat")
    kith("note", "maria", "moving to Lisbon")
    kith("followup", "bob", "in 1 month", "the job")
    letter(kith, "digest", "2026-05-04", "sent")
    return kith


def letter(kith: Terminal, kind: str, key: str, state: str) -> None:
    """A letter in the outbox, and its period's row where it is a digest."""
    work = kith.work()
    with work.writing() as session:
        row = LetterRow(
            owner_id=work.owner_id, kind=kind, key=key, message_id=f"<kith.{kind}.{key}@example.com>",
            recipient="alex@example.com", subject=f"{kind} {key}", raw=b"From: \xff\r\n", delivery="smtp", state=state,
            created_at=NOW,
        )  # fmt: skip
        row_id = letters.add_letter(session, row, {1: 1, 2: 2})
        if kind == "digest":
            session.add(
                DigestRow(owner_id=work.owner_id, period=date.fromisoformat(key), letter_id=row_id, made_at=NOW)
            )
    work.engine.dispose()


def tables(kith: Terminal) -> Any:
    return kith.json("export")["tables"]


def states(kith: Terminal) -> dict[str, str]:
    return {one["key"]: one["state"] for one in tables(kith)["letter"]}


def test_the_export_holds_every_table_and_no_bytes_of_letters(filled: Terminal) -> None:
    whole = filled.json("export")
    assert set(whole) == {"kith", "schema", "exported_at", "tables"}
    assert whole["exported_at"] == "2026-05-13T12:00:00+02:00"
    assert set(whole["tables"]) == set(METADATA.tables)
    (note,) = whole["tables"]["note"]
    assert (note["text"], note["at"]) == ("moving to Lisbon", "2026-05-13T10:00:00+00:00")
    assert [p["name"] for p in whole["tables"]["person"]] == ["Maria Silva", "Bob"]
    (sent,) = whole["tables"]["letter"]
    assert sent["subject"] == "digest 2026-05-04"
    assert "raw" not in sent


def test_the_export_is_json_with_and_without_the_option(small: Terminal) -> None:
    plain = small.line("export", "--config", str(small.config))
    assert plain.json == small.json("export")


def test_a_backup_is_a_private_copy_of_everything(filled: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    for database in filled.folder.glob("kith.db"):
        database.chmod(0o644)  # as somebody's own script may have left it
    made = filled.json("backup", str(file))
    assert made == {"file": str(file), "bytes": file.stat().st_size, "schema": "0001"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob("copy.db?*")) == []  # no log beside it
    other = Terminal(tmp_path / "other")
    shutil.copy(file, other.folder / "kith.db")
    assert tables(other) == tables(filled)
    assert other.people() == filled.people()


def test_a_backup_says_that_the_key_is_not_in_it(small: Terminal, tmp_path: Path) -> None:
    said = small("backup", str(tmp_path / "copy.db"))
    assert said.startswith(f"Everything is in {tmp_path / 'copy.db'} (")
    assert "file:kith.key" in said


def test_a_backup_overwrites_nothing(small: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    file.write_text("precious")
    assert small("backup", str(file), code=64).startswith(f"error: {file} is there already\n")
    assert file.read_text() == "precious"
    assert small("backup", str(tmp_path / "no" / "copy.db"), code=64).startswith("error: ")


def test_a_backup_is_consistent_while_somebody_writes(small: Terminal, tmp_path: Path) -> None:
    with closing(sqlite3.connect(small.folder / "kith.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE person SET name = 'half done'")
        small("backup", str(tmp_path / "copy.db"))
        writer.rollback()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM person WHERE name = 'half done'").fetchone() == (0,)


def test_a_restore_brings_everything_back_and_keeps_what_was_there(filled: Terminal, tmp_path: Path) -> None:
    before, file = tables(filled), tmp_path / "copy.db"
    filled("backup", str(file))
    filled("people", "forget", "maria", "--yes")
    filled("people", "add", "Carol", "carol@example.com")
    lost = tables(filled)
    done = filled.json("restore", str(file))
    restored = tables(filled)
    for kept, was in zip(restored["letter"], before["letter"], strict=True):
        kept["subject"] = was["subject"]  # a letter that named somebody forgotten since does not get its words back
    assert restored == before
    assert done == {"restored": str(file), "kept": str(filled.folder / "kith.db.before-restore")}
    assert stat.S_IMODE(Path(done["kept"]).stat().st_mode) == 0o600
    filled("restore", done["kept"])
    assert tables(filled) == lost


def test_after_a_restore_new_rows_get_new_numbers(filled: Terminal, tmp_path: Path) -> None:
    filled("backup", str(tmp_path / "copy.db"))
    filled("restore", str(tmp_path / "copy.db"))
    assert filled.json("people", "add", "Carol", "carol@example.com")["id"] == 3
    filled("note", "carol", "works")
    assert len(tables(filled)["note"]) == 2


def test_a_backup_goes_from_one_kind_of_database_into_the_other(
    small: Terminal, postgres: Postgres, tmp_path: Path
) -> None:
    big = Terminal(tmp_path / "big", url=postgres.new_database())
    small("backup", str(tmp_path / "copy.db"))
    big("restore", str(tmp_path / "copy.db"))
    assert tables(big) == tables(small)
    big("note", "bob", "from PostgreSQL")
    big("backup", str(tmp_path / "back.db"))
    small("restore", str(tmp_path / "back.db"))
    assert tables(small) == tables(big)


def test_each_restore_keeps_a_copy_of_its_own(small: Terminal, tmp_path: Path) -> None:
    small("backup", str(tmp_path / "copy.db"))
    kept = [small.json("restore", str(tmp_path / "copy.db"))["kept"] for _ in range(3)]
    assert [Path(k).name for k in kept] == [f"kith.db.before-restore{n}" for n in ("", "-2", "-3")]


def test_forgetting_names_the_copies_that_restores_kept(filled: Terminal, tmp_path: Path) -> None:
    filled("backup", str(tmp_path / "copy.db"))
    kept = [filled.json("restore", str(tmp_path / "copy.db"))["kept"] for _ in range(2)]
    filled.folder.joinpath("kith.db.before-restore-of-mine").touch()
    said = filled("people", "forget", "maria", "--yes")
    assert f"What `kith restore` kept in {kept[0]} and {kept[1]} and backups you made before may still know" in said
    assert "yours to delete" in said
    assert filled.json("people", "forget", "bob", "--yes")["copies"] == kept


def test_forgetting_on_a_server_names_the_copies_too(small: Terminal, postgres: Postgres, tmp_path: Path) -> None:
    big = Terminal(tmp_path / "big", url=postgres.new_database())
    small("backup", str(tmp_path / "copy.db"))
    kept = big.json("restore", str(tmp_path / "copy.db"))["kept"]
    assert big.json("people", "forget", "bob", "--yes")["copies"] == [kept]


def test_forgetting_speaks_of_backups_and_no_file_where_nothing_was_restored(small: Terminal) -> None:
    said = small("people", "forget", "bob", "--yes").splitlines()
    assert said[1:] == ["Backups you made before may still know them; those are yours to delete."]


def test_the_text_of_a_restore_says_where_the_rest_is(small: Terminal, tmp_path: Path) -> None:
    small("backup", str(tmp_path / "copy.db"))
    assert small("restore", str(tmp_path / "copy.db")).splitlines() == [
        f"{tmp_path / 'copy.db'} is in place.",
        f"What was there before is in {small.folder / 'kith.db.before-restore'}.",
    ]


def test_a_database_that_is_lost_or_broken_is_restored_all_the_same(small: Terminal, tmp_path: Path) -> None:
    before = tables(small)
    small("backup", str(tmp_path / "copy.db"))
    small.folder.joinpath("kith.db").write_bytes(b"no database at all " * 1000)
    kept = Path(small.json("restore", str(tmp_path / "copy.db"))["kept"])
    assert kept.read_bytes().startswith(b"no database")
    assert tables(small) == before
    small.folder.joinpath("kith.db").unlink()
    assert small.json("restore", str(tmp_path / "copy.db"))["kept"] is None
    assert tables(small) == before
    assert stat.S_IMODE((small.folder / "kith.db").stat().st_mode) == 0o600


def test_a_restore_waits_for_nobody(filled: Terminal, tmp_path: Path) -> None:
    filled("backup", str(tmp_path / "copy.db"))
    filled("people", "add", "Carol", "carol@example.com")
    work = filled.work()
    with work_lock(work.engine, work.owner_id, 0):
        said = filled("restore", str(tmp_path / "copy.db"), code=75)
    work.engine.dispose()
    assert said.startswith("error: another Kith is at work on this mailbox\n")
    assert len(filled.people()) == 3
    assert not (filled.folder / "kith.db.before-restore").exists()


def test_whoever_has_the_database_open_sees_what_was_restored(small: Terminal, tmp_path: Path) -> None:
    small("backup", str(tmp_path / "copy.db"))
    small("people", "add", "Carol", "carol@example.com")
    with closing(sqlite3.connect(small.folder / "kith.db")) as running:
        assert running.execute("SELECT count(*) FROM person").fetchone() == (3,)
        small("restore", str(tmp_path / "copy.db"))
        assert running.execute("SELECT count(*) FROM person").fetchone() == (2,)


def foreign(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


def test_what_is_no_backup_is_refused_and_nothing_changes(small: Terminal, tmp_path: Path) -> None:
    before = tables(small)
    small("backup", str(tmp_path / "copy.db"))
    text, empty, half = tmp_path / "text.db", tmp_path / "empty.db", tmp_path / "half.db"
    text.write_text("not a database, and long enough to look at " * 100)
    empty.touch()
    half.write_bytes((tmp_path / "copy.db").read_bytes()[:20_000])
    other = foreign(tmp_path / "other.db", "CREATE TABLE person (id INTEGER)")
    newer = Path(shutil.copy(tmp_path / "copy.db", tmp_path / "newer.db"))
    foreign(newer, "UPDATE alembic_version SET version_num = '9999'")
    for file, code in ((text, 64), (empty, 64), (half, 64), (other, 64), (newer, 78), (tmp_path / "nowhere.db", 66)):
        said = small("restore", str(file), code=code)
        assert said.startswith("error: "), said
        assert len(said.splitlines()) == 2
    assert tables(small) == before
    assert not (small.folder / "kith.db.before-restore").exists()


def test_a_backup_on_a_read_only_place_can_be_restored(small: Terminal, tmp_path: Path) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    small("backup", str(place / "copy.db"))
    contents = (place / "copy.db").read_bytes()
    (place / "copy.db").chmod(0o400)
    place.chmod(0o500)
    try:
        small("restore", str(place / "copy.db"))
        assert (place / "copy.db").read_bytes() == contents
    finally:
        place.chmod(0o700)


def test_a_letter_that_may_have_gone_out_since_is_not_sent_again_blindly(small: Terminal, tmp_path: Path) -> None:
    letter(small, "receipt", "one", "queued")
    small("backup", str(tmp_path / "copy.db"))
    small.folder.joinpath("kith.db").unlink()
    small("restore", str(tmp_path / "copy.db"))
    assert states(small) == {"2026-05-04": "sent", "one": "uncertain"}


def test_what_went_out_since_the_backup_stays_known(filled: Terminal, tmp_path: Path) -> None:
    letter(filled, "digest", "2026-05-11", "queued")
    filled("backup", str(tmp_path / "copy.db"))
    work = filled.work()
    with work.writing() as session:
        row = letters.letter_by_key(session, work.owner_id, "digest", "2026-05-11")
        assert row is not None
        row.state, row.sent_at = "sent", NOW
        session.add(row)
    work.engine.dispose()
    letter(filled, "digest", "2026-05-18", "sent")
    filled("people", "add", "Carol", "carol@example.com")
    filled("restore", str(tmp_path / "copy.db"))
    assert states(filled) == {"2026-05-04": "sent", "2026-05-11": "sent", "2026-05-18": "sent"}
    after = tables(filled)
    assert [d["period"] for d in after["digest"]] == ["2026-05-04", "2026-05-11", "2026-05-18"]
    newest = after["digest"][-1]["letter_id"]
    assert {(n["number"], n["person_id"]) for n in after["number"] if n["letter_id"] == newest} == {(1, 1), (2, 2)}
    assert len(filled.people()) == 2
