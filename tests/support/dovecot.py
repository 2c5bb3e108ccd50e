"""A Dovecot of the tests' own on this machine: any user name is a fresh mailbox, and nothing stays behind."""

import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from support.certificate import make_certificate
from support.imap_server import PASSWORD, ImapServer, free_ports

__all__ = ["PASSWORD", "SPECIAL", "Dovecot", "missing"]

SPECIAL: Final = {"Sent": r"\Sent", "Drafts": r"\Drafts", "Junk": r"\Junk", "Trash": r"\Trash", "Archive": r"\Archive"}


def missing() -> str:
    """Nothing where Dovecot is installed, else the sentence that says what to install."""
    if _binary() and any(Path(place, "imap").exists() for place in ("/usr/lib/dovecot", "/usr/libexec/dovecot")):
        return ""
    return "Dovecot is not installed: install dovecot-imapd (elsewhere: dovecot) to run the IMAP tests"


class Dovecot(ImapServer):
    """A running server: IMAP with STARTTLS on port, IMAPS on tls_port, its certificate in ca."""

    prefix = "kd-"
    tls_port = 0

    def imaps_url(self, user: str) -> str:
        """The URL of a user's mailbox over TLS; tls_ca is ca."""
        return f"imaps://{quote(user, safe='')}@{self.host}:{self.tls_port}"

    def maildir(self, user: str) -> Path:
        """Where a user's mail lies (Maildir++), for those who put it there by the thousand; hand_over() ends it."""
        return self.home / "mail" / user

    def hand_over(self, user: str) -> None:
        """Gives what lies in a user's Maildir to whom the mail is kept as."""
        if os.geteuid() == 0:
            for path in (self.maildir(user), *self.maildir(user).rglob("*")):
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Forgets the numbers of a folder, as after a restored backup: other UIDs, and another UIDVALIDITY."""
        if user in self._clients:
            self._clients.pop(user).shutdown()  # a session keeps what it knows
        place = self.maildir(user) / ("" if folder == "INBOX" else f".{folder}")
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.cache", "dovecot.index.log"):
            (place / name).unlink(missing_ok=True)

    def _prepare(self) -> None:
        self.ca, self._key = make_certificate(self.home)
        for name in ("mail", "home"):
            (self.home / name).mkdir()
            if os.geteuid() == 0:
                os.chown(self.home / name, self.owner.pw_uid, self.owner.pw_gid)

    def _command(self) -> tuple[list[str], dict[str, Any]]:
        return [str(_binary()), "-F", "-c", str(self.home / "dovecot.conf")], {}

    def _configure(self) -> None:
        self.port, self.tls_port = free_ports(2)
        values = {
            "home": self.home, "port": self.port, "tls_port": self.tls_port, "cert": self.ca, "key": self._key,
            "password": self.password, "uid": self.owner.pw_uid, "gid": self.owner.pw_gid, "users": _users(),
            "folders": "".join(_folder(name, use) for name, use in SPECIAL.items()),
        }  # fmt: skip
        template = _COMMON + _OLD if _version() < (2, 4) else _NEW + _COMMON
        (self.home / "dovecot.conf").write_text(template.format_map(values))


def _folder(name: str, use: str) -> str:
    return f"  mailbox {name} {{\n    special_use = {use}\n    auto = subscribe\n  }}\n"


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


# Nothing here outlives the test session, so nothing is made safe on disk. The index of a folder of 200,000 messages,
# which the server maps into its memory, goes beyond its usual limit of 256 MB.
_COMMON = """
default_vsz_limit = 2G
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
