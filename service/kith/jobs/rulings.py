"""What the owner says about a touch that was none, and about a message that was one after all."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from kith.domain.names import enumerated
from kith.domain.person import Person
from kith.domain.touch import BY_REPLY_TO, Channel, Direction
from kith.errors import NotFound
from kith.jobs.acts import Acts, Done, Step, deletion, spoken
from kith.store import messages, people, rulings
from kith.store.tables import MessageRow, PartRow, TouchRow

MOST_LOOKED_THROUGH = 500
"""Touches, or messages that did not count, among which the one of a day is looked for."""


def not_a_touch(acts: Acts, person: Person, on: date | None = None) -> Done:
    """The latest touch of a person (or the latest of a day) was none; so it stays when the message is read again.

    Raises NotFound where there is no such touch.
    """
    touch = _touch(acts, person, on)
    return _taken_away(acts, [touch], _parts(acts, touch.identity, [person.id]))


def message_not_a_touch(acts: Acts, message: MessageRow) -> Done | None:
    """One message was no touch of anybody who takes part in it. None where it was none already."""
    touched = messages.touches_of(acts.session, acts.owner_id, message.identity)
    return _taken_away(acts, touched, _parts(acts, message.identity)) if touched else None


def is_a_touch(acts: Acts, person: Person, on: date | None = None) -> Done:
    """The latest message with a person (or the latest of a day) that did not count does; so it stays.

    Raises NotFound where there is no such message.
    """
    message = _message(acts, person, on)
    return _counted(acts, message, [person.id], _parts(acts, message.identity, [person.id]))


def message_is_a_touch(acts: Acts, message: MessageRow) -> Done | None:
    """One message was a touch of everybody known who takes part in it. None where it was that already."""
    touched = {touch.person_id for touch in messages.touches_of(acts.session, acts.owner_id, message.identity)}
    parts = _parts(acts, message.identity)
    new = [part.person_id for part in parts if part.person_id not in touched]
    return _counted(acts, message, new, parts) if new else None


def _parts(acts: Acts, identity: str, ids: Collection[int] | None = None) -> list[PartRow]:
    """Who takes part in a message, or those of some people; nobody does in a touch that left no mail."""
    found = rulings.parts(acts.session, acts.owner_id, identity)
    return [part for part in found if ids is None or part.person_id in ids]


def _taken_away(acts: Acts, touches: Sequence[TouchRow], parts: Sequence[PartRow]) -> Done:
    undo = rulings.rule(acts.session, parts, counts=False)
    ids = [touch.person_id for touch in touches]
    for touch in touches:
        gone = touch.model_dump(mode="json", exclude={"id", "owner_id"})
        undo.append({"do": "insert", "table": "touch", "values": gone, "person": touch.person_id})
    what, identity = _quoted(touches[0].subject), touches[0].identity
    for person_id in ids:
        messages.remove_touches(acts.session, acts.owner_id, identity, person_id)
    people.refresh(acts.session, acts.owner_id, ids)
    return acts.done(f"{what} no longer counts for {_names(acts, ids)}", undo, *ids)


def _counted(acts: Acts, message: MessageRow, ids: Sequence[int], parts: Sequence[PartRow]) -> Done:
    undo: list[Step] = rulings.rule(acts.session, parts, counts=True)
    messages.add_touches(acts.session, [_as_touch(acts, message, person_id) for person_id in ids])
    people.refresh(acts.session, acts.owner_id, ids)
    for person_id in ids:
        kept = messages.touch_id(acts.session, acts.owner_id, person_id, message.identity)
        undo.append(deletion("touch", kept, person_id))
    return acts.done(f"{_quoted(message.subject)} counts for {_names(acts, ids)} now", undo, *ids)


def _quoted(subject: str) -> str:
    return f"“{subject}”" if subject else "That"


def _names(acts: Acts, ids: Collection[int]) -> str:
    return enumerated([person.name for person, _ in people.everyone(acts.session, acts.owner_id, ids)])


def _touch(acts: Acts, person: Person, on: date | None) -> TouchRow:
    found = messages.touches(acts.session, acts.owner_id, person.id, 1 if on is None else MOST_LOOKED_THROUGH)
    for touch in found:
        if on is None or acts.day_of(touch.at) == on:
            return touch
    when = f" on {spoken(on)}" if on else ""
    raise NotFound(f"there is no touch of {person.name}{when} to take away", "see `kith people show`")


def _message(acts: Acts, person: Person, on: date | None) -> MessageRow:
    most = 1 if on is None else MOST_LOOKED_THROUGH
    for message, _ruling in messages.not_counted_since(acts.session, acts.owner_id, person.id, None, most):
        if on is None or acts.day_of(message.at) == on:
            return message
    when = f" of {spoken(on)}" if on else ""
    raise NotFound(f"every message{when} with {person.name} counts already", "see `kith explain`")


def _as_touch(acts: Acts, message: MessageRow, person_id: int) -> dict[str, Any]:
    return {
        "owner_id": acts.owner_id,
        "person_id": person_id,
        "identity": message.identity,
        "at": message.at,
        "direction": message.direction or str(Direction.INBOUND),
        "channel": str(Channel.EMAIL),
        "subject": "" if message.mark == BY_REPLY_TO else message.subject,
        "source": message.mailbox,
    }
