"""Time zones: the one this machine seems to be in, and the one somebody means."""

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import available_timezones

LOCALTIME, TIMEZONE = Path("/etc/localtime"), Path("/etc/timezone")
"""Where Unix says it: a link into the zone database, or Debian's plain text."""


def guess(environ: Mapping[str, str] = os.environ, localtime: Path = LOCALTIME, timezone: Path = TIMEZONE) -> str:
    """The machine's time zone by its name, "" where it does not say."""
    linked = str(localtime.resolve()).partition("zoneinfo/")[2] if localtime.is_symlink() else ""
    try:
        written = timezone.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        written = ""
    known = available_timezones()
    candidates = (environ.get("TZ", "").lstrip(":"), linked.removeprefix("posix/"), written)
    return next((name for name in candidates if name in known), "")


def named(words: str) -> str:
    """The zone somebody means: Europe/Paris, or Paris alone where there is but one; "" for none."""
    wanted = "_".join(words.split()).casefold()
    known = sorted(available_timezones())
    exact = [name for name in known if name.casefold() == wanted]
    cities = [name for name in known if "/" in name and name.rpartition("/")[2].casefold() == wanted]
    real = [name for name in cities if not name.startswith(("posix/", "right/", "Etc/"))] or cities
    return next(iter(exact), real[0] if len(real) == 1 else "")
