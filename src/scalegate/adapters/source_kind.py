"""Tells from its content what kind of evaluation results a file holds.

For: source_reader, source_files. Does not know: how any kind is read.

A name can be wrong; what decides is the first bytes and, for JSON, the keys of the outermost object. They are looked
up in the first mebibyte without parsing it, so that a file of any size costs the same.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from scalegate.adapters.evidence_table import COLUMNS
from scalegate.errors import Finding, InputError

_PREFIX = 1024 * 1024
_ENDINGS = (".eval", ".json", ".jsonl", ".csv", ".parquet")


class Kind(StrEnum):
    """A kind of source; `UNKNOWN` when the content fits none."""

    INSPECT = "inspect"
    LM_EVAL = "lm-eval"
    HELM = "helm"
    EVERY_EVAL_EVER = "every eval ever"
    METR = "metr runs"
    TABLE = "evidence table"
    UNKNOWN = "unknown"


def has_known_ending(name: str) -> bool:
    """Whether a file in a folder is worth opening at all."""
    return name.lower().endswith(_ENDINGS)


def kind_of(path: Path) -> tuple[Kind, frozenset[str]]:
    """The kind of a plain file, and its outermost keys as far as they were seen. Raises InputError."""
    if path.exists() and not path.is_file():  # a pipe or a device would never end
        raise InputError(Finding(where=path.name, what="not a file", mend="give a file of evaluation results"))
    try:
        with path.open("rb") as file:
            prefix = file.read(_PREFIX)
    except OSError as error:
        raise InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}")) from None
    ending = path.suffix.lower()
    if ending == ".eval":
        return Kind.INSPECT, frozenset()
    if ending == ".csv" or prefix.startswith(b"PAR1"):
        return Kind.TABLE, frozenset()
    if prefix.startswith(b"PK\x03\x04"):
        what, mend = "a zip archive", "name it .eval if Inspect wrote it; else unpack it"
        raise InputError(Finding(where=path.name, what=what, mend=mend))
    keys = outer_keys(prefix)
    found = _by_keys(keys)
    if found is Kind.UNKNOWN and ending == ".jsonl":
        return Kind.TABLE, keys  # its reader says which keys are wrong
    if found is Kind.UNKNOWN and ending == ".parquet":
        raise InputError(Finding(where=path.name, what="no Parquet file", mend="write it again"))
    return found, keys


def _by_keys(keys: frozenset[str]) -> Kind:
    if {"eval", "status"} <= keys or {"eval", "version"} <= keys:
        return Kind.INSPECT
    if {"evaluation_id", "evaluation_results"} <= keys or {"evaluation_id", "sample_id"} <= keys:
        return Kind.EVERY_EVAL_EVER
    if "doc_id" in keys and keys & {"filter", "filtered_resps", "doc_hash", "resps"}:
        return Kind.LM_EVAL
    if "results" in keys and keys & {"configs", "versions", "n-shot", "n-samples", "lm_eval_version"}:
        return Kind.LM_EVAL
    if {"task_id", "score_binarized"} <= keys:
        return Kind.METR
    if "adapter_spec" in keys and keys & {"scenario_spec", "request_states"}:
        return Kind.HELM
    if "task" in keys and "score" in keys and keys <= set(COLUMNS):
        return Kind.TABLE
    return Kind.UNKNOWN


# Texts, brackets and colons; everything between them (numbers, words, commas, spaces) does not matter here.
# A text that does not end takes all that is left, and nothing is tried twice: this is linear in any text.
_TOKEN = re.compile(rb'"([^"\\]*+(?:\\.?[^"\\]*+)*+)(?:"|\Z)|[{}\[\]:]', re.DOTALL)


def outer_keys(prefix: bytes) -> frozenset[str]:
    """The keys of the first JSON object of a text, as far as the prefix goes; none when it does not begin with one."""
    text = prefix.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"{"):
        return frozenset()
    keys: set[str] = set()
    depth, last = 0, b""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                break
        elif mark == b":" and depth == 1:
            keys.add(last.decode("utf-8", "replace"))
        elif mark != b":":
            last = token[1]
    return frozenset(keys)
