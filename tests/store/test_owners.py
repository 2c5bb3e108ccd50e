"""Named queries about the owner, and the service's sign of life."""

from datetime import date, timedelta

from sqlalchemy import Engine

from kith.store import owners
from kith.store.engine import reading, writing
from support.store import NOW


def test_the_first_call_is_when_kith_was_set_up(engine: Engine) -> None:
    first = owners.ensure(engine, NOW)
    assert owners.ensure(engine, NOW + timedelta(days=400)) == first
    assert (first.name, first.set_up_at, first.address_seq, first.away_until) == ("default", NOW, 0, None)
    assert owners.ensure(engine, NOW, "another").id != first.id
    with reading(engine) as session:
        assert owners.get(session, first.id) == first


def test_asking_for_a_known_owner_waits_for_nobody(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        owners.next_address_seq(session, owner)
        assert owners.ensure(engine, NOW).id == owner


def test_a_holiday_begins_and_ends(engine: Engine, owner: int) -> None:
    for until in (date(2026, 12, 24), None):
        with writing(engine) as session:
            owners.set_away(session, owner, until)
        with reading(engine) as session:
            assert owners.get(session, owner).away_until == until


def test_a_sign_of_life(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        assert owners.last_beat(session, owner) is None
        owners.beat(session, owner, NOW, NOW)
        owners.beat(session, owner, NOW + timedelta(minutes=1), NOW)
        assert owners.last_beat(session, owner) == NOW + timedelta(minutes=1)
        assert owners.last_beat(session, owner + 1) is None
