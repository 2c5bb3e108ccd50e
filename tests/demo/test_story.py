"""How the demo is told, and what it lays out, before a single command runs."""

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kith import configfile
from kith.demo import program, show, stage, story
from kith.demo.mailbox import ADDRESSES, DemoMailbox, invent
from kith.demo.program import MailProgram
from kith.demo.servers import HOST, DemoServers
from kith.errors import UsageError

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
LETTER = (
    b"From: Kith <alex@example.com>\r\nTo: alex@example.com\r\nSubject: Your week\r\n"
    b"Message-ID: <token@kith.example>\r\nDate: Mon, 23 Nov 2026 07:30:00 +0100\r\n\r\n"
    b"1. Aoife Brennan\r\n2. Haruka Nishimura\r\n"
)


def told(narrator: show.Narrator) -> None:
    narrator.begin("Kith reads", "kith scan")
    narrator.end(1.23, [*show.prose("Many words. " * 30), *show.mail("Hello\n\n" + "long " * 40)])
    narrator.finish(["That was all."], 4.5)


def test_on_paper_it_is_plain_text_that_fits_80_columns() -> None:
    out = io.StringIO()
    told(show.OnPaper(out))
    lines = out.getvalue().split("\n")
    assert "1. Kith reads" in lines
    assert "  $ kith scan" in lines
    assert max(map(len, lines)) <= 80
    assert lines == [line.rstrip() for line in lines]
    assert "\x1b" not in out.getvalue()


def test_on_a_terminal_it_has_colour() -> None:
    out = io.StringIO()
    told(show.OnPaper(out, colour=True))
    assert "\x1b[1m1. Kith reads\x1b[0m" in out.getvalue()


def test_the_silent_one_says_nothing(capsys) -> None:
    told(show.Silent())
    assert capsys.readouterr() == ("", "")


def test_the_folder_is_new_and_kept(tmp_path) -> None:
    assert stage.folder(tmp_path / "a" / "b").is_dir()
    made = stage.folder(None)
    assert made.is_dir()
    made.rmdir()


def test_a_folder_in_use_is_left_alone(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        stage.folder(tmp_path)
    with pytest.raises(UsageError, match="not an empty folder"):
        stage.folder(tmp_path / "thesis.txt")


def test_the_config_it_writes_is_one_that_kith_takes(tmp_path) -> None:
    with DemoServers([], ADDRESSES) as servers:
        stage.furnish(tmp_path, servers, invent(NOW))
        found = configfile.load(tmp_path / "kith.toml", {})
        assert found.mailbox[0].port == servers.imap_port
        assert found.smtp is not None
        assert found.smtp.port == servers.smtp_port
    assert found.owner.addresses == ADDRESSES
    assert set(found.circle) == {person.circle for person in invent(NOW).people}
    assert Path(found.store_url.removeprefix("sqlite:///")).parent == tmp_path.resolve()
    if os.name == "posix":
        assert (tmp_path / "password").stat().st_mode & 0o077 == 0


def test_the_mail_program_reads_what_came_and_files_what_it_sent() -> None:
    box = DemoMailbox(invent(NOW).messages[-40:], ())
    with DemoServers(box.messages, ADDRESSES) as servers:
        door = (HOST, servers.imap_port, servers.user, servers.password)
        with MailProgram(*door) as mail:
            assert mail.last_uid("Drafts") == 0
            last = mail.last_uid("Sent")
            mail.file("Sent", LETTER, NOW)
            assert mail.since("Sent", last) == [LETTER]
            assert mail.since("Sent", last + 1) == []


def test_an_answer_is_in_the_thread_and_above_the_quote() -> None:
    words = story.answer_to({"Aoife Brennan": 1, "Haruka Nishimura": 2})
    reply = program.opened(program.answer(LETTER, words, NOW))
    assert reply["In-Reply-To"] == reply["References"] == "<token@kith.example>"
    assert reply["Subject"] == "Re: Your week"
    text = program.text(bytes(reply))
    assert text.startswith("1 lunch today, she is moving to Lisbon in May\n2 snooze 3 weeks\n")
    assert "On 23 Nov 2026, at 07:30, Kith <alex@example.com> wrote:\n\n> 1. Aoife Brennan\n" in text


def test_an_answer_names_whom_the_digest_has_no_number_for() -> None:
    assert story.answer_to({}).startswith("Aoife: lunch today, she is moving to Lisbon in May\nHaruka: snooze")
