"""`kith digest`: as text, as JSON, as a file, as of another day."""

import json
import stat
from datetime import timedelta

import pytest

from support.store import draft
from support.terminal import NOW, Terminal

KEYS = {"period", "people", "drafts", "coming_up", "letter"}
ENTRY = {"number", "id", "name", "last_touched", "due_on", "days_overdue", "why"}


@pytest.fixture
def overdue(kith: Terminal) -> Terminal:
    """Kith with two people who are overdue, and one who is not."""
    for name in ("Ann", "Bob", "Carol"):
        kith("people", "add", f"{name} Roe", f"{name.lower()}@example.com", "--every", "1 month")
    kith.mail("ann@example.com", NOW - timedelta(days=45), "The garden")
    kith.mail("bob@example.com", NOW - timedelta(days=90), "Chess", direction="outbound")
    kith.mail("carol@example.com", NOW - timedelta(days=3), "Tea")
    return kith


def test_a_digest_in_json_has_every_key(overdue: Terminal) -> None:
    digest = overdue.json("digest")
    assert set(digest) >= KEYS
    assert digest["period"] == "2026-05-11"
    assert set(digest["letter"]) == {"subject", "text", "html"}
    bob, ann = digest["people"]
    assert set(bob) >= ENTRY
    assert {k: bob[k] for k in ENTRY} == {
        "number": 1, "id": 2, "name": "Bob Roe", "last_touched": "2026-02-12", "due_on": "2026-03-12",
        "days_overdue": 62, "why": "12 weeks since you were in touch; you wanted every month",
    }  # fmt: skip
    assert (ann["number"], ann["name"]) == (2, "Ann Roe")
    assert "<html" in digest["letter"]["html"]
    assert "Bob Roe" in digest["letter"]["text"]


def test_the_text_shows_subject_and_letter(overdue: Terminal) -> None:
    shown, digest = overdue("digest"), overdue.json("digest")
    assert shown.startswith(f"Subject: {digest['letter']['subject']}\n\n")
    assert digest["letter"]["text"].strip() in shown
    assert "Carol Roe" in shown  # she is among those in touch this week
    assert [e["name"] for e in digest["people"]] == ["Bob Roe", "Ann Roe"]


def test_showing_changes_nothing(overdue: Terminal) -> None:
    before = overdue.json("export")["tables"]
    overdue("digest")
    assert overdue.json("export")["tables"] == before


def test_a_digest_goes_into_a_file_for_the_owner_alone(overdue: Terminal) -> None:
    page = overdue.folder / "digest.html"
    page.write_text("old and longer " * 10_000, encoding="utf-8")
    page.chmod(0o644)
    assert overdue("digest", "--out", str(page)) == f"written to {page}\n"
    assert page.read_text(encoding="utf-8") == overdue.json("digest")["letter"]["html"]
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_said(overdue: Terminal) -> None:
    said = overdue("digest", "--out", str(overdue.folder / "no" / "digest.html"), code=64)
    assert said.startswith(f"error: {overdue.folder}/no/digest.html cannot be written: ")


def test_as_of_a_day_to_come_more_are_overdue(overdue: Terminal) -> None:
    ahead = overdue.json("digest", "--as-of", "2026-07-01")
    assert ahead["period"] == "2026-06-29"
    assert {e["name"] for e in ahead["people"]} == {"Ann Roe", "Bob Roe", "Carol Roe"}


def test_as_of_a_day_without_its_year_the_year_is_told(overdue: Terminal) -> None:
    assert overdue("digest", "--as-of", "25 Dec").startswith("As of: 2025-12-25\nSubject: ")
    assert overdue("digest", "--as-of", "2026-07-01").startswith("As of: 2026-07-01\n")


def test_as_of_a_day_that_was_only_what_was_then_counts(kith: Terminal) -> None:
    kith.now = NOW - timedelta(days=100)
    kith("people", "add", "Ann Roe", "ann@example.com", "--every", "1 month")
    kith.mail("ann@example.com", NOW - timedelta(days=140))
    kith.now = NOW
    kith("people", "add", "Bob Roe", "bob@example.com", "--every", "1 month")
    kith.mail("ann@example.com", NOW - timedelta(days=3))
    assert kith.json("digest")["people"] == []
    (then,) = kith.json("digest", "--as-of", "2026-03-01")["people"]
    assert (then["name"], then["last_touched"], then["days_overdue"]) == ("Ann Roe", "2025-12-24", 36)


def test_a_day_that_is_none_is_refused(kith: Terminal) -> None:
    assert kith("digest", "--as-of", "whenever", code=64).startswith(
        "error: whenever is not a date that I understand\n"
    )


def test_the_numbers_are_capped_and_the_rest_is_counted(kith: Terminal) -> None:
    for number in range(9):
        kith("people", "add", f"Ann {number}", f"ann{number}@example.com", "--every", "1 week")
        kith.mail(f"ann{number}@example.com", NOW - timedelta(days=30 + number))
    digest = kith.json("digest")
    assert ([e["number"] for e in digest["people"]], digest["more"]) == ([1, 2, 3, 4, 5, 6, 7], 2)


def test_what_is_coming_up_is_in_it(overdue: Terminal) -> None:
    overdue("people", "edit", "ann", "--birthday", "20 May 1980")
    overdue("followup", "bob", "in 1 week", "about the board")
    coming = overdue.json("digest")["coming_up"]
    assert [(c["kind"], c["on"], c["name"]) for c in coming] == [
        ("birthday", "2026-05-20", "Ann Roe"),
        ("follow-up", "2026-05-20", "Bob Roe"),
    ]


def test_a_follow_up_whose_day_is_over_stays_in_sight_after_what_is_ahead(overdue: Terminal) -> None:
    overdue("followup", "bob", "in 1 week", "send the book")
    overdue("people", "edit", "ann", "--birthday", "20 January")
    overdue.now = NOW + timedelta(days=245)
    digest = overdue.json("digest")
    assert [(c["kind"], c["on"], c["past"]) for c in digest["coming_up"]] == [
        ("birthday", "2027-01-20", False),
        ("follow-up", "2026-05-20", True),
    ]
    assert "- Still open since 20 May 2026: Bob Roe, follow-up (send the book).\n" in digest["letter"]["text"]
    overdue("touch", "bob")
    assert [c["kind"] for c in overdue.json("digest")["coming_up"]] == ["birthday"]


def test_of_two_people_of_one_name_the_letter_tells_which_is_which(kith: Terminal) -> None:
    for number, name in enumerate(("Ann Lee", "ann  lee", "Bob Roe")):
        kith("people", "add", name, f"p{number}@example.com", "--every", "1 month")
        kith.mail(f"p{number}@example.com", NOW - timedelta(days=90 - number))
    letter = kith.json("digest")["letter"]
    assert "\n1   Ann Lee (p0@example.com)\n" in letter["text"]
    assert "\n3   Bob Roe\n" in letter["text"]
    assert "\n    ? 1\n" in letter["text"]
    assert letter["html"].count(">p0@example.com</div>") == 1
    assert "p2@example.com</div>" not in letter["html"]


def test_json_and_out_together_give_both(overdue: Terminal) -> None:
    page = overdue.folder / "digest.html"
    ran = overdue.line("digest", "--json", "--out", str(page), "--config", str(overdue.config))
    assert json.loads(ran.out)["letter"]["html"] == page.read_text(encoding="utf-8")


def test_what_is_sent_goes_into_the_file_as_well(overdue: Terminal) -> None:
    page = overdue.folder / "digest.html"
    words = ("--config", str(overdue.config), "digest", "--send", "--out", str(page))
    first = overdue.line(*words, "--json")  # it waits: nobody listens where letters go
    assert (first.code, first.json["state"]) == (75, "queued")
    assert page.read_text(encoding="utf-8") == first.json["letter"]["html"]
    assert "Bob Roe" in first.json["letter"]["html"]
    page.unlink()
    again = overdue.line(*words)
    assert again.out.endswith(f" As it stands now, it is in {page}.\n")
    assert "Bob Roe" in page.read_text(encoding="utf-8")


def test_nothing_is_sent_where_the_file_cannot_be_written(overdue: Terminal) -> None:
    said = overdue("digest", "--send", "--out", str(overdue.folder / "no" / "digest.html"), code=64)
    assert "cannot be written" in said
    assert overdue.json("status", code=0)["outbox"] == []


def test_what_was_on_another_day_cannot_be_sent(overdue: Terminal) -> None:
    page = overdue.folder / "digest.html"
    page.write_text("kept", encoding="utf-8")
    said = overdue("digest", "--send", "--as-of", "2026-05-04", "--out", str(page), code=64)
    assert said.startswith("error: argument --as-of: not allowed with argument --send\nhint: ")
    assert overdue.json("status")["outbox"] == []
    assert page.read_text(encoding="utf-8") == "kept"


def test_a_circle_counts_whom_the_owner_was_in_touch_with_and_nobody_for_a_snooze_or_for_being_new(
    kith: Terminal,
) -> None:
    for name, days in (("Ann", 3), ("Bob", 200), ("Carol", 200), ("Dave", None), ("Eve", 200)):
        kith("people", "add", name, f"{name.lower()}@example.com", "--circle", "friends")
        if days is not None:
            kith.mail(f"{name.lower()}@example.com", NOW - timedelta(days=days))
    kith("snooze", "Bob", "3 weeks")
    kith("people", "edit", "Eve", "--pause")
    assert "In touch: friends 1 of 4." in kith("digest")


def test_circles_alone_stand_under_a_heading_of_their_own(kith: Terminal) -> None:
    kith("people", "add", "Ann", "ann@example.com", "--circle", "friends")
    text = kith("digest")
    assert "Your circles\n------------\n\nIn touch: friends 0 of 1." in text
    assert "In touch this week" not in text


def test_a_long_name_is_whole(kith: Terminal) -> None:
    name = "Maria Francisca da Conceição Vasconcelos de Albuquerque e Castro-Ribeiro"
    kith("people", "add", name, "maria@example.com", "--every", "1 week")
    kith.mail("maria@example.com", NOW - timedelta(days=30))
    letter = kith.json("digest")["letter"]
    assert name in letter["html"]
    assert name in " ".join(letter["text"].split())


def test_drafts_are_listed_with_whom_they_are_for(kith: Terminal) -> None:
    kith("people", "add", "Ann Roe", "ann@example.com")
    work = kith.work()
    with work.writing() as session:
        session.add(draft(work.owner_id, 1, "silence:1"))
    work.engine.dispose()
    [one] = kith.json("drafts")
    assert one["name"] == "Ann Roe"
    assert "Ann Roe" in kith("drafts")
