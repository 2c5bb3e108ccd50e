"""mbox files as programs write them, and as they should not: where messages begin, and when they came."""

import gzip
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.domain.folders import Role
from kith.errors import Internal, NotFound, TryLater, UsageError
from kith.mail import mbox_file
from kith.mail.headers import envelope, received_time
from kith.mail.mbox import MboxSource
from kith.mail.mbox_file import LONGEST_MARK, Searched
from support.invitations import event, invitation

MARK = b"From anna@example.org Sun Mar 29 01:30:00 2026\n"
SECONDS = 5
"""What a hostile file may take, with room for a busy machine; what grows with the square takes minutes."""


def mail(subject: str, more: bytes = b"", body: bytes = b"body\n") -> bytes:
    """A mail with that subject."""
    return b"Subject: %s\nDate: Sat, 28 Mar 2026 10:00:00 +0000\n%s\n%s\n" % (subject.encode(), more, body)


OPEN: list[MboxSource] = []
"""What a test has opened."""


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    """Closes what a test has opened."""
    yield
    while OPEN:
        OPEN.pop().close()


def opened(
    folder: Path,
    content: bytes,
    name: str = "some.mbox",
    by_owner: Callable[[bytes], bool] = lambda _head: False,
    searched: Searched = lambda _done, _total: None,
) -> MboxSource:
    """A file with that content, opened."""
    (folder / name).write_bytes(content)
    OPEN.append(MboxSource(folder / name, by_owner, searched))
    return OPEN[-1]


def subjects(source: MboxSource, first: int = 1) -> list[str]:
    """The subjects of all messages that are read."""
    found = [header for _, headers, _ in source.headers(source.uids(first)) for header in headers]
    return [envelope(header.block, None).subject for header in found]


# -- where messages begin


@pytest.mark.parametrize(
    "mark",
    [
        b"From anna@example.org Sun Mar 29 01:30:00 2026",
        b"From - Sun Mar 29 01:30:00 2026",
        b"From 1234567890123@xxx Sun Mar 29 01:30:00 +0000 2026",
        b"From MAILER-DAEMON Sun Mar  9 01:30 2026",
        b"From a b c  Sun Mar 29 01:30:00 CEST 2026 remote from x",
        b"From ???@??? Sun, 29 Mar 2026 01:30:00 +0200",
        b"From anna@example.org 2026-03-29 01:30:00",
        b"From anna@example.org Sun Mar 29 01:30:00 2026\n>From bob@example.org Sat Mar 28 01:30:00 2026",
        b"From anna@example.org Sun Mar 29 01:30:00 2026\nno field",
        b"From ",
        b"From -",
        b"From \r",
    ],
)
def test_a_message_begins_behind_every_kind_of_from_line(tmp_path: Path, mark: bytes) -> None:
    source = opened(tmp_path, b"".join(mark + b"\n" + mail(subject) for subject in ("one", "two", "three")))
    assert subjects(source) == ["one", "two", "three"]


@pytest.mark.parametrize(
    "line",
    [
        b"From here on it is easy.",
        b">From anna@example.org Sun Mar 29 01:30:00 2026",
        b" From anna@example.org Sun Mar 29 01:30:00 2026",
        b"From anna@example.org Sun Mar 29 01:30:00 2026",
        b"From: anna@example.org",
        b"from anna@example.org Sun Mar 29 01:30:00 2026\nSubject: no",
        b"From the desk: at 10:30\nSubject: no",
        b"From here on, Mar 29 01:30 2026\nwe go by boat.\nSubject: no",
        b"From anna@example.org Sun Mar 29 01:30:00 2026\n\nSubject: no",
        b"From anna@example.org Sun Mar 29 01:30:00 2026\none\ntwo\nSubject: no",
        b"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: anna@example.org",
        b"From anna@example.org " + b"x" * 500 + b" Sun Mar 29 01:30:00 2026\nSubject: no",
    ],
)
def test_a_line_of_a_text_begins_no_message(tmp_path: Path, line: bytes) -> None:
    body = b"text\n\n%s\ntext goes on\n" % line
    assert subjects(opened(tmp_path, MARK + mail("one", body=body) + MARK + mail("two"))) == ["one", "two"]


def test_a_message_begins_without_an_empty_line_before_it(tmp_path: Path) -> None:
    text = MARK + b"Subject: one\n\nno end" + b"\n" + MARK + b"Subject: two\n" + MARK + mail("three")
    assert subjects(opened(tmp_path, text)) == ["one", "two", "three"]


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf\r\n\r\n", b"\xef\xbb\xbf", b"\n"])
def test_windows_line_ends_and_what_comes_before_the_first_line(tmp_path: Path, before: bytes) -> None:
    text = before + (MARK + mail("one") + MARK + mail("two")).replace(b"\n", b"\r\n")
    assert subjects(opened(tmp_path, text)) == ["one", "two"]


def test_an_empty_file_has_no_messages(tmp_path: Path) -> None:
    source = opened(tmp_path, b"")
    assert (source.uids(1), source.examine(source.folder.name).uidnext) == ([], 1)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"Subject: one\n\nbody\n", b"// <!-- <mdb:mork:z -->", b"\0" * 5000]
)
def test_what_is_no_mbox_is_said_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UsageError, match="is no mbox file"):
        opened(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [MARK.replace(b"\n", b"\r") + mail("one").replace(b"\n", b"\r"), b"From me to you\n\nFrom x\n" * 50, MARK],
)
def test_a_file_in_which_no_message_can_be_told_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UsageError, match="is no mbox file"):
        opened(tmp_path, content).uids(1)


# -- messages that say how long they are


def told(subject: str, body: bytes, end: bytes = b"\n", more: int = 0) -> bytes:
    """A mail with its length, as mboxcl2 has it; more: by how much it is told wrong."""
    return mail(subject, b"Content-Length: %d\n" % (len(body) + more), body)[:-1] + end


QUOTED = b"See:\n\nFrom bob@example.org Sun Mar 29 01:30:00 2026\nFrom: bob@example.org\nSubject: phantom\n\nHi\n"


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
@pytest.mark.parametrize("is_windows", [False, True])
def test_a_message_is_as_long_as_it_says(tmp_path: Path, end: bytes, is_windows: bool) -> None:
    text = b"".join(MARK + told(subject, QUOTED, end) for subject in ("one", "two", "three"))
    if is_windows:
        length = b"Content-Length: %d\n"
        text = text.replace(length % len(QUOTED), length % (len(QUOTED) + QUOTED.count(b"\n"))).replace(b"\n", b"\r\n")
    source = opened(tmp_path, text)
    uids = [text.index(b"Subject: " + name) for name in (b"one", b"two", b"three")]
    begun = [source._file.message(uid, 10**6) for uid in uids]
    assert subjects(source) == ["one", "two", "three"]
    assert [source._file.message(uid, 10**6) for uid in uids] == begun
    assert all(b"phantom" in message and b"01:30:00 2026" not in message[-40:] for message in begun)


@pytest.mark.parametrize("more", [-20, -1, 1, 7, 10**6, 10**11])
def test_a_length_that_leads_nowhere_is_not_believed(tmp_path: Path, more: int) -> None:
    text = MARK + told("one", b"Hi\n" + b"x" * 40 + b"\n", more=more) + MARK + mail("two") + MARK + mail("three")
    assert subjects(opened(tmp_path, text)) == ["one", "two", "three"]


def test_a_search_that_goes_on_knows_how_long_the_message_before_is(tmp_path: Path) -> None:
    text = b"".join(MARK + told(f"m{n}", QUOTED * (n % 3)) for n in range(20))
    everything = opened(tmp_path, text).uids(1)
    assert len(everything) == 20
    for uid, following in pairwise(everything):
        assert opened(tmp_path, text).uids(uid + 1)[0] == following


def test_lengths_are_found_behind_many_messages_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox_file, "CHUNK", 20_000)
    text = b"".join(MARK + mail(f"m{n}", body=b"x" * 900) for n in range(50))
    text += b"".join(MARK + told(f"m{n}", b"x" * 900 + b"\n") for n in range(50, 90)) + MARK + told("90", QUOTED * 90)
    assert len(subjects(opened(tmp_path, text))) == 91


def test_what_is_not_there_is_said_so(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(NotFound, match="cannot be read"):
            MboxSource(path)


BODIES = st.lists(
    st.sampled_from([b"text", b"From me to you", b">From x", b"", b"From", MARK.strip(), b"x" * 2000, b"From - 1:1"]),
    max_size=4,
).map(b"\n".join)


@settings(deadline=None)
@given(st.lists(BODIES, min_size=1, max_size=8), st.integers(1, 3000), st.booleans())
def test_pieces_of_any_size_give_the_same_messages(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], chunk: int, is_windows: bool
) -> None:
    text = b"".join(MARK + mail(str(n), body=body + b"\n") for n, body in enumerate(bodies))
    text = text.replace(b"\n", b"\r\n") if is_windows else text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox_file, "CHUNK", LONGEST_MARK + chunk)
        found = opened(tmp_path_factory.mktemp("mbox"), text).uids(1)
    assert [text[begin:].partition(b"\n")[0].strip() for begin in found] == [
        b"Subject: %d" % n for n in range(len(bodies))
    ]


def test_the_search_goes_on_where_it_stopped(tmp_path: Path) -> None:
    source = opened(tmp_path, b"".join(MARK + mail(f"m{n}", body=b"x" * 300) for n in range(40)))
    everything = source.uids(1)
    for uid, following in pairwise(everything):
        assert source.uids(uid)[:2] == [uid, following]
        assert source.uids(uid + 1)[0] == following
    assert source.uids(everything[-1] + 1) == []


# -- what is read of them


def test_a_head_does_not_go_on_into_the_next_message(tmp_path: Path) -> None:
    source = opened(tmp_path, MARK + b"X-Only: this\n" + MARK + b"Subject: two\nFrom: b@x\n\n")
    [(_, [first, second], _)] = source.headers(source.uids(1))
    assert first.block == b"\r\n"
    assert envelope(second.block, None).subject == "two"


@pytest.mark.parametrize("size", [8190, 8192, 20_000, 900_000])
def test_a_long_header_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    source = opened(tmp_path, MARK + b"X-Long: %s\n" % (b"x" * size) + mail("after it"))
    assert subjects(source) == ["after it"]


def test_a_header_without_an_end_is_unreadable_and_costs_itself_only(tmp_path: Path) -> None:
    text = MARK + mail("one") + MARK + b"X-More: x\n" * 200_000 + MARK + mail("three")
    source = opened(tmp_path, text)
    uids = source.uids(1)
    [(covered, headers, [unreadable])] = source.headers(uids)
    assert (covered, [header.uid for header in headers], unreadable.uid) == (uids, [uids[0], uids[2]], uids[1])
    assert "header does not end" in unreadable.reason


@pytest.mark.parametrize(
    ("fields", "is_read"),
    [
        (b"X-Gmail-Labels: Inbox,Important\n", True),
        (b"X-Gmail-Labels: Archived,Sent\n", True),
        (b"X-Gmail-Labels: Drafts,Unread\n", False),
        (b"X-Gmail-Labels: Important,\n Spam\n", False),
        (b"X-Gmail-Labels: Trash\n", False),
        (b'X-Gmail-Labels: "Trash",Opened\n', False),
        (b"X-Gmail-Labels: =?UTF-8?Q?Entw=C3=BCrfe?=,Inbox\n", False),
        (b"X-Gmail-Labels: =?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,Corbeille?=\n", False),
        (b"X-Gmail-Labels: Projects/Trash cans\n", True),
        (b"X-Gmail-Labels: Drafts/Novel,Archived\n", True),
        (b"X-Gmail-Labels: Opened,Bin\n", False),
        (b"X-Gmail-Labels: =?UTF-8?Q?Th=C3=B9ng_r=C3=A1c?=\n", False),
        (b"X-Mozilla-Status: 0001\n", True),
        (b"X-Mozilla-Status: 0009\n", False),
    ],
)
def test_drafts_spam_and_what_was_thrown_away_are_left_out(tmp_path: Path, fields: bytes, is_read: bool) -> None:
    source = opened(tmp_path, MARK + mail("one", fields) + MARK + mail("two"))
    assert subjects(source) == (["one", "two"] if is_read else ["two"])
    [(covered, _, _)] = source.headers(source.uids(1))
    assert len(covered) == 2


def test_a_label_in_the_text_means_nothing(tmp_path: Path) -> None:
    assert subjects(opened(tmp_path, MARK + mail("one", body=b"X-Gmail-Labels: Trash\n"))) == ["one"]


RECEIVED = b"Received: by mx; Fri, 27 Mar 2026 09:00:00 +0100\nReceived: by other; Mon, 2 Mar 2026 09:00:00 +0000\n"


@pytest.mark.parametrize(
    ("mark", "fields", "is_mine", "at"),
    [
        (b"From x Sun Mar 29 01:30:00 2026\n", RECEIVED, False, datetime(2026, 3, 27, 8, tzinfo=UTC)),
        (b"From x Sun Mar 29 01:30:00 2026\n", b"", False, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (b"From x Sun Mar  1 01:30 2026\n", b"", False, datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        (b"From 1@xxx Sun Mar 29 01:30:00 +0200 2026\n", b"", False, datetime(2026, 3, 28, 23, 30, tzinfo=UTC)),
        (b"From x Sun Mar 29 01:30:00 2026\n", b"Received: broken\n", False, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (b"From \n", b"", False, None),
        (b"From x Sun Foo 99 99:99:99 2026\n", b"", False, None),
        (b"From x 2026-03-29 01:30:00\n", b"", False, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (b"From x 2026-03-29T01:30 +0200\n", b"", False, datetime(2026, 3, 28, 23, 30, tzinfo=UTC)),
        (b"From x 2026-99-29 01:30\n", b"", False, None),
        (b"From ? Sun, 29 Mar 2026 01:30:00 +0200\n", b"", False, datetime(2026, 3, 28, 23, 30, tzinfo=UTC)),
        (b"From ? Sun, 29 Mar 2026 01:30\n", b"", False, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (
            b"From x Sun Mar 29 01:30:00 2026\n>From y Sat Mar 28 01:30:00 2026\n",
            b"",
            False,
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
        (b"From x Sun Mar 29 01:30:00 2026\n", b"", True, None),
        (b"From x Sun Mar 29 01:30:00 2026\n", RECEIVED, True, datetime(2026, 3, 27, 8, tzinfo=UTC)),
    ],
)
def test_when_a_message_came(tmp_path: Path, mark: bytes, fields: bytes, is_mine: bool, at: datetime | None) -> None:
    text = MARK + mail("first") + mark + mail("this", fields)
    source = opened(tmp_path, text, by_owner=lambda _head: is_mine)
    [(_, headers, _)] = source.headers(source.uids(1))
    assert headers[-1].received_at == at


@pytest.mark.parametrize(
    "written",
    [
        "Sun, 29 Mar 2026 01:30:00 +0100",
        "Sun,  1 Mar 2026 01:30:00 +0100",
        "29 Feb 2024 23:59:60 -0330 (NST)",
        "29 Feb 2023 10:00:00 +0000",
        "30 Feb 2026 10:00:00 +0000",
        "Tue, 30 Jun 2026 10:00:00 -0000 (UTC)",
        "Tue, 31 Mar 2026 10:00:00 +0000 (GMT+00:00)",
        "31 Apr 2026 10:00:00 +0000",
        "Sun, 29 Mar 2026 01:30:00 +9999",
        "Sun, 29 Mar 2026 25:30:00 +0000",
        "Sun, 29 mar 2026 01:30:00 GMT",
        "Sun, 29 Mar 26 01:30:00 +0000",
        "1 Jan 1970 00:00:00 +0000",
        "soon",
    ],
)
@pytest.mark.parametrize("fold", [" ", "\n\t", "\r\n "])
def test_the_time_of_the_topmost_received_is_read_as_any_date_is(tmp_path: Path, written: str, fold: str) -> None:
    received = f"Received: from a; Mon, 1 Jan 2001 by mx;{fold}{written}\n".encode()
    source = opened(tmp_path, MARK + mail("this", received + RECEIVED))
    [(_, [header], _)] = source.headers(source.uids(1))
    assert header.received_at == (received_time(received) or datetime(2026, 3, 29, 1, 30, tzinfo=UTC))


FILE_AT = datetime(2026, 5, 1, tzinfo=UTC)
"""When the file of the next test was written."""


@pytest.mark.parametrize(
    ("mark", "date", "at"),
    [
        (MARK, b"soon", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (MARK, b"Mon, 29 Mar 2027 01:30:00 +0000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (MARK, b"Mon, 29 Mar 2035 01:30:00 +0000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (MARK, b"Sun, 29 Mar 2026 14:30:00 +0000", None),
        (MARK, b"Sun, 29 Mar 2020 01:30:00 +0000", None),
        (MARK, b"Sun, 29 Mar\x01 2020 01:30:00 +0000", None),
        (b"From ? Sun, 29 Mar 2026 01:30:00 +0000\n", b"soon", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (b"From \n", b"soon", FILE_AT),
        (b"From \n", b"Mon, 29 Mar 2035 01:30:00 +0000", FILE_AT),
        (b"From \n", b"Sun, 29 Mar 2026 01:30:00 +0000", None),
    ],
)
def test_what_the_owner_wrote_is_no_later_than_it_was_put_there(
    tmp_path: Path, mark: bytes, date: bytes, at: datetime | None
) -> None:
    (tmp_path / "mine").write_bytes(mark + b"From: me@example.org\nDate: " + date + b"\n\nbody\n")
    os.utime(tmp_path / "mine", (FILE_AT.timestamp(), FILE_AT.timestamp()))
    OPEN.append(MboxSource(tmp_path / "mine", lambda _head: True))
    [(_, [header], _)] = OPEN[-1].headers(OPEN[-1].uids(1))
    assert header.received_at == at


def test_parts_are_those_of_the_message_and_not_of_its_neighbours(tmp_path: Path) -> None:
    at = datetime(2026, 4, 1, 10, tzinfo=UTC)
    raw = invitation("anna@example.org", "me@example.org", event(at), at).replace(b"\r\n", b"\n")
    source = opened(tmp_path, MARK + mail("one") + MARK + raw + b"\n" + MARK + mail("three", body=b"three"))
    uids = source.uids(1)
    found = source.structures(uids, ["text/calendar"])
    assert found.keys() == {uids[1]}
    [calendar] = [part for part in found[uids[1]] if part.media_type == "text/calendar"]
    content = source.parts([(uids[1], calendar)], 100_000)[uids[1], calendar.section]
    assert content.startswith(b"BEGIN:VCALENDAR")
    assert b"three" not in content
    assert source.structures(uids).keys() == set(uids)


@pytest.mark.parametrize("mark", [MARK, b"From \n", b"From x Mar 1 11:11" + b" x" * 140 + b"\r\n"])
def test_a_message_ends_at_the_same_place_whether_a_search_has_told_it_or_not(tmp_path: Path, mark: bytes) -> None:
    text = MARK + mail("one") + mark + mail("two", body=b"x" * 70_000 + b"\n") + mark + mail("three")
    source = opened(tmp_path, text)
    begins = [text.index(b"Subject: " + name) for name in (b"one", b"two", b"three")]
    ends = [begins[1] - len(mark), begins[2] - len(mark), len(text)]
    limits = {len(mail("one")) + more for more in range(-2, len(mark) + 3)} | {1, 65_536, 70_060, 10**6}
    before = {(uid, limit): source._file.message(uid, limit) for uid in begins for limit in limits}
    assert source.uids(begins[1]) == begins[1:]
    assert source.uids(1) == begins
    assert {(uid, limit): source._file.message(uid, limit) for uid, limit in before} == before
    assert before == {
        (begin, limit): text[begin : min(end, begin + limit)]
        for begin, end in zip(begins, ends, strict=True)
        for limit in limits
    }


def test_further_questions(tmp_path: Path) -> None:
    big = b"x" * 200_000
    source = opened(
        tmp_path, MARK + mail("one", b"Message-ID: <a@x>\n", big) + MARK + mail("two", b"Message-ID: <b@x>\n")
    )
    one, two = source.uids(1)
    name = source.folder.name
    assert source.find(name, "<b@x>") == [two]
    assert source.find(name, "<c@x>") == source.find(name, "") == []
    assert source.fields([one], ["Message-ID"]) == {one: b"Message-ID: <a@x>\n\r\n"}
    assert source.raw(two, 14) == b"Subject: two\r\n"
    whole = source.raw(one, 10**6)
    assert whole
    assert len(whole) > len(big)
    assert b"two" not in whole
    assert source.raw(10**9, 10) is None
    with pytest.raises(NotFound):
        source.examine("another")
    with pytest.raises(Internal, match="does not write"):
        source.append(name, b"", [])


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Drafts", Role.DRAFTS),
        ("Entwürfe.mbox", Role.DRAFTS),
        ("Sent", Role.PLAIN),
        ("Trash", Role.PLAIN),
        ("Unsent Messages", Role.DRAFTS),
    ],
)
def test_a_file_called_drafts_holds_drafts(tmp_path: Path, name: str, role: Role) -> None:
    assert opened(tmp_path, MARK + mail("one"), name).folder == opened(tmp_path, b"", name).folders()[0]
    assert opened(tmp_path, b"", name).folder.role is role


def test_another_file_has_another_uidvalidity(tmp_path: Path) -> None:
    def state(content: bytes) -> int:
        source = opened(tmp_path, content)
        return source.status([source.folder.name])[source.folder.name].uidvalidity

    one = MARK + mail("one")
    assert state(one) == state(one)
    assert len({state(one), state(one + MARK + mail("two")), state(one.replace(b"one", b"two"))}) == 3
    assert 0 < state(one) < 2**53


# -- packed files


def test_a_packed_file_is_read_as_the_plain_one(tmp_path: Path) -> None:
    text = b"".join(MARK + mail(f"m{n}") for n in range(100))
    told: list[tuple[int, int]] = []
    packed = gzip.compress(text)
    source = opened(tmp_path, packed, "some.mbox.gz", searched=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(packed), len(packed))
    assert source.uids(1) == opened(tmp_path, text).uids(1)
    assert told[-1] == (len(text), len(text))


@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda data: data[:30] + b"\xff" * 40 + data[70:]])
def test_a_damaged_packed_file_is_said_so(tmp_path: Path, damage: object) -> None:
    packed = gzip.compress(b"".join(MARK + mail(f"m{n}") for n in range(100)))
    assert callable(damage)
    with pytest.raises(UsageError, match="is damaged"):
        opened(tmp_path, damage(packed))


def test_no_room_to_unpack_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a disk that is always full")
    packed = gzip.compress(os.urandom(200_000))
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(mbox_file.tempfile, "TemporaryFile", lambda **_: full)
        with pytest.raises(TryLater, match="No space left"):
            opened(tmp_path, packed)


# -- hostile files


@pytest.mark.parametrize(
    "text",
    [
        b"\nFrom " * 1_000_000,
        b"From 1:11:11:11:11:11 Mar 1 1:11 " * 300_000,
        (MARK.strip() + b" Mar 1 11:11" * 30 + b"\n") * 20_000,
        (b"From x Mar 1 11:11\n" + b"y" * 120 + b":\n") * 60_000,
        b"\n" * 8_000_000,
        b"From -" + b" " * 8_000_000,
        (b"From x Sun Mar 1 11:11 2026\n" + b"y" * 290 + b"\n") * 20_000,
        (MARK + b"Content-Length: 9\nA: b\n\n") * 20_000,
    ],
    ids=["marks", "one line", "dates", "long names", "empty lines", "spaces", "no fields", "lengths"],
)
def test_hostile_files_take_linear_time(tmp_path: Path, text: bytes) -> None:
    source = opened(tmp_path, MARK + mail("one") + text)
    began = time.process_time()
    assert subjects(source)[0] == "one"
    assert time.process_time() - began < SECONDS


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_nothing_breaks_it(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    source = opened(tmp_path_factory.mktemp("mbox"), MARK + mail("one") + noise + MARK + mail("two"))
    uids = source.uids(1)
    assert sum(len(found) + len(unreadable) for _, found, unreadable in source.headers(uids)) == len(uids)
    source.structures(uids)
