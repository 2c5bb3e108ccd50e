"""What can stop Kith, as one tree.

KithError
├── UsageError          64   the command line asks for something that cannot be
├── NotFound            66   no such person, folder, message; or several would fit
├── TryLater            75   a server, a lock or the network is busy: the same again may work
│   ├── Busy            75   another Kith is at work; its turn ends by itself
│   ├── MailboxFailed   75   one mailbox could not be read; the others were
│   ├── Refused         75   the server refuses one thing; others may be asked for
│   └── StoreFailed     75   the database refused what was to be kept
│       └── DataRefused 75   … because of what it was: the same again would be refused again
├── LoginRefused        77   the server knows us and says no
├── ConfigError         78   kith.toml or the environment is wrong
│   └── KeyFailed       78   the key that signs letters is not there
├── SchemaTooNew        78   the database was written by a newer Kith
└── Internal            70   a bug

Each class carries its exit code (sysexits.h); each instance one sentence on what happened and one
hint on what to do. Expected outcomes (nothing new, already sent) are values, never one of these.
"""

import errno
from pathlib import Path


class KithError(Exception):
    """Something the owner should read: what happened, and what to do about it."""

    exit_code = 70

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def beyond(name: str, error: KithError) -> str:
    """What happened, for a line that begins with the name of the mailbox already."""
    return error.message.removeprefix(f"{name}: ")


def unwritable(path: Path | str, error: OSError, kind: type[KithError], hint: str) -> KithError:
    """What stops the writing of a file: TryLater where the disk is full, else one of a kind, with its hint."""
    message = f"{path} cannot be written: {error.strerror}"
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return TryLater(message, "make room on the disk, then try again") if full else kind(message, hint)


class UsageError(KithError):
    """The command line asks for something that cannot be done."""

    exit_code = 64


class NotFound(KithError):
    """No such person, folder or message, or more than one that would fit."""

    exit_code = 66


class TryLater(KithError):
    """Nothing is broken for good: the same again later may work."""

    exit_code = 75


class Busy(TryLater):
    """Another process of Kith is at work."""


class MailboxFailed(TryLater):
    """One mailbox could not be read to the end."""


class Refused(TryLater):
    """The server refuses one thing, and not because it is busy: the line is in order, and others may be asked for."""


class StoreFailed(TryLater):
    """The database refused what was to be kept; nothing of that transaction is."""


class DataRefused(StoreFailed):
    """The database took offence at a value; nothing is wrong with the database itself."""


class LoginRefused(KithError):
    """The server refused the user name, the password or the token."""

    exit_code = 77


class ConfigError(KithError):
    """The configuration is wrong; the message lists every problem found."""

    exit_code = 78


class KeyFailed(ConfigError):
    """The key that signs letters cannot be had."""


class SchemaTooNew(ConfigError):
    """The database was last used by a newer Kith."""


class Internal(KithError):
    """A bug in Kith."""

    exit_code = 70
