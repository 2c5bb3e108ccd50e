"""Which folder of a mailbox is for what, and which of them are read."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kith.domain import folder_names
from kith.domain.folder_names import folded

__all__ = [
    "INBOX", "UNREAD_ROLES", "Folder", "Listed", "Role", "first", "folded", "readable", "role_of_a_label", "with_roles",
]  # fmt: skip


INBOX: Final = "INBOX"
"""The one folder that every mailbox has, in whatever capitals (RFC 3501, 5.1)."""


class Role(StrEnum):
    """What a folder is for (RFC 6154, RFC 3501 for INBOX)."""

    INBOX = "inbox"
    SENT = "sent"
    DRAFTS = "drafts"
    UNSENT = "unsent"  # templates, and what waits to be sent; nothing is ever placed there
    JUNK = "junk"
    TRASH = "trash"
    VIRTUAL = "virtual"  # shows messages that live in other folders: \\All, \\Flagged, \\Important
    EVERYTHING = "everything"  # \\All where a message that was archived lives in no other folder: Gmail
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder that can be opened; name is decoded from modified UTF-7."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Listed:
    """One folder as a server lists it. delimiter is "" where the server has no hierarchy."""

    name: str
    flags: frozenset[str] = frozenset()
    delimiter: str = "/"


UNREAD_ROLES: Final = frozenset({Role.DRAFTS, Role.UNSENT, Role.JUNK, Role.TRASH, Role.VIRTUAL})
"""Roles of folders that are read only where the owner lists them by name."""

_INHERITED: Final = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH})
"""What a folder within such a folder is as well: a folder that was thrown away, say."""
_ACCOUNT: Final = frozenset({Role.SENT, Role.DRAFTS, Role.TRASH})
"""What lies side by side at the top of an account only."""

_UNOPENABLE: Final = frozenset({"\\noselect", "\\nonexistent"})
_BY_FLAG: Final = {
    "\\sent": Role.SENT,
    "\\drafts": Role.DRAFTS,
    "\\junk": Role.JUNK,
    "\\spam": Role.JUNK,  # before RFC 6154 Gmail said so, and some servers still do
    "\\trash": Role.TRASH,
    "\\all": Role.VIRTUAL,
    "\\allmail": Role.VIRTUAL,
    "\\flagged": Role.VIRTUAL,
    "\\starred": Role.VIRTUAL,
    "\\important": Role.VIRTUAL,
}
_PARENTS: Final = frozenset({"inbox", "[gmail]", "[google mail]"})

_BY_NAME: Final = {
    name: role
    for role, names in (
        (Role.SENT, folder_names.SENT),
        (Role.DRAFTS, folder_names.DRAFTS),
        (Role.UNSENT, folder_names.UNSENT),
        (Role.JUNK, folder_names.JUNK),
        (Role.TRASH, folder_names.TRASH),
    )
    for name in folder_names.among(names)
}


_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Hints:
    """What the other folders tell of one: those with a flag, by their names; the roles that flags tell; accounts."""

    flagged: Mapping[_Words, Role]
    told: AbstractSet[Role]
    accounts: AbstractSet[_Words]


def with_roles(
    listed: Iterable[Listed], sent: str = "auto", drafts: str = "auto", *, archives_in_all: bool = False
) -> list[Folder]:
    """Every folder that can be opened, once, with its role.

    A role comes from the owner's own choice (sent and drafts, a name instead of "auto"), else from a
    SPECIAL-USE flag (RFC 6154), else from a name in a common language at the top of the mailbox, else
    from what stands around it: see _guess. Several folders may have one role: the first of them is the
    one to use. archives_in_all: the folder with everything is no mere view of others, and comes last.
    """
    entries = list(listed)
    chosen = {folded(name): role for name, role in ((sent, Role.SENT), (drafts, Role.DRAFTS)) if name != "auto"}
    hints = _hints(entries)
    ranked: dict[str, tuple[int, Folder]] = {}
    for entry in entries:
        name = INBOX if entry.name.upper() == INBOX else entry.name
        if name and name not in ranked and not _UNOPENABLE & _flags(entry):
            rank, role = _role(entry, chosen, hints)
            if archives_in_all and role is Role.VIRTUAL and "\\all" in _flags(entry):
                rank, role = _LAST, Role.EVERYTHING
            ranked[name] = rank, Folder(name, role)
    return [folder for _, folder in sorted(ranked.values(), key=lambda found: found[0])]


_LAST: Final = 5


def role_of_a_label(name: str) -> Role:
    """What a label of a message says that it is; of labels there may be many, and none tells of another."""
    return _at_the_top(_words(Listed(name)))


def _flags(entry: Listed) -> set[str]:
    return {flag.lower() for flag in entry.flags}


def _role(entry: Listed, chosen: dict[str, Role], hints: _Hints) -> tuple[int, Role]:
    """The role of a folder, and how surely it has it (0 is surest)."""
    if entry.name.upper() == INBOX:
        return 0, Role.INBOX
    if own := chosen.get(folded(entry.name)):
        return 1, own
    if told := _by_flag(entry):
        return 2, told
    words = _words(entry)
    if (named := _at_the_top(words)) is not Role.PLAIN:
        is_common = words[0] in folder_names.COMMON and named in hints.told
        return 3, Role.PLAIN if is_common else named
    guess = _guess(words, hints)
    return (3 if guess is Role.PLAIN else 4), guess


def _by_flag(entry: Listed) -> Role | None:
    return next((_BY_FLAG[flag] for flag in sorted(_flags(entry) & _BY_FLAG.keys())), None)


def _words(entry: Listed) -> _Words:
    """The folded parts of a name. Some programs write a provider's parent and what lies in it as one: INBOX.Sent."""
    words = folded(entry.name).split(entry.delimiter) if entry.delimiter else [folded(entry.name)]
    parted = (word.split(".", 1) if word.partition(".")[0] in _PARENTS else [word] for word in words)
    return tuple(part for parts in parted for part in parts)


def _at_the_top(words: _Words) -> Role:
    """By the name alone, without a parent that only holds the provider's own folders."""
    top = words[1:] if len(words) > 1 and words[0] in _PARENTS else words
    return _BY_NAME.get(top[0], Role.PLAIN) if len(top) == 1 else Role.PLAIN


def _hints(entries: Sequence[Listed]) -> _Hints:
    flagged = {_words(e): role for e in entries if e.name.upper() != INBOX and (role := _by_flag(e))}
    inside: dict[_Words, set[Role]] = {}
    for words in map(_words, entries):
        role = Role.INBOX if words[-1] == "inbox" else _BY_NAME.get(words[-1])
        if role:
            inside.setdefault(words[:-1], set()).add(role)
    accounts = {parent for parent, roles in inside.items() if parent and (Role.INBOX in roles or roles >= _ACCOUNT)}
    return _Hints(flagged, set(flagged.values()), accounts)


def _guess(words: _Words, hints: _Hints) -> Role:
    """The role of a folder deeper down.

    What lies within Drafts, Junk or Trash is of that kind, too. And the top of a mailbox may be deeper: below a
    provider's parent, or what holds an Inbox, or Sent, Drafts and Trash together, for that is an account. Where
    flags tell which folder has a role, no name makes another one such: somebody's own Projects/Drafts is to be read.
    """
    for size in range(1, len(words)):
        if (above := hints.flagged.get(words[:size])) in _INHERITED:
            return above
    tops = (n for n in range(len(words) - 1, 0, -1) if words[n - 1] in _PARENTS or words[:n] in hints.accounts)
    rest = words[next(tops, 0) :]
    role = _BY_NAME.get(rest[0], Role.PLAIN)
    is_within = len(rest) > 1
    if role in hints.told or (is_within and (role not in _INHERITED or words[0] in folder_names.COMMON)):
        return Role.PLAIN
    return role


def first(folders: Iterable[Folder], role: Role) -> Folder | None:
    """The folder to use for a role, None where there is none."""
    return next((folder for folder in folders if folder.role is role), None)


def readable(
    folders: Sequence[Folder], wanted: str | Sequence[str] = "auto", exclude: Sequence[str] = ()
) -> tuple[list[Folder], list[str]]:
    """The folders that are read, and the names that were asked for or excluded and are not there.

    wanted "auto" means all but Drafts, Junk, Trash and virtual ones. Names are compared without
    regard to case where no folder has the exact name.
    """
    left_out, missing = _named(folders, exclude)
    if isinstance(wanted, str):
        found = [folder for folder in folders if folder.role not in UNREAD_ROLES]
    else:
        found, unknown = _named(folders, wanted)
        missing = unknown + missing
    return [folder for folder in found if folder not in left_out], missing


def _named(folders: Sequence[Folder], names: Sequence[str]) -> tuple[list[Folder], list[str]]:
    exact = {folder.name: folder for folder in folders}
    alike = {folded(folder.name): folder for folder in reversed(folders)}
    found = {name: exact.get(name) or alike.get(folded(name)) for name in names}
    return list(dict.fromkeys(f for f in found.values() if f)), [name for name, folder in found.items() if not folder]
