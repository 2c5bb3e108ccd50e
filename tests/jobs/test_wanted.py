"""Which header blocks are worth parsing, besides those with known addresses: the owner's words for Kith."""

import tracemalloc

import pytest

from kith.jobs.wanted import wanted_blocks

ME = "me@example.org"
ANSWER = b"In-Reply-To: <kith.aaaaaaaaaaaaaaaa.0123@example.org>\n"


@pytest.mark.parametrize(
    "author",
    [
        b"From: me@example.org\n",
        b"From:me@example.org\n",
        b"FROM: Me <Me@Example.ORG>\n",
        b"from:\n Me\n\t<me+kith@example.org>\n",
        b"From : me@example.org\n",
        b'From: "M. E." (home) <me(here)@example.org>\n',
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ANSWER,
        b"References: <a@b>\n\t<KITH.aaaaaaaaaaaaaaaa.0123@example.org>\n",
        b"Subject: Kith: skip maria\n",
        b"Subject: =?utf-8?b?a2l0aDogxIE=?=\n",
        b"Subject: =?utf-8?B?S0lUSDogxIE=?=\n",
        b"Subject: =?utf-8?q?=6Bith=3A_=C4=81?=\n",
        b"To: me+kith@example.org\n",
    ],
)
def test_words_for_kith_are_seen_where_the_owner_may_have_written_them(author: bytes, words: bytes) -> None:
    wanted = wanted_blocks([], [ME])
    assert wanted(author + words)
    assert wanted(words + author)


def test_words_for_kith_of_somebody_else_are_not_looked_at_and_neither_is_other_mail_of_the_owner() -> None:
    shown: list[bytes] = []
    wanted = wanted_blocks(["maria@example.org"], [ME], lambda block, _author: shown.append(block))
    others = [b"From: bob@example.org\nTo: me@example.org\n" + ANSWER, b"From: me@example.org\nTo: bob@example.org\n"]
    assert [wanted(block) for block in others] == [False, False]
    assert shown == others
    assert wanted(b"From: maria@example.org\n")
    assert shown == others


def test_long_fields_are_not_remembered_and_nothing_in_them_is_missed() -> None:
    wanted = wanted_blocks([], [ME])
    long = b"From: " + b"bob@example.org, " * 20_000
    assert wanted(long + b"me@example.org\n" + ANSWER)
    tracemalloc.start()
    try:
        for number in range(50):
            wanted(long + b"%d@example.org\nSubject: hello\n" % number)
        assert tracemalloc.get_traced_memory()[0] < len(long)
    finally:
        tracemalloc.stop()


def test_without_an_owner_only_addresses_count() -> None:
    assert not wanted_blocks(["maria@example.org"])(b"From: me@example.org\n" + ANSWER)
