"""Named queries about messages, touches, snippets and invitations."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from kith.store import meetings, messages, rulings
from kith.store.engine import reading, writing
from kith.store.tables import MessageRow
from kith.store.undoing import setting
from support.store import NOW, invite, message, part, person, touch


@pytest.fixture
def maria(engine: Engine, owner: int) -> int:
    with writing(engine) as session:
        return person(session, owner, "Maria", "maria@example.com")


@pytest.fixture
def bob(engine: Engine, owner: int) -> int:
    with writing(engine) as session:
        return person(session, owner, "Bob", "bob@example.com")


def names(rows: list[MessageRow]) -> list[str]:
    return [row.identity for row in rows]


def test_messages_are_found_by_identity_however_many(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        messages.add(session, [message(owner, f"mail-{n}") for n in range(1200)])
        found = messages.by_identity(session, owner, [f"mail-{n}" for n in range(600, 1800)])
        assert set(found) == {f"mail-{n}" for n in range(600, 1200)}
        assert messages.by_identity(session, owner, []) == {}
        assert messages.by_identity(session, owner + 1, ["mail-1"]) == {}


def test_several_messages_may_carry_one_message_id(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        rows = [message(owner, name, message_id="<same@example.com>") for name in ("a", "b")]
        assert messages.add(session, rows) == 2
        assert sorted(names(messages.by_message_id(session, owner, "<same@example.com>"))) == ["a", "b"]
        assert messages.by_message_id(session, owner, "<other@example.com>") == []


def test_who_takes_part_in_what(engine: Engine, owner: int, maria: int, bob: int) -> None:
    with writing(engine) as session:
        days = {"a": 3, "b": 1, "c": 2}
        rows = [message(owner, name, at=NOW - timedelta(days=ago)) for name, ago in days.items()]
        messages.add(session, [*rows, message(owner, "d", reason="crowd", at=NOW - timedelta(days=4))])
        messages.add_parts(session, [part(owner, maria, name) for name in "abcd"])
        messages.add_parts(session, [part(owner, bob, "a"), part(owner, bob, "gone")])
        assert [p.person_id for p in rulings.parts(session, owner, "a")] == [maria, bob]
        assert names(messages.of_person(session, owner, maria, 3)) == ["b", "c", "a"]
        assert names(messages.of_person(session, owner, bob, 3)) == ["a"]
        messages.add_touches(session, [touch(owner, maria, "a"), touch(owner, maria, "b"), touch(owner, bob, "c")])
        uncounted = messages.not_counted_since(session, owner, maria, None, 5)
        assert [(m.identity, said) for m, said in uncounted] == [("c", None), ("d", None)]  # c touched Bob alone
        assert messages.not_counted_since(session, owner, maria, NOW - timedelta(days=2), 5) == []


def test_touches_are_kept_once_and_removed_for_one_or_all(engine: Engine, owner: int, maria: int, bob: int) -> None:
    with writing(engine) as session:
        rows = [touch(owner, maria, "a", 2), touch(owner, bob, "a", 2), touch(owner, maria, "b", 1)]
        assert messages.add_touches(session, rows) == 3
        assert messages.add_touches(session, rows) == 0
        assert [t.identity for t in messages.touches(session, owner, maria, 1)] == ["b"]
        assert messages.touch_id(session, owner, maria, "a") == messages.touches(session, owner, maria, 2)[1].id
        assert len(messages.touches_since(session, owner, NOW - timedelta(days=2))) == 1
        assert messages.remove_touches(session, owner, "a", maria) == [maria]
        assert messages.remove_touches(session, owner, "a", maria) == []
        assert messages.remove_touches(session, owner, "a") == [bob]
        assert messages.remove_touches(session, owner + 1, "b") == []


def test_what_the_owner_said_is_kept_for_each_person_in_a_message(
    engine: Engine, owner: int, maria: int, bob: int
) -> None:
    with writing(engine) as session:
        messages.add(session, [message(owner, "a", reason="bulk"), message(owner, "b")])
        messages.add_parts(session, [part(owner, p, name) for p in (maria, bob) for name in "ab"])
        hers, his = rulings.parts(session, owner, "a")
        assert rulings.rule(session, [hers], counts=True) == [
            setting("part", hers.id, {"ruling": None}, {"ruling": True})
        ]
        rulings.rule(session, rulings.parts(session, owner, "b"), counts=False)
        session.expire_all()
        everything = {(maria, "a"): True, (maria, "b"): False, (bob, "b"): False}
        assert rulings.said(session, owner, ["a", "b", "c"]) == everything
        assert rulings.said(session, owner, ["c"]) == rulings.said(session, owner + 1, ["a"]) == {}
        assert his.ruling is None
        assert [said for _, said in messages.not_counted_since(session, owner, maria, None, 5)] == [True, False]


def test_there_is_one_snippet_a_person(engine: Engine, owner: int, maria: int, bob: int) -> None:
    with writing(engine) as session:
        for person_id, text in ((maria, "first"), (bob, "his"), (maria, "second")):
            messages.keep_snippet(session, owner, person_id, text, f"the {text}")
            session.flush()
        found = messages.snippets(session, owner, [maria, bob])
        assert {p: (s.identity, s.text) for p, s in found.items()} == {
            maria: ("second", "the second"),
            bob: ("his", "the his"),
        }
        assert messages.snippets(session, owner, []) == {}


def test_the_latest_mail_is_the_one_behind_the_latest_touch_by_mail(
    engine: Engine, owner: int, maria: int, bob: int
) -> None:
    with writing(engine) as session:
        messages.add(session, [message(owner, "old"), message(owner, "new"), message(owner, "untouched")])
        touches = [touch(owner, maria, "old", 5), touch(owner, maria, "new", 3), touch(owner, maria, "hand:1", 1)]
        messages.add_touches(session, touches)
        found = messages.latest_mail(session, owner, [maria, bob])
        assert {p: row.identity for p, row in found.items()} == {maria: "new"}


def test_invitations_come_in_the_order_they_were_seen(engine: Engine, owner: int) -> None:
    seen = {"first": 5, "second": 3, "third": 4}
    with writing(engine) as session:
        rows = [invite(owner, n, uid="one", seen_at=NOW - timedelta(days=ago)) for n, ago in seen.items()]
        assert messages.add_invites(session, [*rows, invite(owner, "other", uid="two")]) == 4
        assert messages.add_invites(session, rows) == 0
        assert [i.identity for i in messages.invites(session, owner, ["one"])] == ["first", "third", "second"]
        assert len(messages.invites(session, owner)) == 4
        assert messages.invites(session, owner, []) == []


def test_a_series_is_looked_at_when_its_time_has_come(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        messages.add_invites(session, [invite(owner, "a", uid="one"), invite(owner, "b", uid="one", look_at=None)])
        messages.add_invites(session, [invite(owner, "c", uid="two", data={"attendees": [["x@y", "ACCEPTED"]]})])
        assert [i.identity for i in messages.invites_due(session, owner, NOW)] == ["a", "b", "c"]
        assert messages.invites_due(session, owner, NOW - timedelta(seconds=1)) == []
        messages.look_again(session, owner, {"one": NOW + timedelta(days=7), "two": None})
        messages.look_again(session, owner, {})
        session.expire_all()
        assert messages.invites_due(session, owner, NOW) == []
        assert [i.identity for i in messages.invites_to_come(session, owner)] == ["a", "b"]
        assert len(messages.invites_due(session, owner, NOW + timedelta(days=7))) == 2


def test_meetings_that_were_not_held_after_all_lose_their_touches(
    engine: Engine, owner: int, maria: int, bob: int
) -> None:
    uid = "a:uid:with:colons@example.com"
    days = [NOW - timedelta(days=ago) for ago in (21, 14, 7)]
    held = [messages.meeting_identity(uid, at) for at in days]
    other = messages.meeting_identity("other", NOW)
    with writing(engine) as session:
        rows = [
            touch(owner, who, identity, at=at, source="meeting")
            for who in (maria, bob)
            for identity, at in zip([*held, other], [*days, NOW], strict=True)
        ]
        messages.add_touches(session, [*rows, touch(owner, maria, "mail")])
        assert meetings.remove_others(session, owner, {}) == set()
        told = {uid: ([held[1]], days[1])}
        assert meetings.remove_others(session, owner, told) == {maria, bob}
        left = {t.identity for t in messages.touches(session, owner, maria, 10)}
        assert left == {"mail", other, held[1], held[0]}
        assert meetings.remove_others(session, owner, {uid: ((), None)}) == {maria, bob}
        assert len(messages.touches(session, owner, bob, 10)) == 1


def test_the_touches_of_a_series_are_its_own_however_its_uid_begins(engine: Engine, owner: int, maria: int) -> None:
    named = {uid: messages.meeting_identity(uid, NOW) for uid in ("a", "a:b", "a%", "ab")}
    with writing(engine) as session:
        rows = [touch(owner, maria, identity, at=NOW, source="meeting") for identity in named.values()]
        messages.add_touches(session, [*rows, touch(owner, maria, "meeting:a:mail")])
        for uid, identity in named.items():
            assert [row.identity for row in meetings.of_series(session, owner, [uid])] == [identity]
        assert len(meetings.of_series(session, owner, [*named, *map(str, range(2 * meetings.SERIES_AT_ONCE))])) == 4
        assert meetings.of_series(session, owner, []) == []


def test_whoever_was_not_at_a_meeting_after_all_loses_its_touch_alone(
    engine: Engine, owner: int, maria: int, bob: int
) -> None:
    held = [messages.meeting_identity("uid", NOW - timedelta(days=n)) for n in range(messages.ASKED_AT_ONCE + 2)]
    with writing(engine) as session:
        rows = [touch(owner, who, identity, source="meeting") for identity in held for who in (maria, bob)]
        messages.add_touches(session, rows)
        assert meetings.remove_absent(session, owner, {one: {maria} for one in held[1:]}) == {bob}
        assert [t.identity for t in messages.touches(session, owner, bob, 10)] == held[:1]
        assert len(messages.touches(session, owner, maria, 2000)) == len(held)


def test_whoever_is_new_may_have_been_there_from_the_beginning_of_every_series(engine: Engine, owner: int) -> None:
    ahead = {"seen_at": NOW + timedelta(days=1)}  # the clock was set back since
    with writing(engine) as session:
        rows = [invite(owner, "a", uid="one"), invite(owner, "b", uid="two"), invite(owner, "c", uid="three", **ahead)]
        messages.add_invites(session, rows)
        messages.look_again(session, owner, {"one": NOW + timedelta(days=7), "two": None, "three": None})
        messages.look_at_every_series(session, owner, NOW)
        session.expire_all()
        found = messages.invites_due(session, owner, NOW)
        assert [row.identity for row in found] == ["a", "b", "c"]
        assert all(row.look_at and row.look_at <= row.seen_at for row in found)


def test_nothing_of_another_owner_is_seen(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        messages.add(session, [message(owner, "a")])
        messages.add_parts(session, [part(owner, maria, "a")])
        messages.add_touches(session, [touch(owner, maria, "a")])
        messages.add_invites(session, [invite(owner, "a")])
        messages.keep_snippet(session, owner, maria, "a", "words")
    other = owner + 1
    with reading(engine) as session:
        assert messages.by_message_id(session, other, "<a@example.com>") == []
        assert rulings.parts(session, other, "a") == []
        assert messages.of_person(session, other, maria, 5) == []
        assert messages.touches(session, other, maria, 5) == []
        assert messages.touches_since(session, other, NOW - timedelta(days=1)) == []
        assert messages.snippets(session, other, [maria]) == {}
        assert messages.latest_mail(session, other, [maria]) == {}
        assert messages.invites(session, other) == []
