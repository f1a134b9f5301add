"""The data-quality suite: expectations over tables and ledger, asked through Great Expectations inside DuckDB, a verdict per system."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from audit_analyzer import words
from audit_analyzer.store import canonical, dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

EARLIEST, LATEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
THIRD = 1 / 3  # a third of the records unreadable: what is left may be a biased part, the rules are not asked
TOLERATED = 0.001  # unreadable records or cells above this share are told
NAMED_OPERATORS = 0.95  # at least this share of the events should say who
DAYS_AHEAD = 366  # an export whose newest event is this far ahead of every other export's
CAPS = (20_000, 55_000, 1_000_000)  # row counts at which vendor portals cut an export (domain: search audits)
SHEET_CAPS = (65_535, 1_048_575)  # records below a header in a full XLS and XLSX sheet (the formats' own row limits)
SHOWN = 5  # names given in `observed`; the count is always whole
STATES = ("reason_state", "case_number_state", "offense_state", "operator_state", "subject_state")
ORDERED = {  # table -> pairs (later, earlier, whether they may be equal)
    "queries": (("searched_to", "searched_from", False), ("occurred_at", "captured_at", True), ("max_candidates", "candidates", True)),
    "reviews": (("decided_at", "started_at", True),),
    "authorizations": (("expires_at", "granted_at", True), ("granted_at", "requested_at", True)),
    "biometric_items": (("deleted_at", "created_at", True), ("hold_to", "hold_from", True)),
    "operators": (("active_to", "active_from", True), ("trained_to", "trained_from", True)),
    "shifts": (("ends_at", "starts_at", False),),
    "cases": (("closed_at", "opened_at", True),),
    "assemblies": (("ends_at", "starts_at", False),),
    "systems": (("approved_to", "approved_from", True),),
    "galleries": (("approved_to", "approved_from", True),),
    "published_counts": (("period_to", "period_from", False),),
    "notices": (("ends_at", "starts_at", False),),
}
BOUNDS: dict[str, tuple[float, float | None]] = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "threshold": (0, 100),
    "top_score": (0, 100),
    **dict.fromkeys(("candidates", "max_candidates", "galleries_searched", "probe_faces", "precision_m", "count"), (0, None)),
}
LEDGER = """
CREATE TABLE ledger AS
WITH known AS (
  SELECT export_id, system FROM audit.main.exports WHERE system IS NOT NULL
  UNION
  SELECT f.export_id, f.system FROM audit.main.field_states AS f JOIN audit.main.exports AS e USING (export_id) WHERE e.system IS NULL AND f.system IS NOT NULL
), texts AS (SELECT export_id, count(DISTINCT record) AS n FROM audit.main.rejects GROUP BY export_id
), newest AS (SELECT max(period_to, 2) AS two FROM audit.main.exports WHERE outcome = 'accepted')
SELECT known.system, e.path, e.outcome, e.read, e.kept + e.rejected + e.set_aside + e.copies AS accounted, e.rejected, coalesce(texts.n, 0) AS reject_texts,
  coalesce(CASE WHEN e.outcome = 'accepted' THEN e.rejected END, 0) AS unread,
  coalesce(CASE WHEN e.outcome = 'accepted' THEN e.read - e.set_aside END, 0) AS concerned,
  date_diff('day', newest.two[2], e.period_to) AS days_ahead
FROM audit.main.exports AS e CROSS JOIN newest LEFT JOIN known USING (export_id) LEFT JOIN texts USING (export_id)
"""
CELLS = """
CREATE TABLE cells AS SELECT system, table_name || '.' || column_name AS what, sum(unreadable)::BIGINT AS n, sum(row_count)::BIGINT AS row_count
FROM audit.main.field_states GROUP BY system, table_name, column_name
"""
ORPHANS = """
SELECT coalesce('system ' || b.system, 'no system') AS what, count(*) AS n FROM (SELECT * FROM {batch}) AS b
WHERE b.query_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM (SELECT q.query_id, q.system FROM audit.main.queries AS q WHERE q.query_id IN (SELECT query_id FROM {batch})) AS known
  WHERE known.query_id = b.query_id AND known.system = coalesce(b.system, known.system))
GROUP BY what ORDER BY what
"""


class Expected(NamedTuple):
    """One expectation of one batch: Great Expectations' name of it without "Expect", its facts, and what it says in words.

    An UnexpectedRows expectation's query answers rows (what, n): a name and how many rows are not as expected.
    """

    kind: str
    facts: dict[str, Any]
    words: str
    blocking: bool = False

    def columns(self) -> tuple[str, ...]:
        """The columns without whose values there is nothing to ask."""
        return tuple(value for key, value in self.facts.items() if key in {"column", "column_A", "column_B"} and self.kind != "ColumnValuesToNotBeNull")


class Batch(NamedTuple):
    """One table or view that Great Expectations is given: the model's table behind it, the system, and its expectations."""

    name: str
    table: str
    system: str | None
    expected: tuple[Expected, ...]


def check(path: Path, run_id: str) -> tuple[words.Check, ...]:
    """Every expectation's verdict, by table and system, over the database at `path`, which nothing in this process may hold open.

    A table without rows and a column without values are not asked about. `run_id` names the row of `runs` with the night's as-of.
    """
    with dialect.served(path) as database, _quiet():
        batches = [batch for batch in _batches(database, run_id) if batch.expected]
        source = _source(database.url) if batches else None
        return tuple(verdict for batch in batches for verdict in _asked(database, source, batch))


def blocked(checks: Iterable[words.Check]) -> dict[str, str]:
    """System -> why no rule may be asked of it. What fails for all systems at once blocks each system that the checks name."""
    checks = tuple(checks)
    systems = sorted({c.system for c in checks if c.system is not None})
    reasons: dict[str, list[str]] = {}
    for failed in (c for c in checks if c.blocking and not c.passed):
        for system in systems if failed.system is None else [failed.system]:
            reasons.setdefault(system, []).append(f"the quality gate failed: {failed.table}: expected that {failed.expectation}; observed {failed.observed}")
    return {system: "; ".join(why) for system, why in sorted(reasons.items())}


def _batches(database: dialect.Served, run_id: str) -> Iterator[Batch]:
    database.run(LEDGER)
    database.run(CELLS)
    as_of = next(iter(database.rows("SELECT max(as_of) FROM audit.main.runs WHERE run_id = ?", [run_id])))[0]
    logs = dict(database.rows("SELECT system, min(logs_from) FROM audit.main.systems GROUP BY system"))
    filled = {row[0]: row[1] for row in _filled(database, "queries", "system")}
    ledgers = [row[0] for row in database.rows("SELECT DISTINCT system FROM ledger ORDER BY system NULLS LAST")]
    for number, system in enumerate(sorted({*filled, *(s for s in ledgers if s is not None)})):
        if system in ledgers:
            yield _view(database, f"ledger_{number}", "ledger", system, _of_ledger(known=True))
            yield _view(database, f"cells_{number}", "cells", system, _of_cells())
        if system in filled:
            asked = (*_of_queries(logs.get(system), as_of), *_of_table("queries"))
            yield _view(database, f"queries_{number}", "queries", system, tuple(e for e in asked if filled[system].issuperset(e.columns())))
    if None in ledgers:
        yield _view(database, "ledger_rest", "ledger", None, _of_ledger(known=False))
    for table in (t for t in canonical() if t != "queries"):
        for _, columns in _filled(database, table, "true"):
            yield _view(database, f"all_{table}", table, None, tuple(e for e in _of_table(table) if columns.issuperset(e.columns())))


def _filled(database: dialect.Served, table: str, by: str) -> list[tuple[Any, set[str]]]:
    """For each value of `by` that has rows: the table's columns in which there is any value."""
    names = ["row_key", *(c.name for c in canonical()[table].columns)]
    counts = ", ".join(f'count("{name}")' for name in names)
    rows = database.rows(f"SELECT {by} AS part, {counts} FROM audit.main.{table} GROUP BY part ORDER BY part")
    return [(part, {name for name, n in zip(names, ns, strict=True) if n}) for part, *ns in rows]


def _view(database: dialect.Served, name: str, table: str, system: str | None, expected: tuple[Expected, ...]) -> Batch:
    own = table in {"ledger", "cells"}
    quoted = str(system).replace("'", "''")
    where = f"WHERE system = '{quoted}'" if system is not None else "WHERE system IS NULL" if own else ""
    database.run(f"CREATE VIEW {name} AS SELECT * FROM {'' if own else 'audit.main.'}{table} {where}")
    return Batch(name, {"ledger": "exports", "cells": "field_states"}.get(table, table), system, expected)


def _of_ledger(*, known: bool) -> tuple[Expected, ...]:
    """Over one row an export of a system. What cannot be laid to a system (`known` false) does not block one, but for our own arithmetic.

    A record of an export that serves several systems counts for each; rejected exports count as missing coverage, not as unread records.
    """
    share = """SELECT round(100.0 * sum(unread) / sum(concerned), 1) || ' % of ' || sum(concerned) || ' records' AS what, sum(unread)::BIGINT AS n
               FROM {batch} HAVING sum(unread) > 0 AND sum(unread) """
    path = "SELECT path AS what, 1 AS n FROM {batch} WHERE "
    sums, texts = {"column_A": "read", "column_B": "accounted"}, {"column_A": "rejected", "column_B": "reject_texts"}
    return (
        Expected("ColumnPairValuesToBeEqual", sums, "records read = kept + rejected + set aside + copies", blocking=True),
        Expected("ColumnPairValuesToBeEqual", texts, "every rejected record is kept with its text"),
        _rows(f"{share} >= {THIRD} * sum(concerned)", "less than a third of the records could not be read", blocking=known),
        _rows(f"{share} > {TOLERATED} * sum(concerned)", "at most 0.1 % of the records could not be read"),
        _rows(f"{path} outcome <> 'accepted' ORDER BY what", "every export could be used"),
        _rows(f"{path} read IN {CAPS + SHEET_CAPS} ORDER BY what", "no export stops at a row count at which portals and sheets cut"),
        _rows(f"{path} days_ahead > {DAYS_AHEAD} ORDER BY what", "no export ends more than a year after every other export"),
    )


def _of_cells() -> tuple[Expected, ...]:
    query = f"SELECT what, n FROM {{batch}} WHERE n > {TOLERATED} * row_count ORDER BY what"
    return (_rows(query, "at most 0.1 % of a column's cells could not be read"),)


def _of_queries(logs_from: dt.datetime | None, as_of: dt.datetime | None) -> tuple[Expected, ...]:
    times = {"column": "occurred_at", "min_value": EARLIEST, "max_value": LATEST, "strict_max": True}
    said = [
        Expected("ColumnValuesToBeBetween", {**times, "mostly": 1 - THIRD}, "at least two thirds of the times lie between 2000 and 2100", blocking=True),
        Expected("ColumnValuesToBeBetween", times, "every time lies between 2000 and 2100"),
        Expected("ColumnValuesToNotBeNull", {"column": "operator", "mostly": NAMED_OPERATORS}, "at least 95 % of the events say who made them"),
        Expected("ColumnValuesToBeInSet", {"column": "time_basis", "value_set": ["declared", "inferred"]}, "the time zone is declared or inferred"),
    ]
    for state in STATES:
        facts = {"column": state, "value_set": ["not_exported", "redacted", "truncated"]}
        said.append(Expected("ColumnValuesToNotBeInSet", facts, f"{state.removesuffix('_state')} was exported whole"))
    if logs_from is not None:
        said.append(Expected("ColumnValuesToBeBetween", {"column": "occurred_at", "min_value": logs_from}, "no event is older than the system's log"))
    if as_of is not None:
        late = {"column": "occurred_at", "max_value": as_of, "strict_max": True}
        said.append(Expected("ColumnValuesToBeBetween", late, "no event is later than the day that the night is asked as of"))
    return tuple(said)


def _of_table(table: str) -> Iterator[Expected]:
    """What the model itself says of a table: one row each, closed lists, bounds, order in time, rows that point to a known use.

    A repeated key, or a word of a required column that is not in its list, is a fault of this program: it blocks where it stands in `queries`.
    """
    ours = table == "queries"
    yield Expected("ColumnValuesToBeUnique", {"column": "row_key"}, "every row stands once", blocking=ours)
    for column in canonical()[table].columns:
        if column.words:
            facts = {"column": column.name, "value_set": list(column.words)}
            yield Expected("ColumnValuesToBeInSet", facts, f"{column.name} is one of its words", blocking=ours and column.required)
        if column.name in BOUNDS:
            low, high = BOUNDS[column.name]
            said = f"{column.name} lies between {low} and {high}" if high is not None else f"{column.name} is not below {low}"
            yield Expected("ColumnValuesToBeBetween", {"column": column.name, "min_value": low, "max_value": high}, said)
    for later, earlier, equal in ORDERED.get(table, ()):
        order: dict[str, Any] = {"column_A": later, "column_B": earlier, "or_equal": equal, "ignore_row_if": "either_value_is_missing"}
        yield Expected("ColumnPairValuesAToBeGreaterThanB", order, f"{later} is {'not below' if equal else 'above'} {earlier}")
    if not ours and any(c.name == "query_id" for c in canonical()[table].columns):
        yield _rows(ORPHANS, "every query_id is known")


def _rows(query: str, said: str, *, blocking: bool = False) -> Expected:
    return Expected("UnexpectedRows", {"unexpected_rows_query": query}, said, blocking=blocking)


def _great_expectations() -> Any:  # noqa: ANN401  Great Expectations has no types that are loaded here
    """The library, loaded only here: 3 s and 250 MB. It looks for Spark, whose client without a Spark beside it ends the process: it is not shown any."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    hidden = "pyspark" not in sys.modules
    if hidden:
        sys.modules["pyspark"] = None  # type: ignore[assignment]  # an import of it fails as if it were not installed
    try:
        import great_expectations as gx  # only where it is used
    finally:
        if hidden:
            del sys.modules["pyspark"]
    return gx


def _source(url: str) -> Any:  # noqa: ANN401  see _great_expectations
    context = _great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context.data_sources.add_sql("workspace", connection_string=url, create_temp_table=False)


def _asked(database: dialect.Served, source: Any, batch: Batch) -> list[words.Check]:  # noqa: ANN401  see _great_expectations
    gx = _great_expectations()
    suite = gx.ExpectationSuite(name=batch.name)
    for number, expected in enumerate(batch.expected):
        name = expected.kind + "Expectation" if expected.kind == "UnexpectedRows" else "Expect" + expected.kind
        suite.expectations.append(getattr(gx.expectations, name)(**expected.facts, meta={"number": number}))
    table = source.add_table_asset(batch.name, table_name=batch.name).add_batch_definition_whole_table("whole").get_batch()
    results = table.validate(suite, result_format={"result_format": "BASIC"}).results
    answers = {result.expectation_config.meta["number"]: result for result in results}
    return [_verdict(database, batch, expected, answers[number]) for number, expected in enumerate(batch.expected)]


def _verdict(database: dialect.Served, batch: Batch, expected: Expected, answer: Any) -> words.Check:  # noqa: ANN401  see _great_expectations
    facts = answer.result or {}
    passed = bool(facts) and bool(answer.success)
    if not facts:
        observed, unexpected = f"could not be asked: {_fault(answer.exception_info)}", 0
    elif expected.kind == "UnexpectedRows":
        found = [] if passed else database.rows(expected.facts["unexpected_rows_query"].replace("{batch}", batch.name))
        observed, unexpected = _names(found), sum(n for _, n in found)
    else:
        unexpected, total = facts["unexpected_count"], facts["element_count"] - facts.get("missing_count", 0)
        observed = f"{unexpected:,} of {total:,} not so" + (f" ({100 * unexpected / total:.3g} %)" if unexpected else "")
    return words.Check(batch.table, expected.words, passed, expected.blocking, observed, unexpected, batch.system)


def _names(found: list[tuple[str, int]]) -> str:
    told = "; ".join(f"{what}: {n:,}" if n != 1 else what for what, n in found[:SHOWN])
    return (told + (f"; and {len(found) - SHOWN:,} more" if len(found) > SHOWN else "")) or "as expected"


def _fault(info: Mapping[str, Any]) -> str:
    """The message in Great Expectations' exception_info, which is flat or one level deep."""
    flat = info if "exception_message" in info else next(iter(info.values()), {})
    return " ".join(str(flat.get("exception_message") or "no reason given").split())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations prints and warns; stdout is kept for data, and its warnings are about its own dependencies."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
