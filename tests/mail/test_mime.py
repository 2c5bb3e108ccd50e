"""Whole messages: what is text, what is not, and what a hostile one may cost."""

import time
from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.mail.mime import MOST_BYTES, Message, Unparsable, guarded, part_text, read
from kith.mail.snippet import snippet

MIXED = b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"


def mixed(*parts: bytes) -> bytes:
    return MIXED + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def test_text_html_calendar_and_results_are_told_apart() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ann <ann@example.org>", "Lunch"
    mail["Authentication-Results"] = "mx.example.com; dmarc=pass"
    mail["Received"] = "by mx.example.com"
    mail["Authentication-Results"] = "elsewhere; dmarc=fail"
    mail.set_content("Grüße\n")
    mail.add_alternative("<p>Grüße</p>\n", subtype="html")
    mail.add_alternative("BEGIN:VCALENDAR\nEND:VCALENDAR\n", subtype="calendar")
    mail.add_attachment("not mine\n", filename="notes.txt")
    mail.add_attachment(b"BEGIN:VCALENDAR\n", maintype="text", subtype="calendar", filename="invite.ics")
    found = read(mail.as_bytes(), None)
    assert (found.text, found.html) == ("Grüße\n", "<p>Grüße</p>\n")
    assert [calendar.split()[0] for calendar in found.calendars] == [b"BEGIN:VCALENDAR"] * 2
    assert found.auth_results == ("mx.example.com; dmarc=pass", "elsewhere; dmarc=fail")
    assert (found.envelope.subject, found.truncated) == ("Lunch", False)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (b"\r\nplain", "plain"),
        (b"Content-Type: text/plain; charset=iso-8859-8-i\r\n\r\n\xe9", "י"),
        (b"Content-Type: text/plain; charset=x-unknown\r\n\r\ncaf\xe9", "café"),
        (b"\r\ncaf\xe9 undeclared", "café undeclared"),
        (b"Content-Type: text/plain; charset=us-ascii\r\n\r\ncaf\xc3\xa9", "café"),
        (b"Content-Transfer-Encoding: quoted-printable\r\n\r\none=\r\n two=3D\x00", "one two="),
        (b"Content-Transfer-Encoding: base64\r\n\r\naGFsZg", "half"),
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\none\rtwo\r\nthree\x0b\x1b", "one\ntwo\nthree\n"),
        (b"Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\nMaria: \x1b$B855$$G$9\x1b(B", "Maria: 元気です"),
        (b"Content-Type: text/plain; charset=iso-2022-kr\r\n\r\n\x1b$)C\x0e>H3g\x0f", "안녕"),
        (b"Content-Type: text/plain; charset=HZ-GB-2312\r\n\r\n~{Dc:C~}", "你好"),
        (b"Content-Disposition: attachment\r\n\r\nsecret", ""),
        (b"Content-Type: text/plain; name=a.txt\r\n\r\nfile", ""),
        (b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nforwarded words", ""),
        (b"Content-Type:\r\n\tMESSAGE/rfc822\r\n\r\nSubject: x\r\n\r\nforwarded words", ""),
        (b"Content-Type: multipart/digest; boundary=c\r\n\r\n--c\r\n\r\nSubject: x\r\n\r\nforwarded\r\n--c--", ""),
        (b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22", ""),
    ],
)
def test_only_what_the_author_wrote_is_text(part: bytes, expected: str) -> None:
    assert read(mixed(part), None).text.strip(" ") == expected


def test_calendars_of_a_forwarded_message_are_not_the_senders() -> None:
    forwarded = b"Content-Type: message/rfc822\r\n\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"
    assert read(mixed(forwarded), None).calendars == ()
    assert read(mixed(b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"), None).calendars == (b"BEGIN:VCALENDAR",)


def test_a_message_of_one_part_needs_no_header_at_all() -> None:
    assert read(b"\r\njust words\r\n", None).text == "just words\n"
    assert read(b"", None) == Message(read(b"", None).envelope)


def test_a_multipart_without_its_boundary_is_no_reason_to_fail() -> None:
    assert read(MIXED + b"no parts here", None).envelope.from_[0].address == "a@b"
    assert read(b"Content-Type: multipart/mixed\r\n\r\nno boundary", None).text == ""


def test_a_long_message_is_cut_and_says_so() -> None:
    attachment = (
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + (b"A" * 76 + b"\r\n") * 70_000
    )
    found = read(mixed(b"\r\nhello", attachment), None)
    assert len(attachment) > MOST_BYTES
    assert (found.text, found.truncated) == ("hello", True)


def nested(levels: int) -> bytes:
    inner = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(levels)
    )
    return b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + inner


HOSTILE = {
    "100,000 parts": mixed(*[b"\r\nx"] * 100_000),
    "1,000 levels": nested(1000),
    "300 levels and many lines": nested(300) + b"\n" * 4_000_000,
    "90,000 embedded messages": b"Content-Type: message/rfc822\n\n" * 90_000,
    "a status report of empty lines": b"Content-Type: message/delivery-status\n\n" + b"\n" * 1_000_000,
    "an endless description": b"Content-Type: text/plain" + b";" * 900_000 + b"\n\nx",
    "many long descriptions": mixed(*[b"Content-Type: text/plain" + b';"' * 2_400 + b"\r\n\r\nx"] * 900),
    "400,000 fields in a part": mixed(b"X-A: b\r\n" * 400_000 + b"\r\nx"),
    "five million line feeds": b"Subject: x\n\n" + b"\n" * 5_000_000,
    "five million carriage returns": b"Subject: x\n\n" + b"\r" * 5_000_000,
    "deep HTML": b"Content-Type: text/html\n\n" + b"<div>" * 900_000,
    "HTML that is nothing but empty paragraphs": b"Content-Type: text/html\n\n" + b"<p>" * 900_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_hostile_message_costs_is_bounded(name: str) -> None:
    begun = time.process_time()
    with suppress(Unparsable):
        snippet(read(HOSTILE[name], None))
    assert time.process_time() - begun < 4  # seconds; each takes less than one on a quiet machine


@pytest.mark.parametrize("name", ["100,000 parts", "1,000 levels", "an endless description"])
def test_what_is_refused_says_why(name: str) -> None:
    with pytest.raises(Unparsable, match=r"too many lines|more than 1000 parts|far too long"):
        read(HOSTILE[name], None)


def test_the_guard_turns_whatever_a_parser_raises_into_a_reason_without_mail_in_it() -> None:
    def broken(words: str) -> None:
        raise AttributeError(words)

    with pytest.raises(Unparsable, match="AttributeError") as refused:
        guarded(broken, "private words")
    assert "private" not in refused.value.reason


PIECES = st.sampled_from(
    [
        b"Content-Type: ",
        b"multipart/mixed; boundary=",
        b"b",
        b"\r\n",
        b"\n\n",
        b"--b",
        b"--",
        b"text/plain; charset=",
        b"hz",
        b"Content-Transfer-Encoding: ",
        b"base64",
        b"x-uuencode",
        b"begin 644 x",
        b"\xe9",
        b"\x00",
        b"name*0*=",
        b"message/rfc822",
        b"Content-Disposition: ",
        b"attachment; filename=",
        b"inline",
        b";",
        b'"',
        b"text/calendar",
        b"text/html",
        b"=?",
        b"From: ",
    ],
)


@settings(max_examples=300)
@given(st.one_of(st.binary(), st.lists(PIECES, max_size=40).map(b"".join)))
def test_any_bytes_are_read_or_refused_and_what_is_read_is_clean(raw: bytes) -> None:
    try:
        found = read(raw, None)
    except Unparsable:
        return
    for text in (found.text, found.html, snippet(found), *found.auth_results):
        text.encode("utf-8")
        assert "\x00" not in text
        assert "\r" not in text


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        (b"caf\xc3\xa9 \xc3", "utf-8", "café "),
        (b"Jos\xe9", "utf-8", "José"),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),
        (b"\xc7\xd1\xb1\xdb", "ks_c_5601-1987", "한글"),
        (b"\x81", "no such thing", "\ufffd"),
        (b"abc", "punycode", "abc"),
        (b"abc", "x" * 100_000, "abc"),
    ],
)
def test_bytes_become_text_whatever_charset_they_claim(data: bytes, charset: str, expected: str) -> None:
    assert part_text(data, charset) == expected


SNIPPETS = {
    "Sounds good!\n\nOn Mon, 5 Jan 2026, Ann <a@b.c> wrote:\n> lunch?\n": "Sounds good!",
    "Ja, gern.\n\nAm 05.01.26 um 07:30 schrieb Ann\nMoe:\n> Mittag?\n> -- \n> Ann\n": "Ja, gern.",
    "One\n> quoted\nTwo\n": "One Two",
    "Bye\n-- \nAlex\n+33 1": "Bye",
    "Yes.\n\n-----Original Message-----\nFrom: Ann\n": "Yes.",
    "Oui.\n\nDe : Ann <ann@example.org>\nEnvoyé : lundi\n": "Oui.",
    "Ja.\n________________________________\nVon: Ann": "Ja.",
    "Three things:\n- a\n- b\n": "Three things: - a - b",
    "> only a quote\n": "",
    "x" * 300: "x" * 199 + "…",
}


@pytest.mark.parametrize("text", SNIPPETS)
def test_a_snippet_is_the_beginning_of_the_new_words(text: str) -> None:
    assert snippet(Message(read(b"", None).envelope, text=text)) == SNIPPETS[text]


@pytest.mark.parametrize(
    "html",
    [
        "<style>p{}</style><p>See <b>y</b>ou</p><p>Friday</p><blockquote>old</blockquote>",
        '<div>See you<br>Friday</div><div class="gmail_quote">On 5 Jan Ann wrote:<blockquote>old</blockquote></div>',
        '<div>See you Friday</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From</div><p>old</p>',
        "See you Friday<script>old()</script>",
        '<div><p>See you Friday</p><div id="divRplyFwdMsg">From</div>said<p>old<div id="appendonsend"></div>',
    ],
)
def test_a_snippet_of_html_leaves_out_what_is_quoted(html: str) -> None:
    assert snippet(Message(read(b"", None).envelope, html=html)) == "See you Friday"
