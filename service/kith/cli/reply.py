"""`kith reply`: one reply from a file, read as the service would."""

import argparse
from pathlib import Path
from typing import Any

from kith.cli.main import Options
from kith.cli.report import Report, on, table
from kith.cli.shared import PATIENCE, opened
from kith.errors import NotFound
from kith.jobs import answer, carry_out
from kith.jobs.work import Work
from kith.mail import mime
from kith.store import letters
from kith.store.lock import work_lock


def reply(arguments: argparse.Namespace, options: Options) -> Report:
    """Reads one reply from a file as the service would, and carries it out unless it is a dry run.

    Whoever has the file is believed to be the owner: it is the command line that asks.
    """
    work = opened(options)
    answered = _read_reply(work, Path(arguments.file))
    if arguments.dry_run:
        outcomes = [("", i) for i in answered.instructions]
    else:
        with work_lock(work.engine, work.owner_id, PATIENCE):
            outcomes = _carry_out(work, answered)
    data: list[dict[str, Any]] = [
        {
            "position": i.position,
            "line": i.line,
            "verb": str(i.verb),
            "who": list(i.who),
            "text": i.text,
            "on": on(i.on),
            "every": str(i.every) if i.every else None,
            "channel": str(i.channel) if i.channel else None,
            "problem": i.problem or None,
            "said": said or None,
        }
        for said, i in outcomes
    ]
    rows = [
        (d["verb"], ", ".join(d["who"]), d["on"] or d["every"] or "", d["said"] or d["text"] or d["problem"] or "")
        for d in data
    ]
    return Report(
        {"instructions": data}, table(rows, ("verb", "who", "when", "what")) if rows else "no instruction found"
    )


def _read_reply(work: Work, path: Path) -> answer.Answer:
    try:
        message = mime.read(path.read_bytes(), None)
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}", "name a file with one mail in it") from error
    except mime.Unparsable as fault:
        raise NotFound(f"{path} is no mail: {fault.reason}", "name a file with one mail in it") from fault
    with work.reading() as session:
        ours = [m for m in message.envelope.answers if work.tokens.is_ours(m)]
        letter = letters.letter_by_message_id(session, work.owner_id, ours[0]) if ours else None
    return answer.understand(work, message, letter)


def _carry_out(work: Work, answered: answer.Answer) -> list[tuple[str, Any]]:
    with work.writing() as session:
        before = letters.instructions(session, work.owner_id, answered.identity)
        if before:
            return [
                ("done before: " + before[i.position].said if i.position in before else "", i)
                for i in answered.instructions
            ]
        results: list[carry_out.Result] = answer.apply(work, session, answered)
    return [(r.said, i) for r, i in zip(results, answered.instructions, strict=True)]
