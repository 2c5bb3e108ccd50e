"""Writes letters into the outbox: the Message-ID and every byte are fixed before the first try."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kith.domain.address import Address, split
from kith.jobs.work import Work
from kith.letters import Rendered
from kith.mail import compose
from kith.store import letters
from kith.store.engine import Session
from kith.store.tables import LetterRow


@dataclass(frozen=True, slots=True)
class Thread:
    """What a letter answers."""

    in_reply_to: str = ""
    references: tuple[str, ...] = ()


NO_THREAD = Thread()


def queue(
    work: Work,
    session: Session,
    kind: str,
    key: str,
    rendered: Rendered,
    now: datetime,
    numbers: Mapping[int, int] | None = None,
    thread: Thread = NO_THREAD,
) -> LetterRow:
    """Queues one letter from the owner to the owner. kind and key together name it: there is one such letter."""
    config = work.config
    sender = Address(config.owner.name, config.owner.addresses[0])
    message_id = work.tokens.message_id(nonce(), split(config.owner.addresses[0])[1])
    raw = compose.letter(
        sender=sender,
        to=Address(config.owner.name, config.digest_to),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html or "",
        message_id=message_id,
        date=now.astimezone(config.owner.timezone),
        in_reply_to=thread.in_reply_to,
        references=thread.references,
    )
    row = LetterRow(
        owner_id=work.owner_id,
        kind=kind,
        key=key,
        message_id=message_id,
        recipient=config.digest_to,
        subject=rendered.subject,
        raw=raw,
        words=_marks(work, rendered),
        delivery=delivery(work),
        created_at=now,
    )
    letters.add_letter(session, row, numbers or {})
    return row


def _marks(work: Work, rendered: Rendered) -> bytes:
    """The marks of a letter's words; of its HTML without the sign by which a reader of answers knows a quote."""
    from kith.domain import ownwords  # what understands replies is no small part, and to show a letter does without
    from kith.domain.reply import HTML_MARK
    from kith.mail.replyhtml import text_of

    html = (rendered.html or "").replace(HTML_MARK, "")
    whole = html.replace("display: none", "")  # what only previews show is quoted by programs that know no styles
    return ownwords.marks([rendered.text, text_of(html), text_of(whole)], work.tokens.key)


def delivery(work: Work) -> str:
    """How letters go out: "smtp" or "append"."""
    wish = work.config.digest.delivery
    if wish == "auto":
        return "smtp" if work.config.smtp else "append"
    return wish


def nonce() -> str:
    """Sixteen random letters, for a Message-ID nobody can guess."""
    return base64.b32encode(secrets.token_bytes(10)).decode("ascii").lower()
