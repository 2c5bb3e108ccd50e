"""Named queries about people."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from kith.domain.address import key
from kith.domain.dates import Birthday, Duration, Unit
from kith.domain.person import History, Person
from kith.store import messages, owners, people
from kith.store.engine import reading, writing
from support.store import NOW, person, touch


@pytest.fixture
def four(engine: Engine, owner: int) -> dict[str, int]:
    """Four people: Maria Silva, Maria da Costa, José-María Roe and Bob."""
    with writing(engine) as session:
        return {
            "silva": person(session, owner, "Maria Silva", "Maria@Example.com", "m.silva+x@work.example"),
            "costa": person(session, owner, "Maria  da Costa"),
            "roe": person(session, owner, "José-María Roe", "roe@example.com"),
            "bob": person(session, owner, "bob", "bob@example.com"),
        }


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("", []),
        ("  ", []),
        ("@", []),
        ("nobody", []),
        ("Maria Silva", ["silva"]),
        ("  maria   SILVA ", ["silva"]),
        ("maria", ["roe", "costa", "silva"]),
        ("@Maria", ["roe", "costa", "silva"]),
        ("maria da costa", ["costa"]),
        ("da costa", ["costa"]),
        ("Silva", ["silva"]),
        ("sil", ["silva"]),
        ("María", ["roe"]),
        ("josé", ["roe"]),
        ("jose", ["roe"]),
        ("jose-maria roe", ["roe"]),
        ("josè", ["roe"]),
        ("\u0301", []),
        ("José-María", ["roe"]),
        ("o", ["bob", "roe", "costa"]),
        ("BOB", ["bob"]),
        ("maria@example.com", ["silva"]),
        ("MARIA+news@EXAMPLE.com", ["silva"]),
        ("m.silva@work.example", ["silva"]),
        ("ria@example.com", []),
        ("nobody@example.com", []),
        ("%", []),
        ("_", []),
        ("99999", []),
        ("99999999999999999999999", []),
        ("٣٣٣٣٣", []),
        ("²", []),
    ],
)
def test_whom_a_word_means(engine: Engine, owner: int, four: dict[str, int], who: str, found: list[str]) -> None:
    with reading(engine) as session:
        names = {number: name for name, number in four.items()}
        assert [names[p.id] for p, _ in people.find(session, owner, who, key(who, {}))] == found


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Françoise", "francoise"), ("Núñez", "nunez"), ("Łukasz", "lukasz"), ("Søren", "soren"), ("Weiß", "weiss")],
)
def test_accents_may_be_left_out(engine: Engine, owner: int, name: str, typed: str) -> None:
    with writing(engine) as session:
        number = person(session, owner, f"{name} Roe")
        assert [p.id for p, _ in people.find(session, owner, typed, typed)] == [number]


def test_an_id_means_its_person_and_a_name_of_digits_its_own(engine: Engine, owner: int, four: dict[str, int]) -> None:
    with writing(engine) as session:
        agent = person(session, owner, "Agent 007")
        for who, meant in ((str(four["bob"]), four["bob"]), ("007", agent)):
            assert [p.id for p, _ in people.find(session, owner, who, who)] == [meant]


def test_another_owners_people_are_not_found(engine: Engine, owner: int, four: dict[str, int]) -> None:
    other = owners.ensure(engine, NOW, "another").id
    with reading(engine) as session:
        for who in ("Maria", "bob@example.com", str(four["bob"])):
            assert people.find(session, other, who, key(who, {})) == []
        assert people.everyone(session, other) == []
        assert people.one(session, other, four["bob"]) is None
        assert people.by_key(session, other) == {}


def test_everybody_comes_by_name_with_all_that_is_theirs(engine: Engine, owner: int, four: dict[str, int]) -> None:
    with writing(engine) as session:
        people.add_tags(session, owner, four["bob"], ["work", "climbing"])
        values = {"every": "6 weeks", "birthday": str(Birthday(5, 12)), "snoozed_until": date(2027, 1, 2)}
        people.set_values(session, owner, four["bob"], {**values, "circle": "friends", "paused": True, "about": "x"})
    with reading(engine) as session:
        known = people.everyone(session, owner)
        assert [p.name for p, _ in known] == ["bob", "José-María Roe", "Maria  da Costa", "Maria Silva"]
        assert people.one(session, owner, four["bob"]) == known[0]
        assert [p.id for p, _ in people.everyone(session, owner, [four["roe"], four["bob"]])] == [
            four["bob"],
            four["roe"],
        ]
        assert people.everyone(session, owner, []) == []
    assert known[0] == (
        Person(
            id=four["bob"],
            name="bob",
            added_at=NOW,
            addresses=("bob@example.com",),
            circle="friends",
            tags=("climbing", "work"),
            every=Duration(6, Unit.WEEK),
            about="x",
            birthday=Birthday(5, 12),
            paused=True,
            snoozed_until=date(2027, 1, 2),
        ),
        History(),
    )
    assert known[3][0].addresses == ("Maria@Example.com", "m.silva+x@work.example")


def test_an_address_has_one_holder(engine: Engine, owner: int, four: dict[str, int]) -> None:
    other = owners.ensure(engine, NOW, "another").id
    with writing(engine) as session:
        assert not people.add_address(session, owner, four["bob"], "MARIA@example.com", "maria@example.com")
        assert people.holder(session, owner, "maria@example.com") == four["silva"]
        assert not people.remove_address(session, owner, four["bob"], "maria@example.com")
        assert people.remove_address(session, owner, four["silva"], "maria@example.com")
        assert people.holder(session, owner, "maria@example.com") is None
        assert people.add_address(session, owner, four["bob"], "maria@example.com", "maria@example.com")
        stranger = person(session, other, "Maria", "maria@example.com")
        assert people.holder(session, other, "maria@example.com") == stranger


def test_addresses_are_numbered_in_the_order_they_came(engine: Engine, owner: int, four: dict[str, int]) -> None:
    with writing(engine) as session:
        assert people.latest_seq(session, owner) == 4
        assert people.by_key(session, owner, upto_seq=1) == {"maria@example.com": four["silva"]}
        assert people.by_key(session, owner, upto_seq=3, after_seq=1) == {
            "m.silva@work.example": four["silva"],
            "roe@example.com": four["roe"],
        }
        people.remove_address(session, owner, four["bob"], "bob@example.com")
        people.add_address(session, owner, four["bob"], "bob@example.com", "bob@example.com")
        assert people.by_key(session, owner, after_seq=4) == {"bob@example.com": four["bob"]}
        assert len(people.by_key(session, owner)) == 4
        assert people.latest_seq(session, owner + 1) == 0


def test_tags_are_added_once_whatever_their_case(engine: Engine, owner: int, four: dict[str, int]) -> None:
    bob = four["bob"]
    with writing(engine) as session:
        assert people.add_tags(session, owner, bob, ["Work", "work", "climbing", "Work"]) == ["Work", "climbing"]
        assert people.add_tags(session, owner, bob, ["WORK", "family"]) == ["family"]
        assert len(people.tag_ids(session, bob, ["Work", "family", "nothing"])) == 2
        people.remove_tags(session, owner, bob, ["Work", "climbing"])
        assert people.one(session, owner, bob)[0].tags == ("family",)


def test_who_is_removed_takes_everything_along(engine: Engine, owner: int, four: dict[str, int]) -> None:
    with writing(engine) as session:
        people.add_tags(session, owner, four["bob"], ["work"])
        messages.add_touches(session, [touch(owner, four["bob"], "a")])
        people.remove(session, owner, four["bob"])
        assert people.one(session, owner, four["bob"]) is None
        assert people.holder(session, owner, "bob@example.com") is None
        assert messages.touches(session, owner, four["bob"], 5) == []
        people.remove(session, owner + 1, four["roe"])
        assert people.one(session, owner, four["roe"])


def _history(session: Session, owner: int, person_id: int) -> History:
    session.expire_all()
    known = people.one(session, owner, person_id)
    assert known
    return known[1]


def test_a_history_is_what_the_touches_say(engine: Engine, owner: int, four: dict[str, int]) -> None:
    bob = four["bob"]
    with writing(engine) as session:
        people.refresh(session, owner, [bob])
        assert _history(session, owner, bob) == History()
        touches = [
            touch(owner, bob, "a", 5, direction="outbound"),
            touch(owner, bob, "b", 3, direction="inbound"),
            touch(owner, bob, "c", 4, direction="mutual"),
            touch(owner, four["roe"], "a", 1),
        ]
        messages.add_touches(session, touches)
        people.refresh(session, owner, [bob, four["roe"]])
        ago = {days: NOW - timedelta(days=days) for days in (1, 3, 4, 5)}
        assert _history(session, owner, bob) == History(3, ago[3], ago[4], ago[3])
        assert _history(session, owner, four["roe"]) == History(1, ago[1], None, ago[1])
        messages.remove_touches(session, owner, "b")
        people.refresh(session, owner, [bob])
        assert _history(session, owner, bob) == History(2, ago[4], ago[4], ago[4])
        people.refresh(session, owner, [])


def test_instants_are_the_same_whatever_zone_they_come_in(engine: Engine, owner: int, four: dict[str, int]) -> None:
    tokyo = timezone(timedelta(hours=9))
    at = datetime(2026, 11, 22, 1, 0, tzinfo=tokyo)
    with writing(engine) as session:
        rows = [touch(owner, four["bob"], "a", at=at), touch(owner, four["bob"], "b", at=at.astimezone(UTC))]
        messages.add_touches(session, rows)
        people.refresh(session, owner, [four["bob"]])
        last = _history(session, owner, four["bob"]).last_touched
        assert last == at
        assert last
        assert last.utcoffset() == timedelta(0)


def test_histories_can_be_had_as_they_were(engine: Engine, owner: int, four: dict[str, int]) -> None:
    bob = four["bob"]
    with writing(engine) as session:
        days = {"a": 10, "b": 5, "c": 1}
        messages.add_touches(session, [touch(owner, bob, name, ago) for name, ago in days.items()])
        people.refresh(session, owner, [bob])
        known = people.everyone(session, owner)
        then = {p.id: h for p, h in people.as_of(session, owner, known, NOW - timedelta(days=5))}
        assert then[bob] == History(2, NOW - timedelta(days=5), None, NOW - timedelta(days=5))
        assert then[four["roe"]] == History()
        now = people.as_of(session, owner, known, NOW)
        assert [asdict(h) for _, h in now] == [asdict(h) for _, h in people.everyone(session, owner)]
        for days_ago in (7, 5, 3, 0.5):  # in steps it comes to the same
            since = NOW - timedelta(days=days_ago)
            assert people.as_of(session, owner, people.as_of(session, owner, known, since), NOW, since) == now


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["outbound", "inbound", "mutual"]), st.integers(0, 50)), max_size=12))
def test_derived_dates_are_always_those_of_the_touches(engine: Engine, owner: int, told: list[tuple[str, int]]) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria")
        rows = [touch(owner, maria, str(n), ago, direction=way) for n, (way, ago) in enumerate(told)]
        messages.add_touches(session, rows)
        people.refresh(session, owner, [maria])

        def latest(*ways: str) -> datetime | None:
            return max((NOW - timedelta(days=ago) for way, ago in told if way in ways), default=None)

        assert _history(session, owner, maria) == History(
            len(told),
            latest("outbound", "inbound", "mutual"),
            latest("outbound", "mutual"),
            latest("inbound", "mutual"),
        )


def test_who_was_passed_over_waits_and_who_was_chosen_starts_afresh(
    engine: Engine, owner: int, four: dict[str, int]
) -> None:
    with writing(engine) as session:
        people.note_passed_over(session, owner, [four["roe"]], [four["bob"], four["silva"]])
        people.note_passed_over(session, owner, [four["silva"]], [four["bob"]])
        people.note_passed_over(session, owner, [], [])
        waited = {p.id: p.passed_over for p, _ in people.everyone(session, owner)}
    assert waited == {four["bob"]: 2, four["silva"]: 0, four["roe"]: 0, four["costa"]: 0}
