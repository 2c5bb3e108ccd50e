"""The tests' own Cyrus: mailboxes are fresh and apart, and nothing stays behind."""

from datetime import UTC, datetime

from support.cyrus import Cyrus
from support.imap_server import FOLDERS

MESSAGE = b"From: anna@example.org\r\nSubject: hello\r\n\r\nhello\r\n"
AT = datetime(2020, 2, 29, 12, 0, tzinfo=UTC)


def test_every_user_has_a_mailbox_of_their_own_with_the_usual_folders(cyrus: Cyrus) -> None:
    uid = cyrus.deliver("first", MESSAGE, at=AT, flags=(r"\Seen",))
    assert cyrus.contents("first")["INBOX"] == {uid: ((b"\\Seen",), AT)}
    assert cyrus.snapshot("second") == {name: {} for name in FOLDERS}


def test_it_is_what_it_is_there_for(cyrus: Cyrus) -> None:
    with cyrus.client("third") as client:
        assert {b"CONDSTORE", b"ESEARCH", b"SPECIAL-USE", b"LIST-EXTENDED", b"IDLE"} <= set(client.capabilities())
        flags = {name: flags for flags, _, name in client.list_folders()}
        assert b"\\drafts" in flags["Drafts"]  # in small letters, unlike RFC 6154
