"""The front door of the address books: which format a file or folder has, and its contacts."""

import re
from pathlib import Path
from typing import Final

from kith.book import csv, fields, json, vcard, vdir
from kith.domain.contact import Book
from kith.domain.plain import file_name
from kith.errors import NotFound, UsageError

_TABLES: Final = {".csv", ".tsv", ".tab", ".txt"}
_CARDS: Final = {".vcf", ".vcard"}
_BEGIN: Final = re.compile(rb"^[ \t]*BEGIN:VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEAD: Final = 4096  # bytes in which a vCard file shows itself


def read_file(path: Path) -> Book:
    """The contacts of a vCard file, a CSV table, Kith's own JSON or a vdir folder.

    They are told apart by what is in them, then by their suffix.

    Raises NotFound where there is nothing to read, UsageError where it is no address book that Kith knows.
    """
    if path.is_dir():
        return Book(vdir.read(path))
    if not path.exists():
        raise NotFound(f"There is no file {path}.", "Check the name; a folder of .vcf files can be given too.")
    if not path.is_file():
        raise UsageError(f"{path} is not a file.", "Save the address book as a file first.")
    return _read(path, path.suffix.casefold())


def _read(path: Path, suffix: str) -> Book:
    data, name = _bytes(path), file_name(path.name)
    if _BEGIN.search(fields.utf8(data[:_HEAD])) or suffix in _CARDS:
        return Book(vcard.read(data, name))
    if suffix in _TABLES:
        return csv.read(data, name)
    if suffix == ".json":
        return Book(json.read(data, name))
    raise UsageError(f"{name} is no address book that Kith can read.", "Export it as vCard (.vcf) or as CSV.")


def _bytes(path: Path) -> bytes:
    try:
        fields.refuse_huge(path.stat().st_size, path.name)
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error
