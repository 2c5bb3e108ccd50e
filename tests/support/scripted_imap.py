"""An IMAP server that follows a written conversation, for what real servers do only on bad days.

A script is what one connection says, line by line:

    S: * OK ready                  says a line (and a line end)
    C: LOGIN *                     waits for a command; the pattern is that of file names, the tag is left out
    S: $ OK done                   $ is the tag of the command read last, $-1 of the one before
    S: * 1 FETCH (BODY[] {{a|b}})  {{...}} is a literal with its length, | in it a line end
    S~ * OK half a l               says this without a line end
    wait 0.5                       does nothing for so many seconds
    close                          hangs up; the end of the script waits for the client to do so

Lines that begin with # are comments. A client that says something else is told BYE, and the
script's failure names the line and what came instead.
"""

import re
import socket
import threading
import time
from contextlib import suppress
from fnmatch import fnmatchcase
from io import BufferedReader
from typing import Final, Self

_SECONDS: Final = 10.0
_LITERAL = re.compile(r"\{\{(.*?)\}\}")
_SENT_LITERAL = re.compile(r"\{(\d+)(\+?)\}$")

GREETING: Final = """
S: * OK ready
C: CAPABILITY
S: * CAPABILITY IMAP4rev1 {more}
S: $ OK done
"""
LOGIN: Final = """
C: LOGIN *
S: * CAPABILITY IMAP4rev1 {more}
S: $ OK logged in
"""
OPEN: Final = """
C: EXAMINE "INBOX"
S: * 3 EXISTS
S: * OK [UIDVALIDITY 7] there
S: * OK [UIDNEXT 4] there
S: $ OK [READ-ONLY] opened
"""


def hello(more: str = "") -> str:
    """Greeting, capabilities (IMAP4rev1 and more) and a login that succeeds."""
    return (GREETING + LOGIN).replace("{more}", more)


class ScriptedImap:
    """The server on 127.0.0.1 and a port of its own; the n-th connection follows the n-th script.

    As a context manager it raises AssertionError at the end when a client strayed from its script.
    """

    def __init__(self, *scripts: str) -> None:
        self.host = "127.0.0.1"
        self.heard: list[str] = []
        """The commands of all connections, without tags."""
        self.failure = ""
        self._scripts = scripts
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(_SECONDS)
        self.port = int(self._listener.getsockname()[1])
        self._lines: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        self.stop()
        if kind is None and self.failure:
            raise AssertionError(self.failure)

    def stop(self) -> None:
        """Hangs up and closes the port."""
        for line in (self._listener, *self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # wakes the thread
            line.close()
        self._thread.join(_SECONDS)

    def _run(self) -> None:
        with suppress(OSError):
            for script in self._scripts:
                line, _ = self._listener.accept()
                line.settimeout(_SECONDS)
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._lines.append(line)
                with suppress(OSError), line, line.makefile("rb") as incoming:
                    self.failure = self.failure or _Conversation(line, incoming, self.heard).follow(script)


class _Conversation:
    """One connection and its script."""

    def __init__(self, line: socket.socket, incoming: BufferedReader, heard: list[str]) -> None:
        self._line, self._incoming, self._heard = line, incoming, heard
        self._tag = self._tag_before = ""

    def follow(self, script: str) -> str:
        """Says and expects what the script has; the failure in words, "" if there is none."""
        for number, step in enumerate(script.splitlines(), 1):
            kind, _, rest = step.partition(" ")
            if kind == "C:":
                command = self._command()
                if not fnmatchcase(command, _plain(rest)):
                    self._say(f"* BYE the script has something else in line {number}\r\n")
                    return f"line {number} of the script expects {rest!r}, and the client said {command!r}"
            elif kind == "close":
                return ""
            elif not self._act(kind, rest) and step.strip() and not step.startswith("#"):
                return f"line {number} of the script makes no sense: {step!r}"
        return self._farewell()

    def _act(self, kind: str, rest: str) -> bool:
        if kind in {"S:", "S~"}:
            said = rest.replace("$-1", self._tag_before).replace("$", self._tag)
            self._say(_LITERAL.sub(_literal, said) + ("\r\n" if kind == "S:" else ""))
        elif kind == "wait":
            time.sleep(float(rest))
        else:
            return False
        return True

    def _farewell(self) -> str:
        command = self._command()
        if command == "LOGOUT":
            self._say(f"* BYE until next time\r\n{self._tag} OK done\r\n")
        return "" if command in {"LOGOUT", ""} else f"after the end of the script the client said {command!r}"

    def _say(self, text: str) -> None:
        self._line.sendall(text.encode("utf-8", "surrogateescape"))

    def _command(self) -> str:
        """The next command without its tag, literals in braces; "" when the client has gone."""
        text = ""
        while True:
            text += self._incoming.readline().decode("utf-8", "replace").rstrip("\r\n")
            announced = _SENT_LITERAL.search(text)
            if not announced:
                break
            if not announced[2]:
                self._say("+ go on\r\n")
            literal = self._incoming.read(int(announced[1])).decode("utf-8", "replace")
            text = f"{text[: announced.start()]}{{{literal}}}"
        tag, _, command = text.partition(" ")
        if not command:  # the end of an IDLE, or one more step of AUTHENTICATE
            command = tag
        else:
            self._tag_before, self._tag = self._tag, tag
        if command:
            self._heard.append(command)
        return command


def _plain(pattern: str) -> str:
    """The pattern with brackets meant as brackets: only * and ? stand for others."""
    return pattern.replace("[", "[[]")


def _literal(found: re.Match[str]) -> str:
    content = found[1].replace("|", "\r\n")
    return f"{{{len(content.encode('utf-8', 'surrogateescape'))}}}\r\n{content}"
