"""What somebody did for the owner, as the owner's own notes tell it."""

import re
from dataclasses import dataclass
from typing import Final

LONGEST_NOTE: Final = 2_000
"""Characters of a note that are looked at."""

_MATTER = r"([^.;:!?,\n()]{2,80})"
_TO_ME = r"(?:me|us)\b"
_INTRODUCED = re.compile(
    rf"\b(?:introduced {_TO_ME} to|put {_TO_ME} in (?:touch|contact) with|connected {_TO_ME} with) {_MATTER}",
    re.IGNORECASE,
)
_DID: Final = (
    (re.compile(rf"\bhelped {_TO_ME} (?:out )?(?:with|on) {_MATTER}", re.IGNORECASE), "your help with {}"),
    (re.compile(rf"\bhelped {_TO_ME} (?:to )?{_MATTER}", re.IGNORECASE), "helping me {}"),
    (re.compile(rf"\bgave {_TO_ME} {_MATTER}", re.IGNORECASE), "giving me {}"),
    (re.compile(rf"\blent {_TO_ME} {_MATTER}", re.IGNORECASE), "lending me {}"),
    (re.compile(rf"\bbrought {_TO_ME} {_MATTER}", re.IGNORECASE), "bringing me {}"),
    (re.compile(rf"\btaught {_TO_ME} {_MATTER}", re.IGNORECASE), "teaching me {}"),
    (re.compile(rf"\binvited {_TO_ME} {_MATTER}", re.IGNORECASE), "inviting me {}"),
    (re.compile(rf"\brecommended (?!(?:her|him|them|by|against)\b){_MATTER}", re.IGNORECASE), "recommending {}"),
)
_OWED = re.compile(rf"\bthank(?:s to)? (?:her|him|them) for {_MATTER}", re.IGNORECASE)
_NOT_SO = re.compile(r"\b(?:not|never|nobody|refused|promised|will|would|could|should|if)\b|n['’]t\b", re.IGNORECASE)
_THEY: Final = frozenset({"he", "she", "they"})
_BEFORE_A_VERB: Final = frozenset({"has", "have", "had", "also", "even", "just", "then", "kindly", "really", "once"})
_PAUSE = re.compile(r"[,:()–—]|\s-\s")
_GOES_ON = re.compile(r"\s(?:and|but|who|which|because|so|when|while|after|before|though)\s", re.IGNORECASE)
_WHEN = re.compile(
    r"\s(?:today|yesterday|tonight|recently|again|(?:last|this|on) \w{3,9}(?: (?:morning|evening|night))?)$",
    re.IGNORECASE,
)
_HERS = re.compile(r"\b(?:her|his|their)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Favour:
    """What thanks are for ("your help with the move"); or, in whom, to whom the owner was introduced."""

    what: str = ""
    whom: str = ""


def favour(note: str, name: str) -> Favour | None:
    """The favour that a note about somebody called name tells of; None where it tells of none.

    Only what is plainly said counts, in English: "she introduced me to Tom", "helped me with the move".
    A kindness that is missed costs less than thanks for something that never was.
    """
    text = note[:LONGEST_NOTE]
    found = _INTRODUCED.search(text)
    if found and _is_theirs(_before(text, found), name):
        whom = _whom(_matter(found[1]), name)
        return Favour(whom=whom) if whom else None
    for pattern, thanks in _DID:
        found = pattern.search(text)
        if found and _is_theirs(_before(text, found), name):
            return Favour(what=thanks.format(_for_you(found[1])))
    found = _OWED.search(text)
    return Favour(what=_for_you(found[1])) if found and _is_so(_before(text, found)) else None


def _before(text: str, found: re.Match[str]) -> str:
    """What stands before it in its sentence."""
    return re.split(r"[.;!?\n]", text[: found.start()])[-1]


def _is_so(before: str) -> bool:
    """Nothing takes it back."""
    return _NOT_SO.search(before) is None


def _is_theirs(before: str, name: str) -> bool:
    """It is so, and it was them: nobody else stands where the doer does ("Tom gave me her number")."""
    words = [word.partition("'")[0] for word in _PAUSE.split(before)[-1].replace("’", "'").casefold().split()]
    while words and words[-1] in _BEFORE_A_VERB:
        words.pop()
    they = {*_THEY, *name.casefold().split()}
    was_them = not words or words[-1] in they or (words[-1] == "and" and not they.isdisjoint(words))
    return was_them and _is_so(before)


def _for_you(matter: str) -> str:
    return _HERS.sub("your", _matter(matter))


def _matter(words: str) -> str:
    return _WHEN.sub("", _GOES_ON.split(words, maxsplit=1)[0].strip())


def _whom(words: str, name: str) -> str:
    """A name, as far as it is one: "Tom Weber from Acme" is Tom Weber. It is never the person's own."""
    called: list[str] = []
    for word in words.split():
        if not word[:1].isupper():
            break
        called.append(word)
    same = bool(called) and called[0].casefold() in name.casefold().split()
    return "" if same else " ".join(called)
