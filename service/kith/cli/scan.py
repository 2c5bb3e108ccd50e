"""`kith scan`: one pass over the mailboxes, and what it did."""

import argparse
from collections.abc import Sequence
from typing import Any

from kith.cli.main import Options
from kith.cli.progress import Progress
from kith.cli.report import Report, counted
from kith.cli.shared import PATIENCE, opened
from kith.config import MailboxSection
from kith.errors import KithError, LoginRefused, NotFound, TryLater, beyond
from kith.jobs.round import scan_once
from kith.jobs.scan import MailboxResult
from kith.jobs.work import Work
from kith.store.lock import work_lock


def scan(arguments: argparse.Namespace, options: Options) -> Report:
    """One pass over all mailboxes, or one. Where one fails, the others are read."""
    work = opened(options)
    chosen = _mailboxes(work, arguments.mailbox)
    started = work.now()
    with work_lock(work.engine, work.owner_id, PATIENCE), Progress() as progress:
        results = [scan_once(work, m, full=arguments.full, progress=progress.of(m.name)) for m in chosen]
    seconds = (work.now() - started).total_seconds()
    return Report(scan_json(results, seconds), scanned(results, seconds), failures(errors(results)), named(results))


def errors(results: Sequence[MailboxResult]) -> list[KithError]:
    """What failed."""
    return [r.error for r in results if r.error]


def named(results: Sequence[MailboxResult]) -> list[KithError]:
    """What failed, each with the name of its mailbox before it."""
    return [KithError(f"{r.name}: {beyond(r.name, r.error)}", r.error.hint) for r in results if r.error]


def failures(found: Sequence[KithError]) -> int:
    """One exit code for what failed: a refused login comes first, then what all agree on, else 75."""
    codes = {error.exit_code for error in found}
    if not codes or LoginRefused.exit_code in codes:
        return LoginRefused.exit_code if codes else 0
    return codes.pop() if len(codes) == 1 else TryLater.exit_code


def _mailboxes(work: Work, name: str | None) -> list[MailboxSection]:
    found = [m for m in work.config.mailbox if name is None or m.name == name]
    if not found:
        names = ", ".join(m.name for m in work.config.mailbox)
        raise NotFound(f"there is no mailbox {name}", f"these are there: {names}")
    return found


def scan_json(results: list[MailboxResult], seconds: float) -> dict[str, Any]:
    """A scan as JSON."""
    return {
        "read": sum(r.total("read") for r in results),
        "touches": sum(r.total("touches") for r in results),
        "quarantined": sum(r.total("quarantined") for r in results),
        "taken_back": sum(r.taken_back for r in results),
        "seconds": round_to_ms(seconds),
        "mailboxes": [
            {
                "name": r.name,
                "folders": [
                    {
                        "name": f.name,
                        "read": f.read,
                        "reread": f.reread,
                        "touches": f.touches,
                        "quarantined": f.quarantined,
                        "uidvalidity": f.uidvalidity,
                        "last_uid": f.last_uid,
                        "gaps": f.gaps,
                        "note": f.note,
                    }
                    for f in r.folders
                ],
                "error": error_json(r.error),
            }
            for r in results
        ],
    }


def round_to_ms(seconds: float) -> float:
    """Seconds with three decimals."""
    return float(f"{seconds:.3f}")


def error_json(error: KithError | None) -> dict[str, Any] | None:
    """An error as JSON."""
    return {"error": error.message, "hint": error.hint, "exit_code": error.exit_code} if error else None


def scanned(results: list[MailboxResult], seconds: float) -> str:
    """A scan in words."""
    lines = []
    for result in results:
        read, touches, again = result.total("read"), result.total("touches"), result.total("reread")
        gone_back = f", went back over {again:,} for new people" if again else ""
        held = counted(touches, "touch", "touches")
        lines.append(f"{result.name}: read {counted(read, 'message')}{gone_back}, {held}")
        lines += [f"  {f.name}: {f.note}" for f in result.folders if f.note]
        if result.taken_back:
            gone = counted(result.taken_back, "touch", "touches")
            why = "it is none" if result.taken_back == 1 else "they are none"
            lines.append(f"  {gone} taken back: {why} as your settings are today")
        if result.total("quarantined"):
            lines.append(f"  {result.total('quarantined'):,} could not be read; `kith status` tells which")
    return "\n".join([*lines, f"in {seconds:.1f} s"])
