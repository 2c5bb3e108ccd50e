"""Drafts that nobody asked for: made with the digest, few, specific, placed before it goes, and never twice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kith.jobs import compose
from kith.jobs.compose import view_now
from kith.jobs.once import run_once
from kith.jobs.round import go_round_once
from kith.store import messages, notes, people
from support.answers import BOB, MARIA, ME, Owner, with_a_past
from support.jobs import Office, deaths
from support.mail import message, plain, read


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Alex with three friends; Maria and Bob have been silent for more than a year."""
    with Office(tmp_path, digest__max_drafts="2") as office:
        owner = with_a_past(office)
        office.clock.move(days=280)
        yield owner


def placed(owner: Owner) -> list[bytes]:
    """What lies in Drafts."""
    drafts = owner.office.server.folders.get("Drafts")
    return [kept.raw for kept in drafts.messages.values()] if drafts else []


def kinds(owner: Owner) -> list[str]:
    """Of which kinds drafts were made."""
    return [row["kind"] for row in owner.office.rows("draft")]


def told(owner: Owner) -> list[tuple[str, str]]:
    """The drafts of which the digest tells."""
    with owner.office.work.reading() as session:
        shown = view_now(owner.office.work, session, owner.office.work.now())
    return [(line.name, line.occasion) for line in shown.digest.drafts]


def note(owner: Owner, first_name: str, text: str) -> None:
    """The owner's words about somebody."""
    work = owner.office.work
    with work.writing() as session:
        notes.add_note(session, work.owner_id, owner.ids[first_name], text, work.now(), "cli")


def test_a_digest_brings_drafts_that_are_placed_before_it_goes(owner: Owner) -> None:
    note(owner, "Bob", "He helped me with the move, wonderful")
    assert told(owner) == [("Bob Stone", "thanks"), ("Maria Silva", "silence")], "foreseen, and not yet made"
    assert kinds(owner) == []
    run_once(owner.office.work)
    assert kinds(owner) == ["thanks", "silence"]
    first, second = map(read, placed(owner))
    assert "Thank you for your help with the move." in plain(first)
    assert (first["In-Reply-To"], first["To"]) == ("<150@example.org>", BOB)
    assert "you last wrote on" in " ".join(plain(second).split())
    assert "[your own line here" in plain(first)
    assert "[your own line here" in plain(second)
    digest = max(owner.office.server.folders["INBOX"].messages.items())[1].raw
    assert "thanks" in plain(read(digest))
    assert told(owner) == [("Bob Stone", "thanks"), ("Maria Silva", "silence")], "and no others are foreseen"


def test_drafts_are_made_once_and_with_the_digest(owner: Owner) -> None:
    go_round_once(owner.office.work, owner.office.work.config.mailbox[0])
    assert kinds(owner) == []
    for _ in range(3):
        run_once(owner.office.work)
    assert kinds(owner) == ["silence"]
    assert len(placed(owner)) == 1
    owner.office.clock.move(days=7)
    run_once(owner.office.work)
    assert kinds(owner) == ["silence", "silence"], "of Bob, the next week"
    assert {row["person_id"] for row in owner.office.rows("draft")} == {owner.ids["Maria"], owner.ids["Bob"]}


def test_while_drafts_wait_no_more_are_made(owner: Owner) -> None:
    note(owner, "Bob", "He helped me with the move")
    run_once(owner.office.work)
    assert kinds(owner) == ["thanks", "silence"]
    owner.office.clock.move(days=7)
    note(owner, "Priya", "She helped me with the boxes")
    run_once(owner.office.work)
    assert kinds(owner) == ["thanks", "silence"]
    for uid in list(owner.office.server.folders["Drafts"].messages):
        owner.office.server.remove(uid, "Drafts")
    owner.office.clock.move(days=7)
    note(owner, "Priya", "She helped me with the chairs")
    run_once(owner.office.work)
    assert kinds(owner) == ["thanks", "silence", "thanks"]


def test_promise_3_stopped_anywhere_a_week_has_its_drafts_once(owner: Owner) -> None:
    note(owner, "Bob", "He helped me with the move")
    for step, name in deaths(owner.office, lambda office: run_once(office.work)):
        run_once(owner.office.work)
        run_once(owner.office.work)
        assert kinds(owner) == ["thanks", "silence"], (step, name)
        assert len(placed(owner)) == 2, (step, name)


def test_a_digest_does_not_wait_for_a_template_of_a_draft_that_is_broken(owner: Owner) -> None:
    broken = owner.office.folder / "templates" / "draft.silence.txt.j2"
    broken.parent.mkdir()
    broken.write_text("{{ nothing_of_that_name }}")
    assert told(owner) == [], "nor does its preview, which foresees what will be made"
    assert run_once(owner.office.work).composed
    assert kinds(owner) == []
    assert len(owner.office.rows("digest")) == 1


def test_a_draft_that_was_thrown_away_is_told_no_more_and_never_made_again(owner: Owner) -> None:
    run_once(owner.office.work)
    assert told(owner) == [("Maria Silva", "silence")]
    for uid in list(owner.office.server.folders["Drafts"].messages):
        owner.office.server.remove(uid, "Drafts")
    owner.office.clock.move(days=7)
    run_once(owner.office.work)
    assert told(owner) == [("Bob Stone", "silence")]
    assert [row["state"] for row in owner.office.rows("draft")] == ["gone", "placed"]
    assert len(placed(owner)) == 1


def test_a_meeting_that_was_held_brings_a_draft_in_a_young_thread_only(owner: Owner) -> None:
    at = owner.office.clock.at - timedelta(days=2)
    met = {
        "identity": "meeting:lunch",
        "at": at,
        "direction": "mutual",
        "channel": "meeting",
        "subject": "Lunch at Zoe",
    }
    with owner.office.work.writing() as session:
        row = {"owner_id": owner.office.work.owner_id, "person_id": owner.ids["Maria"], "source": "meeting", **met}
        assert messages.add_touches(session, [row]) == 1
        people.refresh(session, owner.office.work.owner_id, [owner.ids["Maria"]])
    run_once(owner.office.work)
    draft = read(placed(owner)[0])
    assert draft["Subject"] == "After “Lunch at Zoe”"
    assert draft["In-Reply-To"] is None
    assert "It was good to talk to you on 15 February (“Lunch at Zoe”)." in " ".join(plain(draft).split())


def test_an_introduction_by_mail_is_answered_in_its_thread(owner: Owner) -> None:
    at = owner.office.clock.at - timedelta(days=1)
    raw = message(
        MARIA, f"{ME}, Tom Weber <tom@example.net>", "Intro: Alex / Tom", at=at, message_id="<intro@example.org>"
    )
    owner.office.server.deliver(raw, "INBOX", at)
    run_once(owner.office.work)
    draft = read(placed(owner)[0])
    assert (draft["In-Reply-To"], draft["To"], draft["Cc"]) == ("<intro@example.org>", MARIA, None)
    assert "Thank you for putting me in touch with Tom." in plain(draft)


def test_just_because_goes_to_whom_one_owes_a_word(owner: Owner) -> None:
    with owner.office.work.writing() as session:
        people.set_values(session, owner.office.work.owner_id, owner.ids["Priya"], {"circle": None})
    for days in (40, 30, 20):
        at = owner.office.clock.at - timedelta(days=days)
        owner.office.server.deliver(message("Priya Nair <priya@example.org>", ME, f"News {days}", at=at), "INBOX", at)
    run_once(owner.office.work)
    assert kinds(owner) == ["silence", "just-because"]


def test_whoever_wants_no_drafts_gets_none(tmp_path: Path) -> None:
    with Office(tmp_path, digest__max_drafts="0") as office:
        owner = with_a_past(office)
        office.clock.move(days=280)
        run_once(office.work)
        assert kinds(owner) == []


def test_somebody_nobody_can_write_to_in_ascii_gets_none(owner: Owner) -> None:
    with owner.office.work.writing() as session:
        people.remove_address(session, owner.office.work.owner_id, owner.ids["Maria"], "maria@example.org")
    owner.office.add_address(owner.ids["Maria"], "märia@example.org")
    assert told(owner) == []
    composed = compose.compose_due(owner.office.work)
    assert composed is not None
    assert kinds(owner) == []
