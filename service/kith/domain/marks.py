"""What a message is by its marks: header fields, the types of its parts, and a few tell-tale sentences."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache
from typing import Final

from kith.domain.absence import announces_absence
from kith.domain.message import FIELDS, Envelope

REPORTS: Final = frozenset({"multipart/report", "message/delivery-status", "message/disposition-notification"})
"""What a bounce, a delivery report or a read receipt is as a whole (RFC 6522, RFC 3464, RFC 8098)."""
RECEIPT_PART: Final = "message/disposition-notification"
"""A part that nobody sends on, unlike a bounce: wherever it is, the mail is a read receipt (RFC 8098)."""
CALENDAR_TYPES: Final = frozenset({"text/calendar", "application/ics"})
REACTION_TYPE: Final = "text/vnd.google.email-reaction+json"
"""How Gmail marks an emoji reaction: as a whole, or in one part."""
TELLING_PARTS: Final = frozenset({"text/calendar", REACTION_TYPE, RECEIPT_PART})
"""The types of parts that a verdict depends on. Of a message without them its headers tell enough."""

_MACHINES: Final = frozenset({"auto-submitted", "x-autoreply", "x-autorespond", "precedence", "return-path"})
_OPENING: Final = 400  # characters: the sentence of a reaction is the first there is
_COMMENT = re.compile(r"\([^()]*\)")
_SUBJECT_REACTED = re.compile(r"[^:?]{0,120}\breacted to your message(?::|\.?$)", re.IGNORECASE)
_TEXT_REACTED = re.compile(
    r"^[^\n?]{0,160}\breacted to your message[ \t]*(?::|\.?[ \t\r]*$)", re.IGNORECASE | re.MULTILINE
)
_OUTLOOK_ID = re.compile(r"@[^@>]*\boutlook\.com>?$", re.IGNORECASE)


def is_automatic(envelope: Envelope, *, outbound: bool, media_types: AbstractSet[str] = frozenset()) -> bool:
    """Written by a machine: RFC 3834 and what came before it. X-Auto-Response-Suppress says nothing.

    What the owner calls "Out of office" is not automatic for that alone: people do write such words.
    """
    return (
        (not _MACHINES.isdisjoint(envelope.marks) and _says_automatic(envelope.marks))
        or _media_type(envelope) in REPORTS
        or RECEIPT_PART in media_types
        or (not outbound and announces_absence(envelope.subject))
    )


def _says_automatic(marks: Mapping[str, str]) -> bool:
    return (
        _word(marks.get("auto-submitted", "")) not in ("no", "")
        or "x-autoreply" in marks
        or "x-autorespond" in marks
        or _word(marks.get("precedence", "")) in ("auto_reply", "auto-reply")
        or "".join(marks.get("return-path", "").split()) == "<>"
    )


def is_bulk(envelope: Envelope) -> bool:
    """Sent to many at once: a list, a newsletter (RFC 2919, RFC 2369)."""
    marks = envelope.marks
    precedence = _word(marks.get("precedence", ""))
    return "list-id" in marks or "list-unsubscribe" in marks or precedence in ("bulk", "list", "junk")


def telling_field(envelope: Envelope, is_so: Callable[[Envelope], bool]) -> str:
    """The field that alone makes a message what is_so finds it to be, for whoever asks why; "" where none does."""
    for name in FIELDS:
        value = envelope.marks.get(name.casefold())
        if value is not None and is_so(replace(envelope, subject="", marks={name.casefold(): value})):
            return name
    return "Subject" if is_so(replace(envelope, marks={})) else ""


def is_calendar(envelope: Envelope, media_types: AbstractSet[str]) -> bool:
    """Invitation traffic (RFC 6047). An application/ics beside a text is but an attachment."""
    return _media_type(envelope) in CALENDAR_TYPES or "text/calendar" in media_types


def is_reaction(envelope: Envelope, media_types: AbstractSet[str], opening: str) -> bool:
    """An emoji in answer: by Gmail's part, or by the sentence that Outlook sends to those who do not use it.

    opening is the beginning of the text, "" where it was not read.
    """
    return (
        REACTION_TYPE in media_types
        or _media_type(envelope) == REACTION_TYPE
        or _SUBJECT_REACTED.match(envelope.subject[:_OPENING].strip()) is not None
        or _TEXT_REACTED.search(opening[:_OPENING]) is not None
    )


def may_be_reaction(envelope: Envelope) -> bool:
    """Whether only the opening of its text can tell: Outlook marks its emoji reactions nowhere else.

    They are answers, and their Message-IDs are those of Outlook's servers.
    """
    return bool(envelope.answers) and _OUTLOOK_ID.search(envelope.message_id) is not None


def _media_type(envelope: Envelope) -> str:
    """The type of the message as a whole, without parameters (RFC 2045, 5.1)."""
    return _plain(envelope.marks.get("content-type", "").partition(";")[0])


@lru_cache(maxsize=256)
def _plain(media_type: str) -> str:
    return "".join(media_type.split()).casefold()


def _word(value: str) -> str:
    """The first word of a field, without comments and parameters (RFC 3834, 5)."""
    words = (_COMMENT.sub(" ", value) if "(" in value else value).replace(";", " ").split(maxsplit=1)
    return words[0].casefold() if words else ""
