"""What the owner's new words ask for."""

import time
from dataclasses import replace
from datetime import date

import pytest

from kith.domain.dates import Birthday, Duration, Unit
from kith.domain.instruction import Instruction, Verb, order
from kith.domain.message import Envelope
from kith.domain.reply import HTML_MARK, MOST, SENTINEL, is_automatic_answer, parse, parse_self_note
from kith.domain.touch import Channel

TODAY = date(2026, 11, 22)  # a Sunday
YESTERDAY = date(2026, 11, 21)
SIX_WEEKS = Duration(6, Unit.WEEK)
IN_PERSON, CALL, MESSAGE, EMAIL, LETTER = (
    Channel.IN_PERSON,
    Channel.CALL,
    Channel.MESSAGE,
    Channel.EMAIL,
    Channel.LETTER,
)


def touch(who: str, channel: Channel, text: str = "", on: date = TODAY) -> Instruction:
    return order(Verb.TOUCH, who=(who,), channel=channel, text=text, on=on)


def note(who: str, text: str) -> Instruction:
    return order(Verb.NOTE, who=(who,), text=text)


def snooze(who: str, on: date) -> Instruction:
    return order(Verb.SNOOZE, who=(who,), on=on)


def every(who: str, amount: int, unit: Unit) -> Instruction:
    return replace(order(Verb.EVERY, who=(who,)), every=Duration(amount, unit))


def follow_up(who: str, on: date, text: str = "") -> Instruction:
    return order(Verb.FOLLOW_UP, who=(who,), on=on, text=text)


def only(verb: Verb, *who: str, text: str = "") -> Instruction:
    return order(verb, who=who, text=text)


def unknown(*who: str) -> Instruction:
    return order(Verb.UNKNOWN, who=who)


def add(name: str, address: str) -> Instruction:
    return replace(order(Verb.ADD, who=(name,)), address=address)


JANE = add("Jane Doe", "jane@example.com")

CONTRACT: list[tuple[str, list[Instruction]]] = [
    ("1 lunch today, she is moving to Lisbon in May", [touch("1", IN_PERSON, "she is moving to Lisbon in May")]),
    ("2 snooze 3 weeks", [snooze("2", date(2026, 12, 13))]),
    (
        "Maria: called. follow up in 6 weeks about the flat",
        [touch("Maria", CALL), follow_up("Maria", date(2027, 1, 3), "the flat")],
    ),
    ("@bob every 2 months", [every("@bob", 2, Unit.MONTH)]),
    (
        "add Jane Doe <jane@example.com> every 6 weeks #alumni",
        [replace(JANE, every=SIX_WEEKS, tags=("alumni",))],
    ),
    ("thank Priya for the intro to Tom", [only(Verb.THANK, "Priya", text="the intro to Tom")]),
    (
        "share https://example.com/essay with Maria, Bob",
        [only(Verb.SHARE, "Maria", "Bob", text="https://example.com/essay")],
    ),
    (
        "introduce Maria to Bob: both are moving to Lisbon",
        [only(Verb.INTRODUCE, "Maria", "Bob", text="both are moving to Lisbon")],
    ),
    ("ask 2 for coffee", [only(Verb.ASK, "2", text="coffee")]),
    ("? Maria", [only(Verb.BRIEFING, "Maria")]),
    ("undo", [only(Verb.UNDO)]),
]
"""The example of the product contract, line by line."""

BEGINNINGS: list[tuple[str, list[Instruction]]] = [
    ("1. lunch", [touch("1", IN_PERSON)]),
    ("1) lunch", [touch("1", IN_PERSON)]),
    ("1: lunch", [touch("1", IN_PERSON)]),
    ("1 - lunch", [touch("1", IN_PERSON)]),
    ("1- lunch", [touch("1", IN_PERSON)]),
    ("1, lunch", [touch("1", IN_PERSON)]),
    ("1.lunch", [touch("1", IN_PERSON)]),
    ("#1 lunch", [touch("1", IN_PERSON)]),
    ("- 1 lunch", [touch("1", IN_PERSON)]),
    ("* 1 lunch", [touch("1", IN_PERSON)]),
    ("• 1 lunch", [touch("1", IN_PERSON)]),
    ("  1\t lunch ", [touch("1", IN_PERSON)]),
    ("1, 2 snooze 3 weeks", [snooze("1", date(2026, 12, 13)), snooze("2", date(2026, 12, 13))]),
    *(
        (f"2 lunch\n{dressed} called", [touch("2", IN_PERSON), touch("1", CALL)])
        for dressed in ("(1)", "[1]", "(#1):", "*1*", "**1.**", "_1:_", "１", "1️⃣", "1、", "１）", "１：")
    ),
    ("2 lunch\n**1 called**", [touch("2", IN_PERSON), touch("1", CALL)]),
    ("2 lunch\n*Maria:* called", [touch("2", IN_PERSON), touch("Maria", CALL)]),
    ("2 lunch\n**Maria**: called", [touch("2", IN_PERSON), touch("Maria", CALL)]),
    ("2 lunch\n*really* good", [touch("2", IN_PERSON, "*really* good")]),
    ("1-3 snooze 3 weeks", [snooze(who, date(2026, 12, 13)) for who in "123"]),
    ("2–3: lunch", [touch("2", IN_PERSON), touch("3", IN_PERSON)]),
    ("1 lunch\n2-3 drinks, I think", [touch("1", IN_PERSON, "2-3 drinks, I think")]),
    ("1 lunch\n3-1 snooze us", [touch("1", IN_PERSON, "3-1 snooze us")]),
    ("1 and 2: lunch", [touch("1", IN_PERSON), touch("2", IN_PERSON)]),
    ("1,2 & 3 done", [touch("1", MESSAGE), touch("2", MESSAGE), touch("3", MESSAGE)]),
    ("1", [unknown("1")]),
    ("1 and 2", [unknown("1"), unknown("2")]),
    ("1 1 lunch", [note("1", "1 lunch")]),
    ("@jane.doe called", [touch("@jane.doe", CALL)]),
    ("@bob: called", [touch("@bob", CALL)]),
    ("@bob, @jane lunch", [touch("@bob", IN_PERSON), touch("@jane", IN_PERSON)]),
    ("jane@example.com wrote", [touch("jane@example.com", EMAIL)]),
    ("<jane@example.com>: coffee", [touch("jane@example.com", IN_PERSON)]),
    ("Jane Doe <jane@example.com> coffee", [touch("jane@example.com", IN_PERSON)]),
    ("Jane van der Meer: coffee", [touch("Jane van der Meer", IN_PERSON)]),
    ("J. R. O'Brien-Smith: coffee", [touch("J. R. O'Brien-Smith", IN_PERSON)]),
    ("maria: called", [touch("maria", CALL)]),
    ("Will: called", [touch("Will", CALL)]),
    ("Ölaf Åström: called", [touch("Ölaf Åström", CALL)]),
    ("Maria and Bob: lunch Friday", [
        touch("Maria", IN_PERSON, on=date(2026, 11, 20)),
        touch("Bob", IN_PERSON, on=date(2026, 11, 20)),
    ]),
    ("12:30 lunch", [unknown()]),
    ("3 weeks later she left", [unknown()]),
    ("2 or 3 weeks later", [unknown()]),
    ("2-3 of them", [unknown()]),
    ("1.5 hours", [unknown()]),
    ("24/7", [unknown()]),
    ("3 May she moves", [unknown()]),
    ("2026 was good", [unknown()]),
    ("1 may be late", [note("1", "may be late")]),
    ("PS: all well", [unknown()]),
    ("Note: all well", [unknown()]),
    ("Re: lunch", [unknown()]),
    ("https://example.com/essay", [unknown()]),
    ("She said: no", [unknown()]),
    ("things to do: call", [unknown()]),
    ("met Ana: she is well", [unknown()]),
    ("One. Two: three", [unknown()]),
    ("all is well here", [unknown()]),
]  # fmt: skip

TOUCHES: list[tuple[str, list[Instruction]]] = [
    ("1 lunch", [touch("1", IN_PERSON)]),
    ("1 Lunch Monday", [touch("1", IN_PERSON, on=date(2026, 11, 16))]),
    ("1 called yesterday", [touch("1", CALL, on=YESTERDAY)]),
    ("1 met her husband yesterday", [touch("1", IN_PERSON, "met her husband", YESTERDAY)]),
    ("1 called and had fun with Roland and Tom", [touch("1", CALL, "called and had fun with Roland and Tom")]),
    ("1 called an hour ago", [touch("1", CALL, "called an hour ago")]),
    ("1 called an old friend", [note("1", "called an old friend")]),
    ("1 met in 2019", [note("1", "met in 2019")]),
    ("1 met last summer, in Rome", [note("1", "met last summer, in Rome")]),
    ("1 called about her trip in 2019", [touch("1", CALL, "called about her trip in 2019")]),
    ("1 met on 3 May", [touch("1", IN_PERSON, on=date(2026, 5, 3))]),
    ("1 met on 3 May, she is fine", [touch("1", IN_PERSON, "she is fine", date(2026, 5, 3))]),
    ("1 lunch, yesterday", [touch("1", IN_PERSON, on=YESTERDAY)]),
    ("1 yesterday: called", [touch("1", CALL, on=YESTERDAY)]),
    ("1 yesterday we had lunch", [touch("1", IN_PERSON, on=YESTERDAY)]),
    ("1 had coffee with her yesterday", [touch("1", IN_PERSON, on=YESTERDAY)]),
    ("1 lunch at Chez Ana yesterday", [touch("1", IN_PERSON, "lunch at Chez Ana", YESTERDAY)]),
    ("1 called about the flat", [touch("1", CALL, "called about the flat")]),
    ("1 called about her trip next week", [touch("1", CALL, "called about her trip next week")]),
    ("1 video call last Friday", [touch("1", CALL, on=date(2026, 11, 20))]),
    ("1 texted", [touch("1", MESSAGE)]),
    ("1 whatsapp", [touch("1", MESSAGE)]),
    ("1 wrote her a long mail", [touch("1", EMAIL, "wrote her a long mail")]),
    ("1 postcard", [touch("1", LETTER)]),
    ("1 spoke on the phone.", [touch("1", CALL)]),
    ("1 called. Spoke about the flat.", [touch("1", CALL, "Spoke about the flat.")]),
    ("1 done", [touch("1", MESSAGE)]),
    ("1 done yesterday", [touch("1", MESSAGE, on=YESTERDAY)]),
    ("1 done, she liked it", [touch("1", MESSAGE, "she liked it")]),
    ("1 done with the book", [note("1", "done with the book")]),
    ("1 lunch tomorrow", [note("1", "lunch tomorrow")]),
    ("1 lunch next Tuesday", [note("1", "lunch next Tuesday")]),
    ("1 coffee at Joe's next Tuesday", [note("1", "coffee at Joe's next Tuesday")]),
    ("1 lunch is her favourite meal", [note("1", "lunch is her favourite meal")]),
    ("1 lunch would be nice", [note("1", "lunch would be nice")]),
    ("1 coffee?", [note("1", "coffee?")]),
    ("1 call her next week", [note("1", "call her next week")]),
    ("1 saw a film", [note("1", "saw a film")]),
    ("1 wrote a book", [note("1", "wrote a book")]),
    ("1 called off the wedding", [note("1", "called off the wedding")]),
    ("1 calls too often", [note("1", "calls too often")]),
    ("1 his daughter starts school in September", [note("1", "his daughter starts school in September")]),
]

VERBS: list[tuple[str, list[Instruction]]] = [
    ("1 snooze until May", [snooze("1", date(2027, 5, 1))]),
    ("1 Snooze: 3w", [snooze("1", date(2026, 12, 13))]),
    ("1 snooze until 1 March, she is on leave", [snooze("1", date(2027, 3, 1)), note("1", "she is on leave")]),
    ("1 snooze", [unknown("1")]),
    ("1 snooze for a while", [unknown("1")]),
    ("1 snooze yesterday", [unknown("1")]),
    ("1 every other week", [every("1", 2, Unit.WEEK)]),
    ("1 every 3 months, at least", [every("1", 3, Unit.MONTH), note("1", "at least")]),
    ("1 every now and again", [unknown("1")]),
    ("1 pause", [only(Verb.PAUSE, "1")]),
    ("1 pause, on leave", [only(Verb.PAUSE, "1"), note("1", "on leave")]),
    ("1 pause until June", [snooze("1", date(2027, 6, 1))]),
    ("1 resume.", [only(Verb.RESUME, "1")]),
    ("1 resume of hers was good", [note("1", "resume of hers was good")]),
    ("1 follow up in 3 months about the job", [follow_up("1", date(2027, 2, 22), "the job")]),
    ("1 called, snooze 3 weeks", [touch("1", CALL), snooze("1", date(2026, 12, 13))]),
    ("1 she is moving, follow up in 3 months", [note("1", "she is moving"), follow_up("1", date(2027, 2, 22))]),
    ("1 he wants to call and follow up in June", [note("1", "he wants to call and follow up in June")]),
    ("1 snooze 3 weeks please", [snooze("1", date(2026, 12, 13))]),
    ("1 snooze 3 weeks. Thanks!", [snooze("1", date(2026, 12, 13))]),
    ("1 follow up in 3 weeks: ask about London", [follow_up("1", date(2026, 12, 13), "ask about London")]),
    ("1 follow up in 3 weeks, tea on the roof", [follow_up("1", date(2026, 12, 13), "tea on the roof")]),
    ("1 follow-up next Tuesday", [follow_up("1", date(2026, 11, 24))]),
    ("1 follow up about the flat in 6 weeks", [follow_up("1", date(2027, 1, 3), "the flat")]),
    ("1 follow up", [unknown("1")]),
    ("1 follow up some day about it", [unknown("1")]),
    ("1 birthday 12 May", [replace(only(Verb.BIRTHDAY, "1"), birthday=Birthday(5, 12))]),
    ("1 birthday is on 12 May 1980", [replace(only(Verb.BIRTHDAY, "1"), birthday=Birthday(5, 12, 1980))]),
    (
        "1 birthday 12 May, turning 40",
        [replace(only(Verb.BIRTHDAY, "1"), birthday=Birthday(5, 12)), note("1", "turning 40")],
    ),
    ("1 birthday soon", [unknown("1")]),
    ("1 circle friends", [replace(only(Verb.CIRCLE, "1"), circle="friends")]),
    ("1 circle of friends is big", [note("1", "circle of friends is big")]),
    ("1 circle", [unknown("1")]),
    ("1 tag alumni", [replace(only(Verb.TAG, "1", text="alumni"), tags=("alumni",))]),
    ("1 tag #a, b", [replace(only(Verb.TAG, "1", text="a b"), tags=("a", "b"))]),
    ("1 #a #b", [replace(only(Verb.TAG, "1", text="a b"), tags=("a", "b"))]),
    ("1 tag", [unknown("1")]),
    ("1 merge bob@work.example", [only(Verb.MERGE, "1", "bob@work.example")]),
    ("1 merge with Roland Smith", [only(Verb.MERGE, "1", "Roland Smith")]),
    ("1 merge with Bob", [only(Verb.MERGE, "1", "Bob")]),
    ("1 merge", [unknown("1")]),
    ("1 forget", [only(Verb.FORGET, "1")]),
    ("1 forget about the past", [note("1", "forget about the past")]),
    ("forget Maria", [only(Verb.FORGET, "Maria")]),
    ("forget about it", [unknown()]),
    ("1 not a touch", [only(Verb.NOT_A_TOUCH, "1")]),
    ("1 that was not a touch", [only(Verb.NOT_A_TOUCH, "1")]),
    ("1 not a touch on Monday", [replace(only(Verb.NOT_A_TOUCH, "1"), on=date(2026, 11, 16))]),
    ("1 is a touch", [only(Verb.IS_A_TOUCH, "1")]),
    ("1?", [only(Verb.BRIEFING, "1")]),
    ("add jane@example.com", [add("", "jane@example.com")]),
    ('Add "Jane Doe" <jane@example.com>', [JANE]),
    ("add Jane Doe jane@example.com, circle friends, about we met in Oslo", [
        replace(JANE, circle="friends", about="we met in Oslo")
    ]),
    ("add Jane Doe <jane@example.com> from the choir #a #b every month", [
        replace(JANE, about="from the choir", tags=("a", "b"), every=Duration(1, Unit.MONTH))
    ]),
    ("add Jane Doe <jane@example.com> every so often", [unknown()]),
    ("add Jane Doe <jane@example.com> every banana #alumni", [unknown()]),
    ("add Jane Doe <jane@example.com> whom I meet every so often", [
        replace(JANE, about="whom I meet every so often")
    ]),
    ("add Jane Doe", [unknown()]),
    ("thank 1 for lunch", [only(Verb.THANK, "1", text="lunch")]),
    ("thank Maria and Bob for dinner", [
        only(Verb.THANK, "Maria", text="dinner"),
        only(Verb.THANK, "Bob", text="dinner"),
    ]),
    ("thank Maria", [only(Verb.THANK, "Maria")]),
    ("Thank you for this list", [unknown()]),
    ("share the book with the blue cover with 1, 2 and Bob", [
        only(Verb.SHARE, "1", "2", "Bob", text="the book with the blue cover")
    ]),
    ("share with Maria", [unknown()]),
    ("introduce 1 and 2", [only(Verb.INTRODUCE, "1", "2")]),
    ("introduce Maria to Bob and Ana because they row", [
        only(Verb.INTRODUCE, "Maria", "Bob", text="they row"),
        only(Verb.INTRODUCE, "Maria", "Ana", text="they row"),
    ]),
    ("introduce Maria", [unknown()]),
    ("ask Maria", [unknown()]),
    ("? 1 and Maria Silva", [only(Verb.BRIEFING, "1"), only(Verb.BRIEFING, "Maria Silva")]),
    ("?", [unknown()]),
    ("undo 12", [only(Verb.UNDO, text="12")]),
    ("Undo that!", [only(Verb.UNDO)]),
    ("more", [only(Verb.MORE)]),
    ("Help!", [only(Verb.HELP)]),
    ("more about this soon", [unknown()]),
    ("yes", [only(Verb.YES)]),
    ("Yes, forget Maria Silva.", [only(Verb.YES, "Maria Silva")]),
    ("confirm", [only(Verb.YES)]),
    ("Yes she is well", [unknown()]),
]  # fmt: skip

SEVERAL: list[tuple[str, list[Instruction]]] = [
    (
        "1 spoke; every 3 months and then follow up in 2 weeks about the job",
        [touch("1", CALL), every("1", 3, Unit.MONTH), follow_up("1", date(2026, 12, 6), "the job")],
    ),
    ("1 lunch. She is fine. snooze 3 weeks", [touch("1", IN_PERSON, "She is fine."), snooze("1", date(2026, 12, 13))]),
    ("1 snooze 3 weeks. She is away.", [snooze("1", date(2026, 12, 13)), note("1", "She is away.")]),
    ("1 She is tired. every day is long", [note("1", "She is tired. every day is long")]),
    ("1 She is tired. snooze", [note("1", "She is tired."), unknown("1")]),
    ("1 lunch today\nfollow up in 6 weeks", [touch("1", IN_PERSON), follow_up("1", date(2027, 1, 3))]),
    ("1\nlunch", [touch("1", IN_PERSON)]),
    ("1 she is moving to Lisbon\n\nin May\n- with her cat", [note("1", "she is moving to Lisbon in May with her cat")]),
    (
        "1 she is moving to Lisbon in May with all of her family, and they\ncalled it the best day of the year",
        [
            note(
                "1",
                "she is moving to Lisbon in May with all of her family, and they called it the best day of the year",
            )
        ],
    ),
    ("busy week\nreally\n1 lunch", [unknown(), touch("1", IN_PERSON)]),
    ("undo\nand more words", [only(Verb.UNDO), unknown()]),
    ("add Jane Doe\n<jane@example.com> every 6 weeks", [replace(JANE, every=SIX_WEEKS)]),
    ("share https://example.com/essay\nwith Maria", [only(Verb.SHARE, "Maria", text="https://example.com/essay")]),
]

IN_A_MONTH = date(2026, 12, 22)
ON_ONE_LINE: list[tuple[str, list[Instruction]]] = [
    ("1. Called; 2. Snooze 3 weeks", [touch("1", CALL), snooze("2", date(2026, 12, 13))]),
    ("1 done, 2 done", [touch("1", MESSAGE), touch("2", MESSAGE)]),
    ("1 done,2 done", [touch("1", MESSAGE), touch("2", MESSAGE)]),
    ("1 lunch, 2 coffee", [touch("1", IN_PERSON), touch("2", IN_PERSON)]),
    ("1: called. 2: snooze 1 month", [touch("1", CALL), snooze("2", IN_A_MONTH)]),
    ("1 done, 2 and @bob called", [touch("1", MESSAGE), touch("2", CALL), touch("@bob", CALL)]),
    ("Maria: called; Bob: snooze 1 month", [touch("Maria", CALL), snooze("Bob", IN_A_MONTH)]),
    ("1 2 3 called", [touch("1", CALL), touch("2", CALL), touch("3", CALL)]),
    ("1 called; 2: she is moving", [touch("1", CALL), note("2", "she is moving")]),
    ("1 called; 2 snooze 1 month\nshe is away", [
        touch("1", CALL), snooze("2", IN_A_MONTH), note("2", "she is away")
    ]),
    ("1 done 2 done 3 snooze 1 month", [unknown()]),
    ("1 called; 2 she is moving", [unknown()]),
    ("1 she is well, 2 done", [unknown()]),
    ("1 lunch, 2 drinks", [unknown()]),
    ("2 lunch, 1 coffee", [unknown()]),
    ("1 2 coffee", [unknown()]),
    ("1 she has 2 dogs; 3 cats", [note("1", "she has 2 dogs; 3 cats")]),
    ("1 she sent greetings, 2 drinks", [note("1", "she sent greetings, 2 drinks")]),
    ("1 lunch, 1 call", [touch("1", IN_PERSON, "1 call")]),
    ("1 2 kids now", [note("1", "2 kids now")]),
    ("1 lunch at 2 met her mum", [touch("1", IN_PERSON, "lunch at 2 met her mum")]),
    ("1 called; 3 weeks later she left", [touch("1", CALL, "3 weeks later she left")]),
    ("Maria: called; Note: done", [touch("Maria", CALL, "Note: done")]),
]  # fmt: skip

WITHOUT_ADDRESS: list[tuple[str, list[Instruction]]] = [
    ("add Jane Doe\n@bob called", [unknown(), touch("@bob", CALL)]),
    ("add Jane Doe\n1 lunch with bob@example.com", [unknown(), touch("1", IN_PERSON, "lunch with bob@example.com")]),
    ("add Jane Doe\nbob@example.com called", [unknown(), touch("bob@example.com", CALL)]),
    ("add Jane Doe\nadd bob@example.com", [unknown(), add("", "bob@example.com")]),
    ("add Jane Doe\nfollow up in 6 weeks with jane@example.com", [unknown(), unknown()]),
    ("add Jane Doe\njane@example.com every 6 weeks", [replace(JANE, every=SIX_WEEKS)]),
]

IMPOSSIBLE: list[tuple[str, list[Instruction]]] = [
    ("5 lunch 30 Feb", [unknown("5")]),
    ("5 lunch, 30th of February, she is fine", [unknown("5")]),
    ("5 lunch on 29 Feb 2025", [unknown("5")]),
    ("5 30 Feb lunch", [unknown("5")]),
    ("5 called on June 31", [unknown("5")]),
    ("5 met 2026-02-30", [unknown("5")]),
    ("5 met 31.2.2026", [unknown("5")]),
    ("5 done 31 June", [unknown("5")]),
    ("5 birthday 31 feb", [unknown("5")]),
    ("5 snooze until 30 Feb", [unknown("5")]),
    ("5 lunch on 29 Feb", [touch("5", IN_PERSON, on=date(2024, 2, 29))]),
    ("5 lunch, she says 30 Feb is a joke", [touch("5", IN_PERSON, "she says 30 Feb is a joke")]),
    ("5 was born on 30 Feb", [note("5", "was born on 30 Feb")]),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [*CONTRACT, *BEGINNINGS, *TOUCHES, *VERBS, *SEVERAL, *ON_ONE_LINE, *WITHOUT_ADDRESS, *IMPOSSIBLE],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_become_instructions(text: str, expected: list[Instruction]) -> None:
    found = parse(text, TODAY)
    assert [replace(one, position=0, line="", problem="") for one in found] == expected
    assert all(bool(one.problem) is (one.verb is Verb.UNKNOWN) for one in found)


def test_the_contracts_lines_work_in_one_mail_in_any_order() -> None:
    for rows in (CONTRACT, CONTRACT[::-1]):
        found = parse("\n".join(text for text, _ in rows), TODAY)
        wanted = [one for _, instructions in rows for one in instructions]
        assert [replace(one, position=0, line="") for one in found] == wanted
        assert [one.position for one in found] == list(range(len(wanted)))


def test_every_instruction_carries_the_whole_of_its_lines() -> None:
    found = parse("Hello\n- Maria: called.  All well\n\n  follow up in 6 weeks ", TODAY)
    assert [one.verb for one in found] == [Verb.TOUCH, Verb.FOLLOW_UP]
    assert {one.line for one in found} == {"- Maria: called.  All well follow up in 6 weeks"}


@pytest.mark.parametrize(
    "polite",
    ["Hi", "Hi Kith,", "Hello there!", "Good morning", "Dear Kith", "Thanks!", "Thank you", "Thanks, Alex", "Cheers",
     "Best", "Best,\nAlex Moreau", "Many thanks\nA.", "Viele Grüße\nAlex", "Merci !", "- Thanks -",
     "Hope you are well!", "I hope all is well.", "Thanks, this is great"],
)  # fmt: skip
def test_a_mere_greeting_is_nobodys_note(polite: str) -> None:
    assert parse(polite, TODAY) == []
    assert [one.text for one in parse(f"1 she is well\n{polite}", TODAY)] == ["she is well"]


@pytest.mark.parametrize(
    "words",
    [
        "Thanks for the list",
        "Hope she is well",
        "This is great",
        "Hi, 1 was nice",
        "Best film of the year",
        "Thanks called",
    ],
)
def test_a_greeting_with_more_to_say_is_kept(words: str) -> None:
    assert [one.text for one in parse(f"1 she is well\n{words}", TODAY)] == [f"she is well {words}"]


def test_a_name_under_a_closing_is_kept_where_more_follows() -> None:
    assert [one.text for one in parse("1 she likes\nThanks\nMaria\n2 cake", TODAY)] == ["she likes Maria", "cake"]


def test_a_problem_says_what_is_missing() -> None:
    (nothing,) = parse("1", TODAY)
    assert nothing.problem == "nothing is said about 1"
    (when,) = parse("1 snooze for a bit", TODAY)
    assert "snooze 3 weeks" in when.problem
    (whom,) = parse("1 done 2 done", TODAY)
    assert "One line for each person, please" in whom.problem
    (day,) = parse("1 lunch 30 Feb", TODAY)
    assert "no 30 Feb" in day.problem


def test_what_exceeds_the_most_comes_back_in_one_piece() -> None:
    lines = [f"@p{number} note number {number}" for number in range(MOST + 50)]
    found = parse("\n".join(lines), TODAY)
    assert len(found) == MOST
    assert found[-1].verb is Verb.UNKNOWN
    assert found[-1].line == " ".join(lines[MOST - 1 :])


def test_many_people_and_many_sentences_stay_within_the_most() -> None:
    people = ", ".join(str(number) for number in range(1, 300))
    found = parse(f"{people} called. snooze 3 weeks. every 2 months", TODAY)
    assert len(found) == MOST
    assert all(people in one.line for one in found)


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("kith: Maria: called", "", [touch("Maria", CALL)]),
        ("Kith: Maria: called", "She is well.", [touch("Maria", CALL, "She is well.")]),
        ("kith: Maria: called", "2 done", [touch("Maria", CALL), touch("2", MESSAGE)]),
        ("kith: Maria", "called. every 2 months", [touch("Maria", CALL), every("Maria", 2, Unit.MONTH)]),
        ("Maria Silva", "called", [touch("Maria Silva", CALL)]),
        ("kith", "Maria: called", [touch("Maria", CALL)]),
        ("kith:", "", []),
        ("", "Maria: called", [touch("Maria", CALL)]),
        ("kith: undo", "Maria", [only(Verb.UNDO), unknown()]),
    ],
)
def test_a_note_to_oneself_begins_in_its_subject(subject: str, text: str, expected: list[Instruction]) -> None:
    found = parse_self_note(subject, text, TODAY)
    assert [replace(one, position=0, line="", problem="") for one in found] == expected


@pytest.mark.parametrize(
    "text",
    ["1 " * 200_000, "1, " * 200_000, "a. " * 300_000, "1 a. snooze x. " * 60_000, "1 snooze\n" * 100_000,
     "@" * 500_000, "Name: " * 150_000, "? " * 300_000, "and then " * 100_000, "#a " * 300_000, "1 " + "#a " * 300_000,
     " " * 1_000_000, "add a@b.example about " * 100_000,
     "add " + "every 6 weeks " * 70_000 + "a@b.example", "add a@b.example " + "#a " * 200_000, "\n" * 1_000_000,
     "share " + "with " * 200_000, "yes forget " * 100_000, "1 " + "i just had a " * 100_000, "Hi " * 300_000,
     "add Jane\n" * 100_000, "1 lunch " + "monday " * 150_000,
     ("1 done" + ", 2 done" * 240 + "\n") * 500, ("1 " + "a" * 1990 + "\n") * 500, ("1 x" + "&1" * 900 + "\n") * 500],
    ids=lambda text: f"{text[:14]}…",
)  # fmt: skip
def test_no_words_take_more_than_a_moment(text: str) -> None:
    began = time.perf_counter()
    assert len(parse(text, TODAY)) <= MOST
    assert time.perf_counter() - began < 20


def test_the_marks_of_a_letter_survive_mail_programs() -> None:
    assert SENTINEL.isascii()
    assert len(SENTINEL) < 60
    assert not SENTINEL.startswith(("-", ">", "#", " ", "From "))
    assert HTML_MARK.startswith("data-")


def test_an_automatic_answer_is_known_by_its_fields_or_its_subject() -> None:
    assert is_automatic_answer(Envelope(subject="Out of office: Four people"))
    assert is_automatic_answer(Envelope(marks={"auto-submitted": "auto-replied"}))
    assert not is_automatic_answer(Envelope(subject="Re: Four people"))


@pytest.mark.parametrize(
    ("line", "which", "told"),
    [
        ("1 follow up done", "", ""),
        ("1 follow-up done.", "", ""),
        ("Maria: follow up is done", "", ""),
        ("1 follow up: done", "", ""),
        ("1 follow up done about the flat", "the flat", ""),
        ("1 follow up done, she took it", "", "she took it"),
        ("1 followup done about the flat, she took it", "the flat", "she took it"),
        ("1 lunch today. follow up done", "", None),
    ],
)
def test_a_follow_up_is_done_by_the_word(line: str, which: str, told: str | None) -> None:
    found = parse(line, TODAY)
    (done,) = [one for one in found if one.verb is Verb.FOLLOWED_UP]
    assert (done.text, done.on) == (which, None)
    if told is not None:
        assert [one.text for one in found if one.verb is Verb.NOTE] == ([told] if told else [])


def test_a_follow_up_that_is_to_be_done_is_still_to_come() -> None:
    (found,) = parse("1 follow up in 3 weeks about what is done", TODAY)
    assert (found.verb, found.text) == (Verb.FOLLOW_UP, "what is done")


@pytest.mark.parametrize(
    ("line", "who", "verb"),
    [
        ("Maria called", "Maria", Verb.TOUCH),
        ("Maria lunch yesterday, all well", "Maria", Verb.TOUCH),
        ("Maria Silva snooze 3 weeks", "Maria Silva", Verb.SNOOZE),
        ("- Maria texted.", "Maria", Verb.TOUCH),
        ("Maria, called yesterday", "Maria", Verb.TOUCH),
        ("Maria Silva - snooze 3 weeks", "Maria Silva", Verb.SNOOZE),
        ("@Maria Silva every 2 months", "Maria Silva", Verb.EVERY),
        ("@Maria lunch with Silva", "@Maria", Verb.TOUCH),
    ],
)
def test_a_line_begins_with_a_known_name_that_has_no_colon(line: str, who: str, verb: Verb) -> None:
    found = parse(f"1 lunch today\n{line}", TODAY, {"Maria", "Maria Silva"}.__contains__)
    assert [(one.who, one.verb) for one in found] == [(("1",), Verb.TOUCH), ((who,), verb)]


@pytest.mark.parametrize("line", ["Bob called", "Maria is moving to Lisbon", "She called", "maria called", "Maria"])
def test_other_lines_without_a_beginning_go_on_with_the_one_before(line: str) -> None:
    found = parse(f"1 she has news:\n{line}", TODAY, {"Maria", "She"}.__contains__)
    assert {one.who for one in found} == {("1",)}


@pytest.mark.parametrize(
    "text",
    [
        *(text for text, _ in (*CONTRACT, *VERBS, *IMPOSSIBLE, *ON_ONE_LINE)),
        "Bob: called, he is fine. snooze until the cows come home", "1 every 3 months, at least, and follow up in May",
        "thank Maria and Bob for dinner", "introduce Maria to Bob and Ana because they row", "? Maria and 2",
    ],
)  # fmt: skip
def test_the_words_of_each_instruction_ask_for_it_alone(text: str) -> None:
    for one in parse(text, TODAY):
        again = parse(one.words, TODAY) if one.words else [one]
        assert [replace(two, position=0, line="") for two in again] == [replace(one, position=0, line="")]
        assert [two.meant for two in again] == [one.meant]
