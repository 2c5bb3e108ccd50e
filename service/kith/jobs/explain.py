"""Why a message counted or not: from what is kept, or, for a stranger's mail, by asking the mailbox again."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from kith.domain.folders import Folder, Role, readable
from kith.domain.touch import Circumstances, Found, Verdict, judge
from kith.errors import KithError
from kith.jobs.scan import STOPS
from kith.jobs.work import Work
from kith.mail import headers
from kith.mail.source import Source
from kith.store import messages, people
from kith.store.tables import MessageRow


@dataclass(frozen=True, slots=True)
class Explained:
    """The verdict on one message. reason is None where it is a touch; ruled: by the owner's word.

    mark is the header field that gave a machine or a list away.
    """

    message_id: str
    subject: str
    at: datetime
    direction: str
    reason: str | None
    people: tuple[str, ...] = ()
    ruled: bool = False
    mark: str = ""


def explain(work: Work, message_id: str) -> list[Explained]:
    """The verdicts on all messages with this Message-ID, touches first; empty where there is no such message.

    Raises TryLater or LoginRefused where a mailbox had to be asked and could not be.
    """
    found = _kept(work, message_id) or _asked(work, message_id)
    return sorted(found, key=lambda e: e.reason is not None)


def _kept(work: Work, message_id: str) -> list[Explained]:
    with work.reading() as session:
        rows = messages.by_message_id(session, work.owner_id, message_id)
        found = []
        for row in rows:
            ids = messages.participants(session, work.owner_id, row.identity)
            names = tuple(p.name for p, _ in people.everyone(session, work.owner_id, ids))
            found.append(_as_kept(row, names))
    return found


def _as_kept(row: MessageRow, names: tuple[str, ...]) -> Explained:
    mark = row.mark if row.reason and not row.ruled else ""
    return Explained(
        row.message_id, row.subject, row.at, row.direction or "", row.reason, names, ruled=row.ruled, mark=mark
    )


def _asked(work: Work, message_id: str) -> list[Explained]:
    """Nothing is kept about strangers' mail, so the mailboxes are asked.

    Raises what kept one from being asked, where no other has the message.
    """
    with work.reading() as session:
        here = work.circumstances(session, upto_seq=people.latest_seq(session, work.owner_id))
    found: list[Explained] = []
    failed: KithError | None = None
    for mailbox in work.config.mailbox:
        try:
            with closing(work.open_source(mailbox)) as source:
                chosen, _ = readable(source.folders(), mailbox.folders, mailbox.exclude)
                for folder in chosen:
                    found += _in_folder(source, folder, message_id, here, work.now())
        except STOPS as error:
            failed = error
    if failed and not found:
        raise failed
    return found


def _in_folder(source: Source, folder: Folder, message_id: str, here: Circumstances, now: datetime) -> list[Explained]:
    found = []
    for _covered, blocks, _unreadable in source.headers(source.find(folder.name, message_id)):
        uids = [raw.uid for raw in blocks]
        parts, relayed = source.structures(uids), source.fields(uids, ["Received"])
        for raw in blocks:
            envelope = headers.envelope(raw.block, raw.received_at)
            more = Found(
                media_types=frozenset(part.media_type for part in parts.get(raw.uid, [])),
                relayed_at=headers.received_time(relayed.get(raw.uid, b"")),
                in_drafts=folder.role is Role.DRAFTS,
            )
            found.append(_as_judged(message_id, envelope.subject, judge(envelope, here, now, more)))
    return found


def _as_judged(message_id: str, subject: str, verdict: Verdict) -> Explained:
    reason = verdict.reason or None
    return Explained(message_id, subject, verdict.at, str(verdict.direction), reason, mark=verdict.mark)
