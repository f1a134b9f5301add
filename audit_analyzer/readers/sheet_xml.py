"""The careful lane of a sheet: its XML through expat, cell by cell, strict about where rows and cells may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit_analyzer.errors import ExportRejected
from audit_analyzer.readers.excel_times import excel_iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit_analyzer.readers.workbook import Workbook


class SheetRow(NamedTuple):
    """A row: its number (1-based), its cells by column (0-based; None = no value), and what is wrong with it."""

    number: int
    cells: dict[int, str | None]
    fault: str | None


class SheetXml:
    """The handlers of one sheet's XML: rows in `done` as they end. They run five times for each cell, so they look names up and do little else."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.done = book, list[SheetRow]()
        self.number, self.suffix, self.column, self.kind, self.style = 0, "0", -1, "n", ""
        self.cells: dict[int, str | None] = {}
        self.fault: str | None = None
        self.value: list[str] = []
        self.taking = self.valued = self.formula = self.phonetic = False
        self.inside = self.open = False  # in the sheet's data; in a row
        self.tags: dict[str, str] = {}
        self.columns: dict[str, int] = {}

    def _tag(self, name: str) -> str:
        tag = self.tags[name] = local(name)
        return tag

    def start(self, name: str, facts: dict[str, str]) -> None:
        tag = self.tags.get(name) or self._tag(name)
        if tag == "c":
            self._cell(facts)
        elif tag == "v" or (tag == "t" and not self.phonetic):
            self.taking = self.valued = True
        elif tag == "f":
            self.formula = True
        elif tag == "rPh":
            self.phonetic = True
        elif tag == "sheetData":
            self.inside = True
        elif tag == "row":
            number = whole(facts["r"]) if "r" in facts else self.number + 1
            if number <= self.number:
                raise ExportRejected(f"xlsx.rows: row {number} stands after row {self.number}", "", "ask for the workbook again, or for CSV")
            self.number, self.suffix, self.column, self.cells, self.fault, self.open = number, str(number), -1, {}, None, True

    def _cell(self, facts: dict[str, str]) -> None:
        reference = facts.get("r")
        if not self.open:
            raise misplaced(reference or "", self.number)
        column = self.column + 1
        if reference is not None:
            letters = reference.removesuffix(self.suffix)
            known = self.columns.get(letters, -1)
            column = known if known >= 0 else self._place(reference)
            if column <= self.column:
                raise misplaced(reference, self.number)
        self.column, self.kind, self.style = column, facts.get("t", "n"), facts.get("s", "")
        self.value, self.valued, self.formula = [], False, False

    def _place(self, reference: str) -> int:
        """The column of a reference not met before; remembered by its letters."""
        column, row = place(reference)
        if row != self.number:
            raise misplaced(reference, self.number)
        self.columns[column_name(column)] = column
        return column

    def text(self, data: str) -> None:
        if self.taking:
            self.value.append(data)

    def end(self, name: str) -> None:
        tag = self.tags[name]
        if tag in ("v", "t"):
            self.taking = False
        elif tag == "c":
            if self.formula and not self.value and self.kind != "str":  # an empty <v> is how some writers leave a result out; only a text may be empty
                self.valued = False
            self.cells[self.column] = self.shown("".join(self.value), self.kind, self.style, self.column, self.number) if self.valued else None
            if self.formula and not self.valued:
                self.fault = self.fault or f"xlsx.formula: cell {column_name(self.column)}{self.number} has a formula and no stored value"
        elif tag == "rPh":
            self.phonetic = False
        elif tag == "sheetData":
            self.inside = False
        elif tag == "row":
            self.done.append(SheetRow(self.number, self.cells, self.fault))
            self.open = False

    def shown(self, text: str, kind: str, style: str, column: int, number: int) -> str:
        """A cell's value as text; what is wrong with it becomes the row's fault."""
        if kind == "s":
            index = int(text) if text.isascii() and text.isdecimal() else -1
            if not 0 <= index < len(self.book.strings):
                self.fault = self.fault or f"xlsx.string: cell {column_name(column)}{number} points to a shared string that is not there"
                return text
            return self.book.strings[index]
        if kind == "b":
            return {"1": "true", "0": "false"}.get(text, text)
        if kind != "n" or not style:
            return text
        index = whole(style)
        shown = self.book.kinds[index] if index < len(self.book.kinds) else None
        return excel_iso(text, shown, from_1904=self.book.from_1904) if shown else text

    def place_of(self, letters: str) -> int:
        """The column of its letters."""
        return place(letters + "1")[0]

    def take(self, rows: Sequence[tuple[int, dict[int, str | None], str | None]]) -> None:
        """Rows that the fast lane read."""
        self.done.extend(SheetRow(*row) for row in rows)
        self.number = rows[-1][0] if rows else self.number


def misplaced(reference: str, number: int) -> ExportRejected:
    """The export with a cell outside its row or order: what else is moved cannot be known."""
    return ExportRejected(f"xlsx.cells: cell {reference!r} stands where it cannot, in row {number}", "", "ask for the workbook again, or for CSV")


def local(name: str) -> str:
    """An element's name without its namespace."""
    return name.rpartition(" ")[2]


def place(reference: str) -> tuple[int, int]:
    """Column (0-based) and row (1-based) of 'AB12'. Raises ExportRejected for what is no cell."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    digits = reference[len(letters) :]
    if not letters.isascii() or not letters.isupper() or not letters.isalpha() or not digits or column > 16_384:  # noqa: PLR2004  Excel's own limit
        raise ExportRejected(f"xlsx.cells: {reference!r} is no cell")
    return column - 1, int(digits)


def column_name(column: int) -> str:
    """'A' for 0, 'AB' for 27."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def whole(text: str) -> int:
    """A number without sign. Raises ExportRejected for anything else."""
    if not text.isascii() or not text.isdecimal():
        raise ExportRejected(f"xlsx.xml: {text!r} is no whole number", "", "ask for the workbook again, or for CSV")
    return int(text)
