"""Parts from BODYSTRUCTURE, and what their bytes say."""

import base64
import quopri
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.mail.source import Part
from kith.mail.structure import MOST_LEAVES, decoded, encoded_limit, leaves

TEXT = (b"TEXT", b"Plain", (b"Charset", b"UTF-8"), None, None, b"7BIT", 5, 1)


def attachment(*params: Any, disposition: Any = None) -> tuple[Any, ...]:
    return (b"APPLICATION", b"ics", params or None, None, None, b"BASE64", 99, None, disposition)


def test_one_part_is_section_one() -> None:
    assert leaves(TEXT) == [Part("1", "text/plain", "UTF-8", "7bit", 5)]


def test_parts_are_numbered_through_the_levels() -> None:
    inner = ([TEXT, attachment()], b"ALTERNATIVE", None)
    named = (b"ATTACHMENT", (b"FILENAME", b"a.eml"))
    message = (b"MESSAGE", b"RFC822", None, None, None, b"7BIT", 100, (), TEXT, 9, None, named)
    found = leaves(([inner, TEXT, message], b"MIXED"))
    assert [part.section for part in found] == ["1.1", "1.2", "2", "3"]
    assert (found[3].media_type, found[3].filename) == ("message/rfc822", "a.eml")


@pytest.mark.parametrize(
    ("part", "filename"),
    [
        (attachment(b"NAME", b"in params.ics"), "in params.ics"),
        (attachment(b"name", b"a", disposition=(b"attachment", (b"FILENAME", b"b.ics"))), "b.ics"),
        (attachment(disposition=(b"inline", (b"filename*", b"utf-8'de'Gr%C3%BC%C3%9Fe.ics"))), "Grüße.ics"),
        (attachment(disposition=(b"inline", (b"filename*0*", b"utf-8''Gr%C3%BC", b"filename*1", b"n"))), "Grün"),
        (attachment(disposition=(b"inline", (b"filename*0", b"one ", b"filename*1", b"two"))), "one two"),
        (attachment(disposition=(b"inline", (b"filename*", b"no-such-charset''x%20y"))), "x%20y"),
        (attachment(disposition=(b"attachment", None)), ""),
        (attachment(disposition=b"attachment"), ""),
        (attachment(b"name", 2026), "2026"),
        ((b"TEXT", b"PLAIN", None, None, None, b"7BIT", 5, 1, None, (b"inline", (b"FILENAME", b"t.txt"))), "t.txt"),
    ],
)  # fmt: skip
def test_file_names_are_found_where_programs_put_them(part: Any, filename: str) -> None:
    assert leaves(part)[0].filename == filename


@pytest.mark.parametrize("written", [b"BASE64", b'"base64"', b"base64;", b"base64; x=y", b" Base64 (so)"])
def test_a_transfer_encoding_may_be_followed_by_more_than_it_should(written: bytes) -> None:
    assert leaves((b"TEXT", b"CALENDAR", None, None, None, written, 99, 1))[0].encoding == "base64"


@pytest.mark.parametrize("body", [None, (), b"", 7, (None,), (b"TEXT",), ([TEXT, None], b"MIXED"), ([()], b"X")])
def test_what_is_no_structure_is_an_error(body: Any) -> None:
    with pytest.raises(ValueError, match=r"structure|fields"):
        leaves(body)


def test_odd_fields_are_read_as_nothing() -> None:
    assert leaves((None, 5, b"x", None, None, None, b"big")) == [Part("1", "/5", "", "", 0)]


def test_there_is_an_end_to_width_and_depth() -> None:
    assert len(leaves(([TEXT] * 5000, b"MIXED"))) == MOST_LEAVES
    deep: Any = TEXT
    for _ in range(5000):
        deep = ([deep, TEXT], b"MIXED")
    assert len(leaves(deep)) < 60


@pytest.mark.parametrize(
    ("encoding", "data", "meant"),
    [
        ("base64", b"aGVs\r\nbG8=\r\n", b"hello"),
        ("base64", b"aGVsbG8", b"hello"),
        ("base64", b"aGVsb", b"hel"),
        ("base64", b"aGVsbG8=aGVsbG8=", b"hellohello"),
        ("base64", b"a!G#V sbG8\xff", b"hello"),
        ("base64", b"", b""),
        ("quoted-printable", b"a=3Db=\r\nc =C3=A9", b"a=bc \xc3\xa9"),
        ("quoted-printable", b"half =C", b"half =C"),
        ("8bit", b"\xe9", b"\xe9"),
        ("x-unknown", b"as it is", b"as it is"),
    ],
)
def test_transfer_encodings_are_undone_as_far_as_they_make_sense(encoding: str, data: bytes, meant: bytes) -> None:
    assert decoded(encoding, data) == meant


@given(st.sampled_from(["base64", "quoted-printable", "7bit"]), st.binary())
def test_any_bytes_can_be_decoded(encoding: str, data: bytes) -> None:
    decoded(encoding, data)


@given(st.binary(max_size=300), st.integers(1, 300))
def test_enough_is_asked_for(data: bytes, limit: int) -> None:
    for encoding, written in (("base64", base64.encodebytes(data)), ("quoted-printable", quopri.encodestring(data))):
        wire = written.replace(b"\n", b"\r\n")[: encoded_limit(encoding, limit)]
        assert len(decoded(encoding, wire)) >= min(len(data), limit)
