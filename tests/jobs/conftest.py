"""What most tests of jobs begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.answers import Owner, an_owner
from support.jobs import MARIA, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office that knows Maria."""
    with Office(tmp_path) as made:
        made.add(MARIA)
        yield made


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Alex, who answers letters."""
    with an_owner(tmp_path) as alex:
        yield alex


@pytest.fixture
def pinned(tmp_path: Path) -> Iterator[Owner]:
    """Alex, who trusts the word of one provider."""
    with an_owner(tmp_path, toml='[reply]\nauthserv_id = "mx.example.com"') as alex:
        yield alex
