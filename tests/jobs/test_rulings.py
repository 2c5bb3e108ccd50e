"""The owner's word on a message: it is about one person in it, and holds whatever is read again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from kith.jobs import rulings
from kith.jobs.acts import Acts, Done
from kith.jobs.explain import Explained, Untouched, explain
from kith.store import messages, people
from kith.store.tables import MessageRow
from support.jobs import BOB, MARIA, ME, NOW, Office
from support.mail import message

BOTH = "<both@x.example>"
CAROL = "Carol Dunne <carol@example.net>"
T = TypeVar("T")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Maria and Bob are known; Alex wrote to them, and to Carol, whom nobody knows yet."""
    with Office(tmp_path, toml="[touch]\ncount_cc = false\n") as made:
        made.add(MARIA)
        made.add(BOB)
        deliver(made, "both", ME, f"{MARIA}, {BOB}, {CAROL}", message_id=BOTH)
        made.read()
        yield made


def deliver(office: Office, subject: str, sender: str, to: str, message_id: str = "", **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    at = NOW - timedelta(days=5)
    raw = message(sender, to, subject, at=at, headers=named, message_id=message_id)
    office.server.deliver(raw, "Sent" if sender == ME else "INBOX", at)


def act(office: Office, do: Callable[[Acts], T]) -> T:
    with office.work.writing() as session:
        return do(Acts(session, office.work.owner_id, office.work.now(), office.work.config.owner.timezone))


def of(office: Office, who: int, rule: Callable[..., Done]) -> Done:
    return act(office, lambda acts: rule(acts, people.one(acts.session, acts.owner_id, who)[0]))  # type: ignore[index]


def of_all(office: Office, rule: Callable[[Acts, MessageRow], Done | None]) -> Done | None:
    return act(office, lambda acts: rule(acts, messages.by_message_id(acts.session, acts.owner_id, BOTH)[0]))


def undo(office: Office) -> Done:
    return act(office, lambda acts: acts.undo(None))


def touched(office: Office) -> list[int]:
    return sorted(row["person_id"] for row in office.rows("touch"))


def told(office: Office, message_id: str = BOTH) -> Explained:
    return explain(office.work, message_id)[0]


def test_a_word_about_one_leaves_the_others_theirs(office: Office) -> None:
    of(office, 1, rulings.not_a_touch)
    for _ in range(2):
        assert touched(office) == [2]
        one = told(office)
        assert (one.reason, one.people, one.ruled) == (None, ("Bob Stone",), True)
        assert one.untouched == (Untouched("Maria Silva", "ruled-out"),)
        office.read(full=True)


def test_whoever_is_added_later_is_judged_by_the_rules(office: Office) -> None:
    of(office, 1, rulings.not_a_touch)
    office.add(CAROL)
    office.read()
    assert touched(office) == [2, 3]
    office.read(full=True)
    assert touched(office) == [2, 3]


def test_a_word_about_a_message_is_one_about_everybody_in_it_and_is_taken_back_as_one(office: Office) -> None:
    out = of_all(office, rulings.message_not_a_touch)
    assert out is not None
    assert out.said == "“both” no longer counts for Bob Stone and Maria Silva"
    assert (touched(office), told(office).reason) == ([], "ruled-out")
    assert told(office).people == ("Bob Stone", "Maria Silva")
    assert of_all(office, rulings.message_not_a_touch) is None
    back = of_all(office, rulings.message_is_a_touch)
    assert back is not None
    assert back.said == "“both” counts for Bob Stone and Maria Silva now"
    assert touched(office) == [1, 2]
    assert of_all(office, rulings.message_is_a_touch) is None
    undo(office)
    assert touched(office) == []
    office.read(full=True)
    assert touched(office) == []
    undo(office)
    assert (touched(office), told(office).ruled) == ([1, 2], False)


def test_the_last_word_counts_and_survives_changed_settings(office: Office) -> None:
    deliver(office, "news", MARIA, ME, message_id="<news@x>", List_Id="<l.example>", Reply_To=BOB)
    office.read()
    of(office, 1, rulings.is_a_touch)
    assert touched(office) == [1, 1, 2]
    one = told(office, "<news@x>")
    assert (one.reason, one.people, one.mark) == (None, ("Maria Silva",), "List-Id")
    assert one.untouched == (Untouched("Bob Stone", "bulk"),)
    assert office.reasons()["news"] == "bulk", "what the rules say is kept beside it"
    office.read(full=True)
    assert touched(office) == [1, 1, 2]
    of(office, 1, rulings.not_a_touch)
    of(office, 1, rulings.not_a_touch)
    office.read(full=True)
    assert touched(office) == [2]


def test_those_who_only_take_part_are_told_apart(office: Office) -> None:
    deliver(office, "copied", ME, MARIA, message_id="<copied@x>", Cc=BOB)
    deliver(office, "to him too", MARIA, BOB, message_id="<too@x>", Cc=ME)
    deliver(office, "answer him", MARIA, ME, message_id="<him@x>", Reply_To=BOB)
    office.read()
    for message_id in ("<copied@x>", "<too@x>", "<him@x>"):
        one = told(office, message_id)
        assert (one.reason, one.people) == (None, ("Maria Silva",))
        assert one.untouched == (Untouched("Bob Stone", "bystander"),)


def test_what_was_said_of_either_holds_for_the_one_they_become(office: Office) -> None:
    of(office, 2, rulings.not_a_touch)
    of(office, 1, rulings.not_a_touch)
    act(office, lambda acts: acts.merge(*(people.one(acts.session, acts.owner_id, i)[0] for i in (1, 2))))  # type: ignore[index]
    office.read(full=True)
    assert touched(office) == []
    undo(office)
    undo(office)
    assert touched(office) == [1]
    office.read(full=True)
    assert touched(office) == [1]


def test_a_word_about_the_one_who_goes_is_taken_over(office: Office) -> None:
    deliver(office, "list", "x@l.example", f"{ME}, {MARIA}, {BOB}", message_id="<list@x>", List_Id="<l.example>")
    office.read()
    before = [touched(office), office.rows("part")]
    of(office, 2, rulings.is_a_touch)
    act(office, lambda acts: acts.merge(*(people.one(acts.session, acts.owner_id, i)[0] for i in (1, 2))))  # type: ignore[index]
    counts = len(touched(office))
    office.read(full=True)
    assert len(touched(office)) == counts
    undo(office)
    undo(office)
    assert [touched(office), office.rows("part")] == before
