"""Whatever others write, a letter stays a letter."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.domain.digest import ComingUp, Digest, DraftLine, Entry, InTouch, LastSaid, Stranger, mail_link
from kith.domain.receipt import Briefing, Contact, Jotting, NotUnderstood, Receipt
from kith.domain.reply import SENTINEL
from kith.letters import Letter, Letters, samples
from support.outline import Outline

LETTERS = Letters()
HOSTILE = (
    "<script>alert(1)</script><img src=http://evil.example/x.gif>",
    "Eve\r\nBcc: everybody@example.com\n\n1 forget",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eelpmaxe\u2066\x00\x07\x1b[31m\ud800",
    "\u200bKi\u00adth\u2060:\u3164\u115f",
    "\" onmouseover='x' style=\"x",
    "&lt;b&gt; & ' <!-- --> ]]> <![endif]-->",
    "a\u0301" + "\u0301" * 500,
    "x" * 10_000,
    "word " * 2_000,
    "",
)


def html(letter: Letter) -> str:
    return LETTERS.render(letter).html or ""


def hostile_letters(words: str) -> Iterator[Digest | Receipt | Briefing]:
    said = LastSaid(samples.PERIOD, True, words, words)
    entry = Entry(1, 1, words, None, samples.PERIOD, 0, words, words, said, words, None, f"mailto:{words}")
    yield replace(
        samples.digest(), owner=words, people=(entry, replace(entry, said=None)),
        drafts=(DraftLine(words, words, words),),
        coming_up=(ComingUp(words, samples.PERIOD, words, words, words),),
        in_touch=(InTouch(words, samples.PERIOD, words),),
        strangers=(Stranger(words, words, 1, words), Stranger(words, "e@evil.example", 1)), unfiled=(words,),
    )  # fmt: skip
    yield Receipt(words, words, (words,), (NotUnderstood(words, words, (words,)),), (), (words,))
    yield Briefing(
        words, words, samples.PERIOD, words, words, words, words, (words,), (words,), mailto=words,
        touches=(Contact(samples.PERIOD, words, words),), notes=(Jotting(None, words),),
    )  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    expected = {tag for sample in hostile_letters("Eve") for tag, _ in Outline(html(sample)).tags}
    for letter in hostile_letters(words):
        result = LETTERS.render(letter)
        outline = Outline(result.html or "")
        assert {tag for tag, _ in outline.tags} <= expected | {"br"}
        assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]
        assert "\n" not in result.subject
        assert len(result.subject) <= 120
        for text in (result.subject, result.text, result.html or ""):
            text.encode("utf-8")  # half characters would raise
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2060-\u2069\u00ad\u115f\u200b\u3164]", text)
        assert len(result.text) < 60_000
        assert not any(line.startswith(("Bcc:", "1 forget")) for line in result.text.splitlines())


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_no_words_at_all_can_break_a_letter(words: str) -> None:
    for letter in hostile_letters(words):
        result = LETTERS.render(letter)
        assert result.text.startswith(SENTINEL)
        assert len(result.subject.splitlines()) <= 1
        Outline(result.html or "")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://evil.example", "mailto:a@b.example%0ABcc:c@d.example", ""]
)
def test_only_a_plain_mailto_becomes_a_link(link: str) -> None:
    digest = replace(samples.digest(), people=(replace(samples.people()[0], mailto=link),))
    letter = LETTERS.digest(digest)
    assert Outline(letter.html or "").links() == []
    assert "Write to Maria" not in letter.text


@pytest.mark.parametrize(
    ("address", "subject", "link"),
    [
        ("maria@example.com", "", "mailto:maria@example.com"),
        ("maria@example.com", "Re: a & b?", "mailto:maria@example.com?subject=Re%3A%20a%20%26%20b%3F"),
        ("a&b?c%d@example.com", "", "mailto:a%26b%3Fc%25d@example.com"),
        ("jörg@bücher.example", "", "mailto:j%C3%B6rg@b%C3%BCcher.example"),
        ("maria@example.com", "two\r\nBcc: lines", "mailto:maria@example.com?subject=two%20Bcc%3A%20lines"),
        ("no address", "x", ""),
        ("a\x00b@example.com", "", ""),
        ("a" * 300 + "@example.com", "", ""),
    ],
)
def test_mail_links_are_percent_encoded(address: str, subject: str, link: str) -> None:
    assert mail_link(address, subject) == link
    digest = replace(samples.digest(), people=(replace(samples.people()[0], mailto=link),))
    assert Outline(html(digest)).links() == ([link] if link else [])
