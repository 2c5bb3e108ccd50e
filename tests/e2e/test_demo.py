"""`kith demo`, all of it: real commands, a real IMAP and a real SMTP server, and an answer that is understood."""

import io
import subprocess
import sys
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from kith.demo import show, story
from kith.demo.commands import Kith

Facts = dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> tuple[Facts, str]:
    out = io.StringIO()
    return story.perform(tmp_path_factory.mktemp("demo") / "here", show.OnPaper(out)), out.getvalue()


@pytest.fixture
def document(played) -> Facts:
    return played[0]


@pytest.fixture
def steps(document) -> dict[str, Facts]:
    return {step["step"]: step for step in document["steps"]}


def test_it_takes_less_than_a_minute(document, steps) -> None:
    assert document["seconds"] < 60
    assert list(steps) == [step.name for step in story.STEPS]


def test_every_message_is_read_once_and_none_is_changed(steps) -> None:
    scan = steps["scan"]["scan"]
    assert scan["read"] == steps["invent"]["messages"]
    assert scan["quarantined"] == 0
    assert {f["name"] for f in scan["mailboxes"][0]["folders"]} == {"INBOX", "Sent", "Archive"}
    assert all(not f["gaps"] for f in scan["mailboxes"][0]["folders"])
    assert steps["scan"]["mailbox_unchanged"] is True


def test_kith_finds_when_alex_was_last_in_touch_with_everybody(steps) -> None:
    found = {one["name"]: one["last_touched"] for one in steps["overdue"]["people"]}
    assert found == steps["invent"]["last_touched"]


def test_the_digest_names_those_who_were_let_slip_the_longest(steps) -> None:
    digest = steps["digest"]["digest"]
    assert [one["name"] for one in digest["people"]] == [
        "Aoife Brennan", "Haruka Nishimura", "Miriam Goldfarb", "Yusuf Demirci", "Maria Tavares", "Gérard Moreau",
        "Dmitri Sokolov",
    ]  # fmt: skip
    assert digest["more"] == 4
    assert [one["name"] for one in digest["coming_up"] if one["kind"] == "meeting"] == ["Ravi Menon"]
    assert "Camille Moreau" in {one["name"] for one in digest["coming_up"] if one["kind"] == "birthday"}


def test_the_digest_arrives_as_text_and_as_html(document, steps) -> None:
    folder = Path(document["folder"])
    raw = (folder / "digest.eml").read_bytes()
    message = message_from_bytes(raw)
    assert message.get_content_type() == "multipart/alternative"
    assert message["Message-ID"] == steps["digest"]["sent"]["message_id"]
    html = Path(steps["digest"]["html"]).read_text(encoding="utf-8")
    assert "Aoife Brennan" in html
    assert "</html>" in html


def test_the_answer_is_understood_line_by_line(steps) -> None:
    receipt, briefing = steps["understand"]["receipts"]
    for wanted in ("Aoife Brennan", "Haruka Nishimura", "Maria Tavares", "Bob Whitfield", "Tom Lindgren"):
        assert wanted in receipt["text"]
    done, _, left = receipt["text"].partition("Not understood")
    assert "Sam: called yesterday" in left
    assert "Sam" not in done
    assert "Miriam Goldfarb" in briefing["text"]
    assert "Your talk on the defence day" in briefing["text"]


def test_the_thank_you_note_waits_in_drafts_for_zanele_only(steps) -> None:
    (draft,) = steps["understand"]["drafts"]
    assert "Zanele Dube" in draft["to"]
    assert "the ticket to the Requiem" in draft["text"]


def test_what_alex_answered_has_changed_the_dates(document, steps) -> None:
    due = {one["name"]: one for one in steps["changed"]["due"]}
    today = date.fromisoformat(
        Kith(Path(document["folder"]) / "kith.toml").facts("people", "show", "Aoife")["last_touched"]
    )
    assert due["Aoife Brennan"]["now"] > due["Aoife Brennan"]["was"]
    assert due["Aoife Brennan"]["now"] == due["Maria Tavares"]["now"]
    assert due["Haruka Nishimura"]["snoozed_until"] == (today + timedelta(weeks=3)).isoformat()
    assert due["Bob Whitfield"]["now"] > due["Bob Whitfield"]["was"]
    assert due["Tom Lindgren"]["was"] is None


def test_a_second_look_finds_only_the_mail_of_the_one_who_is_new(document, steps) -> None:
    kith = Kith(Path(document["folder"]) / "kith.toml")
    after = {one["name"]: one for one in kith.facts("people", "list")}
    before = {one["name"]: one["touches"] for one in steps["overdue"]["people"]}
    by_answer = {"Aoife Brennan": 1, "Maria Tavares": 1}
    for name, count in before.items():
        assert after[name]["touches"] == count + by_answer.get(name, 0), name
    assert after["Tom Lindgren"]["touches"] == 1


def test_it_reads_well_on_a_terminal_of_80_columns(played) -> None:
    lines = played[1].split("\n")
    assert max(len(line) for line in lines if played[0]["folder"] not in line) <= 80  # a path is as long as it is
    assert [line for line in lines if line[:2] in {f"{n}." for n in range(1, 10)}] == [
        f"{n}. {step.title}" for n, step in enumerate(story.STEPS[:9], 1)
    ]
    assert "  $ kith scan" in lines


def test_a_folder_in_use_is_refused_in_two_lines(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    line = [sys.executable, "-c", "from kith.cli.main import main; main()", "demo", "--out", str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (64, "")
    assert [text.partition(":")[0] for text in done.stderr.strip().split("\n")] == ["error", "hint"]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
