"""`kith run`: the service, or one turn of it."""

import argparse
import logging
import sys
from datetime import datetime, tzinfo

from kith.cli.main import Options
from kith.cli.report import Report, on
from kith.cli.scan import error_json, errors, failures, named, scan_json
from kith.cli.shared import opened
from kith.daemon import Service
from kith.jobs.once import Once, run_once
from kith.store.lock import service_lock

SECOND_WAITS = 5.0
"""Seconds that a service which is just being stopped has to leave, before the next one gives up."""


def run(arguments: argparse.Namespace, options: Options) -> Report:
    """Runs until it is stopped, or does once what is due."""
    work = opened(options)
    _log(work.config.owner.timezone, debug=options.debug)
    if arguments.once:
        started = work.now()
        done = run_once(work)
        return _told(done, (work.now() - started).total_seconds())
    with service_lock(work.engine, work.owner_id, SECOND_WAITS), Service(work) as service:
        service.run()
    return Report({"stopped": True}, "")


def _log(zone: tzinfo, *, debug: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogLines(zone))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("kith").setLevel(logging.DEBUG if debug else logging.INFO)
    for foreign in ("imapclient", "schedule", "mailparser"):
        logging.getLogger(foreign).setLevel(logging.WARNING)  # imapclient tells whole commands at DEBUG


class LogLines(logging.Formatter):
    """Lines of the log, with the time where the owner lives."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 -- logging's
        """The time of a line, with its offset."""
        return datetime.fromtimestamp(record.created, self._zone).isoformat(" ", "milliseconds")


def _told(done: Once, seconds: float) -> Report:
    data = scan_json(done.mailboxes, seconds) | {
        "digest": on(done.composed.period) if done.composed else None,
        "letters": done.letters,
        "waiting": done.waiting,
        "failed": done.failed,
        "errors": [error_json(error) for error in done.errors],
    }
    lines = [
        f"{m.name}: read {m.total('read'):,}, touches {m.total('touches'):,}" for m in done.mailboxes if not m.error
    ]
    if done.composed:
        lines.append(f"composed the digest of {done.composed.period}")
    lines.append(f"letters sent: {done.letters}")
    code = failures([*errors(done.mailboxes), *done.errors])
    return Report(data, "\n".join(lines), code, [*named(done.mailboxes), *done.errors])
