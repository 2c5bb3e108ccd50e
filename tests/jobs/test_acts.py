"""What the owner does to what Kith knows, each act with its sentence, and each taken back by undo."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kith.domain.dates import parse_birthday, parse_duration
from kith.domain.person import Person
from kith.domain.touch import Channel
from kith.errors import NotFound
from kith.jobs import rulings
from kith.jobs.acts import LONGEST_TOLD, Acts, Done
from kith.store import people
from support.answers import MARIA, ME, Owner, an_owner
from support.invitations import ALEX, event, invitation
from support.mail import message

Act = Callable[[Acts, Person, Person], Done]
KEPT = ("person", "address", "tag", "touch", "note", "follow_up", "message", "part", "snippet", "number", "draft")

ACTS: list[tuple[str, Act, str]] = [
    ("a note", lambda a, m, _: a.note(m, "likes tea"), "Noted for Maria Silva: likes tea"),
    ("a touch today", lambda a, m, _: a.touch(m, Channel.CALL, a.today), "A call with Maria Silva today"),
    (
        "a touch of a day, with a note",
        lambda a, m, _: a.touch(m, Channel.LETTER, date(2026, 5, 2), note="from Rome"),
        "A letter to or from Maria Silva on 2 May 2026. Noted: from Rome",
    ),
    ("snooze", lambda a, m, _: a.snooze(m, date(2026, 7, 1)), "Maria Silva will come back on 1 July 2026"),
    ("every", lambda a, m, _: a.every(m, parse_duration("6w")), "Maria Silva: every 6 weeks"),
    ("no cadence", lambda a, m, _: a.every(m, None), "Maria Silva has no cadence of their own any more"),
    ("pause", lambda a, m, _: a.pause(m, paused=True), "Maria Silva is paused"),
    ("resume", lambda a, m, _: a.pause(m, paused=False), "Maria Silva is back"),
    ("birthday", lambda a, m, _: a.birthday(m, parse_birthday("1980-05-12")), "Maria Silva: birthday 12 May 1980"),
    ("birthday", lambda a, m, _: a.birthday(m, parse_birthday("--02-29")), "Maria Silva: birthday 29 February"),
    ("circle", lambda a, m, _: a.circle(m, "mentors"), "Maria Silva is in mentors"),
    ("no circle", lambda a, m, _: a.circle(m, None), "Maria Silva is in no circle"),
    ("rename", lambda a, m, _: a.rename(m, "Maria S."), "Maria Silva is now Maria S."),
    ("about", lambda a, m, _: a.about(m, "paints"), "Maria Silva: paints"),
    ("tag", lambda a, m, _: a.tag(m, ["art", "Rome"]), "Maria Silva: #art #Rome"),
    ("untag", lambda a, m, _: a.untag(m, ["OLD"]), "Maria Silva: without #old"),
    (
        "follow up",
        lambda a, m, _: a.follow_up(m, date(2026, 6, 1), "the flat"),
        "Follow up with Maria Silva on 1 June 2026 about the flat",
    ),
    (
        "follow up to do something",
        lambda a, m, _: a.follow_up(m, date(2026, 6, 1), "ask about the flat"),
        "Follow up with Maria Silva on 1 June 2026: ask about the flat",
    ),
    ("add", lambda a, _m, _b: a.add("Zoë", [("z@example.net", "z@example.net")], tags=["x"])[1], "Zoë is added"),
    (
        "another address",
        lambda a, m, _: a.add_addresses(m, [("m@q.example", "m@q.example")]),
        "Maria Silva: m@q.example",
    ),
    (
        "an address less",
        lambda a, m, _: a.drop_addresses(m, ["maria@example.org"]),
        "Maria Silva: without maria@example.org",
    ),
    (
        "not a touch",
        lambda a, m, _: rulings.not_a_touch(a, m),
        "“News of Maria” no longer counts for Maria Silva",
    ),
    ("is a touch", lambda a, m, _: rulings.is_a_touch(a, m), "“Away” counts for Maria Silva now"),
    ("merge", lambda a, m, bob: a.merge(m, bob), "Bob Stone is part of Maria Silva now"),
]


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    with an_owner(tmp_path) as somebody:
        at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        away = message(
            "Maria Silva <maria@example.org>",
            "alex@example.com",
            "Away",
            at=at,
            headers={"Auto-Submitted": "auto-replied"},
        )
        somebody.office.server.deliver(away, at=at)
        somebody.office.read()
        with somebody.office.work.writing() as session:
            people.add_tags(session, somebody.office.work.owner_id, somebody.ids["Maria"], ["old"])
        yield somebody


def act(owner: Owner, wanted: Act) -> Done:
    """One act about Maria (and Bob), in a transaction of its own."""
    work = owner.office.work
    with work.writing() as session:
        acts = Acts(session, work.owner_id, work.now(), work.config.owner.timezone)
        maria, bob = (people.one(session, work.owner_id, owner.ids[name])[0] for name in ("Maria", "Bob"))  # type: ignore[index]
        return wanted(acts, maria, bob)


def undo(owner: Owner, change: int | None = None) -> Done:
    """Takes back a change, or the latest."""
    work = owner.office.work
    with work.writing() as session:
        return Acts(session, work.owner_id, work.now(), work.config.owner.timezone).undo(change)


def kept(owner: Owner) -> dict[str, object]:
    """What acts change. A touch or tag may come back under another number, an address is to be looked for again."""
    rows = {name: owner.office.rows(name) for name in KEPT}
    forgettable = {"address": "seq", "touch": "id", "tag": "id"}
    for name, column in forgettable.items():
        rows[name] = [{key: value for key, value in row.items() if key != column} for row in rows[name]]
    return {name: sorted(found, key=repr) for name, found in rows.items()}


@pytest.mark.parametrize(("wanted", "said"), [(a, s) for _, a, s in ACTS], ids=[name for name, _, _ in ACTS])
def test_every_act_has_its_sentence_and_can_be_taken_back(owner: Owner, wanted: Act, said: str) -> None:
    before = kept(owner)
    done = act(owner, wanted)
    assert done.said == said
    assert done.change_id is not None
    assert kept(owner) != before or done.said.endswith(("is back", "any more"))
    undone = undo(owner)
    assert undone.said == f"Taken back: {said}"
    assert kept(owner) == before
    with pytest.raises(NotFound):
        undo(owner, done.change_id)


def test_a_person_half_added_is_not_added(owner: Owner) -> None:
    pairs = [("z@example.net", "z@example.net"), ("bob@example.org", "bob@example.org")]
    with pytest.raises(NotFound, match="belongs to Bob Stone"):
        act(owner, lambda acts, _m, _b: acts.add("Zoë", pairs)[1])
    assert len(owner.office.rows("person")) == 3


def test_a_long_note_is_kept_whole_and_told_short(owner: Owner) -> None:
    words = "tea " * 10_000
    done = act(owner, lambda acts, maria, _: acts.note(maria, words))
    assert owner.notes("Maria") == [words]
    assert len(done.said) < LONGEST_TOLD + 100


def test_a_touch_of_a_day_is_at_noon_where_the_owner_lives_and_never_ahead(owner: Owner) -> None:
    act(owner, lambda acts, maria, _: acts.touch(maria, Channel.CALL, date(2026, 5, 12)))
    act(owner, lambda acts, maria, _: acts.touch(maria, Channel.CALL, date(2027, 1, 1)))
    at = [row["at"] for row in owner.office.rows("touch") if row["source"] == "hand"]
    assert at == [datetime(2026, 5, 12, 10, 0, tzinfo=UTC), owner.office.clock.at]


def test_what_was_ruled_out_stays_out_when_it_is_read_again(owner: Owner) -> None:
    act(owner, lambda acts, maria, _: rulings.not_a_touch(acts, maria))
    act(owner, lambda acts, maria, _: rulings.is_a_touch(acts, maria, date(2026, 3, 1)))
    owner.office.server.renumber()
    owner.office.read()
    assert owner.office.subjects(owner.ids["Maria"]) == ["Away"]


@pytest.mark.parametrize("ruling", [rulings.not_a_touch, rulings.is_a_touch])
def test_a_ruling_about_a_day_on_which_there_was_nothing_is_told(
    owner: Owner, ruling: Callable[[Acts, Person, date], Done]
) -> None:
    with pytest.raises(NotFound, match="24 December 2025"):
        act(owner, lambda acts, maria, _: ruling(acts, maria, date(2025, 12, 24)))


def test_the_forgotten_cannot_come_back_by_undo(owner: Owner) -> None:
    act(owner, lambda acts, maria, _: acts.note(maria, "likes tea"))
    act(owner, lambda acts, maria, bob: acts.merge(bob, maria))
    work = owner.office.work
    with work.writing() as session:
        acts = Acts(session, work.owner_id, work.now(), work.config.owner.timezone)
        acts.forget(people.one(session, work.owner_id, owner.ids["Bob"])[0], work.key)  # type: ignore[index]
    with pytest.raises(NotFound):
        undo(owner)
    assert [row["name"] for row in owner.office.rows("person")] == ["Priya Nair"]


def test_promise_6_taking_back_that_somebody_was_added_leaves_none_of_their_mail(owner: Owner) -> None:
    office, at = owner.office, owner.office.clock.at
    office.server.deliver(message("Zed <zed@example.net>", ME, "Zed alone", at=at), "INBOX", at)
    office.server.deliver(message("Zed <zed@example.net>", ME, "Zed, list", at=at, headers={"List-Id": "<l>"}), at=at)
    office.server.deliver(message(ME, f"{MARIA}, zed@example.net", "Zed and Maria", at=at), "Sent", at)
    meeting = event(at - timedelta(days=1), organizer="zed@example.net", attendees={ALEX: "ACCEPTED"})
    office.server.deliver(invitation("Zed <zed@example.net>", ME, meeting, at, "Invitation"), "INBOX", at)
    office.read()
    tables = ("message", "part", "touch", "invite", "snippet", "person", "address")
    before = {name: office.rows(name) for name in tables}
    act(owner, lambda acts, _m, _b: acts.add("Zed", [("zed@example.net", "zed@example.net")])[1])
    office.read()
    assert {"Zed alone", "Zed, list", "Invitation", "Zed and Maria"} <= {r["subject"] for r in office.rows("message")}
    undo(owner)
    assert {name: office.rows(name) for name in tables} == before
