"""What the demo puts into its folder: a kith.toml for its servers, an address book, the letters as they came."""

import tempfile
from pathlib import Path

from kith.demo.mailbox import DemoMailbox, vcards
from kith.demo.servers import HOST, DemoServers
from kith.errors import UsageError

_CONFIG = """\
# Made by `kith demo`. Its two servers have gone with it; the database beside this file has stayed.
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com", "alex@work.example"]
timezone = "Europe/Paris"

[[mailbox]]
name = "personal"
url = "imap://{user}@{host}:{imap}"
password = "file:{password}"
insecure = true

[smtp]
url = "smtp://{user}@{host}:{smtp}"
password = "file:{password}"
insecure = true

[circle.family]
every = "3 weeks"
[circle.friends]
every = "2 months"
[circle.mentors]
every = "6 weeks"
grace = "2 weeks"
[circle.colleagues]
every = "3 months"
[circle.alumni]
every = "6 months"

[store]
url = "sqlite:///kith.db"
"""


def folder(out: Path | None) -> Path:
    """The folder of this demo, made if need be. Raises UsageError where one is already in use."""
    if out is None:
        return Path(tempfile.mkdtemp(prefix="kith-demo-"))
    out = out.expanduser().resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not an empty folder", "give the demo a folder of its own with --out")
    out.mkdir(parents=True, exist_ok=True)
    return out


def furnish(place: Path, servers: DemoServers, box: DemoMailbox) -> None:
    """Writes kith.toml, the servers' password (it dies with them) and the address book."""
    secret = place / "password"
    secret.touch(mode=0o600)
    secret.write_text(servers.password, encoding="ascii")
    config = _CONFIG.format(
        user=servers.user, host=HOST, imap=servers.imap_port, smtp=servers.smtp_port, password=secret.as_posix()
    )
    (place / "kith.toml").write_text(config, encoding="utf-8")
    (place / "people.vcf").write_text(vcards(box.people), encoding="utf-8", newline="")
