"""The demo's plot: read, tell, answer, understand; every step by the real commands on real servers."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kith.demo import program, show, stage
from kith.demo.commands import Kith
from kith.demo.events import TOM
from kith.demo.mailbox import ADDRESSES, DemoMailbox, invent
from kith.demo.mailroom import ZONE
from kith.demo.program import MailProgram
from kith.demo.servers import HOST, DemoServers, require_extra
from kith.demo.show import Narrator
from kith.errors import Internal

Told = tuple[list[str], dict[str, Any]]
"""What there is to read about a step, and its facts."""

FOLLOWED = ("Aoife Brennan", "Haruka Nishimura", "Maria Tavares", "Bob Whitfield", TOM.name)
"""Those whom the owner's answer is about, and whose dates change by it."""


@dataclass(slots=True)
class Play:
    """The demo as far as it has come."""

    place: Path
    stack: ExitStack
    now: datetime
    loud: bool
    """Whether somebody watches, to whom a command's progress is shown."""
    box: DemoMailbox = field(default_factory=lambda: DemoMailbox((), ()))
    kith: Kith = field(init=False)
    mail: MailProgram = field(init=False)
    digest: bytes = b""
    numbers: dict[str, int] = field(default_factory=dict)
    before: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kith = Kith(self.place / "kith.toml")


def perform(out: Path | None, tell: Narrator) -> dict[str, Any]:
    """Plays the demo in a folder that stays (a temporary one by default) and gives what happened, as for JSON.

    Raises UsageError without the demo extra or where the folder is in use, Internal where a command failed.
    """
    require_extra()
    began, steps = time.monotonic(), []
    with ExitStack() as stack:
        play = Play(stage.folder(out), stack, datetime.now(UTC), tell.watched)
        for step in STEPS:
            tell.begin(step.title, step.command)
            at = time.monotonic()
            lines, facts = step.act(play)
            seconds = time.monotonic() - at
            tell.end(seconds, lines)
            told = {"step": step.name, "title": step.title, "command": step.command or None}
            steps.append({**told, "seconds": round(seconds, 2), **facts})
    seconds = time.monotonic() - began
    tell.finish(_farewell(play.place), seconds)
    return {"folder": str(play.place), "seconds": round(seconds, 2), "steps": steps}


def _invent(play: Play) -> Told:
    play.box = invent(play.now)
    count, people = len(play.box.messages), len(play.box.people)
    text = (
        f"Alex Moreau, Paris: {count:,} messages of two years with {people} people in five circles, and the usual "
        "newsletters, lists, parcels and automatic replies in between. Nobody in it exists."
    )
    truth = {one.name: one.last_touched and _day(one.last_touched) for one in play.box.people}
    return show.prose(text), {"messages": count, "people": people, "last_touched": truth}


def _day(at: datetime) -> str:
    return at.astimezone(ZONE).date().isoformat()


def _start(play: Play) -> Told:
    servers = play.stack.enter_context(DemoServers(play.box.messages, ADDRESSES))
    stage.furnish(play.place, servers, play.box)
    play.mail = play.stack.enter_context(MailProgram(HOST, servers.imap_port, servers.user, servers.password))
    where = f"IMAP on {HOST}:{servers.imap_port}, SMTP on {HOST}:{servers.smtp_port}, for this machine only."
    return [where, f"All files are in {play.place}"], {
        "imap": f"{HOST}:{servers.imap_port}",
        "smtp": f"{HOST}:{servers.smtp_port}",
    }


def _import(play: Play) -> Told:
    facts = play.kith.facts("people", "import", str(play.place / "people.vcf"))
    count = len(facts["added"])
    circles = Counter(one["circle"] for one in facts["added"])
    text = f"{count} people are added: " + ", ".join(f"{n} in {circle}" for circle, n in circles.items()) + "."
    return show.prose(text), {"added": count, "circles": dict(circles)}


def _scan(play: Play) -> Told:
    before = play.mail.flags()
    facts = play.kith.facts("scan", loud=play.loud)
    unchanged = play.mail.flags() == before
    where = ", ".join(f"{one['name']} {one['read']:,}" for one in facts["mailboxes"][0]["folders"])
    text = (
        f"{facts['read']:,} messages read in {facts['seconds']:.1f} s ({where}). {facts['touches']:,} of them are "
        "touches: mail between Alex and one of those people. The rest was for everybody, from machines or from "
        f"strangers. {'Not one flag has changed.' if unchanged else 'Flags have changed, and they should not have!'}"
    )
    return show.prose(text), {"scan": facts, "mailbox_unchanged": unchanged}


def _overdue(play: Play) -> Told:
    said = play.kith.says("people", "list", "--overdue")
    return said.rstrip().split("\n"), {"people": play.kith.facts("people", "list")}


def _digest(play: Play) -> Told:
    last = play.mail.last_uid("INBOX")
    facts = play.kith.facts("digest")
    play.numbers = {entry["name"]: entry["number"] for entry in facts["people"]}
    sent = play.kith.facts("digest", "--send")
    play.digest = _the_letter(play, last)
    (play.place / "digest.eml").write_bytes(play.digest)
    html = play.place / "digest.html"
    html.write_text(program.text(play.digest, "html"), encoding="utf-8")
    lines = ["It went out by SMTP and came in by IMAP. In plain text it reads:"]
    lines += show.mail(program.text(play.digest))
    return [*lines, "As HTML, for a browser:", str(html)], {"digest": facts, "sent": sent, "html": str(html)}


def _the_letter(play: Play, last: int) -> bytes:
    """The one letter that came since; the demo ends where none did."""
    came = play.mail.since("INBOX", last)
    if not came:
        raise Internal("no letter came into the demo's INBOX", f"look at {play.place}, and at `kith status` there")
    return came[-1]


def _answer(play: Play) -> Told:
    words = answer_to(play.numbers)
    play.before = _standing(play)
    reply = program.answer(play.digest, words, datetime.now(UTC))
    (play.place / "answer.eml").write_bytes(reply)
    play.mail.file("Sent", reply, datetime.now(UTC))
    return ["An ordinary reply, above the quoted digest:", *show.mail(words)], {"answer": words.split("\n")}


def answer_to(numbers: dict[str, int]) -> str:
    """What Alex answers to a digest with these numbers (by name): whoever it numbers is called by the number."""
    aoife, haruka = numbers.get("Aoife Brennan", "Aoife:"), numbers.get("Haruka Nishimura", "Haruka:")
    lines = (
        f"{aoife} lunch today, she is moving to Lisbon in May",
        f"{haruka} snooze 3 weeks",
        "Maria: called. follow up in 6 weeks about the flat",
        "@bob every 3 months",
        "thank Zanele for the ticket to the Requiem",
        f"add {TOM.name} <{TOM.address}> every 3 months",
        "? Miriam",
        "Sam: called yesterday",
    )
    return "\n".join(lines)


def _understand(play: Play) -> Told:
    last, drafts = play.mail.last_uid("INBOX"), play.mail.last_uid("Drafts")
    facts = play.kith.facts("run", "--once")
    came, made = play.mail.since("INBOX", last), play.mail.since("Drafts", drafts)
    if not came:
        _the_letter(play, last)
    lines = ["It found the answer in Sent, and this came back:"]
    for number, letter in enumerate(came, 1):
        (play.place / f"receipt-{number}.eml").write_bytes(letter)
        lines += [f"Subject: {program.opened(letter)['Subject']}", *show.mail(program.text(letter))]
    for number, draft in enumerate(made, 1):
        (play.place / f"draft-{number}.eml").write_bytes(draft)
        to, subject = (str(program.opened(draft)[name]) for name in ("To", "Subject"))
        lines += [f"In Drafts, not sent: {subject}", f"to {to}", *show.mail(program.text(draft))]
    return lines, {"run": facts, "receipts": [_facts(one) for one in came], "drafts": [_facts(one) for one in made]}


def _facts(letter: bytes) -> dict[str, str]:
    seen = program.opened(letter)
    return {"to": str(seen["To"]), "subject": str(seen["Subject"]), "text": program.text(letter)}


def _look_again(play: Play) -> Told:
    facts = play.kith.facts("scan", loud=play.loud)
    again = sum(one["reread"] for one in facts["mailboxes"][0]["folders"])
    text = (
        f"{facts['read']} new messages, Kith's own receipts, and {again:,} old ones looked at again for {TOM.name}, "
        f"who is new. Touches found for him: {facts['touches']}. Nothing is counted twice."
    )
    return show.prose(text), {"scan": facts}


def _standing(play: Play) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in play.kith.facts("people", "list")}


def _changed(play: Play) -> Told:
    after = _standing(play)
    before = {name: play.before.get(name, {}) for name in FOLLOWED}
    rows = [
        (name, before[name].get("due_on"), after[name]["due_on"], after[name]["snoozed_until"])
        for name in FOLLOWED
        if name in after
    ]
    head = (f"{'':<22}{'was due':<14}{'is due':<14}{'snoozed until':<14}".rstrip(),)
    lines = [
        f"{name:<22}{was or 'not there':<14}{now or '-':<14}{nap or '':<14}".rstrip() for name, was, now, nap in rows
    ]
    return [*head, *lines], {
        "due": [dict(zip(("name", "was", "now", "snoozed_until"), row, strict=True)) for row in rows]
    }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the demo. command is what a person would type for it, or ""."""

    name: str
    title: str
    command: str
    act: Callable[[Play], Told]


STEPS = (
    Step("invent", "A mailbox is invented", "", _invent),
    Step("servers", "A mail server takes it in", "", _start),
    Step("people", "Alex's people come from an address book", "kith people import people.vcf", _import),
    Step("scan", "Kith reads the mailbox, and changes nothing in it", "kith scan", _scan),
    Step("overdue", "Whom has Alex let slip?", "kith people list --overdue", _overdue),
    Step("digest", "The weekly digest", "kith digest --send", _digest),
    Step("answer", "Alex answers, from any mail program", "", _answer),
    Step("understand", "The service reads the answer", "kith run --once", _understand),
    Step("again", "A second look", "kith scan", _look_again),
    Step("changed", "What has changed by it", "kith people list", _changed),
)


def _farewell(place: Path) -> list[str]:
    return [
        "That was all of it: mail in, one mail a week, plain words back.",
        "The servers are gone, the folder stays; to look around in it:",
        "",
        f"  kith --config {place / 'kith.toml'} people list",
        "",
        "For your own mailbox: kith init",
    ]
