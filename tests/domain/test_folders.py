"""Which folder is for what, and which are read."""

import pytest

from kith.domain.folders import Folder, Listed, Role, first, readable, with_roles

INBOX = Folder("INBOX", Role.INBOX)


def listed(name: str, *flags: str, delimiter: str = "/") -> Listed:
    return Listed(name, frozenset(flags), delimiter)


@pytest.mark.parametrize(
    ("entry", "role"),
    [
        (listed("inbox"), Role.INBOX),
        (listed("INBOX", "\\Sent"), Role.INBOX),
        (listed("Whatever", "\\Sent"), Role.SENT),
        (listed("Whatever", "\\HASNOCHILDREN", "\\dRAFTS"), Role.DRAFTS),
        (listed("Whatever", "\\Junk"), Role.JUNK),
        (listed("Whatever", "\\Trash"), Role.TRASH),
        (listed("Whatever", "\\Archive"), Role.PLAIN),
        (listed("[Gmail]/All Mail", "\\All"), Role.VIRTUAL),
        (listed("[Gmail]/Starred", "\\Flagged"), Role.VIRTUAL),
        (listed("[Gmail]/Important", "\\Important"), Role.VIRTUAL),
        (listed("Sent", "\\Trash"), Role.TRASH),
        (listed("Gesendete Objekte"), Role.SENT),
        (listed("Éléments envoyés"), Role.SENT),
        (listed("E\u0301le\u0301ments envoye\u0301s"), Role.SENT),
        (listed("Posta inviata"), Role.SENT),
        (listed("Skickade objekt"), Role.SENT),
        (listed("Отправленные"), Role.SENT),
        (listed("送信済みメール"), Role.SENT),
        (listed("已发送"), Role.SENT),
        (listed("INBOX.Sent", delimiter="."), Role.SENT),
        (listed("[Gmail]/Sent Mail"), Role.SENT),
        (listed("[Google Mail]/Entwürfe"), Role.DRAFTS),
        (listed("Kladder"), Role.DRAFTS),
        (listed("Borradores"), Role.DRAFTS),
        (listed("Roskaposti"), Role.JUNK),
        (listed("SPAM"), Role.JUNK),
        (listed("Kosz"), Role.TRASH),
        (listed("Prullenbak"), Role.TRASH),
        (listed("Projects/Sent"), Role.PLAIN),
        (listed("INBOX/Sent", delimiter=""), Role.PLAIN),
        (listed("Friends"), Role.PLAIN),
        (listed("日本語"), Role.PLAIN),
    ],
)
def test_a_role_comes_from_a_flag_or_else_from_the_name(entry: Listed, role: Role) -> None:
    [folder] = with_roles([entry])
    assert folder.role is role


def test_folders_that_cannot_be_opened_or_came_before_are_left_out() -> None:
    entries = [
        listed("inbox"), listed("INBOX"), listed("Parent", "\\NoSelect"), listed("Gone", "\\NonExistent"), listed(""),
        listed("Twice"), listed("Twice", "\\Sent"),
    ]  # fmt: skip
    assert with_roles(entries) == [INBOX, Folder("Twice", Role.PLAIN)]


def test_the_surest_folder_of_a_role_is_the_first() -> None:
    entries = [listed("Sent"), listed("Gesendet", "\\Sent"), listed("Out/Mine"), listed("Entwürfe")]
    assert first(with_roles(entries), Role.SENT) == Folder("Gesendet", Role.SENT)
    assert first(with_roles(entries, sent="out/mine"), Role.SENT) == Folder("Out/Mine", Role.SENT)
    assert first(with_roles(entries, drafts="Sent"), Role.DRAFTS) == Folder("Sent", Role.DRAFTS)
    assert first(with_roles(entries), Role.TRASH) is None


FOLDERS = [
    INBOX, Folder("Sent", Role.SENT), Folder("Drafts", Role.DRAFTS), Folder("Junk", Role.JUNK),
    Folder("Trash", Role.TRASH), Folder("All", Role.VIRTUAL), Folder("Family", Role.PLAIN),
    Folder("family", Role.PLAIN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "exclude", "names", "missing"),
    [
        ("auto", (), ["INBOX", "Sent", "Family", "family"], []),
        ("auto", ("Family", "Nowhere"), ["INBOX", "Sent", "family"], ["Nowhere"]),
        (("Drafts", "inbox", "Nowhere"), (), ["Drafts", "INBOX"], ["Nowhere"]),
        (("FAMILY", "Family", "family"), (), ["Family", "family"], []),
        (("Sent", "All"), ("sent",), ["All"], []),
        ((), (), [], []),
    ],
)
def test_what_is_read(
    wanted: str | tuple[str, ...], exclude: tuple[str, ...], names: list[str], missing: list[str]
) -> None:
    found, unknown = readable(FOLDERS, wanted, exclude)
    assert ([folder.name for folder in found], unknown) == (names, missing)


def test_where_archived_mail_lives_in_all_mail_alone_that_is_read_last() -> None:
    there = [listed("[Gmail]/All Mail", "\\All"), listed("[Gmail]/Starred", "\\Flagged"), listed("INBOX")]
    folders = with_roles([*there, listed("Family")], archives_in_all=True)
    assert [(f.name, f.role) for f in folders if f.role is not Role.PLAIN] == [
        ("INBOX", Role.INBOX), ("[Gmail]/Starred", Role.VIRTUAL), ("[Gmail]/All Mail", Role.EVERYTHING)
    ]  # fmt: skip
    assert [f.name for f in readable(folders)[0]] == ["INBOX", "Family", "[Gmail]/All Mail"]
