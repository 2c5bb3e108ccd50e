"""The byte test before parsing: never a no where the parser finds a known address, and a no to nearly all others."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.domain.address import key
from kith.mail.headers import envelope
from kith.mail.prefilter import address_filter

DOTS = {"gmail.com": False}
KEYS = [
    "anna.smith@example.org", "bob@example.org", "al@gmail.com", "x@example.org", "annasmith@gmail.com",
    "zoë@example.org", "jürgen.groß@example.org", "anna@xn--mnchen-3ya.de", "anna@münchen_1.de", "o'neil@example.org",
    "+tag@example.org", "two words@example.org", "anna@[192.0.2.1]", "straße@example.org",
    "a.b@c.example", "k@example.org", "ravi@xn--c2bd4bq1db8d.xn--h2brj9c",
]  # fmt: skip


def bytes_of(keys: list[str]) -> list[bytes]:
    return [one.encode() for one in keys]


def exact(block: bytes, keys: set[str]) -> bool:
    """What the scan asks after it has parsed: does anybody known stand in the address fields?"""
    seen = envelope(block, None)
    people = (*seen.from_, *seen.sender, *seen.reply_to, *seen.to, *seen.cc, *seen.bcc)
    return any(key(person.address, DOTS) in keys for person in people)


def header(value: str, charset: str = "utf-8") -> bytes:
    return b"From: " + value.encode(charset, "replace") + b"\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\n"


HIDDEN = [
    "anna.smith@example.org", "ANNA.Smith@Example.ORG", "Anna <anna.smith@example.org>", "<anna.smith@example.org.>",
    "anna.smith+lists@example.org", "anna.smith+a+b@example.org", "bob+@example.org", "x+y@example.org",
    "bob@example.org", "<bob@example.org>", '"Bob"<bob@example.org>', "b, bob@example.org", "'bob@example.org'",
    "x@example.org", "al@gmail.com", "a.l@gmail.com", "a..l.@gmail.com", "An.na.s.m.i.t.h@gmail.com", ".a.l.@gmail.com",
    "annasmith+a.b.c@gmail.com", '"anna.smith"@example.org', '"two words"@example.org', "anna.smith(Anna)@example.org",
    "anna(x).sm(y)ith@example.org", "bob@exam(x)ple.org", "bob (Bob) @ (at) example.org", "(c)bob@example.org",
    "bob @example.org", "bob@ example.org", "bob@\r\n example.org", "bob\r\n\t@example.org",
    "b(c)ob+t(d)agged@example.org",
    "anna@MÜNCHEN.de", "anna@mu\u0308nchen.de", "anna@xn--MNCHEN-3ya.de", "anna@münchen_1.de", "zoë@example.org",
    "ZOË@example.org", "zoë+x@example.org", "strasse@example.org", "STRAßE@example.org", "\u212a@example.org",
    "Ravi <ravi@डाटामेल.भारत>", "ravi+x@डाटामेल.भारत.",
    "O'Neil@example.org", "+tag@example.org", "anna@[192.0.2.1]", "group: bob@example.org;",
    "<@a.example,@b.example:bob@example.org>",
    "ﬀ@x, bob@example.org", "bob@example.org\u3000", "bob\u00a0@example.org", 'a "b <bob@example.org>',
    "=?utf-8?q?B?= <bob@example.org>",
    "someone@else.example, a@b, c d, bob@example.org", "a.b@c.example", "A.B@C.Example.",
]  # fmt: skip


@pytest.mark.parametrize("written", HIDDEN)
@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_known_addresses_are_seen_however_they_are_written(written: str, charset: str) -> None:
    keys = {key(one, DOTS) for one in [*KEYS, "strasse@example.org"]}
    block = header(written, charset)
    assert address_filter(bytes_of(sorted(keys)))(block) >= exact(block, keys)


def test_the_examples_are_known_to_the_parser_too() -> None:
    keys = {key(one, DOTS) for one in [*KEYS, "strasse@example.org"]}
    unread = [written for written in HIDDEN if not exact(header(written), keys)]
    assert len(unread) <= 4, unread


STRANGERS = [
    "Anna <anna.smithers@example.org>", "anna.smith@example.com", "hannah.smith@example.org", "bobby@example.org",
    "rob@example.org", "jim.bob@example.org", "bob-x@example.org", "al@example.org", "someone+anna.smith@example.org",
    '"bob@other.example" <other@else.example>', "me@example.net",
    "Jürgen Groß <jg@example.org>", "lunch (at noon) <rob@example.org>", "=?utf-8?q?B=40b?= <rob@example.org>",
]  # fmt: skip


@pytest.mark.parametrize("written", STRANGERS)
def test_strangers_are_not(written: str) -> None:
    assert not address_filter(bytes_of(KEYS))(header(written))


def test_nobody_known_is_nobody_seen() -> None:
    assert not address_filter([])(header("bob@example.org"))


def test_an_address_without_an_at_could_be_any_word() -> None:
    assert address_filter([b"root"])(header("root"))


atoms = st.sampled_from(["anna", "smith", "bob", "al", "a", "x", "zoë", "groß", "o'neil", "two", "k"])
glue = st.sampled_from(
    ["", ".", ".", "..", "+", "+tag", " ", "(c)", "(c.d@e)", '"', "\\", "\r\n ", "\u00a0", "'", "@", "\0", "é"]
)
domains = st.sampled_from(
    [
        "example.org",
        "gmail.com",
        "c.example",
        "münchen.de",
        "xn--mnchen-3ya.de",
        "mu\u0308nchen.de",
        "डाटामेल.भारत",
        "[192.0.2.1]",
    ]
)
cfws = st.sampled_from(["", "", "", " ", "(at)", "\r\n ", "\t", " (x) "])
wrapped = st.sampled_from(
    ["{}", "<{}>", "Anna <{}>", '"A, B" <{}>', "'{}'", "x: {};", "a@b, {}", "{}, a@b", '"{}"', "({})", "A {} B"]
)


@st.composite
def written_addresses(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.tuples(atoms, glue), min_size=1, max_size=3))
    local = "".join(word + between for word, between in words)
    domain = draw(domains)
    cut = draw(st.integers(0, len(domain)))
    domain = (
        domain[:cut]
        + draw(st.sampled_from(["", "", "", "(c)", " "]))
        + domain[cut:]
        + draw(st.sampled_from(["", "", ".", ".."]))
    )
    spec = local + draw(cfws) + "@" + draw(cfws) + domain
    if draw(st.booleans()):
        spec = spec.upper()
    return draw(wrapped).format(spec)


@settings(max_examples=600, deadline=None)
@given(st.lists(written_addresses(), min_size=1, max_size=3), st.sampled_from(["utf-8", "latin-1"]), st.data())
def test_it_is_true_wherever_the_parser_finds_a_known_address(
    written: list[str], charset: str, data: st.DataObject
) -> None:
    block = header(", ".join(written), charset)
    seen = envelope(block, None).from_
    own = {key(person.address, DOTS) for person in seen}
    known = set(data.draw(st.lists(st.sampled_from(KEYS), max_size=3))) | own
    for one in own:
        assert address_filter([one.encode("utf-8", "surrogateescape")])(block)
    if exact(block, known):
        assert address_filter(bytes_of(sorted(known)))(block)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_it_takes_any_bytes(block: bytes) -> None:
    keys = {key(one, DOTS) for one in KEYS}
    assert address_filter(bytes_of(KEYS))(b"To: " + block) >= exact(b"To: " + block, keys)


@pytest.mark.parametrize(
    "block",
    [b"a" * 1_000_000, b"+" * 1_000_000, b"@" * 1_000_000, b")" * 1_000_000, b"a+b)" * 250_000, b"+a@" * 300_000,
     b" @" * 500_000, b"bob@" * 250_000, b"." * 1_000_000 + b"bob@x", b"\xff@" * 500_000],
)  # fmt: skip
def test_it_takes_linear_time(block: bytes) -> None:
    began = time.process_time()
    address_filter(bytes_of(KEYS))(block)
    assert time.process_time() - began < 2
