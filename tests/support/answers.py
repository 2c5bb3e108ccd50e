"""An owner who is written letters and answers them by mail: what tests of replies begin with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from kith.jobs import compose
from kith.jobs.round import go_round_once
from kith.jobs.scan import MailboxResult
from support.jobs import BOB, MARIA, ME, Office
from support.mail import answer, message, plain, read

PRIYA = "Priya Nair <priya@example.org>"
FRIENDS = (MARIA, BOB, PRIYA)


@dataclass
class Owner:
    """Alex, with three friends who have not been heard of for a while. ids are theirs, by first name."""

    office: Office
    ids: dict[str, int]

    # -- what happens

    def digest(self) -> EmailMessage:
        """The letter of this week, written if it was not yet."""
        return read(compose.compose_now(self.office.work).letter.raw)

    def answer(
        self, letter: EmailMessage, words: str, *, folder: str = "Sent", sender: str = ME, **headers: str
    ) -> bytes:
        """Answers a letter; gives the mail."""
        raw = answer(letter, sender, words, at=self.office.clock.at, **headers)
        self.office.server.deliver(raw, folder, self.office.clock.at)
        return raw

    def write(self, subject: str, words: str, *, to: str = ME, folder: str = "Sent", **headers: str) -> None:
        """A mail that answers nothing."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = message(ME, to, subject, words, at=self.office.clock.at, headers=named)
        self.office.server.deliver(raw, folder, self.office.clock.at)

    def round(self, name: str = "personal") -> MailboxResult:
        """One turn of the service with the mailbox, as if with a new connection."""
        mailbox = next(m for m in self.office.work.config.mailbox if m.name == name)
        result = go_round_once(self.office.work, mailbox)
        if result.error:
            raise result.error
        return result

    def say(self, words: str, letter: EmailMessage | None = None) -> None:
        """Answers a letter (this week's if none is given), and lets Kith read it."""
        self.answer(letter or self.digest(), words)
        self.round()

    # -- what came of it

    def number(self, first_name: str, letter: EmailMessage) -> int:
        """Which number a friend has in a letter."""
        row = next(r for r in self.office.rows("letter") if r["message_id"] == letter["Message-ID"])
        numbers = {r["person_id"]: r["number"] for r in self.office.rows("number") if r["letter_id"] == row["id"]}
        return int(numbers[self.ids[first_name]])

    def letters(self, kind: str = "receipt") -> list[EmailMessage]:
        """The letters of a kind that are in the outbox, oldest first."""
        return [read(row["raw"]) for row in self.office.rows("letter") if row["kind"] == kind]

    def receipt(self) -> str:
        """The latest receipt's text, its line ends evened out."""
        return " ".join(plain(self.letters()[-1]).split())

    def person(self, first_name: str) -> dict[str, Any]:
        """A person's row."""
        return next(r for r in self.office.rows("person") if r["id"] == self.ids[first_name])

    def notes(self, first_name: str) -> list[str]:
        """Notes about a person."""
        return [r["text"] for r in self.office.rows("note") if r["person_id"] == self.ids[first_name]]

    def said(self, first_name: str) -> list[tuple[str, str]]:
        """The touches of a person that the owner told of: channel and date."""
        rows = [r for r in self.office.rows("touch") if r["source"] == "reply"]
        mine = [r for r in rows if r["person_id"] == self.ids[first_name]]
        return [(r["channel"], self.office.work.local(r["at"]).isoformat()) for r in mine]

    def outcomes(self) -> dict[str, str]:
        """What became of each line of each reply."""
        return {row["line"]: row["outcome"] for row in self.office.rows("instruction")}

    def unfiled(self) -> list[str]:
        """The lines that wait to be said in other words."""
        return [line for line, outcome in self.outcomes().items() if outcome == "not-understood"]

    def state(self) -> dict[str, list[str]]:
        """All that a reply may change."""
        dump = self.office.dump()
        return {name: rows for name, rows in dump.items() if name not in {"folder", "mailbox", "reply", "stranger"}}

    def whys(self) -> list[tuple[str, str]]:
        """What became of messages that may be replies, and why."""
        return [(row["state"], row["why"]) for row in self.office.rows("reply")]


@contextmanager
def an_owner(folder: Path, **how: Any) -> Iterator[Owner]:
    """An owner with a past in the mailbox, read once."""
    with Office(folder, **how) as office:
        yield with_a_past(office)


def with_a_past(office: Office) -> Owner:
    """Three friends who wrote long ago, Maria the longest; their mail is read."""
    ids = {who.split()[0]: office.add(who, circle="friends") for who in FRIENDS}
    for days, who in zip((200, 150, 100), FRIENDS, strict=True):
        at = office.clock.at - timedelta(days=days)
        raw = message(who, ME, f"News of {who.split()[0]}", "How are you?\n", at=at, message_id=f"<{days}@example.org>")
        office.server.deliver(raw, "INBOX", at)
    office.read()
    return Owner(office, ids)


__all__ = ["BOB", "MARIA", "ME", "PRIYA", "Owner", "an_owner", "with_a_past"]
