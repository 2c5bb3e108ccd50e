"""The tests' own PostgreSQL: databases are fresh and apart, and nothing stays behind."""

import psycopg
import pytest

from support import postgres as support
from support.need import need
from support.postgres import Postgres


def _ask(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        return cursor.fetchall() if cursor.description else []


def test_every_database_is_new_and_empty(postgres: Postgres) -> None:
    first, second = postgres.new_database(), postgres.new_database()
    _ask(first, "CREATE TABLE person (name text)")
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert (_ask(first, tables), _ask(second, tables)) == ([(1,)], [(0,)])


def test_it_keeps_utf8_and_utc_whatever_the_machine_has(postgres: Postgres) -> None:
    url = postgres.new_database()
    assert _ask(url, "SELECT current_setting('server_encoding'), current_setting('timezone')") == [("UTF8", "UTC")]


def test_stopping_disconnects_everybody_and_leaves_no_file() -> None:
    need(support.missing())
    server = Postgres()
    with psycopg.connect(server.new_database().replace("+psycopg", "")) as connection:
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert not server.home.exists()
