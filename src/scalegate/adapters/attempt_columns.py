"""Attempts as a Parquet file, and back to the canonical lines that their digest is of (ADR 0017).

For: evidence_store. Does not know: digests, places. Needs the extra `parquet`, and loads it only when called.

A file has the columns of `attempts.jsonl`, with the same texts, and null for what is left out there. What is read is
not believed: it is written as canonical lines again, and it is for those that the digest must match. Sizes are bounded
by the number of rows that the manifest states, and texts are measured before they are copied.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from scalegate.adapters.attempt_lines import row_of
from scalegate.adapters.parquet_rows import guarded, missing_extra
from scalegate.errors import InputError
from scalegate.evidence.run import Attempt

if TYPE_CHECKING:
    import pyarrow as pa

_TEXT, _WHOLE, _TRUTH = "string", "int64", "bool"
# In the order of the keys of a canonical line.
_COLUMNS = {
    "attempt": _WHOLE, "family": _TEXT, "human_minutes": _TEXT, "rescored": _TRUTH, "score": _TEXT, "seconds": _TEXT,
    "started_at": _TEXT, "status": _TEXT, "task": _TEXT, "tokens": _WHOLE, "transcript": _TRUTH,
}  # fmt: skip
_LONGEST = 256  # bytes of one text: ids have at most 200
_BYTES_PER_ROW, _BYTES_BESIDE = 4 * 1024, 1024 * 1024
_BATCH = 16 * 1024


def format_columns(attempts: Iterable[Attempt]) -> bytes:
    """A Parquet file of attempts. Raises InputError that says what to type when the extra is missing."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing_extra("evidence") from None
    rows = [row_of(attempt) for attempt in attempts]
    columns = {name: pa.array([row.get(name) for row in rows], kind) for name, kind in _COLUMNS.items()}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd")
    return file.getvalue()


def lines_of(data: bytes, rows: int, name: str) -> bytes | None:
    """The canonical lines of the attempts in a Parquet file; None when it is none that `format_columns` writes.

    Args:
        rows: how many there must be.
        name: what a finding calls the file.

    Raises:
        InputError: that says what to type, when the extra is missing.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing_extra(name) from None
    try:
        file = guarded(name, lambda: pq.ParquetFile(pa.BufferReader(data)))
        if not _as_written(file, rows):
            return None
        lines = guarded(name, lambda: [line for batch in file.iter_batches(_BATCH) for line in _lines(batch)])
    except InputError:
        return None
    return "".join(lines).encode()


def _as_written(file: Any, rows: int) -> bool:
    found = file.metadata
    unpacked = sum(found.row_group(at).total_byte_size for at in range(found.num_row_groups))
    columns = {field.name: str(field.type) for field in file.schema_arrow}
    fits = found.num_rows == rows and unpacked <= _BYTES_BESIDE + _BYTES_PER_ROW * rows
    return fits and columns == _COLUMNS and len(file.schema_arrow) == len(_COLUMNS)


def _lines(batch: pa.RecordBatch) -> Iterator[str]:
    """Each distinct value is written once; `attempt`, which nothing comes before, is in every row."""
    columns = [_parts(name, batch.column(name)) for name in _COLUMNS]
    return (f"{{{''.join(parts)[1:]}}}\n" for parts in zip(*columns, strict=True))


def _parts(name: str, column: pa.Array) -> list[str]:
    """For each row, a comma, the key and the value; nothing where it is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    packed = column.dictionary_encode()
    values = packed.dictionary
    if pa.types.is_string(values.type) and (pc.max(pc.binary_length(values)).as_py() or 0) > _LONGEST:
        raise ValueError("a text that is longer than any is")
    known = [f",{json.dumps(name)}:{json.dumps(value)}" for value in values.to_pylist()]
    return ["" if index is None else known[index] for index in packed.indices.to_pylist()]
