"""Verbs that follow a person, each with the words it needs: snooze 3 weeks, every 2 months, follow up in June."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from kith.domain.dates import Look, find_date, parse_birthday, parse_date, parse_duration
from kith.domain.duration import UNITS
from kith.domain.instruction import Instruction, Verb, not_understood, order
from kith.domain.reply_lines import who_list
from kith.domain.reply_words import PROSE, first_word, is_courtesy, vocabulary, without_courtesy
from kith.domain.touch import Channel

Said = tuple[Instruction, str]
"""An instruction, and the words after it that are no part of it."""

Phrase = Callable[[str, bool, date], Said | None]
"""Reads what follows a verb: the words, whether a stop parts them from it, and today. None: it is prose after all."""

_EDGE: Final = " ,.;:!-–—"
_CLAUSE_END: Final = re.compile(r"[,;:] | [-–—] |\. ")
_UNTIL: Final = re.compile(r"(?:until|till|til|for) ", re.IGNORECASE)
_THEM: Final = re.compile(r"\A(?:(?:with|of|for|to) )?(?:him|her|them)\b[,;:]? ?", re.IGNORECASE)
"""The person a verb is about, said once more: "snooze her for 3 weeks"."""
_THEM_WHEN: Final = re.compile(
    r"\A(?:with (?:him|her|them)\b|(?:him|her|them)(?=[,;:.]|$| (?:in|on|at|about|re|until|till|by|after|before|next|"
    r"this|tomorrow|end|early|mid|late|a|[0-9])))[,;:]? ?",
    re.IGNORECASE,
)
_AS: Final = re.compile(r"\A(?:as|with) ", re.IGNORECASE)
_LEFT_OVER: Final = re.compile(rf"(?:{'|'.join(sorted(UNITS, key=len, reverse=True))})\b", re.IGNORECASE)
"""A day that leaves a unit behind was a length of time: "snooze May 3 weeks"."""
_ABOUT: Final = re.compile(r"\A(?:about|on|re|regarding|concerning)\b:? ?", re.IGNORECASE)
_IS_DONE: Final = re.compile(r"(?:(?:is|was|all) )?done(?:[,;:.!]+|(?= |$))", re.IGNORECASE)
_BIRTHDAY_IS: Final = re.compile(r"\A(?:(?:is|on|the|=) )+", re.IGNORECASE)
_WITH: Final = re.compile(r"\A(?:with|into|and) ", re.IGNORECASE)
_HASHES: Final = re.compile(r"(?:#[^\W\d_][\w&+-]{0,39}(?:[, ]+|\.?$))+")
_TAG: Final = re.compile(r"#?([^\W_][\w&+-]{0,39})")
_NOT_A_TOUCH: Final = re.compile(
    r"(?:(?:it|that|this) )?(?:is not|was not|isn['’]t|wasn['’]t|not|(?:it|that)['’]s not) a touch\b", re.IGNORECASE
)
_IS_A_TOUCH: Final = re.compile(r"(?:(?:it|that|this) )?(?:is|was|(?:it|that)['’]s) a touch\b", re.IGNORECASE)
_NO_CIRCLE: Final = vocabulary("of is was has back around")
_NO_TAG: Final = PROSE | vocabulary("me us him her them along as the a an by into onto out over up down")
"""Words with which something is told: "tag along on the hike"."""
_MOST_TAGS: Final = 8
_VERB_OF: Final = {str(verb).replace(" ", ""): verb for verb in Verb}


def read_tags(words: str) -> Said | None:
    """ "#alumni #cooking" at the start of a sentence."""
    found = _HASHES.match(words)
    if not found:
        return None
    return _tagged(found[0]), words[found.end() :].strip()


def read_touch_or_not(words: str, today: date) -> Said | None:
    """ "not a touch", "that was a touch", with the day it was if one is said."""
    for verb, shape in ((Verb.NOT_A_TOUCH, _NOT_A_TOUCH), (Verb.IS_A_TOUCH, _IS_A_TOUCH)):
        if found := shape.match(words):
            rest = words[found.end() :].strip(_EDGE)
            said = find_date(rest, today, Look.BACK)
            return (order(verb, on=said[0]), said[1]) if said else (order(verb), rest)
    return None


def read_phrase(name: str, rest: str, parted: bool, today: date) -> Said | None:
    """What a verb, by its name in PHRASES, and the words after it ask for; None where they are prose after all."""
    phrase = PHRASES.get(name)
    if phrase is None:
        return None
    said = phrase(rest, parted, today)
    if said and said[0].verb is not Verb.UNKNOWN:
        return said
    bare = without_courtesy(rest, thanks=name != "followup")  # a follow-up may be about thanks
    said = phrase(bare, parted, today) if bare != rest else said
    return (replace(said[0], meant=_VERB_OF.get(name)), said[1]) if said else None


def _snooze(rest: str, _parted: bool, today: date) -> Said | None:
    on, after = _ahead(_THEM.sub("", rest, count=1), today)
    if on is None or on <= today or _LEFT_OVER.match(after):
        return not_understood("snooze until when? For example: snooze 3 weeks"), ""
    return order(Verb.SNOOZE, on=on), after


def _ahead(words: str, today: date) -> tuple[date | None, str]:
    if on := parse_date(words, today, Look.AHEAD):
        return on, ""
    return find_date(words, today, Look.AHEAD) or (None, "")


def _every(rest: str, _parted: bool, _today: date) -> Said | None:
    clause, after = _clause(rest)
    length = parse_duration(clause) or parse_duration(f"every {clause}")
    if length is None:
        return not_understood("every how long? For example: every 6 weeks"), ""
    return replace(order(Verb.EVERY), every=length), after


def _clause(words: str) -> tuple[str, str]:
    found = _CLAUSE_END.search(words)
    return (words[: found.start()], words[found.end() :].strip()) if found else (words, "")


def _pause(rest: str, parted: bool, today: date) -> Said | None:
    said = rest if parted else _THEM.sub("", rest, count=1)
    if _UNTIL.match(said) and not parted:
        return _snooze(said, parted, today)
    return _bare(Verb.PAUSE)(said, parted, today)


def _bare(verb: Verb) -> Phrase:
    """A verb that needs no words; with words that no stop parts from it, it is prose ("resume of hers")."""

    def read(rest: str, parted: bool, _today: date) -> Said | None:
        told = rest if parted else _THEM.sub("", rest, count=1)
        return (order(verb), told) if parted or not told else None

    return read


def _forget(rest: str, _parted: bool, _today: date) -> Said | None:
    return None if rest else (order(Verb.FORGET), "")


def _done(rest: str, parted: bool, today: date) -> Said | None:
    """A touch of which only the day is said. Its channel is message: the least that "done" can have been."""
    said = None if parted else find_date(rest, today, Look.BACK)
    if rest and not parted and (said is None or not rest.endswith(said[1])):
        return None
    on, text = said or (today, rest)
    return order(Verb.TOUCH, channel=Channel.MESSAGE, on=on, text=text), ""


def _follow_up(rest: str, _parted: bool, today: date) -> Said | None:
    if done := _IS_DONE.match(rest):
        return _followed_up(rest[done.end() :].strip())
    rest = _THEM_WHEN.sub("", rest, count=1)
    on, matter = _ahead(rest, today)
    if on is None:
        who, about, matter = rest.partition(" about ")
        found = find_date(who, today, Look.AHEAD) if about else None
        on, matter = (found[0], f"{found[1]} about {matter}") if found else (None, "")
    if on is None or on <= today:
        return not_understood("follow up when? For example: follow up in 6 weeks about the flat"), ""
    about = _ABOUT.sub("", matter.strip(_EDGE), count=1)
    return order(Verb.FOLLOW_UP, on=on, text="" if is_courtesy(about) else about), ""


def _followed_up(after: str) -> Said:
    """What follows is which one ("about the flat"), or is told."""
    about = _ABOUT.match(after)
    which, after = _clause(after[about.end() :]) if about else ("", after)
    return order(Verb.FOLLOWED_UP, text=which.strip(_EDGE)), after


def _birthday(rest: str, _parted: bool, _today: date) -> Said | None:
    words = _BIRTHDAY_IS.sub("", _THEM.sub("", rest, count=1), count=1)
    clause, after = _clause(words)
    birthday, after = (whole, "") if (whole := parse_birthday(words)) else (parse_birthday(clause), after)
    if birthday is None:
        return not_understood("which day? For example: birthday 12 May"), ""
    return replace(order(Verb.BIRTHDAY), birthday=birthday), after


def _circle(rest: str, _parted: bool, _today: date) -> Said | None:
    clause, after = _clause(rest)
    name = without_courtesy(clause.strip(_EDGE))
    if not name:
        return not_understood("which circle? For example: circle friends"), ""
    if len(name.split()) > 3 or first_word(name) in _NO_CIRCLE:
        return None
    return replace(order(Verb.CIRCLE), circle=name), after


def _tag(rest: str, _parted: bool, _today: date) -> Said | None:
    tags = without_courtesy(_AS.sub("", _THEM.sub("", rest, count=1), count=1))
    words = tags.replace(",", " ").strip(_EDGE).split()
    if len(words) > _MOST_TAGS or not _NO_TAG.isdisjoint(word.casefold() for word in words):
        return None
    if not words or not all(_TAG.fullmatch(word) for word in words):
        return not_understood("which tag? For example: tag alumni"), ""
    return _tagged(tags), ""


def _tagged(words: str) -> Instruction:
    tags = tuple(dict.fromkeys(_TAG.findall(words)))
    return replace(order(Verb.TAG, text=" ".join(tags)), tags=tags)


def _merge(rest: str, _parted: bool, _today: date) -> Said | None:
    others = who_list(_WITH.sub("", without_courtesy(_THEM.sub("", rest, count=1)), count=1))
    if len(others) != 1 or len(others[0].split()) > 5:
        return not_understood("merge with whom? For example: merge bob@work.example"), ""
    return order(Verb.MERGE, who=others), ""


PHRASES: Final[Mapping[str, Phrase]] = {
    "snooze": _snooze,
    "every": _every,
    "pause": _pause,
    "resume": _bare(Verb.RESUME),
    "done": _done,
    "followup": _follow_up,
    "birthday": _birthday,
    "circle": _circle,
    "tag": _tag,
    "merge": _merge,
    "forget": _forget,
}
"""What each verb after a person needs, by the verb in small letters."""
