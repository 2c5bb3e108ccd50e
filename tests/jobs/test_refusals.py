"""What a server refuses for a while, or keeps to itself of one message: how a scan goes on, and what is told."""

from datetime import timedelta

from kith.errors import NotFound, Refused
from kith.jobs.view import problems
from support.invitations import event, invitation
from support.jobs import MARIA, ME, NOW, Office
from support.mail import message


def write(office: Office, subject: str, folder: str = "INBOX") -> int:
    """A mail from Maria; gives its UID."""
    return office.server.deliver(message(MARIA, ME, subject, at=NOW - timedelta(days=9)), folder, NOW)


def needs(office: Office) -> str:
    """What the owner is told needs them."""
    with office.work.reading() as session:
        return " | ".join(problems(office.work, session))


def refuse(office: Office, call: str, in_folders: int = 1) -> None:
    """The server refuses something in the first folders of a pass."""
    opened = 0

    def on_call(name: str) -> None:
        nonlocal opened
        opened = 0 if name == "open" else opened + (name == "examine")
        if name == call and opened <= in_folders:
            raise Refused("personal: the server refused it (Internal error)", "wait")

    office.server.on_call = on_call


def test_promise_2_an_outage_in_which_everything_is_refused_costs_no_message(office: Office) -> None:
    for number in range(30):
        write(office, f"Mail {number}")
    refuse(office, "headers")
    for _ in range(5):
        result = office.scan()
        assert isinstance(result.error, Refused)
        assert result.error.exit_code == 75
    assert office.rows("quarantine") == []
    assert [row["last_uid"] for row in office.rows("folder") if row["name"] == "INBOX"] == [0]
    assert "personal could not be read" in needs(office)
    assert "Internal error" in needs(office)
    office.server.on_call = lambda _call: None
    assert office.read().total("touches") == 30
    assert needs(office) == ""


def test_what_is_refused_in_one_folder_is_read_in_the_others_in_the_same_pass(office: Office) -> None:
    for call in ("uids", "headers"):
        write(office, f"In the first, {call}")
        write(office, f"In the second, {call}", "Zebra")
        refuse(office, call)
        result = office.scan()
        assert isinstance(result.error, Refused)
        assert f"In the second, {call}" in office.subjects()
        assert f"In the first, {call}" not in office.subjects()
        office.server.on_call = lambda _call: None
        office.read()
        assert f"In the first, {call}" in office.subjects()


def test_promise_2_an_invitation_that_is_refused_is_told_and_asked_for_again(office: Office) -> None:
    meeting = invitation(MARIA, ME, event(NOW - timedelta(days=20)), NOW - timedelta(days=25))
    uid = office.server.deliver(meeting, "INBOX", NOW - timedelta(days=25))
    office.server.grudged.add(("INBOX", uid))
    assert office.read().total("quarantined") == 1
    [row] = office.rows("quarantine")
    assert (row["folder"], row["uid"]) == ("INBOX", uid)
    assert "a part of it only" in row["reason"]
    assert office.rows("invite") == []
    assert len(office.rows("message")) == 1, "its headers came"
    office.server.grudged.clear()
    office.read(full=True)
    assert office.rows("quarantine") == []
    assert len(office.rows("invite")) == 1


def test_an_inbox_that_is_said_not_to_be_there_is_told_and_another_folder_is_noted(office: Office) -> None:
    write(office, "One", "Notes")

    def gone(call: str) -> None:
        if call == "examine":
            raise NotFound("personal: the folder cannot be opened ([NONEXISTENT] gone)")

    office.server.on_call = gone
    result = office.read()
    assert {folder.note for folder in result.folders} == {"the folder cannot be opened ([NONEXISTENT] gone)"}
    assert {folder.name for folder in result.folders} == {"INBOX", "Notes", "Sent"}
    assert needs(office) == "personal/INBOX is set aside: the folder cannot be opened ([NONEXISTENT] gone)"
    office.server.on_call = lambda _call: None
    office.read()
    assert office.subjects() == ["One"]
    assert needs(office) == ""
