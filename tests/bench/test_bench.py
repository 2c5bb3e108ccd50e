"""The bench in small: it still runs, finds what there is to find, and fills every row of its table."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.dovecot import missing
from support.need import need

RUN = Path(__file__).resolve().parents[2] / "bench" / "run.py"
MEASURED = (
    "first scan of 300 messages", "the same over TLS", "300 over 50 ms and 20 Mbit/s", "raw not compressed",
    "Maildir of 300", "mbox of 300", "100 new in 300", "nothing new", "kith --help", "kith people list", "kith digest",
)  # fmt: skip


@pytest.mark.slow
def test_every_measurement_can_be_made_on_a_small_mailbox() -> None:
    need(missing())
    command = [sys.executable, str(RUN), "--quick", "--size", "300"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "touches, as there should be" in ran.stderr
    rows = [line for line in ran.stdout.splitlines() if line.startswith("|")][2:]
    assert [name for name in MEASURED if not any(name in row for row in rows)] == []
    assert all(row.count("|") == rows[0].count("|") and " s |" in row for row in rows)
