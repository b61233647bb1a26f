"""Reads a source of evaluation results, whatever its kind and wherever it lies.

For: the composition root, as the port of ingesting. Does not know: formats; it finds the reader that does.
"""

from __future__ import annotations

from pathlib import Path

from scalegate.adapters import helm
from scalegate.adapters.source_files import brought_here
from scalegate.adapters.source_kind import Kind, kind_of
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedSource

_KNOWN = "an Inspect log, an evidence table, lm-eval results, a HELM run folder, METR runs or an Every Eval Ever record"


def read_source(path: str, labels: Labels) -> ParsedSource:
    """Read one source: a file, a run folder, or a URL.

    Raises:
        InputError: when it is of no known kind, or its reader refuses it, or it needs an extra that is missing.
    """
    with brought_here(path) as place:
        return _read(place, labels)


def _read(place: Path, labels: Labels) -> ParsedSource:
    if place.is_dir():
        if helm.is_run_folder(entry.name for entry in place.iterdir()):
            return helm.read_helm_run(place, labels)
        raise InputError(Finding(where=place.name, what="a folder without a source", mend=f"give {_KNOWN}"))
    if helm.is_run_folder(_beside(place)) and place.name in helm.MEMBERS:
        return helm.read_helm_run(place.parent, labels)
    kind, keys = kind_of(place)
    match kind:
        case Kind.INSPECT:
            from scalegate.adapters.inspect_log import read_inspect_log

            return read_inspect_log(place, labels)
        case Kind.TABLE:
            from scalegate.adapters.evidence_table import read_table

            return read_table(place, labels)
        case Kind.LM_EVAL:
            from scalegate.adapters.lm_eval import read_lm_eval

            return read_lm_eval(place, labels)
        case Kind.EVERY_EVAL_EVER:
            from scalegate.adapters.every_eval_ever import read_every_eval_ever

            return read_every_eval_ever(place, labels)
        case Kind.METR:
            from scalegate.adapters.metr_runs import read_metr_runs

            return read_metr_runs(place, labels)
        case Kind.HELM:
            what = "one file of a HELM run"
            raise InputError(Finding(where=place.name, what=what, mend="keep the files of the run folder together"))
        case Kind.UNKNOWN:
            raise _unknown(place, keys)


def _beside(place: Path) -> list[str]:
    try:
        return [entry.name for entry in place.parent.iterdir()]
    except OSError:
        return []


def _unknown(place: Path, keys: frozenset[str]) -> InputError:
    seen = f": its keys are {', '.join(sorted(keys)[:10])}" if keys else ""
    what = f"not a kind of evaluation results that is known{seen[:300]}"
    return InputError(Finding(where=place.name, what=what, mend=f"give {_KNOWN}"))
