"""The two files of an Every Eval Ever record as they are: instance records, and the aggregate that is their header.

For: every_eval_ever. Does not know: runs, which metric is the score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scalegate.adapters.fault_list import FaultList
from scalegate.adapters.json_source import Json, Rows, read_document
from scalegate.adapters.json_values import instant, mapping, scalar, text, whole
from scalegate.errors import Finding, InputError
from scalegate.evidence.run import Attempt, Status
from scalegate.quantity import Identifier

_NEEDED = ("evaluation_id", "model_id", "evaluation_name", "sample_id")
_LONGEST_NAME = 1000


@dataclass(frozen=True, kw_only=True)
class InstanceRow:
    """One instance record: which result it belongs to, and its attempt with an undecided score."""

    result: str
    score: Any
    correct: bool | None
    attempt: Attempt


class Instances:
    """The instance records of one file, by the evaluation that they name."""

    def __init__(self, path: Path) -> None:
        self.rows = Rows(path, "instances")
        self.by_evaluation: dict[str, list[InstanceRow]] = {}
        self.versions: set[str] = set()
        self.count = 0
        self.model = self.evaluation_id = ""
        faults = FaultList(path.name)
        for row in self.rows:
            self.count += 1
            try:
                self._add(row)
            except InputError as error:
                faults.add(error.findings[0], line=self.rows.line)
        faults.raise_any()
        if not self.count:
            raise InputError(Finding(where=path.name, what="no instance records", mend="copy the file again"))

    def _add(self, row: Json) -> None:
        evaluation = mapping(row.get("evaluation"))
        missing = [key for key in _NEEDED if not text(row.get(key))]
        if missing or "score" not in evaluation:
            what = f"no instance record: {missing[0] if missing else 'evaluation.score'} is missing"
            raise InputError(Finding(what=what, mend="write it by the schema of Every Eval Ever"))
        self.model = self._same("model_id", self.model, text(row["model_id"]))
        self.evaluation_id = self._same("evaluation_id", self.evaluation_id, text(row["evaluation_id"]))
        self.versions.add(text(row.get("schema_version")).rpartition("_")[2])
        attempt = Attempt(
            task=Identifier.parse(text(row["sample_id"])),
            attempt=0,
            score=None,
            status=Status.ERROR if row.get("error") else Status.COMPLETED,
            tokens=whole(mapping(row.get("token_usage")).get("total_tokens")),
        )
        if any(len(text(row.get(key))) > _LONGEST_NAME for key in ("evaluation_name", "evaluation_result_id")):
            raise InputError(Finding(what="a name of thousands of characters", mend="shorten it"))
        correct = evaluation.get("is_correct")
        found = InstanceRow(
            result=text(row.get("evaluation_result_id")),
            score=scalar(evaluation["score"]),
            correct=correct if isinstance(correct, bool) else None,
            attempt=attempt,
        )
        self.by_evaluation.setdefault(text(row["evaluation_name"]), []).append(found)

    @staticmethod
    def _same(key: str, known: str, found: str) -> str:
        if known and known != found:
            raise InputError(Finding(what=f"another {key} than the rows before", mend="write one run into one file"))
        return found


class Aggregate:
    """The header: what the record says of its own evaluations."""

    def __init__(self, path: Path) -> None:
        data, self.part = read_document(path, "aggregate")
        self.data: Json = mapping(data)
        self.name = path.name
        results = self.data.get("evaluation_results")
        if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            what = "no record of Every Eval Ever: it has no evaluation_results"
            raise InputError(Finding(where=path.name, what=what, mend="write it by the schema of Every Eval Ever"))
        self.results: list[Json] = results
        self.evaluations = tuple(dict.fromkeys(text(result.get("evaluation_name")) for result in results))

    def check_names(self, instances: Instances) -> None:
        """Raises InputError when the instances are of another run or model than the record."""
        model = text(mapping(self.data.get("model_info")).get("id"))
        pairs = (("evaluation_id", text(self.data.get("evaluation_id")), instances.evaluation_id),)
        for key, own, other in (*pairs, ("model", model, instances.model)):
            if own != other:
                what = f"its instance records are of another {key}: {other[:80]!r}, not {own[:80]!r}"
                raise InputError(Finding(where=self.name, what=what, mend="keep each record with its own instances"))

    def of(self, evaluation: str) -> list[Json]:
        return [result for result in self.results if text(result.get("evaluation_name")) == evaluation]

    def began(self, results: list[Json]) -> datetime | None:
        """When the evaluation was run, never when the record was retrieved: that would make it young (V7)."""
        known = [instant(found.get("evaluation_timestamp")) for found in (self.data, *results)]
        return min((moment for moment in known if moment), default=None)

    def defects(self, instances: Instances) -> Iterator[str]:
        details = mapping(self.data.get("detailed_evaluation_results"))
        rows, checksum = whole(details.get("total_rows")), text(details.get("checksum"))
        if rows is not None and rows != instances.count:
            yield "counts_disagree"
        algorithm = text(details.get("hash_algorithm")) or "sha256"
        if checksum and not self._fits(instances, algorithm, checksum.lower().removeprefix(f"{algorithm}:")):
            yield "checksum_disagrees"

    @staticmethod
    def _fits(instances: Instances, algorithm: str, checksum: str) -> bool:
        return algorithm in ("sha256", "md5") and instances.rows.hex_digest(algorithm) == checksum
