"""The demo's servers, as a mail program that has never heard of Kith sees them."""

import imaplib
import smtplib
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from kith.demo import servers
from kith.demo.mailbox import ADDRESSES, DemoMailbox, invent
from kith.demo.servers import HOST, DemoServers
from kith.errors import UsageError

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
LETTER = b"From: Kith <alex@example.com>\r\nTo: alex@example.com\r\nSubject: hello\r\n\r\nIt works.\r\n.dot\r\n"


@pytest.fixture(scope="module")
def box() -> DemoMailbox:
    return invent(NOW)


@pytest.fixture(scope="module")
def running(box: DemoMailbox) -> Iterator[DemoServers]:
    with DemoServers(box.messages, ADDRESSES) as found:
        yield found


@pytest.fixture
def client(running: DemoServers) -> Iterator[IMAPClient]:
    with IMAPClient(HOST, running.imap_port, ssl=False, timeout=20) as found:
        found.normalise_times = False
        found.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found.login(running.user, running.password)
        yield found


@pytest.fixture
def smtp(running: DemoServers) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(HOST, running.smtp_port, timeout=20) as found:
        yield found


def test_the_folders_are_those_of_an_ordinary_account(client) -> None:
    assert sorted(name for _, _, name in client.list_folders()) == ["Archive", "Drafts", "INBOX", "Sent"]


@pytest.mark.parametrize("folder", ["INBOX", "Sent", "Archive"])
def test_a_folder_holds_what_was_put_into_it(client, box, folder) -> None:
    client.select_folder(folder, readonly=True)
    found = client.fetch(client.search("ALL"), ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
    wanted = [m for m in box.messages if m.folder == folder]
    got = [found[uid] for uid in sorted(found)]
    assert [m[b"BODY[]"] for m in got] == [m.raw for m in wanted]
    assert [m[b"INTERNALDATE"] for m in got] == [m.at.replace(microsecond=0) for m in wanted]
    assert [{f.decode() for f in m[b"FLAGS"]} & {"\\Seen"} for m in got] == [set(m.flags) for m in wanted]


def test_a_letter_sent_arrives_in_inbox_and_wakes_who_idles(client, running, smtp) -> None:
    before = client.select_folder("INBOX", readonly=True)[b"EXISTS"]
    client.idle()
    smtp.login(running.user, running.password)
    assert smtp.sendmail("alex@example.com", ["alex@example.com"], LETTER) == {}
    woken = client.idle_check(timeout=10)
    client.idle_done()
    assert (before + 1, b"EXISTS") in woken
    uid = max(client.search(["SUBJECT", "hello"]))
    raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
    assert raw.endswith(LETTER)
    assert raw.startswith(b"Return-Path: <alex@example.com>\r\nReceived: ")


def test_an_append_to_sent_stays(client) -> None:
    client.append("Sent", LETTER, [b"\\Seen"], NOW)
    client.select_folder("Sent", readonly=True)
    assert client.search(["SUBJECT", "hello"])


def test_a_wrong_password_opens_neither_door(running, smtp) -> None:
    with IMAPClient(HOST, running.imap_port, ssl=False, timeout=20) as other, pytest.raises(LoginError):
        other.login(running.user, "guess")
    with pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login(running.user, "guess")


def test_mail_is_not_taken_from_strangers(smtp) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused, match="Authentication required"):
        smtp.sendmail("alex@example.com", ["alex@example.com"], LETTER)


def test_mail_for_anybody_else_is_refused(running, smtp) -> None:
    smtp.login(running.user, running.password)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="No such mailbox here"):
        smtp.sendmail("alex@example.com", ["maria.tavares@example.org"], LETTER)


def test_they_stop_at_once_and_quietly_even_while_somebody_idles(capfd) -> None:
    with DemoServers([], ADDRESSES) as short:
        idling = imaplib.IMAP4(HOST, short.imap_port, timeout=20)
        idling.login(short.user, short.password)
        idling.select("INBOX", readonly=True)
        idling.send(b"A1 IDLE\r\n")
        assert idling.readline().startswith(b"+")
        started = time.monotonic()
    assert time.monotonic() - started < 2
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((HOST, short.imap_port), timeout=5)
    idling.shutdown()
    assert capfd.readouterr() == ("", "")


def test_each_run_has_a_password_of_its_own() -> None:
    assert DemoServers([], ADDRESSES).password != DemoServers([], ADDRESSES).password


def test_without_the_extra_it_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(servers, "find_spec", lambda name: None if name == "pymap" else object())
    with pytest.raises(UsageError, match="embedded servers") as caught, DemoServers([], ADDRESSES):
        pass
    assert caught.value.hint == "pip install 'kithmail[demo]'"
