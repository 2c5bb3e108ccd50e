"""`kith replay`: what the last digests would have said."""

import argparse
from typing import Any

from kith.cli.mail import entry_json
from kith.cli.main import Options
from kith.cli.report import Report, on, table
from kith.cli.shared import opened
from kith.jobs.replay import Past
from kith.jobs.replay import replay as replay_weeks

MOST_NAMED = 5
"""Names of those who waited that one line holds."""


def replay(arguments: argparse.Namespace, options: Options) -> Report:
    """The last digests, one short block a week."""
    work = opened(options)
    with work.reading() as session:
        found = replay_weeks(work, session, arguments.weeks)
    return Report([_json(past) for past in found], "\n\n".join(_block(past) for past in found))


def _json(past: Past) -> dict[str, Any]:
    return {
        "period": on(past.period),
        "people": [entry_json(e) for e in past.people],
        "more": len(past.waiting),
        "waiting": [{"id": p.id, "name": p.name, "passed_over": times} for p, times in past.waiting],
    }


def _block(past: Past) -> str:
    if not past.people:
        return f"{past.period}: nobody"
    rows = [(f"{e.number}", e.name, e.why) for e in past.people]
    return "\n".join([f"{past.period}:", table(rows, indent="  "), *_waiting(past)])


def _waiting(past: Past) -> list[str]:
    """A line about those for whom there was no place, where there are any."""
    if not past.waiting:
        return []
    names = ", ".join(f"{p.name} ({times} in a row)" if times > 1 else p.name for p, times in past.waiting[:MOST_NAMED])
    left = len(past.waiting) - MOST_NAMED
    return [f"  and {len(past.waiting)} more: {names}" + (f", and {left} others" if left > 0 else "")]
