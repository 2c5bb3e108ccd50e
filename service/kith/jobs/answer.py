"""Reads the owner's replies: believes or ignores them, carries out what they ask, and queues the receipt."""

from dataclasses import dataclass, replace
from datetime import datetime

from kith.domain import reply as instructing
from kith.domain import touch
from kith.domain.message import identity
from kith.domain.receipt import NotUnderstood, Receipt
from kith.domain.reply import Instruction
from kith.domain.token import is_fresh
from kith.domain.trust import vouched
from kith.jobs import post
from kith.jobs.carry_out import Result, carry_out
from kith.jobs.work import Work
from kith.mail import mime, replytext
from kith.mail.source import Source
from kith.store import letters
from kith.store.engine import Session
from kith.store.tables import InstructionRow, LetterRow, ReplyRow

MOST_REPLY = 2_000_000
"""Bytes of a reply that are read: quoted pictures may follow, but the owner's words come first."""

RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply as it was understood: what it answers (None: a note to oneself) and what it asks."""

    identity: str
    message_id: str
    subject: str
    references: tuple[str, ...]
    letter: LetterRow | None
    instructions: list[Instruction]


def answer_mailbox(work: Work, mailbox: str, source: Source) -> int:
    """Handles the replies that scans found in an open mailbox; gives how many were acted on."""
    with work.reading() as session:
        waiting = letters.replies(session, work.owner_id, mailbox, "found")
    acted = 0
    for row in waiting:
        raw = _fetch(source, row)
        if raw is None:
            _finish(work, row, "gone", "it was no longer there")
            continue
        acted += _answer_one(work, row, raw)
    return acted


def _fetch(source: Source, row: ReplyRow) -> bytes | None:
    state = source.examine(row.folder)
    return source.raw(row.uid, MOST_REPLY) if state.uidvalidity == row.uidvalidity else None


def _answer_one(work: Work, row: ReplyRow, raw: bytes) -> bool:
    try:
        message = mime.read(raw, None)
    except mime.Unparsable as fault:
        _finish(work, row, "unread", fault.reason)
        return False
    with work.reading() as session:
        why_not, letter = _doubt(work, session, row, message)
    if why_not:
        _finish(work, row, "ignored", why_not)
        return False
    answer = replace(understand(work, message, letter), identity=row.identity)
    with work.writing() as session:
        apply(work, session, answer)
        kept = session.get_one(ReplyRow, row.id)
        kept.state, kept.why = "done", ""
        session.add(kept)
    return True


def _doubt(work: Work, session: Session, row: ReplyRow, message: mime.Message) -> tuple[str, LetterRow | None]:
    """Why a reply is not believed ("": it is), and the letter it answers (product contract, section 8)."""
    envelope = message.envelope
    senders = {work.key(a.address) for a in envelope.from_}
    letter = letters.letter_by_message_id(session, work.owner_id, row.answers) if row.answers else None
    checks = (
        (
            len(senders) == 1 and senders <= work.config.owner_keys and "from-count" not in envelope.marks,
            "not the owner's",
        ),
        (not touch.is_automatic(envelope, outbound=False), "automatic"),
        (letter is not None or (not row.answers and row.in_sent), "it answers no letter of ours"),
        (letter is None or is_fresh(letter.created_at, work.now()), "the letter it answers is too old"),
        (
            row.in_sent or vouched(message.auth_results, envelope, work.config.reply.authserv_id),
            "not in Sent, and nobody vouches for it",
        ),
        (not letters.instructions(session, work.owner_id, row.identity), "acted on before"),
    )
    return next((why for holds, why in checks if not holds), ""), letter


def understand(work: Work, message: mime.Message, letter: LetterRow | None) -> Answer:
    """A reply's new words as instructions. Changes nothing."""
    envelope = message.envelope
    words = replytext.new_text(message.text or None, message.html or None, work.config.owner.addresses)
    today = work.local(min(envelope.date or work.now(), work.now()))
    if letter is None:
        parsed = instructing.parse_self_note(envelope.subject, words, today)
    else:
        parsed = instructing.parse(words, today)
    references = (*envelope.references[-5:], envelope.message_id)
    return Answer(identity(envelope), envelope.message_id, envelope.subject, references, letter, parsed)


def apply(work: Work, session: Session, answer: Answer) -> list[Result]:
    """Carries out every instruction once and queues the receipt, all within the session's transaction."""
    now = work.now()
    numbers = letters.numbers(session, answer.letter.id) if answer.letter else {}
    results = []
    for instruction in answer.instructions:
        result = carry_out(work, session, instruction, numbers, answer.letter, now)
        results.append(result)
        session.add(_row(work, answer.identity, instruction, result, now))
        session.flush()
    if answer.letter and answer.letter.kind == RECEIPT and any(r.outcome == "done" for r in results):
        letters.file_lines(session, work.owner_id, answer.letter.key)
    _acknowledge(work, session, answer, results, now)
    return results


def _row(work: Work, identity: str, asked: Instruction, result: Result, now: datetime) -> InstructionRow:
    return InstructionRow(
        owner_id=work.owner_id,
        identity=identity,
        position=asked.position,
        line=asked.line,
        verb=str(asked.verb),
        outcome=result.outcome,
        said=result.said,
        person_id=result.person_id,
        at=now,
    )


def _acknowledge(work: Work, session: Session, answer: Answer, results: list[Result], now: datetime) -> None:
    troubled = any(r.outcome != "done" for r in results) or not results
    wish = work.config.reply.receipt
    briefings = [r.briefing for r in results if r.briefing]
    thread = post.Thread(answer.message_id, answer.references)
    if wish == "always" or (wish == "problems" and troubled) or any(r.wanted for r in results):
        receipt = _receipt(work, session, answer, results)
        rendered = work.letters.receipt(receipt)
        numbers = letters.numbers(session, answer.letter.id) if answer.letter else {}
        post.queue(work, session, RECEIPT, answer.identity, rendered, now, numbers, thread)
    for position, briefing in enumerate(briefings):
        rendered = work.letters.briefing(briefing)
        post.queue(work, session, "briefing", f"{answer.identity}:{position}", rendered, now, thread=thread)


def _receipt(work: Work, session: Session, answer: Answer, results: list[Result]) -> Receipt:
    lines = {i.position: i.line for i in answer.instructions}
    here = set(lines.values())
    earlier = [row.line for row in letters.unfiled(session, work.owner_id) if row.identity != answer.identity]
    return Receipt(
        owner=work.config.owner.name,
        answered=answer.subject,
        done=tuple(r.said for r in results if r.outcome == "done" and r.said),
        not_understood=tuple(
            NotUnderstood(lines[i], r.said, r.candidates)
            for i, r in zip(lines, results, strict=True)
            if r.outcome == "not-understood"
        ),
        questions=tuple(r.question for r in results if r.question),
        still_unfiled=tuple(line for line in earlier if line not in here),
        drafts=tuple(r.draft for r in results if r.draft),
        help=any(r.help for r in results) or not results,
    )


def _finish(work: Work, row: ReplyRow, state: str, why: str) -> None:
    with work.writing() as session:
        kept = session.get_one(ReplyRow, row.id)
        kept.state, kept.why = state, why
        session.add(kept)
