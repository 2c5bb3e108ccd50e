"""A Maildir's numbers on both databases: in the order of coming, each once, whoever gives them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from kith.store import file_names, owners
from kith.store.engine import reading
from kith.store.file_names import FileNames
from kith.store.tables import MaildirNamesRow, MaildirRow
from support.store import NOW


@pytest.fixture
def numbers(engine: Engine, owner: int) -> FileNames:
    return FileNames(engine, owner, "local", 2**32 + 7)


def names(numbers: FileNames, folder: str = "INBOX") -> list[bytes]:
    """All names in the order of their numbers."""
    return [name for some in numbers.names(folder) for name in some]


def rows(engine: Engine) -> tuple[int, int]:
    """How many folders and pieces of names there are."""
    with reading(engine) as session:
        return tuple(session.scalar(select(func.count()).select_from(t)) for t in (MaildirRow, MaildirNamesRow))


def test_a_folder_begins_with_the_number_one(numbers: FileNames) -> None:
    assert numbers.known("INBOX") == (1, 0, "")
    assert names(numbers) == []
    assert numbers.keep("INBOX", 1, [], 0, "looks")
    assert numbers.known("INBOX") == (1, 0, "looks")


def test_names_keep_the_order_in_which_they_came(numbers: FileNames) -> None:
    assert numbers.keep("INBOX", 1, [b"b", b"a"], 2, "")
    assert numbers.keep("INBOX", 3, [b"0 old", b"\xff\x01:"], 3, "some")
    assert numbers.keep("Sent", 1, [b"a"], 1, "")
    assert names(numbers) == [b"b", b"a", b"0 old", b"\xff\x01:"]
    assert names(numbers, "Sent") == [b"a"]
    assert numbers.known("INBOX") == (5, 3, "some")


@pytest.mark.parametrize("counts", [[999, 1, 1], [1000, 1], [2500, 600, 1], [1] * 12, [0, 3, 0, 4, 0]])
def test_many_names_lie_in_few_rows(
    numbers: FileNames, engine: Engine, monkeypatch: pytest.MonkeyPatch, counts: list[int]
) -> None:
    monkeypatch.setattr(file_names, "AT_ONCE", 10)
    expected: list[bytes] = []
    for count in counts:
        new = [b"%d.host" % n for n in range(len(expected), len(expected) + count)]
        assert numbers.keep("INBOX", len(expected) + 1, new, 0, "")
        expected += new
        assert names(numbers) == expected
    assert rows(engine)[1] == -(-len(expected) // 10)


def test_who_comes_second_gives_no_number_twice(numbers: FileNames) -> None:
    assert numbers.keep("INBOX", 1, [b"a"], 1, "")
    assert not numbers.keep("INBOX", 1, [b"b"], 1, "other")
    assert not numbers.keep("INBOX", 3, [b"b"], 1, "other")
    assert (names(numbers), numbers.known("INBOX")) == ([b"a"], (2, 1, ""))


def test_of_many_at_once_each_number_goes_to_one(numbers: FileNames) -> None:
    def give(name: bytes) -> None:
        while not numbers.keep("INBOX", len(names(numbers)) + 1, [name], 0, ""):
            pass

    new = [b"%d" % n for n in range(24)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(give, new))
    assert sorted(names(numbers)) == sorted(new)


def test_another_maildir_under_the_same_name_begins_anew(numbers: FileNames, engine: Engine) -> None:
    assert numbers.keep("INBOX", 1, [b"a", b"b"], 2, "")
    other = replace(numbers, place=numbers.place + 1)
    assert other.known("INBOX") == (1, 0, "")
    assert names(other) == []
    assert other.keep("INBOX", 1, [b"c"], 1, "")
    assert names(other) == [b"c"]
    assert numbers.known("INBOX") == (1, 0, "")
    assert rows(engine) == (1, 1)


def test_owners_and_mailboxes_have_their_own(numbers: FileNames, engine: Engine) -> None:
    another = owners.ensure(engine, NOW, "another").id
    for one in (numbers, replace(numbers, owner_id=another), replace(numbers, mailbox="work")):
        assert names(one) == []
        assert one.keep("INBOX", 1, [b"a"], 1, "")
        assert names(one) == [b"a"]
