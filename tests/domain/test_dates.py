"""Durations, dates and birthdays in words."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kith.domain.dates import (
    Birthday,
    Duration,
    Look,
    Unit,
    find_date,
    find_within,
    parse_birthday,
    parse_date,
    parse_duration,
)

SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 23)
DAYS = st.dates(date(1901, 1, 1), date(2199, 12, 31))
DURATIONS = st.builds(Duration, st.integers(1, 90), st.sampled_from(Unit))
LOOKS = st.sampled_from(Look)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("6w", "6 weeks"),
        ("6 weeks", "6 weeks"),
        ("6-week", "6 weeks"),
        ("a week", "1 week"),
        ("week", "1 week"),
        ("two months", "2 months"),
        ("Every 6 Weeks", "6 weeks"),
        ("every two weeks.", "2 weeks"),
        ("each month", "1 month"),
        ("once a quarter", "3 months"),
        ("twice a year", "6 months"),
        ("weekly", "1 week"),
        ("monthly", "1 month"),
        ("fortnight", "2 weeks"),
        ("fortnightly", "2 weeks"),
        ("quarterly", "3 months"),
        ("every quarter", "3 months"),
        ("half a year", "6 months"),
        ("six months", "6 months"),
        ("yearly", "1 year"),
        ("annually", "1 year"),
        ("every other week", "2 weeks"),
        ("other month", "2 months"),
        ("daily", "1 day"),
        ("30d", "30 days"),
        ("thirty days", "30 days"),
        ("1y", "1 year"),
        ("3 wks", "3 weeks"),
        ("12 mo", "12 months"),
        ("a couple of weeks", "2 weeks"),
        ("a few weeks", "3 weeks"),
        ("P2M", "2 months"),
    ],
)
def test_a_duration_is_read(text: str, says: str) -> None:
    assert str(parse_duration(text)) == says


@pytest.mark.parametrize(
    "text",
    [
        "", "m", "every", "6", "0 weeks", "-3 weeks", "101 years", "36526 days", "99999999 weeks", "6 weeks please",
        "about 6 weeks", "² weeks", "1.5 weeks", "1 year 6 months", "P1Y6M", "lunch", "half a week", "weeks " * 40,
    ],
)  # fmt: skip
def test_what_is_no_duration_as_a_whole_is_refused(text: str) -> None:
    assert parse_duration(text) is None


@given(DURATIONS)
def test_a_duration_written_down_is_read_back(duration: Duration) -> None:
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("text", "days"),
    [("1 day", 1), ("6 weeks", 42), ("1 month", 30), ("2 months", 61), ("3 months", 91), ("1 year", 365)],
)
def test_nominal_days(text: str, days: int) -> None:
    duration = parse_duration(text)
    assert duration is not None
    assert duration.nominal_days == days


def test_a_duration_of_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="positive"):
        Duration(0, Unit.DAY)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-01-31", Duration(1, Unit.MONTH), "2026-02-28"),
        ("2028-01-31", Duration(1, Unit.MONTH), "2028-02-29"),
        ("2026-12-15", Duration(2, Unit.MONTH), "2027-02-15"),
        ("2028-02-29", Duration(1, Unit.YEAR), "2029-02-28"),
        ("2026-03-28", Duration(1, Unit.WEEK), "2026-04-04"),
        ("9999-12-01", Duration(2, Unit.MONTH), "9999-12-31"),
        ("9999-12-01", Duration(2_000_000_000, Unit.WEEK), "9999-12-31"),
    ],
)
def test_durations_count_in_calendar_units_and_stop_at_the_end_of_time(
    start: str, duration: Duration, end: str
) -> None:
    assert duration.after(day(start)) == day(end)


def test_going_back_follows_the_same_rule() -> None:
    assert Duration(1, Unit.MONTH).before(date(2026, 3, 31)) == date(2026, 2, 28)
    assert Duration(30, Unit.YEAR).before(date(20, 1, 1)) == date.min


@given(DAYS, DURATIONS)
def test_after_is_near_the_nominal_length(start: date, duration: Duration) -> None:
    assert abs((duration.after(start) - start).days - duration.nominal_days) <= 4


@given(st.lists(DAYS, min_size=2).map(sorted), DURATIONS)
def test_after_keeps_the_order_of_days(days: list[date], duration: Duration) -> None:
    assert all(duration.after(one) <= duration.after(two) for one, two in pairwise(days))


@pytest.mark.parametrize(
    ("text", "ahead", "back"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("tonight", "2026-11-22", "2026-11-22"),
        ("This evening", "2026-11-22", "2026-11-22"),
        ("this morning", "2026-11-22", "2026-11-22"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("yesterday at 5pm", "2026-11-21", "2026-11-21"),
        ("last night", "2026-11-21", "2026-11-21"),
        ("tomorrow!", "2026-11-23", "2026-11-23"),
        ("the day after tomorrow", "2026-11-24", "2026-11-24"),
        ("the day before yesterday", "2026-11-20", "2026-11-20"),
        ("monday", "2026-11-23", "2026-11-16"),
        ("monday morning at 10:30", "2026-11-23", "2026-11-16"),
        ("on Tuesday", "2026-11-24", "2026-11-17"),
        ("sat.", "2026-11-28", "2026-11-21"),
        ("last monday", "2026-11-16", "2026-11-16"),
        ("next tuesday", "2026-11-24", "2026-11-24"),
        ("tuesday next week", "2026-11-24", "2026-11-24"),
        ("last week monday", "2026-11-09", "2026-11-09"),
        ("next weekend", "2026-11-28", "2026-11-28"),
        ("in 3 months", "2027-02-22", "2027-02-22"),
        ("3 months ago", "2026-08-22", "2026-08-22"),
        ("a week ago", "2026-11-15", "2026-11-15"),
        ("two weeks from now", "2026-12-06", "2026-12-06"),
        ("3 weeks", "2026-12-13", "2026-11-01"),
        ("2w", "2026-12-06", "2026-11-08"),
        ("next week", "2026-11-29", "2026-11-29"),
        ("last week", "2026-11-15", "2026-11-15"),
        ("next month", "2026-12-22", "2026-12-22"),
        ("in a month", "2026-12-22", "2026-12-22"),
        ("on 12 May", "2027-05-12", "2026-05-12"),
        ("May 12", "2027-05-12", "2026-05-12"),
        ("12th of May", "2027-05-12", "2026-05-12"),
        ("Dec. 5", "2026-12-05", "2025-12-05"),
        ("12 May 2027", "2027-05-12", "2027-05-12"),
        ("May 12th, 2027", "2027-05-12", "2027-05-12"),
        ("12-May-2027", "2027-05-12", "2027-05-12"),
        ("12 May next year", "2027-05-12", "2027-05-12"),
        ("2026-05-12", "2026-05-12", "2026-05-12"),
        ("12.5.2026", "2026-05-12", "2026-05-12"),
        ("12/05/2026", "2026-05-12", "2026-05-12"),
        ("12/5", "2027-05-12", "2026-05-12"),
        ("12.5.", "2027-05-12", "2026-05-12"),
        ("22 November", "2026-11-22", "2026-11-22"),
        ("the 12th", "2026-12-12", "2026-11-12"),
        ("the 31st", "2026-12-31", "2026-10-31"),
        ("sunday the 22nd", "2026-11-22", "2026-11-22"),
        ("on the 1st of next month", "2026-12-01", "2026-12-01"),
        ("end of June", "2027-06-30", "2026-06-30"),
        ("end of month", "2026-11-30", "2026-11-30"),
        ("the end of the month", "2026-11-30", "2026-11-30"),
        ("end of next month", "2026-12-31", "2026-12-31"),
        ("end of next week", "2026-11-29", "2026-11-29"),
        ("end of the year", "2026-12-31", "2026-12-31"),
        ("end of 2027", "2027-12-31", "2027-12-31"),
        ("early June", "2027-06-01", "2026-06-01"),
        ("mid-June", "2027-06-15", "2026-06-15"),
        ("late June", "2027-06-25", "2026-06-25"),
        ("June", "2027-06-01", "2026-06-01"),
        ("in June", "2027-06-01", "2026-06-01"),
        ("may", "2027-05-01", "2026-05-01"),
        ("November", "2027-11-01", "2026-11-01"),
        ("June 2027", "2027-06-01", "2027-06-01"),
        ("until June", "2027-06-01", "2026-06-01"),
        ("till 12 May", "2027-05-12", "2026-05-12"),
        ("by friday", "2026-11-27", "2026-11-20"),
        ("christmas", "2026-12-25", "2025-12-25"),
        ("29 Feb", "2028-02-29", "2024-02-29"),
        ("in 100 years", "2126-11-22", "2126-11-22"),
        ("in 6 weeks' time", "2027-01-03", "2027-01-03"),
        ("in a year’s time", "2027-11-22", "2027-11-22"),
        ("in two months time", "2027-01-22", "2027-01-22"),
        ("a week on Tuesday", "2026-12-01", "2026-12-01"),
        ("Tuesday week", "2026-12-01", "2026-12-01"),
        ("week from sunday", "2026-12-06", "2026-12-06"),
        ("the week after next", "2026-12-06", "2026-12-06"),
        ("month after next", "2027-01-22", "2027-01-22"),
        ("morgen", "2026-11-23", "2026-11-23"),
        ("aujourd'hui", "2026-11-22", "2026-11-22"),
        ("bis morgen", "2026-11-23", "2026-11-23"),
        ("am 12. Mai", "2027-05-12", "2026-05-12"),
        ("le 12 mai 2027", "2027-05-12", "2027-05-12"),
        ("el lunes", "2026-11-23", "2026-11-16"),
        ("hace 3 dias", "2026-11-19", "2026-11-19"),
    ],
)
def test_a_date_is_read_as_it_is_meant(text: str, ahead: str, back: str) -> None:
    assert parse_date(text, SUNDAY, Look.AHEAD) == day(ahead)
    assert parse_date(text, SUNDAY, Look.BACK) == day(back)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "until", "on", "end", "of", "this", "month", "the", "12", "12.5", "12:30", "5pm", "lunch",
        "tomorrow lunch", "12 May foo", "sunday sunday", "on on monday", "31 June", "31 feb 2027", "29 Feb 2027",
        "0 days", "13/13/2026", "in 3 weeks ago", "in 200 years", "12 May 1066", "12 May 9999", "1700000000",
        "me", "so", "Sam", "do", "soon", "after the holidays", "second tuesday", "0000-00-00", "12.13.2026", "x" * 61,
        "morgen" + " " * 60,
    ],
)  # fmt: skip
@pytest.mark.parametrize("look", Look)
def test_what_is_no_date_as_a_whole_is_refused(text: str, look: Look) -> None:
    assert parse_date(text, SUNDAY, look) is None


def test_the_weekday_of_today_is_today_looking_back_and_next_week_looking_ahead() -> None:
    assert parse_date("monday", MONDAY, Look.BACK) == MONDAY
    assert parse_date("monday", MONDAY, Look.AHEAD) == MONDAY + timedelta(7)
    assert parse_date("next monday", MONDAY, Look.BACK) == MONDAY + timedelta(7)
    assert parse_date("last monday", MONDAY, Look.BACK) == MONDAY - timedelta(7)


@pytest.mark.parametrize(
    ("text", "ahead", "back"),
    [
        ("Friday 27 November", "2026-11-27", "2026-11-27"),
        ("on Fri 27 Nov", "2026-11-27", "2026-11-27"),
        ("Friday, November 27", "2026-11-27", "2026-11-27"),
        ("Friday 27/11", "2026-11-27", "2026-11-27"),
        ("Friday the 27th", "2026-11-27", "2026-11-27"),
        ("Friday the 13th", "2026-11-13", "2026-11-13"),
        ("Monday 16 November", "2026-11-16", "2026-11-16"),
        ("Tuesday 16 November", None, None),
        ("Tuesday 30 November", None, None),
        ("Tuesday the 12th of May", None, "2026-05-12"),
        ("Wednesday the 12th of May", "2027-05-12", "2027-05-12"),
        ("Thursday 27 November", None, None),
        ("Tuesday 12 May 1981", "1981-05-12", "1981-05-12"),
        ("Friday 27 November 2026", "2026-11-27", "2026-11-27"),
        ("Thursday 27 November 2026", None, None),
    ],
)
def test_a_weekday_and_a_date_together_are_one_day(text: str, ahead: str | None, back: str | None) -> None:
    assert parse_date(text, SUNDAY, Look.AHEAD) == (ahead and day(ahead))
    assert parse_date(text, SUNDAY, Look.BACK) == (back and day(back))


@pytest.mark.parametrize(
    "text", ["on Friday 27 November", "with her on Friday 27 November", "on Tuesday 16 November, she is fine"]
)
def test_no_part_of_a_day_to_come_or_of_none_at_all_is_a_day_that_was(text: str) -> None:
    assert find_date(text, SUNDAY, Look.BACK) is None


@pytest.mark.parametrize("text", ["on Monday 16 November", "until Tuesday 30 November about the flat"])
def test_no_part_of_a_day_that_was_or_of_none_at_all_is_a_day_to_come(text: str) -> None:
    assert find_date(text, SUNDAY, Look.AHEAD) is None


@pytest.mark.parametrize(
    ("text", "on", "left"),
    [
        ("her yesterday about the house", "2026-11-21", "her about the house"),
        ("her last Friday at a party", "2026-11-20", "her at a party"),
        ("her on Saturday at the wedding", "2026-11-21", "her at the wedding"),
        ("her on 3 November in Paris", "2026-11-03", "her in Paris"),
        ("with Bob Tuesday at Joe's, all well", "2026-11-17", "with Bob at Joe's, all well"),
        ("her two weeks ago at the opera", "2026-11-08", "her at the opera"),
        ("her last week in Rome", "2026-11-15", "her in Rome"),
        ("her on Friday the 13th in Rome", "2026-11-13", "her in Rome"),
        ("at the Friday market with her", None, ""),
        ("her now and then", None, ""),
        ("about the flat on Monday with all keys", None, ""),
        ("so that we meet on Monday in Rome", None, ""),
        ("her next Friday at Joe's", None, ""),
        ("her on Tuesday next week at Joe's", None, ""),
        ("word " * 100 + "yesterday at Joe's", None, ""),
    ],
)
def test_a_day_that_was_is_found_in_the_midst_of_a_clause(text: str, on: str | None, left: str) -> None:
    found = find_within(text, SUNDAY, Look.BACK)
    assert (found and (found.on, found.left)) == (on and (day(on), left))


def test_a_month_alone_is_never_today_when_looking_ahead() -> None:
    assert parse_date("until June", date(2026, 6, 1), Look.AHEAD) == date(2027, 6, 1)
    assert parse_date("in June", date(2026, 6, 1), Look.BACK) == date(2026, 6, 1)
    assert parse_date("mid June", date(2026, 6, 10), Look.AHEAD) == date(2026, 6, 15)


def test_29_february_waits_eight_years_around_a_century_without_one() -> None:
    assert parse_date("29 February", date(1897, 1, 1), Look.AHEAD) == date(1904, 2, 29)


@given(st.text(max_size=70), DAYS, LOOKS)
@example("٣ weeks", SUNDAY, Look.BACK)
@example("morgen \x00 12:99 utc+99", SUNDAY, Look.AHEAD)
@example("99999999999 tage", SUNDAY, Look.AHEAD)
def test_no_text_makes_a_reader_fail(text: str, today: date, look: Look) -> None:
    for found in (parse_date(text, today, look), (find_date(text, today, look) or (None,))[0]):
        assert found is None or 1900 <= found.year <= 2200
    parse_duration(text)
    parse_birthday(text)


WORDS = [
    "12",
    "May",
    "next",
    "last",
    "of",
    "the",
    "end",
    "in",
    "3",
    "weeks",
    "monday",
    "ago",
    "12th",
    "2027",
    "on",
    ",",
]


@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), st.sampled_from([date.min, SUNDAY, date.max]), LOOKS)
def test_no_order_of_its_own_words_makes_a_reader_fail(text: str, today: date, look: Look) -> None:
    found = parse_date(text, today, look)
    assert found is None or 1900 <= found.year <= 2200
    find_date(text, today, look)


@given(DAYS, DAYS, LOOKS)
def test_a_written_date_is_itself_whatever_the_day(meant: date, today: date, look: Look) -> None:
    for text in (
        meant.isoformat(),
        f"{meant.day}.{meant.month}.{meant.year}",
        f"{meant:%d %B %Y}",
        f"{meant:%b %d, %Y}",
    ):
        assert parse_date(text, today, look) == meant


@given(DAYS, st.sampled_from(["monday", "wed", "12 May", "29 Feb", "the 31st", "June", "3 weeks", "christmas"]))
def test_what_says_no_direction_goes_the_way_that_is_looked(today: date, text: str) -> None:
    back, ahead = parse_date(text, today, Look.BACK), parse_date(text, today, Look.AHEAD)
    assert back is None or back <= today
    assert ahead is None or ahead >= today


@pytest.mark.parametrize(
    ("text", "on", "rest"),
    [
        ("lunch yesterday, she is moving to Lisbon in May", "2026-11-21", "lunch, she is moving to Lisbon in May"),
        ("yesterday, she is moving to Lisbon in May", "2026-11-21", "she is moving to Lisbon in May"),
        ("today", "2026-11-22", ""),
        ("last Tuesday she quit", "2026-11-17", "she quit"),
        ("on Monday. She quit in May", "2026-11-16", "She quit in May"),
        ("coffee on Friday – she's well", "2026-11-20", "coffee – she's well"),
        ("coffee with Dr. Smith yesterday.", "2026-11-21", "coffee with Dr. Smith."),
        ("lunch on 12 May. Nice", "2026-05-12", "lunch. Nice"),
        ("12.5.2026, lunch", "2026-05-12", "lunch"),
        ("met in Lyon last week; next week she is off", "2026-11-15", "met in Lyon; next week she is off"),
        ("called about the flat yesterday", "2026-11-21", "called about the flat"),
        ("in May", "2026-05-01", ""),
        ("lunch yesterday at 12:30: she is well", "2026-11-21", "lunch: she is well"),
        ("today" + " " * 3000 + "she is well", "2026-11-22", "she is well"),
        ("lunch 3 days ago\nshe likes it on Monday", "2026-11-19", "lunch\nshe likes it on Monday"),
    ],
)
def test_a_day_that_was_is_found_beside_a_note(text: str, on: str, rest: str) -> None:
    assert find_date(text, SUNDAY, Look.BACK) == (day(on), rest)


@pytest.mark.parametrize(
    "text",
    [
        "", "she is moving to Lisbon in May", "lunch, moving to Lisbon in May", "may need help", "sun was shining",
        "in May she moves to Lisbon", "2 weeks in Spain did her good", "called about her start on Monday",
        "working 24/7", "1st time we spoke", "tomorrow she flies", "she flies next week",
        "moving to Lisbon, yesterday she said so",
        "word " * 1000 + "yesterday", "-", ", ,",
    ],
)  # fmt: skip
def test_a_date_in_what_is_told_stays_there(text: str) -> None:
    assert find_date(text, SUNDAY, Look.BACK) is None


@pytest.mark.parametrize(
    ("text", "on", "rest"),
    [
        ("in 6 weeks about the flat", "2027-01-03", "about the flat"),
        ("about the flat in 6 weeks", "2027-01-03", "about the flat"),
        ("next Tuesday about the job", "2026-11-24", "about the job"),
        ("12 May: send photos", "2027-05-12", "send photos"),
        ("May 12, 2027 send photos", "2027-05-12", "send photos"),
        ("end of June - the flat", "2027-06-30", "the flat"),
        ("June about the flat", "2027-06-01", "about the flat"),
        ("on the 12th about the flat", "2026-12-12", "about the flat"),
        ("3 weeks", "2026-12-13", ""),
        ("Send photos on Friday. She moves in May", "2026-11-27", "Send photos. She moves in May"),
    ],
)
def test_a_day_to_come_is_found_beside_its_matter(text: str, on: str, rest: str) -> None:
    assert find_date(text, SUNDAY, Look.AHEAD) == (day(on), rest)


@pytest.mark.parametrize("text", ["may need help", "yesterday was fun", "about the job she lost last week", "the flat"])
def test_what_is_no_day_to_come_is_not_found(text: str) -> None:
    assert find_date(text, SUNDAY, Look.AHEAD) is None


@given(st.lists(st.sampled_from(["yesterday", "on", "Monday", "12 May", "lunch,", "she", "3 weeks", "ago."])), LOOKS)
def test_finding_a_date_loses_no_other_word(words: list[str], look: Look) -> None:
    text = " ".join(words)
    if found := find_date(text, SUNDAY, look):
        kept, left = found[1].split(), iter(text.split())
        assert all(any(word.strip(",.") in other for other in left) for word in kept)
        assert len(text.split()) - len(kept) <= 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("12 May", "--05-12"),
        ("May 12 1980", "1980-05-12"),
        ("May 12th, 1980", "1980-05-12"),
        ("12th of May 1980", "1980-05-12"),
        ("1980-05-12", "1980-05-12"),
        ("19800512", "1980-05-12"),
        ("--05-12", "--05-12"),
        ("--0512", "--05-12"),
        ("12.5.", "--05-12"),
        ("12/5/1980", "1980-05-12"),
        ("29 Feb", "--02-29"),
        ("29 Feb 1980", "1980-02-29"),
    ],
)
def test_a_birthday_is_read(text: str, says: str) -> None:
    assert str(parse_birthday(text)) == says


@pytest.mark.parametrize(
    "text",
    [
        "", "0512", "29 Feb 1981", "31 June", "12 May 1899", "12 May 2201", "12 May next year", "12.5.80", "12 Lunch",
        "12 May or so", "2026", "May", "0000-05-12",
    ],
)  # fmt: skip
def test_what_is_no_birthday_is_refused(text: str) -> None:
    assert parse_birthday(text) is None


@given(DAYS, st.booleans())
def test_a_birthday_written_down_is_read_back(on: date, year_known: bool) -> None:
    birthday = Birthday(on.month, on.day, on.year if year_known else None)
    assert parse_birthday(str(birthday)) == birthday


def test_29_february_is_kept_on_the_28th_where_there_is_no_29th() -> None:
    leapling = Birthday(2, 29, 1980)
    assert leapling.next_on(date(2026, 12, 1)) == date(2027, 2, 28)
    assert leapling.next_on(date(2027, 2, 28)) == date(2028, 2, 29)


@given(DAYS, DAYS)
def test_the_next_birthday_is_within_a_year(born: date, after: date) -> None:
    assert 1 <= (Birthday(born.month, born.day).next_on(after) - after).days <= 366


def test_the_age_is_known_where_the_year_is() -> None:
    assert Birthday(5, 12, 1980).turning(date(2026, 5, 12)) == 46
    assert Birthday(5, 12).turning(date(2026, 5, 12)) is None
    assert Birthday(5, 12, 2030).turning(date(2026, 5, 12)) is None
