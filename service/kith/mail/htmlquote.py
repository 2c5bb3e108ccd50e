"""How mail programs mark, in HTML, what is quoted, what begins a quote, and what is a signature."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from kith.domain.reply import HTML_MARK


class Part(Enum):
    """What an element of an answer is."""

    WORDS = auto()
    QUOTE = auto()
    """Quoted, up to its end."""
    LETTER = auto()
    """One of Kith's own letters, which nothing around it marks as quoted: the owner may have written into it."""
    THE_REST = auto()
    """The quote begins here and goes on to the end of the mail."""
    SIGNATURE = auto()


_QUOTE: Final = re.compile(
    r"(?<![\w-])(?:x_)?(?:gmail_attr|moz-cite-prefix|moz-forward-container|zmail_extra_hr|zmail_extra|tutanota_quote|"
    r"mail-quote-collapse|mail-app-auto-quote|quoted_text|quoted-text|aolreplacedbody|airmail_on|airmail_ext_on|"
    r"sh-quoted|missive_quote|front-blockquote|naver_quote|isreplycontent|messagereplysection|js-messagebody-quote|"
    r"hse_quote|reply-intro|qt|ymail_quoted|yj6qo|cafe24_quote|gmail_quote_attribution|ntes-mailmaster-quote)(?![\w-])"
)
_CONTAINER: Final = re.compile(
    r"(?<![\w-])(?:x_)?(?:gmail_quote|gmail_quote_container|yahoo_quoted\w*|yahoo-quoted|protonmail_quote|nylas-quote|"
    r"qmbox)(?![\w-])"
)
"""What may hold the owner's words beside the quote, where it has a blockquote of its own."""
_THE_REST: Final = re.compile(
    r"(?<![\w-])(?:x_)?(?:divrplyfwdmsg|appendonsend|stopspelling|outlookmessageheader|zwchr|"
    r"mail-editor-reference-message-container|olk_src_body_section|replytoouter)(?![\w-])"
)
_SIGNATURE: Final = re.compile(
    r"(?<![\w-])(?:x_)?(?:gmail_signature|moz-signature|protonmail_signature_block|applemailsignature\w*|signature|"
    r"ms-outlook-mobile-signature|composer_signature|messagesignaturesection|sh-signature|mobile-signature|"
    r"mail-app-auto-default-signature|tutanota_signature)(?![\w-])"
)
_INDENT: Final = re.compile(r"border(?:-left)?(?:-width)?\s{0,3}:\s{0,3}(?:none|0|medium none)")
_HIDDEN: Final = re.compile(r"display\s{0,3}:\s{0,3}none")
"""Letters begin with a line that only previews show; nobody writes hidden words."""
_HEADER_BORDER: Final = re.compile(r"border-top\s{0,3}:\s{0,3}solid\s{1,3}#(?:e1e1e1|b5c4df)\b")


def part_of(name: str, attributes: Mapping[str, str], *, holds_blockquote: bool) -> Part:
    """What an element is, by its tag and its attributes, all in small letters.

    holds_blockquote says that a blockquote comes after its beginning, by which a container is seen through.
    """
    names = " ".join(attributes.get(key, "") for key in ("class", "id", "name"))
    style = attributes.get("style", "")
    if _is_quote(name, names, style, attributes):
        return Part.QUOTE
    if HTML_MARK in {f'{key}="{value}"' for key, value in attributes.items()}:
        return Part.LETTER
    is_rule = name == "hr" and attributes.get("tabindex") == "-1"
    if is_rule or _THE_REST.search(names) or _HEADER_BORDER.search(style):
        return Part.THE_REST
    if _CONTAINER.search(names) or attributes.get("name") == "quote":
        return Part.WORDS if holds_blockquote else Part.QUOTE
    return Part.SIGNATURE if _SIGNATURE.search(names) else Part.WORDS


def _is_quote(name: str, names: str, style: str, attributes: Mapping[str, str]) -> bool:
    if name == "blockquote":
        return not _is_indent(attributes, names, style)
    return bool(_QUOTE.search(names)) or bool(_HIDDEN.search(style))


def _is_indent(attributes: Mapping[str, str], names: str, style: str) -> bool:
    """Whether a blockquote is the owner's own indented paragraph, as the indent buttons of programs make it."""
    if (
        attributes.get("type") == "cite"
        or "cite" in attributes
        or "quote" in names.replace("webkit-indent-blockquote", "")
    ):
        return False
    return "webkit-indent-blockquote" in names or (bool(_INDENT.search(style)) and "solid" not in style)
