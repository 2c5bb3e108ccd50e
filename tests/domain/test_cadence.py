"""Who is due, when, who finds a place, and what is said about it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.domain.cadence import PATIENCE, Rhythm, Rhythms, Standing, ago, choose, rhythm_of, spread, standing, why
from kith.domain.dates import Duration, Unit
from kith.domain.person import History, Person

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 23)
ADDED = datetime(2026, 5, 3, 10, tzinfo=UTC)
TWO_MONTHS = Duration(2, Unit.MONTH)
TWO_WEEKS = Duration(2, Unit.WEEK)
SIX_WEEKS = Duration(6, Unit.WEEK)
RHYTHMS = Rhythms(
    circles={"friends": Rhythm(TWO_MONTHS), "Mentors": Rhythm(SIX_WEEKS, TWO_WEEKS)},
    tags={"family": Rhythm(TWO_WEEKS), "alumni": Rhythm(Duration(1, Unit.YEAR))},
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
DURATIONS = st.builds(Duration, st.integers(1, 60), st.sampled_from(Unit))


def person(number: int = 1, **known: object) -> Person:
    return replace(Person(number, f"Person {number:03}", ADDED, circle="friends"), **known)  # type: ignore[arg-type]


def touched(at: datetime) -> History:
    return History(1, at, at)


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)


def on_day(who: Person, last: date | None, today: date = TODAY) -> Standing:
    return standing(who, touched(noon(last)) if last else History(), RHYTHMS, today, PARIS)


@pytest.mark.parametrize(
    ("who", "every", "grace", "source"),
    [
        (person(), TWO_MONTHS, None, "circle friends"),
        (person(circle="MENTORS"), SIX_WEEKS, TWO_WEEKS, "circle MENTORS"),
        (person(tags=("Family",)), TWO_WEEKS, None, "tag Family"),
        (person(tags=("alumni", "family", "chess")), TWO_WEEKS, None, "tag family"),
        (person(tags=("alumni",), circle="mentors"), Duration(1, Unit.YEAR), None, "tag alumni"),
        (person(every=TWO_WEEKS, tags=("alumni",)), TWO_WEEKS, None, "their own"),
        (person(every=TWO_MONTHS, circle="mentors"), TWO_MONTHS, TWO_WEEKS, "their own"),
    ],
)
def test_the_rhythm_is_their_own_else_a_tags_else_the_circles(
    who: Person, every: Duration, grace: Duration | None, source: str
) -> None:
    assert rhythm_of(who, RHYTHMS) == (Rhythm(every, grace), source)


@pytest.mark.parametrize("who", [person(circle=None), person(circle="work", tags=("chess",))])
def test_without_a_cadence_nobody_is_ever_due(who: Person) -> None:
    assert rhythm_of(who, RHYTHMS) is None
    how = on_day(who, date(2001, 1, 1))
    assert (how.due_on, how.is_due, how.is_overdue, how.days_overdue) == (None, False, False, 0)


@pytest.mark.parametrize(
    ("today", "is_due", "is_overdue", "days_overdue"),
    [
        ("2026-11-23", False, False, 0),
        ("2026-11-24", True, False, 0),
        ("2026-12-07", True, False, 0),
        ("2026-12-08", True, True, 1),
        ("2026-12-18", True, True, 11),
    ],
)
def test_due_is_after_the_day_and_overdue_after_the_grace(
    today: str, is_due: bool, is_overdue: bool, days_overdue: int
) -> None:
    how = on_day(person(circle="mentors"), date(2026, 10, 12), date.fromisoformat(today))
    assert (how.due_on, how.overdue_on) == (date(2026, 11, 23), date(2026, 12, 7))
    assert (how.is_due, how.is_overdue, how.days_overdue) == (is_due, is_overdue, days_overdue)


@pytest.mark.parametrize(
    ("last", "every", "due_on"),
    [
        ("2025-12-31", TWO_MONTHS, "2026-02-28"),
        ("2027-12-31", TWO_MONTHS, "2028-02-29"),
        ("2028-02-29", Duration(1, Unit.YEAR), "2029-02-28"),
        ("2026-03-15", SIX_WEEKS, "2026-04-26"),
        ("2026-10-24", Duration(1, Unit.WEEK), "2026-10-31"),
    ],
)
def test_the_day_due_is_counted_in_the_calendar(last: str, every: Duration, due_on: str) -> None:
    how = on_day(person(every=every), date.fromisoformat(last))
    assert how.due_on == date.fromisoformat(due_on)


@pytest.mark.parametrize(
    ("at", "local"),
    [
        ("2026-01-10T22:59:59+00:00", "2026-01-10"),
        ("2026-01-10T23:00:00+00:00", "2026-01-11"),
        ("2026-07-10T21:59:59+00:00", "2026-07-10"),
        ("2026-07-10T22:00:00+00:00", "2026-07-11"),
        ("2026-03-29T00:59:59+00:00", "2026-03-29"),
        ("2026-10-25T22:59:59+00:00", "2026-10-25"),
    ],
)
def test_a_touch_near_midnight_counts_on_the_owners_day(at: str, local: str) -> None:
    how = standing(person(every=TWO_WEEKS), touched(datetime.fromisoformat(at)), RHYTHMS, TODAY, PARIS)
    assert how.reference == date.fromisoformat(local)
    assert how.due_on == how.reference + timedelta(14)


def test_only_the_owners_mail_counts_where_it_was_so_chosen() -> None:
    history = History(2, noon(date(2026, 11, 20)), noon(date(2026, 8, 1)), noon(date(2026, 11, 20)))
    assert standing(person(), history, RHYTHMS, TODAY, PARIS).due_on == date(2027, 1, 20)
    assert standing(person(), history, RHYTHMS, TODAY, PARIS, "mine").due_on == date(2026, 10, 1)
    only_theirs = History(1, noon(date(2026, 11, 20)), None, noon(date(2026, 11, 20)))
    assert standing(person(), only_theirs, RHYTHMS, TODAY, PARIS, "mine").due_on == date(2026, 5, 3)


def test_somebody_never_touched_is_due_from_the_day_they_were_added_and_their_delay() -> None:
    late_evening = person(added_at=datetime(2026, 5, 3, 22, 30, tzinfo=UTC))
    assert standing(late_evening, History(), RHYTHMS, TODAY, PARIS).due_on == date(2026, 5, 4)
    assert standing(late_evening, History(), RHYTHMS, TODAY, PARIS, spread=7).due_on == date(2026, 5, 11)


def test_the_snoozed_come_back_on_the_day_itself() -> None:
    who = person(snoozed_until=date(2026, 12, 1))
    hidden = on_day(who, date(2026, 1, 1), date(2026, 11, 30))
    back = on_day(who, date(2026, 1, 1), date(2026, 12, 1))
    assert (hidden.snoozed, hidden.is_due, hidden.is_overdue, hidden.days_overdue, hidden.share) == (
        True,
        False,
        False,
        0,
        0,
    )
    assert hidden.due_on == date(2026, 3, 1)
    assert (back.snoozed, back.is_overdue, back.days_overdue) == (False, True, 275)


def test_the_paused_are_never_due() -> None:
    how = on_day(person(paused=True), date(2001, 1, 1))
    assert (how.paused, how.is_due, how.is_overdue, how.days_overdue, how.share) == (True, False, False, 0, 0)


@given(st.tuples(INSTANTS, INSTANTS), DURATIONS, DAYS, st.sampled_from(["Europe/Paris", "Asia/Kolkata", "UTC"]))
def test_a_later_touch_never_makes_anybody_due_earlier(
    instants: tuple[datetime, datetime], every: Duration, today: date, zone: str
) -> None:
    who, tz = person(every=every), ZoneInfo(zone)
    before, after = (standing(who, touched(at), RHYTHMS, today, tz) for at in sorted(instants))
    assert before.due_on is not None
    assert after.due_on is not None
    assert before.due_on <= after.due_on
    assert before.days_overdue >= after.days_overdue


@given(INSTANTS, DURATIONS, st.none() | DURATIONS, DAYS, st.booleans(), st.none() | DAYS)
def test_a_standing_agrees_with_itself(
    at: datetime, every: Duration, grace: Duration | None, today: date, paused: bool, snoozed_until: date | None
) -> None:
    who = person(every=every, paused=paused, snoozed_until=snoozed_until)
    how = standing(who, touched(at), Rhythms({"friends": Rhythm(TWO_WEEKS, grace)}), today, PARIS)
    assert (how.days_overdue > 0) == how.is_overdue
    assert (how.share > 0) == how.is_due
    assert how.is_due or not how.is_overdue
    assert not (how.is_due and (how.paused or how.snoozed))
    assert how.due_on is not None
    assert abs((how.due_on - how.reference).days - every.nominal_days) <= 3


def spread_all(people: list[Person], tz: ZoneInfo, per_digest: int) -> dict[int, int]:
    return spread(people, [who.id for who in people], tz, per_digest, RHYTHMS)


def test_an_import_is_spread_over_as_many_weeks_as_its_digests_need() -> None:
    assert list(spread_all([person(n) for n in range(20)], PARIS, 7).values()) == [0] * 7 + [7] * 7 + [14] * 6
    two_hundred = spread_all([person(n) for n in range(200)], PARIS, 7)
    assert Counter(two_hundred.values()) == Counter({7 * week: 7 for week in range(28)} | {7 * 28: 4})


@pytest.mark.parametrize(
    ("others", "every", "a_week"),
    [
        (0, TWO_MONTHS, 7),
        (10, TWO_MONTHS, 5),  # one comes on a week, and a little more
        (10, Duration(10, Unit.YEAR), 6),
        (200, TWO_MONTHS, 3),  # the digest is full of them already
    ],
)
def test_an_import_leaves_room_for_those_who_come_by_their_rhythm(others: int, every: Duration, a_week: int) -> None:
    earlier = ADDED - timedelta(days=300)
    known = [person(1000 + n, added_at=earlier, every=every) for n in range(others)]
    idle = [person(2000 + n, added_at=earlier, every=every, paused=True) for n in range(200)]
    unwished = [person(3000 + n, added_at=earlier, circle=None) for n in range(200)]
    imported = [person(n) for n in range(50)]
    delays = spread([*known, *idle, *unwished, *imported], range(50), PARIS, 7, RHYTHMS)
    assert [Counter(delays.values())[days] for days in (0, 7, 14)] == [7, a_week, a_week]


def test_spreading_goes_by_the_local_day_and_the_id_and_not_by_the_order_given() -> None:
    evening = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)
    people = [person(3), person(1), person(4, added_at=evening), person(2)]
    assert spread_all(people, PARIS, 1) == {1: 0, 2: 7, 3: 7, 4: 0}
    assert spread_all(people, PARIS, 0) == {1: 7, 2: 7, 3: 7, 4: 7}


def test_those_who_do_not_wait_take_no_place_from_those_who_do() -> None:
    people = [person(n) for n in range(500)]
    assert spread(people, [499], PARIS, 7, RHYTHMS) == {499: 0}


def added(number: int, minute: int) -> Person:
    return person(number, added_at=datetime(2026, 5, 3, 10, minute, tzinfo=UTC))


def test_nobody_added_by_hand_waits_behind_an_import_of_the_day() -> None:
    imported, by_hand = [added(n, 0) for n in range(200)], [added(200 + n, 1 + n) for n in range(3)]
    delays = spread_all(imported + by_hand, PARIS, 7)
    assert [delays[who.id] for who in by_hand] == [0, 0, 0]
    assert Counter(delays.values())[0] == 7


def test_many_added_one_by_one_are_spread_as_well() -> None:
    delays = spread_all([added(n, n % 60) for n in range(50)], PARIS, 7)
    assert Counter(delays.values()).most_common(3) == [(0, 7), (7, 7), (14, 7)]


@given(st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_nobody_falls_due_later_because_others_were_written_to(now: set[int], then: set[int]) -> None:
    people = [added(n, 0) for n in range(20)] + [added(n, n) for n in range(20, 30)]
    before, after = (spread(people, waiting, PARIS, 7, RHYTHMS) for waiting in (now | then, now))
    assert all(after[number] <= before[number] for number in after)


def overdue(number: int, share: float, passed_over: int = 0, old: bool = False) -> tuple[Person, Standing]:
    how = Standing(TODAY, True, TWO_MONTHS, is_due=True, is_overdue=True, share=share, due_when_added=old)
    return person(number, passed_over=passed_over), how


def ids(candidates: Iterable[tuple[Person, Standing]]) -> list[int]:
    return [who.id for who, _ in candidates]


def test_the_order_is_share_then_passed_over_then_name_then_id() -> None:
    people = [overdue(4, 0.5), overdue(3, 0.5), overdue(2, 0.5, 1), overdue(1, 0.1, 3), overdue(5, 2.0)]
    assert ids(choose(people, 9).chosen) == [5, 2, 3, 4, 1]
    choice = choose(people, 2)
    assert (ids(choice.chosen), ids(choice.passed)) == ([5, 2], [3, 4, 1])


def test_the_name_decides_before_the_id_and_without_capitals() -> None:
    ann, bob = overdue(2, 1.0), overdue(1, 1.0)
    people = [(replace(bob[0], name="Bob"), bob[1]), (replace(ann[0], name="ann"), ann[1])]
    assert ids(choose(people, 2).chosen) == [2, 1]


def test_only_the_overdue_are_chosen() -> None:
    fine = (person(1), Standing(TODAY, True, TWO_MONTHS, is_due=True, share=0.2))
    choice = choose([fine, overdue(2, 0.1)], 7)
    assert (ids(choice.chosen), ids(choice.passed)) == ([2], [])


@pytest.mark.parametrize("cap", [0, -1])
def test_a_digest_without_places_passes_everybody_over(cap: int) -> None:
    choice = choose([overdue(1, 1.0), overdue(2, 1.0, old=True)], cap)
    assert (ids(choice.chosen), ids(choice.passed)) == ([], [1, 2])


def test_who_waited_four_digests_goes_first() -> None:
    people = [overdue(1, 9.0), overdue(2, 8.0, 3), overdue(3, 0.1, PATIENCE)]
    assert ids(choose(people, 1).chosen) == [3]
    assert ids(choose(people, 2).chosen) == [1, 3]


def test_half_of_the_places_at_most_go_to_an_old_address_book_while_others_wait() -> None:
    old = [overdue(n, 20.0, passed_over=n, old=True) for n in range(200)]
    others = [overdue(n, 0.1) for n in range(300, 310)]
    assert [how.due_when_added for _, how in choose(old + others, 7).chosen] == [True] * 4 + [False] * 3


def test_a_few_who_were_due_when_added_have_the_places_that_are_theirs() -> None:
    fills_four = [overdue(n, 5.0, old=True) for n in range(4 * 3)]
    assert ids(choose([*fills_four, overdue(99, 0.02)], 3).chosen) == [0, 1, 2]
    one_more = overdue(98, 4.0, old=True)
    assert ids(choose([*fills_four, one_more, overdue(99, 0.02)], 3).chosen) == [0, 1, 99]


def test_places_that_nobody_else_needs_go_to_the_old_ones() -> None:
    old = [overdue(n, 20.0, old=True) for n in range(200)]
    assert len(choose(old, 7).chosen) == 7
    assert ids(choose([*old, overdue(300, 0.1)], 7).chosen) == [0, 1, 2, 3, 4, 5, 300]


def test_due_when_added_is_about_the_past_before_kith() -> None:
    assert on_day(person(), date(2026, 1, 1)).due_when_added
    assert not on_day(person(), date(2026, 4, 1)).due_when_added
    assert not on_day(person(), None).due_when_added


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.001, 50), st.booleans(), st.integers(0, 12)), min_size=1, max_size=30),
    st.integers(1, 8),
)
def test_everybody_who_stays_overdue_is_chosen_within_a_bounded_number_of_digests(
    people: list[tuple[float, bool, int]], cap: int
) -> None:
    bound = PATIENCE + ceil(len(people) / ceil(cap / 2))
    passed_over, waits = dict.fromkeys(range(len(people)), 0), dict.fromkeys(range(len(people)), 0)
    for week in range(2 * bound + 12):
        now = [
            overdue(number, share * (week + 1), passed_over[number], old)
            for number, (share, old, arrives) in enumerate(people)
            if week >= arrives
        ]
        choice = choose(now, cap)
        assert len(choice.chosen) == min(cap, len(now))
        assert sorted(ids(choice.chosen + choice.passed)) == sorted(ids(now))
        passed_over.update(dict.fromkeys(ids(choice.chosen), 0) | {n: passed_over[n] + 1 for n in ids(choice.passed)})
        waits.update(dict.fromkeys(ids(choice.chosen), 0) | {n: waits[n] + 1 for n in ids(choice.passed)})
        assert max(waits.values()) <= bound


@given(st.permutations([overdue(n, n % 3, n % 2, n % 5 == 0) for n in range(12)]), st.integers(0, 12))
def test_the_choice_does_not_depend_on_the_order_given(people: list[tuple[Person, Standing]], cap: int) -> None:
    assert choose(people, cap) == choose(sorted(people, key=lambda c: c[0].id), cap)


@pytest.mark.parametrize(
    ("who", "history", "says"),
    [
        (
            person(), touched(noon(TODAY - timedelta(98))),
            "14 weeks since you were in touch; you wanted every 2 months",
        ),
        (
            person(every=Duration(1, Unit.WEEK)), touched(noon(TODAY - timedelta(9))),
            "9 days since you were in touch; you wanted every week",
        ),
        (person(), touched(noon(TODAY)), "In touch today; you wanted every 2 months"),
        (person(), History(), "You have not been in touch yet; added on 3 May; you wanted every 2 months"),
        (person(circle=None), History(), "You have not been in touch yet; added on 3 May; no rhythm is set"),
        (
            person(paused=True), touched(noon(TODAY - timedelta(800))),
            "2 years since you were in touch; paused until you resume",
        ),
        (
            person(snoozed_until=date(2027, 1, 5)), touched(noon(TODAY - timedelta(152))),
            "5 months since you were in touch; snoozed until 5 January 2027",
        ),
    ],
)  # fmt: skip
def test_why_is_said_in_plain_words(who: Person, history: History, says: str) -> None:
    assert why(who, standing(who, history, RHYTHMS, TODAY, PARIS), history, TODAY, PARIS) == says


@pytest.mark.parametrize(
    ("outbound", "inbound", "says"),
    [
        (98, 21, "14 weeks since you last reached out (you heard from them 3 weeks ago); you wanted every 2 months"),
        (98, 0, "14 weeks since you last reached out (you heard from them today); you wanted every 2 months"),
        (98, 120, "14 weeks since you were in touch; you wanted every 2 months"),
        (None, 1, "You have not reached out yet (you heard from them 1 day ago); you wanted every 2 months"),
    ],
)
def test_why_tells_their_mail_from_the_owners_where_only_the_owners_counts(
    outbound: int | None, inbound: int, says: str
) -> None:
    mine = noon(TODAY - timedelta(outbound)) if outbound is not None else None
    theirs = noon(TODAY - timedelta(inbound))
    history = History(2, max(theirs, mine or theirs), mine, theirs)
    how = standing(person(), history, RHYTHMS, TODAY, PARIS, "mine")
    assert why(person(), how, history, TODAY, PARIS) == says


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (-1, "0 days"), (0, "0 days"), (1, "1 day"), (3, "3 days"), (13, "13 days"), (14, "2 weeks"), (42, "6 weeks"),
        (98, "14 weeks"), (119, "17 weeks"), (120, "4 months"), (152, "5 months"), (729, "24 months"), (730, "2 years"),
        (1500, "4 years"),
    ],
)  # fmt: skip
def test_a_number_of_days_is_said_in_the_unit_people_use(days: int, says: str) -> None:
    assert ago(days) == says
