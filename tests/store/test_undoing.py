"""Taking changes back in any order: what the owner set later stays, and nothing that was undone comes back."""

from datetime import date
from itertools import permutations

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from kith.store import merging, notes, people, undoing
from kith.store.engine import writing
from kith.store.tables import AddressRow, PersonRow
from kith.store.undoing import setting
from support.store import NOW, person

BEGAN, THEN = date(2026, 12, 1), [date(2026, 12, day) for day in (8, 15, 22)]


def change(session: Session, owner: int, who: int, **values: object) -> int:
    """The owner sets columns of a person; gives the number of the change."""
    row = session.get_one(PersonRow, who)
    before = {name: getattr(row, name) for name in values}
    people.set_values(session, owner, who, values)
    session.expire_all()
    plain = ({name: _plain(of[name]) for name in values} for of in (before, values))
    return notes.keep_change(session, owner, "set", [setting("person", who, *plain)], NOW)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def undo(session: Session, owner: int, number: int) -> bool:
    """Takes a change back; whether nothing of it stays."""
    row = notes.change(session, owner, number)
    assert row
    is_whole = undoing.take_back(session, row, NOW)
    session.flush()
    session.expire_all()
    return is_whole


def test_in_whatever_order_changes_are_taken_back_the_latest_that_stands_holds(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria", snoozed_until=BEGAN)
        numbers = [change(session, owner, maria, snoozed_until=until) for until in THEN]
        for order in permutations(range(3)):
            with session.begin_nested() as one_life:
                for done, one in enumerate(order, 1):
                    is_whole = undo(session, owner, numbers[one])
                    standing = [n for n in range(3) if n not in order[:done]]
                    held = session.get_one(PersonRow, maria).snoozed_until
                    assert held == (THEN[max(standing)] if standing else BEGAN), (order, done)
                    assert is_whole is not any(n > one for n in standing)
                one_life.rollback()
            session.expire_all()


def test_a_change_of_two_columns_gives_back_the_one_that_was_not_set_again(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria", circle="friends")
        first = change(session, owner, maria, circle="mentors", about="paints")
        change(session, owner, maria, circle=None)
        assert undo(session, owner, first) is False
        row = session.get_one(PersonRow, maria)
        assert (row.circle, row.about) == (None, "")


def test_what_came_by_other_ways_than_a_change_stays(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria")
        number = change(session, owner, maria, circle="friends")
        people.set_values(session, owner, maria, {"circle": "family"})
        undo(session, owner, number)
        assert session.get_one(PersonRow, maria).circle == "family"


def test_a_change_that_an_older_kith_kept_is_taken_back_as_ever(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria", circle="friends")
        step = {"do": "set", "table": "person", "id": maria, "values": {"circle": None}}
        undo(session, owner, notes.keep_change(session, owner, "set", [step], NOW))
        assert session.get_one(PersonRow, maria).circle is None


def test_somebody_merged_comes_back_without_what_was_undone_meanwhile(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        kept, gone = person(session, owner, "Maria"), person(session, owner, "M. Silva", every="2 weeks")
        edit = change(session, owner, gone, every="5 weeks")
        merge = notes.keep_change(session, owner, "merged", merging.merge(session, owner, kept, gone), NOW)
        assert undo(session, owner, edit)
        undo(session, owner, merge)
        assert session.get_one(PersonRow, gone).every == "2 weeks"


@pytest.mark.parametrize("first_back", [0, 1])
def test_of_two_merges_in_a_row_either_may_be_taken_back_first(engine: Engine, owner: int, first_back: int) -> None:
    with writing(engine) as session:
        who = [person(session, owner, name, f"{name}@example.com") for name in ("ann", "bea", "cy")]
        merges = [
            notes.keep_change(session, owner, "merged", merging.merge(session, owner, who[n + 1], who[n]), NOW)
            for n in range(2)
        ]
        undo(session, owner, merges[first_back])
        if first_back == 0:
            assert {row.written: row.person_id for row in _addresses(session, owner)} == {
                "ann@example.com": who[0], "bea@example.com": who[2], "cy@example.com": who[2],
            }  # fmt: skip
        undo(session, owner, merges[1 - first_back])
        assert [row.person_id for row in _addresses(session, owner)] == who


def _addresses(session: Session, owner: int) -> list[AddressRow]:
    return people.addresses(session, owner, ["ann@example.com", "bea@example.com", "cy@example.com"])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_tag_that_was_given_and_taken_is_gone_when_both_are_undone(
    engine: Engine, owner: int, order: tuple[int, int]
) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria")
        people.add_tags(session, owner, maria, ["art"])
        [tag] = people.tag_ids(session, maria, ["art"])
        gave = {"do": "delete", "table": "tag", "id": tag}
        took = {"do": "insert", "table": "tag", "values": {"id": tag, "person_id": maria, "name": "art"}}
        numbers = [notes.keep_change(session, owner, "tag", [step], NOW) for step in (gave, took)]
        people.remove_tags(session, owner, maria, ["art"])
        for one in order:
            undo(session, owner, numbers[one])
        assert people.tag_ids(session, maria, ["art"]) == []
