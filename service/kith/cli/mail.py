"""Commands about letters: digest and drafts."""

import argparse
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from kith.cli.main import Options
from kith.cli.report import Report, on, table
from kith.cli.shared import PATIENCE, date_of, opened, refuse_unwritable, write_private
from kith.domain.dates import Look
from kith.domain.digest import ComingUp, Digest, Entry
from kith.domain.outbox import LOGIN_REFUSED
from kith.errors import LoginRefused, TryLater
from kith.jobs import compose, deliver, draft
from kith.jobs.view import View, view
from kith.jobs.work import Work
from kith.letters import Rendered
from kith.store import letters, notes, people
from kith.store.lock import work_lock


def digest(arguments: argparse.Namespace, options: Options) -> Report:
    """Shows the digest, writes it, or sends it now."""
    work = opened(options)
    if arguments.send:
        return _send(work, Path(arguments.out) if arguments.out else None)
    day = date_of(arguments.as_of, work.today(), Look.BACK) if arguments.as_of else None
    shown, rendered = _show(work, day)
    if arguments.out:
        write_private(Path(arguments.out), rendered.html or "")
        return Report(digest_json(shown.digest, rendered), f"written to {arguments.out}")
    as_of = f"As of: {day}\n" if day else ""
    return Report(digest_json(shown.digest, rendered), f"{as_of}Subject: {rendered.subject}\n\n{rendered.text}")


def _show(work: Work, day: date | None) -> tuple[View, Rendered]:
    now, back_then = work.now(), False
    if day:
        now = datetime.combine(day, time.max, work.config.owner.timezone)
        back_then = now < work.now()
    with work.reading() as session:
        shown = view(work, session, now, back_then=back_then) if day else compose.view_now(work, session, now)
    return shown, work.letters.digest(shown.digest)


def _send(work: Work, out: Path | None) -> Report:
    from kith.jobs.round import place_drafts_once  # and all that reads mail with it: to show a digest takes none of it

    if out:
        refuse_unwritable(out)  # while nothing is sent
    with work_lock(work.engine, work.owner_id, PATIENCE):
        composed = compose.compose_now(work)
        had_gone = composed.already and composed.letter.state == "sent"
        deliver.ask_again(work, composed.letter)
        place_drafts_once(work)
        deliver.deliver_all(work)
    with work.reading() as session:
        letter = letters.letter_by_key(session, work.owner_id, "digest", composed.period.isoformat())
        numbers = letters.numbers(session, letter.id) if letter else {}
    state = letter.state if letter else "failed"
    said = {
        "sent": "has already gone; nothing is sent again" if had_gone else "is sent",
        "queued": "waits: it could not be sent yet, and will be tried again",
        "uncertain": "may have arrived or not: the server did not answer. It is not sent again blindly",
    }.get(state, "could not be sent")
    why = f" ({letter.error})" if letter and letter.error else ""
    data = digest_json(composed.shown.digest, composed.rendered) | {
        "period": on(composed.period),
        "already_sent": had_gone,
        "state": state,
        "message_id": composed.letter.message_id,
        "to": composed.letter.recipient,
        "subject": composed.letter.subject,
        "numbers": {str(number): person for number, person in numbers.items()},
        "error": letter.error if letter else None,
    }
    refused = LoginRefused if LOGIN_REFUSED in why else TryLater
    code = 0 if state == "sent" else refused.exit_code
    written = _written(composed, out) if out else ""
    return Report(data, f"The digest of {composed.period} {said}{why}.{written}", code)


def _written(composed: compose.Composed, out: Path) -> str:
    """Writes the page of a digest that is sent now, or as it stands now where it went before."""
    write_private(out, composed.rendered.html or "")
    return f" {'As it stands now, it' if composed.already else 'It'} is in {out}."


def digest_json(digest: Digest, rendered: Rendered) -> dict[str, Any]:
    """A digest as JSON."""
    return {
        "period": on(digest.period),
        "people": [entry_json(e) for e in digest.people],
        "more": digest.more,
        "drafts": [{"name": d.name, "occasion": d.occasion, "subject": d.subject} for d in digest.drafts],
        "coming_up": [_coming_json(c) for c in digest.coming_up],
        "in_touch": [{"name": t.name, "on": on(t.on), "how": t.how} for t in digest.in_touch],
        "strangers": [{"name": s.name, "address": s.address, "messages": s.messages} for s in digest.strangers],
        "unfiled": list(digest.unfiled),
        "circles": [{"name": c.name, "in_touch": c.in_touch, "total": c.total} for c in digest.circles],
        "health": {"read": digest.health.read, "gaps": digest.health.gaps, "problems": list(digest.health.problems)},
        "letter": {"subject": rendered.subject, "text": rendered.text, "html": rendered.html},
    }


def _coming_json(event: ComingUp) -> dict[str, Any]:
    return {
        "kind": str(event.kind),
        "on": on(event.on),
        "at": event.at.isoformat("minutes") if event.at else None,
        "name": event.name,
        "text": event.text,
        "prepare": event.prepare,
        "more": event.more,
        "until": on(event.until),
        "past": event.is_past,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """One person of a digest as JSON."""
    said = entry.said
    last_said = said and {
        "on": on(said.on),
        "by": "you" if said.by_owner else "them",
        "subject": said.subject,
        "snippet": said.snippet,
    }
    return {
        "number": entry.number,
        "id": entry.person_id,
        "name": entry.name,
        "last_touched": on(entry.last_touched),
        "due_on": on(entry.due_on),
        "days_overdue": entry.days_overdue,
        "why": entry.why,
        "about": entry.about,
        "last_said": last_said,
        "note": entry.note,
        "mailto": entry.mailto,
    }


def drafts(arguments: argparse.Namespace, options: Options) -> Report:
    """Drafts and what became of them; `place` puts those that wait into the Drafts folder."""
    work = opened(options)
    if arguments.action == "place":
        with work_lock(work.engine, work.owner_id, PATIENCE):
            _place(work)
    with work.reading() as session:
        rows = notes.drafts(session, work.owner_id)
        known = people.everyone(session, work.owner_id, {row.person_id for row in rows})
    names = {person.id: person.name for person, _ in known}
    zone = work.config.owner.timezone
    data = [
        {
            "id": row.id,
            "person_id": row.person_id,
            "name": names[row.person_id],
            "occasion": row.kind,
            "subject": row.subject,
            "state": row.state,
            "message_id": row.message_id,
            "created_on": on(row.created_at.astimezone(zone).date()),
        }
        for row in rows
    ]
    lines = [(d["id"], d["state"], d["name"], d["occasion"], d["subject"]) for d in data]
    return Report(data, table(lines, ("id", "state", "for", "occasion", "subject")) if lines else "No drafts yet.")


def _place(work: Work) -> None:
    for mailbox in work.config.mailbox:
        with closing(work.open_source(mailbox)) as source:
            draft.place(work, source, mailbox.name)
