"""The line that a digest offers for adding a stranger, who chose the name in it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.instruction import Instruction, Verb
from kith.domain.reply import parse
from kith.domain.reply_offer import add_line

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Jane Doe", "add Jane Doe <jane@example.com>"),
        ("J. R. O'Brien-Łukasz, PhD", "add J. R. O'Brien-Łukasz PhD <jane@example.com>"),
        ("王小明", "add 王小明 <jane@example.com>"),
        ("Bob Stone every 1 day circle friends", 'add "Bob Stone every 1 day circle friends" <jane@example.com>'),
        ("Dr every day", 'add "Dr every day" <jane@example.com>'),
        ("Jane circle mentors", 'add "Jane circle mentors" <jane@example.com>'),
        ("Jane #vip", "add Jane vip <jane@example.com>"),
        ("Security: open https://evil.example/login now", "add Security open now <jane@example.com>"),
        ("Jane 'Jay'", "add \"Jane 'Jay'\" <jane@example.com>"),
        ("2 snooze 3 weeks " * 9, "add Jane <jane@example.com>"),
        ("", "add <jane@example.com>"),
    ],
)
def test_a_strangers_name_is_quoted_where_it_would_say_more(name: str, line: str) -> None:
    assert add_line(name, "jane@example.com") == line


@pytest.mark.parametrize("address", ["", "jane", "'jane@example.com", "jane@example.com.", "a b@x.example", "<j@x>"])
def test_nobody_is_offered_whose_address_a_line_would_change(address: str) -> None:
    assert add_line("Jane Doe", address) == ""


WORDS = [
    *("every", "1", "day", "2", "weeks", "circle", "friends", "mentors", "#vip", "about", "and", "with", "to", "for"),
    *("the", "Bob", "Stone", "Maria,", "Jane:", "add", "undo", "forget", "yes", "snooze", "merge", "birthday", "12"),
    *(
        "May",
        "?",
        "@bob",
        "<b@x.example>",
        "b@x.example",
        '"q',
        '"',
        "'",
        "“",
        "”",
        "«",
        "mailto:",
        "https://x.example/y",
    ),
    *("www.x.y", "-", "*", "(2)", "never", "mind", "leave", "them", "\u200b", "\u202e", "\u2028", "é", "王", "."),
]
NAMES = st.one_of(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), st.text(max_size=80))
ADDRESSES = st.one_of(
    st.sampled_from(["bo@evil.example", "every.1.day@evil.example", "circle_friends@evil.example", "undo@x.example"]),
    st.from_regex(r"[a-z0-9._'+-]{1,20}@[a-z0-9.-]{1,20}", fullmatch=True),
)


@given(NAMES, ADDRESSES)
def test_an_offered_line_sent_back_adds_that_address_under_a_name_and_nothing_else(name: str, address: str) -> None:
    line = add_line(name, address)
    assert "\n" not in line
    if line:
        [one] = parse(line, TODAY, {"Bob Stone", "Bob", "Maria"}.__contains__, owner="Alex Moreau", circles=["friends"])
        assert one == Instruction(0, line, Verb.ADD, who=one.who, address=address)
        assert line in (f"add {one.who[0]} <{address}>", f'add "{one.who[0]}" <{address}>', f"add <{address}>")


@given(NAMES, st.integers(20, 80))
def test_an_offered_line_that_is_wrapped_before_the_address_adds_nothing_else(name: str, width: int) -> None:
    line = add_line(name, "bo@evil.example")
    head, gap, tail = line.rpartition(" ")
    wrapped = f"{head}\n{tail}" if gap and len(line) > width else line
    [one] = parse(wrapped, TODAY, {"Bob Stone", "Bob", "Maria"}.__contains__, owner="Alex Moreau")
    assert (one.verb, one.address) == (Verb.ADD, "bo@evil.example")
    assert (one.every, one.circle, one.tags, one.about) == (None, "", (), "")


@pytest.mark.parametrize(
    ("line", "name", "every"),
    [
        ('add "Jane Doe" <j@x.example> every 6 weeks', "Jane Doe", "6 weeks"),
        ("add “Jane every 2 weeks” <j@x.example>", "Jane every 2 weeks", "None"),
        ('add "Jane Doe" every 6 weeks <j@x.example>', "Jane Doe", "6 weeks"),
        ('add "Mia" Silva <j@x.example>', 'Mia" Silva', "None"),
    ],
)
def test_quotes_around_a_whole_name_are_no_part_of_it(line: str, name: str, every: str) -> None:
    [one] = parse(line, TODAY)
    assert (one.who, str(one.every), one.address) == ((name,), every, "j@x.example")
