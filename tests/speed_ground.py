"""How long the ground takes, and how much memory: run by hand, `python tests/speed_ground.py [millions of queries, default 2] [folder]`."""

import datetime as dt
import resource
import sys
import tempfile
import time
from pathlib import Path

from audit_analyzer import ground, told
from audit_analyzer.clauses import load
from audit_analyzer.settings import Settings, System
from audit_analyzer.store import open_store

NEWEST = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
KEYS = "'e' || (i % 40), CAST(i AS VARCHAR), i, i"


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def queries(store, rows):
    """A year of 3,000 accounts in 60 agencies, most of it near 20 towns, with context for a part."""
    store.run(f"""
      INSERT INTO main.queries BY NAME
      SELECT 'q' || i AS query_id, 'matcher-' || (i % 3) AS system,
        CASE WHEN h % 50 = 0 THEN 'verification' WHEN h % 97 = 0 THEN 'enrolment' ELSE 'identification' END AS operation,
        TIMESTAMPTZ '2025-03-01 00:00:00+00' + to_seconds(CAST(i * (365.0 * 86400 / {rows}) AS BIGINT)) AS occurred_at, CAST(i AS VARCHAR) AS occurred_at_raw,
        'declared' AS time_basis, 'operator-' || o AS operator, 'human' AS operator_kind, 'Agency ' || (o % 60) AS agency, 'Unit ' || (o % 9) AS unit,
        '10.0.' || (o % 200) || '.' || (h % 3) AS client_ip, 'client/' || (o % 4) AS user_agent, 'device-' || o AS device,
        CASE WHEN h % 10 < 7 THEN 30 + (o % 20) + (h % 1000) / 5000.0 END AS latitude,
          CASE WHEN h % 10 < 7 THEN -120 + (o % 20) + (h // 1000 % 1000) / 5000.0 END AS longitude,
        'Street ' || (h % 5000) AS place, 'probes/2025/' || (h % 28) || '/IMG_' || i || '.jpg' AS probe, 'still' AS probe_source,
        CASE WHEN h % 2 = 0 THEN 'subject-' || (h % ({rows} // 3)) END AS subject, 'gallery-' || (o % 7) AS gallery, 1 AS galleries_searched,
          80.0 AS threshold,
        'ok' AS status, 5 AS candidates, 91.5 AS top_score, 'reason number ' || (h % 20000) || ' for a robbery' AS reason,
        'CASE-25-' || (h % ({rows} // 4)) AS case_number, 'robbery' AS offense,
        'value' AS reason_state, 'value' AS case_number_state, 'value' AS offense_state, 'value' AS operator_state, 'value' AS subject_state,
        'session ' || (h % 900) AS carriers, 's' || (i // 20) AS session, TRUE AS mfa, repeat(CAST(i % 40 AS VARCHAR), 20) AS export_id,
          CAST(i AS VARCHAR) AS record, i AS row_key, i AS row_hash
      FROM (SELECT i, hash(i) % 1000000007 AS h, hash(i // 3, 7) % 3000 AS o FROM range({rows}) AS t (i)) AS t""")


def context(store, rows):
    """Registers of the size that such a year would have."""
    store.run(f"""
      INSERT INTO main.cases SELECT 'CASE-25-' || i, 'Agency ' || (i % 60), 'robbery', TIMESTAMPTZ '2025-01-01', NULL, ['operator-' || (i % 3000)],
        {KEYS} FROM range({rows} // 10) AS t (i);
      INSERT INTO main.shifts SELECT 'operator-' || (i % 1500), d + to_hours(8), d + to_hours(18), {KEYS}
        FROM (SELECT i, TIMESTAMPTZ '2025-03-01' + to_days(CAST(i // 1500 AS INTEGER)) AS d FROM range(1500 * 240) AS t (i)) AS t;
      INSERT INTO main.authorizations SELECT 'a' || i, 'q' || (i * 50), 'matcher-' || (i * 50 % 3), NULL, 'supervisor', NULL, TIMESTAMPTZ '2025-01-01',
        NULL, NULL, {KEYS} FROM range({rows} // 50) AS t (i);
      INSERT INTO main.reviews SELECT 'r' || i, 'q' || (i * 10), 'matcher-' || (i * 10 % 3), 'reviewer', NULL, TIMESTAMPTZ '2025-06-01', 'match', NULL,
        NULL, NULL, {KEYS} FROM range({rows} // 10) AS t (i);
      INSERT INTO main.notices SELECT 'n' || i, NULL, 'Agency ' || i, NULL, NULL, 'training', d, d + to_hours(10), NULL, {KEYS}
        FROM (SELECT i, TIMESTAMPTZ '2025-03-05' + to_days(CAST(i * 9 AS INTEGER)) AS d FROM range(30) AS t (i)) AS t;
      INSERT INTO main.assemblies SELECT 'assembly-' || i, NULL, d, d + to_hours(4), 30.1 + i % 20, -119.9 + i % 20,
        CASE WHEN i % 4 = 0 THEN 15000 ELSE 100 END, 'Town ' || i, NULL, {KEYS}
        FROM (SELECT i, TIMESTAMPTZ '2025-03-10 17:00:00+00' + to_days(CAST(i % 340 AS INTEGER)) AS d FROM range(400) AS t (i)) AS t;
      INSERT INTO main.places SELECT 'place-' || i, 'worship', NULL, 30 + i % 20 + (hash(i) % 2000) / 10000.0, -120 + i % 20 + (hash(i,
        1) % 2000) / 10000.0, {KEYS} FROM range(4000) AS t (i)""")


def main():
    rows = int(float(sys.argv[1] if len(sys.argv) > 1 else 2) * 1_000_000)
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    file = folder / "audit.duckdb"
    fresh = not file.exists()
    zones = ("America/New_York", "America/Chicago", "America/Los_Angeles")
    settings = Settings(root=folder, systems=tuple(System(name=f"matcher-{n}", zone=zone) for n, zone in enumerate(zones)))
    packs = load(settings.rule_folders())
    with open_store(file, memory="2GB", threads=2) as store:
        if fresh:
            queries(store, rows)
            context(store, rows)
            store.checkpoint()
        report(store, settings, packs, rows)


def report(store, settings, packs, rows):
    begun, before = time.perf_counter(), time.process_time()
    ground.define(store)
    told.tell(store, settings, NEWEST, packs)
    told_at = time.perf_counter()
    told.tell_texts(store, settings)
    say(f"told {told_at - begun:6.2f} s, texts {time.perf_counter() - told_at:6.2f} s; {time.process_time() - before:6.2f} s of processor")
    with ground.as_written(store):
        for block in (b for b in ground.blocks() if b.materialise):
            start, used = time.perf_counter(), time.process_time()
            ground.fill(store, block)
            spent, used = time.perf_counter() - start, time.process_time() - used
            if used > 0.05:
                say(f"{spent:8.2f} s  {used:8.2f} s of processor  {store.value(f'SELECT count(*) FROM ground.{block.name}'):>12,}  {block.name}")
    total = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    used = time.process_time() - before
    say(f"{total:8.2f} s ({used:.2f} s of processor) for {rows:,} queries; peak {peak:.2f} GiB; load {Path('/proc/loadavg').read_text()[:14]}")
    say(dict(store.rows("SELECT coalesce(explained_by, 'unexplained'), sum(searches) FROM ground.explanations GROUP BY 1 ORDER BY 1")))


if __name__ == "__main__":
    main()
