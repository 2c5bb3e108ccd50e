"""Touches in the owner's words: "lunch Monday", "called yesterday", "met on 3 May"."""

import re
from dataclasses import replace
from datetime import date
from typing import Final

from kith.domain.dates import Look, find_date, find_within
from kith.domain.instruction import Instruction, Verb, not_understood, order
from kith.domain.reply_plans import is_off
from kith.domain.reply_slips import is_to_come
from kith.domain.reply_theirs import theirs
from kith.domain.reply_words import first_word, has_words, vocabulary
from kith.domain.touch import Channel
from kith.domain.unread_day import is_month_first_perhaps, tells_unread_day

_CHANNELS: Final = {
    Channel.IN_PERSON: "lunch dinner breakfast brunch coffee tea drinks drink met saw visited meeting",
    Channel.CALL: "called call phoned rang spoke talked zoom zoomed skype facetime facetimed video-call phone-call",
    Channel.MESSAGE: "texted messaged whatsapp whatsapped signal chatted dm dmed",
    Channel.EMAIL: "wrote emailed e-mailed mailed",
    Channel.LETTER: "letter card postcard",
}
_CHANNEL_OF: Final = {word: channel for channel, words in _CHANNELS.items() for word in words.split()}
HAPPENED: Final = vocabulary(
    "met saw visited called phoned rang spoke talked zoomed facetimed texted messaged whatsapped chatted dmed wrote "
    "emailed e-mailed mailed"
)
"""Words that say it is past; the others may be plans."""
NOUNS: Final = frozenset(_CHANNEL_OF) - HAPPENED
"""Touches in a word that a number may also count: "2 drinks"."""

FILLER: Final = (
    r"(?:i|we|just|had|went|for|sent(?: (?:him|her|them))?|got|received|a|an|quick|long|short|nice|great|lovely|good)"
)
"""What may stand before a touch: "we had a long call"."""
_START: Final = re.compile(
    rf"(?:{FILLER} ){{0,5}}(?P<word>video call|phone call|e-mailed|[a-z]+)(?![\w'’-])", re.IGNORECASE
)
_STOP: Final = " ,;:.!?-–—"
_CLAUSE_END: Final = re.compile(r"[,;:.!?]| [-–—]")
_ONLY_WITH_THEM: Final = re.compile(
    r"(?:(?:back )?(?:with|to|for|from) )?(?:(?:him|her|them|me|us|each other|again|back)\b ?)?"
    r"(?:on the phone|by phone)?",
    re.IGNORECASE,
)

_TOLD: Final = vocabulary(
    "is isn't was wasn't were are would will won't should could can can't might may must has had soon later sometime "
    "someday or place shop off down out number of that it planned booked cancelled canceled"
)
"""Words after which something is told of a lunch or a call: "lunch is her favourite meal", "called off the wedding"."""
_NOT_HELD: Final = _TOLD - vocabulary("was were had has down out of that it")
"""Those of them after which it was not, even with a day: "lunch is on Friday", but "lunch was good on Friday"."""
_ELSEWHERE: Final = dict.fromkeys(
    ("met", "saw", "visited", "wrote"), vocabulary("a an the some someone somebody this his their my our")
) | {"called": vocabulary("a an for")}
"""Words after which it was somebody or something else: "wrote a book", "met a nice man"."""
_LONG_AGO: Final = re.compile(
    r"(?:(?:in|since|around) (?:19|20)[0-9]{2}|(?:last|that|the other) (?:spring|summer|autumn|fall|winter)|years ago)"
    r"[.!]*$",
    re.IGNORECASE,
)
"""A time that is past and no day: when it was is not known, so it is told, and no touch today."""
_JUST_NOW: Final = re.compile(r"an? (?:hour|moment|minute|few (?:minutes|hours)) ago\b", re.IGNORECASE)
"""What may follow "called" as well, and is today."""
_WISH: Final = vocabulary("him her them me back again asap")
"""Words after which a call is one to make: "call her", "zoom again"."""
_WISH_ON_A_DAY: Final = vocabulary("him her them me back")
"""Those of them after which a weekday is one to come: "call her on Friday"."""

_ASKED_BACK: Final = replace(
    not_understood("which day? Say it as one day that I can read, such as last Tuesday or 3 November"), meant=Verb.TOUCH
)


def read_touch(sentence: str, today: date) -> Instruction | None:
    """The touch that a sentence begins with, None where it tells something else or what is still to come.

    The day is today where none is said. The text is what is told beyond the touch, the date left
    out: "lunch at Chez Ana" where it goes on with the touch, "she is moving" where a stop parts it.
    UNKNOWN where a day is said that cannot be read: it was hardly today.
    """
    if touch := _touch(sentence, today, None):
        return touch
    found = find_date(sentence, today, Look.BACK)
    if found and found[1] and sentence.endswith(found[1]):
        return _touch(found[1], today, found[0])
    return None


def _touch(sentence: str, today: date, said_before: date | None) -> Instruction | None:
    start = _START.match(sentence)
    word = start["word"].casefold().replace(" ", "-") if start else ""
    channel, end = _CHANNEL_OF.get(word), start.end() if start else 0
    if their := theirs(sentence, today):
        word, channel, end = their.word, their.channel or _CHANNEL_OF[their.word], their.end
    if channel is None or sentence.endswith("?"):
        return None
    rest = sentence[end:].strip()
    on, left, parted = (said_before, rest, _is_parted(rest)) if said_before else _day(rest, today)
    if on is None and (_is_told(word, rest) or _is_ahead(word, rest, today) or _is_long_ago(rest)):
        return None
    if on is None and tells_unread_day(rest):
        return _ASKED_BACK
    is_past = on is not None and said_before is None and not _is_either_way(rest, today)
    if on and _is_not_held(word, rest, is_past=is_past):
        return None
    is_plan = word not in HAPPENED and is_off(rest, is_dated=on is not None, is_past=is_past)
    if is_plan or (on and word not in HAPPENED and is_to_come(sentence, on, today)):
        return _ASKED_BACK if not is_plan and is_month_first_perhaps(sentence) else None
    left = left.lstrip(_STOP)
    if _ONLY_WITH_THEM.fullmatch(left.rstrip(_STOP)) or not has_words(left):
        left = ""
    text = left if parted or not left else f"{sentence[:end]} {left}"
    return order(Verb.TOUCH, channel=channel, on=on or today, text=text)


def _is_parted(text: str) -> bool:
    return text[:1] in set(_STOP)


def _day(rest: str, today: date) -> tuple[date | None, str, bool]:
    """The day said after the word (None if none is), what is left without it, and whether a stop parts that."""
    if _is_parted(rest):
        clause, after = _clause(rest)
        found = find_date(clause, today, Look.BACK)
        return (found[0], after, True) if found and not found[1] else (None, rest, True)
    found, ahead = find_date(rest, today, Look.BACK), find_date(rest, today, Look.AHEAD)
    if found is None:
        return _day_within(rest, today)
    if ahead and len(ahead[1]) < len(found[1]):
        return None, rest, False  # "next Tuesday" ahead says more than its "Tuesday" back
    on, left = found
    phrase = rest.removesuffix(left).rstrip(" ") if left else rest
    return on, left, rest.endswith(left) and phrase[-1:] in set(_STOP)


def _day_within(rest: str, today: date) -> tuple[date | None, str, bool]:
    """A day in the midst of the clause, where the same words do not say more looking ahead."""
    back, ahead = find_within(rest, today, Look.BACK), find_within(rest, today, Look.AHEAD)
    if back is None or (ahead and (ahead.start, -ahead.length) < (back.start, -back.length)):
        return None, rest, False
    return back.on, back.left, False


def _clause(rest: str) -> tuple[str, str]:
    bare = rest.lstrip(_STOP)
    clause = _CLAUSE_END.split(bare, maxsplit=1)[0]
    return clause, bare[len(clause) :]


def _is_told(word: str, rest: str) -> bool:
    if _is_parted(rest):
        return False
    following = first_word(rest).replace("’", "'")
    return (
        following in _TOLD
        or (following in _ELSEWHERE.get(word, frozenset()) and not _JUST_NOW.match(rest))
        or (following in _WISH and word not in HAPPENED)
    )


def _is_not_held(word: str, rest: str, *, is_past: bool) -> bool:
    """Whether a touch with its day is a plan, or was none: "lunch will be on Friday", "call her on Friday"."""
    following = first_word(rest).replace("’", "'")
    is_wish = word not in HAPPENED and not is_past and following in _WISH_ON_A_DAY
    return not _is_parted(rest) and (following in _NOT_HELD or is_wish)


def _is_either_way(rest: str, today: date) -> bool:
    """Whether a day could be meant that is still to come: "on Friday", but not "yesterday"."""
    return bool(find_date(rest, today, Look.AHEAD) or find_within(rest, today, Look.AHEAD))


def _is_long_ago(rest: str) -> bool:
    """Whether the touch itself was at such a time: "met in 2019", but not "called about her trip in 2019"."""
    clause = _clause(rest)[0]
    return bool(_LONG_AGO.search(clause)) and " about " not in f" {clause} "


def _is_ahead(word: str, rest: str, today: date) -> bool:
    """Whether a day ahead is said. What is past may be about a day ahead: "called about her trip next week"."""
    said = _clause(rest)[0] if _is_parted(rest) else rest
    if word not in HAPPENED and find_within(said, today, Look.AHEAD):
        return True
    found = find_date(said, today, Look.AHEAD)
    if found is None or found[0] <= today or (_is_parted(rest) and found[1]):
        return False
    return word not in HAPPENED or rest.endswith(found[1])
