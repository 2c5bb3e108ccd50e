"""Questions about messages of the open folder, and what becomes of one that the server does not answer.

A server in trouble refuses every message. So one that does not come, asked for alone, is only given up where
another one of the folder comes right after it.
"""

import imaplib
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Final

from kith.domain.snag import neighbours
from kith.errors import MailboxFailed, TryLater
from kith.mail.imap_account import AGAIN, Account
from kith.mail.imap_fetch import (
    Answer,
    Behind,
    Question,
    Told,
    Worth,
    alone,
    answers,
    ask,
    body,
    everything,
    holds,
    is_gone,
)  # fmt: skip
from kith.mail.imap_line import Client, Line
from kith.mail.imap_session import ImapSession
from kith.mail.imap_words import is_busy
from kith.mail.source import FolderState, RawHeader, Unreadable
from kith.mail.wire import ITEMS, Batch, sequence_set

_FEW: Final = 3
"""Messages that are given up before it is asked whether others come, and the rest one by one."""
_STRUCTURE: Final = "BODYSTRUCTURE"
_BEGINNING: Final = "BODY.PEEK[]<0.512>"
"""What every message has."""


class ImapQuestions(ImapSession):
    """A session that can ask about messages."""

    def __init__(self, account: Account, client: Client) -> None:
        super().__init__(account, client)
        self._withheld: dict[int, Unreadable] = {}

    def examine(self, folder: str) -> FolderState:
        """Opens a folder read-only (EXAMINE); see ImapSession."""
        self._withheld = {}
        return super().examine(folder)

    def withheld(self) -> list[Unreadable]:
        """Messages of the open folder that came in part only, while others came whole; each is told once."""
        found, self._withheld = list(self._withheld.values()), {}
        return found

    def _repair(self, batch: Batch, wanted: Callable[[bytes], bool] | None) -> None:
        """Asks alone for the headers that did not come with the others; what is gone is left out."""
        if is_busy(batch.refusal):
            raise TryLater(f"{self._account.name}: {self._account.host} is busy ({batch.refusal})", AGAIN)
        came = sorted(set(batch.uids).difference(batch.missing))
        bad: list[Unreadable] = []
        with self._doing("reading headers") as line:
            still_there = set(self._search(b"UID " + sequence_set(batch.missing)))
            for uid in (uid for uid in batch.missing if uid in still_there):
                result = alone(line, uid, wanted)
                if isinstance(result, RawHeader):
                    batch.found.append(result)
                elif result:
                    bad.append(result)
                    if len(bad) == _FEW:
                        self._compare(line, bad, ITEMS, came)
            if bad and len(bad) != _FEW:
                self._compare(line, bad, ITEMS, came)
        batch.unreadable += bad
        order = {uid: place for place, uid in enumerate(batch.uids)}
        batch.found.sort(key=lambda header: order[header.uid])

    def _answers(
        self, asked: Collection[Question], what: str, worth: Worth = everything, *, leaving: bool = False
    ) -> dict[int, Answer]:
        """By UID, what the server says of some messages; what it does not give is told by withheld().

        leaving: this is what one asks last in a folder, if no headers are under way and the next is foreseen.
        """
        if self._idle:
            self.idle_done()
        ahead = self._next if leaving and not self._fetch and not self._ahead else None
        with self._safely(what):
            if self._ahead:
                self._come_back()
            behind = Behind(self._opening(*ahead), self._take_back) if ahead else None
            told = answers(self._line, asked, worth, self._fetch, behind)
            if told.lost and behind:
                behind.take_back()
        if told.lost:
            self._ask_again(told, what)
        if ahead and behind and behind.tags:
            self._look_ahead(*ahead, behind.tags)
        return told.found

    def _ask_again(self, told: Told, what: str) -> None:
        """Asks alone, once more, for what did not come; what is gone is left out."""
        doubted = {uid for uid, _ in told.lost}
        came = sorted(told.found.keys() - doubted)
        bad: list[Unreadable] = []
        with self._doing(what) as line:
            still_there = set(self._search(b"UID " + sequence_set(sorted(doubted))))
            for (uid, item), words in told.lost.items():
                if uid not in still_there:
                    continue
                answer, refusal = ask(line, uid, item)
                told.found.setdefault(uid, {}).update(answer)
                if not holds(answer, item) and not is_gone(refusal):
                    said = refusal or words or "nothing"
                    bad.append(Unreadable(uid, f"asked for more than its headers, the server says: {said}"))
                    if len(bad) == _FEW:
                        self._compare(line, bad, _like(item), came)
            if bad and len(bad) != _FEW:
                self._compare(line, bad, _like(item), came)
        self._withheld |= {one.uid: one for one in bad}

    def _compare(self, line: Line, bad: Sequence[Unreadable], item: str, came: Sequence[int]) -> None:
        """Raises unless the server gives the same of another message of the folder just now; came did a moment ago."""
        uid, words = bad[0].uid, bad[-1].reason
        near = neighbours(came, uid) or self._others(uid, {one.uid for one in bad})
        if not near and len(bad) == 1:  # there are other folders, maybe: that takes a new line, and more than one visit
            raise MailboxFailed(
                f"{self._account.name}: {self._account.host} does not give message {uid}: {words}", AGAIN
            )
        for other in near:
            answer, _ = ask(line, other, item)
            if holds(answer, item) if item == _STRUCTURE else body(answer):
                return
        raise imaplib.IMAP4.error(words)

    def _others(self, uid: int, known: Collection[int]) -> list[int]:
        return neighbours([other for other in self._search(b"UID 1:*") if other not in known], uid)

    def _take_back(self, tags: Sequence[bytes]) -> None:
        for tag in tags:
            self._line.finish(tag)
        self._come_back()

    def _look_ahead(self, folder: str, first: int, tags: Sequence[bytes]) -> None:
        """Takes what is told of the next folder, and lets its first headers come while others are busy.

        What goes wrong here is told to who opens that folder: the one that is open is not to blame.
        """
        self._next = None
        with suppress(TryLater), self._safely(f"opening the folder {folder}"):
            self._ahead = self._hear(folder, first, tags)


def _like(item: str) -> str:
    """What to ask another message for: it has no part of that number, maybe."""
    is_part = item.startswith("BODY.PEEK[") and not item.startswith("BODY.PEEK[HEADER")
    return _BEGINNING if is_part else item
