"""The small words of a reply: greetings and closings, what counts rather than names, what is prose and no name."""

import re
from typing import Final

from kith.domain.names import bare

NAME_WORD: Final = re.compile(r"[^\W\d_][\w'’‘´`\-]*\.?|(?:[^\W\d_]\.){1,3}")
"""One word of a name: Maria, O'Brien, Dr., J.R."""

_MARKS_AROUND: Final = re.compile(r"\A[^\w@#?<>/]+|[^\w@#?<>/]+\Z")
_BULLET: Final = re.compile(
    r"\A(?:[-*•·–—‣]\s+|[§➢➤→⇒▪▫■□●○◦◆❖►▶✓✔☑✅👉\uf0a7\uf0b7\uf0d8\uf0fc][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]?\s*(?=\S))"
)
"""Bullets as programs and people write them; those of symbol fonts in their private numbers as well."""
_TURNING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of text, which programs put around names and numbers (UAX 9)."""
_WIDE_COLON: Final = re.compile(r"\A((?:#[0-9]{1,3}|@?[^\W\d_])[^:：]{0,60})：\s?")
_EDGE: Final = " \t!.,:;)(–—-~*"
_LONGEST_GREETING: Final = 80


def vocabulary(text: str, by: str | None = None) -> frozenset[str]:
    """The words (or, parted by something else, the phrases) of a text as a set, case-folded."""
    return frozenset(word.strip().casefold() for word in text.split(by))


_GREETINGS: Final = vocabulary(
    "hi|hello|hey|hiya|dear|greetings|good morning|good afternoon|good evening|good day|hallo|bonjour|hola|ciao|olá|"
    "moin|salut|buongiorno|guten morgen|guten tag|hej|hei|salve",
    "|",
)
_CLOSINGS: Final = vocabulary(
    "thanks|thank you|thanks again|many thanks|thanks a lot|thanks so much|thank you so much|thank you very much|thx|"
    "ty|cheers|best|best wishes|all the best|best regards|kind regards|warm regards|warmly|regards|love|take care|bye|"
    "talk soon|see you|sincerely|yours|xo|ok|okay|danke|vielen dank|viele grüße|liebe grüße|beste grüße|"
    "mit freundlichen grüßen|mfg|lg|vg|gruß|merci|merci beaucoup|cordialement|bien à vous|gracias|muchas gracias|"
    "saludos|un saludo|grazie|grazie mille|cordiali saluti|obrigado|obrigada|bedankt|groeten|groetjes|"
    "met vriendelijke groet|tack|hälsningar|mvh|takk|kiitos|dzięki|pozdrawiam",
    "|",
)
_SMALL_TALK: Final = vocabulary(
    "hope you are well|hope you're well|hope you are doing well|hope you're doing well|hope all is well|"
    "hope all's well|hope this finds you well|hope you are good|thanks this is great|thank you this is great|"
    "thanks this is lovely|thanks this is helpful|thanks for this|thank you for this|many thanks for this|"
    "have a nice day|have a good day|have a good week|"
    "have a nice weekend|have a great day|how are you",
    "|",
)
"""Whole sentences said to nobody on the list, without their stops and an "I" before them."""
_POLITE: Final = _GREETINGS | _CLOSINGS
_TO_ANYBODY: Final = vocabulary("kith there all again everyone")

MEASURES: Final = vocabulary(
    "hour hours hr hrs h minute minutes min mins am pm o'clock times x percent % km miles kg euros euro dollars"
)
"""What a number before it counts, beside the units of the calendar."""

HEADINGS: Final = vocabulary(
    "ps pps p.s nb n.b note notes re fwd fw aw wg tr sv subject from to cc bcc date sent http https ftp mailto www tel "
    "phone mobile cell fax email e-mail mail web url link todo to-do fyi update edit reminder question questions "
    "answer address also btw time where when who what why how example e.g i.e kith summary plan result next but then"
)
"""What stands before a colon and is nobody."""

PRONOUNS: Final = vocabulary(
    "i we you he she it they this that these those there the my our your his her their im i'm she's he's"
)
PROSE: Final = PRONOUNS | vocabulary(
    "but or so because if then here is are was were be been has have had do did will would can could should said says "
    "wrote told asked about with for of at in on to some any no not one two three thing things everything"
)
"""Words that, written small, show that what stands before a colon is told and no name."""

PARTICLES: Final = vocabulary(
    "van von de da di do du del della dos der den ten ter la le al el bin ibn abu mc st dr mr ms"
)
"""Small words that a name may begin with."""


TITLES: Final = vocabulary("prof. mrs. rev. hon. sir.")
"""Longer words that a dot may end inside a name."""


def plain(line: str) -> str:
    """A line with its spaces evened out, without its bullet and what may dress the beginning: "(2)", "*Maria:*"."""
    bare_line = _BULLET.sub("", _TURNING.sub("", line).strip())
    said = _WIDE_COLON.sub(r"\1: ", _LINKED.sub(_link, " ".join(bare_line.split())))
    return _OTHER_NUMBER.sub(_in_figures, _IN_BRACKETS.sub(r"\1", _MARKED.sub(r"\2", said)))


_LINKED: Final = re.compile(
    r"\[(?P<shown>[^\[\]()<>\s]{3,320})\]\((?:mailto:)?(?P<behind>[^()<>\s]{3,320})\)"
    r"|(?P<gap> ?)<(?P<mailto>mailto:)?(?!\[)(?P<target>[^<>\s]{3,2000})>"
)
"""An address or a page as programs write it in plain text, with its link: ann@x.example<mailto:ann@x.example>."""


def _link(found: re.Match[str]) -> str:
    """What the owner wrote, without the same once more."""
    if found["shown"]:
        return found["shown"] if found["shown"] == found["behind"] else found[0]
    target = found["target"]
    if found.string.endswith(target, 0, found.start()):
        return ""
    return f"{found['gap']}<{target}>" if found["mailto"] else found[0]


_MARKED: Final = re.compile(
    r"\A(\*\*|__|\*|_)((?:#?[0-9]|@|[^\W\d_][^*_:]{0,60}:)[^*_]{0,400}|[^\W\d_][^*_:]{0,60}(?=\1:))\1"
)
"""Bold or slanted words at the start of a line, as programs write them in plain text, where these say who is meant."""
_IN_BRACKETS: Final = re.compile(r"\A[(\[](#?[0-9]{1,3})[)\]](?=[ .:])")
_OTHER_NUMBER: Final = re.compile(
    r"\A(?:([0-9])\ufe0f?\u20e3|([0-9]{1,3})(?=[．、）：])|([０-９]{1,3})(?![０-９]))[．、）：]?"
)
"""The number of a keyboard or an emoji that is not the usual one: 1️⃣, １ or 1、."""


def _in_figures(found: re.Match[str]) -> str:
    return f"{int(found[1] or found[2] or found[3])}:" if found[0][-1] in "．、）：" else f"{int(found[1] or found[3])}"


def has_bullet(line: str) -> bool:
    """Whether a line is one of a list."""
    return _BULLET.match(line.strip()) is not None


def is_greeting(line: str) -> bool:
    """Whether a line is nothing but a word of greeting or of thanks, with a name at most: "Hi Kith,", "Best, Alex".

    Or several of them: "hi kith, thanks for this".
    """
    if len(line) > _LONGEST_GREETING:
        return False
    clauses = _CLAUSE.split(line)
    return _is_polite(line) or (len(clauses) > 1 and all(_is_polite(clause) for clause in clauses))


_CLAUSE: Final = re.compile(r"[,.;!] ")


def _is_polite(line: str) -> bool:
    words = [word for part in plain(line).split() if (word := _without_marks(part))]
    if " ".join(words).casefold().replace("’", "'").removeprefix("i ").rstrip("?") in _SMALL_TALK:
        return True
    for count in range(min(4, len(words)), 0, -1):
        if " ".join(words[:count]).casefold() in _POLITE:
            return len(words) - count <= 3 and all(_is_addressed(word) for word in words[count:])
    return False


def is_salutation(line: str) -> bool:
    """Whether a line begins by greeting somebody, whatever comes after that: "Hi Kith, no news from Tom yet"."""
    first = _CLAUSE.split(line[:_LONGEST_GREETING], maxsplit=1)[0]
    words = first.casefold().split()
    return is_greeting(first) and any(" ".join(words[:count]).strip(_EDGE) in _GREETINGS for count in (1, 2))


def _is_addressed(word: str) -> bool:
    return word.casefold() in _TO_ANYBODY or (bool(NAME_WORD.fullmatch(word)) and word[0].isupper())


_COURTESY: Final = vocabulary(
    "please|pls|plz|thanks|thank you|thx|ty|ta|cheers|thanks a lot|thanks so much|thank you so much|"
    "thank you very much|many thanks|kind thanks|thanks again",
    "|",
)
_ASKED: Final = frozenset({"please", "pls", "plz"})
_MOST_COURTESIES: Final = 8
_LONGEST_COURTESY: Final = 4
"""Words of the longest of them."""


def without_courtesy(text: str, *, thanks: bool = True) -> str:
    """A text without the "please" and the thanks that end it, nor the emojis around these. thanks: they go as well."""
    words = text.split()
    for _ in range(_MOST_COURTESIES):
        count = next((n for n in range(_LONGEST_COURTESY, 0, -1) if _is_courtesy(words[-n:], thanks=thanks)), 0)
        if not count:
            break
        del words[-count:]
        if words:
            words[-1] = words[-1].rstrip(" ,;-–—")
    return " ".join(words)


def _is_courtesy(words: list[str], *, thanks: bool) -> bool:
    said = " ".join(_without_marks(word) for word in words).casefold()
    return not said.strip() or said in (_COURTESY if thanks else _ASKED)


def _without_marks(word: str) -> str:
    """A word without the punctuation and the emojis around it."""
    return _MARKS_AROUND.sub("", word)


def is_courtesy(text: str) -> bool:
    """Whether a text says no more than please and thanks."""
    return len(text) <= _LONGEST_GREETING and not without_courtesy(text)


def is_closing(line: str) -> bool:
    """Whether a line is nothing but a word to close with, under which the owner's name may stand."""
    if len(line) > _LONGEST_GREETING:
        return False
    return _without_marks(plain(line)).casefold() in _CLOSINGS


def is_signature(line: str, owner: str) -> bool:
    """Whether a line is the owner's own name, the first one or all of it: "Alex", "- Alex Moreau", "Alex M."."""
    if len(line) > _LONGEST_GREETING:
        return False
    own = bare(owner.casefold()).split()
    said = [_without_marks(word) for word in bare(plain(line).casefold()).split()]
    words = [word for word in said if word]
    initials = {word[0] for word in own}
    return bool(words and own) and words[0] == own[0] and all(word in {*own, *initials} for word in words)


def goes_on(line: str) -> bool:
    """Whether a line ends with a word that needs another one: "she is going with"."""
    word = line.rsplit(maxsplit=1)[-1].casefold() if line.strip() else ""
    return word.endswith(",") or word in _NEEDS_MORE


_NEEDS_MORE: Final = vocabulary(
    "with and or to about for of from by at is was called named the her his my our like than met saw & +"
)


_LEAVE: Final = re.compile(
    r"(?:please )?(?:leave|drop|ignore|skip|never ?mind)"
    r"(?: (?:it|this|that|them|these|those|all))*(?: as (?:it|they) (?:is|are))?[.! ]*",
    re.IGNORECASE,
)


def is_leave(line: str) -> bool:
    """Whether a line says that what was not understood may be left ("ignore it")."""
    return len(line) <= _LONGEST_GREETING and _LEAVE.fullmatch(line.strip()) is not None


def is_offered(line: str) -> bool:
    """Whether it says so in the words that a receipt offers."""
    return without_courtesy(line.removeprefix("please ")).strip(" .!").casefold() == "leave them"


def is_bare_name(line: str) -> bool:
    """Whether a line is one to three words with capitals and nothing else, as under a letter."""
    if len(line) > _LONGEST_GREETING:
        return False
    words = plain(line).strip(_EDGE).split()
    return 1 <= len(words) <= 3 and all(NAME_WORD.fullmatch(word) and word[0].isupper() for word in words)


def has_words(text: str) -> bool:
    """Whether there is a letter or a figure in a text: an emoji and a dash say nothing."""
    return any(c.isalnum() for c in text)


def first_word(text: str) -> str:
    """The first word in lower case, without the punctuation after it; "" where there is none."""
    word = text[:100].split(None, 1)
    return word[0].rstrip(".,:;!?").casefold() if word else ""
