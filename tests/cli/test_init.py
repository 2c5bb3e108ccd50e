"""`kith init`: what is asked, what is tried for real, what is written, and that nothing is half-written."""

import getpass
import io
import json
import os
import pty
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from kith import configfile, secret
from kith.cli import ask, zone
from kith.cli.main import run
from kith.domain import providers
from kith.domain.providers import Provider
from support.dovecot import PASSWORD, Dovecot
from support.kith import COMMAND, Ran
from support.mail import message
from support.smtp import SmtpServer

ME, WORK = "alex@example.com", "alex@work.example"
NOW = datetime.now(UTC).replace(microsecond=0)
LEAVE = "\x03"
"""Among the answers: Ctrl-C in their place."""


@dataclass
class Person:
    """Somebody at a terminal, with their answers in order; with none of them it is no terminal."""

    folder: Path
    answers: list[str] = field(default_factory=list)
    at_terminal: bool = False

    def isatty(self) -> bool:
        return self.at_terminal

    def readline(self) -> str:
        answer = self.answers.pop(0) if self.answers else ""
        if answer == LEAVE:
            raise KeyboardInterrupt
        return answer

    def password(self, prompt: str) -> str:
        print(prompt, end="", file=sys.stderr)
        typed = self.readline()
        if not typed:
            raise EOFError
        return typed.rstrip("\n")

    def __call__(self, *words: str, answers: Sequence[str] | None = None) -> Ran:
        """Runs `kith init` and gives these answers; None: nobody is there."""
        self.at_terminal = answers is not None
        self.answers = [a if a == LEAVE else a + "\n" for a in answers or ()]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(list(words))
        return Ran(code, out.getvalue(), err.getvalue())

    @property
    def files(self) -> list[str]:
        """What lies in the folder."""
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def alex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """Somebody in an empty folder, in Paris, without a keyring, whose database is out of the way."""
    for name in [n for n in os.environ if n.startswith("KITH_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TZ", "Europe/Paris")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("KITH_STORE__URL", f"sqlite:///{tmp_path / 'kith.db'}")
    person = Person(folder)
    monkeypatch.setattr(sys, "stdin", person)
    monkeypatch.setattr(getpass, "getpass", person.password)
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield person
    keyring.set_keyring(before)


@pytest.fixture(scope="module")
def user(dovecot: Dovecot) -> str:
    """A mailbox with a year of mail: much with Maria, less with Bob, and what should not be proposed."""
    user = f"init-{uuid.uuid4().hex[:8]}"

    def sent(to: str, days: int, sender: str = ME) -> None:
        at = NOW - timedelta(days=days)
        dovecot.deliver(user, message(f"Alex <{sender}>", to, at=at), folder="Sent", at=at)

    for days in range(10, 90, 10):
        sent("Maria Silva <maria@example.org>", days)
    for days in (12, 40, 80):
        sent('"Stone, Bob" <bob@example.org>', days, WORK)
    sent("tom.baker@example.org", 5)
    sent("support@shop.example", 3)
    sent("no-reply@shop.example", 3)
    sent("old@friend.example", 700)
    return user


@pytest.fixture
def server(dovecot: Dovecot, user: str) -> str:
    """The mailbox's URL, with STARTTLS or without."""
    return dovecot.url(user)


def answers(**other: str | Sequence[str]) -> list[str]:
    """What somebody types who keeps Maria and Bob; other: instead of one of them, by the name of the question."""
    usual: dict[str, str | Sequence[str]] = {
        "name": "Alex Moreau",
        "address": ME,
        "zone": "",
        "certificate": "",
        "place": "",
        "password": PASSWORD,
        "addresses": "",
        "people": "1-2",
        "circle": "fam",
        "more": "",
    }
    assert other.keys() <= usual.keys()
    given = (usual | other).values()
    return [word for value in given for word in ([value] if isinstance(value, str) else value)]


def test_a_few_answers_lead_to_a_kith_that_works(alex: Person, server: str) -> None:
    ran = alex("init", "--imap", server, answers=answers())
    assert ran.code == 0, ran.err
    config = configfile.load(alex.folder / "kith.toml", {})
    assert (config.owner.name, config.owner.addresses, str(config.owner.timezone)) == (
        "Alex Moreau",
        (ME, WORK),  # the second is what part of the sent mail comes from
        "Europe/Paris",
    )
    assert {name: str(r.every) for name, r in config.circle.items()} == {
        "family": "2 weeks",
        "friends": "2 months",
        "mentors": "6 weeks",
    }
    people = json.loads(alex("people", "list", "--json").out)
    assert [(p["name"], p["addresses"], p["circle"]) for p in people] == [
        ("Bob Stone", ["bob@example.org"], "family"),
        ("Maria Silva", ["maria@example.org"], "family"),
    ]
    assert json.loads(alex("scan", "--json").out)["touches"] == 11
    assert "Next:\n  kith scan  " in ran.out
    assert "--config" not in ran.out  # commands in this folder find it


def test_people_are_proposed_by_how_much_you_write_to_them_without_desks_and_machines(
    alex: Person, server: str
) -> None:
    ran = alex("init", "--imap", server, "--json", answers=answers(people="none", circle=(), more=()))
    assert [(p["name"], p["addresses"], p["outbound"]) for p in ran.json["proposed"]] == [
        ("Maria Silva", ["maria@example.org"], 8),
        ("Bob Stone", ["bob@example.org"], 3),
        ("Tom Baker", ["tom.baker@example.org"], 1),
    ]
    assert ran.json["added"] == []


def test_the_password_is_kept_apart_for_the_owner_alone(alex: Person, server: str) -> None:
    ran = alex("init", "--imap", server, answers=answers())
    assert alex.files == ["kith.password", "kith.toml"]
    for name in alex.files:
        assert stat.S_IMODE((alex.folder / name).stat().st_mode) == 0o600
    assert (alex.folder / "kith.password").read_text() == PASSWORD + "\n"
    assert PASSWORD not in (alex.folder / "kith.toml").read_text() + ran.out + ran.err


def test_a_password_file_that_is_there_is_left_alone(alex: Person, server: str) -> None:
    (alex.folder / "kith.password").write_text("another")
    assert alex("init", "--imap", server, answers=answers()).code == 0
    assert (alex.folder / "kith.password").read_text() == "another"
    assert configfile.load(alex.folder / "kith.toml", {}).mailbox[0].password == "file:kith-2.password"


def test_a_refused_login_is_explained_and_asked_again(alex: Person, server: str) -> None:
    ran = alex("init", "--imap", server, answers=answers(password=["wrong", "", PASSWORD]))
    assert ran.code == 0
    assert "That did not work: 127.0.0.1 refused the login of init-" in ran.err
    assert "an app password" in ran.err.partition("That did not work")[2]
    assert (alex.folder / "kith.password").read_text() == PASSWORD + "\n"


def test_a_server_that_is_not_there_is_asked_for_again(alex: Person, dovecot: Dovecot, user: str) -> None:
    to_the_right_one = [PASSWORD, f"imap://127.0.0.1:{dovecot.port}"]
    # the user of --imap is kept where only the server was wrong
    ran = alex("init", "--imap", f"imap://{user}@127.0.0.1:1", answers=answers(password=to_the_right_one))
    assert ran.code == 0, ran.err
    assert "That did not work: the line was lost while connecting" in ran.err


def test_an_unknown_domain_is_asked_for_its_provider(alex: Person, dovecot: Dovecot) -> None:
    begin = ["Alex", ME, "", "what?", f"imap://127.0.0.1:{dovecot.port}", "", "", PASSWORD]
    ran = alex("init", answers=[*begin, "", ""])
    assert ran.code == 0, ran.err
    assert "Enter tries imap.example.com and mail.example.com." in " ".join(ran.err.split())
    assert "no provider I know and no server" in ran.err
    assert "Nobody comes to mind yet." in ran.err
    assert configfile.load(alex.folder / "kith.toml", {}).mailbox[0].user == ME


def test_a_known_provider_says_which_password_it_wants(alex: Person) -> None:
    ran = alex("init", answers=["Alex", "alex@gmail.com", "", LEAVE])
    assert "https://myaccount.google.com/apppasswords" in ran.err
    assert "Who keeps the mail" not in ran.err


def test_where_no_password_is_taken_a_command_is_asked_for(alex: Person) -> None:
    ran = alex("init", answers=["Alex", "alex@hotmail.co.uk", "", "no-such-program-here", LEAVE])
    assert "only OAuth access tokens" in " ".join(ran.err.split())
    assert "no-such-program-here gave no password" in ran.err
    assert "file beside" not in ran.err


@pytest.mark.parametrize("place", range(10))
def test_ctrl_c_at_any_question_leaves_nothing_behind(alex: Person, server: str, place: int) -> None:
    given = answers()
    ran = alex("init", "--imap", server, answers=[*given[:place], LEAVE])
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.endswith("\nGood-bye. Nothing was written.\n")
    assert alex.files == []


@pytest.mark.parametrize("place", [0, 5, 9])
def test_answers_that_end_leave_nothing_behind(alex: Person, server: str, place: int) -> None:
    ran = alex("init", "--imap", server, answers=answers()[:place])
    assert ran.code == 64
    assert "error: the answers ended before the questions; nothing was written\n" in ran.err
    assert alex.files == []


def test_what_is_typed_wrong_is_asked_again(alex: Person, server: str) -> None:
    given = answers(
        name=["", "Alex"], address=["alex", ME], zone=["Atlantis", "lisbon"], certificate=["no-such-file", ""],
        place=["7", "1"], addresses=["nobody", "none"], people=["9", "1-2"],
        circle=["alumni", "never", "3 months"],
    )  # fmt: skip
    ran = alex("init", "--imap", server, answers=given)
    assert ran.code == 0, ran.err
    config = configfile.load(alex.folder / "kith.toml", {})
    assert (str(config.owner.timezone), config.owner.addresses) == ("Europe/Lisbon", (ME,))
    assert str(config.circle["alumni"].every) == "3 months"


def test_people_go_into_several_circles(alex: Person, server: str) -> None:
    alex("init", "--imap", server, answers=answers(people="1", circle="", more=["3", "mentors", ""]))
    people = json.loads(alex("people", "list", "--json").out)
    assert {p["name"]: p["circle"] for p in people} == {"Maria Silva": "friends", "Tom Baker": "mentors"}


def test_who_is_in_kith_already_stays_as_they_are(alex: Person, server: str) -> None:
    alex("init", "--imap", server, answers=answers(people="1"))
    (alex.folder / "kith.toml").unlink()
    ran = alex("init", "--imap", server, "--json", answers=answers(people="all", circle="mentors", more=()))
    assert ran.json["added"] == ["Bob Stone", "Tom Baker"]
    people = json.loads(alex("people", "list", "--json").out)
    assert {p["name"]: p["circle"] for p in people} == {
        "Bob Stone": "mentors",
        "Maria Silva": "family",
        "Tom Baker": "mentors",
    }


def test_a_database_that_cannot_be_opened_is_told_with_what_is_written(
    alex: Person, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_STORE__URL", "sqlite:////proc/kith.db")
    ran = alex("init", "--imap", server, answers=answers())
    assert ran.code == 78
    assert f"error: {alex.folder / 'kith.toml'} is written, but nobody could be added yet: /proc/kith.db" in ran.err


@pytest.mark.parametrize("words", [[], ["--out", "kith.toml"], ["--out", "."], ["--config", "kith.toml"]])
def test_a_kith_toml_that_is_there_is_never_touched(alex: Person, words: list[str]) -> None:
    (alex.folder / "kith.toml").write_text("mine")
    ran = alex("init", *words, answers=[])
    assert ran.code == 64
    assert ran.err == (
        f"error: {alex.folder / 'kith.toml'} is there already, and is left as it is\n"
        "hint: name another with --out FILE\n"
    )
    assert (alex.folder / "kith.toml").read_text() == "mine"


def test_it_goes_where_out_says_and_the_commands_say_so_too(alex: Person, server: str) -> None:
    ran = alex("init", "--imap", server, "--out", "new folder/mine.toml", answers=answers())
    target = alex.folder / "new folder" / "mine.toml"
    assert sorted(p.name for p in target.parent.iterdir()) == ["mine.password", "mine.toml"]
    assert f"  kith --config '{target}' scan  " in ran.out


def test_a_file_that_comes_while_questions_are_answered_is_not_overwritten(alex: Person, server: str) -> None:
    given = answers()
    readline = alex.readline

    def meanwhile() -> str:
        (alex.folder / "kith.toml").write_text("mine")
        return readline()

    alex.readline = meanwhile  # type: ignore[method-assign]  # somebody else is at work in the same folder
    ran = alex("init", "--imap", server, answers=given)
    assert ran.code == 64
    assert alex.files == ["kith.toml"]
    assert (alex.folder / "kith.toml").read_text() == "mine"


# -- without a terminal


def by_options(url: str, *more: str) -> list[str]:
    return ["init", "--name", "Alex Moreau", "--address", ME, "--address", WORK, "--imap", url, *more]


def test_without_a_terminal_the_missing_options_are_named(alex: Person) -> None:
    ran = alex("init", "--name", "Alex")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(
        "error: with nobody to ask, these options are missing: --address ADDRESS, --password PLACE\nhint: "
    )


def test_a_closed_standard_input_is_nobody_to_ask(alex: Person) -> None:
    closed = subprocess.run(
        ["sh", "-c", f"exec {COMMAND} init <&-"], cwd=alex.folder, capture_output=True, text=True, check=False
    )
    assert closed.returncode == 64
    assert "error: with nobody to ask" in closed.stderr


def test_yes_asks_nothing_even_at_a_terminal(alex: Person) -> None:
    ran = alex("init", "--yes", answers=["Alex"])
    assert ran.code == 64
    assert "--name NAME, --address ADDRESS, --password PLACE" in ran.err


def test_options_say_it_all_over_tls(
    alex: Person, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_PASSWORD", PASSWORD)
    words = by_options(dovecot.imaps_url(user), "--password", "env:MY_PASSWORD", "--tls-ca", str(dovecot.ca))
    ran = alex(*words, "--timezone", "Lisbon", "--json")
    assert ran.code == 0, ran.err
    assert ran.json | {"proposed": []} == {
        "config": str(alex.folder / "kith.toml"),
        "mailbox": {"host": "127.0.0.1", "password": "env:MY_PASSWORD"},
        "addresses": [ME, WORK],
        "timezone": "Europe/Lisbon",
        "letters": "append",
        "added": [],
        "proposed": [],
    }
    assert [p["name"] for p in ran.json["proposed"]] == ["Maria Silva", "Bob Stone", "Tom Baker"]
    assert alex.files == ["kith.toml"]
    assert json.loads(alex("scan", "--json").out)["mailboxes"][0]["error"] is None


def test_without_a_terminal_the_people_are_listed_and_nobody_is_added(
    alex: Person, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_PASSWORD", PASSWORD)
    ran = alex(*by_options(server, "--password", "env:MY_PASSWORD", "--insecure"))
    assert ran.code == 0, ran.err
    assert "Maria Silva  maria@example.org" in ran.out
    assert json.loads(alex("people", "list", "--json").out) == []


def test_without_a_terminal_a_refused_login_ends_it(alex: Person, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", "wrong")
    ran = alex(*by_options(server, "--password", "env:MY_PASSWORD", "--insecure"))
    assert (ran.code, alex.files) == (77, [])
    assert ran.err.startswith("error: 127.0.0.1 refused the login of init-")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--password", "env:NOT_THERE"], 78, "the environment has no NOT_THERE"),
        (["--password", "env:MY_PASSWORD"], 75, "the line was lost while connecting"),
        (["--password", "hunter2"], 64, "--password is not a place to find a secret"),
        (["--password", "env:X", "--imap", "imap://u:hunter2@h.example"], 64, "--imap holds a password"),
        (["--password", "env:X", "--imap", "no server"], 64, "--imap names no IMAP server"),
        (["--password", "env:X", "--smtp", "ftp://h.example"], 64, "--smtp begins with none of"),
        (["--password", "env:X", "--timezone", "Atlantis"], 64, "Atlantis is not a time zone"),
        (["--password", "env:X", "--address", "nobody"], 64, "nobody is not a mail address"),
        (["--password", "env:X", "--tls-ca", "no-such-file"], 64, "there is no file no-such-file"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    alex: Person, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, said: str
) -> None:
    monkeypatch.setenv("MY_PASSWORD", PASSWORD)
    ran = alex(*by_options("imaps://alex@127.0.0.1:1", *words))
    assert (ran.code, ran.out, alex.files) == (code, "", [])
    assert ran.err.startswith(f"error: {said}")
    assert "hunter2" not in ran.err


# -- letters


@pytest.fixture
def outgoing(user: str) -> Iterator[SmtpServer]:
    server = SmtpServer(login=(ME, PASSWORD))
    yield server
    server.stop()


def test_letters_go_through_a_server_that_takes_the_login(
    alex: Person, server: str, outgoing: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_PASSWORD", PASSWORD)
    smtp = f"smtp://127.0.0.1:{outgoing.port}"
    ran = alex(*by_options(server, "--password", "env:MY_PASSWORD", "--insecure", "--smtp", smtp, "--json"))
    assert ran.code == 0, ran.err
    assert ran.json["letters"] == "smtp"
    section = configfile.load(alex.folder / "kith.toml", {}).smtp
    assert section is not None
    assert (section.user, section.password, section.insecure) == (ME, "env:MY_PASSWORD", True)


@pytest.mark.parametrize(("choice", "letters"), [("", "append"), ("2", "smtp")])
def test_a_provider_with_a_server_for_letters_is_offered_and_asked_about(
    alex: Person, dovecot: Dovecot, outgoing: SmtpServer, monkeypatch: pytest.MonkeyPatch, choice: str, letters: str
) -> None:
    imap, smtp = f"imap://127.0.0.1:{dovecot.port}", f"smtp://127.0.0.1:{outgoing.port}"
    here = Provider("Example", imap, smtp, "Example wants an app password", app_password=True, is_bridge=True)
    monkeypatch.setattr(providers, "of", {ME: here}.get)
    ran = alex("init", "--json", answers=["Alex", ME, "", "", "", "se cr et", "", choice])
    assert ran.code == 0, ran.err
    assert f"2  sent to you through 127.0.0.1:{outgoing.port}" in ran.err
    assert ran.json["letters"] == letters
    assert (alex.folder / "kith.password").read_text() == PASSWORD + "\n"  # the spaces are no part of it


def test_a_server_for_letters_that_refuses_is_not_taken(alex: Person, server: str, outgoing: SmtpServer) -> None:
    outgoing.login = (ME, "another")
    smtp = f"smtp://127.0.0.1:{outgoing.port}"
    ran = alex("init", "--imap", server, "--smtp", smtp, answers=answers())
    assert ran.code == 0, ran.err
    assert "127.0.0.1 refused the login (535). Letters will be put into your inbox" in " ".join(ran.err.split())
    assert configfile.load(alex.folder / "kith.toml", {}).smtp is None


# -- places of the password


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]  # a property in the base class, a number in every keyring

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring(alex: Person) -> Ring:
    mine = Ring()
    keyring.set_keyring(mine)
    return mine


def test_a_keyring_is_offered_where_there_is_one_and_keeps_the_password(
    alex: Person, server: str, ring: Ring, user: str
) -> None:
    assert alex("init", "--imap", server, answers=answers(place="2")).code == 0
    assert (ring.kept, alex.files) == ({("kith", user): PASSWORD}, ["kith.toml"])
    place = configfile.load(alex.folder / "kith.toml", {}).mailbox[0].password
    assert secret.find(place, alex.folder) == PASSWORD


def test_a_variable_that_is_not_set_is_told_at_the_end(alex: Person, server: str) -> None:
    ran = alex("init", "--imap", server, answers=answers(place="2"))
    assert ran.code == 0, ran.err
    assert alex.files == ["kith.toml"]
    assert "export KITH_IMAP_PASSWORD=…" in ran.out


def test_a_command_gives_the_password(alex: Person, server: str) -> None:
    ran = alex("init", "--imap", server, answers=answers(place=["3", "", f"echo {PASSWORD}"], password=()))
    assert ran.code == 0, ran.err
    assert configfile.load(alex.folder / "kith.toml", {}).mailbox[0].password == f"command:echo {PASSWORD}"


def test_a_secret_from_a_place_that_is_refused_may_come_from_another(alex: Person, server: str) -> None:
    places = ["3", "echo wrong", "", "1", PASSWORD]
    assert alex("init", "--imap", server, answers=answers(place=places, password=())).code == 0
    assert (alex.folder / "kith.password").read_text() == PASSWORD + "\n"


# -- the screen


def test_on_a_real_terminal_the_password_is_not_shown(tmp_path: Path, dovecot: Dovecot, user: str) -> None:
    ours, theirs = pty.openpty()
    words = ["init", "--imap", dovecot.url(user)]
    process = subprocess.Popen(
        [str(COMMAND), *words], cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=os.environ | {"KITH_STORE__URL": "sqlite:///kith.db", "TZ": "Europe/Paris", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(theirs)
    screen, given = "", answers()
    while chunk := _read(ours):
        screen += chunk
        if given and screen.rstrip(" ").endswith(":"):
            os.write(ours, f"{given.pop(0)}\n".encode())
            screen += "\n"
    os.close(ours)
    assert process.wait() == 0, screen
    assert PASSWORD not in screen
    assert "Kith keeps in touch with 2 people now." in screen
    assert max(len(line) for line in screen.splitlines() if str(tmp_path) not in line) <= 90
    assert (tmp_path / "kith.password").read_text() == PASSWORD + "\n"


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode()
    except OSError:  # Linux says so where others give nothing: the other side is closed
        return ""


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("", []),
        ("none", []),
        ("ALL", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("1-5 8", [1, 2, 3, 4, 5, 8]),
        ("8, 2–3,8", [2, 3, 8]),
        ("1 - 3", [1, 2, 3]),
        ("0", None),
        ("10", None),
        ("5-1", None),
        ("one", None),
        ("1-", None),
    ],
)
def test_numbers_are_understood(typed: str, numbers: list[int] | None) -> None:
    assert ask.numbers_in(typed, 9) == numbers


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Paris", "Europe/Paris"),
        ("new york", "America/New_York"),
        ("UTC", "UTC"),
        ("Atlantis", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_a_zone_is_known_by_its_name_or_its_city(words: str, name: str) -> None:
    assert zone.named(words) == name


def test_the_machine_says_where_it_is(tmp_path: Path) -> None:
    nowhere, link, text = tmp_path / "none", tmp_path / "localtime", tmp_path / "timezone"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    text.write_text("Asia/Tokyo\n")
    assert zone.guess({"TZ": ":Europe/Paris"}, link, text) == "Europe/Paris"
    assert zone.guess({"TZ": "CET-1CEST"}, link, text) == "Europe/Berlin"
    assert zone.guess({}, nowhere, text) == "Asia/Tokyo"
    assert zone.guess({}, nowhere, nowhere) == ""
