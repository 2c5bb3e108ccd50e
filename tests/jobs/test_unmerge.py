"""Two people who were made one and are two again: what came in between finds its way to whom it was from."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kith.domain.touch import Channel
from kith.jobs import rulings
from kith.jobs.acts import Acts
from kith.store import people
from kith.store.engine import Session
from support.invitations import event, invitation
from support.jobs import MARIA, ME, NOW, Office
from support.mail import message

OTHER = "M. S. <m@work.example>"


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office that knows Maria and M. S., has read a mail of each, and then made them one."""
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""
    with Office(tmp_path, url=url) as made:
        for who, subject in ((MARIA, "from one"), (OTHER, "from the other")):
            made.add(who)
            hear(made, who, subject, 9)
        made.read()
        with made.work.writing() as session:
            known = {person.id: person for person, _ in people.everyone(session, made.work.owner_id)}
            acting(made, session).merge(known[1], known[2])
        yield made


def acting(office: Office, session: Session) -> Acts:
    work = office.work
    return Acts(session, work.owner_id, work.now(), work.config.owner.timezone)


def hear(office: Office, who: str, subject: str, days_ago: float) -> None:
    at = NOW - timedelta(days=days_ago)
    office.server.deliver(message(who, ME, subject, at=at), "INBOX", at)


def undo(office: Office) -> None:
    with office.work.writing() as session:
        acting(office, session).undo(None)


def test_mail_that_came_since_goes_to_whom_it_was_from(office: Office) -> None:
    hear(office, MARIA, "one, later", 2)
    hear(office, OTHER, "the other, later", 1)
    at = NOW - timedelta(days=3)
    calendar = event(
        at, organizer="m@work.example", attendees={"alex@example.com": "ACCEPTED", "m@work.example": "ACCEPTED"}
    )
    office.server.deliver(invitation(OTHER, ME, calendar, NOW - timedelta(days=5)), "INBOX", NOW - timedelta(days=5))
    office.read()
    assert len(office.subjects(1)) == 5
    undo(office)
    office.read()
    assert sorted(office.subjects(1)) == ["from one", "one, later"]
    assert sorted(office.subjects(2)) == ["Lunch at Zoë's", "from the other", "the other, later"]


def test_where_nothing_came_nothing_is_read_again(office: Office) -> None:
    undo(office)
    assert all(folder.reread == 0 for folder in office.read().folders)
    assert (office.subjects(1), office.subjects(2)) == (["from one"], ["from the other"])


def test_the_owners_own_word_stays_with_whom_it_was_said_of(office: Office) -> None:
    hear(office, MARIA, "no touch", 1)
    office.read()
    with office.work.writing() as session:
        [(maria, _)] = people.everyone(session, office.work.owner_id, [1])
        acts = acting(office, session)
        rulings.not_a_touch(acts, maria)
        acts.touch(maria, Channel.CALL, acts.today, "a call")
        change = min(row["id"] for row in office.rows("change"))
        acts.undo(change)
    office.read()
    assert sorted(office.subjects(1)) == ["a call", "from one"]
