"""Whom the owner really writes with."""

from datetime import UTC, datetime, timedelta

import pytest

from kith.domain.acquaintance import HALF_LIFE, closeness, is_person

NOW = datetime(2026, 5, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "person"),
    [
        ("maria@example.org", True),
        ("12345678@qq.example", True),
        ("info@example.org", False),
        ("Info+news@example.org", False),
        ("do-not-reply@example.org", False),
        ("friends@googlegroups.com", False),
        ("list@lists.example.org", False),
        ("maria@listserv-friends.example", True),
        ("not an address", False),
    ],
)
def test_an_address_looks_like_a_persons(address: str, person: bool) -> None:
    assert is_person(address) is person


def test_exchange_counts_and_what_is_long_ago_counts_less() -> None:
    assert closeness(4, 4, NOW) > closeness(4, 1, NOW) > closeness(1, 9, NOW)
    assert closeness(2, 2, NOW) > closeness(9, 9, NOW - timedelta(days=500))
    assert closeness(4, 4, NOW - HALF_LIFE) == pytest.approx(closeness(2, 2, NOW))
    assert closeness(0, 90, NOW) < closeness(1, 0, datetime(1980, 1, 1, tzinfo=UTC))
