"""A few words of the latest exchange with those whose turn is near, and of nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kith.config import MailboxSection
from kith.errors import KithError, LoginRefused, TryLater
from kith.jobs.acts import Acts
from kith.jobs.round import go_round_once, scan_once
from kith.jobs.scan import MailboxResult
from kith.jobs.view import view
from kith.jobs.work import Work
from kith.store import people
from support.dovecot import Dovecot
from support.jobs import BOB, MARIA, ME, NOW, Office
from support.mail import message


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Maria is overdue, Bob is not."""
    with Office(tmp_path) as made:
        made.add(MARIA, every="1 week")
        made.add(BOB, every="10 years")
        yield made


def put(office: Office, who: str, text: str, days_ago: float, folder: str = "INBOX") -> int:
    """A mail with somebody; gives its UID."""
    at = NOW - timedelta(days=days_ago)
    sender, to = (ME, who) if folder == "Sent" else (who, ME)
    return office.server.deliver(message(sender, to, f"{days_ago} days ago", text, at=at), folder, at)


def snippets(office: Office) -> dict[int, str]:
    """What is kept, by person."""
    return {r["person_id"]: r["text"] for r in office.rows("snippet")}


def test_the_latest_exchange_is_kept_and_no_other(office: Office) -> None:
    put(office, MARIA, "I saw a flat in Lisbon.\n\n> quoted\n", 30)
    put(office, MARIA, "Take it!\n\n-- \nAlex\n", 20, "Sent")
    put(office, BOB, "I signed up.\n", 10)
    office.read()
    assert snippets(office) == {1: "Take it!"}
    with office.work.reading() as session:
        [entry] = view(office.work, session, NOW).digest.people
    assert entry.said is not None
    assert (entry.said.snippet, entry.said.by_owner) == ("Take it!", True)
    put(office, MARIA, "I took it.\n", 15)
    office.read()
    assert snippets(office) == {1: "I took it."}


def test_what_is_kept_is_not_fetched_again(office: Office) -> None:
    put(office, MARIA, "Hello.\n", 30)
    office.read()
    office.server.calls.clear()
    office.read()
    assert not {"structures", "parts", "examine"} & set(office.server.calls)


def test_promise_6_only_your_people_no_words_are_kept_where_snippets_are_turned_off(tmp_path: Path) -> None:
    with Office(tmp_path, touch__snippets="false") as office:
        office.add(MARIA, every="1 week")
        put(office, MARIA, "A secret word.\n", 30)
        office.read()
        assert snippets(office) == {}
        assert not {"parts", "raw"} & set(office.server.calls)
        assert "secret" not in repr(office.dump())


@pytest.mark.parametrize("turn", [scan_once, go_round_once])
def test_promise_6_only_your_people_words_that_were_kept_go_once_snippets_are_turned_off(
    office: Office, turn: Callable[[Work, MailboxSection], MailboxResult]
) -> None:
    twin = office.add("Maria S <maria@twin.example>", every="1 week")
    for who, word in ((MARIA, "aprikose"), ("maria@twin.example", "zwetschge")):
        put(office, who, f"{word}\n", 30)
    office.read()
    assert snippets(office) == {1: "aprikose", twin: "zwetschge"}
    with office.work.writing() as session:
        acts = Acts(session, office.work.owner_id, NOW, office.work.config.owner.timezone)
        known = {p.id: p for p, _ in people.everyone(session, office.work.owner_id)}
        acts.merge(known[1], known[twin])
    assert "zwetschge" in repr(office.dump()), "a merge can be undone"
    without = office.work.config.touch.model_copy(update={"snippets": False})
    work = replace(office.work, config=office.work.config.model_copy(update={"touch": without}))
    assert turn(work, work.config.mailbox[0]).error is None
    assert snippets(office) == {}
    assert "aprikose" not in repr(office.dump())
    assert "zwetschge" not in repr(office.dump())


def test_promise_6_only_your_people_bodies_are_not_kept(office: Office) -> None:
    put(office, MARIA, "Hello there. " + "word " * 500 + "the end", 30)
    office.read()
    assert len(snippets(office)[1]) <= 200
    assert "the end" not in repr(office.dump())


def test_a_snippet_from_a_real_server(office: Office, dovecot: Dovecot) -> None:
    user = office.use(dovecot)
    at = NOW - timedelta(days=30)
    html = "<p>Grüße aus <b>Lissabon</b></p>"
    raw = (
        f"From: {MARIA}\r\nTo: {ME}\r\nSubject: x\r\nDate: Mon, 13 Apr 2026 10:00:00 +0000\r\n"
        f"Message-ID: <html@x>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
    )
    dovecot.deliver(user, raw.encode(), at=at)
    before = dovecot.snapshot(user)
    office.read()
    assert snippets(office) == {1: "Grüße aus Lissabon"}
    assert dovecot.snapshot(user) == before


def test_a_message_that_is_gone_gives_no_words(office: Office) -> None:
    put(office, MARIA, "Hello.\n", 30)
    office.server.on_call = lambda call: office.server.ghosts.add(("INBOX", 1)) if call == "structures" else None
    office.read()
    assert snippets(office) == {1: ""}


def test_promise_8_bad_input_never_stops_the_service_a_folder_that_has_gone(office: Office) -> None:
    put(office, MARIA, "Hello.\n", 30, "Project")
    raw = office.server.folders["Project"].messages[1].raw
    office.read()
    with office.work.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM snippet")
    del office.server.folders["Project"]
    office.read()
    assert snippets(office) == {}
    office.server.deliver(raw, "Archive", NOW - timedelta(days=30))
    office.read()
    assert snippets(office) == {1: "Hello."}


def test_promise_8_bad_input_never_stops_the_service_a_folder_that_is_closed_now(office: Office) -> None:
    put(office, MARIA, "Hello.\n", 30, "Shared")
    office.read()
    with office.work.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM snippet")
    office.server.closed.add("Shared")
    office.read()
    assert snippets(office) == {}
    office.server.closed.clear()
    office.read()
    assert snippets(office) == {1: "Hello."}


def test_a_mail_that_was_moved_meanwhile_still_gives_its_words(office: Office) -> None:
    at = NOW - timedelta(days=3)
    raw = message(BOB, ME, "Marathon", "I signed up.\n", at=at)
    uid = office.server.deliver(raw, "INBOX", at)
    office.read()
    assert snippets(office) == {}, "it is not his turn"
    office.server.remove(uid)
    office.server.deliver(raw, "Archive", at)
    office.read()
    with office.work.writing() as session:
        session.connection().exec_driver_sql("UPDATE person SET every = '1 day'")
    office.clock.move(days=20)
    office.read()
    assert snippets(office) == {2: "I signed up."}


@pytest.mark.parametrize("refusal", [LoginRefused("the password is wrong"), TryLater("the server is down")])
def test_a_line_that_is_lost_and_cannot_be_opened_again_is_not_tried_for_each_person(
    tmp_path: Path, refusal: KithError
) -> None:
    with Office(tmp_path) as office:
        for number in range(5):
            who = f"Friend {number} <{number}@example.org>"
            office.add(who, every="1 week")
            put(office, who, "Hello.\n", 30)

        def lost(call: str) -> None:
            if call == "structures":
                raise TryLater("the line is lost")
            if call == "open" and "structures" in office.server.calls:
                raise refusal

        office.server.on_call = lost
        assert office.scan().error is not None
        assert office.server.calls.count("open") == 2
        office.server.on_call = lambda _call: None
        office.read()
        assert set(snippets(office).values()) == {"Hello."}
