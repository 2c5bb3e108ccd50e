"""The values a reply is turned into: what can be asked for, and one thing that is asked."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kith.domain.dates import Birthday, Duration
from kith.domain.touch import Channel


class Verb(StrEnum):
    """What can be asked for in a reply."""

    NOTE = "note"
    TOUCH = "touch"
    SNOOZE = "snooze"
    EVERY = "every"
    PAUSE = "pause"
    RESUME = "resume"
    FOLLOW_UP = "follow up"
    FOLLOWED_UP = "follow up done"
    BIRTHDAY = "birthday"
    CIRCLE = "circle"
    TAG = "tag"
    MERGE = "merge"
    FORGET = "forget"
    NOT_A_TOUCH = "not a touch"
    IS_A_TOUCH = "is a touch"
    ADD = "add"
    THANK = "thank"
    SHARE = "share"
    INTRODUCE = "introduce"
    ASK = "ask"
    BRIEFING = "?"
    UNDO = "undo"
    MORE = "more"
    HELP = "help"
    LEAVE = "leave"
    """What was not understood may be left as it is."""
    YES = "yes"
    """The answer to a question that was asked back, such as whether to forget somebody."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing that a reply asks for.

    position counts the instructions of one mail from 0. line is the owner's own words, all of them,
    so that nothing is lost where it cannot be applied; several instructions of one line share it.
    who names people as they were written: "1", "@bob", "Maria", "jane@example.com"; for INTRODUCE the
    two, for MERGE the person and the one to merge with, for SHARE everybody it is shared with, for ADD
    the new name ("" where only an address is given), for YES the person if one is named. text is what
    the verb is about: a note, a follow-up's matter, what thanks are for, a link, the ID of an UNDO; of
    a TOUCH what is told beyond the touch itself, "" if nothing. on is the day of a touch (today where
    none is said), the end of a snooze, the date of a follow-up; None where it is not needed. address is
    ADD's. problem says in a short sentence why a line was not understood (UNKNOWN only), and meant which verb its words
    begin with, if any. words are this one's part of the line, as a line of its own ("Bob: snooze a while"); "" where
    the line cannot be parted.
    """

    position: int
    line: str
    verb: Verb
    who: tuple[str, ...] = ()
    text: str = ""
    on: date | None = None
    every: Duration | None = None
    channel: Channel | None = None
    birthday: Birthday | None = None
    address: str = ""
    problem: str = ""
    tags: tuple[str, ...] = ()
    circle: str = ""
    about: str = ""
    words: str = field(default="", compare=False)  # how it was said is no part of what is asked
    meant: Verb | None = field(default=None, compare=False)


def order(
    verb: Verb,
    *,
    who: tuple[str, ...] = (),
    text: str = "",
    on: date | None = None,
    channel: Channel | None = None,
    problem: str = "",
) -> Instruction:
    """An instruction that does not know yet which line of which mail it came from."""
    return Instruction(0, "", verb, who=who, text=text, on=on, channel=channel, problem=problem)


def not_understood(problem: str, who: tuple[str, ...] = ()) -> Instruction:
    """An UNKNOWN with its reason, a sentence for the owner."""
    return order(Verb.UNKNOWN, who=who, problem=problem)
