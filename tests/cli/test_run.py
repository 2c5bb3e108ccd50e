"""`kith run`: what it says before it begins, and what one turn of it tells."""

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kith.cli import service
from kith.cli.service import LogLines
from kith.jobs.post import queue
from kith.letters import Rendered
from kith.store.lock import service_lock
from support.jobs import SMTP
from support.kith import Ran
from support.mail import read
from support.smtp import HangUp, SmtpServer
from support.terminal import NOW, Terminal


def test_where_one_service_runs_a_second_gives_up(kith: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SECOND_WAITS", 0.1)
    work = kith.work()
    with service_lock(work.engine, work.owner_id, 0):
        assert kith("run", code=75).startswith("error: another `kith run` is at work here already\nhint: ")
    work.engine.dispose()


def test_lines_of_the_log_have_the_time_where_the_owner_lives() -> None:
    record = logging.LogRecord("kith", logging.INFO, "", 0, "hello", None, None)
    record.created = datetime(2026, 7, 1, 10, 0, 0, 250_000, tzinfo=UTC).timestamp()
    said = LogLines(ZoneInfo("Europe/Paris")).format(record)
    assert said == "2026-07-01 12:00:00.250+02:00 INFO hello"


@pytest.fixture
def late(kith: Terminal, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Kith in the week after it was set up, whose digest is due and is to go by SMTP."""
    monkeypatch.setenv("KITH_SMTP_PASSWORD", "secret")
    kith.config.write_text(kith.config.read_text() + SMTP.format(port=smtp.port))
    kith("people", "add", "Ann Roe", "ann@example.com", "--every", "1 week")
    kith.now = NOW + timedelta(days=7)
    return kith


MAILBOX = "error: personal: "
"""Nobody listens at the mailbox, which is told before anything else."""


def once(kith: Terminal, code: int) -> Ran:
    ran = kith.line("--config", str(kith.config), "run", "--once", "--json")
    assert ran.code == code
    assert ran.err.startswith(MAILBOX)
    return ran


def test_a_template_that_is_broken_holds_back_the_digest_and_nothing_else(late: Terminal, smtp: SmtpServer) -> None:
    late("digest", "--send")
    work = late.work()
    with work.writing() as session:
        queue(work, session, "receipt", "one", Rendered("Re: done", "Done.", None), late.now)
    work.engine.dispose()
    late.now += timedelta(days=7)
    (late.folder / "templates").mkdir()
    (late.folder / "templates" / "digest.txt.j2").write_text("{{ oops", encoding="utf-8")
    ran = once(late, 75)
    assert (ran.json["letters"], ran.json["digest"]) == (1, None)
    assert [read(taken.raw)["Subject"] for taken in smtp.messages][1:] == ["Re: done"]
    [error] = ran.json["errors"]
    assert error["exit_code"] == 78
    assert "digest.txt.j2, line 1" in error["error"]
    assert f"error: {error['error']}\nhint: {error['hint']}" in ran.err


def test_a_letter_that_is_refused_is_told_in_the_turn_in_which_that_happens(late: Terminal, smtp: SmtpServer) -> None:
    smtp.refuse_message = "550 5.7.1 not yours"
    ran = once(late, 75)
    assert (ran.json["letters"], ran.json["waiting"]) == (0, [])
    [said] = ran.json["failed"]
    assert said.endswith("could not be sent: 550 5.7.1 not yours")
    assert f"error: {said}\nhint: " in ran.err
    assert "kith digest --send" in ran.err
    late.now += timedelta(minutes=5)
    again = once(late, 75)
    assert again.json["failed"] == [said]
    assert again.json["errors"] == [], "who is told by cron is not told every five minutes"


def test_a_digest_that_was_refused_goes_when_its_owner_asks_again(late: Terminal, smtp: SmtpServer) -> None:
    smtp.refuse_message = "550 5.7.1 not yours"
    first = late.json("digest", "--send", code=75)
    assert (first["state"], first["error"]) == ("failed", "550 5.7.1 not yours")
    assert late.json("digest", "--send", code=75)["state"] == "failed"
    smtp.refuse_message = ""
    once(late, 75)
    assert smtp.messages == [], "by itself nothing that was refused is sent again"
    sent = late.json("digest", "--send")
    assert (sent["state"], sent["already_sent"]) == ("sent", False)
    [taken] = smtp.messages
    assert read(taken.raw)["Message-ID"] == sent["message_id"] == first["message_id"]
    assert late("digest", "--send").startswith("The digest of 2026-05-18 has already gone")
    assert len(smtp.messages) == 1


def test_a_digest_that_waits_is_tried_at_once_when_its_owner_asks(late: Terminal, smtp: SmtpServer) -> None:
    smtp.refuse_message = "451 4.7.1 later"
    assert late.json("digest", "--send", code=75)["state"] == "queued"
    smtp.refuse_message = ""
    assert late("digest", "--send").startswith("The digest of 2026-05-18 is sent")


def test_a_login_that_the_mail_server_refuses_ends_a_command_as_one_of_a_mailbox_does(
    late: Terminal, smtp: SmtpServer
) -> None:
    smtp.login = ("alex", "another password")
    asked = late.json("digest", "--send", code=77)
    assert (asked["state"], asked["error"]) == ("queued", "127.0.0.1 refused the login (535)")
    ran = once(late, 77)
    assert [e["exit_code"] for e in ran.json["errors"]] == [77]
    smtp.login = None
    assert late.json("digest", "--send")["state"] == "sent"
    once(late, 75)


def test_a_digest_of_unknown_fate_is_not_sent_blindly_however_often_its_owner_asks(
    late: Terminal, smtp: SmtpServer
) -> None:
    smtp.hang_up = HangUp.SWALLOWED
    for _ in range(3):
        assert late.json("digest", "--send", code=75)["state"] == "uncertain"
    smtp.hang_up = None
    assert late.json("digest", "--send", code=75)["state"] == "uncertain"
    assert smtp.messages == []
