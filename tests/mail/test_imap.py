"""IMAP against a real server: safe lines, nothing but reading, waiting, compression, lines that break."""

import select
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from kith.errors import ConfigError, LoginRefused, TryLater
from kith.mail import wire
from kith.mail.imap import Account, connect
from kith.mail.source import Source
from support.dovecot import PASSWORD, Dovecot, missing
from support.need import need
from support.recording_proxy import RecordingProxy

users = count(1)


def mail(number: int, size: int = 0) -> bytes:
    """A mail with a body of some size."""
    head = b"From: a%d@example.org\r\nTo: me@example.org\r\nSubject: %d\r\nMessage-ID: <%d@example.org>\r\n\r\n"
    return head % (number, number, number) + b"words and words\r\n" * (size // 17)


@pytest.fixture
def user() -> str:
    return f"imap{next(users)}"


@pytest.fixture
def account(dovecot: Dovecot, user: str) -> Callable[..., Account]:
    def make(**changes: Any) -> Account:
        usual = {"name": "personal", "host": dovecot.host, "port": dovecot.port, "user": user, "tls": "none"}
        return Account(**usual | {"secret": lambda: PASSWORD} | changes)

    return make


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[RecordingProxy]:
    with RecordingProxy(dovecot.port) as recording:
        yield recording


def a_whole_life(source: Source) -> None:
    """Everything that Kith ever does with a mailbox."""
    names = [folder.name for folder in source.folders()]
    source.status(names)
    source.examine("INBOX")
    uids = source.uids(1)
    list(source.headers([*uids, 4_000_000_000]))
    source.fields(uids, ["Received"])
    source.structures(uids, ["text/calendar"])
    source.parts([(uid, parts[0]) for uid, parts in source.structures(uids).items()], 100)
    source.raw(uids[0], 100)
    source.raw(4_000_000_000, 100)
    source.find("Sent", "<1@example.org>")
    source.append("Drafts", mail(9), ["\\Draft"])
    source.append("INBOX", mail(10), [])


def test_only_harmless_commands_are_ever_sent(
    dovecot: Dovecot, proxy: RecordingProxy, account: Callable[..., Account], user: str
) -> None:
    for number in range(3):
        dovecot.deliver(user, mail(number))
    before = dovecot.snapshot(user)
    with connect(account(port=proxy.port), 10) as source:
        a_whole_life(source)
        source.idle_start("INBOX")
        source.idle_check(0.01)
        source.idle_done()
    proxy.stop()  # it has heard all by then
    proxy.check_harmless("Drafts", "INBOX")
    assert {"EXAMINE", "UID FETCH", "UID SEARCH", "APPEND", "IDLE", "DONE", "LOGOUT"} <= set(proxy.verbs)
    after = dovecot.snapshot(user)
    assert {uid: flags for uid, flags in after["INBOX"].items() if uid in before["INBOX"]} == before["INBOX"]
    assert {**after, "INBOX": None, "Drafts": None} == {**before, "INBOX": None, "Drafts": None}


def test_all_folders_are_asked_for_their_state_at_once(
    dovecot: Dovecot, account: Callable[..., Account], user: str
) -> None:
    for number in range(30):
        dovecot.deliver(user, mail(number), f"folder {number}")
    with RecordingProxy(dovecot.port, delay=0.05) as slow, connect(account(port=slow.port), 10) as source:
        names = [folder.name for folder in source.folders()]
        began = time.monotonic()
        assert len(source.status(names)) == 36
        assert time.monotonic() - began < 1  # one by one it would take 1.8 seconds


@pytest.mark.parametrize("tls", ["imaps", "starttls", "none"])
def test_every_kind_of_line_does_everything(
    dovecot: Dovecot, account: Callable[..., Account], user: str, tls: str
) -> None:
    dovecot.deliver(user, mail(1, size=100_000))
    port = dovecot.tls_port if tls == "imaps" else dovecot.port
    with connect(account(tls=tls, port=port, tls_ca=str(dovecot.ca)), 10) as source:
        a_whole_life(source)
        source.examine("INBOX")
        assert len(source.raw(1, 1_000_000) or b"") > 99_000


@pytest.mark.parametrize("tls", ["imaps", "starttls"])
def test_a_certificate_nobody_vouches_for_gets_no_password(
    dovecot: Dovecot, account: Callable[..., Account], tls: str
) -> None:
    port = dovecot.tls_port if tls == "imaps" else dovecot.port
    with pytest.raises(TryLater, match="cannot be trusted") as told:
        connect(account(tls=tls, port=port, secret=lambda: pytest.fail("asked for the secret")), 10)
    assert "tls_ca" in told.value.hint


def test_a_certificate_of_another_name_gets_no_password(dovecot: Dovecot, account: Callable[..., Account]) -> None:
    other = account(tls="imaps", host="127.0.0.2", port=dovecot.tls_port, tls_ca=str(dovecot.ca))
    with pytest.raises(TryLater):
        connect(other, 10)


def test_tls_on_a_plain_port_is_told_with_the_cure(dovecot: Dovecot, account: Callable[..., Account]) -> None:
    with pytest.raises(TryLater, match="no TLS") as told:
        connect(account(tls="imaps"), 10)
    assert "imap://" in told.value.hint


def test_a_file_of_certificates_that_is_none_is_a_matter_of_config(
    account: Callable[..., Account], tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(ConfigError, match="tls_ca"):
            connect(account(tls="imaps", tls_ca=str(tmp_path / name)), 10)


def test_a_wrong_password_is_refused_and_not_repeated(account: Callable[..., Account]) -> None:
    with pytest.raises(LoginRefused, match="refused the login") as told:
        connect(account(secret=lambda: "wrong-password"), 10)
    assert "wrong-password" not in str(told.value) + told.value.hint


def test_users_and_passwords_may_be_in_any_language(dovecot: Dovecot, account: Callable[..., Account]) -> None:
    connect(account(user="anna smith@example.org"), 10).close()
    with pytest.raises(LoginRefused):
        connect(account(secret=lambda: "größe"), 10)


def test_what_the_secret_gives_is_asked_for_at_the_login_only(account: Callable[..., Account]) -> None:
    asked: list[int] = []
    made = account(secret=lambda: asked.append(1) or PASSWORD)
    assert asked == []
    with connect(made, 10) as source:
        source.folders()
    assert asked == [1]


@pytest.mark.parametrize(("delay", "compressed"), [(0.0, False), (0.03, True)])
def test_far_servers_are_spoken_to_compressed(
    dovecot: Dovecot, account: Callable[..., Account], user: str, delay: float, compressed: bool
) -> None:
    uids = [dovecot.deliver(user, mail(number, size=5_000)) for number in range(40)]
    for _ in range(5):  # on a busy machine a server that is near may be slow to greet
        with RecordingProxy(dovecot.port, delay) as line, connect(account(port=line.port), 10) as source:
            a_whole_life(source)
            source.examine("INBOX")
            assert [h.uid for _, headers, _ in source.headers(uids) for h in headers] == uids
            assert "UID FETCH" in line.verbs  # also what was said after COMPRESS could be read
        if ("COMPRESS" in line.verbs) is compressed:
            return
    pytest.fail("each time it was taken for the other")


def test_news_is_told_soon_to_who_waits(dovecot: Dovecot, account: Callable[..., Account], user: str) -> None:
    with connect(account(), 10) as source:
        source.idle_start("INBOX")
        assert not source.idle_check(0.1)
        later = threading.Timer(0.2, lambda: dovecot.deliver(user, mail(1)))
        later.start()
        assert select.select([source], [], [], 10)[0]
        assert source.idle_check(1)
        later.join()
        source.idle_done()
        assert list(source.uids(1)) == [1]


def test_waiting_costs_no_time_of_the_processor(account: Callable[..., Account]) -> None:
    with connect(account(), 10) as source:
        source.idle_start("INBOX")
        began, used = time.monotonic(), time.process_time()
        assert not source.idle_check(0.5)
        assert time.monotonic() - began >= 0.45
        assert time.process_time() - used < 0.2
        source.idle_done()


def test_wherever_the_line_is_cut_whole_batches_come_first_and_then_try_later(
    dovecot: Dovecot, account: Callable[..., Account], user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "BATCH", 3)
    uids = [dovecot.deliver(user, mail(number)) for number in range(12)]
    finished = 0
    for cut in range(900, 6000, 211):
        seen: list[int] = []
        with RecordingProxy(dovecot.port, cut_after=cut) as line:
            try:
                with connect(account(port=line.port), 5) as source:
                    source.examine("INBOX")
                    for covered, headers, _ in source.headers(uids):
                        assert [header.uid for header in headers] == covered
                        seen += covered
                    finished += 1
            except TryLater:
                assert len(seen) < 12
        assert seen == uids[: len(seen)]
        assert len(seen) % 3 == 0
    assert 0 < finished < 20  # some lines were long enough, most were not


def test_a_server_that_stops_in_the_middle_is_tried_later(account: Callable[..., Account]) -> None:
    need(missing())
    server = Dovecot()
    server.deliver("anna", mail(1))
    source = connect(account(port=server.port, user="anna"), 5)
    server.stop()
    with pytest.raises(TryLater, match="personal"):
        source.examine("INBOX")
    source.close()
