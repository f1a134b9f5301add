"""Records of a Parquet export: every row materialised before anything is asked of it, page checksums verified, every column turned into text.

Statistics in the file are never used: edited ones would hide rows from any reader that filters by them.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers.cell_text import as_text
from audit_analyzer.readers.csv_header import checked
from audit_analyzer.readers.scratch import seekable
from audit_analyzer.readers.shapes import Batch, Part
from audit_analyzer.readers.tables import batches, located
from audit_analyzer.words import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

ROWS = 2**16
_ERRORS = (pa.ArrowException, OSError, UnicodeDecodeError, ValueError, OverflowError)


def parquet_parts(path: Path, compression: Literal["gzip"] | None, limits: Limits) -> tuple[Part, ...]:
    """The file's one table. Raises ExportRejected where its footer cannot be read."""
    with _file(path, compression, limits) as file:
        return (Part("", "parquet", compression, None, _names(file, limits)),)


def read_parquet(path: Path, part: Part, limits: Limits, batch_bytes: int) -> Iterator[Batch]:
    """Every row of every row group, in order; as many as the footer says, or the export is rejected."""
    with _file(path, part.compression, limits) as file:
        names = _names(file, limits)
        yield from batches(_tables(file, names, limits), batch_bytes)


@contextlib.contextmanager
def _file(path: Path, compression: Literal["gzip"] | None, limits: Limits) -> Iterator[pq.ParquetFile]:
    with seekable(path, compression, limits) as file:
        try:
            yield pq.ParquetFile(file, page_checksum_verification=True, coerce_int96_timestamp_unit="us", arrow_extensions_enabled=True)
        except (ExportRejected, ExportFailed, MemoryError):
            raise
        except _ERRORS as error:
            raise ExportRejected(f"parquet.broken: {_first(error)}", "", "ask for the file again") from None


def _names(file: pq.ParquetFile, limits: Limits) -> tuple[str, ...]:
    if file.metadata.num_columns > limits.columns * 4:
        raise ExportFailed(f"limit.columns: {file.metadata.num_columns} columns, limit {limits.columns}", "", "raise columns under [limits] in audit.toml")
    return checked(file.schema_arrow.names, limits)


def _tables(file: pq.ParquetFile, names: tuple[str, ...], limits: Limits) -> Iterator[Batch]:
    row = size = 0
    for group in range(file.num_row_groups):
        expected = file.metadata.row_group(group).num_rows
        start = row
        for batch in file.iter_batches(ROWS, row_groups=[group], use_threads=False):
            size += batch.nbytes
            if size > limits.inflated_bytes:
                raise ExportFailed(f"limit.inflated_bytes: the table holds more than {limits.inflated_bytes} bytes", "", "raise inflated_bytes under [limits]")
            yield _texts(batch, row, limits)
            row += batch.num_rows
        if row - start != expected:
            raise ExportRejected(f"parquet.rows: row group {group} holds {row - start} rows, its footer says {expected}", "", "ask for the file again")
    if row != file.metadata.num_rows:
        raise ExportRejected(f"parquet.rows: the file holds {row} rows, its footer says {file.metadata.num_rows}", "", "ask for the file again")
    if not names:
        raise ExportRejected("header.empty: no column has a name")


def _texts(batch: pa.RecordBatch, first: int, limits: Limits) -> Batch:
    """The rows as text; those with text that is not UTF-8, or too long, are rejects."""
    columns, faults = [], dict[int, str]()
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        texts, bad = as_text(column)
        for i in bad:
            faults.setdefault(i, f"parquet.encoding: column {name!r} is not UTF-8")
        lengths = pc.binary_length(texts)
        if (pc.max(lengths).as_py() or 0) > limits.field_bytes:
            for i in pc.indices_nonzero(pc.greater(lengths, limits.field_bytes)).to_pylist():
                faults.setdefault(i, f"parquet.field_too_long: {lengths[i].as_py()} bytes in column {name!r}, limit {limits.field_bytes}")
        columns.append(texts)
    names = [f"row {i}" for i in range(first, first + batch.num_rows)]
    table = located(names, None, None, {f"c{i}": c for i, c in enumerate(columns)})
    if not faults:
        return Batch(table, ())
    kept = np.ones(batch.num_rows, np.bool_)
    kept[list(faults)] = False
    refused = tuple(Rejected(names[i], why, _raw(batch, i)[: limits.record_bytes]) for i, why in sorted(faults.items()))
    return Batch(table.filter(pa.array(kept)), refused)


def _raw(batch: pa.RecordBatch, row: int) -> bytes:
    """A row's values as bytes with tabs between them; text columns as they are stored."""
    cells = []
    for column in batch.columns:
        value = column.slice(row, 1)
        if pa.types.is_string(value.type) or pa.types.is_large_string(value.type):
            value = value.view(pa.binary() if pa.types.is_string(value.type) else pa.large_binary())
        held = value[0].as_py()
        cells.append(held if isinstance(held, bytes) else b"" if held is None else str(held).encode("utf-8", "backslashreplace"))
    return b"\t".join(cells)


def _first(error: Exception) -> str:
    """The first line of a library's message: the rest names its own source files."""
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
