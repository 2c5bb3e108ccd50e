"""Gathers what is known about one person: for a briefing, and for `kith people show`."""

from kith.domain.digest import mail_link
from kith.domain.receipt import Briefing, Contact, Jotting
from kith.errors import NotFound
from kith.jobs.roster import roster
from kith.jobs.view import how
from kith.jobs.work import Work
from kith.store import messages, notes
from kith.store.engine import Session

MOST_TOUCHES, MOST_NOTES = 8, 10


def brief(work: Work, session: Session, person_id: int) -> Briefing:
    """The briefing on one person. Raises NotFound where there is none."""
    now = work.now()
    members = roster(work, session, now, ids=[person_id])
    if not members:
        raise NotFound("there is no such person", "kith people list shows everybody")
    member = members[0]
    person, standing, last = member.person, member.standing, member.history.last_touched
    touches = messages.touches(session, work.owner_id, person_id, MOST_TOUCHES)
    written = notes.of_person(session, work.owner_id, person_id, MOST_NOTES)
    promised = [f for f in notes.follow_ups_of(session, work.owner_id, person_id) if f.done_at is None]
    return Briefing(
        owner=work.config.owner.name,
        name=person.name,
        today=work.local(now),
        about=person.about,
        cadence=f"every {standing.cadence}" if standing.cadence else "",
        circle=person.circle or "",
        tags=person.tags,
        addresses=person.addresses,
        last_touched=work.local(last) if last else None,
        next_due=standing.due_on,
        birthday=person.birthday,
        touches=tuple(Contact(work.local(t.at), how(t), t.subject) for t in touches),
        notes=tuple(Jotting(work.local(n.at), n.text) for n in written),
        follow_ups=tuple(Jotting(f.due_on, f.text) for f in reversed(promised)),
        mailto=mail_link(person.addresses[0]) if person.addresses else "",
    )
