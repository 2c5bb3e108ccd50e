"""An invented mailbox of any size as a Maildir, the same for the same seed, and what Kith should find in it.

Ten years of mail: 70 % in INBOX, 25 % in Sent, 5 % in Archive. 15 % of it is with 200 known people, the
rest with 2,800 strangers, lists, shops and machines. There are threads, addresses in capitals, names as
encoded words and as raw UTF-8, copies in two folders, invitations, automatic answers and bounces.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Final

ME: Final = "me@example.org"
MY_OTHER: Final = "m.e@example.net"
FOLDERS: Final = {"INBOX": "", "Sent": ".Sent", "Archive": ".Archive"}
KNOWN, STRANGERS, SHOPS = 200, 2800, 60
BEGIN: Final = datetime(2015, 12, 1, tzinfo=UTC).timestamp()
END: Final = datetime(2025, 12, 1, tzinfo=UTC).timestamp()


def _words(text: str) -> list[str]:
    return text.split()


GIVEN: Final = _words("Ana Bo Chiara Dana Emil Fatma Gita Hana Ivo José Kaya Liv Mei Niels Oona Pia Qi Raúl Şule Tove")
FAMILY: Final = _words("Abe Berg Čech Diaz Eze Funk Grün Haas Imai Jung Kral Løv Mora Nagy Ode Paz Roux Sato Toth Vos")
HOSTS: Final = _words("gmail.com outlook.com posteo.de web.example mail.example uni.example.edu city.example.gov")
LISTS: Final = _words("dev@lists.example.org choir@lists.example.net board@club.example")
WORDS: Final = _words(
    "garden meeting photos budget train weekend draft tickets birthday plan notes review trip invoice kitchen "
    "question lunch concert report holiday house order party schedule school boat"
)
FILLER: Final = " ".join(WORDS).encode() * 200
ZONES: Final = [timezone(timedelta(hours=hours)) for hours in (0, 1, 2, -5, -8, 9)]


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who writes or is written to."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One message before it is put into bytes. whom is the known person it is exchanged with."""

    number: int
    at: float
    folder: str
    sender: Somebody
    to: tuple[Somebody, ...]
    cc: tuple[Somebody, ...]
    kind: str  # plain, list, bulk, auto, invite or bounce
    subject: str
    answers: tuple[str, ...]
    whom: Somebody | None = None

    @property
    def message_id(self) -> str:
        """As its Message-ID has it."""
        return f"<{self.number:07x}.{int(self.at)}@{self.sender.address.rpartition('@')[2]}>"


@dataclass
class Truth:
    """By address, how many touches a first scan has to find."""

    touches: Counter[str] = field(default_factory=Counter)

    def take(self, mail: Mail) -> None:
        """Counts what one message means (product contract, section 5)."""
        if mail.whom is None or mail.kind in {"list", "auto"}:
            return
        others = mail.to if mail.folder == "Sent" else (mail.sender,)
        if mail.whom in others:  # of an invitation it is not the mail that is a touch, but the meeting that was held
            self.touches[mail.whom.address] += 1


def people(seed: int) -> list[Somebody]:
    """Everybody; the first KNOWN of them are the owner's people."""
    rng = Random(f"people {seed}")  # noqa: S311 -- invented mail wants to be the same again
    return [_somebody(rng, number) for number in range(KNOWN + STRANGERS)]


def _somebody(rng: Random, number: int) -> Somebody:
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    local = f"{given}.{family}".encode("ascii", "ignore").decode().lower()
    return Somebody(f"{given} {family}", f"{local}{number}@{rng.choice(HOSTS)}")


def fill(maildir: Path, count: int, seed: int = 1, *, first: int = 0) -> Truth:
    """Writes messages into a Maildir (Maildir++ folders); from first on they are new mail after the ten years."""
    truth = Truth()
    for place in FOLDERS.values():
        for name in ("cur", "new", "tmp"):
            (maildir / place / name).mkdir(parents=True, exist_ok=True)
    for mail in plan(count, seed, first):
        truth.take(mail)
        raw = written(mail, seed)
        folders = [mail.folder, "Archive"] if mail.whom and mail.number % 100 == 7 else [mail.folder]
        for folder in dict.fromkeys(folders):
            _put(maildir / FOLDERS[folder], mail, raw, is_new=first > 0)
    return truth


def _put(folder: Path, mail: Mail, raw: bytes, *, is_new: bool) -> None:
    name = f"{int(mail.at)}.M{mail.number}.bench,S={len(raw)}"
    path = folder / "new" / name if is_new else folder / "cur" / f"{name}:2,S"
    path.write_bytes(raw)
    os.utime(path, (mail.at, mail.at))  # Dovecot's INTERNALDATE


def plan(count: int, seed: int, first: int) -> Iterator[Mail]:
    """The messages in the order in which they came."""
    rng = Random(f"plan {seed} {first}")  # noqa: S311 -- as above
    everybody = people(seed)
    known, strangers = everybody[:KNOWN], everybody[KNOWN:]
    often = [1 / (rank + 3) for rank in range(KNOWN)]
    threads: dict[str, tuple[str, tuple[str, ...]]] = {}
    begin, end = (END, END + 3600 * 24) if first else (BEGIN, END)
    for number in range(first, first + count):
        at = begin + (number - first + rng.random()) * (end - begin) / count
        is_known = rng.random() < 0.15
        whom = rng.choices(known, often)[0] if is_known else None
        folder = rng.choices(list(FOLDERS), (70, 25, 5))[0]
        other = whom or rng.choice(strangers)
        kind, sender, to, cc = _sent(rng, other) if folder == "Sent" else _received(rng, other, strangers, is_known)
        subject, answers = threads.get(other.address, ("", ()))
        if kind == "invite" or not answers or rng.random() < 0.45:
            subject, answers = " ".join(rng.choices(WORDS, k=rng.randint(2, 6))).capitalize(), ()
        mail = Mail(number, at, folder, sender, to, cc, kind, subject, answers, whom)
        threads[other.address] = subject, (*answers, mail.message_id)[-8:]
        yield mail


Parties = tuple[str, Somebody, tuple[Somebody, ...], tuple[Somebody, ...]]


def _sent(rng: Random, other: Somebody) -> Parties:
    me = Somebody("Max Eriksen", MY_OTHER if rng.random() < 0.1 else ME)
    copied = rng.random() < 0.05
    to, cc = ((Somebody("", "office@city.example"),), (other,)) if copied else ((other,), ())
    return "invite" if not copied and rng.random() < 0.03 else "plain", me, to, cc


def _received(rng: Random, other: Somebody, strangers: Sequence[Somebody], is_known: bool) -> Parties:
    me = Somebody("Max Eriksen", ME)
    sort = rng.random()
    if is_known:
        if sort < 0.12:  # somebody else's mail, on which the known person is copied
            return "plain", rng.choice(strangers), (me,), (other,)
        kind = "list" if sort < 0.2 else "auto" if sort < 0.23 else "invite" if sort < 0.27 else "plain"
    else:
        bounds = (("bulk", 0.4), ("list", 0.6), ("auto", 0.62), ("invite", 0.64), ("bounce", 0.68), ("plain", 1.0))
        kind = next(kind for kind, bound in bounds if sort <= bound)
    if kind == "bulk":
        shop = rng.randrange(SHOPS)
        return kind, Somebody(f"Shop {shop}", f"news@shop{shop}.example"), (me,), ()
    if kind == "bounce":
        return kind, Somebody("Mail Delivery System", "mailer-daemon@mx.example.org"), (me,), ()
    if kind == "list":
        return kind, other, (Somebody("", rng.choice(LISTS)),), ()
    return kind, other, (me,), (rng.choice(strangers),) if sort > 0.85 else ()


def written(mail: Mail, seed: int) -> bytes:
    """The message's bytes, lines ending as in a Maildir."""
    rng = Random(mail.number * 1_000_003 + seed)  # noqa: S311 -- as above
    rows = [*_trace(mail, rng), *_addressed(mail, rng), *_marks(mail, rng)]
    subject = f"Re: {mail.subject}" if mail.answers else mail.subject
    if mail.kind == "auto":
        subject = f"Automatic reply: {subject}"
    elif rng.random() < 0.1:
        subject = _encoded(f"{subject} – žluťoučký kůň")
    date = format_datetime(datetime.fromtimestamp(int(mail.at), rng.choice(ZONES)))
    rows += [f"Subject: {subject}", f"Date: {date}", f"Message-ID: {mail.message_id}", "MIME-Version: 1.0"]
    if mail.answers:
        rows += [f"In-Reply-To: {mail.answers[-1]}", "References: " + "\n ".join(mail.answers)]
    size = min(40_000, max(600, int(rng.lognormvariate(7.8, 0.8))))
    kind, body = _body(mail, rng, size)
    return "\n".join([*rows, f"Content-Type: {kind}"]).encode() + b"\n\n" + body


def _trace(mail: Mail, rng: Random) -> list[str]:
    if mail.folder == "Sent":
        return []
    host = mail.sender.address.rpartition("@")[2]
    back = "" if mail.kind == "bounce" else mail.sender.address
    hop = f"from mx.{host} (mx.{host} [203.0.113.{rng.randint(1, 254)}])\n\tby mail.example.org with ESMTPS id"
    when = format_datetime(datetime.fromtimestamp(int(mail.at), UTC))
    seals = [f"{rng.getrandbits(400):x}" for _ in range(2)]
    return [
        f"Return-Path: <{back}>",
        *(f"Received: {hop} {rng.getrandbits(48):x}\n\tfor <{ME}>; {when}" for _ in range(rng.randint(2, 4))),
        f"DKIM-Signature: v=1; a=rsa-sha256; d={host}; s=s1; h=From:To:Subject;\n\tb={seals[0]}\n\t {seals[1]}",
        f"Authentication-Results: mail.example.org;\n\tdkim=pass header.d={host}; dmarc=pass",
    ]


def _addressed(mail: Mail, rng: Random) -> list[str]:
    rows = [f"From: {_mailbox(mail.sender, rng)}", "To: " + ",\n ".join(_mailbox(one, rng) for one in mail.to)]
    return rows + ["Cc: " + ",\n\t".join(_mailbox(one, rng) for one in mail.cc)] * bool(mail.cc)


def _mailbox(one: Somebody, rng: Random) -> str:
    address = one.address.title() if rng.random() < 0.04 else one.address
    style = rng.random()
    if not one.name or style < 0.08:
        return address
    if style < 0.09:
        return f"{one.name} <{address}>"  # raw UTF-8, as some programs write it
    if style < 0.3 and one.name.isascii():
        given, _, family = one.name.partition(" ")
        return f'"{family}, {given}" <{address}>'
    return f"{_encoded(one.name)} <{address}>"


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=200).encode()


def _marks(mail: Mail, rng: Random) -> list[str]:
    if mail.kind == "list":
        name = mail.to[0].address.replace("@", ".")
        return [f"List-Id: <{name}>", f"List-Unsubscribe: <mailto:leave-{mail.to[0].address}>", "Precedence: list"]
    if mail.kind == "bulk":
        code = f"{rng.getrandbits(160):x}"
        return [f"List-Unsubscribe: <https://shop.example/{code}>,\n <mailto:u@shop.example>", "Precedence: bulk"]
    if mail.kind in {"auto", "bounce"}:
        return ["Auto-Submitted: auto-replied"]
    return [f"X-Mailer: Mailer {rng.randint(1, 9)}"] * (rng.random() < 0.5)


def _body(mail: Mail, rng: Random, size: int) -> tuple[str, bytes]:
    mark = f"b{rng.getrandbits(64):x}"
    at = rng.randrange(len(WORDS))
    text = b"".join(FILLER[k : k + 70] + b"\n" for k in range(at, min(at + size, len(FILLER)), 70))
    if mail.kind == "invite":
        parts = [("text/plain; charset=utf-8", text), ("text/calendar; method=REQUEST; charset=utf-8", _calendar(mail))]
    elif mail.kind == "bulk" or rng.random() < 0.6:
        parts = [("text/plain; charset=utf-8", text[: size // 4]), ("text/html; charset=utf-8", b"<p>" + text)]
    else:
        return "text/plain; charset=utf-8", text
    leaves = b"".join(b"--%s\nContent-Type: %s\n\n%s\n" % (mark.encode(), k.encode(), data) for k, data in parts)
    return f'multipart/alternative; boundary="{mark}"', leaves + b"--%s--\n" % mark.encode()


def _calendar(mail: Mail) -> bytes:
    starts = datetime.fromtimestamp(int(mail.at) + 86_400, UTC)
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
        f"UID:{mail.number}@bench\r\nDTSTAMP:{starts:%Y%m%dT%H%M%SZ}\r\nORGANIZER:mailto:{mail.sender.address}\r\n"
        f"ATTENDEE:mailto:{mail.to[0].address}\r\nDTSTART:{starts:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\n"
        f"SUMMARY:{mail.subject}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
