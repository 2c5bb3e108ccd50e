"""What holds for every reply, whatever the owner wrote."""

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from kith.domain.dates import Look, parse_date
from kith.domain.instruction import Instruction
from kith.domain.reply import MOST, Verb, parse, parse_self_note
from kith.domain.reply_words import is_bare_name, is_closing, is_greeting, is_signature

TODAY = date(2026, 11, 22)
parse_date("bis Freitag", TODAY, Look.AHEAD)  # what reads other languages loads once, which takes a while

VOCABULARY = """
1 2, 3. #4 12:30 @bob Maria: Maria Dr. jane@example.com <jane@example.com> add thank share introduce ask ? undo more
help yes forget snooze until every follow up birthday circle tag merge pause resume done not is a touch lunch called
met wrote tomorrow yesterday Monday May 12 3 weeks months in on about with to for and then #alumni . ; , - Hi Thanks
Best Alex https://example.com/essay she moved Über ß İ with her Bob: bob 1-3 Friday 27 November please cancelled planned
she called me yesterday a@b.example<mailto:a@b.example> ✅ 🙏 -
"""
WORDS = st.sampled_from([*VOCABULARY.split(), "", "\t", "\u200d", "\x00", "\x1f", "\u2028"])
LINES = st.lists(WORDS, max_size=9).map(" ".join)
REPLIES = st.one_of(st.lists(LINES, max_size=9).map("\n".join), st.text(max_size=200))


def _read(text: str) -> list[Instruction]:
    """As a service reads it that knows some people, and the owner's name."""
    return parse(text, TODAY, {"Maria", "bob", "Bob", "Jane"}.__contains__, owner="Alex Moreau", circles=["Über ß"])


def _is_passed_over(lines: list[str], at: int) -> bool:
    """Whether a line is politeness, or the owner's name or that under a closing on the last line."""
    if is_greeting(lines[at]) or (at == len(lines) - 1 and is_signature(lines[at], "Alex Moreau")):
        return True
    return at == len(lines) - 1 and at > 0 and is_closing(lines[at - 1]) and is_bare_name(lines[at])


@given(REPLIES)
@example("Hi\nThanks\nMaria")
@example("1 lunch\nBob 1 lunch\n2 bob: called, Maria: snooze 3 weeks\ncalled bob on Friday\nAlex")
@example("1 lunch\x0btoday\x85 2 done")
def test_no_line_is_lost(text: str) -> None:
    found = _read(text)
    lines = [line for line in text.splitlines() if line.strip()]
    for at, line in enumerate(lines):
        assert _is_passed_over(lines, at) or any(line.strip() in one.line for one in found)


@given(REPLIES)
def test_instructions_are_numbered_in_order_and_say_why_they_are_not_understood(text: str) -> None:
    found = _read(text)
    assert len(found) <= MOST
    assert [one.position for one in found] == list(range(len(found)))
    assert all(bool(one.problem) is (one.verb is Verb.UNKNOWN) for one in found)
    assert all(one.line.strip() for one in found)


@given(REPLIES)
def test_touches_lie_back_and_promises_ahead(text: str) -> None:
    for one in _read(text):
        if one.verb is Verb.TOUCH:
            assert one.on is not None
            assert one.on <= TODAY
            assert one.channel is not None
        if one.verb in {Verb.SNOOZE, Verb.FOLLOW_UP}:
            assert one.on is not None
            assert one.on > TODAY


@given(REPLIES)
def test_what_each_verb_needs_is_there(text: str) -> None:
    for one in _read(text):
        assert one.verb is not Verb.NOTE or (one.text and len(one.who) == 1)
        assert one.verb is not Verb.EVERY or one.every
        assert one.verb is not Verb.BIRTHDAY or one.birthday
        assert one.verb is not Verb.TAG or one.tags
        assert one.verb is not Verb.CIRCLE or one.circle
        assert one.verb is not Verb.ADD or "@" in one.address
        assert one.verb not in {Verb.INTRODUCE, Verb.MERGE} or len(one.who) == 2


@given(st.text(alphabet=st.characters(categories=("L", "Zs")), max_size=60))
def test_what_is_said_of_a_person_in_plain_words_is_noted_whole(words: str) -> None:
    (found,) = parse(f"1: so {words}", TODAY)
    assert (found.verb, found.text) == (Verb.NOTE, " ".join(f"so {words}".split()))


@given(st.text(max_size=80), REPLIES)
def test_a_note_to_oneself_loses_nothing_of_its_body(subject: str, text: str) -> None:
    found = parse_self_note(f"kith: {subject}", text, TODAY)
    lines = [line for line in text.splitlines() if line.strip()]
    for at, line in enumerate(lines[:-1]):
        assert is_greeting(line) or any(line.strip() in one.line for one in found), at
