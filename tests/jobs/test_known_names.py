"""Lines of an answer that begin with the name of somebody in Kith, without a colon."""

import pytest

from support.answers import Owner


def test_a_known_name_before_a_verb_begins_a_line_of_its_own(owner: Owner) -> None:
    owner.say("Bob: lunch today, he moves\nMaria called\nPriya Nair snooze 3 weeks")
    assert owner.said("Bob") == [("in-person", "2026-05-13")]
    assert owner.notes("Bob") == ["he moves"]
    assert owner.said("Maria") == [("call", "2026-05-13")]
    assert str(owner.person("Priya")["snoozed_until"]) == "2026-06-03"


def test_a_name_that_several_have_or_nobody_has_goes_on_with_the_line_before(owner: Owner) -> None:
    owner.office.add("Maria Costa <costa@example.org>")
    owner.say("Bob: has a new boat\nMaria called it Alba\nZoe called it ugly\nPri called it small")
    assert owner.notes("Bob") == ["has a new boat Maria called it Alba Zoe called it ugly Pri called it small"]
    assert owner.unfiled() == []


def test_the_name_of_who_became_part_of_somebody_means_that_one(owner: Owner) -> None:
    digest = owner.digest()
    owner.say("Maria: merge Bob", digest)
    owner.say("Bob: likes figs\nBob called\n@bob every 2 months")
    owner.say(f"{owner.number('Maria', digest)} Bob: is moving", digest)
    assert owner.unfiled() == []
    assert owner.notes("Maria") == ["likes figs", "is moving"]
    assert owner.said("Maria") == [("call", "2026-05-13")]
    assert owner.person("Maria")["every"] == "2 months"


@pytest.mark.parametrize(("kept", "typed"), [("O'Neill", "O’Neill"), ("O’Neill", "O'Neill"), ("O'Neill", "O´Neill")])
def test_every_apostrophe_in_a_name_is_the_same(owner: Owner, kept: str, typed: str) -> None:
    owner.ids["Catherine"] = owner.office.add(f"Catherine {kept} <catherine@example.org>")
    owner.say(f"Catherine {typed}: coffee\nCatherine {typed} lunch yesterday\n{typed} called")
    assert owner.unfiled() == []
    said = [("call", "2026-05-13"), ("in-person", "2026-05-12"), ("in-person", "2026-05-13")]
    assert sorted(owner.said("Catherine")) == said


def test_a_name_with_an_initial_and_its_full_stop_begins_a_line_of_its_own(owner: Owner) -> None:
    owner.ids["Anna S"] = owner.office.add("Anna Schmidt <schmidt@example.org>")
    owner.ids["Anna K"] = owner.office.add("Anna Kowalska <kowalska@example.org>")
    owner.say("Anna S: called\nAnna K. lunch\n\nBob.\n- likes figs")
    assert owner.unfiled() == []
    assert owner.said("Anna S") == [("call", "2026-05-13")]
    assert owner.said("Anna K") == [("in-person", "2026-05-13")]
    assert (owner.notes("Anna S"), owner.notes("Anna K"), owner.notes("Bob")) == ([], [], ["likes figs"])
