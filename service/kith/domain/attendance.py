"""Who says what about coming to a meeting, under whatever address."""

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from kith.domain.address import key as address_key
from kith.domain.calendar import ABSENT, Attendee, Heard

Key = Callable[[str], str]
"""Makes the form in which addresses are compared. Several addresses of one person may have one."""

_SILENT: Final = "NEEDS-ACTION"


def plain_key(text: str) -> str:
    """An address in the form in which addresses are compared, where nothing is known of providers and people."""
    return address_key(text, {})


def own_answers(heard: Heard, key: Key) -> list[Attendee]:
    """What the sender of a REPLY says of themself, under whatever addresses."""
    sender = key(heard.sender) if heard.invite.method == "REPLY" else ""
    return [a for a in heard.invite.attendees if sender and key(a.address) == sender]


def written_at(heard: Heard) -> datetime:
    """When it was written, as far as one can tell."""
    return heard.invite.stamp or heard.seen_at


def is_current(word: Heard, base: Heard) -> bool:
    """Whether a REPLY or a CANCEL is not about an older request than this.

    Some programs leave SEQUENCE out: then it is about this one if it came after it and names its time.
    """
    if word.invite.sequence >= base.invite.sequence:
        return True
    is_later = word.seen_at > max(base.seen_at, written_at(base))
    return not word.invite.sequence and is_later and word.invite.starts_at == base.invite.starts_at


class Answers:
    """What those say who are asked to come, and those who come unasked if they are welcome."""

    def __init__(self, attendees: Sequence[Attendee], key: Key, welcome: Container[str] = ()) -> None:
        self.attendees, self.key, self.welcome = attendees, key, welcome
        self.said: dict[str, str] = {}
        self.unasked: dict[str, Attendee] = {}
        self.asked: dict[str, list[str]] = {}
        for address in dict.fromkeys(a.address for a in attendees):
            self.asked.setdefault(key(address), []).append(address)

    def entries(self, address: str) -> list[str]:
        """The addresses among those asked that one means: itself, or else all of the same person."""
        of_person = self.asked.get(self.key(address), [])
        return [address] if address in of_person else of_person

    def hear(self, answer: Attendee, *, is_current: bool) -> None:
        """The next answer. Whoever came unasked is asked with all others where a meeting changes."""
        entries, person = self.entries(answer.address), self.key(answer.address)
        if entries and is_current:
            self.said.update(dict.fromkeys(entries, answer.partstat))
        elif not entries and person in self.welcome and answer.partstat != _SILENT:
            open_ = not is_current and answer.partstat not in ABSENT
            self.unasked[person] = replace(answer, partstat=_SILENT) if open_ else answer

    @property
    def all(self) -> tuple[Attendee, ...]:
        """Everybody with what they say."""
        said = self.said
        asked = (replace(a, partstat=said[a.address]) if a.address in said else a for a in self.attendees)
        return (*asked, *self.unasked.values())
