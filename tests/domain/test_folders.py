"""Which folder is for what, and which are read."""

import pytest

from kith.domain.folders import Folder, Listed, Role, first, readable, role_of_a_label, with_roles

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
        (listed("[Gmail]/Bin"), Role.TRASH),
        (listed("Κάδος απορριμμάτων"), Role.TRASH),
        (listed("Thùng rác"), Role.TRASH),
        (listed("אשפה"), Role.TRASH),
        (listed("المهملات"), Role.TRASH),
        (listed("Outbox"), Role.UNSENT),
        (listed("Unsent Messages"), Role.UNSENT),
        (listed("postponed"), Role.DRAFTS),
        (listed("[Gmail].Sent Mail"), Role.SENT),
        (listed("Projects/Sent"), Role.PLAIN),
        (listed("INBOX/Sent", delimiter=""), Role.PLAIN),
        (listed("Friends"), Role.PLAIN),
        (listed("日本語"), Role.PLAIN),
    ],
)
def test_a_role_comes_from_a_flag_or_else_from_the_name(entry: Listed, role: Role) -> None:
    [folder] = with_roles([entry])
    assert folder.role is role


def unread(*names: str, **flags: str) -> list[str]:
    """Which of these folders are not read; flags: those of a folder, by its name."""
    entries = [Listed(name, frozenset({flags[name]} if name in flags else ())) for name in names]
    read = {folder.name for folder in readable(with_roles(entries))[0]}
    return [name for name in names if name not in read]


def test_what_lies_within_trash_junk_or_drafts_is_of_that_kind() -> None:
    inside = ["Trash/sub", "spam/learned/by me", "Drafts/old", "INBOX/Junk/2020", "[Gmail]/Bin/x"]
    assert unread("Sent/2023", *inside, "Friends/Junk yard", "Sent/Drafts") == inside
    assert unread("Gone", "Gone/Lisbon", "Kept/Lisbon", Gone="\\Trash") == ["Gone", "Gone/Lisbon"]
    assert unread("INBOX", "INBOX/Lisbon", INBOX="\\Trash") == []


def test_below_an_inbox_stands_an_account_with_folders_of_its_own() -> None:
    account = ["Inbox", "Drafts", "Junk", "Trash", "Archive", "[Gmail]/Drafts", "Trash/sub", "INBOX.Drafts"]
    names = [f"{one}/{folder}" for one in ("personal", "me@example.org", "all/work") for folder in account]
    kept = {name for name in names if name.endswith(("Inbox", "Archive"))}
    assert unread(*names) == [name for name in names if name not in kept]
    assert unread("old/Sent", "old/Entwürfe", "old/Trash", "old/Mail") == ["old/Entwürfe", "old/Trash"]
    assert unread("work/[Gmail]/Spam") == ["work/[Gmail]/Spam"]


def test_a_folder_of_the_owners_own_is_read_though_it_is_called_drafts() -> None:
    assert unread("Projects", "Projects/Drafts", "Projects/Sent") == []
    flagged = ["Entwürfe", "me/Inbox", "me/Drafts", "Drafts/Novel"]
    assert unread(*flagged, Entwürfe="\\Drafts") == ["Entwürfe"]


def test_nothing_is_placed_where_mail_waits_to_be_sent() -> None:
    folders = with_roles([listed("Outbox"), listed("Trash/Drafts"), listed("Drafts/old"), listed("Drafts")])
    assert first(folders, Role.DRAFTS) == Folder("Drafts", Role.DRAFTS)
    assert first(with_roles([listed("Outbox"), listed("Templates")]), Role.DRAFTS) is None


def test_an_accounts_sent_folder_comes_after_that_of_the_mailbox() -> None:
    entries = [listed("old/Inbox"), listed("old/Sent"), listed("Sent")]
    assert first(with_roles(entries), Role.SENT) == Folder("Sent", Role.SENT)
    assert first(with_roles(entries[:2]), Role.SENT) == Folder("old/Sent", Role.SENT)


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Bin", Role.TRASH),
        ("Kuka", Role.TRASH),
        ("Reciclagem", Role.TRASH),
        ("[Gmail]/Trash", Role.TRASH),
        ("Wersje robocze", Role.DRAFTS),
        ("Drafts/Novel", Role.PLAIN),
        ("", Role.PLAIN),
    ],
)
def test_a_label_tells_of_itself_only(label: str, role: Role) -> None:
    assert role_of_a_label(label) is role


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


@pytest.mark.parametrize("name", ["Bin", "Bulk", "Kuka", "Postponed"])
def test_a_common_word_is_somebodys_own_folder_where_flags_name_the_real_ones(name: str) -> None:
    told = [listed("Trash", "\\Trash"), listed("Spam", "\\Junk"), listed("Drafts", "\\Drafts")]
    assert first(with_roles([*told, listed(name)]), Role.PLAIN) == Folder(name, Role.PLAIN)
    assert Folder(f"{name}/Laden book", Role.PLAIN) in with_roles([listed(name), listed(f"{name}/Laden book")])


@pytest.mark.parametrize("name", ["Templates/Clients", "Outbox/2025"])
def test_what_lies_within_templates_is_read(name: str) -> None:
    assert with_roles([listed(name)]) == [Folder(name, Role.PLAIN)]
