"""Records of a workbook: each row of each sheet (hidden ones too) as text, straight from the sheets' XML, whatever their dimension tag says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from audit_analyzer.errors import ExportRejected
from audit_analyzer.readers.csv_header import SecondHeader, checked
from audit_analyzer.readers.shapes import Batch, Part
from audit_analyzer.readers.sheet_xml import column_name
from audit_analyzer.readers.tables import located
from audit_analyzer.readers.workbook import Sheet, Workbook, workbook
from audit_analyzer.words import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.readers.shapes import Layout
    from audit_analyzer.readers.sheet_xml import SheetRow
    from audit_analyzer.settings import Limits

ROWS = 4096
_FORMULAS = "formulas: the values are those that were stored when the workbook was last calculated"


def xlsx_parts(path: Path, compression: Literal["gzip"] | None, limits: Limits) -> tuple[Part, ...]:
    """One part for each worksheet; its columns are the cells of its first row that holds any."""
    with workbook(path, compression, limits) as book:
        return tuple(_part(book, sheet, compression, limits) for sheet in book.sheets)


def _part(book: Workbook, sheet: Sheet, compression: Literal["gzip"] | None, limits: Limits) -> Part:
    header = next(_filled(book, sheet, 1), None)
    notes = (("hidden sheet",) if sheet.hidden else ()) + ((_FORMULAS,) if book.has_formulas(sheet) else ())
    names = _names(header, limits)[1] if header else ()
    return Part(sheet.name, "xlsx", compression, None, names, b"", notes)


def _filled(book: Workbook, sheet: Sheet, first: int) -> Iterator[SheetRow]:
    """Rows from number `first` on in which any cell holds something; behind the header also those that hold only what cannot be read."""
    headed = False
    for row in book.rows(sheet):
        if row.number >= first and (any(v not in (None, "") for v in row.cells.values()) or (headed and row.fault)):
            headed = True
            yield row


def _names(header: SheetRow, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """The first column with a name, and the names from there to the last one."""
    filled = [c for c, v in header.cells.items() if v not in (None, "")]
    low, high = min(filled), max(filled)
    return low, checked([header.cells.get(c) or "" for c in range(low, high + 1)], limits)


def read_xlsx(path: Path, part: Part, layout: Layout, limits: Limits, batch_bytes: int, *, careful: bool = False) -> Iterator[Batch]:
    """Records of one sheet; `careful` leaves the fast lane out. Raises ExportRejected where the workbook or the sheet's XML cannot be trusted."""
    with workbook(path, part.compression, limits, careful=careful) as book:
        sheet = next((s for s in book.sheets if s.name == part.name), None)
        if sheet is None:
            raise ExportRejected(f"xlsx.sheet: there is no sheet {part.name!r}")
        rows = _filled(book, sheet, layout.header_row)
        header = next(rows, None)
        if header is None:
            return
        low, names = _names(header, limits)
        yield from _batches(rows, _Shape(sheet.name, low, len(names), SecondHeader(names), limits), batch_bytes)


class _Shape:
    """What a record of the sheet has to look like."""

    def __init__(self, sheet: str, low: int, width: int, second: SecondHeader, limits: Limits) -> None:
        self.sheet, self.low, self.width, self.second, self.limits = sheet, low, width, second, limits

    def cells(self, row: SheetRow) -> list[str | None]:
        return [row.cells.get(c) for c in range(self.low, self.low + self.width)]

    def fault(self, row: SheetRow, cells: list[str | None]) -> str | None:
        """Why the record cannot be used, or None."""
        if row.fault:
            return row.fault
        if row.cells and (min(row.cells) < self.low or max(row.cells) >= self.low + self.width):
            outside = [c for c, v in row.cells.items() if v not in (None, "") and not self.low <= c < self.low + self.width]
            if outside:
                return f"xlsx.ragged: cell {column_name(outside[0])}{row.number} stands beside the columns of the header"
        if max((len(v) for v in cells if v), default=0) * 4 > self.limits.field_bytes:  # four bytes a character at most
            longest = max(len(v.encode("utf-8", "replace")) for v in cells if v)
            if longest > self.limits.field_bytes:
                return f"xlsx.field_too_long: {longest} bytes, limit {self.limits.field_bytes}"
        if not self.second.near(cells):
            return None
        repeated = self.second.fault([v or "" for v in cells])
        return repeated.replace("csv.", "xlsx.", 1) if repeated else None


def _batches(rows: Iterator[SheetRow], shape: _Shape, batch_bytes: int) -> Iterator[Batch]:
    good: list[list[str | None]] = []
    names: list[str] = []
    refused: list[Rejected] = []
    size = 0
    for row in rows:
        cells = shape.cells(row)
        record, reason = f"{shape.sheet}!{row.number}", shape.fault(row, cells)
        if reason:
            raw = "\t".join(v or "" for _, v in sorted(row.cells.items())).encode("utf-8", "backslashreplace")
            refused.append(Rejected(record, reason, raw[: shape.limits.record_bytes]))
        else:
            good.append(cells)
            names.append(record)
        size += sum(len(v) for v in cells if v)
        if size >= batch_bytes or len(good) + len(refused) >= ROWS * 16:
            yield _batch(names, good, shape.width, refused)
            good, names, refused, size = [], [], [], 0
    if good or refused:
        yield _batch(names, good, shape.width, refused)


def _batch(names: list[str], good: list[list[str | None]], width: int, refused: list[Rejected]) -> Batch:
    columns = zip(*good, strict=True) if good else [()] * width
    return Batch(located(names, None, None, {f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(columns)}), tuple(refused))
