"""Whom the owner writes to most, learnt from a look at the newest mail: for a start, before anything is kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from kith.domain.acquaintance import HALF_LIFE, is_person
from kith.domain.address import Address, looks_like, spoken_name
from kith.domain.folders import Folder, Role, first
from kith.domain.names import natural_name
from kith.domain.touch import Circumstances, Direction, Reason, judge
from kith.mail import headers
from kith.mail.prefilter import address_filter
from kith.mail.source import RawHeader, Source

WINDOW: Final = timedelta(days=365)
MOST_MESSAGES: Final = 5000
"""Messages of one folder that are looked at, newest first."""
STRETCH: Final = 500
MOST_RECIPIENTS: Final = 5
"""Mail to more people says little about any of them."""
FEWEST_AS_SENDER: Final = 3
"""Mails in Sent that an address has to have written before it is taken for the owner's."""

Progress = Callable[[str, int, int], None]
"""Told the folder, how many of its messages were looked at, and how many there are to look at."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody the owner writes to: how often in the last year, how often they wrote, and when last."""

    name: str
    addresses: tuple[str, ...]
    written: int
    answered: int
    last_at: datetime


@dataclass(slots=True)
class _Tally:
    """What was seen of one address. The two weights count each mail by its age."""

    address: str
    name: str = ""
    written: int = 0
    answered: int = 0
    out_weight: float = 0.0
    in_weight: float = 0.0
    last_at: datetime | None = None

    @property
    def weight(self) -> float:
        """Exchange and recency in one number: what comes back counts as much as what goes out, and no more."""
        return self.out_weight + min(self.in_weight, self.out_weight)


@dataclass(slots=True)
class Acquaintances:
    """The newest mail of one mailbox, looked at. owner holds the address keys of the owner, key makes one."""

    source: Source
    owner: frozenset[str]
    key: Callable[[str], str]
    now: datetime
    progress: Progress = lambda _folder, _done, _total: None
    _tallies: dict[str, _Tally] = field(default_factory=dict)

    def senders(self) -> list[str]:
        """Addresses besides the owner's that wrote mail in Sent: they will be the owner's, too."""
        found: dict[str, list[str]] = {}
        sent = first(self.source.folders(), Role.SENT)
        for raw in next(self._stretches(sent), []) if sent else []:
            for author in headers.envelope(raw.block, raw.received_at).from_[:1]:
                if looks_like(author.address):
                    found.setdefault(self.key(author.address), []).append(author.address.casefold())
        return [w[0] for k, w in found.items() if k not in self.owner and len(w) >= FEWEST_AS_SENDER]

    def closest(self, most: int = 20) -> list[Acquaintance]:
        """The people the owner wrote to most in the last year, by exchange and recency; none where nothing tells."""
        there = self.source.folders()
        sent, inbox = first(there, Role.SENT), first(there, Role.INBOX)
        if sent is None:
            return []
        for blocks in self._stretches(sent):
            for raw in blocks:
                self._see(raw)
        known = address_filter(k.encode("utf-8", "surrogatepass") for k in self._tallies)
        for blocks in self._stretches(inbox, known) if inbox and self._tallies else ():
            for raw in blocks:
                self._see(raw)
        ranked = sorted(self._tallies.values(), key=lambda t: (-t.weight, t.address))
        return _by_name(ranked)[:most]

    def _stretches(self, folder: Folder, wanted: Callable[[bytes], bool] | None = None) -> Iterator[list[RawHeader]]:
        """A folder's newest headers, newest stretch first, until they are older than the window."""
        self.source.examine(folder.name)
        uids = self.source.uids(1)[-MOST_MESSAGES:]
        for done in range(0, len(uids), STRETCH):
            self.progress(folder.name, done, len(uids))
            stretch = uids[max(0, len(uids) - done - STRETCH) : len(uids) - done]
            blocks = [raw for _, found, _ in self.source.headers(stretch, wanted) for raw in found]
            yield list(reversed(blocks))
            if blocks and all(raw.received_at and raw.received_at < self.now - WINDOW for raw in blocks):
                return

    def _see(self, raw: RawHeader) -> None:
        """Counts one message where it would be a touch if these people were known."""
        envelope = headers.envelope(raw.block, raw.received_at)
        here = Circumstances(self.owner, {}, self.key, max_recipients=MOST_RECIPIENTS)
        verdict = judge(envelope, here, self.now)
        if verdict.reason is not Reason.STRANGER or verdict.at < self.now - WINDOW:
            return
        outbound = verdict.direction is Direction.OUTBOUND
        for who in _each_once(envelope.to if outbound else envelope.from_, self.key):
            self._count(who, verdict.at, outbound=outbound)

    def _count(self, who: Address, at: datetime, *, outbound: bool) -> None:
        key = self.key(who.address)
        if key in self.owner or not is_person(who.address) or not (outbound or key in self._tallies):
            return
        tally = self._tallies.setdefault(key, _Tally(who.address.strip()))
        tally.name = tally.name or natural_name(who.name)
        tally.last_at = max(tally.last_at or at, at)
        weight = 0.5 ** ((self.now - at) / HALF_LIFE)
        if outbound:
            tally.written, tally.out_weight = tally.written + 1, tally.out_weight + weight
        else:
            tally.answered, tally.in_weight = tally.answered + 1, tally.in_weight + weight


def _each_once(addresses: Iterable[Address], key: Callable[[str], str]) -> Iterable[Address]:
    return {key(a.address): a for a in addresses}.values()


def _by_name(ranked: Iterable[_Tally]) -> list[Acquaintance]:
    """One entry a person: two addresses under one full name are theirs."""
    people: dict[str, Acquaintance] = {}
    for tally in ranked:
        name = tally.name or spoken_name(tally.address)
        same = name.casefold() if " " in name else tally.address
        before = people.get(same)
        last = tally.last_at
        if last is None:
            continue
        people[same] = Acquaintance(
            name=before.name if before else name,
            addresses=(*(before.addresses if before else ()), tally.address),
            written=tally.written + (before.written if before else 0),
            answered=tally.answered + (before.answered if before else 0),
            last_at=max(last, before.last_at) if before else last,
        )
    return list(people.values())
