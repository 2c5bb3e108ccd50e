"""Named queries about the outbox, digests and replies."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from kith.errors import StoreFailed
from kith.store import letters
from kith.store.engine import reading, writing
from kith.store.tables import DigestRow, LetterRow
from support.store import NOW, instruction, letter, person


def _reply(owner: int, identity: str, **values: object) -> dict[str, object]:
    return {
        "owner_id": owner,
        "identity": identity,
        "mailbox": "personal",
        "folder": "Sent",
        "uidvalidity": 1,
        "uid": 1,
        "in_sent": True,
        "answers": "<week@example.com>",
        "state": "found",
        "why": "",
        "tries": 0,
        "found_at": NOW,
        **values,
    }


def _add(session: Session, row: LetterRow) -> int:
    return letters.add_letter(session, row, {})


def test_a_letter_is_found_by_what_names_it(engine: Engine, owner: int) -> None:
    raw = bytes(range(256)) * 100
    with writing(engine) as session:
        people = [person(session, owner, name) for name in ("Maria", "Bob")]
        number = letters.add_letter(session, letter(owner, "week", raw=raw), {1: people[1], 2: people[0]})
    with reading(engine) as session:
        kept = letters.letter_by_key(session, owner, "digest", "week")
        assert kept
        assert (kept.id, kept.raw, kept.state) == (number, raw, "queued")
        assert letters.letter_by_message_id(session, owner, "<week@example.com>") == kept
        assert letters.numbers(session, number) == {1: people[1], 2: people[0]}
        assert letters.numbers(session, number + 1) == {}
        for other in (
            letters.letter_by_key(session, owner, "receipt", "week"),
            letters.letter_by_key(session, owner + 1, "digest", "week"),
            letters.letter_by_message_id(session, owner + 1, "<week@example.com>"),
        ):
            assert other is None


def test_there_is_one_letter_of_a_kind_about_a_thing(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        _add(session, letter(owner, "week"))
    with pytest.raises(StoreFailed), writing(engine) as session:
        _add(session, letter(owner, "week", message_id="<another@example.com>"))
    with pytest.raises(StoreFailed), writing(engine) as session:
        _add(session, letter(owner, "another", message_id="<week@example.com>"))


def test_letters_in_some_states_come_oldest_first(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        for name, state in (("a", "sent"), ("b", "queued"), ("c", "uncertain"), ("d", "queued")):
            _add(session, letter(owner, name, state=state))
        assert [x.key for x in letters.in_state(session, owner, "queued", "uncertain")] == ["b", "c", "d"]
        newest = letters.newest(session, owner, "digest")
        assert newest
        assert newest.key == "d"
        assert letters.newest(session, owner, "receipt") is None


def test_of_many_who_would_send_a_letter_one_does(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        number = _add(session, letter(owner, "week"))
    got: list[bool] = []
    gate = threading.Barrier(4)

    def claim() -> None:
        gate.wait(20)
        with writing(engine) as session:
            got.append(letters.claim(session, number, NOW))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(got) == [False, False, False, True]
    with reading(engine) as session:
        kept = letters.letter_by_key(session, owner, "digest", "week")
        assert kept
        assert (kept.state, kept.attempts, kept.tried_at) == ("sending", 1, NOW)


@pytest.mark.parametrize("state", ["sending", "sent", "uncertain", "failed"])
def test_only_a_queued_letter_is_claimed(engine: Engine, owner: int, state: str) -> None:
    with writing(engine) as session:
        number = _add(session, letter(owner, "week", state=state))
        assert not letters.claim(session, number, NOW)
        assert not letters.claim(session, number + 1, NOW)


def test_a_period_has_one_digest(engine: Engine, owner: int) -> None:
    week = date(2026, 11, 16)
    with writing(engine) as session:
        number = _add(session, letter(owner, "week"))
        assert letters.digest(session, owner, week) is None
        session.add(DigestRow(owner_id=owner, period=week, letter_id=number, made_at=NOW))
        session.add(DigestRow(owner_id=owner, period=week - timedelta(days=7), made_at=NOW))
    with reading(engine) as session:
        kept, latest = letters.digest(session, owner, week), letters.latest_digest(session, owner)
        assert kept == latest
        assert kept
        assert kept.letter_id == number
        assert letters.latest_digest(session, owner + 1) is None
    with pytest.raises(StoreFailed), writing(engine) as session:
        session.add(DigestRow(owner_id=owner, period=week, made_at=NOW))


def _waiting(session: Session, owner: int, *states: str) -> list[tuple[str, str, int]]:
    session.expire_all()
    return [(r.identity, r.folder, r.uid) for r in letters.replies(session, owner, "personal", *states)]


def test_a_reply_is_kept_once_for_sent_and_once_for_elsewhere(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        assert letters.add_replies(session, []) == 0
        assert letters.add_replies(session, [_reply(owner, "a"), _reply(owner, "b", uid=2)]) == 2
        assert letters.add_replies(session, [_reply(owner, "a", in_sent=False, folder="All"), _reply(owner, "a")]) == 1
        assert _waiting(session, owner, "found") == [("a", "Sent", 1), ("b", "Sent", 2), ("a", "All", 1)]
        assert _waiting(session, owner, "done") == []
        assert letters.replies(session, owner, "work", "found") == []


def test_a_reply_that_was_moved_is_looked_for_where_it_is_now(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        letters.add_replies(session, [_reply(owner, name) for name in ("waits", "gone", "done", "ignored")])
        for row in letters.replies(session, owner, "personal", "found"):
            row.state = "found" if row.identity == "waits" else row.identity
        session.flush()
        moved = [_reply(owner, name, folder="Archive", uid=7) for name in ("waits", "gone", "done", "ignored")]
        assert letters.add_replies(session, moved) == 0
        copy = "a copy elsewhere is no news of one that waits where it was"
        assert _waiting(session, owner, "found") == [("waits", "Sent", 1), ("gone", "Archive", 7)], copy
        letters.add_replies(session, [_reply(owner, "waits", uidvalidity=2, uid=9)])
        assert _waiting(session, owner, "found")[0] == ("waits", "Sent", 9), "the folder was renumbered"
        assert _waiting(session, owner, "done", "ignored") == [("done", "Sent", 1), ("ignored", "Sent", 1)]


def test_what_became_of_a_replys_lines(engine: Engine, owner: int) -> None:
    with writing(engine) as session:
        session.add(instruction(owner, "a", position=0, line="1 lunch"))
        for position in (1, 2):  # one line may hold several instructions
            session.add(instruction(owner, "a", position=position, line="2 ???", outcome="not-understood"))
        session.add(instruction(owner, "b", position=0, line="3 ???", outcome="not-understood"))
        session.flush()
        told = {p: i.line for p, i in letters.instructions(session, owner, "a").items()}
        assert told == {0: "1 lunch", 1: "2 ???", 2: "2 ???"}
        unfiled = letters.unfiled(session, owner)
        assert [i.line for i in unfiled] == ["2 ???", "3 ???"]
        letters.file_lines(session, owner, unfiled[:1])
        session.expire_all()
        assert [i.line for i in letters.unfiled(session, owner)] == ["3 ???"]
        assert letters.told_before(session, owner, ["1 lunch", "2 ???", "3 ???", "4 ???"]) == {"2 ???", "3 ???"}
        assert letters.told_before(session, owner + 1, ["3 ???"]) == letters.told_before(session, owner, []) == set()
        assert letters.instructions(session, owner, "a")[0].outcome == "done"
    with pytest.raises(StoreFailed), writing(engine) as session:
        session.add(instruction(owner, "a", position=1))
