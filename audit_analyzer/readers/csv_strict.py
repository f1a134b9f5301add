"""The careful lane of CSV: one record at a time over the bytes, and the words for everything that can be wrong with one.

The grammar is RFC 4180 with LF or CRLF: a quote opens a cell only as its first byte, a doubled quote inside is one quote, nothing but
a delimiter or the line's end may follow the closing one. Whatever breaks it is a rejected record that ends at the next line end outside quotes.
The buffer always ends with LF where the file has ended (the reader appends one), so that both lanes see the same bytes.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, NamedTuple

from audit_analyzer.errors import ExportRejected

if TYPE_CHECKING:
    from audit_analyzer.readers.shapes import Layout
    from audit_analyzer.settings import Limits

LF, CR = 10, 13


@dataclasses.dataclass(frozen=True, slots=True)
class Dialect:
    """A layout as bytes. `quote` is b'' where nothing is quoted; `stop` finds the end of an unquoted cell."""

    delimiter: bytes
    quote: bytes
    multiline: bool
    stop: re.Pattern[bytes]


class Row(NamedTuple):
    """One record: bytes [start, end) without its line end, where the next one starts, its cells (not of use when there is a fault), its fault."""

    start: int
    end: int
    following: int
    cells: tuple[str, ...]
    fault: str | None


def dialect_of(layout: Layout) -> Dialect:
    """The layout's dialect. Raises ExportRejected where delimiter or quote cannot serve."""
    delimiter, quote = layout.delimiter.encode(), layout.quote.encode()
    if len(delimiter) != 1 or len(quote) > 1 or delimiter == quote or delimiter in b"\r\n\0" or (quote and quote in b"\r\n\0"):
        raise ExportRejected(f"csv.dialect: delimiter {layout.delimiter!r} and quote {layout.quote!r} must be two different single bytes")
    return Dialect(delimiter, quote, layout.multiline, re.compile(b"[" + re.escape(delimiter) + b"\n]"))


def row_at(buffer: bytes, start: int, dialect: Dialect) -> Row | None:
    """The record that starts there; None where the buffer ends before it does. Of its faults only the ones of structure are looked for."""
    if buffer[start : start + 1] == b"\n" or buffer[start : start + 2] == b"\r\n":
        following = buffer.index(b"\n", start) + 1
        return Row(start, start, following, (), None)
    cells: list[bytes] = []
    fault, at = None, start
    while True:
        quoted = bool(dialect.quote) and buffer[at : at + 1] == dialect.quote
        cell = _quoted(buffer, at, dialect) if quoted else _bare(buffer, at, dialect)
        if cell is None:
            return None
        text, at, wrong = cell
        cells.append(text)
        fault = fault or (f"{wrong}: cell {len(cells)}" if wrong else None)
        if buffer[at] == LF:
            break
        at += 1
    end = at - 1 if at > start and buffer[at - 1] == CR else at
    return Row(start, end, at + 1, tuple(c.decode("utf-8", "replace") for c in cells), fault)


def _bare(buffer: bytes, at: int, dialect: Dialect) -> tuple[bytes, int, str | None] | None:
    """An unquoted cell: its bytes, where it stops, what is wrong with it."""
    found = dialect.stop.search(buffer, at)
    if found is None:
        return None
    stop = found.start()
    text = buffer[at:stop]
    if buffer[stop] == LF and text.endswith(b"\r"):
        text = text[:-1]
    if dialect.quote and dialect.quote in text:
        return text, stop, "csv.stray_quote"
    return text, stop, "csv.bare_cr" if b"\r" in text else None


def _quoted(buffer: bytes, at: int, dialect: Dialect) -> tuple[bytes, int, str | None] | None:
    """A quoted cell: its bytes without the quotes, where it stops, what is wrong with it."""
    quote, begin = dialect.quote, at + 1
    limit = len(buffer) if dialect.multiline else buffer.find(b"\n", at)
    if limit < 0:
        return None
    look = begin
    while True:
        close = buffer.find(quote, look, limit)
        if close < 0:
            return None if dialect.multiline else (buffer[begin:limit], limit, "csv.open_quote")
        if buffer[close + 1 : close + 2] != quote:
            break
        look = close + 2
    found = dialect.stop.search(buffer, close + 1)
    if found is None:
        return None
    text, stop = buffer[begin:close].replace(quote * 2, quote), found.start()
    after = buffer[close + 1 : stop]
    fine = not after or (after == b"\r" and buffer[stop] == LF)
    return text, stop, None if fine else "csv.after_quote"


def judged(buffer: bytes, row: Row, width: int, limits: Limits) -> str | None:
    """Why the record cannot be used, or None. One reason each, in this order: length, NUL, encoding, structure, length of a cell, number of cells."""
    raw = buffer[row.start : row.end]
    if len(raw) > limits.record_bytes:
        return too_long(len(raw), limits)
    if b"\0" in raw:
        return f"csv.nul: byte {raw.index(0)} of the record is NUL"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"csv.encoding: byte {error.start} of the record does not belong to its encoding"
    if row.fault:
        return row.fault
    longest = max(len(c.encode()) for c in row.cells)
    if longest > limits.field_bytes:
        return f"csv.field_too_long: {longest} bytes, limit {limits.field_bytes}"
    return None if len(row.cells) == width else f"csv.ragged: {len(row.cells)} cells, {width} expected"


def too_long(length: int, limits: Limits, code: str = "csv") -> str:
    """The reason for a record beyond the limit, whichever way its length was found."""
    return f"{code}.record_too_long: {length} bytes, limit {limits.record_bytes}"


class Walk:
    """Finds the end of a record that is too long to be held: the same grammar, its state kept from buffer to buffer."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect, self.state = dialect, "cell"

    def end(self, buffer: bytes) -> int:
        """Position of the LF that ends the record, or -1 where the buffer ends first."""
        at = 0
        while at < len(buffer):
            if self.state in ("cell", "closed"):
                opens = bool(self.dialect.quote) and buffer[at : at + 1] == self.dialect.quote
                self.state, at = ("quoted", at + 1) if opens else ("bare", at)
            elif self.state == "bare":
                found = self.dialect.stop.search(buffer, at)
                if found is None or buffer[found.start()] == LF:
                    return found.start() if found else -1
                self.state, at = "cell", found.start() + 1
            else:
                close = buffer.find(self.dialect.quote, at)
                line = -1 if self.dialect.multiline else buffer.find(b"\n", at, close if close >= 0 else len(buffer))
                if line >= 0 or close < 0:
                    return line
                self.state, at = "closed", close + 1
        return -1


def unterminated(line: int) -> ExportRejected:
    """The export whose last quote never closes: nothing after it can be told apart."""
    return ExportRejected(
        f"csv.unterminated_quote: a quote opened in the record of line {line} is never closed",
        "",
        "ask for the file again; if quotes are not special in it, declare quote = '' in the source",
    )
