"""A letter with a calendar as a file beside its words is a letter, unless the file is an invitation itself."""

import email.policy
from datetime import timedelta
from email.message import EmailMessage

import pytest

from kith.jobs.explain import explain
from support.invitations import ALEX, HER, event
from support.jobs import BOB, MARIA, ME, NOW, Office

NEXT_WEEK, LAST_WEEK = NOW + timedelta(days=7), NOW - timedelta(days=7)
OPERA = event(NEXT_WEEK, method="PUBLISH", attendees={})
WITHOUT_METHOD = OPERA.replace("METHOD:PUBLISH\r\n", "")
NO_EVENT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


def letter(sender: str, to: str, calendar: str, disposition: str = "attachment") -> bytes:
    """Words, and beside them a calendar."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, "The opera", "<opera@x.example>"
    mail.set_content("I have two seats, and the file says when.\n")
    mail.add_attachment(calendar, subtype="calendar", filename="opera.ics", disposition=disposition)
    return mail.as_bytes()


@pytest.mark.parametrize("calendar", [OPERA, WITHOUT_METHOD, NO_EVENT], ids=["published", "no method", "no event"])
@pytest.mark.parametrize(("sender", "to", "folder"), [(MARIA, ME, "INBOX"), (ME, MARIA, "Sent")])
def test_a_letter_with_a_published_event_is_a_letter(
    office: Office, calendar: str, sender: str, to: str, folder: str
) -> None:
    office.server.deliver(letter(sender, to, calendar), folder, NOW - timedelta(days=5))
    office.read()
    assert [row["reason"] for row in office.rows("message")] == [None]
    assert [row["channel"] for row in office.rows("touch")] == ["email"]


@pytest.mark.parametrize("method", ["REQUEST", "REPLY", "CANCEL", "COUNTER"])
def test_an_invitation_as_a_file_is_none(office: Office, method: str) -> None:
    office.server.deliver(letter(MARIA, ME, event(NEXT_WEEK, method=method)), "INBOX", NOW - timedelta(days=5))
    office.read()
    assert [row["reason"] for row in office.rows("message")] == ["calendar"]


def test_an_event_that_is_no_file_is_none(office: Office) -> None:
    office.server.deliver(letter(MARIA, ME, OPERA, disposition="inline"), "INBOX", NOW - timedelta(days=5))
    office.read()
    assert [row["reason"] for row in office.rows("message")] == ["calendar"]


def test_the_meeting_in_such_a_file_counts_too(office: Office) -> None:
    both = event(LAST_WEEK, method="PUBLISH", attendees={ALEX: "ACCEPTED", HER: "ACCEPTED"})
    office.server.deliver(letter(MARIA, ME, both), "INBOX", NOW - timedelta(days=20))
    office.read()
    assert sorted(row["channel"] for row in office.rows("touch")) == ["email", "meeting"]


@pytest.mark.parametrize(("disposition", "reason"), [("attachment", "stranger"), ("inline", "calendar")])
def test_who_asks_about_a_strangers_is_told_that_it_is_one(office: Office, disposition: str, reason: str) -> None:
    office.server.deliver(letter(BOB, ME, OPERA, disposition), "INBOX", NOW - timedelta(days=5))
    (told,) = explain(office.work, "<opera@x.example>")
    assert (told.reason, told.meeting) == (reason, "none of your people is in it" if reason == "calendar" else "")
