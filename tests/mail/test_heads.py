"""The head of a message in a file: the quick reader finds what the careful one finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.message import FIELDS
from kith.mail.headers import envelope, field_values
from kith.mail.heads import first_value, head_of, named, of_a_scan

LINES = st.lists(
    st.sampled_from(
        [
            b"From: a@b",
            b"TO:c@d",
            b"x: y",
            b" more",
            b"\tmore",
            b"to : e@f",
            b"",
            b"Subject",
            b"subject:\xff",
            b":",
            b"Cc:\r",
        ]
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("data", "head"),
    [
        (b"A: 1\nB: 2\n\nbody\n\nmore", b"A: 1\nB: 2\n"),
        (b"A: 1\r\nB: 2\r\n\r\nbody", b"A: 1\r\nB: 2\r\n"),
        (b"A: 1\r\nB: 2\n\r\nbody\n\n", b"A: 1\r\nB: 2\n"),
        (b"\nbody", b""),
        (b"\r\nbody", b""),
        (b"A: 1\nB: 2\n", None),
        (b"", None),
    ],
)
def test_a_head_ends_at_the_first_empty_line(data: bytes, head: bytes | None) -> None:
    assert head_of(data) == head


def test_fields_come_as_they_were_in_their_order() -> None:
    head = b"X-One: 1\r\nTo: a@b,\r\n c@d\r\nX-To: no\r\nSUBJECT: s\r\n\tt\r\nto: e@f\r\nSubjects: no\r\n"
    fields = b"To: a@b,\r\n c@d\r\nSUBJECT: s\r\n\tt\r\nto: e@f\r\n"
    assert named(head, ["Subject", "To"]).removesuffix(b"\n\r\n") + b"\n" == fields
    assert named(head, ["X-Two"]) == b"\r\n"
    assert named(b"", ["X-Two"]) == b"\r\n"


@given(LINES)
def test_no_field_is_missed_and_none_is_invented(lines: list[bytes]) -> None:
    head = b"\n".join(lines) + b"\n"
    head = head[: found.start()] + b"\n" if (found := re.search(rb"\A\r?\n|\n\r?\n", head)) else head
    for name in ("From", "To", "Subject", "Cc"):
        assert field_values(named(head, [name]), name) == field_values(head, name)


@pytest.mark.parametrize(
    ("head", "value"),
    [
        (b"From: a@b\r\nTo: c@d\r\n\r\n", b" a@b\r"),
        (b"To: c@d\nFROM:a@b,\n c@d\n\te@f\nCc: x\n", b"a@b,\n c@d\n\te@f"),
        (b"X-From: x\n From: y\nfrom: a@b", b" a@b"),
        (b"From: a@b\nFrom: c@d\n", b" a@b"),
        (b"Fromage: a@b\n", b""),
        (b"", b""),
    ],
)
def test_the_first_value_of_a_field_is_found_quickly(head: bytes, value: bytes) -> None:
    assert first_value(head, b"From") == value


@given(LINES)
def test_the_fields_of_a_scan_make_the_same_envelope_as_the_whole_head(lines: list[bytes]) -> None:
    head = b"\n".join(line for line in lines if line) + b"\n"
    assert envelope(of_a_scan(head), None) == envelope(head, None)
    assert of_a_scan(head) == named(head, FIELDS)
