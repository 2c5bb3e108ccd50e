"""A mailbox in memory that speaks IMAP, and with bad manners where a test wants them.

Between the two servers of support there are: fake_source has the mailbox and no words, scripted_imap has words and no
mailbox. Here the words are made from what the mailbox holds, so that any history can be played over a real line.
"""

import re
import socket
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from email.message import Message
from enum import Enum, auto
from io import BufferedReader
from typing import Final, Self
from urllib.parse import quote

from imapclient import imap_utf7  # type: ignore[import-untyped]  # it ships no types

from support.fake_source import FakeFolder, FakeServer, Kept, leaves, named, parsed

_JOIN_SECONDS: Final = 10
_ANNOUNCED = re.compile(rb"\{(\d+)(\+?)\}\r\n\Z")
_COMMAND = re.compile(r"(\S*) ((?:UID )?\S*) ?(.*)", re.DOTALL | re.IGNORECASE)
_ITEM = re.compile(r"BODY\.PEEK\[([^\]]*)\](?:<0\.(\d+)>)?|[A-Z]+")
_QUOTABLE = re.compile(rb"[^\r\n\x00\x80-\xff]*")
_PIECE: Final = 61


class Manner(Enum):
    """How a server speaks. All of it is allowed (RFC 3501, 7), or is done by servers in use."""

    PLAIN = auto()
    STAMMERS = auto()
    """It says everything twice, and much that nobody asked for."""
    BACKWARDS = auto()
    """The last message comes first."""
    WHISPERS = auto()
    """It says a few bytes at a time."""
    TERSE = auto()
    """It knows nothing newer than IMAP4rev1."""


class SpeakingImap:
    """An IMAP server on 127.0.0.1 and a port of its own; anybody may log in.

    hangs_up_after is how many bytes it says on a line before it drops it, None for ever. busy is how many of the
    next commands that read something are put off with NO [UNAVAILABLE]. It hangs up where it is asked for what is
    deadly of a message, and talks nonsense of the headers of one that is "garbled".
    """

    def __init__(self, mailbox: FakeServer) -> None:
        self.mailbox = mailbox
        self.manner = Manner.PLAIN
        self.hangs_up_after: int | None = None
        self.busy = 0
        self.host = "127.0.0.1"
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Hangs up and closes the port."""
        for line in (self._listener, *self._open):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # wakes its thread
            line.close()
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                line, _ = self._listener.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append(line)
                self._threads.append(threading.Thread(target=self._talk, args=[line], daemon=True))
                self._threads[-1].start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError), line, line.makefile("rb") as incoming:
            _Talk(self, line, incoming).go()


class _Talk:
    """One connection."""

    def __init__(self, server: SpeakingImap, line: socket.socket, incoming: BufferedReader) -> None:
        self._server, self._line, self._incoming = server, line, incoming
        self._manner = server.manner
        self._left = server.hangs_up_after
        self._folder = FakeFolder("", 0)
        self._literal = b""
        self._commands: dict[str, Callable[[str], str | None]] = {
            "CAPABILITY": self._capability,
            "LOGIN": lambda _rest: None,
            "NOOP": lambda _rest: None,
            "LIST": self._list,
            "STATUS": self._status,
            "EXAMINE": self._examine,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "APPEND": self._append,
        }

    def go(self) -> None:
        """Answers until one of the two hangs up."""
        self._say("* OK ready")
        while command := self._command():
            tag, name, rest = _COMMAND.fullmatch(command).groups()  # type: ignore[union-attr]  # it matches all there is
            if name.upper() == "LOGOUT":
                self._tell("BYE", "until next time")
            self._say(f"{tag} {self._answer(name.upper(), rest)}")

    def _command(self) -> str:
        """The next command without its line end, "" when the client has gone. A literal is put aside."""
        line = self._incoming.readline()
        while announced := _ANNOUNCED.search(line):
            if not announced[2]:
                self._say("+ go on")
            self._literal = self._incoming.read(int(announced[1]))
            if len(self._literal) < int(announced[1]):
                return ""
            line = line[: announced.start()] + self._incoming.readline()
        return line.decode().rstrip("\r\n")

    def _answer(self, name: str, rest: str) -> str:
        if name not in self._commands:
            return "BAD what is that?"
        if self._server.busy and name in _READING:
            self._server.busy -= 1
            return "NO [UNAVAILABLE] not now"
        return self._commands[name](rest) or "OK done"

    def _say(self, *said: str | bytes) -> None:
        """One line, literals in it."""
        data = b"".join(one if isinstance(one, bytes) else one.encode() for one in said) + b"\r\n"
        if self._left is not None:
            data, self._left = data[: self._left], self._left - len(data)
        step = _PIECE if self._manner is Manner.WHISPERS else len(data) or 1
        for start in range(0, len(data), step):
            self._line.sendall(data[start : start + step])
        if self._left is not None and self._left <= 0:
            raise ConnectionAbortedError

    def _tell(self, kind: str, *said: str | bytes) -> None:
        """What is not the end of a command."""
        for _ in range(2 if self._manner is Manner.STAMMERS else 1):
            self._say(f"* {kind} ", *said)
        if self._manner is Manner.STAMMERS:
            self._say("* OK it is late")

    # -- folders

    def _capability(self, _rest: str) -> None:
        self._tell("CAPABILITY", "IMAP4rev1", "" if self._manner is Manner.TERSE else " SPECIAL-USE ESEARCH LITERAL+")

    def _list(self, _rest: str) -> None:
        for name, folder in list(self._server.mailbox.folders.items()):
            flag = "" if self._manner is Manner.TERSE else folder.flag
            self._tell("LIST", f'({flag}) "/" ', _string(imap_utf7.encode(name)))

    def _status(self, rest: str) -> str | None:
        name = _name(rest)
        folder = self._server.mailbox.folders.get(name)
        if folder is None or name in self._server.mailbox.closed:
            return "NO [NONEXISTENT] there is no such folder"
        counts = {"UIDVALIDITY": folder.uidvalidity, **self._next_uid(folder), "MESSAGES": len(folder.messages)}
        said = " ".join(f"{word} {number}" for word, number in counts.items())
        self._tell("STATUS", _string(imap_utf7.encode(name)), f" ({said})")
        return None

    def _examine(self, rest: str) -> str:
        name = _name(rest)
        folder = self._server.mailbox.folders.get(name)
        self._folder = FakeFolder("", 0)
        if folder is None:
            return "NO [NONEXISTENT] there is no such folder"
        if name in self._server.mailbox.closed:
            return "NO [NOPERM] not yours"
        self._folder = folder
        self._tell(f"{len(folder.messages)} EXISTS")
        for word, number in {"UIDVALIDITY": folder.uidvalidity, **self._next_uid(folder)}.items():
            self._tell("OK", f"[{word} {number}] there")
        return "OK [READ-ONLY] opened"

    def _next_uid(self, folder: FakeFolder) -> dict[str, int]:
        return {"UIDNEXT": folder.uidnext} if folder.says_uidnext else {}

    # -- messages

    def _there(self) -> dict[int, Kept]:
        """The messages of the open folder, in the order of their numbers."""
        return dict(sorted(self._folder.messages.items()))

    def _search(self, rest: str) -> None:
        criteria = rest.removeprefix("RETURN (ALL) ")
        there = self._there()
        sought = re.search(r'HEADER Message-ID "(.*)"', criteria)
        rows = {uid: named(kept.raw, ["Message-ID"]) for uid, kept in there.items() if sought}
        chosen = {
            uid for uid in there if not sought or sought[1].lower() in rows[uid].decode("utf-8", "replace").lower()
        }
        for numbers in re.findall(r"UID (\S+)", criteria):
            chosen &= set(_chosen(numbers, there))
        found = list(map(str, sorted(chosen)))
        if criteria == rest:
            self._tell("SEARCH", " ".join(found))
        else:
            self._tell("ESEARCH", f"UID ALL {','.join(found)}" if found else "UID")

    def _fetch(self, rest: str) -> None:
        numbers, _, asked = rest.partition(" ")
        there = self._there()
        places = {uid: place for place, uid in enumerate(there, 1)}
        uids = _chosen(numbers, there)
        for uid in reversed(uids) if self._manner is Manner.BACKWARDS else uids:
            kept = there[uid]
            calls = {call for call, sign in _CALLS.items() if sign in asked}
            if kept.deadly & calls:
                raise ConnectionAbortedError
            if "garbled" in kept.deadly and "HEADER" in asked:
                self._tell(f"{places[uid]} FETCH", f"(UID {uid} INTERNALDATE NIL BODY[HEADER {{many}}")
                continue
            items = [
                f"UID {uid}".encode(),
                *(_item(kept, found) for found in _ITEM.finditer(asked) if found[0] != "UID"),
            ]
            self._tell(f"{places[uid]} FETCH", "(", b" ".join(items), ")")
            if self._manner is Manner.STAMMERS:
                self._tell(f"{places[uid]} FETCH", "(FLAGS ())")

    def _append(self, rest: str) -> str:
        found = re.match(r'("(?:[^"\\]|\\.)*")(?: \(([^)]*)\))?', rest)
        assert found
        folder = self._server.mailbox.folders.get(_name(found[1]))
        if folder is None:
            return "NO [TRYCREATE] there is no such folder"
        uid = folder.take(
            Kept(self._literal, datetime.now(UTC).replace(microsecond=0), tuple((found[2] or "").encode().split()))
        )
        return f"OK [APPENDUID {folder.uidvalidity} {uid}] done"


_READING: Final = frozenset({"EXAMINE", "UID SEARCH", "UID FETCH"})
_CALLS: Final = {"headers": "INTERNALDATE", "structures": "BODYSTRUCTURE", "parts": "BODY.PEEK[1", "raw": "BODY.PEEK[]"}
"""By what the calls of a source are known, for messages that are deadly at some."""


def _chosen(numbers: str, there: Collection[int]) -> list[int]:
    """The UIDs among those that a set names; n:* names the last in any case (RFC 3501, 6.4.8)."""
    last = max(there, default=0)
    chosen: set[int] = set()
    for one in numbers.split(","):
        low, high = ([last if n == "*" else int(n) for n in one.split(":")] * 2)[:2]
        chosen |= {uid for uid in there if min(low, high) <= uid <= max(low, high)}
    return sorted(chosen)


def _item(kept: Kept, asked: re.Match[str]) -> bytes:
    """One thing that is told of a message."""
    if asked[0] == "INTERNALDATE":
        return f'INTERNALDATE "{kept.at.astimezone(UTC):%d-%b-%Y %H:%M:%S +0000}"'.encode()
    if asked[0] == "FLAGS":
        return b"FLAGS (%s)" % b" ".join(kept.flags)
    if asked[0] == "BODYSTRUCTURE":
        return b"BODYSTRUCTURE " + _structure(parsed(kept.raw))
    data = _section(kept.raw, asked[1])
    start, data = (b"<0>", data[: int(asked[2])]) if asked[2] else (b"", data)
    return b"BODY[%s]%s %s" % (asked[1].encode(), start, _literal(data))


def _section(raw: bytes, section: str) -> bytes:
    """The bytes of a message that a section stands for."""
    if section.startswith("HEADER.FIELDS"):
        return named(raw, section.partition("(")[2].rstrip(")").split())
    return _content(dict(leaves(parsed(raw)))[section]) if section else raw


def _content(leaf: Message) -> bytes:
    """What is in a part, still encoded."""
    payload = leaf.get_payload()
    if isinstance(payload, list):
        return b"".join(child.as_bytes() for child in payload if isinstance(child, Message))
    return str(payload).encode("utf-8", "surrogateescape")


def _structure(part: Message) -> bytes:
    """BODYSTRUCTURE (RFC 3501, 7.4.2)."""
    children = part.get_payload()
    kind, subtype = part.get_content_type().upper().split("/")
    if kind == "MULTIPART" and isinstance(children, list):
        inner = b"".join(_structure(child) for child in children if isinstance(child, Message))
        return b"(%s %s %s NIL NIL)" % (inner, _string(subtype.encode()), _words(part, "Content-Type"))
    content = _content(part)
    size = [b"%d" % len(content)]
    lines = [b"%d" % content.count(b"\n")]
    encoding = _string(str(part.get("Content-Transfer-Encoding", "7BIT")).encode())
    if kind == "MESSAGE" and isinstance(children, list) and isinstance(children[0], Message):
        size += [b"(%s)" % b" ".join([b"NIL"] * 10), _structure(children[0])]
    disposition = part.get_content_disposition()
    filed = b"(%s %s)" % (_string(disposition.encode()), _words(part, "Content-Disposition")) if disposition else b"NIL"
    first = [_string(kind.encode()), _string(subtype.encode()), _words(part, "Content-Type"), b"NIL", b"NIL", encoding]
    more = lines if kind in {"TEXT", "MESSAGE"} else []
    return b"(%s)" % b" ".join([*first, *size, *more, b"NIL", filed, b"NIL", b"NIL"])


def _words(part: Message, field: str) -> bytes:
    """The parameters of a header field; encoded ones (RFC 2231) as they are written."""
    said: list[bytes] = []
    for name, value in (part.get_params(header=field) or [])[1:]:
        if isinstance(value, tuple):
            said += [
                name.encode() + b"*",
                f"{value[0]}'{value[1] or ''}'{quote(value[2], encoding='latin-1')}".encode(),
            ]
        else:
            said += [name.encode(), value.encode("utf-8", "surrogateescape")]
    return b"(%s)" % b" ".join(map(_string, said)) if said else b"NIL"


def _string(data: bytes) -> bytes:
    """Quoted where that is allowed."""
    return b'"%s"' % re.sub(rb'(["\\])', rb"\\\1", data) if _QUOTABLE.fullmatch(data) else _literal(data)


def _literal(data: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(data), data)


def _name(rest: str) -> str:
    """The folder's name that a command begins with."""
    found = re.match(r'"((?:[^"\\]|\\.)*)"', rest)
    assert found, rest
    return str(imap_utf7.decode(re.sub(r"\\(.)", r"\1", found[1]).encode()))
