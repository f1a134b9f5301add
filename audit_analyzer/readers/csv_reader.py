"""Records of a CSV export by two lanes with one truth: what the scan certifies goes through Arrow's reader, the rest record by record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from audit_analyzer.errors import ExportRejected
from audit_analyzer.readers.buffers import Buffer, rejects
from audit_analyzer.readers.csv_header import GATE, UNSOUND, SecondHeader, header_at
from audit_analyzer.readers.csv_scan import Run, Scan
from audit_analyzer.readers.csv_strict import LF, Row, dialect_of, judged, row_at
from audit_analyzer.readers.shapes import Batch
from audit_analyzer.readers.tables import located

if TYPE_CHECKING:
    import numpy.typing as npt

    from audit_analyzer.readers.shapes import Layout
    from audit_analyzer.settings import Limits
    from audit_analyzer.words import Rejected

_BOM = b"\xef\xbb\xbf"
PATIENCE = 16


class Good(NamedTuple):
    """Records that can be used: positions of their first and after their last byte, and their cells as columns c0, c1, …."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    cells: pa.Table


class CsvReader:
    """Reads the buffers of one export. `patience`: quotes out of place in one buffer before its rest goes record by record; -1: all of it does."""

    code = "csv"

    def __init__(self, layout: Layout, limits: Limits, patience: int = PATIENCE) -> None:
        self.layout, self.limits, self.patience = layout, limits, patience
        self.dialect = dialect_of(layout)
        self.names: tuple[str, ...] = ()
        self.second = SecondHeader(())

    def take(self, buffer: Buffer) -> tuple[Batch, int]:
        """The buffer's complete records and their bytes; the first buffer's header is taken with them."""
        start = 0
        if not self.names:
            found = header_at(buffer.data, buffer.line, self.layout, self.limits)
            if not found.names:
                return Batch(self._table(buffer, []), ()), found.following
            self.names, self.second, start = found.names, SecondHeader(found.names), found.following
        return _Taking(self, buffer).all(start)

    def too_long(self, rejected: Rejected) -> Batch:
        """A record beyond the limit is one reject; a header beyond it leaves nothing to read by."""
        if not self.names:
            raise ExportRejected(f"csv.header: {rejected.reason}", f"line {rejected.record}", UNSOUND)
        return Batch(located([], None, None, self._empty()), (rejected,))

    def finish(self) -> None:
        """Raises ExportRejected where the text ended without a header."""
        if not self.names:
            raise ExportRejected(f"csv.header: there is no header in line {self.layout.header_row} or after it")

    def _empty(self) -> dict[str, pa.Array]:
        return {f"c{i}": pa.array([], pa.string()) for i in range(len(self.names))}

    def _table(self, buffer: Buffer, goods: list[Good]) -> pa.Table:
        """The good records of one buffer, in order, with their locators."""
        if not goods:
            return located([], None, None, self._empty())
        starts, ends = (np.concatenate([g[i] for g in goods]) for i in (0, 1))
        cells = pa.concat_tables([g.cells for g in goods])
        if len(goods) > 1 and np.any(np.diff(starts) < 0):
            order = np.argsort(starts, kind="stable")
            starts, ends, cells = starts[order], ends[order], cells.take(pa.array(order))
        first = buffer.places(starts)
        return located(pa.array(lines_of(buffer, starts)), first, buffer.places(ends) - first, dict(zip(cells.column_names, cells.columns, strict=True)))


def lines_of(buffer: Buffer, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The physical line on which each position stands."""
    ends = np.flatnonzero(np.frombuffer(buffer.data, np.uint8) == LF)
    return np.searchsorted(ends, starts) + buffer.line


class _Taking:
    """The taking of one buffer: good records and refused ones, as they are found."""

    def __init__(self, reader: CsvReader, buffer: Buffer) -> None:
        self.reader, self.buffer, self.data = reader, buffer, buffer.data
        self.goods: list[Good] = []
        self.rows: list[Row] = []
        self.refused: list[tuple[int, int, str]] = []

    def all(self, start: int) -> tuple[Batch, int]:
        """Every complete record from `start` on, by both lanes."""
        reader = self.reader
        scan = Scan(self.data, reader.dialect, len(reader.names), reader.limits) if reader.patience >= 0 else None
        patience = reader.patience
        while scan is not None:
            run = scan.run(start)
            self._run(run)
            start = run.resume
            row = row_at(self.data, start, reader.dialect) if run.broken else None
            if row is None:
                break
            self._row(row)
            start, patience = row.following, patience - 1
            scan = scan if patience >= 0 else None
        while scan is None and start < len(self.data) and (row := row_at(self.data, start, reader.dialect)):
            self._row(row)
            start = row.following
        return self._batch(), start

    def _run(self, run: Run) -> None:
        """Certified records through Arrow, the others (but blank lines) one by one."""
        real = run.ends > run.starts
        good = run.certified & real
        if good.any() and not self._fast(run, good):
            good[:] = False
        for start in run.starts[real & ~good].tolist():
            row = row_at(self.data, start, self.reader.dialect)
            if row is not None:
                self._row(row)

    def _row(self, row: Row) -> None:
        """One record of the careful lane."""
        if row.end == row.start:
            return
        fault = judged(self.data, row, len(self.reader.names), self.reader.limits) or ""
        if not fault or fault.startswith("csv.ragged"):
            fault = self.reader.second.fault(row.cells) or fault
        if fault:
            self.refused.append((row.start, row.end, fault))
        else:
            self.rows.append(row)

    def _fast(self, run: Run, good: npt.NDArray[np.bool_]) -> bool:
        """Certified records by Arrow's reader. False where it did not give as many rows as there are records."""
        starts, ends = run.starts[good], run.ends[good]
        cells = parsed(self._bytes(run, good), self.reader, len(starts))
        if cells is None:
            return False
        kept = np.ones(len(starts), np.bool_)
        for i in self._headers(cells):
            fault = self.reader.second.fault(tuple(c[i].as_py() for c in cells.columns))
            if fault:
                self.refused.append((int(starts[i]), int(ends[i]), fault))
                kept[i] = False
        whole = bool(kept.all())
        self.goods.append(Good(starts, ends, cells) if whole else Good(starts[kept], ends[kept], cells.filter(pa.array(kept))))
        return True

    def _bytes(self, run: Run, good: npt.NDArray[np.bool_]) -> bytes | memoryview:
        """The certified records' bytes with their line ends, one after the other."""
        view = memoryview(self.data)
        if good.all():
            return view[int(run.starts[0]) : int(run.stops[-1]) + 1]
        edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
        return b"".join(view[int(run.starts[a]) : int(run.stops[b - 1]) + 1] for a, b in edges.tolist())

    def _headers(self, cells: pa.Table) -> list[int]:
        """Rows in which one of the first cells is the name of a column."""
        names = pa.array(self.reader.second.gate, pa.string())
        found: set[int] = set()
        for column in cells.columns[:GATE]:
            mask = pc.is_in(column, value_set=names)
            if pc.any(mask).as_py():
                found.update(pc.indices_nonzero(mask).to_pylist())
        return sorted(found)

    def _batch(self) -> Batch:
        if self.rows:
            columns = zip(*(r.cells for r in self.rows), strict=True)
            cells = pa.table({f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(columns)})
            self.goods.append(Good(np.array([r.start for r in self.rows], np.int64), np.array([r.end for r in self.rows], np.int64), cells))
        self.refused.sort()
        lines = lines_of(self.buffer, np.array([s for s, _, _ in self.refused], np.int64)) if self.refused else ()
        refused = rejects(self.buffer, self.refused, [str(int(n)) for n in lines], self.reader.limits)
        return Batch(self.reader._table(self.buffer, self.goods), refused)  # noqa: SLF001  the reader's own half


def parsed(data: bytes | memoryview, reader: CsvReader, count: int) -> pa.Table | None:
    """Certified records as a table of strings c0, c1, …; None where Arrow does not see the same number of them.

    Arrow drops a byte order mark at the start of its input; there it would be part of a cell, so a first line stands before it.
    """
    names = [f"c{i}" for i in range(len(reader.names))]
    marked = bytes(data[:3]) == _BOM
    if marked:
        data = reader.dialect.delimiter * (len(names) - 1) + (b"x" if len(names) == 1 else b"") + b"\n" + bytes(data)
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(data)),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=reader.layout.delimiter,
                quote_char=reader.layout.quote or False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=True,
                ignore_empty_lines=True,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        return None
    table = table.slice(1) if marked else table
    return table if table.num_rows == count else None
