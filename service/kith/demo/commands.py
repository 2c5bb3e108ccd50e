"""Runs the real `kith`, as a person at a terminal would: another process, its words and its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from kith.errors import Internal

# with -P, as a file called kith.py in the folder where the demo is started is not Kith
_ENTRY = "import sys; from kith.cli.main import main; sys.exit(main())"
_SECONDS = 120


class Kith:
    """`kith --config …/kith.toml`, and nothing of the caller's own Kith: no KITH_ variable goes along."""

    def __init__(self, config: Path) -> None:
        self._config = config
        mine = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
        self._environ = {**mine, "PYTHONUTF8": "1"}  # what it prints is read here, whatever the locale

    def says(self, *words: str, loud: bool = False) -> str:
        """What a command prints. loud lets its progress through to this terminal. Raises Internal if it fails."""
        line = [sys.executable, "-P", "-c", _ENTRY, "--config", str(self._config), *words]
        done = subprocess.run(
            line, env=self._environ, text=True, encoding="utf-8", timeout=_SECONDS, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=None if loud else subprocess.PIPE,
        )  # fmt: skip
        if done.returncode:
            raise Internal(f"kith {' '.join(words)} ended with {done.returncode}\n{done.stderr or ''}".strip())
        return done.stdout

    def facts(self, *words: str, loud: bool = False) -> Any:
        """What a command gives with --json."""
        return json.loads(self.says(*words, "--json", loud=loud))
