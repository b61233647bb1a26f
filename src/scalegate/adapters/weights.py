"""The manifest of a model's weights, and its digest: what `subject: sha256:…` in models.yaml means.

For: procedure (run). Does not know: formats of weights.

The manifest has one line for each file, `<sha256>  <path>`, sorted by path, with a line break after each: what
`sha256sum` prints in the folder. Names, times and owners of the folder itself do not matter; a single file counts as
a folder that holds it alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from scalegate.errors import Finding, InputError
from scalegate.quantity import Digest


def read_weights(path: Path) -> Digest:
    """Digest of the manifest of a file or a folder.

    Raises:
        InputError: nothing is there, something cannot be read, or is neither a file nor a folder.
    """
    try:
        lines = sorted(_files(path))
        text = "".join(f"{_sha256(file)}  {name}\n" for name, file in lines)
    except OSError as error:
        where = str(error.filename or path)
        raise InputError(Finding(where=where, what=f"weights cannot be read: {error.strerror}")) from None
    if not lines:
        raise InputError(Finding(where=str(path), what="no weights are there", mend="give the file or the folder"))
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """Names relative to the folder, with `/`; links to files are followed, links to folders are refused."""
    if path.is_file():
        yield _name(path.name, path), path
        return
    for folder, below, names in os.walk(path, onerror=_raise):
        for name in names + [n for n in below if (Path(folder) / n).is_symlink()]:
            file = Path(folder) / name
            if not file.is_file():
                what, mend = "neither a file nor a folder of its own", "copy the weights into one plain folder"
                raise InputError(Finding(where=str(file), what=what, mend=mend))
            yield _name(file.relative_to(path).as_posix(), file), file


def _name(name: str, file: Path) -> str:
    if "\n" in name or "\\" in name or not name.isascii():
        raise InputError(Finding(where=str(file)[:200], what="the name has characters that a manifest cannot hold"))
    return name


def _raise(error: OSError) -> None:
    raise error


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
