"""Rows of a Parquet file as texts by column name, a batch at a time, under fixed sizes.

For: evidence_table, attempt_columns. Does not know: what the columns mean. Needs the extra `parquet`, and loads it only
when called.

Long texts are measured before they are copied: a file of a few kilobytes can repeat one text of a megabyte
millions of times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from scalegate.errors import Finding, InputError
from scalegate.quantity import format_instant, whole_second

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"PAR1"
_BATCH = 16 * 1024
_MAX_UNPACKED = 2 * 1024 * 1024 * 1024
_MEND = "write text, numbers, or times with a zone"

Cells = dict[str, str]


def missing_extra(name: str) -> InputError:
    """What to type when pyarrow is not there."""
    what = "reading Parquet needs an extra"
    return InputError(Finding(where=name, what=what, mend="pip install 'scalegate[parquet]'"))


class ParquetRows:
    """An open Parquet file. Raises InputError when it is none, or larger than it may be."""

    def __init__(self, file: BinaryIO, name: str, *, max_rows: int, max_text: int) -> None:
        try:
            import pyarrow.parquet as pq
        except ImportError:
            raise missing_extra(name) from None
        self.name = name
        self.max_text = max_text
        self._file = guarded(name, lambda: pq.ParquetFile(file))
        found = self._file.metadata
        unpacked = sum(found.row_group(at).total_byte_size for at in range(found.num_row_groups))
        if found.num_rows > max_rows or unpacked > _MAX_UNPACKED:
            raise self._refused(f"more than {max_rows:,} rows or 2 GiB unpacked", "split the file")
        self.columns: tuple[str, ...] = tuple(self._file.schema_arrow.names)

    def __iter__(self) -> Iterator[Cells]:
        """Cells of each row; what is null is an empty text. Raises InputError for values that are no text or number."""
        batches = self._file.iter_batches(batch_size=_BATCH)
        while (batch := guarded(self.name, lambda: next(batches, None))) is not None:
            columns = [self._texts(name, batch.column(at)) for at, name in enumerate(self.columns)]
            for row in zip(*columns, strict=True):
                yield dict(zip(self.columns, row, strict=True))

    def _texts(self, name: str, column: pa.Array) -> list[str]:
        """Each distinct value is made a text once; texts are measured while they are still packed."""
        import pyarrow as pa
        import pyarrow.compute as pc

        packed = column if pa.types.is_dictionary(column.type) else None
        if packed is None:
            try:
                packed = column.dictionary_encode()
            except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
                raise self._refused("neither text nor a number", _MEND, path=name) from None
        values = packed.dictionary
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            longest = pc.max(pc.binary_length(values)).as_py() or 0
            if longest > self.max_text:
                raise self._refused(f"a text of more than {self.max_text // 1024} KiB", "shorten it", path=name)
        known = [self._text(name, value) for value in guarded(self.name, values.to_pylist)]
        indices = packed.indices.to_pylist()
        return ["" if index is None else known[index] for index in indices]

    def _text(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return repr(value) if isinstance(value, float) else str(value)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return format_instant(whole_second(value))
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        raise self._refused("neither text nor a number", _MEND, path=name)

    def _refused(self, what: str, mend: str, path: str = "") -> InputError:
        return InputError(Finding(where=self.name, path=path, what=what, mend=mend))


def guarded(name: str, act: Callable[[], Any]) -> Any:
    """The act's result; whatever Parquet's reader makes of a damaged file is one finding."""
    import pyarrow as pa

    try:
        return act()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        what = f"no whole Parquet file: {str(error).splitlines()[0][:120] if str(error) else type(error).__name__}"
        raise InputError(Finding(where=name, what=what, mend="write it again")) from None
