"""What the owner says by command: touch, note, followup, snooze, away, undo, explain."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kith.store import messages
from kith.store.tables import METADATA
from support.terminal import NOW, Terminal


@pytest.fixture
def maria(kith: Terminal) -> Terminal:
    """Kith, with Maria in it."""
    kith("people", "add", "Maria Silva", "maria@example.com", "--circle", "friends")
    return kith


def test_a_touch_resets_the_cadence(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    assert maria.people()[0]["days_overdue"] == 41
    assert maria("touch", "maria") == "Time together with Maria Silva today\n"
    (after,) = maria.people()
    assert (after["last_touched"], after["last_outbound"], after["last_inbound"]) == ("2026-05-13",) * 3
    assert (after["touches"], after["days_overdue"], after["due_on"]) == (2, 0, "2026-07-13")


@pytest.mark.parametrize(
    "words",
    [
        ["maria", "--channel", "call", "--on", "yesterday", "about", "the flat"],
        ["maria", "--channel=call", "--on=yesterday", "about the flat"],
        ["--on", "yesterday", "maria", "about the flat", "--channel", "call"],
        ["maria", "about", "--on", "2026-05-12", "the", "--channel", "call", "flat"],
    ],
)
def test_the_options_of_a_touch_stand_anywhere_among_its_words(maria: Terminal, words: list[str]) -> None:
    assert maria("touch", *words) == "A call with Maria Silva yesterday. Noted: about the flat\n"
    shown = maria.json("people", "show", "maria")
    (touch,) = shown["recent_touches"]
    assert (touch["at"], touch["channel"], touch["direction"]) == ("2026-05-12T12:00:00+02:00", "call", "mutual")
    assert [n["text"] for n in shown["notes"]] == ["about the flat"]
    maria("undo")
    shown = maria.json("people", "show", "maria")
    assert (shown["recent_touches"], shown["notes"]) == ([], [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["called"], "A call with Maria Silva today"),
        (["coffee", "yesterday"], "Time together with Maria Silva yesterday"),
        (["lunch"], "Time together with Maria Silva today"),
        (["yesterday"], "Time together with Maria Silva yesterday"),
        (["called", "--on", "yesterday"], "A call with Maria Silva yesterday"),
        (["lunch", "yesterday", "--channel", "meeting"], "A meeting with Maria Silva yesterday"),
        (["called", "the plumber", "--on", "today", "--channel", "letter"],
         "A letter to or from Maria Silva today. Noted: called the plumber"),
    ],
)  # fmt: skip
def test_the_words_of_a_touch_say_how_and_when(maria: Terminal, words: list[str], said: str) -> None:
    assert maria("touch", "maria", *words) == f"{said}\n"


@pytest.mark.parametrize(
    ("day", "said"),
    [("tomorrow", "tomorrow is still to come"), ("the other day", "the other day is not a date that I understand")],
)
def test_a_touch_is_something_that_was(maria: Terminal, day: str, said: str) -> None:
    assert maria("touch", "maria", "--on", day, code=64).startswith(f"error: {said}\nhint: ")
    assert maria.people()[0]["touches"] == 0


def test_what_is_hinted_at_for_a_day_is_understood(maria: Terminal) -> None:
    said = maria("touch", "maria", "--on", "2026-13-45", code=64)
    assert said.endswith('hint: write it like 2026-05-13, yesterday or "last Tuesday"\n')
    for day in ("2026-05-13", "yesterday", "last Tuesday"):
        maria("touch", "maria", "--on", day)
    said = maria("snooze", "maria", "whenever", code=64)
    assert said.endswith('hint: write it like 2026-05-13, "in 3 months" or "next Tuesday"\n')
    for day in ("2026-05-13", "in 3 months", "next Tuesday"):
        maria("snooze", "maria", day)


@pytest.mark.parametrize("words", [[""], ["  ", "\t"]])
def test_a_note_without_words_is_refused(maria: Terminal, words: list[str]) -> None:
    said = maria("note", "maria", *words, code=64)
    assert said == "error: the note is empty\nhint: say what you want to remember\n"
    maria("touch", "maria", *words)
    shown = maria.json("people", "show", "maria")
    assert (len(shown["recent_touches"]), shown["notes"]) == (1, [])


def test_with_json_each_act_says_about_whom_it_was_and_with_which_values(maria: Terminal) -> None:
    whom = {"id": 1, "name": "Maria Silva"}
    acts = {
        ("touch", "maria", "called", "yesterday"): {"channel": "call", "on": "2026-05-12", "note": None},
        ("touch", "maria", "--channel", "letter", "she moves"): {
            "channel": "letter", "on": "2026-05-13", "note": "she moves",
        },
        ("note", "maria", "likes", "tea"): {"note": "likes tea"},
        ("followup", "maria", "tomorrow", "send the book"): {"on": "2026-05-14", "text": "send the book"},
        ("followup", "maria", "done"): {},
        ("snooze", "maria", "3 weeks"): {"until": "2026-06-03"},
    }  # fmt: skip
    for change, (words, values) in enumerate(acts.items(), 2):
        done = maria.json(*words)
        assert {key: done[key] for key in done if key != "done"} == {"change": change, **whom, **values}


def test_a_weekday_of_a_touch_is_the_last_one(maria: Terminal) -> None:
    maria("touch", "maria", "--on", "monday")
    assert maria.people()[0]["last_touched"] == "2026-05-11"


def test_a_note_keeps_its_words_whatever_they_are(maria: Terminal) -> None:
    assert maria("note", "maria", "moving", "to", "Lisbon") == "Noted for Maria Silva: moving to Lisbon\n"
    maria("note", "maria", "— “ça va?” 漢字")
    maria("note", "maria", "--", "--json", "is a format")
    maria("note", "maria", "-5 degrees and snow")
    texts = [n["text"] for n in maria.json("people", "show", "maria")["notes"]]
    assert texts == ["-5 degrees and snow", "--json is a format", "— “ça va?” 漢字", "moving to Lisbon"]


def test_a_follow_up_looks_ahead(maria: Terminal) -> None:
    done = maria.json("followup", "maria", "in 3 months", "about", "the job")
    assert done == {
        "done": "Follow up with Maria Silva on 13 August 2026 about the job", "change": 2,
        "id": 1, "name": "Maria Silva", "on": "2026-08-13", "text": "about the job",
    }  # fmt: skip
    assert maria("followup", "maria", "last week", code=64).startswith("error: last week is past\n")
    assert [f["on"] for f in maria.json("people", "show", "maria")["follow_ups"]] == ["2026-08-13"]


@pytest.mark.parametrize(
    ("words", "on", "text"),
    [
        (["in", "6", "weeks", "about", "the", "flat"], "2026-06-24", "about the flat"),
        (["3", "June", "lunch"], "2026-06-03", "lunch"),
        (["in", "6", "weeks"], "2026-06-24", ""),
        (["friday", "lunch", "in", "June"], "2026-05-15", "lunch in June"),
        (["tomorrow", "12 May is her day"], "2026-05-14", "12 May is her day"),
    ],
)
def test_a_follow_up_needs_no_quotes(maria: Terminal, words: list[str], on: str, text: str) -> None:
    maria("followup", "maria", *words)
    assert [(f["on"], f["text"]) for f in maria.json("people", "show", "maria")["follow_ups"]] == [(on, text)]


def test_a_follow_up_without_a_date_is_refused(maria: Terminal) -> None:
    assert maria("followup", "maria", "about", "the", "flat", code=64).startswith("error: about is not a date")


@pytest.mark.parametrize("words", [["maria", "3", "weeks"], ["maria", "silva", "3", "weeks"], ["maria silva", "3w"]])
def test_a_snooze_needs_no_quotes(maria: Terminal, words: list[str]) -> None:
    assert maria("snooze", *words) == "Maria Silva will come back on 3 June 2026\n"


def follow_ups(kith: Terminal) -> dict[str, bool]:
    """Whether a follow-up is done, by what it is about."""
    return {f["text"]: f["done"] for f in kith.json("people", "show", "maria")["follow_ups"]}


def test_a_follow_up_is_done_by_the_owners_word(maria: Terminal) -> None:
    maria("followup", "maria", "in 3 months", "the job")
    maria("followup", "maria", "in 3 weeks", "the flat in Lisbon")
    said = maria("followup", "maria", "done", code=66)
    assert said.startswith("error: which follow-up with Maria Silva is done? Open: “the flat in Lisbon”, “the job”\n")
    assert maria("followup", "maria", "done", "Flat") == "Followed up with Maria Silva: the flat in Lisbon\n"
    assert follow_ups(maria) == {"the job": False, "the flat in Lisbon": True}
    assert maria("followup", "maria", "DONE") == "Followed up with Maria Silva: the job\n"  # the only one left
    assert maria("followup", "maria", "done", code=66).startswith(
        "error: there is no follow-up open with Maria Silva\n"
    )
    maria("undo")
    assert follow_ups(maria) == {"the job": False, "the flat in Lisbon": True}


def test_without_words_the_follow_ups_that_are_due_are_done(maria: Terminal) -> None:
    for when, what in (("in 3 months", "the job"), ("today", "the flat"), ("tomorrow", "")):
        maria("followup", "maria", when, what)
    maria.now = NOW + timedelta(days=2)
    assert maria("followup", "maria", "done") == "Followed up with Maria Silva: the flat\n"
    assert follow_ups(maria) == {"the job": False, "the flat": True, "": True}
    assert maria("followup", "maria", "done", "tea", code=66).startswith("error: which follow-up with Maria Silva")


def test_a_touch_on_its_day_keeps_a_follow_up_and_undoing_it_opens_it_again(maria: Terminal) -> None:
    maria("followup", "maria", "tomorrow", "the flat")
    maria("touch", "maria")
    assert follow_ups(maria) == {"the flat": False}
    maria.now = NOW + timedelta(days=1)
    maria("touch", "maria", "--channel", "call")
    assert follow_ups(maria) == {"the flat": True}
    assert maria.json("digest")["coming_up"] == []
    maria("undo")
    assert follow_ups(maria) == {"the flat": False}
    assert [c["text"] for c in maria.json("digest")["coming_up"]] == ["the flat"]


def test_a_snooze_hides_until_its_day(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    assert maria("snooze", "maria", "3 weeks") == "Maria Silva will come back on 3 June 2026\n"
    (hidden,) = maria.people()
    assert (hidden["snoozed_until"], hidden["days_overdue"]) == ("2026-06-03", 0)
    assert maria.json("people", "list", "--overdue") == []
    assert maria("people", "list").splitlines()[1].endswith("snoozed")
    maria.now = NOW + timedelta(days=21)
    assert [p["name"] for p in maria.json("people", "list", "--overdue")] == ["Maria Silva"]


def test_a_holiday_begins_and_ends(kith: Terminal) -> None:
    assert kith("away", "end of june") == "No digest until 2026-06-30. Enjoy.\n"
    assert kith.json("status")["away_until"] == "2026-06-30"
    assert kith.json("away", "off") == {"away_until": None}
    assert kith.json("status")["away_until"] is None
    kith("away", "2026-06-01")
    assert "away until 2026-06-01" in kith("status")
    kith.now = NOW + timedelta(days=19)  # the first of June itself
    assert kith.line("--config", str(kith.config), "status", "--json").json["away_until"] is None
    assert "away" not in kith.line("--config", str(kith.config), "status").out
    assert kith("away", "yesterday", code=64).startswith("error: yesterday is past\n")


@pytest.mark.parametrize(
    ("words", "following"),
    [
        (["2", "weeks"], "2026-05-27T00:00:00+02:00"),  # the one of Monday was missed, and comes on return
        (["tomorrow"], "2026-05-18T07:30:00+02:00"),
    ],
)
def test_the_next_digest_waits_for_the_end_of_a_holiday(kith: Terminal, words: list[str], following: str) -> None:
    kith.json("status")
    kith("away", *words)
    assert kith.json("status")["next_digest"] == following


def test_undo_takes_back_the_latest_first(maria: Terminal) -> None:
    maria("note", "maria", "one")
    maria("touch", "maria")
    maria("snooze", "maria", "3 weeks")
    said = [maria("undo") for _ in range(4)]
    assert said == [
        "Taken back: Maria Silva will come back on 3 June 2026\n",
        "Taken back: Time together with Maria Silva today\n",
        "Taken back: Noted for Maria Silva: one\n",
        "Taken back: Maria Silva is added\n",
    ]
    assert maria("undo", code=66) == "error: there is nothing to undo\nhint: each change can be taken back once\n"
    assert maria.people() == []


def test_undo_takes_back_one_by_its_number(maria: Terminal) -> None:
    first = maria.json("note", "maria", "one")["change"]
    maria("note", "maria", "two")
    assert maria.json("undo", str(first)) == {"done": "Taken back: Noted for Maria Silva: one", "change": None}
    assert [n["text"] for n in maria.json("people", "show", "maria")["notes"]] == ["two"]


@pytest.mark.parametrize("number", ["0", "-1", "soon", "99999999999999999999", "²"])
def test_undo_wants_a_number(maria: Terminal, number: str) -> None:
    assert maria("undo", number, code=64).startswith("error: ")


def test_undoing_a_touch_brings_the_cadence_back(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    before = maria.people()
    maria("touch", "maria")
    maria("undo")
    assert maria.people() == before


def test_explain_says_why_somebody_is_due(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    maria.mail("maria@example.com", NOW - timedelta(days=9), "Newsletter", reason="bulk")
    maria.mail("maria@example.com", NOW - timedelta(days=8), "Out of office", reason="automatic")
    assert maria.json("explain", "maria") == {
        "id": 1,
        "name": "Maria Silva",
        "why": "14 weeks since you were in touch; you wanted every 2 months",
        "due_on": "2026-04-02",
        "days_overdue": 41,
        "cadence_source": "circle friends",
        "not_counted": {"bulk": 1, "automatic": 1},
    }
    assert maria("explain", "maria") == (
        "Maria Silva: 14 weeks since you were in touch, due after 2 months (circle friends), on 2 April; "
        "2 newer messages did not count: 1 automatic, 1 bulk.\n"
    )


def test_mail_of_somebody_never_touched_is_newer_than_nothing(maria: Terminal) -> None:
    for days in (9, 8):
        maria.mail("maria@example.com", NOW - timedelta(days=days), f"Invitation {days}", reason="calendar")
    assert maria("explain", "maria").endswith("; 2 messages did not count: 2 invitations.\n")


def test_explain_says_where_a_touch_is_known_by_reply_to_alone(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=9), "A question", message_id="<form@x.example>")
    work = maria.work()
    with work.writing() as session:
        table = METADATA.tables["message"]
        session.execute(table.update().where(table.c.message_id == "<form@x.example>").values(mark="Reply-To"))
    work.engine.dispose()
    said = maria("explain", "<form@x.example>")
    assert said.startswith("“A question” is a touch (inbound): Maria Silva (known by Reply-To alone, so its words")
    assert maria.json("explain", "<form@x.example>")["mark"] == "Reply-To"


def test_explain_tells_what_gave_newer_mail_away(maria: Terminal) -> None:
    maria("people", "add", "Bob", "bob@example.com")
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    work = maria.work()
    for days in (9, 8):
        maria.mail("maria@example.com", NOW - timedelta(days=days), f"News {days}", reason="bulk")
    maria.mail("bob@example.com", NOW - timedelta(days=7), "Copied")
    with work.writing() as session:
        table = METADATA.tables["message"]
        session.execute(table.update().where(table.c.reason == "bulk").values(mark="List-Id"))
        identity = session.scalars(select(table.c.identity).where(table.c.subject == "Copied")).one()
        messages.add_parts(session, [{"owner_id": work.owner_id, "person_id": 1, "identity": identity}])
    work.engine.dispose()
    assert maria("explain", "maria").endswith("; 3 newer messages did not count: 2 bulk (List-Id), 1 copied.\n")
    assert maria.json("explain", "maria")["not_counted"] == {"bulk": 2, "bystander": 1}
    assert "did not count" not in maria("explain", "bob")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--every", "6w"], "10 days since you were in touch, due after 6 weeks (their own), on 14 June"),
        (["--circle", "none"], "10 days since you were in touch; no rhythm is set"),
        (
            ["--pause"],
            "10 days since you were in touch, due after 2 months (circle friends), on 3 July; paused until you",
        ),
        (["--tag", "family"], "10 days since you were in touch, due after 2 weeks (tag family), on 17 May"),
    ],
)
def test_explain_names_the_rhythm_and_whose_it_is(maria: Terminal, words: list[str], said: str) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=10))
    maria("people", "edit", "maria", *words)
    assert maria("explain", "maria").startswith(f"Maria Silva: {said}")


def test_explain_tells_of_somebody_never_touched_from_when_they_are_due(maria: Terminal) -> None:
    assert maria("explain", "maria") == (
        "Maria Silva: you have not been in touch yet; added on 13 May, due from 13 May on.\n"
    )
    maria("snooze", "maria", "3 weeks")
    assert maria("explain", "maria").endswith("due from 13 May on; snoozed until 3 June.\n")


def test_explain_says_why_a_message_counted_or_not(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=9), "Lunch", message_id="<a@x.example>")
    maria.mail("maria@example.com", NOW - timedelta(days=8), "Offers", message_id="<b@x.example>", reason="bulk")
    counted = maria.json("explain", "<a@x.example>")
    assert counted == {
        "message_id": "<a@x.example>", "subject": "Lunch", "at": "2026-05-04T12:00:00+02:00", "direction": "inbound",
        "touch": True, "reason": None, "mark": None, "ruled": False, "people": ["Maria Silva"],
        "untouched": [], "meeting": None, "others": [],
    }  # fmt: skip
    assert (
        maria("explain", "<b@x.example>")
        == "“Offers” is no touch: it went to a list or to many at once (bulk). With Maria Silva\n"
    )
    assert maria("explain", "a@x.example") == "“Lunch” is a touch (inbound): Maria Silva\n"  # nobody has that address


def test_explain_names_those_a_message_touched_and_why_not_the_others(maria: Terminal) -> None:
    maria("people", "add", "Bob", "bob@example.com")
    maria.mail("maria@example.com", NOW - timedelta(days=9), "Lunch", direction="outbound", message_id="<a@x.example>")
    work = maria.work()
    with work.writing() as session:
        identity = messages.by_message_id(session, work.owner_id, "<a@x.example>")[0].identity
        messages.add_parts(session, [{"owner_id": work.owner_id, "person_id": 2, "identity": identity}])
    work.engine.dispose()
    said = "“Lunch” is a touch (outbound): Maria Silva; not of Bob: only copied on it (bystander)\n"
    assert maria("explain", "<a@x.example>") == said
    told = maria.json("explain", "<a@x.example>")
    assert (told["people"], told["untouched"]) == (["Maria Silva"], [{"name": "Bob", "reason": "bystander"}])
    maria("explain", "<a@x.example>", "--is-a-touch")
    maria("explain", "maria", "--not-a-touch")
    said = "“Lunch” is a touch (outbound): Bob; not of Maria Silva: no touch by your own word\n"
    assert maria("explain", "<a@x.example>") == said
    assert maria.json("explain", "maria")["not_counted"] == {"ruled-out": 1}


def test_the_owner_has_the_last_word_on_a_message(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=9), "Lunch", message_id="<a@x.example>")
    assert maria("explain", "<a@x.example>", "--not-a-touch") == "“Lunch” no longer counts for Maria Silva\n"
    assert maria("explain", "<a@x.example>") == "“Lunch” is no touch: no touch by your own word. With Maria Silva\n"
    assert maria.people()[0]["touches"] == 0
    said = maria("explain", "a@x.example", "--not-a-touch", code=66)
    assert said.startswith("error: <a@x.example> is no touch already\n")
    assert maria.json("explain", "<a@x.example>", "--is-a-touch")["done"] == ["“Lunch” counts for Maria Silva now"]
    assert maria.people()[0]["touches"] == 1
    assert maria.json("explain", "<a@x.example>")["ruled"] is True
    maria("undo")
    assert maria.people()[0]["touches"] == 0
    maria("undo")
    assert maria.people()[0]["touches"] == 1
    assert maria.json("explain", "<a@x.example>")["ruled"] is False


def test_the_owner_has_the_last_word_on_the_latest_of_a_person(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=9), "Offers", reason="bulk")
    assert maria("explain", "maria", "--is-a-touch") == "“Offers” counts for Maria Silva now\n"
    assert maria("explain", "maria", "--is-a-touch", code=66).startswith("error: every message with Maria Silva counts")
    assert maria("explain", "maria", "--not-a-touch") == "“Offers” no longer counts for Maria Silva\n"
    assert maria("explain", "maria", "--not-a-touch", code=66).startswith("error: there is no touch of Maria Silva")
    assert maria("explain", "<nothing@x.example>", "--is-a-touch", code=66).startswith("error: nothing is kept about ")
    assert maria("explain", "maria", "--is-a-touch", "--not-a-touch", code=64).startswith("error: ")


def test_what_was_set_later_outlives_an_undo_of_what_was_before(maria: Terminal) -> None:
    for every in ("2w", "5w", "9w"):
        maria("people", "edit", "maria", "--every", every)
    assert maria("undo", "3") == "Taken back: Maria Silva: every 5 weeks. What you set since then stays\n"
    assert maria.people()[0]["cadence_days"] == 63
    assert maria("undo") == "Taken back: Maria Silva: every 9 weeks\n"
    assert maria.people()[0]["cadence_days"] == 14
    maria("snooze", "maria", "3 weeks")
    maria("snooze", "maria", "6 weeks")
    maria("undo", "5")
    assert maria.people()[0]["snoozed_until"] == "2026-06-24"
    maria("undo")
    assert maria.people()[0]["snoozed_until"] is None


def test_what_was_set_after_a_merge_outlives_it(maria: Terminal) -> None:
    maria("people", "add", "Cy", "cy@example.com")
    maria("people", "add", "Bea", "bea@example.com", "--birthday", "1980-01-01", "--about", "paints")
    maria("people", "merge", "cy", "bea")
    maria("people", "edit", "cy", "--birthday", "1981-02-02", "--circle", "friends")
    maria("people", "unmerge", "cy")
    cy, bea = (maria.json("people", "show", who) for who in ("cy", "bea"))
    assert (cy["birthday"], cy["circle"], cy["about"]) == ("1981-02-02", "friends", "")
    assert (bea["birthday"], bea["about"]) == ("1980-01-01", "paints")


def test_what_was_set_after_an_import_outlives_it(maria: Terminal) -> None:
    book = maria.folder / "book.csv"
    book.write_text("name,email,birthday,about\nMaria,maria@example.com,1980-01-01,paints\n", encoding="utf-8")
    change = maria.json("people", "import", str(book))["change"]
    maria("people", "edit", "maria", "--birthday", "1981-02-02")
    assert maria("undo", str(change)) == (
        "Taken back: what an import said of 1 person. What you set since then stays\n"
    )
    shown = maria.json("people", "show", "maria")
    assert (shown["birthday"], shown["about"]) == ("1981-02-02", "")
    maria("undo")
    assert maria.json("people", "show", "maria")["birthday"] is None


def test_explain_looks_among_people_first_unless_it_is_in_brackets(maria: Terminal) -> None:
    assert maria.json("explain", "maria@example.com")["name"] == "Maria Silva"
    assert "personal" in maria("explain", "<maria@example.com>", code=75), "it would have to be asked"
    assert maria("explain", "nobody", code=66).startswith("error: there is nobody called nobody\n")


def test_explain_finds_an_id_that_is_kept_without_brackets_or_anything_that_looks_like_one(maria: Terminal) -> None:
    for message_id in ("no-brackets@x.example", "unopened@x.example>", "4711"):
        maria.mail("maria@example.com", NOW - timedelta(days=9), f"Of {message_id}", message_id=message_id)
        assert maria("explain", message_id) == f"“Of {message_id}” is a touch (inbound): Maria Silva\n"
    assert maria("explain", "no-brackets@x.example", "--not-a-touch").endswith(" no longer counts for Maria Silva\n")
    assert maria("explain", "1").startswith("Maria Silva: "), "people come first"


def test_a_touch_on_a_day_that_cannot_be_read_is_none_of_today(maria: Terminal) -> None:
    ran = maria.line("--config", str(maria.config), "touch", "maria", "lunch", "the", "other", "day")
    assert (ran.code, "--on" in ran.err) == (64, True)
