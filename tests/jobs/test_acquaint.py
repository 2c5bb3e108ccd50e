"""Whom the owner writes to most, from a real mailbox."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kith.domain.address import key
from kith.jobs import acquaint
from kith.jobs.acquaint import Acquaintances
from kith.mail.imap import Account, connect
from support.dovecot import PASSWORD, Dovecot
from support.mail import message

ME, WORK = "alex@example.com", "alex@work.example"
NOW = datetime.now(UTC).replace(microsecond=0)


class Box:
    """A mailbox that a test fills."""

    def __init__(self, dovecot: Dovecot) -> None:
        self.dovecot, self.user = dovecot, f"acquaint-{uuid.uuid4().hex[:8]}"
        account = Account(
            name="personal", host=dovecot.host, port=dovecot.port, user=self.user, tls="none", secret=lambda: PASSWORD
        )
        self.source = connect(account)

    def wrote(self, to: str, days: float, count: int = 1, sender: str = ME, **headers: str) -> None:
        """The owner wrote so many mails, the last of them so many days ago."""
        for n in range(count):
            at = NOW - timedelta(days=days + n)
            self.dovecot.deliver(self.user, message(sender, to, at=at, headers=headers), folder="Sent", at=at)

    def got(self, sender: str, days: float, count: int = 1, **headers: str) -> None:
        """So many mails came."""
        for n in range(count):
            at = NOW - timedelta(days=days + n)
            self.dovecot.deliver(self.user, message(sender, ME, at=at, headers=headers), at=at)

    def around(self) -> Acquaintances:
        """A look at it."""
        return Acquaintances(self.source, frozenset({ME}), lambda a: key(a, {}), NOW)

    def names(self) -> list[str]:
        """Whom it proposes, in order."""
        return [a.name for a in self.around().closest()]


@pytest.fixture
def box(dovecot: Dovecot) -> Iterator[Box]:
    box = Box(dovecot)
    with closing(box.source):
        yield box


def test_who_is_written_to_more_comes_first(box: Box) -> None:
    box.wrote("Maria <maria@example.org>", 5, count=4)
    box.wrote("Bob <bob@example.org>", 5, count=2)
    assert box.names() == ["Maria", "Bob"]


def test_what_is_fresh_counts_more_than_what_is_long_ago(box: Box) -> None:
    box.wrote("Maria <maria@example.org>", 320, count=4)
    box.wrote("Bob <bob@example.org>", 2, count=3)
    assert box.names() == ["Bob", "Maria"]


def test_what_comes_back_counts_but_never_more_than_what_went_out(box: Box) -> None:
    box.wrote("Maria <maria@example.org>", 5, count=2)
    box.got("Maria <maria@example.org>", 5, count=2)
    box.wrote("Bob <bob@example.org>", 5, count=3)
    box.wrote("Chatty <chatty@example.org>", 5)
    box.got("Chatty <chatty@example.org>", 5, count=9)
    assert box.names() == ["Maria", "Bob", "Chatty"]
    assert [(a.written, a.answered) for a in box.around().closest()] == [(2, 2), (3, 0), (1, 9)]


def test_only_people_of_the_last_year_whom_the_owner_wrote_to_alone_or_with_few(box: Box) -> None:
    box.wrote("Old <old@example.org>", 400)
    box.wrote("Support <support@shop.example>", 5)
    box.wrote("noreply@shop.example", 5)
    box.wrote("Club <club@lists.example.org>", 5)
    box.wrote(", ".join(f"p{n}@example.org" for n in range(6)), 5)
    box.wrote("Robot <robot@example.org>", 5, **{"Auto-Submitted": "auto-replied"})
    box.wrote(f"Me <{ME}>", 5)
    box.got("Never Answered <never@example.org>", 5, count=5)
    box.got("List <maria@example.org>", 5, **{"List-Id": "<club.example.org>"})
    box.wrote("Maria <maria@example.org>, Bob <bob@example.org>", 5)
    assert [(a.name, a.answered) for a in box.around().closest()] == [("Bob", 0), ("Maria", 0)]


def test_two_addresses_under_one_full_name_are_one_person(box: Box) -> None:
    box.wrote("Maria Silva <maria@example.org>", 5, count=3)
    box.wrote("maria silva <maria@work.example>", 2)
    box.wrote("Bob <bob@example.org>", 5)
    box.wrote("Bob <bob@other.example>", 9)  # a first name alone says too little
    found = box.around().closest()
    assert [(a.name, a.addresses, a.written) for a in found] == [
        ("Maria Silva", ("maria@example.org", "maria@work.example"), 4),
        ("Bob", ("bob@example.org",), 1),
        ("Bob", ("bob@other.example",), 1),
    ]


def test_a_name_comes_from_any_mail_or_from_the_address(box: Box) -> None:
    box.wrote("maria@example.org", 5, count=3)
    box.got("=?utf-8?q?Mar=C3=ADa?= Silva <maria@example.org>", 5)
    box.wrote("tom.baker@example.org", 5)
    assert box.names() == ["María Silva", "Tom Baker"]


def test_as_many_as_asked_for(box: Box) -> None:
    for n in range(5):
        box.wrote(f"person{'abcde'[n]}@example.org", 5)
    assert len(box.around().closest(3)) == 3


def test_only_the_newest_mail_is_looked_at(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquaint, "STRETCH", 2)
    box.wrote("Old <old@example.org>", 700, count=3)
    box.wrote("Older <older@example.org>", 400, count=2)
    box.wrote("Maria <maria@example.org>", 5, count=3)
    told: list[tuple[str, int, int]] = []
    around = box.around()
    around.progress = lambda *seen: told.append(seen)
    assert [a.name for a in around.closest()] == ["Maria"]
    assert [seen for seen in told if seen[0] == "Sent"] == [("Sent", 0, 8), ("Sent", 2, 8), ("Sent", 4, 8)]


def test_an_empty_mailbox_has_nobody(box: Box) -> None:
    assert (box.names(), box.around().senders()) == ([], [])


def test_addresses_that_sent_mail_comes_from_are_the_owners(box: Box) -> None:
    box.wrote("maria@example.org", 5, count=3, sender=f"Alex <{WORK}>")
    box.wrote("maria@example.org", 5, count=3)
    box.wrote("maria@example.org", 5, sender="once@example.org")  # somebody's mail that was put here
    assert box.around().senders() == [WORK]
