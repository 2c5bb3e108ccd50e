"""Whom Kith believes: the owner's own answers in Sent, or where the pinned provider vouches for them; nobody else."""

from collections.abc import Callable

import pytest

from kith.domain.token import Tokens
from support.answers import MARIA, ME, Owner
from support.mail import message, plain, read

PASSED = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n"
ORDERS = "Maria: lunch today\nBob: forget\nPriya: snooze 3 weeks\nadd Eve <eve@evil.example>\nthank Bob for it"

TOM = "Tom <tom@example.net>"


def does_nothing(owner: Owner, *mails: bytes, folder: str = "INBOX") -> None:
    """Kith reads some mails, and nothing comes of them: no change, no letter, not even a refusal."""
    owner.office.read()
    before = owner.state()
    for mail in mails:
        owner.office.server.deliver(mail, folder, owner.office.clock.at)
    owner.round()
    owner.round()
    after = owner.state()
    assert {name: after[name] for name in after if after[name] != before[name]} == {}
    assert not owner.office.server.folders["Drafts"].messages


def reply(owner: Owner, words: str = ORDERS, *, sender: str = ME, head: str = "", **headers: str) -> bytes:
    """An answer to this week's letter, with raw fields before its own."""
    token = str(owner.digest()["Message-ID"])
    named = {"In-Reply-To": token, "References": token} | {n.replace("_", "-"): v for n, v in headers.items()}
    return head.encode() + message(sender, ME, "Re: it", words, at=owner.office.clock.at, headers=named)


def test_promise_5_a_reply_in_the_inbox_with_the_owners_from_does_nothing(owner: Owner) -> None:
    does_nothing(owner, reply(owner), reply(owner, head=PASSED))


def test_promise_5_where_the_pinned_provider_vouches_it_is_believed(pinned: Owner) -> None:
    pinned.office.server.deliver(reply(pinned, head=PASSED), "INBOX", pinned.office.clock.at)
    pinned.round()
    assert pinned.said("Maria") == [("in-person", "2026-05-13")]


@pytest.mark.parametrize(
    "results",
    [
        "",
        "Authentication-Results: mx.example.com; dmarc=fail header.from=example.com\r\n" + PASSED,
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com\r\n" + PASSED,
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com\r\n",
        "Authentication-Results: mx.example.com; dmarc=pass (header.from=example.com) header.from=evil.example\r\n",
        "Authentication-Results: mx.example.com 2; dmarc=pass header.from=example.com\r\n",
        "Authentication-Results: mx.example.com; dkim=pass header.d=evil.example\r\n",
        "Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=example.com\r\n",
        'Authentication-Results: mx.example.com; spf=fail smtp.mailfrom="x; dmarc=pass header.from=example.com"\r\n',
        "X-Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n",
    ],
)
def test_promise_5_only_the_topmost_word_of_the_pinned_provider_counts(pinned: Owner, results: str) -> None:
    does_nothing(pinned, reply(pinned, head=results))


@pytest.mark.parametrize(
    "results",
    [
        "Authentication-Results: mx.example.com;\r\n\tdkim=pass (2048-bit; key)\r\n header.i=@example.com\r\n",
        "authentication-results: MX.example.com 1;\r\n dmarc = pass\r\n  header.from\r\n =\r\n example.com\r\n",
        f"{PASSED}Authentication-Results: mx.example.com; dmarc=fail\r\n",
        "Authentication-Results: mx.example.com; dmarc=pass\r\n",
        "Authentication-Results: mx.example.com; dmarc=pass (p=REJECT)\r\n",
    ],
)
def test_the_providers_word_is_read_however_it_is_folded(pinned: Owner, results: str) -> None:
    pinned.office.server.deliver(reply(pinned, head=results), "INBOX", pinned.office.clock.at)
    pinned.round()
    assert pinned.said("Maria") == [("in-person", "2026-05-13")]


def test_promise_5_two_from_fields_are_believed_nowhere(pinned: Owner) -> None:
    twice = [reply(pinned, head=f"{PASSED}From: {who}\r\n") for who in (ME, TOM, "Eve <eve@evil.example>")]
    does_nothing(pinned, *twice)
    does_nothing(pinned, *twice, folder="Sent")


@pytest.mark.parametrize(
    "sender",
    [
        TOM,
        "alex@example.com <eve@evil.example>",
        '"alex@example.com" <eve@evil.example>',
        "alex@example.com(<eve@evil.example>",
        f"{ME}, Eve <eve@evil.example>",
        "alex@example.com.evil.example",
        "alex@evil.example",
        "",
        "<alex@example.com>@evil.example",
        "Alex <alex@example.com> <eve@evil.example>",
        "Alex <alex@example.com> eve@evil.example",
        "<@evil.example:alex@example.com>",
        "Alex: alex@example.com;",
        "Alex: alex@example.com, eve@evil.example;",
        "undisclosed-recipients:;, alex@example.com",
        "alex@example.com, nobody",
        "=?utf-8?q?alex=40example=2Ecom?=",
        "=?utf-8?q?Alex_=3Calex=40example=2Ecom=3E?= <eve@evil.example>",
        "alex@example.com\r\n <eve@evil.example>",
        "eve@evil.example <alex@example.com>",
        "alex @ example.com",
        "Alex <alex@example.com",
    ],
)
def test_promise_5_a_stranger_with_a_leaked_token_does_nothing(pinned: Owner, sender: str) -> None:
    mail = reply(pinned).replace(f"From: {ME}".encode(), f"From: {sender}".encode())
    passed = PASSED.replace("=example.com", "=evil.example")
    does_nothing(pinned, mail, PASSED.encode() + mail, passed.encode() + mail)
    does_nothing(pinned, mail, folder="Sent")


@pytest.mark.parametrize(
    "sender",
    [
        "Alex <alex@work.example>",
        "ALEX+anything@Example.COM",
        '"Moreau, Alex (Paris) <x@y>" <alex@example.com>',
        "=?utf-8?q?Al=C3=A9x_Moreau?= <alex@example.com>",
        "Alex M. Moreau (Paris) <alex@example.com>",
        "alex@example.com (Alex Moreau)",
    ],
)
def test_from_an_alias_of_the_owner_it_is_believed(owner: Owner, sender: str) -> None:
    mail = reply(owner).replace(f"From: {ME}".encode(), f"From: {sender}".encode())
    owner.office.server.deliver(mail, "Sent", owner.office.clock.at)
    owner.round()
    assert owner.said("Maria") == [("in-person", "2026-05-13")]


@pytest.mark.parametrize(
    ("to", "copies"),
    [(ME, {}), (ME, {"Cc": TOM}), (f"{TOM}, {ME}", {}), ("", {"Cc": ME}), ("", {"Bcc": ME}), ("", {})],
)
def test_an_answer_to_the_owner_is_an_answer_whoever_else_gets_it(
    owner: Owner, to: str, copies: dict[str, str]
) -> None:
    owner.office.server.deliver(_to(reply(owner), to, copies), "Sent", owner.office.clock.at)
    owner.round()
    assert owner.said("Maria") == [("in-person", "2026-05-13")]


@pytest.mark.parametrize(
    ("to", "copies"),
    [(TOM, {"Cc": ME}), (TOM, {"Bcc": ME}), (TOM, {}), ("", {"Cc": f"{ME}, {TOM}"}), ("", {"Bcc": TOM})],
)
def test_promise_5_words_to_somebody_else_are_theirs_also_with_a_copy_to_the_owner(
    owner: Owner, to: str, copies: dict[str, str]
) -> None:
    does_nothing(owner, _to(reply(owner), to, copies), folder="Sent")


def _to(mail: bytes, to: str, copies: dict[str, str]) -> bytes:
    fields = ([f"To: {to}"] if to else []) + [f"{name}: {who}" for name, who in copies.items()]
    return mail.replace(f"To: {ME}".encode(), "\r\n".join([*fields, "X-Test: 1"]).encode(), 1)


def test_promise_5_a_letter_may_be_answered_for_ninety_days(owner: Owner) -> None:
    letter = owner.digest()
    owner.office.clock.move(days=89)
    owner.say("Maria: likes tea", letter)
    assert owner.notes("Maria") == ["likes tea"]
    owner.office.clock.move(days=2)
    before = owner.state()
    owner.say("Maria: likes milk", letter)
    assert owner.state() == before
    assert owner.whys()[-1] == ("ignored", "the letter it answers is too old")


TOKENS: list[Callable[[Owner], str]] = [
    lambda owner: Tokens(b"another key" * 3, owner.office.work.owner_id).message_id("a" * 16, "example.com"),
    lambda owner: Tokens(owner.office.work.tokens.key, 7).message_id("a" * 16, "example.com"),
    lambda owner: owner.office.work.tokens.message_id("a" * 16, "example.com"),  # ours, but of no letter there is
    lambda owner: owner.office.work.tokens.draft_id("a" * 16, "example.com"),
    lambda owner: str(owner.digest()["Message-ID"]).replace("@", "0@", 1),
    lambda owner: str(owner.digest()["Message-ID"])[:-30] + "@example.com>",
    lambda _owner: "<digest@example.com>",
]


@pytest.mark.parametrize("token", TOKENS)
def test_promise_5_smuggled_into_sent_without_a_token_of_this_owner_it_does_nothing(
    owner: Owner, token: Callable[[Owner], str]
) -> None:
    fields = {"In-Reply-To": token(owner), "References": token(owner)}
    does_nothing(owner, message(ME, ME, "Re: it", ORDERS, at=owner.office.clock.at, headers=fields), folder="Sent")


@pytest.mark.parametrize(
    "mark",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
        {"Auto_Submitted": "auto-generated"},
    ],
)
def test_promise_5_automatic_mail_with_a_valid_token_is_no_instruction(pinned: Owner, mark: dict[str, str]) -> None:
    does_nothing(pinned, reply(pinned, **mark), folder="Sent")
    does_nothing(pinned, reply(pinned, head=PASSED, **mark))


def test_promise_5_an_absence_note_is_no_instruction(owner: Owner) -> None:
    away = reply(owner).replace(b"Subject: Re: it", b"Subject: Out of office: Re: it")
    does_nothing(owner, away, folder="Sent")


def test_promise_5_a_letter_that_was_forwarded_and_what_comes_of_it_is_between_the_owner_and_others(
    owner: Owner,
) -> None:
    token = str(owner.digest()["Message-ID"])
    chain = {"References": f"{token} <theirs@example.org>", "In-Reply-To": "<theirs@example.org>"}
    at = owner.office.clock.at
    mails = [
        message(ME, TOM, "Fwd: it", f"Look what I have!\n\n{ORDERS}", at=at, headers=chain),
        message(ME, TOM, "Re: Fwd: it", ORDERS, at=at, headers=chain, message_id="<next@example.com>"),
    ]
    does_nothing(owner, *mails, folder="Sent")


def test_letters_of_our_own_that_lie_in_sent_are_no_answers(owner: Owner) -> None:
    owner.say("Maria: likes tea\nBob: lunch today")
    raw = owner.office.rows("letter")[-1]["raw"]
    does_nothing(owner, raw, folder="Sent")


def test_promise_5_what_other_people_write_reaches_nobodys_orders(owner: Owner) -> None:
    at = owner.office.clock.at
    mails = [
        message(MARIA, ME, "kith: Bob: forget", ORDERS, at=at),
        message(MARIA, "alex+kith@example.com", "1 forget", ORDERS, at=at),
        message(MARIA, ME, "1 forget\\r\\n2 forget", ORDERS, at=at),
        message("1 forget 2 forget <maria@example.org>", ME, "?", "yes\nundo\nmore", at=at),
    ]
    for mail in mails:
        owner.office.server.deliver(mail, "INBOX", at)
    owner.round()
    assert owner.office.rows("instruction") == owner.office.rows("reply") == []
    assert owner.letters("receipt") == []


# -- notes to oneself


@pytest.mark.parametrize(
    ("subject", "to", "words"),
    [
        ("kith: Maria likes tea", ME, "Maria: likes tea"),
        ("kith: Maria: likes tea", ME, ""),
        ("kith: Maria", ME, "likes tea"),
        ("KITH: maria@example.org", "alex@work.example", "likes tea"),
        ("Maria", "alex+kith@example.com", "likes tea"),
        ("", "Alex <alex+kith@work.example>", "Maria: likes tea"),
    ],
)
def test_a_note_can_start_anywhere(owner: Owner, subject: str, to: str, words: str) -> None:
    owner.write(subject, words, to=to)
    owner.round()
    assert "likes tea" in owner.notes("Maria")
    assert len(owner.letters("receipt")) == 1


def test_a_note_to_oneself_may_tell_of_a_touch(owner: Owner) -> None:
    owner.write("kith: Maria: lunch yesterday, she paints", "")
    owner.round()
    assert owner.said("Maria") == [("in-person", "2026-05-12")]
    assert owner.notes("Maria") == ["she paints"]


def test_promise_5_a_note_to_oneself_only_adds_notes_and_touches(owner: Owner) -> None:
    orders = [
        "Maria: forget", "Maria: snooze 3 weeks", "Maria: every 2 months", "Maria: pause", "Maria: resume",
        "Maria: birthday 12 May", "Maria: circle mentors", "Maria: tag cooking", "Maria: merge Bob", "undo", "more",
        "Maria: not a touch", "Maria: follow up in 3 weeks", "add Eve <eve@evil.example>", "thank Bob for it",
        "share x with Maria", "introduce Maria to Bob", "ask Maria for coffee", "? Maria", "yes", "help", "leave them",
    ]  # fmt: skip
    tables = ("person", "address", "tag", "touch", "note", "change", "draft", "follow_up")
    before = {name: owner.office.rows(name) for name in tables}
    owner.write("kith: what I want", "\n".join(orders))
    owner.round()
    assert {name: owner.office.rows(name) for name in tables} == before
    assert len(owner.letters("briefing")) == 0
    said = plain(owner.letters("receipt")[-1])
    assert "A note to yourself can only hold notes and touches" in " ".join(said.split())
    assert set(orders) <= set(owner.unfiled())


def test_promise_5_a_note_to_oneself_does_nothing_from_the_inbox(pinned: Owner) -> None:
    mail = message(ME, ME, "kith: Maria: likes tea", "Maria: lunch", at=pinned.office.clock.at)
    tagged = message(ME, "alex+kith@example.com", "x", "Maria: lunch", at=pinned.office.clock.at)
    does_nothing(pinned, mail, tagged, PASSED.encode() + mail, PASSED.encode() + tagged)


def test_promise_5_a_mail_to_others_is_no_note_to_oneself(owner: Owner) -> None:
    at = owner.office.clock.at
    mails = [
        message(ME, f"{ME}, {TOM}", "kith: Maria: likes tea", "Maria: lunch", at=at),
        message(ME, ME, "kith: Maria: likes tea", "Maria: lunch", at=at, headers={"Bcc": TOM}),
        message(ME, ME, "kith: Maria: likes tea", "Maria: lunch", at=at, headers={"Cc": TOM}),
        message(ME, "Tom <tom+kith@example.net>", "kith: x", "Maria: lunch", at=at),
        message(ME, ME, "Re: my kith and kin", "Maria: lunch", at=at),
    ]
    does_nothing(owner, *mails, folder="Sent")


TRAP = "kith: Maria: lunch today, she is moving"


@pytest.mark.parametrize("subject", [f"Re: {TRAP}", f"AW: {TRAP}", f"Zz: {TRAP}", TRAP, "Maria"])
def test_promise_5_of_an_answer_to_somebodys_mail_only_what_the_owner_typed_is_a_note(
    owner: Owner, subject: str
) -> None:
    other = {"In_Reply_To": "<evil@evil.example>", "References": "<evil@evil.example>"}
    quote = "On Mon, 4 May 2026 at 10:00, Eve <eve@evil.example> wrote:\n> Bob: met yesterday\n"
    owner.write(subject, f"Priya: likes tea\n\n{quote}", to="alex+kith@example.com", **other)
    owner.round()
    assert owner.notes("Priya") == ["likes tea"]
    assert owner.outcomes() == {"Priya: likes tea": "done"}
    assert owner.said("Maria") == owner.notes("Maria") == owner.said("Bob") == []


@pytest.mark.parametrize("mark", ["Re:", "SV:", "RE[2]:", "Fwd:", "WG:", "Tr :"])
def test_promise_5_the_subject_of_a_mail_that_was_answered_or_sent_on_is_not_the_owners_words(
    owner: Owner, mark: str
) -> None:
    owner.write(f"{mark} {TRAP}", "Who are you?", to="alex+kith@example.com")
    owner.round()
    assert (owner.said("Maria"), owner.notes("Maria")) == ([], [])
    assert owner.outcomes() == {"Who are you?": "not-understood"}


def test_what_is_typed_above_a_mail_that_is_sent_on_to_kith_is_filed(owner: Owner) -> None:
    sent_on = "---------- Forwarded message ---------\nFrom: Eve <eve@evil.example>\nSubject: x\n\nBob: met yesterday\n"
    other = {"In_Reply_To": "<evil@evil.example>", "References": "<evil@evil.example>"}
    owner.write(f"Fwd: {TRAP}", f"Priya: likes tea\n\n{sent_on}", to="alex+kith@example.com", **other)
    owner.round()
    assert owner.notes("Priya") == ["likes tea"]
    assert owner.outcomes() == {"Priya: likes tea": "done"}
    assert owner.said("Maria") == owner.said("Bob") == []


def test_promise_5_the_message_id_of_a_draft_which_a_friend_has_seen_hides_none_of_their_mail(owner: Owner) -> None:
    owner.say("thank Maria for the book")
    seen = str(owner.office.rows("draft")[0]["message_id"]).replace("<draft.", "<kith.")
    mail = message(MARIA, ME, "Lunch?", "Tomorrow?", at=owner.office.clock.at, message_id=seen)
    owner.office.server.deliver(mail, "INBOX", owner.office.clock.at)
    owner.round()
    assert owner.office.reasons()["Lunch?"] is None


def test_promise_7_what_is_ignored_keeps_its_reason(owner: Owner) -> None:
    owner.office.server.deliver(reply(owner), "INBOX")
    owner.round()
    assert owner.whys() == [("ignored", "not in Sent, and nobody vouches for it")]
    assert read(owner.office.rows("letter")[0]["raw"])["Auto-Submitted"] == "auto-generated"
