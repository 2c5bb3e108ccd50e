"""`kith run`: what it says before it begins."""

from datetime import timedelta

import pytest

from kith.cli.service import BEATS, warn_of_another
from kith.store import owners
from support.terminal import NOW, Terminal


@pytest.mark.parametrize(
    ("seconds_ago", "warned"), [(0, True), (61, True), (BEATS.total_seconds(), False), (None, False)]
)
def test_a_service_that_seems_to_run_already_is_told_of(
    kith: Terminal, caplog: pytest.LogCaptureFixture, seconds_ago: float | None, warned: bool
) -> None:
    work = kith.work()
    if seconds_ago is not None:
        with work.writing() as session:
            owners.beat(session, work.owner_id, NOW - timedelta(seconds=seconds_ago), NOW - timedelta(hours=1))
    warn_of_another(work)
    work.engine.dispose()
    assert ("another kith run showed a sign of life" in caplog.text) == warned
