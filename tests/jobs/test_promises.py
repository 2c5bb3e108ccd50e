"""A follow-up is kept by the owner's word in a reply, or by mail on its day or later."""

from datetime import timedelta

from support.answers import ME, Owner
from support.jobs import MARIA
from support.mail import message


def kept(owner: Owner) -> dict[str, bool]:
    """Whether a promise is kept, by what it is about."""
    return {row["text"]: row["done_at"] is not None for row in owner.office.rows("follow_up")}


def test_a_follow_up_is_done_by_reply_and_open_again_by_undo(owner: Owner) -> None:
    owner.say("Maria: follow up in 6 weeks about the flat\nMaria: follow up in 3 months about the job")
    owner.say("Maria: follow up done about the flat, she took it")
    assert kept(owner) == {"the flat": True, "the job": False}
    assert owner.notes("Maria") == ["she took it"]
    assert "Followed up with Maria Silva: the flat" in owner.receipt()
    owner.say("undo\nundo")  # the note, then the follow-up
    assert kept(owner) == {"the flat": False, "the job": False}


def test_which_one_is_asked_back_where_it_could_be_several(owner: Owner) -> None:
    owner.say("Maria: follow up in 6 weeks about the flat\nMaria: follow up in 3 months about the job")
    owner.say("Maria: follow up done")
    assert owner.unfiled() == ["Maria: follow up done"]
    assert "Open: “the flat”, “the job”" in owner.receipt()
    owner.say("Bob: follow up done")
    assert "here is no follow-up open with Bob Stone" in owner.receipt()


def test_mail_on_the_day_keeps_a_promise_and_mail_before_does_not(owner: Owner) -> None:
    owner.say("Maria: follow up in 6 weeks about the flat")
    for days, done in ((41, False), (42, True)):
        at = owner.office.clock.at + timedelta(days=days)
        owner.office.server.deliver(message(ME, MARIA, "The flat", at=at), "Sent", at)
        before, owner.office.clock.at = owner.office.clock.at, at
        owner.office.read()
        owner.office.clock.at = before
        assert kept(owner) == {"the flat": done}


def test_a_touch_that_was_none_keeps_no_promise(owner: Owner) -> None:
    owner.say("Maria: follow up tomorrow about the flat")
    owner.office.clock.move(days=1)
    at = owner.office.clock.at
    owner.office.server.deliver(message(MARIA, ME, "Out shopping", at=at), "INBOX", at)
    owner.office.read()
    assert kept(owner) == {"the flat": True}
    owner.say("Maria: not a touch")
    owner.office.read()
    assert kept(owner) == {"the flat": False}
