"""A vdir: a folder of address books in which every contact is a file (as vdirsyncer keeps them)."""

from pathlib import Path

from kith.book import fields, vcard
from kith.domain.contact import Contact, Skipped
from kith.domain.plain import file_name
from kith.errors import NotFound, UsageError


def read(folder: Path) -> list[Contact | Skipped]:
    """The contacts in every .vcf file of a folder and of the folders right inside it, in order of their names.

    Hidden and temporary files are left out; one that cannot be read is skipped. Raises NotFound if
    the folder cannot be opened.
    """
    files = ((path, file_name(path.relative_to(folder).as_posix())) for path in _files(folder))
    return [entry for path, name in files for entry in _read_one(path, name)]


def _files(folder: Path) -> list[Path]:
    top = _visible(folder)
    return sorted(path for one in top for path in ([one] if _is_card(one) else _inside(one)))


def _inside(collection: Path) -> list[Path]:
    return [path for path in _visible(collection) if _is_card(path)] if collection.is_dir() else []


def _visible(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.startswith((".", "~"))]
    except OSError as error:
        raise NotFound(
            f"The folder {folder} cannot be opened: {error.strerror}.", "Check its name and rights."
        ) from error


def _is_card(path: Path) -> bool:
    return path.suffix.casefold() == ".vcf" and path.is_file()


def _read_one(path: Path, source: str) -> list[Contact | Skipped]:
    try:
        fields.refuse_huge(path.stat().st_size, source)
        return vcard.read(path.read_bytes(), source)
    except OSError as error:
        return [Skipped(source, f"the file cannot be read: {error.strerror}")]
    except UsageError as error:
        return [Skipped(source, error.message)]
