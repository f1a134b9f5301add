"""The header of a CSV export: found, checked, and recognised again where it stands among the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers.csv_strict import Row, dialect_of, judged, row_at
from audit_analyzer.readers.scripts import guessed_wide, script_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit_analyzer.readers.shapes import Layout
    from audit_analyzer.settings import Limits

REPEATED = "csv.repeated_header: the record repeats the header"
UNSOUND = "ask for the export again: without a sound header no column means anything"
GATE = 3  # a second header is looked for where one of the first so many cells is a column's name


class Header(NamedTuple):
    """Names of the columns (none yet where the buffer ended before the header did), and the position right after what was taken."""

    names: tuple[str, ...]
    following: int


def header_of(head: bytes, layout: Layout) -> tuple[str, ...]:
    """The names in the first bytes of an export, sound or not, () where there are none: for recognising a source, not for reading records."""
    try:
        row, _ = _first(_text(head, layout), 1, layout)
    except (ExportRejected, ExportFailed):
        return ()
    return row.cells if row else ()


def check_header(head: bytes, layout: Layout, limits: Limits) -> None:
    """Raises what is wrong with the header in the first bytes of an export: ExportRejected, or ExportFailed for a limit."""
    header_at(_text(head, layout), 1, layout, limits)


def _text(head: bytes, layout: Layout) -> bytes:
    script = script_of(head, layout.encoding)
    whole = head[: len(head) - (len(head) - script.bom) % 2] if script.codec.startswith("utf-16") else head
    text = b"".join(script.utf8([whole]))
    return text if text.endswith(b"\n") else text + b"\n"


def header_at(buffer: bytes, line: int, layout: Layout, limits: Limits) -> Header:
    """The first record from line `header_row` on that is not blank; the buffer starts on physical line `line`."""
    row, at = _first(buffer, line, layout)
    if row is None:
        return Header((), at)
    fault = judged(buffer, row, len(row.cells), limits)
    if fault:
        raise ExportRejected(f"csv.header: {fault}", f"line {line + buffer.count(10, 0, row.start)}", _remedy(buffer[row.start : row.end], fault))
    return Header(checked(row.cells, limits), row.following)


def _remedy(header: bytes, fault: str) -> str:
    wide = guessed_wide(header) if fault.startswith("csv.nul") else None
    return f"it looks like {wide} without its mark: declare that encoding in the layout of its source" if wide else UNSOUND


def _first(buffer: bytes, line: int, layout: Layout) -> tuple[Row | None, int]:
    """That record as it stands, and where the looking ended."""
    at, dialect = 0, dialect_of(layout)
    for _ in range(layout.header_row - line):
        end = buffer.find(b"\n", at)
        if end < 0:
            return None, at
        at = end + 1
    while (row := row_at(buffer, at, dialect)) is not None:
        if row.end > row.start:
            return row, row.following
        at = row.following
    return None, at


def checked(names: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """The names as written. Raises ExportRejected for two columns of one name or none with a name, ExportFailed for too many."""
    if len(names) > limits.columns:
        raise ExportFailed(
            f"limit.columns: {len(names)} columns, limit {limits.columns}", "", "if the export is honest, raise columns under [limits] in audit.toml"
        )
    plain = [n.strip() for n in names]
    if not any(plain):
        raise ExportRejected("header.empty: no column has a name")
    for name in plain:
        if name and plain.count(name) > 1:
            raise ExportRejected(f"header.duplicate: two columns are called {name!r}", "", "ask which of them is meant; a guess would change evidence")
    return tuple(names)


class SecondHeader:
    """Recognises the header among the records: repeated as it is, that record is rejected; in another form, the export is."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.folded = [_folded(n) for n in names]
        self.known = {f for f in self.folded if f}
        self.gate = sorted({form for n in names if n.strip() for form in (n, n.strip(), n.lower(), n.upper(), n.title())})
        self._gate = set(self.gate)

    def near(self, cells: Sequence[str | None]) -> bool:
        """Whether one of the first cells is the name of a column, so that it is worth a look."""
        return not self._gate.isdisjoint(cells[:GATE])

    def fault(self, cells: Sequence[str]) -> str | None:
        """REPEATED for the header again. Raises ExportRejected where at least half the columns' names (and two) stand in another order."""
        if not self.near(cells):
            return None
        folded = [_folded(c) for c in cells]
        if folded == self.folded:
            return REPEATED
        found = len(self.known.intersection(folded))
        if found >= max(2, (len(self.known) + 1) // 2):
            raise ExportRejected(
                "csv.second_header: a second header with other columns stands among the records",
                "",
                "two exports were joined: ask for them one by one",
            )
        return None


def _folded(name: str) -> str:
    return name.strip().casefold()
