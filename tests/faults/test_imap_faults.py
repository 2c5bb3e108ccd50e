"""What servers do on bad days, as conversations, and what Kith makes of each."""

import base64
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from kith.errors import ConfigError, KithError, LoginRefused, MailboxFailed, NotFound, TryLater
from kith.mail import imap_idle, wire
from kith.mail.imap import Account, ImapSource, connect
from kith.mail.source import Folder, FolderState, Part, Role, Unreadable
from support.scripted_imap import GREETING, OPEN, ScriptedImap, hello

SECRET = "correct-horse"
DATED = 'INTERNALDATE "29-Mar-2026 03:30:00 +0200"'
HEADER = "BODY[HEADER.FIELDS (FROM)]"
FETCH = "C: UID FETCH {0} (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM *\n"
ALONE = "C: UID FETCH {0} (INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM *\n"
UNDATED = "C: UID FETCH {0} (BODY.PEEK[HEADER.FIELDS (FROM *\n"
OK = "S: $ OK done\n"
AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def good(uid: int) -> str:
    """The usual answer."""
    return f"S: * {uid} FETCH (UID {uid} {DATED} {HEADER} {{{{From: m{uid}@x.org||}}}})\n"


def exists(*uids: int, asked: str) -> str:
    """The question which of some messages are still there."""
    return f"C: UID SEARCH UID {asked}\nS: * SEARCH {' '.join(map(str, uids))}\n{OK}"


def account(server: ScriptedImap, **changes: Any) -> Account:
    return Account(
        **{"name": "personal", "host": server.host, "port": server.port, "user": "anna", "tls": "none"}
        | {"secret": lambda: SECRET}
        | changes
    )


@contextmanager
def mailbox(script: str, more: str = "", timeout: float = 5.0) -> Iterator[ImapSource]:
    """A mailbox whose server follows the script after the login."""
    with ScriptedImap(hello(more) + script) as server, connect(account(server), timeout) as source:
        yield source


@contextmanager
def inbox(script: str, more: str = "", timeout: float = 5.0) -> Iterator[ImapSource]:
    """The same with INBOX open."""
    with mailbox(OPEN + script, more, timeout) as source:
        source.examine("INBOX")
        yield source


def read(source: ImapSource, uids: list[int]) -> tuple[dict[int, bytes], list[Unreadable]]:
    """Headers by UID, and what could not be read."""
    found, unreadable = {}, []
    for _, headers, bad in source.headers(uids):
        found.update({header.uid: header.block for header in headers})
        unreadable += bad
    return found, unreadable


# -- answers to FETCH

UNUSUAL = {
    "items in another order": f"S: * 2 FETCH ({HEADER} {{{{From: m2@x.org||}}}} UID 2 INTERNALDATE NIL)\n",
    "items nobody asked for": (
        f'S: * 2 FETCH (FLAGS (\\Seen (x) "y)") UID 2 MODSEQ (12) {HEADER} {{{{From: m2@x.org||}}}} X-GM-MSGID 1)\n'
    ),
    "a quoted string": f'S: * 2 FETCH (UID 2 INTERNALDATE "1-Jan-2026 00:00:00 +0000" {HEADER} "From: m2@x.org")\n',
    "lower case": f"S: * 2 fetch (uid 2 {HEADER.lower()} {{{{From: m2@x.org||}}}})\n",
    "quoted field names": 'S: * 2 FETCH (UID 2 BODY[HEADER.FIELDS ("FROM" "TO")] {{From: m2@x.org||}})\n',
    "an answer that came twice": good(2) + good(2),
    "news in between": (
        f"S: * 9 EXISTS\nS: * 2 FETCH (FLAGS (\\Seen))\nS: * 2 FETCH (UID 2 FLAGS ())\n{good(2)}S: * OK [ALERT] hi\n"
    ),
    "an answer about a message nobody asked for": good(77) + good(2),
    "lines of nonsense": f'S: \nS: nonsense (\nS: * OK [Error="x\n{good(2)}S: * COPYUID 14  \n',
    "an answer in small pieces": f"S~ * 2 FETCH (UID 2 \nwait 0.05\nS: {HEADER} {{{{From: m2@x.org||}}}})\n",
}


@pytest.mark.parametrize("answer", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_answers_are_understood(answer: str) -> None:
    with inbox(FETCH.format("1:3") + good(1) + answer + good(3) + OK) as source:
        found, unreadable = read(source, [1, 2, 3])
    assert sorted(found) == [1, 2, 3]
    assert found[2].startswith(b"From: m2@x.org")
    assert unreadable == []


BROKEN = {
    "more parentheses": f"S: * 2 FETCH ((UID 2 {HEADER} {{{{From: a||}}}}))\n",
    "a value without a name": f'S: * 2 FETCH (UID 2 {HEADER} {{{{From: a||}}}} "x")\n',
    "no end": f"S: * 2 FETCH (UID 2 {HEADER}\n",
    "no body": "S: * 2 FETCH (UID 2 INTERNALDATE NIL)\n",
    "a body that is nothing": f"S: * 2 FETCH (UID 2 {HEADER} NIL)\n",
    "an empty body": f"S: * 2 FETCH (UID 2 {HEADER} {{{{}}}})\n",
    "an empty body in the usual form": f"S: * 2 FETCH (UID 2 {DATED} {HEADER} {{{{}}}})\n",
    "a UID that is no number": f"S: * 2 FETCH (UID two {HEADER} {{{{From: a||}}}})\n",
    "no UID": f"S: * 2 FETCH ({HEADER} {{{{From: a||}}}})\n",
    "an open quote": f'S: * 2 FETCH (UID 2 {HEADER} "From: a)\n',
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_for_again_alone(answer: str) -> None:
    script = FETCH.format("1:3") + good(1) + answer + good(3) + OK
    script += exists(2, asked="2") + ALONE.format(2) + good(2) + OK
    with inbox(script) as source:
        [(covered, headers, unreadable)] = source.headers([1, 2, 3])
    assert (covered, [header.uid for header in headers], unreadable) == ([1, 2, 3], [1, 2, 3], [])
    assert headers[1].received_at == AT


def test_what_cannot_be_read_alone_either_goes_to_quarantine_and_its_neighbours_are_kept() -> None:
    odd = BROKEN["more parentheses"]
    script = FETCH.format("1:3") + good(1) + odd + good(3) + OK + exists(2, asked="2")
    script += ALONE.format(2) + odd + OK + UNDATED.format(2) + "S: $ NO it is a mystery\n"
    script += UNDATED.format(3) + good(3) + OK  # others come
    with inbox(script + "C: NOOP\n" + OK) as source:
        found, unreadable = read(source, [1, 2, 3])
        source._client.noop()  # the line is still good
    assert list(found) == [1, 3]
    assert [(bad.uid, "it is a mystery" in bad.reason) for bad in unreadable] == [(2, True)]


def test_a_date_that_breaks_the_driver_does_not_cost_the_message() -> None:
    bad = f'S: * 1 FETCH (UID 1 INTERNALDATE "29-Mar-9999999999 03:30:00 +0200" {HEADER} NIL)\n'
    crazy = bad.replace("NIL", "{{From: m1@x.org||}}")
    script = FETCH.format(1) + bad + OK + exists(1, asked="1") + ALONE.format(1) + crazy + OK
    script += UNDATED.format(1) + good(1) + OK
    with inbox(script) as source:
        [(_, [header], _)] = source.headers([1])
    assert header.block == b"From: m1@x.org\r\n\r\n"


def test_what_is_gone_when_asked_again_is_left_out_silently() -> None:
    with inbox(FETCH.format("1:3") + good(1) + good(3) + OK + exists(asked="2")) as source:
        assert read(source, [1, 2, 3]) == ({1: b"From: m1@x.org\r\n\r\n", 3: b"From: m3@x.org\r\n\r\n"}, [])


@pytest.mark.parametrize("refusal", ["NO internal error", "BAD invalid parameter"])
def test_a_refused_batch_is_read_one_by_one(refusal: str) -> None:
    script = FETCH.format("1:2") + good(1) + f"S: $ {refusal}\n" + exists(2, asked="2")
    with inbox(script + ALONE.format(2) + good(2) + OK) as source:
        found, unreadable = read(source, [1, 2])
    assert (list(found), unreadable) == ([1, 2], [])


@pytest.mark.parametrize(
    "refusal",
    ["NO [UNAVAILABLE] backend", "NO Server Unavailable. 15", "BAD User is authenticated but not connected.",
     "NO [THROTTLED] slow down", "NO [LIMIT] Rate limit hit"],
)  # fmt: skip
def test_a_busy_server_puts_nothing_into_quarantine(refusal: str) -> None:
    with inbox(FETCH.format("1:2") + f"S: $ {refusal}\n") as source, pytest.raises(TryLater, match="busy"):
        read(source, [1, 2])


def test_a_server_that_becomes_busy_while_one_is_asked_alone_puts_nothing_into_quarantine() -> None:
    script = FETCH.format("1:2") + good(1) + OK + exists(2, asked="2") + ALONE.format(2) + "S: $ NO [INUSE] wait\n"
    with inbox(script) as source, pytest.raises(TryLater, match="INUSE"):
        read(source, [1, 2])


@pytest.mark.parametrize("end", ["S: * BYE shutting down\nclose", "close", "S~ * 3 FETCH (UID 3 \nclose",
                                 f"S~ * 3 FETCH (UID 3 {HEADER} {{500}}\nclose"])  # fmt: skip
def test_a_line_lost_in_the_middle_keeps_the_batches_before_it(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BATCH", 1)
    script = FETCH.format(1) + good(1) + OK + FETCH.format(2) + good(2) + OK + FETCH.format(3) + end + "\n"
    with inbox(script) as source:
        batches = source.headers([1, 2, 3])
        for uid in (1, 2):
            covered, [header], _ = next(batches)
            assert (covered, header.uid) == ([uid], uid)
        with pytest.raises(TryLater, match="personal: the line was lost while reading headers"):
            next(batches)
        with pytest.raises(TryLater, match="closed"):
            source.uids(1)


def test_commands_that_end_in_another_order_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BATCH", 1)
    script = FETCH.format(1) + FETCH.format(2) + good(2) + "S: $ OK the second\n" + good(1) + "S: $-1 OK the first\n"
    with inbox(script) as source:
        assert [(covered, headers[0].uid) for covered, headers, _ in source.headers([1, 2])] == [([1], 1), ([2], 2)]


TOLD_AMIDST = {
    "in the usual form": (good(3), "S: $ OK headers\n", "S: $-1 OK structures\n"),
    "in another form": (UNUSUAL["lower case"].replace("2", "3"), "S: $ OK headers\n", "S: $-1 OK structures\n"),
    "after the answers": ("", "", f"S: $-1 OK structures\n{good(3)}S: $ OK headers\n"),
}


@pytest.mark.parametrize("told", TOLD_AMIDST.values(), ids=TOLD_AMIDST)
def test_headers_that_come_amidst_the_answers_to_another_question_are_kept(
    told: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "BATCH", 1)
    monkeypatch.setattr(wire, "WINDOW", 2)
    header, end, last = told
    structure = 'S: * 1 FETCH (UID 1 BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 2 1))\n'
    script = FETCH.format(1) + FETCH.format(2) + good(1) + "S: $-1 OK the first\n" + "C: UID FETCH 1 (BODYSTRUCTURE)\n"
    script += good(2) + "S: $-1 OK the second\n" + FETCH.format(3) + header + structure + end + last
    with inbox(script) as source:
        batches = source.headers([1, 2, 3])
        next(batches)
        assert source.structures([1]).keys() == {1}
        assert [[found.uid for found in headers] for _, headers, _ in batches] == [[2], [3]]


def test_header_fields_that_are_far_too_long_cost_only_their_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", 1 << 20)
    long = f"S: * 2 FETCH (UID 2 {HEADER} {{{{{'To: x@x.org|' * 150_000}}}}})\n"
    with inbox(FETCH.format("1:3") + good(1) + long + good(3) + OK) as source:
        found, unreadable = read(source, [1, 2, 3])
    assert list(found) == [1, 3]
    assert unreadable == [Unreadable(2, "its header fields are longer than 1 MiB")]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("29-Mar-2026 03:30:00 +0200", AT),
        (" 9-Mar-2026 03:30:00 -0330", datetime(2026, 3, 9, 7, 0, tzinfo=UTC)),
        ("31-Dec-2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("01-Jan-0001 00:00:00 +0500", None),
        ("01-Jan-9999 00:00:00 -0500", None),
        ("31-Jun-2026 00:00:00 +0000", None),
        ("01-Foo-2026 00:00:00 +0000", None),
        ("01-Jan-2026 00:00:00 +9999", None),
        ("01-Jan-2026 00:00:00 CET", None),
        ("yesterday", None),
    ],
)
def test_times_that_make_no_sense_are_none(written: str, at: datetime | None) -> None:
    answer = good(1).replace("29-Mar-2026 03:30:00 +0200", written)
    with inbox(FETCH.format(1) + answer + OK) as source:
        [(_, [header], _)] = source.headers([1])
    assert header.received_at == at


# -- other answers


@pytest.mark.parametrize(
    ("more", "answer", "uids"),
    [
        ("", "S: * SEARCH 3 2 5\n", [2, 3, 5]),
        ("", "S: * SEARCH 1\n", []),  # what n:* gives where n is beyond the last
        ("", "S: * SEARCH\n", []),
        ("", "", []),
        ("", "S: * SEARCH 2\nS: * SEARCH 3 SEARCH completed (MODSEQ 917)\n", [2, 3]),
        ("ESEARCH", 'S: * ESEARCH (TAG "$") UID ALL 1:3,7\n', [2, 3, 7]),
        ("ESEARCH", 'S: * ESEARCH (TAG "$") UID\n', []),
        ("ESEARCH", 'S: * ESEARCH (TAG "$") UID ALL 4:2 MODSEQ 5\n', [2, 3, 4]),
    ],
)
def test_searches_are_read_leniently(more: str, answer: str, uids: list[int]) -> None:
    unsaid = "" if 3 in uids else "C: UID FETCH 2:3 (UID)\n" + OK
    with inbox("C: UID SEARCH *UID 2:*\n" + answer + OK + unsaid, more) as source:
        assert list(source.uids(2)) == uids


def test_an_answer_of_megabytes_is_read() -> None:
    with inbox(f"C: UID SEARCH UID 1:*\nS: * SEARCH {' '.join(map(str, range(1, 400_001)))}\n" + OK) as source:
        assert list(source.uids(1)) == list(range(1, 400_001))


def test_a_set_that_would_fill_the_memory_is_refused() -> None:
    script = 'C: UID SEARCH *\nS: * ESEARCH (TAG "$") UID ALL 1:4294967295\n' + OK
    with inbox(script, "ESEARCH") as source, pytest.raises(TryLater, match="more messages than a folder can hold"):
        source.uids(1)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("S: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: * 3 EXISTS\n", FolderState(7, 4, 3)),
        ("S: * OK [UIDVALIDITY 0] x\nS: * 3 EXISTS\n", FolderState(0, None, 3)),
        ("S: * 3 EXISTS\n", FolderState(0, None, 3)),
        ("S: * OK [UIDVALIDITY much] x\nS: * OK [UIDNEXT] x\n", FolderState(0, None, None)),
        ("S: * OK [HIGHESTMODSEQ 99] x\n", FolderState(0, None, None, 99)),
    ],
)
def test_an_opened_folder_says_what_it_can(said: str, state: FolderState) -> None:
    with mailbox('C: EXAMINE "INBOX"\n' + said + OK) as source:
        assert source.examine("INBOX") == state


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ("NO [NONEXISTENT] Unknown Mailbox: x (Failure)", NotFound),
        ("NO Mailbox doesn't exist: x", NotFound),
        ("NO Work doesn't exist.", NotFound),
        ("NO Folder could not be found", NotFound),
        ("NO [UNAVAILABLE] mailbox not found just now", TryLater),
        ("NO Unsafe Login. Please contact us", TryLater),
        ("BAD what", TryLater),
    ],
)
def test_a_folder_that_cannot_be_opened(refusal: str, kind: type[KithError]) -> None:
    with mailbox(f'C: EXAMINE "x"\nS: $ {refusal}\n') as source, pytest.raises(kind) as told:
        source.examine("x")
    assert told.value.message.startswith("personal: ")


LISTED = r"""
C: LIST "" "?"
S: * LIST (\HasNoChildren) "/" inbox
S: * LIST () "/" "INBOX"
S: * LIST (\NOSELECT \HasChildren) "/" "[Gmail]"
S: * LIST (\HasNoChildren \DRAFTS) "/" "[Gmail]/Entw&APw-rfe"
S: * LIST (\HasNoChildren \all) "/" "[Gmail]/Alle Nachrichten"
S: * LIST (\HasNoChildren) "/" "[Gmail]/Gesendet"
S: * LIST (\NonExistent) "/" Gone
S: * LIST () NIL NIL
S: * LIST () NIL "NIL"
S: * LIST () "/" 2026
S: * LIST (\HasNoChildren
S: * LIST () "." {{literal "name"}}
S: * LIST () "/" "two\"quotes\\"
S: * LIST () "/" Zoë
S: * LIST () "/" "&broken"
S: * LIST () "/" 2026
S: $ OK done
"""


def test_a_list_with_oddities_gives_each_folder_once() -> None:
    with mailbox(LISTED) as source:
        assert source.folders() == [
            Folder("INBOX", Role.INBOX),
            Folder("[Gmail]/Entwürfe", Role.DRAFTS),
            Folder("[Gmail]/Alle Nachrichten", Role.VIRTUAL),
            Folder("[Gmail]/Gesendet", Role.SENT),
            Folder("NIL", Role.PLAIN),
            Folder("2026", Role.PLAIN),
            Folder('literal "name"', Role.PLAIN),
            Folder('two"quotes\\', Role.PLAIN),
            Folder("Zoë", Role.PLAIN),
            Folder("&broken", Role.PLAIN),
        ]


def test_folders_are_opened_by_the_name_the_server_gave() -> None:
    names = {"Zoë": '"Zoë"', "[Gmail]/Entwürfe": '"[Gmail]/Entw&APw-rfe"', 'two"quotes\\': r'"two\"quotes\\"'}
    with mailbox(LISTED + "".join(f"C: EXAMINE {name}\n{OK}" for name in names.values())) as source:
        source.folders()
        for name in names:
            source.examine(name)


def test_a_server_that_knows_no_extended_list_is_asked_plainly() -> None:
    script = 'C: LIST "" "?" RETURN (SPECIAL-USE)\nS: $ BAD what\nC: LIST "" "?"\nS: * LIST () "/" INBOX\n' + OK
    with mailbox(script, "SPECIAL-USE LIST-EXTENDED") as source:
        assert source.folders() == [Folder("INBOX", Role.INBOX)]


def test_a_status_that_fails_is_left_out_and_the_others_are_told_apart() -> None:
    asked = "(UIDVALIDITY UIDNEXT MESSAGES HIGHESTMODSEQ)"
    script = f"""
C: STATUS "INBOX" {asked}
S: * STATUS "Sent" (MESSAGES 2 UIDVALIDITY 9 UIDNEXT 3)
S: * STATUS inbox (UIDVALIDITY 8 UIDNEXT nonsense)
S: $ OK all at once
C: STATUS "Archive" {asked}
S: $ NO no such folder
C: STATUS "Sent" {asked}
S: $ OK was told before
C: STATUS "Entw&APw-rfe" {asked}
S: * STATUS another-spelling (UIDVALIDITY 5)
S: $ OK done
C: STATUS "Odd" {asked}
S: * STATUS "Odd" (UIDVALIDITY
S: $ OK done
"""
    with mailbox(script, "CONDSTORE") as source:
        assert source.status(["INBOX", "Archive", "Sent", "Entwürfe", "Odd"]) == {
            "INBOX": FolderState(8, None),
            "Sent": FolderState(9, 3, 2),
            "Entwürfe": FolderState(5, None),
        }


TEXT = '("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 5 1)'
CALENDAR = '("text" "Calendar" ("NAME" {{a "b|c}}) NIL NIL "7BIT" 5 1)'
STRUCTURES = "C: UID FETCH {0} (BODYSTRUCTURE)\n"


def structure(uid: int, said: str) -> str:
    """An answer to a question for the structure of a message."""
    return f"S: * {uid} FETCH (UID {uid} BODYSTRUCTURE {said})\n"


def types(parts: dict[int, list[Part]]) -> dict[int, list[str]]:
    """The media types of messages' leaves."""
    return {uid: [part.media_type for part in leaves] for uid, leaves in parts.items()}


def test_one_structure_that_makes_no_sense_costs_no_other() -> None:
    said = {1: TEXT, 2: "(NIL)", 3: f"({'(' * 3000}", 4: "NIL", 5: f"{TEXT})) (((", 6: TEXT, 7: '("', 8: TEXT}
    script = STRUCTURES.format("1:8") + "".join(map(structure, said, said.values())) + OK
    script += exists(3, 4, 5, 7, asked="3:5,7")
    script += "".join(STRUCTURES.format(uid) + structure(uid, said[uid]) + OK for uid in (3, 4, 5, 6, 7, 6))
    with inbox(script) as source:
        assert types(source.structures(range(1, 9))) == {uid: ["text/plain"] for uid in (1, 6, 8)}
        assert [bad.uid for bad in source.withheld()] == [3, 4, 5, 7]


def test_structures_are_read_in_whatever_form_they_come() -> None:
    script = f"""{STRUCTURES.format("1:4")}
S: * 9 EXISTS
S: * 1 FETCH (FLAGS (\\Seen) BODYSTRUCTURE {CALENDAR} UID 1)
S: * 7 fetch (uid 7 bodystructure {TEXT})
S: * 3 fetch (bodystructure ({TEXT}{CALENDAR} "MIXED") uid 3)
S: * 2 FETCH (UID 2 BODYSTRUCTURE {TEXT})
S: * 4 FETCH (FLAGS ())
S: $ OK that is all
{exists(asked="4")}"""
    with inbox(script) as source:
        assert types(source.structures([1, 2, 3, 4])) == {
            1: ["text/calendar"],
            2: ["text/plain"],
            3: ["text/plain", "text/calendar"],
        }
    with inbox(script) as source:
        assert set(source.structures([1, 2, 3, 4], ["image/png", "text/CALENDAR"])) == {1, 3}


def test_a_question_that_is_refused_is_asked_again_in_halves() -> None:
    script = STRUCTURES.format("1:3") + structure(1, TEXT) + "S: $ NO some could not be read\n"
    script += "".join(map(STRUCTURES.format, ("1", "2:3"))) + structure(1, TEXT) + "S: $-1 OK done\n"
    script += "S: $ BAD what\n" + "".join(map(STRUCTURES.format, ("2", "3"))) + "S: $-1 NO\n"
    script += structure(3, TEXT) + OK + exists(2, asked="2")
    script += STRUCTURES.format(2) + "S: $ NO again\n" + STRUCTURES.format(3) + structure(3, TEXT) + OK
    with inbox(script) as source:
        assert types(source.structures([1, 2, 3])) == {1: ["text/plain"], 3: ["text/plain"]}
        assert source.withheld() == [Unreadable(2, "asked for more than its headers, the server says: again")]
        assert source.withheld() == []


def test_a_server_that_is_busy_with_one_question_leaves_the_line_in_order() -> None:
    asked = "".join(f"C: UID FETCH {uid} (BODY.PEEK[{uid}]<0.9>)\n" for uid in (1, 2))
    script = f"""{asked}S: $-1 NO [LIMIT] too much\nS: * 2 FETCH (UID 2 BODY[2]<0> {{{{b}}}})\n{OK}"""
    wanted = [(uid, Part(str(uid), "text/plain", "", "7bit", 1)) for uid in (1, 2)]
    with inbox(script + exists(1, 2, 3, asked="1:*")) as source:
        with pytest.raises(TryLater, match="too much"):
            source.parts(wanted, 9)
        assert list(source.uids(1)) == [1, 2, 3]


def test_a_message_that_the_server_does_not_give_is_not_taken_for_gone() -> None:
    script = "C: UID FETCH 1 (BODY.PEEK[]<0.99>)\nS: * 1 FETCH (UID 1 BODY[]<0> NIL)\n" + OK + exists(1, asked="1")
    with inbox(script) as source, pytest.raises(MailboxFailed, match="does not give message 1"):
        source.raw(1, 99)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [("NO [OVERQUOTA] full", TryLater), ("NO [TRYCREATE] no such mailbox", NotFound), ("BAD no", TryLater)],
)
def test_a_draft_that_cannot_be_placed(refusal: str, kind: type[KithError]) -> None:
    script = 'C: LIST *\nS: * LIST (\\Drafts) "/" D\n' + OK + f'C: APPEND "D" (\\Draft) {{*}}\nS: $ {refusal}\n'
    with mailbox(script) as source, pytest.raises(kind):
        source.append("D", b"Subject: x\r\n\r\n", ["\\Draft"])


# -- the login


@pytest.mark.parametrize(
    ("refusal", "kind", "hint"),
    [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", LoginRefused, "check the user"),
        ("NO [ALERT] Application-specific password required: https://x (Failure)", LoginRefused, "app password"),
        ("NO [AUTHENTICATIONFAILED] BasicAuthBlocked-12", LoginRefused, "xoauth2"),
        ("NO [AUTHENTICATIONFAILED] Incorrect password. Please try again.", LoginRefused, "check the user"),
        ("NO [WEBALERT https://x.org/y] Web login required. (Failure)", LoginRefused, "with a browser"),
        ("NO [ALERT] Please log in via your web browser: https://x.org", LoginRefused, "with a browser"),
        ("NO LOGIN failed. IMAP is disabled for this user", LoginRefused, "turned off"),
        ("NO [ALERT] Your account is not enabled for IMAP use. (Failure)", LoginRefused, "turned off"),
        ("NO [SERVERBUG] Internal error", TryLater, "again"),
        ("NO [UNAVAILABLE] Temporary authentication failure", TryLater, "again"),
        ("NO [INUSE] locked", TryLater, "again"),
        ("NO [ALERT] Too many simultaneous connections. (Failure)", TryLater, "again"),
        ("BAD what", LoginRefused, "check the user"),
        ("* BYE overloaded\nclose", TryLater, ""),
    ],
)
def test_a_refused_login_is_told_with_its_cure(refusal: str, kind: type[KithError], hint: str) -> None:
    refusal = refusal if refusal.startswith("*") else f"$ {refusal}"
    with ScriptedImap(GREETING + f"C: LOGIN *\nS: {refusal}\n") as server, pytest.raises(kind) as told:
        connect(account(server), 5)
    assert hint in told.value.hint
    assert "personal" in told.value.message
    assert "b'" not in told.value.message


@pytest.mark.parametrize("said", [f"$ NO wrong: {SECRET}", f"* BYE {SECRET}"])
def test_the_secret_is_in_no_error_and_no_log(said: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedImap(GREETING + f"C: LOGIN *\nS: {said}\nclose\n") as server, pytest.raises(KithError) as told:
        connect(account(server), 5)
    assert server.heard[-1] == f'LOGIN anna "{SECRET}"'
    chain = [told.value, told.value.__cause__]
    assert SECRET not in " ".join(f"{error} {getattr(error, 'hint', '')}" for error in chain) + caplog.text
    assert SECRET not in repr(account(server))


@pytest.mark.parametrize(
    ("secret", "auth", "command"),
    [('cor"rect\\horse', "password", "LOGIN"), ("größe-correct", "password", "AUTHENTICATE"),
     ("ya29.token", "xoauth2", "AUTHENTICATE")],
)  # fmt: skip
def test_promise_9_what_was_sent_at_the_login_is_in_no_error_though_the_server_repeats_it(
    secret: str, auth: str, command: str
) -> None:
    words = {
        ("password", "LOGIN"): 'LOGIN anna "cor\\"rect\\\\horse"',
        ("password", "AUTHENTICATE"): base64.b64encode(f"\0anna\0{secret}".encode()).decode(),
        ("xoauth2", "AUTHENTICATE"): base64.b64encode(f"user=anna\1auth=Bearer {secret}\1\1".encode()).decode(),
    }[auth, command]
    answer = "" if command == "LOGIN" else "S: + \nC: *\n"
    script = GREETING + f"C: {command} *\n{answer}S: $ BAD Error in IMAP command: {words}\n"
    with ScriptedImap(script) as server, pytest.raises(LoginRefused, match="Error in IMAP command") as told:
        connect(account(server, secret=lambda: secret, auth=auth), 5)
    assert server.heard[-1].endswith(words), "it is what was sent"
    assert told.value.message.endswith('command: LOGIN anna "…")' if command == "LOGIN" else "command: …)")


@pytest.mark.parametrize("greeting", ["* OK ready", "* PREAUTH welcome back"])
def test_without_the_offer_of_starttls_nobody_logs_in(greeting: str) -> None:
    script = f"S: {greeting}\nC: CAPABILITY\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN\n{OK}"
    with ScriptedImap(script) as server, pytest.raises(ConfigError, match="does not offer STARTTLS"):
        connect(account(server, tls="starttls", secret=lambda: pytest.fail("asked for the secret")), 5)
    assert server.heard == ["CAPABILITY"]


@pytest.mark.parametrize("said", ["$ NO not today", "$ OK go\nS: * CAPABILITY IMAP4rev1 X"])
def test_a_starttls_that_fails_or_was_spoken_into_ends_the_line(said: str) -> None:
    script = GREETING.replace("{more}", "STARTTLS") + f"C: STARTTLS\nS~ {said}\nwait 0.1\nS: \nclose\n"
    with ScriptedImap(script) as server, pytest.raises(TryLater):
        connect(account(server, tls="starttls", secret=lambda: pytest.fail("asked for the secret")), 5)
    assert server.heard == ["CAPABILITY", "STARTTLS"]


def test_plain_passwords_go_to_this_machine_only() -> None:
    for host in ("imap.example.org", "192.0.2.1", "127.0.0.1.example.org"):
        with pytest.raises(ConfigError, match="in the open"):
            Account("personal", host, 143, "anna", "none", lambda: SECRET)
    for host in ("localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]"):
        Account("personal", host, 143, "anna", "none", lambda: SECRET)


def test_a_server_that_takes_no_passwords_gets_none() -> None:
    with (
        ScriptedImap(GREETING.replace("{more}", "LOGINDISABLED")) as server,
        pytest.raises(LoginRefused, match="no pass"),
    ):
        connect(account(server, secret=lambda: pytest.fail("asked for the secret")), 5)


@pytest.mark.parametrize(("user", "secret"), [("anna smith", SECRET), ("anna", "größe"), ('an"na', "a b")])
def test_what_a_login_cannot_carry_goes_by_authenticate(user: str, secret: str) -> None:
    script = GREETING + f"C: AUTHENTICATE PLAIN\nS: + \nC: *\nS: * CAPABILITY IMAP4rev1\n{OK}"
    with ScriptedImap(script) as server, connect(account(server, user=user, secret=lambda: secret), 5):
        pass
    assert base64.b64decode(server.heard[2]).decode() == f"\0{user}\0{secret}"


def test_a_token_is_sent_as_xoauth2_and_a_refusal_is_heard_out() -> None:
    challenge = "eyJzdGF0dXMiOiI0MDAifQ=="
    script = GREETING + f"C: AUTHENTICATE XOAUTH2\nS: + \nC: *\nS: + {challenge}\nC: \nS: $ NO invalid token\n"
    with ScriptedImap(script) as server, pytest.raises(LoginRefused, match="invalid token") as told:
        connect(account(server, auth="xoauth2"), 5)
    assert base64.b64decode(server.heard[2]).decode() == f"user=anna\x01auth=Bearer {SECRET}\x01\x01"
    assert "token" in told.value.hint


@pytest.mark.parametrize("script", ["", "S: * BYE go away\n", "S: * NO\n", "close\n", "S: hello\n", "S: +\nclose\n"])
def test_what_is_no_imap_server_is_tried_later(script: str) -> None:
    with ScriptedImap(script) as server, pytest.raises(TryLater, match="personal"):
        connect(account(server), 0.3)


def test_a_port_nobody_listens_on_is_tried_later() -> None:
    server = ScriptedImap()
    server.stop()
    with pytest.raises(TryLater, match="connecting"):
        connect(account(server), 1)


def test_a_silent_server_is_given_up_after_the_timeout() -> None:
    began = time.monotonic()
    with inbox("C: UID SEARCH *\nwait 1\n", timeout=0.3) as source, pytest.raises(TryLater, match="silent"):
        source.uids(1)
    assert time.monotonic() - began < 3


# -- waiting

IDLE = "C: IDLE\nS: + idling\n"


def test_waiting_tells_news_once_and_nothing_else() -> None:
    script = IDLE + "wait 0.1\nS: * OK Still here\nS: * 2 FETCH (FLAGS ())\nwait 0.3\nS: * 4 EXISTS\nC: DONE\n" + OK
    with mailbox(OPEN + script, "IDLE") as source:
        assert source.supports_idle
        source.idle_start("INBOX")
        assert not source.idle_check(0.25)
        assert source.idle_check(2)
        assert not source.idle_check(0)
        assert not source.idle_done()


def test_news_that_come_with_the_answer_are_not_lost() -> None:
    script = "C: IDLE\nS: * 4 EXISTS\nS: + idling\nC: DONE\nS: * 5 EXISTS\n" + OK
    with mailbox(OPEN + script, "IDLE") as source:
        source.idle_start("INBOX")
        assert source.idle_check(0)
        assert source.idle_done()


@pytest.mark.parametrize("end", ["S: * BYE idle for too long\n", "close\n", "S~ * 4 EXI\nclose\n"])
def test_a_line_that_ends_while_waiting_is_lost_at_once_and_does_not_spin(end: str) -> None:
    with mailbox(OPEN + IDLE + end, "IDLE") as source:
        source.idle_start("INBOX")
        began = time.monotonic()
        with pytest.raises(TryLater, match="lost while waiting"):
            source.idle_check(30)
        assert time.monotonic() - began < 5
        with pytest.raises(TryLater):
            source.idle_start("INBOX")


def test_a_server_that_ends_the_waiting_is_worth_one_look() -> None:
    with mailbox(OPEN + IDLE + "S: $ OK that is enough\n" + OPEN + IDLE + "C: DONE\n" + OK, "IDLE") as source:
        source.idle_start("INBOX")
        assert source.idle_check(5)
        source.idle_start("INBOX")
        source.idle_done()


def test_asking_on_after_the_server_ended_the_waiting_does_not_spin() -> None:
    with mailbox(OPEN + IDLE + "S: $ OK that is enough\n", "IDLE") as source:
        source.idle_start("INBOX")
        assert source.idle_check(5)
        with pytest.raises(TryLater, match="stopped telling"):
            source.idle_check(5)


def test_other_methods_end_the_waiting_themselves() -> None:
    script = OPEN + IDLE + "C: DONE\n" + OK + "C: UID SEARCH *\nS: * SEARCH 1 2 3\n" + OK
    with mailbox(script, "IDLE") as source:
        source.idle_start("INBOX")
        assert list(source.uids(1)) == [1, 2, 3]


def test_a_server_that_does_not_answer_to_idle_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_idle, "BEGINS_WITHIN", 0.2)
    began = time.monotonic()
    with mailbox(OPEN + "C: IDLE\nS: * 3 EXISTS\nwait 1\n", "IDLE", timeout=30) as source:
        with pytest.raises(TryLater, match="says nothing to IDLE"):
            source.idle_start("INBOX")
        assert not source.is_open, "whatever it says later would be taken for an answer to something else"
    assert time.monotonic() - began < 3


def test_a_server_that_refuses_to_idle_is_tried_later() -> None:
    with mailbox(OPEN + "C: IDLE\nS: $ NO not now\n", "IDLE") as source, pytest.raises(TryLater, match="IDLE"):
        source.idle_start("INBOX")


def test_a_peer_that_is_gone_silently_is_noticed_at_the_end_of_the_waiting() -> None:
    with mailbox(OPEN + IDLE + "C: DONE\nwait 1\n", "IDLE", timeout=0.3) as source:
        source.idle_start("INBOX")
        assert not source.idle_check(0.05)
        with pytest.raises(TryLater, match="silent"):
            source.idle_done()
