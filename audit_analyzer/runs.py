"""The ledger of runs: a night begins, is settled as of a day, writes its verdicts down and ends."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from audit_analyzer import __version__
from audit_analyzer.errors import AuditError, NothingToRead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit_analyzer.store import Store
    from audit_analyzer.words import Check, RuleOutcome

EVENTS = {
    "queries": "occurred_at", "actions": "occurred_at", "reviews": "decided_at", "corroborations": "obtained_at",
    "biometric_items": "created_at", "disclosures": "disclosed_at", "authorizations": "granted_at",
}  # fmt: skip
STRAY_DAYS = 366  # as in the quality gate, which tells of an export that ends so far ahead of every other
STRAY_SHARE = 100  # they are at most one in so many of the events before


def begin(store: Store, command: str) -> str:
    """A new run in the ledger; its id is its number."""
    run_id = f"{(store.value('SELECT max(try_cast(run_id AS INTEGER)) FROM runs') or 0) + 1:04d}"
    store.run("INSERT INTO runs VALUES (?, ?, NULL, now(), NULL, ?, 'interrupted', NULL)", [run_id, command, __version__])
    return run_id


def last_run(store: Store) -> str:
    """The newest run's id."""
    found = store.value("SELECT max(run_id) FROM runs")
    if found is None:
        raise AuditError("nothing was read into this workspace yet", "", "run `audit-analyzer ingest EXPORTS… --workspace DIR` first")
    return str(found)


def settle_as_of(store: Store, run_id: str, day: dt.date | None) -> dt.datetime:
    """The instant that the night is asked as of: the end of the given day, or of the day of the newest event; never the machine's clock.

    Few events that stand STRAY_DAYS or more after all others have a wrong date rather than a day of their own: one of them would make every deadline due.
    """
    if day is None:
        events = " UNION ALL ".join(  # UTC's days without asking for a zone: a tenth of the time
            f"SELECT make_timestamp(epoch_us({column}))::DATE AS day FROM {table} WHERE {column} < TIMESTAMPTZ '2100-01-01 00:00:00Z'"
            for table, column in EVENTS.items()
        )
        day = store.value(
            f"WITH days AS (SELECT day, count(*) AS n FROM ({events}) GROUP BY day), paced AS (SELECT day, day - lag(day) OVER earlier AS gap_days, "
            "sum(n) OVER (ORDER BY day DESC) AS since, sum(n) OVER earlier - n AS before FROM days WINDOW earlier AS (ORDER BY day)), "
            f"strays AS (SELECT min(day) AS day FROM paced WHERE gap_days >= {STRAY_DAYS} AND {STRAY_SHARE} * since <= before) "
            "SELECT max(days.day) FROM days, strays WHERE strays.day IS NULL OR days.day < strays.day"
        )
        if day is None:
            raise NothingToRead(
                "there is not one dated record in this workspace", str(store.path or ""), "see `audit-analyzer ingest --json` for what became of the exports"
            )
    at = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=1)
    store.run("UPDATE runs SET as_of = ? WHERE run_id = ?", [at, run_id])
    return at


def finish(store: Store, run_id: str, outcome: str) -> None:
    """Close the run in the ledger. It ended when its last rule had answered, where that was noted: the report says the same as the ledger."""
    store.run("UPDATE runs SET ended_at = coalesce(ended_at, now()), outcome = ? WHERE run_id = ?", [outcome, run_id])


def previous(store: Store, run_id: str) -> list[dict[str, object]]:
    """The findings that stood at the end of the last finished night before this one."""
    import msgspec

    last = store.value("SELECT max(run_id) FROM findings WHERE run_id < ?", [run_id])
    rows = store.rows("SELECT body FROM findings WHERE run_id = ? AND state <> 'gone' ORDER BY finding_id", [last]) if last else []
    return [msgspec.json.decode(body) for (body,) in rows]


def keep(store: Store, run_id: str, checks: Sequence[Check], outcomes: Sequence[RuleOutcome]) -> None:
    """Write the night's verdicts into the ledger, in place of an earlier attempt at the same run."""
    import msgspec
    import polars as pl

    def body(value: object) -> str:
        return msgspec.json.encode(value).decode()

    found = [
        (run_id, f.finding_id, f.rule, f.subject["kind"], f.subject["id"], f.period["from"], f.period["to"], f.status["state"], body(f))
        for outcome in outcomes
        for f in outcome.findings
    ]
    measured = [(run_id, m.rule, m.system, m.verdict, body(m)) for outcome in outcomes for m in outcome.measurability]
    checked = [(run_id, c.table, c.system, c.expectation, c.passed, c.blocking, c.observed, c.unexpected) for c in checks]
    with store.transaction():
        for table, rows in (("findings", found), ("measurability", measured), ("checks", checked)):
            store.run(f"DELETE FROM {table} WHERE run_id = ?", [run_id])
            if rows:
                names = [
                    row[0]
                    for row in store.rows(
                        "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND schema_name = 'main' ORDER BY column_index", [table]
                    )
                ]
                with store.lent("kept_now", pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)):
                    store.run(f"INSERT INTO {table} SELECT * FROM kept_now")
