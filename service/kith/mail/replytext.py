"""Finds the owner's new words in an answer: without the quoted letter, attributions, signatures and disclaimers."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from kith.domain.reply import SENTINEL
from kith.mail import replyquote
from kith.mail.replyhtml import text_of
from kith.mail.replyquote import Letter, is_quoted
from kith.mail.replysign import trimmed, unsigned

_INVISIBLE: Final = dict.fromkeys((0x200B, 0x200C, 0x2060, 0xFEFF, 0x00AD)) | dict.fromkeys((0x00A0, 0x202F), " ")
"""Characters that programs put between others, and the spaces that do not break."""
_LINE_END: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_MOST_STUB: Final = 300
_STUB: Final = re.compile(r"\bhtml\b", re.IGNORECASE)


def new_text(
    plain: str | None, html: str | None, own_addresses: Collection[str], sentinels: Collection[str] = ()
) -> str:
    """The words the owner added to a letter of Kith's, line by line; "" where there are none.

    plain and html are the two forms of the answer; html is read where plain is missing, says only
    that one should look at the HTML, or holds nothing new. own_addresses are those letters are sent
    from, by which a quote's attribution is known; sentinels are first lines of letters beside
    today's SENTINEL. Lines marked as quoted (>) never come back. Words between and below them do:
    to lose words is worse than to keep a line of a quote. Takes time linear in its input.
    """
    letter = Letter.of(own_addresses, (SENTINEL, *sentinels))
    if plain and not _is_stub(plain, html) and (words := _cut(plain, letter)):
        return words
    return _cut(text_of(html), letter) if html else ""


def _is_stub(plain: str, html: str | None) -> bool:
    return html is not None and len(plain) <= _MOST_STUB and bool(_STUB.search(plain))


def _cut(text: str, letter: Letter) -> str:
    lines = _LINE_END.split(text.translate(_INVISIBLE))
    pieces = ("\n".join(_bare(*piece)) for piece in _pieces(lines, letter))
    return "\n\n".join(piece for piece in pieces if piece)


def _bare(lines: list[str], quote_is_next: bool) -> list[str]:
    """The owner's words among lines that may end with what a program put above a quote."""
    lines = trimmed(lines)
    while lines and (replyquote.is_rule(lines[-1]) or replyquote.is_mark(lines[-1])):
        lines = trimmed(lines[:-1])
    above = replyquote.attribution_above(lines) if quote_is_next else 0
    return unsigned(lines[: len(lines) - above])


def _pieces(lines: Sequence[str], letter: Letter) -> Iterator[tuple[list[str], bool]]:
    """The lines between quotes, each run with whether a marked quote comes next. An unmarked quote ends them all."""
    last_quoted = next((at for at in range(len(lines) - 1, -1, -1) if is_quoted(lines[at])), -1)
    kept: list[str] = []
    has_words = False
    at = 0
    while at < len(lines) and not letter.begins_at(lines[at]):
        if is_quoted(lines[at]):
            yield kept, True
            kept, at = [], at + 1
        elif length := _introduction(lines, at, letter):
            yield kept, False
            kept = []
            if _quote_follows(lines, at, length, letter, trusted=has_words and last_quoted < at):
                return
            at += length
        else:
            has_words = has_words or bool(lines[at].strip())
            kept.append(lines[at])
            at += 1
    yield kept, at < len(lines)


def _introduction(lines: Sequence[str], at: int, letter: Letter) -> int:
    """How many lines from one on introduce a quote; 0 if they are words."""
    if replyquote.is_mark(lines[at]):
        return 1
    return replyquote.header_block(lines, at, letter) or replyquote.attribution(lines, at, letter)


def _quote_follows(lines: Sequence[str], at: int, length: int, letter: Letter, *, trusted: bool) -> bool:
    """Whether what comes after an introduction is a quote without marks.

    After an attribution it may be the owner's words: where the program marks its quotes, and where
    nothing stands above (an answer below a quote that was deleted). Only trusted says it is neither.
    """
    after = next((n for n in range(at + length, len(lines)) if lines[n].strip()), None)
    if (
        after is None
        or is_quoted(lines[after])
        or letter.begins_at(lines[after])
        or _introduction(lines, after, letter)
    ):
        return False
    is_attribution = not replyquote.is_mark(lines[at]) and not replyquote.header_block(lines, at, letter)
    return trusted or not is_attribution
