"""The same life as in test_scan_machine, on a real server: mail moves, folders are renamed, lines drop."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types

from jobs.test_scan_machine import FOLDERS, HIDDEN, Mailbox, live
from kith.jobs import reading
from kith.mail import wire
from support.dovecot import Dovecot
from support.fake_source import Kept
from support.jobs import BOB, MARIA, ME, NOW
from support.mail import message
from support.recording_proxy import RecordingProxy


class OnDovecot(Mailbox):
    """One mailbox on a Dovecot. What no real server can be made to do is left out."""

    dovecot: Dovecot
    fall = poison = None  # type: ignore[assignment]  # these rules are not for a real server

    @initialize()
    def begin(self) -> None:
        """Maria is known from the beginning; the mailbox is fresh."""
        self.user = self.office.use(self.dovecot)
        self.office.add(MARIA)

    @rule(who=st.sampled_from([MARIA, BOB, "Ann <ann@example.net>"]), folder=st.sampled_from(FOLDERS))
    def deliver(self, who: str, folder: str) -> None:
        """A mail comes, or goes."""
        self.sent += 1
        at = NOW - timedelta(days=400 - self.sent)
        sender, to = (ME, who) if folder == "Sent" else (who, ME)
        raw = message(sender, to, f"{who.split(maxsplit=1)[0]} {self.sent}", at=at)
        self.dovecot.deliver(self.user, raw, folder, at)

    @rule(place=st.integers(0, 50), folder=st.sampled_from(FOLDERS), through_the_list=st.booleans())
    def copy(self, place: int, folder: str, through_the_list: bool) -> None:
        """A copy of something appears elsewhere, by the server's own COPY or through a list."""
        there = self._all()
        if not there:
            return
        origin, uid, kept = there[place % len(there)]
        if through_the_list:
            self.dovecot.deliver(self.user, b"List-Id: <club.example.org>\r\n" + kept.raw, folder, kept.at)
        else:
            with self.dovecot.client(self.user) as client:
                client.select_folder(origin)
                client.copy([uid], folder)

    @rule(place=st.integers(0, 50))
    def expunge(self, place: int) -> None:
        """Something is thrown away."""
        there = self._all()
        if there:
            folder, uid, _ = there[place % len(there)]
            self.dovecot.remove(self.user, uid, folder)

    @rule(folder=st.sampled_from(FOLDERS))
    def renumber(self, folder: str) -> None:
        """The server forgets its numbers, and makes new ones."""
        self.dovecot.renumber(self.user, folder)

    @rule()
    def rename(self) -> None:
        """The owner gives a folder another name."""
        if any(name == "Archive" for name, _, _ in self._all()):
            with self.dovecot.client(self.user) as client:
                client.rename_folder("Archive", f"Archive of {next(self.renamed)}")
                client.create_folder("Archive")

    @rule(size=st.integers(500, 6000))
    def lose_the_line(self, size: int) -> None:
        """A scan whose line drops when the server has said so much."""
        here = self.office.servers["personal"]
        with RecordingProxy(self.dovecot.port, cut_after=size) as line:
            line.host = self.dovecot.host  # type: ignore[attr-defined]  # what Office asks of a server
            self.office.servers["personal"] = line  # type: ignore[assignment]  # as above
            self.office.scan()
        self.office.servers["personal"] = here
        self.office.restart()

    def _all(self) -> list[tuple[str, int, Kept]]:
        with self.dovecot.client(self.user) as client:
            return list(_contents(client))


def _contents(client: IMAPClient) -> Iterator[tuple[str, int, Kept]]:
    for _, _, name in sorted(client.list_folders(), key=lambda listed: str(listed[2])):
        if name not in HIDDEN:
            client.select_folder(name, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]", "INTERNALDATE"])
            yield from ((name, uid, Kept(m[b"BODY[]"], m[b"INTERNALDATE"])) for uid, m in sorted(found.items()))


def test_promises_2_and_3_hold_on_a_real_server(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "STRETCH", 2)
    monkeypatch.setattr(wire, "BATCH", 2)
    monkeypatch.setattr(OnDovecot, "dovecot", dovecot, raising=False)
    live(OnDovecot, 6, 15)
