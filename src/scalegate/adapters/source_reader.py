"""Reads a source of evaluation results, whatever its kind and wherever it lies.

For: the composition root, as the port of ingesting. Does not know: formats; it finds the reader that does.
"""

from __future__ import annotations

from pathlib import Path

from scalegate.adapters import every_eval_ever, helm, lm_eval
from scalegate.adapters.evidence_table import read_table
from scalegate.adapters.json_source import Part, digest_of_parts, names_in, read_part
from scalegate.adapters.metr_runs import read_metr_runs
from scalegate.adapters.source_files import brought_here
from scalegate.adapters.source_kind import Kind, kind_of
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedSource
from scalegate.quantity import Digest

_KNOWN = "an Inspect log, an evidence table, lm-eval results, a HELM run folder, METR runs or an Every Eval Ever record"


def read_source(path: str, labels: Labels) -> ParsedSource:
    """Read one source: a file, a run folder, or a URL.

    Raises:
        InputError: when it is of no known kind, or its reader refuses it, or it needs an extra that is missing.
    """
    with brought_here(path) as place:
        return _read(place, labels)


def source_digest(path: str) -> Digest:
    """The digest that reading this source would give it, without parsing: for telling what was read already.

    Raises:
        InputError: when it cannot be read, or is of no known kind.
    """
    with brought_here(path) as place:
        return digest_of_parts(_parts(place))


def _parts(place: Path) -> list[Part]:
    if (run := _run_folder(place)) is not None:
        return helm.parts_of(run)
    match kind_of(place)[0]:
        case Kind.LM_EVAL:
            return lm_eval.parts_of(place)
        case Kind.EVERY_EVAL_EVER:
            return every_eval_ever.parts_of(place)
        case _:
            return [read_part(place, "")]


def _run_folder(place: Path) -> Path | None:
    """The HELM run that a folder is, or that a file belongs to."""
    folder = place if place.is_dir() else place.parent
    is_run = helm.is_run_folder(names_in(folder)) and (folder == place or place.name in helm.MEMBERS)
    if place.is_dir() and not is_run:
        raise InputError(Finding(where=place.name, what="a folder without a source", mend=f"give {_KNOWN}"))
    return folder if is_run else None


def _read(place: Path, labels: Labels) -> ParsedSource:
    if (run := _run_folder(place)) is not None:
        return helm.read_helm_run(run, labels)
    kind, keys = kind_of(place)
    match kind:
        case Kind.INSPECT:
            from scalegate.adapters.inspect_log import read_inspect_log

            return read_inspect_log(place, labels)
        case Kind.TABLE:
            return read_table(place, labels)
        case Kind.LM_EVAL:
            return lm_eval.read_lm_eval(place, labels)
        case Kind.EVERY_EVAL_EVER:
            return every_eval_ever.read_every_eval_ever(place, labels)
        case Kind.METR:
            return read_metr_runs(place, labels)
        case Kind.HELM:
            what = "one file of a HELM run"
            raise InputError(Finding(where=place.name, what=what, mend="keep the files of the run folder together"))
        case Kind.UNKNOWN:
            raise _unknown(place, keys)


def _unknown(place: Path, keys: frozenset[str]) -> InputError:
    seen = f": its keys are {', '.join(sorted(keys)[:10])}" if keys else ""
    what = f"not a kind of evaluation results that is known{seen[:300]}"
    return InputError(Finding(where=place.name, what=what, mend=f"give {_KNOWN}"))
