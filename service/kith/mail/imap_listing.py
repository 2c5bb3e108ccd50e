"""Which messages an open folder has: by SEARCH, and where that names fewer than there should be, in other ways."""

import imaplib
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kith.mail.imap_line import Line
from kith.mail.imap_names import MOST_NUMBER, uids_of
from kith.mail.imap_words import is_busy, shown
from kith.mail.source import FolderState

_PARTIAL = re.compile(rb"\[MESSAGELIMIT \d{1,10} (\d{1,10})\]", re.IGNORECASE)
_NAMED = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_DRAFT: Final = b"\\DRAFT"


def search(line: Line, criteria: bytes, tag: bytes = b"") -> Sequence[int]:
    """UIDs in the open folder, ascending, each once. The line must be free.

    tag: of this question, where it is asked already.
    A server that looks at some messages only, the newest first, says how far it came (RFC 9738): it is asked on.
    """
    found = array("Q")  # eight bytes a message, where a list has 36 and a set 60: there may be a million
    below = b""
    lowest = MOST_NUMBER + 1
    while lowest > 1:
        kind, text = line.finish(tag or line.start([b"UID SEARCH " + criteria + below])[0])
        tag = b""
        if kind != "OK":
            raise imaplib.IMAP4.error(shown(text))
        found.extend(uids_of(line.take("SEARCH"), line.take("ESEARCH")))
        partial = _PARTIAL.search(text)
        if not partial or int(partial[1]) >= lowest:
            break
        lowest = int(partial[1])
        below = b" UID 1:%d" % (lowest - 1)
    is_ascending = all(low < high for low, high in pairwise(found))
    uids = found if is_ascending else array("Q", sorted(set(found)))
    return uids[: bisect_right(uids, MOST_NUMBER)]


def completed(line: Line, uids: Sequence[int], first: int, state: FolderState, *, undrafted: bool) -> Sequence[int]:
    """The UIDs from first upwards that SEARCH named, and what it kept to itself (an index may lag behind).

    Nothing more is asked where they are as many as the server has messages, or go up to its UIDNEXT. Else FETCH is
    asked as well: what neither of them names is not there. undrafted: drafts are left out.
    """
    end, last = (state.uidnext or 1) - 1, uids[-1] if uids else first - 1
    if first == 1 and state.messages is not None:
        if _are_all(line, uids, state.messages, undrafted=undrafted):
            return uids
        last = 0
    if (last >= end and last) or (end, state.messages) == (0, None):
        return uids
    [tag] = line.start([b"UID FETCH %d:%s (UID%s)" % (last + 1, b"%d" % end if end else b"*", b" FLAGS" * undrafted)])
    kind, text = line.finish(tag)
    answers = [bytes(answer) for answer in line.take("FETCH") if isinstance(answer, bytes)]
    if kind != "OK":  # some refuse a set in which there is nothing
        words = shown(text)
        if is_busy(words) or not (first > 1 and _is_counted(line, state, undrafted=undrafted)):
            raise imaplib.IMAP4.error(words)
        return uids
    told = {int(uid) for answer in answers if not (undrafted and _DRAFT in answer.upper()) for uid in _uid_of(answer)}
    more = {uid for uid in told if last < uid <= (end or MOST_NUMBER)}.difference(uids)
    return array("Q", sorted({*uids, *more})) if more else uids


def _uid_of(answer: bytes) -> list[bytes]:
    return _NAMED.findall(answer)[:1]


def _is_counted(line: Line, state: FolderState, *, undrafted: bool) -> bool:
    """Whether all that SEARCH names is as much as the server has."""
    uids = search(line, b"UID 1:*" + b" UNDRAFT" * undrafted)
    return state.messages is None or _are_all(line, uids, state.messages, undrafted=undrafted)


def _are_all(line: Line, uids: Sequence[int], messages: int, *, undrafted: bool) -> bool:
    missing = messages - len(uids)
    return missing <= 0 or (undrafted and missing <= len(search(line, b"DRAFT")))


def beginning(uids: Sequence[int], first: int) -> Sequence[int]:
    """Those from first upwards: n:* names the last message even where n is beyond it."""
    return uids[bisect_left(uids, first) :]
