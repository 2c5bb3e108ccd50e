"""`kith people …`: who they are and how it stands with them."""

import argparse
from typing import Any

from kith.cli.main import Options
from kith.cli.report import Report, instant, local_day, on, table
from kith.cli.shared import candidate, opened, the_person, without_rhythm
from kith.domain.cadence import ago, why
from kith.domain.duplicates import duplicates as find_duplicates
from kith.domain.names import name_key, natural_name
from kith.errors import UsageError
from kith.jobs.roster import Member, roster
from kith.jobs.work import Work
from kith.store import messages, notes, people, strangers
from kith.store.tables import StrangerRow


def list_people(arguments: argparse.Namespace, options: Options) -> Report:
    """Everybody, or some of them."""
    work = opened(options)
    with work.reading() as session:
        members = roster(work, session, work.now())
    wanted = [m for m in members if _fits(m, arguments)]
    if arguments.overdue:
        wanted.sort(key=lambda m: (-m.standing.share, m.person.name.casefold()))
    rows = [_line(work, m) for m in wanted]
    text = (
        table(rows, ("id", "name", "circle", "every", "last touched", "due", "overdue"))
        if rows
        else "\n".join([_empty(members, arguments), *without_rhythm(work, [arguments.circle if members else None])])
    )
    return Report([member_json(work, m) for m in wanted], text)


def _empty(members: list[Member], arguments: argparse.Namespace) -> str:
    if not members:
        return "Nobody yet. `kith people add NAME ADDRESS` begins."
    among = (
        f" in {arguments.circle}"
        if arguments.circle
        else f" with #{arguments.tag.lstrip('#')}"
        if arguments.tag
        else ""
    )
    return f"Nobody{among} is overdue." if arguments.overdue else f"There is nobody{among}."


def _fits(member: Member, arguments: argparse.Namespace) -> bool:
    person = member.person
    circle, tag = arguments.circle, arguments.tag
    return (
        (not arguments.overdue or member.standing.is_overdue)
        and (not circle or (person.circle or "").casefold() == circle.casefold())
        and (not tag or tag.lstrip("#").casefold() in {t.casefold() for t in person.tags})
    )


def _line(work: Work, member: Member) -> tuple[object, ...]:
    person, standing = member.person, member.standing
    last = local_day(member.history.last_touched, work.config.owner.timezone)
    late = ago(standing.days_overdue) if standing.days_overdue else ""
    if person.paused or standing.snoozed:
        late = "paused" if person.paused else "snoozed"
    return (
        person.id,
        person.name,
        person.circle or "",
        standing.cadence or "",
        last or "not yet",
        on(standing.due_on) or "",
        late,
    )


def member_json(work: Work, member: Member) -> dict[str, Any]:
    """One person as `kith people list --json` gives them."""
    person, history, standing, zone = member.person, member.history, member.standing, work.config.owner.timezone
    return {
        "id": person.id,
        "name": person.name,
        "addresses": list(person.addresses),
        "circle": person.circle,
        "tags": list(person.tags),
        "cadence_days": standing.cadence.nominal_days if standing.cadence else None,
        "last_touched": local_day(history.last_touched, zone),
        "last_outbound": local_day(history.last_outbound, zone),
        "last_inbound": local_day(history.last_inbound, zone),
        "due_on": on(standing.due_on),
        "days_overdue": standing.days_overdue,
        "touches": history.touches,
        "paused": person.paused,
        "snoozed_until": on(person.snoozed_until),
    }


def show(arguments: argparse.Namespace, options: Options) -> Report:
    """Everything known about one person."""
    work = opened(options)
    with work.reading() as session:
        person = the_person(work, session, " ".join(arguments.who))
        member = roster(work, session, work.now(), ids=[person.id])[0]
        touches = messages.touches(session, work.owner_id, person.id, 20)
        written = notes.of_person(session, work.owner_id, person.id, 20)
        promised = notes.follow_ups_of(session, work.owner_id, person.id)
        snippet = messages.snippets(session, work.owner_id, [person.id]).get(person.id)
    zone = work.config.owner.timezone
    reason = why(person, member.standing, member.history, work.today(), zone)
    data = member_json(work, member) | {
        "about": person.about,
        "birthday": str(person.birthday) if person.birthday else None,
        "phones": list(person.phones),
        "aliases": list(person.aliases),
        "every": str(member.standing.cadence) if member.standing.cadence else None,
        "cadence_source": member.standing.source,
        "why": reason,
        "snippet": snippet.text if snippet else None,
        "recent_touches": [
            {
                "at": instant(t.at, zone),
                "direction": t.direction,
                "channel": t.channel,
                "subject": t.subject,
                "source": t.source,
            }
            for t in touches
        ],
        "notes": [{"id": n.id, "at": instant(n.at, zone), "text": n.text} for n in written],
        "follow_ups": [
            {"id": f.id, "on": on(f.due_on), "text": f.text, "done": f.done_at is not None} for f in promised
        ],
    }
    return Report(data, _portrait(data, person.birthday.spoken if person.birthday else None))


def _portrait(data: dict[str, Any], birthday: str | None) -> str:
    facts = [
        ("about", data["about"]),
        ("also called", ", ".join(data["aliases"])),
        ("addresses", ", ".join(data["addresses"])),
        ("circle", data["circle"]),
        ("tags", " ".join("#" + t for t in data["tags"])),
        ("every", f"{data['every']} ({data['cadence_source']})" if data["every"] else None),
        ("birthday", birthday),
        ("phones", ", ".join(data["phones"])),
        ("last touched", data["last_touched"] or "not yet"),
        ("due", data["due_on"]),
        ("last said", data["snippet"]),
    ]
    lines = [data["name"], f"{data['why']}.", "", table([(k, v) for k, v in facts if v], wrapped=True)]
    blocks = (
        ("Touches", [(t["at"][:10], t["direction"], t["channel"], t["subject"]) for t in data["recent_touches"]]),
        ("Notes", [(n["at"][:10], n["text"]) for n in data["notes"]]),
        ("Follow-ups", [(f["on"], "done" if f["done"] else "open", f["text"]) for f in data["follow_ups"]]),
    )
    for title, rows in blocks:
        if rows:
            lines += ["", f"{title}:", table(rows, indent="  ", wrapped=True)]
    return "\n".join(lines)


def suggest(arguments: argparse.Namespace, options: Options) -> Report:
    """Strangers the owner has really written with; or whether any are to be counted."""
    work = opened(options)
    if arguments.off or arguments.on:
        return _let_count(work, counted=arguments.on)
    if not work.config.touch.strangers:
        return Report([], "Strangers are not counted: `strangers = false` in kith.toml.")
    with work.reading() as session:
        counted = strangers.are_counted(session, work.owner_id)
        found = strangers.promising(session, work.owner_id, since=None, limit=arguments.limit)
        names = {name_key(p.name): p.name for p, _ in people.everyone(session, work.owner_id)}
    if not counted:
        return Report([], "Strangers are not counted, as you asked; `kith people suggest --on` begins again.")
    data = [_suggestion(work, row, names) for row in found]
    rows = [(d["name"], d["address"], d["outbound"], d["inbound"], d["last"], _twin(d)) for d in data]
    header = ("name", "address", "you wrote", "they wrote", "last", "")
    return Report(data, table(rows, header) if rows else NOBODY_YET)


NOBODY_YET = "Nobody comes to mind. `kith scan` counts whom you write with; whoever writes back is named here."


def _suggestion(work: Work, row: StrangerRow, names: dict[str, str]) -> dict[str, Any]:
    name = natural_name(row.name)
    alike = names.get(name_key(name)) if name_key(name) else None
    return {
        "address": row.key,
        "name": name,
        "outbound": row.outbound,
        "inbound": row.inbound,
        "last": local_day(row.last_at, work.config.owner.timezone),
        "looks_like": [alike] if alike else [],
    }


def _twin(suggestion: dict[str, Any]) -> str:
    return "".join(f"you know a {name} already" for name in suggestion["looks_like"])


def _let_count(work: Work, *, counted: bool) -> Report:
    if counted and not work.config.touch.strangers:
        raise UsageError("kith.toml says `strangers = false`", "take that line out of its [touch] section first")
    with work.writing() as session:
        removed = strangers.let_count(session, work.owner_id, counted=counted)
    said = (
        "Strangers are counted from the next mail on."
        if counted
        else f"Strangers are not counted any more, and what was known of {removed} is removed."
    )
    return Report({"counting": counted, "removed": removed}, said)


def duplicates(_arguments: argparse.Namespace, options: Options) -> Report:
    """People who may be one, each pair with its reasons and the line that merges them."""
    work = opened(options)
    with work.reading() as session:
        everybody = [person for person, _ in people.everyone(session, work.owner_id)]
        found = find_duplicates(everybody, messages.answered_elsewhere(session, work.owner_id))
    data = [
        {
            "people": [{"id": p.id, "name": p.name, "addresses": list(p.addresses)} for p in (one.first, one.second)],
            "reasons": list(one.reasons),
            "line": f"kith people merge {one.first.id} {one.second.id}",
        }
        for one in found
    ]
    blocks = [f"{candidate(one.first)} and {candidate(one.second)}: {', '.join(one.reasons)}" for one in found]
    lines = [f"{block}\n  {d['line']}" for block, d in zip(blocks, data, strict=True)]
    return Report(data, "\n".join(lines) if lines else "Nobody seems to be there twice.")
