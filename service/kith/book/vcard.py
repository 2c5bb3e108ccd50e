"""vCard: reads 2.1, 3.0 and 4.0, writes 4.0 (RFC 6350)."""

import re
from collections.abc import Iterable
from typing import Final

from kith.book import birthdays, fields
from kith.book.cards import Card, Property, cards, properties
from kith.domain.contact import Contact, Skipped
from kith.domain.dates import parse_duration
from kith.domain.names import natural_name

_ESCAPED: Final = re.compile(r"\\([nN,;:\\])")
_ESCAPED_2_1: Final = re.compile(r"\\([,;])")  # 2.1 knows no other escape: its C:\new is a folder
_SPECIAL: Final = re.compile(r"[\\,;\n]")

_OWN: Final = re.compile(r"kith-[0-9]+")  # the UIDs that Kith gives, see cli/book

_KINDS: Final = ("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS")
_NO_PERSON: Final = {
    "group": "a group", "org": "an organisation", "company": "a company", "location": "a place",
    "application": "a program", "device": "a device",
}  # fmt: skip
"""What a card may be of instead (RFC 6350, 6.1.4; RFC 6473; RFC 6869; Apple's own word)."""

_FOLD_AT: Final = 75  # octets, RFC 6350, 3.2

Properties = dict[str, list[Property]]


def read(data: bytes, source: str) -> list[Contact | Skipped]:
    """Every card of a file as a contact, or as skipped with the reason; one bad card costs one card.

    source names the file in messages. Raises UsageError for more than 50 MB.
    """
    fields.refuse_huge(len(data), source)
    found = [_entry(card, f"{source}, card {card.number}") for card in cards(data)]
    if not found and data.strip():
        return [Skipped(source, "there is no contact card in it")]
    return found


def _entry(card: Card, source: str) -> Contact | Skipped:
    if not card.closed:
        return Skipped(source, "the card has no end")
    by_name: Properties = {}
    for one in properties(card):
        by_name.setdefault(one.name, []).append(one)
    kinds = {one.value.strip().casefold() for name in _KINDS for one in by_name.get(name, ())}
    other = next((said for kind, said in _NO_PERSON.items() if kind in kinds), "")
    return Skipped(source, f"it is {other}, not a person") if other else _contact(by_name, source)


def _contact(by_name: Properties, source: str) -> Contact | Skipped:
    plain = _ESCAPED_2_1 if _first(by_name, "VERSION", _ESCAPED).strip() == "2.1" else _ESCAPED
    mail = _all(by_name, "EMAIL", plain)
    addresses = fields.unique(a for text in mail for a in fields.addresses(text))
    name = _name(by_name, plain) or fields.name_of(mail, addresses)
    if not name:
        return Skipped(source, "it has neither a name nor an address")
    born = next(iter(by_name.get("BDAY", ())), Property("BDAY", {}, ""))
    birthday = birthdays.birthday(born.value, born.params.get("X-APPLE-OMIT-YEAR", ""))
    uid = fields.line(_first(by_name, "UID", plain))
    return Contact(
        name=name,
        addresses=addresses,
        circle=fields.line(_first(by_name, "X-KITH-CIRCLE", plain)) or None,
        tags=fields.tags(word for one in by_name.get("CATEGORIES", ()) for word in _split(one.value, ",", plain)),
        every=parse_duration(_first(by_name, "X-KITH-EVERY", plain)),
        birthday=birthday,
        about=fields.block("\n".join(_all(by_name, "NOTE", plain))),
        phones=fields.unique(_phone(text) for text in _all(by_name, "TEL", plain)),
        source=source,
        uid=uid,
        paused=bool(_first(by_name, "X-KITH-PAUSED", plain)),
        snoozed_until=fields.day(_first(by_name, "X-KITH-SNOOZED-UNTIL", plain)),
        chosen=_OWN.fullmatch(uid) is not None,
        unread="" if birthday else fields.line(birthdays.said(_unescape(born.value, plain))),
    )


def _name(by_name: Properties, plain: re.Pattern[str]) -> str:
    """FN, else the parts of N in the order they are spoken, else the organisation."""
    parts = [(*_split(one.value, ";", plain), "", "", "", "", "")[:5] for one in by_name.get("N", ())]
    if name := next(filter(None, map(fields.person_name, _all(by_name, "FN", plain))), ""):
        turned = {fields.line(f"{family}, {given}").casefold() for family, given, *_ in parts}
        return natural_name(name) or name if name.casefold() in turned else name  # Outlook's “Silva, Maria”
    for family, given, additional, prefix, suffix in parts:
        if name := fields.person_name(f"{prefix} {given} {additional} {family} {suffix}"):
            return name
    organisations = (part for one in by_name.get("ORG", ()) for part in _split(one.value, ";", plain))
    return next(filter(None, map(fields.person_name, organisations)), "")


def _phone(text: str) -> str:
    return fields.line(fields.line(text).removeprefix("tel:"), 60)


def _all(by_name: Properties, key: str, escaped: re.Pattern[str]) -> list[str]:
    return [_unescape(one.value, escaped) for one in by_name.get(key, ())]


def _first(by_name: Properties, key: str, escaped: re.Pattern[str]) -> str:
    return next(iter(_all(by_name, key, escaped)), "")


def _unescape(text: str, escaped: re.Pattern[str]) -> str:
    return escaped.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def _split(text: str, mark: str, escaped: re.Pattern[str]) -> list[str]:
    return [_unescape(part, escaped) for part in fields.parts(text, mark)]


def write(contacts: Iterable[Contact]) -> str:
    """The contacts as one vCard 4.0 file, which read() gives back as they were (but for their source)."""
    return "".join(_card(contact) for contact in contacts)


def _card(contact: Contact) -> str:
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"FN:{_escape(contact.name)}"]
    lines += [f"UID:{_escape(contact.uid)}"] if contact.uid else []
    lines += [f"EMAIL:{_escape(address)}" for address in contact.addresses]
    lines += [f"TEL:{_escape(phone)}" for phone in contact.phones]
    lines += [f"BDAY:{_basic(str(contact.birthday))}"] if contact.birthday else []
    lines += [f"CATEGORIES:{','.join(map(_escape, contact.tags))}"] if contact.tags else []
    lines += [f"NOTE:{_escape(contact.about)}"] if contact.about else []
    lines += [f"X-KITH-CIRCLE:{_escape(contact.circle)}"] if contact.circle else []
    lines += [f"X-KITH-EVERY:{contact.every}"] if contact.every else []
    lines += ["X-KITH-PAUSED:1"] if contact.paused else []
    lines += [f"X-KITH-SNOOZED-UNTIL:{contact.snoozed_until}"] if contact.snoozed_until else []
    return "".join(_fold(text) for text in (*lines, "END:VCARD"))


def _basic(iso: str) -> str:
    """A date without its inner hyphens, as RFC 6350, 4.3.1 has it: 19800512, --0512."""
    return f"--{iso[2:].replace('-', '')}" if iso.startswith("--") else iso.replace("-", "")


def _escape(text: str) -> str:
    clean = fields.block(text, len(text))
    return _SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", clean)


def _fold(text: str) -> str:
    """The line with its end, folded after at most 75 octets and never inside a character."""
    if len(text.encode("utf-8")) <= _FOLD_AT:
        return f"{text}\r\n"
    folded, room = [], _FOLD_AT
    for char in text:
        size = len(char.encode("utf-8"))
        if size > room:
            folded.append("\r\n ")
            room = _FOLD_AT - 1
        folded.append(char)
        room -= size
    return "".join(folded) + "\r\n"
