"""A folder with kith.toml and an empty database, and the command line on it."""

from pathlib import Path

import pytest

from support.terminal import Terminal


@pytest.fixture
def kith(tmp_path: Path) -> Terminal:
    """The command line on a folder of the test's own."""
    return Terminal(tmp_path / "home")
