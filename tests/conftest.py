"""Servers that tests talk to: real ones, private to the test process, started when first asked for."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import cyrus as cyrus_support
from support import disk
from support import dovecot as dovecot_support
from support import postgres as postgres_support
from support.cyrus import Cyrus
from support.dovecot import Dovecot
from support.need import need
from support.postgres import Postgres
from support.smtp import SmtpServer


@pytest.fixture(autouse=True)
def signals() -> None:
    """Every signal means what it does at a terminal: what a test starts would ignore SIGHUP under nohup, and SIGINT
    where a script put the tests into the background."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """An IMAP server; every user name is a fresh mailbox."""
    need(dovecot_support.missing())
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cyrus() -> Iterator[Cyrus]:
    """An IMAP server of another family; every user name is a fresh mailbox."""
    need(cyrus_support.missing())
    server = Cyrus()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; postgres.new_database() gives the URL of an empty database."""
    need(postgres_support.missing())
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """An SMTP server without login or TLS; make a SmtpServer for one with them."""
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of some MB."""
    with disk.small_disk(tmp_path / "disk") as place:
        yield place
