"""Commands by which the owner says something: touch, note, followup, snooze, away, undo, explain."""

import argparse
from collections import Counter
from datetime import date

from kith.cli.main import Options
from kith.cli.report import Report, instant, on
from kith.cli.shared import acting, date_of, opened, the_person
from kith.domain.cadence import explanation, why
from kith.domain.dates import Look, find_date, parse_date
from kith.domain.explaining import RELAYED, in_a_sentence, not_counted, not_touched
from kith.domain.instruction import Verb
from kith.domain.person import Person
from kith.domain.reply_touch import read_touch
from kith.domain.touch import BY_REPLY_TO, Channel
from kith.errors import NotFound, UsageError
from kith.jobs import rulings
from kith.jobs.acts import Acts, Done
from kith.jobs.explain import Explained, kept, uncounted
from kith.jobs.explain import explain as explain_message
from kith.jobs.promises import keep_promise
from kith.jobs.roster import roster
from kith.jobs.work import Work
from kith.store import notes, owners, people


def _done(done: Done, person: Person | None = None, **values: object) -> Report:
    """What was done, to whom, and with which values."""
    who = {"id": person.id, "name": person.name} if person else {}
    return Report({"done": done.said, "change": done.change_id, **who, **values}, done.said)


def touch(arguments: argparse.Namespace, options: Options) -> Report:
    """A touch that left no mail, with a note if there are words."""
    work = opened(options)
    channel, day, text = _touch_said(arguments, work.today())
    with acting(work) as acts:
        person = the_person(work, acts.session, arguments.who)
        done = acts.touch(person, channel, day, text, note=text)
        _settle(work, acts)
        return _done(done, person, channel=str(channel), on=on(day), note=text or None)


def _settle(work: Work, acts: Acts) -> None:
    """A touch keeps promises, and one that is taken back does not."""
    notes.settle_follow_ups(acts.session, work.owner_id, work.now(), work.config.owner.timezone)


def _touch_said(arguments: argparse.Namespace, today: date) -> tuple[Channel, date, str]:
    """Channel, day and what more is told: the options, else what the words say as they would in a reply."""
    text = " ".join(arguments.text).strip()
    on = date_of(arguments.on, today, Look.BACK) if arguments.on else None
    if on and on > today:
        raise UsageError(
            f"{arguments.on} is still to come", "a touch is something that was; `kith followup` is for plans"
        )
    channel = Channel(arguments.channel) if arguments.channel else None
    if text and not (on and channel):
        said = read_touch(text, today)
        if said and said.verb is Verb.UNKNOWN and not on:
            raise UsageError(f"{text} tells a day that I cannot read", "say it with --on, such as --on 2026-11-03")
        if said and said.verb is not Verb.UNKNOWN:
            channel, on, text = channel or said.channel, on or said.on, said.text
        elif not on and (day := parse_date(text, today, Look.BACK)) and day <= today:
            on, text = day, ""
    return channel or Channel.IN_PERSON, on or today, text


def note(arguments: argparse.Namespace, options: Options) -> Report:
    """Words about somebody."""
    work = opened(options)
    text = " ".join(arguments.text).strip()
    if not text:
        raise UsageError("the note is empty", "say what you want to remember")
    with acting(work) as acts:
        person = the_person(work, acts.session, arguments.who)
        return _done(acts.note(person, text), person, note=text)


def follow_up(arguments: argparse.Namespace, options: Options) -> Report:
    """A promise with a date; or that it is kept."""
    work = opened(options)
    if arguments.when.strip().casefold() == "done":
        with acting(work) as acts:
            person = the_person(work, acts.session, arguments.who)
            return _done(keep_promise(acts, person, " ".join(arguments.text)), person)
    day, text = _promised(arguments.when, arguments.text, work.today())
    with acting(work) as acts:
        person = the_person(work, acts.session, arguments.who)
        return _done(acts.follow_up(person, day, text), person, on=on(day), text=text)


def _promised(when: str, text: list[str], today: date) -> tuple[date, str]:
    """WHEN and TEXT; where nothing is quoted, WHEN may be several words: in 6 weeks about the flat."""
    day = parse_date(when, today, Look.AHEAD)
    if text and not any(" " in word for word in (when, *text)):
        found = find_date(" ".join([when, *text]), today, Look.AHEAD)
        if found and found[0] != day and " ".join([when, *text]).endswith(found[1]):
            return found
    return date_of(when, today, Look.AHEAD), " ".join(text).strip()


def snooze(arguments: argparse.Namespace, options: Options) -> Report:
    """Leaves somebody out of digests for a while."""
    work = opened(options)
    who, day = _who_and_when([arguments.who, *arguments.when], work.today())
    with acting(work) as acts:
        person = the_person(work, acts.session, who)
        return _done(acts.snooze(person, day), person, until=on(day))


def _who_and_when(words: list[str], today: date) -> tuple[str, date]:
    """A name and a day that were not quoted: the day begins as early as it can be read."""
    for first in range(1, min(len(words), LONGEST_NAME)):
        if parse_date(" ".join(words[first:]), today, Look.AHEAD):
            return " ".join(words[:first]), date_of(" ".join(words[first:]), today, Look.AHEAD)
    return words[0], date_of(" ".join(words[1:]), today, Look.AHEAD)


LONGEST_NAME = 10
"""Words of a line among which the end of a name is looked for."""


def away(arguments: argparse.Namespace, options: Options) -> Report:
    """A holiday."""
    work = opened(options)
    words = " ".join(arguments.until)
    back = words.casefold() in ("off", "back", "now")
    until = None if back else date_of(words, work.today(), Look.AHEAD)
    with work.writing() as session:
        owners.set_away(session, work.owner_id, until)
    said = f"No digest until {on(until)}. Enjoy." if until else "Welcome back. Digests come again."
    return Report({"away_until": on(until)}, said)


def undo(arguments: argparse.Namespace, options: Options) -> Report:
    """Takes back a change."""
    work = opened(options)
    with acting(work) as acts:
        done = acts.undo(arguments.id)
        _settle(work, acts)
        return _done(done)


def explain(arguments: argparse.Namespace, options: Options) -> Report:
    """Why a message counted or not, or why somebody is due or not; or the owner's own verdict."""
    work = opened(options)
    what = " ".join(arguments.what).strip()
    is_message = _is_message(work, what)
    if arguments.not_a_touch or arguments.is_a_touch:
        return _ruled(work, what, is_message=is_message, is_touch=arguments.is_a_touch)
    return _explain_message(work, what) if is_message else _explain_person(work, what)


def _is_message(work: Work, what: str) -> bool:
    """Whether a Message-ID is meant. What has no angle bracket is looked for among people first."""
    if what.startswith("<"):
        return True
    with work.reading() as session:
        if people.find(session, work.owner_id, what, work.key(what)):
            return False
        return "@" in what or bool(kept(session, work.owner_id, what))


def _ruled(work: Work, what: str, *, is_message: bool, is_touch: bool) -> Report:
    with acting(work) as acts:
        if is_message:
            done = _rule_messages(work, acts, what, is_touch=is_touch)
        else:
            person = the_person(work, acts.session, what)
            done = [rulings.is_a_touch(acts, person) if is_touch else rulings.not_a_touch(acts, person)]
        _settle(work, acts)
    return Report(
        {"done": [d.said for d in done], "changes": [d.change_id for d in done]}, "\n".join(d.said for d in done)
    )


def _rule_messages(work: Work, acts: Acts, message_id: str, *, is_touch: bool) -> list[Done]:
    rows = kept(acts.session, work.owner_id, message_id)
    if not rows:
        raise NotFound(f"nothing is kept about {message_id}", "only mail with your people can be a touch")
    rule = rulings.message_is_a_touch if is_touch else rulings.message_not_a_touch
    done = [one for row in rows if (one := rule(acts, row))]
    if not done:
        verdict = "a touch of everybody in it" if is_touch else "no touch"
        raise NotFound(f"{rows[0].message_id} is {verdict} already", f"see `kith explain '{message_id}'`")
    return done


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
        "meeting": one.meeting or None,
        "people": list(one.people),
        "untouched": [aside._asdict() for aside in one.untouched],
    }


def _verdict(one: Explained) -> str:
    who = ", ".join(one.people)
    if one.reason is None:
        aside = (not_touched(name, reason, one.mark, one.direction) for name, reason in one.untouched)
        told = f" ({RELAYED})" if one.mark == BY_REPLY_TO else ""
        return "; ".join((f"“{one.subject}” is a touch ({one.direction}): {who}{told}", *aside))
    said = f"“{one.subject}” is no touch: {in_a_sentence(one.reason, one.mark, one.meeting)}"
    return said + (f". With {who}" if who else "")


def _explain_person(work: Work, who: str) -> Report:
    with work.reading() as session:
        person = the_person(work, session, who)
        member = roster(work, session, work.now(), ids=[person.id])[0]
        ignored = uncounted(session, person, work.owner_id, member.history.last_touched)
    zone, today = work.config.owner.timezone, work.today()
    told = explanation(person, member.standing, member.history, today, zone)
    data = {
        "id": person.id,
        "name": person.name,
        "why": why(person, member.standing, member.history, today, zone),
        "due_on": on(member.standing.due_on),
        "days_overdue": member.standing.days_overdue,
        "cadence_source": member.standing.source,
        "not_counted": Counter(reason for reason, _ in ignored),
    }
    ignored_too = not_counted(ignored, newer=member.history.last_touched is not None)
    return Report(data, f"{person.name}: {told[:1].lower()}{told[1:]}{ignored_too and f'; {ignored_too}'}.")
