"""`kith run`: the service, or one turn of it."""

import argparse
import logging
import sys
from datetime import timedelta

from kith.cli.main import Options
from kith.cli.report import Report, on
from kith.cli.scan import errors, failures, named, scan_json
from kith.cli.shared import opened
from kith.daemon import Once, Service, run_once
from kith.errors import TryLater
from kith.jobs.work import Work
from kith.store import owners

log = logging.getLogger(__name__)


def run(arguments: argparse.Namespace, options: Options) -> Report:
    """Runs until it is stopped, or does once what is due."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("kith").setLevel(logging.DEBUG if options.debug else logging.INFO)
    for foreign in ("imapclient", "schedule", "mailparser"):
        logging.getLogger(foreign).setLevel(logging.WARNING)  # imapclient tells whole commands at DEBUG
    work = opened(options)
    if arguments.once:
        started = work.now()
        done = run_once(work)
        return _told(done, (work.now() - started).total_seconds())
    warn_of_another(work)
    with Service(work) as service:
        service.run()
    return Report({"stopped": True}, "")


def warn_of_another(work: Work) -> None:
    """A second service does no harm, as each waits for its turn; but hardly anybody means to run two."""
    with work.reading() as session:
        beat = owners.last_beat(session, work.owner_id)
    if beat is not None and work.now() - beat < BEATS:
        ago = max(0, int((work.now() - beat).total_seconds()))
        log.warning("another kith run showed a sign of life %d seconds ago; where two run, stop one of them", ago)


BEATS = timedelta(seconds=90)
"""The service shows a sign of life each minute, and none is left when it was stopped in good order."""


def _told(done: Once, seconds: float) -> Report:
    data = scan_json(done.mailboxes, seconds) | {
        "digest": on(done.composed.period) if done.composed else None,
        "letters": done.letters,
        "waiting": done.waiting,
    }
    hint = "Kith tries again by itself; `kith doctor` looks for what is wrong"
    held = [TryLater(said, hint) for said in done.waiting]
    lines = [
        f"{m.name}: read {m.total('read'):,}, touches {m.total('touches'):,}" for m in done.mailboxes if not m.error
    ]
    if done.composed:
        lines.append(f"composed the digest of {done.composed.period}")
    lines.append(f"letters sent: {done.letters}")
    failed = [*errors(done.mailboxes), *held]
    return Report(data, "\n".join(lines), failures(failed), [*named(done.mailboxes), *held])
