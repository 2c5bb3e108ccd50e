"""What a scan decides about a folder, from its cursor and what the server says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.scan_plan import UNSTEADY, Cursor, Kind, Plan, plan

uids = st.integers(0, 2**32 - 1)
validities = st.integers(1, 2**32 - 1)
uidnexts = st.none() | uids
cursors = st.none() | st.builds(Cursor, validities, uids, st.integers(0, UNSTEADY + 2))


@pytest.mark.parametrize(
    ("cursor", "uidvalidity", "uidnext", "kind", "first"),
    [
        (None, 7, 1, Kind.CONTINUE, 1),
        (None, 7, None, Kind.CONTINUE, 1),
        (Cursor(7, 0), 7, 1, Kind.NOTHING, 1),
        (Cursor(7, 0), 7, 0, Kind.CONTINUE, 1),  # no server may say 0: it says nothing
        (Cursor(7, 10), 7, 0, Kind.CONTINUE, 11),
        (Cursor(7, 10), 7, 11, Kind.NOTHING, 11),
        (Cursor(7, 10), 7, 12, Kind.CONTINUE, 11),
        (Cursor(7, 10), 7, None, Kind.CONTINUE, 11),
        (Cursor(7, 10), 7, 10, Kind.REPAIR, 1),
        (Cursor(7, 10), 7, 1, Kind.REPAIR, 1),
        (Cursor(7, 10), 8, 11, Kind.RESCAN, 1),
        (Cursor(8, 10), 7, None, Kind.RESCAN, 1),
        (Cursor(7, 10, UNSTEADY - 1), 8, 11, Kind.RESCAN, 1),
        (Cursor(7, 10, UNSTEADY), 8, 11, Kind.REFUSE, 1),
        (Cursor(7, 10, UNSTEADY), 7, 11, Kind.NOTHING, 11),  # it has come to rest
        (Cursor(7, 10), 0, 11, Kind.REFUSE, 1),
        (None, 0, None, Kind.REFUSE, 1),
        (Cursor(7, 2**32 - 1), 7, 2**32 - 1, Kind.REPAIR, 1),
    ],
)
def test_the_plan(cursor: Cursor | None, uidvalidity: int, uidnext: int | None, kind: Kind, first: int) -> None:
    decided = plan(cursor, uidvalidity, uidnext)
    assert (decided.kind, decided.first) == (kind, first)


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (plan(Cursor(7, 10), 8, 11), "UIDVALIDITY changed from 7 to 8"),
        (plan(Cursor(7, 10), 7, 3), "UIDNEXT fell to 3, below UID 10"),
        (plan(Cursor(7, 10), 0, 3), "no UIDVALIDITY"),
        (plan(Cursor(7, 10, UNSTEADY), 8, 3), "renumbers the folder at every visit"),
    ],
)
def test_what_is_unusual_is_said(decided: Plan, said: str) -> None:
    assert said in decided.why


@given(cursors, st.just(0) | validities, uidnexts)
def test_no_message_is_passed_over_and_none_is_read_twice_without_need(
    cursor: Cursor | None, uidvalidity: int, uidnext: int | None
) -> None:
    decided = plan(cursor, uidvalidity, uidnext)
    steady = cursor is not None and cursor.uidvalidity == uidvalidity
    if decided.kind in (Kind.CONTINUE, Kind.NOTHING):
        assert decided.first == (cursor.last_uid + 1 if steady and cursor else 1)
        assert not decided.why
    else:
        assert decided.first == 1
        assert decided.why
    if decided.kind is Kind.NOTHING:
        assert uidnext == decided.first  # the server says itself that nothing came after the cursor
    if uidvalidity == 0:
        assert decided.kind is Kind.REFUSE


@given(cursors, validities, uidnexts)
def test_a_pass_that_reads_all_leaves_nothing_to_do(
    cursor: Cursor | None, uidvalidity: int, uidnext: int | None
) -> None:
    decided = plan(cursor, uidvalidity, uidnext)
    if decided.kind is not Kind.REFUSE and uidnext:
        assert plan(Cursor(uidvalidity, uidnext - 1), uidvalidity, uidnext).kind is Kind.NOTHING
