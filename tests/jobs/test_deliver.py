"""The outbox: what becomes of a letter, whatever the servers say, leave unsaid, or do to the line."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from kith.domain.outbox import LOOK_FOR, TRIES
from kith.errors import LoginRefused, TryLater
from kith.jobs.compose import compose_now
from kith.jobs.deliver import ask_again, deliver_all, held_up
from kith.jobs.view import problems
from kith.store import forgetting
from support.answers import an_owner
from support.fake_source import FakeServer
from support.jobs import MARIA, SMTP, Died, Fate, Office, deaths
from support.mail import message, plain, read
from support.smtp import Accepted, HangUp, SmtpServer


@pytest.fixture
def office(tmp_path: Path, smtp: SmtpServer) -> Iterator[Office]:
    """A digest in the outbox, which goes out by SMTP and arrives in the mailbox "personal"."""
    with Office(tmp_path, toml=SMTP.format(port=smtp.port)) as made:
        smtp.deliver = lambda taken: arrive(made, taken)
        compose_now(made.work)
        yield made


@pytest.fixture
def appending(tmp_path: Path) -> Iterator[Office]:
    """A digest in the outbox, which is appended to INBOX."""
    with Office(tmp_path) as made:
        compose_now(made.work)
        yield made


def arrive(office: Office, taken: Accepted) -> None:
    """The letter reaches INBOX."""
    office.server.deliver(taken.raw)


def state(office: Office) -> str:
    """Where the letter stands."""
    [row] = office.rows("letter")
    return str(row["state"])


def tried(office: Office, **later: float) -> str:
    """Where the letter stands after one more turn, some time later."""
    office.clock.move(**later)
    deliver_all(office.work)
    return state(office)


def inbox(office: Office) -> list[EmailMessage]:
    """The letters in INBOX."""
    return [read(kept.raw) for kept in office.server.folder("INBOX").messages.values()]


def needs(office: Office) -> list[str]:
    """What the owner is told needs them."""
    with office.work.reading() as session:
        return list(problems(office.work, session))


# -- SMTP


def test_a_letter_is_taken_once(office: Office, smtp: SmtpServer) -> None:
    assert tried(office) == "sent"
    assert tried(office, hours=1) == "sent"
    [taken] = smtp.messages
    assert (taken.sender, taken.recipients) == ("alex@example.com", ("alex@example.com",))
    [row] = office.rows("letter")
    assert read(taken.raw)["Message-ID"] == row["message_id"]
    assert (row["raw"], row["attempts"], row["sent_at"]) == (b"", 1, office.clock.at - timedelta(hours=1))
    assert needs(office) == []


def test_a_letter_that_is_refused_for_now_is_tried_again_ever_more_seldom(office: Office, smtp: SmtpServer) -> None:
    smtp.refuse_message = "451 4.3.0 later"
    assert tried(office) == "queued"
    waits = []
    for _ in range(3):
        [row] = office.rows("letter")
        waits.append(row["next_try_at"] - office.clock.at)
        office.clock.at = row["next_try_at"] - timedelta(seconds=1)
        attempts = row["attempts"]
        assert tried(office) == "queued"
        assert office.rows("letter")[0]["attempts"] == attempts, "its time has not come"
        assert tried(office, seconds=1) == "queued"
    assert waits == sorted(set(waits))
    assert needs(office) == []
    smtp.refuse_message = ""
    assert tried(office, hours=2) == "sent"
    [taken] = smtp.messages
    assert read(taken.raw)["Message-ID"] == office.rows("letter")[0]["message_id"]


def test_promise_4_a_clock_that_was_ahead_delays_no_letter(office: Office, smtp: SmtpServer) -> None:
    smtp.refuse_message = "451 4.3.0 later"
    assert tried(office, days=30) == "queued"
    smtp.refuse_message = ""
    assert tried(office, days=-30) == "sent"


def test_a_login_that_is_refused_is_told_at_once_until_it_is_mended(
    office: Office, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_SMTP_PASSWORD", "secret")
    smtp.login = ("alex", "another password")
    assert tried(office) == "queued"
    assert [said.partition("” waits: ")[2] for said in needs(office)] == ["127.0.0.1 refused the login (535)"]
    smtp.login = None
    assert tried(office, minutes=1) == "sent"
    assert needs(office) == []


def test_a_letter_that_waits_long_is_told(office: Office, smtp: SmtpServer) -> None:
    smtp.stop()
    assert held_up(office.work) == []
    assert tried(office) == "queued"
    assert needs(office) == []
    assert tried(office, minutes=30) == "queued"
    [told] = needs(office)
    assert "could not be reached" in told
    assert held_up(office.work) == [told]


def test_a_letter_that_is_refused_for_good_is_told(office: Office, smtp: SmtpServer) -> None:
    smtp.refuse_recipient = "550 5.1.1 no such user"
    assert tried(office) == "failed"
    [told] = needs(office)
    assert "could not be sent" in told
    assert "no such user" in told
    smtp.refuse_recipient = ""
    assert tried(office, days=1) == "failed"
    assert smtp.messages == []


@pytest.mark.parametrize("fails_later", [True, False])
def test_a_letter_that_failed_keeps_no_words_about_who_is_forgotten_and_never_goes_out_without(
    tmp_path: Path, smtp: SmtpServer, *, fails_later: bool
) -> None:
    with Office(tmp_path, toml=SMTP.format(port=smtp.port)) as office:
        number = office.add(MARIA, every="1 week")
        office.clock.move(days=30)
        compose_now(office.work)
        smtp.refuse_recipient = "550 5.1.1 no such user"
        assert fails_later or tried(office) == "failed"
        with office.work.writing() as session:
            forgetting.forget(session, office.work.owner_id, number, "Maria Silva", office.work.key)
        assert tried(office) == "failed"
        assert "Maria" not in repr(office.dump())
        smtp.refuse_recipient = ""
        ask_again(office.work, compose_now(office.work).letter)
        assert tried(office) == "failed"
        assert smtp.messages == []


def test_what_a_receipt_was_called_is_not_kept_once_it_went_out(tmp_path: Path) -> None:
    with an_owner(tmp_path) as owner:
        owner.write("kith: Zyxwvut", "lunch today\n")
        owner.write("kith: Maria", "lunch today\n")
        owner.round()
        deliver_all(owner.office.work)
        assert {row["state"]: row["subject"] for row in owner.office.rows("letter")} == {"sent": ""}
        assert "Re: kith" not in repr(owner.office.dump())
        assert [m["Subject"] for m in inbox(owner.office)][-2:] == ["Re: kith: Zyxwvut", "Re: kith: Maria"]


def test_a_letter_that_failed_is_told_until_a_digest_came_that_told_of_it(office: Office, smtp: SmtpServer) -> None:
    smtp.refuse_recipient = "550 5.1.1 no such user"
    assert tried(office) == "failed"
    assert len(needs(office)) == 1
    smtp.refuse_recipient = ""
    office.clock.move(days=7)
    compose_now(office.work)
    assert len(needs(office)) == 1, "it has not come yet"
    deliver_all(office.work)
    assert "could not be sent: " in plain(read(smtp.messages[0].raw))
    assert needs(office) == []


def test_a_letter_that_failed_is_not_told_for_ever(office: Office, smtp: SmtpServer) -> None:
    smtp.refuse_recipient = "550 5.1.1 no such user"
    assert tried(office) == "failed"
    office.clock.move(days=29)
    assert len(needs(office)) == 1
    office.clock.move(days=1)
    assert needs(office) == []


def test_a_server_that_is_down_for_two_days_costs_the_letter_and_is_told(office: Office, smtp: SmtpServer) -> None:
    smtp.stop()
    began = office.clock.at
    for _ in range(TRIES - 1):
        assert tried(office) == "queued"
        office.clock.at = office.rows("letter")[0]["next_try_at"]
    assert timedelta(days=1) < office.clock.at - began < timedelta(days=3)
    assert tried(office) == "failed"
    [told] = needs(office)
    assert "could not be reached" in told


def test_promise_4_one_digest_a_period_where_the_line_drops_after_data_and_the_letter_arrived(
    office: Office, smtp: SmtpServer
) -> None:
    smtp.hang_up = HangUp.UNANSWERED
    assert tried(office) == "uncertain"
    assert any("may or may not have arrived" in told for told in needs(office))
    smtp.hang_up = None
    assert tried(office, minutes=1) == "sent"
    assert len(smtp.messages) == len(inbox(office)) == 1
    assert needs(office) == []


@pytest.mark.parametrize("folder", ["Junk", "Archive", "Trash", "Sent", "All Mail"])
def test_a_letter_is_found_wherever_it_lies_by_now(office: Office, smtp: SmtpServer, folder: str) -> None:
    office.server.folder("All Mail").flag = r"\All"
    smtp.hang_up = HangUp.UNANSWERED
    smtp.deliver = lambda taken: office.server.deliver(taken.raw, folder) and None
    assert tried(office) == "uncertain"
    assert tried(office, hours=1) == "sent"
    assert len(smtp.messages) == 1


def test_promise_4_one_digest_a_period_where_the_server_swallows_it_tries_once_more_and_no_third_time(
    office: Office, smtp: SmtpServer
) -> None:
    smtp.hang_up = HangUp.SWALLOWED
    asked = handed_over(office)
    assert tried(office) == "uncertain"
    while office.clock.at - office.rows("letter")[0]["tried_at"] < LOOK_FOR - timedelta(minutes=1):
        assert tried(office, minutes=1) == "uncertain"
        assert len(asked) == 1, "not before it had time to arrive"
    for _ in range(5):
        assert tried(office, minutes=30) == "uncertain"
    assert len(asked) == 2
    assert asked[0] == asked[1], "byte for byte, Message-ID and all"
    assert any("may or may not have arrived" in told for told in needs(office))
    office.server.deliver(asked[0])  # late, but there
    assert tried(office, days=1) == "sent"
    assert len(asked) == 2


def handed_over(office: Office) -> list[bytes]:
    """What is handed to the server from now on."""
    seen: list[bytes] = []
    send = office._send
    assert send is not None

    def watched(raw: bytes, sender: str, recipient: str, may_end: Callable[[], bool]) -> object:
        seen.append(raw)
        return send(raw, sender, recipient, may_end)

    office._send = watched  # type: ignore[assignment]  # a Send, in other words
    return seen


def test_the_second_try_of_a_swallowed_letter_may_succeed(office: Office, smtp: SmtpServer) -> None:
    smtp.hang_up = HangUp.SWALLOWED
    assert tried(office) == "uncertain"
    smtp.hang_up = None
    assert tried(office, minutes=1) == "uncertain"
    assert tried(office, hours=4) == "sent"
    assert len(inbox(office)) == 1


def test_promise_4_one_digest_a_period_where_it_is_hours_under_way(office: Office, smtp: SmtpServer) -> None:
    """The server took it, its answer was lost, and the next server on the way greylists it."""
    under_way: list[Accepted] = []
    smtp.deliver = under_way.append
    smtp.hang_up = HangUp.UNANSWERED
    assert tried(office) == "uncertain"
    smtp.hang_up = None
    for _ in range(14):
        assert tried(office, minutes=15) == "uncertain"
    arrive(office, under_way.pop())
    assert tried(office, hours=2) == "sent"
    assert len(inbox(office)) == len(smtp.messages) == 1


def test_promise_4_one_digest_a_period_wherever_sending_dies(office: Office, smtp: SmtpServer) -> None:
    steps, ends = 0, []
    for step, where in deaths(office, lambda office: deliver_all(office.work)):
        there = len(inbox(office))
        for minutes in (1, 5, 30, 60, 240):
            tried(office, minutes=minutes)
        ends.append((step, where, there, len(inbox(office)), state(office)))
        steps = step
    assert all(end[3:] == (1, "sent") for end in ends), ends
    assert any(there for _, _, there, _, _ in ends), "some deaths come after the letter has gone"
    assert steps >= 7


def test_a_letter_that_kills_kith_each_time_is_tried_twice_and_told(office: Office, smtp: SmtpServer) -> None:
    smtp.deliver = None  # it never arrives
    for _ in range(12):
        office.restart(DiesAt("sent"))
        office.clock.move(hours=1)
        with suppress(Died):
            deliver_all(office.work)
    assert len(smtp.messages) == 2
    assert state(office) == "uncertain"
    assert any("Kith was stopped" in told for told in needs(office))


class DiesAt(Fate):
    """The process ends when a thing is done, whenever that is."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def step(self, what: str) -> None:
        """Only one thing is deadly."""
        if what == self.what:
            raise Died(what)


def test_a_letter_of_unknown_fate_is_not_sent_again_while_a_mailbox_is_closed(tmp_path: Path, smtp: SmtpServer) -> None:
    boxes = {"work": "", "personal": ""}
    with Office(tmp_path, toml=SMTP.format(port=smtp.port), mailboxes=boxes) as office:
        smtp.deliver = lambda taken: arrive(office, taken)
        compose_now(office.work)
        smtp.hang_up = HangUp.UNANSWERED
        assert tried(office) == "uncertain"
        smtp.hang_up = None

        def refuse(call: str) -> None:
            if call == "open":
                raise LoginRefused("personal: wrong password")

        office.server.on_call = refuse
        for _ in range(4):
            assert tried(office, hours=1) == "uncertain"
        assert len(smtp.messages) == 1
        office.server.on_call = lambda _call: None
        assert tried(office, days=1) == "sent"
        assert len(smtp.messages) == 1


def test_a_letter_to_an_address_that_kith_does_not_read_is_never_sent_blindly(tmp_path: Path, smtp: SmtpServer) -> None:
    section = SMTP.format(port=smtp.port)
    with Office(tmp_path, toml=section, digest__to="alex@elsewhere.example") as office:
        compose_now(office.work)
        smtp.hang_up = HangUp.SWALLOWED
        assert tried(office) == "uncertain"
        smtp.hang_up = None
        for _ in range(4):
            assert tried(office, hours=3) == "uncertain"
        assert smtp.messages == []
        office.server.deliver(office.rows("letter")[0]["raw"])  # it is forwarded here, as it turns out
        assert tried(office, days=2) == "sent"


def test_a_folder_that_cannot_be_looked_into_leaves_the_fate_open(office: Office, smtp: SmtpServer) -> None:
    office.server.folder("Secret")
    smtp.hang_up = HangUp.SWALLOWED
    assert tried(office) == "uncertain"
    smtp.hang_up = None
    office.server.closed.add("Secret")
    assert tried(office, hours=1) == "uncertain"
    office.server.closed.clear()
    assert tried(office, hours=4) == "sent"


def test_one_letter_does_not_hold_up_the_next(office: Office, smtp: SmtpServer) -> None:
    smtp.hang_up = HangUp.SWALLOWED
    assert tried(office) == "uncertain"
    smtp.hang_up = None
    office.clock.move(days=7)
    compose_now(office.work)
    office.clock.move(days=-7)
    deliver_all(office.work)
    assert [r["state"] for r in office.rows("letter")] == ["uncertain", "sent"]


# -- APPEND


def test_without_smtp_a_letter_is_appended_once(appending: Office) -> None:
    assert tried(appending) == "sent"
    assert tried(appending, hours=1) == "sent"
    [letter] = inbox(appending)
    assert letter["Message-ID"] == appending.rows("letter")[0]["message_id"]
    assert letter["Auto-Submitted"] == "auto-generated"


def cut(server: FakeServer, at: str) -> None:
    """The line breaks at a call, and stays broken until there is a new connection."""
    broken = False

    def on_call(call: str) -> None:
        nonlocal broken
        broken = (broken and call != "open") or call == at
        if broken:
            raise TryLater("personal: the line was lost")

    server.on_call = on_call


@pytest.mark.parametrize(("at", "there"), [("append", 0), ("appended", 1)], ids=["before", "after"])
def test_promise_4_one_digest_a_period_where_append_is_cut_off(appending: Office, at: str, there: int) -> None:
    cut(appending.server, at)
    assert tried(appending) == "uncertain"
    assert len(inbox(appending)) == there
    appending.server.on_call = lambda _call: None
    assert tried(appending, minutes=1) == "sent"
    assert tried(appending, minutes=1) == "sent"
    assert len(inbox(appending)) == 1


def test_promise_4_one_digest_a_period_wherever_appending_dies(appending: Office) -> None:
    steps = 0
    for step, where in deaths(appending, lambda office: deliver_all(office.work)):
        for minutes in (0, 1, 5):
            tried(appending, minutes=minutes)
        assert state(appending) == "sent", f"after dying at step {step}, {where}"
        assert len(inbox(appending)) == 1, f"after dying at step {step}, {where}"
        steps = step
    assert steps >= 9


def test_a_line_that_breaks_at_each_append_does_not_spin_and_ends(appending: Office) -> None:
    cut(appending.server, "append")
    began = appending.clock.at
    for _ in range(TRIES):
        assert tried(appending) == "uncertain"
        appending.clock.at = appending.rows("letter")[0]["next_try_at"]
    assert timedelta(days=1) < appending.clock.at - began < timedelta(days=3)
    assert appending.server.calls.count("append") == TRIES
    assert tried(appending) == "failed"
    assert any("could not be sent" in told and "line was lost" in told for told in needs(appending))


def test_a_full_mailbox_is_no_riddle(appending: Office) -> None:
    def full(call: str) -> None:
        if call == "append":
            raise TryLater("personal: the message could not be placed in INBOX ([OVERQUOTA] full)")

    appending.server.on_call = full
    assert tried(appending) == "queued"
    assert "OVERQUOTA" in appending.rows("letter")[0]["error"]
    appending.server.on_call = lambda _call: None
    assert tried(appending, minutes=1) == "sent"
    assert len(inbox(appending)) == 1


def test_where_one_mailbox_does_not_take_a_letter_the_next_does(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"work": "", "personal": ""}) as office:
        compose_now(office.work)
        first = office.servers["work"]
        assert isinstance(first, FakeServer)
        del first.folders["INBOX"]
        assert tried(office) == "sent"
        assert len(inbox(office)) == 1


def test_where_no_mailbox_has_an_inbox_the_letter_waits_and_says_why(appending: Office) -> None:
    inbox_of = appending.server.folders.pop("INBOX")
    assert tried(appending) == "queued"
    assert "no folder INBOX" in appending.rows("letter")[0]["error"]
    appending.server.folders["INBOX"] = inbox_of
    assert tried(appending, minutes=1) == "sent"
    assert len(inbox(appending)) == 1


def test_where_no_mailbox_can_be_opened_the_letter_waits(appending: Office) -> None:
    def closed(call: str) -> None:
        if call == "open":
            raise TryLater("personal: no answer")

    appending.server.on_call = closed
    assert tried(appending) == "queued"
    assert tried(appending, minutes=1) == "queued"
    appending.server.on_call = lambda _call: None
    assert tried(appending, minutes=5) == "sent"


def test_promise_1_nothing_but_the_letter_itself_is_written(appending: Office) -> None:
    appending.server.deliver(message("a@example.org", "alex@example.com", at=appending.clock.at))
    before = appending.server.snapshot()
    assert tried(appending) == "sent"
    after = appending.server.snapshot()
    assert after["INBOX"].pop(2) == ()
    assert after == before
