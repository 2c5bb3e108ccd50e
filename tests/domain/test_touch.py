"""What counts as a touch: tables of mail, and what holds for any mail at all."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.absence import AWAY, BEFORE_ANSWERED, REPLIES, announces_absence
from kith.domain.address import Address
from kith.domain.message import Envelope
from kith.domain.touch import Circumstances, Direction, Found, Reason, Verdict, judge, may_be_reaction, was_moved
from kith.mail.headers import envelope
from support.touch_table import HERE, IDS, NOW, OWNER, PEOPLE, RECEIVED_AT, TABLES, Case, cases, key, rows

SUBJECTS = ("absences.txt", "human_subjects.txt")
MAIL = sorted(path.name for path in TABLES.glob("*.txt") if path.name not in SUBJECTS)
ALL = [pytest.param(case, id=f"{table}: {case.title}") for table in MAIL for case in cases(table)]
ABSENCES = rows("absences.txt")
HUMAN = rows("human_subjects.txt")


@pytest.mark.parametrize("case", ALL)
def test_a_message_counts_as_the_table_says(case: Case) -> None:
    verdict = case.verdict()
    assert (verdict.reason or "touch", verdict.direction) == (case.outcome, case.direction)
    assert frozenset(verdict.people) == case.people
    assert case.people <= frozenset(verdict.known)
    if case.known is not None:
        assert frozenset(verdict.known) == case.known
    if case.at is not None:
        assert verdict.at == case.at


def from_maria(subject: str) -> Verdict:
    block = f"From: maria@example.org\r\nTo: alex@example.com\r\nSubject: {subject}\r\n\r\n".encode()
    return judge(envelope(block, RECEIVED_AT), HERE, NOW)


@pytest.mark.parametrize(("language", "subject"), ABSENCES)
def test_out_of_office_mail_is_no_touch_in_any_language(language: str, subject: str) -> None:
    assert from_maria(subject).reason is Reason.AUTOMATIC


@pytest.mark.parametrize(("language", "phrases"), [*REPLIES.items(), *AWAY.items()])
def test_each_phrase_announces_absence_by_itself_and_before_a_subject(language: str, phrases: str) -> None:
    for phrase in phrases.split("|"):
        for subject in (phrase, f"{phrase.strip()}: Lunch", f"{phrase.strip().upper()} : Lunch"):
            assert announces_absence(subject), subject


@pytest.mark.parametrize(
    ("subject", "alone", "answer"),
    [
        ("Out of office: Lunch?", "touch", Reason.AUTOMATIC),
        ("Out of office: can you cover Monday?", "touch", Reason.AUTOMATIC),
        ("Out of office: Re: can you cover Monday?", Reason.AUTOMATIC, Reason.AUTOMATIC),
        ("Out of office: Lunch", Reason.AUTOMATIC, Reason.AUTOMATIC),
        ("Automatic reply: Lunch?", Reason.AUTOMATIC, Reason.AUTOMATIC),
        ("Out of Office AutoReply: Lunch?", Reason.AUTOMATIC, Reason.AUTOMATIC),
        ("Abwesenheit: Vertretung für Montag gesucht", "touch", Reason.AUTOMATIC),
        ("Abwesenheitsnotiz: Vertretung gesucht?", Reason.AUTOMATIC, Reason.AUTOMATIC),
        ("Out of office next week, can you cover?", "touch", "touch"),
    ],
)
def test_what_asks_was_written_by_somebody_unless_it_may_be_the_owners_own_question(
    subject: str, alone: str, answer: str
) -> None:
    assert (from_maria(subject).reason or "touch") == alone
    assert (from_maria(f"{subject}\r\nIn-Reply-To: <mine@example.com>").reason or "touch") == answer


@pytest.mark.parametrize("phrases", BEFORE_ANSWERED.values())
def test_some_words_announce_absence_only_before_the_subject_that_is_answered(phrases: str) -> None:
    for phrase in map(str.strip, phrases.split("|")):
        for subject in (f"{phrase.title()}: Re: Lunch", f"{phrase.upper()} : Lunch?"):
            assert announces_absence(subject), subject
            assert not announces_absence(subject, is_answer=False), subject
        for subject in (phrase, f"{phrase} - Lunch", f"{phrase} of snow: why"):
            assert not announces_absence(subject), subject


@pytest.mark.parametrize(("what", "subject"), HUMAN)
def test_what_only_sounds_like_it_is_a_touch(what: str, subject: str) -> None:
    assert from_maria(subject).people == (IDS["maria"],)


def test_the_tables_are_large_and_know_every_reason() -> None:
    outcomes = Counter(str(case.outcome) for table in MAIL for case in cases(table))
    assert sum(outcomes.values()) + len(ABSENCES) + len(HUMAN) > 350
    assert set(outcomes) == {"touch", *map(str, Reason)}
    assert len({language.partition(",")[0] for language, _ in ABSENCES}) > 35


def test_no_case_stands_twice_under_one_name() -> None:
    for table in MAIL:
        titles = Counter(case.title for case in cases(table))
        assert [title for title, count in titles.items() if count > 1] == []


def test_each_case_says_what_it_expects() -> None:
    assert [case.title for table in MAIL for case in cases(table) if not case.outcome] == []


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        ("Message-ID: <x@AM0.eurprd01.prod.outlook.com>\r\nIn-Reply-To: <a@b>", True),
        ("Message-ID: <x@AM0.prod.OUTLOOK.com>\r\nReferences: <a@b>", True),
        ("Message-ID: <x@AM0.eurprd01.prod.outlook.com>", False),
        ("Message-ID: <x@mail.gmail.com>\r\nIn-Reply-To: <a@b>", False),
        ("Message-ID: <x@outlook.com.example>\r\nIn-Reply-To: <a@b>", False),
        ("Message-ID: <x@notoutlook.com>\r\nIn-Reply-To: <a@b>", False),
        ("In-Reply-To: <a@b>", False),
    ],
)
def test_only_answers_from_outlook_are_worth_a_look_for_reactions(fields: str, may: bool) -> None:
    assert may_be_reaction(envelope(f"{fields}\r\n\r\n".encode(), None)) is may


@pytest.mark.parametrize(
    ("fields", "reason", "mark"),
    [
        ("List-Id: <cheese.example>\r\nPrecedence: list", Reason.BULK, "List-Id"),
        ("Precedence: bulk", Reason.BULK, "Precedence"),
        ("List-Unsubscribe: <mailto:x@shop.example>", Reason.BULK, "List-Unsubscribe"),
        ("Auto-Submitted: auto-replied\r\nSubject: Out of office", Reason.AUTOMATIC, "Auto-Submitted"),
        ("Subject: Out of office", Reason.AUTOMATIC, "Subject"),
        ("Precedence: auto_reply", Reason.AUTOMATIC, "Precedence"),
        ("X-Autoreply: yes", Reason.AUTOMATIC, "X-Autoreply"),
        ("Return-Path: <>", Reason.AUTOMATIC, "Return-Path"),
        ("Content-Type: multipart/report; boundary=b", Reason.AUTOMATIC, "Content-Type"),
        ("Subject: Lunch", None, ""),
    ],
)
def test_the_verdict_names_the_field_that_gave_it_away(fields: str, reason: Reason | None, mark: str) -> None:
    block = f"From: maria@example.org\r\nTo: alex@example.com\r\n{fields}\r\n\r\n".encode()
    verdict = judge(envelope(block, RECEIVED_AT), HERE, NOW)
    assert (verdict.reason, verdict.mark) == (reason, mark)


@pytest.mark.parametrize(
    ("fields", "other"),
    [
        ("From: maria@example.org\r\nReply-To: bob@work.example", "bob"),
        ("From: maria@example.org\r\nReply-To: Maria <maria.silva@gmail.com>", None),
        ("From: maria@example.org\r\nReply-To: bob@work.example, zoe@bücher.example", None),
        ("From: maria@example.org\r\nReply-To: somebody@example.net", None),
        ("From: form@shop.example\r\nReply-To: bob@work.example", None),
        ("From: maria@example.org\r\nReply-To: bob@work.example\r\nList-Id: <x.example>", None),
        ("From: maria@example.org\r\nReply-To: bob@work.example\r\nAuto-Submitted: auto-generated", None),
        ("From: maria@example.org", None),
    ],
)
def test_a_reply_to_of_somebody_else_known_is_noted(fields: str, other: str | None) -> None:
    block = f"{fields}\r\nTo: alex@example.com\r\n\r\n".encode()
    assert judge(envelope(block, RECEIVED_AT), HERE, NOW).reply_to == (IDS[other] if other else None)


HOSTILE: list[tuple[str, Callable[[int], str]]] = [
    ("phrases", lambda n: "out of office " * (n // 14)),
    ("phrases and marks", lambda n: "automatic reply, " * (n // 17)),
    ("Notes", lambda n: "auto: " + "is out of " * (n // 10)),
    ("names", lambda n: "a " * (n // 2) + "is out of office"),
    ("Notes of several tongues", lambda n: "auto : " + "ist abwesend é est absent " * 5 + "(" + "is abwesend (" * n),
    ("names and brackets", lambda n: ("is out of the office " * 14)[:298] + ")" + "é" * n),
    ("stars", lambda n: "*" * n),
    ("tongues", lambda n: "out of office / " * (n // 16)),
    ("days", lambda n: "out of office 1" + "1" * n),
    ("spaces", lambda n: " " * n),
    ("brackets", lambda n: "[" * n),
    ("marks above and below", lambda n: "a" + "\u0316\u0300" * (n // 2)),
    ("letters that grow", lambda n: "\ufdfa" * n),
    ("capitals that grow", lambda n: "İ" * n),
    ("comments", lambda n: "(" * n),
    ("reactions", lambda n: "reacted to your message " * (n // 24)),
]


@pytest.mark.parametrize(("what", "make"), HOSTILE)
def test_a_hostile_subject_takes_no_time(what: str, make: Callable[[int], str]) -> None:
    text = make(100_000)
    said = Envelope(subject=text, message_id=text, marks={"auto-submitted": text, "content-type": text})
    began = time.process_time()
    announces_absence(text)
    judge(replace(said, marks={}), HERE, NOW, Found(opening=text))
    assert time.process_time() - began < 0.1


# What holds for any mail.

moments = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds
mailboxes = st.sampled_from(
    [
        *OWNER, *PEOPLE, "MARIA@Example.ORG", "maria+x@example.org", "m.ariasilva@gmail.com", "zoe@bücher.example",
        "r1@example.net", "r2@example.net", "r3@example.net", "no-at", "", "@", '"a b"@example.net',
    ]
).map(lambda address: Address("", address))  # fmt: skip
lists = st.lists(mailboxes, max_size=5).map(tuple)
marks = st.dictionaries(
    st.sampled_from(
        ["auto-submitted", "precedence", "return-path", "list-id", "list-unsubscribe", "x-autoreply", "content-type"]
    ),
    st.sampled_from(["", "no", "No; x", "auto-replied", "bulk", "list", "<>", "multipart/report", "text/calendar"]),
    max_size=3,
)
envelopes = st.builds(
    Envelope,
    message_id=st.sampled_from(["", "<a@example.org>", "<kith.letter@example.com>", "<draft.thanks@example.com>"]),
    from_=lists,
    reply_to=st.one_of(st.just(()), lists),
    to=lists,
    cc=lists,
    bcc=st.one_of(st.just(()), lists),
    subject=st.sampled_from(["", "Lunch", "Automatic reply: Lunch", "Bob reacted to your message"]),
    date=st.none() | moments,
    received_at=st.none() | moments,
    marks=st.one_of(st.just({}), marks),
)
circumstances = st.builds(
    lambda limit, cc: replace(HERE, max_recipients=limit, count_cc=cc), st.integers(0, 12), st.booleans()
)
finds = st.builds(
    Found,
    media_types=st.frozensets(
        st.sampled_from(["text/plain", "text/calendar", "text/vnd.google.email-reaction+json"]), max_size=2
    ),
    relayed_at=st.none() | moments,
    in_drafts=st.booleans(),
)
MYSELF = IDS["myself"]


@given(envelopes, circumstances, finds)
def test_a_reason_is_given_if_and_only_if_nobody_is_touched(
    message: Envelope, here: Circumstances, found: Found
) -> None:
    verdict = judge(message, here, NOW, found)
    assert bool(verdict.people) is (verdict.reason is None)


@given(envelopes, circumstances, finds)
def test_those_touched_are_known_take_part_and_are_never_the_owner(
    message: Envelope, here: Circumstances, found: Found
) -> None:
    verdict = judge(message, here, NOW, found)
    everybody = (*message.from_, *message.reply_to, *message.to, *message.cc, *message.bcc)
    taking_part = {PEOPLE[key(a.address)] for a in everybody if key(a.address) in PEOPLE} - {MYSELF}
    assert set(verdict.people) <= set(verdict.known) == taking_part
    assert len(set(verdict.people)) == len(verdict.people)


@given(envelopes, finds)
def test_it_is_never_in_the_future_and_outbound_never_after_the_server_had_it(message: Envelope, found: Found) -> None:
    verdict = judge(message, HERE, NOW, found)
    assert verdict.at <= NOW
    if message.received_at:
        assert verdict.at <= message.received_at


@given(envelopes, finds)
def test_a_time_is_one_of_those_the_message_has(message: Envelope, found: Found) -> None:
    at = judge(message, HERE, NOW, found).at
    assert at in {NOW, message.date, message.received_at, found.relayed_at}
    assert found.relayed_at is None or was_moved(message) or at in {NOW, message.date, message.received_at}


@given(envelopes, circumstances, finds, st.randoms(use_true_random=False))
def test_the_order_of_addresses_does_not_matter(
    message: Envelope, here: Circumstances, found: Found, random: Random
) -> None:
    def shuffled(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
        return tuple(random.sample(addresses, len(addresses)))

    other = replace(message, from_=shuffled(message.from_), to=shuffled(message.to), cc=shuffled(message.cc))
    one, two = (judge(m, here, NOW, found) for m in (message, other))
    assert (set(one.people), one.reason, one.direction, one.at) == (set(two.people), two.reason, two.direction, two.at)


@given(envelopes, circumstances, finds, st.sampled_from(["list-id", "x-autoreply", "x-autorespond"]))
def test_a_mark_of_lists_or_machines_makes_no_touch_of_anything(
    message: Envelope, here: Circumstances, found: Found, mark: str
) -> None:
    marked = judge(replace(message, marks={**message.marks, mark: "x"}), here, NOW, found)
    assert marked.reason in {Reason.AUTOMATIC, Reason.BULK}
    assert marked.known == judge(message, here, NOW, found).known


@given(envelopes, circumstances, finds)
def test_people_who_are_written_to_together_are_a_crowd_or_not_whoever_they_are(
    message: Envelope, here: Circumstances, found: Found
) -> None:
    there = {key(a.address) for a in (*message.to, *message.cc)}
    verdict = judge(message, here, NOW, found)
    assert len(there) <= here.max_recipients or verdict.reason in {Reason.AUTOMATIC, Reason.BULK, Reason.CROWD}


@given(envelopes, circumstances, finds)
def test_counting_copies_only_ever_adds_people(message: Envelope, here: Circumstances, found: Found) -> None:
    without = judge(message, replace(here, count_cc=False), NOW, found)
    counted = judge(message, replace(here, count_cc=True), NOW, found)
    assert set(without.people) <= set(counted.people)


@given(envelopes, circumstances, finds)
def test_inbound_mail_touches_nobody_the_owner_was_not_written_by(
    message: Envelope, here: Circumstances, found: Found
) -> None:
    verdict = judge(message, here, NOW, found)
    written_by = {PEOPLE.get(key(a.address)) for a in (*message.from_, *message.reply_to)}
    addressed = any(key(a.address) in OWNER for a in (*message.to, *message.cc))
    if verdict.direction is Direction.INBOUND and verdict.people:
        assert addressed
        assert set(verdict.people) <= written_by


@given(st.text(max_size=60))
def test_any_subject_can_be_asked_about(subject: str) -> None:
    assert announces_absence(subject) in {True, False}
    assert not announces_absence(f"Re: {subject}")


@given(envelopes, st.integers(0, 10_000))
def test_the_verdict_itself_does_not_change_with_time(message: Envelope, days: int) -> None:
    today, later = (judge(message, HERE, NOW + timedelta(days=d)) for d in (0, days))
    assert (today.people, today.reason, today.direction) == (later.people, later.reason, later.direction)
    assert today.at <= later.at
