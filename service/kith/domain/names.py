"""People's names: as they are said, and when two of them may be of one person. Evidence, never identity."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

LONGEST: Final = 300
"""Characters of a name that are looked at."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TITLE_WORDS: Final = (
    "dr prof mr mrs ms mx miss sir dame rev herr frau dipl mag mme mlle sr sra jr phd md mba msc bsc cpa pmp esq "
    "ii iii iv llm llb cfa"
)
_TITLES: Final = frozenset(_TITLE_WORDS.split())
"""What stands around a name and is no part of it."""
_FIRM_WORDS: Final = "inc ltd llc llp gmbh ag kg se sa sarl srl bv plc corp co"
_AFTER_COMMA: Final = _TITLES | frozenset(_FIRM_WORDS.split())
"""What stands after a comma and is no given name."""
_WITHOUT_STROKE: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not take apart. ß is ss by case folding."""
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘ʼ´`", "'"))
"""What programs and keyboards make of an apostrophe: O’Neill is O'Neill."""
_FIRST_IDEOGRAPH: Final = "\u2e80"


def natural_name(written: str) -> str:
    """A display name as it is said: "Silva, Maria" is Maria Silva; "" for an address in place of a name."""
    name = _unquoted(" ".join(written.split()))
    if "@" in name:
        return ""
    family, _, rest = name.partition(", ")
    given = " ".join(_ASIDE.sub(" ", rest).split())  # where a family name stands first, an office stands last
    turned = given and "," not in given and given[-1] != "." and len(given.split()) < 3
    return f"{given} {family}" if turned and given.casefold() not in _AFTER_COMMA else name


def _unquoted(name: str) -> str:
    """A name without quotes around all of it; those around a part of it stay."""
    for mark in '"\'"':
        inner = name.strip(f"{mark} ")
        if mark not in inner or name.count(mark) % 2:
            name = inner
    return name


def enumerated(names: Sequence[str]) -> str:
    """Several names as one says them: Maria, Bob and Ann."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def bare(name: str) -> str:
    """A case-folded name in the letters and apostrophes of a plain keyboard, as far as these can: łukasz is lukasz."""
    letters = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES).translate(_WITHOUT_STROKE))
    return "".join(c for c in letters if not unicodedata.combining(c))


def fitting(names: Iterable[tuple[int, str]], wanted: str) -> list[int]:
    """Whom a case-folded name or a part of one means, each once, among people's numbers with their names.

    The first of these that fits anybody decides: a whole name, a word of a name, any part of a name.
    Accents may be left out; where they are written, names that have them come first. Apostrophes are one character.
    """
    wanted = wanted.translate(_APOSTROPHES)
    folded = [(person_id, " ".join(name.split()).casefold().translate(_APOSTROPHES)) for person_id, name in names]
    plain = bare(wanted)
    found = _fitting(folded, wanted) if plain != wanted else []
    return found or _fitting([(person_id, bare(name)) for person_id, name in folded], plain)


def _fitting(names: Sequence[tuple[int, str]], wanted: str) -> list[int]:
    tests = (
        lambda name: name == wanted,
        lambda name: wanted in name.replace("-", " ").split() or f" {wanted} " in f" {name} ",
        lambda name: wanted in name,
    )
    for fits in tests if wanted else ():
        ids = dict.fromkeys(person_id for person_id, name in names if fits(name))
        if ids:
            return list(ids)
    return []


def holds_words(name: str, wanted: str) -> bool:
    """Whether each word that is wanted is a word of the name, and not only a part of one."""
    said, words = (set(bare(text.casefold()).replace("-", " ").split()) for text in (wanted, name))
    return bool(said) and said <= words


@lru_cache(maxsize=4096)
def name_key(written: str) -> str:
    """The form in which names are compared: no capitals, accents, titles, initials, brackets, nor any order.

    "" where too little is left to tell people apart: a first name alone belongs to many.
    """
    name = bare(_ASIDE.sub(" ", natural_name(written[:LONGEST])).casefold())
    composed = unicodedata.normalize("NFC", name)  # Korean syllables, which bare takes apart
    words = [word for word in _WORD.findall(composed) if word not in _TITLES and _is_more_than_initial(word)]
    return " ".join(sorted(words)) if len(words) > 1 or any(map(_is_full_name, words)) else ""


def _is_more_than_initial(word: str) -> bool:
    return len(word) > 1 or word >= _FIRST_IDEOGRAPH


def _is_full_name(word: str) -> bool:
    """Family name and given name in one word, as Chinese, Japanese and Korean write them."""
    return len(word) > 1 and word >= _FIRST_IDEOGRAPH
