"""What the columns of a contact table mean, by the headers that common programs write."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from kith.book.fields import line


class Role(StrEnum):
    """What a column holds."""

    NAME = "name"
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"
    ORGANISATION = "organisation"
    POSITION = "position"
    ADDRESS = "address"
    PHONE = "phone"
    CIRCLE = "circle"
    TAGS = "tags"
    LABELS = "labels"  # Google's, parted by :::
    EVERY = "every"
    BIRTHDAY = "birthday"
    BIRTH_YEAR = "birth year"  # Thunderbird's, one column each
    BIRTH_MONTH = "birth month"
    BIRTH_DAY = "birth day"
    ABOUT = "about"
    PAUSED = "paused"
    SNOOZED = "snoozed until"


Columns = Mapping[Role, Sequence[int]]
"""The columns of each role, from 0, in the order of the table."""

# Headers in lower case, without punctuation: Google, LinkedIn, Outlook, Thunderbird, and what people write
# themselves, in English, German, French and Spanish.
_HEADERS: Final = {
    Role.NAME: "name|full name|fullname|display name|displayname|contact|contact name|person|fn|nombre completo",
    Role.FIRST: "first name|firstname|first|given name|givenname|vorname|prénom|prenom|nombre",
    Role.MIDDLE: "middle name|additional name|weitere vornamen|deuxième prénom|segundo nombre",
    Role.LAST: "last name|lastname|last|family name|surname|nachname|nom|nom de famille|apellido|apellidos",
    Role.ORGANISATION: "organization name|organization 1 name|organization|organisation|company|firma|société",
    Role.POSITION: "position|job title|organization title|organization 1 title|poste|cargo",
    Role.CIRCLE: "circle|group|kreis|cercle|círculo",
    Role.TAGS: "tags|tag|groups|categories|category|keywords|kategorien|catégories|categorías",
    Role.LABELS: "labels|label|group membership",
    Role.EVERY: "every|cadence|frequency|interval|how often|keep in touch|keep in touch every|rhythm",
    Role.BIRTHDAY: "birthday|birth date|bday|date of birth|dob|geburtstag|anniversaire|date de naissance|cumpleaños",
    Role.BIRTH_YEAR: "birth year",
    Role.BIRTH_MONTH: "birth month",
    Role.BIRTH_DAY: "birth day",
    Role.PAUSED: "paused",
    Role.SNOOZED: "snoozed until",
    Role.ABOUT: "about|notes|note|comments|comment|why|notizen|remarques|notas",
}  # fmt: skip
_ROLES: Final = {header: role for role, headers in _HEADERS.items() for header in headers.split("|")}

_ADDRESS: Final = re.compile(
    r"(?:(?:primary|secondary|alternate|home|work|other|personal|private|business|contact) )?"
    r"e?mail(?: \d{1,2})?(?: address| addresses| adresse)?(?: \d{1,2})?(?: value)?"
    r"|e?mails|address|addresses|(?:adresse de messagerie|dirección de correo electrónico)(?: \d{1,2})?"
)
_PHONE: Final = re.compile(
    r"(?:(?:mobile|home|work|primary|business|other) )?(?:phones?|telephone|tel|mobile|cell)"
    r"(?: \d{1,2})?(?: number)?(?: \d{1,2})?(?: value)?"
    r"|(?:telefon|mobiltelefon|handy|téléphone|teléfono)(?: (?:privat|geschäftlich|mobile|móvil|personnel"
    r"|domicile|bureau|particular|trabajo))?(?: \d{1,2})?"
)
_WORD: Final = re.compile(r"[^\W_]+")
_TELLING: Final = {Role.NAME, Role.FIRST, Role.LAST, Role.ADDRESS}


def columns(header: Sequence[str]) -> Columns:
    """The roles of the columns under a header; a column that is not known has none."""
    found: dict[Role, list[int]] = {}
    for index, cell in enumerate(header):
        if role := _role(cell):
            found.setdefault(role, []).append(index)
    return found


def is_header(found: Columns) -> bool:
    """Whether these are the columns of a table of people: at least a name or an address."""
    return not _TELLING.isdisjoint(found)


def _role(cell: str) -> Role | None:
    words = " ".join(_WORD.findall(line(cell, 80).casefold())).replace("e mail", "email")
    if role := _ROLES.get(words):
        return role
    if _ADDRESS.fullmatch(words):
        return Role.ADDRESS
    return Role.PHONE if _PHONE.fullmatch(words) else None
