"""Rows by the thousand: what is new is counted exactly, and no text that mail may hold is refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from kith.mail import headers
from kith.mail.words import clean
from kith.store import messages
from kith.store.engine import reading, writing
from kith.store.rows import insert_new
from kith.store.tables import MessageRow, PartRow, PersonRow
from support.store import NOW, message, part, person


def test_only_rows_that_are_new_are_inserted_and_counted(engine: Engine, owner: int) -> None:
    def add(*names: str) -> int:
        with writing(engine) as session:
            return messages.add(session, [message(owner, name, subject=f"first {name}") for name in names])

    assert add() == 0
    assert add("a", "b", "c") == 3
    assert add("a", "b", "c") == 0
    assert add("c", "d", "d", "e") == 2
    assert add("a") == 0
    assert add("f") == 1
    with reading(engine) as session:
        rows = session.exec(select(MessageRow).order_by(col(MessageRow.identity))).all()
    assert [row.identity for row in rows] == ["a", "b", "c", "d", "e", "f"]
    assert all(row.subject == f"first {row.identity}" for row in rows)


@pytest.mark.parametrize("known", [0, 1500, 3000])
def test_thousands_are_counted_exactly(engine: Engine, owner: int, known: int) -> None:
    with writing(engine) as session:
        maria = person(session, owner, "Maria")
        rows = [part(owner, maria, f"mail-{n}") for n in range(3000)]
        assert insert_new(session, PartRow, rows[:known]) == known
        assert insert_new(session, PartRow, rows) == 3000 - known


def test_owners_do_not_share_rows(engine: Engine, owner: int) -> None:
    from kith.store import owners

    other = owners.ensure(engine, NOW, "another").id
    with writing(engine) as session:
        assert messages.add(session, [message(owner, "a"), message(other, "a")]) == 2
        assert set(messages.by_identity(session, owner, ["a"])) == {"a"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60)
    | st.sampled_from(
        [b"=?utf-8?q?=00=ED=A0=80?=", b"\x00\xff\xfe", b"\xed\xa0\x80", b"=?utf-16?b?2AA=?=", b"=?utf-7?q?+2AA-?="]
    )
)
def test_whatever_a_header_holds_its_clean_text_can_be_kept(engine: Engine, owner: int, subject: bytes) -> None:
    envelope = headers.envelope(b"Subject: " + subject + b"\r\nMessage-ID: <" + subject + b"@x>\r\n\r\n", None)
    row = message(owner, subject.hex(), subject=envelope.subject, message_id=envelope.message_id)
    with writing(engine) as session:
        messages.add(session, [row])
        (kept,) = messages.by_identity(session, owner, [subject.hex()]).values()
        assert (kept.subject, kept.message_id) == (envelope.subject, envelope.message_id)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters()))
def test_clean_text_comes_back_as_it_was(engine: Engine, owner: int, text: str) -> None:
    with writing(engine) as session:
        person_id = person(session, owner, clean(text), about=clean(text))
        session.expire_all()
        kept = session.get_one(PersonRow, person_id)
        assert (kept.name, kept.about) == (clean(text), clean(text))


def test_a_naive_time_is_refused(engine: Engine, owner: int) -> None:
    with pytest.raises(StatementError, match="naive"), writing(engine) as session:
        messages.add(session, [message(owner, "a", at=NOW.replace(tzinfo=None))])
