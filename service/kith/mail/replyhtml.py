"""The HTML form of an answer as lines of text, its quotes marked with >, in one pass and without building a tree.

A tree would be built by a browser's rules, whose repairs take time that grows with the square of
nested or unclosed tags; here every tag is looked at once.
"""

import html as entities
import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kith.mail.htmlquote import Part, part_of
from kith.mail.replysign import SURE_MARK

_TOKEN: Final = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?P<raw>script|style|title)\b.*?(?:</(?P=raw)\b[^>]*>?|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-z][^\s/>]*+)"
    r"(?P<attributes>(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+)?+)*+)>?"
    r"|<[!?/][^>]*>?",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(
    r"(?<![^\s\"'/])(class|id|style|type|name|href|alt|start|value|tabindex|data-[a-z-]{1,20})\s{0,9}=\s{0,9}"
    r"(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))",
    re.IGNORECASE,
)
_MOST_ATTRIBUTES: Final = 4_000
"""Characters of a tag in which attributes are looked for."""
_HUGE_NUMBER: Final = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{8,});?", re.IGNORECASE)

_BLOCKS: Final = frozenset(
    [
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "center",
            "details",
            "div",
            "dl",
            "fieldset",
            "figure",
            "footer",
        ),
        *("form", "header", "main", "menu", "nav", "ol", "pre", "section", "table", "ul"),
    ]
)
"""Elements that hold others and end with a tag of their own; they alone are kept on the stack."""
_LINES: Final = frozenset(
    ["p", "li", "tr", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "summary", "body", "tbody"]
)
"""Elements that are a line of their own and may lack their end."""
_LISTS: Final = frozenset(["ol", "ul", "menu"])
_QUOTED: Final = ">"


class Texts(NamedTuple):
    """The lines of an answer in HTML: its words, what stands in a quote that nothing marks, and marked signatures."""

    words: str
    below: str
    signature: tuple[str, ...]


def text_of(html: str) -> str:
    """The words of a piece of HTML, as texts_of gives them."""
    return texts_of(html).words


def texts_of(html: str) -> Texts:
    """The text of a piece of HTML, a line for each block, with > where a quote was. Time linear in its length.

    Numbers of lists are written out, since a program may have made a list of the owner's "1. lunch";
    a link is followed by its address where its text is another. What stands below an Outlook header, or
    in a letter of ours, is kept apart from the words, and so are signatures that a program has marked.
    """
    reader = _Reader(max(html.rfind("<blockquote"), html.rfind("<BLOCKQUOTE")))
    start = 0
    for token in _TOKEN.finditer(html):
        reader.text(html[start : token.start()])
        start = token.end()
        if name := token["name"]:
            reader.tag(name.casefold(), token["attributes"], token.start(), is_end=bool(token["close"]))
    reader.text(html[start:])
    return reader.finished()


@dataclass(slots=True)
class _Open:
    """An element that has not ended yet. Its text begins at first_line of lines, number counts a list's items."""

    name: str
    part: Part
    lines: list[str]
    first_line: int
    number: int | None = None


@dataclass(slots=True)
class _Reader:
    """Takes a document tag by tag and text by text."""

    last_blockquote: int
    lines: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    open_names: dict[str, int] = field(default_factory=dict)
    lists: list[_Open] = field(default_factory=list)
    quotes: int = 0  # open elements that are quotes: nothing inside is read
    letters: int = 0  # open elements that are letters of ours
    preformatted: int = 0
    marker: str = ""
    link: tuple[str, int] | None = None
    is_rest: bool = False  # all that comes is quoted, and not marked as such

    def text(self, data: str) -> None:
        """Words as they stand between tags."""
        if not data or self.quotes:
            return
        said = entities.unescape(_HUGE_NUMBER.sub("\ufffd", data))
        if not self.preformatted:
            self.words.append(said)
            return
        first, *others = said.split("\n")
        self.words.append(first)
        for line in others:
            self.end_line(is_forced=True)
            self.words.append(line)

    def tag(self, name: str, attributes: str, at: int, *, is_end: bool) -> None:
        """A tag; at is where it stands in the document."""
        if name in _BLOCKS:
            self._end(name) if is_end else self._begin(name, _attributes(attributes), at)
        elif self.quotes:
            return
        elif name in _LINES:
            self.end_line()
            if name == "li":
                self._drop_marker()
                if not is_end:
                    self._item(attributes)
        elif name == "a":
            self._anchor("" if is_end else _attributes(attributes).get("href", ""))
        elif not is_end:
            self._void(name, attributes)

    def _begin(self, name: str, attributes: dict[str, str], at: int) -> None:
        self.end_line()
        part = part_of(name, attributes, holds_blockquote=at < self.last_blockquote)
        if part is not Part.WORDS and part is not Part.SIGNATURE and not self.quotes:
            self._into().append(_QUOTED)
            self.is_rest = self.is_rest or part is Part.THE_REST
        self.quotes += part is Part.QUOTE
        self.letters += part is Part.LETTER
        self.preformatted += name == "pre"
        element = _Open(name, part, self._into(), len(self._into()))
        if name in _LISTS:
            element.number = _number(attributes.get("start", ""), 1) if name == "ol" else None
            self.lists.append(element)
        self.stack.append(element)
        self.open_names[name] = self.open_names.get(name, 0) + 1

    def _end(self, name: str) -> None:
        while self.open_names.get(name):
            if self._pop() == name:
                return

    def _pop(self) -> str:
        self.end_line()
        element = self.stack.pop()
        self.open_names[element.name] -= 1
        self.preformatted -= element.name == "pre"
        self.quotes -= element.part is Part.QUOTE
        self.letters -= element.part is Part.LETTER
        if element.name in _LISTS:
            self.lists.pop()
            self._drop_marker()
        if element.part is Part.SIGNATURE:
            self.signature += element.lines[element.first_line :]
            del element.lines[element.first_line :]
        return element.name

    def _into(self) -> list[str]:
        """Where lines go at this point."""
        return self.below if self.is_rest or self.letters else self.lines

    def _item(self, attributes: str) -> None:
        inside = self.lists[-1] if self.lists else None
        if inside is None or inside.number is None:
            self.marker = "- "
        else:
            number = _number(_attributes(attributes).get("value", ""), inside.number)
            self.marker, inside.number = f"{number}. ", number + 1
        self.words.append(self.marker)

    def _anchor(self, href: str) -> None:
        if self.link:
            address, start = self.link
            said = "".join(self.words[start:]).strip()
            if said and said.casefold() not in address.casefold() and "://" not in said:
                self.words.append(f" <{address}> ")
        is_web = href.casefold().startswith(("http://", "https://"))
        self.link = (href, len(self.words)) if is_web else None

    def _void(self, name: str, attributes: str) -> None:
        if name == "br":
            self.end_line(is_forced=True)
        elif name == "hr":
            self.end_line()
            if part_of(name, _attributes(attributes), holds_blockquote=False) is Part.THE_REST:
                self._into().append(_QUOTED)
                self.is_rest = True
        elif name in {"td", "th"}:
            self.words.append(" ")
        elif name == "img":
            alt = _attributes(attributes).get("alt", "")
            self.words.append(alt if len(alt) <= 8 and not alt.isascii() else "")  # an emoji sent as a picture

    def end_line(self, *, is_forced: bool = False) -> None:
        """Ends the line; an empty one counts only where it was asked for.

        The number of a list waits for the words of its item, which may begin in a block of their own.
        """
        if self.quotes:
            return
        joined = "".join(self.words)
        line = joined.rstrip() if self.preformatted else " ".join(joined.split())
        if line == SURE_MARK.rstrip() and joined.endswith((" ", "\u00a0")):
            line = SURE_MARK
        self.link = None
        if self.marker and line == self.marker.strip():
            self.words[:] = [self.marker]
            return
        if line or is_forced:
            self._into().append(line)
        self.words.clear()
        self.marker = ""

    def _drop_marker(self) -> None:
        """Forgets the number of an item that ended without words."""
        if self.marker:
            self.words.clear()
        self.marker = ""

    def finished(self) -> Texts:
        """All lines, with every element ended."""
        while self.stack:
            self._pop()
        self.end_line()
        return Texts("\n".join(self.lines), "\n".join(self.below), tuple(self.signature))


def _attributes(text: str) -> dict[str, str]:
    """The attributes that tell something, by name in small letters; all but addresses and texts in small letters."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text[:_MOST_ATTRIBUTES]):
        key = name.casefold()
        value = entities.unescape(_HUGE_NUMBER.sub("", double or single or bare)).strip()
        found.setdefault(key, value if key in {"href", "alt"} else value.casefold())
    return found


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else default
