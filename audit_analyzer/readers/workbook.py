"""A workbook's parts as Excel's file format (ECMA-376) has them: sheets, shared strings, date styles, and the rows of a sheet as text.

Numbers stay as they are stored; cells in a date or time format become ISO 8601 text by the workbook's own calendar (1900 or 1904);
errors stay '#N/A'; a formula gives its stored value. A DOCTYPE is refused, so no entity can expand.
"""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers.archives import overlapping
from audit_analyzer.readers.excel_times import date_kind, excel_iso
from audit_analyzer.readers.streams import SMALL, opened, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

_IDS = ("http://schemas.openxmlformats.org/officeDocument/2006/relationships id", "http://purl.oclc.org/ooxml/officeDocument/relationships id")


class Sheet(NamedTuple):
    """A worksheet: its name, the part that holds it, and whether the workbook hides it."""

    name: str
    part: str
    hidden: bool


class SheetRow(NamedTuple):
    """A row: its number (1-based), its cells by column (0-based; None = no value), and what is wrong with it."""

    number: int
    cells: dict[int, str | None]
    fault: str | None


class Workbook:
    """An open workbook; see `workbook`."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self.archive, self.limits, self.inflated = archive, limits, 0
        self.names = {n.lower(): n for n in archive.namelist()}
        self.sheets: list[Sheet] = []
        self.from_1904 = False
        self._book()
        self.strings = self._strings()
        self.kinds = self._kinds()

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """Every row element of the sheet, in order."""
        reader = _SheetXml(self)
        for _ in self._parse(sheet.part, reader.start, reader.end, reader.text):
            yield from reader.done
            reader.done.clear()

    def has_formulas(self, sheet: Sheet) -> bool:
        """Whether any cell of the sheet has a formula."""
        tail = b""
        for piece in self._pieces(sheet.part):
            if b"<f>" in (found := tail + piece) or b"<f " in found or b":f>" in found or b":f " in found:
                return True
            tail = piece[-4:]
        return False

    def _pieces(self, part: str) -> Iterator[bytes]:
        """A part's bytes, inflated within the limits, its CRC checked at the end."""
        name = self.names.get(part.lower())
        if name is None:
            raise ExportRejected(f"xlsx.broken: the workbook has no part {part!r}", "", "ask for the workbook again, or for CSV")
        info, given = self.archive.getinfo(name), 0
        try:
            with self.archive.open(info) as file:
                while piece := file.read(SMALL):
                    given += len(piece)
                    self.inflated += len(piece)
                    for limit, value, most in (
                        ("ratio", given, max(info.compress_size * self.limits.ratio, SMALL)),
                        ("inflated_bytes", self.inflated, self.limits.inflated_bytes),
                    ):
                        if value > most:
                            raise ExportFailed(f"limit.{limit}: the workbook goes beyond {most} bytes", "", f"if it is honest, raise {limit} under [limits]")
                    yield piece
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
            raise ExportRejected(f"xlsx.broken: {error}", "", "ask for the workbook again, or for CSV") from None

    def _parse(
        self, part: str, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None
    ) -> Iterator[None]:
        """Feeds the part to the handlers, piece by piece; names come without the spreadsheet namespace."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            for piece in self._pieces(part):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise ExportRejected(f"xlsx.xml: {part}: {error}", "", "ask for the workbook again, or for CSV") from None
        yield

    def _book(self) -> None:
        """Sheets in their order, and the calendar."""
        targets: dict[str, tuple[str, str]] = {}
        found: list[tuple[str, str, bool]] = []

        def link(name: str, facts: dict[str, str]) -> None:
            if local(name) == "Relationship":
                targets[facts.get("Id", "")] = facts.get("Type", ""), facts.get("Target", "")

        def start(name: str, facts: dict[str, str]) -> None:
            if local(name) == "sheet":
                found.append((facts.get("name", ""), next((facts[i] for i in _IDS if i in facts), ""), facts.get("state", "visible") != "visible"))
            elif local(name) == "workbookPr":
                self.from_1904 = facts.get("date1904", "0") in ("1", "true", "on")

        _all(self._parse("xl/_rels/workbook.xml.rels", link))
        _all(self._parse("xl/workbook.xml", start))
        for name, identity, hidden in found:
            kind, target = targets.get(identity, ("", ""))
            if not target:
                raise ExportRejected(f"xlsx.broken: the sheet {name!r} is nowhere in the workbook")
            if kind.endswith("/worksheet"):
                self.sheets.append(Sheet(name, target[1:] if target.startswith("/") else f"xl/{target}", hidden))
        if len({s.name for s in self.sheets}) != len(self.sheets) or len({s.part for s in self.sheets}) != len(self.sheets):
            raise ExportRejected("xlsx.duplicate: two sheets have one name or share one part")

    def _strings(self) -> list[str]:
        """The shared strings; of rich text its runs, without the reading aids of phonetic runs."""
        strings: list[str] = []
        now: list[str] = []
        state = {"t": False, "rPh": False}

        def start(name: str, _: dict[str, str]) -> None:
            if local(name) == "si":
                now.clear()
            elif local(name) in state:
                state[local(name)] = True

        def end(name: str) -> None:
            if local(name) == "si":
                strings.append("".join(now))
            elif local(name) in state:
                state[local(name)] = False

        def text(data: str) -> None:
            if state["t"] and not state["rPh"]:
                now.append(data)

        if "xl/sharedstrings.xml" in self.names:
            _all(self._parse("xl/sharedStrings.xml", start, end, text))
        return strings

    def _kinds(self) -> list[str | None]:
        """For each cell style what its number format shows: 'date', 'time' or None."""
        formats: dict[int, str] = {}
        styles: list[int] = []
        state = {"cellXfs": False}

        def start(name: str, facts: dict[str, str]) -> None:
            if local(name) == "numFmt":
                formats[int(facts.get("numFmtId", "0"))] = facts.get("formatCode", "")
            elif local(name) == "cellXfs":
                state["cellXfs"] = True
            elif local(name) == "xf" and state["cellXfs"]:
                styles.append(int(facts.get("numFmtId", "0")))

        def end(name: str) -> None:
            if local(name) == "cellXfs":
                state["cellXfs"] = False

        if "xl/styles.xml" in self.names:
            try:
                _all(self._parse("xl/styles.xml", start, end))
            except ValueError:
                raise ExportRejected("xlsx.broken: a number format has no number") from None
        return [date_kind(n, formats.get(n)) for n in styles]


class _SheetXml:
    """The handlers of one sheet's XML: rows in `done` as they end. They run five times for each cell, so they look names up and do little else."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.done = book, list[SheetRow]()
        self.number, self.suffix, self.column, self.kind, self.style = 0, "0", -1, "n", ""
        self.cells: dict[int, str | None] = {}
        self.fault: str | None = None
        self.value: list[str] = []
        self.taking = self.valued = self.formula = self.phonetic = False
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
        elif tag == "row":
            number = _whole(facts["r"]) if "r" in facts else self.number + 1
            if number <= self.number:
                raise ExportRejected(f"xlsx.rows: row {number} stands after row {self.number}", "", "ask for the workbook again, or for CSV")
            self.number, self.suffix, self.column, self.cells, self.fault = number, str(number), -1, {}, None

    def _cell(self, facts: dict[str, str]) -> None:
        reference = facts.get("r")
        column = self.column + 1
        if reference is not None:
            letters = reference.removesuffix(self.suffix)
            known = self.columns.get(letters, -1)
            column = known if known >= 0 else self._place(reference)
            if column <= self.column:
                raise _misplaced(reference, self.number)
        self.column, self.kind, self.style = column, facts.get("t", "n"), facts.get("s", "")
        self.value, self.valued, self.formula = [], False, False

    def _place(self, reference: str) -> int:
        """The column of a reference not met before; remembered by its letters."""
        column, row = place(reference)
        if row != self.number:
            raise _misplaced(reference, self.number)
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
            self.cells[self.column] = self._shown("".join(self.value)) if self.valued else None
            if self.formula and not self.valued:
                self.fault = self.fault or f"xlsx.formula: cell {column_name(self.column)}{self.number} has a formula and no stored value"
        elif tag == "rPh":
            self.phonetic = False
        elif tag == "row":
            self.done.append(SheetRow(self.number, self.cells, self.fault))

    def _shown(self, text: str) -> str | None:
        """The cell's value as text."""
        if self.kind == "s":
            index = int(text) if text.isdecimal() else -1
            if not 0 <= index < len(self.book.strings):
                self.fault = self.fault or f"xlsx.string: cell {column_name(self.column)}{self.number} points to a shared string that is not there"
                return text
            return self.book.strings[index]
        if self.kind == "b":
            return {"1": "true", "0": "false"}.get(text, text)
        if self.kind != "n" or not self.style:
            return text
        style = _whole(self.style)
        kind = self.book.kinds[style] if style < len(self.book.kinds) else None
        return excel_iso(text, kind, from_1904=self.book.from_1904) if kind else text


def _misplaced(reference: str, number: int) -> ExportRejected:
    return ExportRejected(f"xlsx.cells: cell {reference!r} stands where it cannot, in row {number}", "", "ask for the workbook again, or for CSV")


@contextlib.contextmanager
def workbook(path: Path, compression: Literal["gzip"] | None, limits: Limits) -> Iterator[Workbook]:
    """The workbook, open. Raises ExportRejected where the archive around it is not sound, ExportFailed for I/O and limits."""
    with opened(path) as plain, tempfile.TemporaryFile() as inflated:
        file: IO[bytes] = plain
        if compression is not None:
            for piece in pieces(path, compression, limits):
                inflated.write(piece)
            file = inflated
        try:
            with zipfile.ZipFile(file) as archive:
                infos = archive.infolist()
                if len({i.filename.lower() for i in infos}) != len(infos):
                    raise ExportRejected("xlsx.duplicate: two parts of the workbook have one name", "", "ask for the workbook again, or for CSV")
                wrong = overlapping(file, infos, archive.start_dir)
                if wrong:
                    raise ExportRejected(wrong.reason.replace("archive.", "xlsx.", 1), "", "ask for the workbook again, or for CSV")
                yield Workbook(archive, limits)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise ExportRejected(f"xlsx.broken: {error}", "", "ask for the workbook again, or for CSV") from None


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


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ExportRejected(f"xlsx.xml: {text!r} is no whole number", "", "ask for the workbook again, or for CSV")
    return int(text)


def _all(steps: Iterator[None]) -> None:
    for _ in steps:
        pass


def _no_doctype(*_: object) -> None:
    raise ExportRejected("xlsx.doctype: the XML declares a DOCTYPE, which no spreadsheet program writes")
