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
_AUTOMATIC: Final = frozenset({"auto_reply", "auto-reply"})
_BULK: Final = frozenset({"bulk", "list", "junk"})
_OPENING: Final = 400  # characters: the sentence of a reaction is the first there is
_COMMENT = re.compile(r"\([^()]*\)")
# The sentence by which Outlook tells of a reaction, in some of its languages, however it calls the reader.
_REACTED: Final = (
    r"\breacted to your message"
    r"|\bhat auf (?:ihre|deine) nachricht reagiert"
    r"|\ba réagi à (?:votre|ton) message"
    r"|\b(?:ha reaccionado|reaccionó) a (?:tu|su) mensaje"
    r"|\bha reagito al (?:tuo|suo) messaggio"
    r"|\breagiu à (?:sua|tua) mensagem"
    r"|\bheeft (?:op (?:uw|je|jouw) bericht gereageerd|gereageerd op (?:uw|je|jouw) bericht)"
    r"|\b(?:reagerede|har reageret) på din (?:meddelelse|besked)"
    r"|\b(?:reagerte|har reagert) på meldingen din"
    r"|\b(?:reagerade|har reagerat) på ditt meddelande"
    r"|\breagoi viestiisi"
    r"|\bzareagował(?:a|\(a\)|/a)? na twoją wiadomość"
    r"|\b(?:za)?reagoval(?:a|\(a\)|/a)? na (?:vaši|tvoji|vašu|tvoju) (?:zprávu|správu)"
    r"|\breagált az üzenet(?:ére|edre)"
    r"|\ba reacționat la mesajul (?:dvs\.|dumneavoastră|tău)"
    r"|\b(?:iletinize|mesajınıza) tepki verdi"
    r"|\bотреагировал(?:а|\(а\))? на ваше сообщение"
    r"|\bвідреагува(?:в|ла) на ваше повідомлення"
    r"|\bαντέδρασε στο μήνυμά σας"
    r"|あなたのメッセージにリアクションしました"
    r"|对(?:你|您)的(?:邮件|消息)(?:做|作)出了?(?:反应|回应)"
)
# One of these, or of reac, reag and tepki, is in each.
_REACTS: Final = ("réag", "реаг", "αντέδρ", "リアク", "反应", "回应")
_SUBJECT_REACTED = re.compile(rf"[^:?]{{0,120}}(?:{_REACTED})(?:[^\S\n]*[:：]|[.。]?$)", re.IGNORECASE)
_PICTURES: Final = r"(?:[\s\u200b\u2060\ufeff]++|\[[^\]\n]*+\])*+"  # warnings of strangers are in such brackets, too
_TEXT_REACTED = re.compile(  # the first words there are: further down, and behind a ">", they are but quoted
    rf"{_PICTURES}(?!>)[^\n?]{{0,160}}(?:{_REACTED})[^\S\n]*(?:[:：]|[.。]?[^\S\n]*$)", re.IGNORECASE | re.MULTILINE
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
        or (not outbound and announces_absence(envelope.subject, is_answer=_is_answer(envelope)))
    )


def _is_answer(envelope: Envelope) -> bool:
    return bool(envelope.in_reply_to or envelope.references)


def _says_automatic(marks: Mapping[str, str]) -> bool:
    return (
        not {"no", ""}.issuperset(_words(marks, "auto-submitted"))
        or "x-autoreply" in marks
        or "x-autorespond" in marks
        or not _AUTOMATIC.isdisjoint(_words(marks, "precedence"))
        or "".join(marks.get("return-path", "").split()) == "<>"
    )


def is_bulk(envelope: Envelope) -> bool:
    """Sent to many at once: a list, a newsletter (RFC 2919, RFC 2369)."""
    marks = envelope.marks
    return "list-id" in marks or "list-unsubscribe" in marks or not _BULK.isdisjoint(_words(marks, "precedence"))


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
        or _says_reacted(envelope.subject[:_OPENING].strip(), _SUBJECT_REACTED.match)
        or _says_reacted(opening[:_OPENING], _TEXT_REACTED.match)
    )


def _says_reacted(text: str, found: Callable[[str], re.Match[str] | None]) -> bool:
    folded = text.casefold()  # every message comes by here, and few have one of the words
    may_be = "reac" in folded or "reag" in folded or "tepki" in folded
    may_be = may_be or (not folded.isascii() and any(word in folded for word in _REACTS))
    return may_be and found(text) is not None


def may_be_reaction(envelope: Envelope) -> bool:
    """Whether only the opening of its words can tell: Outlook marks its emoji reactions nowhere else.

    They are answers, and their Message-IDs are those of Outlook's servers.
    """
    return _is_answer(envelope) and _OUTLOOK_ID.search(envelope.message_id) is not None


def _media_type(envelope: Envelope) -> str:
    """The type of the message as a whole, without parameters (RFC 2045, 5.1)."""
    return _plain(envelope.marks.get("content-type", "").partition(";")[0])


@lru_cache(maxsize=256)
def _plain(media_type: str) -> str:
    return "".join(media_type.split()).casefold()


def _words(marks: Mapping[str, str], name: str) -> list[str]:
    """The first word of a field, or of each of several, without comments and parameters (RFC 3834, 5)."""
    value = marks.get(name)
    if not value:
        return []
    plain = _COMMENT.sub(" ", value) if "(" in value else value
    found = (one.replace(";", " ").split(maxsplit=1) for one in plain.split(","))
    return [words[0].casefold() for words in found if words]
