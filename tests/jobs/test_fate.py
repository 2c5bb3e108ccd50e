"""What an owner is told who asks why an invitation is no touch: what became of the meeting."""

from datetime import timedelta

import pytest

from kith.jobs import rulings
from kith.jobs.acts import Acts
from kith.jobs.explain import explain
from kith.store import people
from support.invitations import ALEX, HER, event, hear
from support.jobs import MARIA, ME, NOW, Office

LAST_WEEK, NEXT_WEEK = NOW - timedelta(days=7), NOW + timedelta(days=7)
STRANGERS = {f"guest{n}@example.net": "ACCEPTED" for n in range(12)}


def fates(office: Office) -> set[str]:
    """What is told of each mail that was kept."""
    ids = [row["message_id"] for row in office.rows("message")]
    return {one.meeting for message_id in ids for one in explain(office.work, message_id)}


DAY = f"{LAST_WEEK.day} {LAST_WEEK:%B}"
COMING = f"{NEXT_WEEK.day} {NEXT_WEEK:%B}"


@pytest.mark.parametrize(
    ("calendars", "told"),
    [
        ([event(LAST_WEEK)], f"the meeting counted, on {DAY}"),
        ([event(NEXT_WEEK)], f"the meeting on {COMING} counts once it was held"),
        ([event(LAST_WEEK), event(LAST_WEEK, method="CANCEL", sequence=1)], "the meeting was cancelled"),
        ([event(NEXT_WEEK), event(NEXT_WEEK, method="CANCEL", sequence=1)], "the meeting was cancelled"),
        ([event(NEXT_WEEK, method="CANCEL", sequence=1)], "the meeting was cancelled"),
        ([event(LAST_WEEK, attendees={ALEX: "DECLINED", HER: "ACCEPTED"})], "you declined the meeting"),
        ([event(LAST_WEEK, attendees={HER: "ACCEPTED"})], "you were not asked to the meeting"),
        ([event(LAST_WEEK, attendees={ALEX: "ACCEPTED", HER: "DECLINED"})], "none of your people came to the meeting"),
        (
            [event(LAST_WEEK, attendees={ALEX: "ACCEPTED", **STRANGERS})],
            "too many were asked to the meeting (max_recipients in kith.toml)",
        ),
        (
            [event(NOW - timedelta(days=21), more="RRULE:FREQ=WEEKLY;COUNT=5")],
            f"3 meetings counted, last on {DAY}; the next is on {NOW.day} {NOW:%B}",
        ),
    ],
)
def test_it_is_told_what_became_of_the_meeting(office: Office, calendars: list[str], told: str) -> None:
    for days, calendar in zip((30, 29), calendars, strict=False):
        hear(office, calendar, days)
    office.read()
    assert fates(office) == {told}


def test_the_owners_answer_is_told_with_the_invitation(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    hear(office, event(LAST_WEEK, method="REPLY", attendees={ALEX: "DECLINED"}), 19, sender=ME, to=MARIA)
    office.read()
    assert fates(office) == {"you declined the meeting"}


def test_a_meeting_that_the_owner_took_for_none_is_told_so(office: Office) -> None:
    hear(office, event(LAST_WEEK), 20)
    office.read()
    with office.work.writing() as session:
        acts = Acts(session, office.work.owner_id, NOW, office.work.config.owner.timezone)
        rulings.not_a_touch(acts, people.one(session, office.work.owner_id, 1)[0])  # type: ignore[index]
    assert fates(office) == {"no touch by your own word"}


def test_of_a_calendar_that_nobody_can_read_nothing_is_told(office: Office) -> None:
    hear(office, event(LAST_WEEK).replace("DTSTART", "DTSTRAT"), 20)
    office.read()
    assert fates(office) == {""}
