"""Whole processes, measured in pairs: the raw limit, then Kith; and the table of all that was measured."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from support.dovecot import PASSWORD  # noqa: E402 -- found by the path above

KITH: Final = Path(sys.executable).with_name("kith")
SECONDS: Final = 900
"""No command takes nearly as long."""


@dataclass(frozen=True)
class Took:
    """One whole process: seconds by the clock, seconds of CPU, and the most memory it had, in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Row:
    """One line of the table. raw is in seconds, None where there is no such thing."""

    what: str
    kith: Took
    raw: float | None = None
    ratio: float | None = None
    aim: str = ""


def timed(command: Sequence[str | Path], folder: Path) -> Took:
    """Runs a command to its end. Fails where the command does."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KITH_")} | {"BENCH_PASSWORD": PASSWORD}
    measuring = [sys.executable, ROOT / "bench" / "took.py", *command]
    ran = subprocess.run(
        [str(word) for word in measuring], check=False, cwd=folder, env=environment, capture_output=True, text=True,
        timeout=SECONDS,
    )  # fmt: skip
    if ran.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} gave {ran.returncode}:\n{ran.stderr}")
    return Took(*json.loads(ran.stdout))


def median(tries: Sequence[Took]) -> Took:
    """Each number's own median."""
    return Took(*(statistics.median(getattr(one, name) for one in tries) for name in ("wall", "cpu", "peak")))


def pairs(what: str, runs: int, raw: Callable[[], Took], kith: Callable[[], Took], aim: str = "") -> Row:
    """The raw limit and Kith in turn."""
    found = [(raw(), kith()) for _ in range(runs)]
    ratio = statistics.median(mine.wall / limit.wall for limit, mine in found)
    return Row(what, median([k for _, k in found]), statistics.median(r.wall for r, _ in found), ratio, aim)


def table(rows: Sequence[Row]) -> str:
    """All of it in Markdown, as README shows it."""
    lines = ["| what | raw | Kith | x raw | CPU | peak | aim |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        raw = f"{row.raw:.2f} s" if row.raw is not None else ""
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        lines.append(
            f"| {row.what} | {raw} | {row.kith.wall:.2f} s | {ratio} | {row.kith.cpu:.2f} s "
            f"| {row.kith.peak:.0f} MiB | {row.aim} |"
        )
    return "\n".join(lines)
