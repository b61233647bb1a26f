"""The operator's key: one Ed25519 key per log, in a file of its owner's outside the project.

For: the project that opens a record for writing. Does not know: what the key signs.

The file holds one line in the text form of C2SP signed notes, which names the log, so that a key taken for the
wrong log is noticed. It lies in `$XDG_DATA_HOME/scalegate/<origin>/operator.key` (by default below
`~/.local/share`), or where SCALEGATE_KEY_FILE says.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scalegate.errors import Finding, InputError, RecordError
from scalegate.tlog.ed25519 import KEY_BYTES, PrivateKey
from scalegate.tlog.encoding import from_base64, to_base64
from scalegate.tlog.note import ALGORITHM_ED25519, VerifierKey
from scalegate.tlog.origin import is_demo, parse_origin

_HEAD = "PRIVATE" + "+KEY"
_LONGEST = 1000  # characters; a key file is one line


@dataclass(frozen=True, kw_only=True)
class OperatorKey:
    """The private key of a log's operator, under the log's name."""

    origin: str
    private: PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """What others check the operator's signatures with: it goes into trust.json."""
        return VerifierKey(name=self.origin, key=self.private.public)

    @property
    def demo(self) -> bool:
        return is_demo(self.origin)


def key_path(origin: str, environment: Mapping[str, str] | None = None) -> Path:
    """Where the key of a log lies.

    Raises:
        InputError: for a bad origin, or when no home folder is known.
    """
    environment = os.environ if environment is None else environment
    origin = parse_origin(origin)  # it becomes part of a path: no way up, no hidden folder
    if named := environment.get("SCALEGATE_KEY_FILE"):
        return Path(named)
    base = environment.get("XDG_DATA_HOME", "")
    if not base.startswith("/"):  # XDG base directories: relative ones are to be ignored
        home = environment.get("HOME", "")
        if not home.startswith("/"):
            mend = "set SCALEGATE_KEY_FILE to the key's file"
            raise InputError(Finding(what="no home folder is known to hold the operator's key", mend=mend))
        base = f"{home}/.local/share"
    return Path(base) / "scalegate" / origin / "operator.key"


def create_operator_key(origin: str, path: Path | None = None) -> OperatorKey:
    """Make a key and write its file, readable by its owner alone.

    Raises:
        InputError: when a file is there already (a key is never written over) or cannot be written.
    """
    path = key_path(origin) if path is None else path
    key = OperatorKey(origin=parse_origin(origin), private=PrivateKey(seed := secrets.token_bytes(KEY_BYTES)))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(_format(key, seed))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        mend = "keep it, or move it away if you mean to start a new log"
        raise InputError(Finding(where=str(path), what="an operator's key is there already", mend=mend)) from None
    except OSError as error:
        what = f"the operator's key cannot be written: {error.strerror}"
        raise InputError(Finding(where=str(path), what=what, mend="set SCALEGATE_KEY_FILE to another place")) from None
    return key


def load_operator_key(origin: str, path: Path | None = None) -> OperatorKey:
    """Read the key of a log.

    Raises:
        InputError: when it is missing, readable by others, damaged, or of another log.
    """
    path = key_path(origin) if path is None else path
    text = _read_private(path)
    key = _parse(text, path)
    if key.origin != origin:
        mend = f"set SCALEGATE_KEY_FILE to the key of {origin}, or unset it"
        raise InputError(Finding(where=str(path), what=f"this is the key of {key.origin}, not of {origin}", mend=mend))
    return key


def _read_private(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode  # of the open file: no time to swap it after the check
            if not stat.S_ISREG(mode):
                raise InputError(Finding(where=str(path), what="the operator's key is no plain file"))
            if mode & 0o077:
                what = f"others may read the operator's key (mode {mode & 0o777:o})"
                raise InputError(Finding(where=str(path), what=what, mend=f"chmod 600 {path}"))
            return file.read(_LONGEST).decode("ascii", "replace")
    except FileNotFoundError:
        mend = "run `scalegate key new`, or set SCALEGATE_KEY_FILE to its file"
        raise InputError(Finding(where=str(path), what="the operator's key is missing", mend=mend)) from None
    except OSError as error:
        raise InputError(
            Finding(where=str(path), what=f"the operator's key cannot be read: {error.strerror}")
        ) from None


def _format(key: OperatorKey, seed: bytes) -> str:
    """C2SP signed-note private key text: PRIVATE, KEY, name, key id, base64 of algorithm byte and seed."""
    typed = bytes([ALGORITHM_ED25519]) + seed
    return f"{_HEAD}+{key.origin}+{key.verifier.id.hex()}+{to_base64(typed)}\n"


def _parse(text: str, path: Path) -> OperatorKey:
    """Messages never show the text: it is the key."""
    what, mend = "this is no operator's key, or a damaged one", "restore it from a copy: the log cannot go on without"
    damaged = InputError(Finding(where=str(path), what=what, mend=mend))
    parts = text.removesuffix("\n").split("+", 4)
    if len(parts) != 5 or f"{parts[0]}+{parts[1]}" != _HEAD:
        raise damaged
    try:
        typed = from_base64(parts[4])
        key = OperatorKey(origin=parse_origin(parts[2]), private=PrivateKey(typed[1:]))
    except (InputError, RecordError):
        raise damaged from None
    if typed[0] != ALGORITHM_ED25519 or key.verifier.id.hex() != parts[3]:
        raise damaged
    return key
