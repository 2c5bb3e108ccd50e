"""`kith people suggest` and `duplicates`: who may be missing, and who may be there twice."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from kith.store import strangers
from support.terminal import NOW, Terminal


def meet(kith: Terminal, **counted: tuple[str, int, int]) -> None:
    """What scans counted of strangers, by the name of their mailbox: display name, messages out and in."""
    work = kith.work()
    seen: Mapping[str, tuple[str, int, int, object]] = {
        f"{box}@x.example": (*told, NOW - timedelta(days=3)) for box, told in counted.items()
    }
    with work.writing() as session:
        strangers.count(session, work.owner_id, seen)  # type: ignore[arg-type]  # mypy loses the tuple's length
    work.engine.dispose()


def lines(kith: Terminal) -> list[dict[str, object]]:
    """The counter lines that are kept."""
    kept = kith.json("export")["tables"]["stranger"]
    assert isinstance(kept, list)
    return kept


def test_desks_and_machines_are_not_suggested(kith: Terminal) -> None:
    meet(kith, tom=("Baker, Tom", 2, 2), support=("Support", 9, 9), noreply=("Shop", 9, 9), ann=("Ann", 0, 4))
    assert [(s["name"], s["address"]) for s in kith.json("people", "suggest")] == [("Tom Baker", "tom@x.example")]


def test_somebody_of_a_known_name_is_pointed_out(kith: Terminal) -> None:
    kith("people", "add", "Tom Baker", "tom@home.example")
    meet(kith, tom=("Dr. Tom Baker", 2, 2))
    assert kith.json("people", "suggest")[0]["looks_like"] == ["Tom Baker"]
    assert kith("people", "suggest").splitlines()[1].endswith("you know a Tom Baker already")


def test_off_stops_counting_and_removes_what_was_counted(kith: Terminal) -> None:
    meet(kith, tom=("Tom", 2, 2), ann=("Ann", 1, 0))
    assert kith.json("people", "suggest", "--off") == {"counting": False, "removed": 2}
    meet(kith, tom=("Tom", 2, 2))
    assert lines(kith) == []
    assert kith.json("people", "suggest") == []
    assert "--on" in kith("people", "suggest")
    assert kith.json("digest")["strangers"] == []
    assert kith("people", "suggest", "--on") == "Strangers are counted from the next mail on.\n"
    meet(kith, tom=("Tom", 2, 2))
    assert [s["name"] for s in kith.json("people", "suggest")] == ["Tom"]


def test_on_and_off_at_once_are_refused(kith: Terminal) -> None:
    assert kith("people", "suggest", "--on", "--off", code=64).startswith("error: ")


def test_kith_toml_has_the_last_word(kith: Terminal) -> None:
    with kith.config.open("a", encoding="utf-8") as file:
        file.write("[touch]\nstrangers = false\n")
    assert kith("people", "suggest", "--on", code=64).startswith("error: kith.toml says `strangers = false`\n")
    meet(kith, tom=("Tom", 2, 2))
    assert kith.json("people", "suggest", "--off")["removed"] == 1


def test_people_who_may_be_one_are_told_with_the_line_that_merges_them(kith: Terminal) -> None:
    kith("people", "add", "Maria Silva", "maria@example.com")
    kith("people", "add", "Bob Roe", "bob@example.com")
    kith("people", "add", "Silva, Maria", "m@work.example")
    assert kith("people", "duplicates").splitlines() == [
        "Maria Silva (1, maria@example.com) and Silva, Maria (3, m@work.example): the same name",
        "  kith people merge 1 3",
    ]
    (pair,) = kith.json("people", "duplicates")
    assert [p["id"] for p in pair["people"]] == [1, 3]
    assert (pair["reasons"], pair["line"]) == (["the same name"], "kith people merge 1 3")
    assert len(kith.people()) == 3, "proposing merges nobody"
    kith(*pair["line"].split()[1:])
    assert kith.json("people", "duplicates") == []
    assert kith("people", "duplicates") == "Nobody seems to be there twice.\n"
    kith("people", "unmerge", "1")
    assert len(kith.json("people", "duplicates")) == 1


@pytest.mark.parametrize("form", ["+1 (212) 555-0100", "212.555.0100"])
def test_the_same_phone_is_a_reason(kith: Terminal, form: str) -> None:
    book = kith.folder / "book.csv"
    book.write_text(
        f"name,email,phone\nMaria,maria@example.com,+1 212 555 0100\nMum,mum@example.com,{form}\n", encoding="utf-8"
    )
    kith("people", "import", str(book))
    assert kith.json("people", "duplicates")[0]["reasons"] == [f"the same phone, {form}"]
