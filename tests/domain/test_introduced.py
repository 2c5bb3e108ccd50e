"""Whom a mail introduces is named only where its subject names the owner and one other person."""

import time

import pytest

from kith.domain.introduced import introduced


def whom(subject: str) -> str:
    return introduced(subject, "Alex Moreau", "Bob Stone")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Intro: Alex <> Omar", "Omar"),
        ("Omar <> Alex", "Omar"),
        ("Alex<>Omar", "Omar"),
        ("Introduction: Alex / Tom", "Tom"),
        ("Fwd: Intro - Alex M. & Omar Haddad", "Omar Haddad"),
        ("E-intro: Alex Moreau meet Omar", "Omar"),
        ("Alex, meet Omar-Said O'Neil", "Omar-Said O'Neil"),
        ("Introducing Omar to Alex", "Omar"),
        ("Intro Alex / Omar (boats)", "Omar"),
        ("Omar <> Alex: a coffee next week?", "Omar"),
    ],
)
def test_who_stands_beside_the_owner_in_a_subject_is_introduced(subject: str, name: str) -> None:
    assert whom(subject) == name


@pytest.mark.parametrize(
    "subject",
    [
        "", "Introduction", "Introducing Omar", "Intro to Omar", "Intro: Alex", "Omar <> Lina", "Alex <> Omar <> Lina",
        "Intro: Alex <> Bob", "Alex and the new boat", "Intro: Alexandra <> Omar", "Introduction to boats", "<>",
        "Alex <>",
    ],
)  # fmt: skip
def test_nobody_is_named_where_it_is_not_certain(subject: str) -> None:
    assert whom(subject) == ""


@pytest.mark.parametrize("subject", ["intro: " * 100_000, "Alex <> " * 100_000, "<" * 500_000, " - " * 200_000])
def test_no_subject_takes_more_than_a_moment(subject: str) -> None:
    began = time.perf_counter()
    assert whom(subject) == ""
    assert time.perf_counter() - began < 1
