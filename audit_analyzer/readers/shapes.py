"""The nouns of the readers: what a delivered file holds, one table of records in it, and a batch of records read from it."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from audit_analyzer.settings import Limits
    from audit_analyzer.words import Rejected

Format = Literal["csv", "ndjson", "json", "parquet", "xlsx"]
HEAD_BYTES = 64 * 2**10


class Member(NamedTuple):
    """One export inside a delivered file. `name` is the path inside the archive as text ('' for a plain file); `path` is where its bytes are."""

    name: str
    path: Path


class Problem(NamedTuple):
    """A member (or, with name '', a whole archive) that is not extracted. `reason` starts with a stable code: 'archive.traversal: …'."""

    name: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """What the source declares about its text files. `header_row` is the physical line (1-based) on which the header starts.

    `quote` may be '' (nothing is quoted). With `multiline` false a line break always ends the record, quoted or not.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header_row: int = 1
    multiline: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One table of records in an export.

    name: the sheet of a workbook, else ''. envelope (json only): 'array', 'object' (the document is one record) or the top-level key
    that holds the array of records. columns: json and ndjson: keys of the first records (union over up to 20, in order);
    parquet and xlsx: names of the columns; csv: () because the delimiter is the source's to say, see `header`.
    head: the first 64 KiB, decompressed (text formats). notes: what a reader of the report should know of the table ('hidden sheet').
    """

    name: str
    format: Format
    compression: Literal["gzip"] | None = None
    envelope: str | None = None
    columns: tuple[str, ...] = ()
    head: bytes = b""
    notes: tuple[str, ...] = ()

    def header(self, delimiter: str = ",", encoding: str = "utf-8", quote: str = '"', header_row: int = 1) -> tuple[str, ...]:
        """Names of the columns; of csv the first record from physical line `header_row` on, sound or not, () where there is none."""
        if self.format != "csv":
            return self.columns
        from audit_analyzer.readers.csv_header import header_of

        return header_of(self.head, Layout(delimiter, quote, encoding, header_row))

    def check_header(self, limits: Limits, delimiter: str = ",", encoding: str = "utf-8", quote: str = '"', header_row: int = 1) -> None:
        """Raises what is wrong with a CSV header: ExportRejected, or ExportFailed for a limit."""
        if self.format == "csv":
            from audit_analyzer.readers.csv_header import check_header

            check_header(self.head, Layout(delimiter, quote, encoding, header_row), limits)

    def likely_delimiter(self) -> str:
        """The delimiter that stands most often in the first line of CSV, outside quotes."""
        first = re.sub(rb'"[^"]*"', b"", self.head.lstrip(b"\r\n").split(b"\n", 1)[0])
        return max(",;\t|", key=lambda d: first.count(d.encode())) if self.format == "csv" else ","


class Batch(NamedTuple):
    """Some records of one part, in order.

    table: `record` (string locator), `offset` and `length` (int64, in decompressed bytes; null for parquet and xlsx); then of json formats
    `raw` (string: the record as written), of table formats c0, c1, … (strings in header order; null = absent, '' = an empty cell).
    rejected: records whose boundaries are clear but that cannot be read; the reason starts with a stable code, 'csv.ragged: 7 cells, 5 expected'.
    """

    table: pa.Table
    rejected: tuple[Rejected, ...]
