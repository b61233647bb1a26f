"""What a user of leases trusts: `trust.json`, format `scalegate.trust/1`.

For: loading leases, verifying records. Does not know: files, how the user came to trust the key.

`{"schema": "scalegate.trust/1", "origin": "example.org/rsp", "operator": "<verifier key>"}`, and for keys that were
made to try things out `"allow_demo": true`, without which they are refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from scalegate.errors import Finding, InputError
from scalegate.tlog.note import VerifierKey
from scalegate.tlog.origin import is_demo, parse_origin

SCHEMA = "scalegate.trust/1"
MAX_BYTES = 65_536
_KEYS = {"schema", "origin", "operator", "allow_demo"}


@dataclass(frozen=True, kw_only=True)
class Trust:
    """The pinned log: its origin and its operator's key, which is named after it.

    Attributes:
        allow_demo: leases and records of demo keys are accepted.
    """

    origin: str
    operator: VerifierKey
    allow_demo: bool = False

    def __post_init__(self) -> None:
        """Raises InputError when the key is not named after the origin."""
        parse_origin(self.origin)
        if self.operator.name != self.origin:
            raise InputError(f"the operator's key is named {self.operator.name!r}, not {self.origin!r}")

    @property
    def demo(self) -> bool:
        return is_demo(self.origin)


def format_trust(trust: Trust) -> str:
    """The file's text, for people to read and to compare."""
    plain: dict[str, Any] = {"schema": SCHEMA, "origin": trust.origin, "operator": str(trust.operator)}
    if trust.allow_demo:
        plain["allow_demo"] = True
    return json.dumps(plain, indent=2) + "\n"


def parse_trust(data: bytes, where: str = "trust.json") -> Trust:
    """Read a trust file. Raises InputError with every finding."""
    plain = _plain(data, where)
    findings = [
        Finding(where=where, path=str(key)[:60], what="unknown key", mend=f"known here: {', '.join(sorted(_KEYS))}")
        for key in plain
        if key not in _KEYS
    ]
    if plain.get("schema") != SCHEMA:
        findings.append(Finding(where=where, path="schema", what="another format", mend=f"write {SCHEMA!r}"))
    findings += [
        Finding(
            where=where, path=key, what="missing, or not text", mend="run `scalegate trust show` where the log is kept"
        )
        for key in ("origin", "operator")
        if not isinstance(plain.get(key), str)
    ]
    if not isinstance(plain.get("allow_demo", False), bool):
        findings.append(Finding(where=where, path="allow_demo", what="not true or false", mend="write true or false"))
    if findings:
        raise InputError(*findings)
    try:
        operator = VerifierKey.parse(plain["operator"])
        return Trust(origin=plain["origin"], operator=operator, allow_demo=plain.get("allow_demo", False))
    except InputError as error:
        raise InputError(*(Finding(where=where, what=f.what, mend=f.mend) for f in error.findings)) from None


def _plain(data: bytes, where: str) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise InputError(Finding(where=where, what=f"a trust file has at most {MAX_BYTES} bytes"))
    try:
        plain = json.loads(data.decode("utf-8"), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise InputError(Finding(where=where, what=f"not JSON: {str(error)[:80]}")) from None
    if not isinstance(plain, dict):
        raise InputError(Finding(where=where, what="not a JSON object"))
    return plain


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two keys of one name would let two readers trust two operators."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value
