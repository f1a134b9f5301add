"""What an export is, by its content: its compression, format and tables. The name as delivered only breaks ties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit_analyzer.errors import ExportRejected
from audit_analyzer.readers.scripts import Script, guessed_wide, script_of
from audit_analyzer.readers.shapes import HEAD_BYTES, Part
from audit_analyzer.readers.streams import GZIP, head_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

FOREIGN = {
    b"PK\x03\x04": "archive: a zip archive",
    b"PK\x05\x06": "archive: an empty zip archive",
    GZIP: "nested: gzip inside gzip",
    b"7z\xbc\xaf\x27\x1c": "archive: a 7z archive",
    b"Rar!\x1a\x07": "archive: a rar archive",
    b"\x28\xb5\x2f\xfd": "zstd: zstandard",
    b"BZh": "bzip2: bzip2",
    b"\xfd7zXZ\0": "xz: xz",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole: an old or an encrypted Office file",
    b"%PDF": "pdf: a PDF",
    b"SQLite format 3\0": "sqlite: an SQLite database",
    b"ARROW1": "arrow: an Arrow file",
    b"PARE": "parquet: an encrypted Parquet file",
    b"Obj\x01": "avro: an Avro file",
    b"\x89PNG": "image: a PNG image",
    b"\xff\xd8\xff": "image: a JPEG image",
    b"GIF8": "image: a GIF image",
    b"\x7fELF": "program: a program",
}
DELIMITERS = (",", ";", "\t", "|")
JSON_LINES = (".ndjson", ".jsonl")
TEXT_NAMES = (".csv", ".tsv", ".txt", ".log")


def look_at(path: Path, name: str, limits: Limits) -> tuple[Part, ...]:
    """The tables in the file. Raises ExportRejected for what is none of the formats, ExportFailed where it cannot be read."""
    compression, head, complete = head_of(path, limits, HEAD_BYTES)
    if not head:
        raise ExportRejected("empty: the file has no bytes", "", "ask whether there was nothing to export, and for how long")
    book = head.startswith(b"PK\x03\x04") and (b"xl/" in head or b"[Content_Types].xml" in head)
    if book or head.startswith(b"PAR1"):
        from audit_analyzer.readers import worker

        return worker.look(path, "xlsx" if book else "parquet", compression, limits)
    return _text(path, plain_name(name), compression, head, limits, complete=complete)


def plain_name(name: str) -> str:
    """The name in lower case without the suffix of compression."""
    lower = name.lower()
    return lower.removesuffix(".gz").removesuffix(".gzip")


def _text(path: Path, name: str, compression: Literal["gzip"] | None, head: bytes, limits: Limits, *, complete: bool) -> tuple[Part, ...]:
    _foreign(head)
    script = script_of(head, guessed_wide(head) or "utf-8")
    text = decoded_head(head, script)
    if script.plain and head[:4096].count(0) * 10 > len(head[:4096]):
        raise ExportRejected(
            f"format.binary: the file is not text, it starts with {head[:8].hex()}", "", "ask what wrote it, and for CSV, JSON, Parquet or XLSX"
        )
    start = text.lstrip(" \t\r\n")
    if not start:
        raise ExportRejected("empty: the file has only blanks", "", "ask whether there was nothing to export, and for how long")
    if (start.startswith(("{", "[")) or name.endswith(JSON_LINES)) and not name.endswith((".csv", ".tsv")):
        from audit_analyzer.readers.json_looking import json_parts

        return json_parts(path, name, compression, head, text, limits, complete=complete)
    if start.startswith("<"):
        raise ExportRejected("format.markup: HTML or XML", "", "ask for CSV, JSON, Parquet or XLSX")
    line = start.splitlines()[0]
    if not name.endswith(TEXT_NAMES) and not any(d in line for d in DELIMITERS):
        raise ExportRejected(f"format.unknown: text without a table; it starts with {line[:40]!r}", "", "ask what wrote it, and for CSV, JSON, Parquet or XLSX")
    return (Part("", "csv", compression, None, (), head),)


def _foreign(head: bytes) -> None:
    for magic, what in FOREIGN.items():
        if head.startswith(magic):
            code, words = what.split(": ")
            raise ExportRejected(f"format.{code}: {words} is not read as an export", "", "ask for CSV, JSON, Parquet or XLSX")
    if head[257:262] == b"ustar":
        raise ExportRejected("format.archive: a tar archive is not read as an export", "", "deliver it by itself, so that its members are looked at")


def decoded_head(head: bytes, script: Script) -> str:
    """The head as text for looking; what is not text there is replaced here and nowhere else."""
    return head[script.bom :].decode(script.codec, "replace")
