"""FETCH through imapclient's parser, so that one message it cannot read costs no other."""

import imaplib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from kith.mail.imap_account import is_busy, shown
from kith.mail.imap_line import Client
from kith.mail.source import RawHeader, Unreadable
from kith.mail.wire import BATCH, ITEMS, YEARS

Answer = dict[bytes, Any]

# All that the driver has been seen to raise on answers of real servers.
_FOREIGN: Final = (
    imaplib.IMAP4.error, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError, OverflowError,
    RecursionError,
)  # fmt: skip


def answers(client: Client, uids: Sequence[int], items: Sequence[str]) -> dict[int, Answer]:
    """What the server says of some messages; one that cannot be read, or is gone, is left out.

    Raises imaplib's abort or OSError when the line is lost, and its error when the server is only busy.
    """
    found: dict[int, Answer] = {}
    waiting = [list(uids[at : at + BATCH]) for at in range(0, len(uids), BATCH)]
    while waiting:
        batch = waiting.pop()
        try:
            found.update(_asked(client, batch, items))
        except _FOREIGN as error:
            if isinstance(error, imaplib.IMAP4.abort) or is_busy(str(error)):
                raise
            if len(batch) > 1:
                waiting += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
    return found


def _asked(client: Client, uids: list[int], items: Sequence[str]) -> dict[int, Answer]:
    client.line.forget()
    found: dict[int, Answer] = client.fetch(uids, items)
    return found


def body(answer: Answer) -> bytes | None:
    """The bytes of the one BODY[...] that was asked for, None where the server gave none."""
    value = next((value for name, value in answer.items() if name.startswith(b"BODY[")), None)
    if isinstance(value, int):  # digits that came without quotes
        return str(value).encode()
    return value if isinstance(value, bytes) else None


def alone(client: Client, uid: int, wanted: Callable[[bytes], bool] | None) -> RawHeader | Unreadable | None:
    """The header fields of a message that could not be read among others; None where wanted refuses them.

    Raises like answers().
    """
    reason = "the server gives no header fields for it"
    for items in (["INTERNALDATE", ITEMS], [ITEMS]):  # a date nobody can read should not cost the message
        try:
            answer = _asked(client, [uid], items).get(uid, {})
        except _FOREIGN as error:
            if isinstance(error, imaplib.IMAP4.abort) or is_busy(str(error)):
                raise
            reason = shown(str(error)) or type(error).__name__
            continue
        block = body(answer)
        if block:
            received_at = _sane(answer.get(b"INTERNALDATE"))
            return RawHeader(uid, received_at, block) if wanted is None or wanted(block) else None
    return Unreadable(uid, reason)


def _sane(at: Any) -> datetime | None:
    try:
        moment = at.astimezone(UTC) if isinstance(at, datetime) else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year in YEARS else None
