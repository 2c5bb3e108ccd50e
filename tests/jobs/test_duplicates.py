"""What a scan keeps of somebody who asks for answers at another known address."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kith.domain.duplicates import duplicates
from kith.store import messages, people, strangers
from support.jobs import BOB, MARIA, ME, NOW, Office
from support.mail import message

AT = NOW - timedelta(days=3)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""
    with Office(tmp_path, url=url) as made:
        yield made


def proposed(office: Office) -> list[tuple[str, str, tuple[str, ...]]]:
    """Who may be one, and why."""
    with office.work.reading() as session:
        everybody = [person for person, _ in people.everyone(session, office.work.owner_id)]
        found = duplicates(everybody, messages.answered_elsewhere(session, office.work.owner_id))
    return [(d.first.name, d.second.name, d.reasons) for d in found]


def test_a_reply_to_of_another_person_proposes_them_as_one(office: Office) -> None:
    maria = office.add(MARIA)
    for subject in ("Lunch", "Dinner"):
        raw = message(MARIA, ME, subject, at=AT, headers={"Reply-To": "Maria at work <m@work.example>"})
        office.server.deliver(raw, "INBOX", AT)
    office.read()
    assert proposed(office) == []
    office.add("M. S. <m@work.example>")  # known only now, their past is read again
    office.read()
    why = ("Maria Silva asks for answers at an address of M. S.",)
    assert proposed(office) == [("Maria Silva", "M. S.", why)]
    assert len(office.touches(maria)) == 2, "who only stands in Reply-To is not touched"
    assert len(office.rows("touch")) == 2


def test_a_list_that_takes_the_answers_proposes_nobody(office: Office) -> None:
    office.add(MARIA)
    office.add(BOB)
    headers = {"Reply-To": BOB, "List-Id": "<club.example.org>"}
    office.server.deliver(message(MARIA, ME, "To all", at=AT, headers=headers), "INBOX", AT)
    office.read()
    assert proposed(office) == []


def test_the_field_that_gave_a_message_away_is_kept_with_it(office: Office) -> None:
    office.add(MARIA)
    for subject, headers in (
        ("News", {"List-Id": "<club.example.org>"}),
        ("Away", {"Auto-Submitted": "auto-replied"}),
        ("Hello", {}),
    ):
        office.server.deliver(message(MARIA, ME, subject, at=AT, headers=headers), "INBOX", AT)
    office.read()
    assert {r["subject"]: (r["reason"], r["mark"]) for r in office.rows("message")} == {
        "News": ("bulk", "List-Id"),
        "Away": ("automatic", "Auto-Submitted"),
        "Hello": (None, ""),
    }


def test_a_scan_counts_no_strangers_where_the_owner_does_not_want_it(office: Office) -> None:
    with office.work.writing() as session:
        strangers.let_count(session, office.work.owner_id, counted=False)
    office.server.deliver(message("Ann <ann@example.net>", ME, at=AT), "INBOX", AT)
    office.server.deliver(message(ME, "Ann <ann@example.net>", at=AT), "Sent", AT)
    office.read()
    assert office.rows("stranger") == []
    assert "example.net" not in repr(office.dump())
