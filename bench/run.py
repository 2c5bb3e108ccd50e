"""Measures Kith against the raw limit, on a mailbox and a server of its own, and prints the table.

    make bench                  everything, with 100,000 messages; takes some minutes
    python bench/run.py --quick      10,000 messages, each once
    python bench/run.py --huge       also the peak memory with 300,000

Each measurement is a pair: the raw limit (one socket that asks for the same and throws the answers
away, or as little of the files as must be read), then the command, both as whole processes from start
to exit. The ratio is the median of the pairs' ratios, so that a machine that is slower now and then is
no better or worse for it. What the first scans found is compared with what was put in.
"""

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

sys.path[:0] = [str(Path(__file__).resolve().parent)]

import invented  # noqa: E402 -- found by the path above
from box import Mailbox, write_config  # noqa: E402 -- as above
from measure import KITH, ROOT, Row, Took, median, pairs, table, timed  # noqa: E402 -- as above
from support.dovecot import Dovecot, missing  # noqa: E402 -- as above

LINK: Final = (50, 20)
"""Milliseconds of a round trip and Mbit/s of the slow link."""
NEW: Final = 100


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


def files(box: Mailbox, runs: int) -> list[Row]:
    """The same mail without a server: as a Maildir, and as an mbox file."""
    box.configure_files()
    read = lambda: box.files("heads", *box.directories())  # noqa: E731 -- one line is enough
    read()  # what is measured is never the disk
    rows = [pairs(f"Maildir of {box.size:,}, raw: 8 KB of each", runs, read, box.first_scan, "4 x raw")]
    box.check()
    mbox = box.mbox()
    seek = lambda: box.files("marks", mbox)  # noqa: E731 -- as above
    rows.append(pairs(f"mbox of {box.size:,}, raw: where messages begin", runs, seek, box.first_import, "4 x raw"))
    box.check()
    box.configure()
    return rows


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
    return [replace(row, what=f"{row.what} (start {start.wall:.2f})") for row in rows]


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
    write_config(folder, 'url = "imap://u@127.0.0.1"\npassword = "env:NONE"\ninsecure = true\n')
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


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measures Kith against the raw limit.")
    parser.add_argument("--quick", action="store_true", help="10,000 messages, each measurement once")
    parser.add_argument("--size", type=int, default=0, help="so many messages: a few hundred test the bench")
    parser.add_argument("--huge", action="store_true", help="also the peak memory with 300,000 messages")
    parser.add_argument("--runs", type=int, default=0, help="pairs of each measurement")
    given = parser.parse_args()
    if missing():
        raise SystemExit(missing())
    size, runs = (10_000, given.runs or 1) if given.quick else (100_000, given.runs or 5)
    size = given.size or size
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
    small = box if size <= 10_000 else Mailbox(server, folder / "small", 10_000)
    _say("first scans")
    rows = first_scans(box, runs)
    _say("over a link")
    for one in dict.fromkeys((box, small)):
        rows += over_a_link(one, runs)
    _say("files")
    rows += files(box, runs)
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
