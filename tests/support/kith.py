"""The installed command, run as a stranger would: a folder with kith.toml, and `kith …` as a process."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("kith")
SECONDS = 120
"""No command of a test takes nearly as long; a hanging one must not hold up the rest."""


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, which must be one JSON document."""
        return json.loads(self.out)


@dataclass
class Kith:
    """One folder with a kith.toml in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, toml: str) -> None:
        """Writes kith.toml."""
        (self.folder / "kith.toml").write_text(toml, encoding="utf-8")

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Starts a command and leaves it running."""
        return subprocess.Popen(
            [str(COMMAND), *words],
            cwd=self.folder,
            env=self._environment(more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: str, code: int | None = 0, **more: str) -> Ran:
        """Runs a command to its end; code is the exit code it must have, None for any."""
        process = self.start(*words, **more)
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        if code is not None:
            assert process.returncode == code, f"kith {' '.join(words)} gave {process.returncode}\n{out}\n{err}"
        return Ran(process.returncode, out, err)

    def json(self, *words: str, code: int | None = 0) -> Any:
        """Runs a command with --json."""
        return self(*words, "--json", code=code).json

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("KITH_")}
        return kept | self.environment | more
