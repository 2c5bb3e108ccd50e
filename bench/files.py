"""The raw limit for mail that lies in files: as little as must be read of it, and nothing understood.

python files.py heads DIRECTORY…     opens every file and reads its first 8 KB
python files.py marks MBOX           looks for the lines where messages begin
"""

import mmap
import os
import re
import sys
from pathlib import Path

FIRST = 8192
"""Bytes of a message: few heads are longer."""


def heads(directories: list[str]) -> int:
    """Reads the beginning of each file; gives the bytes."""
    read = 0
    for directory in directories:
        with os.scandir(directory) as entries:
            for entry in entries:
                handle = os.open(entry.path, os.O_RDONLY)
                read += len(os.read(handle, FIRST))
                os.close(handle)
    return read


def marks(path: str) -> int:
    """Gives how many messages begin."""
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return sum(1 for _ in re.finditer(rb"\nFrom ", data))


if __name__ == "__main__":
    print(heads(sys.argv[2:]) if sys.argv[1] == "heads" else marks(sys.argv[2]))
