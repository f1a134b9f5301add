"""From a part to the reader of its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit_analyzer.readers.scripts import script_of
from audit_analyzer.readers.streams import PIECE, head_of, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit_analyzer.readers.shapes import Batch, Layout, Part
    from audit_analyzer.settings import Limits


def read_part(path: Path, part: Part, layout: Layout, limits: Limits, batch_bytes: int) -> Iterator[Batch]:
    """Every record of the part, in batches. See `readers.read`."""
    if part.format == "csv":
        return read_csv(path, part, layout, limits, batch_bytes)
    if part.format == "ndjson":
        return read_ndjson(path, part, layout, limits, batch_bytes)
    if part.format == "json":
        from audit_analyzer.readers.envelope import read_envelope

        return read_envelope(path, part, layout, limits, batch_bytes)
    from audit_analyzer.readers import worker

    return worker.read(path, part, layout, limits, batch_bytes)


def read_csv(path: Path, part: Part, layout: Layout, limits: Limits, batch_bytes: int, patience: int | None = None) -> Iterator[Batch]:
    """Records of a CSV export; `patience` -1 sends all of them through the careful lane (tests hold the two lanes to each other)."""
    from audit_analyzer.readers import buffers, csv_reader, tables

    reader = csv_reader.CsvReader(layout, limits, csv_reader.PATIENCE if patience is None else patience)
    script = script_of(head_of(path, limits, 4)[1], layout.encoding)
    found = buffers.taken(reader, pieces(path, part.compression, limits, min(PIECE, batch_bytes)), script)
    yield from tables.batches(found, batch_bytes)
    reader.finish()


def read_ndjson(path: Path, part: Part, layout: Layout, limits: Limits, batch_bytes: int, *, careful: bool = False) -> Iterator[Batch]:
    """Records of an NDJSON export; `careful` sends all of them through the careful lane."""
    from audit_analyzer.readers import buffers, ndjson, tables

    reader = ndjson.NdjsonReader(limits, careful=careful)
    script = script_of(head_of(path, limits, 4)[1], layout.encoding)
    found = buffers.taken(reader, pieces(path, part.compression, limits, min(PIECE, batch_bytes)), script)
    yield from tables.batches(found, batch_bytes)
