"""What a test does when a server it talks to is not installed."""

import os

import pytest


def need(missing: str) -> None:
    """Skips the test with the sentence that says what is missing; under CI=true it fails instead."""
    if not missing:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing} (make servers)", pytrace=False)
    pytest.skip(missing)
