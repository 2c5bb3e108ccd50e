"""The words of some messages in several folders, for sources that open one folder after another."""

from collections.abc import Mapping, Sequence

from kith.errors import NotFound
from kith.mail.source import Choose, Part, Place, Source, Text, Texts


def in_turn(source: Source, wanted: Mapping[Place, Sequence[int]], choose: Choose, limit: int) -> Texts:
    """What kith.mail.source.Source.texts promises."""
    return {place: _here(source, uids, choose, limit) for place, uids in wanted.items() if _is_open(source, place)}


def _is_open(source: Source, place: Place) -> bool:
    folder, uidvalidity = place
    try:
        return source.examine(folder).uidvalidity == uidvalidity
    except NotFound:
        return False


def _here(source: Source, uids: Sequence[int], choose: Choose, limit: int) -> dict[int, Text]:
    chosen = {uid: part for uid, parts in source.structures(uids).items() if (part := choose(parts))}
    return text_of(chosen, source.parts(chosen.items(), limit))


def text_of(chosen: Mapping[int, Part], came: Mapping[tuple[int, str], bytes]) -> dict[int, Text]:
    """By UID, the part that was chosen of a message, and what came of it."""
    return {uid: (part, came[uid, part.section]) for uid, part in chosen.items() if (uid, part.section) in came}
