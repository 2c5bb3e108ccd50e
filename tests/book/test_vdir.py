"""Folders of cards, and the front door that tells the formats apart."""

import os
from pathlib import Path

import pytest

from kith.book import vdir
from kith.book.formats import read_file
from kith.domain.contact import Contact, Skipped
from kith.errors import KithError, NotFound, UsageError


def put(path: Path, name: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"BEGIN:VCARD\nVERSION:4.0\nFN:{name}\nEND:VCARD\n", encoding="utf-8")
    return path


def names(entries: list[Contact | Skipped]) -> list[str]:
    return [entry.name for entry in entries if isinstance(entry, Contact)]


def test_every_card_of_a_folder_and_its_collections_is_read_in_order(tmp_path: Path) -> None:
    put(tmp_path / "b.vcf", "B")
    put(tmp_path / "a.VCF", "A")
    put(tmp_path / "friends" / "c.vcf", "C")
    put(tmp_path / "friends" / "deeper" / "d.vcf", "D")
    found = vdir.read(tmp_path)
    assert names(found) == ["A", "B", "C"]
    assert [entry.source for entry in found] == ["a.VCF, card 1", "b.vcf, card 1", "friends/c.vcf, card 1"]


@pytest.mark.parametrize("name", [".a.vcf", "a.vcf.tmp", "._a.vcf", "~a.vcf", "a.vcf~", "readme.txt", ".hidden/a.vcf"])
def test_temporary_and_other_files_are_left_out(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, "Nobody")
    assert vdir.read(tmp_path) == []


def test_a_file_that_cannot_be_used_costs_itself_alone(tmp_path: Path) -> None:
    put(tmp_path / "a.vcf", "A")
    (tmp_path / "b.vcf").write_bytes(b"\x00\xff nonsense")
    with (tmp_path / "c.vcf").open("wb") as sparse:
        sparse.truncate(50_000_001)
    (tmp_path / "d.vcf").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "e.vcf")
    put(tmp_path / "f.vcf", "F")
    found = vdir.read(tmp_path)
    assert names(found) == ["A", "F"]
    assert [entry.source for entry in found if isinstance(entry, Skipped)] == ["b.vcf", "c.vcf"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it_is_skipped(tmp_path: Path) -> None:
    put(tmp_path / "a.vcf", "A").chmod(0)
    (found,) = vdir.read(tmp_path)
    assert isinstance(found, Skipped)


def test_a_file_that_vanishes_is_skipped(tmp_path: Path) -> None:
    gone = put(tmp_path / "a.vcf", "A")
    gone.unlink()
    (found,) = vdir._read_one(gone, "a.vcf")
    assert isinstance(found, Skipped)
    assert "cannot be read" in found.why


def test_a_folder_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound):
        vdir.read(Path("/nowhere/at/all"))


CARD = "BEGIN:VCARD\nFN:Jane\nEND:VCARD\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("book.vcf", CARD.encode()),
        ("book.vcf", CARD.encode("utf-16")),
        ("contacts", b"\xef\xbb\xbf" + CARD.replace("\n", "\r\n").encode()),
        ("contacts.csv", CARD.encode("utf-16")),
        ("contacts.txt", ("\n" + CARD.lower()).encode()),
        ("people.csv", b"name\nJane\n"),
        ("people.TSV", b"name\tmail\nJane\t\n"),
        ("people.txt", b"name,mail\nJane,\n"),
    ],
)
def test_a_file_is_known_by_what_is_in_it_then_by_its_suffix(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert [name.title() for name in names(read_file(tmp_path / name).entries)] == ["Jane"]


def test_a_folder_is_a_vdir(tmp_path: Path) -> None:
    put(tmp_path / "a.vcf", "A")
    assert names(read_file(tmp_path).entries) == ["A"]


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("people.xlsx", b"PK\x03\x04", UsageError),
        ("people.json", b"{}", UsageError),
        ("people", b"", UsageError),
        ("people.csv", b"PK\x03\x04", UsageError),
        ("gone.csv", None, NotFound),
    ],
)
def test_what_is_no_address_book_is_refused_with_a_hint(
    tmp_path: Path, name: str, data: bytes | None, error: type[KithError]
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(error) as refused:
        read_file(tmp_path / name)
    assert refused.value.hint


def test_a_device_is_refused() -> None:
    with pytest.raises(UsageError):
        read_file(Path(os.devnull))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.vcf").open("wb") as sparse:
        sparse.truncate(10**12)
    with pytest.raises(UsageError, match="huge"):
        read_file(tmp_path / "huge.vcf")
