"""A workbook's parts as Excel's file format (ECMA-376) has them: sheets, shared strings, date styles, and the rows of a sheet as text.

Numbers stay as they are stored; cells in a date or time format become ISO 8601 text by the workbook's own calendar (1900 or 1904);
errors stay '#N/A'; a formula gives its stored value. A DOCTYPE is refused, so no entity can expand.
"""

from __future__ import annotations

import contextlib
import zipfile
from typing import IO, TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers.excel_times import date_kind
from audit_analyzer.readers.scratch import seekable
from audit_analyzer.readers.sheet_lane import CLOSING, OPENING, certified, plain
from audit_analyzer.readers.sheet_xml import SheetRow, SheetXml, local
from audit_analyzer.readers.streams import SMALL
from audit_analyzer.readers.zips import comments, sound, unaccounted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

    _Start = Callable[[str, dict[str, str]], None]

_AGAIN = "ask for the workbook again, or for CSV"
_IDS = ("http://schemas.openxmlformats.org/officeDocument/2006/relationships id", "http://purl.oclc.org/ooxml/officeDocument/relationships id")


class Sheet(NamedTuple):
    """A worksheet: its name, the part that holds it, and whether the workbook hides it."""

    name: str
    part: str
    hidden: bool


class Workbook:
    """An open workbook; see `workbook`."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits, *, careful: bool = False) -> None:
        self.archive, self.limits, self.careful, self.inflated = archive, limits, careful, 0
        self.names = {n.lower(): n for n in archive.namelist()}
        self.sheets: list[Sheet] = []
        self.from_1904 = False
        self._book()
        self.strings = self._strings()
        self.kinds = self._kinds()

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """Every row element of the sheet, in order: whole rows in plain form by the fast lane, everything else by expat."""
        xml = SheetXml(self)
        parser = _parser(xml.start, xml.end, xml.text)
        held, fast = b"", not self.careful
        with _sound(sheet.part):
            for piece in self._pieces(sheet.part):
                held += piece
                if fast and not xml.inside:
                    at = held.find(OPENING) + len(OPENING)
                    fast = (at >= len(OPENING) and plain(held)) or (at < len(OPENING) and len(held) < SMALL)
                    if not fast or at < len(OPENING):
                        continue
                    parser.Parse(held[:at], False)
                    held, fast = held[at:], xml.inside
                cut = held.rfind(CLOSING) + len(CLOSING) if fast and xml.inside else len(held)
                cut = len(held) if cut < len(CLOSING) and len(held) > SMALL * 8 else max(cut, 0) if cut >= len(CLOSING) or not fast else 0
                block, held = held[:cut], held[cut:]
                if block and not (fast and xml.inside and certified(block, xml)):
                    parser.Parse(block, False)
                yield from xml.done
                xml.done.clear()
            parser.Parse(held, True)
        yield from xml.done

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
            raise ExportRejected(f"xlsx.broken: the workbook has no part {part!r}", "", _AGAIN)
        info, given = self.archive.getinfo(name), 0
        with sound("xlsx", _AGAIN), self.archive.open(info) as file:
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

    def _parse(self, part: str, start: _Start, end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None) -> None:
        """Feeds the whole part to the handlers."""
        parser = _parser(start, end, text)
        with _sound(part):
            for piece in self._pieces(part):
                parser.Parse(piece, False)
            parser.Parse(b"", True)

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

        self._parse("xl/_rels/workbook.xml.rels", link)
        self._parse("xl/workbook.xml", start)
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
            self._parse("xl/sharedStrings.xml", start, end, text)
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
                self._parse("xl/styles.xml", start, end)
            except ValueError:
                raise ExportRejected("xlsx.broken: a number format has no number") from None
        return [date_kind(n, formats.get(n)) for n in styles]


@contextlib.contextmanager
def workbook(path: Path, compression: Literal["gzip"] | None, limits: Limits, *, careful: bool = False) -> Iterator[Workbook]:
    """The workbook, open (`careful`: without the fast lane). Raises ExportRejected where its archive is not sound, ExportFailed for I/O and limits."""
    with seekable(path, compression, limits) as file, contextlib.ExitStack() as stack:
        with sound("xlsx", _AGAIN):
            archive = stack.enter_context(zipfile.ZipFile(file))
            _refuse_unsound(file, archive)
        yield Workbook(archive, limits, careful=careful)


def _refuse_unsound(file: IO[bytes], archive: zipfile.ZipFile) -> None:
    """Raises ExportRejected where two parts have one name, or bytes belong to none of them."""
    names = archive.namelist()
    if len({n.lower() for n in names}) != len(names):
        raise ExportRejected("xlsx.duplicate: two parts of the workbook have one name", "", _AGAIN)
    wrong = unaccounted(file, archive) or next((told for _, told in comments(archive)), None)
    if wrong:
        raise ExportRejected(wrong.replace("archive.", "xlsx.", 1), "", _AGAIN)


def _parser(start: _Start, end: Callable[[str], None] | None, text: Callable[[str], None] | None) -> expat.XMLParserType:
    """An expat parser with these handlers, which get names with their namespace, and no DOCTYPE."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


@contextlib.contextmanager
def _sound(part: str) -> Iterator[None]:
    """Turns expat's refusal into ours."""
    try:
        yield
    except expat.ExpatError as error:
        raise ExportRejected(f"xlsx.xml: {part}: {expat.ErrorString(error.code)}", "", _AGAIN) from None


def _no_doctype(*_: object) -> None:
    raise ExportRejected("xlsx.doctype: the XML declares a DOCTYPE, which no spreadsheet program writes")
