"""What the owner says about a touch that was none, and about a message that was one after all."""

from collections.abc import Collection
from datetime import date
from typing import Any

from kith.domain.explaining import RULED_OUT
from kith.domain.person import Person
from kith.domain.touch import Channel, Direction
from kith.errors import NotFound
from kith.jobs.acts import Acts, Done, Step, deletion, spoken
from kith.store import messages, people
from kith.store.tables import MessageRow, TouchRow

MOST_LOOKED_THROUGH = 500
"""Touches, or messages that did not count, among which the one of a day is looked for."""


def not_a_touch(acts: Acts, person: Person, on: date | None = None) -> Done:
    """The latest touch of a person (or the latest of a day) was none; so it stays when the message is read again.

    Raises NotFound where there is no such touch.
    """
    return _taken_away(acts, person, _touch(acts, person, on))


def message_not_a_touch(acts: Acts, message: MessageRow) -> list[Done]:
    """One message was no touch of anybody. Empty where it was none already."""
    touched = messages.touches_of(acts.session, acts.owner_id, message.identity)
    persons = _persons(acts, [touch.person_id for touch in touched])
    return [_taken_away(acts, persons[touch.person_id], touch) for touch in touched]


def message_is_a_touch(acts: Acts, message: MessageRow) -> list[Done]:
    """One message was a touch of everybody known who takes part in it. Empty where it was that already."""
    touched = {touch.person_id for touch in messages.touches_of(acts.session, acts.owner_id, message.identity)}
    taking_part = messages.participants(acts.session, acts.owner_id, message.identity)
    persons = _persons(acts, [person_id for person_id in taking_part if person_id not in touched])
    return [_counted(acts, person, message) for person in persons.values()]


def _persons(acts: Acts, ids: Collection[int]) -> dict[int, Person]:
    return {person.id: person for person, _ in people.everyone(acts.session, acts.owner_id, ids)}


def _taken_away(acts: Acts, person: Person, touch: TouchRow) -> Done:
    before = _ruling(acts, touch.identity)
    messages.rule(acts.session, acts.owner_id, touch.identity, RULED_OUT, ruled=True)
    gone = touch.model_dump(mode="json", exclude={"id", "owner_id"})
    messages.remove_touches(acts.session, acts.owner_id, touch.identity, person.id)
    people.refresh(acts.session, acts.owner_id, [person.id])
    what = f"“{touch.subject}”" if touch.subject else "That"
    undo: list[Step] = [*before, {"do": "insert", "table": "touch", "values": gone, "person": person.id}]
    return acts.done(f"{what} no longer counts for {person.name}", undo, person.id)


def _touch(acts: Acts, person: Person, on: date | None) -> TouchRow:
    found = messages.touches(acts.session, acts.owner_id, person.id, 1 if on is None else MOST_LOOKED_THROUGH)
    for touch in found:
        if on is None or acts.day_of(touch.at) == on:
            return touch
    when = f" on {spoken(on)}" if on else ""
    raise NotFound(f"there is no touch of {person.name}{when} to take away", "see `kith people show`")


def is_a_touch(acts: Acts, person: Person, on: date | None = None) -> Done:
    """The latest message with a person (or the latest of a day) that did not count does; so it stays.

    Raises NotFound where there is no such message.
    """
    return _counted(acts, person, _message(acts, person, on))


def _counted(acts: Acts, person: Person, message: MessageRow) -> Done:
    before = _ruling(acts, message.identity)
    messages.rule(acts.session, acts.owner_id, message.identity, None, ruled=True)
    messages.add_touches(acts.session, [_as_touch(acts, message, person)])
    people.refresh(acts.session, acts.owner_id, [person.id])
    kept = messages.touch_id(acts.session, acts.owner_id, person.id, message.identity)
    said = f"“{message.subject}” counts for {person.name} now"
    return acts.done(said, [*before, deletion("touch", kept, person.id)], person.id)


def _message(acts: Acts, person: Person, on: date | None) -> MessageRow:
    most = 1 if on is None else MOST_LOOKED_THROUGH
    for message in messages.not_counted_since(acts.session, acts.owner_id, person.id, None, most):
        if on is None or acts.day_of(message.at) == on:
            return message
    when = f" of {spoken(on)}" if on else ""
    raise NotFound(f"every message{when} with {person.name} counts already", "see `kith explain`")


def _as_touch(acts: Acts, message: MessageRow, person: Person) -> dict[str, Any]:
    return {
        "owner_id": acts.owner_id,
        "person_id": person.id,
        "identity": message.identity,
        "at": message.at,
        "direction": message.direction or str(Direction.INBOUND),
        "channel": str(Channel.EMAIL),
        "subject": message.subject,
        "source": message.mailbox,
    }


def _ruling(acts: Acts, identity: str) -> list[Step]:
    """The step that gives a message back the verdict it has now; none for a touch that left no mail."""
    known = messages.by_identity(acts.session, acts.owner_id, [identity])
    return [
        {"do": "nothing", "table": "touch", "ruling": [row.identity, row.reason, row.ruled]} for row in known.values()
    ]
