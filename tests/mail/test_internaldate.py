"""When a server took a message in, as IMAP writes it."""

from datetime import UTC, datetime

import pytest

from kith.mail.internaldate import instant

SENSE = [
    (b"17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
    (b" 1-Jan-2026 00:30:00 +0100", datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
    (b"1-JAN-2026 00:30:00 +0000", datetime(2026, 1, 1, 0, 30, tzinfo=UTC)),
    (b"01-jan-1980 00:30:00 +0100", datetime(1979, 12, 31, 23, 30, tzinfo=UTC)),
    (b"30-Jun-2015 23:59:60 +0000", datetime(2015, 6, 30, 23, 59, 59, tzinfo=UTC)),
    (b"29-Feb-2024 12:00:00 -0000", datetime(2024, 2, 29, 12, tzinfo=UTC)),
    (b"31-Dec-2199 23:59:59 -2359", datetime(2200, 1, 1, 23, 58, 59, tzinfo=UTC)),
]
NONSENSE = [
    b"", b"NIL", b"17-Jul-1996", b"17-Jux-1996 02:44:25 -0700", b"29-Feb-2026 12:00:00 +0000",
    b"0-Jan-2026 12:00:00 +0000", b"1-Jan-0000 12:00:00 +0000", b"1-Jan-9999 23:59:59 -0100",
    b"1-Jan-1969 12:00:00 +0000", b"1-Jan-1970 00:00:00 +0000", b"31-Dec-1979 23:59:59 +0000",
    b"1-Jan-2026 25:00:00 +0000", b"1-Jan-2026 12:00:00 +2400",
    b"1-Jan-2026 12:00:00 GMT", b"1-Jan-2026 12:00:00 +0000 ", b"\xb2-Jan-2026 12:00:00 +0000",
]  # fmt: skip


@pytest.mark.parametrize(("written", "at"), SENSE)
def test_it_is_read_to_the_second_in_utc(written: bytes, at: datetime) -> None:
    found = instant(written)
    assert found == at
    assert found.tzinfo is UTC


@pytest.mark.parametrize("written", NONSENSE)
def test_what_makes_no_sense_is_no_date(written: bytes) -> None:
    assert instant(written) is None
