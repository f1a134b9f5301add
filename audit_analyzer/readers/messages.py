"""What passes between the program and its worker process: a kind (one byte), a length (8 bytes, little-endian), then that many bytes.

Jobs and small answers are MessagePack; a table is an Arrow IPC stream.
"""

from __future__ import annotations

import struct
from typing import Literal

import msgspec

from audit_analyzer.readers.shapes import Layout, Part
from audit_analyzer.settings import Limits

HEAD = struct.Struct("<cQ")
JOB, READY, PARTS, REJECTS, TABLE, DONE, ERROR = b"J", b"H", b"P", b"R", b"T", b"D", b"E"


class Job(msgspec.Struct):
    """What is asked: the parts of a file (`part` None), or the records of one part."""

    path: bytes
    format: Literal["parquet", "xlsx"]
    compression: Literal["gzip"] | None
    limits: Limits
    part: Part | None = None
    layout: Layout = Layout()
    batch_bytes: int = 0


class Trouble(msgspec.Struct):
    """An error on its way to the program: the export is rejected, or else could not be read this time."""

    rejected: bool
    what: str
    where: str
    remedy: str
