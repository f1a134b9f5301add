"""A small delivery is taken in while the n-th call of a kind kills the process or fails: the same command again must give what an undisturbed run gives."""

import gzip
import os
import re
import shutil
import subprocess
import tarfile
import time

import pytest
from conftest import PROGRAM, Place, surroundings
from exports_maker import event, use, write_cloudtrail, write_csv, write_zip

from audit_analyzer.errors import StoreError
from audit_analyzer.rebuild import rebuild
from audit_analyzer.store import canonical
from audit_analyzer.workspace import hold

SECONDS = 80
SAMPLES = 3  # of each kind of call and each way to fail
FAULTS = {
    "write": ("signal=KILL", "error=ENOSPC", "error=EIO"),
    "pwrite64": ("signal=KILL", "error=ENOSPC", "error=EIO"),
    "fdatasync": ("signal=KILL", "error=EIO"),
    "fsync": ("signal=KILL", "error=EIO"),
    "rename": ("signal=KILL", "error=EIO"),
    "unlink": ("signal=KILL", "error=EACCES"),
    "ftruncate": ("signal=KILL", "error=ENOSPC"),
    "openat": ("signal=KILL", "error=EMFILE"),
    "mkdir": ("signal=KILL", "error=EACCES"),
}
LEDGER = {
    "exports": "path, outcome, source, read, kept, rejected, set_aside, copies",
    "rejects": "record, reason, raw",
    "set_aside": "record, reason",
    "copies": "record, kind, id",
    "field_states": "export_id, table_name, column_name, state, row_count, filled, unreadable",
}


@pytest.fixture(scope="module")
def strace():
    found = shutil.which("strace")
    if not found and os.environ.get("CI") == "true":
        pytest.fail("strace is not installed: .ci/run installs it")
    if not found:
        pytest.skip("strace is not installed: no crash point is tried")
    if subprocess.run([found, "-qq", "-e", "trace=none", "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace processes here: no crash point is tried")
    return [found, "-f", "--seccomp-bpf", "-qq"]


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    """Good, bad, repeated and set-aside records, plain, in gzip, in a zip and in a tar."""
    folder = tmp_path_factory.mktemp("crash")
    files = folder / "files"
    write_csv(files / "a.csv", [use(n) for n in range(9)] + [use(1), use(10, occurred_at="soon"), use(11, threshold="nan")])
    write_csv(files / "reviews.csv", [{"review_id": "r", "query_id": "q-1", "reviewer": "kim", "decided_at": "2026-03-02T10:00:00Z", "decision": "match"}])
    write_cloudtrail(files / "b.json.gz", [event(1), event(2), event(3, eventSource="s3.amazonaws.com", eventName="GetObject")])
    write_zip(files / "c.zip", {"c.csv": write_csv(folder / "c.csv", [use(3), use(20)]).read_bytes()})
    with tarfile.open(files / "d.tar", "w") as archive:
        archive.add(write_csv(folder / "d.csv", [use(30)]), "d.csv")
    (files / "cut.csv.gz").write_bytes(gzip.compress(b"query_id,operation,occurred_at\n" * 99)[:-9])
    return files


def command(delivery, workspace):
    return [PROGRAM, "ingest", delivery, "--workspace", workspace]


def state(workspace):
    """What the store holds, whichever run it came from and however often."""
    place = Place(workspace)
    rows = {table: place.rows(f"SELECT {columns} FROM {table} ORDER BY ALL") for table, columns in LEDGER.items()}
    return rows | {table: place.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in canonical()}


def run(words):
    return subprocess.run(words, capture_output=True, text=True, env=surroundings(), check=False, timeout=120)


def once_more(workspace, delivery):
    """The same command again, in this process; where it says that the store has to be rebuilt, that first. What it tells, by file."""
    place = Place(workspace)
    with hold(workspace):
        try:
            return told(place.ingest(delivery))
        except StoreError as error:
            if "audit-analyzer rebuild" not in error.remedy:  # it says exactly what to do
                raise
            rebuild(place.settings)
            return told(place.ingest(delivery))


def told(results):
    return sorted((r.file, r.outcome, r.read, r.kept, r.rejected, r.set_aside, r.copies) for r in results)


@pytest.fixture(scope="module")
def undisturbed(delivery, tmp_path_factory):
    """What an undisturbed run leaves in the store, and what it tells the first time and the second; it warms the byte code too."""
    workspace = tmp_path_factory.mktemp("undisturbed") / "w"
    run(command(delivery, workspace))
    fresh = tmp_path_factory.mktemp("twice") / "w"
    fresh.mkdir()
    return state(workspace), once_more(fresh, delivery), once_more(fresh, delivery)


@pytest.fixture(scope="module")
def calls(strace, delivery, undisturbed, tmp_path_factory):
    """For each kind of call its first and last number within a run's own work: what comes before is Python starting up."""
    folder = tmp_path_factory.mktemp("calls")
    log = folder / "calls"
    run([*strace, "-e", f"trace={','.join(FAULTS)}", "-o", log, *command(delivery, folder / "w")])
    calls = {}
    began = False
    for line in log.read_text(errors="replace").splitlines():
        found = re.search(r"\s(\w+)\(", line)
        if found and found[1] in FAULTS:
            first, last = calls.get(found[1], (None, 0))
            began = began or f"{folder}/w" in line
            calls[found[1]] = (first if first is not None else last + 1 if began else None, last + 1)
    return {call: (first or last, last) for call, (first, last) in calls.items()}


def points(calls):
    """Every kind of call and way to fail, at its first, its last and places between, the rarest first."""
    found = []
    for turn in range(SAMPLES):
        for call, faults in FAULTS.items():
            first, last = calls.get(call, (1, 0))
            for way, fault in enumerate(faults):
                spread = max(last - first, 0)
                at = first + spread * ((turn * 7 + way * 3 + len(call)) % 11) // 10
                if last and (call, fault, at) not in found:
                    found.append((call, fault, at))
    return found


def test_after_a_kill_or_a_failing_call_anywhere_the_same_command_gives_what_an_undisturbed_run_gives(strace, delivery, undisturbed, calls, tmp_path):
    ends = time.monotonic() + SECONDS
    tried, bad = 0, []
    for number, (call, fault, at) in enumerate(points(calls)):
        if time.monotonic() > ends:
            break
        workspace = tmp_path / str(number)
        broken = run([*strace, "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={at}", "-o", "/dev/null", *command(delivery, workspace)])
        says = once_more(workspace, delivery)
        tried += 1
        if state(workspace) != undisturbed[0]:
            bad.append((call, fault, at, broken.returncode, broken.stderr[-300:]))
        unfinished = Place(workspace).values("SELECT outcome FROM runs WHERE run_id = '0001'") == ["interrupted"]
        at_first, at_second = undisturbed[1], undisturbed[1 if unfinished else 2]  # what a finished run read is told as read before
        if any(line not in pair for line, *pair in zip(says, at_first, at_second, strict=True)):
            bad.append((call, fault, at, broken.returncode, says))
        if "Traceback" in broken.stderr and "audit_analyzer/cli.py" in broken.stderr and "import" not in broken.stderr:
            bad.append((call, fault, at, "told as a defect", broken.stderr[-900:]))
        shutil.rmtree(workspace, ignore_errors=True)
    assert (bad, tried >= 3) == ([], True)
