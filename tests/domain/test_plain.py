"""Text of others as it may be shown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.plain import file_name, one_line, title


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Lunch at Zoë's", "Lunch at Zoë's"),
        ("Budget https://evil.example/pay [your words here] see you there", "Budget (your words here) see you there"),
        ("Call (HTTPS://meet.example/abc) at nine", "Call ( at nine"),
        ("Join: zoommtg://zoom.example/join?confno=1", "Join:"),
        ("www.evil.example", ""),
        ("pay at evil.example/pay now", "pay at now"),
        ("write to mailto:eve@evil.example", "write to"),
        ("1:1 Alex/Maria, re: Q1/Q2 and 1.2/3", "1:1 Alex/Maria, re: Q1/Q2 and 1.2/3"),
        ("Node.js and e.g. St.Martin", "Node.js and e.g. St.Martin"),
        ("two\r\nlines\x00 and \u202eback", "two lines and back"),
        ("x" * 300, "x" * 99 + "…"),
        ("", ""),
    ],
)
def test_a_title_of_others_holds_no_links_and_no_brackets_and_is_short(given: str, shown: str) -> None:
    assert title(given) == shown
    assert title(shown) == shown


@pytest.mark.parametrize("text", ["a." * 50_000, "a-" * 50_000, "a" * 100_000, "www." * 25_000, "a://" * 25_000])
def test_a_title_of_any_length_is_read_in_time(text: str) -> None:
    begun = time.process_time()
    assert len(title(text)) <= 100
    assert time.process_time() - begun < 2


def test_a_byte_of_a_file_name_that_is_no_utf8_is_shown_as_what_it_is() -> None:
    name = b"b\xfccher\x80 \xc3\xa9.mbox".decode("utf-8", "surrogateescape")
    assert file_name(name) == r"b\xfccher\x80 é.mbox"
    assert one_line(f"{name}\ud800\n") == r"b\xfccher\x80 é.mbox"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\u200b\u2060\u00ad\u3164\u115f\u200d\ufe0f", ""),
        ("\u200bKi\u00adth\u2060:\u3164re\u034fad", "Kith: read"),
        ("K\u200dith\ufe0f: 1\u200d lunch", "Kith: 1 lunch"),
        ("\u200d\u200d\ufe0f\u200d x", "x"),
        ("a\u2800b\uffa0c", "a b c"),
        ("\U000e0041\U000e0042Maria\ufff9", "Maria"),
        ("م\u200d\u200d\u200d\u200d", "م\u200d"),
    ],
)
def test_what_cannot_be_seen_is_not_there(given: str, shown: str) -> None:
    assert one_line(given) == shown


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian: I want
        "ක්\u200dෂ",  # Sinhala
        "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👍🏽 ☎\ufe0e 1\ufe0f\u20e3 ©\ufe0f",
        "葛\U000e0100城",  # a name whose writing is chosen
        "ᠠ\u180b ᠮ\u180eᠠ",  # Mongolian
        "자전거 e\u0301 חָ",
    ],
)
def test_what_scripts_and_emoji_need_stays(text: str) -> None:
    assert one_line(text) == text


@given(st.text(st.sampled_from("a1م👍 \n\u200b\u200c\u200d\u2060\u00ad\u3164\u115f\u180e\ufe0f\U000e0100\u034f")))
def test_no_line_is_shown_that_is_nothing_but_invisible(text: str) -> None:
    shown = one_line(text)
    assert one_line(shown) == shown
    assert not shown or any(char in "a1م👍" for char in shown)
    assert [char for char in shown if char in "a1م👍"] == [char for char in text if char in "a1م👍"]


@pytest.mark.parametrize(
    "text", ["\u200d" * 300_000, "م\u200d" * 150_000, "\u3164\u200b" * 150_000, "a\ufe0f" * 150_000]
)
def test_invisible_text_of_any_length_is_read_in_time(text: str) -> None:
    begun = time.process_time()
    one_line(text)
    assert time.process_time() - begun < 2
