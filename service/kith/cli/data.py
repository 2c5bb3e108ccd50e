"""Commands about all data at once: export, backup, restore."""

import argparse
from pathlib import Path

from kith import __version__, wiring
from kith.cli.main import Options
from kith.cli.report import Report, instant
from kith.cli.shared import opened
from kith.config import Config
from kith.store import dump
from kith.store import restore as restoring
from kith.store.migrations import HEAD


def export(_arguments: argparse.Namespace, options: Options) -> Report:
    """All that is known, as one JSON document, with --json or without."""
    work = opened(options)
    with work.reading() as session:
        tables = dump.rows(session, work.owner_id)
    data = {
        "kith": __version__,
        "schema": HEAD,
        "exported_at": instant(work.now(), work.config.owner.timezone),
        "tables": tables,
    }
    return Report(data, None)


def backup(arguments: argparse.Namespace, options: Options) -> Report:
    """A consistent copy of the database, also while the service runs."""
    work = opened(options)
    target = Path(arguments.file)
    dump.backup(work.engine, target)
    size = target.stat().st_size
    text = f"Everything is in {target} ({_spoken(size)}).{_key_hint(work.config.store.key)}"
    return Report({"file": str(target), "bytes": size, "schema": HEAD}, text)


def _spoken(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} KB"


def _key_hint(place: str) -> str:
    return f"\nNot in it: the key ({place}). Keep that too, or letters already sent cannot be answered."


def restore(arguments: argparse.Namespace, options: Options) -> Report:
    """Puts a backup in place of what is there, and keeps that."""
    config = wiring.read_config(options.config)
    kept = restoring.restore(config.store_url, Path(arguments.file), _spare(config))
    text = f"{arguments.file} is in place." + (f"\nWhat was there before is in {kept}." if kept else "")
    return Report({"restored": arguments.file, "kept": str(kept) if kept else None}, text)


def kept_before(config: Config) -> list[Path]:
    """The files in which restores kept what was there before them."""
    return restoring.kept_before(config.store_url, _spare(config))


def _spare(config: Config) -> Path:
    """Where a restore keeps what was there, if no file of its own holds that."""
    return wiring.key_folder(config) / "kith.db.before-restore"
