"""`kith import mbox`: touches from archives, told as a scan is."""

import argparse
from pathlib import Path

from kith.cli.main import Options
from kith.cli.progress import Progress
from kith.cli.report import Report
from kith.cli.scan import errors, failures, named, scan_json, scanned
from kith.cli.shared import PATIENCE, opened
from kith.jobs.archive import import_mbox as read_mbox
from kith.jobs.scan import MailboxResult
from kith.jobs.work import Work
from kith.store.lock import work_lock


def import_mbox(arguments: argparse.Namespace, options: Options) -> Report:
    """Reads mbox files to their ends. Where one fails, the others are read."""
    work = opened(options)
    started = work.now()
    with work_lock(work.engine, work.owner_id, PATIENCE), Progress() as progress:
        results = [_read(work, Path(file), progress) for file in arguments.files]
    seconds = (work.now() - started).total_seconds()
    return Report(scan_json(results, seconds), scanned(results, seconds), failures(errors(results)), named(results))


def _read(work: Work, path: Path, progress: Progress) -> MailboxResult:
    reading, searching = progress.of("mbox"), progress.of("looking for messages in mbox", "bytes")
    return read_mbox(
        work,
        path,
        lambda _folder, done, total: reading(path.name, done, total),
        lambda done, total: searching(path.name, done, total),
    )
