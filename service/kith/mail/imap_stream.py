"""The bytes between Kith and one IMAP server: read in large pieces, compressed where both sides agreed."""

import socket
import ssl
import time
import zlib
from typing import Final

_PIECE: Final = 1 << 18  # bytes asked of the network at once
_INFLATED: Final = 1 << 20  # bytes unpacked at once, so that a small piece cannot fill the memory
_LONGEST: Final = 1 << 28  # bytes of one line or literal; a search of ten million messages answers in 80 MB

PATIENCE: Final = 60.0
"""Seconds that are waited for what answers one command, however often a server says that it is still there."""
SLOWEST: Final = 100
"""Bytes a second: so much longer is waited for what is long. A modem is forty times as fast."""
MOST_PATIENCE: Final = 1800.0
"""Seconds after which it is over in any case."""


class Stream:
    """What imaplib and the header scanner both read from, so that neither takes the other's bytes.

    data[at:] has been received and is not read yet; the scanner works on it directly. Whatever goes
    wrong is an OSError, also when the server hangs up, or keeps us waiting by saying little for ever.
    most is how many seconds may be waited between two things we send: few until the server has let us in.
    """

    __slots__ = ("_deflate", "_got", "_inflate", "_more", "_packed", "_waited", "at", "data", "most", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.data = b""
        self.at = 0
        self._packed = b""  # received and not unpacked yet
        self._more = False  # whether the unpacker stopped at _INFLATED
        self._inflate: zlib._Decompress | None = None
        self._deflate: zlib._Compress | None = None
        self.most = PATIENCE
        self._waited = 0.0  # seconds, and bytes that came in them, since something was sent
        self._got = 0

    def compress(self) -> None:
        """From here on both directions are compressed (RFC 4978)."""
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self._packed, self.data, self.at = self.data[self.at :], b"", 0

    def send(self, data: bytes) -> None:
        """Sends everything."""
        if self._deflate:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self.sock.sendall(data)
        self._waited, self._got = 0.0, 0

    def readline(self) -> bytes:
        """One line with its end, whatever its length; imaplib's own reader stops at a million bytes."""
        end = self.data.find(b"\n", self.at) + 1
        if end:
            line = self.data[self.at : end]
            self.at = end
            return line
        pieces, size = [self.data[self.at :]], len(self.data) - self.at
        try:
            while b"\n" not in pieces[-1]:
                pieces.append(self._receive())
                size += len(pieces[-1])
                if size > _LONGEST:
                    raise ConnectionAbortedError("the server sent a line without an end")
        finally:
            self.data, self.at = b"".join(pieces), 0
        self.at = size - len(pieces[-1]) + pieces[-1].index(b"\n") + 1
        return self.data[: self.at]

    def read(self, size: int) -> bytes:
        """That many bytes."""
        self.want(size)
        piece = self.data[self.at : self.at + size]
        self.at += size
        return piece

    def want(self, size: int) -> None:
        """Receives until data[at:] has that many bytes."""
        missing = size - (len(self.data) - self.at)
        if missing <= 0:
            return
        if size > _LONGEST:
            raise ConnectionAbortedError(f"the server announced {size} bytes at once")
        pieces = [self.data[self.at :]]
        try:
            while missing > 0:
                pieces.append(self._receive())
                missing -= len(pieces[-1])
        finally:
            self.data, self.at = b"".join(pieces), 0

    def skip(self, size: int) -> None:
        """Reads that many bytes and forgets them."""
        while size > len(self.data) - self.at:
            size -= len(self.data) - self.at
            self.data, self.at = self._receive(), 0
        self.at += size

    def ready(self, seconds: float) -> bool:
        """Whether a whole line waits, or comes within that time."""
        usual, waited = self.sock.gettimeout(), self._waited
        try:
            self.sock.settimeout(seconds)
            while self.data.find(b"\n", self.at) < 0:
                self.want(len(self.data) - self.at + 1)
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        finally:
            self.sock.settimeout(usual)
            self._waited = waited  # nothing was owed to us
        return True

    def _receive(self) -> bytes:
        piece = self._unpacked() if self._inflate else self._from_network()
        if not piece:
            raise ConnectionAbortedError("the server hung up")
        return piece

    def _from_network(self) -> bytes:
        began = time.monotonic()
        piece = self.sock.recv(_PIECE)
        self._waited += time.monotonic() - began
        self._got += len(piece)
        if self._waited > min(PATIENCE + self._got / SLOWEST, self.most):
            raise TimeoutError("the server says little, and for too long")
        return piece

    def _unpacked(self) -> bytes:
        """The next unpacked bytes, b"" at the end."""
        inflate = self._inflate
        while inflate and not inflate.eof:
            if not self._more:
                packed = self._packed or self._from_network()
                if not packed:
                    return b""
                self._packed = b""
            else:
                packed = inflate.unconsumed_tail
            try:
                piece = inflate.decompress(packed, _INFLATED)
            except zlib.error as error:
                raise ConnectionAbortedError("the server's compression is broken") from error
            self._more = len(piece) == _INFLATED
            if piece:
                return piece
        return b""
