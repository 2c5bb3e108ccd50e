"""Finds secrets where kith.toml says they are: env:NAME, file:PATH, keyring:SERVICE/USER, command:CMD.

What is found is never logged, stored or shown; errors name the place alone, and of a command its program.
"""

import base64
import os
import secrets
import shlex
import subprocess
from contextlib import suppress
from pathlib import Path

from kith.errors import ConfigError, KeyFailed, unwritable

COMMAND_SECONDS = 60
"""How long a password manager may take, including the owner's typing."""


def find(place: str, base: Path) -> str:
    """The secret at a place, one line; relative files are seen from the folder base.

    Raises ConfigError where there is none.
    """
    scheme, _, rest = place.partition(":")
    found = {"env": _env, "file": _file, "keyring": _keyring, "command": _command}[scheme](rest, base)
    line = found.strip("\r\n").partition("\n")[0].rstrip("\r")
    if not line:
        where = f"the command {_program(rest)}" if scheme == "command" else place
        raise ConfigError(f"there is no secret at {where}", "put the password there, on the first line")
    return line


def key(place: str, base: Path) -> bytes:
    """The key that signs tokens; a file of 32 random bytes is made, with mode 0600, where it is not there yet.

    Raises KeyFailed where there is none and none can be made; TryLater where the disk is full.
    """
    scheme, _, rest = place.partition(":")
    path = base / Path(rest).expanduser()
    if scheme == "file" and not path.exists():
        try:
            _make_key(path)
        except OSError as error:
            raise unwritable(path, error, KeyFailed, "see store.key in kith.toml") from error
    try:
        return find(place, base).encode("utf-8", "surrogateescape")
    except ConfigError as error:
        is_empty = scheme == "file" and path.stat().st_size == 0
        hint = NO_KEY if is_empty else UNREADABLE if scheme == "file" else error.hint
        raise KeyFailed(f"the key that signs letters cannot be had: {error.message}", hint) from error


UNREADABLE = "let the user that Kith runs as read it"
NO_KEY = "put your copy of it back; or remove the file: a new one is made, and letters already sent cannot be answered"


def _make_key(path: Path) -> None:
    """Writes the key elsewhere first: no other process may see half a key, and the first key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)))
            file.flush()
            os.fsync(handle)
        with suppress(FileExistsError):  # another process was first
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _env(name: str, _base: Path) -> str:
    value = os.environ.get(name)
    if value is None:
        raise ConfigError(f"the environment has no {name}", f"export {name}=…, or name another place for the password")
    return value


def _file(path: str, base: Path) -> str:
    file = base / Path(path).expanduser()
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}", "make the file, with mode 0600") from error
    except UnicodeDecodeError:
        # The error itself holds what is in the file.
        raise ConfigError(f"{file} is not text", "write the password into it, in UTF-8") from None


def _keyring(name: str, _base: Path) -> str:
    service, _, user = name.partition("/")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError as error:
        raise ConfigError("the keyring needs its library", "pip install 'kithmail[keyring]'") from error
    try:
        return keyring.get_password(service, user) or ""
    except KeyringError as error:
        raise ConfigError(f"the keyring gives nothing for {name}", "is a keyring unlocked on this machine?") from error


def _command(command: str, base: Path) -> str:
    try:
        done = subprocess.run(
            shlex.split(command), cwd=base, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # The error itself may hold what the command printed.
        raise ConfigError(
            f"the command {_program(command)} gave no password ({type(error).__name__})",
            "try it by hand: the command stands in kith.toml",
        ) from None
    return done.stdout


def _program(command: str) -> str:
    """The program alone: its arguments may be secret."""
    return command.split(maxsplit=1)[0]
