"""What the owner can do to what Kith knows, by reply or by command. Each act can be taken back."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

from kith.domain.dates import Birthday, Duration
from kith.domain.matter import about_what
from kith.domain.person import Person
from kith.domain.touch import Channel, Direction
from kith.errors import NotFound
from kith.store import changes, forgetting, merging, messages, notes, people, undoing
from kith.store.engine import Session
from kith.store.undoing import setting

BY_HAND = "hand"
Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """An act in a sentence, and the number by which it can be undone (None: it cannot)."""

    said: str
    change_id: int | None = None


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts of one owner within one transaction. source says where the words came from."""

    session: Session
    owner_id: int
    now: datetime
    zone: tzinfo
    source: str = BY_HAND

    @property
    def today(self) -> date:
        """The date where the owner lives."""
        return self.day_of(self.now)

    def day_of(self, at: datetime) -> date:
        """An instant's date where the owner lives."""
        return at.astimezone(self.zone).date()

    def note(self, person: Person, text: str) -> Done:
        """Keeps words about a person."""
        row = notes.add_note(self.session, self.owner_id, person.id, text, self.now, self.source)
        return self.done(f"Noted for {person.name}: {shortened(text)}", [deletion("note", row)], person.id)

    def touch(self, person: Person, channel: Channel, on: date, subject: str = "", note: str = "") -> Done:
        """A touch that left no mail, with a note if one is given. At noon of its day, or now if that is today."""
        at = self.now if on == self.today else datetime.combine(on, time(12), self.zone)
        identity = f"{self.source}:{secrets.token_hex(8)}"
        row = {
            "owner_id": self.owner_id,
            "person_id": person.id,
            "identity": identity,
            "at": min(at, self.now),
            "direction": str(Direction.MUTUAL),
            "channel": str(channel),
            "subject": subject,
            "source": self.source,
        }
        messages.add_touches(self.session, [row])
        people.refresh(self.session, self.owner_id, [person.id])
        kept = messages.touch_id(self.session, self.owner_id, person.id, identity)
        said = f"{WORDS[channel]} {person.name} {self._day(on)}"
        undo = [deletion("touch", kept, person.id)]
        if note:
            written = notes.add_note(self.session, self.owner_id, person.id, note, self.now, self.source)
            undo.append(deletion("note", written))
            said = f"{said}. Noted: {shortened(note)}"
        return self.done(said, undo, person.id)

    def snooze(self, person: Person, until: date) -> Done:
        """Leaves a person out of digests until a day."""
        said = f"{person.name} will come back on {spoken(until)}"
        return self._set(person, said, {"snoozed_until": until}, {"snoozed_until": person.snoozed_until})

    def every(self, person: Person, cadence: Duration | None) -> Done:
        """Gives a person a cadence of their own, or takes it away."""
        said = f"{person.name}: every {cadence}" if cadence else f"{person.name} has no cadence of their own any more"
        before = str(person.every) if person.every else None
        return self._set(person, said, {"every": str(cadence) if cadence else None}, {"every": before})

    def pause(self, person: Person, *, paused: bool) -> Done:
        """Leaves a person out of digests until resumed."""
        said = f"{person.name} is paused" if paused else f"{person.name} is back"
        values: Step = {"paused": paused} if paused else {"paused": False, "snoozed_until": None}
        return self._set(person, said, values, {"paused": person.paused, "snoozed_until": person.snoozed_until})

    def birthday(self, person: Person, birthday: Birthday | None) -> Done:
        """Keeps a birthday."""
        said = f"{person.name}: birthday {birthday.spoken}" if birthday else f"{person.name}: birthday removed"
        before = str(person.birthday) if person.birthday else None
        return self._set(person, said, {"birthday": str(birthday) if birthday else None}, {"birthday": before})

    def circle(self, person: Person, circle: str | None) -> Done:
        """Puts a person into a circle, or out of it."""
        said = f"{person.name} is in {circle}" if circle else f"{person.name} is in no circle"
        return self._set(person, said, {"circle": circle}, {"circle": person.circle})

    def rename(self, person: Person, name: str) -> Done:
        """Changes a name."""
        return self._set(person, f"{person.name} is now {name}", {"name": name}, {"name": person.name})

    def about(self, person: Person, about: str) -> Done:
        """Changes why this person matters."""
        return self._set(person, f"{person.name}: {about}", {"about": about}, {"about": person.about})

    def tag(self, person: Person, tags: Iterable[str]) -> Done:
        """Adds tags."""
        new = people.add_tags(self.session, self.owner_id, person.id, tags)
        ids = people.tag_ids(self.session, person.id, new)
        return self.done(
            f"{person.name}: {' '.join('#' + t for t in tags)}", [deletion("tag", i) for i in ids], person.id
        )

    def untag(self, person: Person, tags: Iterable[str]) -> Done:
        """Takes tags away. Raises NotFound where one is not theirs."""
        theirs = {tag.casefold() for tag in person.tags}
        for tag in tags:
            if tag.casefold() not in theirs:
                have = " ".join(f"#{one}" for one in person.tags) or "no tag"
                raise NotFound(f"{person.name} has no tag #{tag}", f"they have {have}")
        gone = [t for t in person.tags if t.casefold() in {x.casefold() for x in tags}]
        ids = {tag: people.tag_ids(self.session, person.id, [tag])[0] for tag in gone}
        people.remove_tags(self.session, self.owner_id, person.id, gone)
        values = [{"id": ids[tag], "person_id": person.id, "name": tag} for tag in gone]
        steps = [{"do": "insert", "table": "tag", "values": one} for one in values]
        return self.done(f"{person.name}: without {' '.join('#' + t for t in gone)}", steps, person.id)

    def follow_up(self, person: Person, on: date, text: str) -> Done:
        """Keeps a promise with a date."""
        row = notes.add_follow_up(self.session, self.owner_id, person.id, text, on, self.now)
        said = f"Follow up with {person.name} on {spoken(on)}{about_what(text)}"
        return self.done(said, [deletion("follow_up", row)], person.id)

    def add(self, name: str, addresses: Iterable[tuple[str, str]], **values: Any) -> tuple[int, Done]:
        """A new person with (address, key) pairs. Raises NotFound where somebody has one of them already."""
        tags = values.pop("tags", ())
        person_id = people.add(self.session, self.owner_id, name, self.now, **values)
        self._give_addresses(person_id, addresses)
        people.add_tags(self.session, self.owner_id, person_id, tags)
        return person_id, self.done(f"{name} is added", [deletion("person", person_id)], person_id)

    def add_addresses(self, person: Person, addresses: Iterable[tuple[str, str]]) -> Done:
        """Gives a person further (address, key) pairs. Raises NotFound where somebody else has one of them."""
        new = self._give_addresses(person.id, addresses)
        rows = people.addresses(self.session, self.owner_id, new)
        said = f"{person.name}: {', '.join(row.written for row in rows) or 'no new address'}"
        return self.done(said, [deletion("address", row.id) for row in rows], person.id)

    def drop_addresses(self, person: Person, keys: Iterable[str]) -> Done:
        """Takes addresses from a person; their touches stay. Raises NotFound where one is not theirs."""
        rows = people.addresses(self.session, self.owner_id, list(keys))
        theirs = {row.key: row for row in rows if row.person_id == person.id}
        for key in keys:
            if key not in theirs:
                have = ", ".join(person.addresses) or "no address"
                raise NotFound(f"{key} is no address of {person.name}", f"they have {have}")
            people.remove_address(self.session, self.owner_id, person.id, key)
        gone = [row.model_dump(mode="json", exclude={"owner_id"}) for row in theirs.values()]
        said = f"{person.name}: without {', '.join(row.written for row in theirs.values())}"
        return self.done(said, [{"do": "insert", "table": "address", "values": values} for values in gone], person.id)

    def _give_addresses(self, person_id: int, addresses: Iterable[tuple[str, str]]) -> list[str]:
        """The keys of those that are new to the person."""
        new = []
        for written, key in addresses:
            if people.add_address(self.session, self.owner_id, person_id, written, key):
                new.append(key)
                continue
            held = people.holder(self.session, self.owner_id, key)
            if held != person_id:
                known = people.one(self.session, self.owner_id, held) if held else None
                whose = known[0].name if known else "somebody"
                raise NotFound(f"{written} belongs to {whose} already", f"see `kith people show {written}`")
        return new

    def merge(self, kept: Person, gone: Person) -> Done:
        """Two people are one."""
        if kept.id == gone.id:
            raise NotFound(f"{kept.name} is one person already", "name two people")
        steps = merging.merge(self.session, self.owner_id, kept.id, gone.id)
        steps += self._fill(kept, gone)
        people.refresh(self.session, self.owner_id, [kept.id])
        concerned: list[Step] = [{"do": "nothing", "table": "person", "person": p.id} for p in (kept, gone)]
        return self.done(f"{gone.name} is part of {kept.name} now", [*concerned, *steps], kept.id, gone.id)

    def _fill(self, kept: Person, gone: Person) -> list[Step]:
        """What the owner said of the one who goes, and not of the one who stays, is not lost."""
        said: tuple[tuple[str, Any, Any], ...] = (
            ("circle", kept.circle, gone.circle),
            ("every", kept.every, gone.every),
            ("about", kept.about, gone.about),
            ("birthday", kept.birthday, gone.birthday),
        )
        gained = {name: str(value) for name, have, value in said if value and not have}
        if not gained:
            return []
        people.set_values(self.session, self.owner_id, kept.id, gained)
        before = {name: "" if name == "about" else None for name in gained}
        return [setting("person", kept.id, before, gained)]

    def forget(self, person: Person, key: Callable[[str], str]) -> Done:
        """Removes a person for good. This cannot be undone."""
        changes.forget(self.session, self.owner_id, person.id)
        forgetting.forget(self.session, self.owner_id, person.id, person.name, key)
        return Done(f"{person.name} is forgotten")

    def undo(self, change_id: int | None) -> Done:
        """Takes back a change, or the latest. Raises NotFound where there is none."""
        row = notes.change(self.session, self.owner_id, change_id)
        if row is None:
            raise NotFound("there is nothing to undo", "each change can be taken back once")
        gone = [step["id"] for step in row.undo if step["do"] == "delete" and step["table"] == "person"]
        people.hold(self.session, self.owner_id, gone)
        left = forgetting.identities_of(self.session, gone)
        is_whole = undoing.take_back(self.session, row, self.now)
        forgetting.remove_orphans(self.session, self.owner_id, left)
        for step in row.undo:
            if step["do"] == "insert" and step["table"] == "address":
                people.count_again(self.session, self.owner_id, step["values"]["id"])
        parted = merging.part_again(self.session, self.owner_id, row.undo)
        concerned = {step["person"] for step in row.undo if step.get("person")}
        people.refresh(self.session, self.owner_id, concerned | parted)
        return Done(f"Taken back: {row.what}{'' if is_whole else '. What you set since then stays'}")

    def _set(self, person: Person, said: str, values: Step, before: Step) -> Done:
        people.set_values(self.session, self.owner_id, person.id, values)
        was, is_now = ({name: _plain(of[name]) for name in values} for of in (before, values))
        return self.done(said, [setting("person", person.id, was, is_now)], person.id)

    def done(self, said: str, undo: list[Step], *who: int) -> Done:
        """What was done to whom, with the steps that take it back kept (see store/undoing)."""
        steps = [changes.about(*who), *undo] if who else undo
        return Done(said, notes.keep_change(self.session, self.owner_id, said, steps, self.now))

    def _day(self, on: date) -> str:
        days = (self.today - on).days
        return {0: "today", 1: "yesterday"}.get(days, f"on {spoken(on)}")


WORDS = {
    Channel.EMAIL: "Mail with",
    Channel.MEETING: "A meeting with",
    Channel.CALL: "A call with",
    Channel.IN_PERSON: "Time together with",
    Channel.MESSAGE: "In touch with",
    Channel.LETTER: "A letter to or from",
}


def spoken(on: date) -> str:
    """A date as it is said: 3 May 2027."""
    return f"{on.day} {on:%B %Y}"


def shortened(text: str) -> str:
    """The owner's words as they are told again; they are kept whole."""
    return text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD].rstrip()}…"


LONGEST_TOLD = 300
"""Characters of a note that are told again."""


def deletion(table: str, row_id: int, person_id: int | None = None) -> Step:
    """The step that takes a new row away again; person_id: whose touches it changes."""
    return {"do": "delete", "table": table, "id": row_id, "person": person_id}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
