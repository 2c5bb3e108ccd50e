"""Whether Kith is at work, and when the next digest comes: what is promised is what happens."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kith.configvalues import Day
from kith.jobs import compose
from kith.jobs.pulse import is_alive, next_digest, standstill
from kith.jobs.work import Work
from kith.store import folders, owners
from support.answers import with_a_past
from support.jobs import Office

MONDAY = datetime(2026, 5, 18, 5, 31, tzinfo=UTC)
"""A minute after the first digest is due: 07:31 in Paris."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path) as one:
        with_a_past(one)
        yield one


def on(work: Work, day: Day) -> Work:
    """The same with digests on another day."""
    digest = work.config.digest.model_copy(update={"day": day})
    return replace(work, config=work.config.model_copy(update={"digest": digest}))


def away(office: Office, until: date) -> None:
    with office.work.writing() as session:
        owners.set_away(session, office.work.owner_id, until)


def comes_then(office: Office, work: Work) -> None:
    """The digest comes when it is said to come, and not before."""
    promised = next_digest(work)
    if promised > office.clock.at:
        office.clock.at = promised - timedelta(minutes=1)
        assert not compose.is_due(work)
        office.clock.at = promised
    assert compose.is_due(work)


@pytest.mark.parametrize("day", list(Day))
def test_the_next_digest_comes_when_it_is_promised_whatever_day_it_was_moved_to(office: Office, day: Day) -> None:
    office.clock.at = MONDAY
    assert compose.compose_due(office.work)
    office.clock.move(days=6)  # Sunday
    comes_then(office, on(office.work, day))


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_the_first_digest_and_a_late_one_come_when_they_are_promised(office: Office, weeks: int) -> None:
    office.clock.move(weeks=weeks)
    assert next_digest(office.work) == MONDAY - timedelta(minutes=1) + timedelta(weeks=max(weeks - 1, 0))
    comes_then(office, office.work)


@pytest.mark.parametrize("days", [2, 7, 20])
def test_what_was_missed_while_away_comes_on_return(office: Office, days: int) -> None:
    away(office, office.work.today() + timedelta(days=days))
    comes_then(office, office.work)


def test_a_clock_that_was_ahead_and_is_right_again_promises_nothing_that_does_not_come(office: Office) -> None:
    office.clock.at = MONDAY + timedelta(weeks=2)
    assert compose.compose_due(office.work)
    office.clock.at = MONDAY
    comes_then(office, office.work)


# -- whether anybody does anything


def told(office: Office, *, held: bool = False) -> str:
    return standstill(office.work, digest_is_held_back=held)


def beat(office: Office) -> None:
    with office.work.writing() as session:
        owners.beat(session, office.work.owner_id, office.clock.at, office.clock.at)


def test_where_nothing_was_ever_done_nothing_is_missed(tmp_path: Path) -> None:
    with Office(tmp_path) as office:
        assert told(office) == ""


def test_a_mailbox_that_nobody_reads_any_more_is_told_with_the_day(office: Office) -> None:
    office.clock.at = MONDAY
    compose.compose_due(office.work)
    office.read()
    for _ in range(3):
        assert told(office) == "", "cron may do it once a day"
        office.clock.move(hours=23)
    office.clock.move(days=3)
    assert told(office).startswith("personal was last read on 18 May 2026, 07:31. Start `kith run`")
    beat(office)
    assert told(office) == ""


def test_one_that_is_polled_seldom_is_not_missed_soon(tmp_path: Path) -> None:
    with Office(tmp_path, mailboxes={"personal": 'poll = "48 hours"'}, digest__day="tuesday") as office:
        office.read()
        office.clock.move(days=5)
        assert "last read" not in told(office)
        office.clock.move(days=2)
        assert "last read" in told(office)


def test_a_mailbox_whose_trouble_is_told_already_is_not_told_twice(office: Office) -> None:
    office.read()
    with office.work.writing() as session:
        folders.note_failure(session, office.work.owner_id, "personal", "no route", office.clock.at)
    office.clock.move(days=5)
    assert "last read" not in told(office)


def test_a_digest_that_is_days_late_is_told_unless_it_is_known_why(office: Office) -> None:
    office.clock.at = MONDAY + timedelta(days=2)
    assert "digest" not in told(office)
    office.clock.move(days=2)
    assert "the digest of 2026-05-18 has not come" in told(office)
    assert "digest" not in told(office, held=True)


def test_a_service_that_died_is_told_at_once_unless_cron_took_over(office: Office) -> None:
    beat(office)
    office.clock.move(minutes=4)
    assert is_alive(office.work, office.clock.at)
    assert told(office) == ""
    office.clock.move(minutes=2)
    assert "no sign of life since 13 May 2026, 12:00" in told(office)
    office.read()
    assert told(office) == ""
