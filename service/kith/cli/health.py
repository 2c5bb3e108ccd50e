"""`kith status`: how it is going, and what needs the owner."""

import argparse
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from kith import wiring
from kith.cli.main import Options
from kith.cli.report import Report, counted, instant, on, table
from kith.cli.shared import opened
from kith.errors import StoreFailed
from kith.jobs.held_back import held_back
from kith.jobs.pulse import is_alive, next_digest, standstill
from kith.jobs.view import problems, troubled
from kith.jobs.work import Work
from kith.store import folders, letters, owners
from kith.store.room import check_room
from kith.store.tables import FolderRow, MailboxRow


def status(arguments: argparse.Namespace, options: Options) -> Report:
    """How it is going. Exit 1 when something needs the owner."""
    work = opened(options)
    return _live(work) if arguments.live else _status(work)


def _live(work: Work) -> Report:
    with work.reading() as session:
        beat = owners.last_beat(session, work.owner_id)
    alive = is_alive(work, beat)
    data = {"alive": alive, "last_sign": instant(beat, work.config.owner.timezone)}
    return Report(data, "alive" if alive else "no sign of life", 0 if alive else 1)


def _status(work: Work) -> Report:
    zone = work.config.owner.timezone
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
    away = owner.away_until if owner.away_until and owner.away_until > work.today() else None
    ends = wiring.token_ends(work.config)
    needs = list(_needs(work, ends))
    data = {
        "service": {"last_sign": instant(beat, zone), "alive": is_alive(work, beat)},
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
        "next_digest": instant(next_digest(work), zone),
        "away_until": on(away),
        "unfiled": [u.line for u in unfiled],
        "token_expires": instant(min(ends.values(), default=None), zone),
        "needs_you": needs,
    }
    return Report(data, _told(data), 1 if needs else 0)


def _needs(work: Work, ends: Mapping[str, datetime]) -> Iterable[str]:
    """What needs the owner; ends is when the token at each place ends."""
    with work.reading() as session:
        yield from list(problems(work, session))
    for place, at in ends.items():
        if at <= work.now():
            said = f"{at.astimezone(work.config.owner.timezone):%d %B %Y, %H:%M}"
            yield f"the token at {place} ended on {said}; put a new one there"
    held = held_back(work)
    yield from filter(None, [held, standstill(work, digest_is_held_back=bool(held)), _no_room(work)])


def _no_room(work: Work) -> str:
    try:
        check_room(work.engine)
    except StoreFailed as error:
        return f"{error.message}; {error.hint}"
    return ""


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
    if data["token_expires"]:
        lines.append(f"login token: until {_minute(data['token_expires'])}")
    lines += [f"not filed: {line}" for line in data["unfiled"][:10]]
    again = "All else is well. What was not filed can be said again in other words."
    well = again if data["unfiled"] else "All is well."
    lines += ["", "Needs you:", *[f"  {n}" for n in data["needs_you"]]] if data["needs_you"] else ["", well]
    return "\n".join(lines)


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")
