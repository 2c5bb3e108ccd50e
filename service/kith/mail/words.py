"""Foreign bytes and encoded words made into clean text, whatever charset they claim."""

import binascii
import codecs
import re
from functools import lru_cache
from typing import Final

_DIRTY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_GONE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BREAK = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # all that str.splitlines() takes for a line break
_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?\n]*)\?=")  # RFC 2047, 2; spaces inside a Q word are common
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")

_ALIASES: Final = {
    # Labels seen in mail that Python does not know, or that in practice mean a wider set than they say.
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "x-cp1252": "cp1252",
    "windows-874": "cp874",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
}
_CHARSET = re.compile(r"utf|iso|latin|cp\d|windows|big5|gb|euc|koi8|shift|mac|tis|johab|hz|ptcp|kz")
"""How names of charsets begin. Python's other codecs (zip, idna, punycode) are no charsets of mail."""


def clean(text: str) -> str:
    """Text without NUL, surrogates and control characters; every kind of line break becomes a newline.

    PostgreSQL refuses NUL, UTF-8 has no surrogates, and a terminal obeys escape characters. Tabs stay.
    """
    if text.isprintable() or not _DIRTY.search(text):
        return text
    return _GONE.sub("", _BREAK.sub("\n", text))


def line(text: str) -> str:
    """Clean text on one line, each run of white space one space."""
    return " ".join(clean(text).split())


def part_text(data: bytes, charset: str) -> str:
    """The text of some bytes in the charset they claim, or else in the likeliest; clean, never fails.

    A character that was cut off at the end of data is dropped where the rest is plainly of that charset.
    """
    name = _codec(charset)
    for codec in (name, "utf-8"):
        try:
            return clean(data.decode(codec))
        except (UnicodeError, ValueError):
            continue  # ValueError: some codecs refuse input in words of their own
    return clean(_without_the_end(data, name) or mostly_utf8(data) or data.decode("cp1252", "replace"))


def mostly_utf8(data: bytes) -> str:
    """Text whose broken characters are fewer than the others beyond ASCII, with NUL in their place; "" for all other.

    Dovecot sends a byte that is not UTF-8 in place of a NUL: one such byte must not turn all others into Latin-1.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    others = sum(map("\x7f".__lt__, text)) - broken
    return text.replace("\ufffd", "\0") if others >= broken else ""


def _without_the_end(data: bytes, codec: str) -> str:
    """Text whose last character is not complete; "" where that is not what is wrong with it."""
    try:
        text = codecs.getincrementaldecoder(codec)().decode(data)
    except (UnicodeError, ValueError):
        return ""
    return "" if text.isascii() else text


def decode_words(text: str) -> str:
    """Text with its encoded words decoded (RFC 2047).

    Neighbours of one charset are joined before they are decoded, because many programs cut them in
    the middle of a character; white space between neighbours belongs to neither (6.2).
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    charset, pending, at = "", bytearray(), 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        name = word[1].partition("*")[0].lower()  # a language may follow (RFC 2231, 5)
        if pending and (name != charset or between.strip()):
            out.append(part_text(bytes(pending), charset))
            pending.clear()
        if between.strip() or not at:
            out.append(between)
        charset, at = name, word.end()
        pending += _word_bytes(word[2], word[3])
    out.append(part_text(bytes(pending), charset))
    return "".join((*out, text[at:]))


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return _HEX.sub(lambda found: binascii.unhexlify(found[1]), data.replace(b"_", b" "))
    data = _NOT_BASE64.sub(b"", data)
    if len(data) % 4 == 1:
        data = data[:-1]  # one character alone holds no byte
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


@lru_cache(maxsize=256)
def _codec(charset: str) -> str:
    """A name Python knows for a charset label; utf-8 for what is no charset at all."""
    label = charset[:40].strip(" \t\r\n\"'").lower()
    label = _ALIASES.get(label, label)
    try:
        return codecs.lookup(label).name if _CHARSET.match(label) else "utf-8"
    except (LookupError, ValueError):
        return "utf-8"


def cut_bytes(text: str, most: int) -> str:
    """The beginning of a text that takes no more than so many bytes of UTF-8: an index has no room for more."""
    return text if len(text) * 4 <= most else text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
