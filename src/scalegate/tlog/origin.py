"""The name of a log, which also names its key and the folder that the key lies in.

For: checkpoints, trust files, operator keys. Does not know: folders.
"""

from __future__ import annotations

import re

from scalegate.errors import InputError

# Lower case, so that two origins are two folders on every file system; no segment starts with a dot.
_ORIGIN = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*\Z")
_LONGEST = 100


def parse_origin(text: str) -> str:
    """An origin such as `example.org/rsp` or `acme.demo`.

    Raises:
        InputError: unless it is 1-100 characters of `a-z 0-9 . _ - /`, each part between slashes beginning and ending
            with a letter or digit and holding no `..`: an origin becomes a folder's name, and must not climb.
    """
    if len(text) > _LONGEST or not _ORIGIN.match(text) or ".." in text:
        raise InputError(f"{text[:60]!r} is no origin: write for example example.org/rsp, in a-z 0-9 . _ - /")
    return text


def is_demo(origin: str) -> bool:
    """True for keys that were made to try things out: whatever they sign says so."""
    return origin.endswith(".demo")
