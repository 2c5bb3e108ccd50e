"""Reads the owner's replies: believes or ignores them, carries out what they ask, and queues the receipt."""

from dataclasses import replace
from datetime import datetime

from kith.domain import touch
from kith.domain.message import Envelope
from kith.domain.reply import Instruction
from kith.domain.token import is_fresh
from kith.domain.trust import vouched
from kith.errors import ConfigError, MailboxFailed, NotFound, Refused, TryLater
from kith.jobs import filing
from kith.jobs.acknowledge import acknowledge
from kith.jobs.acts import Acts
from kith.jobs.carry_out import carry_out
from kith.jobs.desk import DONE, NOT_UNDERSTOOD, Answer, Result
from kith.jobs.understand import understand
from kith.jobs.work import Work
from kith.mail import headers, mime
from kith.mail.addresses import sole_author
from kith.mail.source import Source
from kith.store import letters
from kith.store.engine import Session
from kith.store.tables import InstructionRow, LetterRow, ReplyRow

__all__ = ["Answer", "answer_mailbox", "apply", "understand"]

MOST_REPLY = 2_000_000
"""Bytes of a reply that are read: quoted pictures may follow, but the owner's words come first."""

MOST_TRIES = 5
"""How often a reply is tried that the server does not give, or over which Kith stumbles, before it is set aside."""

LONGEST_LINE_DONE = 500
"""Characters kept of a line that was carried out. One that was not is kept whole."""


def answer_mailbox(work: Work, mailbox: str, source: Source) -> int:
    """Handles the replies that scans found in an open mailbox; gives how many were acted on.

    Each is counted before it is fetched, so that one over which the server hangs up, or that stops the process,
    does not stop it for ever; one that failed twice comes after the others, so that it stops none of them. Raises
    what the server said of the first that it did not give, once all others are handled.
    """
    with work.reading() as session:
        waiting = letters.replies(session, work.owner_id, mailbox, "found")
    acted = 0
    withheld: TryLater | None = None
    for row in sorted(waiting, key=lambda reply: reply.tries > 1):
        if row.tries >= MOST_TRIES:
            _set_aside(work, row)
            continue
        _count(work, row)
        try:
            raw = _fetch(source, row)
        except (MailboxFailed, Refused) as error:
            if isinstance(error, Refused):  # it refuses others, too: that says nothing of this one
                _count(work, row, -1)
            withheld = withheld or error
            continue
        if raw is None:
            _finish(work, row, "gone", "it was no longer there")
            continue
        try:
            acted += _answer_one(work, row, raw)
        except ConfigError:  # a template of the owner's is broken: the reply waits until it is mended
            _count(work, row, -1)
            raise
    if withheld:
        raise withheld
    return acted


def _fetch(source: Source, row: ReplyRow) -> bytes | None:
    try:
        state = source.examine(row.folder)
    except NotFound:
        return None
    except Refused as error:
        raise MailboxFailed(error.message, error.hint) from error  # of this folder: it must not be tried for ever
    return source.raw(row.uid, MOST_REPLY) if state.uidvalidity == row.uidvalidity else None


def _answer_one(work: Work, row: ReplyRow, raw: bytes) -> bool:
    message, unread = _read(raw)
    with work.reading() as session:
        why_not, letter = _doubt(work, session, row, message)
    if why_not:
        _finish(work, row, "ignored", why_not)
        return False
    understood = understand(work, message, letter, unread, written_at=row.written_at)
    answer = replace(understood, identity=row.identity)
    with work.writing() as session:
        apply(work, session, answer)
        _keep(session, row, "done", unread)
    return True


def _read(raw: bytes) -> tuple[mime.Message, str]:
    """A message, and why its text could not be read ("": it could)."""
    try:
        return mime.read(raw, None), ""
    except mime.Unparsable as fault:
        results = tuple(headers.field_values(raw, "Authentication-Results"))
        authors = tuple(headers.field_values(raw, "From"))
        return mime.Message(headers.envelope(raw, None), auth_results=results, authors=authors), fault.reason


def _doubt(work: Work, session: Session, row: ReplyRow, message: mime.Message) -> tuple[str, LetterRow | None]:
    """Why a reply is not believed ("": it is), and the letter it answers (product contract, section 8)."""
    envelope = message.envelope
    author = sole_author(message.authors)
    letter = letters.letter_by_message_id(session, work.owner_id, row.answers) if row.answers else None
    checks = (
        (
            [a.address for a in envelope.from_] == [author] and work.key(author) in work.config.owner_keys,
            "not the owner's",
        ),
        (not touch.is_automatic(envelope, outbound=False), "automatic"),
        (_is_to_kith(work, envelope, is_note=letter is None), "written to somebody else"),
        (letter is not None or (not row.answers and row.in_sent), "it answers no letter of ours"),
        (letter is None or is_fresh(letter.created_at, work.now()), "the letter it answers is too old"),
        (
            row.in_sent or vouched(message.auth_results, envelope, work.config.reply.authserv_id),
            "not in Sent, and nobody vouches for it",
        ),
        (not letters.instructions(session, work.owner_id, row.identity), "acted on before"),
    )
    return next((why for holds, why in checks if not holds), ""), letter


def _is_to_kith(work: Work, envelope: Envelope, *, is_note: bool) -> bool:
    """Letters go from the owner to the owner, and so do answers; a note to oneself goes to nobody else.

    A letter that was forwarded, and what a friend wrote back to that, carries our Message-ID as well: what
    the owner says to others is theirs, also where the owner keeps a copy (Cc, Bcc).
    """
    ours = {*work.config.owner_keys, work.key(work.config.digest_to)}
    to = {work.key(a.address) for a in envelope.to}
    everybody = to | {work.key(a.address) for a in (*envelope.cc, *envelope.bcc)}
    return everybody <= ours or (not is_note and not to.isdisjoint(ours))


def apply(work: Work, session: Session, answer: Answer) -> list[Result]:
    """Carries out every instruction once and queues the receipt, all within the session's transaction."""
    now = work.now()
    results, rows = [], []
    for instruction in answer.instructions:
        result = carry_out(work, session, instruction, answer.letter, now)
        results.append(result)
        rows.append(_row(work, answer.identity, instruction, result, now))
        session.add(rows[-1])
        session.flush()
    told = filing.parted(session, work.owner_id, answer.instructions, results)
    for row, one in zip(rows, told, strict=True):
        row.line = one.line if row.outcome == NOT_UNDERSTOOD else row.line
    session.flush()
    acknowledge(work, session, replace(answer, instructions=told), results, now)
    acts = Acts(session, work.owner_id, now, work.config.owner.timezone, source="reply")
    for person in (person for result in results for person in result.forgets):
        acts.forget(person, work.key)
    return results


def _row(work: Work, identity: str, asked: Instruction, result: Result, now: datetime) -> InstructionRow:
    """What became of an instruction. now is the receipt's time too: it tells of the lines that are no younger."""
    return InstructionRow(
        owner_id=work.owner_id,
        identity=identity,
        position=asked.position,
        line=asked.line[:LONGEST_LINE_DONE] if result.outcome == DONE else asked.line,
        verb=str(asked.verb),
        outcome=result.outcome,
        said=result.said,
        person_id=result.person_id,
        at=now,
    )


def _set_aside(work: Work, row: ReplyRow) -> None:
    """Gives up on a reply, so that others need not wait for it; one in Sent is listed, for the words may matter."""
    with work.writing() as session:
        if row.in_sent and not letters.instructions(session, work.owner_id, row.identity):
            line = f"your mail of {work.local(row.found_at)} in {row.folder}"
            session.add(
                InstructionRow(
                    owner_id=work.owner_id,
                    identity=row.identity,
                    position=0,
                    line=line,
                    verb="unknown",
                    outcome=NOT_UNDERSTOOD,
                    said="it could not be read; please send it again as plain text",
                    at=work.now(),
                )
            )
        _keep(session, row, "unread", f"given up after {row.tries} tries")


def _count(work: Work, row: ReplyRow, tries: int = 1) -> None:
    with work.writing() as session:
        kept = session.get_one(ReplyRow, row.id)
        kept.tries += tries
        session.add(kept)


def _finish(work: Work, row: ReplyRow, state: str, why: str) -> None:
    with work.writing() as session:
        _keep(session, row, state, why)


def _keep(session: Session, row: ReplyRow, state: str, why: str) -> None:
    kept = session.get_one(ReplyRow, row.id)
    kept.state, kept.why = state, why
    session.add(kept)
