"""Folders that are asked about before anybody opens them, and what servers may do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kith.errors import NotFound, TryLater
from kith.mail.imap import Account, ImapSource, connect
from kith.mail.source import FolderState, Part, Place
from support.scripted_imap import LOGIN, ScriptedImap, hello

OK = "S: $ OK done\n"
BEFORE = "S: $-1 OK done\n"
PART = Part("1", "text/plain", "", "7bit", 5)
HEADER = "BODY[HEADER.FIELDS (FROM)]"
ASK = 'C: EXAMINE "{0}"\nC: UID SEARCH UID 1:*\n'
SENT_IS_OPEN = "S: * 2 EXISTS\nS: * OK [UIDVALIDITY 8] x\nS: * OK [UIDNEXT 3] x\n"
BOX_IS_OPEN = "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 2] x\n"
FETCH = "C: UID FETCH {0} (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM *\n"
FIRST_PART = "C: UID FETCH 1 (BODY.PEEK[1]<0.5>)\n"
HELLO = "S: * 1 FETCH (UID 1 BODY[1]<0> {{hello}})\n"
AGAIN = 'C: EXAMINE "INBOX"\n' + BOX_IS_OPEN + OK


def good(*uids: int) -> str:
    """The usual answers to a question for headers."""
    return (
        "".join(f"S: * {n} FETCH (UID {n} INTERNALDATE NIL {HEADER} {{{{From: m{n}@x.org||}}}})\n" for n in uids) + OK
    )


INBOX = ASK.format("INBOX") + BOX_IS_OPEN + BEFORE + "S: * SEARCH 1\n" + OK + FETCH.format("1") + good(1)
"""INBOX is opened, its one message listed and read."""
SENT = BEFORE + "S: * SEARCH 1 2\n" + OK + FETCH.format("1:2") + good(1, 2)
"""The rest of what is said of Sent, which has two, from the answer to EXAMINE on."""


@contextmanager
def mailbox(script: str) -> Iterator[ImapSource]:
    """A mailbox whose server follows the script after the login, with its INBOX read and Sent foreseen as the next."""
    with ScriptedImap(hello() + INBOX + script) as server:
        account = Account("personal", server.host, server.port, "anna", "none", lambda: "secret")
        with connect(account, 5) as source:
            source.foresee("INBOX", 1)
            assert source.examine("INBOX") == FolderState(7, 2, 1)
            assert list(source.uids(1)) == [1]
            assert read(source, [1]) == [1]
            source.foresee("Sent", 1)
            yield source


def read(source: ImapSource, uids: list[int]) -> list[int]:
    """The UIDs of the headers that come."""
    return [header.uid for _, headers, _ in source.headers(uids) for header in headers]


def leave(source: ImapSource) -> None:
    """The last question about INBOX."""
    assert source.parts([(1, PART)], 5) == {(1, "1"): b"hello"}


LEAVING = FIRST_PART + 'C: EXAMINE "Sent"\n' + HELLO + BEFORE
"""The last question and the next folder come in one piece."""


def test_the_next_folder_is_opened_behind_the_last_question() -> None:
    script = LEAVING + "C: UID SEARCH UID 1:*\n" + SENT_IS_OPEN + SENT
    with mailbox(script) as source:
        leave(source)
        assert source.examine("Sent") == FolderState(8, 3, 2)
        assert list(source.uids(1)) == [1, 2]
        assert read(source, [1, 2]) == [1, 2]


def test_of_headers_that_came_before_anybody_asked_only_those_wanted_are_given() -> None:
    with mailbox(LEAVING + "C: UID SEARCH UID 1:*\n" + SENT_IS_OPEN + SENT) as source:
        leave(source)
        source.examine("Sent")
        [(covered, [header], _)] = source.headers(source.uids(1), lambda block: b"m2" in block)
        assert (covered, header.uid) == ([1, 2], 2)


def test_headers_that_nobody_asks_for_after_all_are_not_taken_for_others() -> None:
    script = LEAVING + "C: UID SEARCH UID 1:*\n" + SENT_IS_OPEN + SENT + FETCH.format("2") + good(2)
    script += "C: UID SEARCH UID 2:*\nS: * SEARCH 2\n" + OK
    with mailbox(script) as source:
        leave(source)
        source.examine("Sent")
        assert read(source, [2]) == [2]
        assert list(source.uids(2)) == [2]


@pytest.mark.parametrize("refusal", ["NO [NONEXISTENT] it has gone", "NO [NOPERM] not yours", "BAD what"])
def test_a_folder_that_is_refused_beforehand_costs_the_open_one_nothing(refusal: str) -> None:
    script = LEAVING + f"S: $ {refusal}\nC: UID SEARCH UID 1:*\nS: $ BAD no folder is open\n"
    script += f'C: EXAMINE "Sent"\nS: $ {refusal}\n' + AGAIN
    with mailbox(script) as source:
        leave(source)
        with pytest.raises(NotFound if "NONE" in refusal else TryLater, match="Sent cannot be opened"):
            source.examine("Sent")
        assert source.examine("INBOX").uidvalidity == 7


def test_the_uids_of_a_folder_that_is_refused_are_not_those_of_the_one_before() -> None:
    """Some servers leave the folder open that was open before."""
    script = (
        'C: EXAMINE "Sent"\nC: UID SEARCH UID 1:*\nS: $-1 NO [INUSE] wait\nS: * SEARCH 1\n' + OK + ASK.format("Sent")
    )
    script += SENT_IS_OPEN + SENT
    with mailbox(script) as source:
        with pytest.raises(TryLater, match="INUSE"):
            source.examine("Sent")
        source.foresee("Sent", 1)
        source.examine("Sent")
        assert list(source.uids(1)) == [1, 2]


def test_a_refused_question_for_uids_is_told_to_who_asks_it() -> None:
    script = ASK.format("Sent") + SENT_IS_OPEN + BEFORE + "S: $ NO [SERVERBUG] try again\n"
    script += "C: UID SEARCH UID 1:*\nS: * SEARCH 1 2\n" + OK
    with mailbox(script) as source:
        source.examine("Sent")
        with pytest.raises(TryLater, match=r"refused listing messages .*SERVERBUG"):
            source.uids(1)
        assert list(source.uids(1)) == [1, 2]


@pytest.mark.parametrize("end", ["close\n", "S: * BYE too much\nclose\n", "S: * 2 EXI\nclose\n"])
def test_a_line_that_is_lost_over_the_next_folder_is_told_to_who_opens_it(end: str) -> None:
    with mailbox(LEAVING + end) as source:
        leave(source)
        with pytest.raises(TryLater):
            source.examine("Sent")


def test_more_may_be_asked_of_a_folder_that_was_left() -> None:
    script = LEAVING + "C: UID SEARCH UID 1:*\n" + SENT_IS_OPEN + SENT + AGAIN
    script += "C: UID SEARCH UID 1:*\nS: * SEARCH 1\n" + OK + FIRST_PART + HELLO + OK
    with mailbox(script) as source:
        leave(source)
        assert list(source.uids(1)) == [1]
        leave(source)


def test_a_folder_that_is_another_when_one_comes_back_is_not_read_on() -> None:
    script = LEAVING + "C: UID SEARCH UID 1:*\n" + SENT_IS_OPEN + SENT + AGAIN.replace("UIDVALIDITY 7", "UIDVALIDITY 9")
    with mailbox(script) as source:
        leave(source)
        with pytest.raises(TryLater, match="refused"):
            source.uids(1)


@pytest.mark.parametrize("refusal", ["NO cannot", "NO [UNAVAILABLE] not now"])
def test_questions_that_are_refused_are_asked_again_of_their_own_folder(refusal: str) -> None:
    script = 'C: UID FETCH 1:2 (BODY.PEEK[1]<0.5>)\nC: EXAMINE "Sent"\n' + f"S: $-1 {refusal}\n"
    script += "C: UID SEARCH UID 1:*\n" + SENT_IS_OPEN + BEFORE + "S: * SEARCH 1 2\n" + OK + AGAIN
    halves = "C: UID FETCH 1 (BODY.PEEK[1]<0.5>)\n" + HELLO + OK
    halves += "C: UID FETCH 2 (BODY.PEEK[1]<0.5>)\nS: $ NO cannot\n"
    halves += "C: UID SEARCH UID 2\nS: * SEARCH\n" + OK
    is_busy = "UNAVAILABLE" in refusal
    listed = "C: UID SEARCH UID 1:*\nS: * SEARCH 1\n" + OK
    with mailbox(script + ("" if is_busy else halves) + listed) as source:
        if is_busy:
            with pytest.raises(TryLater, match="UNAVAILABLE"):
                source.parts([(1, PART), (2, PART)], 5)
        else:
            assert source.parts([(1, PART), (2, PART)], 5) == {(1, "1"): b"hello"}
        assert list(source.uids(1)) == [1]


def test_a_server_that_looks_at_some_messages_only_is_asked_on_before_headers_are() -> None:
    script = ASK.format("Sent") + SENT_IS_OPEN + BEFORE + "S: * SEARCH 2\nS: $ OK [MESSAGELIMIT 1 2] more\n"
    script += "C: UID SEARCH UID 1:* UID 1:1\nS: * SEARCH 1\n" + OK + FETCH.format("1:2") + good(1, 2)
    with mailbox(script) as source:
        source.examine("Sent")
        assert read(source, source.uids(1)) == [1, 2]


def test_what_a_greeting_says_is_not_asked() -> None:
    script = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\n" + LOGIN.replace("{more}", "")
    with ScriptedImap(script) as server:
        connect(Account("personal", server.host, server.port, "anna", "none", lambda: "secret"), 5).close()
    assert [command.split()[0] for command in server.heard] == ["LOGIN", "LOGOUT"]


# -- words from several folders

SHAPE = 'S: * {0} FETCH (UID {0} BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 5 1))\n'
TWO: dict[Place, list[int]] = {("INBOX", 7): [1], ("Sent", 8): [1, 2]}


def two(asked: str, of_inbox: str, of_sent: str) -> str:
    """Both folders are asked about in one piece."""
    return (
        f'C: EXAMINE "INBOX"\nC: UID FETCH 1 ({asked})\n' + BOX_IS_OPEN + BEFORE + of_inbox
        + f'C: EXAMINE "Sent"\nC: UID FETCH 1:2 ({asked})\n' + SENT_IS_OPEN + BEFORE + of_sent
    )  # fmt: skip


def texts(source: ImapSource) -> dict[tuple[str, int], bytes]:
    found = source.texts(TWO, lambda parts: parts[0], 5)
    return {(name, uid): data for (name, _), some in found.items() for uid, (_, data) in some.items()}


WORDS = "BODY.PEEK[1]<0.5>"
BYE_BYE = HELLO.replace("* 1", "* 2").replace("UID 1", "UID 2").replace("hello", "bye")
ALL = {("INBOX", 1): b"hello", ("Sent", 1): b"hello", ("Sent", 2): b"bye"}


def test_the_same_uid_in_two_folders_is_two_messages() -> None:
    script = two("BODYSTRUCTURE", SHAPE.format(1) + OK, "S: * 3 EXISTS\n" + SHAPE.format(1) + SHAPE.format(2) + OK)
    with mailbox(script + two(WORDS, HELLO + OK, HELLO + BYE_BYE + OK)) as source:
        assert texts(source) == ALL


def test_a_folder_that_is_refused_gives_no_words_and_takes_none_of_the_other() -> None:
    """Some servers leave the folder open that was open before, and answer from that."""
    refused = two("BODYSTRUCTURE", SHAPE.format(1) + OK, SHAPE.format(1) + OK).replace(
        SENT_IS_OPEN + BEFORE, "S: $-1 NO [NOPERM] not yours\n"
    )
    script = refused + f'C: EXAMINE "INBOX"\nC: UID FETCH 1 ({WORDS})\n' + BOX_IS_OPEN + BEFORE + HELLO + OK
    with mailbox(script) as source:
        assert texts(source) == {("INBOX", 1): b"hello"}


def test_where_a_question_is_refused_every_message_is_asked_for_by_itself() -> None:
    script = two("BODYSTRUCTURE", SHAPE.format(1) + OK, "S: $ NO cannot\n")
    script += AGAIN + "C: UID FETCH 1 (BODYSTRUCTURE)\n" + SHAPE.format(1) + OK + FIRST_PART + HELLO + OK
    script += 'C: EXAMINE "Sent"\n' + SENT_IS_OPEN + OK + "C: UID FETCH 1:2 (BODYSTRUCTURE)\nS: $ NO cannot\n"
    script += "C: UID FETCH 1 (BODYSTRUCTURE)\nC: UID FETCH 2 (BODYSTRUCTURE)\n"
    script += "S: $-1 NO cannot\n" + SHAPE.format(2) + OK + "C: UID SEARCH UID 1\nS: * SEARCH 1\n" + OK
    script += "C: UID FETCH 1 (BODYSTRUCTURE)\nS: $ NO cannot\nC: UID FETCH 2 (BODYSTRUCTURE)\n" + SHAPE.format(2) + OK
    script += "C: UID FETCH 2 *\n" + BYE_BYE + OK
    with mailbox(script) as source:
        assert texts(source) == {key: data for key, data in ALL.items() if key != ("Sent", 1)}
