"""Mail that its file's name marks as a draft, wherever it lies, says nothing to anybody yet."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from kith.store.tables import ReplyRow
from support.maildir import Maildir
from support.terminal import NOW, Terminal

ANN, ALEX = "ann@example.com", "alex@example.com"


@pytest.fixture
def box(kith: Terminal, tmp_path: Path) -> Maildir:
    """A Maildir that Kith reads, and Ann to know."""
    made = Maildir(tmp_path / "Mail")
    before, _, after = kith.config.read_text().partition("[[mailbox]]")
    _, mark, others = after.partition("\n[")
    kith.config.write_text(f'{before}[[mailbox]]\nname = "personal"\nurl = "{made.url}"\n{mark}{others}')
    kith("people", "add", "Ann Roe", ANN)
    return made


def put(box: Maildir, flags: str, folder: str, subject: str = "Lunch", to: str = ANN) -> None:
    raw = f"From: {ALEX}\nTo: {to}\nSubject: {subject}\nMessage-ID: <lunch@example.com>\n\nFriday?\n"
    box.deliver(raw.encode(), folder, NOW - timedelta(days=3), flags=flags)


@pytest.mark.parametrize(("flags", "reason"), [("DS", "draft"), ("S", None), ("", None)])
def test_it_is_no_touch(kith: Terminal, box: Maildir, flags: str, reason: str | None) -> None:
    put(box, flags, "Archive")
    kith("scan")
    assert kith.json("explain", "<lunch@example.com>")["reason"] == reason


def test_it_is_one_once_it_is_sent(kith: Terminal, box: Maildir) -> None:
    put(box, "DS", "Archive")
    kith("scan")
    put(box, "S", "Sent")
    kith("scan")
    assert kith.json("explain", "<lunch@example.com>")["reason"] is None


@pytest.mark.parametrize(("flags", "found"), [("D", 0), ("S", 1)])
def test_a_word_for_kith_is_heard_when_it_is_sent(kith: Terminal, box: Maildir, flags: str, found: int) -> None:
    put(box, flags, "Sent", "kith: Ann: called today", ALEX)
    kith("scan")
    work = kith.work()
    with work.reading() as session:
        assert len(session.exec(select(ReplyRow)).all()) == found
    work.engine.dispose()
