"""Two people become one, and two again: every row finds its way, and back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from kith.store import letters, merging, messages, notes, people, undoing
from kith.store.engine import reading, writing
from kith.store.tables import METADATA, InstructionRow
from support.store import NOW, a_life, draft, dump, letter, message, part, person, touch

NOT_MOVED = {"person"}
"""Tables with a person in them whose rows merging does not hand over: the person's own."""


@pytest.fixture
def two(engine: Engine, owner: int) -> tuple[int, int]:
    """Maria twice, with full lives, and some things in common; and Bob, whom none of it concerns."""
    with writing(engine) as session:
        bob = person(session, owner, "Bob", "bob@example.com")
        maria = person(session, owner, "Maria Silva", "maria@example.com")
        other = person(session, owner, "M. Silva", "silva@example.com", "m@work.example", circle="friends")
        a_life(session, owner, bob, "Bob")
        a_life(session, owner, maria, "Maria Silva")
        a_life(session, owner, other, "M. Silva")
        people.add_tags(session, owner, other, ["alumni"])
        messages.add(session, [message(owner, "both")])
        messages.add_parts(session, [part(owner, p, "both") for p in (bob, maria, other)])
        messages.add_touches(session, [touch(owner, p, "both", 0.5) for p in (bob, maria, other)])
        letters.add_letter(session, letter(owner, "both"), {1: bob, 2: maria, 3: other})
        session.add(draft(owner, other, "birthday:other"))
        people.refresh(session, owner, [bob, maria, other])
    return maria, other


def _merge(engine: Engine, owner: int, kept: int, gone: int) -> int:
    with writing(engine) as session:
        steps = merging.merge(session, owner, kept, gone)
        people.refresh(session, owner, [kept])
        about = [{"do": "nothing", "table": "person", "person": p} for p in (kept, gone)]
        return notes.keep_change(session, owner, "merged", [*about, *steps], NOW)


def _unmerge(engine: Engine, owner: int, change_id: int, *concerned: int) -> None:
    with writing(engine) as session:
        row = notes.change(session, owner, change_id)
        assert row
        undoing.take_back(session, row, NOW)
        people.refresh(session, owner, concerned)


def test_every_table_with_a_person_in_it_is_thought_of() -> None:
    holding = {name for name, table in METADATA.tables.items() if "person_id" in table.c}
    assert {str(table.__tablename__) for table, _ in merging.MOVED} == holding
    assert holding <= set(undoing.UNDOABLE)


def test_all_that_one_had_the_other_has_and_nothing_twice(engine: Engine, owner: int, two: tuple[int, int]) -> None:
    kept, gone = two
    _merge(engine, owner, kept, gone)
    with reading(engine) as session:
        assert people.one(session, owner, gone) is None
        known = people.one(session, owner, kept)
        assert known
        person_, history = known
        assert person_.addresses == ("maria@example.com", "silva@example.com", "m@work.example")
        assert person_.tags == ("alumni", "friend", "p2", "p3")
        assert (history.touches, history.last_touched) == (5, NOW - timedelta(days=0.5))
        assert [t.identity for t in messages.touches(session, owner, kept, 9)].count("both") == 1
        assert len(notes.of_person(session, owner, kept, 9)) == 2
        assert len(messages.snippets(session, owner, [kept])) == 1
        both = letters.letter_by_key(session, owner, "digest", "both")
        assert both
        assert sorted(letters.numbers(session, both.id)) == [1, 2, 3]
        assert letters.numbers(session, both.id)[3] == kept
        told = session.exec(select(InstructionRow).where(InstructionRow.identity == "reply-p3")).one()
        assert told.person_id == kept


def test_who_became_part_of_somebody_is_found_by_the_old_name_until_they_are_two_again(
    engine: Engine, owner: int, two: tuple[int, int]
) -> None:
    def found(who: str) -> list[int]:
        with reading(engine) as session:
            return [one.id for one, _ in people.find(session, owner, who, who)]

    kept, gone = two
    first = _merge(engine, owner, kept, gone)
    assert found("M. Silva") == found("m.") == found("Also p3") == [kept]
    [bob] = found("Bob")
    second = _merge(engine, owner, bob, kept)
    assert found("M. Silva") == found("maria silva") == found("Bob") == [bob]
    _unmerge(engine, owner, second, bob, kept)
    _unmerge(engine, owner, first, kept, gone)
    assert (found("M. Silva"), found("maria silva"), found("Bob")) == ([gone], [kept], [bob])
    assert found("m.") == [gone]


@pytest.mark.parametrize("name", ["MARIA  Silva", "maria@home.example", "Maria Silva"])
def test_a_name_that_says_nothing_new_is_not_kept(engine: Engine, owner: int, name: str) -> None:
    with writing(engine) as session:
        kept, gone = person(session, owner, "Maria Silva"), person(session, owner, name)
    _merge(engine, owner, kept, gone)
    assert dump(engine)["alias"] == []


@pytest.mark.parametrize("other_way", [False, True])
def test_taking_it_back_restores_every_row(engine: Engine, owner: int, two: tuple[int, int], other_way: bool) -> None:
    kept, gone = reversed(two) if other_way else two
    before = dump(engine, without=("change",))
    change_id = _merge(engine, owner, kept, gone)
    assert dump(engine, without=("change",)) != before
    _unmerge(engine, owner, change_id, kept, gone)
    assert dump(engine, without=("change",)) == before


def test_merging_two_into_a_third_and_back_in_turn(engine: Engine, owner: int, two: tuple[int, int]) -> None:
    with reading(engine) as session:
        bob = people.find(session, owner, "Bob", "")[0][0].id
    before = dump(engine, without=("change",))
    first = _merge(engine, owner, two[0], two[1])
    second = _merge(engine, owner, bob, two[0])
    _unmerge(engine, owner, second, bob, two[0])
    _unmerge(engine, owner, first, *two)
    assert dump(engine, without=("change",)) == before


def test_what_happened_meanwhile_stays_with_who_was_kept(engine: Engine, owner: int, two: tuple[int, int]) -> None:
    kept, gone = two
    change_id = _merge(engine, owner, kept, gone)
    with writing(engine) as session:
        notes.add_note(session, owner, kept, "written meanwhile", NOW, "hand")
        someone = person(session, owner, "Somebody new")
    assert someone > gone
    _unmerge(engine, owner, change_id, kept, gone)
    with reading(engine) as session:
        assert "written meanwhile" in [n.text for n in notes.of_person(session, owner, kept, 9)]
        back = people.one(session, owner, gone)
        assert back
        assert back[0].addresses == ("silva@example.com", "m@work.example")
        assert back[0].name == "M. Silva"


def test_what_a_scan_is_about_to_keep_is_handed_over_as_well(engine: Engine, owner: int, two: tuple[int, int]) -> None:
    """On PostgreSQL two may write at once: `kith people merge` beside the service."""
    kept, gone = two
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as session:
            messages.add(session, [message(owner, "new")])
            messages.add_parts(session, [part(owner, gone, "new")])
            messages.add_touches(session, [touch(owner, gone, "new")])
            merging_them = pool.submit(_merge, engine, owner, kept, gone)
            sleep(0.3)  # by now it waits for this transaction, or was too quick for its own good
        merging_them.result(10)
    with reading(engine) as session:
        assert "new" in [row.identity for row in messages.touches(session, owner, kept, 100)]
