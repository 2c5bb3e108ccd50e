"""A favour is what the owner's note plainly says, and nothing that it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.favours import LONGEST_NOTE, Favour, favour


@pytest.mark.parametrize(
    ("note", "what"),
    [
        ("helped me with the move", "your help with the move"),
        ("She helped us out with her brother's van yesterday", "your help with your brother's van"),
        ("He helped me find a flat. New job in May", "helping me find a flat"),
        ("gave me her old bike, which I love", "giving me your old bike"),
        ("Coffee. Lent me Middlemarch and a coat", "lending me Middlemarch"),
        ("brought us soup last Tuesday evening", "bringing me soup"),
        ("invited me to dinner on Friday", "inviting me to dinner"),
        ("recommended a dentist", "recommending a dentist"),
        ("remember to thank her for the plums", "the plums"),
        ("HELPED ME WITH TAXES", "your help with TAXES"),
        ("lunch, she’s kindly lent me her car", "lending me your car"),
        ("Maria has also recommended a plumber", "recommending a plumber"),
        ("she called and gave me a tip", "giving me a tip"),
        ("Lunch at Zoe: brought me flowers", "bringing me flowers"),
    ],
)
def test_what_somebody_did_is_said_as_thanks(note: str, what: str) -> None:
    assert favour(note, "Maria Silva") == Favour(what=what)


@pytest.mark.parametrize(
    ("note", "whom"),
    [
        ("introduced me to Tom Weber from Acme", "Tom Weber"),
        ("She put me in touch with Priya.", "Priya"),
        ("connected us with Jean-Luc Picard, of all people", "Jean-Luc Picard"),
    ],
)
def test_to_whom_the_owner_was_introduced(note: str, whom: str) -> None:
    assert favour(note, "Maria Silva") == Favour(whom=whom)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "moving to Lisbon in May",
        "I helped her with the move",
        "never gave me the book back",
        "She didn't help. She hasn’t lent me the coat",
        "will introduce me to Tom",
        "promised she would have introduced me to Tom",
        "Tom introduced me to Maria",
        "introduced me to her",
        "introduced me to the idea of resting",
        "should have invited me to dinner",
        "would not recommended x",
        "Tom gave me her number",
        "My brother helped me with the move",
        "Tom came and helped me with the move",
        "Her sister introduced me to Tom",
        "wants to know who helped me with the garden",
        "I recommended Dune",
        "recommended her to Acme",
        "recommended by Tom",
    ],
)
def test_what_did_not_happen_is_no_favour(note: str) -> None:
    assert favour(note, "Maria Silva") is None


def test_a_sentence_takes_back_only_itself() -> None:
    assert favour("Did not call. Helped me with the move", "Maria") == Favour(what="your help with the move")


@given(st.text(max_size=LONGEST_NOTE + 10), st.text(max_size=20))
def test_any_note_can_be_read(note: str, name: str) -> None:
    found = favour(note, name)
    assert found is None or bool(found.what) != bool(found.whom)


@given(
    st.sampled_from(["helped me with ", "introduced me to A ", "gave me a\n", "thank her for ", "x "]),
    st.integers(1, 400),
)
def test_what_is_said_many_times_is_short_all_the_same(words: str, times: int) -> None:
    found = favour(words * times, "Maria")
    assert found is None or len(found.what + found.whom) < 120
