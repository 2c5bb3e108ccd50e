"""Files of a Maildir that a server keeps packed (Dovecot's zlib_save): unpacked as far as is needed, or named."""

import zlib
from collections.abc import Callable
from typing import Final

GZIP: Final = b"\x1f\x8b\x08"
OTHERS: Final = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"Dovecot-LZ4\x0d": "lz4",
}
"""How other packed files begin, and by what they were packed."""
MAGICS: Final = (GZIP, *OTHERS)
"""How a packed file begins; no header field does."""

_AT_ONCE: Final = 512
"""Packed bytes that are unpacked at once: where they are damaged, zlib gives nothing of them."""
_WITH_HEADER: Final = 16 + zlib.MAX_WBITS  # says to zlib that it is gzip


class Unpacking:
    """What a packed file holds, from its beginning on; as much as makes sense of a damaged one.

    data is its first bytes, and read gives so many more, b"" at the end. Reading so many bytes never takes
    more memory than they and the packed ones do, however well the rest may have been packed.
    """

    def __init__(self, data: bytes, read: Callable[[int], bytes]) -> None:
        self._data, self._more = data, read
        self._unpack = zlib.decompressobj(_WITH_HEADER)

    def read(self, count: int) -> bytes:
        """The next count bytes, fewer only at the end."""
        found = bytearray()
        while len(found) < count and not self._unpack.eof:
            self._data = self._data or self._more(_AT_ONCE)
            packed, later = self._data[:_AT_ONCE], self._data[_AT_ONCE:]
            try:
                piece = self._unpack.decompress(packed, count - len(found))
            except zlib.error:
                break
            if not piece and not packed:
                break
            found += piece
            self._data = self._unpack.unconsumed_tail + later
        return bytes(found)


def other_packing(data: bytes) -> str:
    """By what a file was packed that Kith cannot unpack, "" for all others."""
    return next((name for magic, name in OTHERS.items() if data.startswith(magic)), "")
