"""Counters about those the owner did not choose."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from kith.store import owners, people, strangers
from kith.store.engine import writing
from kith.store.tables import StrangerRow
from support.store import NOW, person

Seen = dict[str, tuple[str, int, int, datetime]]

seen = st.dictionaries(
    st.sampled_from(["ann@example.com", "ben@example.com", "cat@example.com"]),
    st.tuples(
        st.sampled_from(["", "Ann", "Ben"]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.timedeltas(timedelta(days=-999), timedelta(0)).map(lambda ago: NOW + ago),
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(seen, max_size=5))
def test_counters_add_up(engine: Engine, owner: int, batches: list[Seen]) -> None:
    with writing(engine) as session:
        for batch in batches:
            strangers.count(session, owner, batch)
        rows = session.exec(select(StrangerRow)).all()
        met = {key for batch in batches for key in batch}
        assert {row.key for row in rows} == met
        for row in rows:
            told = [batch[row.key] for batch in batches if row.key in batch]
            assert row.outbound == sum(out for _, out, _, _ in told)
            assert row.inbound == sum(came for _, _, came, _ in told)
            assert row.last_at == max(at for *_, at in told)
            assert row.name == next((name for name, *_ in told if name), "")
        session.rollback()


def test_only_those_written_with_both_ways_are_suggested(engine: Engine, owner: int) -> None:
    old = NOW - timedelta(days=400)
    with writing(engine) as session:
        maria = person(session, owner, "Maria", "maria@example.com")
        strangers.count(
            session,
            owner,
            {
                "maria@example.com": ("Maria", 9, 9, NOW),
                "ann@example.com": ("Ann", 2, 3, NOW),
                "ben@example.com": ("Ben", 4, 4, NOW - timedelta(days=1)),
                "cat@example.com": ("Cat", 1, 4, NOW - timedelta(days=1)),
                "shop@example.com": ("Shop", 0, 50, NOW),
                "unanswered@example.com": ("", 5, 0, NOW),
                "old@example.com": ("Old", 9, 9, old),
                "support@example.com": ("Support", 9, 9, NOW),
            },
        )

        def found(since: datetime | None, limit: int = 9) -> list[str]:
            return [row.key.partition("@")[0] for row in strangers.promising(session, owner, since, limit)]

        assert found(NOW - timedelta(days=365)) == ["ben", "ann", "cat"]
        assert found(None) == ["ben", "ann", "old", "cat"]  # nine mails each way count a fifth after so long
        assert found(None, limit=2) == ["ben", "ann"]
        people.remove(session, owner, maria)
        assert set(found(None)) == {"maria", "old", "ben", "ann", "cat"}
        assert strangers.promising(session, owner + 1, None, 9) == []
        strangers.count(session, owner, {})


def test_who_is_not_to_be_counted_is_not_and_what_was_counted_goes(engine: Engine, owner: int) -> None:
    ann = {"ann@example.com": ("Ann", 1, 1, NOW)}
    other = owners.ensure(engine, NOW, "other").id
    with writing(engine) as session:
        strangers.count(session, owner, ann)
        strangers.count(session, other, ann)
        assert strangers.are_counted(session, owner)
        assert strangers.let_count(session, owner, counted=False) == 1
    with writing(engine) as session:
        strangers.count(session, owner, ann)
        assert strangers.promising(session, owner, None, 9) == []
        assert strangers.everybody(session, owner) == []
        assert not strangers.are_counted(session, owner)
        assert [row.key for row in strangers.everybody(session, other)] == ["ann@example.com"]
        assert strangers.let_count(session, owner, counted=True) == 0
        strangers.count(session, owner, ann)
        assert len(strangers.promising(session, owner, None, 9)) == 1
