"""Flowed text (RFC 3676) is put together as its author wrote it, and no further."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.mail.flowed import unflowed
from kith.mail.mime import read


@pytest.mark.parametrize(
    ("wrapped", "whole"),
    [
        (
            "with her husband and their \n2 kids in May. Call \nher",
            "with her husband and their 2 kids in May. Call her",
        ),
        ("one\ntwo", "one\ntwo"),
        ("one \n\ntwo", "one\n\ntwo"),
        (" From here\n  indented\n > no quote", "From here\n indented\n> no quote"),
        ("1 snooze 3 \n weeks", "1 snooze 3 weeks"),
        ("> one \n> two\n> three", "> one two\n> three"),
        (">> one \n>> two \n> three \nfour", ">> one two\n> three\nfour"),
        (">one \n> two", "> one two"),
        ("On Monday Kith wrote: \n> quoted", "On Monday Kith wrote:\n> quoted"),
        ("1 lunch \n-- \nAlex \nParis", "1 lunch\n-- \nAlex Paris"),
        ("> -- \n> Alex", "> -- \n> Alex"),
        ("the last one \n", "the last one"),
        ("", ""),
    ],
)
def test_a_paragraph_is_one_line(wrapped: str, whole: str) -> None:
    assert unflowed(wrapped, delsp=False).strip("\n") == whole.strip("\n")


def test_the_space_of_a_soft_break_goes_where_the_author_says_so() -> None:
    assert unflowed("she is mov \ning, today  \nor so\n> a \n> b", delsp=True) == "she is moving, today or so\n> ab"


WRAPPED = "1 called her and their \r\n2 kids\r\n"


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain; charset=utf-8; format=flowed", "1 called her and their 2 kids\n"),
        ("TEXT/plain; Format=Flowed; delsp=no", "1 called her and their 2 kids\n"),
        ('text/plain; format="flowed"; DelSp=Yes', "1 called her and their2 kids\n"),
        ("text/plain; format=fixed", "1 called her and their \n2 kids\n"),
        ("text/plain; charset=utf-8", "1 called her and their \n2 kids\n"),
    ],
)
def test_only_what_says_so_is_flowed(content_type: str, text: str) -> None:
    assert read(f"Content-Type: {content_type}\r\n\r\n{WRAPPED}".encode(), None).text == text


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_a_flowed_part_beside_another_is_known_whatever_its_encoding(encoding: str) -> None:
    words = {"quoted-printable": "caf=C3=A9=20\r\nnoir", "base64": "Y2Fmw6kgDQpub2ly"}[encoding]
    raw = (
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{words}\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n<p>caf&eacute; \r\nnoir</p>\r\n--b--\r\n"
    )
    message = read(raw.encode(), None)
    assert message.text.strip() == "café noir"
    assert message.html.strip() == "<p>caf&eacute; \nnoir</p>"


@given(st.text("ab >-\n", max_size=60), st.booleans())
def test_no_word_is_lost_or_changes_its_place(text: str, delsp: bool) -> None:
    found = unflowed(text, delsp=delsp)
    assert [c for c in found if c in "ab-"] == [c for c in text if c in "ab-"]


@pytest.mark.parametrize("piece", ["a \n", "> \n>> \n", ">", " ", "-- \n"])
def test_it_takes_linear_time(piece: str) -> None:
    began = time.perf_counter()
    unflowed(piece * 300_000, delsp=True)
    assert time.perf_counter() - began < 10
