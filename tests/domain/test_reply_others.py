"""Lines of a reply that turn to somebody else: a name alone, a day before a name, thanks, and bullets of all kinds."""

from datetime import date

import pytest

from kith.domain.instruction import Instruction, Verb
from kith.domain.names import bare
from kith.domain.reply import parse

TODAY = date(2026, 11, 22)  # a Sunday
NAMES = ("Maria Silva", "Bob Miller", "Tom Hill", "Anna Schmidt", "Anna Kowalska", "May Chen", "Alex Moreau")


def is_known(name: str) -> bool:
    """Words of the name of one person and of no other, the last of them an initial perhaps."""
    words = bare(name.casefold()).split()
    found = [known.casefold().split() for known in NAMES]
    fits = [all(word in known or word == known[-1][0] for word in words) for known in found]
    return sum(fits) == 1


def _in_short(one: Instruction) -> str:
    what = "" if one.verb is Verb.UNKNOWN else one.text
    when = f"{one.on:%d %b}" if one.on else ""
    return " | ".join(part for part in (str(one.verb), ", ".join(one.who), what, when) if part)


def said(text: str) -> list[str]:
    return [_in_short(one) for one in parse(text, TODAY, is_known, owner="Alex Moreau")]


CALLED = "touch | 1 | 22 Nov"

HEADINGS = [
    ("1 called\n\nBob Miller\n- lunch on Friday\n- snooze 3 weeks", [
        CALLED, "touch | Bob Miller | 20 Nov", "snooze | Bob Miller | 13 Dec"
    ]),
    ("1 called\n\nBob Miller\npause", [CALLED, "pause | Bob Miller"]),
    ("1 called\nBob\npause", [CALLED, "pause | Bob"]),
    ("1 called\nMay Chen\n• lunch", [CALLED, "touch | May Chen | 22 Nov"]),
    ("1 called\n\nBob Miller -\nhe is moving", [CALLED, "note | Bob Miller | he is moving"]),
    ("1 called\n\nBob,\nhe is moving", [CALLED, "note | Bob | he is moving"]),
    ("1 called\n\nAnna K.\nshe is moving", [CALLED, "note | Anna K | she is moving"]),
    ("Bob Miller\nlunch", ["touch | Bob Miller | 22 Nov"]),
    ("1 called\n\nBob Miller", [CALLED, "unknown | Bob Miller"]),
]  # fmt: skip

NO_HEADINGS = [
    "1 called\nBob\nwho is her brother", "1 lunch with\nBob Miller\n- called", "1 she asked about\n\nBob Miller",
    "1 her kids:\nTom\n- lunch", "1 called\n\nTom", "1 called\n\nAnna\npause",
    "1 called\n\nBob Miller senior\npause", "1 her friend is called\nTom\n- lunch", "1 called\n\nMay\npause",
]  # fmt: skip
"""What belongs to the first person all the same: prose, a signature, a name of several people, a month."""

OF_OTHERS = [
    "Yesterday I had lunch with Tom.", "On Friday we met Bob for drinks", "on 3 May I saw Tom", "Today Tom called",
    "On Friday Bob and I met for drinks", "we met up at the bar with Tom on Friday", "Last night dinner with Bob",
    "I had a great dinner and wine with Tom",
]  # fmt: skip

OF_THE_SAME = [
    "On Friday we met her and Bob for drinks", "Yesterday we talked about Tom", "On Friday we had lunch",
    "Yesterday we had dinner, Tom cooked", "we met at Tom's",
]  # fmt: skip

BULLETS = [*"-•·▪§➢→✔✅👉", "✔️", "👉🏽", "o", "Ø", "\u200e", "\u200f", "\u202b", "\u2067", "\u2067 ✅", "\uf0a7"]

COLONS = [
    "Bob—lunch yesterday", "Bob–lunch yesterday", "Bob Miller —lunch yesterday", "Bob：lunch yesterday",
    "Bob： lunch yesterday", "@bob：lunch yesterday", "\u2067Bob\u2069: lunch yesterday", "Bob. Lunch yesterday",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), HEADINGS)
def test_a_known_name_alone_on_its_line_heads_what_is_below(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize("text", NO_HEADINGS)
def test_a_name_alone_that_may_be_told_or_signed_goes_on_with_the_line_before(text: str) -> None:
    assert {one.who for one in parse(text, TODAY, is_known, owner="Alex Moreau")} == {("1",)}


@pytest.mark.parametrize("line", OF_OTHERS)
def test_a_touch_with_somebody_else_is_asked_back_and_is_nobodys(line: str) -> None:
    assert said(f"1 called\n{line}")[:2] == [CALLED, "unknown"]
    assert {one.who for one in parse(f"1 called\n{line}", TODAY, is_known) if one.on} == {("1",)}
    assert said(f"ask 2 for coffee\n{line}")[0] == "ask | 2 | coffee"


@pytest.mark.parametrize("line", OF_THE_SAME)
def test_a_touch_that_others_are_only_named_in_stays_with_its_person(line: str) -> None:
    assert {one.who for one in parse(f"1 called\n{line}", TODAY, is_known)} == {("1",)}


def test_the_owners_name_heads_nothing() -> None:
    assert said("1 called\n\nAlex Moreau\npause") == [CALLED, "unknown"]


def test_a_touch_with_the_same_person_by_a_longer_name_stays_with_that_one() -> None:
    assert {one.who for one in parse("Tom: called\nOn Friday we met Tom Hill", TODAY, is_known)} == {("Tom",)}


def test_a_later_sentence_about_a_touch_with_somebody_else_is_asked_back() -> None:
    assert said("1 called today. Yesterday I had lunch with Tom.") == ["unknown"]


@pytest.mark.parametrize("bullet", BULLETS)
@pytest.mark.parametrize(
    ("line", "who"),
    [("Bob: lunch", "Bob"), ("Bob lunch", "Bob"), ("2 lunch", "2"), ("Bob Miller\n- lunch", "Bob Miller")],
)
def test_the_bullets_of_programs_are_no_part_of_a_line(bullet: str, line: str, who: str) -> None:
    assert said(f"1 called\n{bullet} {line}") == [CALLED, f"touch | {who} | 22 Nov"]


@pytest.mark.parametrize("line", ["o she moves", "o Maria is well", "Ø 3 weeks later"])
def test_a_letter_is_no_bullet_before_other_words(line: str) -> None:
    assert said(f"1 she said\n{line}") == [f"note | 1 | she said {line}"]


@pytest.mark.parametrize("line", COLONS)
def test_a_dash_a_full_stop_and_a_wide_colon_part_a_name_from_what_is_said(line: str) -> None:
    first, second = said(f"1 called\n{line}")
    assert first == CALLED
    assert second.casefold().removeprefix("touch | ").lstrip("@").removeprefix("bob") in {
        " | 21 nov", " miller | 21 nov"
    }  # fmt: skip


def test_a_dash_between_two_names_is_not_guessed_about() -> None:
    assert said("Maria–Bob: lunch") == ["unknown"]


def test_a_name_with_its_initial_begins_anew() -> None:
    assert said("Anna S: called\nAnna K. lunch") == ["touch | Anna S | 22 Nov", "touch | Anna K | 22 Nov"]


@pytest.mark.parametrize("thanks", ["thanks", "Thank you", "Many thanks,", "thank"])
def test_thanks_to_somebody_by_name_are_an_instruction_of_their_own(thanks: str) -> None:
    found = said(f"ask 2 for coffee\n{thanks} Tom for the book")
    assert found == ["ask | 2 | coffee", "thank | Tom | the book"]


def test_thanks_to_nobody_known_go_on_with_the_line_before() -> None:
    assert said("1 wrote\nthanks Zed for the book") == ["touch | 1 | thanks Zed for the book | 22 Nov"]
