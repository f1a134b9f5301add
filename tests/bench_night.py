"""How long a whole night takes, and the rulebook alone, beside DuckDB's bare load of the same files: `python tests/bench_night.py SIZE trail|rules`.

trail: `audit-analyzer run` over CloudTrail files of 125 records, from nothing to the report. rules: the ground that all rules share, every rule over it, and the
ground asked for once more without a delivery, each in a process of its own, over a workspace into which as many uses were read before, up to the findings in memory; the floor is the bare load of
their NDJSON.
"""

import argparse
import shutil
import sys

import bench
import bench_people

GROUND = """
import sys
from pathlib import Path
from audit_analyzer import clauses, filling, runs, settings
from audit_analyzer.store import open_store
here = settings.load(Path(sys.argv[1]))
with open_store(here.database, memory=here.limits.memory) as store:
    moment = runs.settle_as_of(store, runs.last_run(store), None)
    filling.prepare(store, here, moment, clauses.load(here.rule_folders()))
    store.checkpoint()
"""
RULEBOOK = """
import sys
from pathlib import Path
from audit_analyzer import clauses, detect, rulebook, runs, settings
from audit_analyzer.proven import proven
from audit_analyzer.store import open_store
here = settings.load(Path(sys.argv[1]))
packs, book = clauses.load(here.rule_folders()), rulebook.load(here.rule_folders())
with open_store(here.database, memory=here.limits.memory) as store:
    run_id = runs.last_run(store)
    moment = runs.settle_as_of(store, run_id, None)
    proofs = proven(store, book.rules, here, packs)
outcomes = detect.detect(here.database, here, book, packs, moment, run_id, {}, proofs=proofs)
failed = [f"{o.rule}: {o.error}" for o in outcomes if o.error]
sys.exit("; ".join(failed) or None)
"""
ZONES = """
[[delivery]]
files = "*"
zone = "America/Chicago"

[[system]]
name = "metro-fr"
zone = "America/Chicago"

[[system]]
name = "county-lineup"
zone = "America/Chicago"
"""


def workspace():
    """A fresh one; its systems have a zone, so that questions of local hours are asked."""
    place = bench.FOLDER / "night"
    shutil.rmtree(place, ignore_errors=True)
    bench.cost([bench.PROGRAM, "init", place])
    with (place / "audit.toml").open("a", encoding="utf-8") as file:
        file.write(ZONES)
    return place


def trail(count):
    """A night over CloudTrail files, from nothing to the report."""
    files, place = bench_people.make_trail(bench.FOLDER, count), workspace()
    ours = bench.cost([bench.PROGRAM, "run", files, "--workspace", place])
    return [bench.Line("a night over CloudTrail", count, bench.megabytes(files), ours, bench.floor("cloudtrail-small", files, bench.FOLDER / "floor.duckdb"))]


def rules(count):
    """The ground made and asked, and the ground kept and asked again, over uses that are in the workspace."""
    files, place = bench_people.make_uses(bench.FOLDER, count), workspace()
    bench.cost([bench.PROGRAM, "ingest", files, "--workspace", place])
    made, asked, kept = (bench.cost([sys.executable, "-c", script, place]) for script in (GROUND, RULEBOOK, GROUND))
    bare = bench.floor("ndjson", files, bench.FOLDER / "floor.duckdb")
    lines = {
        "ground": made,
        "ground kept": kept,
        "rulebook": asked,
        "rulebook with its ground": both(made, asked),
        "rulebook with its ground kept": both(kept, asked),
    }
    return [bench.Line(name, count, bench.megabytes(files), ours, bare) for name, ours in lines.items()]


def both(first, second):
    """What two processes took, one after the other."""
    return bench.Cost(first.cpu + second.cpu, first.wall + second.wall, max(first.peak, second.peak))


def main(words=None):
    """Lines of a table for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=bench.SIZES)
    parser.add_argument("cases", nargs="+", choices=("trail", "rules"))
    asked = parser.parse_args(words)
    bench.FOLDER.mkdir(exist_ok=True)
    print(bench.heading(), flush=True)  # noqa: T201  the table is what it is for
    for case in asked.cases:
        for file in bench.FOLDER.glob("floor.duckdb*"):
            file.unlink()
        for line in {"trail": trail, "rules": rules}[case](bench.SIZES[asked.size]):
            print(bench.row(line), flush=True)  # noqa: T201
    print(bench.surroundings(asked.size, 1))  # noqa: T201


if __name__ == "__main__":
    main()
