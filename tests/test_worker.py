"""The process that parses Parquet and XLSX: what it may not do, what ends it, and that its end is the end of one export only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit_analyzer import readers
from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers import Layout, worker
from audit_analyzer.settings import Limits

TRIED = """
import os, socket, subprocess, sys, tempfile, threading
from audit_analyzer.readers.confinement import confine
kept = tempfile.TemporaryFile()
print("confined", confine())

def tried(what, act):
    try:
        act()
        print(what, "allowed")
    except OSError as error:
        print(what, error.strerror)

tried("socket", lambda: socket.socket())
tried("program", lambda: subprocess.run(["true"]))
tried("fork", os.fork)
tried("write", lambda: open(sys.argv[1] + "/new", "w"))
tried("append", lambda: open(sys.argv[1] + "/old", "a"))
tried("remove", lambda: os.unlink(sys.argv[1] + "/old"))
tried("rename", lambda: os.rename(sys.argv[1] + "/old", sys.argv[1] + "/other"))
tried("mode", lambda: os.chmod(sys.argv[1] + "/old", 0o777))
tried("kill", lambda: os.kill(os.getppid(), 0))
tried("read", lambda: open(sys.argv[1] + "/old").read())
tried("what was open", lambda: (kept.write(b"x"), kept.flush()))
tried("thread", lambda: threading.Thread(target=print).start())
"""


@pytest.fixture
def table(tmp_path):
    """A Parquet file of two million rows in small row groups."""
    path = tmp_path / "uses.parquet"
    pq.write_table(pa.table({"query_id": [f"q{n}" for n in range(500_000)], "reason": ["patrol"] * 500_000}), path, row_group_size=50_000)
    return path


def read(path, limits=Limits(), batch_bytes=2**20):  # noqa: B008  frozen
    (part,) = readers.look(path, path.name, limits)
    return readers.read(path, part, Layout(), limits, batch_bytes)


def running():
    return {w.process.pid for w in worker.idle}


def test_the_confined_process_reads_and_reckons_and_can_do_nothing_else(tmp_path):
    (tmp_path / "old").write_text("as it was")
    told = subprocess.run([sys.executable, "-c", TRIED, str(tmp_path)], capture_output=True, text=True, check=True).stdout.split("\n")
    refused = "Operation not permitted"
    assert told[0] == "confined True"
    assert [line for line in told if line.endswith(refused)] == [
        f"{what} {refused}" for what in ("socket", "program", "fork", "write", "append", "remove", "rename", "mode", "kill")
    ]
    assert [line for line in told if line.endswith("allowed")] == ["read allowed", "what was open allowed", "thread allowed"]
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("old", "as it was")]


def test_the_worker_that_reads_exports_is_confined_and_serves_one_export_after_another(table, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["query_id"])
    book.active.append(["q1"])
    book.save(tmp_path / "uses.xlsx")
    assert sum(batch.table.num_rows for batch in read(table)) == 500_000
    pids = running()
    assert sum(batch.table.num_rows for batch in read(tmp_path / "uses.xlsx")) == 1
    assert (running(), [w.confined for w in worker.idle]) == (pids, [True] * len(pids))


def test_a_worker_that_is_killed_fails_its_export_and_the_next_one_is_read(table):
    batches = read(table)
    next(batches)
    (pid,) = [int(p) for p in children() if int(p) not in running() and "confined" in command(p)]
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ExportFailed, match=r"worker.ended: the parser was ended from outside \(SIGKILL\)"):
        list(batches)
    assert sum(batch.table.num_rows for batch in read(table)) == 500_000


def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def command(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_a_table_that_asks_for_more_memory_than_allowed_is_refused_with_the_limit_named(tmp_path):
    path = tmp_path / "wide.parquet"
    pq.write_table(pa.table({"reason": ["x" * 60_000] * 20_000}), path, row_group_size=20_000)  # 1.2 GB of one text, a few kilobytes on disk
    assert path.stat().st_size < 2**20
    with pytest.raises((ExportFailed, ExportRejected), match="memory"):
        list(read(path, Limits(worker_memory=500 * 2**20)))


def test_a_worker_that_takes_more_than_its_time_is_ended(tmp_path):
    path = tmp_path / "long.parquet"
    column = pa.array(["patrol"] * 1_000_000)
    pq.write_table(pa.table({f"column_{n}": column for n in range(60)}), path, row_group_size=100_000)
    with pytest.raises(ExportFailed, match=r"limit.worker_seconds: parsing took more than 0.2 seconds of processor time"):
        list(read(path, Limits(worker_seconds=0.2), 2**24))


def test_a_worker_that_falls_silent_is_ended(table):
    (part,) = readers.look(table, table.name, Limits())
    (held,) = worker.idle[-1:]
    os.kill(held.process.pid, signal.SIGSTOP)
    before = time.monotonic()
    with pytest.raises(ExportFailed, match=r"limit.worker_seconds: the parser said nothing for 4 seconds"):
        list(readers.read(table, part, Layout(), Limits(worker_seconds=1.0), 2**20))
    assert time.monotonic() - before < 60
    assert held.process.poll() == -signal.SIGKILL


def test_reading_that_is_given_up_midway_leaves_no_worker_in_the_middle_of_a_job(table):
    batches = read(table)
    next(batches)
    batches.close()
    assert all(w.in_order and w.process.poll() is None for w in worker.idle)
    assert sum(batch.table.num_rows for batch in read(table)) == 500_000
