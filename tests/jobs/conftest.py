"""What most tests of jobs begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.jobs import MARIA, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office that knows Maria."""
    with Office(tmp_path) as made:
        made.add(MARIA)
        yield made
