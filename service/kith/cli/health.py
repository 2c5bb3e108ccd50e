"""`kith status` and `kith doctor`: how it is going, and what to do where it is not."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from kith import wiring
from kith.cli.main import Options
from kith.cli.report import Report, counted, instant, on, table
from kith.cli.shared import opened
from kith.config import Config
from kith.domain.folders import Folder, Role, readable
from kith.domain.outbox import Result
from kith.errors import ConfigError, KithError, beyond
from kith.jobs.view import problems, troubled
from kith.jobs.work import Work
from kith.letters import Letters
from kith.mail.source import Source
from kith.store import folders, letters, owners
from kith.store.tables import FolderRow, MailboxRow, OwnerRow

ALIVE_WITHIN = timedelta(minutes=5)
"""The service shows a sign of life each minute."""


def status(arguments: argparse.Namespace, options: Options) -> Report:
    """How it is going. Exit 1 when something needs the owner."""
    work = opened(options)
    return _live(work) if arguments.live else _status(work)


def _live(work: Work) -> Report:
    with work.reading() as session:
        beat = owners.last_beat(session, work.owner_id)
    alive = beat is not None and work.now() - beat <= ALIVE_WITHIN
    data = {"alive": alive, "last_sign": instant(beat, work.config.owner.timezone)}
    return Report(data, "alive" if alive else "no sign of life", 0 if alive else 1)


def _status(work: Work) -> Report:
    zone = work.config.owner.timezone
    now = work.now()
    with work.reading() as session:
        owner = owners.get(session, work.owner_id)
        boxes = {b.name: b for b in folders.mailboxes(session, work.owner_id)}
        cursors = folders.every(session, work.owner_id)
        quarantined = folders.quarantined(session, work.owner_id)
        count = folders.quarantined_count(session, work.owner_id)
        waiting = [*letters.in_state(session, work.owner_id, "queued", "sending"), *troubled(work, session)]
        last = letters.newest(session, work.owner_id, "digest")
        unfiled = letters.unfiled(session, work.owner_id)
        beat = owners.last_beat(session, work.owner_id)
        needs = list(problems(work, session))
    data = {
        "service": {"last_sign": instant(beat, zone), "alive": beat is not None and now - beat <= ALIVE_WITHIN},
        "mailboxes": [
            _mailbox_json(m.name, boxes.get(m.name), [f for f in cursors if f.mailbox == m.name], zone)
            for m in work.config.mailbox
        ],
        "quarantine": [
            {"mailbox": q.mailbox, "folder": q.folder, "uid": q.uid, "reason": q.reason, "at": instant(q.at, zone)}
            for q in quarantined
        ],
        "quarantined": count,
        "outbox": [
            {"kind": w.kind, "subject": w.subject, "state": w.state, "attempts": w.attempts, "error": w.error or None}
            for w in waiting
        ],
        "last_digest": {"period": last.key, "state": last.state, "sent_at": instant(last.sent_at, zone)}
        if last
        else None,
        "next_digest": instant(_next_digest(work, now, owner), zone),
        "away_until": on(owner.away_until),
        "unfiled": [u.line for u in unfiled],
        "token_expires": None,
        "needs_you": needs,
    }
    return Report(data, _told(data), 1 if needs else 0)


def _mailbox_json(name: str, box: MailboxRow | None, cursors: Iterable[FolderRow], zone: tzinfo) -> dict[str, Any]:
    return {
        "name": name,
        "last_scan": instant(box.scanned_at, zone) if box else None,
        "read": box.read if box else 0,
        "gaps": box.gaps if box else 0,
        "error": (box.error or None) if box else None,
        "folders": [
            {
                "name": f.name,
                "uidvalidity": f.uidvalidity,
                "last_uid": f.last_uid,
                "gaps": f.gaps,
                "set_aside": f.set_aside or None,
            }
            for f in cursors
        ],
    }


def _next_digest(work: Work, now: datetime, owner: OwnerRow) -> datetime:
    """When the next digest comes: none for the period in which Kith was set up, and one missed while away on return."""
    week = work.config.week
    back = None
    if owner.away_until and owner.away_until > work.local(now):
        now = back = datetime.combine(owner.away_until, time(), work.config.owner.timezone)
    period = week.period(now)
    with work.reading() as session:
        pending = letters.digest(session, work.owner_id, period) is None and period > week.period(owner.set_up_at)
    return (back or week.slot(period)) if pending else week.next_slot(now)


def _told(data: dict[str, Any]) -> str:
    lines = [f"service: {'alive' if data['service']['alive'] else 'not running'}"]
    for box in data["mailboxes"]:
        seen = f"last scan {_minute(box['last_scan'])}" if box["last_scan"] else "never scanned, `kith scan` begins"
        gaps = f", {counted(box['gaps'], 'gap')} found and repaired" if box["gaps"] else ""
        lines.append(f"{box['name']}: {seen}, {counted(box['read'], 'message')} read{gaps}")
        rows = [(f["name"], f"up to {f['last_uid']}", f["set_aside"] or "") for f in box["folders"]]
        lines += [table(rows, indent="  ")] if rows else []
    if data["quarantined"]:
        lines.append(f"could not be read: {data['quarantined']:,}")
        lines += [f"  {q['mailbox']}/{q['folder']} {q['uid']}: {q['reason']}" for q in data["quarantine"][:10]]
    lines += [f"letter {w['state']}: {': '.join(filter(None, (w['subject'], w['error'])))}" for w in data["outbox"]]
    last = data["last_digest"]
    lines.append(f"last digest: {last['period']} ({last['state']})" if last else "last digest: none yet")
    lines.append(f"next digest: {_minute(data['next_digest'])}")
    if data["away_until"]:
        lines.append(f"away until {data['away_until']}")
    lines += [f"not filed: {line}" for line in data["unfiled"][:10]]
    again = "All else is well. What was not filed can be said again in other words."
    well = again if data["unfiled"] else "All is well."
    lines += ["", "Needs you:", *[f"  {n}" for n in data["needs_you"]]] if data["needs_you"] else ["", well]
    return "\n".join(lines)


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


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
    cures = [f"  {c.what}: {c.cure}" for c in checks if c.cure and c.result != OK]
    text = table(rows) + ("\n\nWhat to do:\n" + "\n".join(cures) if cures else "")
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
        yield Check("database", FAIL, error.message, error.hint)
        return
    yield Check("database", OK, work.engine.dialect.name)
    yield _templates(config)
    for mailbox in config.mailbox:
        yield from _mailbox(work, mailbox.name)
    yield from _smtp(config)
    here = work.now().astimezone(config.owner.timezone)
    yield Check("schedule", OK, f"it is {here:%A %d %B %H:%M %Z}; {_next(config, here)}")


def _next(config: Config, here: datetime) -> str:
    return f"the next digest comes on {config.week.next_slot(here).astimezone(here.tzinfo):%A %d %B %H:%M %Z}"


def _templates(config: Config) -> Check:
    wrong = Letters(config.templates).check()
    if wrong:
        return Check("templates", FAIL, wrong[0], f"mend or remove the file in {config.templates}")
    return Check("templates", OK, "your own and Kith's" if config.templates.is_dir() else "Kith's own")


def _mailbox(work: Work, name: str) -> Iterator[Check]:
    mailbox = next(m for m in work.config.mailbox if m.name == name)
    try:
        with closing(work.open_source(mailbox)) as source:
            there = source.folders()
            newest = _newest(source, there)
    except KithError as error:
        yield Check(name, FAIL, beyond(name, error), error.hint)
        return
    yield Check(name, OK, f"logged in to {mailbox.host}" if mailbox.host else f"reads the Maildir in {mailbox.path}")
    yield from _clock(work, name, newest)
    chosen, missing = readable(there, mailbox.folders, mailbox.exclude)
    yield Check(f"{name} folders", OK, ", ".join(f.name for f in chosen))
    if missing:
        yield Check(f"{name} folders", WARN, f"not there: {', '.join(missing)}", "see folders and exclude in kith.toml")
    yield _role(there, name, Role.SENT, mailbox.sent, "replies are found there")
    yield _role(there, name, Role.DRAFTS, mailbox.drafts, "drafts are placed there")


def _role(there: list[Folder], name: str, role: Role, wish: str, used: str) -> Check:
    what, cure = f"{name} {role}", f'name it: {role} = "…" in [[mailbox]]'
    if wish != "auto" and wish not in [f.name for f in there]:
        return Check(what, WARN, f"there is no folder {wish}; {used}", cure)
    folder = next((f.name for f in there if f.role is role), None)
    return Check(what, OK, folder) if folder else Check(what, WARN, f"no such folder; {used}", cure)


def _newest(source: Source, there: list[Folder]) -> datetime | None:
    """When the newest mail came in, by the server's clock."""
    inbox = next((f.name for f in there if f.role is Role.INBOX), None)
    if inbox is None:
        return None
    source.examine(inbox)
    found = [header for _, headers, _ in source.headers(source.uids(1)[-1:]) for header in headers]
    return found[0].received_at if found else None


def _clock(work: Work, name: str, newest: datetime | None) -> Iterator[Check]:
    """A clock that is behind is told by mail from the future: nothing would ever be due in time."""
    now = work.now()
    if newest and newest - now > CLOCK_MAY_DIFFER:
        zone = work.config.owner.timezone
        said = f"it is {instant(now, zone)} here, and {name} has mail of {instant(newest, zone)}"
        yield Check("clock", FAIL, said, "set the clock of this machine; let it ask a time server")


CLOCK_MAY_DIFFER = timedelta(minutes=10)


def _smtp(config: Config) -> Iterator[Check]:
    relay = wiring.relay_of(config)
    if relay is None:
        yield Check("letters", OK, "are appended to INBOX")
        return
    outcome = relay.check()
    if outcome.result is Result.ACCEPTED:
        yield Check("letters", OK, f"go out through {relay.host}")
    else:
        yield Check("letters", FAIL, outcome.said, "see [smtp] in kith.toml")
