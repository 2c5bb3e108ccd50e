"""Answers a reply: the receipt of what was understood, and the briefings that were asked for. Each is queued once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kith.domain.receipt import NotUnderstood, Receipt
from kith.jobs import filing, post
from kith.jobs.acts import shortened
from kith.jobs.desk import DONE, NOT_UNDERSTOOD, RECEIPT, Answer, Result
from kith.jobs.work import Work
from kith.store import letters
from kith.store.engine import Session

BRIEFING = "briefing"


def acknowledge(work: Work, session: Session, answer: Answer, results: Sequence[Result], now: datetime) -> None:
    """Queues what the owner is to hear of a reply, in the same thread, with the numbers of the letter answered.

    Lines of earlier replies that this one says again are filed. Mere thanks are not answered.
    """
    if answer.is_polite:
        return
    settled = filing.settle(work, session, answer, results)
    thread = post.Thread(answer.message_id, answer.references)
    numbers = letters.numbers(session, answer.letter.id) if answer.letter else {}
    is_new = letters.letter_by_key(session, work.owner_id, RECEIPT, answer.identity) is None
    if is_new and _is_wanted(work, results):
        rendered = work.letters.receipt(_receipt(work, session, answer, results, settled))
        post.queue(work, session, RECEIPT, answer.identity, rendered, now, numbers, thread)
    briefings = {r.person_id: r.briefing for r in results if r.briefing}
    for person_id, briefing in briefings.items():
        rendered = work.letters.briefing(replace(briefing, answered=answer.subject))
        post.queue(work, session, BRIEFING, f"{answer.identity}:{person_id}", rendered, now, numbers, thread)


def _is_wanted(work: Work, results: Sequence[Result]) -> bool:
    wish = work.config.reply.receipt
    is_troubled = not results or any(r.outcome != DONE for r in results)
    return wish == "always" or (wish == "problems" and is_troubled) or any(r.wanted for r in results)


def _receipt(
    work: Work, session: Session, answer: Answer, results: Sequence[Result], settled: Sequence[str]
) -> Receipt:
    earlier = [row for row in letters.unfiled(session, work.owner_id) if row.identity != answer.identity]
    same = [row for row in earlier if answer.letter and filing.told_first(row, answer.letter)]
    done = [r.said for r in results if r.outcome == DONE and r.said]
    return Receipt(
        owner=work.config.owner.name,
        answered=answer.subject,
        done=(*done, *(f"That settles “{line}”" for line in settled)),
        not_understood=_not_understood(answer, results),
        questions=tuple(r.question for r in results if r.question),
        still_unfiled=tuple(shortened(row.line) for row in same),
        waiting=len(earlier) - len(same),
        drafts=tuple(line for r in results for line in r.drafts),
        help=any(r.help for r in results) or not results,
    )


def _not_understood(answer: Answer, results: Sequence[Result]) -> tuple[NotUnderstood, ...]:
    """Each line once, with all that was wrong in it."""
    found: dict[str, list[Result]] = {}
    for asked, result in zip(answer.instructions, results, strict=True):
        if result.outcome == NOT_UNDERSTOOD:
            found.setdefault(asked.line, []).append(result)
    return tuple(
        NotUnderstood(
            line, "; ".join(dict.fromkeys(r.said for r in wrong)), tuple(c for r in wrong for c in r.candidates)
        )
        for line, wrong in found.items()
    )
