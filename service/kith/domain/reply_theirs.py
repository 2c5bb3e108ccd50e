"""Touches that the other side began: "she called yesterday", "they visited us", "he wrote back"."""

import re
from datetime import date
from typing import Final, NamedTuple

from kith.domain.dates import Look, find_date
from kith.domain.touch import Channel

_THEY: Final = re.compile(
    r"(?:he|she|they)(?:['’](?:s|d|ve))?(?: (?:has|had|have|just|also|finally|then|even|actually|already)){0,3} "
    r"(?P<word>called|phoned|rang|zoomed|facetimed|texted|messaged|whatsapped|dmed|wrote|emailed|e-mailed|mailed"
    r"|visited|saw|met|spoke|talked|chatted|sent)(?: back| again){0,2}(?![\w'’-])",
    re.IGNORECASE,
)
_US: Final = re.compile(r"(?: (?:up with|to|with|in on|by))? (?:me|us)\b", re.IGNORECASE)
_MEETING: Final = frozenset({"visited", "saw", "met", "spoke", "talked", "chatted"})
"""What they also do with others, and with each other: "they met", "she spoke at a conference"."""
_MATTER: Final = re.compile(
    r" (?:about|from|because|regarding|re|earlier|twice|on the phone|out of the blue|"
    r"to (?:say|tell|ask|wish|thank|let|congratulate|check|catch|share|apologi[sz]e|invite|announce|chat))\b",
    re.IGNORECASE,
)
_SENT: Final = re.compile(
    r" (?:me|us) (?:an?|the|some|her|his|their|this)? ?(?:[^\W\d_]{1,20} ){0,2}"
    r"(?:(?P<letter>card|postcard|letter)|(?P<email>e-?mail)"
    r"|(?P<message>message|text|note|photos?|pictures?|video|link|article))\b",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(r" an? ", re.IGNORECASE)
_STOP: Final = ",;:.!-–—"


class Theirs(NamedTuple):
    """What they did, in a word, where the words about it end, and the channel where the word alone does not say."""

    word: str
    end: int
    channel: Channel | None = None


def theirs(sentence: str, today: date) -> Theirs | None:
    """How the other side was in touch with the owner; None where it was with somebody else, or is not plain."""
    found = _THEY.match(sentence)
    if not found:
        return None
    word, rest = found["word"].casefold(), sentence[found.end() :]
    if word == "sent":
        return _sent(found.end(), rest)
    us = _US.match(rest)
    if us:
        is_label = word == "called" and _LABEL.match(rest, us.end())  # "she called me a liar"
        return None if is_label else Theirs(word, found.end())
    if not rest.strip() or rest.lstrip()[0] in _STOP or (word not in _MEETING and _MATTER.match(rest)):
        return Theirs(word, found.end()) if word not in _MEETING or word == "visited" else None
    is_dated = find_date(rest.strip(), today, Look.BACK)
    fits = is_dated and rest.endswith(is_dated[1]) and (word not in _MEETING or word == "visited")
    return Theirs(word, found.end()) if fits else None


def _sent(end: int, rest: str) -> Theirs | None:
    found = _SENT.match(rest)
    if not found:
        return None
    channels = {"letter": Channel.LETTER, "email": Channel.EMAIL, "message": Channel.MESSAGE}
    return Theirs("wrote", end, channels[found.lastgroup or "message"])
