"""Every test of the store runs on both databases: a real SQLite file, and a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kith.store import owners
from kith.store.engine import open_database
from support.store import NOW

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that is not there yet (SQLite) or empty (PostgreSQL)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kith.db'}"
    made: str = request.getfixturevalue("postgres").new_database()
    return made


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An open database at today's schema."""
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def owner(engine: Engine) -> int:
    """An owner's number."""
    return owners.ensure(engine, NOW).id
