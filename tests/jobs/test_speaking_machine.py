"""The same life as in test_scan_machine, over a line to a server with good and bad manners."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from jobs.test_scan_machine import HEADERS, Mailbox, live
from kith.jobs import reading
from kith.mail import wire
from support.jobs import MARIA
from support.speaking_imap import Manner


class Speaking(Mailbox):
    """One mailbox that is read as IMAP."""

    @initialize()
    def begin(self) -> None:
        """Maria is known from the beginning."""
        self.imap = self.office.speak()
        self.office.add(MARIA)

    @rule(manner=st.sampled_from(Manner), says_uidnext=st.booleans())
    def behave(self, manner: Manner, says_uidnext: bool) -> None:
        """Another server takes over."""
        self.imap.manner = manner
        for folder in self.office.server.folders.values():
            folder.says_uidnext = says_uidnext

    @rule(times=st.integers(1, 3))
    def be_busy(self, times: int) -> None:
        """The server has something else to do."""
        self.imap.busy = times

    @rule(
        place=st.integers(0, 50),
        calls=st.sampled_from([HEADERS, {"headers", "structures", "parts", "raw"}, {"garbled"}]),
    )
    def poison(self, place: int, calls: set[str]) -> None:
        """The server stumbles over something from now on, or talks nonsense of it."""
        there = self._all()
        if there:
            there[place % len(there)][2].deadly = frozenset(calls)

    @rule(size=st.integers(100, 4000))
    def lose_the_line(self, size: int) -> None:
        """A scan whose line drops when the server has said so much."""
        self.imap.hangs_up_after = size
        self.office.scan()
        self.imap.hangs_up_after = None
        self.office.restart()

    def _put_off(self) -> int:
        return self.imap.busy


def test_promises_2_and_3_hold_over_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "STRETCH", 2)
    monkeypatch.setattr(wire, "BATCH", 2)
    live(Speaking, 15, 20)
