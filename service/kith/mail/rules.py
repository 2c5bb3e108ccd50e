"""Rules of recurrence (RFC 5545, 3.3.10) cut down to those that people meet by, and that end in time."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import gcd
from typing import Final

_DAY: Final = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_PARTS: Final = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9][0-9]{0,2}",
    "COUNT": r"[1-9][0-9]{0,3}",
    "UNTIL": r"[0-9]{8}(?:T[0-9]{6}Z?)?",
    "BYDAY": rf"(?:[+-]?[1-5])?{_DAY}(?:,(?:[+-]?[1-5])?{_DAY}){{0,20}}",
    "BYMONTHDAY": r"[+-]?[1-9][0-9]?(?:,[+-]?[1-9][0-9]?){0,30}",
    "BYMONTH": r"[1-9][0-9]?(?:,[1-9][0-9]?){0,11}",
    "BYSETPOS": r"[+-]?[1-5](?:,[+-]?[1-5]){0,4}",
    "WKST": _DAY,
}
_FORMS: Final = {name: re.compile(form) for name, form in _PARTS.items()}
_LENGTHS: Final = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1))
_MONTHS: Final = set(_LENGTHS)
_MARGIN: Final = timedelta(days=40)  # a start is a meeting, whatever the rule, and takes a month at most
MOST_COUNTED: Final = 1_000
"""The first so many meetings of a series that is counted are those that count."""


def tidy_rule(text: str, starts_at: datetime | date) -> str:
    """The rule in one fixed form, UNTIL in UTC (or a date where starts_at is one: all-day), COUNT at most MOST_COUNTED.

    Gives "" for what nobody meets by: by the hour or faster, by number of week or day of the year, or
    a rule that no day can fulfil, in search of which an expander would go through all years to come.
    Parts of somebody's own (X-…, RFC 2445, 4.3.10) say nothing to others, and an hour and a minute that are those of
    the start nothing new.
    """
    parts = dict(part.split("=", 1) for part in text.upper().rstrip(";").split(";") if "=" in part)
    parts = {name: value for name, value in parts.items() if not _says_nothing(name, value, starts_at)}
    if "FREQ" not in parts or not all(name in _FORMS and _FORMS[name].fullmatch(parts[name]) for name in parts):
        return ""
    if not _can_be(parts, starts_at):
        return ""
    if "COUNT" in parts:
        parts.pop("UNTIL", None)  # one or the other
        parts["COUNT"] = str(min(int(parts["COUNT"]), MOST_COUNTED))
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], starts_at)
    return ";".join(f"{name}={parts[name]}" for name in _PARTS if name in parts)


def _says_nothing(name: str, value: str, starts_at: datetime | date) -> bool:
    if name not in {"BYHOUR", "BYMINUTE", "BYSECOND"}:
        return name.startswith("X-")
    if not isinstance(starts_at, datetime):
        return True
    clock = {"BYHOUR": starts_at.hour, "BYMINUTE": starts_at.minute, "BYSECOND": starts_at.second}
    return value.isdigit() and len(value) <= len("59") and int(value) == clock[name]


def ended(rule: str, until: datetime, *, all_day: bool) -> str:
    """The rule with an end at until, for one that has none."""
    if "UNTIL=" in rule or "COUNT=" in rule:
        return rule
    return f"{rule};UNTIL={until.astimezone(UTC):{'%Y%m%d' if all_day else '%Y%m%dT%H%M%SZ'}}"


def begun_later(starts_at: datetime | date, rule: str, since: date) -> datetime | date:
    """A start from which the rule gives the same meetings from since on, and is quicker to follow.

    An expander counts its way from the start; years of a daily rule cost it as much as all that is asked for.
    """
    before = since - _MARGIN
    if starts_at.year >= before.year or "COUNT=" in rule:
        return starts_at
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    interval = int(parts.get("INTERVAL", "1"))
    if parts["FREQ"] in {"DAILY", "WEEKLY"}:
        step = interval * (7 if parts["FREQ"] == "WEEKLY" else 1)
        return starts_at + timedelta(days=(before.toordinal() - starts_at.toordinal()) // step * step)
    if (starts_at.month, starts_at.day) == (2, 29):
        interval *= 4  # to another leap year
    years = before.year - starts_at.year - ((starts_at.month, starts_at.day) > (before.month, before.day))
    later = starts_at.year + years // interval * interval
    return starts_at if later == 2100 else starts_at.replace(year=later)  # which is none


def _can_be(parts: dict[str, str], starts_on: date) -> bool:
    """Whether some day can fulfil a rule, again and again, without a long search."""
    interval, weekdays = int(parts.get("INTERVAL", "1")), parts.get("BYDAY", "")
    is_numbered = any(letter.isdigit() for letter in weekdays)
    if is_numbered and not all(day[:-2] for day in weekdays.split(",")):
        return False  # expanders take it for days that are both
    if parts["FREQ"] in {"DAILY", "WEEKLY"}:
        known = parts.keys() <= {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", "BYMONTH"}
        on_one_weekday = parts["FREQ"] == "DAILY" and interval % 7 == 0 and bool(weekdays)
        return known and not is_numbered and not on_one_weekday and _numbers(parts, "BYMONTH") <= _MONTHS
    if "BYMONTHDAY" in parts and is_numbered:
        return False  # the second Monday if it is the 31st
    if "BYSETPOS" in parts and (not weekdays or is_numbered or "BYMONTHDAY" in parts):
        return False  # of days of which there may be but one
    lengths = [_LENGTHS[month] for month in _months(parts, interval, starts_on)]
    leap = interval > 1  # only then one may miss all leap years
    return bool(lengths) and _least_day(parts, starts_on) <= max(28 if leap and n == 29 else n for n in lengths)


def _months(parts: dict[str, str], interval: int, starts_on: date) -> set[int]:
    """The months that a monthly or yearly rule comes to."""
    asked = _numbers(parts, "BYMONTH")
    if not asked <= _MONTHS:
        return set()
    if parts["FREQ"] == "MONTHLY":
        step = gcd(interval, 12)
        return {m for m in asked or _MONTHS if (m - starts_on.month) % step == 0}
    return asked or (_MONTHS if "BYDAY" in parts or "BYMONTHDAY" in parts else {starts_on.month})


def _least_day(parts: dict[str, str], starts_on: date) -> int:
    """The least day of a month that it must have for a rule to come to it."""
    if "BYMONTHDAY" in parts:
        return min(map(abs, _numbers(parts, "BYMONTHDAY")))
    weekdays = parts.get("BYDAY", "").split(",")
    if not weekdays[0]:
        return starts_on.day
    if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts:
        return 1  # numbers are those of the year's weeks
    if "BYSETPOS" in parts:
        return 7 * ((min(map(abs, _numbers(parts, "BYSETPOS"))) - 1) // len(set(weekdays))) + 1
    numbers = [int(day[:-2].lstrip("+-") or 1) for day in weekdays]
    return 7 * (min(numbers) - 1) + 1


def _numbers(parts: dict[str, str], name: str) -> set[int]:
    return {int(number) for number in parts[name].split(",")} if name in parts else set()


def _until(text: str, starts_at: datetime | date) -> str:
    """UNTIL as RFC 5545 wants it. A bare date means all of that day, a time without Z the zone of the start."""
    if not isinstance(starts_at, datetime):
        return text[:8]
    if text.endswith("Z"):
        return text
    zone: tzinfo = starts_at.tzinfo or UTC
    if "T" in text:
        at = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=zone)
    else:
        at = datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59), zone)  # noqa: DTZ007 - a date
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
