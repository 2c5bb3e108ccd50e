"""What programs and companies put below the owner's words: signatures, "sent from my phone", disclaimers."""

import re
from typing import Final

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


def unsigned(lines: list[str]) -> list[str]:
    """Lines without what is added at their end and without empty lines there. The owner's words stay."""
    kept = _without_added(trimmed(_without_signature(lines)))
    return trimmed(_without_signature(kept))  # a disclaimer may have kept the lines below the mark too many


def trimmed(lines: list[str]) -> list[str]:
    """Lines without the empty ones at both ends."""
    full = [number for number, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else []


def _without_signature(lines: list[str]) -> list[str]:
    """Lines above the signature. Under a mark that is not exact, a line that could be an instruction keeps them all."""
    for number, line in enumerate(lines):
        if line == SURE_MARK:
            return lines[:number]
        is_near_end = len(lines) - number <= _MOST_SIGNATURE + 1
        if is_near_end and line.strip() in _MARKS and not any(map(may_instruct, lines[number + 1 :])):
            return lines[:number]
    return lines


def may_instruct(line: str) -> bool:
    """Whether a line could be an instruction, so that it stays even where signatures stand."""
    return bool(_INSTRUCTION.match(line)) and not _CONTACT.match(line)


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
