"""Every table, and what must be unique in it. Each row has its owner; instants are UTC.

Bodies of mail are not kept. Subjects are, and one short snippet a person (product promise 6).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA: MetaData = SQLModel.metadata


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite would hand it back naive, and a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """As SQLAlchemy writes it on SQLite, in a third of the time: a first scan has tens of thousands of them."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def written(value: datetime | None) -> str | None:
            at = self.process_bind_param(value, dialect)
            return at.replace(tzinfo=None).isoformat(" ", "microseconds") if at else None

        return written

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- as above
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(SQLModel):
    """What every table has: a number of its own, and its owner."""

    # Rows are made by our own code and never validated; what pydantic would build for that costs each command's start.
    model_config = {"defer_build": True}
    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", ondelete="CASCADE")


class OwnerRow(SQLModel, table=True):
    """One owner. address_seq counts addresses ever added, under this row's lock (see FolderRow).

    strangers: whether those the owner did not choose may be counted, for suggestions. addresses are the owner's by
    the kith.toml that came last, as they are compared.
    """

    __tablename__ = "owner"
    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    address_seq: int = 0
    set_up_at: datetime = Field(sa_type=Instant)
    away_until: date | None = None
    strangers: bool = True
    addresses: list[str] = Field(default_factory=list, sa_type=JSON)


class PersonRow(Row, table=True):
    """One person. The last four columns are derived from touch, and kept with it in one transaction."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_owner_id_name", "owner_id", "name"),)
    name: str
    circle: str | None = None
    every: str | None = None
    about: str = Field(default="", sa_type=Text)
    birthday: str | None = None
    paused: bool = False
    snoozed_until: date | None = None
    added_at: datetime = Field(sa_type=Instant)
    passed_over: int = 0
    touches: int = 0
    last_touched: datetime | None = Field(default=None, sa_type=Instant)
    last_outbound: datetime | None = Field(default=None, sa_type=Instant)
    last_inbound: datetime | None = Field(default=None, sa_type=Instant)


class AddressRow(Row, table=True):
    """One address of a person. seq says which folders have been read with it in mind."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("owner_id", "key"),)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    written: str
    key: str
    seq: int


class TagRow(Row, table=True):
    """One tag on one person."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("person_id", "name"),)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    name: str


class PhoneRow(Row, table=True):
    """One phone number of a person, as it was written."""

    __tablename__ = "phone"
    __table_args__ = (UniqueConstraint("person_id", "number"),)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    number: str


class AliasRow(Row, table=True):
    """Another name of a person, by which they are found: that of somebody who became part of them."""

    __tablename__ = "alias"
    __table_args__ = (UniqueConstraint("person_id", "name"),)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    name: str


class MailboxRow(Row, table=True):
    """How reading one mailbox goes. read and gaps only ever grow."""

    __tablename__ = "mailbox"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)
    name: str
    read: int = 0
    gaps: int = 0
    scanned_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = Field(default="", sa_type=Text)
    failing_since: datetime | None = Field(default=None, sa_type=Instant)


class FolderRow(Row, table=True):
    """The cursor of one folder.

    Every message up to last_uid has been read with every address up to seq in mind. While people
    are new, their past is read once more up to backfill_uid, for addresses up to backfill_seq. uidnext
    is the UIDNEXT of a server that gives one too low, None where it is in order. breaks counts visits in
    a row that ended in the middle of it; the snag_ columns say where reading broke off (domain/snag).
    """

    __tablename__ = "folder"
    __table_args__ = (UniqueConstraint("owner_id", "mailbox", "name"),)
    mailbox: str
    name: str
    uidvalidity: int = Field(sa_type=BigInteger)
    last_uid: int = Field(default=0, sa_type=BigInteger)
    uidnext: int | None = Field(default=None, sa_type=BigInteger)
    messages: int | None = None
    highestmodseq: int | None = Field(default=None, sa_type=BigInteger)
    seq: int = 0
    backfill_uid: int = Field(default=0, sa_type=BigInteger)
    backfill_seq: int = 0
    gaps: int = 0
    changes: int = 0
    breaks: int = 0
    snag_after: int = Field(default=0, sa_type=BigInteger)
    snag_upto: int = Field(default=0, sa_type=BigInteger)
    snag_at_once: int = 0
    snag_strikes: int = 0
    set_aside: str = ""
    scanned_at: datetime | None = Field(default=None, sa_type=Instant)


class MaildirRow(Row, table=True):
    """A folder of a Maildir, whose files carry no numbers: those given so far are 1 to uidnext - 1.

    place says which Maildir the mailbox was then. seen is what its directories looked like when they were
    last listed, "" where that proves nothing, and messages how many files there were.
    """

    __tablename__ = "maildir"
    __table_args__ = (UniqueConstraint("owner_id", "mailbox", "folder"),)
    mailbox: str
    folder: str
    place: int = Field(sa_type=BigInteger)
    uidnext: int = Field(default=1, sa_type=BigInteger)
    messages: int = 0
    seen: str = ""


class MaildirNamesRow(Row, table=True):
    """Names of files of such a folder from the number first_uid upwards, with NUL between them."""

    __tablename__ = "maildir_names"
    __table_args__ = (UniqueConstraint("maildir_id", "first_uid"),)
    maildir_id: int = Field(foreign_key="maildir.id", ondelete="CASCADE")
    first_uid: int = Field(sa_type=BigInteger)
    names: bytes = Field(sa_type=LargeBinary)


class MessageRow(Row, table=True):
    """A message in which people take part, and the verdict of the rules on it. reason is None where it is a touch.

    What the owner said of it stands with those who take part. mark is the verdict's
    (see kith.domain.touch.Verdict): the header field that told.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("owner_id", "identity"),
        Index("ix_message_owner_id_message_id", "owner_id", "message_id"),
    )
    identity: str
    message_id: str
    subject: str
    at: datetime = Field(sa_type=Instant)
    direction: str | None = None
    reason: str | None = None
    mark: str = ""
    mailbox: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)


class PartRow(Row, table=True):
    """Somebody takes part in a message, whether it touched them or not.

    reply_to: answers to what another person wrote were to go to this one, so that the two may be one. ruling is the
    owner's word on whether the message counts for this person, None where the rules decide (see rulings).
    """

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("owner_id", "person_id", "identity"),
        Index("ix_part_owner_id_identity", "owner_id", "identity"),
    )
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    identity: str
    reply_to: bool = False
    ruling: bool | None = None


class TouchRow(Row, table=True):
    """One touch. identity is the message's, or names the meeting or the owner's own word behind it."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("owner_id", "person_id", "identity"),
        Index("ix_touch_person_id_at", "person_id", "at"),
        Index("ix_touch_owner_id_at", "owner_id", "at"),
    )
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    identity: str
    at: datetime = Field(sa_type=Instant)
    direction: str
    channel: str
    subject: str = ""
    source: str


class SnippetRow(Row, table=True):
    """A few words of the latest exchange with a person."""

    __tablename__ = "snippet"
    __table_args__ = (UniqueConstraint("owner_id", "person_id"),)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    identity: str
    text: str = Field(sa_type=Text)


class InviteRow(Row, table=True):
    """One calendar object seen in mail with known people; data holds its times, its title and who takes part.

    Addresses and the uid are veiled (domain/veil): known again, and never read. The sender's is, too.
    look_at is when the touches of its series are to be looked at again, None when never; after a look it is later than
    seen_at, so that what is news can be told from what was looked at.
    """

    __tablename__ = "invite"
    __table_args__ = (
        UniqueConstraint("owner_id", "identity", "position"),
        Index("ix_invite_owner_id_uid", "owner_id", "uid"),
    )
    identity: str
    position: int
    uid: str
    sender: str
    seen_at: datetime = Field(sa_type=Instant)
    look_at: datetime | None = Field(default=None, sa_type=Instant)
    data: dict[str, Any] = Field(sa_type=JSON)


class NoteRow(Row, table=True):
    """Words the owner wrote about a person."""

    __tablename__ = "note"
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    text: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
    source: str


class FollowUpRow(Row, table=True):
    """A promise with a date. by_touch: it is done because of a touch, and open again where that was none after all."""

    __tablename__ = "follow_up"
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    text: str = Field(default="", sa_type=Text)
    due_on: date
    created_at: datetime = Field(sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    by_touch: bool = False


class DigestRow(Row, table=True):
    """One period's digest: one row a period, whatever happens. letter_id is None where none was wanted."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("owner_id", "period"),)
    period: date
    letter_id: int | None = Field(default=None, foreign_key="letter.id", ondelete="SET NULL")
    read: int = 0
    gaps: int = 0
    made_at: datetime = Field(sa_type=Instant)


class LetterRow(Row, table=True):
    """The outbox: a letter with its Message-ID and its bytes, fixed before the first try.

    words are the marks by which its words are known again in an answer (domain/ownwords); they tell nobody anything.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("message_id"),
        UniqueConstraint("owner_id", "kind", "key"),
        Index("ix_letter_owner_id_state", "owner_id", "state"),
    )
    kind: str
    key: str
    message_id: str
    recipient: str
    subject: str
    raw: bytes = Field(sa_type=LargeBinary)
    words: bytes = Field(default=b"", sa_type=LargeBinary)
    delivery: str
    state: str = "queued"
    attempts: int = 0
    losses: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)
    tried_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)


class NumberRow(Row, table=True):
    """Whom a number in a letter means."""

    __tablename__ = "number"
    __table_args__ = (UniqueConstraint("letter_id", "number"),)
    letter_id: int = Field(foreign_key="letter.id", ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    number: int


class ReplyRow(Row, table=True):
    """A message that may be the owner's answer, found by a scan, and what became of it.

    written_at is when it was sent as far as can be known, None where that is not known.
    """

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("owner_id", "identity", "in_sent"),)
    identity: str
    mailbox: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    in_sent: bool
    answers: str = ""
    state: str = "found"
    why: str = ""
    tries: int = 0
    written_at: datetime | None = Field(default=None, sa_type=Instant)
    found_at: datetime = Field(sa_type=Instant)


class InstructionRow(Row, table=True):
    """One instruction of a reply, applied once. said is what the receipt tells about it."""

    __tablename__ = "instruction"
    __table_args__ = (UniqueConstraint("owner_id", "identity", "position"),)
    identity: str
    position: int
    line: str = Field(sa_type=Text)
    verb: str
    outcome: str
    said: str = Field(default="", sa_type=Text)
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    at: datetime = Field(sa_type=Instant)


class ChangeRow(Row, table=True):
    """Something the owner did, and how to take it back."""

    __tablename__ = "change"
    what: str
    undo: list[dict[str, Any]] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=Instant)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class DraftRow(Row, table=True):
    """A mail prepared for the owner. key names its occasion, so that it is made once."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("owner_id", "key"),)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    key: str
    kind: str
    message_id: str
    subject: str
    raw: bytes = Field(sa_type=LargeBinary)
    state: str = "proposed"
    error: str = ""
    created_at: datetime = Field(sa_type=Instant)
    placed_at: datetime | None = Field(default=None, sa_type=Instant)


class StrangerRow(Row, table=True):
    """One approximate line about somebody the owner did not choose, for suggestions."""

    __tablename__ = "stranger"
    __table_args__ = (UniqueConstraint("owner_id", "key"),)
    key: str
    name: str = ""
    outbound: int = 0
    inbound: int = 0
    last_at: datetime = Field(sa_type=Instant)


class QuarantineRow(Row, table=True):
    """A message that could not be read, and why. breaks: asking for it made the server hang up, each time."""

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("owner_id", "mailbox", "folder", "uidvalidity", "uid"),)
    mailbox: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    reason: str
    breaks: bool = False
    at: datetime = Field(sa_type=Instant)


class ForgottenRow(Row, table=True):
    """The hash of an address that was forgotten, so that a rescan does not bring it back."""

    __tablename__ = "forgotten"
    __table_args__ = (UniqueConstraint("owner_id", "digest"),)
    digest: str


class BeatRow(Row, table=True):
    """The service's sign of life."""

    __tablename__ = "beat"
    __table_args__ = (UniqueConstraint("owner_id"),)
    started_at: datetime = Field(sa_type=Instant)
    beat_at: datetime = Field(sa_type=Instant)


for _table in METADATA.tables.values():
    # SQLite would give the number of a deleted row to the next one, and an old undo would hit a stranger.
    _table.dialect_options["sqlite"]["autoincrement"] = True
