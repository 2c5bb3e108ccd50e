"""Invitations for tests, as calendars send them by mail (RFC 5545, RFC 6047)."""

import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from support.jobs import MARIA, ME, NOW, Office

ALEX, HER = "alex@example.com", "maria@example.org"
"""The owner, and who invites unless it is said otherwise."""


def stamp(at: datetime) -> str:
    """An instant as RFC 5545 writes it."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def event(
    at: datetime,
    *,
    method: str = "REQUEST",
    uid: str = "lunch@calendar.example",
    sequence: int = 0,
    organizer: str = HER,
    attendees: dict[str, str] | None = None,
    more: str = "",
) -> str:
    """One calendar object of an hour; attendees are addresses with their answers, more are further lines."""
    there = attendees if attendees is not None else {ALEX: "NEEDS-ACTION", HER: "ACCEPTED"}
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tests//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{stamp(at - timedelta(days=60) + timedelta(minutes=sequence))}",
        f"DTSTART:{stamp(at)}",
        f"DTEND:{stamp(at + timedelta(hours=1))}",
        f"ORGANIZER:mailto:{organizer}",
        *(f"ATTENDEE;PARTSTAT={answer}:mailto:{address}" for address, answer in there.items()),
        "SUMMARY:Lunch at Zoë's",
        *more.splitlines(),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join(rows) + "\r\n"


def stamped(calendar: str, days_ago: float) -> str:
    """The same, written so many days ago."""
    before, name, after = calendar.partition("DTSTAMP:")
    return before + name + stamp(NOW - timedelta(days=days_ago)) + after[len("20260513T100000Z") :]


def invitation(sender: str, to: str, calendar: str, at: datetime, subject: str = "Invitation: Lunch") -> bytes:
    """The mail that carries it, as calendars send them."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(at), make_msgid(domain="calendar.example")
    mail.set_content("You are invited.\n")
    method = calendar.partition("METHOD:")[2].partition("\r\n")[0]
    mail.add_alternative(calendar, subtype="calendar", params={"method": method})
    return mail.as_bytes()


def hear(office: Office, calendar: str, days_ago: float, sender: str = MARIA, to: str = ME) -> None:
    """A mail with a calendar object, received (or, from the owner, sent) so many days ago."""
    at = NOW - timedelta(days=days_ago)
    office.server.deliver(invitation(sender, to, calendar, at), "Sent" if sender == ME else "INBOX", at)
