"""A Cyrus of the tests' own on this machine: another family of IMAP server than Dovecot.

Debian's cyrus-imapd will not be installed beside its dovecot-imapd, so `make servers` only unpacks it.
Cyrus writes SPECIAL-USE flags in small letters, offers LOGINDISABLED once somebody is logged in, and
numbers its folders by the clock. A set of UIDs with one near 2^32 in it, it takes for an empty set.
"""

import os
from pathlib import Path
from typing import Any, Final

from support.imap_server import PASSWORD, ImapServer, free_ports

__all__ = ["PASSWORD", "Cyrus", "missing"]

UNPACKED: Final = Path("/usr/local/lib/cyrus-for-tests")
"""Where tests/servers.sh puts it."""
_PLACES: Final = (Path("/usr/lib/cyrus/bin"), Path("/usr/libexec/cyrus-imapd"), UNPACKED / "usr/lib/cyrus/bin")
_FOLDERS: Final = ("config", "config/db", "config/log", "config/proc", "config/socket", "mail")


def missing() -> str:
    """Nothing where Cyrus is there, else the sentence that says what to do."""
    if _programs():
        return ""
    return "Cyrus is not there: `make servers` as root unpacks it (Debian); elsewhere install cyrus-imapd"


class Cyrus(ImapServer):
    """A running server without TLS, which takes any password."""

    prefix = "kc-"

    def _prepare(self) -> None:
        for name in _FOLDERS:
            (self.home / name).mkdir()
        if os.geteuid() == 0:
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _configure(self) -> None:
        [self.port] = free_ports(1)
        values = {"home": self.home, "port": self.port, "user": self.owner.pw_name, "programs": _programs()}
        (self.home / "imapd.conf").write_text(_IMAPD.format_map(values))
        (self.home / "cyrus.conf").write_text(_CYRUS.format_map(values))

    def _command(self) -> tuple[list[str], dict[str, Any]]:
        command = [f"{_programs()}/master", "-D", "-C", f"{self.home}/imapd.conf", "-M", f"{self.home}/cyrus.conf"]
        as_owner = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        environment = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": _libraries()}
        return [*command, "-p", f"{self.home}/pid"], {"env": environment} | (as_owner if os.geteuid() == 0 else {})


def _programs() -> Path | None:
    return next((place for place in _PLACES if (place / "imapd").exists() and (place / "master").exists()), None)


def _libraries() -> str:
    """Where what was only unpacked has its own libraries."""
    return ":".join(str(path.parent) for path in UNPACKED.glob("usr/lib/*/libcyrus.so.0"))


_IMAPD: Final = """
configdirectory: {home}/config
defaultpartition: default
partition-default: {home}/mail
cyrus_user: {user}
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
munge8bit: no
altnamespace: yes
unixhierarchysep: yes
autocreate_quota: 0
autocreate_inbox_folders: Archive|Drafts|Junk|Sent|Trash
xlist-drafts: Drafts
xlist-junk: Junk
xlist-sent: Sent
xlist-trash: Trash
imapidlepoll: 1
maxlogins_per_user: 0
"""

_CYRUS: Final = """
START {{
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {home}/imapd.conf" listen="127.0.0.1:{port}" prefork=1 maxchild=100
}}
EVENTS {{
}}
"""
