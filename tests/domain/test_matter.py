"""Promises are written as things and as things to do: either is said so that it reads right."""

import pytest

from kith.domain.matter import about_what, is_thing


@pytest.mark.parametrize(
    ("matter", "said"),
    [
        ("", ""),
        ("the flat", " about the flat"),
        ("about the flat", " about the flat"),
        ("About his daughter", " about his daughter"),
        ("whether she moved", " about whether she moved"),
        ("about", ": about"),
        ("send the book", ": send the book"),
        ("ask about the flat", ": ask about the flat"),
        ("job in Leeds", ": job in Leeds"),
        ("The", ": The"),
    ],
)
def test_a_matter_goes_on_after_a_sentence(matter: str, said: str) -> None:
    assert about_what(matter) == said
    assert is_thing(matter) is said.startswith(" about")
