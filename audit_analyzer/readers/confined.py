"""The worker process that parses Parquet and XLSX: jobs come in on one pipe, tables and rejects go out on another, and nothing else goes anywhere.

What the messages are: messages.py. The parent (worker.py) bounds memory, processor time and the size of files before each job, and replaces a worker that dies.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers import scratch, sheet_lane
from audit_analyzer.readers.confinement import confine
from audit_analyzer.readers.messages import DONE, ERROR, HEAD, PARTS, READY, REJECTS, TABLE, Job, Trouble
from audit_analyzer.readers.parquet import parquet_parts, read_parquet
from audit_analyzer.readers.xlsx import read_xlsx, xlsx_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit_analyzer.readers.shapes import Batch, Part

LOADED = (sheet_lane,)  # loaded before the filter holds: what is imported later would still be read, but the first job would pay


def serve() -> None:
    """Answer jobs until the pipe is closed."""
    jobs, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever prints does not print into the answers
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    scratch.hold()
    _send(answers, READY, msgspec.msgpack.encode(confine()))
    while head := _exactly(jobs, HEAD.size):
        job = msgspec.msgpack.decode(_exactly(jobs, HEAD.unpack(head)[1]), type=Job)
        try:
            for kind, payload in _answers(job):
                _send(answers, kind, payload)
            _send(answers, DONE, b"")
        except (ExportRejected, ExportFailed) as error:
            _send(answers, ERROR, msgspec.msgpack.encode(Trouble(isinstance(error, ExportRejected), error.what, error.where, error.remedy)))
        except MemoryError:
            told = f"limit.worker_memory: the export asks for more than {job.limits.worker_memory} bytes of memory"
            _send(answers, ERROR, msgspec.msgpack.encode(Trouble(False, told, "", "raise worker_memory under [limits] in audit.toml")))


def _answers(job: Job) -> Iterator[tuple[bytes, Any]]:
    path = Path(os.fsdecode(job.path))
    if job.part is None:
        parts = parquet_parts if job.format == "parquet" else xlsx_parts
        yield PARTS, msgspec.msgpack.encode(parts(path, job.compression, job.limits))
        return
    for batch in _batches(path, job.part, job):
        yield REJECTS, msgspec.msgpack.encode(batch.rejected)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.table.schema) as out:
            out.write_table(batch.table)
        yield TABLE, memoryview(sink.getvalue())


def _batches(path: Path, part: Part, job: Job) -> Iterator[Batch]:
    if job.format == "parquet":
        return read_parquet(path, part, job.limits, job.batch_bytes)
    return read_xlsx(path, part, job.layout, job.limits, job.batch_bytes)


def _send(to: int, kind: bytes, payload: bytes | memoryview) -> None:
    for piece in (HEAD.pack(kind, len(payload)), payload):
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(to, rest) :]


def _exactly(source: int, size: int) -> bytes:
    """That many bytes; none where the pipe was closed."""
    got = bytearray()
    while len(got) < size:
        piece = os.read(source, size - len(got))
        if not piece:
            sys.exit(0)
        got += piece
    return bytes(got)
