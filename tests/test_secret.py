"""Secrets are found where kith.toml says, and appear nowhere else."""

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from kith import secret
from kith.errors import ConfigError

WORD = "hunter2-ünïcode"


class OneKeyring(KeyringBackend):
    """A keyring with one password in it, or a locked one."""

    priority = 1  # type: ignore[assignment]  # a property in the base class, a number in every keyring
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return WORD if (service, username) == ("mail", "alex@example.com") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring() -> Iterator[OneKeyring]:
    before = keyring.get_keyring()
    mine = OneKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def _problem(place: str, base: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        secret.find(place, base)
    assert caught.value.hint
    assert caught.value.exit_code == 78
    return caught.value


def test_a_variable_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_IMAP_PASSWORD", WORD)
    assert secret.find("env:KITH_IMAP_PASSWORD", tmp_path) == WORD


def test_a_variable_that_is_not_set_or_empty_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KITH_NOT_THERE", raising=False)
    assert "KITH_NOT_THERE" in _problem("env:KITH_NOT_THERE", tmp_path).message
    monkeypatch.setenv("KITH_NOT_THERE", "")
    assert "env:KITH_NOT_THERE" in _problem("env:KITH_NOT_THERE", tmp_path).message


@pytest.mark.parametrize(
    "held",
    [WORD, f"{WORD}\n", f"{WORD}\r\n", f"\n{WORD}\n", f"{WORD}\nlogin: alex\n", f"\ufeff{WORD}\r\n"],
    ids=["bare", "line", "CRLF", "after an empty line", "first of several lines", "with a byte order mark"],
)
def test_the_first_line_of_a_file(tmp_path: Path, held: str) -> None:
    (tmp_path / "word").write_text(held, encoding="utf-8", newline="")
    assert secret.find("file:word", tmp_path) == WORD


def test_spaces_belong_to_a_password(tmp_path: Path) -> None:
    (tmp_path / "word").write_text(" two words \n")
    assert secret.find("file:word", tmp_path) == " two words "


def test_a_file_is_found_by_its_full_path_and_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "word").write_text(WORD, encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert secret.find(f"file:{tmp_path / 'word'}", elsewhere) == WORD
    assert secret.find("file:~/word", elsewhere) == WORD


def test_a_file_that_is_not_there_empty_or_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n\n")
    (tmp_path / "folder").mkdir()
    for name in ("nothing", "empty", "folder"):
        assert name in _problem(f"file:{name}", tmp_path).message


def test_what_a_command_prints(tmp_path: Path) -> None:
    (tmp_path / "word").write_text(f"{WORD}\nlogin: alex\n", encoding="utf-8")
    assert secret.find("command:cat word", tmp_path) == WORD


@pytest.mark.parametrize(
    "command",
    [
        f"sh -c 'echo {WORD}; echo {WORD} >&2; exit 3'",
        f"no-such-program {WORD}",
        f"echo 'unbalanced {WORD}",
        f"true {WORD}",
        f"sh -c 'echo {WORD}; sleep 60'",
    ],
    ids=["fails", "is not there", "cannot be read", "prints nothing", "takes too long"],
)
def test_a_command_that_gives_nothing_tells_nothing(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "COMMAND_SECONDS", 0.3)
    problem = _problem(f"command:{command}", tmp_path)
    shown = f"{problem.message} {problem.hint} {''.join(traceback.format_exception(problem))}"
    assert command.split(maxsplit=1)[0] in problem.message
    assert "hunter2" not in shown


def test_bytes_that_are_no_text_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "word").write_bytes(b"hunter2\xff")
    problem = _problem("file:word", tmp_path)
    assert "hunter2" not in f"{problem.message} {problem.hint} {''.join(traceback.format_exception(problem))}"
    (tmp_path / "print").write_text("import sys; sys.stdout.buffer.write(b'hunter2\\xff')")
    problem = _problem(f"command:{sys.executable} print", tmp_path)
    assert "hunter2" not in "".join(traceback.format_exception(problem))


def test_an_entry_of_the_keyring(tmp_path: Path, ring: OneKeyring) -> None:
    assert secret.find("keyring:mail/alex@example.com", tmp_path) == WORD
    assert "mail/bob" in _problem("keyring:mail/bob", tmp_path).message


def test_a_keyring_that_is_locked_or_not_there_is_told(tmp_path: Path, ring: OneKeyring) -> None:
    ring.locked = True
    assert "mail/alex" in _problem("keyring:mail/alex@example.com", tmp_path).message
    keyring.set_keyring(NoKeyring())
    assert "unlocked" in _problem("keyring:mail/alex@example.com", tmp_path).hint


def test_a_missing_keyring_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "kithmail[keyring]" in _problem("keyring:mail/alex", tmp_path).hint


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    base = tmp_path / "data" / "kith"
    made = secret.key("file:kith.key", base)
    file = base / "kith.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert base.stat().st_mode & 0o777 == 0o700
    assert len(made) >= 32
    assert secret.key("file:kith.key", base) == made
    assert secret.key("file:other.key", base) != made
    assert sorted(p.name for p in base.iterdir()) == ["kith.key", "other.key"]


def test_a_key_from_elsewhere_is_taken_and_never_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environb, b"KITH_KEY", b"raw \xff key")
    assert secret.key("env:KITH_KEY", tmp_path) == b"raw \xff key"
    monkeypatch.delenv("KITH_KEY")
    with pytest.raises(ConfigError):
        secret.key("env:KITH_KEY", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"kith\.key cannot be written"):
        secret.key("file:file/kith.key", tmp_path)


def test_processes_that_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from kith import secret; input(); "
    script += "print(secret.key('file:kith.key', Path(sys.argv[1])).decode())"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate()[0] for process in running}
    assert len(said) == 1
    assert said.pop().strip()
