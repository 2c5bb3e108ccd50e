"""Gathers what a digest says, from the database alone."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from kith.domain import cadence
from kith.domain.address import spoken_name
from kith.domain.digest import (
    CircleBar,
    ComingUp,
    Digest,
    DraftLine,
    Entry,
    Health,
    InTouch,
    LastSaid,
    Stranger,
    Upcoming,
    mail_link,
)
from kith.domain.names import bare, name_key, natural_name
from kith.domain.outbox import State, is_news, needs_owner
from kith.domain.plain import quoted
from kith.domain.reply_offer import add_line
from kith.jobs import occasions
from kith.jobs.meetings import upcoming_meetings
from kith.jobs.roster import Member, roster
from kith.jobs.work import Work
from kith.store import folders, letters, messages, notes, strangers
from kith.store.engine import Session
from kith.store.tables import LetterRow, MessageRow, SnippetRow, TouchRow

AHEAD = timedelta(days=14)
"""How far birthdays, follow-ups and meetings are told in advance."""
WEEK = timedelta(days=7)
MOST_IN_TOUCH = 20
MOST_STRANGERS = 3


@dataclass(frozen=True, slots=True)
class View:
    """A digest, with whom its numbers mean and whom it had no place for."""

    digest: Digest
    numbers: dict[int, int]
    passed: tuple[int, ...]


def view(
    work: Work,
    session: Session,
    now: datetime,
    *,
    back_then: bool = False,
    sent: Mapping[int, int] | None = None,
    foresee: bool = False,
) -> View:
    """The digest as it stands at an instant.

    sent gives the numbers of this period's letter where it has gone already: whoever is still overdue
    keeps their number, and nobody else gets one. foresee: also the drafts that will be made for it.
    """
    everybody = roster(work, session, now, back_then=back_then)
    members = {m.person.id: m for m in everybody}
    chosen = cadence.choose([(m.person, m.standing) for m in everybody], work.config.digest.max_people)
    overdue = [p.id for p, _ in (*chosen.chosen, *chosen.passed)]
    numbers = dict(enumerate(overdue[: len(chosen.chosen)], 1)) if sent is None else sent
    named = {number: members[i] for number, i in sorted(numbers.items()) if i in overdue}
    said = entries(work, session, list(named.values()), now)
    namesakes = _namesakes(everybody)
    people = tuple(
        replace(entry, number=number, has_namesake=entry.person_id in namesakes)
        for number, entry in zip(named, said, strict=True)
    )
    left = tuple(i for i in overdue if i not in numbers.values())
    digest = Digest(
        period=work.config.week.period(now),
        owner=work.config.owner.name,
        people=people,
        more=len(left),
        drafts=(
            *_drafts(work, session, members, now),
            *(occasions.foreseen(work, session, everybody, now) if foresee else ()),
        ),
        coming_up=_in_order(_coming_up(work, session, everybody, now)),
        in_touch=tuple(_in_touch(work, session, members, namesakes, now)),
        strangers=tuple(_strangers(work, session, everybody, now)),
        unfiled=tuple(row.line for row in letters.unfiled(session, work.owner_id)),
        circles=tuple(_circles(everybody)),
        health=health(work, session),
    )
    return View(digest, {e.number: e.person_id for e in people}, left)


def _namesakes(everybody: Iterable[Member]) -> set[int]:
    """Those whom an answer does not mean by their name alone, because somebody else has the same."""
    by_name: dict[str, list[int]] = {}
    for member in everybody:
        by_name.setdefault(_folded(member.person.name), []).append(member.person.id)
    return {one for same in by_name.values() if len(same) > 1 for one in same}


def _folded(name: str) -> str:
    return " ".join(bare(name.casefold()).split())


def entries(work: Work, session: Session, members: list[Member], now: datetime) -> Iterable[Entry]:
    """What a digest written at an instant says of the people it names, in their order."""
    ids = [m.person.id for m in members]
    said = messages.latest_mail(session, work.owner_id, ids, upto=now)
    snippets = messages.snippets(session, work.owner_id, ids) if work.config.touch.snippets else {}
    for number, member in enumerate(members, 1):
        person = member.person
        mail = said.get(person.id)
        note = next(iter(notes.of_person(session, work.owner_id, person.id, 1, upto=now)), None)
        last = member.history.last_touched
        yield Entry(
            number=number,
            person_id=person.id,
            name=person.name,
            last_touched=work.local(last) if last else None,
            due_on=member.standing.due_on or work.local(now),
            days_overdue=member.standing.days_overdue,
            why=cadence.why(person, member.standing, member.history, work.local(now), work.config.owner.timezone),
            about=person.about,
            said=_said(work, mail, snippets.get(person.id)) if mail else None,
            note=note.text if note else "",
            note_on=work.local(note.at) if note else None,
            mailto=mail_link(person.addresses[0]) if person.addresses else "",
        )


def _said(work: Work, mail: MessageRow, snippet: SnippetRow | None) -> LastSaid:
    words = snippet.text if snippet and snippet.identity == mail.identity else ""
    return LastSaid(work.local(mail.at), mail.direction == "outbound", mail.subject, words)


def _drafts(work: Work, session: Session, members: dict[int, Member], now: datetime) -> Iterable[DraftLine]:
    for row in notes.drafts(session, work.owner_id, "proposed", "placing", "placed"):
        if row.person_id in members and row.created_at <= now:
            yield DraftLine(members[row.person_id].person.name, row.kind, row.subject)


def _coming_up(work: Work, session: Session, everybody: list[Member], now: datetime) -> Iterable[ComingUp]:
    today = work.local(now)
    names = {m.person.id: m.person.name for m in everybody}
    for person in (m.person for m in everybody if m.person.birthday):
        on = person.birthday.next_on(today - timedelta(days=1)) if person.birthday else today
        if on <= today + AHEAD:
            age = person.birthday.turning(on) if person.birthday else None
            yield ComingUp(Upcoming.BIRTHDAY, on, person.name, f"turns {age}" if age else "")
    for row in notes.open_follow_ups(session, work.owner_id, until=today + AHEAD):
        if row.person_id in names:
            is_past = row.due_on < today
            yield ComingUp(Upcoming.FOLLOW_UP, row.due_on, names[row.person_id], row.text, is_past=is_past)
    yield from _series(upcoming_meetings(work, session, now, now + AHEAD))


def _in_order(events: Iterable[ComingUp]) -> tuple[ComingUp, ...]:
    """By day and time; what is past, and open still, comes after what is ahead."""
    return tuple(sorted(events, key=lambda c: (c.is_past, c.on, c.at or time.min, c.name)))


def _series(meetings: Iterable[ComingUp]) -> Iterable[ComingUp]:
    """The next of each series: the meetings with the same people under the same title."""
    found: dict[tuple[str, str], ComingUp] = {}
    for one in _in_order(meetings):
        first = found.setdefault((one.name, one.text), one)
        if first is not one:
            found[one.name, one.text] = replace(first, more=first.more + 1, until=one.on)
    return found.values()


def _in_touch(
    work: Work, session: Session, members: dict[int, Member], namesakes: Container[int], now: datetime
) -> Iterable[InTouch]:
    latest: dict[int, TouchRow] = {}
    for row in messages.touches_since(session, work.owner_id, now - WEEK):
        if row.at <= now:
            latest.setdefault(row.person_id, row)
    for row in list(latest.values())[:MOST_IN_TOUCH]:
        if row.person_id in members:
            name, has_namesake = members[row.person_id].person.name, row.person_id in namesakes
            yield InTouch(name, work.local(row.at), how(row), has_namesake)


def how(touch: TouchRow) -> str:
    """A touch in a word or two."""
    if touch.channel != "email":
        return {"in-person": "in person", "message": "a message"}.get(touch.channel, f"a {touch.channel}")
    return "you wrote" if touch.direction == "outbound" else "they wrote"


def _strangers(work: Work, session: Session, everybody: Iterable[Member], now: datetime) -> Iterable[Stranger]:
    if not work.config.touch.strangers:
        return
    persons = [member.person for member in everybody]
    called = [(name, person.name) for person in persons for name in (*person.aliases, person.name)]
    known = {name_key(written) or _folded(written): name for written, name in called}
    for row in strangers.promising(session, work.owner_id, since=now - timedelta(days=365), limit=MOST_STRANGERS):
        name = natural_name(row.name) or spoken_name(row.key)
        if add_line(name, row.key):
            yield Stranger(name, row.key, row.inbound + row.outbound, known.get(name_key(name) or _folded(name), ""))


def _circles(everybody: list[Member]) -> Iterable[CircleBar]:
    names = sorted({m.person.circle for m in everybody if m.person.circle and m.standing.due_on})
    for name in names:
        inside = [m for m in everybody if m.person.circle == name and m.standing.due_on and not m.person.paused]
        if inside:
            yield CircleBar(name, sum(map(_is_in_touch, inside)), len(inside))


def _is_in_touch(member: Member) -> bool:
    """Whether their rhythm is kept: by a touch, and not by a snooze or by being new."""
    return member.standing.counted and not member.standing.has_elapsed


def health(work: Work, session: Session) -> Health:
    """What Kith read since the last digest, and what is wrong."""
    read, gaps = folders.totals(session, work.owner_id)
    before = letters.latest_digest(session, work.owner_id)
    since_read, since_gaps = (before.read, before.gaps) if before else (0, 0)
    seen = {box.name for box in folders.mailboxes(session, work.owner_id)}
    unread = [f"{m.name} has not been read yet" for m in work.config.mailbox if m.name not in seen]
    return Health(read - since_read, gaps - since_gaps, (*unread, *problems(work, session)))


def troubled(work: Work, session: Session) -> list[LetterRow]:
    """Letters that failed, or may have, and of which no later digest has told the owner."""
    told_at = letters.told_at(session, work.owner_id)
    rows = letters.in_state(session, work.owner_id, State.UNCERTAIN, State.FAILED)
    return [row for row in rows if is_news(row.tried_at or row.created_at, told_at, work.now())]


def problems(work: Work, session: Session) -> Iterable[str]:
    """What needs the owner, in sentences."""
    names = {m.name for m in work.config.mailbox}
    for box in folders.mailboxes(session, work.owner_id):
        if box.error and box.name in names:
            since = f" since {work.local(box.failing_since):%d %B}" if box.failing_since else ""
            yield f"{box.name} could not be read{since}: {box.error.removeprefix(f'{box.name}: ')}"
    for row in folders.every(session, work.owner_id):
        if row.set_aside and row.mailbox in names:
            yield f"{row.mailbox}/{row.name} is set aside: {row.set_aside}"
    for letter in letters.in_state(session, work.owner_id, State.QUEUED):
        if needs_owner(letter.error, letter.created_at, work.now()):
            yield f"“{letter.subject}” waits: {letter.error}"
    for letter in troubled(work, session):
        fate = "may or may not have arrived" if letter.state == State.UNCERTAIN else "could not be sent"
        yield f"“{letter.subject}” {fate}: {letter.error}"
    for draft in notes.drafts(session, work.owner_id, "proposed", "placing"):
        if draft.error:
            yield f"the draft {quoted(draft.subject)} waits: {draft.error}"
