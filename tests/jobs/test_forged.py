"""Mail that is not from whom it seems: a Reply-To in a friend's name, and a From in the owner's."""

from datetime import timedelta

import pytest

from kith.jobs.explain import explain
from support.answers import BOB, MARIA, ME, PRIYA, Owner
from support.invitations import event, invitation
from support.mail import message, plain

EVE, FORM = "Eve <eve@evil.example>", "Contact form <noreply@forms.example>"
SUBJECT, WORDS, ID = "Invoice 4711 overdue", "Wire it to my new account.\n", "<invoice@evil.example>"
RESULTS = "Authentication-Results"
FAILED = "mx.example.com; spf=fail; dkim=none; dmarc=fail header.from=example.com"


def arrives(owner: Owner, sender: str, to: str = ME, *, days: int = 80, folder: str = "INBOX", **headers: str) -> None:
    """A mail of some days ago, which Kith reads."""
    at = owner.office.clock.at - timedelta(days=days)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    owner.office.server.deliver(message(sender, to, SUBJECT, WORDS, at=at, message_id=ID, headers=named), folder, at)
    owner.round()


def draft(owner: Owner) -> str:
    """What lies in Drafts, all of it, without soft line breaks."""
    kept = owner.office.server.folders["Drafts"].messages.values()
    return "".join(one.raw.decode() for one in kept).replace("=\r\n", "")


# -- a Reply-To in a friend's name


def test_a_strangers_mail_that_asks_for_answers_to_a_friend_is_not_the_friends(owner: Owner) -> None:
    arrives(owner, EVE, Reply_To="maria@example.org")
    assert owner.office.subjects(owner.ids["Maria"]) == ["News of Maria"]
    (told,) = explain(owner.office.work, ID)
    assert (told.reason, told.mark, told.people) == ("bystander", "Reply-To", ("Maria Silva",))


def test_what_a_form_sends_for_a_friend_is_a_touch_and_its_words_are_never_shown_as_the_friends(owner: Owner) -> None:
    arrives(owner, FORM, Reply_To=MARIA)
    assert owner.person("Maria")["last_inbound"] == owner.office.clock.at - timedelta(days=80)
    assert owner.office.subjects(owner.ids["Maria"]) == ["News of Maria", ""]
    letter = owner.digest()
    assert "Maria wrote on 25 October (“News of Maria”): “How are you?”" in " ".join(plain(letter).split())
    owner.say("? Maria\nthank Maria for the book", letter)
    owner.round()
    said = [plain(one) for kind in ("digest", "briefing", "receipt") for one in owner.letters(kind)]
    assert len(said) == 3
    assert not [one for one in [*said, draft(owner)] if "Invoice" in one or "Wire" in one]


def test_a_draft_goes_on_in_the_thread_of_the_friends_own_mail_and_never_in_a_forms(owner: Owner) -> None:
    arrives(owner, FORM, Reply_To=MARIA)
    owner.say("thank Maria for the book")
    owner.round()
    assert "Subject: Re: News of Maria\r\n" in draft(owner)
    assert "In-Reply-To: <200@example.org>\r\n" in draft(owner)
    assert ID not in draft(owner)


def test_who_is_known_by_reply_to_alone_and_is_given_the_address_later_has_said_it(owner: Owner) -> None:
    arrives(owner, "Maria Silva <maria@new-job.example>", Reply_To="maria@example.org")
    assert SUBJECT not in plain(owner.digest())
    owner.office.add_address(owner.ids["Maria"], "maria@new-job.example")
    owner.office.clock.move(days=7)
    owner.round()
    assert SUBJECT in plain(owner.digest())
    (told,) = explain(owner.office.work, ID)
    assert (told.reason, told.mark) == (None, "")


def test_it_is_no_other_where_a_lists_copy_was_seen_first(owner: Owner) -> None:
    arrives(owner, FORM, folder="Archive", Reply_To=MARIA, List_Id="<cheese.example>")
    arrives(owner, FORM, Reply_To=MARIA)
    (told,) = explain(owner.office.work, ID)
    assert (told.reason, told.mark) == (None, "Reply-To")
    assert SUBJECT not in plain(owner.digest())


def test_a_word_of_the_owners_makes_it_a_touch_and_no_words_of_the_friends(owner: Owner) -> None:
    arrives(owner, EVE, Reply_To="maria@example.org", days=0)
    owner.say("Maria: is a touch today")
    owner.office.clock.move(days=100)
    assert SUBJECT not in plain(owner.digest())


# -- a From in the owner's name


def test_mail_in_the_owners_name_that_the_pinned_provider_found_forged_touches_nobody(pinned: Owner) -> None:
    before = pinned.office.touches()
    arrives(pinned, ME, f"{MARIA}, {BOB}, {PRIYA}", days=0, **{RESULTS: FAILED})
    assert pinned.office.touches() == before
    (told,) = explain(pinned.office.work, ID)
    assert (told.reason, told.mark, told.direction) == ("not-addressed", RESULTS, "inbound")


@pytest.mark.parametrize(
    "results",
    [
        "mx.example.com; dmarc=pass header.from=example.com",
        "mx.example.com; none",
        "mx.example.com; spf=softfail; dmarc=none",
        "mx.elsewhere.example; dmarc=fail header.from=example.com",
        "mx.example.com; auth=pass smtp.auth=alex (dmarc=fail)",
    ],
)
def test_mail_of_the_owners_counts_wherever_it_lies_unless_the_provider_says_that_it_is_forged(
    pinned: Owner, results: str
) -> None:
    arrives(pinned, ME, MARIA, days=0, **{RESULTS: results})
    assert pinned.office.touches(pinned.ids["Maria"])[-1][:2] == ("outbound", SUBJECT)


def test_only_the_topmost_word_of_the_provider_tells_of_a_forgery(pinned: Owner) -> None:
    at = pinned.office.clock.at
    raw = message(ME, MARIA, SUBJECT, at=at)
    told = {"INBOX": [FAILED, "mx.example.com; dmarc=pass"], "Archive": ["mx.example.com; none", FAILED]}
    for folder, fields in told.items():
        head = "".join(f"{RESULTS}: {value}\r\n" for value in fields).encode()
        pinned.office.server.deliver(head + raw.replace(b"Invoice", folder.encode()), folder, at)
    pinned.round()
    assert pinned.office.subjects(pinned.ids["Maria"])[1:] == ["Archive 4711 overdue"]


def test_what_lies_in_sent_is_the_owners_and_no_provider_is_asked(pinned: Owner) -> None:
    calls: list[str] = []
    pinned.office.server.on_call = calls.append
    arrives(pinned, ME, MARIA, days=0, folder="Sent", **{RESULTS: FAILED})
    assert pinned.office.touches(pinned.ids["Maria"])[-1][:2] == ("outbound", SUBJECT)
    assert "headers" in calls
    assert "fields" not in calls


def test_without_a_pinned_provider_nothing_more_is_asked(owner: Owner) -> None:
    calls: list[str] = []
    owner.office.server.on_call = calls.append
    arrives(owner, ME, MARIA, days=0, **{RESULTS: FAILED})
    assert owner.office.touches(owner.ids["Maria"])[-1][:2] == ("outbound", SUBJECT)
    assert "fields" not in calls


@pytest.mark.parametrize(("results", "kept"), [(FAILED, 0), ("mx.example.com; dmarc=pass", 1)])
def test_a_forged_invitation_of_the_owners_makes_no_meeting(pinned: Owner, results: str, kept: int) -> None:
    at = pinned.office.clock.at - timedelta(days=2)
    raw = invitation(ME, MARIA, event(at + timedelta(days=1), organizer="alex@example.com"), at)
    pinned.office.server.deliver(f"{RESULTS}: {results}\r\n".encode() + raw, "INBOX", at)
    pinned.round()
    assert len(pinned.office.rows("invite")) == kept
    assert [row["channel"] for row in pinned.office.rows("touch")].count("meeting") == kept
