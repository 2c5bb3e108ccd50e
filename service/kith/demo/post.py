"""Raw mail as people's programs write it: encoded words, quotes, HTML beside the text, charsets that differ."""

import base64
import quopri
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from enum import StrEnum
from html import escape
from textwrap import fill

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_JOURS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_MOIS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


class Client(StrEnum):
    """The mail program somebody writes with; each has habits of its own."""

    PLAIN = "plain"
    APPLE = "apple"
    GMAIL = "gmail"
    OUTLOOK = "outlook"
    FRENCH = "french"
    GERMAN = "german"


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One message of the demo's mailbox. at is its INTERNALDATE, aware."""

    folder: str
    at: datetime
    flags: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Mailer:
    """Somebody who writes mail: the name and address shown, and the program used."""

    name: str
    address: str
    client: Client = Client.PLAIN


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail before it is bytes. at carries the author's own UTC offset."""

    author: Mailer
    to: tuple[Mailer, ...]
    subject: str
    text: str
    at: datetime
    message_id: str
    cc: tuple[Mailer, ...] = ()
    answers: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    quoted: "Letter | None" = None
    calendar: str = ""
    method: str = "REQUEST"


def raw(letter: Letter) -> bytes:
    """The letter as RFC 5322 bytes with CRLF line ends."""
    head = [
        ("From", _mailbox(letter.author)),
        ("To", _mailboxes(letter.to)),
        *((("Cc", _mailboxes(letter.cc)),) if letter.cc else ()),
        ("Subject", _words(letter.subject)),
        ("Date", format_datetime(letter.at)),
        ("Message-ID", letter.message_id),
    ]
    if letter.answers:
        head += [("In-Reply-To", letter.answers[-1]), ("References", "\n ".join(letter.answers))]
    head += [*letter.fields, ("MIME-Version", "1.0")]
    top, body = _body(letter)
    lines = [f"{name}: {value}" for name, value in [*head, *top]]
    return "\n".join(lines).replace("\n", "\r\n").encode("ascii") + b"\r\n\r\n" + body


def _mailbox(mailer: Mailer) -> str:
    if not mailer.name:
        return mailer.address
    name = f'"{mailer.name}"' if mailer.name.isascii() and "," in mailer.name else _words(mailer.name)
    return f"{name} <{mailer.address}>"


def _mailboxes(mailers: Sequence[Mailer]) -> str:
    return ",\n ".join(map(_mailbox, mailers))


def _words(text: str) -> str:
    if text.isascii():
        return text
    try:
        return Header(text, "iso-8859-1", maxlinelen=68).encode()
    except UnicodeEncodeError:
        return Header(text, "utf-8", maxlinelen=68).encode()


def _body(letter: Letter) -> tuple[list[tuple[str, str]], bytes]:
    client = letter.author.client
    width = 0 if client in {Client.OUTLOOK, Client.APPLE} else 72
    parts = [_part("text/plain", _wrapped(letter.text, width) + _quote(letter, width), client)]
    if client in {Client.GMAIL, Client.OUTLOOK}:
        parts.append(_part("text/html", _html(letter), client))
    if letter.calendar:
        fields = [("Content-Type", f"text/calendar; charset=utf-8; method={letter.method}")]
        parts.append(([*fields, ("Content-Transfer-Encoding", "base64")], _base64(letter.calendar.encode())))
    if len(parts) == 1:
        return parts[0]
    # the Message-ID is unique, so is this; "=_" cannot occur in quoted-printable or base64 (RFC 2045, 6.7)
    boundary = "=_" + "".join(c for c in letter.message_id if c.isalnum())[:40]
    chunks = [f"--{boundary}\r\n{_fields(fields)}\r\n\r\n".encode("ascii") + data + b"\r\n" for fields, data in parts]
    top = [("Content-Type", f'multipart/alternative; boundary="{boundary}"')]
    return top, b"".join(chunks) + f"--{boundary}--\r\n".encode("ascii")


def _fields(fields: Sequence[tuple[str, str]]) -> str:
    return "\r\n".join(f"{name}: {value}" for name, value in fields)


def _part(media_type: str, text: str, client: Client) -> tuple[list[tuple[str, str]], bytes]:
    charset = "iso-8859-1" if client in {Client.OUTLOOK, Client.GERMAN} and _is_latin1(text) else "utf-8"
    data = text.replace("\n", "\r\n").encode(charset)
    if text.isascii() and max(map(len, text.split("\n"))) < 900:  # RFC 5322, 2.1.1: 998 at most
        encoding = "7bit"
    elif client is Client.APPLE:
        encoding, data = "base64", _base64(data)
    else:
        encoding, data = "quoted-printable", _quoted_printable(data)
    return [("Content-Type", f"{media_type}; charset={charset}"), ("Content-Transfer-Encoding", encoding)], data


def _is_latin1(text: str) -> bool:
    return all(ord(c) < 256 for c in text)


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _quoted_printable(data: bytes) -> bytes:
    return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def _wrapped(text: str, width: int) -> str:
    if not width:
        return text + "\n"
    return (
        "\n".join(fill(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")) + "\n"
    )


def _quote(letter: Letter, width: int) -> str:
    old, client = letter.quoted, letter.author.client
    if old is None:
        return ""
    if client is Client.OUTLOOK:
        return f"\n{'_' * 32}\n{_outlook_header(old)}\n\n{old.text}\n"
    quoted = "\n".join(f"> {line}".rstrip() for line in _wrapped(old.text, width and width - 2).rstrip().split("\n"))
    return f"\n{_attribution(old, client)}\n\n{quoted}\n"


def _outlook_header(old: Letter) -> str:
    to = "; ".join(f"{m.name} <{m.address}>" for m in old.to)
    sent = f"{_DAYS[old.at.weekday()]}, {_MONTHS[old.at.month - 1]} {old.at.day}, {old.at.year} {old.at:%I:%M %p}"
    return f"From: {old.author.name} <{old.author.address}>\nSent: {sent}\nTo: {to}\nSubject: {old.subject}"


def _attribution(old: Letter, client: Client) -> str:
    who, at = f"{old.author.name} <{old.author.address}>", old.at
    day, month = _DAYS[at.weekday()][:3], _MONTHS[at.month - 1][:3]
    match client:
        case Client.FRENCH:
            when = f"{_JOURS[at.weekday()]} {at.day} {_MOIS[at.month - 1]} {at.year}"
            return f"Le {when} à {at:%H:%M}, {who} a écrit :"
        case Client.GERMAN:
            return f"Am {at:%d.%m.%Y} um {at:%H:%M} schrieb {old.author.name}:"
        case Client.GMAIL:
            return f"On {day}, {month} {at.day}, {at.year} at {at:%I:%M %p} {who} wrote:"
        case _:
            return f"On {at.day} {month} {at.year}, at {at:%H:%M}, {who} wrote:"


def _html(letter: Letter) -> str:
    body = f'<div dir="ltr">{_markup(letter.text)}</div>'
    if letter.quoted is not None:
        line = escape(_attribution(letter.quoted, Client.GMAIL))
        quoted = f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{_markup(letter.quoted.text)}</blockquote>'
        body += f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{line}<br></div>{quoted}</div>'
    return f"<html><body>{body}</body></html>\n"


def _markup(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>\n" for line in text.split("\n"))
