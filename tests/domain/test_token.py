"""A letter's Message-ID is the token of the answer: made only with the key, known whatever a server does to it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.token import LIFE, Tokens, is_fresh

NONCE = "abcdefghijklmn27"
MINE = Tokens(b"a key of thirty-two bytes, secret", 1)
TOKEN = MINE.message_id(NONCE, "example.com")

nonces = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16)


def test_a_token_is_a_message_id() -> None:
    assert TOKEN.startswith(f"<kith.{NONCE}.")
    assert TOKEN.endswith("@example.com>")
    assert TOKEN.isascii()
    assert MINE.message_id(NONCE, "example.com") == TOKEN


@pytest.mark.parametrize(
    "shown", [TOKEN, f" {TOKEN}\r\n", TOKEN.upper(), TOKEN.replace("example.com", "relay.example")]
)
def test_it_is_known_again_however_it_comes_back(shown: str) -> None:
    assert MINE.is_ours(shown)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "<>",
        "<kith.@example.com>",
        "<1234@example.com>",
        TOKEN[1:-1],
        TOKEN.replace("@", ""),
        TOKEN + TOKEN,
        f"x {TOKEN}",
        TOKEN.replace("<kith.", "<draft."),
        TOKEN.replace(NONCE, NONCE[::-1]),
        TOKEN.replace("k", "\u212a", 1),  # the Kelvin sign, which folds to k
        TOKEN.replace("example.com", "exam ple.com"),
        TOKEN.replace("example.com", "a>,<b"),
    ],
)
def test_another_message_id_is_not_ours(other: str) -> None:
    assert not MINE.is_ours(other)


@given(nonces, st.integers(1, 2**31), st.binary(min_size=1, max_size=64))
def test_only_the_same_key_and_owner_know_it(nonce: str, owner: int, key: bytes) -> None:
    theirs = Tokens(key, owner)
    token = theirs.message_id(nonce, "example.com")
    assert theirs.is_ours(token)
    assert not Tokens(key + b"x", owner).is_ours(token)
    assert not Tokens(key, owner + 1).is_ours(token)


@given(nonces, st.integers(0, 31), st.sampled_from("0123456789abcdef"))
def test_a_changed_seal_is_refused(nonce: str, place: int, digit: str) -> None:
    token = MINE.message_id(nonce, "example.com")
    start = len("<kith.") + 16 + 1 + place
    changed = token[:start] + digit + token[start + 1 :]
    assert MINE.is_ours(changed) is (changed == token)


@given(st.text())
def test_no_text_crashes_it(text: str) -> None:
    assert not MINE.is_ours(text)
    assert not MINE.is_ours(f"<kith.{text}@example.com>")


@given(nonces)
def test_a_drafts_message_id_which_its_receiver_sees_makes_no_letters(nonce: str) -> None:
    letter, draft = MINE.message_id(nonce, "example.com"), MINE.draft_id(nonce, "example.com")
    assert MINE.is_draft(draft)
    assert not MINE.is_ours(draft)
    assert not MINE.is_ours(draft.replace("<draft.", "<kith."))
    assert not MINE.is_draft(letter)
    assert not MINE.is_draft(letter.replace("<kith.", "<draft."))


def test_the_key_is_not_in_what_is_shown_of_the_message_id() -> None:
    assert "secret" not in TOKEN


def test_a_letter_may_be_answered_for_ninety_days() -> None:
    written = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert timedelta(days=90) == LIFE
    assert is_fresh(written, written)
    assert is_fresh(written, written + LIFE)
    assert not is_fresh(written, written + LIFE + timedelta(seconds=1))
