"""What stands in the place of an address in invitations: known again, and telling nothing."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kith.domain.address import key
from kith.domain.calendar import Attendee, Invite
from kith.domain.veil import Veil, uid_of


def as_key(written: str) -> str:
    return key(written, {"gmail.com": False})


VEIL = Veil(b"secret", 1, as_key)
AT = datetime(2026, 5, 13, tzinfo=UTC)


def test_every_way_to_write_an_address_has_one_veil() -> None:
    assert VEIL("M.Silva+x@Gmail.com") == VEIL("msilva@gmail.com") == VEIL.over("msilva@gmail.com")
    assert VEIL("") == ""


def test_without_the_secret_or_for_another_owner_it_is_another() -> None:
    others = [Veil(b"other", 1, as_key), Veil(b"secret", 2, as_key)]
    assert len({veil("maria@example.org") for veil in [VEIL, *others]}) == 3
    assert len({veil.mark for veil in [VEIL, *others]}) == 3


def test_people_are_known_by_their_veils() -> None:
    assert VEIL.people({"maria@example.org": 7}) == {VEIL("Maria@Example.org"): 7}


@given(st.text(), st.text())
def test_two_addresses_share_no_veil_and_none_shows_through(one: str, other: str) -> None:
    is_same = as_key(one) == as_key(other) if one and other else one == other
    assert (VEIL(one) == VEIL(other)) == is_same
    assert len(VEIL(one)) == (32 if one else 0)


def test_an_invitation_keeps_its_times_its_title_and_its_answers() -> None:
    attendees = (Attendee("tom@x.example", "DECLINED"), Attendee("Maria@example.org"))
    invite = Invite("lunch-tom@x.example", AT, AT, organizer="tom@x.example", attendees=attendees, summary="Lunch")
    veiled = VEIL.invite(invite)
    assert "example" not in repr(veiled)
    assert [one.partstat for one in veiled.attendees] == ["DECLINED", "NEEDS-ACTION"]
    assert (veiled.organizer, veiled.attendees[1].address) == (VEIL("tom@x.example"), VEIL("maria@example.org"))
    assert (veiled.starts_at, veiled.summary, veiled.veil) == (AT, "Lunch", VEIL.mark)
    assert Invite.from_json(veiled.to_json()) == veiled
    assert veiled.uid == uid_of("lunch-tom@x.example") != uid_of("lunch-tom@x.exampl")
