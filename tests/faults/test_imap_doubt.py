"""What a server refuses, or keeps to itself: it costs no message, and nothing is passed over in silence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kith.domain.folders import Folder, Role
from kith.errors import KithError, MailboxFailed, NotFound, Refused, TryLater
from kith.mail import imap_fetch
from kith.mail.imap import Account, ImapSource, connect
from kith.mail.source import Part, RawHeader, Unreadable
from support.scripted_imap import OPEN, ScriptedImap, hello

OK = "S: $ OK done\n"
NO = "S: $ NO Internal error\n"
HEADER = "BODY[HEADER.FIELDS (FROM)]"
ALL = "C: UID FETCH {0} (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS *\n"
ALONE = "C: UID FETCH {0} (INTERNALDATE BODY.PEEK[HEADER.FIELDS *\n"
UNDATED = "C: UID FETCH {0} (BODY.PEEK[HEADER.FIELDS *\n"
STRUCTURE = "C: UID FETCH {0} (BODYSTRUCTURE)\n"
PART = "C: UID FETCH {0} (BODY.PEEK[1]<0.9>)\n"
BEGINNING = "C: UID FETCH {0} (BODY.PEEK[]<0.512>)\n"
TEXT = Part("1", "text/plain", "", "7bit", 5)


def good(*uids: int) -> str:
    """The usual answers to a question for headers."""
    dated = 'INTERNALDATE "29-Mar-2026 03:30:00 +0200"'
    return "".join(f"S: * {n} FETCH (UID {n} {dated} {HEADER} {{{{From: m{n}@x.org||}}}})\n" for n in uids)


def shaped(*uids: int) -> str:
    """The answers to a question for structures."""
    shape = 'BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 5 1)'
    return "".join(f"S: * {uid} FETCH (UID {uid} {shape})\n" for uid in uids)


def search(asked: str, *uids: int) -> str:
    """A search and its answer."""
    return f"C: UID SEARCH UID {asked}\nS: * SEARCH {' '.join(map(str, uids))}\n{OK}"


def alone(*uids: int, answer: str = NO) -> str:
    """Messages that are asked for alone, with the date and without, and refused both times."""
    return "".join(f"{ALONE.format(uid)}{answer}{UNDATED.format(uid)}{answer}" for uid in uids)


@contextmanager
def mailbox(script: str, more: str = "") -> Iterator[ImapSource]:
    """A mailbox whose server follows the script after the login."""
    with ScriptedImap(hello(more) + script) as server:
        account = Account("personal", server.host, server.port, "anna", "none", lambda: "secret")
        with connect(account, 5) as source:
            yield source


@contextmanager
def inbox(script: str, opened: str = OPEN) -> Iterator[ImapSource]:
    """The same with INBOX open: three messages, unless something else is said of it."""
    with mailbox(opened + script) as source:
        source.examine("INBOX")
        yield source


def read(source: ImapSource, uids: Any) -> tuple[list[int], list[Unreadable]]:
    """The UIDs of the headers that come, and what could not be read."""
    found: list[RawHeader] = []
    unreadable: list[Unreadable] = []
    for _, headers, bad in source.headers(uids):
        found += headers
        unreadable += bad
    return [header.uid for header in found], unreadable


# -- headers that do not come


@pytest.mark.parametrize("answer", [NO, OK], ids=["refused", "not given"])
def test_where_no_message_comes_it_is_not_the_message(answer: str) -> None:
    script = (
        ALL.format("1:3") + answer + search("1:3", 1, 2, 3) + alone(1, 2, 3, answer=answer) + search("1:*", 1, 2, 3)
    )
    with inbox(script) as source, pytest.raises(Refused):
        read(source, [1, 2, 3])


def test_of_hundreds_that_do_not_come_only_a_few_are_asked_for_alone() -> None:
    opened = OPEN.replace("3 EXISTS", "400 EXISTS").replace("UIDNEXT 4", "UIDNEXT 401")
    everybody = range(1, 401)
    script = ALL.format("1:400") + NO + search("1:400", *everybody) + alone(1, 2, 3) + search("1:*", *everybody)
    script += "".join(UNDATED.format(uid) + NO for uid in (4, 400))
    with inbox(script, opened) as source, pytest.raises(Refused, match=r"refused reading headers .Internal error"):
        read(source, everybody)


def test_new_mail_that_does_not_come_is_compared_with_old_mail() -> None:
    asked = ALL.format(3) + NO + search("3", 3) + alone(3) + search("1:*", 1, 2, 3)
    with inbox(asked + UNDATED.format(2) + good(2) + OK) as source:
        assert read(source, [3]) == ([], [Unreadable(3, "Internal error")])
    with inbox(asked + UNDATED.format(2) + NO + UNDATED.format(1) + NO) as source, pytest.raises(Refused):
        read(source, [3])


def test_an_outage_that_begins_in_the_middle_costs_no_message() -> None:
    script = ALL.format("1:3") + good(1, 2) + NO + search("3", 3) + alone(3)
    script += UNDATED.format(2) + NO + UNDATED.format(1) + NO
    with inbox(script) as source, pytest.raises(Refused):
        read(source, [1, 2, 3])


def test_the_only_message_of_a_folder_is_left_to_those_who_can_look_elsewhere() -> None:
    script = ALL.format(1) + NO + search("1", 1) + alone(1) + search("1:*", 1)
    with inbox(script) as source, pytest.raises(MailboxFailed, match="does not give message 1: Internal error"):
        read(source, [1])


def test_what_is_about_to_be_removed_is_left_out() -> None:
    gone = "S: $ NO [EXPUNGEISSUED] some are gone\n"
    script = ALL.format("1:3") + good(1, 3) + gone + search("2", 2) + ALONE.format(2) + gone
    with inbox(script) as source:
        assert read(source, [1, 2, 3]) == ([1, 3], [])


def test_a_date_and_the_fields_may_come_in_two_answers() -> None:
    parted = "".join(
        f'S: * {n} FETCH (UID {n} INTERNALDATE "29-Mar-2026 03:30:00 +0200")\n'
        f"S: * {n} FETCH (UID {n} {HEADER} {{{{From: m{n}@x.org||}}}})\n"
        for n in (1, 2)
    )
    with inbox(ALL.format("1:2") + parted + OK) as source:
        [(_, found, _)] = source.headers([1, 2])
    assert [header.received_at is not None for header in found] == [True, True]


def test_bytes_that_may_hold_anything_are_read_as_others() -> None:
    """RFC 3516 marks such a literal with ~."""
    odd = good(1).replace("{{", "~{{").replace("29-Mar", "9-Mar")
    whole = "C: UID FETCH 1 (BODY.PEEK[]<0.99>)\nS: * 1 FETCH (UID 1 BODY[]<0> ~{{From: m1@x.org||hello}})\n"
    with inbox(ALL.format(1) + odd + OK + whole + OK) as source:
        [(_, [header], _)] = source.headers([1])
        assert header.block == b"From: m1@x.org\r\n\r\n"
        assert source.raw(1, 99) == b"From: m1@x.org\r\n\r\nhello"


# -- what does not come of a message whose headers came


@pytest.mark.parametrize("answer", [NO, OK], ids=["refused", "not given"])
def test_a_structure_that_comes_at_the_second_time_is_taken(answer: str) -> None:
    halves = {NO: f"C: UID FETCH 1 (BODYSTRUCTURE)\nC: UID FETCH 2 (BODYSTRUCTURE)\n{shaped(1)}S: $-1 OK done\n{NO}"}
    script = STRUCTURE.format("1:2") + (answer if answer == NO else shaped(1) + OK) + halves.get(answer, "")
    script += search("2", 2) + STRUCTURE.format(2) + shaped(2) + OK
    with inbox(script) as source:
        assert set(source.structures([1, 2])) == {1, 2}
        assert source.withheld() == []


def test_a_part_that_is_refused_while_others_come_is_told() -> None:
    script = PART.format(2) + NO + search("2", 2) + PART.format(2) + NO + search("1:*", 1, 2, 3)
    script += BEGINNING.format(3) + "S: * 3 FETCH (UID 3 BODY[]<0> {{From: x||}})\n" + OK
    with inbox(script) as source:
        assert source.parts([(2, TEXT)], 9) == {}
        [bad] = source.withheld()
        assert (bad.uid, "Internal error" in bad.reason) == (2, True)


@pytest.mark.parametrize("item", ["structures", "parts"])
def test_where_nothing_comes_of_any_message_nothing_is_told_of_one(item: str) -> None:
    asked, other = (STRUCTURE, STRUCTURE) if item == "structures" else (PART, BEGINNING)
    script = asked.format(2) + OK + search("2", 2) + asked.format(2) + OK + search("1:*", 1, 2, 3)
    script += "".join(other.format(uid) + OK for uid in (3, 1))
    with inbox(script) as source, pytest.raises(Refused, match="the server says: nothing"):
        source.structures([2]) if item == "structures" else source.parts([(2, TEXT)], 9)


def test_a_server_that_refuses_all_structures_is_not_asked_for_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_fetch, "MOST_REFUSED", 3)
    opened = OPEN.replace("3 EXISTS", "64 EXISTS").replace("UIDNEXT 4", "UIDNEXT 65")
    halves = STRUCTURE.format("1:32") + STRUCTURE.format("33:64") + "S: $-1 NO Internal error\n" + NO
    with (
        inbox(STRUCTURE.format("1:64") + NO + halves, opened) as source,
        pytest.raises(Refused, match="Internal error"),
    ):
        source.structures(range(1, 65))


def test_a_whole_message_that_is_refused_is_told_apart_from_a_server_that_gives_none() -> None:
    raw = "C: UID FETCH 2 (BODY.PEEK[]<0.99>)\n"
    script = raw + NO + search("2", 2) + raw + NO + search("1:*", 1, 2, 3)
    with (
        inbox(script + BEGINNING.format(3) + "S: * 3 FETCH (UID 3 BODY[]<0> {{From: x||}})\n" + OK) as source,
        pytest.raises(MailboxFailed, match=r"does not give message 2.*Internal error"),
    ):
        source.raw(2, 99)
    with inbox(script + BEGINNING.format(3) + NO + BEGINNING.format(1) + NO) as source, pytest.raises(Refused):
        source.raw(2, 99)


# -- messages that are not listed


def test_messages_that_a_first_search_keeps_to_itself_are_found() -> None:
    for named in ((), (1,), (1, 3)):
        every = "".join(f"S: * {uid} FETCH (UID {uid})\n" for uid in (1, 2, 3))
        with inbox(search("1:*", *named) + "C: UID FETCH 1:3 (UID)\n" + every + OK) as source:
            assert list(source.uids(1)) == [1, 2, 3]


def test_as_many_messages_as_there_are_need_no_second_question() -> None:
    opened = OPEN.replace("UIDNEXT 4", "UIDNEXT 90")
    with inbox(search("1:*", 1, 2, 70), opened) as source:
        assert list(source.uids(1)) == [1, 2, 70]


def test_new_messages_that_a_search_keeps_to_itself_are_found() -> None:
    with inbox(search("2:*", 2) + "C: UID FETCH 3:3 (UID)\nS: * 3 FETCH (UID 3)\n" + OK) as source:
        assert list(source.uids(2)) == [2, 3]


def test_a_newest_message_that_is_gone_is_not_waited_for() -> None:
    with inbox(search("2:*", 2) + "C: UID FETCH 3:3 (UID)\n" + OK) as source:
        assert list(source.uids(2)) == [2]


def test_where_fetch_is_refused_it_is_the_count_that_tells() -> None:
    asked = search("3:*", 2) + "C: UID FETCH 3:3 (UID)\nS: $ BAD nothing in that set\n"
    opened = OPEN.replace("3 EXISTS", "2 EXISTS")
    with inbox(asked + search("1:*", 1, 2), opened) as source:
        assert list(source.uids(3)) == []
    with inbox(asked + search("1:*", 1, 2)) as source, pytest.raises(Refused, match="listing messages"):
        source.uids(3)


def test_drafts_in_a_folder_with_everything_are_not_missed() -> None:
    listed = 'C: LIST "" "?"\nS: * LIST () "/" INBOX\nS: * LIST (\\All) "/" All\n' + OK
    opened = 'C: EXAMINE "All"\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\n' + OK
    first = "C: UID SEARCH UID 1:* UNDRAFT\nS: * SEARCH 1 2\n" + OK
    later = "C: UID SEARCH UID 2:* UNDRAFT\nS: * SEARCH 2\n" + OK
    draft = "C: UID FETCH 3:3 (UID FLAGS)\nS: * 3 FETCH (UID 3 FLAGS (\\Draft \\Seen))\n" + OK
    script = listed + opened + first + "C: UID SEARCH DRAFT\nS: * SEARCH 3\n" + OK + later + draft
    with mailbox(script, "X-GM-EXT-1") as source:
        assert source.folders()[1] == Folder("All", Role.EVERYTHING)
        source.examine("All")
        assert list(source.uids(1)) == [1, 2]
        assert list(source.uids(2)) == [2]


def test_a_server_that_refuses_to_search_where_there_is_nothing_is_no_trouble() -> None:
    opened = OPEN.replace("3 EXISTS", "0 EXISTS")
    with inbox("C: UID SEARCH *\nS: $ BAD invalid set\n", opened) as source:
        assert list(source.uids(1)) == []


def test_numbers_that_no_message_can_have_are_passed_over() -> None:
    with inbox(search("1:*", 1, 2, 3, 4294967296, 9999999999)) as source:
        assert list(source.uids(1)) == [1, 2, 3]
    for number in (1 << 63, 10**19):
        opened = OPEN.replace("UIDVALIDITY 7", f"UIDVALIDITY {number}").replace("UIDNEXT 4", f"UIDNEXT {number}")
        with mailbox(opened) as source:
            state = source.examine("INBOX")
            assert (state.uidvalidity, state.uidnext, state.messages) == (0, None, 3)


# -- folders


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ("NO Unknown internal error, backend failed", Refused),
        ("BAD Error in IMAP command EXAMINE: Unknown command", Refused),
        ("NO [SERVERBUG] Internal error: index not found", Refused),
        ("NO [NOPERM] Permission denied", Refused),
        ("NO [INUSE] wait", TryLater),
        ("NO [NONEXISTENT] gone", NotFound),
        ("NO Mailbox does not exist", NotFound),
        ("NO unknown folder: x", NotFound),
        ("NO No such mailbox", NotFound),
    ],
)
def test_only_a_folder_that_is_said_not_to_be_there_is_not_there(refusal: str, kind: type[KithError]) -> None:
    with mailbox(f'C: EXAMINE "x"\nS: $ {refusal}\n') as source, pytest.raises(KithError) as told:
        source.examine("x")
    assert type(told.value) is kind


def test_a_list_of_nothing_is_a_refusal_and_one_without_inbox_forgot_it() -> None:
    with mailbox('C: LIST "" "?"\n' + OK) as source, pytest.raises(Refused, match="names none"):
        source.folders()
    with mailbox('C: LIST "" "?"\nS: * LIST () "/" Work\n' + OK) as source:
        assert source.folders() == [Folder("INBOX", Role.INBOX), Folder("Work", Role.PLAIN)]


def test_lines_that_are_no_answers_are_passed_over() -> None:
    script = 'C: LIST "" "?"\nS: \nS: garbage here\nS: * LIST () "/" INBOX\n' + OK
    script += OPEN.replace("S: * 3", "S: \nS: * 3") + "C: UID SEARCH UID 1:*\nS: hm\nS: * SEARCH 1 2 3\n" + OK
    with mailbox(script) as source:
        assert [folder.name for folder in source.folders()] == ["INBOX"]
        source.examine("INBOX")
        assert list(source.uids(1)) == [1, 2, 3]


def test_a_server_that_says_nothing_but_nonsense_is_not_listened_to_for_ever() -> None:
    with mailbox('C: LIST "" "?"\n' + "S: hm\n" * 1001) as source, pytest.raises(TryLater, match="speaks no IMAP"):
        source.folders()
