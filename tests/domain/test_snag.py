"""What is asked for after reading broke off, and when a message is passed that breaks the line each time."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.snag import (
    ENOUGH,
    NARROWER,
    NO_SNAG,
    Others,
    Snag,
    after_break,
    after_reading,
    neighbours,
    portions,
)

WHOLE = 16_000
folders = st.lists(st.integers(1, 10**6), unique=True, max_size=300).map(sorted)
snags = st.builds(Snag, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 500), st.integers(0, ENOUGH))


@pytest.mark.parametrize(
    ("snag", "asked", "others", "known", "then"),
    [
        (NO_SNAG, range(1, 16_001), Others.SILENT, False, Snag(0, 16_000, 640)),
        (Snag(0, 16_000, 640), range(641, 1281), Others.SILENT, False, Snag(640, 1280, 25)),
        (Snag(640, 1280, 25), [642, 645], Others.SILENT, False, Snag(641, 645, 1)),
        (Snag(401, 405, 1), [405], Others.COME, False, Snag(404, 405, 1, 3)),
        (Snag(404, 405, 1, 3), [405], Others.COME, False, Snag(404, 405, 1, 6)),
        (Snag(404, 405, 1, 6), [405], Others.SILENT, False, Snag(404, 405, 1, 6)),
        (Snag(404, 405, 1, 6), [405], Others.COME, False, Snag(404, 405, 1, 9)),
        (Snag(404, 405, 1, 6), [406], Others.COME, False, Snag(405, 406, 1, 3)),
        (Snag(404, 405, 1, 6), [405], Others.ABSENT, False, Snag(404, 405, 1, 7)),
        (NO_SNAG, [7], Others.COME, True, Snag(6, 7, 1, 9)),
        (NO_SNAG, [7], Others.SILENT, True, Snag(6, 7, 1, 6)),
        (NO_SNAG, [7], Others.ABSENT, True, Snag(6, 7, 1, 7)),
        (Snag(6, 7, 1, 8), [7], Others.ABSENT, True, Snag(6, 7, 1, 9)),
        (Snag(6, 7, 1, 3), [7, 8], Others.COME, False, Snag(6, 8, 1)),
    ],
)
def test_after_a_break(snag: Snag, asked: list[int], others: Others, known: bool, then: Snag) -> None:
    assert after_break(snag, list(asked), others, known=known) == then
    assert then.is_enough == (then.strikes >= 9)


@pytest.mark.parametrize(
    ("snag", "cursor", "upto", "left"),
    [
        (Snag(10, 20, 1), 10, 15, Snag(10, 20, 1)),
        (Snag(10, 20, 1), 15, 20, NO_SNAG),
        (Snag(10, 20, 1), 10, 25, NO_SNAG),
        (Snag(10, 20, 1), 20, 25, Snag(10, 20, 1)),  # what is new lies behind it, and says nothing of the past
        (NO_SNAG, 0, 5, NO_SNAG),
    ],
)
def test_a_snag_is_over_once_it_is_read(snag: Snag, cursor: int, upto: int, left: Snag) -> None:
    assert after_reading(snag, cursor, upto) == left


@pytest.mark.parametrize(
    ("uids", "uid", "near"),
    [
        ([1, 2, 3, 4, 5, 6], 3, [4, 2, 6, 1]),
        ([1, 2, 4], 3, [4, 2, 1]),
        ([5], 3, [5]),
        ([1], 3, [1]),
        ([], 3, []),
        ([3], 3, [3]),
    ],
)
def test_whom_a_message_is_compared_with(uids: list[int], uid: int, near: list[int]) -> None:
    assert neighbours(uids, uid) == near


@given(folders, snags, st.sets(st.integers(1, 10**6)))
def test_portions_leave_nothing_out_and_are_as_small_as_they_must_be(
    uids: list[int], snag: Snag, alone: set[int]
) -> None:
    alone |= set(uids[::7])
    asked = list(portions(uids, snag, alone))
    assert [uid for portion in asked for uid in portion] == uids
    assert all(asked)
    for portion in asked:
        inside = [uid for uid in portion if snag.after < uid <= snag.upto]
        assert not inside or len(inside) == len(portion) <= max(1, snag.at_once)
        assert len(portion) == 1 or alone.isdisjoint(portion)


@given(folders)
def test_where_nothing_broke_everything_is_asked_for_at_once(uids: list[int]) -> None:
    assert list(portions(uids)) == ([uids] if uids else [])


class Server:
    """A folder whose server hangs up at some messages, read as a scan does."""

    def __init__(self, uids: list[int], poison: set[int]) -> None:
        self.uids, self.poison = uids, poison
        self.cursor, self.snag = 0, NO_SNAG
        self.passed: list[int] = []
        self.read: list[int] = []

    def visit(self, *, drops_after: int = 10**9) -> bool:
        """One visit; whether it came to its end. The line drops after so many messages, and then stays down."""
        left = drops_after
        for portion in portions([u for u in self.uids if u > self.cursor], self.snag):
            for start in range(0, len(portion), WHOLE):
                asked = portion[start : start + WHOLE]
                left -= len(asked)
                if left < 0 or not self.poison.isdisjoint(asked):
                    self._broken(asked, Others.SILENT if left < 0 else self._others(asked[0]))
                    return False
                self._kept(asked)
                self.read += asked
        return True

    def _others(self, uid: int) -> Others:
        there = [u for u in self.uids if u != uid]
        come = any(u not in self.poison for u in neighbours(there, uid))
        return Others.COME if come else Others.SILENT if there else Others.ABSENT

    def _broken(self, asked: list[int], others: Others) -> None:
        self.snag = after_break(self.snag, asked, others)
        if self.snag.is_enough:
            self.passed.append(asked[0])
            self._kept(asked)

    def _kept(self, uids: list[int]) -> None:
        self.snag = after_reading(self.snag, self.cursor, uids[-1])
        self.cursor = uids[-1]


@given(st.integers(2, 20_000), st.sets(st.integers(1, 20_000), max_size=3))
def test_a_folder_is_read_to_its_end_in_few_visits_whatever_breaks_the_line(size: int, poison: set[int]) -> None:
    server = Server(list(range(1, size + 1)), {uid for uid in poison if uid < size})
    narrowing = 3  # 16,000, 640, 25
    most = len(server.poison) * (narrowing + ENOUGH // 3 + 1) + 1
    visits = next(n for n in range(1, most + 1) if server.visit())
    assert visits <= most
    assert server.passed == sorted(server.poison)
    assert server.read == [uid for uid in server.uids if uid not in server.poison]


@given(st.integers(1, 2000), st.lists(st.integers(0, 2500), max_size=60))
def test_a_line_that_drops_never_costs_a_message(size: int, drops: list[int]) -> None:
    server = Server(list(range(1, size + 1)), set())
    for after in drops:
        server.visit(drops_after=after)
    assert server.visit()
    assert server.passed == []
    assert server.read == server.uids


def test_the_only_message_of_a_mailbox_is_passed_with_more_patience() -> None:
    server = Server([7], {7})
    visits = [server.visit() for _ in range(ENOUGH + 1)]
    assert visits == [False] * ENOUGH + [True]


def test_less_is_asked_for_from_break_to_break_down_to_one() -> None:
    sizes, size = [], WHOLE
    while size > 1:
        snag = after_break(NO_SNAG, list(range(1, size + 1)), Others.SILENT)
        assert snag.at_once <= ceil(size / NARROWER)
        size = snag.at_once
        sizes.append(size)
    assert sizes == [640, 25, 1]
