"""Which moments make a digest: decided from the calendar and the database, whatever the process went through."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kith.domain.digest import WEEK
from kith.jobs.compose import compose_due, compose_now
from kith.jobs.view import view
from kith.jobs.work import Work
from kith.store import folders, letters, messages, owners, people
from support.jobs import BOB, MARIA, Office, deaths
from support.mail import plain, read
from support.postgres import Postgres

WEDNESDAY = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
"""When Kith is set up."""
SLOT = datetime(2026, 5, 18, 5, 30, tzinfo=UTC)
"""The Monday after, 07:30 in Paris."""
FIRST, SECOND, THIRD = date(2026, 5, 18), date(2026, 5, 25), date(2026, 6, 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """Set up on a Wednesday with Maria and Bob, who are overdue; on each database."""
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""
    with Office(tmp_path, url=url, at=WEDNESDAY) as made:
        befriend(made)
        yield made


def befriend(office: Office) -> None:
    """Maria and Bob, touched half a year ago."""
    for who in (MARIA, BOB):
        person = office.add(who, every="2 weeks")
        at = WEDNESDAY - timedelta(days=180 + person)
        touch = {"at": at, "direction": "inbound", "channel": "email", "subject": "Hello", "source": "personal"}
        with office.work.writing() as session:
            row = touch | {"owner_id": office.work.owner_id, "person_id": person, "identity": f"mail {person}"}
            messages.add_touches(session, [row])
            people.refresh(session, office.work.owner_id, [person])


def periods(office: Office) -> list[str]:
    """The periods of the digests in the outbox."""
    return [r["key"] for r in office.rows("letter")]


def due(office: Office, at: datetime) -> bool:
    """Whether a digest is composed at an instant."""
    office.clock.at = at
    return compose_due(office.work) is not None


def test_nothing_is_sent_for_the_period_of_the_set_up(office: Office) -> None:
    assert not due(office, WEDNESDAY)
    assert not due(office, SLOT - timedelta(seconds=1))
    assert periods(office) == []


def test_promise_4_one_digest_a_period_at_its_slot(office: Office) -> None:
    assert due(office, SLOT)
    assert not due(office, SLOT + timedelta(minutes=1))
    assert not due(office, SLOT + timedelta(days=7, seconds=-1))
    assert due(office, SLOT + timedelta(days=7))
    assert periods(office) == [str(FIRST), str(SECOND)]
    assert [r["period"] for r in office.rows("digest")] == [FIRST, SECOND]
    assert [r["letter_id"] for r in office.rows("digest")] == [r["id"] for r in office.rows("letter")]


def test_promise_4_one_digest_a_period_through_restarts(office: Office) -> None:
    for minute in range(5):
        office.restart()
        assert due(office, SLOT + timedelta(minutes=minute)) is (minute == 0)


def test_promise_4_one_digest_a_period_wherever_composing_dies(tmp_path: Path) -> None:
    with Office(tmp_path, at=WEDNESDAY) as office:
        befriend(office)
        office.clock.at = SLOT
        steps = 0
        for step, where in deaths(office, lambda office: compose_due(office.work)):
            compose_due(office.work)
            assert periods(office) == [str(FIRST)], f"after dying at step {step}, {where}"
            assert [r["passed_over"] for r in office.rows("person")] == [0, 0]
            assert len(office.rows("number")) == 2
            steps = step
        assert steps == 3


def test_promise_4_one_digest_a_period_one_late_after_two_slots_were_missed(office: Office) -> None:
    back = SLOT + timedelta(days=15, hours=9)
    assert due(office, back)
    assert periods(office) == [str(THIRD)]
    assert not due(office, back + timedelta(hours=1))
    assert due(office, SLOT + timedelta(days=21))


def test_promise_4_one_digest_a_period_where_the_clock_is_set_back_after_sending(office: Office) -> None:
    assert due(office, SLOT)
    for back in (timedelta(minutes=1), timedelta(hours=30), timedelta(days=6)):
        assert not due(office, SLOT - back)
    assert not due(office, SLOT + timedelta(hours=1))
    assert due(office, SLOT + timedelta(days=7))


def test_a_clock_set_back_over_a_period_without_digest_makes_no_second_one_at_once(office: Office) -> None:
    assert due(office, SLOT + timedelta(days=7))  # nobody was running in the week before
    assert not due(office, SLOT + timedelta(days=7, seconds=-1))
    assert periods(office) == [str(SECOND)]


def test_a_clock_that_was_a_year_ahead_does_not_silence_kith_for_a_year(office: Office) -> None:
    assert due(office, SLOT + timedelta(days=364))
    assert due(office, SLOT)
    assert due(office, SLOT + timedelta(days=7))


def test_while_the_owner_is_away_no_digest_comes_and_one_when_they_are_back(office: Office) -> None:
    with office.work.writing() as session:
        owners.set_away(session, office.work.owner_id, date(2026, 5, 28))
    assert not due(office, SLOT)
    assert not due(office, SLOT + timedelta(days=7))
    assert not due(office, datetime(2026, 5, 27, 21, 59, tzinfo=UTC))
    assert due(office, datetime(2026, 5, 27, 22, 0, tzinfo=UTC))  # midnight in Paris
    assert periods(office) == [str(SECOND)]


def test_sending_by_hand_in_the_period_of_the_set_up_leaves_the_next_slot_alone(office: Office) -> None:
    by_hand = compose_now(office.work)
    assert (by_hand.period, by_hand.already) == (date(2026, 5, 11), False)
    assert compose_now(office.work).already
    assert not due(office, SLOT - timedelta(seconds=1))
    assert due(office, SLOT)
    assert periods(office) == ["2026-05-11", str(FIRST)]


def test_sending_by_hand_in_a_period_takes_the_place_of_its_slot(office: Office) -> None:
    assert due(office, SLOT)
    office.clock.at = SLOT + timedelta(days=8)
    assert not compose_now(office.work).already
    assert not due(office, SLOT + timedelta(days=9))
    again = compose_now(office.work)
    assert (again.already, again.letter.key) == (True, str(SECOND))


def test_the_numbers_in_the_letter_are_those_that_were_shown(office: Office) -> None:
    office.clock.at = SLOT
    with office.work.reading() as session:
        shown = view(office.work, session, SLOT)
    rendered = office.work.letters.digest(shown.digest)
    composed = compose_due(office.work)
    assert composed is not None
    with office.work.reading() as session:
        assert letters.numbers(session, composed.letter.id) == shown.numbers
    assert sorted(shown.numbers.values()) == [1, 2]
    letter = read(office.rows("letter")[0]["raw"])
    assert letter["Subject"] == rendered.subject
    assert plain(letter).split() == rendered.text.split()
    by_number = {e.number: e.name for e in shown.digest.people}
    assert all(f"{number}   {name}" in plain(letter) for number, name in by_number.items())


def read_so_far(office: Office, read: int, gaps: int) -> None:
    """What scans have counted."""
    with office.work.writing() as session:
        row = folders.mailbox(session, office.work.owner_id, "personal")
        row.read, row.gaps = read, gaps


def test_health_counts_what_was_read_since_the_digest_before(office: Office) -> None:
    read_so_far(office, 400, 1)
    assert due(office, SLOT)
    read_so_far(office, 412, 1)
    with office.work.reading() as session:
        health = view(office.work, session, SLOT + timedelta(days=7)).digest.health
    assert (health.read, health.gaps) == (12, 0)


def test_promise_4_one_digest_a_period_where_two_processes_compose_at_once(office: Office) -> None:
    office.clock.at = SLOT
    start = threading.Barrier(4)
    made: list[bool] = []
    faults: list[BaseException] = []

    def compose(work: Work) -> None:
        start.wait()
        try:
            made.append(compose_due(work) is not None)
        except BaseException as fault:  # noqa: BLE001 -- told to the test's own thread
            faults.append(fault)

    works = [office.start() for _ in range(4)]
    threads = [threading.Thread(target=compose, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for work in works:
        work.engine.dispose()
    assert faults == []
    assert sorted(made) == [False, False, False, True]
    assert periods(office) == [str(FIRST)]
    assert len(office.rows("number")) == 2


def test_promise_4_one_digest_a_period_is_taken_by_another_process_at_this_moment(
    tmp_path: Path, postgres: Postgres
) -> None:
    """Both have looked and found nothing. SQLite lets one writer in at a time, so there it cannot come to this."""
    with Office(tmp_path, url=postgres.new_database(), at=WEDNESDAY) as office:
        befriend(office)
        office.clock.at = SLOT
        other = office.start()
        made: list[object] = []
        waiting = threading.Thread(target=lambda: made.append(compose_due(other)))
        with office.work.writing() as session:
            assert letters.claim_period(session, office.work.owner_id, FIRST, 0, 0, SLOT)
            waiting.start()
            waiting.join(0.3)
            assert waiting.is_alive(), "it waits for what becomes of the period"
        waiting.join(10)
        other.engine.dispose()
        assert made == [None]
        assert len(office.rows("digest")) == 1


# -- DST


@pytest.fixture
def sunday(tmp_path: Path) -> Iterator[Office]:
    """Digests on Sundays at 02:30, an hour that is skipped in spring and comes twice in autumn."""
    with Office(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC), digest__day="sunday", digest__time="02:30") as made:
        yield made


@pytest.mark.parametrize(
    ("first_at", "last_not_at"),
    [
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 29, 59, tzinfo=UTC)),  # 03:30 summer time
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 29, 59, tzinfo=UTC)),  # the first 02:30
        (datetime(2026, 7, 5, 0, 30, tzinfo=UTC), datetime(2026, 7, 5, 0, 29, 59, tzinfo=UTC)),
        (datetime(2026, 12, 6, 1, 30, tzinfo=UTC), datetime(2026, 12, 6, 1, 29, 59, tzinfo=UTC)),
    ],
    ids=["spring", "autumn", "summer", "winter"],
)
def test_promise_4_one_digest_a_period_when_clocks_change(
    sunday: Office, first_at: datetime, last_not_at: datetime
) -> None:
    assert due(sunday, first_at - timedelta(days=6))  # the week before, late
    assert not due(sunday, last_not_at)
    assert due(sunday, first_at)
    for minutes in range(1, 200, 15):
        assert not due(sunday, first_at + timedelta(minutes=minutes))
    assert [date.fromisoformat(p).weekday() for p in periods(sunday)] == [6, 6]


def test_promise_4_one_digest_a_period_for_a_year_of_ticks(sunday: Office) -> None:
    week = sunday.work.config.week
    at, sent, slots = datetime(2026, 1, 1, tzinfo=UTC), [], []
    while at < datetime(2027, 1, 1, tzinfo=UTC):
        at = week.slot(week.period(at) + WEEK)
        slots.append(at)
        ticks = (at + timedelta(minutes=minutes) for minutes in (-1, 0, 1, 60))
        sent += [tick for tick in ticks if due(sunday, tick)]
    assert sent == slots
    assert len(periods(sunday)) == len(set(periods(sunday))) == 53
    zone = sunday.work.config.owner.timezone
    assert {slot.astimezone(zone).strftime("%a %H:%M") for slot in slots} == {"Sun 02:30", "Sun 03:30"}
