"""A database is made and brought to today's schema when it is opened, whoever else opens it."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from kith.errors import SchemaTooNew
from kith.store import migrate, migrations, owners
from kith.store.engine import open_database, reading, writing
from kith.store.migrations import HEAD
from kith.store.tables import METADATA
from support.store import NOW, dump, person, places

OPEN = "import sys; from kith.store.engine import open_database; input(); open_database(sys.argv[1]); print('open')"
"""A process that opens a database when it is told to."""

STEP = """
from alembic import op
import sqlalchemy as sa
revision = "9999"
down_revision = {before}
branch_labels = depends_on = None
def upgrade():
    op.add_column("person", sa.Column("star_sign", sa.String(), nullable=True))
    {more}
"""


class Tomorrow:
    """A Kith whose schema has one more step; it is there once it has come."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._steps = folder / "versions"
        self._monkeypatch = monkeypatch
        here = Path(migrations.__file__).parent
        shutil.copytree(here, folder, ignore=shutil.ignore_patterns("__pycache__"))

    def comes(self, more: str = "pass") -> None:
        """From here on it is tomorrow. The new step adds a column, and does some more."""
        step = STEP.format(before=repr(HEAD), more=more)
        (self._steps / "9999_tomorrow.py").write_text(step)
        set_option = Config.set_main_option

        def elsewhere(config: Config, name: str, value: str) -> None:
            set_option(config, name, str(self._steps.parent) if name == "script_location" else value)

        self._monkeypatch.setattr(Config, "set_main_option", elsewhere)
        self._monkeypatch.setattr("kith.store.engine.HEAD", "9999")


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tomorrow:
    return Tomorrow(tmp_path / "steps", monkeypatch)


def _script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "kith.store:migrations")
    return ScriptDirectory.from_config(config)


def _columns(engine: Engine) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns("person")}


def _today(url: str) -> None:
    """A database at today's schema, with Maria in it."""
    engine = open_database(url)
    with writing(engine) as session:
        person(session, owners.ensure(engine, NOW).id, "Maria")
    engine.dispose()


def test_the_head_is_the_newest_step() -> None:
    assert _script().get_heads() == [HEAD]


def test_the_steps_make_what_the_tables_say(engine: Engine) -> None:
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, METADATA) == []


def test_the_steps_can_be_taken_back_and_again(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "kith.store:migrations")
    for go in (command.downgrade, command.upgrade):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            go(config, "base" if go is command.downgrade else "head")
        names = set(inspect(engine).get_table_names()) - {"alembic_version"}
        assert names == (set() if go is command.downgrade else set(METADATA.tables))


def test_opening_again_changes_nothing(url: str) -> None:
    _today(url)
    first = open_database(url)
    before = dump(first)
    first.dispose()
    second = open_database(url)
    assert dump(second) == before
    assert len(before["person"]) == 1
    second.dispose()


def test_an_older_schema_is_brought_up_and_a_copy_is_kept(url: str, tomorrow: Tomorrow, tmp_path: Path) -> None:
    _today(url)
    tomorrow.comes()
    opened = open_database(url)
    assert "star_sign" in _columns(opened)
    assert places(opened, "Maria") == ["person.name"]
    opened.dispose()
    copies = list(tmp_path.glob("kith.db.before-*"))
    if not url.startswith("sqlite"):
        assert copies == []  # who runs a server has backups of their own
        return
    assert [c.name for c in copies] == [f"kith.db.before-{HEAD}"]
    assert stat.S_IMODE(copies[0].stat().st_mode) == 0o600
    with closing(sqlite3.connect(copies[0])) as copy:
        assert copy.execute("SELECT name FROM person").fetchall() == [("Maria",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def test_a_step_that_fails_leaves_everything_as_it_was(url: str, tomorrow: Tomorrow) -> None:
    _today(url)
    tomorrow.comes("raise RuntimeError('the power went')")
    with pytest.raises(RuntimeError, match="the power went"):
        open_database(url)
    tomorrow.comes()
    opened = open_database(url)  # the column is not there yet, or adding it would fail
    assert "star_sign" in _columns(opened)
    assert places(opened, "Maria") == ["person.name"]
    opened.dispose()


def test_who_comes_second_keeps_no_copy_of_the_new_schema(tomorrow: Tomorrow, tmp_path: Path) -> None:
    """Two services start after an upgrade: both find the old schema, and one has brought it up already."""
    url = f"sqlite:///{tmp_path / 'kith.db'}"
    _today(url)
    tomorrow.comes()
    opened = open_database(url)
    (kept,) = tmp_path.glob("kith.db.before-*")
    before = kept.read_bytes()
    migrate.upgrade(opened, HEAD)  # what the second believes to have found
    assert kept.read_bytes() == before
    assert "star_sign" in _columns(opened)
    opened.dispose()


def test_a_newer_schema_is_refused_and_left_alone(
    url: str,
) -> None:
    _today(url)
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = dump(engine)
    with pytest.raises(SchemaTooNew) as caught:
        open_database(url)
    assert caught.value.exit_code == 78
    assert "9999" in caught.value.message
    assert dump(engine) == before
    engine.dispose()


def test_processes_that_open_an_empty_database_at_once_all_get_in(url: str) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in running]
    assert [out.strip() for out, _ in said] == ["open"] * 3, said
    opened = open_database(url)
    with reading(opened) as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    opened.dispose()
