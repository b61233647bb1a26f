"""Trust files: the text in which logs, witnesses, groups and a quorum are written down.

For: whoever reads a trust file. Does not know: where it lies, checkpoints.

Source: C2SP tlog-policy (section names below are its own). Stricter than it in two things. A key that is both a log's
and a witness's is refused: a log that witnesses itself adds nothing. Every line ends in a newline: a file whose end is
lost could name another quorum.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from scalegate.errors import Finding, InputError
from scalegate.tlog.cosignature import CosignerKey
from scalegate.tlog.note import NamedKey, VerifierKey
from scalegate.tlog.witness_policy import NONE, PolicyGroup, PolicyLog, PolicyWitness, WitnessPolicy

MAX_BYTES = 262_144
MAX_DEFINED = 1_000  # logs, witnesses and groups together ("Implementation limits" asks for 32 of each)
MAX_FINDINGS = 20

_FORMS = {
    "log": "log <vkey> [<url>]",
    "witness": "witness <name> <vkey> [<url>]",
    "group": "group <name> all|any|<k> <name>...",
    "quorum": "quorum <name>",
}


def parse_witness_policy(data: bytes, where: str = "witness policy") -> WitnessPolicy:
    """Read a trust file. Raises InputError with every finding, each with its line."""
    draft = _Draft(where=where)
    if len(data) > MAX_BYTES:
        raise InputError(Finding(where=where, what=f"a trust file has at most {MAX_BYTES} bytes"))
    *lines, rest = data.split(b"\n")  # "Structure": each line is terminated by an ASCII newline
    if rest:
        draft.find(len(lines) + 1, "the last line has no newline", "end it with one; was the file cut off?")
    for number, line in enumerate(lines, 1):
        draft.read(number, line)
        if len(draft.findings) >= MAX_FINDINGS:
            break
    if draft.quorum is None and not draft.findings:
        draft.find(len(lines), "no line names the quorum", "write `quorum <name>`, or `quorum none`")
    if draft.findings:
        raise InputError(*draft.findings)
    assert draft.quorum is not None
    return WitnessPolicy(
        logs=tuple(draft.logs), witnesses=tuple(draft.witnesses), groups=tuple(draft.groups), quorum=draft.quorum
    )


class _LineError(Exception):
    def __init__(self, what: str, mend: str = "") -> None:
        self.what, self.mend = what, mend


_Key = TypeVar("_Key", bound=NamedKey)


@dataclass(kw_only=True)
class _Draft:
    """A policy while its lines are read."""

    where: str
    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str | None = None
    findings: list[Finding] = field(default_factory=list)
    defined: dict[str, str] = field(default_factory=dict)
    grouped: dict[str, str] = field(default_factory=dict)
    keys: dict[bytes, str] = field(default_factory=dict)

    def find(self, line: int, what: str, mend: str = "") -> None:
        self.findings.append(Finding(where=f"{self.where}:{line}", what=what, mend=mend))

    def read(self, number: int, line: bytes) -> None:
        try:
            words = _words(line)
            # "Structure": empty lines and lines that start with # are ignored; a # further on is part of a word
            if words and not words[0].startswith("#"):
                self._define(*words)
        except _LineError as error:
            self.find(number, error.what, error.mend)
        except InputError as error:
            self.find(number, error.findings[0].what, error.findings[0].mend)

    def _define(self, keyword: str, *words: str) -> None:
        readers: Mapping[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if keyword not in readers:
            raise _LineError(f"{keyword[:40]!r} begins no line", f"known are {', '.join(_FORMS)}")
        least, most = {"log": (1, 2), "witness": (2, 3), "group": (3, MAX_DEFINED), "quorum": (1, 1)}[keyword]
        if not least <= len(words) <= most:
            raise _LineError(f"{len(words)} words after `{keyword}`", f"write `{_FORMS[keyword]}`")
        if len(self.logs) + len(self.defined) >= MAX_DEFINED:
            raise _LineError(f"more than {MAX_DEFINED} logs, witnesses and groups")
        readers[keyword](*words)

    def _log(self, text: str, url: str = "") -> None:
        self.logs.append(PolicyLog(key=self._new_key(VerifierKey.parse(_utf8(text)), "log"), url=url))

    def _witness(self, name: str, text: str, url: str = "") -> None:
        key = self._new_key(CosignerKey.parse(_utf8(text)), "witness")
        self._new_name(name)
        self.witnesses.append(PolicyWitness(name=name, key=key, url=url))

    def _group(self, name: str, least: str, *members: str) -> None:
        for member in members:
            # "Defining a witness group": only names defined on preceding lines, which also rules out circles
            if member not in self.defined:
                raise _LineError(f"{member[:60]!r} is not defined above", "define it on a line before")
            # "Each defined name can be listed as a group member at most once": else one witness would count twice
            if member in self.grouped or members.count(member) > 1:
                raise _LineError(f"{member[:60]!r} is a member twice", "list each name in one group, once")
        count = {"any": "1", "all": str(len(members))}.get(least, least)
        # "If k is given numerically, it must be written in decimal, and it is required that 1 <= k <= n"
        if not re.fullmatch(r"[1-9][0-9]{0,3}", count) or int(count) > len(members):
            raise _LineError(f"{least[:40]!r} is no number from 1 to {len(members)}", "write all, any, or one")
        self._new_name(name)
        self.grouped.update(dict.fromkeys(members, name))
        self.groups.append(PolicyGroup(name=name, least=int(count), members=members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:  # "A policy file must include exactly one quorum line"
            raise _LineError("a second quorum line")
        if name != NONE and name not in self.defined:  # "properly defined on a line preceding the quorum definition"
            raise _LineError(f"{name[:60]!r} is not defined above", "name a witness, a group, or none")
        self.quorum = name

    def _new_name(self, name: str) -> None:
        if name == NONE:  # "What is a policy?"
            raise _LineError("`none` is no name", "give another")
        if name in self.defined:  # "Witnesses and groups share a single namespace"
            raise _LineError(f"{name[:60]!r} is defined twice")
        self.defined[name] = name

    def _new_key(self, key: _Key, role: str) -> _Key:
        # "Public key representation": two vkeys are duplicates if they wrap the same public key, whatever their names
        if key.key.raw in self.keys:
            raise _LineError(f"this {role}'s public key stands in the file already, as a {self.keys[key.key.raw]}'s")
        self.keys[key.key.raw] = role
        return key


def _words(line: bytes) -> list[str]:
    # "Character set": the only control characters are tab and newline
    if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line):
        raise _LineError("a control character", "use spaces, tabs and newlines alone")
    # "Structure": items are separated by ASCII spaces and tabs only
    return [_opaque(word) for word in re.split(rb"[ \t]+", line) if word]


def _opaque(word: bytes) -> str:
    """Bytes above 0x7f are opaque ("Character set"): different bytes stay different words."""
    return word.decode("utf-8", "surrogateescape")


def _utf8(text: str) -> str:
    """A verifier key holds a key name, which is text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _LineError("this verifier key is not UTF-8") from None
    return text
