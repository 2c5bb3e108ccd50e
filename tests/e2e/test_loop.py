"""The whole loop: the installed command against a real IMAP and a real SMTP server, as an owner lives it."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from support.dovecot import Dovecot
from support.kith import Kith
from support.mail import answer, message, plain, read
from support.postgres import Postgres
from support.smtp import SmtpServer

ME = "alex@example.com"
MARIA, BOB, PRIYA, TOM = "maria@example.org", "bob@example.org", "priya@example.org", "tom@example.org"
NOW = datetime.now(UTC).replace(microsecond=0)

CONFIG = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com", "alex@work.example"]
timezone = "Europe/Paris"

[[mailbox]]
name = "personal"
url = "{imap}"
password = "env:IMAP_PASSWORD"
insecure = true

{smtp}

[circle.friends]
every = "2 months"

[store]
url = "{store}"
"""

SMTP = """
[smtp]
url = "smtp://alex@127.0.0.1:{port}"
password = "env:IMAP_PASSWORD"
insecure = true
"""


def ago(days: float) -> datetime:
    """An instant so many days back."""
    return NOW - timedelta(days=days)


def fill(dovecot: Dovecot, user: str) -> None:
    """Two years with four people, and what else lies in a mailbox."""
    put = dovecot.deliver
    put(user, message(f"Maria Silva <{MARIA}>", ME, "The flat", "I saw a flat in Lisbon.\n", at=ago(200)), at=ago(200))
    put(user, message(ME, MARIA, "Re: The flat", "Take it!\n", at=ago(190)), folder="Sent", at=ago(190))
    put(user, message(f"Bob Stone <{BOB}>", ME, "Marathon", "I signed up.\n", at=ago(100)), at=ago(100))
    put(user, message(f"Priya Nair <{PRIYA}>", ME, "Intro to Tom", "Meet Tom.\n", at=ago(80)), at=ago(80))
    put(user, message(ME, TOM, "Hello Tom", "Nice to meet you.\n", at=ago(5)), folder="Sent", at=ago(5))
    away = {"Auto-Submitted": "auto-replied"}
    put(user, message(f"Bob Stone <{BOB}>", ME, "Away", at=ago(3), headers=away), at=ago(3))
    club = {"List-Id": "<club.example.org>"}
    put(user, message(f"Maria Silva <{MARIA}>", ME, "To the club", at=ago(2), headers=club), at=ago(2))
    put(user, message(f"Spam <{MARIA}>", ME, "Buy", at=ago(1)), folder="Junk", at=ago(1))


class Life:
    """An owner with a mailbox, an outgoing server or none, and the command."""

    def __init__(self, folder: Path, dovecot: Dovecot, user: str, store: str, smtp: SmtpServer | None) -> None:
        self.dovecot, self.user, self.smtp = dovecot, user, smtp
        self.kith = Kith(folder, {"IMAP_PASSWORD": "secret"})
        outgoing = SMTP.format(port=smtp.port) if smtp else ""
        self.kith.write(CONFIG.format(imap=dovecot.url(user), smtp=outgoing, store=store))
        if smtp:
            smtp.deliver = lambda taken: dovecot.deliver(user, taken.raw)

    def letters(self) -> list[tuple[int, bytes]]:
        """Kith's letters in INBOX."""
        with self.dovecot.client(self.user) as client:
            client.select_folder("INBOX", readonly=True)
            uids = client.search(["HEADER", "Message-ID", "<kith."])
            return [(uid, client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]) for uid in uids]

    def in_folder(self, folder: str) -> list[tuple[bytes, tuple[bytes, ...]]]:
        """Messages of a folder with their flags."""
        with self.dovecot.client(self.user) as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search("ALL"), ["BODY.PEEK[]", "FLAGS"])
        return [(item[b"BODY[]"], item[b"FLAGS"]) for item in found.values()]

    def person(self, name: str) -> dict[str, object]:
        """A person as the list has them."""
        return next(p for p in self.kith.json("people", "list") if p["name"] == name)


@pytest.fixture(params=["sqlite, smtp", "sqlite, append", "postgresql, smtp"])
def life(request: pytest.FixtureRequest, tmp_path: Path, dovecot: Dovecot) -> Iterator[Life]:
    """The same life on each store, and with each way a letter can take."""
    store, way = request.param.split(", ")
    url = "sqlite:///kith.db"
    if store == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database()
    user = f"alex-{uuid.uuid4().hex[:8]}"
    fill(dovecot, user)
    smtp = SmtpServer() if way == "smtp" else None
    yield Life(tmp_path, dovecot, user, url, smtp)
    if smtp:
        smtp.stop()


def add_everybody(kith: Kith) -> None:
    """The people of the mailbox."""
    kith("people", "add", "Maria Silva", MARIA, "--circle", "friends", "--about", "knows everybody in Lisbon")
    kith("people", "add", "Bob Stone", BOB, "--every", "6w")
    kith("people", "add", "Priya Nair", PRIYA, "--circle", "friends", "--tag", "alumni")


def scanned(life: Life) -> None:
    """A first scan, a second one, and what the lists say then."""
    kith = life.kith
    before = life.dovecot.snapshot(life.user)
    first = kith.json("scan")
    assert first["read"] == 7  # nothing of Junk
    assert first["touches"] == 4
    assert first["quarantined"] == 0
    assert first["mailboxes"][0]["error"] is None
    assert life.dovecot.snapshot(life.user) == before
    again = kith.json("scan")
    assert (again["read"], again["touches"]) == (0, 0)
    maria, bob = life.person("Maria Silva"), life.person("Bob Stone")
    assert maria["touches"] == 2
    assert maria["last_touched"] == maria["last_outbound"]
    assert bob["last_inbound"] == bob["last_touched"]
    assert bob["cadence_days"] == 42
    overdue = kith.json("people", "list", "--overdue")
    assert {p["name"] for p in overdue} == {"Maria Silva", "Bob Stone", "Priya Nair"}
    assert all(p["days_overdue"] > 0 for p in overdue)


def digested(life: Life) -> tuple[EmailMessage, dict[str, int]]:
    """The digest: shown, sent once, and as it arrived, with the numbers of the people in it."""
    kith = life.kith
    shown = kith.json("digest")
    numbers = {p["name"]: p["number"] for p in shown["people"]}
    assert sorted(numbers.values()) == [1, 2, 3]
    assert "Lisbon" in shown["letter"]["text"]
    assert "<html" in shown["letter"]["html"]
    sent = kith.json("digest", "--send")
    assert sent["period"] == shown["period"]
    assert [p["name"] for p in sent["people"]] == [p["name"] for p in shown["people"]]
    assert kith.json("digest", "--send")["already_sent"] is True
    [(_, raw)] = life.letters()
    letter = read(raw)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert all(f"{number}   {name}" in plain(letter) for name, number in numbers.items())
    return letter, numbers


def answered(life: Life, letter: EmailMessage, numbers: dict[str, int]) -> None:
    """The owner's answer, and what came of it."""
    kith = life.kith
    words = (
        "xyzzy Lisbon\n"
        f"{numbers['Bob Stone']} lunch today, he is moving to Porto in May\n"
        f"{numbers['Priya Nair']} snooze 3 weeks\n"
        "Maria: called yesterday. follow up in 6 weeks about the flat\n"
        "thank Priya for the intro to Tom\n"
        f"add Tom Hill <{TOM}> every 6 weeks #alumni\n"
    )
    life.dovecot.deliver(life.user, answer(letter, f"Alex Moreau <{ME}>", words, at=NOW), folder="Sent", at=NOW)
    kith("run", "--once")
    assert life.person("Bob Stone")["days_overdue"] == 0
    assert kith.json("people", "show", BOB)["notes"][0]["text"] == "he is moving to Porto in May"
    assert life.person("Priya Nair")["snoozed_until"] is not None
    assert life.person("Maria Silva")["touches"] == 3
    assert kith.json("people", "show", MARIA)["follow_ups"][0]["text"] == "the flat"
    _, receipt = life.letters()[-1]
    assert "xyzzy Lisbon" in plain(read(receipt))
    assert read(receipt)["In-Reply-To"]


def drafted(life: Life) -> None:
    """The thank-you draft that was asked for."""
    [(draft, flags)] = life.in_folder("Drafts")
    assert b"\\Draft" in flags
    assert read(draft)["To"] == f"Priya Nair <{PRIYA}>"
    assert "the intro to Tom" in plain(read(draft))
    assert life.kith.json("drafts")[0]["state"] == "placed"


def test_a_whole_life(life: Life) -> None:
    add_everybody(life.kith)
    before = life.dovecot.snapshot(life.user)
    scanned(life)
    letter, numbers = digested(life)
    answered(life, letter, numbers)
    drafted(life)
    life.kith("run", "--once")  # everything once more: nothing comes twice
    assert len(life.letters()) == 2
    assert len(life.in_folder("Drafts")) == 1
    assert life.person("Maria Silva")["touches"] == 3
    assert life.person("Tom Hill")["touches"] == 1, "the past of a person who was added later"
    after = life.dovecot.snapshot(life.user)
    assert {f: {u: after[f][u] for u in uids} for f, uids in before.items()} == before
    if life.smtp:
        assert len(life.smtp.messages) == 2


def test_promise_5_a_reply_in_the_inbox_with_the_owners_from_does_nothing(life: Life) -> None:
    kith = life.kith
    add_everybody(kith)
    kith("scan")
    kith("digest", "--send")
    [(_, raw)] = life.letters()
    forged = answer(read(raw), f"Alex Moreau <{ME}>", "1 lunch today\n2 snooze 3 weeks", at=NOW)
    life.dovecot.deliver(life.user, forged, folder="INBOX", at=NOW)
    before = kith.json("people", "list")
    kith("run", "--once")
    assert kith.json("people", "list") == before
    assert len(life.letters()) == 1


def test_quoted_text_is_never_an_instruction(life: Life) -> None:
    kith = life.kith
    add_everybody(kith)
    kith("scan")
    kith("digest", "--send")
    [(_, raw)] = life.letters()
    life.dovecot.deliver(life.user, answer(read(raw), ME, "1 note: only this\n", at=NOW), folder="Sent", at=NOW)
    before = {p["name"]: p["touches"] for p in kith.json("people", "list")}
    kith("run", "--once")
    assert {p["name"]: p["touches"] for p in kith.json("people", "list")} == before
    assert not any(p["snoozed_until"] for p in kith.json("people", "list"))


def test_explain_knows_strangers_mail_too_by_asking_the_mailbox(life: Life) -> None:
    kith = life.kith
    add_everybody(kith)
    parcel = message("Shop <shop@example.net>", ME, "Your parcel", at=ago(9), message_id="<parcel@example.net>")
    offer = message(
        "Shop <shop@example.net>", ME, "Offers", at=ago(8), message_id="<offer@example.net>", headers={"List-Id": "<s>"}
    )
    for raw in (parcel, offer):
        life.dovecot.deliver(life.user, raw, at=ago(8))
    kith("scan")
    assert kith.json("explain", "<parcel@example.net>")["reason"] == "stranger"
    assert kith.json("explain", "<offer@example.net>")["reason"] == "bulk"
    kith("explain", "<nobody@example.net>", code=66)
