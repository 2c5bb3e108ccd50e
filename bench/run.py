"""Measures Kith against the raw limit, on a mailbox and a server of its own, and prints the table.

    make bench                  everything, with 100,000 messages; takes some minutes
    python bench/run.py --quick      10,000 messages, each once: whether all of it still runs
    python bench/run.py --huge       also the peak memory with 300,000

Each measurement is a pair: the raw limit (one socket that asks for the same and throws the answers
away), then the command, both as whole processes from start to exit. The ratio is the median of the
pairs' ratios, so that a machine that is slower now and then is no better or worse for it. What the
first scan found is compared with what was put in.
"""

import argparse
import csv
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests")]

import invented  # noqa: E402 -- found by the path above
from kith.domain.message import FIELDS  # noqa: E402 -- as above
from support.dovecot import PASSWORD, Dovecot, missing  # noqa: E402 -- as above

KITH: Final = Path(sys.executable).with_name("kith")
SECONDS: Final = 900
"""No command takes nearly as long."""
LINK: Final = (50, 20)
"""Milliseconds of a round trip and Mbit/s of the slow link."""
NEW: Final = 100

TOML: Final = """
[owner]
name = "Max Eriksen"
addresses = ["{me}", "{other}"]
timezone = "Europe/Berlin"
[[mailbox]]
name = "personal"
url = "{url}"
password = "env:BENCH_PASSWORD"
insecure = {insecure}
tls_ca = "{ca}"
[circle.friends]
every = "2 months"
"""


@dataclass(frozen=True)
class Took:
    """One whole process: seconds by the clock, seconds of CPU, and the most memory it had, in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Row:
    """One line of the table. raw is in seconds, None where there is no such thing."""

    what: str
    kith: Took
    raw: float | None = None
    ratio: float | None = None
    aim: str = ""


def timed(command: Sequence[str | Path], folder: Path) -> Took:
    """Runs a command to its end. Fails where the command does."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KITH_")} | {"BENCH_PASSWORD": PASSWORD}
    measuring = [sys.executable, ROOT / "bench" / "took.py", *command]
    ran = subprocess.run(
        [str(word) for word in measuring], check=False, cwd=folder, env=environment, capture_output=True, text=True,
        timeout=SECONDS,
    )  # fmt: skip
    if ran.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} gave {ran.returncode}:\n{ran.stderr}")
    return Took(*json.loads(ran.stdout))


def median(tries: Sequence[Took]) -> Took:
    """Each number's own median."""
    return Took(*(statistics.median(getattr(one, name) for one in tries) for name in ("wall", "cpu", "peak")))


def pairs(what: str, runs: int, raw: Callable[[], Took], kith: Callable[[], Took], aim: str = "") -> Row:
    """The raw limit and Kith in turn."""
    found = [(raw(), kith()) for _ in range(runs)]
    ratio = statistics.median(mine.wall / limit.wall for limit, mine in found)
    return Row(what, median([k for _, k in found]), statistics.median(r.wall for r, _ in found), ratio, aim)


@dataclass
class Mailbox:
    """An invented mailbox on a server, and a Kith that knows its people."""

    server: Dovecot
    folder: Path
    size: int
    truth: invented.Truth = field(init=False)
    counts: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Makes it, and lets the server index it: what is measured is never a server's first look at its mail."""
        self.user = f"m{self.size}"
        maildir = self.server.maildir(self.user)
        self.truth = invented.fill(maildir, self.size)
        self._count()
        self.server.hand_over(self.user)
        self.folder.mkdir()
        self.configure()
        with (self.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
            rows = [(f"{one.name} {n}", one.address, "friends") for n, one in enumerate(invented.people(1)[:200])]
            csv.writer(file).writerows([("name", "email", "circle"), *rows])
        self.kith("people", "import", "people.csv")
        shutil.copy(self.folder / "kith.db", self.folder / "empty.db")
        self.raw()
        self.raw()

    def _count(self) -> None:
        """Notes how many messages each folder has: their UIDs are 1 to that number."""
        places = {name: self.server.maildir(self.user) / place for name, place in invented.FOLDERS.items()}
        self.counts = {
            name: sum(1 for part in ("cur", "new") for _ in (at / part).iterdir()) for name, at in places.items()
        }

    def configure(self, port: int = 0, *, tls: bool = False) -> None:
        """Writes kith.toml; port is that of a link before the server."""
        url = self.server.imaps_url(self.user) if tls else self.server.url(self.user)
        if port:
            url = url.replace(str(self.server.port), str(port))
        ca = str(self.server.ca) if tls else ""
        values = {"me": invented.ME, "other": invented.MY_OTHER, "url": url, "ca": ca, "insecure": str(not tls).lower()}
        store = f'[store]\nurl = "sqlite:///{self.folder}/kith.db"\n'
        (self.folder / "kith.toml").write_text(TOML.format(**values) + store, encoding="utf-8")

    def kith(self, *words: str) -> Took:
        """One command."""
        return timed([KITH, *words], self.folder)

    def first_scan(self) -> Took:
        """A scan with nothing read before."""
        self.forget()
        return self.kith("scan")

    def forget(self) -> None:
        """Back to before the first scan."""
        for path in self.folder.glob("kith.db*"):
            path.unlink()
        shutil.copy(self.folder / "empty.db", self.folder / "kith.db")

    def raw(self, *options: str, port: int = 0, first: dict[str, int] | None = None) -> Took:
        """The limit: the header fields of every message, or of those from some UIDs on."""
        questions = []
        for name in invented.FOLDERS:
            start = (first or {}).get(name, 1)
            item = f"UID INTERNALDATE BODY.PEEK[HEADER.FIELDS ({' '.join(FIELDS)})]"
            questions += [f"EXAMINE {name}", f"UID FETCH {start}:* ({item})"]
        return self.ask(questions, *options, port=port)

    def ask(self, questions: Sequence[str], *options: str, port: int = 0) -> Took:
        """The limit with other questions."""
        to = [self.server.host, str(port or self.server.port), self.user, PASSWORD]
        return timed([sys.executable, ROOT / "bench" / "limit.py", *to, *questions, *options], self.folder)

    def deliver(self, count: int) -> dict[str, int]:
        """New mail; gives by folder the UID from which on it is new."""
        first = {name: number + 1 for name, number in self.counts.items()}
        invented.fill(self.server.maildir(self.user), count, first=sum(self.counts.values()) + 1)
        self._count()
        self.server.hand_over(self.user)
        self.raw(first=first)  # the server moves it from new to cur and indexes it
        return first

    def check(self) -> int:
        """Compares what Kith found with what there is; gives the number of touches."""
        said = subprocess.run(
            [KITH, "people", "list", "--json"], cwd=self.folder, check=True, capture_output=True, timeout=SECONDS
        ).stdout
        found = {address: row["touches"] for row in json.loads(said) for address in row["addresses"] if row["touches"]}
        if found != dict(self.truth.touches):
            wrong = [a for a in found.keys() | self.truth.touches.keys() if found.get(a) != self.truth.touches.get(a)]
            raise SystemExit(f"the scan of {self.size} found other touches than there are with {sorted(wrong)[:5]}")
        return sum(found.values())


# -- what is measured


def first_scans(box: Mailbox, runs: int) -> list[Row]:
    """Everything there is, plain and over TLS."""
    size = f"{box.size:,} messages"
    rows = [pairs(f"first scan of {size}", runs, box.raw, box.first_scan, "3 x raw, 150 MiB")]
    print(f"  {box.check():,} touches, as there should be", file=sys.stderr)
    secure = lambda: box.raw("--tls", str(box.server.ca), port=box.server.tls_port)  # noqa: E731 -- one line is enough
    box.configure(tls=True)
    rows.append(pairs("the same over TLS", runs, secure, box.first_scan, "3 x raw"))
    box.configure()
    return rows


def later_scans(box: Mailbox, runs: int) -> list[Row]:
    """A little that is new, and nothing."""
    box.first_scan()
    start = median([box.kith("people", "list") for _ in range(runs)])
    fresh = []
    for _ in range(runs):
        first = box.deliver(NEW)
        fresh.append((box.raw(first=first), box.kith("scan")))
    status = [f"STATUS {name} (UIDVALIDITY UIDNEXT MESSAGES)" for name in invented.FOLDERS]
    quiet = [(box.ask(status), box.kith("scan")) for _ in range(runs)]
    return [_after_start(f"{NEW} new in {box.size:,}", fresh, start), _after_start("nothing new", quiet, start)]


def _after_start(what: str, found: list[tuple[Took, Took]], start: Took) -> Row:
    raw, mine = statistics.median(r.wall for r, _ in found), median([k for _, k in found])
    more = mine.wall - start.wall - raw
    aim = "2 x raw and the start" if "new in" in what else "raw and the start and 0.1 s"
    return Row(f"{what} (start {start.wall:.2f}, and raw, and {more:.2f})", mine, raw, None, aim)


def starts(box: Mailbox, runs: int) -> list[Row]:
    """Commands that connect to nothing."""
    shown = [("--help", "0.25 s"), ("people list", "0.8 s")]
    return [Row(f"kith {w}", median([box.kith(*w.split()) for _ in range(runs)]), aim=aim) for w, aim in shown]


def over_a_link(box: Mailbox, runs: int) -> list[Row]:
    """A provider far away: compressed, as Kith does it by itself, against compressed and plain."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    delay, rate = LINK
    command = [sys.executable, ROOT / "bench" / "link.py", str(port), str(box.server.port), str(delay), str(rate)]
    with ExitStack() as ending:
        link = subprocess.Popen([str(word) for word in command])
        ending.callback(link.wait)
        ending.callback(link.terminate)
        _wait_for(port)
        box.configure(port)
        far = f"{box.size:,} over {delay} ms and {rate} Mbit/s"
        start = median([box.kith("people", "list") for _ in range(runs)])
        rows = [pairs(far, runs, lambda: box.raw("--deflate", port=port), box.first_scan, "1.5 x raw and the start")]
        rows.append(pairs("the same, raw not compressed", runs, lambda: box.raw(port=port), box.first_scan))
    box.configure()
    return [Row(f"{r.what} (start {start.wall:.2f})", r.kith, r.raw, r.ratio, r.aim) for r in rows]


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the link did not open")


def many_people(folder: Path, people: int, touches: int, runs: int) -> list[Row]:
    """Lists and the digest's decision, with far more people and touches than anybody has."""
    fill_store(folder, people, touches)
    rows = []
    for words in ("people list", "people list --overdue", "digest"):
        took = median([timed([KITH, *words.split()], folder) for _ in range(runs)])
        rows.append(Row(f"kith {words}: {people:,} people, {touches:,} touches", took, aim="1 s"))
    return rows


def fill_store(folder: Path, people: int, touches: int) -> None:
    """A database with that many people and touches, made by Kith's own queries."""
    from kith import wiring
    from kith.store import messages
    from kith.store import people as queries

    folder.mkdir()
    values = {"me": invented.ME, "other": invented.MY_OTHER, "url": "imap://u@127.0.0.1", "ca": "", "insecure": "true"}
    store = f'[store]\nurl = "sqlite:///{folder}/kith.db"\n'
    (folder / "kith.toml").write_text(TOML.format(**values) + store, encoding="utf-8")
    work = wiring.work(wiring.read_config(str(folder / "kith.toml")))
    now = datetime.now(UTC)
    with work.writing() as session:
        ids = [queries.add(session, work.owner_id, f"Person {n}", now, circle="friends") for n in range(people)]
        for person_id in ids:
            address = f"p{person_id}@example.com"
            queries.add_address(session, work.owner_id, person_id, address, address)
        for begin in range(0, touches, 50_000):
            numbers = range(begin, min(begin + 50_000, touches))
            messages.add_touches(session, [_touch(work.owner_id, ids, n, now) for n in numbers])
        queries.refresh(session, work.owner_id, ids)
    work.engine.dispose()


def _touch(owner_id: int, ids: Sequence[int], number: int, now: datetime) -> dict[str, object]:
    return {
        "owner_id": owner_id, "person_id": ids[number % len(ids)], "identity": f"{number:032x}",
        "at": now - timedelta(minutes=5 * number), "direction": ("inbound", "outbound")[number % 2],
        "channel": "email", "subject": "Hello", "source": "personal",
    }  # fmt: skip


# -- the table


def table(rows: Sequence[Row]) -> str:
    """All of it in Markdown, as README shows it."""
    lines = ["| what | raw | Kith | x raw | CPU | peak | aim |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        raw = f"{row.raw:.2f} s" if row.raw is not None else ""
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        lines.append(
            f"| {row.what} | {raw} | {row.kith.wall:.2f} s | {ratio} | {row.kith.cpu:.2f} s "
            f"| {row.kith.peak:.0f} MiB | {row.aim} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measures Kith against the raw limit.")
    parser.add_argument("--quick", action="store_true", help="10,000 messages, each measurement once")
    parser.add_argument("--huge", action="store_true", help="also the peak memory with 300,000 messages")
    parser.add_argument("--runs", type=int, default=0, help="pairs of each measurement")
    given = parser.parse_args()
    if missing():
        raise SystemExit(missing())
    size, runs = (10_000, given.runs or 1) if given.quick else (100_000, given.runs or 5)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="kith-bench-")))
        server = Dovecot()
        ending.callback(server.stop)
        rows = measured(server, folder, size, runs, huge=given.huge)
    print(table(rows))


def measured(server: Dovecot, folder: Path, size: int, runs: int, *, huge: bool) -> list[Row]:
    """Every row, in the order of the table."""
    _say(f"making a mailbox of {size:,}")
    box = Mailbox(server, folder / "large", size)
    small = box if size == 10_000 else Mailbox(server, folder / "small", 10_000)
    _say("first scans")
    rows = first_scans(box, runs)
    _say("over a link")
    rows += over_a_link(small, runs)
    _say("memory")
    others = [] if small is box else [small]
    if huge:
        others.append(Mailbox(server, folder / "huge", 300_000))
    rows += [Row(f"memory: first scan of {one.size:,}", one.first_scan(), aim="150 MiB") for one in others]
    _say("later scans")
    rows += later_scans(box, runs) + starts(box, runs)
    _say("many people")
    return rows + many_people(folder / "many", *((10_000, 1_000_000) if size > 10_000 else (500, 20_000)), runs)


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what} …", file=sys.stderr)


if __name__ == "__main__":
    main()
