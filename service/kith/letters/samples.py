"""Invented letters, one with everything and one with hardly anything of each kind, to try templates on."""

from collections.abc import Iterator
from datetime import date, time

from kith.domain.dates import Birthday
from kith.domain.digest import (
    CircleBar,
    ComingUp,
    Digest,
    DraftLine,
    Entry,
    Health,
    InTouch,
    LastSaid,
    Stranger,
    Upcoming,
    mail_link,
)
from kith.domain.occasion import Kind, Occasion, key_of
from kith.domain.receipt import Briefing, Contact, Jotting, NotUnderstood, Question, Receipt

PERIOD = date(2026, 11, 16)

SAID = LastSaid(
    date(2026, 8, 30), by_owner=False, subject="Re: Lisbon",
    snippet="the flat is ours from October! Come and see it, there is a sofa bed and a bakery downstairs.",
)  # fmt: skip


def everything() -> Iterator[Digest | Receipt | Briefing | Occasion]:
    """All samples, for whoever wants to see every branch of every template once."""
    yield from (digest(), bare_digest(), receipt(), Receipt("", ""), Receipt("", "", help=True))
    yield from (briefing(), Briefing("", "Maria Silva", PERIOD))
    for kind in Kind:
        yield occasion(kind)
        yield bare_occasion(kind)


def digest() -> Digest:
    """A week with something in every part."""
    return Digest(
        period=PERIOD, owner="Alex Moreau", people=people(), more=12,
        drafts=(
            DraftLine("Priya Raman", "thanks", "Thank you for the intro to Tom"),
            DraftLine("Jonas Weber", "meeting", "Re: Workshop in Bremen"),
        ),
        coming_up=(
            ComingUp(Upcoming.MEETING, date(2026, 11, 17), "Jonas Weber, Chen Wei", "Stand-up", at=time(9, 30),
                     more=8, until=date(2026, 11, 27)),
            ComingUp(Upcoming.MEETING, date(2026, 11, 18), "Chen Wei", "Planning 2027",
                     "You last spoke of his move to the new team"),
            ComingUp(Upcoming.BIRTHDAY, date(2026, 11, 20), "Priya Raman", "turns 40"),
            ComingUp(Upcoming.FOLLOW_UP, date(2026, 11, 22), "Samuel Okafor", "about the job in Leeds"),
            ComingUp(Upcoming.FOLLOW_UP, date(2025, 12, 3), "Aunt Rose", "send the book", is_past=True),
        ),
        in_touch=(
            InTouch("Jonas Weber", date(2026, 11, 10), "meeting"), InTouch("Chen Wei", date(2026, 11, 12), "email"),
            InTouch("Aunt Rose", date(2026, 11, 15), "call"),
        ),
        strangers=(Stranger("Jane Doe", "jane@example.com", 6), Stranger("", "tomasz@example.org", 4)),
        unfiled=("Maria K.: told me about the choir, ask her",),
        circles=(CircleBar("friends", 9, 12), CircleBar("mentors", 2, 4), CircleBar("family", 6, 6)),
        health=Health(read=412, gaps=0),
    )  # fmt: skip


def people() -> tuple[Entry, ...]:
    """Five people to write to, of whom more and more is known from the last to the first."""
    return (
        Entry(1, 11, "Maria Silva", date(2026, 8, 30), date(2026, 10, 30), 17,
              "You write every two months or so, and it has been eleven weeks",
              "Met in Porto, designs cookbooks", SAID, "is moving to Lisbon in October, wants to learn to surf",
              date(2026, 8, 12), mail_link("maria@example.com", "Re: Lisbon")),
        Entry(2, 12, "Bob Andersen", date(2026, 9, 21), date(2026, 11, 2), 14,
              "You wanted to hear from each other every six weeks", "",
              LastSaid(date(2026, 9, 21), by_owner=True, subject="The boat",
                       snippet="Let me know if the engine made it through the winter."),
              mailto=mail_link("bob@example.com", "The boat")),
        Entry(3, 13, "王小明", date(2026, 5, 3), date(2026, 11, 3), 13,
              "It has been half a year since you met for lunch", "", None, "has started a pottery class",
              date(2026, 5, 3), mail_link("xiaoming@example.com")),
        Entry(4, 14, "Dr. Ingrid Weber", date(2025, 11, 10), date(2026, 11, 10), 6, "A year has passed",
              "Taught you statics", mailto=mail_link("weber@example.com")),
        Entry(5, 15, "Samuel Okafor", None, date(2026, 11, 14), 2, "You added him in May and have not written yet"),
    )  # fmt: skip


def bare_digest() -> Digest:
    """A week in which nothing happened and nobody waits."""
    return Digest(PERIOD, "", (), 0, (), (), (), (), (), (), Health(read=0, gaps=0))


def receipt() -> Receipt:
    """An answer of which some was understood and some was not."""
    return Receipt(
        owner="Alex Moreau",
        answered="Re: A line to Maria, Bob and 3 others",
        done=(
            "Lunch with Maria Silva on 16 November, and a note: she is moving to Lisbon in May",
            "Bob Andersen rests until 7 December",
        ),
        not_understood=(
            NotUnderstood(
                "Maria: birthday on Mayday", "There are two people called Maria", ("Maria Silva", "Maria Kern")
            ),
            NotUnderstood("9 snooze", "That letter had no number 9"),
        ),
        questions=(Question("Forget Tom Ott and everything about him?", "Tom Ott: forget"),),
        still_unfiled=("Maria K.: told me about the choir, ask her",),
        drafts=(DraftLine("Priya Raman", "thanks", "Thank you for the intro to Tom"),),
        help=True,
    )


def briefing() -> Briefing:
    """All there can be to know about somebody."""
    return Briefing(
        owner="Alex Moreau", name="Maria Silva", today=PERIOD, answered="Re: A line to Maria, Bob and 3 others",
        about="Met in Porto, designs cookbooks", cadence="every 2 months", circle="friends", tags=("cooking", "lisbon"),
        addresses=("maria@example.com",), last_touched=date(2026, 8, 30), next_due=date(2026, 10, 30),
        birthday=Birthday(5, 12), mailto=mail_link("maria@example.com", "Re: Lisbon"),
        touches=(Contact(date(2026, 8, 30), "Maria wrote", "Re: Lisbon"), Contact(date(2026, 8, 12), "lunch")),
        notes=(Jotting(date(2026, 8, 12), "is moving to Lisbon in October"), Jotting(None, "plays the viola")),
        follow_ups=(Jotting(date(2026, 12, 1), "about the flat"),),
    )  # fmt: skip


WHAT = {
    Kind.MEETING: "Planning 2027",
    Kind.THANKS: "the intro to Tom",
    Kind.FOLLOW_UP: "the flat",
    Kind.SHARE: "https://example.com/essay",
    Kind.ASK: "coffee",
    Kind.INTRODUCE: "both are moving to Lisbon",
    Kind.JUST_BECAUSE: "the bakery downstairs has your almond cakes again",
}
"""What the invented occasions are about."""


def occasion(kind: Kind) -> Occasion:
    """An occasion of which everything is known."""
    what, on = WHAT.get(kind, ""), date(2026, 11, 12)
    return Occasion(
        kind=kind, key=key_of(kind, 11, what, "", on), person_id=11, name="Maria Silva", first_name="Maria",
        address="maria@example.com", owner_name="Alex Moreau", owner_first_name="Alex", what=what,
        whom="Bob Andersen", whom_address="bob@example.com", on=on, last_said=SAID,
        reason="You met on Thursday", today=PERIOD,
    )  # fmt: skip


def bare_occasion(kind: Kind) -> Occasion:
    """An occasion of which only the person is known, and that one barely."""
    return Occasion(kind, key_of(kind, 11), 11, "maria@example.com", "", "maria@example.com", "alex@example.com", "")
