"""When a server took a message in, as IMAP writes it."""

import re
from datetime import UTC, datetime
from typing import Final

_DATE = re.compile(rb"\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})")
_MONTHS: Final = {
    name: b"-%02d-" % number
    for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_LEAP: Final = b":60"  # RFC 3501 allows the second, datetime does not
YEARS: Final = range(1970, 2200)  # no mail server is older; nor will this program be


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
