"""Brings a database to today's schema. A copy of an SQLite file is kept first."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from kith.errors import SchemaTooNew
from kith.store.engine import copy_sqlite, revision_of
from kith.store.lock import LOCK_SPACE


def upgrade(engine: Engine, current: str | None) -> None:
    """From the schema current (None: an empty database) to the newest. Raises SchemaTooNew where current is unknown."""
    config = Config()
    config.set_main_option("script_location", "kith.store:migrations")
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaTooNew(
            f"the database has schema {current}, which this Kith does not know", "install the newer Kith that wrote it"
        )
    with engine.begin() as connection:  # on SQLite this waits for another process's migration by itself
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:space)"), {"space": LOCK_SPACE})
        if revision_of(connection) != current:
            return  # another process was first; a copy now would be of the new schema
        if current is not None:
            _keep_copy(engine, current)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _keep_copy(engine: Engine, revision: str) -> None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    target = Path(f"{engine.url.database}.before-{revision}")
    copy_sqlite(Path(engine.url.database), target)
