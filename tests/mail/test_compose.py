"""Letters and drafts as bytes: threads hold, nothing is injected, and every line can travel."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.address import Address
from kith.mail.compose import draft, letter
from kith.mail.headers import field_values
from kith.mail.mime import read

ALEX = Address("Alex Moreau", "alex@example.com")
AT = datetime(2026, 1, 5, 7, 30, tzinfo=timezone(timedelta(hours=1)))


def written(**changed: Any) -> bytes:
    fields: dict[str, Any] = {
        "sender": Address("Kith", "alex@example.com"),
        "to": ALEX,
        "subject": "Three people",
        "text": "Hello\n",
        "html": "<p>Hello</p>\n",
        "message_id": "<token@example.com>",
        "date": AT,
    }
    return letter(**{**fields, **changed})


def test_a_letter_says_who_when_and_that_a_program_wrote_it() -> None:
    raw = written(headers={"X-Kith-Period": "2026-01-05"})
    found = read(raw, None)
    assert found.envelope.to == (ALEX,)
    assert found.envelope.date == AT.astimezone(UTC)
    assert (found.envelope.subject, found.envelope.message_id) == ("Three people", "<token@example.com>")
    assert found.envelope.marks["auto-submitted"] == "auto-generated"
    assert field_values(raw, "X-Kith") == ["letter"]
    assert field_values(raw, "X-Kith-Period") == ["2026-01-05"]
    assert (found.text, found.html) == ("Hello\n", "<p>Hello</p>\n")


def test_the_same_words_give_the_same_bytes() -> None:
    assert written() == written()
    assert written() != written(text="Bye\n")


def test_a_draft_does_not_look_like_a_machines() -> None:
    people = [Address("Bob, Jr.", "bob@example.org"), Address("Zoë", "zoe@exämple.org")]
    raw = draft(
        sender=ALEX, to=people, subject="Re: Lunch", text="Thanks!\n", message_id="<d@x>", date=AT, in_reply_to="<m@x>"
    )
    found = read(raw, None)
    assert found.envelope.to == (people[0], Address("Zoë", "zoe@xn--exmple-cua.org"))
    assert found.envelope.in_reply_to == found.envelope.references == ("<m@x>",)
    assert b"auto" not in raw.lower()
    assert (found.text, found.html) == ("Thanks!\n", "")


def test_a_draft_may_still_lack_its_recipient() -> None:
    raw = draft(sender=ALEX, to=[], subject="", text="", message_id="<d@x>", date=AT)
    assert field_values(raw, "To") == []


def test_long_message_ids_stay_whole_so_that_threads_hold() -> None:
    ids = [f"<{'a1b2' * 30}{n}@example.org>" for n in range(30)]
    raw = written(in_reply_to=ids[-1], references=[*ids[:-1], "broken", "<two words@x>"])
    found = read(raw, None).envelope
    assert found.in_reply_to == (ids[-1],)
    assert found.references == (ids[0], *ids[-19:])
    assert b"=?" not in raw


@pytest.mark.parametrize(
    "name",
    [
        "Müller, Jörg",
        'A "quoted" \\ name',
        "Bob, <evil@example.net> " * 8,
        "=?utf-8?q?evil=40x?=",
        "é" * 90,
        "a\r\nBcc: x@y",
    ],
)
def test_no_name_becomes_a_recipient_or_a_field(name: str) -> None:
    raw = written(to=Address(name, "ann@example.org"), subject=name)
    found = read(raw, None).envelope
    assert found.to == (Address(" ".join(name.split())[:200].rstrip(), "ann@example.org"),)
    assert (found.subject, found.bcc) == (" ".join(name.split()), ())


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_the_words_they_travel_as_short_lines_of_ascii(name: str, subject: str, text: str, html: str) -> None:
    raw = written(to=Address(name, "ann@example.org"), subject=subject, text=text, html=html, headers={"X-Extra": name})
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    found = read(raw, None)
    assert [a.address for a in found.envelope.to] == ["ann@example.org"]
    assert found.envelope.message_id == "<token@example.com>"
    assert found.text.split() == read(written(text=text, html="x"), None).text.split()


@pytest.mark.parametrize(
    "text", ["é" * 5000, "x" * 5000, ".\n..\nFrom here\n", "tab\tand trailing \n\n\n", "snow ☃\n" * 90]
)
def test_bodies_arrive_as_they_were(text: str) -> None:
    found = read(written(text=text, html=f"<p>{text}"), None)
    assert (found.text.rstrip("\n"), found.html.rstrip("\n")) == (text.rstrip("\n"), f"<p>{text}".rstrip("\n"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": Address("Zoë", "zoë@example.org")},
        {"to": Address("", "nobody")},
        {"to": Address("", "a@b\r\nBcc: x@y")},
        {"to": Address("", "a\nb@example.org")},
        {"to": Address("", "@example.org")},
        {"message_id": "no brackets"},
        {"message_id": "<a\r\n@b>"},
        {"date": datetime(2026, 1, 5)},  # noqa: DTZ001 - a naive date is what must be refused
        {"headers": {"X-Bad\r\nBcc": "x@y"}},
        {"headers": {"": "x"}},
    ],
)
def test_what_cannot_be_written_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        written(**wrong)
