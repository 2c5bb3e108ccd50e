"""The verdict on a message that is in the mailbox: the same before a scan, after it, and however its ID is written."""

from datetime import timedelta

import pytest

from kith.jobs.explain import Explained, explain
from support.jobs import BOB, MARIA, ME, NOW, Office

REACTED = 'Content-Type: text/plain; charset="utf-8"\r\n\r\nMaria Silva reacted to your message:\r\n'
OUTLOOK = "<1@AM0.eurprd01.prod.outlook.com>"


def arrives(office: Office, message_id: str, sender: str = MARIA, to: str = ME, more: str = "\r\nHello\r\n") -> None:
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: Re: Lunch\r\nMessage-ID: {message_id}\r\n"
    office.server.deliver(f"{head}In-Reply-To: <mine@example.com>\r\n{more}".encode(), "INBOX", NOW - timedelta(days=5))


def told(office: Office, message_id: str) -> Explained:
    (one,) = explain(office.work, message_id)
    return one


@pytest.mark.parametrize(
    ("sender", "to", "more", "reason", "touched"),
    [
        (MARIA, ME, "\r\nHello\r\n", None, ["Maria Silva"]),
        (ME, f"{MARIA}, {BOB}", "\r\nHello\r\n", None, ["Bob Stone", "Maria Silva"]),
        (MARIA, f"{ME}, {BOB}", "\r\nHello\r\n", None, ["Maria Silva"]),
        (MARIA, ME, REACTED, "reaction", ["Maria Silva"]),
        (MARIA, ME, "List-Id: <cheese.example>\r\n\r\nHello\r\n", "bulk", ["Maria Silva"]),
        ("Eve <eve@evil.example>", ME, "\r\nHello\r\n", "stranger", []),
    ],
)
def test_it_is_told_before_a_scan_as_it_is_after_it(
    office: Office, sender: str, to: str, more: str, reason: str | None, touched: list[str]
) -> None:
    office.add(BOB)
    arrives(office, OUTLOOK, sender, to, more)
    before = told(office, OUTLOOK)
    assert (before.reason, list(before.people)) == (reason, touched)
    office.read()
    assert told(office, OUTLOOK) == before


def test_it_is_found_by_the_second_of_two_message_ids(office: Office) -> None:
    arrives(office, "<first@x.example> <second@x.example>")
    office.read()
    assert told(office, "<second@x.example>") == told(office, "<first@x.example>")
    assert told(office, "<second@x.example>").people == ("Maria Silva",)


@pytest.mark.parametrize("kept", ["no-brackets@x.example", "unopened@x.example>", "<unclosed@x.example", "two words@x"])
@pytest.mark.parametrize("is_read", [False, True])
def test_a_broken_message_id_is_found_as_it_stands(office: Office, kept: str, is_read: bool) -> None:
    arrives(office, kept)
    if is_read:
        office.read()
    found = explain(office.work, kept)
    assert [one.message_id for one in found] == [kept] * (is_read or " " not in kept)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("no-brackets@x.example", "<no-brackets@x.example>"),
        ("unopened@x.example>", "unopened@x.example"),
        ("<plain@x.example>", "plain@x.example"),
        ("<two words@x.example>", "<two words@x.example>"),
    ],
)
def test_brackets_may_be_given_or_left_out(office: Office, kept: str, asked: str) -> None:
    arrives(office, kept)
    office.read()
    assert told(office, asked).people == ("Maria Silva",)


def test_of_two_copies_the_one_that_is_a_touch_is_told(office: Office) -> None:
    arrives(office, OUTLOOK, more="List-Id: <cheese.example>\r\n\r\nHello\r\n")
    arrives(office, OUTLOOK)
    assert told(office, OUTLOOK).reason is None
