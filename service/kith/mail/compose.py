"""Letters and drafts as the bytes that are sent or placed (RFC 5322, MIME), from words that may hold anything.

The fields are written here: the standard library's own writer (Python 3.11) turns folded References
into encoded words, which ends a thread, and drops the quotes of a long name, which makes recipients
of what stands in it.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from kith.domain.address import Address, normal_domain, split
from kith.mail.words import clean, line

_WIDTH: Final = 76  # RFC 5322, 2.1.1 wishes for 78 or less
_WORD_BYTES: Final = 45  # of UTF-8 in one encoded word: 60 characters of base64, 72 in all (RFC 2047, 2: 75)
_MOST_NAME: Final = 200
_MOST_SUBJECT: Final = 500
_MOST_REFERENCES: Final = 20

_ID = re.compile(r"<[!-;=?-~]{1,500}>")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_ATOMS = re.compile(r"[\w!#$%&'*+\-/=?^`{|}~ ]*", re.ASCII)
_DOT_ATOM = re.compile(r"[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*", re.ASCII)
_DOMAIN = re.compile(r"[\w.\-]+|\[[\w.:\-]+\]", re.ASCII)
_PRINTABLE = re.compile(r"[ -~]*")
_LONG_WORD = re.compile(r"[^ ]{70}")


def letter(  # noqa: PLR0913 - the fields of a mail, each by its name
    *,
    sender: Address,
    to: Address,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A letter of Kith's to the owner: text and HTML side by side, ASCII with CRLF, no line over 998.

    message_id, in_reply_to and references keep their angle brackets; of the latter two, what is no
    Message-ID is left out. It says Auto-Submitted: auto-generated (RFC 3834, 5) and X-Kith: letter;
    headers are further fields. Raises ValueError for an address that would need SMTPUTF8 or is none,
    a message_id or field name that is none, and a naive date.
    """
    marks = {"Auto-Submitted": "auto-generated", "X-Kith": "letter", **(headers or {})}
    top = _head(sender, [to], subject, message_id, date)
    return _mail([*top, *_thread(in_reply_to, references), *marks.items()], text, html)


def draft(  # noqa: PLR0913 - the fields of a mail, each by its name
    *,
    sender: Address,
    to: Sequence[Address],
    subject: str,
    text: str,
    message_id: str,
    date: datetime,
    html: str = "",
    in_reply_to: str = "",
    references: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A mail for the owner to edit and send: nothing in it says that a program began it. Raises as letter does."""
    top = _head(sender, to, subject, message_id, date)
    return _mail([*top, *_thread(in_reply_to, references), *(headers or {}).items()], text, html)


_Fields = list[tuple[str, str]]


def _head(sender: Address, to: Sequence[Address], subject: str, message_id: str, date: datetime) -> _Fields:
    if date.tzinfo is None:
        raise ValueError("a mail's date needs a time zone")
    if not _ID.fullmatch(message_id):
        raise ValueError("that is no Message-ID")
    return [
        ("From", _mailbox(sender)),
        *([("To", ", ".join(map(_mailbox, to)))] if to else []),
        ("Subject", _words(line(subject)[:_MOST_SUBJECT])),
        ("Date", format_datetime(date)),
        ("Message-ID", message_id),
    ]


def _thread(in_reply_to: str, references: Sequence[str]) -> _Fields:
    """In-Reply-To and References; of a long thread its beginning and its end (RFC 5322, 3.6.4)."""
    ids = [one for one in dict.fromkeys((*references, in_reply_to)) if _ID.fullmatch(one)]
    if len(ids) > _MOST_REFERENCES:
        ids = [ids[0], *ids[1 - _MOST_REFERENCES :]]
    answered = [("In-Reply-To", in_reply_to)] if _ID.fullmatch(in_reply_to) else []
    return [*answered, ("References", " ".join(ids))] if ids else answered


def _mailbox(address: Address) -> str:
    """One address as a field has it, its domain in ASCII (IDNA)."""
    local, domain = split(address.address)
    domain = normal_domain(domain)
    if not local or not _PRINTABLE.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValueError(f"nothing can be written to {line(address.address)!r} in plain ASCII")
    spec = f"{local if _DOT_ATOM.fullmatch(local) else _quoted(local)}@{domain}"
    name = line(address.name)[:_MOST_NAME]
    if not name:
        return spec
    if "=?" in name or not _PRINTABLE.fullmatch(name):
        return f"{_encoded(name)} <{spec}>"
    return f"{name if _ATOMS.fullmatch(name) else _quoted(name)} <{spec}>"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _words(text: str) -> str:
    """Text as an unstructured field has it: as it is where it is short words of ASCII, else encoded."""
    plain = _PRINTABLE.fullmatch(text) and "=?" not in text and not _LONG_WORD.search(text)
    return text if plain else _encoded(text)


def _encoded(text: str) -> str:
    """Encoded words (RFC 2047), none cut inside a character."""
    return " ".join(f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[bytes]:
    chunk = b""
    for character in text:
        data = character.encode("utf-8")
        if len(chunk) + len(data) > _WORD_BYTES:
            yield chunk
            chunk = b""
        chunk += data
    yield chunk


def _mail(fields: _Fields, text: str, html: str) -> bytes:
    """Fields and body put together. The same words give the same bytes."""
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(clean(text))
    if html:
        body.add_alternative(clean(html), subtype="html")
        body.set_boundary("=_" + hashlib.sha256(f"{fields}{text}{html}".encode("utf-8", "replace")).hexdigest()[:40])
    return b"".join(_folded(name, value) for name, value in fields) + body.as_bytes()


def _folded(name: str, value: str) -> bytes:
    """One field on as many lines as it needs; broken at spaces only."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a field")
    value = line(value)
    rows = [f"{name}:"]
    for word in (value if _PRINTABLE.fullmatch(value) else _encoded(value)).split(" "):
        if len(rows[-1]) + 1 + len(word) > _WIDTH and rows[-1] != f"{name}:":
            rows.append("")
        rows[-1] += f" {word}"
    return "\r\n".join(rows).encode("ascii") + b"\r\n"
