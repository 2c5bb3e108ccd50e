"""The line itself: help, options anywhere, errors in two lines, exit codes, pipes."""

import argparse
import importlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kith import __version__
from kith.cli.parser import build_parser
from support.kith import Kith
from support.terminal import Terminal

COMMANDS = [
    "init",
    "doctor", "scan", "run", "digest", "people", "undo", "away", "touch", "note", "followup", "snooze", "explain",
    "drafts", "reply", "import", "status", "export", "backup", "restore", "demo",
]  # fmt: skip
PEOPLE = ["list", "show", "add", "edit", "merge", "unmerge", "forget", "suggest", "import", "export"]


@pytest.fixture
def installed(kith: Terminal) -> Kith:
    """The installed command in the folder of the command line."""
    return Kith(kith.folder)


def test_kith_alone_prints_its_help_and_is_a_usage_error(kith: Terminal) -> None:
    ran = kith.line()
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("usage: kith ")


def test_the_version(kith: Terminal) -> None:
    ran = kith.line("--version")
    assert (ran.code, ran.out) == (0, f"kith {__version__}\n")


def test_help_lists_every_command(kith: Terminal) -> None:
    ran = kith.line("--help")
    assert ran.code == 0
    listed = {line.split()[0] for line in ran.out.splitlines() if line.startswith("    ") and line.strip()}
    assert listed >= set(COMMANDS)
    assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.parametrize("command", [[c] for c in COMMANDS] + [["people", p] for p in PEOPLE])
def test_every_command_has_help_that_names_the_options_that_stand_anywhere(kith: Terminal, command: list[str]) -> None:
    ran = kith.line(*command, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"usage: kith {' '.join(command)} ")
    assert "--config" in ran.out
    assert "--json" in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["people"],
        ["people", "frobnicate"],
        ["people", "show"],
        ["people", "list", "--over"],
        ["note", "maria"],
        ["touch"],
        ["touch", "maria", "--channel", "telepathy"],
        ["digest", "--nonsense"],
        ["digest", "--as-of"],
        ["people", "add"],
        ["people", "export", "--format", "xml"],
        ["status", "--config"],
        ["status", "--config="],
    ],
)
def test_what_the_parser_refuses_is_64_in_two_lines(kith: Terminal, words: list[str]) -> None:
    ran = kith.line(*words)
    assert (ran.code, ran.out) == (64, "")
    error, hint = ran.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--config", "FILE", "people", "list"],
        ["people", "--json", "list", "--config", "FILE"],
        ["people", "--config=FILE", "list", "--json"],
        ["people", "list", "--json", "--config", "FILE", "--overdue"],
    ],
)
def test_config_and_json_stand_anywhere(kith: Terminal, words: list[str]) -> None:
    ran = kith.line(*[w.replace("FILE", str(kith.config)) for w in words])
    assert (ran.code, json.loads(ran.out), ran.err) == (0, [], "")


def test_a_missing_config_says_where_it_was_looked_for(kith: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(kith.folder.parent)
    monkeypatch.setenv("HOME", str(kith.folder.parent))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("KITH_CONFIG", raising=False)
    ran = kith.line("people", "list")
    assert ran.code == 78
    assert ran.err.startswith("error: there is no kith.toml (kith.toml or ")
    assert "\nhint: `kith init` makes one" in ran.err
    assert kith.line("people", "list", "--config", "nowhere.toml").code == 78


def test_the_environment_and_the_folder_name_the_config(kith: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(kith.folder)
    monkeypatch.delenv("KITH_CONFIG", raising=False)
    assert kith.line("people", "list").code == 0
    monkeypatch.chdir(kith.folder.parent)
    monkeypatch.setenv("KITH_CONFIG", str(kith.config))
    assert kith.line("people", "list").code == 0


def test_every_problem_of_a_config_is_told_at_once(kith: Terminal) -> None:
    kith.config.write_text(
        '[owner]\naddresses = []\ntimezone = "Mars/Olympus"\n'
        '[[mailbox]]\nname = "x"\nurl = "http://x"\npassword = "hunter2"\n'
        '[digest]\nday = "someday"\n[circle.friends]\nevery = "often"\n[wrong]\nkey = 1\n',
        encoding="utf-8",
    )
    said = kith("people", "list", code=78)
    for key in (
        "owner.name",
        "owner.addresses",
        "owner.timezone",
        "mailbox",
        "digest.day",
        "circle.friends.every",
        "wrong",
    ):
        assert key in said
    assert "hunter2" not in said
    assert said.splitlines()[0].startswith("error: ")
    assert said.splitlines()[-1].startswith("hint: ")


@pytest.mark.parametrize("broken", ["not toml [", "\x00\x01", ""])
def test_what_is_no_config_is_78(kith: Terminal, broken: str) -> None:
    kith.config.write_text(broken, encoding="utf-8")
    assert kith("status", code=78).startswith("error: ")


def test_the_doctor_tells_each_problem_of_a_config_on_its_line(kith: Terminal) -> None:
    kith.config.write_text("[owner]\nname = 3\n[wrong]\n", encoding="utf-8")
    found = kith.json("doctor", code=78)
    assert {(c["check"], c["result"]) for c in found} == {("config", "fail")}
    said = [c["said"].strip().partition(":")[0] for c in found[1:]]
    assert {"owner.name", "mailbox", "wrong"} <= set(said)
    assert [bool(c["cure"]) for c in found] == [False] * len(said) + [True]


def test_an_error_leaves_stdout_alone(kith: Terminal) -> None:
    ran = kith.line("people", "show", "nobody", "--json", "--config", str(kith.config))
    assert (ran.code, ran.out) == (66, "")


def test_a_traceback_comes_only_with_debug(kith: Terminal) -> None:
    plain = kith("people", "show", "nobody", code=66)
    assert len(plain.splitlines()) == 2
    traced = kith("people", "show", "nobody", "--debug", code=66)
    assert traced.startswith("Traceback (most recent call last):\n")
    assert traced.endswith(plain)


def test_a_bug_is_70_in_two_lines(kith: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("first line\nsecond line with a secret")

    monkeypatch.setattr("kith.cli.people.list_people", broken)
    assert kith("people", "list", code=70) == (
        "error: RuntimeError: first line\nhint: this is a bug in Kith; run it again with --debug and tell us\n"
    )
    assert "second line" in kith("people", "list", "--debug", code=70)


def test_ctrl_c_is_no_error_of_ours(kith: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kith.cli.people.list_people", interrupted)
    assert kith("people", "list", code=130) == ""


def test_words_that_are_not_utf8_are_refused(kith: Terminal) -> None:
    assert kith("people", "add", os.fsdecode(b"Andr\xe9"), code=64).startswith("error: ")
    assert kith.people() == []


def test_the_command_is_installed(installed: Kith) -> None:
    assert installed("people", "list").out == "Nobody yet. `kith people add NAME ADDRESS` begins.\n"
    assert installed.json("people", "list") == []
    assert installed("--version").out == f"kith {__version__}\n"
    assert installed(code=64).err.startswith("usage: kith ")
    assert installed("people", "show", "nobody", code=66).err.startswith("error: ")
    assert installed("people", "add", "Zoë “Z” 漢字", PYTHONIOENCODING="ascii").out.startswith("Zo\\xeb")
    assert installed("people", "list", "--json", PYTHONIOENCODING="ascii").json[0]["name"] == "Zoë “Z” 漢字"


@pytest.mark.parametrize("words", ["people list", "people list --json", "export", "--help", "people export"])
def test_a_reader_that_leaves_early_is_no_error(installed: Kith, words: str) -> None:
    for number in range(3):
        installed("people", "add", f"Ann {number}" + "x" * 200)
    command = f"{shlex.quote(str(Path(sys.executable).with_name('kith')))} {words}"
    # The reader is gone before anything is written, whatever fits into a pipe.
    script = f"set -o pipefail; {{ sleep 0.3; {command}; echo $? >&2; }} | true"
    done = subprocess.run(["bash", "-c", script], cwd=installed.folder, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "0\n")


@pytest.mark.parametrize("words", ["people list", "people list --json", "export"])
def test_an_answer_for_which_there_is_no_room_is_no_bug(installed: Kith, words: str) -> None:
    command = f"{shlex.quote(str(Path(sys.executable).with_name('kith')))} {words}"
    full = subprocess.run(
        ["bash", "-c", f"{command} >/dev/full"], cwd=installed.folder, capture_output=True, text=True, check=False
    )
    assert (full.returncode, full.stderr) == (
        75, "error: the answer cannot be written: No space left on device\nhint: is the disk full?\n"
    )  # fmt: skip
    closed = subprocess.run(
        ["bash", "-c", f"{command} >&- 2>&-"], cwd=installed.folder, capture_output=True, text=True, check=False
    )
    assert closed.returncode == 0


def test_help_needs_no_database() -> None:
    code = "import sys, kith.cli.main as m; m.build_parser(); print([n for n in sys.modules if 'sql' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_parser_names_functions_that_are_there() -> None:
    places = _places(build_parser())
    assert len(places) >= len(COMMANDS) - 1 + len(PEOPLE)  # people itself is none
    for place in places:
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(f"kith.cli.{module}"), name))


def _places(parser: argparse.ArgumentParser) -> set[str]:
    below = [a.choices for a in parser._actions if isinstance(a.choices, dict)]
    inner = {place for choices in below for child in choices.values() for place in _places(child)}
    return inner | ({parser.get_default("command")} if parser.get_default("command") else set())


def test_a_database_of_another_owner_is_refused_and_one_whose_addresses_change_little_by_little_is_not(
    kith: Terminal,
) -> None:
    kith("people", "add", "Ann", "ann@example.com")
    mine = kith.config.read_text(encoding="utf-8")

    def owned_by(*addresses: str) -> None:
        kith.config.write_text(mine.replace('"alex@example.com", "alex@work.example"', ", ".join(addresses)), "utf-8")

    owned_by('"BOB@Example.com"')
    said = kith("people", "list", code=78)
    assert said.startswith("error: the database of this kith.toml is that of alex@example.com, alex@work.example\n")
    assert "url in [store]" in said
    owned_by('"bob@example.com"', '"Alex@example.com"')
    assert [person["name"] for person in kith.people()] == ["Ann"]
    owned_by('"bob@example.com"')
    assert [person["name"] for person in kith.people()] == ["Ann"]


def test_the_value_of_an_option_may_begin_with_a_dash(kith: Terminal) -> None:
    kith("people", "add", "Ann", "--birthday", "--05-12", "--about", "- likes tea")
    assert "likes tea" in kith("people", "show", "Ann")
    assert kith.json("people", "show", "Ann")["birthday"] == "--05-12"
    assert kith("people", "add", "Bob", "--circle", "--every", "2w", code=64).startswith("error: argument --circle")
    assert kith("people", "add", "Bob", "--circle", code=64).startswith("error: argument --circle")
