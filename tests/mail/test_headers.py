"""Header fields out of any bytes: what is read, what is refused, and that nothing gets through unclean."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.address import Address
from kith.domain.message import identity
from kith.mail.headers import envelope, field_values, received_time

USUAL = (
    b"Return-Path: <ann@example.org>\r\n"
    b"From: =?utf-8?q?Ann_=C3=89?= <ann@example.org>\r\n"
    b'To: "Moreau, Alex" <alex@example.com>,\r\n bob@example.org (Bob)\r\n'
    b"Cc: Undisclosed recipients:;\r\n"
    b"Date: Mon, 5 Jan 2026 07:30:00 +0100 (CET)\r\n"
    b"Subject: Lunch on\r\n\tFriday\r\n"
    b"Message-Id:\r\n <abc@example.org>\r\n"
    b"In-Reply-To: <one@example.org>\r\n"
    b"References: <zero@example.org>\r\n\t<one@example.org>\r\n"
    b"List-Id: Friends\r\n <friends.example.org>\r\n"
    b"Received: ignored\r\n"
    b"\r\n"
    b"Subject: this is the body\r\n"
)


def addresses_of(value: str) -> list[tuple[str, str]]:
    return [(a.name, a.address) for a in envelope(b"To: " + value.encode() + b"\r\n", None).to]


def subject_of(value: bytes) -> str:
    return envelope(b"Subject: " + value + b"\r\n\r\n", None).subject


def date_of(value: str) -> datetime | None:
    return envelope(f"Date: {value}\r\n\r\n".encode(), None).date


def test_a_usual_header_is_read_whole() -> None:
    received_at = datetime(2026, 1, 5, 6, 31, tzinfo=UTC)
    found = envelope(USUAL, received_at)
    assert found.from_ == (Address("Ann É", "ann@example.org"),)
    assert found.to == (Address("Moreau, Alex", "alex@example.com"), Address("Bob", "bob@example.org"))
    assert found.cc == ()
    assert (found.subject, found.message_id) == ("Lunch on Friday", "<abc@example.org>")
    assert (found.date, found.received_at) == (datetime(2026, 1, 5, 6, 30, tzinfo=UTC), received_at)
    assert found.answers == ("<one@example.org>", "<one@example.org>", "<zero@example.org>")
    assert found.marks == {
        "return-path": "<ann@example.org>",
        "list-id": "Friends <friends.example.org>",
        "date": "Mon, 5 Jan 2026 07:30:00 +0100 (CET)",
    }


def test_bare_line_feeds_and_odd_spelling_of_names_are_read_alike() -> None:
    other = USUAL.replace(b"\r\n", b"\n").replace(b"Message-Id:", b"MESSAGE-ID :")
    assert envelope(other, None) == envelope(USUAL, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b", [("", "a@b")]),
        ("a@b,, c@d,", [("", "a@b"), ("", "c@d")]),
        ('a@b, "', [("", "a@b")]),
        ('O"Brien <ob@x.org>', [("OBrien", "ob@x.org")]),
        ("(Ann) <a@b>", [("Ann", "a@b")]),
        ("a@b (Ann (the tall) Moe)", [("Ann (the tall) Moe", "a@b")]),
        ('"a\\"b" <a@b>', [('a"b', "a@b")]),
        ('"a b"@c.d', [("", '"a b"@c.d')]),
        ("Friends: a@b, Carl <c@d>;, e@f", [("", "a@b"), ("Carl", "c@d"), ("", "e@f")]),
        ("undisclosed-recipients:;", []),
        ("Undisclosed recipients: ;", []),
        ("=?utf-8?q?a=2C_b?= <a@b>", [("a, b", "a@b")]),
        ('"=?utf-8?b?w4k=?=" <a@b>', [("É", "a@b")]),
        ("=?utf-8?q?x=40y?=", []),
        ("Ann <a@b", [("Ann", "a@b")]),
        ("<@one,@two:u@h>, z@y", [("", "u@h"), ("", "z@y")]),
        ("'a@b.c'", [("", "a@b.c")]),
        ("a@b.c <A@b.c>", [("a@b.c", "A@b.c")]),
        ("a@[192.0.2.1]", [("", "a@[192.0.2.1]")]),
        ("Zoë <zoë@exämple.org>", [("Zoë", "zoë@exämple.org")]),
        ("Last, First <a@b>", [("First", "a@b")]),
        ("=?utf-8?q?A=0D=0ABcc:_x?= <a@b>", [("A Bcc: x", "a@b")]),
        ("=?utf-8?Q?Moe,_Ann:_work?= <a@b>", [("Moe, Ann: work", "a@b")]),
        ("=?utf-8?Q?<x@y>?= <a@b>", []),
        ("nobody at home", []),
        ("<>", []),
        ("", []),
    ],
)
def test_address_lists_are_read_leniently(value: str, expected: list[tuple[str, str]]) -> None:
    assert addresses_of(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "alice@example.org(<bob@example.org>",
        "alice@example.org)bob@example.com",
        "alice@example.org)<bob@example.com>",
        "alice@example.org <bob@example.com>",
        "alice@example.org: bob@example.com;",
        "<alice@example.org><bob@example.com>",
        "alice@example.org@bob.example",
        "alice@example.org bob@example.com",
        '"alice@example.org" "<bob@example.com>, carl@example.com',
    ],
)
def test_an_entry_that_two_programs_could_read_differently_gives_nobody(value: str) -> None:
    assert addresses_of(value) == []
    assert addresses_of(f"eve@example.net, {value}") == [("", "eve@example.net")]


def test_the_first_of_several_from_fields_is_taken_and_the_others_are_told() -> None:
    block = b"From: a@b\r\nFrom: c@d\r\n\r\n"
    assert envelope(block, None).from_ == (Address("", "a@b"),)
    assert envelope(block, None).marks["from-count"] == "2"
    assert "from-count" not in envelope(b"From: a@b, c@d\r\n", None).marks


def test_recipients_of_a_repeated_field_are_all_listed() -> None:
    assert [a.address for a in envelope(b"To: a@b\r\nCc: x@y\r\nTo: c@d\r\n", None).to] == ["a@b", "c@d"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"=?utf-8?B?w4k=?= =?utf-8?q?t=C3?=\r\n =?utf-8?q?=A9?=", "Été"),
        (b"a =?utf-8?q?=C3=A9?= b =?utf-8?q?_c?=", "a é b c"),
        (b"=?iso-8859-1*fr?q?=E9=92?=", "é’"),
        (b"=?iso-8859-8-i?b?4ent?=", "בים"),
        (b"=?x-unknown?q?=E9?=", "é"),
        (b"=?unknown-8bit?q?=C3=A9?=", "é"),
        (b"=?utf-8?b?w6k?=", "é"),
        (b"=?utf-8?b?w6nDqQ===?= ok", "éé ok"),
        (b"=?zip?b?eJw=?=", "xœ"),
        (b"=?utf-8?q?half", "=?utf-8?q?half"),
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "café"),
        (b"caf\xc3\xa9 nul\x80", "café nul"),
        (b"caf\xc3\xa9 nul\x00", "café nul"),
        (b"caf\xe9 nul\x80", "café nul"),
        (b"caf\xe9 nul\x00", "café nul"),
        (b"=?utf-8?q?caf=C3=A9_nul=80?=", "café nul"),
        (b"=?utf-8?q?gr=FC=DFe_=E9t=E9?=", "grüße été"),
        (b"\xc3\xa9 gr\xfc\xdfe", "Ã© grüße"),
        (b"nul\x00 bell\x07 =?utf-8?q?=00=1B[31m?=", "nul bell [31m"),
        (b"=?utf-8?q?two=0D=0ALines=E2=80=A8?= end", "two Lines end"),
        (b"=?utf-7?q?+2AA-?=x", "x"),
    ],
)
def test_subjects_are_decoded_and_clean(value: bytes, expected: str) -> None:
    assert subject_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 5 Jan 2026 07:30:00 -0000", "2026-01-05T07:30:00+00:00"),
        ("5 Jan 2026 07:30:00 -0130", "2026-01-05T09:00:00+00:00"),
        ("Mon, 5 Jan 2026 07:30:00", "2026-01-05T07:30:00+00:00"),
        ("Thur, 5 Mar 2020 10:00:00 +0100", "2020-03-05T09:00:00+00:00"),
        ("Thu, 5 Mar 2020 10:00:60 +0100", "2020-03-05T09:00:59+00:00"),
        ("Di., 15 Feb 2011 10:00:00 +0100", "2011-02-15T09:00:00+00:00"),
        ("Mon, 5 Jan 2026 07:30:00 +01:00", "2026-01-05T06:30:00+00:00"),
        ("Mon, 5 Jan 2026 07:30:00 -03:30 (NST)", "2026-01-05T11:00:00+00:00"),
        ("Sun, 5 Jul 2026 07:30:00 CEST", "2026-07-05T05:30:00+00:00"),
        ("5 Jan 2026 07:30 MEZ", "2026-01-05T06:30:00+00:00"),
        ("Mon, 5 Jan 2026 07:30:00 EST", "2026-01-05T12:30:00+00:00"),
        ("Mon, 5 Jan 2026 07:30:00 GMT", "2026-01-05T07:30:00+00:00"),
        ("Mon, 5 Jan 2026 07:30:00 XYZ", "2026-01-05T07:30:00+00:00"),
        ("Mon, 5 Jan\x00 2026 07:30:\x0100 +0100", "2026-01-05T06:30:00+00:00"),
        ("Wed Jan 1 10:00:00 2020", "2020-01-01T10:00:00+00:00"),
        ("16.03.09", None),
        ("Mon, 5 Jan 101 10:00:00 +0000", None),
        ("Mon, 5 Jan 9999999999 10:00:00 +0000", None),
        ("Mon, 5 Jan 2026 10:00:00 +9900", None),
        ("31 Jun 2020 10:00:00 +0000", None),
        ("Thu, 1 Jan 1970 00:00:00 +0000", None),
        ("", None),
    ],
)
def test_dates_are_aware_or_none(value: str, expected: str | None) -> None:
    found = date_of(value)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    "block",
    [
        b"Subject: caf\xc3\xa9\0\n",
        b"Subject: plain\0\n",
        b"Subject: caf\xe9\0\n",
        b"From: J\xc3\xbcr\0gen <juergen@m\xc3\xbcller.example>\n",
        b"From: J\xc3\xbcrgen <jue\0rgen@m\xc3\xbcller.example>\n",
        b"To: bob\0@example.org, zo\xc3\xab@example.org\n",
        b"Message-ID: <a\0b@example.org>\n",
        b"Date: Mon, 5 Jan 2026 07:30\0:00 +0100\n",
        b"Date: so\0on \xc3\xa9\n",
    ],
)
def test_a_message_is_one_where_a_server_sends_another_byte_for_nul(block: bytes) -> None:
    here, there = (envelope(b"Message-ID: <x@y>\n" + one, None) for one in (block, block.replace(b"\0", b"\x80")))
    assert here == there
    assert identity(here) == identity(there)


def test_where_a_mark_is_told_twice_both_are_kept() -> None:
    found = envelope(
        b"Precedence: first-class\nAuto-Submitted: no\nprecedence: bulk\nAuto-Submitted:\n auto-replied\n", None
    )
    assert found.marks == {"precedence": "first-class, bulk", "auto-submitted": "no, auto-replied"}


def test_a_date_nobody_can_read_still_names_the_message() -> None:
    one, two = (envelope(b"Date: %s\r\n\r\n" % date, None) for date in (b"soon", b"later"))
    assert one.marks["date"] == "soon"
    assert identity(one) != identity(two)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("zoe@bücher.example", "Zoë <ZOE@xn--bcher-kva.example>", True),
        ("zoe@work.example", "zoe@work.example.", True),
        ("иван@почта.рф", "иван@xn--80a1acny.xn--p1ai", True),
        ("zoe@bücher.example, bob@work.example", "bob@work.example., zoe@xn--bcher-kva.example", True),
        ("zoe@bücher.example", "zoe@bucher.example", False),
        ("zoe@work.example", "zoe+x@work.example", False),
    ],
)
def test_a_message_is_one_however_a_domain_is_spelled(one: str, other: str, is_same: bool) -> None:
    here, there = (envelope(f"Message-ID: <a@b>\r\nTo: {to}\r\n\r\n".encode(), None) for to in (one, other))
    assert (identity(here) == identity(there)) is is_same


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"<a@b>", "<a@b>"),
        (b"<a\r\n @b> (again)", "<a@b>"),
        (b"<[abc]@example.com>", "<[abc]@example.com>"),
        (b"abc\x00@example.com", "abc@example.com"),
        (b"", ""),
        (b"x" * 5000, "x" * 998),
        (b"nothing\r\nMessage-ID: <later@b>", "<later@b>"),
    ],
)
def test_message_ids_are_kept_as_well_as_they_can_be(value: bytes, expected: str) -> None:
    assert envelope(b"Message-ID: " + value + b"\r\n", None).message_id == expected


def test_references_are_what_stands_in_brackets_and_the_nearest_of_too_many() -> None:
    many = b" ".join(b"<%d@b>" % n for n in range(1000))
    found = envelope(b"References: " + many + b"\r\nIn-Reply-To: your mail of Monday\r\n", None)
    assert (len(found.references), found.answers[0]) == (200, "<999@b>")


def test_trace_fields_are_given_topmost_first() -> None:
    block = (
        b"Authentication-Results: mx.example.com;\r\n\tdmarc=pass\r\n"
        b"Received: by b; Mon, 5 Jan 2026 07:30:00 +0100\r\nReceived: by a; Mon, 5 Jan 2025 07:30:00 +0100\r\n"
        b"authentication-results: forged; dmarc=pass\r\n\r\nReceived: no; Mon, 5 Jan 2020 07:30:00 +0100\r\n"
    )
    assert field_values(block, "Authentication-Results") == ["mx.example.com; dmarc=pass", "forged; dmarc=pass"]
    assert received_time(block) == datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
    assert received_time(b"Received: who knows\r\n") is None
    assert received_time(b"") is None


NAMES = st.sampled_from([b"From", b"To", b"Subject", b"Date", b"Message-ID", b"References", b"List-Id", b"Received"])
NASTY = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from([b"<", b">", b"(", b")", b'"', b"\\", b",", b":", b";", b"@", b"=?utf-8?q?", b"?=", b"\r\n "]),
        st.sampled_from([b"=?utf-16?b?AAA", b"=?hz?q?~{", b"\x00", b"\x85", b"\xe2\x80\xa8", b"a@b.c", b"\r", b"\n"]),
    )
).map(b"".join)


@given(
    st.one_of(st.binary(), st.lists(st.tuples(NAMES, NASTY).map(lambda pair: b": ".join(pair) + b"\r\n")).map(b"".join))
)
def test_no_bytes_at_all_break_the_reader_or_get_through_unclean(block: bytes) -> None:
    found = envelope(block, None)
    names = [a.name for a in (*found.from_, *found.to)] + [a.address for a in (*found.from_, *found.to)]
    for text in [found.subject, found.message_id, *found.references, *found.marks.values(), *names]:
        text.encode("utf-8")
        assert "\x00" not in text
        assert len(text.splitlines()) <= 1
    assert received_time(block) is None or received_time(block).tzinfo is UTC  # type: ignore[union-attr] # just asked


@pytest.mark.parametrize(
    "piece",
    [
        b"(",
        b")",
        b"<",
        b'"',
        b'"\\',
        b"\\",
        b"a@b,",
        b"a@b:",
        b";",
        b"=?",
        b"=?utf-8?q?=C3?= ",
        b"=?a?b?",
        b" ",
        b"\r\n ",
        b"<a>",
    ],
)
@pytest.mark.parametrize("name", [b"From", b"Subject", b"Message-ID", b"References", b"Date", b"List-Id"])
def test_a_megabyte_of_anything_takes_well_under_a_second(name: bytes, piece: bytes) -> None:
    block = name + b": " + piece * (1_000_000 // len(piece)) + b"\r\n\r\n"
    begun = time.process_time()
    envelope(block, None)
    assert time.process_time() - begun < 1.5  # half of it is what a slow machine may need
