"""Contacts as CSV: reads the tables of Google, LinkedIn, Outlook and of people's own making, writes Kith's own."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from kith.book import birthdays, fields
from kith.book.columns import Columns, is_day_first
from kith.book.roles import Role
from kith.book.table import Row, Table, left_aside, table, with_addresses
from kith.domain.contact import Book, Contact, Skipped
from kith.domain.dates import parse_duration
from kith.domain.names import natural_name
from kith.errors import UsageError

HEADER: Final = (
    "name", "addresses", "circle", "tags", "every", "birthday", "about", "phones", "paused", "snoozed_until",
)  # fmt: skip
_PAUSED: Final = "yes"

MAX_LINES: Final = 1_000_000

# A spreadsheet takes a cell that begins like this for a formula, and would run it. An apostrophe before it
# says text; reading takes that apostrophe away again.
_FORMULA: Final = re.compile(r"'*[=+\-@]")
_PROTECTED: Final = re.compile(r"'+[=+\-@]")

_OWN: Final = frozenset({
    Role.NAME, Role.ADDRESS, Role.CIRCLE, Role.TAGS, Role.EVERY, Role.BIRTHDAY, Role.ABOUT, Role.PHONE,
})  # fmt: skip
"""What the columns of Kith's own tables have been from the beginning; nobody else has all of them."""

_LABEL_MARK: Final = ":::"
_BETWEEN_PHONES: Final = re.compile(":::|, ")
_ESCAPE: Final = re.compile(r"[\\;,]")
_ESCAPED: Final = re.compile(r"\\([\\;,])")

_COUNTED: Final = {Role.EVERY: "days", Role.EVERY_WEEKS: "weeks", Role.EVERY_MONTHS: "months"}
_FEWEST_DAYS: Final = "6"
"""A number alone up to this one may count weeks or months as well, so it is left to the owner."""
_NEVER: Final = frozenset({"never", "none", "null", "no", "n/a", "-"})

Cells = dict[Role, list[str]]


def read(data: bytes, source: str) -> Book:
    """Every row as a contact, or as skipped with the reason; blank rows are left out.

    The header may stand below a few lines of prose. Rows may have no address. source names the file
    in messages. Raises UsageError for more than 50 MB or where no column is for names or addresses.
    """
    fields.refuse_huge(len(data), source)
    text = _text(data, source)
    if not text.strip():
        return Book([])
    found = table(text)
    if found is None:
        hint = "The first row names the columns: at least one is called name, or email."
        raise UsageError(f"No column of {source} is for names or addresses.", hint)
    whole = with_addresses(found)
    return Book(_entries(whole, source), left_aside(whole))


def _text(data: bytes, source: str) -> str:
    plain = fields.utf8(data)
    if plain.count(b"\n") + plain.count(b"\r") > 2 * MAX_LINES:
        raise UsageError(f"{source} has more than {MAX_LINES} lines.", "Split it into several files.")
    return "".join(fields.decode(line) for line in io.BytesIO(plain)).replace("\x00", "")


def _entries(found: Table, source: str) -> list[Contact | Skipped]:
    month_first = _month_first(found)
    filled = (row for row in found.rows if row.cells is None or any(cell.strip() for cell in row.cells))
    return [_entry(row, found.columns, f"{source}, line {row.line}", month_first) for row in filled]


def _entry(row: Row, columns: Columns, source: str, month_first: bool | None) -> Contact | Skipped:
    if row.cells is None:
        return Skipped(source, "a quotation mark is not closed, or a field is too long")
    cells = {role: _cells(row.cells, places) for role, places in columns.items()}
    addresses = fields.unique(a for text in cells.get(Role.ADDRESS, ()) for a in fields.addresses(text))
    is_own = columns.keys() >= _OWN
    name = _name(cells, is_own=is_own) or fields.name_of(cells.get(Role.ADDRESS, ()), addresses)
    if not name:
        broken = fields.line(" ".join(cells.get(Role.ADDRESS, ())), 80)
        return Skipped(source, f"“{broken}” is no address" if broken else "it has neither a name nor an address")
    born, every = _birthday(cells), _every(cells)
    birthday, rhythm = birthdays.birthday(born, month_first=month_first), parse_duration(every)
    return Contact(
        name=name,
        addresses=addresses,
        circle=fields.line(_first(cells, Role.CIRCLE)) or None,
        tags=fields.tags(_tags(cells)),
        every=rhythm,
        birthday=birthday,
        about=_about(cells),
        phones=_phones(cells, is_own=is_own),
        source=source,
        paused=_first(cells, Role.PAUSED).casefold() == _PAUSED,
        snoozed_until=fields.day(_first(cells, Role.SNOOZED)),
        chosen=is_own,
        unread="" if birthday else fields.line(birthdays.said(born)),
        unread_every="" if rhythm else fields.line(every),
    )


def _cells(row: Sequence[str], places: Sequence[int]) -> list[str]:
    """The filled cells of one role."""
    texts = (row[place].strip() for place in places if place < len(row))
    return [text[1:] if _PROTECTED.match(text) else text for text in texts if text]


def _first(cells: Cells, role: Role) -> str:
    return next(iter(cells.get(role, ())), "")


def _name(cells: Cells, *, is_own: bool) -> str:
    """The full name, else its parts, else the organisation. Beside a first name alone, "name" is the last name."""
    full, first = fields.person_name(_first(cells, Role.NAME)), _first(cells, Role.FIRST)
    full = full if is_own else natural_name(full) or full  # “Silva, Maria”
    if full and first and not _first(cells, Role.LAST) and first.casefold() not in full.casefold():
        return fields.person_name(f"{first} {full}")
    spoken = " ".join(_first(cells, role) for role in (Role.FIRST, Role.MIDDLE, Role.LAST))
    return full or fields.person_name(spoken) or fields.person_name(_first(cells, Role.ORGANISATION))


def _tags(cells: Cells) -> list[str]:
    found: list[str] = []
    listed = list(cells.get(Role.TAGS, ()))
    for text in cells.get(Role.LABELS, ()):
        (found if _LABEL_MARK in text else listed).extend(text.split(_LABEL_MARK))
    return found + [_ESCAPED.sub(r"\1", word) for text in listed for word in fields.parts(text, ";,\n")]


def _phones(cells: Cells, *, is_own: bool) -> tuple[str, ...]:
    """Numbers one a column, or several in one as Google (:::), Dex (a comma and a blank) and Kith (;) write them."""
    listed = cells.get(Role.PHONE, ())
    texts = listed if is_own else [part for text in listed for part in _BETWEEN_PHONES.split(text)]
    words = (_ESCAPED.sub(r"\1", word) for text in texts for word in fields.parts(text, ";\n"))
    return fields.unique(fields.line(word, 60) for word in words)


def _about(cells: Cells) -> str:
    """The notes; where there are none, what a LinkedIn row says somebody does."""
    notes = cells.get(Role.ABOUT)
    position, organisation = _first(cells, Role.POSITION), _first(cells, Role.ORGANISATION)
    job = f"{position}, {organisation}" if position and organisation else position
    return fields.block("\n".join(notes) if notes else job)


def _every(cells: Cells) -> str:
    """How often, as it is written. A number alone counts days, as Monica has it, or what the header says."""
    role = next((role for role in _COUNTED if cells.get(role)), Role.EVERY)
    text = _first(cells, role)
    count = text.removesuffix(".0")
    if text.casefold() in _NEVER or not count.strip("0"):
        return ""
    is_count = count.isdecimal() and (role is not Role.EVERY or len(count) > 1 or count > _FEWEST_DAYS)
    return f"{count} {_COUNTED[role]}" if is_count else text


def _birthday(cells: Cells) -> str:
    """One cell, or one each for year, month and day as Thunderbird has it; as it is written."""
    whole, month = _first(cells, Role.BIRTHDAY), _first(cells, Role.BIRTH_MONTH)
    is_day = whole.isdecimal() and bool(month)  # in German its day of birth is called Geburtstag, too
    year, day = _first(cells, Role.BIRTH_YEAR), whole if is_day else _first(cells, Role.BIRTH_DAY)
    if whole and not is_day:
        return whole
    return f"{year or '-'}-{month:0>2}-{day:0>2}" if month and day else " ".join(filter(None, (year, month, day)))


def _month_first(found: Table) -> bool | None:
    """Whether birthdays are written 12/31/1980: a number beyond 12 stands second somewhere, and nowhere first.

    Where numbers do not tell, a header may that is not in English; else nobody knows.
    """
    places = found.columns.get(Role.BIRTHDAY, ())
    texts = (text for row in found.rows for text in _cells(row.cells or (), places))
    dates = [numbers for text in texts if (numbers := birthdays.two_numbers(text))]
    beyond = [any(numbers[which] > birthdays.MONTHS for numbers in dates) for which in (0, 1)]
    if beyond[0] != beyond[1]:
        return beyond[1]
    return False if is_day_first(found.header) and not any(beyond) else None


def write(contacts: Iterable[Contact]) -> str:
    """The contacts as CSV (RFC 4180), which read() gives back; uid and source are not in it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows([_protect(cell) for cell in _row(contact)] for contact in contacts)
    return out.getvalue()


def _row(contact: Contact) -> tuple[str, ...]:
    return (
        contact.name,
        "; ".join(contact.addresses),
        contact.circle or "",
        "; ".join(_ESCAPE.sub(r"\\\g<0>", tag) for tag in contact.tags),
        str(contact.every or ""),
        str(contact.birthday or ""),
        contact.about,
        "; ".join(_ESCAPE.sub(r"\\\g<0>", phone) for phone in contact.phones),
        _PAUSED if contact.paused else "",
        str(contact.snoozed_until or ""),
    )


def _protect(cell: str) -> str:
    clean = fields.block(cell, len(cell))
    return f"'{clean}" if _FORMULA.match(clean) else clean
