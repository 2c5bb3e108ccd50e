"""`kith doctor`: looks at everything that Kith needs, and says what to do where it is not well."""

import argparse
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from kith import wiring
from kith.cli.main import Options
from kith.cli.report import Report, instant, table
from kith.config import Config, MailboxSection, Server
from kith.domain.folders import Folder, Role, readable
from kith.domain.outbox import LOGIN_REFUSED, Result
from kith.domain.token import LEAST_KEY
from kith.errors import Busy, ConfigError, KeyFailed, KithError, LoginRefused, beyond
from kith.jobs.post import delivery
from kith.jobs.pulse import next_digest
from kith.jobs.work import Work
from kith.letters import Letters
from kith.mail.imap_account import AGAIN
from kith.mail.source import Source
from kith.store import notes
from kith.store.lock import work_lock
from kith.store.room import check_room, check_writes

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. cure is "" where all is well."""

    what: str
    result: str
    said: str
    cure: str = ""


def doctor(_arguments: argparse.Namespace, options: Options) -> Report:
    """Checks everything, each with its cure. Exit 1 where something fails, 78 where it is kith.toml itself."""
    checks = list(_checks(options))
    rows = [(c.result, c.what, c.said) for c in checks]
    cures = {c.cure: c.what for c in reversed(checks) if c.cure and c.result != OK}  # each once, where it first helps
    lines = [f"  {what}: {cure}" for cure, what in reversed(cures.items())]
    text = table(rows, wrapped=True) + ("\n\nWhat to do:\n" + "\n".join(lines) if lines else "")
    data = [{"check": c.what, "result": c.result, "said": c.said, "cure": c.cure or None} for c in checks]
    return Report(data, text, _verdict(checks))


def _verdict(checks: list[Check]) -> int:
    failed = {c.what for c in checks if c.result == FAIL}
    return ConfigError.exit_code if "config" in failed else int(bool(failed))


def _checks(options: Options) -> Iterator[Check]:
    try:
        config = wiring.read_config(options.config)
    except KithError as error:
        *before, last = error.message.splitlines()  # a line a problem, and one cure for all
        yield from (Check("config", FAIL, line) for line in before)
        yield Check("config", FAIL, last, error.hint)
        return
    yield Check("config", OK, str(config.path))
    try:
        work = wiring.work(config)
        options.closing.callback(work.engine.dispose)
    except KithError as error:
        yield Check("key" if isinstance(error, KeyFailed) else "database", FAIL, error.message, error.hint)
        return
    yield from _key(work)
    yield _database(work)
    yield _templates(config)
    at_a_mailbox = [check for mailbox in config.mailbox for check in _mailbox(work, mailbox)]
    yield from at_a_mailbox
    yield from _letters(work)
    here = instant(work.now(), config.owner.timezone)
    if not any(check.what == CLOCK for check in at_a_mailbox):
        yield Check(CLOCK, OK, f"it is {here}, and no mail is from later")
    yield Check("schedule", OK, _next(work))


def _key(work: Work) -> Iterator[Check]:
    if work.tokens.is_guessable:
        cure = "see store.key in kith.toml: name a file that is not there yet, and Kith makes a good key in it"
        yield Check(
            "key", WARN, f"the key that signs letters has fewer than {LEAST_KEY} bytes: it may be guessed", cure
        )


def _database(work: Work) -> Check:
    try:
        check_writes(work.engine)
        check_room(work.engine)
        with suppress(Busy), work_lock(work.engine, work.owner_id, 0):
            pass  # somebody at work is a good sign; a lock that is another user's is none
    except KithError as error:
        return Check("database", FAIL, error.message, error.hint)
    return Check("database", OK, work.engine.dialect.name)


def _next(work: Work) -> str:
    slot = next_digest(work).astimezone(work.config.owner.timezone)
    when = f"{slot:%A %d %B %H:%M %Z}"
    return f"the next digest comes on {when}" if slot > work.now() else f"the digest of {when} goes at the next turn"


def _templates(config: Config) -> Check:
    wrong = Letters(config.templates).check()
    if wrong:
        return Check("templates", FAIL, wrong[0], f"mend or remove the file in {config.templates}")
    return Check("templates", OK, "your own and Kith's" if config.templates.is_dir() else "Kith's own")


def _mailbox(work: Work, mailbox: MailboxSection) -> Iterator[Check]:
    name = mailbox.name
    if mailbox.host:
        yield _dns(name, mailbox)
    try:
        with closing(work.open_source(mailbox)) as source:
            there = source.folders()
            newest = _newest(source, there)
    except KithError as error:
        yield from _tls(name, mailbox, error)
        yield Check(name, FAIL, beyond(name, error), NO_ANSWER if error.hint == AGAIN else error.hint)
        return
    yield from _tls(name, mailbox)
    yield Check(name, OK, f"logged in to {mailbox.host}" if mailbox.host else f"reads the Maildir in {mailbox.path}")
    yield from _clock(work, name, newest)
    chosen, missing = readable(there, mailbox.folders, mailbox.exclude)
    yield Check(f"{name} folders", OK, ", ".join(f.name for f in chosen))
    if missing:
        yield Check(f"{name} folders", WARN, f"not there: {', '.join(missing)}", "see folders and exclude in kith.toml")
    yield _role(there, name, Role.SENT, mailbox.sent, "your replies would be found")
    yield _drafts(work, name, _role(there, name, Role.DRAFTS, mailbox.drafts, "drafts would be placed"))


NO_ANSWER = "are host and port in `url` right, and is the server up?"


def _dns(name: str, server: Server) -> Check:
    try:
        found = socket.getaddrinfo(server.host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError):  # ValueError: a name that has no form on the wire
        hint = "check the host in `url`, and whether this machine is online"
        return Check(f"{name} DNS", FAIL, f"there is no address for {server.host}", hint)
    return Check(f"{name} DNS", OK, f"{server.host} is {found[0][4][0]}")


def _tls(name: str, server: Server, error: KithError | None = None) -> Iterator[Check]:
    """What can be said of the line; nothing where nobody answered."""
    is_refused = error and (isinstance(error.__cause__, ssl.SSLError) or "STARTTLS" in error.message)
    if error and is_refused:
        yield Check(f"{name} TLS", FAIL, beyond(name, error), error.hint)
    elif server.host and (error is None or isinstance(error, LoginRefused)):
        yield Check(f"{name} TLS", OK, IN_THE_OPEN if server.insecure else SAFE)


SAFE = "the line is encrypted, and the certificate is that of the host"
IN_THE_OPEN = "none, and the line does not leave this machine"


def _role(there: list[Folder], name: str, role: Role, wish: str, used: str) -> Check:
    what, cure = f"{name} {role}", f'name it: {role} = "…" in [[mailbox]]'
    if wish != "auto" and wish not in [f.name for f in there]:
        return Check(what, WARN, f"there is no folder {wish}, where {used}", cure)
    folder = next((f.name for f in there if f.role is role), None)
    return Check(what, OK, folder) if folder else Check(what, WARN, f"there is none, where {used}", cure)


def _drafts(work: Work, name: str, found: Check) -> Check:
    """Whether a folder takes drafts only shows when one is placed: what that came to the last time."""
    if found.result != OK:
        return found
    with work.reading() as session:
        waiting = notes.drafts(session, work.owner_id, "proposed", "placing")
    refused = [row.error for row in waiting if row.error.startswith(f"{name}: ")]
    if refused:
        said = f"{found.said}: {refused[-1].removeprefix(f'{name}: ')}"
        return Check(
            found.what, WARN, said, "can your mail program save a draft there? `kith drafts place` tries again"
        )
    return Check(found.what, OK, f"{found.said}; whether it takes drafts shows when the first is placed there")


def _newest(source: Source, there: list[Folder]) -> datetime | None:
    """When the newest mail came in, by the server's clock. One message alone may have any date."""
    inbox = next((f.name for f in there if f.role is Role.INBOX), None)
    if inbox is None:
        return None
    source.examine(inbox)
    found = [header.received_at for _, headers, _ in source.headers(source.uids(1)[-LATEST:]) for header in headers]
    dated = sorted(filter(None, found))
    return dated[-2] if len(dated) > 1 else None


def _clock(work: Work, name: str, newest: datetime | None) -> Iterator[Check]:
    """A clock that is behind is told by mail from the future: nothing would ever be due in time."""
    now = work.now()
    if newest and newest - now > CLOCK_MAY_DIFFER:
        zone = work.config.owner.timezone
        said = f"it is {instant(now, zone)} here, and {name} has mail of {instant(newest, zone)}"
        yield Check(CLOCK, FAIL, said, "set the clock of this machine; let it ask a time server")


LATEST = 5
"""Messages whose dates are looked at."""
CLOCK = "clock"
CLOCK_MAY_DIFFER = timedelta(minutes=10)


def _letters(work: Work) -> Iterator[Check]:
    config = work.config
    relay = wiring.relay_of(config)
    if delivery(work) == "append" or relay is None or config.smtp is None:
        unused = "; the server of [smtp] is not used" if config.smtp else ""
        yield Check("letters", OK, f"are appended to INBOX{unused}")
        return
    yield _dns("letters", config.smtp)
    outcome = relay.check()
    is_in = outcome.result is Result.ACCEPTED
    if is_in or LOGIN_REFUSED in outcome.said:
        yield from _tls("letters", config.smtp)
    if is_in:
        yield Check("letters", OK, f"go out through {relay.host}")
    else:
        yield Check("letters", FAIL, outcome.said, outcome.hint or NO_ANSWER.replace("`url`", "`url` of [smtp]"))
