"""Mail for tests: short ways to write a message, and to answer one as mail programs do."""

import email
import email.policy
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid


def message(
    sender: str,
    to: str,
    subject: str = "Hello",
    text: str = "Hello there.\n",
    *,
    at: datetime,
    message_id: str = "",
    headers: dict[str, str] | None = None,
) -> bytes:
    """One plain mail; headers are added, in their order."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id or make_msgid(domain="mail.example")
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def read(raw: bytes) -> EmailMessage:
    """A message, parsed."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def plain(mail: EmailMessage) -> str:
    """Its plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def answer(letter: EmailMessage, sender: str, words: str, *, at: datetime, **headers: str) -> bytes:
    """The answer to a letter above the quote, as a mail program writes it."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = sender, str(letter["From"])
    mail["Subject"] = "Re: " + str(letter["Subject"])
    mail["Date"], mail["Message-ID"] = format_datetime(at), make_msgid(domain="mail.example")
    mail["In-Reply-To"] = mail["References"] = str(letter["Message-ID"])
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    quoted = "".join(f"> {line}\n" for line in plain(letter).splitlines())
    mail.set_content(f"{words}\n\nOn Monday, {letter['From']} wrote:\n{quoted}")
    return mail.as_bytes()
