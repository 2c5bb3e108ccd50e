"""Notes, follow-ups and drafts, and taking changes back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from kith.store import messages, notes, people, undoing
from kith.store.engine import writing
from kith.store.tables import ChangeRow, PersonRow
from support.store import NOW, a_life, draft, dump, person, touch

TODAY = NOW.date()
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def maria(engine: Engine, owner: int) -> int:
    with writing(engine) as session:
        return person(session, owner, "Maria", "maria@example.com")


def _undo(session: Session, owner: int, *steps: dict[str, Any]) -> None:
    change_id = notes.keep_change(session, owner, "something", list(steps), NOW)
    row = notes.change(session, owner, change_id)
    assert row
    undoing.take_back(session, row, NOW)
    session.flush()
    session.expire_all()


def test_the_newest_notes_come_first(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        for n in range(3):
            notes.add_note(session, owner, maria, f"note {n}", NOW + timedelta(hours=n // 2), "hand")
        assert [n.text for n in notes.of_person(session, owner, maria, 2)] == ["note 2", "note 1"]
        assert notes.of_person(session, owner + 1, maria, 2) == []


def test_promises_that_are_open_come_soonest_first(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        for days in (9, 2, 5):
            notes.add_follow_up(session, owner, maria, f"in {days}", TODAY + timedelta(days=days), NOW)
        assert [f.text for f in notes.open_follow_ups(session, owner)] == ["in 2", "in 5", "in 9"]
        assert [f.text for f in notes.open_follow_ups(session, owner, TODAY + timedelta(days=5))] == ["in 2", "in 5"]
        assert [f.text for f in notes.follow_ups_of(session, owner, maria)] == ["in 9", "in 5", "in 2"]


@pytest.mark.parametrize(
    ("touched", "closed"),
    [
        (timedelta(days=-1), False),
        (timedelta(days=4, hours=22, minutes=59), False),
        (timedelta(days=4, hours=23), True),  # midnight in Paris
        (timedelta(days=5, hours=1), True),
        (timedelta(days=9), True),
    ],
)
def test_a_promise_is_kept_by_a_touch_on_its_day_or_later(
    engine: Engine, owner: int, maria: int, touched: timedelta, closed: bool
) -> None:
    made = datetime(2026, 11, 22, tzinfo=UTC)
    later = made + timedelta(days=10)
    with writing(engine) as session:
        bob = person(session, owner, "Bob")
        for who in (maria, bob):
            notes.add_follow_up(session, owner, who, "ask about the flat", date(2026, 11, 27), made)
        messages.add_touches(session, [touch(owner, maria, "a", at=made + touched)])
        notes.settle_follow_ups(session, owner, later, PARIS)
        done = [f.done_at for f in notes.follow_ups_of(session, owner, maria)]
        assert done == ([later] if closed else [None])
        assert [f.done_at for f in notes.follow_ups_of(session, owner, bob)] == [None]


@pytest.mark.parametrize(
    ("zone", "kept"), [("Pacific/Kiritimati", True), ("UTC", True), ("America/Los_Angeles", False)]
)
def test_the_day_of_a_promise_begins_where_the_owner_lives(
    engine: Engine, owner: int, maria: int, zone: str, kept: bool
) -> None:
    with writing(engine) as session:
        notes.add_follow_up(session, owner, maria, "", date(2026, 11, 27), NOW)
        at = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # the evening before in California
        messages.add_touches(session, [touch(owner, maria, "a", at=at)])
        notes.settle_follow_ups(session, owner, at, ZoneInfo(zone))
        assert bool(notes.follow_ups_of(session, owner, maria)[0].done_at) is kept


def test_a_promise_is_open_again_where_the_touch_was_none(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        for text in ("flat", "job"):
            notes.add_follow_up(session, owner, maria, text, TODAY, NOW - timedelta(days=1))
        messages.add_touches(session, [touch(owner, maria, "a")])
        notes.settle_follow_ups(session, owner, NOW, PARIS)
        assert notes.open_follow_ups(session, owner) == []
        (job,) = [f for f in notes.follow_ups_of(session, owner, maria) if f.text == "job"]
        notes.close_follow_up(session, job, NOW)
        messages.remove_touches(session, owner, "a")
        notes.settle_follow_ups(session, owner, NOW, PARIS)
        assert [f.text for f in notes.open_follow_ups(session, owner)] == ["flat"]  # the owner's word stays


def test_drafts_by_state_and_by_occasion(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        for key, state in (("a", "proposed"), ("b", "placed"), ("c", "proposed")):
            session.add(draft(owner, maria, key, state=state))
        session.flush()
        assert [d.key for d in notes.drafts(session, owner)] == ["a", "b", "c"]
        assert [d.key for d in notes.drafts(session, owner, "proposed")] == ["a", "c"]
        found = notes.draft_by_key(session, owner, "b")
        assert found
        assert found.state == "placed"
        assert notes.draft_by_key(session, owner + 1, "b") is None


def test_the_latest_change_that_was_not_taken_back_comes_first(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        assert notes.change(session, owner, None) is None
        first, second = (notes.keep_change(session, owner, what, [], NOW) for what in ("first", "second"))

        def latest(number: int | None = None) -> str | None:
            row = notes.change(session, owner, number)
            return row.what if row else None

        assert (latest(), latest(first), latest(second + 1)) == ("second", "first", None)
        row = notes.change(session, owner, second)
        assert row
        undoing.take_back(session, row, NOW)
        session.flush()
        assert (latest(), latest(second)) == ("first", None)
        assert notes.change(session, owner + 1, first) is None


@pytest.mark.parametrize(
    "table", ["note", "touch", "follow_up", "part", "number", "snippet", "tag", "instruction", "address"]
)
def test_a_row_that_was_removed_comes_back_as_it_was(engine: Engine, owner: int, table: str) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria", "maria@example.com")
        a_life(session, owner, maria, "Maria")
    before = dump(engine, without=("change",))
    assert before[table]
    kind = undoing.UNDOABLE[table]
    with writing(engine) as session:
        row = session.get_one(kind, before[table][0][list(kind.model_fields).index("id")])
        values = row.model_dump(mode="json", exclude={"owner_id"})
        session.delete(row)
        session.flush()
        _undo(session, owner, {"do": "insert", "table": table, "values": values})
    assert dump(engine, without=("change",)) == before


def test_each_kind_of_step(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        note = notes.add_note(session, owner, maria, "words", NOW, "hand")
        people.set_values(session, owner, maria, {"snoozed_until": date(2027, 1, 1), "every": "2 weeks"})
        _undo(
            session,
            owner,
            {"do": "nothing", "table": "person", "person": maria},
            {"do": "set", "table": "person", "id": maria, "values": {"snoozed_until": "2026-12-24", "every": None}},
            {"do": "delete", "table": "note", "id": note},
        )
        known = people.one(session, owner, maria)
        assert known
        assert (known[0].snoozed_until, known[0].every) == (date(2026, 12, 24), None)
        assert notes.of_person(session, owner, maria, 5) == []


def test_steps_are_undone_last_first(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        names = [{"do": "set", "table": "person", "id": maria, "values": {"name": name}} for name in ("first", "then")]
        _undo(session, owner, *names)
        assert session.get_one(PersonRow, maria).name == "first"


def test_instants_come_back_with_their_zone(engine: Engine, owner: int, maria: int) -> None:
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    with writing(engine) as session:
        row = {"person_id": maria, "text": "x", "at": "2026-03-29T03:30:00+02:00", "source": "hand"}
        _undo(session, owner, {"do": "insert", "table": "note", "values": row})
        assert [n.at for n in notes.of_person(session, owner, maria, 1)] == [at]


def test_text_that_looks_like_a_date_stays_text(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        step = {"do": "set", "table": "person", "id": maria, "values": {"name": "2026-12-24", "birthday": "2000-01-01"}}
        _undo(session, owner, step)
        row = session.get_one(PersonRow, maria)
        assert (row.name, row.birthday) == ("2026-12-24", "2000-01-01")


def test_what_came_back_by_other_ways_is_not_doubled(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        people.add_tags(session, owner, maria, ["friend"])
        _undo(session, owner, {"do": "insert", "table": "tag", "values": {"person_id": maria, "name": "friend"}})
        known = people.one(session, owner, maria)
        assert known
        assert known[0].tags == ("friend",)


def test_what_belonged_to_somebody_who_is_gone_stays_gone(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        note = notes.add_note(session, owner, maria, "words", NOW, "hand")
        gone = touch(owner, maria, "a", at="2026-11-01T00:00:00Z")
        people.remove(session, owner, maria)
        _undo(
            session,
            owner,
            {"do": "insert", "table": "touch", "values": {k: v for k, v in gone.items() if k != "owner_id"}},
            {"do": "set", "table": "note", "id": note, "values": {"text": "x"}},
            {"do": "delete", "table": "person", "id": maria},
        )
        assert people.everyone(session, owner) == []
        assert messages.touches(session, owner, maria, 5) == []


def test_an_undo_reaches_no_other_owners_rows(engine: Engine, owner: int, maria: int) -> None:
    from kith.store import owners

    other = owners.ensure(engine, NOW, "another").id
    with writing(engine) as session:
        _undo(
            session,
            other,
            {"do": "delete", "table": "person", "id": maria},
            {"do": "set", "table": "person", "id": maria, "values": {"name": "x"}},
        )
        assert [p.name for p, _ in people.everyone(session, owner)] == ["Maria"]


def test_only_what_an_owner_can_change_can_be_undone(engine: Engine, owner: int) -> None:
    for table in ("owner", "letter", "reply", "folder", "message", "forgotten", "change"):
        assert table not in undoing.UNDOABLE
        with pytest.raises(KeyError), writing(engine) as session:
            _undo(session, owner, {"do": "delete", "table": table, "id": 1})


def test_a_change_remembers_when_it_was_taken_back(engine: Engine, owner: int) -> None:
    later = NOW + timedelta(hours=1)
    with writing(engine) as session:
        number = notes.keep_change(session, owner, "words", [], NOW)
        row = notes.change(session, owner, number)
        assert row
        undoing.take_back(session, row, later)
        session.flush()
        session.expire_all()
        kept = session.get_one(ChangeRow, number)
        assert (kept.at, kept.undone_at) == (NOW, later)
