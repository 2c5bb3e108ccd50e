"""A PostgreSQL of the tests' own: one private cluster a test process, a fresh database whenever one is asked for."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

SUPERUSER = "kith"
START_SECONDS = 60
STOP_SECONDS = 15
TRIES = 3  # another process may take the free port before PostgreSQL does

# Nothing here outlives the test session, so nothing is made safe on disk.
SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "shared_buffers=32MB",
    "max_connections=60",
    "autovacuum=off",
    "timezone=UTC",
)


def missing() -> str:
    """Nothing where PostgreSQL is installed, else the sentence that says what to install."""
    if _binary("postgres") and _binary("initdb"):
        return ""
    return "PostgreSQL is not installed: install postgresql to run the PostgreSQL tests"


class Postgres:
    """A running cluster on 127.0.0.1 and a Unix socket in home. stop() ends it and removes its files."""

    def __init__(self) -> None:
        # A short path outside pytest's own folders: a socket's path has 107 bytes (unix(7)), and those
        # folders are closed to the user that PostgreSQL runs as.
        self.home = Path(tempfile.mkdtemp(prefix="kith-pg-"))
        self.port = 0
        self._made = 0
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._initdb()
            self._start()
        except BaseException:
            self.stop()
            raise

    def new_database(self) -> str:
        """The SQLAlchemy URL of a database that is new and empty."""
        self._made += 1
        name = f"kith_{self._made}"
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """Ends the server, open connections or not, and removes its files."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # "fast shutdown": rolls back and disconnects everybody
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _dsn(self) -> str:
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/postgres?connect_timeout=2"

    def _initdb(self) -> None:
        run_as = _run_as()
        if run_as:
            os.chown(self.home, run_as["user"], run_as["group"])
        command = [str(_binary("initdb")), "--pgdata", str(self.home / "data"), "--username", SUPERUSER]
        command += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        done = subprocess.run(command, cwd=self.home, check=False, capture_output=True, text=True, **run_as)
        assert done.returncode == 0, done.stdout + done.stderr

    def _start(self) -> None:
        for _ in range(TRIES):
            self.port = _free_port()
            if self._answers():
                return
        raise AssertionError((self.home / "log").read_text(errors="replace"))

    def _answers(self) -> bool:
        """Starts the server; whether it came up."""
        command = [str(_binary("postgres")), "-D", str(self.home / "data"), "-k", str(self.home)]
        command += ["-h", "127.0.0.1", "-p", str(self.port)]
        command += [word for setting in SETTINGS for word in ("-c", setting)]
        with (self.home / "log").open("wb") as log:
            # A session of its own: Ctrl-C at the terminal is for pytest, which stops the server when it is done.
            process = subprocess.Popen(
                command, cwd=self.home, stdout=log, stderr=log, start_new_session=True, **_run_as()
            )
        self._process = process
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            try:
                psycopg.connect(self._dsn()).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return process.poll() is None  # and not another server that was on this port already
        return False


def _binary(name: str) -> Path | None:
    """The newest one under /usr/lib/postgresql, where Debian keeps them off the PATH; else the one on the PATH."""
    versions = [path for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}") if path.parts[-3].isdigit()]
    if versions:
        return max(versions, key=lambda path: int(path.parts[-3]))
    found = shutil.which(name)
    return Path(found) if found else None


def _run_as() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: the words that make subprocess start it as nobody then."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
