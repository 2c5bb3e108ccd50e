"""A person out of everything: what is kept about them in any table, and where others' rows name them."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from email import message_from_bytes
from itertools import chain
from typing import Any
from unicodedata import east_asian_width

from sqlalchemy import delete, exists, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col, select

from kith.domain.occasion import Kind
from kith.domain.outbox import State
from kith.store import people
from kith.store.messages import ASKED_AT_ONCE
from kith.store.rows import insert_new
from kith.store.tables import (
    AddressRow,
    AliasRow,
    ChangeRow,
    DraftRow,
    ForgottenRow,
    InstructionRow,
    InviteRow,
    LetterRow,
    MessageRow,
    NumberRow,
    PartRow,
    SnippetRow,
    StrangerRow,
    TouchRow,
)

FORGOTTEN = "forgotten"
"""The outcome of an instruction whose words were taken away: that it was acted on is still known."""

Names = Callable[[str], bool]
"""Whether a text names the person."""


def forgotten_hash(key: str) -> str:
    """What is kept of a forgotten address: enough to know it again, not to read it."""
    return hashlib.sha256(b"kith forgot " + key.encode("utf-8", "surrogatepass")).hexdigest()


def forget(session: Session, owner_id: int, person_id: int, name: str, key: Callable[[str], str]) -> None:
    """Removes every trace of a person, and keeps the hashes of their addresses.

    What the owner wrote about others stays as it is. So does what was exchanged with others, without the words
    that name this person: subjects, titles of meetings, snippets. Where this person took part, too, any part of
    the name is one; where Kith told of such a subject, that goes as well. In invitations nobody has a name or an
    address (domain/veil).
    """
    people.hold(session, owner_id, [person_id])
    called = [name, *session.exec(select(AliasRow.name).where(AliasRow.person_id == person_id))]
    written = list(session.exec(select(AddressRow.written).where(AddressRow.person_id == person_id)))
    keys = {key(address) for address in written}
    identities = identities_of(session, [person_id])
    names, parts = _naming([*called, *written, *keys]), _naming(chain.from_iterable(map(_words, called)))
    tells = _telling(names, _leave_unnamed(session, owner_id, names, parts, identities))

    hashes = [{"owner_id": owner_id, "digest": forgotten_hash(k)} for k in sorted(keys)]
    insert_new(session, ForgottenRow, hashes)
    _remove_strangers(session, owner_id, called, keys)
    _remove_changes(session, owner_id, tells)
    _empty_letters(session, owner_id, person_id, lambda subject: tells(subject) or parts(subject))
    _empty_instructions(session, owner_id, person_id, tells)
    _empty_drafts(session, owner_id, written, tells, parts)
    people.remove(session, owner_id, person_id)
    remove_orphans(session, owner_id, identities)


def _naming(words: Iterable[str]) -> Names:
    """A test for texts in which one of these stands as a whole, in any case; no text where there are none."""
    alternatives = "|".join(_whole(word) for word in sorted({w.strip() for w in words if w.strip()}))
    if not alternatives:
        return lambda _text: False
    named = re.compile(alternatives, re.IGNORECASE)
    return lambda text: named.search(text) is not None


def _telling(names: Names, taken: AbstractSet[str]) -> Names:
    """A test for texts that name somebody themselves, or are or quote a subject that was taken away because it does."""

    def tells(text: str) -> bool:
        quoted = _QUOTED.findall(text)
        return names(text) or not taken.isdisjoint([text, text.removeprefix("Re: "), *quoted])

    return tells


_QUOTED = re.compile("“([^“”]*)”")


def _whole(word: str) -> str:
    """A pattern for a word as a whole. Scripts with wide letters put no spaces between words."""
    before, after = ("" if east_asian_width(edge) in "WF" else r"\w" for edge in (word[0], word[-1]))
    begin, end = before and f"(?<!{before})", after and f"(?!{after})"
    return f"{begin}{re.escape(word)}{end}"


def _remove_strangers(session: Session, owner_id: int, called: Iterable[str], keys: Collection[str]) -> None:
    named = func.lower(StrangerRow.name).in_([name.lower() for name in called])
    same = or_(col(StrangerRow.key).in_(keys), named)
    session.execute(delete(StrangerRow).where(col(StrangerRow.owner_id) == owner_id, same))


def _remove_changes(session: Session, owner_id: int, names: Names) -> None:
    """Those that only name the person; those about them are for kith.store.changes."""
    rows = session.exec(select(ChangeRow).where(ChangeRow.owner_id == owner_id))
    gone = [r.id for r in rows if names(r.what) or any(map(names, _texts(r.undo)))]
    for some in _at_once(gone):
        session.execute(delete(ChangeRow).where(col(ChangeRow.id).in_(some)))


def _texts(value: Any) -> Iterator[str]:
    """All text within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from _texts(inside)


def _empty_instructions(session: Session, owner_id: int, person_id: int, names: Names) -> None:
    """The words go, the row stays: a reply that is seen twice must not be acted on twice."""
    rows = session.exec(select(InstructionRow).where(InstructionRow.owner_id == owner_id))
    gone = [r.id for r in rows if r.person_id == person_id or names(r.line) or names(r.said)]
    empty = {"line": "", "said": "", "outcome": FORGOTTEN, "person_id": None}
    for some in _at_once(gone):
        session.execute(update(InstructionRow).where(col(InstructionRow.id).in_(some)).values(**empty))


def _empty_letters(session: Session, owner_id: int, person_id: int, names: Names) -> None:
    """Letters that were sent are empty already; those that never will be sent must not keep their words either.

    A subject goes where it may name this person: receipts have that of the owner's mail, "Re: kith: Maria".
    """
    query = select(LetterRow.id, LetterRow.key, LetterRow.subject).where(LetterRow.owner_id == owner_id)
    replies = set(session.exec(select(InstructionRow.identity).where(InstructionRow.person_id == person_id)))
    named = [number for number, key, subject in session.exec(query) if _answered(key) in replies or names(subject)]
    numbered = list(session.exec(select(NumberRow.letter_id).where(NumberRow.person_id == person_id)))
    for some in _at_once([*named, *numbered]):
        session.execute(update(LetterRow).where(col(LetterRow.id).in_(some)).values(subject=""))
        failed = (col(LetterRow.id).in_(some), col(LetterRow.state) == State.FAILED)
        session.execute(update(LetterRow).where(*failed).values(raw=b""))


def _answered(key: str) -> str:
    """The reply that a letter answers, by the letter's key: a briefing's has the number of its person as well."""
    return key.partition(":")[0]


def _empty_drafts(session: Session, owner_id: int, written: Collection[str], names: Names, parts: Names) -> None:
    """Drafts to others that are addressed to this person, too, or name them: an introduction.

    One that was placed keeps its row without words, so that it is not made again; any other goes.
    """
    rows = session.exec(select(DraftRow).where(DraftRow.owner_id == owner_id))
    addresses = [address.lower().encode("utf-8", "replace") for address in written]
    for row in list(rows):
        is_addressed = any(address in row.raw.lower() for address in addresses)
        is_introduced = row.kind in INTRODUCING and parts(row.subject)  # "Bob, meet Maria"
        if is_addressed or is_introduced or names(row.subject) or names(_words_of(row.raw)):
            _empty_draft(session, row)
    session.flush()


INTRODUCING = frozenset({Kind.INTRODUCE, Kind.INTRODUCTION})


def _words_of(raw: bytes) -> str:
    """What a draft says: one text, as Kith writes them (mail/compose)."""
    said = message_from_bytes(raw).get_payload(decode=True)
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else ""


def _empty_draft(session: Session, row: DraftRow) -> None:
    if row.raw:
        session.delete(row)
    else:
        row.subject = ""
        session.add(row)


def identities_of(session: Session, person_ids: Collection[int]) -> set[str]:
    """The messages in which some people take part, and what touched them."""
    found: set[str] = set()
    for some in _at_once(list(person_ids)):
        for table in (PartRow, TouchRow):
            found |= set(session.exec(select(table.identity).where(col(table.person_id).in_(some))))
    return found


def remove_orphans(session: Session, owner_id: int, identities: Iterable[str]) -> None:
    """Messages and invitations in which nobody takes part any more."""
    for table in (MessageRow, InviteRow):
        columns = SQLModel.metadata.tables[str(table.__tablename__)].c
        still = exists().where(col(PartRow.owner_id) == owner_id, col(PartRow.identity) == columns.identity)
        for some in _at_once(sorted(identities)):
            mine = (columns.owner_id == owner_id, columns.identity.in_(some), ~still)
            session.execute(delete(table).where(*mine).execution_options(synchronize_session=False))


def _words(name: str) -> list[str]:
    """The parts of a name that tell of somebody: "de" and "B." do not."""
    return [word for word in name.replace(",", " ").split() if len(word.strip(".")) > _MOST_PARTICLE]


_MOST_PARTICLE = 2


def _leave_unnamed(session: Session, owner_id: int, names: Names, called: Names, shared: Collection[str]) -> set[str]:
    """Takes words out of what is kept for the sake of others; gives the subjects and titles that were taken.

    shared are messages and meetings with this person.
    """
    taken: set[str] = set()

    def tells(identity: str, text: str) -> bool:
        return bool(text) and (names(text) or (identity in shared and called(text)))

    for table, words in ((TouchRow, "subject"), (MessageRow, "subject"), (SnippetRow, "text")):
        columns = SQLModel.metadata.tables[str(table.__tablename__)].c
        query = select_columns(columns.id, columns.identity, columns[words]).where(columns.owner_id == owner_id)
        gone = {row_id: text for row_id, identity, text in session.execute(query) if tells(identity, text)}
        taken.update(gone.values())
        for some in _at_once(list(gone)):
            session.execute(update(table).where(columns.id.in_(some)).values({words: ""}))
    for row in session.exec(select(InviteRow).where(InviteRow.owner_id == owner_id)):
        if tells(row.identity, summary := row.data.get("summary", "")):
            taken.add(summary)
            row.data = {**row.data, "summary": ""}
            session.add(row)
    session.flush()
    return taken


def _at_once(ids: list[Any]) -> Iterator[list[Any]]:
    """As many values as one IN (…) holds."""
    for start in range(0, len(ids), ASKED_AT_ONCE):
        yield ids[start : start + ASKED_AT_ONCE]
