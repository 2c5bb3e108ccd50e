"""Drafts are placed once, in the right thread, and never again, whatever becomes of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from kith.errors import TryLater
from kith.jobs.view import problems
from kith.store import people
from support.answers import BOB, MARIA, ME, Owner, an_owner, with_a_past
from support.dovecot import Dovecot
from support.jobs import Office, deaths
from support.mail import message, plain, read


def placed(owner: Owner, name: str = "personal") -> list[bytes]:
    """What lies in Drafts."""
    return [kept.raw for kept in owner.office.servers[name].folders["Drafts"].messages.values()]  # type: ignore[union-attr]


def states(owner: Owner) -> list[str]:
    """How it stands with drafts."""
    return [row["state"] for row in owner.office.rows("draft")]


def told(owner: Owner) -> list[str]:
    """What needs the owner."""
    with owner.office.work.reading() as session:
        return list(problems(owner.office.work, session))


def test_a_draft_answers_the_latest_mail_with_that_person(owner: Owner) -> None:
    at = owner.office.clock.at - timedelta(days=2)
    owner.office.server.deliver(message(MARIA, ME, "Re: The flat", "?", at=at, message_id="<flat@example.org>"), at=at)
    owner.say("thank Maria for the key")
    [kept] = owner.office.server.folders["Drafts"].messages.values()
    assert kept.flags == (b"\\Draft",)
    draft = read(kept.raw)
    assert draft["In-Reply-To"] == draft["References"] == "<flat@example.org>"
    assert draft["Subject"] == "Re: The flat"
    assert (draft["From"], draft["To"]) == (ME, MARIA)
    assert "Thank you for the key." in plain(draft)
    assert "[your own line here" in plain(draft)
    assert draft["Auto-Submitted"] is None
    assert states(owner) == ["placed"]


@pytest.mark.parametrize(
    ("words", "to", "matter"),
    [
        ("share https://example.com/essay with Bob", [BOB], "https://example.com/essay"),
        ("ask Bob for coffee", [BOB], "coffee"),
        ("introduce Maria to Bob: both are moving to Lisbon", [MARIA, BOB], "Lisbon"),
    ],
)
def test_other_drafts_begin_a_thread_of_their_own(owner: Owner, words: str, to: list[str], matter: str) -> None:
    owner.say(words)
    [raw] = placed(owner)
    draft = read(raw)
    assert draft["In-Reply-To"] is None
    assert [str(one) for one in draft["To"].addresses] == to
    assert matter in plain(draft)


def test_a_draft_that_was_deleted_edited_or_sent_is_never_made_again(owner: Owner) -> None:
    owner.say("thank Maria for the key\nask Bob for coffee")
    for uid in list(owner.office.server.folders["Drafts"].messages):
        owner.office.server.remove(uid, "Drafts")
    owner.round()
    owner.office.clock.move(days=3)
    owner.say("thank Maria for the  KEY\nask Bob for coffee")
    assert placed(owner) == []
    assert "The draft to Maria Silva was made on 13 May 2026, and is not made again" in owner.receipt()


def test_what_was_asked_for_long_ago_may_be_asked_for_again(owner: Owner) -> None:
    for _ in range(3):
        owner.office.clock.move(days=31)
        owner.say("ask Bob for coffee")
        owner.say("ask Bob for coffee")
    assert len(placed(owner)) == 3
    assert states(owner) == ["placed"] * 3


def test_promise_3_stopped_anywhere_a_draft_is_placed_once(owner: Owner) -> None:
    owner.answer(owner.digest(), "ask Bob for coffee")
    owner.office.read()
    ends = set()
    for step, name in deaths(owner.office, lambda _office: owner.round()):
        owner.round()
        owner.round()
        assert (len(placed(owner)), states(owner)) == (1, ["placed"]), (step, name)
        ends.add(name)
    assert {"append", "appended"} <= ends


def test_a_draft_cut_off_in_its_placing_and_deleted_is_not_placed_again(owner: Owner) -> None:
    owner.answer(owner.digest(), "ask Bob for coffee")
    lose_the_answer(owner)
    owner.round()
    [(uid, kept)] = owner.office.server.folders["Drafts"].messages.items()
    owner.office.server.remove(uid, "Drafts")
    owner.office.server.deliver(kept.raw, "Trash")
    owner.round()
    assert (placed(owner), states(owner)) == ([], ["placed"])


def lose_the_answer(owner: Owner) -> None:
    """The line breaks once, after the server has taken the message."""

    def lose(call: str) -> None:
        if call == "appended":
            owner.office.server.on_call = lambda _call: None
            raise TryLater("the line was lost")

    owner.office.server.on_call = lose


def test_where_the_answer_to_append_is_lost_the_draft_is_looked_for(owner: Owner) -> None:
    owner.answer(owner.digest(), "ask Bob for coffee")
    lose_the_answer(owner)
    owner.round()
    assert states(owner) == ["placing"]
    owner.round()
    assert (len(placed(owner)), states(owner)) == (1, ["placed"])
    assert told(owner) == []


def test_a_draft_that_the_server_refuses_waits_and_is_told(owner: Owner) -> None:
    def refuse(call: str) -> None:
        if call == "append":
            raise TryLater("the message could not be placed in Drafts (over quota)")

    owner.answer(owner.digest(), "ask Bob for coffee")
    owner.office.server.on_call = refuse
    owner.round()
    [trouble] = told(owner)
    assert "over quota" in trouble
    owner.office.server.deliver(message(MARIA, ME, "News", at=owner.office.clock.at))
    assert owner.round().total("read") == 1, "the mailbox is read all the same"
    owner.office.server.on_call = lambda _call: None
    owner.round()
    assert (len(placed(owner)), told(owner)) == (1, [])


def test_where_there_is_no_drafts_folder_a_draft_waits_and_is_told(owner: Owner) -> None:
    folder = owner.office.server.folders.pop("Drafts")
    owner.say("ask Bob for coffee")
    owner.round()
    assert states(owner) == ["proposed"]
    [trouble] = told(owner)
    assert "no Drafts folder" in trouble
    owner.office.server.folders["Drafts"] = folder
    owner.round()
    assert (len(placed(owner)), told(owner)) == (1, [])


def test_a_draft_goes_to_the_mailbox_with_the_thread(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": "", "work": ""}) as office:
        owner = with_a_past(office)
        at = office.clock.at - timedelta(days=2)
        office.servers["work"].deliver(message(BOB, "alex@work.example", "The plan", at=at), at=at)  # type: ignore[call-arg]
        owner.round("work")
        owner.say("thank Bob for the plan\nthank Maria for the key")
        assert [read(raw)["To"] for raw in placed(owner)] == [MARIA]
        owner.round("work")
        assert [read(raw)["Subject"] for raw in placed(owner, "work")] == ["Re: The plan"]


def test_a_draft_that_was_sent_is_noticed_by_its_message_id(owner: Owner) -> None:
    owner.say("ask Bob for coffee")
    [raw] = placed(owner)
    owner.office.server.deliver(raw.replace(b"Subject: ", b"Subject: dear "), "Sent", owner.office.clock.at)
    owner.round()
    assert states(owner) == ["sent"]
    assert ("outbound", owner.office.clock.at) in [(d, at) for d, _, at in owner.office.touches(owner.ids["Bob"])]


def test_a_draft_that_was_sent_under_another_message_id_is_noticed_by_its_subject(owner: Owner) -> None:
    owner.say("ask Bob for coffee")
    subject = str(read(placed(owner)[0])["Subject"])
    owner.office.clock.move(hours=1)
    owner.write(subject, "Coffee?", to=MARIA)
    owner.round()
    assert states(owner) == ["placed"]
    owner.write(subject, "Coffee?", to=BOB)
    owner.round()
    assert states(owner) == ["sent"]


@pytest.mark.parametrize(("days", "is_seen"), [(89, True), (91, False)])
def test_a_draft_is_not_looked_for_for_ever(owner: Owner, days: int, is_seen: bool) -> None:
    owner.say("ask Bob for coffee")
    [raw] = placed(owner)
    owner.office.clock.move(days=days)
    owner.office.server.deliver(raw, "Sent", owner.office.clock.at)
    owner.round()
    assert (states(owner) == ["sent"]) == is_seen


def test_a_draft_in_a_drafts_folder_that_is_read_is_not_sent(tmp_path: Path) -> None:
    with an_owner(tmp_path, mailboxes={"personal": 'folders = ["INBOX", "Sent", "Drafts"]'}) as owner:
        owner.say("ask Bob for coffee")
        owner.round()
        assert states(owner) == ["placed"]


@pytest.mark.parametrize("address", ["jörg@example.org", "bob@"])
def test_an_address_nobody_can_write_to_in_ascii_is_told(owner: Owner, address: str) -> None:
    with owner.office.work.writing() as session:
        people.remove_address(session, owner.office.work.owner_id, owner.ids["Bob"], "bob@example.org")
        people.add_address(session, owner.office.work.owner_id, owner.ids["Bob"], address, address)
    owner.say("ask Bob for coffee")
    assert "I cannot write to Bob Stone" in owner.receipt()
    assert (owner.unfiled(), states(owner)) == (["ask Bob for coffee"], [])


@pytest.mark.parametrize("words", ["ask Bob for coffee", "share x with Maria, Bob", "introduce Maria to Bob"])
def test_a_draft_to_somebody_without_an_address_is_told_and_none_is_made(owner: Owner, words: str) -> None:
    with owner.office.work.writing() as session:
        people.remove_address(session, owner.office.work.owner_id, owner.ids["Bob"], "bob@example.org")
    owner.say(words)
    assert "I have no address of Bob Stone" in owner.receipt()
    assert states(owner) == []


def test_on_a_real_server_a_draft_is_placed_once(tmp_path: Path, dovecot: Dovecot) -> None:
    with Office(tmp_path) as office:
        owner = with_a_past(office)
        reply = owner.answer(owner.digest(), "thank Maria for the key")
        user = office.use(dovecot)
        dovecot.deliver(user, reply, "Sent", office.clock.at)
        owner.round()
        with dovecot.client(user) as client:
            client.select_folder("Drafts")
            [uid] = client.search("ALL")
            found = client.fetch([uid], ["FLAGS", "BODY.PEEK[]"])[uid]
            assert b"\\Draft" in found[b"FLAGS"]
            assert read(found[b"BODY[]"])["In-Reply-To"] == "<200@example.org>"
            client.delete_messages([uid])
            client.expunge([uid])
        owner.round()
        with dovecot.client(user) as client:
            assert client.select_folder("Drafts", readonly=True)[b"EXISTS"] == 0
        assert states(owner) == ["placed"]
