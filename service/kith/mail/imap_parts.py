"""Parts of messages: how they are asked for, in the open folder or in several folders with one piece."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import chain

from kith.errors import Internal
from kith.mail import structure
from kith.mail.imap_fetch import Answer, Question, body, command, parsed, replies
from kith.mail.imap_line import Line
from kith.mail.imap_names import state_of
from kith.mail.source import Choose, Limit, Part, Place, Texts, limit_of
from kith.mail.texts import text_of

Quoted = Callable[[str], bytes]

_SECTION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})*")


def questions(wanted: Collection[tuple[int, Part]], limit: Limit) -> list[Question]:
    """What to ask for the first limit bytes of some parts."""
    asked: dict[str, list[int]] = {}
    for uid, part in wanted:
        if not _SECTION.fullmatch(part.section):
            raise Internal(f"{part.section!r} is not the number of a part")
        most = structure.encoded_limit(part.encoding, limit_of(part, limit))
        asked.setdefault(f"BODY.PEEK[{part.section}]<0.{most}>", []).append(uid)
    return [(uids, item) for item, uids in asked.items()]


def bytes_of(
    found: Mapping[int, Answer], wanted: Collection[tuple[int, Part]], limit: Limit
) -> dict[tuple[int, str], bytes]:
    """By UID and section, what came of those parts, their transfer encoding undone."""
    came = ((uid, part, body(found.get(uid, {}), part.section)) for uid, part in wanted)
    return {
        (uid, part.section): structure.decoded(part.encoding, data)[: limit_of(part, limit)]
        for uid, part, data in came
        if data is not None
    }


def leaves_of(found: Mapping[int, Answer]) -> dict[int, list[Part]]:
    """The leaves of those messages whose structure makes sense."""
    leaves: dict[int, list[Part]] = {}
    for uid, answer in found.items():
        with suppress(ValueError):
            leaves[uid] = structure.leaves(answer.get(b"BODYSTRUCTURE"))
    return leaves


def texts(
    line: Line, wanted: Mapping[Place, Sequence[int]], quoted: Quoted, choose: Choose, limit: int
) -> Texts | None:
    """What kith.mail.source.Source.texts promises, in two round trips; None where the server refuses a question."""
    shapes = _across(line, {place: [(uids, "BODYSTRUCTURE")] for place, uids in wanted.items()}, quoted)
    if shapes is None:
        return None
    chosen = {
        place: {uid: part for uid, parts in leaves_of(found).items() if (part := choose(parts))}
        for place, found in shapes.items()
    }
    asked = {place: questions(parts.items(), limit) for place, parts in chosen.items()}
    told = _across(line, asked, quoted)
    if told is None:
        return None
    came = {place: bytes_of(found, chosen[place].items(), limit) for place, found in told.items()}
    return {place: text_of(chosen[place], data) for place, data in came.items()}


def _across(
    line: Line, asked: Mapping[Place, Sequence[Question]], quoted: Quoted
) -> dict[Place, dict[int, Answer]] | None:
    """What the server says of a few messages in several folders, all asked at once; None where it refuses a question.

    A folder that it does not open, or that is another by now, is left out.
    """
    told: dict[Place, dict[int, Answer]] = {}
    is_whole = True
    commands = [[b"EXAMINE " + quoted(folder), *map(command, some)] for (folder, _), some in asked.items()]
    tags = iter(line.start([*chain(*commands)]))
    for place, some in asked.items():
        line.forget()
        kind, _ = line.finish(next(tags))
        line.opened(is_open=kind == "OK")
        is_here = kind == "OK" and state_of(line.untagged_responses).uidvalidity == place[1]
        found: dict[int, Answer] = {}
        for refused, pieces in replies(line, {next(tags): each for each in some}):
            is_whole = is_whole and not (refused and is_here)
            for uid, answer in () if refused else parsed(pieces).items():
                found.setdefault(uid, {}).update(answer)
        if is_here:
            told[place] = found
    return told if is_whole else None
