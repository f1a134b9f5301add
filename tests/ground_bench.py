"""A ground over a few rows: each table's rows state what matters, required columns have plain values, all else is NULL."""

import datetime as dt
from pathlib import Path

from audit_analyzer import filling
from audit_analyzer.settings import Settings, System
from audit_analyzer.store import canonical, model, scratch

NIGHT = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
PLAIN = {
    "query_id": "q{n}",
    "system": "matcher",
    "operation": "identification",
    "occurred_at": "2026-03-02T17:00:00Z",
    "time_basis": "declared",
    "operator_kind": "human",
    "status": "ok",
    "reason_state": "not_logged",
    "case_number_state": "not_logged",
    "offense_state": "not_logged",
    "operator_state": "value",
    "subject_state": "not_logged",
    "operator": "ann",
    "starts_at": "2026-03-01T12:00:00Z",
    "ends_at": "2026-03-01T15:00:00Z",
    "latitude": 45.0,
    "longitude": -122.0,
    "precision_m": 50.0,
}
FOR_ALL = {"export_id": "export", "record": "{n}", "row_key": 1, "row_hash": 1}
STATED = ("reason", "case_number", "offense", "subject")


def bench(settings=None, packs=None, as_of=NIGHT, **tables):
    """A scratch store with those rows and a refreshed ground."""
    store = scratch()
    for table, rows in tables.items():
        for n, row in enumerate(rows, 1):
            put(store, table, n, row)
    filling.prepare(store, settings or zoned(), as_of, packs or {})
    return store


def zoned(zone=None, **facts):
    """Settings with the one system of these tests; `ground` are its [parameters.ground]."""
    figures = facts.pop("ground", {})
    return Settings(root=Path("/nowhere"), systems=(System(name="matcher", zone=zone, **facts),), parameters={"ground": figures})


def put(store, table, n, row):
    known = {c.name: c for c in model()[table].columns}
    whole = {name: PLAIN[name] for name, column in known.items() if column.required and name in PLAIN}
    whole |= FOR_ALL if table in canonical() else {}
    if table == "queries":
        whole |= {f"{name}_state": "value" for name in STATED if name in row}
        whole |= {"operator": "ann"}
    whole |= row
    values = [v.replace("{n}", str(n)) if isinstance(v, str) else v for v in whole.values()]
    store.run(f"INSERT INTO main.{table} ({', '.join(whole)}) VALUES ({', '.join('?' * len(whole))})", values)


def column(store, sql):
    """The first column of every row."""
    return [row[0] for row in store.rows(sql)]


def minutes(start, count, step=1):
    """ISO times, `step` minutes apart."""
    first = dt.datetime.fromisoformat(start)
    return [(first + dt.timedelta(minutes=n * step)).isoformat() for n in range(count)]
