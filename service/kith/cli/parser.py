"""The command line's grammar: every command, its arguments, and which function runs it."""

import argparse
import sys
from typing import Any, NoReturn

from kith import __version__
from kith.errors import UsageError


class Parser(argparse.ArgumentParser):
    """argparse, with the exit code and the two lines of every other error, and options anywhere among the words."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """argparse takes `WHO --on DATE TEXT` for a WHO without a TEXT: a command's options are put first."""
        words = list(args or ())
        return super().parse_known_args(words if self._subparsers else self._options_first(words), namespace)

    def _options_first(self, words: list[str]) -> list[str]:
        options: list[str] = []
        others: list[str] = []
        queue = iter(words)
        for word in queue:
            name, given, _ = word.partition("=")
            option = self._option_string_actions.get(name)
            if word == "--":
                others += [word, *queue]
            elif option is None:
                others.append(word)
            elif option.nargs is None and not given and word.startswith("--"):
                options.append(self._with_value(word, next(queue, "--")))
            else:
                options.append(word)
        return options + others

    def _with_value(self, option: str, value: str) -> str:
        """An option and its value as one word, so that a value may begin with a dash, as --05-12 does."""
        if value == "--" or value.partition("=")[0] in self._option_string_actions:
            self.error(f"argument {option}: expected one argument")
        return f"{option}={value}"

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """After --help and --version. What was printed goes out here, where a closed pipe is still noticed."""
        sys.stdout.flush()
        super().exit(status, message)

    def error(self, message: str) -> NoReturn:
        """What the parser refuses."""
        raise UsageError(message, f"see `{self.prog} --help`")


def _number(text: str) -> int:
    """A positive number that a database's integer can hold."""
    if not (text.isdecimal() and 0 < int(text[:12]) < 2**31):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def _weeks(text: str) -> int:
    """A number of weeks within ten years."""
    weeks = _number(text)
    if weeks > TEN_YEARS:
        raise argparse.ArgumentTypeError(f"{text} weeks are more than ten years")
    return weeks


TEN_YEARS = 520


ANYWHERE = "anywhere on the line: --config FILE, --json (one JSON document on stdout), --debug (tracebacks)"


def build_parser() -> Parser:
    """The whole grammar."""
    parser = Parser(prog="kith", description="Keeps you in touch with the people you chose.", epilog=ANYWHERE)
    parser.add_argument("--version", action="version", version=f"kith {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _init(commands)
    _mail(commands)
    _people(commands)
    _words(commands)
    _care(commands)
    return parser


def _add(commands: Any, name: str, run: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, epilog=ANYWHERE)
    command.set_defaults(command=run)
    return command


def _init(commands: Any) -> None:
    init = _add(commands, "init", "init:init", "a few questions, and Kith is set up")
    init.add_argument("--name", metavar="NAME", help="yours")
    init.add_argument("--address", metavar="ADDRESS", action="append", default=[], help="yours; once for each")
    init.add_argument("--timezone", metavar="ZONE", help="such as Europe/Paris; default: this machine's")
    init.add_argument("--imap", metavar="URL", help="the mail server, where the address does not tell")
    init.add_argument("--password", metavar="PLACE", help="env:NAME, file:PATH, keyring:SERVICE/USER or command:CMD")
    init.add_argument("--smtp", metavar="URL", help="the server that sends letters; default: put into your inbox")
    init.add_argument("--tls-ca", metavar="FILE", help="a certificate to trust: of a bridge, or a private CA")
    init.add_argument("--insecure", action="store_true", help="no TLS, which works to this very machine only")
    init.add_argument("--out", metavar="FILE", help="where to write it; default: kith.toml in this folder")
    init.add_argument("--yes", action="store_true", help="ask nothing: take the options, and defaults for the rest")


def _mail(commands: Any) -> None:
    scan = _add(commands, "scan", "scan:scan", "read what is new in your mailboxes")
    scan.add_argument("--mailbox", metavar="NAME", help="only this one")
    scan.add_argument("--full", action="store_true", help="read everything again, by your settings of today")
    importing = commands.add_parser("import", help="touches from an archive of mail", epilog=ANYWHERE)
    kinds = importing.add_subparsers(metavar="KIND", required=True)
    mbox = _add(kinds, "mbox", "archive:import_mbox", "from mbox files: Takeout, Thunderbird, old mail programs")
    mbox.add_argument("files", metavar="FILE", nargs="+")
    run = _add(commands, "run", "service:run", "the service: scans, replies, drafts, digest, outbox")
    run.add_argument("--once", action="store_true", help="do what is due and leave, for cron")
    digest = _add(commands, "digest", "mail:digest", "show this week's digest, write it as HTML, or send it now")
    day = digest.add_mutually_exclusive_group()
    day.add_argument("--send", action="store_true", help="send it now, for the current period")
    day.add_argument("--as-of", metavar="DATE", help="as it would be, or have been, on that day")
    digest.add_argument("--out", metavar="FILE.html", help="write it as HTML")
    replay = _add(commands, "replay", "replay:replay", "what the last digests would have said")
    replay.add_argument("--weeks", metavar="N", type=_weeks, default=12, help="how many; default: 12")
    reply = _add(commands, "reply", "reply:reply", "read one reply as the service would")
    reply.add_argument("file", metavar="FILE.eml")
    reply.add_argument("--dry-run", action="store_true", help="only show what would be done")
    drafts = _add(commands, "drafts", "mail:drafts", "drafts proposed, placed, sent")
    drafts.add_argument("action", nargs="?", choices=["place"], help="place: put them into the Drafts folder now")


def _people(commands: Any) -> None:
    people = commands.add_parser("people", help="the people you keep in touch with", epilog=ANYWHERE)
    actions = people.add_subparsers(metavar="ACTION", required=True)
    listing = _add(actions, "list", "people:list_people", "everybody, and how it stands with them")
    listing.add_argument("--overdue", action="store_true", help="only those who are overdue")
    listing.add_argument("--circle", metavar="C", help="only those in this circle")
    listing.add_argument("--tag", metavar="T", help="only those with this tag")
    _add(actions, "show", "people:show", "everything known about one person").add_argument(
        "who", metavar="WHO", nargs="+"
    )
    add = _add(actions, "add", "person:add", "keep in touch with somebody")
    add.add_argument("name", metavar="NAME", help="or an address alone, which names its person")
    add.add_argument("addresses", metavar="ADDRESS", nargs="*", help="none for somebody without mail")
    _attributes(add)
    edit = _add(actions, "edit", "person:edit", "change what is known about somebody")
    edit.add_argument("who", metavar="WHO")
    edit.add_argument("--name", metavar="NAME", help="a new one")
    edit.add_argument("--address", metavar="ADDRESS", action="append", default=[], help="one more address")
    edit.add_argument("--drop-address", metavar="ADDRESS", action="append", default=[], help="one less")
    edit.add_argument("--drop-tag", metavar="T", action="append", default=[], help="one tag less")
    edit.add_argument("--pause", action="store_true", help="leave out of digests until --resume")
    edit.add_argument("--resume", action="store_true", help="end a pause or a snooze")
    _attributes(edit)
    merge = _add(actions, "merge", "person:merge", "two people are one")
    merge.add_argument("who", metavar="WHO", help="who stays")
    merge.add_argument("gone", metavar="OTHER", help="who becomes part of them")
    unmerge = _add(actions, "unmerge", "person:unmerge", "two again: take the latest merge of a person back")
    unmerge.add_argument("who", metavar="WHO")
    forget = _add(actions, "forget", "person:forget", "remove somebody for good, with every trace")
    forget.add_argument("who", metavar="WHO", nargs="+")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    suggest = _add(actions, "suggest", "people:suggest", "people you write with who are not in Kith")
    suggest.add_argument("--limit", metavar="N", type=_number, default=20, help="how many; default: 20")
    counting = suggest.add_mutually_exclusive_group()
    counting.add_argument("--off", action="store_true", help="count strangers no more, and remove what was counted")
    counting.add_argument("--on", action="store_true", help="count them again, from the next mail on")
    _add(actions, "duplicates", "people:duplicates", "people who may be one; you merge them, or not")
    importing = _add(actions, "import", "book:import_people", "from vCard, a vdir folder, CSV, or Kith's own JSON")
    importing.add_argument("files", metavar="FILE", nargs="+")
    importing.add_argument("--dry-run", action="store_true", help="only show what would be done")
    importing.add_argument("--circle", metavar="C", help="for those who are in none")
    importing.add_argument("--every", metavar="DURATION", help="for those who have no cadence")
    exporting = _add(actions, "export", "book:export_people", "as vCard 4, CSV or JSON")
    exporting.add_argument("--format", choices=["vcard", "csv", "json"], default="vcard", help="default: vcard")
    exporting.add_argument("--out", metavar="FILE", help="default: stdout")


def _attributes(command: argparse.ArgumentParser) -> None:
    command.add_argument("--every", metavar="DURATION", help='a cadence of their own: 6w, "2 months"; "none" ends it')
    command.add_argument("--circle", metavar="C", help="a group; its rhythm is in kith.toml")
    command.add_argument("--tag", metavar="T", action="append", default=[], help="a label; once for each")
    command.add_argument("--birthday", metavar="D", help='"12 May", 1980-05-12 or --05-12')
    command.add_argument("--about", metavar="TEXT", help="why this person matters to you")


def _words(commands: Any) -> None:
    touch = _add(commands, "touch", "words:touch", "note that you were in touch")
    touch.add_argument("who", metavar="WHO")
    touch.add_argument(
        "--channel",
        choices=["call", "in-person", "meeting", "message", "letter", "email"],
        help="default: what the first word of TEXT says (called, lunch, …), else in-person",
    )
    touch.add_argument("--on", metavar="DATE", help="default: what TEXT says (coffee yesterday), else today")
    touch.add_argument("text", metavar="TEXT", nargs="*")
    note = _add(commands, "note", "words:note", "keep words about somebody")
    note.add_argument("who", metavar="WHO")
    note.add_argument("text", metavar="TEXT", nargs="+")
    follow = _add(commands, "followup", "words:follow_up", "promise yourself something with a date")
    follow.add_argument("who", metavar="WHO")
    follow.add_argument("when", metavar="WHEN", help='a day to come, such as "in 3 months"; or "done": it is kept')
    follow.add_argument("text", metavar="TEXT", nargs="*", help='what it is about; after "done", which one')
    snooze = _add(commands, "snooze", "words:snooze", "leave somebody out of digests for a while")
    snooze.add_argument("who", metavar="WHO")
    snooze.add_argument("when", metavar="WHEN", nargs="+", help='"3 weeks", "until 12 May"')
    away = _add(commands, "away", "words:away", "a holiday: no digest until then")
    away.add_argument("until", metavar="UNTIL", nargs="+", help='a date, or "off"')
    undo = _add(commands, "undo", "words:undo", "take back a note, touch or change")
    undo.add_argument("id", metavar="ID", nargs="?", type=_number, help="of which change; default: the latest")
    explain = _add(commands, "explain", "words:explain", "why a message counted or not, why somebody is due or not")
    explain.add_argument("what", metavar="MESSAGE-ID | WHO", nargs="+")
    verdict = explain.add_mutually_exclusive_group()
    verdict.add_argument("--not-a-touch", action="store_true", help="this message, or WHO's latest touch, was none")
    verdict.add_argument("--is-a-touch", action="store_true", help="this message, or WHO's latest that was none, is")


def _care(commands: Any) -> None:
    status = _add(commands, "status", "health:status", "how it is going; exit 1 when something needs you")
    status.add_argument("--live", action="store_true", help="only: is the service alive?")
    _add(commands, "doctor", "doctor:doctor", "check everything, each with its cure")
    _add(commands, "export", "data:export", "all data as JSON")
    _add(commands, "backup", "data:backup", "a consistent copy of the database").add_argument("file", metavar="FILE")
    _add(commands, "restore", "data:restore", "put a backup in place").add_argument("file", metavar="FILE")
    demo = _add(commands, "demo", "demo:demo", "the whole loop on an invented mailbox, on this machine")
    demo.add_argument("--out", metavar="DIR", help="keep what it makes there")
