"""`kith people`: who they are, how it stands with them, and every change to them."""

from datetime import timedelta

import pytest

from kith.store import strangers
from support.terminal import NOW, Terminal, at_a_terminal

KEYS = {
    "id", "name", "addresses", "circle", "tags", "cadence_days", "last_touched", "last_outbound", "last_inbound",
    "due_on", "days_overdue", "touches", "paused", "snoozed_until",
}  # fmt: skip


@pytest.fixture
def maria(kith: Terminal) -> Terminal:
    """Kith, with Maria in it."""
    kith("people", "add", "Maria Silva", "maria@example.com", "--circle", "friends", "--tag", "#lisbon")
    return kith


def test_the_first_list_says_how_to_begin(kith: Terminal) -> None:
    assert kith("people", "list") == "Nobody yet. `kith people add NAME ADDRESS` begins.\n"
    assert kith.people() == []


def test_somebody_who_is_added_is_listed_with_every_key(maria: Terminal) -> None:
    (one,) = maria.people()
    assert one == {
        "id": 1, "name": "Maria Silva", "addresses": ["maria@example.com"], "circle": "friends", "tags": ["lisbon"],
        "cadence_days": 61, "last_touched": None, "last_outbound": None, "last_inbound": None,
        "due_on": "2026-05-13", "days_overdue": 0, "touches": 0, "paused": False, "snoozed_until": None,
    }  # fmt: skip
    assert set(one) == KEYS


def test_adding_gives_the_person_and_the_change(kith: Terminal) -> None:
    added = kith.json("people", "add", "Bob", "bob@example.com", "--every", "6w")
    assert set(added) == KEYS | {"change"}
    assert (added["name"], added["cadence_days"]) == ("Bob", 42)
    kith("undo", str(added["change"]))
    assert kith.people() == []


def test_adding_says_what_follows(kith: Terminal) -> None:
    said = kith("people", "add", "Bob", "bob@example.com", "--every", "6w")
    assert said == "Bob is added.\nThe next scan fetches what you wrote so far.\n"
    assert "never fall due" in kith("people", "add", "Ann")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Bob", "not-an-address"], "not-an-address is not a mail address"),
        (["Me", "Alex+list@Example.com"], "Alex+list@Example.com is an address of your own"),
        (["Bob", "bob@x.example", "--every", "soon"], "soon is not a length of time"),
        (["Bob", "bob@x.example", "--birthday", "31 June"], "31 June is not a birthday"),
        (["Bob", "bob@x.example", "--birthday", "2027-01-01"], "2027-01-01 is not a birthday"),
        (["  "], "the name is empty"),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_reason(kith: Terminal, words: list[str], said: str) -> None:
    assert kith("people", "add", *words, code=64).startswith(f"error: {said}\nhint: ")
    assert kith.people() == []


def test_an_address_belongs_to_one_person(maria: Terminal) -> None:
    said = maria("people", "add", "Someone", "other@example.com", "MARIA+x@example.com", code=66)
    assert said.startswith("error: MARIA+x@example.com belongs to Maria Silva already\n")
    assert [p["name"] for p in maria.people()] == ["Maria Silva"]


def test_an_address_twice_on_the_line_is_one(kith: Terminal) -> None:
    kith("people", "add", "Ann", "ann@example.com", "ANN@example.com", "ann+x@example.com")
    assert kith.people()[0]["addresses"] == ["ann@example.com"]


def test_the_list_has_aligned_columns_that_fit_a_screen(maria: Terminal) -> None:
    maria("people", "add", "漢字 名前", "kanji@example.com", "--every", "2 weeks")
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    assert maria("people", "list").splitlines() == [
        "id  name         circle   every     last touched  due         overdue",
        "1   Maria Silva  friends  2 months  2026-02-02    2026-04-02  5 weeks",
        "2   漢字 名前             2 weeks   not yet       2026-05-13",
    ]


def test_the_list_can_be_narrowed(maria: Terminal) -> None:
    maria("people", "add", "Bob", "bob@example.com", "--circle", "Mentors", "--tag", "chess")
    maria("people", "add", "Ann", "ann@example.com", "--every", "1 week")
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    maria.mail("ann@example.com", NOW - timedelta(days=100))

    def names(*words: str) -> list[str]:
        return [p["name"] for p in maria.json("people", "list", *words)]

    assert names() == ["Ann", "Bob", "Maria Silva"]
    assert names("--overdue") == ["Ann", "Maria Silva"]  # by share of the cadence
    assert names("--circle", "mentors") == ["Bob"]
    assert names("--tag", "#Chess") == ["Bob"]
    assert names("--overdue", "--circle", "mentors") == []
    assert maria("people", "list", "--circle", "frends") == (
        "There is nobody in frends.\nfrends has no rhythm in kith.toml; circles that have one: friends, mentors.\n"
    )
    assert maria("people", "list", "--overdue", "--tag", "chess") == "Nobody with #chess is overdue.\n"


def test_days_overdue_begin_after_the_grace(kith: Terminal) -> None:
    kith("people", "add", "Ann", "ann@example.com", "--circle", "mentors")
    kith.mail("ann@example.com", NOW - timedelta(days=50))  # six weeks are 42 days; two more are the grace
    (ann,) = kith.people()
    assert (ann["due_on"], ann["touches"]) == ("2026-05-05", 1)
    assert kith.json("people", "list", "--overdue") == []
    kith.mail("ann@example.com", NOW - timedelta(days=49), direction="outbound")
    (ann,) = kith.people()
    assert (ann["last_touched"], ann["last_outbound"], ann["last_inbound"]) == (
        "2026-03-25",
        "2026-03-25",
        "2026-03-24",
    )


def test_show_tells_everything(maria: Terminal) -> None:
    maria("people", "edit", "maria", "--about", "met in Lisbon", "--birthday", "12 May 1980")
    maria("note", "maria", "moving to Lisbon in May")
    maria("followup", "maria", "in 3 months", "about the flat")
    maria.mail("maria@example.com", NOW - timedelta(days=10), "The flat")
    shown = maria.json("people", "show", "maria")
    assert set(shown) > KEYS
    assert (shown["about"], shown["birthday"]) == ("met in Lisbon", "1980-05-12")
    assert (shown["every"], shown["cadence_source"]) == ("2 months", "circle friends")
    (touch,) = shown["recent_touches"]
    assert touch == {
        "at": "2026-05-03T12:00:00+02:00", "direction": "inbound", "channel": "email", "subject": "The flat",
        "source": "personal",
    }  # fmt: skip
    assert [n["text"] for n in shown["notes"]] == ["moving to Lisbon in May"]
    assert [(f["on"], f["text"], f["done"]) for f in shown["follow_ups"]] == [("2026-08-13", "about the flat", False)]
    assert maria("people", "show", "maria").splitlines() == [
        "Maria Silva",
        "10 days since you were in touch; you wanted every 2 months.",
        "",
        "about         met in Lisbon",
        "addresses     maria@example.com",
        "circle        friends",
        "tags          #lisbon",
        "every         2 months (circle friends)",
        "birthday      12 May 1980",
        "last touched  2026-05-03",
        "due           2026-07-03",
        "",
        "Touches:",
        "  2026-05-03  inbound  email  The flat",
        "",
        "Notes:",
        "  2026-05-13  moving to Lisbon in May",
        "",
        "Follow-ups:",
        "  2026-08-13  open  about the flat",
    ]


@pytest.mark.parametrize(
    "who", ["1", "maria@example.com", "MARIA+news@Example.com", "Maria Silva", "silva", "ari", "@maria"]
)
def test_who_is_an_id_an_address_a_name_or_a_part_of_one(maria: Terminal, who: str) -> None:
    maria("people", "add", "Bob Roe", "bob@example.com")
    assert maria.json("people", "show", who)["name"] == "Maria Silva"


def test_nobody_of_that_name_is_66(maria: Terminal) -> None:
    for who in ("nobody", "99", "nobody@example.com", "9" * 40):
        ran = maria.line("--config", str(maria.config), "people", "show", who, "--json")
        assert (ran.code, ran.out) == (66, "")
        assert ran.err == f"error: there is nobody called {who}\nhint: `kith people list` shows everybody\n"
    assert maria("people", "show", " ", code=66).startswith("error: nobody is named\nhint: give a name, an address")


@pytest.mark.parametrize("command", [["people", "show"], ["note"], ["touch"], ["explain"], ["people", "forget"]])
def test_an_ambiguous_name_lists_the_candidates(maria: Terminal, command: list[str]) -> None:
    maria("people", "add", "Maria Lopez", "lopez@example.com")
    words = [*command, "maria"] + (["some words"] if command == ["note"] else [])
    assert maria(*words, code=66) == (
        "error: maria could be Maria Lopez (2, lopez@example.com), Maria Silva (1, maria@example.com)\n"
        "hint: say more of the name, the address, or the id\n"
    )
    assert len(maria.people()) == 2


def test_many_candidates_are_counted(kith: Terminal) -> None:
    for number in range(12):
        kith("people", "add", f"Ann {number}")
    assert " and 4 more\n" in kith("people", "show", "ann", code=66)


def test_edit_changes_everything_and_each_change_can_be_taken_back(maria: Terminal) -> None:
    before = maria.people()
    done = maria.json(
        "people", "edit", "maria", "--name", "Maria Lopez", "--every", "3w", "--circle", "mentors", "--tag", "chess",
        "--drop-tag", "lisbon", "--birthday", "12 May", "--about", "a friend", "--pause",
        "--address", "lopez@example.com", "--drop-address", "MARIA@example.com",
    )  # fmt: skip
    assert len(done["done"]) == len(done["changes"]) == 10
    (after,) = maria.people()
    assert (after["name"], after["addresses"], after["circle"]) == ("Maria Lopez", ["lopez@example.com"], "mentors")
    assert (after["tags"], after["cadence_days"], after["paused"]) == (["chess"], 21, True)
    for change in reversed(done["changes"]):
        assert maria("undo").startswith("Taken back: ")
        assert maria("undo", str(change), code=66).startswith("error: there is nothing to undo\n")
    assert maria.people() == before


def test_an_address_that_comes_back_is_new_to_the_next_scan(maria: Terminal) -> None:
    maria("people", "edit", "maria", "--address", "m@home.example")
    maria("people", "edit", "maria", "--drop-address", "maria@example.com")
    maria("undo")
    seqs = {a["key"]: a["seq"] for a in maria.json("export")["tables"]["address"]}
    assert seqs["maria@example.com"] > seqs["m@home.example"]


def test_edit_takes_a_cadence_a_circle_and_a_birthday_away(maria: Terminal) -> None:
    maria("people", "edit", "maria", "--every", "1 week", "--birthday", "12 May")
    maria("people", "edit", "maria", "--every", "none", "--birthday", "none", "--circle", "none")
    shown = maria.json("people", "show", "maria")
    assert (shown["every"], shown["birthday"], shown["circle"]) == (None, None, None)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--address", "nonsense"], 64, "nonsense is not a mail address"),
        (["--address", "alex@work.example"], 64, "alex@work.example is an address of your own"),
        (["--address", "bob@example.com"], 66, "bob@example.com belongs to Bob already"),
        (["--drop-address", "bob@example.com"], 66, "bob@example.com is no address of Maria Silva"),
        (["--name", " "], 64, "the name is empty"),
        (["--every", "never"], 64, "never is not a length of time"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_as_a_whole(maria: Terminal, words: list[str], code: int, said: str) -> None:
    maria("people", "add", "Bob", "bob@example.com")
    before = maria.people()
    assert maria("people", "edit", "maria", "--tag", "new", *words, code=code).startswith(f"error: {said}\n")
    assert maria.people() == before


def test_an_edit_without_a_change_is_refused(maria: Terminal) -> None:
    assert maria("people", "edit", "maria", code=64).startswith("error: there is nothing to change\n")


def test_pausing_leaves_out_and_resuming_brings_back(maria: Terminal) -> None:
    maria.mail("maria@example.com", NOW - timedelta(days=100))
    maria("people", "edit", "maria", "--pause")
    assert maria.json("people", "list", "--overdue") == []
    assert maria("people", "list").splitlines()[1].endswith("paused")
    maria("people", "edit", "maria", "--resume")
    assert [p["name"] for p in maria.json("people", "list", "--overdue")] == ["Maria Silva"]


def test_two_people_become_one_and_two_again(maria: Terminal) -> None:
    maria(
        "people",
        "add",
        "M. Silva",
        "work@silva.example",
        "--birthday",
        "12 May",
        "--tag",
        "chess",
        "--about",
        "colleague",
    )
    maria.mail("work@silva.example", NOW - timedelta(days=3), "Lunch")
    maria.mail("maria@example.com", NOW - timedelta(days=30), "Holiday")
    maria("note", "work@silva.example", "likes tea")
    before = maria.people()
    merged = maria.json("people", "merge", "maria", "2")
    assert (merged["id"], merged["gone"]) == (1, 2)
    shown = maria.json("people", "show", "maria")
    assert (shown["touches"], shown["last_touched"], shown["tags"]) == (2, "2026-05-10", ["chess", "lisbon"])
    assert (shown["birthday"], shown["about"]) == ("--05-12", "colleague")
    assert [n["text"] for n in shown["notes"]] == ["likes tea"]
    assert maria("people", "unmerge", "maria") == "Taken back: M. Silva is part of Maria Silva now\n"
    assert maria.people() == before
    assert maria("people", "unmerge", "maria", code=66).startswith("error: Maria Silva was not merged with anybody\n")


def test_the_name_of_who_became_part_of_somebody_still_finds_them(maria: Terminal) -> None:
    maria("people", "add", "Mitzi", "mitzi@silva.example")
    maria("people", "merge", "maria", "mitzi")
    maria("note", "Mitzi", "likes tea")
    shown = maria.json("people", "show", "mitzi")
    assert (shown["name"], shown["aliases"], [n["text"] for n in shown["notes"]]) == (
        "Maria Silva", ["Mitzi"], ["likes tea"]
    )  # fmt: skip
    assert "also called Mitzi" in " ".join(maria("people", "show", "mitzi").split())
    assert '"name": "Mitzi"' in maria("export")
    maria("people", "unmerge", "mitzi")
    assert maria.json("people", "show", "mitzi")["name"] == "Mitzi"
    assert maria.json("people", "show", "maria")["aliases"] == []


def test_nobody_is_merged_with_themselves(maria: Terminal) -> None:
    assert maria("people", "merge", "maria", "silva", code=66).startswith("error: Maria Silva is one person already\n")


def test_who_is_forgotten_leaves_no_trace(maria: Terminal) -> None:
    maria("note", "maria", "a secret")
    maria.mail("maria@example.com", NOW - timedelta(days=3), "The flat in Lisbon")
    maria("people", "merge", "maria", str(maria.json("people", "add", "M. Silva", "m@silva.example")["id"]))
    assert maria.json("people", "forget", "maria", "--yes") == {"id": 1, "forgotten": True, "copies": []}
    everything = maria("export")
    for word in ("Silva", "maria@", "silva.example", "secret", "The flat"):
        assert word not in everything
    assert maria.people() == []


def test_at_a_terminal_forgetting_is_asked_about(maria: Terminal) -> None:
    seen = at_a_terminal(maria, "people", "forget", "maria", "silva", typed="perhaps\n\n")
    assert "Forget Maria Silva, with all notes and touches, for good? yes/no [no]: " in seen
    assert "Maria Silva stays." in seen
    assert len(maria.people()) == 1
    assert "is forgotten" in at_a_terminal(maria, "people", "forget", "maria", typed="yes\n")
    assert maria.people() == []


@pytest.mark.parametrize("who", ["silva", "Maria Silva", "1", "Maria@example.com"])
def test_a_script_that_names_somebody_in_whole_words_is_not_asked(maria: Terminal, who: str) -> None:
    assert maria.json("people", "forget", who)["forgotten"] is True
    assert maria.people() == []


@pytest.mark.parametrize("who", ["silv", "aria", "ria sil"])
def test_where_nobody_can_be_asked_a_piece_of_a_name_forgets_nobody(maria: Terminal, who: str) -> None:
    refused = maria("people", "forget", who, code=64)
    assert refused.startswith(f"error: {who} is but a piece of Maria Silva")
    assert len(maria.people()) == 1


def test_with_yes_a_piece_of_a_name_is_enough(maria: Terminal) -> None:
    maria("people", "forget", "silv", "--yes")
    assert maria.people() == []


def test_who_says_yes_beforehand_is_not_asked(maria: Terminal) -> None:
    assert "yes/no" not in at_a_terminal(maria, "people", "forget", "maria", "--yes", typed="")
    assert maria.people() == []


def test_an_address_alone_names_its_person(kith: Terminal) -> None:
    added = kith.json("people", "add", "zoe.young@example.org")
    assert (added["name"], added["addresses"]) == ("Zoe Young", ["zoe.young@example.org"])
    assert kith("people", "add", "Bob", "bob@@example", code=64).startswith("error: bob@@example is not a mail address")


def test_an_address_may_be_added_as_mail_programs_show_it_and_the_name_that_is_given_wins(kith: Terminal) -> None:
    added = kith.json("people", "add", "Z Two", "Zed <z2@x.example>")
    assert (added["name"], added["addresses"]) == ("Z Two", ["z2@x.example"])
    added = kith.json("people", "add", '"Y Three" <y3@x.example>')
    assert (added["name"], added["addresses"]) == ("Y Three", ["y3@x.example"])
    assert kith.json("people", "add", "<x.four@x.example>")["name"] == "X Four"
    kith("people", "edit", "Z Two", "--address", "Z <zed@x.example>", "--drop-address", "Z <z2@x.example>")
    assert kith.json("people", "show", "Z Two")["addresses"] == ["zed@x.example"]


def test_a_tag_that_somebody_does_not_have_cannot_be_taken_away(maria: Terminal) -> None:
    maria("people", "edit", "maria", "--tag", "old", "--tag", "chess")
    before = maria.json("export")["tables"]
    said = maria("people", "edit", "maria", "--drop-tag", "chess", "--drop-tag", "nope", code=66)
    assert said == "error: Maria Silva has no tag #nope\nhint: they have #chess #lisbon #old\n"
    assert maria.json("export")["tables"] == before
    maria("people", "edit", "maria", "--drop-tag", "OLD")
    assert maria.json("people", "show", "maria")["tags"] == ["chess", "lisbon"]


def test_a_name_needs_no_quotes(maria: Terminal) -> None:
    assert maria.json("people", "show", "maria", "silva")["id"] == 1
    assert maria.json("explain", "maria", "silva")["id"] == 1


def test_suggestions_are_those_the_owner_wrote_with(maria: Terminal) -> None:
    work = maria.work()
    with work.writing() as session:
        seen = {
            "tom@x.example": ("Tom", 4, 2, NOW),
            "shop@x.example": ("Shop", 0, 90, NOW),
            "maria@example.com": ("Maria", 9, 9, NOW),
            "ann@x.example": ("", 9, 9, NOW),
        }
        strangers.count(session, work.owner_id, seen)
    work.engine.dispose()
    assert maria.json("people", "suggest") == [
        {"address": "ann@x.example", "name": "", "outbound": 9, "inbound": 9, "last": "2026-05-13", "looks_like": []},
        {
            "address": "tom@x.example",
            "name": "Tom",
            "outbound": 4,
            "inbound": 2,
            "last": "2026-05-13",
            "looks_like": [],
        },
    ]
    assert len(maria.json("people", "suggest", "--limit", "1")) == 1
    assert maria("people", "suggest", "--limit", "-1", code=64).startswith("error: ")
    assert maria("people", "suggest").splitlines()[2].split() == ["Tom", "tom@x.example", "4", "2", "2026-05-13"]


def test_there_are_no_suggestions_where_strangers_are_not_counted(kith: Terminal) -> None:
    assert kith("people", "suggest").startswith("Nobody comes to mind. `kith scan` ")
    with kith.config.open("a", encoding="utf-8") as file:
        file.write("[touch]\nstrangers = false\n")
    assert "strangers = false" in kith("people", "suggest")
    assert kith.json("people", "suggest") == []


def test_a_circle_that_kith_toml_does_not_know_is_pointed_out(kith: Terminal) -> None:
    hint = "frends has no rhythm in kith.toml; circles that have one: friends, mentors."
    assert hint in kith("people", "add", "Ann", "ann@example.com", "--circle", "frends")
    assert hint in kith("people", "edit", "Ann", "--circle", "frends")
    assert "rhythm" not in kith("people", "edit", "Ann", "--circle", "Friends")
    assert "rhythm" not in kith("people", "edit", "Ann", "--circle", "none")


def test_a_person_may_be_added_without_a_cadence_in_so_many_words(kith: Terminal) -> None:
    assert kith.json("people", "add", "Ann", "--every", "none")["cadence_days"] is None


@pytest.mark.parametrize("who", ["Maria Silva <maria@example.com>", "<maria@example.com>", '"M" <Maria@example.com> '])
def test_an_address_may_be_pasted_as_mail_programs_show_it(maria: Terminal, who: str) -> None:
    assert maria.json("people", "show", who)["name"] == "Maria Silva"
    assert maria("people", "show", "Maria Silva <somebody@example.com>", code=66).startswith("error: there is nobody")


@pytest.mark.parametrize("who", ["a\nb", "a\x1b[31m b", "a\u202eb", ""])
def test_an_error_is_two_lines_whatever_is_in_it(maria: Terminal, who: str) -> None:
    said = maria("people", "show", who, code=66)
    error, hint, end = said.split("\n")
    assert (error[:7], hint[:6], end) == ("error: ", "hint: ", "")
    assert said.replace("\n", "").isprintable()


def test_no_name_turns_the_text_beside_it_around(maria: Terminal) -> None:
    maria("people", "add", "Eve \u202egnp.exe", "eve@example.com")
    maria("note", "eve", "one\u202etwo")
    for words in (("people", "list"), ("people", "show", "eve"), ("undo",)):
        assert "\u202e" not in maria(*words)
    assert maria.json("people", "list")[0]["name"] == "Eve \u202egnp.exe"
    assert "\u202e" in maria("people", "export"), "a file is what it is"
