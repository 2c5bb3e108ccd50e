"""Mail comes, goes and is renumbered, lines drop and processes die, in any order; the promises hold at the end."""

import os
import shutil
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from kith.errors import TryLater
from kith.jobs import reading
from kith.jobs.visit import TIRESOME
from support import fake_source
from support.fake_source import Kept
from support.jobs import BOB, MARIA, ME, NOW, Died, Fate, Office
from support.mail import message

FOLDERS = ("INBOX", "Sent", "Archive")
HIDDEN = {"Drafts", "Junk", "Trash"}
HEADERS = {"headers"}
VISITS = 1 + TIRESOME
"""For each message that breaks the line: either it is passed by then, or its folder is set aside."""


class Mailbox(RuleBasedStateMachine):
    """One mailbox, one known person, and another who may become known.

    due is every mail that counts and was in a folder when a scan came to its end; a touch of it must be
    there from then on, once, whatever happens to the mail. One over which the server hangs up is not due.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="kith-machine-"))
        self.office = Office(self.folder / "home")
        self.sent = 0
        self.renamed = count(1)
        self.known = {"Maria"}
        self.due: set[str] = set()

    @initialize()
    def begin(self) -> None:
        """Maria is known from the beginning."""
        self.office.add(MARIA)

    @rule(who=st.sampled_from([MARIA, BOB, "Ann <ann@example.net>"]), folder=st.sampled_from(FOLDERS))
    def deliver(self, who: str, folder: str) -> None:
        """A mail comes, or goes."""
        self.sent += 1
        at = NOW - timedelta(days=400 - self.sent)
        sender, to = (ME, who) if folder == "Sent" else (who, ME)
        self.office.server.deliver(message(sender, to, f"{_first(who)} {self.sent}", at=at), folder, at)

    @rule(place=st.integers(0, 50), folder=st.sampled_from(FOLDERS), through_the_list=st.booleans())
    def copy(self, place: int, folder: str, through_the_list: bool) -> None:
        """A copy of something appears elsewhere, under another label or through a list."""
        there = self._all()
        if there:
            kept = there[place % len(there)][2]
            extra = b"List-Id: <club.example.org>\r\n" if through_the_list else b""
            self.office.server.folder(folder).take(Kept(extra + kept.raw, kept.at))

    @rule(place=st.integers(0, 50))
    def expunge(self, place: int) -> None:
        """Something is thrown away."""
        there = self._all()
        if there:
            folder, uid, _ = there[place % len(there)]
            self.office.server.remove(uid, folder)

    @rule(folder=st.sampled_from(FOLDERS), backwards=st.booleans())
    def renumber(self, folder: str, backwards: bool) -> None:
        """The server gives every message another UID."""
        self.office.server.folder(folder)
        self.office.server.renumber(folder, backwards=backwards)

    @rule(renumbered=st.booleans())
    def rename(self, renumbered: bool) -> None:
        """The owner gives a folder another name."""
        if "Archive" in self.office.server.folders:
            self.office.server.rename("Archive", f"Archive of {next(self.renamed)}", renumbered=renumbered)

    @rule(folder=st.sampled_from(FOLDERS))
    def fall(self, folder: str) -> None:
        """The server loses its newest, and the UID is given again.

        A visit falls between the two: where none does, UIDNEXT is what it was, and nothing tells of it.
        """
        found = self.office.server.folder(folder)
        if found.messages:
            newest = max(found.messages)
            del found.messages[newest]
            found.uidnext = newest
            self._to_the_end()

    @rule(place=st.integers(0, 50), calls=st.sampled_from([HEADERS, {"headers", "structures", "parts", "raw"}]))
    def poison(self, place: int, calls: set[str]) -> None:
        """Something breaks the line from now on whenever it is asked for."""
        there = self._all()
        if there:
            there[place % len(there)][2].deadly = frozenset(calls)

    @rule()
    def meet_bob(self) -> None:
        """Bob becomes known."""
        if "Bob" not in self.known:
            self.known.add("Bob")
            self.office.add(BOB)

    @rule(call=st.integers(1, 25))
    def lose_the_line(self, call: int) -> None:
        """A scan whose line drops at some call."""
        left = call

        def cut(_call: str) -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                raise TryLater("personal: the line was lost")

        self.office.server.on_call = cut
        self.office.scan()
        self.office.restart()

    @rule(step=st.integers(1, 40), full=st.booleans())
    def die(self, step: int, full: bool) -> None:
        """A scan in whose midst the process dies."""
        self.office.restart(Fate(step))
        with suppress(Died):
            self.office.scan(full=full)
        self.office.restart()

    @rule(full=st.booleans())
    def scan(self, full: bool) -> None:
        """A scan that comes to its end, however many visits that takes, and what must be true then."""
        self._to_the_end(full=full)
        self._check()

    def teardown(self) -> None:
        """All is well once everything has settled."""
        for _ in range(3):  # a folder that was set aside for its many numberings is read at the next quiet visit
            self._to_the_end()
        self._check()
        self.office.close()
        shutil.rmtree(self.folder)

    def _to_the_end(self, *, full: bool = False) -> None:
        trouble = sum(bool(kept.deadly) for _, _, kept in self._all()) + self._put_off()
        for visit in range(1 + VISITS * trouble):
            stopped = self.office.scan(full=full and visit == 0).error
            if stopped is None:
                return
        raise AssertionError("it takes too many visits to get over what breaks the line") from stopped

    def _put_off(self) -> int:
        """How many questions the server will not answer at once."""
        return 0

    def _all(self) -> list[tuple[str, int, Kept]]:
        folders = self.office.server.folders.items()
        return [
            (name, uid, kept) for name, found in folders if name not in HIDDEN for uid, kept in found.messages.items()
        ]

    def _check(self) -> None:
        aside = {r["name"] for r in self.office.rows("folder") if r["set_aside"]}
        counting = [
            kept.raw
            for name, _, kept in self._all()
            if name not in aside and not kept.deadly and not kept.raw.startswith(b"List-Id")
        ]
        subjects = {raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for raw in counting}
        self.due |= {subject for subject in subjects if _first(subject) in self.known}
        told = self.office.subjects()
        assert len(told) == len(set(told)), "a touch came twice"
        assert self.due <= set(told), "a touch is missing"
        assert {_first(subject) for subject in told} <= self.known, "somebody was kept who was not chosen"
        for person in self.office.rows("person"):
            assert person["touches"] == len(self.office.touches(person["id"]))


def _first(words: str) -> str:
    return words.split(maxsplit=1)[0]


def live(machine: type[Mailbox], times: int, steps: int) -> None:
    """Plays so many histories: always the same, and others and more of them where KITH_FUZZ says how many times."""
    more = int(os.environ.get("KITH_FUZZ", "0"))
    wishes = settings(
        max_examples=times * (more or 1), stateful_step_count=steps, deadline=None, derandomize=not more,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=wishes)


def test_promises_2_and_3_hold_whatever_happens_to_a_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "STRETCH", 2)
    monkeypatch.setattr(fake_source, "BATCH", 2)
    live(Mailbox, 15, 20)
