"""The first words of what somebody newly wrote in a message, for the reminder of what was said last."""

import re
from typing import Final

from kith.mail.mime import Message, Unparsable, guarded
from kith.mail.words import line

_MOST_HTML: Final = 100_000  # characters: the HTML parser is quadratic in depth, half a second for this much
_MOST_TEXT: Final = 20_000
_QUOTES: Final = (
    "script, style, blockquote, .gmail_quote, .gmail_signature, .yahoo_quoted, .moz-cite-prefix, .moz-signature, "
    "#Signature"
)
_THE_REST: Final = "#appendonsend, #divRplyFwdMsg"
"""With these a quote begins that goes on beside them. No "~ *", which looks at all siblings for each of them."""
_BLOCKS: Final = "br, p, div, li, tr, h1, h2, h3"
_RULE = re.compile(r"[-_=*]{5,}|-{2,10} ?\w[^\n]{1,60}-{2,10}")  # a row of dashes; -----Original Message-----
_FIELD = re.compile(r"\W{0,3}\w[\w .]{1,20}\W{0,3}:.{0,300}@")  # From: somebody@there, in whatever language


def snippet(message: Message, limit: int = 200) -> str:
    """The first limit characters of the new text on one line: no quote, no signature, "" if nothing is left."""
    text = message.text[:_MOST_TEXT] if message.text.strip() else html_text(message.html[:_MOST_HTML])
    words = line("\n".join(_new_lines(text.splitlines())))
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _new_lines(rows: list[str]) -> list[str]:
    """The rows above the signature and the quoted mail, those that are quoted left out."""
    kept: list[str] = []
    for row in rows:
        bare = row.strip()
        if row.rstrip() == "--" or _RULE.fullmatch(bare) or _FIELD.match(bare):
            break
        if bare.startswith(">"):
            _drop_attribution(kept)
        else:
            kept.append(bare)
    _drop_attribution(kept)
    return kept


def _drop_attribution(kept: list[str]) -> None:
    """Takes off "On Monday, Ann wrote:", over one line or two: words with a number and a colon at the end."""
    while kept and not kept[-1]:
        kept.pop()
    for rows in (1, 2):
        said = " ".join(kept[-rows:])
        if said.endswith(":") and any(c.isdigit() for c in said) and len(said) < 300:
            del kept[-rows:]
            return


def html_text(html: str) -> str:
    """What HTML says, without what it quotes; each of its blocks begins a line. "" where it cannot be read."""
    try:
        return guarded(_read_html, html)
    except Unparsable:
        return ""  # a snippet is a nicety


def _read_html(html: str) -> str:
    from selectolax.lexbor import LexborHTMLParser  # only the few messages without plain text need it

    tree = LexborHTMLParser(html)
    while begin := tree.css_first(_THE_REST):
        while after := begin.next:
            after.decompose()
        begin.decompose()
    for quote in tree.css(_QUOTES):
        quote.decompose()
    for block in tree.css(_BLOCKS):
        block.insert_before("\n")
    return tree.body.text() if tree.body else ""
