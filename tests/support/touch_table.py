"""Reads tables of mail and what it counts as: tests/domain/touch_cases/*.txt.

A case is a title, the header fields of a message as they came, what the scan knows besides, and the
verdict:

    == A friend writes
    From: Maria <maria@example.org>
    To: alex@example.com
    @received 2026-05-04 10:00
    -> inbound touches maria
    -> at 2026-05-04 10:00

What the scan knows besides: @received (a time in UTC, or never), @parts (media types), @opening (how
the text begins), @drafts (found in Drafts), and the settings @count_cc and @max_recipients.
The verdict is "touches NAMES" or a reason; "-> knows NAMES" says who takes part at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from kith.domain.address import key as address_key
from kith.domain.touch import NOTHING_MORE, Circumstances, Found, Reason, Verdict, judge, was_moved
from kith.mail.headers import envelope, received_time

TABLES = Path(__file__).parents[1] / "domain" / "touch_cases"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
"""When the server got a message of which the table does not say it."""

key = partial(address_key, dots_matter={"gmail.com": False, "googlemail.com": False})

OWNER = frozenset(map(key, ("alex@example.com", "alex@work.example", "alex.moreau@gmail.com", "alex@münchen.example")))
IDS = {"maria": 1, "bob": 2, "zoe": 3, "priya": 4, "tom": 5, "myself": 6}
PEOPLE = {
    key(address): IDS[name]
    for name, addresses in {
        "maria": ("maria@example.org", "maria.silva@gmail.com"),
        "bob": ("bob@work.example",),
        "zoe": ("zoe@bücher.example",),
        "priya": ("Priya.Nair@Post.Example",),
        "tom": ('"tom smith"@example.net', "tom@[192.0.2.7]"),
        "myself": ("alex@work.example",),  # the owner's own card, imported with the others
    }.items()
    for address in addresses
}
LETTERS = frozenset({"<kith.letter@example.com>"})
DRAFTS = frozenset({"<draft.thanks@example.com>"})
HERE = Circumstances(owner=OWNER, people=PEOPLE, key=key, is_letter=LETTERS.__contains__, is_draft=DRAFTS.__contains__)


@dataclass(slots=True)
class Case:
    """One message and the verdict it should get."""

    title: str
    fields: list[str] = field(default_factory=list)
    here: Circumstances = HERE
    found: Found = NOTHING_MORE
    received_at: datetime | None = RECEIVED_AT
    direction: str = ""
    outcome: str = ""
    people: frozenset[int] = frozenset()
    known: frozenset[int] | None = None
    at: datetime | None = None

    def verdict(self) -> Verdict:
        """What Kith makes of it, the way a scan asks."""
        block = "\r\n".join([*self.fields, "", ""]).encode()
        parsed = envelope(block, self.received_at)
        found = replace(self.found, relayed_at=received_time(block)) if was_moved(parsed) else self.found
        return judge(parsed, self.here, NOW, found)


def cases(table: str) -> list[Case]:
    """The cases of one table."""
    lines = (TABLES / table).read_text("utf-8").splitlines()
    return list(_cases(line for line in lines if line and not line.startswith("#")))


def rows(table: str) -> list[tuple[str, str]]:
    """The rows of a table that has "what: text" on each line."""
    lines = (TABLES / table).read_text("utf-8").splitlines()
    return [(what, text.strip()) for what, _, text in (li.partition(":") for li in lines if li and li[0] != "#")]


def _cases(lines: Iterator[str]) -> Iterator[Case]:
    case: Case | None = None
    for line in lines:
        if line.startswith("== "):
            if case:
                yield case
            case = Case(line[3:])
        elif case is None:
            raise ValueError(f"before the first case: {line}")
        elif line.startswith("@"):
            _besides(case, *line[1:].split(" ", 1))
        elif line.startswith("-> "):
            _expected(case, *line[3:].split(" ", 1))
        else:
            case.fields.append(line)
    if case:
        yield case


def _besides(case: Case, what: str, value: str = "") -> None:
    if what == "received":
        case.received_at = None if value == "never" else _time(value)
    elif what == "parts":
        case.found = replace(case.found, media_types=frozenset(value.split()))
    elif what == "opening":
        case.found = replace(case.found, opening=value.replace("\\n", "\n"))
    elif what == "drafts":
        case.found = replace(case.found, in_drafts=True)
    elif what == "count_cc":
        case.here = replace(case.here, count_cc=True)
    elif what == "max_recipients":
        case.here = replace(case.here, max_recipients=int(value))
    else:
        raise ValueError(f"what is @{what}?")


def _expected(case: Case, first: str, rest: str) -> None:
    if first == "at":
        case.at = _time(rest)
    elif first == "knows":
        case.known = _ids(rest)
    elif rest.startswith("touches "):
        case.direction, case.outcome, case.people = first, "touch", _ids(rest.removeprefix("touches "))
    else:
        case.direction, case.outcome = first, Reason(rest)


def _ids(names: str) -> frozenset[int]:
    return frozenset(IDS[name.strip()] for name in names.split(",") if name.strip() != "nobody")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
