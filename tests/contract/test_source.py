"""What every mail driver must do alike. A new one inherits SourceContract and says how its mailbox is filled."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # it ships no types

from kith.errors import Internal, NotFound
from kith.mail import wire
from kith.mail.headers import envelope
from kith.mail.imap import Account, ImapSource, connect
from kith.mail.source import Role, Source
from support.cyrus import Cyrus
from support.dovecot import Dovecot
from support.imap_server import PASSWORD, ImapServer
from support.recording_proxy import RecordingProxy

AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
PLAIN = "text/plain"

INVITATION = (
    b"From: Anna <anna@example.org>\r\nTo: me@example.org\r\nMessage-ID: <invite@example.org>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n"
    b"--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"
    b"--in\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=BC=C3=9Fe=\r\n!\r\n"
    b"--in\r\nContent-Type: Text/Calendar; method=REQUEST\r\nContent-Transfer-Encoding: BASE64\r\n\r\n"
    b"QkVHSU46VkNBTEVOREFS\r\nDQpFTkQ6VkNBTEVOREFSDQo=\r\n"
    b"--in--\r\n\r\n"
    b"--out\r\nContent-Type: application/ics\r\n"
    b"Content-Disposition: attachment;\r\n filename*=utf-8''Gr%C3%BC%C3%9Fe.ics\r\n\r\n"
    b"BEGIN:VCALENDAR\r\n\r\n"
    b"--out\r\nContent-Type: message/rfc822\r\n\r\n"
    b"From: other@example.org\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n"
    b"--out--\r\n"
)


def message(number: int = 1, extra: bytes = b"", body: bytes = b"hello\r\n") -> bytes:
    """A mail from anna, numbered in its subject and its Message-ID."""
    return (
        b"Received: from mx.example.org by mail.example.org; Sun, 29 Mar 2026 01:30:00 +0000\r\n"
        b"From: Anna <anna@example.org>\r\nTo: me@example.org\r\nSubject: mail %d\r\n"
        b"Date: Sun, 29 Mar 2026 03:30:00 +0200\r\nMessage-ID: <m%d@example.org>\r\nX-Mailer: none\r\n%s\r\n%s"
        % (number, number, extra, body)
    )


class World(ABC):
    """A mailbox that a test fills, and what Kith sees of it."""

    refuses: frozenset[str | bytes] = frozenset()
    """Names of folders, and messages, that the server does not take from anybody."""

    @abstractmethod
    def open(self) -> Source:
        """The mailbox as Kith opens it."""

    @abstractmethod
    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime = AT) -> int:
        """Puts a message into a folder, made if need be, and gives its UID."""

    @abstractmethod
    def remove(self, uid: int, folder: str = "INBOX") -> None:
        """Removes a message for good, behind Kith's back."""

    @abstractmethod
    def snapshot(self) -> Any:
        """All that Kith must not change."""


class SourceContract:
    """The tests. A subclass has a fixture world."""

    @pytest.fixture
    def source(self, world: World) -> Iterator[Source]:
        source = world.open()
        yield source
        source.close()

    def opened(self, world: World, source: Source, number: int) -> list[int]:
        """That many messages in INBOX, which is open."""
        uids = [world.deliver(message(n)) for n in range(1, number + 1)]
        source.examine("INBOX")
        return uids

    # -- folders

    def test_every_folder_is_listed_once_with_its_role(self, world: World, source: Source) -> None:
        world.deliver(message(), "Family/Zoë & co")
        found = {folder.name: folder.role for folder in source.folders()}
        assert len(found) == len(source.folders())
        expected = {
            "INBOX": Role.INBOX,
            "Sent": Role.SENT,
            "Drafts": Role.DRAFTS,
            "Junk": Role.JUNK,
            "Trash": Role.TRASH,
        }
        assert found.items() >= {**expected, "Archive": Role.PLAIN, "Family/Zoë & co": Role.PLAIN}.items()

    @pytest.mark.parametrize(
        "name", ["Zoë", "日本語/会議", "a & b", "two  spaces", "brackets [x] (y)", "percent % star"]
    )
    def test_a_folder_of_any_name_can_be_opened(self, world: World, source: Source, name: str) -> None:
        if name in world.refuses:
            with pytest.raises(IMAPClientError):
                world.deliver(message(), name)
            return
        uid = world.deliver(message(), name)
        assert name in [folder.name for folder in source.folders()]
        assert source.examine(name).messages == 1
        assert list(source.uids(1)) == [uid]

    def test_status_says_the_same_as_opening(self, world: World, source: Source) -> None:
        last = [world.deliver(message(n)) for n in range(3)][-1]
        world.deliver(message(), "Archive")
        states = source.status(["INBOX", "Archive", "Sent"])
        assert {name: state.messages for name, state in states.items()} == {"INBOX": 3, "Archive": 1, "Sent": 0}
        opened = source.examine("INBOX")
        assert (states["INBOX"].uidvalidity, states["INBOX"].uidnext) == (opened.uidvalidity, last + 1)
        assert opened.uidvalidity > 0
        assert opened.uidnext == last + 1

    def test_status_says_what_came_meanwhile_into_the_folder_that_is_open(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 2)
        assert list(source.uids(1)) == uids
        last = world.deliver(message(3))
        assert source.status(["INBOX"])["INBOX"].uidnext == last + 1
        world.remove(last)
        assert source.status(["INBOX"])["INBOX"].messages == 2

    def test_status_leaves_out_what_is_not_there(self, source: Source) -> None:
        assert list(source.status(["No such folder", "INBOX", "line\r\nbreak"])) == ["INBOX"]
        assert source.status([]) == {}

    def test_opening_what_is_not_there_is_not_found(self, world: World, source: Source) -> None:
        for name in ("No such folder", "line\r\nbreak"):
            with pytest.raises(NotFound, match="folder"):
                source.examine(name)
        assert self.opened(world, source, 1) == list(source.uids(1))

    # -- messages

    def test_uids_begin_where_they_should(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 4)
        assert list(source.uids(1)) == uids
        assert list(source.uids(uids[2])) == uids[2:]

    def test_uids_beyond_the_last_are_none(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 2)
        assert list(source.uids(uids[-1] + 1)) == []
        assert list(source.uids(4_000_000_000)) == []

    def test_an_empty_folder_has_no_uids_and_no_headers(self, source: Source) -> None:
        source.examine("Archive")
        assert list(source.uids(1)) == []
        assert list(source.headers([])) == []

    def test_headers_have_the_fields_of_a_scan_and_the_time_of_arrival(self, world: World, source: Source) -> None:
        world.deliver(message(7))
        source.examine("INBOX")
        [(uids, [header], unreadable)] = source.headers(source.uids(1))
        assert (uids, unreadable, header.received_at) == ([header.uid], [], AT)
        seen = envelope(header.block, header.received_at)
        assert (seen.message_id, seen.subject) == ("<m7@example.org>", "mail 7")
        assert b"X-Mailer" not in header.block

    def test_header_bytes_come_as_they_are(self, world: World, source: Source) -> None:
        odd = b'To: =?utf-8?q?a?=, "b) {3}\r\n c" <d@example.org>\r\nSubject: gr\xfc\xdfe {12}\r\n'
        odd += b"References: <a>\r\n\t<b>\r\n"
        world.deliver(b"From: x@example.org\r\n" + odd + b"\r\nbody")
        source.examine("INBOX")
        [(_, [header], _)] = source.headers(source.uids(1))
        for line in odd.split(b"\r\nS")[0], b"gr\xfc\xdfe {12}", b"<a>\r\n\t<b>":
            assert line in header.block

    @pytest.mark.parametrize("raw", [b"\r\nonly a body", b"no header at all", b"X-Other: 1\r\n\r\nbody", b"\r\n"])
    def test_a_message_without_the_fields_is_read_all_the_same(self, world: World, source: Source, raw: bytes) -> None:
        if raw in world.refuses:
            with pytest.raises(IMAPClientError):
                world.deliver(raw)
            return
        uids = [world.deliver(raw), world.deliver(message(2))]
        source.examine("INBOX")
        [(covered, headers, unreadable)] = source.headers(uids)
        assert (covered, sorted(header.uid for header in headers), unreadable) == (uids, uids, [])

    def test_batches_cover_everything_in_the_order_asked(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 25)
        asked = uids[::-1]
        batches = list(source.headers(asked))
        assert [uid for covered, _, _ in batches for uid in covered] == asked
        assert sorted(header.uid for _, headers, _ in batches for header in headers) == uids
        assert all(set(covered) >= {header.uid for header in headers} for covered, headers, _ in batches)

    def test_what_is_not_wanted_is_covered_and_left_out(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 25)
        batches = list(source.headers(uids, lambda block: b"mail 13\r\n" in block))
        assert [uid for covered, _, _ in batches for uid in covered] == uids
        assert [header.uid for _, headers, _ in batches for header in headers] == [uids[12]]

    def test_what_has_gone_is_left_out_silently(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 12)
        world.remove(uids[3])
        source.examine("INBOX")
        asked = [*uids, 2_000_000_000]
        batches = list(source.headers(asked))
        assert [uid for covered, _, _ in batches for uid in covered] == asked
        assert [header.uid for _, headers, _ in batches for header in headers] == uids[:3] + uids[4:]
        assert not any(unreadable for _, _, unreadable in batches)
        assert source.raw(uids[3], 100) is None
        assert set(source.structures(uids)) == set(source.fields(uids, ["Received"])) == set(uids) - {uids[3]}

    def test_other_questions_may_be_asked_between_two_batches(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 35)
        seen = []
        for covered, headers, _ in source.headers(uids):
            assert set(source.structures(covered)) == set(covered)
            assert list(source.uids(uids[-1])) == uids[-1:]
            seen += [header.uid for header in headers]
        assert sorted(seen) == uids

    def test_headers_may_be_left_halfway(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 35)
        for _ in source.headers(uids):
            break
        assert list(source.uids(1)) == uids
        assert sum(len(headers) for _, headers, _ in source.headers(uids)) == 35

    def test_headers_are_not_read_from_another_folder_by_mistake(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 35)
        batches = source.headers(uids)
        next(batches)
        source.examine("Archive")
        with pytest.raises(Internal, match="another folder"):
            next(batches)
        assert list(source.uids(1)) == []

    def test_a_filter_that_fails_leaves_the_mailbox_usable(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 35)
        with pytest.raises(ZeroDivisionError):
            list(source.headers(uids, lambda _block: bool(1 // 0)))
        assert list(source.uids(1)) == uids

    def test_further_fields_are_given_for_a_few_messages(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 2)
        found = source.fields(uids, ["Received", "X-Mailer"])
        assert set(found) == set(uids)
        assert b"by mail.example.org" in found[uids[0]]
        assert b"X-Mailer: none" in found[uids[0]]
        assert b"Subject" not in found[uids[0]]

    def test_structures_name_the_leaves(self, world: World, source: Source) -> None:
        uid = world.deliver(INVITATION)
        source.examine("INBOX")
        parts = source.structures([uid])[uid]
        assert [(part.section, part.media_type, part.encoding) for part in parts] == [
            ("1.1", "text/plain", "quoted-printable"),
            ("1.2", "text/calendar", "base64"),
            ("2", "application/ics", "7bit"),
            ("3", "message/rfc822", "7bit"),
        ]
        assert (parts[0].charset.lower(), parts[2].filename) == ("utf-8", "Grüße.ics")
        assert parts[1].size > 0
        assert [part.is_attached for part in parts] == [False, False, True, False]

    def test_a_message_of_one_part_has_the_section_1(self, world: World, source: Source) -> None:
        uid = world.deliver(message(body=b"words\r\n"))
        source.examine("INBOX")
        [part] = source.structures([uid])[uid]
        assert (part.section, part.media_type) == ("1", PLAIN)
        assert source.parts([(uid, part)], 100) == {(uid, "1"): b"words\r\n"}

    def test_structures_of_messages_without_the_sought_parts_may_be_left_out(
        self, world: World, source: Source
    ) -> None:
        plain, invitation = world.deliver(message()), world.deliver(INVITATION)
        source.examine("INBOX")
        whole = source.structures([plain, invitation])
        for sought in (["text/calendar"], ["image/png", "Text/Calendar"]):
            found = source.structures([plain, invitation], sought)
            assert found.items() <= whole.items()
            assert found[invitation] == whole[invitation]
            assert source.structures([plain, invitation], sought, [plain]) == whole

    def test_of_each_kind_of_part_may_come_another_length(self, world: World, source: Source) -> None:
        uid = world.deliver(INVITATION)
        source.examine("INBOX")
        wanted = [(uid, part) for part in source.structures([uid])[uid][:2]]
        found = source.parts(wanted, {"text/plain": 4, "text/calendar": 9})
        assert found == {(uid, "1.1"): "Grü".encode(), (uid, "1.2"): b"BEGIN:VCA"}

    def test_parts_come_decoded_and_no_longer_than_asked(self, world: World, source: Source) -> None:
        uid, other = world.deliver(INVITATION), world.deliver(message(body=b"words\r\n"))
        source.examine("INBOX")
        text, calendar, *_ = source.structures([uid])[uid]
        [plain] = source.structures([other])[other]
        assert source.parts([], 100) == {}
        found = source.parts([(uid, text), (other, plain), (uid, calendar), (other + 1, calendar)], 1000)
        assert set(found) == {(uid, "1.1"), (uid, "1.2"), (other, "1")}
        assert found[uid, "1.1"].decode().strip() == "Grüße!"
        assert found[uid, "1.2"] == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
        assert found[other, "1"] == b"words\r\n"
        assert source.parts([(uid, calendar), (other, plain)], 5) == {(uid, "1.2"): b"BEGIN", (other, "1"): b"words"}

    def test_words_come_from_several_folders_at_once(self, world: World, source: Source) -> None:
        uids = {name: world.deliver(message(body=name.encode() + b" here\r\n"), name) for name in ("INBOX", "Archive")}
        wanted = {(name, source.examine(name).uidvalidity): [uid, uid + 7] for name, uid in uids.items()}
        for stale in (("No such folder", 1), ("INBOX", 1), ("line\r\nbreak", 1)):
            wanted[stale] = [1]
        found = source.texts(wanted, lambda parts: parts[0], 8)
        told = {(name, uid): data for (name, _), some in found.items() for uid, (_, data) in some.items()}
        assert told == {("INBOX", uids["INBOX"]): b"INBOX he", ("Archive", uids["Archive"]): b"Archive "}
        assert len(found) == 2
        assert source.texts(dict(list(wanted.items())[:1]), lambda _parts: None, 8) == {next(iter(wanted)): {}}
        assert source.texts({}, lambda parts: parts[0], 8) == {}
        source.examine("Archive")
        assert list(source.uids(1)) == [uids["Archive"]]

    def test_what_was_foreseen_is_read_and_what_was_not_as_well(self, world: World, source: Source) -> None:
        uids = [world.deliver(message(n)) for n in range(1, 26)]
        other = world.deliver(message(30), "Archive")
        source.foresee("INBOX", uids[3])
        source.examine("INBOX")
        assert list(source.uids(uids[3])) == uids[3:]
        wanted = source.headers(uids[3:], lambda block: b"mail 13\r\n" in block)
        assert [header.uid for _, headers, _ in wanted for header in headers] == [uids[12]]
        source.foresee("Archive", 1)
        whole = source.structures(uids[:1])[uids[0]][0]
        assert source.parts([(uids[0], whole)], 5) == {(uids[0], "1"): b"hello"}
        assert list(source.uids(1)) == uids, "INBOX is still open"
        source.foresee("Archive", 1)
        source.parts([(uids[0], whole)], 5)
        assert source.examine("Archive").messages == 1
        assert list(source.uids(1)) == [other]
        assert [header.uid for _, headers, _ in source.headers([other]) for header in headers] == [other]
        source.foresee("INBOX", 1)
        source.examine("Archive")
        assert list(source.uids(1)) == [other]

    def test_a_whole_message_comes_no_longer_than_asked(self, world: World, source: Source) -> None:
        uid = world.deliver(INVITATION)
        source.examine("INBOX")
        assert source.raw(uid, 1_000_000) == INVITATION
        assert source.raw(uid, 20) == INVITATION[:20]

    def test_a_message_is_found_by_its_id_and_nothing_like_it(self, world: World, source: Source) -> None:
        ids = [
            b"<a@example.org>",
            b"<aa@example.org>",
            b"<a@example.org.evil>",
            b"\r\n <a@example.org>",
            b"<A@example.org>",
        ]
        uids = [world.deliver(b"From: x@y\r\nMessage-ID: %s\r\n\r\n" % one, "Sent") for one in ids]
        uids.append(world.deliver(b"From: x@y\r\nReferences: <a@example.org>\r\n\r\n", "Sent"))
        assert source.find("Sent", "<a@example.org>") == [uids[0], uids[3]]
        assert source.find("Sent", "<b@example.org>") == []
        assert source.find("INBOX", "<a@example.org>") == []

    @pytest.mark.parametrize(
        "odd", ['<a"b\\c@example.org>', "<zoë@example.org>", "<>", "", "\r\n", '"', "<x> a1 LOGOUT\r\n"]
    )
    def test_looking_for_an_odd_id_is_harmless(self, world: World, source: Source, odd: str) -> None:
        uid = world.deliver(b'From: x@y\r\nMessage-ID: <a"b\\c@example.org>\r\n\r\n')
        assert source.find("INBOX", odd) == ([uid] if odd.startswith("<a") else [])
        assert list(source.uids(1)) == [uid]

    # -- the only writes

    def test_a_draft_is_placed_with_its_flag(self, world: World, source: Source) -> None:
        source.append("Drafts", message(5), ["\\Draft"])
        source.append("INBOX", message(6), [])
        [uid] = source.find("Drafts", "<m5@example.org>")
        assert source.raw(uid, 10_000) == message(5)
        assert len(source.find("INBOX", "<m6@example.org>")) == 1
        assert b"\\Draft" in world.snapshot()["Drafts"][uid]

    @pytest.mark.parametrize("folder", ["Sent", "Trash", "Junk", "Archive"])
    def test_nothing_is_ever_written_to_another_folder(self, world: World, source: Source, folder: str) -> None:
        before = world.snapshot()
        with pytest.raises(Internal, match="does not write"):
            source.append(folder, message(), [])
        assert world.snapshot() == before

    def test_writing_to_what_is_not_there_is_not_found(self, source: Source) -> None:
        with pytest.raises(NotFound, match="no folder"):
            source.append("Nowhere", message(), [])

    def test_reading_changes_nothing(self, world: World, source: Source) -> None:
        uids = self.opened(world, source, 12)
        invitation = world.deliver(INVITATION)
        before = world.snapshot()
        source.folders()
        source.status(["INBOX", "Sent"])
        source.examine("INBOX")
        list(source.headers(source.uids(1)))
        source.fields(uids, ["Received"])
        source.parts([(invitation, part) for part in source.structures([invitation])[invitation]], 1000)
        source.raw(uids[0], 1000)
        source.find("INBOX", "<m3@example.org>")
        source.close()
        assert world.snapshot() == before

    def test_closing_twice_is_harmless(self, source: Source) -> None:
        source.close()
        source.close()


class ImapWorld(World):
    """A mailbox on a real server."""

    _users = count(1)

    def __init__(self, server: ImapServer) -> None:
        self.server = server
        self.user = f"contract{next(self._users)}"

    def open(self, port: int = 0) -> ImapSource:
        port = port or self.server.port
        return connect(Account("mail", self.server.host, port, self.user, "none", lambda: PASSWORD), 10)

    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime = AT) -> int:
        return self.server.deliver(self.user, raw, folder, at)

    def remove(self, uid: int, folder: str = "INBOX") -> None:
        self.server.remove(self.user, uid, folder)

    def snapshot(self) -> Any:
        return self.server.snapshot(self.user)


class CyrusWorld(ImapWorld):
    """Cyrus keeps out what would be trouble for others."""

    refuses = frozenset({"percent % star", b"no header at all"})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several batches and windows for few messages."""
    monkeypatch.setattr(wire, "BATCH", 10)
    monkeypatch.setattr(wire, "WINDOW", 2)


class ImapContract(SourceContract):
    """What every IMAP server must be read like, beside what all sources are."""

    def test_news_is_told_soon_to_who_waits(self, world: ImapWorld) -> None:
        with world.open() as source:
            source.idle_start("INBOX")
            assert not source.idle_check(0.05)
            uid = world.deliver(message())
            assert source.idle_check(10)
            source.idle_done()
            assert list(source.uids(1)) == [uid]

    def test_a_far_server_is_read_compressed(self, world: ImapWorld) -> None:
        uids = [world.deliver(message(n, body=b"words and words\r\n" * 100)) for n in range(1, 31)]
        with RecordingProxy(world.server.port, delay=0.02) as far, world.open(far.port) as source:
            source.folders()
            source.examine("INBOX")
            assert [header.uid for _, headers, _ in source.headers(uids) for header in headers] == uids
            assert (source.raw(uids[0], 100_000) or b"").count(b"words") == 200
            assert "COMPRESS" in far.verbs


@pytest.mark.usefixtures("small")
class TestDovecot(ImapContract):
    """IMAP, as Dovecot speaks it."""

    @pytest.fixture
    def world(self, dovecot: Dovecot) -> World:
        return ImapWorld(dovecot)


@pytest.mark.usefixtures("small")
class TestCyrus(ImapContract):
    """IMAP, as Cyrus speaks it."""

    @pytest.fixture
    def world(self, cyrus: Cyrus) -> World:
        return CyrusWorld(cyrus)
