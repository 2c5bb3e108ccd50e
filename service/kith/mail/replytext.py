"""Finds the owner's new words in an answer: without the quoted letter, attributions, signatures and disclaimers."""

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from kith.domain.reply import SENTINEL
from kith.mail import replyquote
from kith.mail.replyhtml import texts_of
from kith.mail.replyquote import Letter, is_quoted
from kith.mail.replysign import names_of, trimmed, unarmoured, unsigned

_INVISIBLE: Final = dict.fromkeys((0x200B, 0x200C, 0x2060, 0xFEFF, 0x00AD)) | dict.fromkeys((0x00A0, 0x202F), " ")
"""Characters that programs put between others, and the spaces that do not break."""
_LINE_END: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_MOST_STUB: Final = 300
_STUB: Final = re.compile(r"\bhtml\b", re.IGNORECASE)
_DOUBLED: Final = re.compile(r"(?<![^\s<>])([^\s<>]{1,2000})<((?:mailto:|https?://)[^\s<>]{1,2000})>", re.IGNORECASE)
_LINK: Final = re.compile(r"<(?:mailto:|https?://)[^\s<>]{1,2000}>", re.IGNORECASE)
_BEFORE_A_LINK: Final = "([{\"'“‘*_"


class NewText(NamedTuple):
    """What the owner added to a letter, line by line, and what else may hold words of the owner's.

    quoted is what stands in a quote without marks: the letter's own words, and maybe the owner's between
    them. signature are the lines of signatures that a mark makes known.
    """

    words: str = ""
    quoted: str = ""
    signature: tuple[str, ...] = ()


def new_text(
    plain: str | None,
    html: str | None,
    own_addresses: Collection[str],
    sentinels: Collection[str] = (),
    owner: str = "",
) -> NewText:
    """The words the owner added to a letter of Kith's, each part "" where there are none.

    plain and html are the two forms of the answer; html is read where plain is missing, says only
    that one should look at the HTML, or holds nothing new. own_addresses are those letters are sent
    from, by which a quote's attribution is known; sentinels are first lines of letters beside
    today's SENTINEL; owner is the owner's name, as below a mail. Lines marked as quoted (>) never
    come back. Words between and below them do: to lose words is worse than to keep a line of a quote.
    Takes time linear in its input.
    """
    letter = Letter.of(own_addresses, (SENTINEL, *sentinels))
    names = names_of(owner)
    of_plain = NewText()
    if plain and not _is_stub(plain, html):
        of_plain = _cut(unarmoured(_lines(plain)), letter, names)
    if of_plain.words or not html:
        return of_plain
    of_html = _cut_html(html, letter, names)
    return of_html if of_html.words or not any(of_plain) else of_plain


def _is_stub(plain: str, html: str | None) -> bool:
    return html is not None and len(plain) <= _MOST_STUB and bool(_STUB.search(plain))


def _lines(text: str) -> list[str]:
    return _LINE_END.split(_DOUBLED.sub(_once, text.translate(_INVISIBLE)))


def _once(found: re.Match[str]) -> str:
    """A link that Outlook wrote twice, once: text<link> where both are the same."""
    said = found[1].lstrip(_BEFORE_A_LINK).casefold().rstrip("/")
    link = found[2].casefold().rstrip("/")
    kind, _, short = link.partition(":")
    address = short.partition("?")[0] if kind == "mailto" else short.lstrip("/")
    return found[1] if said in {link, address} else found[0]


def _cut(lines: Sequence[str], letter: Letter, names: Collection[str]) -> NewText:
    pieces, rest = _pieces(lines, letter)
    bare = [unsigned(_above(*piece), names) for piece in pieces]
    below = unsigned([_LINK.sub("", line) for line in _of_letter(lines[rest:], letter)])
    said = ("\n".join(piece.lines) for piece in bare)
    return NewText(
        "\n\n".join(filter(None, said)),
        "\n".join(below.lines),
        tuple(line for piece in (*bare, below) for line in piece.signature if line.strip()),
    )


def _cut_html(html: str, letter: Letter, names: Collection[str]) -> NewText:
    texts = texts_of(html)
    above = _cut(_lines(texts.words), letter, names)
    below = unsigned(_of_letter(_lines(texts.below), letter))
    marked = (line for line in (*texts.signature, *below.signature) if line.strip() and not is_quoted(line))
    return NewText(above.words, "\n".join(filter(None, (above.quoted, *below.lines))), (*above.signature, *marked))


def _above(lines: list[str], quote_is_next: bool) -> list[str]:
    """Lines that may end with what a program put above a quote, without that."""
    end = len(lines)
    while end and _says_nothing(lines[end - 1]):
        end -= 1
    lines = trimmed(lines[:end])
    above = replyquote.attribution_above(lines) if quote_is_next else 0
    return lines[: len(lines) - above]


def _says_nothing(line: str) -> bool:
    return not line.strip() or replyquote.is_rule(line) or replyquote.is_mark(line)


def _pieces(lines: Sequence[str], letter: Letter) -> tuple[list[tuple[list[str], bool]], int]:
    """The lines between quotes, each run with whether a marked quote comes next; and where an unmarked one begins."""
    last_quoted = next((at for at in range(len(lines) - 1, -1, -1) if is_quoted(lines[at])), -1)
    pieces: list[tuple[list[str], bool]] = []
    kept: list[str] = []
    has_words = False
    at = 0
    while at < len(lines) and not letter.begins_at(lines[at]):
        if is_quoted(lines[at]):
            pieces.append((kept, True))
            kept, at = [], at + 1
        elif length := _introduction(lines, at, letter):
            pieces.append((kept, False))
            kept = []
            if _quote_follows(lines, at, length, letter, trusted=has_words and last_quoted < at):
                return pieces, at + length
            at += length
        else:
            has_words = has_words or bool(lines[at].strip())
            kept.append(lines[at])
            at += 1
    return [*pieces, (kept, at < len(lines))], at


def _of_letter(lines: Sequence[str], letter: Letter) -> list[str]:
    """The lines of letters of ours in a quote without marks, and what stands right above them.

    Other mail may be quoted there, each below its introduction: that was the owner's once, and was read.
    """
    found: list[str] = []
    above: list[str] = []
    is_letter = False
    at = 0
    while at < len(lines):
        length = _header(lines, at, letter) if is_letter else _introduction(lines, at, letter)
        if letter.begins_at(lines[at]):
            found += [*above, letter.beside(lines[at])]
        elif is_letter and not length:
            found.append(lines[at])
        elif not length and (above or not replyquote.is_field(lines[at])):
            above += [lines[at]] * bool(lines[at].strip() and not is_quoted(lines[at]))
        if length or letter.begins_at(lines[at]):
            is_letter, above = not length, []
        at += max(length, 1)
    return [line for line in (*found, *above) if not is_quoted(line)]


def _header(lines: Sequence[str], at: int, letter: Letter) -> int:
    """How many lines from one on are a program's mark or header above a quote; 0 if they are none."""
    return 1 if replyquote.is_mark(lines[at]) else replyquote.header_block(lines, at, letter)


def _introduction(lines: Sequence[str], at: int, letter: Letter) -> int:
    """How many lines from one on introduce a quote; 0 if they are words."""
    return _header(lines, at, letter) or replyquote.attribution(lines, at, letter)


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
    return trusted or bool(_header(lines, at, letter))
