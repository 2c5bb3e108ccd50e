"""What programs and companies put below the owner's words: signatures, "sent from my phone", disclaimers."""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from kith.domain.reply_words import is_bare_name, is_closing
from kith.mail import quotewords as words

_MOST_ADDED: Final = 120
"""Characters of a line added by a phone."""
_MOST_SIGNATURE: Final = 15
"""Lines under a signature mark that is not the exact one; more are the owner's."""
_MOST_DISCLAIMER: Final = 40
_MOST_WIDTH: Final = 4_000
"""Lines of a disclaimer, and characters of each that are looked at."""
SURE_MARK: Final = "-- "
"""The line above a signature (RFC 3676, 4.3)."""
_MARKS: Final = frozenset({"--", "—", "–", "__"})
_LINK: Final = re.compile(r"[<\[(]{0,2}https?://\S{1,300}$")
_INSTRUCTION: Final = re.compile(
    r"[-*•\s]{0,4}(?:#?[0-9]{1,3}(?:[.):]|\s)|@\w|\?|[^\W\d_][\w'’. -]{0,58}:\s|"
    r"(?:add|thank|share|introduce|ask|undo|more|help|yes)\b)",
    re.IGNORECASE,
)
_CONTACT: Final = re.compile(
    r"\s{0,4}(?:tel|t|m|f|fax|mob|mobile|phone|cell|e-?mail|mail|web|www|telefon|tél|mobil|linkedin|skype)\b",
    re.IGNORECASE,
)
_STREET: Final = re.compile(
    r"\s{0,4}[0-9]{1,3},? (?:"
    r"(?:(?:bis|ter),? )?(?i:rue|avenue|av\.?|boulevard|bd|chemin|place|quai|allée|impasse|cours|route|square) "
    r"(?:d[eu]s?\b|d['’]|l['’]|l[ae]s?\b|[^\W_a-zß-öø-ÿ])|"
    r"(?:[A-Z][\w'’.-]{0,30} ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Court|Square|Terrace|Close|Crescent|"
    r"Gardens|Row|Way|Place|Hill|Parkway|Boulevard|Blvd|Center|Centre|Plaza|Tower|Towers|Building|Quay|Wharf|Mews)"
    r"\b\.?(?=\s*(?:,|$)))"
)
"""A house and its street, where the number comes first: French, English."""
_FLOOR: Final = re.compile(
    r"\s{0,4}[0-9]{1,3}(?:(?:\.|st|nd|rd|th)? ?(?:[Ff]loor|OG|UG|Stock|Etage)|(?:\.|º|°|er?|è?me)? ?étage"
    r"|[.º°ªe] ?(?:[Pp]iso|[Pp]iano|[Aa]ndar|verdieping))\b(?=\s*(?:,|$))"
)
_TELEPHONE: Final = re.compile(r"\s{0,4}[+(]?(?:[0-9][ ()./-]{0,3}){7,16}$")
_CARD: Final = (_CONTACT, _STREET, _FLOOR, _TELEPHONE)
"""What begins like an instruction and is printed on a card."""
_PRINTED: Final = re.compile(
    r"\s{0,4}(?:\+?[0-9(][0-9 ()./-]{5,30}$|(?:https?://|www\.)\S{1,300}$|\S{1,64}@\S{1,255}$)"
)
"""A telephone number, a link or an address of mail alone on its line."""
_TEXT_BEGINS: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE_BEGINS: Final = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_ENDS: Final = "-----END PGP SIGNATURE-----"
_HASH: Final = "Hash: "
"""The one header that a signed text may begin with (RFC 9580, 7)."""
_MOST_NAMED: Final = 10
"""Lines from the owner's own name on that may be a signature without a mark."""
_MOST_PRINTED: Final = 70


class Unsigned(NamedTuple):
    """The owner's lines, and those of the signature that stood below a mark."""

    lines: list[str]
    signature: list[str]


def unsigned(lines: list[str], owner: Collection[str] = ()) -> Unsigned:
    """Lines without what is added at their end and without empty lines there. The owner's words stay.

    owner are the names with which the owner may sign, by which a signature is known that has no mark.
    """
    above, below = _parted(lines)
    kept, more = _parted(_without_added(trimmed(above)))  # a disclaimer may have kept the lines too many
    return Unsigned(trimmed(_without_name(kept, owner)), [*below, *more])


def trimmed(lines: list[str]) -> list[str]:
    """Lines without the empty ones at both ends."""
    full = [number for number, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else []


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines above the mark of a signature, and those below.

    Under a mark that is not exact, a line that could be an instruction keeps them all above.
    """
    for number, line in enumerate(lines):
        is_near_end = len(lines) - number <= _MOST_SIGNATURE + 1
        is_likely = is_near_end and line.strip() in _MARKS and not any(map(may_instruct, lines[number + 1 :]))
        if line == SURE_MARK or is_likely:
            return lines[:number], lines[number + 1 :]
    return lines, []


def _without_name(lines: list[str], owner: Collection[str]) -> list[str]:
    """Lines without the owner's own name near their end, and without what is printed below it and says nothing.

    The name stands alone under an empty line or a word of closing. What else is below stays, for it may be an
    afterthought; below a first name, which may be a friend's as well, only where there was a closing.
    """
    for number in range(max(1, len(lines) - _MOST_NAMED), len(lines)):
        name, is_closed = _folded(lines[number]), is_closing(lines[number - 1])
        is_name = name in owner or (not owner and is_closed and is_bare_name(lines[number]))
        if not is_name or not (is_closed or not lines[number - 1].strip()):
            continue
        left = [line for line in lines[number + 1 :] if not _is_printed(line)]
        if is_closed or " " in name or not left:
            return [*lines[:number], *left]
    return lines


def names_of(owner: str) -> frozenset[str]:
    """With what somebody of this name may sign: the whole name, and the first."""
    name = _folded(owner)
    return frozenset(filter(None, (name, name.partition(" ")[0])))


def _folded(name: str) -> str:
    return " ".join(name.casefold().strip(" \t,.*_-–—~").split()) if len(name) <= _MOST_PRINTED else ""


def _is_printed(line: str) -> bool:
    """Whether a line is what signatures hold and no sentence: an address, a title, a telephone number."""
    bare = line.strip()
    if len(bare) > _MOST_PRINTED or may_instruct(bare):
        return False
    if not bare or _PRINTED.match(bare) or any(shape.match(bare) for shape in _CARD):
        return True
    words = re.findall(r"[^\W\d_]+", bare)
    return bare[-1] not in ".!?" and 3 * sum(word[0].isupper() for word in words) >= 2 * len(words)


def may_instruct(line: str) -> bool:
    """Whether a line could be an instruction, so that it is told of even where signatures stand."""
    return bool(_INSTRUCTION.match(line)) and not any(shape.match(line) for shape in _CARD)


def unarmoured(lines: list[str]) -> list[str]:
    """Lines without what OpenPGP puts around a signed text and below it (RFC 9580, 7); its dashes as they were.

    A signature that does not end stays: the owner's words may stand below it.
    """
    kept: list[str] = []
    is_signed = is_head = is_signature = False
    ends = max((n for n, line in enumerate(lines) if line.rstrip() == _SIGNATURE_ENDS), default=-1)
    for number, line in enumerate(lines):
        bare = line.rstrip()
        if is_signature:
            is_signature = bare != _SIGNATURE_ENDS
        elif bare == _TEXT_BEGINS:
            is_signed = is_head = True
        elif bare == _SIGNATURE_BEGINS and number < ends:
            is_signed, is_signature = False, True
        elif is_head and line.startswith(_HASH):
            continue
        else:
            is_head = False
            kept.append(line[2:] if is_signed and line.startswith("- -") else line)
    return kept


def _without_added(lines: list[str]) -> list[str]:
    end = len(lines)
    while end:
        start = end - 1
        if lines[start].strip() and not _is_added(lines[start]):
            start = _disclaimer(lines, end)
        if start == end:
            break
        end = start
    return lines[:end]


def _disclaimer(lines: list[str], end: int) -> int:
    """Where the last paragraph begins if it is a disclaimer, else where it ends."""
    start = end
    while start and end - start < _MOST_DISCLAIMER and lines[start - 1].strip():
        start -= 1
    first, whole = lines[start].lstrip("*_ "), " ".join(line[:_MOST_WIDTH] for line in lines[start:end])
    return start if words.DISCLAIMER.match(first) and words.LEGAL.search(whole) else end


def _is_added(line: str) -> bool:
    bare = line.strip().strip("*_[]<>")
    if len(bare) > _MOST_ADDED + 200 or not bare:
        return False
    said = _LINK.sub("", bare).strip()
    folded = said.casefold().replace("’", "'")
    begins = folded.startswith(words.SENT_FROM)
    return begins and len(said) <= _MOST_ADDED and len(said.split()) <= 11 and bool(words.DEVICE.search(said))
