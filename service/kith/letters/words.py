"""How things are said in a letter: names, dates, numbers, lines of a width. The filters of the templates."""

import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from urllib.parse import quote, unquote

from kith.domain import reply_offer
from kith.domain.dates import Birthday
from kith.domain.digest import ComingUp, Entry, InTouch, Stranger, Upcoming
from kith.domain.occasion import first_name
from kith.domain.plain import one_line, printable
from kith.domain.reply_offer import name_in_line

WIDTH = 72  # columns of a plain letter, so that a quoted one still fits 80 (RFC 3676, 4.2)
SUBJECT = 120  # characters; more is never shown, and less than a header line of 998 in any encoding

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_SAME_YEAR = 300  # days within which a day and month cannot be mistaken for those of another year
_PREFIX = re.compile(
    r"\s{0,9}(?:re|aw|sv|vs|antw|rif|ref|odp|fwd?|wg|tr|rv|vb)\s?(?:\[\d{1,3}\])?\s?[:：]\s{0,9}", re.IGNORECASE
)


def cut(text: str, longest: int) -> str:
    """Text of at most longest characters, cut between words where that loses little, with an ellipsis."""
    if len(text) <= longest:
        return text
    start = text[: longest - 1]
    before, _, _ = start.rpartition(" ")
    return (before if len(before) > longest * 2 // 3 else start).rstrip(" ,.;:-") + "…"


def layout(text: str) -> str:
    """A plain letter: no spaces at line ends, never more than two empty lines, one newline at the end."""
    kept: list[str] = []
    for line in (line.rstrip() for line in printable(text).splitlines()):
        if line or kept[-2:] != ["", ""]:
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


def wrap(text: str, indent: int = 0, first: str | None = None) -> str:
    """Text in lines of WIDTH columns, indented; first replaces the indent of the first line.

    A word longer than a line is broken, unless it looks like a link or an address: those must survive.
    """
    text = " ".join(text.split())
    hold_together = "://" in text or "@" in text
    margin = " " * indent
    return textwrap.fill(
        text, WIDTH, initial_indent=margin if first is None else first, subsequent_indent=margin,
        break_long_words=not hold_together, break_on_hyphens=False,
    )  # fmt: skip


def para(text: str, indent: int = 0, first: str | None = None) -> str:
    """wrap() for a block of a template: the same with a newline at its end."""
    return wrap(text, indent, first) + "\n"


def day(on: date, near: date | None) -> str:
    """A day as one says it: "3 May", with the year where near is far away or not known."""
    words = f"{on.day} {MONTHS[on.month - 1]}"
    return words if near is not None and abs((on - near).days) <= _SAME_YEAR else f"{words} {on.year}"


def weekday(on: date, near: date) -> str:
    """A day with its weekday: "Friday 20 November"."""
    return f"{DAYS[on.weekday()]} {day(on, near)}"


def dayname(on: date) -> str:
    """Only the weekday, for a day of this week."""
    return DAYS[on.weekday()]


def born(birthday: Birthday) -> str:
    """A birthday: "12 May", "12 May 1980"."""
    words = f"{birthday.day} {MONTHS[birthday.month - 1]}"
    return f"{words} {birthday.year}" if birthday.year else words


def number(count: int) -> str:
    """A count in words up to twelve."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def plural(count: int, one: str, many: str) -> str:
    """The count in words with what is counted: "one person", "five people"."""
    return f"{number(count)} {one if count == 1 else many}"


def starting_big(text: str) -> str:
    """Text with a capital letter at its start; the others stay as they are."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Text with a capital letter and an end, for words that came without: "had a baby" → "Had a baby."."""
    start = starting_big(text)
    return start if start.endswith((".", "!", "?", "…", "。", "”")) else f"{start}."


def series(items: Sequence[str], at_most: int = 3) -> str:
    """Names as one says them: "Maria", "Maria and Bob", "Maria, Bob and 3 others"."""
    if len(items) <= 1:
        return "".join(items)
    if len(items) <= at_most:
        return f"{', '.join(items[:-1])} and {items[-1]}"
    shown = items[: at_most - 1]
    return f"{', '.join(shown)} and {number(len(items) - len(shown))} others"


def no_full_stop(text: str) -> str:
    """Words that somebody wrote as a sentence, to be put in the middle of one of ours."""
    return text.rstrip(" .")


def calling(name: str) -> str:
    """What to call somebody in the middle of a sentence: the first name, or all there is."""
    return first_name(name) or name


def callings(names: Sequence[str]) -> list[str]:
    """What to call several people side by side: by the first name, and by the whole where two share one."""
    short = [calling(name) for name in names]
    shared = Counter(short)
    return [name if shared[first] > 1 else first for name, first in zip(names, short, strict=True)]


def by_name(people: Sequence[Entry | InTouch]) -> list[Entry | InTouch]:
    """Those whom their name alone means in an answer, and nobody else."""
    return [one for one in people if not one.has_namesake and name_in_line(one.name) == one.name]


def foremost(events: Sequence[ComingUp], most: int) -> list[ComingUp]:
    """As many events as there is room for, in their order. Meetings make way for the others, the last of them first."""
    others = [one for one in events if one.kind != Upcoming.MEETING][:most]
    meetings = [one for one in events if one.kind == Upcoming.MEETING][: most - len(others)]
    kept = {id(one) for one in (*others, *meetings)}
    return [one for one in events if id(one) in kept]


def clock(at: time) -> str:
    """A time of day: "9:30"."""
    return f"{at.hour}:{at.minute:02}"


def add_line(stranger: Stranger) -> str:
    """The line that adds somebody when it is sent back, and does no more than that."""
    return reply_offer.add_line(stranger.name, stranger.address)


def matter(subject: str) -> str:
    """What a subject is about: without the "Re:" and "Fwd:" of the usual languages, however many."""
    start = 0
    while found := _PREFIX.match(subject, start):
        start = found.end()
    return subject[start:]


def reply_subject(subject: str) -> str:
    """The subject of an answer, with one "Re:" however many there were; "" stays ""."""
    about = matter(subject)
    return f"Re: {about}" if about else ""


def href(link: str) -> str:
    """A mailto: link that holds one address and nothing else than a link may hold; "" for any other."""
    folded = link.casefold()
    if not folded.startswith("mailto:") or "%0a" in folded or "%0d" in folded:
        return ""
    return quote(link, safe=":/?&=@%+-._~!$'*", errors="replace")


def mail_address(link: str) -> str:
    """The address of a mailto: link, as one reads it."""
    return one_line(unquote(href(link)[len("mailto:") :].partition("?")[0]))
