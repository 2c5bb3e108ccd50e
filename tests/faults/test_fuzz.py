"""Every parser of what others wrote: whatever the bytes, only the declared errors, clean texts, linear work."""

import json
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from kith import configfile
from kith.book import csv, vcard
from kith.book import json as json_book
from kith.errors import ConfigError, NotFound, UsageError
from kith.mail import addresses, headers, heads, icalendar, imap_fetch, imap_names, mime, parts, structure, words
from kith.mail.flowed import unflowed
from kith.mail.maildir_files import lasting
from kith.mail.mbox_file import MboxFile
from kith.mail.replyhtml import text_of
from kith.mail.replytext import new_text
from kith.mail.snippet import snippet
from support.fuzz import check_clean, effort, fuzzed, mutated
from support.mail import message

AT = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
OWN = ["alex@example.com"]

MAILS = [
    message("Maria Silva <maria@example.org>", "Alex <alex@example.com>, b@c.example", at=AT),
    message("=?utf-8?q?M=C3=A4x?= <max@example.org>", "undisclosed-recipients:;", "=?iso-8859-1?q?gr=FC=DFe?=", at=AT),
    (
        b"Received: from a by b; Wed, 13 May 2026 12:00:00 +0200\r\nFrom: a@b\r\nSender: c@d\r\nReply-To: <e@f>\r\n"
        b"References: <1@a>\r\n\t<2@b>\r\nIn-Reply-To: <2@b>\r\nList-Id: club <c.example.org>\r\nBcc: x@y\r\n"
        b"Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: multipart/related; boundary=in\r\n"
        b"\r\n--in\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"Gr=C3=BC=C3=9F=\r\n!\r\n--in\r\nContent-Type: text/html; charset*=utf-8''utf-8\r\n\r\n<p>i</p>\r\n--in--\r\n"
        b"--out\r\nContent-Type: text/calendar; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\nQkVHSU4=\r\n"
        b"--out\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename*0*=utf-8''a; filename*1=b"
        b"\r\n\r\nFrom: z@y\r\nSubject: inner\r\n\r\ninner\r\n--out--\r\n"
    ),
]
CALENDARS = [
    (
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\n"
        b"DTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
        b"END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:u1@example.org\r\nDTSTART;TZID=Here:20260513T100000\r\n"
        b"DURATION:PT1H\r\nSUMMARY:Lunch \\, long\r\n er\r\nORGANIZER;CN=Maria:mailto:maria@example.org\r\n"
        b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:alex@example.com\r\nRRULE:FREQ=WEEKLY;COUNT=5;BYDAY=MO,WE\r\n"
        b"EXDATE;TZID=Here:20260520T100000\r\nRDATE;VALUE=DATE:20260601\r\nSEQUENCE:2\r\nDTSTAMP:20260501T000000Z\r\n"
        b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:u2\r\nDTSTART;VALUE=DATE:20260513\r\nDTEND;VALUE=DATE:20260515\r\nEND:VEVENT\r\n"
        b"END:VCALENDAR\r\n"
    ),
]
REPLIES = [
    b"1 called\n2 snooze 3 weeks\n\nOn Mon, 11 May 2026, Kith <alex@example.com>\nwrote:\n> 1. Maria\n> 2. Bob\n",
    b"Danke!\n\n-- \nAlex\n\nVon: Kith <alex@example.com>\nGesendet: Montag\nAn: Alex\nBetreff: Digest\n\n1. Maria",
    (
        b"<div dir=ltr>1 called<br>2 snooze</div><div class=gmail_quote><div>On Mon wrote:</div><blockquote>1. Maria"
        b"</blockquote></div><ol><li>a<li>b</ol><a href='https://example.com'>x</a><!-- c --><style>p{}</style>"
    ),
]
LISTS = [b'(\\HasNoChildren \\Drafts) "/" "[Gmail]/Entw&APw-rfe"', b"() NIL INBOX", b'(\\Noselect) "." "a\\"b"']
STATUSES = [b'"INBOX" (UIDVALIDITY 7 UIDNEXT 4 MESSAGES 3 HIGHESTMODSEQ 99)', b"a (MESSAGES 1)"]
SEARCHES = [b"1 2 3 SEARCH completed (took 5 ms)", b'(TAG "a") UID ALL 1:3,7,9:8', b""]
STRUCTURES = [
    (
        b'* 2 FETCH (UID 2 BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 5 1 NIL NIL NIL NIL)'
        b'("text" "calendar" ("name*" "utf-8\'\'a") "<id>" NIL "base64" 9 1)("message" "rfc822" NIL NIL NIL "7bit" 9 '
        b'(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 1 1) 2) "MIXED" ("b" "x")))\r\n'
    ),
    b'* 1 FETCH (BODYSTRUCTURE ("TEXT" "HTML" NIL NIL NIL "QUOTED-PRINTABLE" 9 1) UID 1)\r\n',
]
CARDS = [
    (
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Silva;Maria;;;\r\nFN:Maria Silva\r\nEMAIL;TYPE=home:maria@example.org\r\n"
        b"BDAY:1980-05-01\r\nNOTE;ENCODING=QUOTED-PRINTABLE:gr=C3=BC=\r\n=C3=9Fe\r\nCATEGORIES:friends,a\r\nTEL:+351\r\nEND:VCARD\r\n"
    ),
    (
        b"BEGIN:VCARD\nVERSION:4.0\nFN:B\\,ob\nEMAIL;PREF=1:bob@example.org\nBDAY:--0203\nPHOTO:data:image/png;base64,AAAA\n"
        b" BBBB\nitem1.X-ABLABEL:x\nEND:VCARD\n"
    ),
]
TABLES = [
    b'First Name,Last Name,Email Address,Company\r\nMaria,Silva,maria@example.org,"Silva, ""Lda"""\r\n',
    b"Name;E-mail 1 - Value;Birthday;Labels\nBob;bob@example.org ::: b@x;1980-05-01;* myContacts ::: friends\n",
    b"Notes: prose first\n\nname\taddress\tevery\nMaria\tmaria@example.org\t6 weeks\n",
]
BOOKS = [
    json.dumps([{"name": "Maria", "addresses": ["maria@example.org"], "every": "6 weeks", "tags": ["a"]}]).encode()
]
MBOXES = [
    b"From a@b Wed May 13 10:00:00 2026\n" + MAILS[0].replace(b"\r\n", b"\n") + b"\n>From here\n"
    b"From a@b Thu May 14 10:00:00 2026 +0200\nFrom: c@d\n\nbody\n\nFrom nobody knows\n",
]
CONFIG = Path(__file__).parent.parent.parent / "config" / "kith.toml"


def a_mail(data: bytes) -> None:
    """The parsers of header blocks."""
    seen = headers.envelope(data, AT)
    check_clean(seen)
    check_clean(headers.field_values(data, "Subject"))
    headers.received_time(data)
    head = heads.head_of(data)
    for block in (heads.of_a_scan(data), heads.named(head or data, ["From", "X-Other"])):
        assert len(block) <= len(data) + 4
    assert headers.envelope(heads.of_a_scan(head or b"\r\n"), AT).from_ == headers.envelope(head or b"", AT).from_


def a_whole_mail(data: bytes) -> None:
    """The parsers of bodies."""
    with suppress(mime.Unparsable):
        seen = mime.read(data, AT)
        check_clean(seen, lines=True)
        check_clean(snippet(seen))
    leaves = parts.leaves(data)
    check_clean(leaves)
    sections = [part.section for part in leaves]
    assert len(set(sections)) == len(sections)
    assert {section for section, _ in parts.contents(data, sections, 50)} <= set(sections)
    assert all(len(content) <= 50 for _, content in parts.contents(data, sections, 50))


def a_calendar(data: bytes) -> None:
    """Invitations, and when they are held."""
    invites = icalendar.read(data, PARIS)
    check_clean(invites)
    for one in icalendar.occurrences(invites, AT - timedelta(days=30), AT + timedelta(days=30), PARIS):
        assert one.starts_at.tzinfo is not None


def some_words(data: bytes) -> None:
    """Addresses, encoded words, texts in any charset."""
    text = data.decode("utf-8", "surrogateescape")
    check_clean(addresses.addresses(text))
    check_clean(words.line(text))
    check_clean([words.clean(text), words.part_text(data, text[:20])], lines=True)
    check_clean(words.line(words.decode_words(text)))
    assert len(words.cut_bytes(words.clean(text), 20).encode()) <= 20
    headers.instant(text)


def a_reply(data: bytes) -> None:
    """What an owner answered, as text and as HTML."""
    text = words.part_text(data, "utf-8")
    check_clean([text_of(text), unflowed(text, delsp=True)], lines=True)
    for plain, html in ((text, None), (None, text), (text, text)):
        found = new_text(plain, html, OWN, owner="Alex Moreau")
        check_clean([found.words, found.quoted, *found.signature], lines=True)
        assert not any(line.startswith(">") for line in (*found.words.splitlines(), *found.quoted.splitlines()))


def an_imap_answer(data: bytes) -> None:
    """What a server says of folders and messages."""
    for raw, folder in imap_names.listed([data]):
        assert not set("\0\r\n") & set(folder.name)
        assert b"\r" not in imap_names.quoted(raw)
    for name, state in imap_names.status_answers([data]).items():
        assert isinstance(name, str)
        assert state.uidvalidity >= 0
    with suppress(ConnectionAbortedError):  # a set that would fill the memory
        assert all(uid >= 0 for uid in imap_names.uids_of([data], [data]))
    assert imap_names.state_of({"UIDVALIDITY": [data], "EXISTS": [data]}).uidvalidity >= 0


def a_structure(data: bytes) -> None:
    """What a server says of a message's parts."""
    for answer in imap_fetch.parsed([data]).values():
        try:
            leaves = structure.leaves(answer.get(b"BODYSTRUCTURE"))
        except ValueError:
            continue
        assert len({leaf.section for leaf in leaves}) == len(leaves)
        for leaf in leaves:
            assert leaf.media_type == leaf.media_type.lower()
            assert structure.encoded_limit(leaf.encoding, 100) >= 100
            structure.decoded(leaf.encoding, data)


def a_book(read: Callable[[bytes, str], list[Any]]) -> Callable[[bytes], None]:
    """One format of address books."""

    def check(data: bytes) -> None:
        with suppress(UsageError):
            found = read(data, "book")
            check_clean(found, lines=True)
            assert all(getattr(one, "name", "x") for one in found)

    return check


def a_file_name(data: bytes) -> None:
    """A name in a Maildir."""
    name = lasting(data)
    assert data.startswith(name)
    assert lasting(name) == name


PARSERS: dict[str, tuple[Callable[[bytes], None], list[bytes]]] = {
    "headers": (a_mail, MAILS),
    "bodies": (a_whole_mail, MAILS),
    "calendars": (a_calendar, CALENDARS),
    "words": (some_words, [*MAILS[2].split(b"\r\n"), b"Max =?utf-8?b?TcOkeA==?= <m@x>", b"a@b, (c) d <e@f>;"]),
    "replies": (a_reply, REPLIES),
    "folders": (an_imap_answer, [*LISTS, *STATUSES, *SEARCHES]),
    "structures": (a_structure, STRUCTURES),
    "vcard": (a_book(vcard.read), CARDS),
    "csv": (a_book(lambda data, name: csv.read(data, name).entries), TABLES),
    "json": (a_book(json_book.read), BOOKS),
    "file names": (a_file_name, [b"1778666400.M1P2.host,S=5:2,RS", b"a:2,", b":2,S"]),
}


@pytest.mark.parametrize("name", PARSERS)
def test_promise_8_whatever_the_bytes_a_parser_keeps_its_promises(name: str) -> None:
    check, samples = PARSERS[name]

    @fuzzed()
    @given(mutated(samples))
    def try_it(data: bytes) -> None:
        check(data)

    try_it()


@fuzzed()
@given(data=mutated(MBOXES))
def test_promise_8_whatever_the_bytes_an_mbox_is_split_or_refused(data: bytes, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.mbox"
    path.write_bytes(data)
    try:
        box = MboxFile(path)
    except (UsageError, NotFound):
        return
    try:
        try:
            begins = box.beginnings(0)
        except UsageError:
            return
        assert begins == sorted(set(begins))
        for begin in begins:
            head, whole = box.head(begin), box.message(begin, 1000)
            assert data[begin:].startswith(whole)
            assert head is None or data[begin:].startswith(head)
            box.put_at(begin)
            with closing(MboxFile(path)) as again:
                assert again.beginnings(begin)[:1] == [begin]
    finally:
        box.close()


@fuzzed()
@given(data=mutated([CONFIG.read_bytes()]))
def test_promise_8_whatever_stands_in_it_a_config_file_is_read_or_refused_in_words(
    data: bytes, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(data)
    with suppress(ConfigError):
        assert configfile.load(path, {}).owner.addresses


PATTERNS = [
    b"a@b.example, ", b"(", b"<a@b", b'"x" ', b"=?utf-8?q?a?= ", b"\r\n ", b"X: y\r\n", b"\r\n--in\r\n", b"> a\n",
    b"On a wrote:\n", b"<div>", b"<blockquote>a</blockquote>", b"a;b,c\n", b"BEGIN:VEVENT\nUID:a\nEND:VEVENT\n",
    b"BEGIN:VCARD\nFN:a\nEND:VCARD\n", b"(\\a ", b"1:2,", b'("a" "b") ', b"&AAA-", b"- ", b"{1}\r\na",
]  # fmt: skip
TIMES = 150


@pytest.mark.parametrize("name", PARSERS)
def test_twice_the_input_is_no_more_than_about_twice_the_work(name: str) -> None:
    check, samples = PARSERS[name]
    check(samples[0])  # what is made once is made now
    for pattern in PATTERNS:
        once, twice = (effort(partial(check, samples[0] + pattern * times)) for times in (TIMES, 2 * TIMES))
        assert twice <= 2.5 * once, pattern
