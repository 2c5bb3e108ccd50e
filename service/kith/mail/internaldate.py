"""When a server took a message in, as IMAP or the time of a file tells it."""

import re
from datetime import UTC, datetime
from typing import Final

_DATE = re.compile(rb"\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})")
_MONTHS: Final = {
    name: b"-%02d-" % number
    for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_LEAP: Final = b":60"  # RFC 3501 allows the second, datetime does not
YEARS: Final = range(1980, 2200)
"""In which any date of a message is believed: mail as we know it is no older, and clocks further out are broken.

A mailbox that was moved without its times has them all in 1970.
"""


def instant(written: bytes) -> datetime | None:
    """An INTERNALDATE (RFC 3501, 9: date-time) as UTC, None where it makes no sense."""
    parts = _DATE.fullmatch(written)
    month = _MONTHS.get(parts[2].lower()) if parts else None
    if not parts or not month:
        return None
    day, _, year, time, zone = parts.groups()
    if time.endswith(_LEAP):
        time = time[: -len(_LEAP)] + b":59"
    try:
        at = datetime.fromisoformat((year + month + day.zfill(2) + b"T" + time + zone).decode("ascii"))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.year in YEARS else None


def of_a_file(seconds: float) -> datetime | None:
    """A file's time, in seconds since 1970, as a time of arrival; None for one that nobody set in earnest."""
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds < _LATEST else None


_EARLIEST, _LATEST = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (YEARS.start, YEARS.stop))
