"""Puts the first kith.toml and its secret in place: both or neither, and never over what is there."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from kith.config import Config
from kith.domain.starting import Start, as_toml
from kith.errors import ConfigError, Internal, UsageError


def as_config(start: Start, path: Path) -> Config:
    """The configuration that kith.toml will hold, before it is written; path is where it will lie."""
    try:
        return Config.model_validate({**tomllib.loads(as_toml(start)), "path": path.resolve()})
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Internal(f"{where} {said}", "this is a bug in Kith; tell us what you answered") from None


def settle(start: Start, path: Path, secret: str | None) -> None:
    """Writes kith.toml, with mode 0600, and the secret to its place where it is given.

    Raises UsageError where a file is there already or cannot be made; then nothing is left behind.
    """
    with _folder(path.parent), _kept(start.mailbox.password, secret, path.parent), _new_file(path, as_toml(start)):
        pass


def free_place(path: Path) -> str:
    """A place beside kith.toml for a password, in a file that is not there yet."""
    names = (f"{path.stem}{'' if n == 1 else f'-{n}'}.password" for n in range(1, 1000))
    return "file:" + next(name for name in names if not (path.parent / name).exists())


def has_keyring() -> bool:
    """Whether this machine has a keyring that can keep a password."""
    try:
        import keyring
    except ModuleNotFoundError:
        return False
    return bool(keyring.get_keyring().priority > 0)


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}", "name another place with --out FILE") from error
    yield


@contextmanager
def _kept(place: str, secret: str | None, base: Path) -> Iterator[None]:
    """The secret at its place; taken away again where what follows fails."""
    scheme, _, rest = place.partition(":")
    if secret is None or scheme in ("env", "command"):
        yield
    elif scheme == "keyring":
        _to_keyring(rest, secret)
        yield
    else:
        with _new_file(base / Path(rest).expanduser(), secret + "\n"):
            yield


def _to_keyring(name: str, secret: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    service, _, user = name.partition("/")
    try:
        keyring.set_password(service, user, secret)
    except KeyringError as error:
        raise ConfigError("the keyring does not take the password", "is it unlocked? or choose a file") from error


@contextmanager
def _new_file(path: Path, text: str) -> Iterator[None]:
    """A file with mode 0600 that was not there; removed again where what follows fails."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is left as it is", "name another with --out FILE") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "name another with --out FILE") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        yield
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
