"""A full scan brings touches to what the settings of today say; an ordinary one leaves them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from kith.errors import NotFound, TryLater
from kith.jobs import rulings
from kith.jobs.acts import Acts
from kith.store import people
from support.invitations import ALEX, HER, event, invitation
from support.jobs import BOB, MARIA, ME, NOW, Office, deaths
from support.mail import message

CROWD = ", ".join([ME, *(f"guest{n}@example.net" for n in range(6))])
TOUCH = "[touch]\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path, toml=TOUCH) as made:
        made.add(MARIA)
        made.add(BOB)
        yield made


def settle_for(office: Office, line: str, addresses: str = "") -> None:
    """The owner changes kith.toml, and Kith starts anew."""
    path = office.folder / "kith.toml"
    text = re.sub(r"\[touch\]\n.*\n", f"[touch]\n{line}\n", path.read_text(encoding="utf-8"))
    addresses = addresses or '["alex@example.com", "alex@work.example"]'
    path.write_text(text.replace('["alex@example.com", "alex@work.example"]', addresses), encoding="utf-8")
    office.work.engine.dispose()
    office.work = office.start()


def deliver(
    office: Office, subject: str, sender: str = MARIA, to: str = ME, folder: str = "INBOX", **headers: str
) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = message(sender, to, subject, at=NOW - timedelta(days=5), headers=named, message_id=f"<{len(subject)}@x>")
    office.server.deliver(raw, folder, NOW - timedelta(days=5))
    return raw


def acts(office: Office, do: Callable[[Acts], object]) -> None:
    with office.work.writing() as session:
        do(Acts(session, office.work.owner_id, office.work.now(), office.work.config.owner.timezone))


def test_a_crowd_by_a_changed_setting_is_taken_back_and_told(office: Office) -> None:
    deliver(office, "all of us", to=CROWD)
    deliver(office, "you")
    office.read()
    assert office.subjects() == ["all of us", "you"]
    settle_for(office, "max_recipients = 5")
    office.read()
    assert office.subjects() == ["all of us", "you"]
    assert office.read(full=True).taken_back == 1
    assert office.subjects() == ["you"]
    assert office.reasons() == {"all of us": "crowd", "you": None}
    assert [row["touches"] for row in office.rows("person")] == [1, 0]
    assert office.read(full=True).taken_back == 0
    settle_for(office, "max_recipients = 10")
    office.read(full=True)
    assert office.subjects() == ["all of us", "you"]


def test_copied_people_are_taken_back_and_those_it_was_written_to_stay(office: Office) -> None:
    settle_for(office, "count_cc = true")
    deliver(office, "both", sender=ME, to=MARIA, folder="Sent", Cc=BOB)
    deliver(office, "him", sender=ME, to="x@example.net", folder="Sent", Cc=BOB)
    office.read()
    assert (office.subjects(1), office.subjects(2)) == (["both"], ["both", "him"])
    settle_for(office, "count_cc = false")
    assert office.read(full=True).taken_back == 2
    assert (office.subjects(1), office.subjects(2)) == (["both"], [])
    assert office.reasons() == {"both": None, "him": "bystander"}


def test_an_address_that_is_the_owners_no_more(office: Office) -> None:
    deliver(office, "from work", sender="alex@work.example", to=MARIA, folder="Sent")
    deliver(office, "to work, long", to="alex@work.example")
    office.read()
    assert len(office.subjects()) == 2
    settle_for(office, "", '["alex@example.com"]')
    assert office.read(full=True).taken_back == 2
    assert office.reasons() == {"from work": "not-addressed", "to work, long": "not-addressed"}


def test_an_address_of_the_owners_that_was_a_persons(office: Office) -> None:
    deliver(office, "mine")
    office.read()
    settle_for(office, "", '["alex@example.com", "maria@example.org"]')
    assert office.read(full=True).taken_back == 1
    assert (office.subjects(), office.rows("part"), office.rows("message")) == ([], [], [])


def test_dots_that_matter_tell_people_apart_and_those_that_do_not_make_them_one(office: Office) -> None:
    office.add_address(1, "m.silva@dots.example")
    deliver(office, "with dots", sender="m.silva@dots.example")
    deliver(office, "without", sender="msilva@dots.example")
    office.read()
    assert office.subjects(1) == ["with dots"]
    settle_for(office, 'dots_matter = { "dots.example" = false }')
    office.read()
    assert office.subjects(1) == ["with dots", "without"]
    settle_for(office, "dots_matter = {}")
    assert office.read(full=True).taken_back == 1
    assert office.subjects(1) == ["with dots"]
    assert list(office.reasons()) == ["with dots"]


def test_what_was_written_from_an_address_they_no_longer_have_stays_theirs(office: Office) -> None:
    deliver(office, "from her")
    deliver(office, "to both", sender=ME, to=f"{MARIA}, {BOB}", folder="Sent")
    office.read()
    acts(office, lambda a: a.drop_addresses(people.one(a.session, a.owner_id, 1)[0], ["maria@example.org"]))  # type: ignore[index]
    assert office.read(full=True).taken_back == 0
    assert office.subjects(1) == ["from her", "to both"]


def test_what_the_owner_ruled_stays(office: Office) -> None:
    deliver(office, "list mail", List_Id="<l.example>")
    deliver(office, "to a crowd of us", to=CROWD)
    deliver(office, "one more to you")
    office.read()
    maria = people.one
    acts(office, lambda a: rulings.is_a_touch(a, maria(a.session, a.owner_id, 1)[0]))  # type: ignore[index]
    ruled = [row for row in office.rows("part") if row["ruling"] is not None]
    assert office.subjects(1) == ["list mail", "one more to you", "to a crowd of us"]
    settle_for(office, "max_recipients = 1")
    assert office.read(full=True).taken_back == 1
    assert office.subjects(1) == ["list mail", "one more to you"]
    assert ruled == [row for row in office.rows("part") if row["ruling"] is not None]
    assert len(ruled) == 1


COPIES = [("INBOX", {}), ("Archive", {"List_Id": "<l.example>"}), ("All", {"Precedence": "list"})]


@pytest.mark.parametrize("order", list(permutations(COPIES)))
def test_a_direct_copy_keeps_the_touch_whichever_is_read_first(
    office: Office, order: tuple[tuple[str, dict[str, str]], ...]
) -> None:
    for folder, headers in order:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = message(MARIA, ME, "hello", at=NOW - timedelta(days=5), headers=named, message_id="<one@x>")
        office.server.deliver(raw, folder, NOW - timedelta(days=5))
    office.read()
    before = [office.dump()[name] for name in ("touch", "part", "person")]
    assert office.read(full=True).taken_back == 0
    assert office.subjects() == ["hello"]
    assert [office.dump()[name] for name in ("touch", "part", "person")] == before
    assert office.reasons() == {"hello": None}


def test_the_direct_copy_in_another_mailbox_keeps_the_touch(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": "", "work": ""}) as office:
        office.add(MARIA)
        raw = message(MARIA, ME, "hello", at=NOW - timedelta(days=5), message_id="<one@x>")
        office.servers["work"].deliver(raw, "INBOX", NOW - timedelta(days=5))  # type: ignore[union-attr, arg-type]
        office.server.deliver(b"List-Id: <l.example>\r\n" + raw, "INBOX", NOW - timedelta(days=5))
        for name in ("personal", "work"):
            office.read(name)
        for name in ("personal", "work", "personal"):
            assert office.read(name, full=True).taken_back == 0
        assert office.subjects() == ["hello"]


def test_mail_that_is_not_there_any_more_keeps_its_touches(office: Office) -> None:
    deliver(office, "all of us", to=CROWD)
    deliver(office, "you")
    office.read()
    office.server.remove(1)
    settle_for(office, "max_recipients = 5")
    assert office.read(full=True).taken_back == 0
    assert office.subjects() == ["all of us", "you"]


def test_a_folder_that_could_not_be_read_holds_back_the_rest(office: Office) -> None:
    deliver(office, "all of us", to=CROWD)
    deliver(office, "you", folder="Archive")
    office.read()
    settle_for(office, "max_recipients = 5")
    office.server.closed.add("Archive")
    assert office.read(full=True).taken_back == 0
    office.server.closed.clear()
    assert office.read(full=True).taken_back == 1


def test_a_folder_that_is_named_and_not_there_holds_back_the_rest(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": 'folders = ["INBOX", "Archive"]'}) as office:
        office.add(MARIA)
        deliver(office, "hello", List_Id="<l.example>")
        deliver(office, "hello", folder="Archive")
        office.read()
        archive = office.server.folders.pop("Archive")
        result = office.scan(full=True)
        assert (isinstance(result.error, NotFound), result.taken_back) == (True, 0)
        assert office.subjects() == ["hello"], "the direct copy may come back"
        office.server.folders["Archive"] = archive
        assert office.read(full=True).taken_back == 0


def test_meetings_follow_the_settings_too(office: Office) -> None:
    at = NOW - timedelta(days=20)
    there = {ALEX: "ACCEPTED", HER: "ACCEPTED", **{f"guest{n}@example.net": "ACCEPTED" for n in range(6)}}
    calendar = event(NOW - timedelta(days=7), attendees=there)
    office.server.deliver(invitation(MARIA, ME, calendar, at), "INBOX", at)
    office.read()
    assert office.subjects() == ["Lunch at Zoë's"]
    settle_for(office, "max_recipients = 5")
    assert office.read(full=True).taken_back == 1
    assert office.subjects() == []


def test_a_full_scan_that_is_stopped_takes_nothing_back_and_the_next_one_does(office: Office) -> None:
    deliver(office, "all of us", to=CROWD)
    deliver(office, "you", folder="Archive")
    office.read()
    settle_for(office, "max_recipients = 5")

    def hang_up(call: str) -> None:
        if call == "headers" and office.server.calls.count("headers") % 2 == 0:
            raise TryLater("the line is lost")

    office.server.calls.clear()
    office.server.on_call = hang_up
    assert office.scan(full=True).error
    assert office.subjects() == ["all of us", "you"]
    office.server.on_call = lambda _call: None
    assert office.read(full=True).taken_back == 1


def test_wherever_a_full_scan_dies_the_next_one_comes_to_the_same(office: Office) -> None:
    deliver(office, "all of us", to=CROWD)
    deliver(office, "you", folder="Archive")
    office.read()
    settle_for(office, "max_recipients = 5")
    ends = set()
    for _ in deaths(office, lambda office: office.read(full=True)):
        office.read(full=True)
        ends.add((*office.subjects(), *(row["touches"] for row in office.rows("person"))))
    assert ends == {("you", 1, 0)}
