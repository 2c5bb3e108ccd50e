"""A subject is its writer's own where a mail begins something new, in whatever language its program marks the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.message import Envelope
from kith.domain.subject import is_own

ANSWERS = [
    "Re",
    "RE",
    "re ",
    "Aw",
    "AW",
    "Antw",
    "SV",
    "Odp",
    "RIF",
    "R",
    "RES",
    "Ynt",
    "Vá",
    "ΑΠ",
    "Отв",
    "回复",
    "返信",
    "Réf",
]
FORWARDS = [
    "Fwd",
    "FW",
    "fw ",
    "WG",
    "TR",
    "RV",
    "VB",
    "VS",
    "VL",
    "I",
    "ENC",
    "PD",
    "Doorst",
    "İLT",
    "Πρθ",
    "转发",
    "転送",
]


@pytest.mark.parametrize("mark", [*ANSWERS, *FORWARDS])
@pytest.mark.parametrize("end", [":", " :", "：", "[2]:", " (3):"])
def test_what_stands_behind_a_mark_is_the_other_mails(mark: str, end: str) -> None:
    assert not is_own(Envelope(subject=f"{mark}{end} kith: Maria: lunch today"))


@pytest.mark.parametrize(
    "subject", ["kith: Maria: lunch today", "", "Maria", "Rebecca: lunch", "Rent: paid", "VIP: Bob", "re"]
)
def test_a_mail_that_begins_something_new_has_a_subject_of_its_own(subject: str) -> None:
    assert is_own(Envelope(subject=subject))


@pytest.mark.parametrize("subject", ["Re: hello", "kith: Maria: lunch today", "Zz: hello", "Fwd: Re: hello"])
@pytest.mark.parametrize("field", ["in_reply_to", "references"])
def test_a_mail_that_names_another_has_its_subject_from_there(subject: str, field: str) -> None:
    assert not is_own(Envelope(subject=subject, **{field: ("<hello@example.org>",)}))


@given(st.text())
def test_any_subject_can_be_asked_about(subject: str) -> None:
    assert is_own(Envelope(subject=subject)) in {True, False}
    assert not is_own(Envelope(subject=f"Re: {subject}"))
