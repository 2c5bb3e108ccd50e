"""The invented mailbox: the same every time, well-formed, and with the history it claims."""

import email
import email.policy
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from kith.book import vcard
from kith.demo import talk
from kith.demo.cast import CAST
from kith.demo.mailbox import ADDRESSES, DemoMailbox, invent, vcards
from kith.demo.post import DemoMessage
from kith.domain import address
from kith.domain.contact import Contact
from kith.domain.dates import Birthday
from kith.domain.touch import Circumstances, Found, Reason, judge
from kith.mail import headers

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@cache
def demo() -> DemoMailbox:
    return invent(NOW)


@cache
def parsed() -> tuple[tuple[DemoMessage, Message], ...]:
    return tuple((one, email.message_from_bytes(one.raw)) for one in demo().messages)


def written_in(message: Message, *names: str) -> list[str]:
    return [found for _, found in getaddresses([v for name in names for v in message.get_all(name, [])])]


def is_for_everybody_or_a_machine(message: Message) -> bool:
    return (
        any(name in message for name in ("List-Id", "Auto-Submitted", "Precedence"))
        or any(part.get_content_type() == "text/calendar" for part in message.walk())
        or len(written_in(message, "To", "Cc")) > 10
    )


def test_the_same_moment_and_seed_give_the_same_mailbox() -> None:
    assert invent(NOW) == demo()
    assert invent(NOW, seed=8).messages != demo().messages


def test_it_is_about_two_years_of_mail_in_three_folders() -> None:
    messages = demo().messages
    assert 1_200 <= len(messages) <= 2_000
    assert {m.folder for m in messages} == {"INBOX", "Sent", "Archive"}
    assert list(messages) == sorted(messages, key=lambda m: m.at)
    assert NOW - timedelta(days=732) < messages[0].at < NOW - timedelta(days=650)
    assert NOW - timedelta(days=4) < messages[-1].at < NOW


def test_every_message_is_well_formed() -> None:
    for stored, message in parsed():
        assert b"\n" not in stored.raw.replace(b"\r\n", b""), "a bare line feed"
        assert max(map(len, stored.raw.split(b"\r\n"))) <= 998
        for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
            assert len(message.get_all(name, [])) == 1, name
        for part in message.walk():
            assert not part.defects
            if not part.is_multipart():
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                content.decode(part.get_content_charset() or "ascii")


def test_dates_and_arrival_agree() -> None:
    for stored, message in parsed():
        written = parsedate_to_datetime(message["Date"])
        assert timedelta(0) <= stored.at - written < timedelta(minutes=1)
        assert stored.at <= NOW


def test_a_message_id_belongs_to_one_message_and_some_messages_lie_in_two_folders() -> None:
    places = defaultdict(set)
    for stored, message in parsed():
        places[message["Message-ID"]].add((stored.folder, stored.raw))
    assert all(len({raw for _, raw in found}) == 1 for found in places.values())
    assert sum(len(found) == 2 for found in places.values()) > 5


def test_answers_answer_mail_that_is_there() -> None:
    known = {message["Message-ID"] for _, message in parsed()}
    answers = [message for _, message in parsed() if "In-Reply-To" in message]
    assert len(answers) > 300
    for message in answers:
        assert message["References"].split()[-1] == message["In-Reply-To"]
        assert set(message["References"].split()) <= known


def test_nobody_in_it_can_be_somebody() -> None:
    """RFC 2606: only domains that nobody can own."""
    reserved = re.compile(r"(^|\.)(example|example\.(com|org|net)|invalid)$")
    for _, message in parsed():
        for found in written_in(message, "From", "To", "Cc", "Reply-To"):
            assert reserved.search(found.rpartition("@")[2]), found


def test_subjects_and_texts_are_filled_in() -> None:
    for _, message in parsed():
        texts = [p.get_payload(decode=True) for p in message.walk() if p.get_content_maintype() == "text"]
        assert not any(b"{" in text for text in texts if isinstance(text, bytes))
    subjects = {str(make_header(decode_header(m["Subject"]))) for _, m in parsed()}
    assert len(subjects) > 350
    assert not any("{" in subject for subject in subjects)


def test_encoded_words_charsets_and_html_are_all_there() -> None:
    raw = b"".join(m.raw for m in demo().messages)
    for wanted in (
        b"=?iso-8859-1?q?", b"=?utf-8?", b"charset=iso-8859-1", b"charset=utf-8", b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable", b"text/html", b"text/calendar", b"List-Id:", b"auto-replied",
    ):  # fmt: skip
        assert wanted in raw, wanted


def test_what_it_says_of_each_person_can_be_counted_out_of_the_mail() -> None:
    """An oracle of its own, without Kith: direct mail only, and the one meeting that was held."""
    last: dict[str, datetime] = {}
    of = {one: person.name for person in demo().people for one in person.addresses}
    for stored, message in parsed():
        if is_for_everybody_or_a_machine(message):
            continue
        author = written_in(message, "From")[0]
        touched = written_in(message, "To") if author in ADDRESSES else [author]
        at = parsedate_to_datetime(message["Date"]) if author in ADDRESSES else stored.at
        for name in {of[one] for one in touched if one in of}:
            last[name] = max(at, last.get(name, at))
    for person in demo().people:
        if person.name == "Søren Kjeldsen":
            continue
        assert last.get(person.name) == person.last_touched, person.name


def test_kith_judges_every_message_as_it_was_meant() -> None:
    """The touch policy itself over the whole mailbox; the meeting is not a matter of one message."""
    people = {address.key(a, {}): n for n, person in enumerate(demo().people) for a in person.addresses}
    owner = frozenset(address.key(a, {}) for a in ADDRESSES)
    here = Circumstances(owner, people, lambda written: address.key(written, {}))
    last: dict[int, datetime] = {}
    reasons = set()
    for stored, message in parsed():
        types = frozenset(part.get_content_type() for part in message.walk())
        verdict = judge(headers.envelope(stored.raw, stored.at), here, NOW, Found(media_types=types))
        reasons.add(verdict.reason)
        for one in verdict.people:
            last[one] = max(verdict.at, last.get(one, verdict.at))
    assert {Reason.AUTOMATIC, Reason.BULK, Reason.CROWD, Reason.CALENDAR, Reason.STRANGER} <= reasons
    for number, person in enumerate(demo().people):
        if person.name != "Søren Kjeldsen":
            assert last.get(number) == person.last_touched, person.name


def test_the_meeting_that_was_held_counts_and_the_cancelled_one_does_not() -> None:
    people = {p.name: p for p in demo().people}
    today = NOW.astimezone(PARIS).date()
    for name, days in (("Søren Kjeldsen", 18), ("Oksana Hrytsenko", 120), ("Ravi Menon", 7)):
        touched = people[name].last_touched
        assert touched is not None
        assert (today - touched.astimezone(PARIS).date()).days == days, name


@pytest.mark.parametrize("role", [r for r in CAST if r.key not in {"priya", "soren"}], ids=lambda r: r.key)
def test_everybody_was_last_touched_as_the_cast_says(role) -> None:
    person = next(p for p in demo().people if p.name == role.name)
    days = person.last_touched and (NOW.astimezone(PARIS).date() - person.last_touched.astimezone(PARIS).date()).days
    assert days == role.last


def test_desmond_writes_to_lists_and_was_never_touched() -> None:
    desmond = next(p for p in demo().people if p.name == "Desmond Clarke")
    mine = [m for _, m in parsed() if desmond.addresses[0] in written_in(m, "From")]
    assert desmond.last_touched is None
    assert len(mine) > 5
    assert all("List-Id" in m for m in mine)


def test_a_birthday_comes_up_in_four_days() -> None:
    soon = NOW + timedelta(days=4)
    assert [p.name for p in demo().people if p.birthday == (soon.month, soon.day)] == ["Camille Moreau"]


def test_the_address_book_is_read_as_it_was_meant() -> None:
    found = vcard.read(vcards(demo().people).encode(), "demo.vcf")
    assert len(found) == len(demo().people) == 40
    for contact, person in zip(found, demo().people, strict=True):
        assert isinstance(contact, Contact)
        assert (contact.name, contact.addresses, contact.circle) == (person.name, person.addresses, person.circle)
        assert (contact.tags, contact.about) == (person.tags, person.about)
        assert contact.birthday == (Birthday(*person.birthday) if person.birthday else None)


def test_everybody_who_ever_wrote_has_a_story_of_their_own() -> None:
    told = {story.who for story in talk.stories()}
    assert {role.key for role in CAST if role.last is not None} <= told
    assert all(story.turns and all(text for _, text in story.turns) for story in talk.stories())


@pytest.mark.parametrize(
    "now",
    [
        datetime(2028, 2, 29, 0, 5, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # the hour that Paris skips
        datetime(2026, 10, 25, 0, 59, tzinfo=UTC),  # the hour that Paris has twice
        datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
    ],
    ids=str,
)
def test_it_can_be_invented_at_odd_moments(now) -> None:
    box = invent(now)
    assert all(m.at <= now for m in box.messages)
    assert all(p.last_touched is None or p.last_touched <= now for p in box.people)
