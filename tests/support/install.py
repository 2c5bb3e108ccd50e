"""Environments made for a test, and commands run in them: nothing of the caller's own Python or Kith leaks in."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The interpreter that the tests' environment was made from.
BASE_PYTHON = Path(getattr(sys, "_base_executable", sys.executable))
OURS = ("KITH_", "PYTHON", "VIRTUAL_ENV")


def clean_environ(**more: str) -> dict[str, str]:
    """The environment without what would steer Kith or Python, and with some more."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | more


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """What a command prints on stdout; the test fails with all that it said where it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=clean_environ() if env is None else env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{list(command)} gave {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def borrowing_venv(folder: Path) -> Path:
    """A new environment's bin folder. Its packages are those of the tests' own, but Kith is not among them.

    The path file names their folder; the path files in there, the editable Kith's for one, are not followed.
    """
    run([str(BASE_PYTHON), "-m", "venv", "--without-pip", str(folder)], cwd=folder.parent)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"
