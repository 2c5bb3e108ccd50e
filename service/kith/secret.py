"""Finds secrets where kith.toml says they are: env:NAME, file:PATH, keyring:SERVICE/USER, command:CMD.

What is found is never logged, stored or shown; errors name the place alone.
"""

import base64
import os
import secrets
import shlex
import subprocess
from pathlib import Path

from kith.errors import ConfigError

COMMAND_SECONDS = 60
"""How long a password manager may take, including the owner's typing."""


def find(place: str, base: Path) -> str:
    """The secret at a place; relative files are seen from the folder base. Raises ConfigError where there is none."""
    scheme, _, rest = place.partition(":")
    found = {"env": _env, "file": _file, "keyring": _keyring, "command": _command}[scheme](rest, base)
    if not found:
        raise ConfigError(f"the secret at {place} is empty", "put the password there")
    return found


def key(place: str, base: Path) -> bytes:
    """The key that signs tokens; a file of 32 random bytes is made, with mode 0600, where it is not there yet."""
    scheme, _, rest = place.partition(":")
    path = base / rest
    if scheme == "file" and not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return key(place, base)  # another process was first
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror}", "see store.key in kith.toml") from error
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)))
    return find(place, base).encode()


def _env(name: str, _base: Path) -> str:
    value = os.environ.get(name)
    if value is None:
        raise ConfigError(f"the environment has no {name}", f"export {name}=…, or name another place for the password")
    return value


def _file(path: str, base: Path) -> str:
    try:
        return (base / path).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{base / path} cannot be read", "make the file, with mode 0600") from error


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
            f"the command for the password failed ({type(error).__name__})", f"try it: {command}"
        ) from None
    return done.stdout.strip("\r\n").partition("\n")[0]
