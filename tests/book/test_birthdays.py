"""Birthdays as address books write them: read where they can mean one day, and told where they cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.book.birthdays import birthday, said
from support.contacts import birthdays


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("14-Jul-89", "1989-07-14"),
        ("14JUL1989", "1989-07-14"),
        ("Jul-14-1989", "1989-07-14"),
        ("July 14, 1989", "1989-07-14"),
        ("14 juillet 1989", "1989-07-14"),
        ("14. Juli 1989", "1989-07-14"),
        ("3.März 1980", "1980-03-03"),
        ("1º de mayo de 1990", "1990-05-01"),
        ("1er janvier", "--01-01"),
        ("29 février", "--02-29"),
        ("Mai 12", "--05-12"),
        ("0000-07-14", "--07-14"),
        ("--07-14", "--07-14"),
        ("--0714", "--07-14"),
        ("1604-07-14", "--07-14"),
        ("7/14", "--07-14"),
        ("14.7.", "--07-14"),
        ("7/14/1989", "1989-07-14"),
        ("13-7-1981", "1981-07-13"),
        ("5/5/1981", "1981-05-05"),
        ("6.5.1981", "1981-05-06"),
        ("31.12.80", "1980-12-31"),
        ("1989/7/14", "1989-07-14"),
        ("1989年7月14日", "1989-07-14"),
        ("19890714T101500Z", "1989-07-14"),
        ("31/12/1980 00:00", "1980-12-31"),
    ],
)
def test_the_common_forms_are_read(text: str, says: str) -> None:
    assert str(birthday(text)) == says


@pytest.mark.parametrize(
    "text",
    [
        "19850230", "1981-02-29", "31/12/15", "14-Jul-15", "13/13/1980", "July 1989", "1985", "12 May 1899",
        "7/14 or so", "6/5/1981", "06-05-1981", "6/5", "6/5/81", "6/5/1981 00:00",
    ],
)  # fmt: skip
def test_what_is_no_day_or_could_be_two_is_left_to_the_owner(text: str) -> None:
    assert birthday(text) is None
    assert said(text) == text


@pytest.mark.parametrize("text", ["", "  ", "0/0/00", "0000-00-00", "00.00.0000"])
def test_what_programs_write_for_nothing_says_nothing(text: str) -> None:
    assert birthday(text) is None
    assert said(text) == ""


def test_it_may_be_known_which_number_comes_first() -> None:
    assert str(birthday("6/5/1981", month_first=False)) == "1981-05-06"
    assert str(birthday("6-5-1981", month_first=True)) == "1981-06-05"
    assert str(birthday("6/5/1981", month_first=True)) == "1981-06-05"
    assert str(birthday("31/5/1981", month_first=True)) == "1981-05-31"
    assert str(birthday("6.5.1981", month_first=True)) == "1981-05-06"


@given(birthdays)
def test_what_kith_writes_is_read_back(born: object) -> None:
    assert birthday(str(born)) == born


@given(st.text("0123456789-/. ,:tzTZ年月日julMaiaoût", max_size=40) | st.text(max_size=80))
def test_any_text_is_a_birthday_or_none(text: str) -> None:
    assert birthday(text) is None or said(text)
