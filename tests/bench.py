"""How fast intake is: each format in a fresh process, beside DuckDB's bare CREATE TABLE AS of the same files in a process of its own.

`make bench` (SIZE=100k, 1m, 10m, 100m) or: python tests/bench.py SIZE [--cases ndjson,csv] [--runs 3] [--write docs/performance.md] [--remove]
"""

import argparse
import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import NamedTuple

import bench_data

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sysconfig.get_path("scripts")) / "audit-analyzer"
FOLDER = ROOT / "bench-data"
SIZES = {"10k": 10**4, "100k": 10**5, "1m": 10**6, "10m": 10**7, "100m": 10**8}
CASES = ("ndjson", "csv", "cloudtrail-small", "cloudtrail-big", "parquet", "xlsx", "1 % more")
MOST = {"xlsx": 200_000}  # a workbook of more rows is several workbooks, and its figures the same again
MIB = 2**20
HEADINGS = ("case", "records", "MB", "records/s", "MB/s", "peak MiB", "CPU s", "wall s", "floor CPU s", "floor wall s", "ratio CPU", "ratio wall")
RECORD = (
    'STRUCT(eventVersion VARCHAR, userIdentity STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR, '
    "sessionContext STRUCT(attributes STRUCT(mfaAuthenticated VARCHAR))), eventTime TIMESTAMPTZ, eventSource VARCHAR, eventName VARCHAR, awsRegion VARCHAR, "
    'sourceIPAddress VARCHAR, userAgent VARCHAR, requestParameters STRUCT(collectionId VARCHAR, image STRUCT(s3Object STRUCT(bucket VARCHAR, "name" VARCHAR)), '
    "faceMatchThreshold DOUBLE, maxFaces BIGINT), requestID VARCHAR, eventID VARCHAR, eventType VARCHAR, recipientAccountId VARCHAR)"
)
TYPED = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in bench_data.COLUMNS.items()) + "}"
RECORDS = "{'Records': '" + RECORD + "[]'}"
EVENTS = (
    f"SELECT unnest(r, recursive := true) FROM (SELECT unnest(Records) AS r FROM read_json('FILES/*.gz', columns = {RECORDS}, maximum_object_size = OBJECT))"
)
FLOORS = {
    "ndjson": f"CREATE TABLE t AS SELECT * FROM read_json('FILES/*.ndjson', format = 'newline_delimited', columns = {TYPED})",
    "csv": f"CREATE TABLE t AS SELECT * FROM read_csv('FILES/*.csv', header = true, columns = {TYPED})",
    "parquet": "CREATE TABLE t AS SELECT * REPLACE (occurred_at::TIMESTAMPTZ AS occurred_at) FROM read_parquet('FILES/*.parquet')",
    "cloudtrail-small": f"CREATE TABLE t AS {EVENTS}".replace("OBJECT", "16777216"),
    "cloudtrail-big": f"CREATE TABLE t AS {EVENTS}".replace("OBJECT", "268435456"),
}
BARE = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); c.close()"
SHEETS = f"""
import duckdb, fastexcel, pathlib, sys
connection = duckdb.connect(sys.argv[1])
listed = ", ".join(f"{{name}}::{{kind}} AS {{name}}" for name, kind in {bench_data.COLUMNS!r}.items())
for n, file in enumerate(sorted(pathlib.Path(sys.argv[2]).glob("*.xlsx"))):
    rows = fastexcel.read_excel(file).load_sheet(0, dtypes="string").to_arrow()
    connection.execute(("INSERT INTO made " if n else "CREATE TABLE made AS ") + f"SELECT {{listed}} FROM rows")
connection.close()
"""  # the wheel of DuckDB has no reader of workbooks: the floor is the quickest other one, its strings cast


class Cost(NamedTuple):
    """What one process took: processor and wall seconds, and its largest resident size (or that of a child of its own) in MiB."""

    cpu: float
    wall: float
    peak: float


class Line(NamedTuple):
    """One case: what was read, and medians of the intake and of its floor."""

    case: str
    records: int
    megabytes: float
    ours: Cost
    floor: Cost | None


def cost(words):
    """Run a program to its end and say what it took; what it says is shown where it fails."""
    with open(FOLDER / "said", "w+b") as said:
        started = time.monotonic()
        child = subprocess.Popen([str(w) for w in words], stdout=said, stderr=said, cwd=FOLDER)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(map(str, words))[:300]} ended with {child.returncode}:\n{said.read().decode(errors='replace')[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def intake(files, workspace):
    """The program's own intake of a folder of exports; accepted as a whole, or the bench stops."""
    return cost([PROGRAM, "ingest", files, "--workspace", workspace])


def floor(case, files, database):
    """DuckDB's bare load of the same files."""
    if case == "xlsx":
        return cost([sys.executable, "-c", SHEETS, database, files])
    return cost([sys.executable, "-c", BARE, database, FLOORS[case].replace("FILES", str(files))])


def medians(costs):
    """The median of each figure."""
    return Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))


def measured(case, count, runs):
    """One case: intake and floor in turn, each into an empty place."""
    files = bench_data.make(FOLDER, case, 0, count)
    ours, floors = [], []
    for _ in range(runs):
        cleared()
        ours.append(intake(files, FOLDER / "workspace"))
        floors.append(floor(case, files, FOLDER / "floor.duckdb"))
    kept = counted(FOLDER / "workspace")
    if kept != count:
        raise SystemExit(f"{case}: {count} records were made and {kept} came in")
    return Line(case, count, megabytes(files), medians(ours), medians(floors))


def more(count, runs):
    """A workspace with `count` uses is given one per cent more, in a file of its own; the full load stands in the place of the floor."""
    full, extra = bench_data.make(FOLDER, "ndjson", 0, count), bench_data.make(FOLDER, "ndjson", count, count // 100)
    cleared()
    whole = intake(full, FOLDER / "workspace")
    ours = []
    for _ in range(runs):
        shutil.rmtree(FOLDER / "again", ignore_errors=True)
        shutil.copytree(FOLDER / "workspace", FOLDER / "again")
        ours.append(intake(extra, FOLDER / "again"))
    return Line("1 % more", count // 100, megabytes(extra), medians(ours), whole)


def cleared():
    """Nothing of the run before."""
    for name in ("workspace", "again"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    for file in FOLDER.glob("floor.duckdb*"):
        file.unlink()


def counted(workspace):
    """Records that are kept, or set aside as of no interest; nothing in the data of the bench is to be rejected."""
    import duckdb

    with duckdb.connect(str(workspace / "audit.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT sum(kept + set_aside) FROM exports WHERE outcome = 'accepted'").fetchone()[0]


def megabytes(folder):
    """Bytes of the files as delivered, in millions."""
    return sum(f.stat().st_size for f in folder.iterdir() if not f.name.startswith(".")) / 1e6


def row(line):
    """One line of the table."""
    ours, bare = line.ours, line.floor
    figures = [
        line.case,
        f"{line.records:,}",
        f"{line.megabytes:,.1f}",
        f"{line.records / ours.wall:,.0f}",
        f"{line.megabytes / ours.wall:,.1f}",
        f"{ours.peak:,.0f}",
    ]
    figures += [f"{v:.2f}" for v in (ours.cpu, ours.wall, bare.cpu, bare.wall, ours.cpu / bare.cpu, ours.wall / bare.wall)]
    return f"| {' | '.join(figures)} |"


def heading():
    """The head of the table."""
    return f"| {' | '.join(HEADINGS)} |\n|---|{'---:|' * (len(HEADINGS) - 1)}"


def surroundings(size, runs):
    """Where and with what it was measured, in a few lines."""
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "pyarrow", "numpy", "isal", "msgspec"))
    return (
        f"`make bench SIZE={size}`; medians of {runs}. {os.cpu_count()} processors ({names[0] if names else platform.machine()}), {memory:.0f} GiB, "
        f"Python {platform.python_version()}, {versions}. Load of the machine meanwhile: {os.getloadavg()[2]:.1f}."
    )


def write(page, size, text):
    """Put the table into the page, between the markers of its size."""
    begin, end = f"<!-- bench {size} -->", f"<!-- end of bench {size} -->"
    told = page.read_text(encoding="utf-8")
    if begin not in told or end not in told:
        raise SystemExit(f"{page} has no lines {begin} and {end}")
    page.write_text(told[: told.index(begin) + len(begin)] + f"\n{text}\n" + told[told.index(end) :], encoding="utf-8")


def main(words=None):
    """The table on stdout, line by line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", default="1m", choices=SIZES)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--remove", action="store_true", help="remove bench-data/ afterwards")
    asked = parser.parse_args(words)
    FOLDER.mkdir(exist_ok=True)
    lines = [heading()]
    print(heading(), flush=True)  # noqa: T201  the table is what it is for
    for case in asked.cases.split(","):
        count = min(SIZES[asked.size], MOST.get(case, 10**12))
        lines.append(row(more(count, asked.runs) if case == "1 % more" else measured(case, count, asked.runs)))
        print(lines[-1], flush=True)  # noqa: T201
    about = surroundings(asked.size, asked.runs)
    print(about)  # noqa: T201
    if asked.write:
        write(asked.write, asked.size, "\n".join([about, "", *lines]))
    cleared()
    if asked.remove:
        shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
