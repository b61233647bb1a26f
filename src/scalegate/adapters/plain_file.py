"""Reads a plain file, and of it no more than its kind may have.

For: readers of a project's own files. Does not know: what is in them. A pipe or a device in place of a file would
hold the program for ever, a huge file would fill the memory.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_plain(path: Path, most: int | None) -> bytes:
    """At most one byte more than `most`, so that the caller sees that there is too much; all of it for None.

    Raises:
        OSError: when it cannot be read, or is not a plain file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            raise OSError(code, "it is no plain file", str(path))
        return file.read() if most is None else file.read(most + 1)
