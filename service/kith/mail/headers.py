"""Header fields as mail really has them: a small, linear reader that never fails, and clean text out of it.

Whatever bytes come in, text that leaves this module has no NUL, no surrogate and no line break: this
is the one place where foreign header text is made fit for a database, a letter or a terminal.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from kith.domain.address import Address
from kith.domain.message import FIELDS, Envelope
from kith.mail.addresses import addresses
from kith.mail.internaldate import YEARS
from kith.mail.words import cut_bytes, decode_words, line, mostly_utf8

MOST_HEAD: Final = 1_000_000
"""Bytes of a header that are looked at; the largest honest ones are a tenth of that."""
_LONGEST_VALUE: Final = 998  # RFC 5322, 2.1.1: no line is longer, and nobody reads more of a mark
LONGEST_ID: Final = 998  # bytes, as RFC 5322 would have it; PostgreSQL's index takes 2,700
_MOST_REFERENCES: Final = 200  # threads are followed from the nearest end
_LONGEST_RAW: Final = 4 * _LONGEST_VALUE  # a character of UTF-8 has at most four bytes

_END = re.compile(rb"\n\r?\n")
_ID = re.compile(r"<[^<>]*>")
_DATE = re.compile(
    r"(?:[A-Za-z]{3},)? {0,2}([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) "
    r"([+-][0-9]{4})(?: \([^()]*\))?"
)
_ZONE = re.compile(r" (?:([+-][0-9]{2}):([0-9]{2})|([A-Z]{3,4}))(?= \([^()]*\)$|$)")
_ZONES: Final = {
    # The names that are meant in one way only, beside those of RFC 5322, 4.3, which everybody reads.
    "WEST": "+0100", "CET": "+0100", "MET": "+0100", "MEZ": "+0100", "CEST": "+0200", "MEST": "+0200",
    "MESZ": "+0200", "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "AKST": "-0900", "AKDT": "-0800",
    "HST": "-1000", "JST": "+0900", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
}  # fmt: skip
_NAMES: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS: Final = {name: f"-{number:02}-" for number, name in enumerate(_NAMES.split(), 1)}
_READ: Final = ("from", "sender", "reply-to", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references")
_KEYS: Final = {name: name.lower() for name in FIELDS}  # as most mail writes them
_OFTEN_TOLD: Final = ("auto-submitted", "precedence")
"""Marks of which each program on the way may add one of its own: all are kept, with commas between."""
_MARKS: Final = tuple(name.lower() for name in FIELDS if name.lower() not in _READ)

_Fields = dict[str, list[str]]


def envelope(block: bytes, received_at: datetime | None) -> Envelope:
    """The envelope of one message from its header fields, or from the head of the whole message.

    Gives an Envelope for any bytes at all and raises nothing; what cannot be read is left empty.
    Where From appears more than once the first is taken and marks["from-count"] says how many there
    are (RFC 5322, 3.6 allows one): nobody should be believed on the word of such a message.
    """
    fields = _fields(block)
    get = fields.get
    date = get("date")
    return Envelope(
        message_id=_message_id(get("message-id", [])),
        from_=_first(get("from")),
        sender=_first(get("sender")),
        reply_to=_first(get("reply-to")),
        to=_all(get("to")),
        cc=_all(get("cc")),
        bcc=_all(get("bcc")),
        subject=_subject(get("subject")),
        date=instant(date[0]) if date else None,
        received_at=received_at,
        in_reply_to=_ids(get("in-reply-to")),
        references=_ids(get("references")),
        marks=_marks(fields),
    )


def field_values(block: bytes, name: str) -> list[str]:
    """The values of every field of that name, topmost first, unfolded and clean, nothing decoded or cut."""
    return [line(_text(value)) for value in _fields(block).get(name.lower(), [])]


def sent_time(block: bytes) -> datetime | None:
    """When the author's program says it was written, by the first Date, as envelope reads it; aware UTC."""
    values = _fields(block).get("date")
    return instant(values[0]) if values else None


def received_time(block: bytes) -> datetime | None:
    """When the last server took the message in, by the topmost Received (RFC 5321, 4.4); aware UTC."""
    values = field_values(block, "received")
    return instant(values[0].rpartition(";")[2]) if values else None


def instant(text: str) -> datetime | None:
    """A date as RFC 5322, 3.3 writes it, and many others; aware UTC, None for what makes no sense.

    A date without a zone, or with -0000, is taken as UTC.
    """
    text = text.strip()[:_LONGEST_VALUE]
    try:
        at = _plain_instant(text) or parsedate_to_datetime(_ZONE.sub(_zone, line(text)))
        aware = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None  # all that email.utils is known to raise on broken dates
    return aware if aware.year in YEARS else None


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Header and body of a message, without the empty line between them (RFC 5322, 2.1)."""
    if raw.startswith((b"\n", b"\r\n")):
        return b"", raw.partition(b"\n")[2]
    end = _END.search(raw)
    if not end:
        return raw[:MOST_HEAD], b""
    return raw[: end.start()].removesuffix(b"\r")[:MOST_HEAD], raw[end.end() :]


def _fields(block: bytes) -> _Fields:
    """Values by lower-case field name, in order; bytes outside ASCII are kept as Latin-1 characters."""
    text = split(block)[0].decode("latin-1").replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", "\t")
    found: _Fields = {}
    for row in text.split("\n"):
        name, colon, value = row.partition(":")
        if colon:
            key = _KEYS.get(name) or name.rstrip().lower()
            if key in found:
                found[key].append(value)
            else:
                found[key] = [value]
    return found


def _text(value: str) -> str:
    """A raw value as text: UTF-8 where it is (RFC 6532), or is but for a byte, else Latin-1."""
    if value.isascii():
        return value
    data = value.encode("latin-1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return mostly_utf8(data) or value


def _first(values: list[str] | None) -> tuple[Address, ...]:
    return addresses(_text(values[0])) if values else ()


def _all(values: list[str] | None) -> tuple[Address, ...]:
    if not values:
        return ()
    if len(values) == 1:
        return addresses(_text(values[0]))
    return tuple(address for value in values for address in addresses(_text(value)))


def _subject(values: list[str] | None) -> str:
    return line(decode_words(_text(values[0]))) if values else ""


def _message_id(values: list[str]) -> str:
    """The first Message-ID in angle brackets, without white space; else the first as it came."""
    for value in values:
        found = _ID.search(value)
        if found:
            return _tidy_id(found[0])
    return cut_bytes(line(_text(values[0])), LONGEST_ID) if values else ""


def _tidy_id(text: str) -> str:
    plain = text.isascii() and text.isprintable() and " " not in text
    return cut_bytes(text if plain else "".join(line(_text(text)).split()), LONGEST_ID)


def _ids(values: list[str] | None) -> tuple[str, ...]:
    if not values:
        return ()
    ids = [_tidy_id(found) for value in values for found in _ID.findall(value)[-_MOST_REFERENCES:]]
    return tuple(ids[-_MOST_REFERENCES:])


def _marks(fields: _Fields) -> dict[str, str]:
    marks = {name: line(_text(fields[name][0][:_LONGEST_RAW]))[:_LONGEST_VALUE] for name in _MARKS if name in fields}
    for name in _OFTEN_TOLD:
        if name in marks and len(fields[name]) > 1:
            marks[name] = ", ".join(line(_text(value[:_LONGEST_RAW])) for value in fields[name])[:_LONGEST_VALUE]
    if len(fields.get("from", ())) > 1:
        marks["from-count"] = str(len(fields["from"]))
    return marks


def _zone(found: re.Match[str]) -> str:
    return f" {_ZONES.get(found[3], found[3])}" if found[3] else f" {found[1]}{found[2]}"


def _plain_instant(text: str) -> datetime | None:
    """The usual form without the cost of the lenient parser; None where the form is another."""
    found = _DATE.fullmatch(text)
    if not found or found[2] not in _MONTHS:
        return None
    day, month, year, time, zone = found.groups()
    if time.endswith(":60"):  # RFC 5322 allows a leap second, datetime does not
        time = time.removesuffix("60") + "59"
    return datetime.fromisoformat(f"{year}{_MONTHS[month]}{day:0>2}T{time}{zone}")
