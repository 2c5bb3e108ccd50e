"""Scans: what is read, what is kept of it, and that neither a crash nor an odd server changes the outcome."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from kith.errors import MailboxFailed, NotFound, TryLater
from kith.jobs import reading
from kith.jobs.round import scan_once
from kith.jobs.view import problems
from kith.store import people
from support import fake_source
from support.dovecot import Dovecot
from support.fake_source import FakeServer
from support.invitations import event, invitation
from support.jobs import BOB, MARIA, ME, NOW, Office, deaths
from support.mail import message

UNSTEADY = 5


@pytest.fixture
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction for every two messages."""
    monkeypatch.setattr(reading, "STRETCH", 2)
    monkeypatch.setattr(fake_source, "BATCH", 2)


def put(server: FakeServer, who: str, subject: str, days_ago: float = 10, folder: str = "INBOX", **more: str) -> bytes:
    """A mail from somebody, or (in Sent) to them; more are header fields. Gives it."""
    at = NOW - timedelta(days=days_ago)
    message_id = more.pop("message_id", f"<{subject.replace(' ', '.')}@mail.example>")
    sender, to = (ME, who) if folder == "Sent" else (who, ME)
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    raw = message(sender, to, subject, at=at, message_id=message_id, headers=headers)
    server.deliver(raw, folder, at)
    return raw


def needs(office: Office) -> list[str]:
    """What the owner is told needs them."""
    with office.work.reading() as session:
        return list(problems(office.work, session))


# -- passes


def test_how_far_reading_is_is_told_as_headers_come_and_not_only_when_they_are_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_source, "BATCH", 2)
    for number in range(5):
        put(office.server, MARIA, f"Letter {number}", 20 - number)
    told: list[tuple[str, int, int]] = []
    scan_once(office.work, office.work.config.mailbox[0], progress=lambda *seen: told.append(seen))
    assert [one for one in told if one[2]] == [("INBOX", done, 5) for done in (0, 2, 4, 5)]


def test_a_first_pass_reads_everything_and_a_second_nothing(office: Office) -> None:
    put(office.server, MARIA, "The flat", 20)
    put(office.server, MARIA, "Take it", 19, "Sent")
    put(office.server, "Stranger <x@example.net>", "Who are you", 18)
    first = office.read()
    assert (first.total("read"), first.total("touches"), first.total("quarantined")) == (3, 2, 0)
    assert [(d, s) for d, s, _ in office.touches()] == [("inbound", "The flat"), ("outbound", "Take it")]
    before = office.dump()
    office.server.calls.clear()
    second = office.read()
    assert (second.total("read"), second.total("touches")) == (0, 0)
    assert office.dump() == before
    assert "headers" not in office.server.calls
    assert "uids" not in office.server.calls


def test_only_new_mail_is_read(office: Office) -> None:
    put(office.server, MARIA, "One")
    office.read()
    put(office.server, MARIA, "Two", 9)
    again = office.read()
    assert (again.total("read"), again.total("touches")) == (1, 1)
    assert office.subjects() == ["One", "Two"]


def test_a_server_that_keeps_uidnext_to_itself_is_read_all_the_same(office: Office) -> None:
    office.server.folder("INBOX").says_uidnext = False
    put(office.server, MARIA, "One")
    assert office.read().total("read") == 1
    assert office.read().total("read") == 0
    put(office.server, MARIA, "Two", 9)
    assert office.read().total("read") == 1


def test_the_cursor_passes_messages_that_are_gone(office: Office) -> None:
    for number in range(3):
        put(office.server, MARIA, f"Mail {number}")
    office.server.remove(3)
    office.read()
    assert next(r["last_uid"] for r in office.rows("folder") if r["name"] == "INBOX") == 3
    office.server.calls.clear()
    office.read()
    assert "examine" not in office.server.calls


def test_promise_1_a_scan_changes_no_flag_on_a_real_server(office: Office, dovecot: Dovecot) -> None:
    user = office.use(dovecot)
    for number, flags in enumerate([(), ("\\Seen",), ("\\Flagged", "Work")]):
        at = NOW - timedelta(days=number)
        dovecot.deliver(user, message(MARIA, ME, f"Mail {number}", at=at), at=at, flags=flags)
    dovecot.deliver(user, message(ME, MARIA, "Answer", at=NOW), "Sent", at=NOW)
    before = dovecot.snapshot(user)
    assert office.read().total("touches") == 4
    assert office.read(full=True).total("read") == 4
    assert dovecot.snapshot(user) == before


# -- promise 3: a crash at any point


def a_mailbox_full(folder: Path) -> Office:
    """Everything that a scan keeps rows about, not read yet."""
    office = Office(folder)
    office.add(MARIA, every="1 week")
    fill(office)
    return office


def fill(office: Office) -> None:
    """A direct mail and a list's copy, strangers, one that cannot be read, a meeting, a self-note, answers."""
    server = office.server
    put(server, MARIA, "Through the list", 30, List_Id="<club.example.org>", message_id="<twice@mail.example>")
    put(server, "Ann Other <ann@example.net>", "Hello from Ann", 29)
    put(server, MARIA, "The flat", 28)
    server.garbled.add(("INBOX", server.deliver(b"From: x\r\n\r\n")))
    put(server, MARIA, "Through the list", 30, message_id="<twice@mail.example>")
    held = invitation(MARIA, ME, event(NOW - timedelta(days=20)), NOW - timedelta(days=25))
    server.deliver(held, "INBOX", NOW - timedelta(days=25))
    put(server, ME, "kith: Maria moves to Lisbon", 4, "Sent")
    put(server, MARIA, "Take it", 27, "Sent")
    put(server, "Ann Other <ann@example.net>", "Hello Ann", 26, "Sent")


def a_person_added_later(folder: Path) -> Office:
    """The mailbox was read; then somebody was added, and more mail came."""
    office = a_mailbox_full(folder)
    put(office.server, BOB, "Marathon", 25)
    put(office.server, BOB, "Good luck", 24, "Sent")
    office.read()
    office.add(BOB)
    put(office.server, BOB, "I ran it", 3)
    return office


def a_mailbox_renumbered(folder: Path) -> Office:
    """The mailbox was read; then the server gave new UIDs to all, and one more came."""
    office = a_mailbox_full(folder)
    office.read()
    office.server.garbled.clear()
    office.server.renumber("INBOX", backwards=True)
    put(office.server, MARIA, "After the move", 2)
    return office


def a_uidnext_that_fell(folder: Path) -> Office:
    """The mailbox was read; then the server lost the newest and gave their UIDs anew."""
    office = a_mailbox_full(folder)
    office.read()
    inbox = office.server.folder("INBOX")
    for uid in (4, 5, 6):
        office.server.remove(uid)
    office.server.garbled.clear()
    inbox.uidnext = 4
    put(office.server, MARIA, "In the place of another", 2)
    return office


SCENES = [a_mailbox_full, a_person_added_later, a_mailbox_renumbered, a_uidnext_that_fell]


@pytest.mark.usefixtures("short_stretches")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_promise_3_idempotent_wherever_a_scan_dies(scene: Callable[[Path], Office], tmp_path: Path) -> None:
    with scene(tmp_path) as office:
        steps, ends = 0, []
        for step, where in deaths(office, lambda office: office.read()):
            ends.append((f"after dying at step {step}, {where}", settled(office)))
            steps = step
        whole = settled(office)  # the last life came to its end
        assert len(whole["touch"]) >= 4
        assert all(whole[table] for table in ("snippet", "invite", "reply", "message", "part", "folder"))
        assert steps > 20
        for when, end in ends:
            assert end == whole, when


def settled(office: Office) -> dict[str, list[str]]:
    """All there is once nothing more is to do. What is counted of strangers is approximate, and left out."""
    office.read()
    office.read()
    return without(office.dump(), "stranger")


@pytest.mark.usefixtures("short_stretches")
def test_promise_2_complete_the_cursor_never_stands_beyond_what_is_kept(office: Office) -> None:
    fill(office)
    for step, where in deaths(office, lambda office: office.read()):
        cursors = {r["name"]: r["last_uid"] for r in office.rows("folder")}
        kept = {(r["folder"], r["uid"]) for r in [*office.rows("message"), *office.rows("quarantine")]}
        due = {("INBOX", 3), ("INBOX", 4), ("Sent", 2)}
        passed = {(name, uid) for name, uid in due if uid <= cursors.get(name, 0)}
        assert passed <= kept, f"after dying at step {step}, {where}"


# -- promise 2: servers that renumber


def test_promise_2_complete_a_changed_uidvalidity_is_read_again_and_told(office: Office) -> None:
    put(office.server, MARIA, "One", 20)
    put(office.server, MARIA, "Two", 19)
    office.read()
    office.server.renumber(backwards=True)
    put(office.server, MARIA, "Three", 5)
    result = office.read()
    assert office.subjects() == ["One", "Two", "Three"]
    assert len(office.rows("message")) == 3
    assert (result.total("gaps"), result.total("read"), result.total("touches")) == (1, 3, 1)
    inbox = next(f for f in result.folders if f.name == "INBOX")
    assert "UIDVALIDITY changed" in inbox.note
    assert office.rows("mailbox")[0]["gaps"] == 1
    assert office.read().total("gaps") == 0


def test_promise_2_complete_a_uidnext_that_fell_is_repaired_and_told(office: Office) -> None:
    for number in range(4):
        put(office.server, MARIA, f"Mail {number}", 20 - number)
    office.read()
    for uid in (3, 4):
        office.server.remove(uid)
    office.server.folder("INBOX").uidnext = 3
    put(office.server, MARIA, "In the place of another", 2)
    result = office.read()
    assert office.subjects() == ["Mail 0", "Mail 1", "Mail 2", "Mail 3", "In the place of another"]
    assert result.total("gaps") == 1
    assert office.read().total("gaps") == 0


def test_a_uidnext_that_is_too_low_at_every_visit_is_no_gap_each_time(office: Office) -> None:
    for number in range(4):
        put(office.server, MARIA, f"Mail {number}", 20 - number)
    inbox = office.server.folder("INBOX")
    inbox.uidnext = 2
    results = [office.read() for _ in range(3)]
    assert [(r.total("read"), r.total("gaps")) for r in results] == [(4, 0), (0, 0), (0, 0)]
    inbox.uidnext = 5
    put(office.server, MARIA, "Mail 4", 2)
    inbox.uidnext = 3
    assert office.read().total("read") == 1
    assert len(office.subjects()) == 5
    inbox.uidnext = 1
    assert office.read().total("gaps") == 1, "a fall, even so"


def test_mail_that_comes_while_a_folder_is_read_is_no_sign_of_a_wrong_server(office: Office) -> None:
    put(office.server, MARIA, "One", 20)

    def come(call: str) -> None:
        if call == "uids" and office.server.folder("INBOX").uidnext == 2:
            put(office.server, MARIA, "Two", 19)

    office.server.on_call = come
    office.read()
    assert office.subjects() == ["One", "Two"]
    office.server.on_call = lambda _call: None
    office.server.remove(2)
    office.server.folder("INBOX").uidnext = 2
    put(office.server, MARIA, "In the place of another", 2)
    office.server.folder("INBOX").uidnext = 2
    assert office.read().total("gaps") == 1
    assert "In the place of another" in office.subjects()


def test_a_folder_without_uidvalidity_is_refused_and_told_and_the_others_are_read(office: Office) -> None:
    office.server.renumber("INBOX", uidvalidity=0)
    put(office.server, MARIA, "Unread", 20)
    put(office.server, MARIA, "Answer", 19, "Sent")
    office.read()
    assert office.subjects() == ["Answer"]
    [told] = needs(office)
    assert "personal/INBOX is set aside" in told
    assert "UIDVALIDITY" in told
    office.server.renumber("INBOX")
    office.read()
    assert office.subjects() == ["Unread", "Answer"]
    office.read()
    assert needs(office) == []


def test_a_uidvalidity_that_is_missing_once_costs_nothing(office: Office) -> None:
    put(office.server, MARIA, "One", 20)
    office.read()
    inbox = office.server.folder("INBOX")
    before, inbox.uidvalidity = inbox.uidvalidity, 0
    put(office.server, MARIA, "Two", 19)
    office.read()
    assert office.subjects() == ["One"]
    inbox.uidvalidity = before
    result = office.read()
    assert office.subjects() == ["One", "Two"]
    assert (result.total("gaps"), result.total("read")) == (0, 1)
    assert needs(office) == []


def test_a_folder_that_is_renumbered_at_every_visit_is_set_aside(office: Office) -> None:
    put(office.server, MARIA, "One", 20)
    office.read()
    for _ in range(UNSTEADY):
        office.server.renumber()
        assert office.read().total("read") == 1
    for _ in range(3):
        office.server.renumber()
        put(office.server, MARIA, "Answer", 19, "Sent")
        assert next(f for f in office.read().folders if f.name == "INBOX").read == 0
    assert any("personal/INBOX is set aside" in told for told in needs(office))
    assert office.subjects() == ["One", "Answer"]


def test_promise_2_complete_a_folder_that_was_set_aside_is_read_whole_when_it_is_steady_again(office: Office) -> None:
    for number in range(3):
        put(office.server, MARIA, f"Mail {number}", 20 - number)
    office.read()
    for _ in range(UNSTEADY + 1):
        office.server.renumber()
        office.read()
    put(office.server, MARIA, "While set aside", 5)
    office.server.renumber(backwards=True)  # the newest has UID 1 now
    office.read()
    assert "While set aside" not in office.subjects()
    office.read()  # steady
    assert office.subjects()[-1] == "While set aside"
    assert needs(office) == []
    put(office.server, MARIA, "Later", 1)
    assert office.read().total("read") == 1


def test_a_snippet_survives_a_renumbering(office: Office) -> None:
    put(office.server, MARIA, "One", 200)
    with office.work.writing() as session:
        people.set_values(session, office.work.owner_id, 1, {"every": "2 months"})
    office.server.folders["INBOX"].messages[1].raw = message(MARIA, ME, "One", "I saw a flat.\n", at=NOW)
    office.server.garbled.clear()
    office.read()
    office.server.renumber()
    with office.work.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM snippet")
    office.read()
    assert [r["text"] for r in office.rows("snippet")] == ["I saw a flat."]


def test_promise_7_a_reply_that_waits_is_still_found_after_a_renumbering(office: Office) -> None:
    put(office.server, ME, "kith: Maria moves to Lisbon", 1, "Sent")
    put(office.server, ME, "kith: another", 1, "Sent")
    office.read()
    office.server.renumber("Sent", backwards=True)
    office.read()
    sent = office.server.folder("Sent")
    for row in office.rows("reply"):
        assert row["uidvalidity"] == sent.uidvalidity
    assert [r["uid"] for r in office.rows("reply")] == [2, 1]
    assert {r["state"] for r in office.rows("reply")} == {"found"}


# -- promise 3: the same message, and what only looks like it


def test_promise_3_idempotent_a_message_under_five_folders_is_one_touch(office: Office) -> None:
    raw = message(MARIA, ME, "Everywhere", at=NOW)
    for folder in ("INBOX", "Work", "Family", "Lisbon", "Archive"):
        office.server.deliver(raw, folder, NOW)
    result = office.read()
    assert (result.total("read"), result.total("touches")) == (5, 1)
    assert office.subjects() == ["Everywhere"]
    assert office.rows("person")[0]["touches"] == 1


LIST = {"List-Id": "<club.example.org>", "Received": "from lists.example.org"}


@pytest.mark.parametrize("stretch", [1, 4000], ids=["in two stretches", "in one stretch"])
@pytest.mark.parametrize("order", [(True, False), (False, True)], ids=["list first", "direct first"])
@pytest.mark.parametrize("folders", [("INBOX", "INBOX"), ("INBOX", "Lists")], ids=["one folder", "two folders"])
def test_promise_3_idempotent_where_a_direct_copy_and_a_list_copy_meet_the_touch_wins(
    office: Office, monkeypatch: pytest.MonkeyPatch, stretch: int, order: tuple[bool, bool], folders: tuple[str, str]
) -> None:
    monkeypatch.setattr(reading, "STRETCH", stretch)
    monkeypatch.setattr(fake_source, "BATCH", stretch)
    for is_list, folder in zip(order, folders, strict=True):
        raw = message(MARIA, ME, "Both ways", at=NOW, message_id="<both@x>", headers=LIST if is_list else {})
        office.server.deliver(raw, folder, NOW)
    assert office.read().total("touches") == 1
    assert office.subjects() == ["Both ways"]
    assert office.reasons() == {"Both ways": None}
    assert len(office.rows("message")) == 1
    before = office.dump()
    assert office.read(full=True).total("touches") == 0
    assert without(office.dump(), "mailbox") == without(before, "mailbox")


def without(dump: dict[str, list[str]], *tables: str) -> dict[str, list[str]]:
    """A dump with some tables left out."""
    return {name: rows for name, rows in dump.items() if name not in tables}


def test_what_the_owner_ruled_stays_when_it_is_read_again(office: Office) -> None:
    put(office.server, MARIA, "Not a touch", 3)
    office.read()
    with office.work.writing() as session:
        session.connection().exec_driver_sql("UPDATE part SET ruling = false")
        session.connection().exec_driver_sql("DELETE FROM touch")
        people.refresh(session, office.work.owner_id, [1])
    office.read(full=True)
    assert office.subjects() == []


def test_a_message_id_used_again_for_another_mail_is_another_message(office: Office) -> None:
    put(office.server, MARIA, "Parcel one", 9, message_id="<same@x>")
    put(office.server, MARIA, "Parcel two", 8, message_id="<same@x>")
    office.read()
    assert office.subjects() == ["Parcel one", "Parcel two"]


def test_a_forged_message_id_cannot_hide_a_mail(office: Office) -> None:
    put(office.server, "Evil <evil@example.net>", "The flat", 9, message_id="<real@x>")
    put(office.server, "Evil <evil@example.net>", "Another", 9, message_id="<real@x>", In_Reply_To="<real@x>")
    put(office.server, MARIA, "The flat", 8, message_id="<real@x>")
    office.read()
    assert office.subjects() == ["The flat"]


@pytest.mark.parametrize("other", ["an hour later", "another subject"])
def test_mails_without_message_id_are_told_apart_and_known_again(office: Office, other: str) -> None:
    at = NOW - timedelta(days=4)
    plain = b"From: maria@example.org\r\nTo: alex@example.com\r\nSubject: %s\r\nDate: %s\r\n\r\nx\r\n"
    one = plain % (b"Hi", b"Sat, 09 May 2026 10:00:00 +0000")
    two = plain % ((b"Hi", b"Sat, 09 May 2026 11:00:00 +0000") if "hour" in other else (b"Ho", b"Sat, 09 May 2026"))
    for raw, folder in ((one, "INBOX"), (two, "INBOX"), (one, "Archive")):
        office.server.deliver(raw, folder, at)
    assert office.read().total("touches") == 2
    assert office.read(full=True).total("touches") == 0


# -- promise 8: bad input


def test_promise_8_bad_input_never_stops_the_service_quarantine_leaves_the_neighbours(
    office: Office,
) -> None:
    for number in range(5):
        put(office.server, MARIA, f"Mail {number}", 20 - number)
    office.server.garbled.add(("INBOX", 3))
    result = office.read()
    assert (result.total("read"), result.total("touches"), result.total("quarantined")) == (5, 4, 1)
    [row] = office.rows("quarantine")
    assert (row["folder"], row["uid"], row["reason"]) == ("INBOX", 3, "the server's answer makes no sense")
    put(office.server, MARIA, "Mail 5", 1)
    assert office.read().total("quarantined") == 0
    assert office.read(full=True).total("quarantined") == 0, "it is told once"
    assert len(office.rows("quarantine")) == 1


def test_a_message_that_can_be_read_after_all_leaves_quarantine(office: Office) -> None:
    put(office.server, MARIA, "One", 20)
    put(office.server, MARIA, "Two", 19)
    office.server.garbled = {("INBOX", 1), ("INBOX", 2)}
    office.read()
    office.server.garbled = {("INBOX", 2)}
    office.read(full=True)
    assert office.subjects() == ["One"]
    assert [r["uid"] for r in office.rows("quarantine")] == [2]


def test_quarantine_does_not_outlive_the_numbering_it_speaks_of(office: Office) -> None:
    put(office.server, MARIA, "One", 20)
    put(office.server, MARIA, "Two", 19)
    office.server.garbled.add(("INBOX", 2))
    office.read()
    office.server.renumber(backwards=True)
    office.server.garbled = {("INBOX", 1)}
    office.read()
    [row] = office.rows("quarantine")
    assert (row["uid"], row["uidvalidity"]) == (1, office.server.folder("INBOX").uidvalidity)


def test_a_message_expunged_between_listing_and_reading_is_passed_over(office: Office) -> None:
    for number in range(3):
        put(office.server, MARIA, f"Mail {number}", 20 - number)
    office.server.ghosts.add(("INBOX", 2))
    assert office.read().total("quarantined") == 0
    assert office.subjects() == ["Mail 0", "Mail 2"]
    assert office.read().total("read") == 0


def test_promise_8_bad_input_never_stops_the_service_a_mailbox_that_fails_keeps_what_was_read(office: Office) -> None:
    put(office.server, MARIA, "One", 20)
    put(office.server, MARIA, "Answer", 19, "Sent")
    examined = 0

    def cut(call: str) -> None:
        nonlocal examined
        examined += call == "examine"
        if examined == 2:
            raise MailboxFailed("personal: the line was lost", "try again")

    office.server.on_call = cut
    result = office.scan()
    assert isinstance(result.error, MailboxFailed)
    assert office.subjects() == ["One"]
    assert any("personal could not be read" in told and "the line was lost" in told for told in needs(office))
    office.server.on_call = lambda _call: None
    office.read()
    assert office.subjects() == ["One", "Answer"]
    assert needs(office) == []


def test_promise_8_bad_input_never_stops_the_service_one_mailbox_beside_another(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"work": "", "personal": ""}) as office:
        office.add(MARIA)
        put(office.server, MARIA, "One", 20)
        broken = office.servers["work"]
        assert isinstance(broken, FakeServer)

        def cut(_call: str) -> None:
            raise TryLater("work: no answer", "wait")

        broken.on_call = cut
        assert [type(office.scan(name).error) for name in ("work", "personal")] == [TryLater, type(None)]
        assert office.subjects() == ["One"]
        assert [told.split()[0] for told in needs(office)] == ["work"]


def test_promise_8_bad_input_never_stops_the_service_a_folder_that_cannot_be_opened_leaves_the_others(
    office: Office,
) -> None:
    put(office.server, MARIA, "Hidden", 21, "Archive")
    put(office.server, MARIA, "One", 20)
    put(office.server, MARIA, "Answer", 19, "Sent")
    put(office.server, MARIA, "Last", 18, "Zebra")
    office.server.closed.add("Archive")
    result = office.read()
    assert office.subjects() == ["One", "Answer", "Last"]
    assert next(f.note for f in result.folders if f.name == "Archive")
    assert any("personal/Archive is set aside" in told and "NOPERM" in told for told in needs(office))
    office.server.closed.clear()
    office.read()
    assert office.subjects() == ["Hidden", "One", "Answer", "Last"]
    assert needs(office) == []


def test_a_folder_that_vanishes_while_it_is_about_to_be_read_is_passed_over(office: Office) -> None:
    put(office.server, MARIA, "Gone", 21, "Archive")
    put(office.server, MARIA, "Last", 18, "Zebra")

    def vanish(call: str) -> None:
        if call == "examine":
            office.server.folders.pop("Archive", None)

    office.server.on_call = vanish
    office.scan()
    assert office.subjects() == ["Last"]
    office.server.on_call = lambda _call: None
    office.read()
    assert needs(office) == []


# -- people who are added later


def test_a_person_added_later_gets_their_past(office: Office) -> None:
    put(office.server, BOB, "Marathon", 30)
    put(office.server, MARIA, "The flat", 29)
    put(office.server, BOB, "Good luck", 28, "Sent")
    office.read()
    bob = office.add(BOB)
    result = office.read()
    assert office.subjects(bob) == ["Marathon", "Good luck"]
    assert (result.total("read"), result.total("reread"), result.total("touches")) == (0, 3, 2)
    assert office.read().total("reread") == 0
    assert office.rows("person")[1]["touches"] == 2


def test_a_second_address_added_later_gets_its_past(office: Office) -> None:
    put(office.server, "Maria <maria@work.example>", "From work", 30)
    put(office.server, MARIA, "The flat", 29)
    office.read()
    office.add_address(1, "maria@work.example")
    assert office.read().total("touches") == 1
    assert office.subjects(1) == ["From work", "The flat"]


def test_a_person_added_later_makes_a_touch_of_what_was_none(office: Office) -> None:
    raw = message(ME, BOB, "To Bob, Maria copied", at=NOW, headers={"Cc": MARIA})
    office.server.deliver(raw, "Sent", NOW)
    office.read()
    assert office.reasons() == {"To Bob, Maria copied": "bystander"}
    bob = office.add(BOB)
    office.read()
    assert office.subjects(bob) == ["To Bob, Maria copied"]
    assert office.subjects(1) == []
    assert office.reasons() == {"To Bob, Maria copied": None}


@pytest.mark.usefixtures("short_stretches")
def test_a_past_that_was_stopped_halfway_goes_on_where_it_was(office: Office) -> None:
    for number in range(6):
        put(office.server, BOB, f"Mail {number}", 20 - number)
    office.read()
    bob = office.add(BOB)
    batches = 0

    def cut(call: str) -> None:
        nonlocal batches
        batches += call == "headers"
        if batches == 2:
            raise TryLater("the line was lost")

    office.server.on_call = cut
    assert office.scan().error is not None
    assert office.subjects(bob) == ["Mail 0", "Mail 1"]
    office.server.on_call = lambda _call: None
    put(office.server, BOB, "New", 1)
    result = office.read()
    assert office.subjects(bob) == [*(f"Mail {number}" for number in range(6)), "New"]
    assert (result.total("read"), result.total("reread")) == (1, 5)


@pytest.mark.usefixtures("short_stretches")
def test_somebody_added_while_another_past_is_half_read_gets_theirs_with_the_next_scan(office: Office) -> None:
    carol = "Carol <carol@example.org>"
    for number in range(3):
        put(office.server, BOB, f"Bob {number}", 20 - number)
        put(office.server, carol, f"Carol {number}", 20 - number)
    office.read()
    bob = office.add(BOB)
    batches = 0

    def cut(call: str) -> None:
        nonlocal batches
        batches += call == "headers"
        if batches == 2:
            raise TryLater("the line was lost")

    office.server.on_call = cut
    office.scan()
    office.server.on_call = lambda _call: None
    other = office.add(carol)
    office.read()
    assert (len(office.subjects(bob)), len(office.subjects(other))) == (3, 3)


def test_reading_everything_again_adds_nothing(office: Office) -> None:
    put(office.server, MARIA, "One", 20)
    put(office.server, MARIA, "Answer", 19, "Sent")
    put(office.server, "Ann <ann@example.net>", "Hello", 18)
    office.read()
    before = office.dump()
    result = office.read(full=True)
    assert (result.total("read"), result.total("touches"), result.total("gaps")) == (3, 0, 0)
    assert without(office.dump(), "mailbox") == without(before, "mailbox")


# -- which folders


def test_drafts_junk_and_trash_are_not_read(office: Office) -> None:
    for folder in ("Drafts", "Junk", "Trash", "Archive"):
        put(office.server, MARIA, f"In {folder}", 20, folder)
    office.read()
    assert office.subjects() == ["In Archive"]


def test_only_the_folders_that_were_named_are_read(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": 'folders = ["INBOX", "junk", "Work"]\nexclude = ["Work"]'}) as office:
        office.add(MARIA)
        for folder in ("INBOX", "Junk", "Archive", "Work", "Sent"):
            put(office.server, MARIA, f"In {folder}", 20, folder)
        office.read()
        assert office.subjects() == ["In INBOX", "In Junk"]


def test_an_unknown_folder_is_an_error_and_the_others_are_read(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": 'folders = ["INBOX", "Freinds"]'}) as office:
        office.add(MARIA, every="1 week")
        put(office.server, MARIA, "One", 20)
        result = office.scan()
        assert isinstance(result.error, NotFound)
        assert (result.error.exit_code, "Freinds" in result.error.message) == (66, True)
        assert "INBOX" in result.error.hint
        assert office.subjects() == ["One"]
        assert [r["text"] for r in office.rows("snippet")] == ["Hello there."], "what follows from a scan is done, too"
        assert any("Freinds" in told for told in needs(office))


def test_an_unknown_excluded_folder_is_no_error(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": 'exclude = ["Nothing"]'}) as office:
        assert office.scan().error is None


# -- when


def test_mail_that_was_moved_here_years_later_has_the_time_of_its_delivery(office: Office) -> None:
    received = "from mx.example.org by mail.example.org; Sun, 29 Mar 2020 01:30:00 +0000"
    written = NOW.replace(year=2020, month=3, day=29)
    raw = message(MARIA, ME, "Old", at=written, headers={"Received": received})
    office.server.deliver(raw, "INBOX", NOW)
    office.read()
    [(_, _, at)] = office.touches()
    assert at.isoformat() == "2020-03-29T01:30:00+00:00"


def test_nothing_was_ever_said_in_the_future(office: Office) -> None:
    office.server.deliver(message(MARIA, ME, "Ahead", at=NOW + timedelta(days=400)), "INBOX", NOW + timedelta(days=400))
    office.read()
    assert [at for _, _, at in office.touches()] == [NOW]


def test_the_total_that_a_digest_tells_counts_no_message_twice(office: Office) -> None:
    for number in range(3):
        put(office.server, MARIA, f"Mail {number}", 3)
    office.read()
    assert office.read(full=True).total("read") == 3, "what this pass read"
    assert [row["read"] for row in office.rows("mailbox")] == [3]
    put(office.server, MARIA, "One more", 1)
    office.read()
    assert [row["read"] for row in office.rows("mailbox")] == [4]
