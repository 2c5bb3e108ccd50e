"""Rules of recurrence (RFC 5545, 3.3.10) cut down to those that people meet by, and that end in time."""

import re
from datetime import UTC, datetime, time, tzinfo
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
_DAYS_IN_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def tidy_rule(text: str, starts_at: datetime | None) -> str:
    """The rule in one fixed form, UNTIL in UTC (or a date where starts_at is None: all-day).

    Gives "" for what nobody meets by: by the hour or faster, by number of week or day of the year, or
    a rule that no day can fulfil, in search of which an expander would go through all years to come.
    Parts of somebody's own (X-…, RFC 2445, 4.3.10) say nothing to others, and an hour and a minute that are those of
    the start nothing new.
    """
    parts = dict(part.split("=", 1) for part in text.upper().rstrip(";").split(";") if "=" in part)
    parts = {name: value for name, value in parts.items() if not _says_nothing(name, value, starts_at)}
    if "FREQ" not in parts or not all(name in _FORMS and _FORMS[name].fullmatch(parts[name]) for name in parts):
        return ""
    if not _can_be(parts):
        return ""
    if "COUNT" in parts:
        parts.pop("UNTIL", None)  # one or the other
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], starts_at)
    return ";".join(f"{name}={parts[name]}" for name in _PARTS if name in parts)


def _says_nothing(name: str, value: str, starts_at: datetime | None) -> bool:
    if name not in {"BYHOUR", "BYMINUTE", "BYSECOND"}:
        return name.startswith("X-")
    if starts_at is None:
        return True
    clock = {"BYHOUR": starts_at.hour, "BYMINUTE": starts_at.minute, "BYSECOND": starts_at.second}
    return value.isdigit() and len(value) <= len("59") and int(value) == clock[name]


def ended(rule: str, until: datetime, *, all_day: bool) -> str:
    """The rule with an end at until, for one that has none."""
    if "UNTIL=" in rule or "COUNT=" in rule:
        return rule
    return f"{rule};UNTIL={until.astimezone(UTC):{'%Y%m%d' if all_day else '%Y%m%dT%H%M%SZ'}}"


def _can_be(parts: dict[str, str]) -> bool:
    """Whether some day can fulfil a rule, as far as its own parts tell."""
    months = [int(month) for month in parts.get("BYMONTH", "1").split(",")]
    if any(month > 12 for month in months):
        return False
    if parts["FREQ"] in {"DAILY", "WEEKLY"}:
        return parts.keys() <= {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", "BYMONTH"} and not any(
            c.isdigit() for c in parts.get("BYDAY", "")
        )
    if "BYMONTHDAY" not in parts or "BYMONTH" not in parts:
        return True
    days = [abs(int(day)) for day in parts["BYMONTHDAY"].split(",")]
    return min(days) <= max(_DAYS_IN_MONTH[month - 1] for month in months)


def _until(text: str, starts_at: datetime | None) -> str:
    """UNTIL as RFC 5545 wants it. A bare date means all of that day, a time without Z the zone of the start."""
    if starts_at is None:
        return text[:8]
    if text.endswith("Z"):
        return text
    zone: tzinfo = starts_at.tzinfo or UTC
    if "T" in text:
        at = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=zone)
    else:
        at = datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59), zone)  # noqa: DTZ007 - a date
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
