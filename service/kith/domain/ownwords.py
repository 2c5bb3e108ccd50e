"""The words of our own letter in an answer to it: a quote that is wrapped anew without marks has no other sign.

A letter is kept as marks, one for each six words in a row, which only the store's key can make. They name nobody.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from kith.domain.reply_lines import opening
from kith.domain.reply_words import plain

RUN: Final = 6
"""Words in a row that stand in the letter: fewer may be the owner's own, "1 lunch today"."""
_SIZE: Final = 6
"""Bytes of a mark: by chance two runs share one in a letter of a thousand words once in 10^11 times."""
_WORD: Final = re.compile(r"\w+")
_HEADING: Final = re.compile(r" {0,4}[0-9]{1,3}[.)]? {2,8}\S")
_HEAD, _BACK, _SHORT = "#", "=", "|"
_LONGEST_UNIT: Final = 60
_MOST_SENT_BACK: Final = 600
"""Words of one line that may be sent back, and of all such lines in a row."""
_QUOTE_MARKS: Final = ">＞| "
_BULLET: Final = re.compile(r"\s{0,8}[*•]\s")


class Words(NamedTuple):
    """An answer without the letter's words. doubtful are lines that were left out and might have been the owner's."""

    text: str
    doubtful: tuple[str, ...] = ()


def marks(texts: Sequence[str], secret: bytes) -> bytes:
    """The marks of a letter, given in each of its forms; and of the lines in it that are there to be sent back.

    Those are examples, "add …", and lines that wait to be said again: alone they are the owner's.
    """
    found: set[bytes] = set()
    for text in texts:
        lines = text.splitlines()
        words = _words(text)
        found.update(_seal(secret, words[at : at + RUN]) for at in range(len(words) - RUN + 1))
        found.update(_seal(secret, _words(line), _HEAD) for line in lines if _HEADING.match(line))
        found.update(_seal(secret, unit, _BACK) for unit in _to_send_back(lines))
        found.update(_seal(secret, _words(line), _SHORT) for line in lines if _is_short(line))
    return b"".join(sorted(found))


def _to_send_back(lines: Sequence[str]) -> Iterator[list[str]]:
    """The words of each line that may be sent back, alone and with the lines that go on from it."""
    unit: list[str] = []
    for line in lines:
        if not _HEADING.match(line) and _begins(line):
            unit = _words(line)
        elif unit and line.strip():
            unit = [*unit, *_words(line)]
        else:
            unit = []
        if 0 < len(unit) <= _LONGEST_UNIT:
            yield unit


def _begins(line: str) -> bool:
    """Whether a line of the letter begins as one of the owner's could."""
    return bool(_BULLET.match(line) or opening(plain(line)))


def _is_short(line: str) -> bool:
    """Whether a line of the letter is too short to be known by a run, and cannot be taken for one of the owner's."""
    return 0 < len(_words(line)) < RUN and not _begins(line)


def between(text: str, marked: bytes, secret: bytes) -> list[str]:
    """What stands in a quote of the letter and is not the letter's, lines that follow each other together. Linear.

    Here it is the owner's lines that are sought: a line is the letter's only if all of its words are, in their
    place between others, or if it is one of the letter's short lines, and none that could be an instruction.
    """
    known = {marked[at : at + _SIZE] for at in range(0, len(marked), _SIZE)}
    lines = text.splitlines() if marked else []
    words = [(word, number) for number, line in enumerate(lines) for word in _words(line)]
    bare = [word for word, _ in words]
    theirs = {at for first, last in _stretches(bare, known, secret) for at in range(first, last)}
    left = sorted({number for at, (_, number) in enumerate(words) if at not in theirs})
    kinds = (_HEAD, _SHORT)
    own = (n for n in left if not any(_seal(secret, _words(lines[n]), kind) in known for kind in kinds))
    return _together(lines, own)


def _together(lines: Sequence[str], numbers: Iterable[int]) -> list[str]:
    """Some lines, those that have none but empty lines between them as one."""
    chunks: list[list[str]] = []
    last = 0
    for number in numbers:
        if not chunks or any(line.strip() for line in lines[last + 1 : number]):
            chunks.append([])
        chunks[-1].append(lines[number].strip())
        last = number
    return ["\n".join(chunk) for chunk in chunks]


def without(text: str, marked: bytes, secret: bytes) -> Words:
    """An answer's words without whole lines that stand in the letter, however they are wrapped. Linear in the text.

    A line goes where all of its words belong to a run that stands in the letter and begins with a line: a line in
    which the owner said anything of their own stays, and so does what goes on from it. Lines that were there to be
    sent back stay where nothing of the letter is around them. The heading of a person goes only beside other lines.
    """
    known = {marked[at : at + _SIZE] for at in range(0, len(marked), _SIZE)}
    lines = text.splitlines()
    if not marked:
        return Words("\n".join(lines))
    words = [(word, number) for number, line in enumerate(lines) for word in _words(line)]
    bare = [word for word, _ in words]
    gone = set[int]()
    doubtful = []
    for first, last in _stretches(bare, known, secret):
        numbers = [] if _is_sent_back(bare[first:last], known, secret) else _whole_lines(words, first, last)
        gone.update(numbers)
        if len(numbers) == 1 and opening(plain(lines[numbers[0]])):
            doubtful.append(lines[numbers[0]].strip())
    if gone:
        headings = (n for n, line in enumerate(lines) if _seal(secret, _words(line), _HEAD) in known)
        gone.update(headings, (n for n, line in enumerate(lines) if line and not line.strip(_QUOTE_MARKS)))
    return Words("\n".join(line for number, line in enumerate(lines) if number not in gone), tuple(doubtful))


def _is_sent_back(words: Sequence[str], known: set[bytes], secret: bytes) -> bool:
    """Whether these are nothing but lines that may be sent back."""
    if len(words) > _MOST_SENT_BACK:
        return False
    at = 0
    while at < len(words):
        ends = range(min(at + _LONGEST_UNIT, len(words)), at, -1)
        at = next((end for end in ends if _seal(secret, words[at:end], _BACK) in known), 0)
        if not at:
            return False
    return True


def _stretches(words: Sequence[str], known: set[bytes], secret: bytes) -> Iterator[tuple[int, int]]:
    """Where words in a row stand in the letter: the first, and the one after the last."""
    first = last = -1
    for at in range(len(words) - RUN + 1):
        if _seal(secret, words[at : at + RUN]) in known:
            if at > last:
                if last > first:
                    yield first, last
                first = at
            last = at + RUN
    if last > first:
        yield first, last


def _whole_lines(words: Sequence[tuple[str, int]], first: int, last: int) -> list[int]:
    """The lines that lie within some words; none where these begin in the middle of a line."""
    if first and words[first - 1][1] == words[first][1]:
        return []
    numbers = sorted({number for _, number in words[first:last]})
    is_cut = last < len(words) and words[last][1] == numbers[-1]
    return numbers[:-1] if is_cut else numbers


def _words(line: str) -> list[str]:
    return _WORD.findall(line.casefold())


def _seal(secret: bytes, words: Sequence[str], kind: str = "") -> bytes:
    said = " ".join([kind, *words]).encode("utf-8", "surrogatepass")
    return blake2b(said, digest_size=_SIZE, key=secret[:64], person=b"kith own words").digest()
