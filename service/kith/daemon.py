"""The service: mailboxes watched over IDLE and a timer, everything else decided from the database.

schedule gives the ticks and nothing more: what is due is read from the database at each, so that a
restart, a late start or a change of clocks neither repeats nor drops anything.
"""

import logging
import os
import selectors
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Self

import schedule

from kith.domain.folders import Folder, Role
from kith.ending import Ending, Stopped
from kith.errors import Busy, ConfigError, Internal, KithError, StoreFailed, TryLater, beyond
from kith.jobs import compose
from kith.jobs.deliver import Outbox, Sources
from kith.jobs.round import everything, go_round
from kith.jobs.scan import STOPS
from kith.jobs.watch import Watch
from kith.jobs.work import Work
from kith.mail.imap import ImapSource
from kith.store import folders, owners
from kith.store.engine import hurry
from kith.store.lock import work_lock

log = logging.getLogger("kith")

LOCK_WAIT = 30.0
"""Seconds the service waits for a command that is at work; then it tries again at the next tick."""
LAST_WAIT = 2.0
"""Seconds it waits for another's lock on the database when it is about to end."""
BEAT_EVERY = 30.0
PATIENCE = 3.0
"""Seconds the service waits for a mail server that takes a letter; a slower one is left to itself."""
ASK_EVERY = 1.0
"""Seconds after which it looks whether a slow one has taken it by now."""
TICK = 60
"""Seconds. Each tick ends IDLE and asks for it anew, which RFC 2177 wants every 29 minutes at least."""


class Service:
    """The daemon of one owner. Also a context manager, which hangs up."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.watches = [Watch(m) for m in work.config.mailbox]
        self.ending = Ending(self._hurry, self._cut)
        self.outbox = Outbox(work, self.ending.held_back)
        self.scheduler = schedule.Scheduler()
        self.started_at: datetime = work.now()
        self._beat_at: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for watch in self.watches:
            watch.close()
        self.ending.close()

    def run(self) -> None:
        """Runs until SIGTERM, SIGINT or SIGHUP."""
        with _ticks_in_utc(), self.ending.listening():
            self._wind_up()
            log.info("kith is watching %s", ", ".join(w.mailbox.name for w in self.watches))
            with suppress(Stopped):  # a signal may come just when a job is over
                self._live()
            self._leave()
        log.info("kith has stopped")

    def _wind_up(self) -> None:
        self.scheduler.clear()
        self.scheduler.every(TICK).seconds.do(self.guard, "tick", self.tick)
        for watch in self.watches:
            poll = max(int(watch.mailbox.poll), 1)
            self.scheduler.every(poll).seconds.do(self.guard, watch.mailbox.name, self.visit, watch)

    def _live(self) -> None:
        self.guard("first look", self.tick)
        while not self.ending.asked:
            if (self.scheduler.idle_seconds or 0.0) > TICK:  # the clock was set back; schedule would wait for it
                self._wind_up()
            self.scheduler.run_pending()
            self.guard("wait", self.wait)

    def guard(self, what: str, job: Callable[..., None], *arguments: object) -> None:
        """The job guard: whatever goes wrong in one job stops neither the others nor the service."""
        before = self.ending.anywhere
        try:
            self.ending.anywhere = True
            if not self.ending.asked:
                job(*arguments)
        except Stopped:
            log.info("stopping in the middle of %s; the rest is done next time", what)
        except TryLater as error:
            log.warning("%s: %s", what, beyond(what, error))
        except Exception as error:
            log.error("%s failed (%s); the next turn tries again", what, _said(error))  # noqa: TRY400 -- below
            log.debug("it failed here:", exc_info=True)
            time.sleep(1)  # a fault that comes at once must not spin
        finally:
            self.ending.anywhere = before

    def tick(self) -> None:
        """Each minute: a sign of life, a look for answers and news, the digest and the outbox."""
        self.guard("sign of life", self.beat)
        for watch in self.watches:
            self.guard(watch.mailbox.name, self.visit, watch, _is_urgent)
        self.guard("digest", self._compose)
        self.guard("outbox", self._deliver)

    def visit(self, watch: Watch, only: Callable[[Folder], bool] = everything) -> None:
        """One round with a mailbox, and IDLE again. A new connection looks at everything."""
        if watch.source is None and time.monotonic() < watch.retry_at:
            return
        try:
            self.beat()
            with work_lock(self.work.engine, self.work.owner_id, LOCK_WAIT):
                self._round(watch, only)
        except Busy:
            raise  # nothing is wrong with the mailbox
        except STOPS as error:
            self._lost(watch, error)
        except Stopped:
            watch.close()
            raise
        except Exception as error:
            self._lost(watch, Internal(f"Kith stumbled over it ({type(error).__name__})"))
            raise

    def _round(self, watch: Watch, only: Callable[[Folder], bool]) -> None:
        self._rested(watch)
        if watch.source is None:
            watch.source, only = self.work.open_source(watch.mailbox), everything
        result = go_round(self.work, watch.mailbox, watch.source, only=only, progress=self._progress)
        if result.error:
            raise result.error
        watch.failures = 0
        if result.total("read"):
            log.info("%s: read %d, touches %d", watch.mailbox.name, result.total("read"), result.total("touches"))
        watch.idle()

    def _rested(self, watch: Watch) -> None:
        """Ends IDLE. A line that was cut meanwhile is no failure, so long as the mailbox can be opened again."""
        try:
            watch.rest()
        except TryLater as error:
            log.info("%s: %s", watch.mailbox.name, beyond(watch.mailbox.name, error))
            watch.close()

    def _lost(self, watch: Watch, error: KithError) -> None:
        if self.ending.asked:  # it was we who dropped the line
            watch.close()
            return
        cure = f"; {error.hint}" if isinstance(error, ConfigError) else ""
        log.warning("%s: %s%s", watch.mailbox.name, beyond(watch.mailbox.name, error), cure)
        watch.drop(error)
        with suppress(StoreFailed), self.work.writing() as session:  # a database that is out of reach tells of itself
            folders.note_failure(session, self.work.owner_id, watch.mailbox.name, error.message, self.work.now())

    def wait(self) -> None:
        """Sleeps until the next tick, a signal, news from a mailbox, or the time to open one again."""
        self.ending.anywhere = False  # a signal rings the bell
        news = self._news(self.watches)  # what came together with an answer would wake nobody
        if not news:
            with selectors.DefaultSelector() as selector:
                selector.register(self.ending.bell, selectors.EVENT_READ)
                for watch in self.watches:
                    if source := watch.idling:
                        selector.register(source, selectors.EVENT_READ, watch)
                ready = selector.select(self._pause())
            news = self._news([key.data for key, _ in ready if key.data])
            news += [w for w in self.watches if w.source is None and time.monotonic() >= w.retry_at]
        for watch in news:
            self.guard(watch.mailbox.name, self.visit, watch)
        if self.outbox.is_busy:
            self.guard("outbox", self._deliver)

    def _pause(self) -> float:
        lost = [w.retry_at - time.monotonic() for w in self.watches if w.source is None]
        slow = [ASK_EVERY] if self.outbox.is_busy else []
        return max(0.0, min([self.scheduler.idle_seconds or 0.0, TICK, *lost, *slow]))

    def _news(self, watches: Iterable[Watch]) -> list[Watch]:
        return [watch for watch in watches if (source := watch.idling) and self._has_news(watch, source)]

    def _has_news(self, watch: Watch, source: ImapSource) -> bool:
        try:
            return source.idle_check(0)
        except TryLater as error:  # servers end idle lines now and then; see _rested
            log.info("%s: %s", watch.mailbox.name, beyond(watch.mailbox.name, error))
            watch.drop(error)
            return False

    def beat(self) -> None:
        """Shows that the service is alive, for `kith status --live`."""
        if self._beat_at is None or time.monotonic() - self._beat_at >= BEAT_EVERY:
            self._beat_at = time.monotonic()
            with self.work.writing() as session:
                owners.beat(session, self.work.owner_id, self.work.now(), self.started_at)

    def _progress(self, _folder: str, _done: int, _total: int) -> None:
        self.beat()

    def _compose(self) -> None:
        with work_lock(self.work.engine, self.work.owner_id, LOCK_WAIT):
            composed = compose.compose_due(self.work)
        if composed:
            log.info("the digest of %s is composed", composed.period)
            for watch in self.watches:  # the drafts it tells of are placed before it goes
                self.guard(watch.mailbox.name, self.visit, watch, _is_urgent)

    def _deliver(self) -> None:
        """Letters go out; looking for one, or appending it, uses the connections that are open already."""
        if not self.outbox.has_work():
            return
        with work_lock(self.work.engine, self.work.owner_id, LOCK_WAIT):
            for watch in self.watches:
                self._safely(watch, Watch.rest)
            opened = [w.source for w in self.watches if w.source is not None]
            self.outbox.deliver(Sources(self.work, opened), PATIENCE)
            for watch in self.watches:
                self._safely(watch, Watch.idle)

    def _safely(self, watch: Watch, act: Callable[[Watch], None]) -> None:
        try:
            act(watch)
        except STOPS as error:
            self._lost(watch, error)

    def _leave(self) -> None:
        for watch in self.watches:
            watch.close()
        self._hurry()
        try:
            with self.ending.last_words():
                self.outbox.call_off()
                with self.work.writing() as session:
                    owners.end_beat(session, self.work.owner_id, self.started_at)
        except StoreFailed as error:
            log.warning("the last sign of life stays where it is: %s", error)

    def _hurry(self) -> None:
        hurry(self.work.engine, LAST_WAIT)

    def _cut(self) -> None:
        for watch in self.watches:
            watch.cut()


@contextmanager
def _ticks_in_utc() -> Iterator[None]:
    """Ticks are counted in UTC, where no hour comes twice."""
    zone = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()


def _said(error: Exception) -> str:
    """What went wrong, in the words meant for the owner; of foreign errors the kind alone.

    A database's own go on with what was asked of it, and that is the owner's mail.
    """
    return f"{error.message}; {error.hint}" if isinstance(error, KithError) else type(error).__name__


def _is_urgent(folder: Folder) -> bool:
    """Where answers are, and where news may have come while nobody listened."""
    return folder.role in (Role.SENT, Role.INBOX)
