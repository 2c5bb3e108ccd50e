"""Verdicts in words."""

import pytest

from kith.domain.explaining import RULED_OUT, in_a_sentence, in_words, not_counted, not_touched
from kith.domain.touch import Reason


def test_every_reason_has_words() -> None:
    said = {in_words(reason) for reason in (*Reason, RULED_OUT)}
    assert len(said) == len(Reason) + 1
    assert all("-" not in words for words in said)


@pytest.mark.parametrize(
    ("reason", "mark", "words"),
    [
        ("bulk", "List-Id", "bulk (List-Id)"),
        ("automatic", "Auto-Submitted", "automatic (Auto-Submitted)"),
        ("bulk", "", "bulk"),
        ("bystander", "", "copied"),
        ("bystander", "Reply-To", "answers asked for"),
        ("bystander", "Authentication-Results", "not from you"),
        ("reaction", "Reply-To", "emoji reaction"),
        ("ruled-out", "List-Id", "no touch by your own word"),
    ],
)
def test_a_mark_is_told_where_it_was_the_reason(reason: str, mark: str, words: str) -> None:
    assert in_words(reason, mark) == words


def test_what_did_not_count_is_told_by_number() -> None:
    rows = [("bystander", ""), ("bulk", "List-Id"), ("bulk", "List-Id")]
    assert not_counted(rows) == "3 newer messages did not count: 2 bulk (List-Id), 1 copied"
    assert not_counted(rows[:1]) == "1 newer message did not count: 1 copied"
    several = [("calendar", ""), ("calendar", ""), ("reaction", ""), ("reaction", ""), ("automatic", ""), ("draft", "")]
    assert not_counted(several * 2, newer=False) == (
        "12 messages did not count: 4 emoji reactions, 4 invitations, 2 automatic, 2 drafts"
    )
    assert not_counted([]) == ""


@pytest.mark.parametrize("reason", list(Reason))
def test_of_one_message_alone_every_reason_is_told_in_a_sentence_with_its_name(reason: Reason) -> None:
    said = in_a_sentence(reason)
    assert said.endswith(f" ({reason})")
    assert len(said.split()) >= 4


def test_the_field_that_gave_a_list_away_is_named_beside_it() -> None:
    assert in_a_sentence("bulk", "List-Id") == "it went to a list or to many at once (bulk: List-Id)"
    assert in_a_sentence(RULED_OUT) == "no touch by your own word"


def test_of_mail_from_an_address_the_owner_has_not_listed_it_is_told_where_to_list_it() -> None:
    told = in_a_sentence("not-addressed")
    assert "From" in told
    assert "owner.addresses" in told


@pytest.mark.parametrize("reason", ["bystander", "not-addressed"])
def test_of_mail_in_the_owners_name_is_told_what_the_provider_says(reason: str) -> None:
    told = in_a_sentence(reason, "Authentication-Results")
    assert told == f"your provider says that it is not from you ({reason}: Authentication-Results)"


def test_of_mail_that_asks_for_answers_to_a_friend_is_told_that_another_wrote_it() -> None:
    told = in_a_sentence("bystander", "Reply-To")
    assert told == "somebody else wrote it, and asks for answers to them (bystander: Reply-To)"


@pytest.mark.parametrize(
    ("reason", "mark", "direction", "said"),
    [
        ("bystander", "", "outbound", "not of Bob: only copied on it (bystander)"),
        ("bystander", "", "inbound", "not of Bob: not who wrote it (bystander)"),
        ("bulk", "List-Id", "inbound", "not of Bob: it went to a list or to many at once (bulk: List-Id)"),
        (RULED_OUT, "", "inbound", "not of Bob: no touch by your own word"),
    ],
)
def test_who_only_takes_part_is_told_apart(reason: str, mark: str, direction: str, said: str) -> None:
    assert not_touched("Bob", reason, mark, direction) == said


def test_of_an_invitation_is_told_what_became_of_the_meeting() -> None:
    assert in_a_sentence("calendar", meeting="you declined the meeting") == "you declined the meeting (calendar)"
    assert in_a_sentence("bulk", meeting="you declined the meeting").startswith("it went to a list")
