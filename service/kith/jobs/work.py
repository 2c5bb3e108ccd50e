"""What every job works with: the owner, the database, and ways to the outside. Made by kith.wiring."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from kith.config import Config, MailboxSection
from kith.domain.address import key as address_key
from kith.domain.outbox import Outcome
from kith.domain.token import Tokens
from kith.domain.touch import Circumstances
from kith.errors import ConfigError, LoginRefused, NotFound, TryLater
from kith.letters import Letters
from kith.mail.source import Source
from kith.store import people
from kith.store.engine import Engine, Session, reading, writing

STOPS = (TryLater, LoginRefused, NotFound, ConfigError)
"""What may stop the reading of one mailbox, and must not stop that of the others."""


def is_alive(source: Source) -> bool:
    """Whether a mailbox still answers: then what failed before was its answer, and not the line."""
    try:
        source.folders()
    except STOPS:
        return False
    return True


class Send(Protocol):
    """Hands a letter to a mail server."""

    def __call__(self, raw: bytes, sender: str, recipient: str, may_end: Callable[[], bool]) -> Outcome:
        """One try; expected ends are values, not exceptions.

        may_end is asked at the last moment at which the letter is certainly not taken; it may still call it off.
        """
        ...


@dataclass(frozen=True)
class Work:
    """One owner's work. clock gives the present, aware; open_source a mailbox; send is None without SMTP."""

    config: Config
    engine: Engine
    owner_id: int
    tokens: Tokens
    letters: Letters
    open_source: Callable[[MailboxSection], Source]
    send: Send | None
    clock: Callable[[], datetime]
    keys: dict[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """The present in UTC."""
        return self.clock().astimezone(UTC)

    def today(self) -> date:
        """The date where the owner lives."""
        return self.local(self.now())

    def local(self, at: datetime) -> date:
        """An instant's date where the owner lives."""
        return at.astimezone(self.config.owner.timezone).date()

    def key(self, written: str) -> str:
        """An address in the form in which addresses are compared; remembered, since mail repeats itself."""
        known = self.keys.get(written)
        if known is None:
            if len(self.keys) > MOST_KEYS:
                self.keys.clear()
            known = self.keys[written] = address_key(written, self.config.touch.dots_matter)
        return known

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look at the database."""
        with reading(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction."""
        with writing(self.engine) as session:
            yield session

    def circumstances(self, session: Session, *, upto_seq: int, after_seq: int = 0) -> Circumstances:
        """What verdicts depend on, with people's addresses numbered after_seq < seq <= upto_seq."""
        known = people.by_key(session, self.owner_id, upto_seq, after_seq)
        touch = self.config.touch
        return Circumstances(
            owner=self.config.owner_keys,
            people=known,
            key=self.key,
            max_recipients=touch.max_recipients,
            count_cc=touch.count_cc,
            is_letter=self.tokens.is_ours,
            is_draft=self.tokens.is_draft,
        )


MOST_KEYS = 50_000
"""Addresses whose keys are remembered: some 10 MB."""
