"""Who is forgotten leaves no trace but a hash, and nobody else loses anything of theirs."""

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import sleep

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from kith.domain import address
from kith.errors import DataRefused
from kith.store import changes, forgetting, letters, merging, messages, notes, people, strangers
from kith.store.engine import reading, writing
from kith.store.tables import ForgottenRow, InstructionRow, LetterRow
from support.store import NOW, a_life, draft, dump, instruction, invite, letter, message, part, person, places, touch

WORDS = ("Maria", "Silva", "maria@example.com", "m.silva")


def key(written: str) -> str:
    return address.key(written, {"gmail.com": False})


def forget(session: Session, owner: int, person_id: int, name: str = "Maria Silva") -> None:
    """As kith.jobs.acts does it."""
    changes.forget(session, owner, person_id)
    forgetting.forget(session, owner, person_id, name, key)


@pytest.fixture
def maria(engine: Engine, owner: int) -> int:
    with writing(engine) as session:
        maria = person(session, owner, "Maria Silva", "Maria+x@Example.com")
        people.add_address(session, owner, maria, "M.Silva@gmail.com", key("M.Silva@gmail.com"))
        a_life(session, owner, maria, "Maria Silva")
    return maria


@pytest.fixture
def bob(engine: Engine, owner: int) -> int:
    with writing(engine) as session:
        bob = person(session, owner, "Bob Jones", "bob@example.com")
        a_life(session, owner, bob, "Bob Jones")
    return bob


def traces(engine: Engine) -> dict[str, list[str]]:
    return {word: found for word in WORDS if (found := places(engine, word))}


def test_the_test_would_see_a_trace(engine: Engine, maria: int) -> None:
    found = traces(engine)
    assert {"address.written", "address.key", "person.name", "touch.subject"} <= {
        p for ps in found.values() for p in ps
    }


def test_no_trace_is_left(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        strangers.count(session, owner, {"maria@example.com": ("Maria Silva", 1, 1, NOW)})
        strangers.count(session, owner, {"maria@home.example": ("maria silva", 1, 1, NOW)})
        notes.keep_change(session, owner, "Noted for Maria Silva: moves to Lisbon", [], NOW)
        rename = [
            changes.about(maria),
            {"do": "set", "table": "person", "id": maria, "values": {"name": "Maria da Silva"}},
        ]
        notes.keep_change(session, owner, "something", rename, NOW)
        session.add(instruction(owner, "r2", line="MARIA SILVA lunch??", outcome="not-understood"))
        session.add(instruction(owner, "r3", line="Bob: wrote to maria+x@example.com today", said="A touch"))
        letters.add_letter(
            session, letter(owner, "about", kind="briefing", subject="Maria Silva", raw=b"", state="sent"), {}
        )
        failed = letter(owner, "failed", raw=b"1. Maria Silva", state="failed")
        letters.add_letter(session, failed, {1: maria})
    with writing(engine) as session:
        forget(session, owner, maria)
    assert traces(engine) == {}
    with reading(engine) as session:
        hashes = set(session.exec(select(ForgottenRow.digest)).all())
        assert hashes == {forgetting.forgotten_hash(k) for k in ("maria@example.com", "msilva@gmail.com")}
        assert people.forgotten(session, owner) == hashes


def test_no_trace_is_left_where_only_her_first_name_stands(engine: Engine, owner: int, maria: int, bob: int) -> None:
    said = "Lunch with Maria on Friday"
    with writing(engine) as session:
        session.add(instruction(owner, "note", line="Mimi: lunch", said="Time together", person_id=maria))
        for key, kind, subject in (
            ("note", "receipt", "Re: kith: Mimi"),
            (f"note:{maria}", "briefing", "Re: kith: Mimi"),
            ("other", "receipt", "Re: kith: Maria"),
            ("2026-11-16", "digest", "A line to Bob and Maria"),
        ):
            letters.add_letter(session, letter(owner, key, kind=kind, subject=subject, raw=b"", state="sent"), {})
        session.add(draft(owner, bob, "a", kind="introduce", raw=b"", subject="Bob, meet Maria", state="placed"))
        session.add(draft(owner, bob, "b", kind="introduction", subject="Thank you for the introduction to Maria"))
        session.add(draft(owner, bob, "c", raw=b"", subject=f"Re: {said}", state="sent"))
        session.add(draft(owner, bob, "d", raw=b"\r\n".join([b"Content-Transfer-Encoding: base64", b"", BASE64])))
        messages.add(session, [message(owner, "both", subject=said)])
        messages.add_parts(session, [part(owner, who, "both") for who in (maria, bob)])
        gone = {"do": "insert", "table": "touch", "values": {"person_id": bob, "identity": "both", "subject": said}}
        notes.keep_change(session, owner, "something", [changes.about(bob), gone], NOW)
        notes.keep_change(session, owner, f"“{said}” counts for Bob Jones now", [changes.about(bob)], NOW)
        session.add(instruction(owner, "r4", line="2 was a touch", said=f"“{said}” counts for Bob Jones now"))
    assert places(engine, "Mimi") == ["instruction.line", "letter.subject"]
    with writing(engine) as session:
        forget(session, owner, maria)
    assert traces(engine) == {}
    assert places(engine, "Mimi") == []
    with reading(engine) as session:
        kept = {d.key: d.subject for d in notes.drafts(session, owner)}
        assert kept == {f"thanks:p{bob}": "Thank you, Bob Jones", "a": "", "c": ""}, "placed once, and never again"


BASE64 = b64encode(b"I told Maria Silva that you would know.")


def test_no_trace_is_left_of_the_name_of_who_became_part_of_them(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        mitzi = person(session, owner, "Mitzi Salve", "mitzi@example.com")
        a_life(session, owner, mitzi, "Mitzi Salve")
        merging.merge(session, owner, maria, mitzi)
        session.add(instruction(owner, "r2", line="Mitzi Salve: lunch??", outcome="not-understood"))
        strangers.count(session, owner, {"mitzi@home.example": ("Mitzi Salve", 1, 1, NOW)})
        forget(session, owner, maria)
    assert places(engine, "Mitzi") == []


def test_nobody_else_loses_anything(engine: Engine, owner: int, bob: int) -> None:
    with writing(engine) as session:
        notes.keep_change(session, owner, "Noted for Bob Jones: x", [{"do": "delete", "table": "note", "id": 1}], NOW)
        strangers.count(session, owner, {"ann@example.com": ("Maria Silvana", 1, 1, NOW)})
        a_life(session, owner, person(session, owner, "Maria Silvano", "xmaria@example.com"), "Maria Silvano")
    before = dump(engine, without=("forgotten", "owner"))
    with writing(engine) as session:
        maria = person(session, owner, "Maria Silva", "maria@example.com")
        a_life(session, owner, maria, "Maria Silva")
    with writing(engine) as session:
        forget(session, owner, maria)
    after = dump(engine, without=("forgotten", "owner"))
    for table in ("instruction", "letter"):  # these keep their rows, without words
        after[table] = after[table][: len(before[table])]
    assert after == before


def test_a_reply_that_was_acted_on_is_not_acted_on_again(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        forget(session, owner, maria)
        session.expire_all()
        (row,) = letters.instructions(session, owner, f"reply-p{maria}").values()
        assert (row.line, row.said, row.person_id, row.outcome) == ("", "", None, forgetting.FORGOTTEN)
        assert letters.unfiled(session, owner) == []


def test_mail_with_others_is_kept_for_their_sake(engine: Engine, owner: int, maria: int, bob: int) -> None:
    with writing(engine) as session:
        messages.add(session, [message(owner, "both"), message(owner, "hers")])
        messages.add_parts(session, [part(owner, maria, "both"), part(owner, bob, "both"), part(owner, maria, "hers")])
        forget(session, owner, maria)
        assert set(messages.by_identity(session, owner, ["both", "hers", f"mail-p{maria}", f"mail-p{bob}"])) == {
            "both",
            f"mail-p{bob}",
        }


SHARED = [
    ("Coffee: Maria Silva / Alex", ""),
    ("Coffee with Maria", ""),
    ("SILVA, coffee", ""),
    ("Re: maria@example.com", ""),
    ("Coffee with Mariana and Bob", "Coffee with Mariana and Bob"),
    ("Coffee with m. silvano", "Coffee with m. silvano"),
    ("Coffee", "Coffee"),
]


@pytest.mark.parametrize(("said", "kept"), SHARED)
def test_what_she_shared_with_others_stays_and_does_not_name_her(
    engine: Engine, owner: int, maria: int, bob: int, said: str, kept: str
) -> None:
    meeting = messages.meeting_identity("a-uid", NOW)
    veiled = {"organizer": "2f", "attendees": [["2f", "ACCEPTED"], ["0a", ""]], "summary": said}
    with writing(engine) as session:
        messages.add(session, [message(owner, "both", subject=said)])
        messages.add_parts(session, [part(owner, who, "both") for who in (maria, bob)])
        messages.add_invites(session, [invite(owner, "both", uid="a-uid", sender="2f", data=veiled)])
        for who in (maria, bob):
            messages.add_touches(session, [touch(owner, who, "both", subject=said)])
            messages.add_touches(session, [touch(owner, who, meeting, subject=said, channel="meeting")])
        messages.keep_snippet(session, owner, bob, "both", said)
        forget(session, owner, maria)
    with reading(engine) as session:
        shared = {t.identity: t.subject for t in messages.touches(session, owner, bob, 9)}
        assert (shared["both"], shared[meeting]) == (kept, kept)
        assert messages.by_identity(session, owner, ["both"])["both"].subject == kept
        assert messages.snippets(session, owner, [bob])[bob].text == kept
        (row,) = messages.invites(session, owner, ["a-uid"])
        assert (row.sender, row.data) == ("2f", {**veiled, "summary": kept})
    if "aria" not in kept and "silva" not in kept:
        assert traces(engine) == {}


@pytest.mark.parametrize(
    ("said", "kept"),
    [("Maria Silva asks for you", ""), ("about M.Silva@gmail.com", ""), ("Ave Maria", "Ave Maria")],
)
def test_what_others_wrote_without_her_does_not_name_her_in_full(
    engine: Engine, owner: int, maria: int, bob: int, said: str, kept: str
) -> None:
    with writing(engine) as session:
        messages.add(session, [message(owner, "his", subject=said)])
        messages.add_parts(session, [part(owner, bob, "his")])
        messages.add_touches(session, [touch(owner, bob, "his", subject=said)])
        forget(session, owner, maria)
    with reading(engine) as session:
        assert messages.by_identity(session, owner, ["his"])["his"].subject == kept
        assert kept in {t.subject for t in messages.touches(session, owner, bob, 9)}


def test_invitations_that_only_she_had_part_in_go_with_her(engine: Engine, owner: int, maria: int, bob: int) -> None:
    with writing(engine) as session:
        messages.add(session, [message(owner, "hers")])
        messages.add_parts(session, [part(owner, maria, "hers")])
        messages.add_invites(session, [invite(owner, "hers", uid="a-uid")])
        forget(session, owner, maria)
        assert messages.invites(session, owner, ["a-uid"]) == []


def test_an_introduction_to_her_is_dropped_and_never_made_again_where_it_was_placed(
    engine: Engine, owner: int, maria: int, bob: int
) -> None:
    raw = b"To: Bob <bob@example.com>, =?utf-8?q?M?= <maria+x@example.com>\r\n\r\nMeet"
    with writing(engine) as session:
        session.add(draft(owner, bob, "introduce:1", raw=raw, subject="Bob, meet M."))
        session.add(draft(owner, bob, "introduce:2", raw=b"", subject="Bob, meet Maria Silva", state="placed"))
        forget(session, owner, maria)
        assert [(d.key, d.subject) for d in notes.drafts(session, owner)][1:] == [("introduce:2", "")]


def test_a_letter_that_is_on_its_way_still_goes_out(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        number = letters.add_letter(session, letter(owner, "now", raw=b"the whole letter"), {1: maria})
        forget(session, owner, maria)
        session.expire_all()
        row = session.get_one(LetterRow, number)
        assert (row.raw, row.state) == (b"the whole letter", "queued")
        assert letters.numbers(session, number) == {}


def test_whoever_was_merged_into_her_is_forgotten_too(engine: Engine, owner: int, maria: int) -> None:
    with writing(engine) as session:
        other = person(session, owner, "Marie Unmistakable", "marie@old.example")
        a_life(session, owner, other, "Marie Unmistakable")
    with writing(engine) as session:
        steps = merging.merge(session, owner, maria, other)
        notes.keep_change(session, owner, "merged", [changes.about(maria, other), *steps], NOW)
    with writing(engine) as session:
        forget(session, owner, maria)
    assert places(engine, "Unmistakable") == places(engine, "marie@old.example") == []
    assert traces(engine) == {}


def _said(session: Session, owner: int) -> list[str]:
    return [row.line for row in session.exec(select(InstructionRow).where(InstructionRow.owner_id == owner))]


@pytest.mark.parametrize("name", ["(Max", "a|b", ".*", "O'Neil \\ Sons", "100%", "Ann_", "王小明", "x", "Bo Li"])
def test_any_name_is_taken_as_it_is_written(engine: Engine, owner: int, name: str) -> None:
    with writing(engine) as session:
        number = person(session, owner, name)
        session.add(instruction(owner, "a", line=f"{name}: lunch"))
        session.add(instruction(owner, "b", line="axb something else entirely"))
        notes.keep_change(session, owner, f"Noted for {name}: words", [], NOW)
        notes.keep_change(session, owner, "Noted for somebody: words", [], NOW)
        session.flush()
        forget(session, owner, number, name)
        session.expire_all()
        assert _said(session, owner) == ["", "axb something else entirely"]
        row = notes.change(session, owner, None)
        assert row
        assert row.what == "Noted for somebody: words"


def test_the_hash_tells_addresses_apart_and_shows_none() -> None:
    hashes: Callable[[str], str] = forgetting.forgotten_hash
    assert hashes("maria@example.com") == hashes("maria@example.com") != hashes("maria@example.org")
    assert "maria" not in hashes("maria@example.com")
    assert hashes("\ud800@example.com")


def test_what_a_scan_is_about_to_keep_goes_as_well(engine: Engine, owner: int, maria: int) -> None:
    """On PostgreSQL two may write at once: `kith people forget` beside the service."""

    def forget_her() -> None:
        with writing(engine) as session:
            forget(session, owner, maria)

    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as session:
            messages.add(session, [message(owner, "new")])
            messages.add_parts(session, [part(owner, maria, "new")])
            messages.add_touches(session, [touch(owner, maria, "new")])
            forgetting_her = pool.submit(forget_her)
            sleep(0.3)  # by now it waits for this transaction, or was too quick for its own good
        forgetting_her.result(10)
    assert traces(engine) == {}
    assert dump(engine)["message"] == []


def test_a_scan_that_comes_in_the_middle_of_it_keeps_nothing(engine: Engine, owner: int, maria: int) -> None:
    def keep() -> None:
        with suppress(DataRefused), writing(engine) as session:
            messages.add(session, [message(owner, "new")])
            messages.add_parts(session, [part(owner, maria, "new")])

    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as session:
            forget(session, owner, maria)
            keeping = pool.submit(keep)
            sleep(0.3)
        keeping.result(10)
    assert dump(engine)["message"] == []
