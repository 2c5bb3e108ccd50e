"""`kith init`: a few questions, a real login, the people you write to most, and kith.toml is there."""

import argparse
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from kith import configfile, wiring
from kith.cli import ask, init_login, init_people, zone
from kith.cli.init_login import Opened, Wishes
from kith.cli.main import Options
from kith.cli.report import Report, local_day
from kith.domain.address import looks_like
from kith.domain.outbox import Result
from kith.domain.starting import Login, Start
from kith.errors import ConfigError, KithError, LoginRefused, TryLater, UsageError
from kith.jobs.acquaint import Acquaintance
from kith.jobs.settle import as_config, settle

WELCOME: Final = """\
Kith keeps you in touch with the people you choose, with nothing but your mailbox.

A few questions, then it begins. Enter takes what stands in brackets; Ctrl-C leaves, and nothing is written."""

NEXT: Final = (
    ("scan", "reads your mailbox; the first time takes a while"),
    ("people list --overdue", "whom you have let slip"),
    ("run", "the service: a letter a week, and it reads your answers"),
)


NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class _Begun:
    """What was said and found before anything is written."""

    start: Start
    opened: Opened
    found: Sequence[Acquaintance]
    chosen: init_people.Chosen
    asked: bool


def init(arguments: argparse.Namespace, options: Options) -> Report:
    """Asks, tries, and writes kith.toml; without a terminal, or with --yes, the options have to say it all."""
    target = _target(arguments, options, os.environ)
    _check(arguments)
    asking = ask.is_possible() and not arguments.yes
    if not asking:
        _nothing_missing(arguments)
    with _told_when_left(target):
        begun = _begin(arguments, target, asking=asking)
        settle(begun.start, target, begun.opened.key.word if begun.opened.key.is_new else None)
    added = _add(target, begun)
    return _report(target, begun, added)


def _target(arguments: argparse.Namespace, options: Options, environ: Mapping[str, str]) -> Path:
    """Where kith.toml will lie. Raises UsageError where one lies there already."""
    target = Path(arguments.out or options.config or environ.get("KITH_CONFIG") or "kith.toml").expanduser().absolute()
    if target.is_dir():
        target /= "kith.toml"
    if target.exists():
        raise UsageError(f"{target} is there already, and is left as it is", "name another with --out FILE")
    return target


def _check(arguments: argparse.Namespace) -> None:
    """Refuses options that make no sense, before anybody is asked anything."""
    for written in arguments.address:
        if not looks_like(written):
            raise UsageError(f"{written} is not a mail address", "write it like --address alex@example.com")
    if arguments.timezone and not zone.named(arguments.timezone):
        raise UsageError(f"{arguments.timezone} is not a time zone", "write it like --timezone Europe/Paris")
    init_login.check_options(arguments.imap, arguments.smtp, arguments.password)
    if arguments.tls_ca and not Path(arguments.tls_ca).is_file():
        raise UsageError(f"there is no file {arguments.tls_ca}", "--tls-ca names a file with certificates")


def _nothing_missing(arguments: argparse.Namespace) -> None:
    """Raises UsageError, with every option that is missing, where nobody can be asked."""
    wanted = {
        "--name NAME": arguments.name,
        "--address ADDRESS": arguments.address,
        "--password PLACE": arguments.password,
        "--timezone ZONE": arguments.timezone or zone.guess(),
    }
    missing = [option for option, value in wanted.items() if not value]
    if missing:
        raise UsageError(
            f"with nobody to ask, these options are missing: {', '.join(missing)}",
            "run `kith init` in a terminal to be asked, or see `kith init --help`",
        )


@contextmanager
def _told_when_left(target: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        ask.say(f"\nGood-bye. {f'{target} is written.' if target.exists() else 'Nothing was written.'}")
        raise


def _begin(arguments: argparse.Namespace, target: Path, *, asking: bool) -> _Begun:
    if asking:
        ask.say(WELCOME + "\n")
    start = _owner(arguments, asking=asking)
    trusted = str(Path(arguments.tls_ca).resolve()) if arguments.tls_ca else ""
    wishes = Wishes(arguments.imap or "", arguments.password or "", trusted, arguments.insecure, asking)
    opened = init_login.open_mailbox(wishes, start.addresses[0], start, target)
    with closing(opened.source):
        start = replace(start, mailbox=opened.login)
        around = init_people.look_around(as_config(start, target), opened.source)
        if asking:
            start = _more_addresses(start, init_people.also_yours(around))
            around = init_people.look_around(as_config(start, target), opened.source)
        found = init_people.closest(around, asking=asking)
    start = _letters(arguments, start, opened, target, asking=asking)
    if not asking:
        return _Begun(start, opened, found, [], asked=False)
    chosen, circles = init_people.choose(found, as_config(start, target).owner.timezone)
    return _Begun(replace(start, circles=circles), opened, found, chosen, asked=True)


def _owner(arguments: argparse.Namespace, *, asking: bool) -> Start:
    """Name, addresses and time zone, as far as the options say; the rest is asked."""
    name = " ".join((arguments.name or "").split()) or ask.for_line("Your name", check=_needed)
    addresses = arguments.address or [ask.for_line("Your mail address", check=_an_address)]
    where, here = arguments.timezone, zone.guess()
    if not where:
        where = ask.for_line("Your time zone", here or "UTC", check=_a_zone) if asking else here
    return Start(name, tuple(dict.fromkeys(addresses)), zone.named(where), Login("", ""))


def _needed(answer: str) -> str:
    return "" if answer else "Type the name you sign your mail with."


def _an_address(answer: str) -> str:
    return "" if looks_like(answer) else "Write it like alex@example.com."


def _a_zone(answer: str) -> str:
    return "" if zone.named(answer) else "Write it like Europe/Paris, or the name of a large city near you."


def _more_addresses(start: Start, seen: Sequence[str]) -> Start:
    """Asks for the owner's other addresses; those that sent mail comes from are suggested."""
    if len(start.addresses) > 1:
        return start
    ask.say("\nLogged in. Which other addresses are yours? By them Kith knows the mail you wrote. Commas between them.")
    question = f"Other addresses{', or none' if seen else ' (Enter: none)'}"
    answer = ask.for_line(question, ", ".join(seen), _addresses_or_none)
    more = () if answer == NONE else tuple(a for word in answer.split(",") if (a := word.strip()))
    return replace(start, addresses=tuple(dict.fromkeys((*start.addresses, *more))))


def _addresses_or_none(answer: str) -> str:
    wrong = [w for word in answer.split(",") if (w := word.strip()) and not looks_like(w)]
    return f"{wrong[0]} is not a mail address." if wrong and answer != NONE else ""


def _letters(arguments: argparse.Namespace, start: Start, opened: Opened, target: Path, *, asking: bool) -> Start:
    """Which way letters reach the owner: into the inbox, or through a server for outgoing mail that takes our login."""
    url = arguments.smtp or (_asked_smtp(opened) if asking else "")
    if not url:
        return start
    there = replace(start, smtp=init_login.smtp_login(url, start.addresses[0], opened, insecure=arguments.insecure))
    outcome = init_login.check_smtp(there, target, opened.key)
    if outcome.result is Result.ACCEPTED:
        return there
    if not asking:
        kind: type[KithError] = LoginRefused if outcome.result is Result.REFUSED else TryLater
        raise kind(outcome.said, "without --smtp letters are put straight into your inbox")
    ask.say(f"That did not work: {outcome.said}. Letters will be put into your inbox; [smtp] in kith.toml changes it.")
    return start


def _asked_smtp(opened: Opened) -> str:
    if not opened.provider.smtp:
        return ""
    host = opened.provider.smtp.partition("://")[2]
    ways = ["put straight into your inbox; nothing is sent at all", f"sent to you through {host}"]
    return opened.provider.smtp if ask.for_choice("\nHow shall Kith's weekly letter reach you?", ways) else ""


def _add(target: Path, begun: _Begun) -> list[str]:
    """Opens the new configuration as every command does, and takes the chosen people in."""
    if not begun.chosen:
        return []
    try:
        return init_people.add(wiring.work(configfile.load(target)), begun.chosen)
    except KithError as error:
        said = f"{target} is written, but nobody could be added yet: {error.message}"
        raise type(error)(said, error.hint) from error


def _report(target: Path, begun: _Begun, added: Sequence[str]) -> Report:
    start, key, zone_there = begun.start, begun.opened.key, as_config(begun.start, target).owner.timezone
    data: dict[str, Any] = {
        "config": str(target),
        "mailbox": {"host": begun.opened.provider.host, "password": key.place},
        "addresses": list(start.addresses),
        "timezone": start.timezone,
        "letters": "smtp" if start.smtp else "append",
        "added": list(added),
        "proposed": [
            {
                "name": a.name,
                "addresses": list(a.addresses),
                "outbound": a.written,
                "inbound": a.answered,
                "last": local_day(a.last_at, zone_there),
            }
            for a in begun.found
        ],
    }
    return Report(data, "\n".join(_farewell(target, begun, added)))


def _farewell(target: Path, begun: _Begun, added: Sequence[str]) -> Iterator[str]:
    key = begun.opened.key
    yield f"\nWritten: {target}"
    scheme, _, place = key.place.partition(":")
    if key.is_new and scheme == "file":
        yield f"and the password: {target.parent / place}, for your eyes only"
    if scheme == "env" and key.is_new:
        yield f"The password is nowhere yet: export {place}=… before each command, or where the service starts."
    if added:
        yield f"Kith keeps in touch with {len(added)} {'people' if len(added) > 1 else 'person'} now."
    elif begun.found and not begun.asked:
        here = as_config(begun.start, target).owner.timezone
        yield f"\nThe people you write to most:\n\n{init_people.listing(begun.found, here)}"
        yield "\n`kith people add NAME ADDRESS --circle friends` takes somebody in."
    yield "\nNext:"
    prefix = "kith" if _is_found(target) else f"kith --config {shlex.quote(str(target))}"
    width = max(len(words) for words, _ in NEXT) + len(prefix) + 1
    yield from (f"  {f'{prefix} {words}':<{width}}  {said}" for words, said in NEXT)


def _is_found(target: Path) -> bool:
    """Whether commands find this kith.toml by themselves, in this folder or by $KITH_CONFIG."""
    try:
        return configfile.find(None, os.environ).absolute() == target
    except ConfigError:
        return False
