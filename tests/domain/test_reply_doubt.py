"""Whom a line of a reply means, on which day it was, and when it is asked back rather than guessed."""

from datetime import date

import pytest

from kith.domain.instruction import Instruction, Verb
from kith.domain.names import bare
from kith.domain.reply import is_mere_politeness, parse, parse_self_note

TODAY = date(2026, 11, 22)  # a Sunday
NAMES = (
    "Maria Silva", "Bob Stone", "Priya Nair", "Zoë Müller", "Anna Berg", "Anna Kowalska", "May Chen", "Mark Rose",
    "Will Smith", "Łukasz Kowalski", "Jean-Luc O'Brien", "Tom Hill",
)  # fmt: skip


def is_known(name: str) -> bool:
    """Whole words of the name of one person and of no other, as a book of these people would say."""
    words = bare(name.casefold()).split()
    found = [known for known in NAMES if set(words) <= set(bare(known.casefold()).split())]
    return len(found) == 1


def _in_short(one: Instruction) -> str:
    what = "" if one.verb is Verb.UNKNOWN else one.text
    when = f"{one.on:%d %b %y}" if one.on else ""
    more = (str(one.every) if one.every else "", str(one.channel or ""), one.circle, one.address, " ".join(one.tags))
    return " | ".join(part for part in (str(one.verb), ", ".join(one.who), what, when, *more, one.about) if part)


def said(text: str) -> list[str]:
    """What a reply asks for, in short."""
    found = parse(text, TODAY, is_known, owner="Alex Moreau", circles=["friends", "close friends"])
    return [_in_short(one) for one in found]


DAYS = [
    ("1 called her yesterday about the house", ["touch | 1 | called her about the house | 21 Nov 26 | call"]),
    ("1 met her last Friday at a party", ["touch | 1 | met her at a party | 20 Nov 26 | in-person"]),
    ("1 saw her on Saturday at the wedding", ["touch | 1 | saw her at the wedding | 21 Nov 26 | in-person"]),
    ("1 met her on 3 November in Paris", ["touch | 1 | met her in Paris | 03 Nov 26 | in-person"]),
    ("1 had lunch with her on Tuesday at Joe's", ["touch | 1 | had lunch with her at Joe's | 17 Nov 26 | in-person"]),
    ("1 visited them two weeks ago in Rome", ["touch | 1 | visited them in Rome | 08 Nov 26 | in-person"]),
    ("1 coffee with him and Bob Monday at noon, fun", [
        "touch | 1 | coffee with him and Bob, fun | 16 Nov 26 | in-person"
    ]),
    ("1 texted her on Monday to say happy birthday", [
        "touch | 1 | texted her to say happy birthday | 16 Nov 26 | message"
    ]),
    ("1 called her on Tuesday and she told me of Rome", [
        "touch | 1 | called her and she told me of Rome | 17 Nov 26 | call"
    ]),
    ("1 called her about a talk on Tuesday in Rome", [
        "touch | 1 | called her about a talk on Tuesday in Rome | 22 Nov 26 | call"
    ]),
    ("1 met her at the Friday market", ["touch | 1 | met her at the Friday market | 22 Nov 26 | in-person"]),
]  # fmt: skip
"""A day in the midst of a sentence."""

PLANS = [
    "lunch planned for Friday", "coffee booked for Friday", "coffee scheduled Friday", "coffee set for Friday",
    "lunch moved to Friday", "lunch on Friday was cancelled", "lunch cancelled on Friday", "lunch on Friday cancelled",
    "lunch on Friday, but she cancelled", "lunch on Friday had to be postponed", "lunch yesterday was called off",
    "lunch didn't happen on Friday", "on Friday lunch was cancelled", "Friday: lunch planned", "lunch, cancelled",
    "lunch is on Friday", "lunch will be on Friday", "coffee on Friday is confirmed", "dinner, table booked for Friday",
    "lunch with her is planned for Friday", "call her on Friday", "call him Friday", "call back on Friday",
    "zoom them on Monday", "meeting her on Friday", "lunch on Friday 27 November", "lunch Fri 27 Nov",
    "lunch Friday 27/11", "dinner Friday the 27th", "lunch with her on Friday 27 November at Joe's",
    "lunch 27 November", "dinner 24/11", "lunch in December", "lunch with her tomorrow at Joe's",
    "lunch with her next Friday at Joe's", "coffee with her on Tuesday next week at Joe's",
]  # fmt: skip

HELD = [
    ("lunch on Friday the 13th", "13 Nov 26"),
    ("lunch on Friday was great", "20 Nov 26"),
    ("lunch on Friday, she cancelled her trip", "20 Nov 26"),
    ("lunch yesterday confirmed that she moves", "21 Nov 26"),
    ("lunch on Monday, next one booked for May", "16 Nov 26"),
    ("lunch and agreed to row together", "22 Nov 26"),
    ("lunch again on Friday", "20 Nov 26"),
    ("dinner out on Friday", "20 Nov 26"),
    ("call her yesterday", "21 Nov 26"),
    ("call with her on Friday", "20 Nov 26"),
    ("lunch on Monday 16 November", "16 Nov 26"),
    ("lunch last December", "01 Dec 25"),
    ("lunch on 27 November 2025", "27 Nov 25"),
    ("called, her wedding is cancelled", "22 Nov 26"),
]

WHICH_DAY = [
    "1 lunch Tuesday 16 November", "1 called on Tuesday 16 November about it", "1 snooze until Tuesday 30 November",
    "1 follow up on Tuesday 30 November about the flat", "1 called on 23 November", "1 met 30 Nov", "1 met in December",
    "1 snooze until Monday 16 November", "1 snooze until 30 Feb", "1 lunch with her on Tuesday 16 November at Joe's",
]  # fmt: skip

THEIRS = [
    ("she called yesterday", ["touch | 1 | 21 Nov 26 | call"]),
    ("she called me on Monday, she's engaged!", ["touch | 1 | she called me, she's engaged! | 16 Nov 26 | call"]),
    ("They visited us last Saturday", ["touch | 1 | 21 Nov 26 | in-person"]),
    ("He wrote back on Tuesday", ["touch | 1 | 17 Nov 26 | email"]),
    ("she has just texted", ["touch | 1 | 22 Nov 26 | message"]),
    ("yesterday she called", ["touch | 1 | 21 Nov 26 | call"]),
    ("she called about the flat", ["touch | 1 | she called about the flat | 22 Nov 26 | call"]),
    ("she spoke to me on Monday about Rome", ["touch | 1 | she spoke to me about Rome | 16 Nov 26 | call"]),
    ("she sent us a postcard yesterday", ["touch | 1 | she sent us a postcard | 21 Nov 26 | letter"]),
    ("she is well. She called yesterday", ["note | 1 | she is well.", "touch | 1 | 21 Nov 26 | call"]),
    ("had a call from her yesterday", ["touch | 1 | 21 Nov 26 | call"]),
    *(
        (told, [f"note | 1 | {told}"])
        for told in (
            "she called Bob yesterday", "they met yesterday", "she spoke at a conference yesterday", "he wrote a book",
            "she called me a liar", "she visited Rome last week", "she called off the wedding", "he met a nice man",
            "her mother called yesterday", "she sent flowers", "she called her mum on Monday", "she wrote to the mayor",
        )
    ),
]  # fmt: skip

LEFT_OVERS = [
    ("6 done ✅", ["touch | 6 | 22 Nov 26 | message"]),
    ("6 done 👍👍", ["touch | 6 | 22 Nov 26 | message"]),
    ("6 called ✅", ["touch | 6 | 22 Nov 26 | call"]),
    ("1 lunch yesterday 😊", ["touch | 1 | 21 Nov 26 | in-person"]),
    ("1 lunch, thanks!", ["touch | 1 | 22 Nov 26 | in-person"]),
    ("1 snooze her for 3 weeks", ["snooze | 1 | 13 Dec 26"]),
    ("1 snooze him until May", ["snooze | 1 | 01 May 27"]),
    ("1 snooze 3 weeks pls", ["snooze | 1 | 13 Dec 26"]),
    ("1 snooze 3 weeks 🙏", ["snooze | 1 | 13 Dec 26"]),
    ("1 snooze 3 weeks, please, thank you 🙏", ["snooze | 1 | 13 Dec 26"]),
    ("1 snooze May 3 weeks", ["unknown | 1"]),
    ("1 every 45 days please", ["every | 1 | 45 days"]),
    ("1 pause her please", ["pause | 1"]),
    ("1 resume him", ["resume | 1"]),
    ("1 birthday 12 May 🎂", ["birthday | 1"]),
    ("1 circle close friends please", ["circle | 1 | close friends"]),
    ("1 merge with Maria Silva please", ["merge | 1, Maria Silva"]),
    ("1 follow up with her in 3 weeks about the flat", ["follow up | 1 | the flat | 13 Dec 26"]),
    ("1 follow up about the flat in 6 weeks pls", ["follow up | 1 | the flat | 03 Jan 27"]),
    ("1 lunch and snooze 3 weeks", ["touch | 1 | 22 Nov 26 | in-person", "snooze | 1 | 13 Dec 26"]),
    ("1 follow up in 3 weeks to say thanks", ["follow up | 1 | to say thanks | 13 Dec 26"]),
    ("1 done, she says thanks", ["touch | 1 | she says thanks | 22 Nov 26 | message"]),
    ("1 called to say thanks", ["touch | 1 | called to say thanks | 22 Nov 26 | call"]),
    ("1 tag her on facebook", ["note | 1 | tag her on facebook"]),
    ("1 tag along on the hike", ["note | 1 | tag along on the hike"]),
    ("1 tag her as alumni 🎓", ["tag | 1 | alumni | alumni"]),
    ("1 tag her", ["unknown | 1"]),
    ("undo please", ["undo"]),
    ("please undo 12, thanks", ["undo | 12"]),
    ("help, please", ["help"]),
    ("Yes please, thank you!", ["yes"]),
    ("yes 👍", ["yes"]),
    ("Yes, go ahead", ["yes"]),
    ("please thank Priya for lunch", ["thank | Priya | lunch"]),
]

VERB_FIRST = [
    ("snooze 2 for 3 weeks", ["snooze | 2 | 13 Dec 26"]),
    ("snooze Maria until May", ["snooze | Maria | 01 May 27"]),
    ("Snooze May 3 weeks", ["snooze | May | 13 Dec 26"]),
    ("snooze 2, 3 and Bob until June", [f"snooze | {who} | 01 Jun 27" for who in ("2", "3", "Bob")]),
    ("snooze 2, 3 weeks", ["snooze | 2 | 13 Dec 26"]),
    ("snooze Anna for 3 weeks", ["snooze | Anna | 13 Dec 26"]),
    ("snooze everyone 2 weeks", ["snooze | everyone | 06 Dec 26"]),
    ("pause 2", ["pause | 2"]),
    ("please pause Maria", ["pause | Maria"]),
    ("pause Maria until June", ["snooze | Maria | 01 Jun 27"]),
    ("resume Bob Stone", ["resume | Bob Stone"]),
    ("tag 2 choir", ["tag | 2 | choir | choir"]),
    ("done 2, 3", ["touch | 2 | 22 Nov 26 | message", "touch | 3 | 22 Nov 26 | message"]),
    ("birthday of Maria 12 May", ["birthday | Maria"]),
    ("merge 2 and 3", ["merge | 2, 3"]),
    ("merge Maria with Bob", ["merge | Maria, Bob"]),
    ("follow up with Bob in 3 weeks about the book", ["follow up | Bob | the book | 13 Dec 26"]),
    ("called Maria yesterday", ["touch | Maria | 21 Nov 26 | call"]),
    ("Called 3 yesterday", ["touch | 3 | 21 Nov 26 | call"]),
    ("had lunch with Maria and Bob on Friday", [
        "touch | Maria | 20 Nov 26 | in-person", "touch | Bob | 20 Nov 26 | in-person"
    ]),
    ("called Maria on Friday about the house", ["touch | Maria | called Maria about the house | 20 Nov 26 | call"]),
    ("wrote Maria a long letter", ["touch | Maria | wrote Maria a long letter | 22 Nov 26 | email"]),
    ("met Maria and her kids yesterday", ["touch | Maria | met Maria and her kids | 21 Nov 26 | in-person"]),
    ("met up with Maria on Wednesday", ["touch | Maria | met up with Maria | 18 Nov 26 | in-person"]),
    ("call Maria on Friday", ["note | Maria | call Maria on Friday"]),
    ("lunch with Maria tomorrow", ["note | Maria | lunch with Maria tomorrow"]),
]  # fmt: skip
"""Lines that are about somebody else than the line before them."""

GOES_ON = [
    "snooze 3 weeks", "snooze her 3 weeks", "Snooze Two weeks", "snooze until May", "follow up 12 May",
    "follow up Monday", "follow up with her in 6 weeks", "merge with Bob", "called 3 times", "called 555 1234",
    "called 2 or 3 times", "met 3 friends", "done 3 times", "met Maria's sister", "called Maria Lopez too",
    "will call on Monday", "may called", "mark done", "12 May: she moves", "Maria is pregnant",
    "Maria and Bob got married", "lunch with Tim",
]  # fmt: skip

PEOPLE = [
    ("2. Jean-Luc O'Brien: snooze 3 weeks", ["snooze | 2 Jean-Luc O'Brien | 13 Dec 26"]),
    ("2  Jean-Luc O'Brien\nsnooze 3 weeks", ["snooze | 2 Jean-Luc O'Brien | 13 Dec 26"]),
    ("3 Łukasz called yesterday", ["touch | 3 Łukasz | 21 Nov 26 | call"]),
    ("2) Jean-Luc, lunch", ["touch | 2 Jean-Luc | 22 Nov 26 | in-person"]),
    ("2 - Maria - lunch", ["touch | 2 Maria | 22 Nov 26 | in-person"]),
    ("2 (Maria) lunch", ["touch | 2 Maria | 22 Nov 26 | in-person"]),
    ("2 Bob: snooze 3 weeks", ["snooze | 2 Bob | 13 Dec 26"]),
    ("6 Anna: lunch", ["touch | 6 Anna | 22 Nov 26 | in-person"]),
    ("8 May Chen: lunch", ["touch | 8 May Chen | 22 Nov 26 | in-person"]),
    ("2 Maria, 3 Bob: lunch", [
        "touch | 2 Maria | 22 Nov 26 | in-person", "touch | 3 Bob | 22 Nov 26 | in-person"
    ]),
    ("2 Bob is her brother", ["note | 2 | Bob is her brother"]),
    ("1 Kids: Tom: 5. Ana: 3.", ["note | 1 | Kids: Tom: 5. Ana: 3."]),
    *(
        (line, [f"snooze | {n} | 06 Dec 26" for n in "123"])
        for line in (
            "1 - 3 snooze 2 weeks", "1-3 snooze 2 weeks", "1 – 3: snooze 2 weeks", "1 to 3: snooze 2 weeks",
            "1..3 snooze 2 weeks", "1, 2, and 3: snooze 2 weeks", "1, 2-3: snooze 2 weeks",
        )
    ),
    ("1 - 3 kids now", ["note | 1 | 3 kids now"]),
    *(
        (line, [f"touch | {who} | 22 Nov 26 | in-person" for who in people])
        for line, people in (
            ("1, Maria: lunch", ("1", "Maria")),
            ("1 & Maria: lunch", ("1", "Maria")),
            ("Maria, 2: lunch", ("Maria", "2")),
            ("Maria and Bob lunch", ("Maria", "Bob")),
            ("Maria / Bob: lunch", ("Maria", "Bob")),
            ("@maria @bob lunch", ("@maria", "@bob")),
            ("a@x.example and b@y.example lunch", ("a@x.example", "b@y.example")),
            ("a@x.example, b@y.example: lunch", ("a@x.example", "b@y.example")),
            ("a@x.example<mailto:a@x.example> lunch", ("a@x.example",)),
            ("@Maria Silva<mailto:maria@x.example> lunch", ("maria@x.example",)),
            ("Silva, Maria: lunch", ("Maria Silva",)),
        )
    ),
    ("Bob: called, Maria: snooze 3 weeks", ["touch | Bob | 22 Nov 26 | call", "snooze | Maria | 13 Dec 26"]),
    ("Bob: called and Maria: snooze 3 weeks", ["touch | Bob | 22 Nov 26 | call", "snooze | Maria | 13 Dec 26"]),
    ("Maria called. Bob snooze 3 weeks.", ["touch | Maria | 22 Nov 26 | call", "snooze | Bob | 13 Dec 26"]),
    ("Maria: called. Bob: she is moving", ["touch | Maria | 22 Nov 26 | call", "note | Bob | she is moving"]),
    ("1 lunch. Snooze Bob for 3 weeks", ["touch | 1 | 22 Nov 26 | in-person", "snooze | Bob | 13 Dec 26"]),
    ("1 lunch, then snooze 2 for 3 weeks", ["touch | 1 | 22 Nov 26 | in-person", "snooze | 2 | 13 Dec 26"]),
    *(
        (line, ["unknown"])
        for line in (
            "8 lunch yesterday and 9 dinner on Friday", "Maria: lunch / Bob: dinner", "Tina: called, Tim: snooze us",
            "1 lunch. Maria called too", "1 lunch. Called Maria yesterday", "Maria: called, Bob: he is moving",
        )
    ),
    ("8 lunch and 2 drinks", ["touch | 8 | lunch and 2 drinks | 22 Nov 26 | in-person"]),
    ("1 called\nBob - moving to Rome\nbob called yesterday", [
        "touch | 1 | 22 Nov 26 | call", "note | Bob | moving to Rome", "touch | bob | 21 Nov 26 | call"
    ]),
]  # fmt: skip

NEW = [
    ("add Jane Doe every 6 weeks <j@x.example>", ["add | Jane Doe | 6 weeks | j@x.example"]),
    ("add Jane Doe #row circle friends <j@x.example>", ["add | Jane Doe | friends | j@x.example | row"]),
    ("add Mary Every <m@x.example>", ["add | Mary Every | m@x.example"]),
    ("add Tim Fox <t@x.example>.", ["add | Tim Fox | t@x.example"]),
    ("add Tim Fox <t@x.example>. Every 6 weeks.", ["add | Tim Fox | 6 weeks | t@x.example"]),
    ("add Ann a@x.example<mailto:a@x.example> every 6 weeks", ["add | Ann | 6 weeks | a@x.example"]),
    ("add Ann <a@x.example<mailto:a@x.example>>", ["add | Ann | a@x.example"]),
    ("add Ann <[a@x.example](mailto:a@x.example)>", ["add | Ann | a@x.example"]),
    ("add Ann <a@x.example> circle close friends from Rome", ["add | Ann | close friends | a@x.example | from Rome"]),
    ("add Ann <a@x.example> circle book club, from Rome", ["add | Ann | book club | a@x.example | from Rome"]),
    ("add Ann <a@x.example> circle rowers from Rome", ["add | Ann | rowers | a@x.example | from Rome"]),
    ("please add Ann <a@x.example>, thanks", ["add | Ann | a@x.example"]),
]

SIGNED = [
    ("Priya: every 2 months\n\nAlex", ["every | Priya | 2 months"]),
    ("yes\n\nAlex", ["yes"]),
    ("1 lunch\n- Alex Moreau", ["touch | 1 | 22 Nov 26 | in-person"]),
    ("1 lunch\n\nThanks!\n\nAlex M.", ["touch | 1 | 22 Nov 26 | in-person"]),
    ("1 lunch\nAlex\n2 done", ["touch | 1 | Alex | 22 Nov 26 | in-person", "touch | 2 | 22 Nov 26 | message"]),
    ("1 she asked about\nAlex", ["note | 1 | she asked about Alex"]),
    ("1 lunch\nAlexandra", ["touch | 1 | Alexandra | 22 Nov 26 | in-person"]),
    ("Alex: called", ["touch | Alex | 22 Nov 26 | call"]),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *DAYS, *LEFT_OVERS, *PEOPLE, *NEW, *SIGNED,
        *((f"1 {words}", [f"note | 1 | {words}"]) for words in PLANS),
        *((f"1 {words}", expected) for words, expected in THEIRS),
        *((f"1 coffee\n{line}", ["touch | 1 | 22 Nov 26 | in-person", *found]) for line, found in VERB_FIRST),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_plain_is_done_and_what_is_not_is_asked_back(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(("words", "on"), HELD)
def test_what_was_held_is_a_touch_on_its_day(words: str, on: str) -> None:
    (found,) = said(f"1 {words}")
    assert found.startswith("touch | 1")
    assert f" {on} " in found


@pytest.mark.parametrize("line", WHICH_DAY)
def test_a_day_that_cannot_be_meant_is_asked_back(line: str) -> None:
    (found,) = parse(line, TODAY)
    assert (found.verb, found.who) == (Verb.UNKNOWN, ("1",))


@pytest.mark.parametrize("line", GOES_ON)
def test_a_verb_without_somebody_else_goes_on_with_the_line_before(line: str) -> None:
    assert {one.who[0] for one in parse(f"1 coffee\n{line}", TODAY, is_known)} == {"1"}


def test_a_verb_before_a_name_is_no_beginning_where_a_program_wrapped_the_line() -> None:
    long = "1 she told me a very long story about the house that they have bought and"
    assert {one.who for one in parse(f"{long}\ncalled Maria about it", TODAY, is_known)} == {("1",)}
    assert {one.who for one in parse(f"{long}.\ncalled Maria about it", TODAY, is_known)} == {("1",), ("Maria",)}


def test_each_line_is_kept_whole_by_what_it_asks_for() -> None:
    found = parse("1 lunch\ncalled Maria and Bob yesterday", TODAY, is_known)
    assert [one.line for one in found] == ["1 lunch", *["called Maria and Bob yesterday"] * 2]


def test_a_signature_is_none_where_the_owners_name_is_not_given() -> None:
    assert [one.text for one in parse("Priya: she rows\n\nAlex", TODAY)] == ["she rows Alex"]
    (found,) = parse_self_note("kith: Priya", "she rows\n\nAlex", TODAY, owner="Alex Moreau")
    assert found.text == "she rows"


@pytest.mark.parametrize(
    ("text", "is_polite"),
    [
        ("Thanks!", True), ("Thanks 😊", True), ("Thank you so much, Kith! 🙏", True), ("Thanks\n\nAlex", True),
        ("Hi Kith,\nthanks!\nBest, Alex", True), ("", False), ("  \n", False), ("Thanks for the list", False),
        ("Thanks @Maria", False), ("Hi\n1 lunch", False),
    ],
)  # fmt: skip
def test_thanks_alone_ask_for_nothing(text: str, is_polite: bool) -> None:
    assert is_mere_politeness(text, "Alex Moreau") is is_polite
    assert not is_polite or parse(text, TODAY, owner="Alex Moreau") == []
