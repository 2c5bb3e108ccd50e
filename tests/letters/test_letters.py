"""Letters as their readers get them: what they say, in which order, and what they are made of."""

import re
from dataclasses import replace
from datetime import date

import pytest

from kith.domain.digest import ComingUp, Digest, LastSaid, Stranger, Upcoming
from kith.domain.occasion import Kind, Occasion
from kith.domain.receipt import Briefing, NotUnderstood, Question, Receipt
from kith.domain.reply import SENTINEL, Verb, parse
from kith.letters import Letter, Letters, samples
from kith.letters.templates import shipped
from support.outline import Outline

LETTERS = Letters()
PAGES = [sample for sample in samples.everything() if not isinstance(sample, Occasion)]


def html(letter: Letter) -> str:
    return LETTERS.render(letter).html or ""


def test_every_template_renders_with_everything_and_with_hardly_anything() -> None:
    assert LETTERS.check() == []


def test_there_is_a_subject_and_a_text_for_every_kind_of_occasion() -> None:
    names = {entry.name for entry in shipped().iterdir()}
    assert {f"draft.{kind}.{part}.j2" for kind in Kind for part in ("subject", "txt")} <= names


def test_the_digest_says_everything_it_was_given_in_text_and_in_html() -> None:
    letter = LETTERS.digest(samples.digest())
    for words in (letter.text, Outline(letter.html or "").words):
        flat = " ".join(words.split())
        for said in (
            "Maria Silva", "eleven weeks", "Maria wrote on 30 August", "a sofa bed and a bakery", "Met in Porto",
            "Your note of 12 August", "You wrote on 21 September", "10 November 2025", "And twelve more",
            "Thank you for the intro to Tom", "Friday 20 November", "Planning 2027", "his move to the new team",
            "Tuesday 17 November, 9:30", "eeting with Jonas Weber, Chen Wei (Stand-up), and eight more until 27",
            "Still open since 3 December 2025", "Aunt Rose, follow-up (send the book)",
            "Aunt Rose", "add Jane Doe <jane@example.com>", "add <tomasz@example.org>", "told me about the choir",
            "1 called today", "2 snooze 3 weeks", "? Maria Silva", "412 messages read, no gaps", "Write to Maria",
        ):  # fmt: skip
            assert said in flat, said
    assert "In touch: friends 9 of 12, mentors 2 of 4, family 6 of 6." in letter.text
    assert "friends 9 of 12" in (letter.html or "")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Bob Stone", ""], "You know a Bob Stone already; this may be another."),
        (
            ["Bob Stone", "Maria Silva"],
            "You know people called Bob Stone and Maria Silva already; these may be others.",
        ),
        (["", ""], None),
    ],
)
def test_a_stranger_called_like_somebody_known_is_told_apart_below_the_lines(
    names: list[str], said: str | None
) -> None:
    strangers = tuple(Stranger(name or "Jane Doe", f"{n}@x.example", 3, name) for n, name in enumerate(names))
    letter = LETTERS.digest(replace(samples.digest(), strangers=strangers))
    for words in (letter.text, Outline(letter.html or "").words):
        flat = " ".join(words.split())
        assert (said in flat) if said else "You know" not in flat
    assert "<1@x.example>\n\n" in letter.text, "what is copied with the line is no part of it"


@pytest.mark.parametrize(("count", "whom"), [(2, "either of them"), (3, "any of them")])
def test_a_line_to_one_of_those_named_is_plenty(count: int, whom: str) -> None:
    digest = samples.digest()
    few = replace(digest, people=(digest.people * 3)[:count])
    letter = LETTERS.digest(few)
    for words in (letter.text, Outline(letter.html or "").words):
        assert f"A line to {whom} is plenty." in " ".join(words.split())


def test_within_quotation_marks_stand_single_ones() -> None:
    title = "After “Coffee in town”"
    [draft] = samples.digest().drafts[:1]
    text = LETTERS.digest(replace(samples.digest(), drafts=(replace(draft, subject=title),))).text
    assert "“After ‘Coffee in town’”" in text


def test_the_parts_of_the_digest_come_in_their_order() -> None:
    headings = [
        "Waiting in Drafts",
        "Coming up",
        "In touch this week",
        "Not in Kith yet",
        "Not filed yet",
        "How to answer",
    ]
    letter = LETTERS.digest(samples.digest())
    assert re.findall(r"^(.+)\n-+$", letter.text, re.MULTILINE) == headings
    people = [person.name for person in samples.people()]
    assert Outline(letter.html or "").headings == ["Hello Alex,", *people, *headings]


def test_meetings_never_crowd_out_a_birthday_or_a_promise() -> None:
    meetings = [ComingUp(Upcoming.MEETING, date(2026, 11, 16 + n // 5), f"Guest {n}", "") for n in range(40)]
    birthday = ComingUp(Upcoming.BIRTHDAY, date(2026, 11, 29), "Priya Raman", "")
    promise = ComingUp(Upcoming.FOLLOW_UP, date(2026, 11, 2), "Aunt Rose", "", is_past=True)
    letter = LETTERS.digest(replace(samples.digest(), coming_up=(*meetings, birthday, promise)))
    for words in (letter.text, Outline(letter.html or "").words):
        assert "Priya Raman, birthday" in words
        assert "Aunt Rose, follow-up" in words
        assert "Guest 12" in words
        assert "Guest 13" not in words
        assert "and 27 more" in words


def test_where_nothing_is_ahead_what_is_open_still_stands_under_its_own_heading() -> None:
    promise = ComingUp(Upcoming.FOLLOW_UP, date(2026, 11, 2), "Aunt Rose", "", is_past=True)
    letter = LETTERS.digest(replace(samples.bare_digest(), coming_up=(promise,)))
    assert "\nStill open\n----------\n\n- Still open since 2 November: Aunt Rose, follow-up.\n" in letter.text
    assert "Coming up" not in letter.text + (letter.html or "")


@pytest.mark.parametrize(
    ("changes", "line"),
    [({}, "? Maria Silva"), ({"has_namesake": True}, "? 1"), ({"name": "Robert Downey, Jr."}, "? 1")],
)
def test_the_letter_proposes_a_name_only_where_it_means_one_person(changes: dict[str, object], line: str) -> None:
    first, *others = samples.people()
    letter = LETTERS.digest(replace(samples.digest(), people=(replace(first, **changes), *others)))  # type: ignore[arg-type]
    assert f"\n    {line}\n" in letter.text


def test_of_those_in_touch_one_who_is_alone_with_a_name_is_proposed() -> None:
    jonas, chen, *_ = samples.digest().in_touch
    several = replace(samples.bare_digest(), in_touch=(replace(jonas, has_namesake=True), chen))
    assert "\n    ? Chen Wei\n" in LETTERS.digest(several).text
    nobody = replace(several, in_touch=several.in_touch[:1])
    assert "? Jonas" not in LETTERS.digest(nobody).text


def test_the_numbers_are_those_of_the_value_and_not_a_count() -> None:
    numbered = replace(samples.digest(), people=(replace(samples.people()[1], number=6),))
    letter = LETTERS.digest(numbered)
    assert "\n6   Bob Andersen\n" in letter.text
    assert "6 snooze 3 weeks" in letter.text


def test_a_week_with_nothing_to_say_is_a_short_letter() -> None:
    letter = LETTERS.digest(samples.bare_digest())
    assert letter.subject == "A quiet week · 16 November"
    assert "Nobody is waiting to hear from you this week." in letter.text
    assert len(letter.text.splitlines()) < 25
    assert Outline(letter.html or "").headings == ["Hello,", "How to answer"]


def test_trouble_is_told_and_then_nothing_is_called_fine() -> None:
    digest = samples.digest()
    letter = LETTERS.digest(
        replace(digest, health=replace(digest.health, gaps=2, problems=("The token ends on Friday",)))
    )
    for words in (letter.text, letter.html or ""):
        assert "The token ends on Friday." in words
        assert "two gaps" in words
        assert "login works" not in words


def test_the_subject_tells_people_of_one_first_name_apart() -> None:
    maria, bob = samples.people()[:2]
    letter = LETTERS.digest(replace(samples.digest(), people=(replace(bob, name="Maria Lima"), maria, bob)))
    assert letter.subject.startswith("A line to Maria Lima, Maria Silva and Bob ")


@pytest.mark.parametrize(
    ("count", "subject"),
    [
        (1, "A line to Maria · week of 16 November"),
        (2, "A line to Maria and Bob · week of 16 November"),
        (3, "A line to Maria, Bob and 王小明 · week of 16 November"),
        (5, "A line to Maria, Bob and three others · week of 16 November"),
    ],
)
def test_the_subject_names_people(count: int, subject: str) -> None:
    assert LETTERS.digest(replace(samples.digest(), people=samples.people()[:count])).subject == subject


@pytest.mark.parametrize("sample", list(samples.everything()))
def test_lines_of_letters_fit_72_columns(sample: Letter) -> None:
    letter = LETTERS.render(sample)
    if letter.html is not None:  # a draft is edited, so its paragraphs are not wrapped
        assert max(len(line) for line in letter.text.splitlines()) <= 72
    assert letter.text.endswith("\n")
    assert "\n\n\n\n" not in letter.text


@pytest.mark.parametrize("sample", PAGES)
def test_a_letter_is_marked_so_that_its_quotes_are_recognised(sample: Digest | Receipt | Briefing) -> None:
    letter = LETTERS.render(sample)
    assert letter.text.splitlines()[0] == SENTINEL
    outline = Outline(letter.html or "")
    assert [tag for tag, attributes in outline.tags if attributes.get("data-kith") == "letter"] == ["html", "div"]
    assert SENTINEL in outline.words
    assert "Kith, from your own mailbox" in letter.text
    assert "Kith, from your own mailbox" in outline.words


@pytest.mark.parametrize("sample", PAGES)
def test_a_page_fetches_nothing_and_runs_nothing(sample: Digest | Receipt | Briefing) -> None:
    harmless = {
        "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "p", "h1", "h2", "span",
        "b", "br", "a",
    }  # fmt: skip
    outline = Outline(html(sample))
    assert {tag for tag, _ in outline.tags} <= harmless
    for tag, attributes in outline.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "srcset", "background"}], (
            tag
        )
    assert "url(" not in html(sample)
    assert "@import" not in html(sample)
    assert all(link.startswith("mailto:") for link in outline.links())


def test_dark_mode_and_small_screens_survive_the_inlining() -> None:
    page = html(samples.digest())
    assert "@media (prefers-color-scheme: dark)" in page
    assert "@media (max-width: 480px)" in page
    assert '<meta name="color-scheme" content="light dark">' in page
    assert 'style="' in page


def test_tables_are_only_for_layout() -> None:
    tables = [attributes for tag, attributes in Outline(html(samples.digest())).tags if tag == "table"]
    assert tables
    assert all(attributes.get("role") == "presentation" for attributes in tables)


def test_a_full_digest_is_far_from_where_mail_programs_clip() -> None:
    long = "Some words of a bearable length that go on and on. " * 20
    said = LastSaid(samples.PERIOD, False, long, long)
    people = tuple(
        replace(samples.people()[0], number=n, why=long, about=long, said=said, note=long) for n in range(1, 8)
    )
    digest = replace(samples.digest(), people=people, unfiled=(long,) * 5, strangers=samples.digest().strangers * 4)
    assert len(html(digest).encode()) < 60_000


def test_lines_that_were_not_understood_come_back_whole() -> None:
    line = "Maria told me " + "and then " * 400 + "the end"
    letter = LETTERS.receipt(Receipt("Alex", "Re: x", not_understood=(NotUnderstood(line, "it is long"),)))
    assert line in " ".join(letter.text.split())
    assert line in Outline(letter.html or "").words


def test_the_receipt_keeps_the_thread_and_tells_what_became_of_the_reply() -> None:
    letter = LETTERS.receipt(samples.receipt())
    assert letter.subject == "Re: A line to Maria, Bob and 3 others"
    for said in ("rests until 7 December", "Did you mean", "Maria Kern", "Forget Tom Ott", "introduce Maria to Bob"):
        assert said in letter.text
        assert said in (letter.html or "")


LEFT = (NotUnderstood("xyzzy Lisbon", "whom is this about?"),)
ASKED = (Question("Forget Tom Ott?", "yes"),)


@pytest.mark.parametrize(
    ("receipt", "opening"),
    [
        (Receipt("Alex", "", ("Bob rests",)), "Thank you, this is done:"),
        (Receipt("Alex", "", ("Bob rests",), LEFT), "Thank you, this is done, and something is left for you below."),
        (
            Receipt("Alex", "", ("Bob rests",), (), ASKED),
            "Thank you, this is done, and something is left for you below.",
        ),
        (Receipt("Alex", "", (), LEFT, ASKED), "One thing to ask before it is done."),
        (Receipt("Alex", "", (), LEFT), "Thank you for writing. Not all of it was clear."),
    ],
)
def test_where_something_is_left_a_receipt_begins_with_it_also_in_the_list_of_mails(
    receipt: Receipt, opening: str
) -> None:
    letter = LETTERS.receipt(receipt)
    assert opening in letter.text.splitlines()
    preview = " ".join((letter.html or "").partition("<body")[2].partition('<p class="faint"')[0].split())
    assert f">{'Bob rests' if opening.endswith('done:') else opening}</div>" in preview.replace("> ", ">").replace(
        " <", "<"
    )


@pytest.mark.parametrize(
    ("waiting", "said"),
    [(1, "One line of yours from earlier still waits"), (14, "14 lines of yours from earlier still wait")],
)
def test_what_waits_from_earlier_is_a_short_line_with_its_number(waiting: int, said: str) -> None:
    letter = LETTERS.receipt(Receipt("Alex", "", ("Bob rests",), waiting=waiting))
    assert f"{said} to be said in other words;" in " ".join(letter.text.split())
    assert said in Outline(letter.html or "").words
    assert "earlier" not in LETTERS.receipt(Receipt("Alex", "", ("Bob rests",))).text


def test_examples_of_what_to_answer_look_the_same_in_html() -> None:
    letter = LETTERS.receipt(Receipt("Alex", "", help=True))
    examples = [line.strip() for line in letter.text.splitlines() if line.startswith("    ")]
    assert "add Jane Doe <jane@example.com> every 6 weeks #alumni" in examples
    assert [e for e in examples if e not in Outline(letter.html or "").words] == []


@pytest.mark.parametrize("sample", [samples.digest(), samples.bare_digest(), Receipt("Alex", "", help=True)])
def test_what_a_letter_proposes_to_answer_is_understood(sample: Letter) -> None:
    lines = [line.strip() for line in LETTERS.render(sample).text.splitlines() if line.startswith("    ")]
    proposed = lines[-4:] if isinstance(sample, Digest) else lines
    for line in proposed:
        assert [one.verb for one in parse(line, samples.PERIOD) if one.verb is Verb.UNKNOWN] == [], line


def test_a_briefing_tells_what_is_known_and_nothing_else() -> None:
    full, bare = LETTERS.briefing(samples.briefing()), LETTERS.briefing(Briefing("", "Maria Silva", samples.PERIOD))
    for said in ("Every 2 months, in friends", "12 May", "plays the viola", "1 December", "#cooking #lisbon"):
        assert said in full.text
        assert said in (full.html or "")
    assert bare.subject == "Maria Silva"
    assert "not been in touch yet" in bare.text
    assert "Birthday" not in bare.text
