"""What a quote that lost its marks looks like, and how little is taken from the owner's words for its sake."""

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.ownwords import RUN, Words, between, marks, without

KEY = b"a key that nobody knows"
LETTER = """\
[kith: answer above this line]

Good morning Alex. Three people would be glad to hear from you.

1   Maria Silva

    You have not been in touch for 29 weeks, and wanted to be every 2 months.
    Maria wrote to you on 3 May: “Shall we meet in Lisbon when the jacarandas are
    in bloom? Call me when you know.”

2   Bob Stone

    Bob: it has been 21 weeks since you wrote to him about the boat.

Not in Kith yet
    add Tom Reed <tom.reed@example.net> every 2 months

Not filed yet
  * I met the brother of Maria and he told me about
    Lisbon and the boat in the harbour

How to answer
Write above the quote, one line for each person, in any order you like to.

    1 lunch today, she is moving to Lisbon in May
    2 snooze 3 weeks
"""
MARKED = marks([LETTER], KEY)
QUOTE = LETTER[LETTER.index("Good") : LETTER.index("Not in")]


def test_a_letters_marks_name_nobody() -> None:
    assert len(MARKED) % 6 == 0
    assert b"aria" not in MARKED
    assert marks([LETTER], b"another") != MARKED
    assert marks([" ...\n\n--"], KEY) == b""


@pytest.mark.parametrize("width", [20, 33, 60, 72, 200])
@pytest.mark.parametrize("mark", ["", "> ", "| ", ">> "])
def test_a_quote_is_known_however_it_is_wrapped(width: int, mark: str) -> None:
    said = "\n\n".join(textwrap.fill(p, width) for p in QUOTE.split("\n\n"))
    quoted = "\n".join(mark + line for line in said.splitlines())
    assert without(f"1 lunch today\n2 called him\n\n{quoted}", MARKED, KEY).text.strip() == (
        "1 lunch today\n2 called him"
    )


OWN = [
    "1 lunch",
    "1 lunch today",
    "1 Maria Silva",
    "1 lunch today, she is moving to Lisbon in May",
    "2 snooze 3 weeks",
    "add Tom Reed <tom.reed@example.net> every 2 months",
    "I met the brother of Maria and he told me about\nLisbon and the boat in the harbour",
    "Maria: I met the brother of Maria and he told me about\nLisbon and the boat in the harbour",
    "Bob: it has been 21 weeks since you wrote to him about the boat.",
    "Maria: she asks if we meet in Lisbon when the jacarandas are\nin bloom",
    "Shall we meet in Lisbon when the jacarandas are in bloom? Yes!",
    "1 you have not been in touch for 29 weeks, and wanted to be every 2 months",
    "Call me when you know.",
    "1 lunch today, she is moving to Lisbon in May\n2 snooze 3 weeks",
]


@pytest.mark.parametrize("said", OWN)
def test_the_owners_lines_stay(said: str) -> None:
    assert without(said, MARKED, KEY) == Words(said)


def test_words_between_the_quotes_lines_stay() -> None:
    lines = [line.strip() for line in QUOTE.splitlines() if line.strip()]
    lines[2:2] = ["lunch on Sunday"]
    kept = without("\n".join(lines), MARKED, KEY).text.splitlines()
    assert "lunch on Sunday" in kept
    assert not any("jacarandas" in line for line in kept)


def test_a_line_that_begins_like_an_order_alone_is_told() -> None:
    marked = marks(["And then there was Maria: called twice and never came to lunch again"], KEY)
    said = "Maria: called twice and never came to lunch again"
    assert without(said, marked, KEY) == Words("", (said,))
    assert without(f"And then there was\n{said}", marked, KEY) == Words("", ())


@pytest.mark.parametrize("width", [20, 33, 60, 72, 200])
def test_nothing_of_a_quote_is_taken_for_the_owners(width: int) -> None:
    said = "\n\n".join(textwrap.fill(p, width, break_long_words=False) for p in LETTER.split("\n\n"))
    assert between(said, MARKED, KEY) == []


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("2   Bob Stone", "2 snooze 3 weeks, he is in Peru"),
        ("2   Bob Stone", "2 snooze 3 weeks"),
        ("    Bob: it has been", "called him yesterday\n\nand he is well"),
        ("Not in Kith yet", "Tom is a friend"),
        ("How to answer", "1 lunch today"),
        ("1   Maria Silva", "Maria: Shall we meet in Porto when the jacarandas are in bloom?"),
    ],
)
def test_the_owners_lines_in_a_quote_are_found(above: str, said: str) -> None:
    assert between(LETTER.replace(above, f"{said}\n{above}"), MARKED, KEY) == [said.replace("\n\n", "\n")]


def test_several_answers_in_a_quote_are_found_each_in_its_place() -> None:
    said = LETTER.replace("2   Bob Stone", "lunch on Sunday\n2   Bob Stone\nsnooze 3 weeks")
    assert between(said, MARKED, KEY) == ["lunch on Sunday", "snooze 3 weeks"]
    added = LETTER.replace("about the boat.", "about the boat. Called!")
    assert between(added, MARKED, KEY) == ["Bob: it has been 21 weeks since you wrote to him about the boat. Called!"]


def test_where_the_letter_is_not_known_nothing_can_be_told_from_it() -> None:
    assert between(LETTER, b"", KEY) == []


@given(st.lists(st.text("ab \n", max_size=30)), st.text("ab \n", max_size=60))
def test_nothing_goes_that_does_not_stand_in_the_letter(letter: list[str], said: str) -> None:
    kept, doubtful = without(said, marks(letter, KEY), KEY)
    gone = [line for line in said.splitlines() if line not in kept.splitlines()]
    there = {word for text in letter for word in text.split()}
    assert all(set(line.split()) <= there for line in gone)
    assert set(doubtful) <= {line.strip() for line in said.splitlines()}
    if sum(len(text.split()) for text in letter) < RUN:
        assert kept == "\n".join(said.splitlines())


@pytest.mark.parametrize("piece", ["a ", "a\n", QUOTE, "\n", "Maria: called. "])
def test_it_takes_linear_time(piece: str) -> None:
    begun = time.perf_counter()
    without(piece * (500_000 // len(piece)), MARKED, KEY)
    between(piece * (500_000 // len(piece)), MARKED, KEY)
    assert time.perf_counter() - begun < 10
