"""The raw limit: one socket asks for what a scan must ask for, and throws the answers away as they come.

    python limit.py HOST PORT USER PASSWORD QUESTION… [--tls CA] [--deflate]

A QUESTION is one IMAP command without its tag. All are sent at once after the login, as no program
that has to understand the answers could do faster.
"""

import argparse
import socket
import ssl
import zlib


def main() -> None:
    """Asks and reads to the end; fails where the server refuses anything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("user")
    parser.add_argument("password")
    parser.add_argument("questions", nargs="+")
    parser.add_argument("--tls", metavar="CA")
    parser.add_argument("--deflate", action="store_true")
    given = parser.parse_args()
    line = _Line(given.host, given.port, given.tls)
    line.ask([f"LOGIN {given.user} {given.password}"])
    if given.deflate:
        line.deflate()
    line.ask(given.questions)


class _Line:
    """A connection that counts answers and keeps none."""

    def __init__(self, host: str, port: int, ca: str | None) -> None:
        self._socket = socket.create_connection((host, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca:
            self._socket = ssl.create_default_context(cafile=ca).wrap_socket(self._socket, server_hostname="127.0.0.1")
        self._inflate = self._deflate = None
        self._tags = 0
        self._receive()  # the greeting

    def deflate(self) -> None:
        """Compresses from here on (RFC 4978)."""
        self.ask(["COMPRESS DEFLATE"])
        self._inflate, self._deflate = zlib.decompressobj(-15), zlib.compressobj(wbits=-15)

    def ask(self, questions: list[str]) -> None:
        """Sends questions in one piece and reads up to the answer of the last."""
        first = self._tags + 1
        self._tags += len(questions)
        sent = "".join(f"t{first + n} {question}\r\n" for n, question in enumerate(questions)).encode()
        if self._deflate:
            sent = self._deflate.compress(sent) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self._socket.sendall(sent)
        last, seen = b"\r\nt%d " % self._tags, b"\r\n"
        while not (last in seen and seen.endswith(b"\r\n")):
            seen = (seen + self._receive())[-1 << 12 :]
        if last + b"OK" not in seen:
            raise SystemExit(f"the server refused: {seen[-200:]!r}")

    def _receive(self) -> bytes:
        piece = self._socket.recv(1 << 18)
        if not piece:
            raise SystemExit("the server hung up")
        return self._inflate.decompress(piece) if self._inflate else piece


if __name__ == "__main__":
    main()
