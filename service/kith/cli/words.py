"""Commands by which the owner says something: touch, note, followup, snooze, away, undo, explain."""

import argparse
from collections import Counter

from kith.cli.main import Options
from kith.cli.report import Report, instant, on
from kith.cli.shared import acting, date_of, opened, the_person
from kith.domain.cadence import explanation, why
from kith.domain.dates import Look
from kith.domain.explaining import in_words, not_counted
from kith.domain.touch import Channel, Reason
from kith.errors import NotFound, UsageError
from kith.jobs.acts import Done
from kith.jobs.explain import Explained
from kith.jobs.explain import explain as explain_message
from kith.jobs.roster import roster
from kith.jobs.work import Work
from kith.store import messages, owners, people


def _done(done: Done) -> Report:
    return Report({"done": done.said, "change": done.change_id}, done.said)


def touch(arguments: argparse.Namespace, options: Options) -> Report:
    """A touch that left no mail, with a note if there are words."""
    work = opened(options)
    day = date_of(arguments.on, work.today(), Look.BACK)
    if day > work.today():
        raise UsageError(
            f"{arguments.on} is still to come", "a touch is something that was; `kith followup` is for plans"
        )
    text = " ".join(arguments.text)
    with acting(work) as acts:
        person = the_person(work, acts.session, arguments.who)
        return _done(acts.touch(person, Channel(arguments.channel), day, text, note=text))


def note(arguments: argparse.Namespace, options: Options) -> Report:
    """Words about somebody."""
    work = opened(options)
    with acting(work) as acts:
        return _done(acts.note(the_person(work, acts.session, arguments.who), " ".join(arguments.text)))


def follow_up(arguments: argparse.Namespace, options: Options) -> Report:
    """A promise with a date."""
    work = opened(options)
    day = date_of(arguments.when, work.today(), Look.AHEAD)
    with acting(work) as acts:
        person = the_person(work, acts.session, arguments.who)
        return _done(acts.follow_up(person, day, " ".join(arguments.text)))


def snooze(arguments: argparse.Namespace, options: Options) -> Report:
    """Leaves somebody out of digests for a while."""
    work = opened(options)
    day = date_of(arguments.when, work.today(), Look.AHEAD)
    with acting(work) as acts:
        return _done(acts.snooze(the_person(work, acts.session, arguments.who), day))


def away(arguments: argparse.Namespace, options: Options) -> Report:
    """A holiday."""
    work = opened(options)
    back = arguments.until.casefold() in ("off", "back", "now")
    until = None if back else date_of(arguments.until, work.today(), Look.AHEAD)
    with work.writing() as session:
        owners.set_away(session, work.owner_id, until)
    said = f"No digest until {on(until)}. Enjoy." if until else "Welcome back. Digests come again."
    return Report({"away_until": on(until)}, said)


def undo(arguments: argparse.Namespace, options: Options) -> Report:
    """Takes back a change."""
    work = opened(options)
    with acting(work) as acts:
        return _done(acts.undo(arguments.id))


def explain(arguments: argparse.Namespace, options: Options) -> Report:
    """Why a message counted or not, or why somebody is due or not."""
    work = opened(options)
    what = arguments.what.strip()
    if not what.startswith("<"):
        with work.reading() as session:
            found = people.find(session, work.owner_id, what, work.key(what))
        if found or "@" not in what:
            return _explain_person(work, what)
        what = f"<{what}>"
    return _explain_message(work, what)


def _explain_message(work: Work, message_id: str) -> Report:
    found = explain_message(work, message_id)
    if not found:
        raise NotFound(f"there is no message {message_id}", "is it in a folder that Kith reads? See `kith doctor`")
    data = [_explained(work, one) for one in found]
    return Report(data[0] | {"others": data[1:]}, "\n".join(_verdict(one) for one in found))


def _explained(work: Work, one: Explained) -> dict[str, object]:
    return {
        "message_id": one.message_id,
        "subject": one.subject,
        "at": instant(one.at, work.config.owner.timezone),
        "direction": one.direction,
        "touch": one.reason is None,
        "reason": one.reason,
        "mark": one.mark or None,
        "ruled": one.ruled,
        "people": list(one.people),
    }


def _verdict(one: Explained) -> str:
    who = ", ".join(one.people)
    if one.reason is None:
        return f"“{one.subject}” is a touch ({one.direction}): {who}"
    return f"“{one.subject}” is no touch: {in_words(one.reason, one.mark)}" + (f". With {who}" if who else "")


def _explain_person(work: Work, who: str) -> Report:
    with work.reading() as session:
        person = the_person(work, session, who)
        member = roster(work, session, work.now(), ids=[person.id])[0]
        ignored = messages.not_counted_since(
            session, work.owner_id, person.id, member.history.last_touched, MOST_IGNORED
        )
    zone, today = work.config.owner.timezone, work.today()
    told = explanation(person, member.standing, member.history, today, zone)
    data = {
        "id": person.id,
        "name": person.name,
        "why": why(person, member.standing, member.history, today, zone),
        "due_on": on(member.standing.due_on),
        "days_overdue": member.standing.days_overdue,
        "cadence_source": member.standing.source,
        "not_counted": Counter(row.reason or str(Reason.BYSTANDER) for row in ignored),
    }
    newer = not_counted((row.reason or Reason.BYSTANDER, row.mark) for row in ignored)
    return Report(data, f"{person.name}: {told[:1].lower()}{told[1:]}{newer and f'; {newer}'}.")


MOST_IGNORED = 1000
"""Messages that are looked at for reasons."""
