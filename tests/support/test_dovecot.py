"""The tests' own Dovecot: mailboxes are fresh and apart, and nothing stays behind, of Cyrus neither."""

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient

from support import cyrus
from support import dovecot as support
from support.cyrus import Cyrus
from support.dovecot import PASSWORD, Dovecot
from support.imap_server import listens
from support.need import need

MESSAGE = b"From: anna@example.org\r\nSubject: hello\r\n\r\nhello\r\n"


def test_every_user_has_a_mailbox_of_their_own_with_the_usual_folders(dovecot: Dovecot) -> None:
    uid = dovecot.deliver("first", MESSAGE, flags=(r"\Seen",))
    assert dovecot.snapshot("first")["INBOX"] == {uid: (b"\\Seen",)}
    assert dovecot.snapshot("second") == {name: {} for name in ("INBOX", *support.SPECIAL)}


def test_a_delivery_makes_its_folder_and_keeps_its_time(dovecot: Dovecot) -> None:
    at = datetime(2020, 2, 29, 12, 0, tzinfo=UTC)
    uid = dovecot.deliver("third", MESSAGE, "Familie/Ärzte & Co", at)
    with dovecot.client("third") as client:
        client.select_folder("Familie/Ärzte & Co")
        assert client.fetch([uid], ["INTERNALDATE"])[uid][b"INTERNALDATE"] == at


def test_mail_that_was_put_into_a_maildir_is_served(dovecot: Dovecot) -> None:
    for place in (".", ".Sent"):
        for name in ("cur", "new", "tmp"):
            (dovecot.maildir("sixth") / place / name).mkdir(parents=True)
    (dovecot.maildir("sixth") / ".Sent" / "cur" / "1.one:2,S").write_bytes(MESSAGE)
    dovecot.hand_over("sixth")
    assert dovecot.snapshot("sixth")["Sent"] == {1: (b"\\Seen",)}
    dovecot.deliver("sixth", MESSAGE)
    assert len(dovecot.snapshot("sixth")["INBOX"]) == 1


def test_a_folder_can_be_numbered_anew(dovecot: Dovecot) -> None:
    for _ in range(3):
        dovecot.deliver("seventh", MESSAGE)
    dovecot.remove("seventh", 1)
    with dovecot.client("seventh") as client:
        before = client.select_folder("INBOX")[b"UIDVALIDITY"]
    dovecot.renumber("seventh")
    with dovecot.client("seventh") as client:
        assert client.select_folder("INBOX")[b"UIDVALIDITY"] != before
    assert sorted(dovecot.snapshot("seventh")["INBOX"]) == [1, 2]


def test_it_speaks_tls_and_starttls_with_a_certificate_that_can_be_trusted(dovecot: Dovecot) -> None:
    context = ssl.create_default_context(cafile=str(dovecot.ca))
    with IMAPClient("localhost", dovecot.tls_port, ssl_context=context, timeout=5) as client:
        client.login("fourth", PASSWORD)
    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=5) as client:
        client.starttls(context)
        client.login("fourth", PASSWORD)
        assert {b"IDLE", b"SPECIAL-USE", b"COMPRESS=DEFLATE"} <= set(client.capabilities())


def test_urls_are_those_of_the_config_file(dovecot: Dovecot) -> None:
    assert dovecot.url("anna@example.org") == f"imap://anna%40example.org@127.0.0.1:{dovecot.port}"
    assert dovecot.imaps_url("anna") == f"imaps://anna@127.0.0.1:{dovecot.tls_port}"


@pytest.mark.parametrize(("kind", "missing"), [(Dovecot, support.missing), (Cyrus, cyrus.missing)])
def test_it_stops_soon_whoever_is_logged_in_and_leaves_no_file(
    kind: type[Dovecot | Cyrus], missing: Callable[[], str]
) -> None:
    need(missing())
    server = kind()
    server.deliver("anna", MESSAGE)
    client = server.client("anna")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 3
    client.shutdown()
    assert not server.home.exists()
    assert not listens(server.host, server.port)
