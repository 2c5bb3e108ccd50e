"""Lines that begin with a verb and then say whom it is about: "snooze 2 for 3 weeks", "called Maria yesterday"."""

import re
from dataclasses import replace
from typing import Final

from kith.domain.datewords import MONTHS, VOCABULARY, WEEKDAYS
from kith.domain.instruction import Instruction, Verb
from kith.domain.reply_lines import Opening, is_name
from kith.domain.reply_people import Known, People, people_at
from kith.domain.reply_touch import FILLER, HAPPENED, NOUNS
from kith.domain.reply_words import first_word, is_bare_name, is_courtesy, vocabulary

_ORDER: Final = re.compile(
    r"(?:(?:and|then|also|please|pls|plz),? )?"
    r"(?P<verb>snooze|pause|resume|follow[ -]?up|merge|birthday|tag|done)(?P<with> (?:with|of|for|to))?:? ",
    re.IGNORECASE,
)
_TOUCH: Final = re.compile(
    rf"(?:{FILLER} ){{0,5}}(?P<verb>video call|phone call|e-mailed|[a-z]+)"
    r"(?: (?:up|back|again|over))?(?P<with> (?:with|to|for|from))? ",
    re.IGNORECASE,
)
_NO_WITH: Final = vocabulary("call zoom skype facetime whatsapp signal")
"""Nouns that are also said of somebody without a "with": "call Maria"."""
_OF_ANYBODY: Final = vocabulary("snooze pause resume")
"""Verbs after which a name is asked back that is not known, or not of one person."""
_WORD_END: Final = re.compile(r"(?=[ ,;:.!?)]|$)")
_AFTER_NUMBER: Final = re.compile(r"[,;:.!]|$| (?:[,;:–—-]|(?P<word>[^\W\d_]+))")
_GOES_ON: Final = vocabulary(
    "yesterday today tonight on last this at in about for from to and but because earlier again with until till til "
    "next"
) | frozenset({*WEEKDAYS, *MONTHS})
"""Words before which the number after a touch is somebody's: "called 3 on Friday", but not "called 3 times"."""
_EVERYBODY: Final = vocabulary("all everyone everybody")


def verb_first(words: str, is_known: Known) -> Opening | None:
    """A line that begins with a verb, and then with a number or a known name; None where it is about nobody else."""
    return order_first(words, is_known) or _touch(words, is_known)


def as_written(one: Instruction, start: Opening) -> Instruction:
    """An instruction whose words name the people again, in place of the "her" by which it was read."""
    read, written = start.meant
    if not read or one.verb not in {Verb.NOTE, Verb.TOUCH} or not one.text.startswith(read):
        return one
    return replace(one, text=written + one.text[len(read) :])


def order_first(words: str, is_known: Known) -> Opening | None:
    """As verb_first, where the verb orders something: "snooze 2 for 3 weeks"."""
    found = _ORDER.match(words)
    if found is None:
        return None
    verb = found["verb"].casefold()
    people = _people(words, found.end(), is_known) or _stranger(words, found, verb)
    if people is None or (verb == "merge" and found["with"]):  # "merge with Bob" is about somebody before it
        return None
    if people.who[0].isdecimal() and verb in {"birthday", "done"} and not _is_somebody(words, people.end):
        return None
    after = words[people.end :]
    if verb == "merge" and len(people.who) == 2:
        return Opening(people.who[:1], f"merge with {people.who[1]}{after}")
    if verb == "done":
        return Opening(people.who, f"done{after}")
    return Opening(people.who, f"{found['verb']} her{after}")


def _touch(words: str, is_known: Known) -> Opening | None:
    found = _TOUCH.match(words)
    verb = found["verb"].casefold().replace(" ", "-") if found else ""
    if found is None or verb not in HAPPENED | NOUNS or not (found["with"] or verb in HAPPENED | _NO_WITH):
        return None
    people = _people(words, found.end(), is_known)
    if people is None or (people.who[-1].isdecimal() and not _is_somebody(words, people.end)):
        return None
    before, after = words[: found.end()], words[people.end :]
    return Opening(people.who, f"{before}her{after}", meant=(f"{before}her", words[: people.end]))


def _people(words: str, at: int, is_known: Known) -> People | None:
    found = people_at(words[at:], is_known, is_open=True)
    if found is None or not _WORD_END.match(words, at + found.end):
        return None
    return People(found.who, at + found.end)


def _stranger(words: str, verb: re.Match[str], name: str) -> People | None:
    """A name that is not known after a verb that can only be meant as one: it is asked back."""
    if name not in _OF_ANYBODY:
        return None
    said = words[verb.end() :].split(" ", 1)[0].rstrip(",;:.!")
    is_named = is_bare_name(said) and is_name([said]) and said.casefold() not in VOCABULARY
    if said.casefold() not in _EVERYBODY and (not is_named or is_courtesy(said)):
        return None
    return People((said,), verb.end() + len(said))


def _is_somebody(words: str, end: int) -> bool:
    """Whether a number that ends here is somebody's: nothing that it could count comes after it."""
    after = _AFTER_NUMBER.match(words, end)
    return after is not None and (not after["word"] or first_word(after["word"]) in _GOES_ON)
