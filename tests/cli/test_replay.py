"""`kith replay`: what the last digests would have said."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from support.terminal import NOW, Terminal

ENTRY = {"number", "id", "name", "last_touched", "due_on", "days_overdue", "why", "last_said", "note", "mailto"}


def replayed(kith: Terminal, weeks: int) -> dict[str, tuple[list[str], int]]:
    """By period whom the digest would have named, and how many more there were."""
    found = kith.json("replay", "--weeks", str(weeks))
    assert isinstance(found, list)
    return {week["period"]: ([p["name"] for p in week["people"]], week["more"]) for week in found}


def waiting(kith: Terminal, weeks: int) -> list[dict[str, int]]:
    """By name how often people had been passed over, a week after the other."""
    found: list[dict[str, Any]] = kith.json("replay", "--weeks", str(weeks))
    return [{p["name"]: p["passed_over"] for p in week["waiting"]} for week in found]


def test_each_week_tells_who_was_overdue_then(kith: Terminal) -> None:
    kith("people", "add", "Ann Roe", "ann@example.com", "--every", "1 month")
    kith.mail("ann@example.com", NOW - timedelta(days=60), "The garden")  # 14 March, due after 14 April
    kith.mail("ann@example.com", NOW - timedelta(days=13), "The bees")  # 30 April
    assert replayed(kith, 5) == {
        "2026-04-13": ([], 0),
        "2026-04-20": (["Ann Roe"], 0),
        "2026-04-27": (["Ann Roe"], 0),
        "2026-05-04": ([], 0),
        "2026-05-11": ([], 0),
    }
    then = kith.json("replay", "--weeks", "4")[0]["people"][0]
    assert set(then) >= ENTRY
    assert (then["last_touched"], then["days_overdue"], then["last_said"]["subject"]) == (
        "2026-03-14",
        6,
        "The garden",
    )


def test_twelve_weeks_are_shown_where_no_number_is_given(kith: Terminal) -> None:
    found = kith.json("replay")
    assert [week["period"] for week in found][::11] == ["2026-02-23", "2026-05-11"]
    assert len(found) == 12


def test_the_latest_is_the_digest_of_this_week(kith: Terminal) -> None:
    kith.now = NOW - timedelta(days=90)
    for name in ("Ann", "Bob"):
        kith("people", "add", name, f"{name}@example.com", "--every", "1 month")
        kith.mail(f"{name}@example.com", NOW - timedelta(days=60))
    kith.now = NOW
    assert len(kith.json("replay", "--weeks", "1")[0]["people"]) == 2
    assert kith.json("replay", "--weeks", "1")[0]["people"] == kith.json("digest", "--as-of", "2026-05-11")["people"]


def test_who_finds_no_place_waits_and_comes_before_long(kith: Terminal) -> None:
    with kith.config.open("a", encoding="utf-8") as file:
        file.write("[digest]\nmax_people = 1\n")
    for n, name in enumerate(("Ann", "Bob", "Cat")):
        kith("people", "add", name, f"{name}@example.com", "--every", "1 month")
        kith.mail(f"{name}@example.com", datetime(2026, 1, 5 + n, tzinfo=NOW.tzinfo))
    shown = replayed(kith, 12)
    assert all(more == 2 for _, more in shown.values())
    assert {name for names, _ in shown.values() for name in names} == {"Ann", "Bob", "Cat"}
    counted = waiting(kith, 12)
    assert counted[:2] == [{"Bob": 1, "Cat": 1}, {"Bob": 2, "Cat": 2}]
    assert "Bob (2 in a row), Cat (2 in a row)" in kith("replay")
    assert max(times for week in counted for times in week.values()) >= 4


def test_those_who_were_hidden_then_and_those_who_are_hidden_now(kith: Terminal) -> None:
    for name in ("Ann", "Bob"):
        kith.now = NOW - timedelta(days=90)
        kith("people", "add", name, f"{name}@example.com", "--every", "1 month")
        kith.mail(f"{name}@example.com", NOW - timedelta(days=80))
    kith.now = NOW - timedelta(days=30)  # 13 April
    kith("snooze", "ann", "2 weeks")
    kith.now = NOW - timedelta(days=7)
    kith("people", "edit", "bob", "--pause")
    kith.now = NOW
    assert replayed(kith, 6) == {
        "2026-04-06": (["Ann", "Bob"], 0),
        "2026-04-13": (["Ann", "Bob"], 0),  # the digest came in the morning
        "2026-04-20": (["Bob"], 0),
        "2026-04-27": (["Ann", "Bob"], 0),
        "2026-05-04": (["Ann", "Bob"], 0),
        "2026-05-11": (["Ann"], 0),
    }


def test_who_was_added_since_counts_as_soon_as_there_was_an_exchange(kith: Terminal) -> None:
    kith("people", "add", "Ann", "ann@example.com", "--every", "1 month")
    kith("people", "add", "Nobody Yet", "nobody@example.com", "--every", "1 week")
    kith.mail("ann@example.com", NOW - timedelta(days=50))
    assert replayed(kith, 4)["2026-04-27"] == (["Ann"], 0)
    assert all("Nobody Yet" not in names for names, _ in replayed(kith, 12).values())


def test_the_text_has_a_short_block_a_week(kith: Terminal) -> None:
    with kith.config.open("a", encoding="utf-8") as file:
        file.write("[digest]\nmax_people = 1\n")
    for name in ("Ann", "Bob"):
        kith("people", "add", name, f"{name}@example.com", "--every", "2 months")
        kith.mail(f"{name}@example.com", datetime(2026, 3, 1, 12, tzinfo=NOW.tzinfo))
    assert kith("replay", "--weeks", "3").splitlines() == [
        "2026-04-27: nobody",
        "",
        "2026-05-04:",
        "  1  Ann  9 weeks since you were in touch; you wanted every 2 months",
        "  and 1 more: Bob",
        "",
        "2026-05-11:",
        "  1  Bob  10 weeks since you were in touch; you wanted every 2 months",
        "  and 1 more: Ann",
    ]


def test_replaying_changes_nothing(kith: Terminal) -> None:
    kith("people", "add", "Ann", "ann@example.com", "--every", "1 week")
    kith.mail("ann@example.com", NOW - timedelta(days=50))
    before = kith.json("export")["tables"]
    kith("replay", "--weeks", "30")
    assert kith.json("export")["tables"] == before


@pytest.mark.parametrize("weeks", ["0", "-1", "many", "521", "99999999999999"])
def test_a_number_of_weeks_that_is_none_is_refused(kith: Terminal, weeks: str) -> None:
    assert kith("replay", "--weeks", weeks, code=64).startswith("error: ")


def test_without_people_there_was_nobody(kith: Terminal) -> None:
    assert kith("replay", "--weeks", "2") == "2026-05-04: nobody\n\n2026-05-11: nobody\n"
