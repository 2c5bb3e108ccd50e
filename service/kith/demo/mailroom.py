"""Where the demo's mail is dated, numbered and filed, and where it is kept in mind whom it touches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

from kith.demo import post
from kith.demo.cast import Role
from kith.demo.post import Client, DemoMessage, Letter, Mailer

ZONE = ZoneInfo("Europe/Paris")
OWNER = Mailer("Alex Moreau", "alex@example.com", Client.PLAIN)
OWNER_AT_WORK = Mailer("Alex Moreau", "alex@work.example", Client.OUTLOOK)
_ARCHIVED_AFTER = timedelta(days=240)
_UNSEEN_FOR = timedelta(days=2)
_KEPT_IN_INBOX = 0.1  # of the old mail, as in a real INBOX
_COPIED = 0.03  # of the archived mail is in INBOX too: one message, two folders


class Mailroom:
    """Collects the messages of one invented mailbox."""

    def __init__(self, now: datetime, rng: Random) -> None:
        self.now = now.astimezone(UTC)
        self.rng = rng
        self.messages: list[DemoMessage] = []
        self.touched: dict[str, datetime] = {}
        self._number = 0

    def moment(self, days: float, hours: tuple[int, int] = (8, 21)) -> datetime:
        """A plausible time of day in Paris, so many days ago (ahead, where negative); UTC."""
        day = (self.now.astimezone(ZONE) - timedelta(days=days)).date()
        minute = self.rng.randrange(hours[0] * 60, hours[1] * 60)
        local = datetime.combine(day, time(minute // 60, minute % 60, self.rng.randrange(60)), ZONE)
        return local.astimezone(UTC)

    def earlier(self, at: datetime) -> datetime:
        """When the mail may have been written that is answered at that time: hours or days before, by day."""
        hours = self.rng.choice((0.4, 1.3, 2.5, 5, 9, 20, 26, 45, 70)) * self.rng.uniform(0.7, 1.3)
        then = at - timedelta(hours=hours)
        return then - timedelta(hours=7) if then.astimezone(ZONE).hour < 7 else then

    def new_id(self, author: Mailer) -> str:
        """A Message-ID as the author's program or server would make it."""
        self._number += 1
        bits, host = self.rng.getrandbits(64), author.address.partition("@")[2]
        match author.client:
            case Client.GMAIL:
                return f"<CA{bits:016x}+{self._number}@mail.{host}>"
            case Client.OUTLOOK:
                return f"<DB{bits:016X}{self._number:06d}@EU1.prod.{host}>"
            case Client.APPLE:
                return f"<{bits >> 32:08X}-{bits & 0xFFFF:04X}-4{self._number:06d}@{host}>"
            case _:
                return f"<{self._number}.{bits:x}@{host}>"

    def post(self, letter: Letter, touches: Sequence[str] = (), at: datetime | None = None) -> Letter:
        """Files a letter where it would lie, and remembers whom it touches. at: when it came, if not at once."""
        if letter.author.address in {OWNER.address, OWNER_AT_WORK.address}:
            self._file_sent(letter)
            self.touch(letter.at, touches)
        else:
            arrived = at or letter.at + timedelta(seconds=self.rng.randrange(1, 40))
            self._file_received(letter, arrived.astimezone(UTC))
            self.touch(arrived, touches)
        return letter

    def touch(self, at: datetime, keys: Sequence[str]) -> None:
        """Remembers an exchange with some people; one that lies ahead is none yet."""
        for key in keys:
            if at <= self.now:
                self.touched[key] = max(at.astimezone(UTC), self.touched.get(key, at.astimezone(UTC)))

    def _file_sent(self, letter: Letter) -> None:
        self.messages.append(DemoMessage("Sent", letter.at.astimezone(UTC), ("\\Seen",), post.raw(letter)))

    def _file_received(self, letter: Letter, at: datetime) -> None:
        age = self.now - at
        flags = () if age < _UNSEEN_FOR and self.rng.random() < 0.5 else ("\\Seen",)
        archived = age > _ARCHIVED_AFTER and self.rng.random() > _KEPT_IN_INBOX
        message = DemoMessage("Archive" if archived else "INBOX", at, flags, post.raw(letter))
        self.messages.append(message)
        if archived and self.rng.random() < _COPIED:
            self.messages.append(replace(message, folder="INBOX"))


def mailer(role: Role, address: int = 0) -> Mailer:
    """A person of the cast as the author of a mail, with one of their addresses."""
    return Mailer(role.name, role.addresses[min(address, len(role.addresses) - 1)], role.client)


def local(at: datetime, author: Mailer, hours: int = 1) -> datetime:
    """A time with the UTC offset that the author's own clock shows."""
    if author.address in {OWNER.address, OWNER_AT_WORK.address}:
        return at.astimezone(ZONE)
    return at.astimezone(timezone(timedelta(hours=hours)))
