"""Plain text that was wrapped to be put together again: format=flowed (RFC 3676)."""

from typing import Final

_SIGNATURE: Final = "-- "
"""The mark of a signature ends with a space and is a line of its own all the same (RFC 3676, 4.3)."""


def unflowed(text: str, *, delsp: bool) -> str:
    """The paragraphs of a flowed text, a line each, with its quotes marked "> ". Takes time linear in its length.

    delsp says that the space before a soft break is part of the break and not of the text (DelSp=yes). A line
    goes on only with one of the same quote depth, and none with an empty one; where a sender broke that rule the
    break stays (4.5).
    """
    done: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        its_depth, words = _read(line)
        if paragraph and (its_depth != depth or words in ("", _SIGNATURE)):
            done.append(_quoted(depth, "".join(paragraph).rstrip(" ")))
            paragraph.clear()
        depth = its_depth
        if words.endswith(" ") and words != _SIGNATURE:
            paragraph.append(words[:-1] if delsp else words)
        else:
            done.append(_quoted(depth, "".join([*paragraph, words])))
            paragraph.clear()
    if paragraph:
        done.append(_quoted(depth, "".join(paragraph).rstrip(" ")))
    return "\n".join(done)


def _read(line: str) -> tuple[int, str]:
    """The quote depth of a line, and its words without the space it may be stuffed with (4.4, 4.5)."""
    words = line.lstrip(">")
    return len(line) - len(words), words.removeprefix(" ")


def _quoted(depth: int, words: str) -> str:
    return f"{'>' * depth} {words}" if depth else words
