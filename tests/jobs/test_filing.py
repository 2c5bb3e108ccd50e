"""What was not understood waits until the same is said again: no more of it than was left, and no less."""

from email.message import EmailMessage

import pytest

from support.answers import Owner
from support.mail import plain


def next_digest(owner: Owner) -> EmailMessage:
    """The letter of a week later."""
    owner.office.clock.move(days=7)
    return owner.digest()


def letter(owner: Owner, which: str) -> EmailMessage:
    """The receipt that told of what was not understood, or the digest of a week later."""
    return owner.letters()[-1] if which == "receipt" else next_digest(owner)


LETTERS = pytest.mark.parametrize("which", ["receipt", "digest"])


@LETTERS
def test_promise_7_a_line_about_somebody_else_settles_nothing(owner: Owner, which: str) -> None:
    owner.say("9 called\nJim: coffee")
    owner.say("Bob: called, he is back in 9 weeks\nMaria: had coffee with her and Jim", letter(owner, which))
    assert owner.unfiled() == ["9 called", "Jim: coffee"]
    assert "That settles" not in owner.receipt()


SETTLED = [
    ("Bob: snooze until the cows come home", "Bob: snooze 3 weeks", "receipt digest"),
    ("Bob: snooze until the cows come home", "Bob: pause", "receipt digest"),
    ("Bob: follow up some day about the boat", "Bob: follow up in 3 weeks", "receipt"),
    ("Bob: follow up some day about the boat", "Bob: follow up in 3 weeks about the boat", "receipt digest"),
    ("Bob: lunch 30 Feb", "Bob: lunch on 28 Feb", "receipt digest"),
    ("Bob: lunch on 30 Feb", "Bob: lunch yesterday", "receipt"),
    ("Bob:", "Bob: is moving to Rome", "receipt"),
    ("Zed: called about the boat", "Bob: called about the boat", "receipt digest"),
    ("Zed: called", "Bob: called", "receipt"),
    ("9 called", "Bob: called", "receipt"),
    ("Bobb: moved to Rome, in May", "add Bobb <bobb@example.org>\nBobb: moved to Rome, in May", "receipt digest"),
    ("he moved to Rome", "Bob moved to Rome", ""),  # goes nowhere: a line without a beginning
    ("he moved to Rome", "Bob: moved to Rome", "receipt digest"),
    ("xyzzy Lisbon", "Maria: xyzzy Lisbon, she says", "receipt digest"),
    ("add Zoë Ng", "add Zoë Ng <zoe@example.net> every 6 weeks", "receipt digest"),
    ("thank Ghost for the soup at the lake", "thank Bob for the soup at the lake", "receipt digest"),
]


@LETTERS
@pytest.mark.parametrize(("line", "again", "settles_in"), SETTLED)
def test_a_line_waits_until_the_same_is_said_of_the_same_person(
    owner: Owner, line: str, again: str, settles_in: str, which: str
) -> None:
    owner.say(line)
    waiting = owner.unfiled()
    owner.say(again, letter(owner, which))
    assert [one for one in waiting if one in owner.unfiled()] == ([] if which in settles_in else waiting)
    assert ("That settles" in owner.receipt()) is (which in settles_in)


WAITING = [
    ("Bob: snooze until the cows come home", "Maria: snooze 3 weeks"),
    ("Bob: snooze until the cows come home", "Bob: called"),
    ("Bob: snooze until the cows come home", "Bob: likes cows"),
    ("Bob: follow up some day about the boat", "Bob: every 3 months"),
    ("Bob: lunch 30 Feb", "Bob: called"),
    ("Zed: called about the boat", "Bob: called about the flat"),
    ("add Zoë Ng", "add Zoë Zimmer <zoe@example.net>"),
    ("thank Ghost for the soup", "thank Bob for the lake"),
    ("? Zed", "Bob: called"),
]


@LETTERS
@pytest.mark.parametrize(("line", "other"), WAITING)
def test_what_is_said_otherwise_or_of_others_leaves_a_line_waiting(
    owner: Owner, line: str, other: str, which: str
) -> None:
    owner.say(line)
    owner.say(other, letter(owner, which))
    assert owner.unfiled() == [line]


def test_a_name_that_several_have_is_put_right_by_a_whole_name_or_a_number(owner: Owner) -> None:
    owner.office.add("Maria Costa <costa@example.org>")
    owner.say("Maria: lunch today\nMaria: likes figs")
    digest = owner.digest()
    owner.say(f"{owner.number('Maria', digest)} lunch today, great fun\nMaria Silva: is moving", owner.letters()[-1])
    assert owner.unfiled() == ["Maria: likes figs"]


def test_one_line_puts_right_one_other(owner: Owner) -> None:
    owner.say("Zed: called about the boat\nJim: called about the boat")
    owner.say("Bob: called about the boat", owner.letters()[-1])
    assert owner.unfiled() == ["Jim: called about the boat"]


def test_a_line_that_failed_twice_is_settled_as_a_whole(owner: Owner) -> None:
    owner.say("Bob: snooze for ever")
    owner.say("Bob: snooze until then", owner.letters()[-1])
    owner.say("Bob: snooze 3 weeks", owner.letters()[-1])
    assert owner.unfiled() == []


# -- in part


def test_of_a_line_that_is_done_in_part_only_the_rest_comes_back(owner: Owner) -> None:
    owner.say("Bob: called, he is fine. snooze until the cows come home")
    assert (owner.said("Bob"), owner.notes("Bob")) == ([("call", "2026-05-13")], ["he is fine."])
    assert owner.unfiled() == ["Bob: snooze until the cows come home"]
    told = " ".join(plain(owner.letters()[-1]).split())
    assert "* Bob: snooze until the cows come home" in told
    assert told.count("he is fine") == 1
    owner.say("Bob: snooze 3 weeks", owner.letters()[-1])
    assert owner.unfiled() == []
    assert (len(owner.said("Bob")), len(owner.notes("Bob"))) == (1, 1)


def test_the_rest_names_whom_it_is_of_where_the_line_had_a_number(owner: Owner) -> None:
    digest = owner.digest()
    maria, bob = owner.number("Maria", digest), owner.number("Bob", digest)
    owner.say(f"{maria}, {bob}: lunch today. snooze for a while", digest)
    assert owner.unfiled() == ["Maria Silva: snooze for a while", "Bob Stone: snooze for a while"]
    owner.say("Bob: snooze 3 weeks", owner.letters()[-1])
    assert owner.unfiled() == ["Maria Silva: snooze for a while"]


def test_of_several_people_those_come_back_whom_nobody_knows(owner: Owner) -> None:
    owner.say(
        "Bob, Zed: called. every 2 months\nthank Priya, Ghost for the soup\nintroduce Bob to Maria and Ghost: they row"
    )
    assert owner.unfiled() == [
        "Zed: called.", "Zed: every 2 months", "thank Ghost for the soup", "introduce Bob to Ghost: they row"
    ]  # fmt: skip


def test_of_a_note_to_oneself_only_what_it_cannot_hold_comes_back(owner: Owner) -> None:
    owner.write("kith: Maria: called, she likes figs. follow up in 2 weeks about figs", "")
    owner.round()
    assert (owner.said("Maria"), owner.notes("Maria")) == ([("call", "2026-05-13")], ["she likes figs."])
    assert owner.unfiled() == ["Maria: follow up in 2 weeks about figs"]
    owner.say("Maria: follow up in 2 weeks about figs", owner.letters()[-1])
    assert owner.unfiled() == []
    assert len(owner.said("Maria")) == 1


def test_what_waits_of_somebody_goes_with_them(owner: Owner) -> None:
    digest = owner.digest()
    owner.say(f"{owner.number('Maria', digest)} snooze until her boat comes home", digest)
    owner.say("Maria: forget")
    owner.say("yes", owner.letters()[-1])
    assert owner.unfiled() == []
    assert "boat" not in "\n".join(row["line"] for row in owner.office.rows("instruction"))


# -- what is not about anybody


@pytest.mark.parametrize("words", ["leave them", "\nleave them", "\nIgnore that.", "\n\nHi Kith, thanks!\nleave them"])
def test_to_leave_what_was_listed_is_nobodys_note(owner: Owner, words: str) -> None:
    owner.say("xyzzy Lisbon")
    owner.say(f"Bob: pays back the 5 euros\n{words}", owner.letters()[-1])
    assert owner.notes("Bob") == ["pays back the 5 euros"]
    assert owner.unfiled() == []
    assert "Left as it is: “xyzzy Lisbon”" in owner.receipt()


def test_words_like_it_right_under_a_line_go_on_with_it(owner: Owner) -> None:
    owner.say("Bob: his advice about the boat:\nignore it")
    assert owner.notes("Bob") == ["his advice about the boat: ignore it"]
    assert owner.unfiled() == []


def test_thanks_and_a_name_under_a_line_are_nobodys_note(owner: Owner) -> None:
    owner.say("Maria: had a great dinner, she cooks\n\nhi kith, thanks for this\n\nAlex")
    assert owner.notes("Maria") == ["she cooks"]
    assert owner.unfiled() == []


@pytest.mark.parametrize("words", ["Hi Kith, no news of Zed yet", "Alex\n\nno news of Zed yet"])
def test_what_follows_an_empty_line_and_a_greeting_or_the_owners_name_comes_back(owner: Owner, words: str) -> None:
    owner.say(f"Maria: likes figs\n\n{words}")
    assert owner.notes("Maria") == ["likes figs"]
    assert owner.unfiled() == [" ".join(words.split())]


def test_what_follows_an_empty_line_alone_goes_on(owner: Owner) -> None:
    owner.say("Maria: likes figs\n\nand dates, thanks to Alex\n\nBest figs in town")
    assert owner.notes("Maria") == ["likes figs and dates, thanks to Alex Best figs in town"]
