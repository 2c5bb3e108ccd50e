"""Drafts: short, about something, and unfinished on purpose."""

from dataclasses import replace
from datetime import date

import pytest

from kith.domain.occasion import OWN_LINE, Kind
from kith.letters import Letters, samples

LETTERS = Letters()


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("sample", [samples.occasion, samples.bare_occasion])
def test_a_draft_is_short_and_leaves_one_place_for_the_owner(kind: Kind, sample: object) -> None:
    assert callable(sample)
    draft = LETTERS.draft(sample(kind))
    assert draft.html is None
    assert draft.subject
    assert draft.text.count(OWN_LINE) == 1
    assert len(draft.text.split()) < 80
    assert "@" not in draft.text
    assert "  " not in draft.text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.MEETING, "on 12 November (“Planning 2027”)"),
        (Kind.INTRODUCTION, "in touch with Bob Andersen"),
        (Kind.THANKS, "Thank you for the intro to Tom."),
        (Kind.BIRTHDAY, "Happy birthday!"),
        (Kind.FOLLOW_UP, "about the flat. On 30 August you wrote: “the flat is ours"),
        (Kind.SHARE, "\n\nhttps://example.com/essay\n\n"),
        (Kind.ASK, "Would you have time for coffee? Half an hour"),
        (Kind.INTRODUCE, "Hello Maria and Bob,"),
        (Kind.SILENCE, "you last wrote on 30 August, about “Lisbon”"),
        (Kind.JUST_BECAUSE, "the bakery downstairs has your almond cakes again."),
    ],
)
def test_a_draft_says_what_it_is_about(kind: Kind, said: str) -> None:
    draft = LETTERS.draft(samples.occasion(kind))
    assert said in draft.text
    assert draft.text.startswith("Hello Maria")
    assert draft.text.endswith("\n\nAlex\n")


def test_a_follow_up_says_once_what_it_is_about() -> None:
    occasion = replace(samples.occasion(Kind.FOLLOW_UP), what="about the flat")
    assert "I wanted to come back to you about the flat." in LETTERS.draft(occasion).text


@pytest.mark.parametrize("what", ["send the book", "ask about the flat", "job in Leeds."])
def test_what_the_owner_has_to_do_stands_where_only_the_owner_reads_it(what: str) -> None:
    draft = LETTERS.draft(replace(samples.occasion(Kind.FOLLOW_UP), what=what))
    assert draft.subject == "Coming back to you"
    assert "\n\nI wanted to come back to you. On 30 August you wrote:" in draft.text
    assert f"{OWN_LINE}: “{what.rstrip('.')}”, as you promised yourself; what has happened" in draft.text


def test_a_draft_in_a_thread_keeps_its_subject_with_one_re() -> None:
    occasion = replace(samples.occasion(Kind.MEETING), thread_subject="RE: AW: Fwd: Planning")
    assert LETTERS.draft(occasion).subject == "Re: Planning"


def test_days_of_another_year_say_so() -> None:
    occasion = replace(samples.occasion(Kind.MEETING), on=date(2024, 2, 29))
    assert "29 February 2024" in LETTERS.draft(occasion).text
    assert "29 February 2024" in LETTERS.draft(replace(occasion, today=None)).text
