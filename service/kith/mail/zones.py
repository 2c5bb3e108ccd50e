"""Which IANA time zone a calendar means, whatever name and rules it gives it."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,3}")
_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})")
_UNIVERSAL: Final = frozenset({"utc", "z", "gmt", "tzone://microsoft/utc"})
_COMMON: Final = (
    "Europe/Paris", "Europe/London", "Europe/Helsinki", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "Australia/Sydney", "Australia/Adelaide", "Pacific/Auckland", "America/Halifax",
    "America/St_Johns", "Asia/Kolkata", "Asia/Tokyo", "Asia/Shanghai", "Asia/Dubai", "America/Sao_Paulo",
    "Europe/Istanbul", "Asia/Kathmandu", "Asia/Jerusalem", "Africa/Lagos", "UTC", "Asia/Tehran", "Asia/Kabul",
    "Asia/Karachi", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Australia/Brisbane", "Australia/Darwin",
    "America/Bogota", "America/Mexico_City", "America/Phoenix", "America/Caracas", "America/Anchorage",
    "Pacific/Honolulu",
)  # fmt: skip
"""One zone for each pair of offsets that many people live by, for calendars that name theirs nothing known."""


def plain_name(tzid: str) -> str:
    """A TZID without the quotes of a parameter and the escapes of a value."""
    return tzid[:200].replace("\\", "").replace('"', "").strip()


def zone_of(tzid: str, described: Sequence[str], default: ZoneInfo) -> ZoneInfo:
    """The zone of a TZID. described are the lines of its VTIMEZONE, if the calendar has one.

    Known names count most: IANA's, Windows', and those that end in IANA's; then the place the
    VTIMEZONE names; then a zone with the same offsets in winter and summer, default before others.
    The rules of a VTIMEZONE are never taken over: anybody can write one under any name.
    """
    named = _named(plain_name(tzid)) or next(filter(None, map(_named, _values(described, "X-LIC-LOCATION"))), None)
    return named or _alike(described, default) or default


@lru_cache(maxsize=256)
def _named(name: str) -> ZoneInfo | None:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    if name.casefold() in _UNIVERSAL:
        return ZoneInfo("UTC")
    steps = name.split("/")[-4:]
    names = [WINDOWS_TO_OLSON.get(name, name), *("/".join(steps[n:]) for n in range(len(steps) - 1))]
    return next(filter(None, map(_iana, names)), None)


def _iana(name: str) -> ZoneInfo | None:
    if not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None  # OSError: a folder of the database, such as "Europe"


def _values(rows: Iterable[str], name: str) -> list[str]:
    return [row.partition(":")[2] for row in rows if row.upper().startswith((name + ":", name + ";"))]


def _alike(described: Sequence[str], default: ZoneInfo) -> ZoneInfo | None:
    """A zone whose offsets are the last two that a VTIMEZONE tells (standard and daylight), or its only one."""
    offsets = {offset for text in _values(described, "TZOFFSETTO")[-2:] if (offset := _offset(text)) is not None}
    if not offsets:
        return None
    zones = (default, *map(ZoneInfo, _COMMON))
    return next((zone for zone in zones if _offsets(zone) == offsets), None)


def _offset(text: str) -> timedelta | None:
    found = _OFFSET.match(text.strip())
    if not found:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -offset if found[1] == "-" else offset


@lru_cache(maxsize=64)
def _offsets(zone: ZoneInfo) -> frozenset[timedelta | None]:
    """What a zone's clocks show in winter and in summer."""
    return frozenset(datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7))
