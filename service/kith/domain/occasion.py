"""Reasons to write to somebody now, each with what a short and specific draft needs."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kith.domain.digest import LastSaid

OWN_LINE = "[your own line here"
"""How the marked place in a draft begins; a draft sent with it was sent unfinished."""


class Kind(StrEnum):
    """Why now. The value is part of the templates' names: draft.<kind>.txt.j2."""

    MEETING = "meeting"  # one was held
    INTRODUCTION = "introduction"  # the person introduced somebody to the owner
    THANKS = "thanks"  # the person did something for the owner
    BIRTHDAY = "birthday"
    FOLLOW_UP = "follow-up"
    SHARE = "share"  # an article, a book
    ASK = "ask"  # for a short meeting
    INTRODUCE = "introduce"  # the owner brings two people together
    SILENCE = "silence"
    JUST_BECAUSE = "just-because"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reason to write to one person. Everything after owner_first_name may be unknown.

    what is the matter: a meeting's title, what thanks are for, a follow-up's matter, what is shared,
    what is asked for, why two people should meet. whom is the other person of an introduction. on is
    the day of the meeting, of the birthday, or when the follow-up falls due. reason says in a
    sentence why Kith proposes it; it is for the owner, not for the draft. thread_subject is the
    subject of the mail that the draft answers, "" where it begins a thread of its own. today is the
    day of the draft; without it days are written with their year.
    """

    kind: Kind
    key: str
    person_id: int
    name: str
    first_name: str
    address: str
    owner_name: str
    owner_first_name: str
    what: str = ""
    whom: str = ""
    whom_address: str = ""
    on: date | None = None
    last_said: LastSaid | None = None
    reason: str = ""
    thread_subject: str = ""
    today: date | None = None


def own_line(prompt: str) -> str:
    """The marked place in a draft for the owner's own words; prompt says what would fit there."""
    return f"{OWN_LINE}: {prompt}]"


def key_of(kind: Kind, person_id: int, what: str = "", whom: str = "", on: date | None = None) -> str:
    """The name of an occasion, unique within an owner, so that no occasion gets a second draft.

    Case and spacing of the words do not matter. on belongs to it where the same occasion comes again:
    a birthday every year, a meeting with the same title every week.
    """
    words = "\n".join((_same(what), _same(whom), on.isoformat() if on else ""))
    return f"{kind}:{person_id}:{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _same(text: str) -> str:
    return " ".join(text.casefold().split())


TITLES = frozenset((
    "dr", "dr.", "prof", "prof.", "professor", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "mx", "mx.", "sir",
    "dame", "lord", "lady", "rev", "rev.", "hon", "hon.", "herr", "frau", "hr", "hr.", "fr", "fr.", "mme", "mme.",
    "mlle", "monsieur", "madame", "ing", "ing.", "dipl.-ing.", "dr.-ing.", "sr.", "sra", "sra.", "señor", "señora",
    "doña", "sig.", "sig.ra", "dott.", "dott.ssa", "dhr", "dhr.", "mevr.",
))  # fmt: skip
"""Words before a name. "Don" is missing: it is a first name more often than a title."""

AFTER_COMMA = frozenset((
    "jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d.", "mba", "esq", "esq.", "cpa", "msc",
    "bsc",
))  # fmt: skip
"""What may follow a comma without being a first name: "Martin Luther King, Jr."."""

ASIDES = ("(", "[", "|", "<", " via ", " at ", " @ ", " - ", " – ", " — ", " / ")
"""Where a display name stops being one: "Maria Silva (Acme)", "Maria via Lists"."""

# Chinese, Japanese and Korean names are written family name first and are short: kept whole.
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LONGEST_NAME = 200  # characters looked at; no name is longer, and a hostile one costs nothing


def first_name(name: str) -> str:
    """What one calls somebody in a letter: "Silva, Maria" and "Dr. Maria Silva" give "Maria".

    Where the first name cannot be told ("Dr. Weber", "J. R. R. Tolkien", 王小明) the name is kept
    whole. An address is no name and gives "".
    """
    whole = _in_order(_without_asides(" ".join(name[:_LONGEST_NAME].split()).strip("\"'“”‘’ ")))
    if "@" in whole:
        return ""
    if _EAST_ASIAN.search(whole):
        return whole
    tokens = whole.split()
    untitled = _untitled(tokens)
    if len(untitled) < 2:
        return _calm(whole, tokens) if len(untitled) < len(tokens) else _calm("".join(untitled), tokens)
    given = [token for token in untitled[:-1] if not _initial(token)]
    return _calm(_given(given, untitled), tokens) if given else whole


def _without_asides(name: str) -> str:
    for mark in ASIDES:
        before, _, _ = name.partition(mark)
        name = before.strip() or name
    return name


def _in_order(name: str) -> str:
    family, comma, given = (part.strip() for part in name.partition(","))
    if not comma or not given:
        return family
    first = given.split(",")[0].strip()
    return family if first.casefold() in AFTER_COMMA else f"{first} {family}".strip()


def _untitled(tokens: list[str]) -> list[str]:
    start = 0
    while start < len(tokens) and tokens[start].casefold() in TITLES:
        start += 1
    return tokens[start:]


def _initial(token: str) -> bool:
    """Whether a word stands for a name: "J.", "J", "J.R."."""
    return len(token.replace(".", "")) == 1 or (token.endswith(".") and token.isupper())


def _given(given: list[str], tokens: list[str]) -> str:
    """The first word, but "SILVA Maria" puts the family name first, in capitals."""
    loud = [token.isupper() and len(token) > 2 for token in tokens]
    if loud[0] and not all(loud):
        return next(token for token, is_loud in zip(tokens, loud, strict=True) if not is_loud)
    return given[0]


def _calm(found: str, tokens: list[str]) -> str:
    """A name that was shouted, as one would write it."""
    loud = found.isupper() and len(found) > 2 and all(token.isupper() for token in tokens)
    return found.title() if loud else found
