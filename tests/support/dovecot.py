"""A Dovecot of the tests' own on this machine: any user name is a fresh mailbox, and nothing stays behind."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from imapclient import IMAPClient, SocketTimeout  # type: ignore[import-untyped]  # it ships no types

from support.certificate import make_certificate

PASSWORD: Final = "secret"
START_SECONDS: Final = 20
STOP_SECONDS: Final = 10
TRIES: Final = 3  # another process may take the free ports before Dovecot does
SPECIAL: Final = {"Sent": r"\Sent", "Drafts": r"\Drafts", "Junk": r"\Junk", "Trash": r"\Trash", "Archive": r"\Archive"}


def missing() -> str:
    """Nothing where Dovecot is installed, else the sentence that says what to install."""
    if _binary() and any(Path(place, "imap").exists() for place in ("/usr/lib/dovecot", "/usr/libexec/dovecot")):
        return ""
    return "Dovecot is not installed: install dovecot-imapd (elsewhere: dovecot) to run the IMAP tests"


class Dovecot:
    """A running server on 127.0.0.1: IMAP with STARTTLS on port, IMAPS on tls_port, its certificate in ca.

    Every user has the password PASSWORD, an INBOX and the folders of SPECIAL. stop() ends it all.
    """

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        # Short and outside pytest's own folders: a socket's path has 107 bytes (unix(7)), and those folders are
        # closed to the user that mail is kept as.
        self.home = Path(tempfile.mkdtemp(prefix="kd-", dir="/tmp"))
        self.home.chmod(0o755)
        self.port = self.tls_port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[str, IMAPClient] = {}
        try:
            self.ca, self._key = make_certificate(self.home)
            self._owner = _owner()
            for name in ("mail", "home"):
                (self.home / name).mkdir()
                if os.geteuid() == 0:
                    os.chown(self.home / name, self._owner.pw_uid, self._owner.pw_gid)
            self._start()
        except BaseException:
            self.stop()
            raise

    def url(self, user: str) -> str:
        """The URL of a user's mailbox, as kith.toml has it; without TLS it wants insecure = true."""
        return f"imap://{quote(user, safe='')}@{self.host}:{self.port}"

    def imaps_url(self, user: str) -> str:
        """The URL of a user's mailbox over TLS; tls_ca is ca."""
        return f"imaps://{quote(user, safe='')}@{self.host}:{self.tls_port}"

    def client(self, user: str) -> IMAPClient:
        """Another program at the same mailbox, logged in, to do what Kith must never do."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=SocketTimeout(5, 20))
        client.normalise_times = False
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(user, PASSWORD)
        return client

    def deliver(
        self, user: str, raw: bytes, folder: str = "INBOX", at: datetime | None = None, flags: Sequence[str] = ()
    ) -> int:
        """Puts a message into a folder, made if it is not there, and gives its UID; at becomes its INTERNALDATE."""
        client = self._clients.get(user) or self._clients.setdefault(user, self.client(user))
        if not client.folder_exists(folder):
            client.create_folder(folder)
        answer: bytes = client.append(folder, raw, flags, at or datetime.now(UTC))
        return int(answer.partition(b"]")[0].split()[-1])  # [APPENDUID validity uid], RFC 4315

    def maildir(self, user: str) -> Path:
        """Where a user's mail lies (Maildir++), for those who put it there by the thousand; hand_over() ends it."""
        return self.home / "mail" / user

    def hand_over(self, user: str) -> None:
        """Gives what lies in a user's Maildir to whom the mail is kept as."""
        if os.geteuid() == 0:
            for path in (self.maildir(user), *self.maildir(user).rglob("*")):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def snapshot(self, user: str) -> dict[str, dict[int, tuple[bytes, ...]]]:
        """The flags of every message by folder and UID, \\Recent left out: what Kith promises not to change."""
        with self.client(user) as client:
            return {
                name: _flags(client, name)
                for flags, _, name in client.list_folders()
                if not {b"\\Noselect", b"\\NonExistent"} & set(flags)
            }

    def restart(self) -> None:
        """Ends the server and starts it again on the same ports, with the same mail."""
        self._end()
        if not self._answers():
            raise AssertionError((self.home / "log").read_text(errors="replace"))

    def stop(self) -> None:
        """Ends the server, logged in or not, and removes its files."""
        self._end()
        shutil.rmtree(self.home, ignore_errors=True)

    def _end(self) -> None:
        for client in self._clients.values():
            client.shutdown()
        self._clients.clear()
        if self._process:
            # The whole family at once: on a polite word to the parent alone, sessions go on until their clients leave.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_SECONDS)

    def _start(self) -> None:
        for _ in range(TRIES):
            self.port, self.tls_port = _free_ports()
            (self.home / "dovecot.conf").write_text(self._config())
            if self._answers():
                return
        raise AssertionError((self.home / "log").read_text(errors="replace"))

    def _answers(self) -> bool:
        """Starts the server; whether it came up."""
        command = [str(_binary()), "-F", "-c", str(self.home / "dovecot.conf")]
        with (self.home / "log").open("ab") as log:
            # A session of its own: Ctrl-C at the terminal is for pytest, which stops the server when it is done.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._process = process
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            try:
                with socket.create_connection((self.host, self.port), 1) as line:
                    line.settimeout(START_SECONDS)
                    if line.recv(4) == b"* OK":
                        return True
            except OSError:
                time.sleep(0.01)
        return False

    def _config(self) -> str:
        values = {
            "home": self.home, "port": self.port, "tls_port": self.tls_port, "cert": self.ca, "key": self._key,
            "password": PASSWORD, "uid": self._owner.pw_uid, "gid": self._owner.pw_gid, "users": _users(),
            "folders": "".join(_folder(name, use) for name, use in SPECIAL.items()),
        }  # fmt: skip
        return (_COMMON + _OLD if _version() < (2, 4) else _NEW + _COMMON).format_map(values)


def _flags(client: IMAPClient, folder: str) -> dict[int, tuple[bytes, ...]]:
    client.select_folder(folder, readonly=True)
    found: dict[int, dict[bytes, Any]] = client.fetch(client.search(), ["FLAGS"])
    return {uid: tuple(sorted(set(answer[b"FLAGS"]) - {b"\\Recent"})) for uid, answer in found.items()}


def _folder(name: str, use: str) -> str:
    return f"  mailbox {name} {{\n    special_use = {use}\n    auto = subscribe\n  }}\n"


def _owner() -> pwd.struct_passwd:
    """Who keeps the mail: nobody where we are root, else ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _users() -> str:
    """Root's Dovecot runs its parts as users of its own; anybody else's runs them all as themselves, in no jail."""
    if os.geteuid() == 0:
        return "default_login_user = dovenull\ndefault_internal_user = dovecot\n"
    me = pwd.getpwuid(os.geteuid())
    jails = "".join(f"service {name} {{\n  chroot =\n}}\n" for name in ("anvil", "imap-login", "stats"))
    return (
        f"default_login_user = {me.pw_name}\ndefault_internal_user = {me.pw_name}\n"
        f"default_internal_group = {grp.getgrgid(os.getegid()).gr_name}\n{jails}"
    )


def _version() -> tuple[int, ...]:
    shown = subprocess.run([str(_binary()), "--version"], check=True, capture_output=True, text=True).stdout
    return tuple(int(number) for number in shown.split()[0].split("-")[0].split(".")[:2])


def _binary() -> Path | None:
    """Debian keeps it where only root's PATH looks."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return int(one.getsockname()[1]), int(other.getsockname()[1])


# Nothing here outlives the test session, so nothing is made safe on disk.
_COMMON = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
auth_mechanisms = plain login xoauth2
auth_username_chars =
auth_failure_delay = 0
mail_fsync = never
mail_max_userip_connections = 100
first_valid_uid = 0
first_valid_gid = 0
{users}
namespace inbox {{
  inbox = yes
  separator = /
{folders}}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""

_OLD = """
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
mail_plugins = zlib
protocol imap {{
  mail_plugins = zlib imap_zlib
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/home/%u
}}
service imap-login {{
  service_count = 0
}}
"""

# 2.4 begins with its version, has other names, and compresses without being asked to.
_NEW = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {cert}
ssl_server_key_file = {key}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {home}/mail/%{{user}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {home}/home/%{{user}}
  }}
}}
"""
