"""The parts of whole messages: the same as a mail library finds, in time that grows with the message only."""

import email
import email.policy
import time
from email.message import EmailMessage, Message
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.mail import parts
from kith.mail.mime import Unparsable
from kith.mail.structure import MOST_DEPTH, MOST_LEAVES

SECONDS = 5
"""What a hostile message may take, with room for a busy machine; what grows with the square takes minutes."""

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40)


def by_the_library(message: Message, section: str = "") -> list[tuple[str, str, bytes]]:
    """Section, type and decoded content of each leaf."""
    children = message.get_payload()
    if isinstance(children, list) and message.get_content_maintype() == "multipart":
        prefix = f"{section}." if section else ""
        return [leaf for n, c in enumerate(children, 1) for leaf in by_the_library(c, f"{prefix}{n}")]
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return [(section or "1", message.get_content_type(), payload)]


def by_us(raw: bytes) -> list[tuple[str, str, bytes]]:
    found = parts.leaves(raw)
    contents = dict(parts.contents(raw, [part.section for part in found], 10**6))
    return [(part.section, part.media_type, contents[part.section]) for part in found]


def lines(found: list[tuple[str, str, bytes]]) -> list[tuple[str, str, bytes]]:
    """With one kind of line end: ours are those of the wire."""
    return [(section, kind, content.replace(b"\r\n", b"\n")) for section, kind, content in found]


@st.composite
def mails(draw: st.DrawFn) -> EmailMessage:
    """A mail as a program writes it: a text, perhaps another form of it, perhaps attachments."""
    mail = EmailMessage(policy=email.policy.SMTP if draw(st.booleans()) else email.policy.default)
    mail["Subject"] = "x"
    mail.set_content(draw(TEXTS), cte=draw(st.sampled_from(["base64", "quoted-printable", "8bit"])))
    if draw(st.booleans()):
        mail.add_alternative(f"<p>{draw(TEXTS)}</p>", subtype="html")
        if draw(st.booleans()):
            mail.get_payload()[1].add_related(draw(st.binary(max_size=90)), "image", "png")
    for _ in range(draw(st.integers(0, 3))):
        mail.add_attachment(draw(st.binary(max_size=200)), "application", "pdf", filename=draw(TEXTS) or "a")
    return mail


@given(mails())
def test_leaves_and_their_contents_are_those_a_mail_library_finds(mail: EmailMessage) -> None:
    raw = mail.as_bytes()
    assert lines(by_us(raw)) == lines(by_the_library(email.message_from_bytes(raw)))


@pytest.mark.parametrize("written", [b'"\r"', b'"\0"', b'"' + b"x" * 5000 + b'"'])
def test_a_charset_that_is_none_is_clean_and_short(written: bytes) -> None:
    [part] = parts.leaves(b"Content-Type: text/plain; charset=" + written + b"\n\nx\n")
    assert len(part.charset) <= 100
    assert not set(part.charset) & set("\r\n\0")


def test_names_and_charsets_are_told() -> None:
    raw = (
        b'Content-Type: multipart/mixed;\n boundary="a b"\n\npreamble\n'
        b'--a b\nContent-Type: TEXT/Plain; charset="UTF-8"\n\nx\n'
        b"--a b  \nContent-Type: text/calendar; name*=utf-8''Gr%C3%BC%C3%9Fe.ics\n"
        b"Content-Transfer-Encoding: BASE64\n\nQUJD\n--a b--\nepilogue\n--a b\n\nnot a part\n"
    )
    text, calendar = parts.leaves(raw)
    assert (text.media_type, text.charset, text.encoding, text.filename) == ("text/plain", "UTF-8", "7bit", "")
    assert (calendar.media_type, calendar.encoding, calendar.filename) == ("text/calendar", "base64", "Grüße.ics")
    assert dict(parts.contents(raw, ["1", "2"], 2)) == {"1": b"x", "2": b"AB"}
    assert dict(parts.contents(raw, ["3"], 2)) == {}


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", [("1", "text/plain")]),
        (b"\n", [("1", "text/plain")]),
        (b"no header and no end", [("1", "text/plain")]),
        (b"Content-Type: multipart/mixed\n\n--a\n\nx", [("1", "multipart/mixed")]),
        (b"Content-Type: multipart/mixed; boundary=a\n\n--b\n\nx", [("1", "multipart/mixed")]),
        (b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nunended", [("1", "text/plain")]),
        (b"Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a--", [("1", "text/plain"), ("2", "text/plain")]),
        (b"Content-Type: multipart/digest; boundary=a\n\n--a\n\nFrom: x\n--a--", [("1", "message/rfc822")]),
        (b"Content-Type: message/rfc822\n\nContent-Type: text/calendar\n\nx", [("1", "message/rfc822")]),
        (b"Content-Type: nonsense\n\nx", [("1", "text/plain")]),
        (b"Content-Type: multipart/mixed; boundary=a\n\n--ab\n\nx\n--a\n\ny\n--a--", [("1", "text/plain")]),
    ],
)
def test_what_is_broken_has_parts_all_the_same(raw: bytes, found: list[tuple[str, str]]) -> None:
    assert [(part.section, part.media_type) for part in parts.leaves(raw)] == found


@pytest.mark.parametrize(
    ("parameters", "boundary"),
    [
        (b'; boundary*0="----=_Part_aaaa"; boundary*1="bbbb"', b"----=_Part_aaaabbbb"),
        (b";\n boundary*1*=%62;\n boundary*0*=us-ascii'en'a%20", b"a b"),
        (b"; boundary*=us-ascii''a%3Db", b"a=b"),
        (b'; x="a; boundary=zz"; boundary=b', b"b"),
        (b"; boundary\n =b", b"b"),
        (b'; BOUNDARY = "b\\"c"', b'b"c'),
        (b'; boundary="b\n c"', b"b c"),
        (b' boundary="b"', b"b"),
        (b";charset=x\n\tboundary=b", b"b"),
        (b'; boundary="b', b"b"),
        (b"; boundary=b; boundary=c", b"b"),
        (b"; (x) y; =; ; boundary=b;", b"b"),
    ],
)
def test_a_boundary_may_be_written_in_any_way_a_parameter_is(parameters: bytes, boundary: bytes) -> None:
    between = b"\n--" + boundary + b"\nContent-Type: text/calendar\n\nx"
    raw = b"Content-Type: multipart/mixed" + parameters + b"\n\n" + between + between + b"\n--" + boundary + b"--\n"
    for one in (raw, raw.replace(b"\n", b"\r\n")):
        assert [part.media_type for part in parts.leaves(one)] == ["text/calendar", "text/calendar"]


@pytest.mark.parametrize("written", [b'"base64"', b"base64;", b" BASE64 (so)", b"\n base64", b"base64; x=y"])
def test_a_transfer_encoding_may_be_followed_by_more_than_it_should(written: bytes) -> None:
    raw = b"Content-Type: text/plain\nContent-Transfer-Encoding:" + written + b"\n\nQUJD\n"
    assert dict(parts.contents(raw, ["1"], 10)) == {"1": b"ABC"}


def test_a_part_without_the_sought_type_may_be_passed_over_and_no_other() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=a\n\n--a\ncontent-TYPE: Text /\n Calendar\n\nx\n--a--"
    assert parts.may_hold(raw, ["TEXT/calendar"])
    assert not parts.may_hold(raw, ["image/png"])
    assert parts.may_hold(b"CONTENT-TYPE: IMAGE/PNG\n\nx", ["image/png"])


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda b: b"Content-Type: multipart/x; boundary=" + b))
def test_nothing_breaks_it(raw: bytes) -> None:
    try:
        found = parts.leaves(raw)
    except Unparsable:
        return
    assert found
    for _, content in parts.contents(raw, {part.section for part in found}, 10):
        assert len(content) <= 10


DESCRIBED: Final = b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed%s\n\n"
"""A part that is described at length."""


def nested(depth: int) -> bytes:
    """Multiparts within each other."""
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return head + b"\nx\n" + b"".join(b"--b%d--\n" % n for n in reversed(range(depth)))


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=a\n" + b"\n--a\n\nx" * 500_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 1_000_000,
        nested(20_000),
        b"Content-Type: multipart/mixed;" + b" a=b;" * 800_000 + b"\n\n",
        b"Content-Type: text/plain; name" + b"*0*=x; name" * 400_000 + b"\n\n",
        b"Content-Type:" + b" \n" * 2_000_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"\n--a " * 800_000,
        DESCRIBED % (b';a="\\"' * 760) * 1000,
        DESCRIBED % (b"; " * 1900) * 1000,
        DESCRIBED % (b"; a " * 950) * 1000,
    ],
    ids=[
        "parts",
        "empty parts",
        "depth",
        "parameters",
        "names",
        "folds",
        "almost boundaries",
        "quotes",
        "none",
        "no =",
    ],
)
def test_hostile_messages_take_linear_time(raw: bytes) -> None:
    began = time.process_time()
    found = parts.leaves(raw)
    assert time.process_time() - began < SECONDS
    assert 1 <= len(found) <= MOST_LEAVES
    assert all(part.section.count(".") <= MOST_DEPTH for part in found)


@pytest.mark.parametrize(
    ("described", "is_attached"),
    [
        (b"Content-Disposition: attachment", True),
        (b"content-disposition:\r\n ATTACHMENT ; filename=a.ics", True),
        (b"Content-Disposition: inline; filename=attachment", False),
        (b"X-Disposition: attachment", False),
        (b"", False),
    ],
)
def test_a_part_says_whether_it_is_a_file_beside_the_words(described: bytes, is_attached: bool) -> None:
    [part] = parts.leaves(described + b"\r\nContent-Type: text/calendar\r\n\r\nx")
    assert part.is_attached is is_attached
