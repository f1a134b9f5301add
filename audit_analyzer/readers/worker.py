"""The parent's side of the worker process (confined.py): hostile formats are parsed there, under limits and without a network.

A worker that dies or falls silent takes its one export with it and no other: the next job gets a fresh one.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import resource
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers import messages
from audit_analyzer.readers.messages import HEAD, Job, Trouble
from audit_analyzer.readers.shapes import Batch, Layout, Part
from audit_analyzer.settings import PACKAGE
from audit_analyzer.words import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

START = "import sys; sys.path.insert(0, sys.argv[1]); from audit_analyzer.readers.confined import serve; serve()"
PIPE_BYTES, F_SETPIPE_SZ = 2**20, 1031  # <linux/fcntl.h>: a larger pipe, so that the worker is a table ahead
OPEN_FILES = 64
PATIENCE = 4  # a worker may be silent this many times as long as it may use the processor

idle: list[_Worker] = []


def look(path: Path, form: Literal["parquet", "xlsx"], compression: Literal["gzip"] | None, limits: Limits) -> tuple[Part, ...]:
    """The tables of a Parquet file or a workbook. Raises ExportRejected, ExportFailed."""
    parts: tuple[Part, ...] = ()
    for kind, payload in _answers(Job(os.fsencode(path), form, compression, limits)):
        if kind == messages.PARTS:
            parts = msgspec.msgpack.decode(payload, type=tuple[Part, ...])
    return parts


def read(path: Path, part: Part, layout: Layout, limits: Limits, batch_bytes: int) -> Iterator[Batch]:
    """The records of one table, in batches. Raises ExportRejected, ExportFailed, perhaps after some batches."""
    form: Literal["parquet", "xlsx"] = "parquet" if part.format == "parquet" else "xlsx"
    refused: tuple[Rejected, ...] = ()
    for kind, payload in _answers(Job(os.fsencode(path), form, part.compression, limits, part, layout, batch_bytes)):
        if kind == messages.REJECTS:
            refused = msgspec.msgpack.decode(payload, type=tuple[Rejected, ...])
        elif kind == messages.TABLE:
            with pa.ipc.open_stream(pa.py_buffer(payload)) as stream:
                table = stream.read_all()
            table.validate(full=True)  # it was made by a process that has parsed somebody else's bytes
            yield Batch(table, refused)


def _answers(job: Job) -> Iterator[tuple[bytes, bytearray]]:
    """The messages of one job. A worker whose job did not end in order is not asked again."""
    worker = idle.pop() if idle else _Worker()
    try:
        yield from worker.ask(job)
    except BaseException:
        if not worker.in_order:
            worker.end()
        raise
    finally:
        if worker.in_order:
            idle.append(worker)


class _Worker:
    """One process, and the two pipes to it."""

    def __init__(self) -> None:
        self.in_order = True
        environment = {"PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        environment |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        environment |= {name: os.environ[name] for name in ("TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter and our own code
            [sys.executable, "-I", "-c", START, str(PACKAGE.parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0, cwd="/"
        )
        self.jobs, self.answers = self.process.stdin, self.process.stdout
        with contextlib.suppress(OSError):
            import fcntl

            fcntl.fcntl(self._source, F_SETPIPE_SZ, PIPE_BYTES)
        self.confined: bool = msgspec.msgpack.decode(self._message(60)[1])

    @property
    def _source(self) -> int:
        assert self.answers is not None  # noqa: S101  it was opened with a pipe
        return self.answers.fileno()

    def ask(self, job: Job) -> Iterator[tuple[bytes, bytearray]]:
        """What the worker answers, up to its last message. Raises the error that it tells, or says how it died."""
        self.in_order, limits = False, job.limits
        payload = msgspec.msgpack.encode(job)
        try:
            self._bound(limits)
            for piece in (HEAD.pack(messages.JOB, len(payload)), payload):
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(self.process.stdin.fileno(), rest) :]  # type: ignore[union-attr]  # it was opened with a pipe
        except (BrokenPipeError, ProcessLookupError):
            raise self._death(limits) from None
        while True:
            try:
                kind, answer = self._message(limits.worker_seconds * PATIENCE)
            except EOFError:
                raise self._death(limits) from None
            except TimeoutError:
                what = f"limit.worker_seconds: the parser said nothing for {limits.worker_seconds * PATIENCE:g} seconds"
                raise ExportFailed(what, "", "raise worker_seconds under [limits] in audit.toml, or ask for the export as CSV") from None
            if kind == messages.DONE:
                self.in_order = True
                return
            if kind == messages.ERROR:
                self.in_order = True
                raise _told(msgspec.msgpack.decode(answer, type=Trouble))
            yield kind, answer

    def end(self) -> None:
        """Make it stop, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def _bound(self, limits: Limits) -> None:
        """Bounds for one job: memory that it may write to, further processor time, the size of a file, open files; no core dump."""
        pid = self.process.pid
        used = _seconds_used(pid)
        for what, most in (
            (resource.RLIMIT_DATA, limits.worker_memory),
            (resource.RLIMIT_CPU, int(used + limits.worker_seconds) + 1),
            (resource.RLIMIT_FSIZE, limits.inflated_bytes),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
            (resource.RLIMIT_CORE, 0),
        ):
            hard = resource.prlimit(pid, what)[1]
            resource.prlimit(pid, what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

    def _message(self, seconds: float) -> tuple[bytes, bytearray]:
        kind, size = HEAD.unpack(self._exactly(HEAD.size, seconds))
        return kind, self._exactly(size, seconds)

    def _exactly(self, size: int, seconds: float) -> bytearray:
        got = bytearray(size)
        rest = memoryview(got)
        poll = select.poll()
        poll.register(self._source, select.POLLIN)
        while rest:
            if not poll.poll(seconds * 1000):
                raise TimeoutError
            taken = os.readv(self._source, [rest])
            if not taken:
                raise EOFError
            rest = rest[taken:]
        return got

    def _death(self, limits: Limits) -> ExportRejected | ExportFailed:
        """What ended the process, as an answer about its export."""
        code = self.process.wait()
        if code == -signal.SIGXCPU:
            what = f"limit.worker_seconds: parsing took more than {limits.worker_seconds:g} seconds of processor time"
            return ExportFailed(what, "", "raise worker_seconds under [limits] in audit.toml, or ask for the export as CSV")
        if code in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT}:
            return ExportFailed(f"worker.ended: the parser was ended from outside ({signal.Signals(-code).name})", "", "run the same command again")
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        what = f"worker.died: the parser died of this file ({name}), of its memory limit of {limits.worker_memory} bytes or of a fault in the file"
        return ExportRejected(what, "", "ask for the export as CSV, or raise worker_memory under [limits] in audit.toml")


def _told(trouble: Trouble) -> ExportRejected | ExportFailed:
    return (ExportRejected if trouble.rejected else ExportFailed)(trouble.what, trouble.where, trouble.remedy)


def _seconds_used(pid: int) -> float:
    """Processor seconds that a process has used: fields 14 and 15 of /proc/PID/stat, in clock ticks."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@atexit.register
def _end_all() -> None:
    while idle:
        idle.pop().end()
