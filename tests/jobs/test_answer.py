"""What the owner answers to a letter is done, told in one receipt, and never lost."""

import textwrap
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith.domain.reply import HTML_MARK, SENTINEL
from kith.domain.reply_words import is_greeting
from kith.errors import ConfigError, MailboxFailed, Refused, TryLater
from kith.jobs import answer, carry_out
from kith.jobs.deliver import deliver_all
from kith.letters import Letters
from kith.mail import mime, replyhtml, replytext
from kith.store import letters, people
from kith.store.merging import MOVED
from kith.store.tables import METADATA
from support.answers import ME, Owner, an_owner
from support.jobs import BOB, MARIA, Clock, deaths
from support.mail import message, plain, read
from support.store import places


def lines(owner: Owner, *words: str) -> str:
    """Lines in which {Maria} stands for her number in this week's letter."""
    letter = owner.digest()
    numbers = {name: owner.number(name, letter) for name in owner.ids}
    return "\n".join(words).format(**numbers)


def test_the_example_of_the_contract_is_understood_as_a_whole(owner: Owner) -> None:
    owner.say(
        lines(
            owner,
            "{Maria} lunch today, she is moving to Lisbon in May",
            "{Priya} snooze 3 weeks",
            "Maria: called. follow up in 6 weeks about the flat",
            "@bob every 2 months",
            "add Jane Doe <jane@example.com> every 6 weeks #alumni",
            "thank Priya for the intro to Tom",
            "share https://example.com/essay with Maria, Bob",
            "introduce Maria to Bob: both are moving to Lisbon",
            "ask {Bob} for coffee",
            "? Maria",
            "undo",
        )
    )
    assert owner.unfiled() == []
    assert owner.said("Maria") == [("in-person", "2026-05-13"), ("call", "2026-05-13")]
    assert owner.notes("Maria") == ["she is moving to Lisbon in May"]
    assert str(owner.person("Priya")["snoozed_until"]) == "2026-06-03"
    [promise] = owner.office.rows("follow_up")
    assert (promise["person_id"], promise["text"], str(promise["due_on"])) == (
        owner.ids["Maria"],
        "the flat",
        "2026-06-24",
    )
    assert owner.person("Bob")["every"] == "2 months"
    assert owner.office.rows("person")[-1]["name"] != "Jane Doe", "undo takes back the latest change: Jane"
    drafts = [(row["kind"], row["state"]) for row in owner.office.rows("draft")]
    assert drafts == [
        ("thanks", "placed"),
        ("share", "placed"),
        ("share", "placed"),
        ("introduce", "placed"),
        ("ask", "placed"),
    ]
    assert len(owner.letters("receipt")) == len(owner.letters("briefing")) == 1
    receipt = owner.receipt()
    for said in (
        "Time together with Maria Silva today. Noted: she is moving to Lisbon in May.",
        "Priya Nair will come back on 3 June 2026.",
        "A call with Maria Silva today.",
        "Follow up with Maria Silva on 24 June 2026 about the flat.",
        "Bob Stone: every 2 months.",
        "Jane Doe is added, every 6 weeks.",
        "A draft to Priya Nair will wait in Drafts.",
        "Drafts to Maria Silva, Bob Stone will wait in Drafts.",
        "A draft to Maria Silva and Bob Stone will wait in Drafts.",
        "Taken back: Jane Doe is added.",
    ):
        assert said in receipt


VERBS = [
    ("{Maria} lunch yesterday", "Time together with Maria Silva yesterday"),
    ("{Maria} coffee on Monday, she paints", "Time together with Maria Silva on 11 May 2026. Noted: she paints"),
    ("maria@example.org called", "A call with Maria Silva today"),
    ("@maria texted", "In touch with Maria Silva today"),
    ("{Maria} done", "In touch with Maria Silva today"),
    ("Maria: likes ginger tea", "Noted for Maria Silva: likes ginger tea"),
    ("{Maria} snooze until June", "Maria Silva will come back on 1 June 2026"),
    ("{Maria} every 6 weeks", "Maria Silva: every 6 weeks"),
    ("{Maria} pause", "Maria Silva is paused"),
    ("{Maria} resume", "Maria Silva is back"),
    ("{Maria} follow up next Tuesday", "Follow up with Maria Silva on"),
    ("Maria: birthday 12 May 1980", "Maria Silva: birthday"),
    ("Maria: circle mentors", "Maria Silva is in mentors"),
    ("Maria: tag cooking", "Maria Silva: #cooking"),
    ("{Maria} merge Priya", "Priya Nair is part of Maria Silva now"),
    ("{Maria} not a touch", "“News of Maria” no longer counts for Maria Silva"),
    ("add Zoë Ng <zoe@example.net>", "Zoë Ng is added"),
    ("thank Maria for the soup", "A draft to Maria Silva will wait in Drafts"),
    ("more", "Also waiting: nobody else"),
    ("? Maria", "About Maria Silva: in a mail of its own"),
]


@pytest.mark.parametrize(("line", "said"), VERBS, ids=[line for line, _ in VERBS])
def test_every_verb_has_its_sentence_in_the_receipt(owner: Owner, line: str, said: str) -> None:
    owner.say(lines(owner, line))
    assert said in owner.receipt()
    assert owner.unfiled() == []


def test_help_shows_what_can_be_said(owner: Owner) -> None:
    owner.say("help")
    assert "What can be said" in owner.receipt()
    assert "snooze 3 weeks" in owner.receipt()


def test_more_names_those_for_whom_the_letter_had_no_place(tmp_path: Path) -> None:
    with an_owner(tmp_path, digest__max_people="1") as owner:
        first = owner.digest()
        owner.say("more", first)
        shown = next(name for name in owner.ids if f"1 {name}" in " ".join(plain(first).split()))
        others = [name for name in owner.ids if name != shown]
        assert all(name in owner.receipt() for name in others)


def test_numbers_are_those_of_the_letter_that_is_answered(owner: Owner) -> None:
    first = owner.digest()
    number = owner.number("Maria", first)
    owner.say(f"{number} lunch today\n@bob lunch today", first)
    owner.office.clock.move(days=7)
    second = owner.digest()
    assert owner.number("Priya", second) == 1 != owner.number("Priya", first)
    owner.say(f"{number} likes ginger", first)
    owner.say("1 likes pepper", second)
    assert owner.notes("Maria") == ["likes ginger"]
    assert owner.notes("Priya") == ["likes pepper"]


def test_the_receipt_and_the_briefing_keep_the_numbers(owner: Owner) -> None:
    owner.say(lines(owner, "? {Maria}"))
    line = lines(owner, "{Maria} likes tea")
    owner.say(line, owner.letters("receipt")[0])
    owner.say(line.replace("tea", "milk"), owner.letters("briefing")[0])
    assert owner.notes("Maria") == ["likes tea", "likes milk"]


def test_an_ambiguous_name_comes_back_with_the_candidates(owner: Owner) -> None:
    owner.office.add("Maria Silva <other@example.net>")
    owner.say("Maria: lunch today")
    assert owner.said("Maria") == []
    receipt = plain(owner.letters()[-1])
    assert "Maria: lunch today" in receipt
    assert "Maria Silva, maria@example.org" in receipt
    assert "Maria Silva, other@example.net" in receipt


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("9 snooze 3 weeks", "there is no number 9 in the letter you answered"),
        ("Zed: lunch today", "I know nobody called “Zed”"),
        ("xyzzy Lisbon", "whom is this about?"),
        ("{Maria} snooze until the cows come home", "snooze until when?"),
        ("add Twin <bob@example.org>", "bob@example.org belongs to Bob Stone already"),
        ("add Me <alex@work.example>", "that is an address of your own"),
        ("introduce Maria to Maria", "both are Maria Silva"),
        ("introduce Maria to Ghost", "I know nobody called “Ghost”"),
        ("undo", "there is nothing to undo"),
        ("undo 99999999999999999999", "there is no change 99999999999999999999 to take back"),
        ("undo lunch", "there is no change lunch to take back"),
        ("yes", "there is no question open"),
        ("{Maria} merge Maria", "Maria Silva is one person already"),
        ("Maria: not a touch yesterday", "there is no touch of Maria Silva on 12 May 2026 to take away"),
        ("add " + "x" * 300 + " <x@example.net>", "too long"),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_comes_back_with_the_reason(owner: Owner, line: str, why: str) -> None:
    said = lines(owner, line)
    before = {
        name: owner.office.rows(name) for name in ("person", "address", "touch", "note", "change", "draft", "tag")
    }
    owner.say(said)
    assert {name: owner.office.rows(name) for name in before} == before
    assert owner.unfiled() == [said]
    assert why.casefold() in owner.receipt().casefold()


def test_a_line_that_is_done_in_part_is_done_and_comes_back(owner: Owner) -> None:
    line = lines(owner, "{Maria} lunch today. snooze until the cows come home")
    owner.say(line)
    assert owner.said("Maria") == [("in-person", "2026-05-13")]
    assert owner.unfiled() == ["Maria Silva: snooze until the cows come home"]
    assert plain(owner.letters()[-1]).count("cows come home") == 1


def test_undo_takes_back_a_touch_with_its_note(owner: Owner) -> None:
    before = owner.person("Maria")
    owner.say("Maria: lunch today, she is moving")
    owner.say("undo")
    assert (owner.said("Maria"), owner.notes("Maria")) == ([], [])
    assert owner.person("Maria") == before


def test_undo_takes_back_a_change_by_its_number(owner: Owner) -> None:
    owner.say("Maria: likes tea\nBob: likes milk")
    first = owner.office.rows("change")[0]["id"]
    owner.say(f"undo {first}")
    assert (owner.notes("Maria"), owner.notes("Bob")) == ([], ["likes milk"])


def test_not_a_touch_takes_the_day_that_is_named(owner: Owner) -> None:
    owner.say("Maria: lunch today\nMaria: called on Monday")
    owner.say("Maria: not a touch on Monday")
    assert owner.said("Maria") == [("in-person", "2026-05-13")]


def test_numbers_follow_a_person_who_is_merged_in_the_same_mail(owner: Owner) -> None:
    owner.say(lines(owner, "{Maria} merge {Priya}", "{Priya} likes tea"))
    assert owner.notes("Maria") == ["likes tea"]
    assert owner.unfiled() == []


def test_days_are_those_of_when_the_reply_was_written(owner: Owner) -> None:
    letter = owner.digest()
    owner.office.clock.move(hours=1)
    owner.answer(letter, "Maria: lunch today\nBob: snooze 1 week")
    owner.office.clock.move(days=3)
    owner.round()
    assert owner.said("Maria") == [("in-person", "2026-05-13")]
    assert str(owner.person("Bob")["snoozed_until"]) == "2026-05-20"


@pytest.mark.parametrize("year", [1985, 2199])
def test_a_date_that_cannot_be_is_not_believed(owner: Owner, year: int) -> None:
    letter = owner.digest()
    here = owner.office.clock.at
    owner.office.clock.at = datetime(year, 1, 1, tzinfo=UTC)
    owner.answer(letter, "Maria: lunch today")
    owner.office.clock.at = here
    owner.round()
    assert owner.said("Maria") == [("in-person", "2026-05-13")]


@pytest.mark.parametrize("date", [None, "Sat, 16 May 2026 10:00:00 +0000", "Wed, 13 May 2026 10:00:00 +0000"])
def test_where_the_date_of_a_reply_is_missing_or_ahead_the_servers_word_tells_its_day(
    owner: Owner, date: str | None
) -> None:
    letter = owner.digest()
    reply = read(owner.answer(letter, "Maria: lunch today, paints\nBob: snooze 3 weeks\nBob: called yesterday"))
    owner.office.server.remove(1, "Sent")
    del reply["Date"]
    if date:
        reply["Date"] = date
    owner.office.server.deliver(reply.as_bytes(), "Sent", owner.office.clock.at)
    owner.office.clock.move(days=5)
    owner.round()
    assert owner.said("Maria") == [("in-person", "2026-05-13")]
    assert owner.said("Bob") == [("call", "2026-05-12")]
    assert str(owner.person("Bob")["snoozed_until"]) == "2026-06-03"


# -- forgetting


def test_forget_is_asked_back_once_and_done_by_yes(owner: Owner) -> None:
    owner.say("Maria: forget\nBob: likes milk")
    assert owner.person("Maria")
    assert "Forget Maria Silva, with all notes and touches, for good?" in owner.receipt()
    owner.say("yes", owner.letters()[-1])
    assert owner.ids["Maria"] not in {row["id"] for row in owner.office.rows("person")}
    assert "Maria Silva is forgotten" in owner.receipt()
    owner.say("yes", owner.letters()[0])
    assert len(owner.office.rows("person")) == 2
    assert owner.notes("Bob") == ["likes milk"]


def test_who_is_forgotten_is_in_no_table_whatever_was_said_and_sent_before(owner: Owner) -> None:
    office = owner.office
    both = message(BOB, f"{ME}, {MARIA}", "Sailing with Maria", at=office.clock.at)
    office.server.deliver(both, "INBOX", office.clock.at)
    owner.write("kith: Maria", "lunch today\n")
    owner.round()
    digest = owner.digest()
    owner.say("introduce Bob to Maria: both sail\nshare https://x.example/e with Bob, Maria\n? Maria\nMaria: xyzzy")
    owner.say("Bob: not a touch\nask Bob for coffee", owner.letters("briefing")[-1])
    owner.say("Bob: called\n@maria birthday 12 May", owner.letters()[0])
    assert "“Sailing with Maria” no longer counts for Bob Stone" in [row["what"] for row in office.rows("change")]
    assert deliver_all(office.work)
    owner.say("Maria: forget", digest)
    owner.say("yes", owner.letters()[-1])
    assert deliver_all(office.work)
    assert places(office.work.engine, "maria") == []


@pytest.mark.parametrize("words", ["no", "No, thanks.", "no, keep her", "Don't", "keep her!"])
def test_no_to_what_was_asked_back_is_understood(owner: Owner, words: str) -> None:
    owner.say("Maria: forget")
    owner.say(words, owner.letters()[-1])
    assert "Maria Silva stays." in owner.receipt()
    assert owner.unfiled() == []
    assert owner.person("Maria")


def test_no_where_nothing_was_asked_comes_back(owner: Owner) -> None:
    owner.say("no, keep her")
    assert owner.unfiled() == ["no, keep her"]


def test_promise_6_nothing_of_the_forgotten_is_left_once_the_letters_are_out(owner: Owner) -> None:
    owner.say("Maria: forget\nthank Maria for the soup\nMaria: likes tea")
    owner.say("yes", owner.letters()[-1])
    owner.round()
    deliver_all(owner.office.work)
    left = {name: rows for name, rows in owner.office.dump().items() if "maria" in "\n".join(rows).casefold()}
    assert left == {}


def test_yes_may_name_whom_it_means(owner: Owner) -> None:
    owner.say("Maria: forget\nBob: forget")
    owner.say("yes forget Bob", owner.letters()[-1])
    assert {row["name"] for row in owner.office.rows("person")} == {"Maria Silva", "Priya Nair"}


def test_forget_said_again_to_the_question_is_a_yes(owner: Owner) -> None:
    owner.say("Maria: forget")
    owner.say("forget Maria", owner.letters()[-1])
    assert {row["name"] for row in owner.office.rows("person")} == {"Bob Stone", "Priya Nair"}


@pytest.mark.parametrize("words", ["yes", "forget Maria"])
def test_yes_to_another_letter_forgets_nobody(owner: Owner, words: str) -> None:
    owner.say("Maria: forget")
    owner.say(words)
    assert len(owner.office.rows("person")) == 3


def test_yes_does_not_forget_whom_they_have_become_part_of(owner: Owner) -> None:
    owner.say("Maria: forget")
    owner.say("Bob: merge Maria")
    owner.say("yes", owner.letters()[0])
    assert {row["name"] for row in owner.office.rows("person")} == {"Bob Stone", "Priya Nair"}


def test_forget_is_asked_back_even_where_receipts_are_turned_off(tmp_path: Path) -> None:
    with an_owner(tmp_path, reply__receipt="never") as owner:
        owner.say("Maria: forget")
        assert "Forget Maria Silva" in owner.receipt()


# -- receipts


@pytest.mark.parametrize(
    ("wish", "words", "receipts"),
    [
        ("always", "Maria: likes tea", 1),
        ("always", "Zed: xyzzy", 1),
        ("problems", "Maria: likes tea", 0),
        ("problems", "Maria: likes tea\nZed: xyzzy", 1),
        ("problems", "Thanks!", 0),
        ("never", "Maria: likes tea\nZed: xyzzy", 0),
        ("never", "help", 1),
        ("never", "more", 1),
    ],
)
def test_receipts_come_as_they_are_wished(tmp_path: Path, wish: str, words: str, receipts: int) -> None:
    with an_owner(tmp_path, reply__receipt=wish) as owner:
        owner.say(words)
        assert len(owner.letters()) == receipts
        assert ("Zed: xyzzy" in owner.unfiled()) == ("xyzzy" in words)


def test_a_receipt_is_in_the_thread_of_the_answer(owner: Owner) -> None:
    letter = owner.digest()
    reply = read(owner.answer(letter, "Maria: likes tea"))
    owner.round()
    [receipt] = owner.letters()
    assert receipt["In-Reply-To"] == reply["Message-ID"]
    assert receipt["References"].split() == [letter["Message-ID"], reply["Message-ID"]]
    assert receipt["Subject"].startswith("Re: ")
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert receipt["To"] == ME


def test_a_program_that_writes_no_references_keeps_the_thread(owner: Owner) -> None:
    letter = owner.digest()
    reply = read(
        message(
            ME,
            ME,
            "Re: it",
            "Maria: likes tea",
            at=owner.office.clock.at,
            headers={"In-Reply-To": letter["Message-ID"]},
        )
    )
    owner.office.server.deliver(reply.as_bytes(), "Sent")
    owner.round()
    assert owner.letters()[0]["References"].split() == [letter["Message-ID"], reply["Message-ID"]]


def test_an_answer_to_the_receipt_is_an_answer(owner: Owner) -> None:
    owner.say("Maria: likes tea")
    owner.say("Maria: likes milk", owner.letters()[0])
    assert owner.notes("Maria") == ["likes tea", "likes milk"]
    assert len(owner.letters()) == 2


def test_a_reply_without_words_is_told_once(owner: Owner) -> None:
    owner.say("")
    owner.round()
    [receipt] = owner.letters()
    assert "nothing in it to file" in plain(receipt) or "what you can write" in plain(receipt)


def test_two_questions_about_one_person_are_one_briefing(owner: Owner) -> None:
    owner.say("? Maria\n? maria@example.org")
    assert len(owner.letters("briefing")) == 1


# -- once


PASSED = b"Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n"


def test_promise_3_a_reply_seen_twice_acts_once(tmp_path: Path) -> None:
    with an_owner(tmp_path, toml='[reply]\nauthserv_id = "mx.example.com"') as owner:
        raw = owner.answer(owner.digest(), "Maria: lunch today")
        owner.office.server.deliver(PASSED + raw, "INBOX")
        owner.office.server.deliver(raw, "Archive")
        owner.round()
        assert [why for state, why in owner.whys() if state != "done"] == ["acted on before"]
        owner.office.server.deliver(raw, "Sent")
        owner.round()
        owner.office.server.renumber("Sent")
        owner.round()
        assert owner.said("Maria") == [("in-person", "2026-05-13")]
        assert len(owner.letters()) == 1


def test_a_reply_without_words_seen_twice_is_told_once(tmp_path: Path) -> None:
    with an_owner(tmp_path, toml='[reply]\nauthserv_id = "mx.example.com"') as owner:
        raw = owner.answer(owner.digest(), "")
        owner.office.server.deliver(PASSED + raw, "INBOX")
        owner.round()
        assert len(owner.letters()) == 1


def test_the_same_message_id_with_other_content_is_another_reply(owner: Owner) -> None:
    letter = owner.digest()
    raw = owner.answer(letter, "Maria: likes tea")
    owner.round()
    same_id = read(raw)["Message-ID"]
    other = message(
        ME, ME, "Re: again", "Maria: likes milk", at=owner.office.clock.at,
        message_id=same_id, headers={"In-Reply-To": letter["Message-ID"]},
    )  # fmt: skip
    owner.office.server.deliver(other, "Sent")
    owner.round()
    assert owner.notes("Maria") == ["likes tea", "likes milk"]


def test_a_reply_that_moved_before_it_was_read_is_read_where_it_is(owner: Owner) -> None:
    owner.answer(owner.digest(), "Maria: likes tea")
    owner.office.read()
    owner.office.server.deliver(b"Subject: before it\r\n\r\n", "Sent")
    owner.office.server.renumber("Sent", backwards=True)
    owner.round()
    assert owner.notes("Maria") == ["likes tea"]


def test_where_the_folder_is_renumbered_at_the_last_moment_another_mail_is_not_taken_for_the_reply(
    owner: Owner,
) -> None:
    letter = owner.digest()
    owner.answer(letter, "Maria: likes tea")
    owner.office.read()
    owner.answer(letter, "Bob: likes milk")
    owner.office.server.renumber("Sent", backwards=True)
    assert answer.answer_mailbox(owner.office.work, "personal", owner.office.server.open()) == 0
    assert (owner.notes("Maria"), owner.notes("Bob")) == ([], [])
    owner.round()
    assert (owner.notes("Maria"), owner.notes("Bob")) == (["likes tea"], ["likes milk"])


def test_a_reply_whose_folder_has_gone_does_not_hold_up_others(owner: Owner) -> None:
    letter = owner.digest()
    owner.answer(letter, "Maria: likes tea")
    owner.office.read()
    del owner.office.server.folders["Sent"]
    owner.answer(letter, "Bob: likes milk", folder="Sent Items")
    owner.round()
    assert (owner.notes("Maria"), owner.notes("Bob")) == ([], ["likes milk"])


def test_promise_3_stopped_anywhere_a_reply_acts_once(owner: Owner) -> None:
    owner.answer(owner.digest(), "thank Bob for the book\nMaria: lunch today, she paints\nZed: xyzzy")
    ends = set()
    for step, name in deaths(owner.office, lambda _office: owner.round()):
        owner.round()
        counts = {table: len(owner.office.rows(table)) for table in ("touch", "note", "draft", "instruction", "letter")}
        assert counts == {"touch": 4, "note": 1, "draft": 1, "instruction": 3, "letter": 2}, (step, name)
        assert len(owner.office.server.folders["Drafts"].messages) == 1, (step, name)
        assert owner.unfiled() == ["Zed: xyzzy"]
        ends.add(name)
    assert {"append", "appended", "raw", "before a commit", "after a commit"} <= ends


# -- nothing is lost


WORDS = st.one_of(
    st.sampled_from(
        ["Maria: lunch", "9 lunch", "1 done", "xyzzy", "2 snooze 3 weeks", "Bob: forget", "share x with Maria",
         "- and so on", "add Q <q@example.org>", "? Priya", "undo", "undo 7", "yes", "@zed every 2 months",
         "1 merge 2", "Thanks, Alex", "> 1 forget"]
    ),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "So")), max_size=60),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(WORDS, max_size=8))
def test_promise_7_every_line_is_applied_or_comes_back(owner: Owner, said: list[str]) -> None:
    letter, work = owner.digest(), owner.office.work
    raw = message(ME, ME, "Re: x", "\n".join(said) + "\n", at=owner.office.clock.at)
    with work.reading() as session:
        row = letters.letter_by_message_id(session, work.owner_id, letter["Message-ID"])
    understood = answer.understand(work, mime.read(raw, None), row)
    with suppress(Undone), work.writing() as session:
        answer.apply(work, session, understood)
        kept = letters.instructions(session, work.owner_id, understood.identity).values()
        rows = [(row.line, row.outcome) for row in kept]
        unfiled = [r.line for r in letters.unfiled(session, work.owner_id)]
        newest = letters.newest(session, work.owner_id, "receipt")
        receipt = plain(read(newest.raw)) if newest else ""  # none for thanks alone
        raise Undone
    listed = "\n".join(line for line, _ in rows)
    new = replytext.new_text(mime.read(raw, None).text, None, work.config.owner.addresses).words
    assert all(line.strip() in listed for line in new.splitlines() if line.strip() and not is_greeting(line))
    assert {outcome for _, outcome in rows} <= {"done", "not-understood", "asked"}
    assert unfiled == list(dict.fromkeys(line for line, outcome in rows if outcome == "not-understood"))
    for word in (word for line in unfiled for word in line.split() if word.isalnum() and word.isascii()):
        assert word in receipt


class Undone(Exception):
    """Rolls a transaction back."""


def test_promise_7_a_line_stays_listed_until_it_is_said_again(owner: Owner) -> None:
    owner.say("xyzzy Lisbon\nZed: called about the boat")
    assert owner.unfiled() == ["xyzzy Lisbon", "Zed: called about the boat"]
    owner.office.clock.move(days=7)
    digest = owner.digest()
    assert "xyzzy Lisbon" in plain(digest)
    owner.say("Bob: called, and likes the milk", digest)
    assert "xyzzy" not in owner.receipt()
    assert "Two lines of yours from earlier still wait" in owner.receipt()
    assert len(owner.unfiled()) == 2
    owner.office.clock.move(days=7)
    assert "xyzzy Lisbon" in plain(owner.digest())
    owner.say("Bob: called about the boat", digest)
    assert owner.unfiled() == ["xyzzy Lisbon"]
    assert "That settles “Zed: called about the boat”" in owner.receipt()
    owner.say("Maria: moving to Porto", owner.letters()[0])
    assert owner.unfiled() == ["xyzzy Lisbon"]
    assert "That settles" not in owner.receipt()
    owner.say("leave it", owner.letters()[0])
    assert owner.unfiled() == []


def test_answering_one_of_two_lines_leaves_the_other_and_tells_of_it(owner: Owner) -> None:
    owner.say("xyzzy Lisbon\nZed: called about the boat")
    owner.say("Bob: called about the boat", owner.letters()[0])
    assert owner.unfiled() == ["xyzzy Lisbon"]
    assert "Still waiting from earlier ---" in owner.receipt()
    assert "xyzzy Lisbon" in owner.receipt()
    assert "of yours from earlier" not in owner.receipt()


def test_to_leave_what_a_receipt_lists_leaves_nothing_that_it_only_counts(owner: Owner) -> None:
    owner.say("xyzzy Lisbon")
    owner.say("plugh Porto")
    assert "One line of yours from earlier still waits" in owner.receipt()
    owner.say("leave them", owner.letters()[-1])
    assert owner.unfiled() == ["xyzzy Lisbon"]


def test_a_line_that_fails_again_takes_the_place_of_the_first(owner: Owner) -> None:
    owner.say("xyzzy Lisbon")
    owner.say("plugh Lisbon", owner.letters()[0])
    assert owner.unfiled() == ["xyzzy Lisbon", "plugh Lisbon"]


def test_what_was_not_understood_may_be_left(owner: Owner) -> None:
    owner.say("xyzzy Lisbon\nZed: plugh")
    owner.say("leave them", owner.letters()[0])
    assert owner.unfiled() == []
    assert "Left as it is: “xyzzy Lisbon”, “Zed: plugh”" in owner.receipt()


def test_a_receipt_may_be_answered_at_once_though_time_goes_on_while_it_is_written(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def going_on(clock: Clock) -> datetime:
        clock.move(milliseconds=1)
        return clock.at

    monkeypatch.setattr(Clock, "__call__", going_on)
    owner.say("xyzzy Lisbon")
    owner.say("leave them", owner.letters()[0])
    assert owner.unfiled() == []


def test_what_was_not_understood_may_be_left_in_answer_to_an_older_letter(owner: Owner) -> None:
    letter = owner.digest()
    owner.say("xyzzy Lisbon", letter)
    owner.office.clock.move(hours=1)
    owner.say("leave them", letter)
    assert owner.unfiled() == []
    assert "Left as it is: “xyzzy Lisbon”" in owner.receipt()


def test_a_huge_reply_is_read_in_bearable_time_and_nothing_of_it_is_lost(owner: Owner) -> None:
    owner.say("".join(f"line {n} of my life\n" for n in range(10_000)))
    told = "\n".join(owner.outcomes())
    assert "line 0 of my life" in told
    assert "line 9999 of my life" in told


def test_a_mail_with_ten_thousand_orders_does_five_hundred_and_gives_the_rest_back(owner: Owner) -> None:
    owner.say("".join(f"Maria: likes tea number {n}\n" for n in range(2_000)))
    assert len(owner.notes("Maria")) == 499
    [rest] = owner.unfiled()
    assert "number 499" in rest
    assert "number 1999" in rest


def test_promise_7_a_reply_that_cannot_be_parsed_is_told(owner: Owner) -> None:
    letter = owner.digest()
    nested = "".join(f'--{n}\r\nContent-Type: multipart/mixed; boundary="{n + 1}"\r\n\r\n' for n in range(400))
    head = f"From: {ME}\r\nTo: {ME}\r\nSubject: Re: deep\r\nIn-Reply-To: {letter['Message-ID']}\r\n"
    raw = f'{head}Content-Type: multipart/mixed; boundary="0"\r\n\r\n{nested}'.encode()
    owner.office.server.deliver(raw + b"x\r\n" * 30_000, "Sent")
    owner.round()
    assert owner.unfiled() == ["your mail “Re: deep”"]
    assert "could not be read" in owner.receipt()


def test_promise_8_a_reply_over_which_kith_stumbles_is_set_aside_and_told(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_desk: object) -> None:
        raise RuntimeError("a bug")

    letter = owner.digest()
    owner.answer(letter, "more")
    owner.answer(letter, "Bob: likes milk")
    monkeypatch.setitem(carry_out.VERBS, carry_out.Verb.MORE, stumble)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            owner.round()
    owner.round()
    assert owner.notes("Bob") == ["likes milk"]
    assert owner.unfiled() == ["your mail of 2026-05-13 in Sent"]


def test_a_reply_waits_while_a_template_of_the_owners_is_broken(owner: Owner) -> None:
    broken = owner.office.folder / "templates" / "receipt.txt.j2"
    broken.parent.mkdir()
    broken.write_text("{{ nothing_of_that_name }}")
    owner.answer(owner.digest(), "Maria: likes tea")
    for _ in range(7):
        with pytest.raises(ConfigError, match=r"receipt\.txt\.j2"):
            owner.round()
    assert owner.notes("Maria") == []
    broken.unlink()
    object.__setattr__(owner.office.work, "letters", Letters(broken.parent))  # as a new process has them
    owner.round()
    assert owner.notes("Maria") == ["likes tea"]


def test_promise_8_a_message_the_server_does_not_give_holds_up_nobody(owner: Owner) -> None:
    letter = owner.digest()
    owner.answer(letter, "Maria: likes tea")
    owner.answer(letter, "Bob: likes milk")
    calls = iter(["raw"] * 1)

    def refuse(call: str) -> None:
        if call == "raw" and next(calls, None):
            raise MailboxFailed("not this one")

    owner.office.server.on_call = refuse
    with pytest.raises(MailboxFailed, match="not this one"):
        owner.round()
    assert (owner.notes("Maria"), owner.notes("Bob")) == ([], ["likes milk"])
    owner.round()
    assert owner.notes("Maria") == ["likes tea"]


def test_promise_7_a_server_that_gives_no_message_at_all_costs_no_reply(owner: Owner) -> None:
    owner.answer(owner.digest(), "Maria: likes tea")

    def refuse(call: str) -> None:
        if call == "raw":
            raise Refused("personal: the server refused reading a message (Internal error)")

    owner.office.server.on_call = refuse
    for _ in range(9):
        with pytest.raises(Refused):
            owner.round()
    assert "Internal error" in " ".join(owner.office.rows("mailbox")[0]["error"].split())
    owner.office.server.on_call = lambda _call: None
    owner.round()
    assert owner.notes("Maria") == ["likes tea"]


def test_promise_8_a_reply_in_a_folder_that_is_closed_by_now_is_not_tried_for_ever(owner: Owner) -> None:
    owner.answer(owner.digest(), "Maria: likes tea")
    refused = []

    def refuse(call: str) -> None:
        if call == "examine" and any(row["tries"] for row in owner.office.rows("reply")):
            refused.append(call)
            raise Refused("personal: the folder Sent cannot be opened ([NOPERM] not for you)")

    owner.office.server.on_call = refuse
    for _ in range(7):
        with suppress(TryLater):
            owner.round()
    assert refused
    assert owner.unfiled() == ["your mail of 2026-05-13 in Sent"]


def test_promise_8_a_reply_over_which_the_server_hangs_up_each_time_is_told_and_holds_up_nobody(owner: Owner) -> None:
    letter = owner.digest()
    owner.answer(letter, "Maria: likes tea")
    owner.answer(letter, "Bob: likes milk")
    refused = []

    def hang_up(call: str) -> None:
        first = owner.office.rows("reply")[0] if call == "raw" else {"tries": 0}
        if first["tries"] > len(refused):  # it is this one's turn
            refused.append(call)
            raise TryLater("the line is lost")

    owner.office.server.on_call = hang_up
    for _ in range(7):
        with suppress(TryLater):
            owner.round()
    assert len(refused) == 5
    assert (owner.notes("Maria"), owner.notes("Bob")) == ([], ["likes milk"])
    assert owner.unfiled() == ["your mail of 2026-05-13 in Sent"]
    owner.office.clock.move(days=7)
    assert "your mail of 2026-05-13 in Sent" in plain(owner.digest())


# -- quotes and names


def test_the_quote_is_never_an_instruction(owner: Owner) -> None:
    with owner.office.work.writing() as session:
        people.set_values(
            session, owner.office.work.owner_id, owner.ids["Maria"], {"name": "1 forget\n2 forget\nBob: forget"}
        )
    letter = owner.digest()
    owner.say("Priya: likes tea", letter)
    unquoted = message(
        ME,
        ME,
        "Re: it",
        f"Priya: likes milk\n\n{plain(letter)}",
        at=owner.office.clock.at,
        headers={"In-Reply-To": letter["Message-ID"]},
    )
    owner.office.server.deliver(unquoted, "Sent")
    owner.round()
    assert owner.notes("Priya") == ["likes tea", "likes milk"]
    assert [row["line"] for row in owner.office.rows("instruction")] == ["Priya: likes tea", "Priya: likes milk"]
    assert len(owner.office.rows("person")) == 3


QUOTES = ["plain", "html", "outlook"]


@pytest.mark.parametrize("how", QUOTES)
@pytest.mark.parametrize("width", [40, 66, 300])
def test_promise_5_a_quote_that_is_wrapped_anew_without_marks_asks_for_nothing(
    tmp_path: Path, how: str, width: int
) -> None:
    with an_owner(tmp_path) as owner:
        with owner.office.work.writing() as session:
            about = "Met at the opera; called off the trip to Lisbon twice, and snoozes at concerts until June"
            people.set_values(session, owner.office.work.owner_id, owner.ids["Maria"], {"about": about})
        letter = owner.digest()
        deliver_all(owner.office.work)
        whole = plain(letter) if how == "plain" else html_words(letter)
        paragraphs = [textwrap.fill(" ".join(p.split()), width) for p in whole.partition(SENTINEL)[2].split("\n\n")]
        head = "From: Alex Moreau\nSent: Monday 11 May\nTo: Alex\nSubject: it\n\n" if how == "outlook" else ""
        quoted = head + "\n\n".join(paragraphs)
        reply = message(
            ME, ME, "Re: it", f"Maria: lunch today\nBob: likes milk\n\n{quoted}",
            at=owner.office.clock.at, headers={"In-Reply-To": letter["Message-ID"]},
        )  # fmt: skip
        owner.office.server.deliver(reply, "Sent", owner.office.clock.at)
        owner.round()
        assert owner.said("Maria") == [("in-person", "2026-05-13")]
        assert owner.said("Bob") == owner.said("Priya") == []
        assert owner.notes("Bob") == ["likes milk"]
        assert owner.notes("Maria") == owner.notes("Priya") == owner.unfiled() == []


def html_words(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return replyhtml.text_of(str(body.get_content()).replace(HTML_MARK, ""))


@pytest.mark.parametrize("line", ["add {} every 6 weeks", "1 lunch today", "1 called today, all well"])
def test_a_line_that_a_letter_shows_may_be_sent_back(tmp_path: Path, line: str) -> None:
    with an_owner(tmp_path) as owner:
        for days in (1, 2, 3):
            at = owner.office.clock.at - timedelta(days=days)
            for sender, to, folder in ((TOM, ME, "INBOX"), (ME, TOM, "Sent")):
                owner.office.server.deliver(message(sender, to, "x", at=at), folder, at)
        owner.office.read()
        letter = owner.digest()
        assert "tom.reed@example.net" in plain(letter)
        owner.say(line.format(TOM), letter)
        assert owner.unfiled() == []
        assert set(owner.outcomes().values()) == {"done"}


TOM = "Tom Reed <tom.reed@example.net>"


def test_everything_that_belongs_to_a_person_moves_when_two_become_one() -> None:
    named = {name for name, table in METADATA.tables.items() if "person_id" in table.c}
    assert named == {table.__tablename__ for table, _ in MOVED}


def test_a_number_with_its_name_is_that_person(owner: Owner) -> None:
    owner.say(lines(owner, "{Maria}. Maria Silva: snooze 3 weeks", "{Bob} Bob called yesterday"))
    assert str(owner.person("Maria")["snoozed_until"]) == "2026-06-03"
    assert owner.said("Bob") == [("call", "2026-05-12")]


def test_a_number_with_the_name_of_somebody_else_is_asked_back(owner: Owner) -> None:
    said = lines(owner, "{Maria} Bob: snooze 3 weeks")
    owner.say(said)
    assert owner.unfiled() == [said]
    assert owner.person("Maria")["snoozed_until"] is owner.person("Bob")["snoozed_until"] is None
    assert "is Maria Silva, not Bob" in " ".join(owner.receipt().split())


@pytest.mark.parametrize("words", ["Thanks!", "Thanks 😊", "Thank you, Kith!\n\nAlex"])
def test_thanks_alone_are_not_answered(owner: Owner, words: str) -> None:
    owner.digest()
    owner.say(words)
    assert owner.letters("receipt") == []
    assert owner.unfiled() == []
