"""One batch of records into the canonical tables: staged, told apart from what is known already, and every record accounted for."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from audit_analyzer import casts
from audit_analyzer.staging import IDS, STATED, Staging, select, text_of, typed_columns
from audit_analyzer.store import Store, Table, canonical

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from audit_analyzer.sources import Filling

KEPT, COPY, REJECTED, ASIDE = 3, 2, 1, 0  # what becomes of a record; the highest that any table says
REPLACED = -1  # not a fate of this batch: rows kept earlier that a declared replacement turned into copies
LARGE = 2_000_000  # rows from which on known uses are looked for within the batch's own time range; settle.twins() looks at the rest
CLEAN = "wrong IS NULL AND rowid NOT IN (SELECT rid FROM twins)"


@dataclasses.dataclass(slots=True, eq=False)
class Landing:
    """Where the batches of one kind of export are set down."""

    store: Store
    staging: Staging

    def land(self, batch: pa.Table) -> list[tuple[str, int, int]]:
        """Set down one batch (columns n, export_id, record, offset, length and raw or c0…). Returns (export_id, fate, records)."""
        source = self.staging.source
        kind = "TABLE" if len(source.fillings) + bool(source.set_aside) > 1 else "VIEW"
        with self.store.lent("batch", batch):
            self.store.run(f"CREATE OR REPLACE TEMP {kind} records AS {self.staging.records()}")
            self.store.run("CREATE OR REPLACE TEMP TABLE fate (n BIGINT, code TINYINT, why VARCHAR); CREATE OR REPLACE TEMP TABLE replaced (export_id VARCHAR)")
            for filling in source.fillings:
                self._fill(filling)
            if source.set_aside:
                aside, _ = select(source.set_aside, str(source.path))
                self.store.insert("fate", f"SELECT n, {ASIDE}, reason FROM ({aside})")
            fates = self._fates()
            self.store.run(f"DROP {kind} records")
        return fates + [(export, REPLACED, count) for export, count in self.store.rows("SELECT export_id, count(*) FROM replaced GROUP BY ALL ORDER BY ALL")]

    def _fill(self, filling: Filling) -> None:
        selected, outputs = select(filling.sql, str(self.staging.source.path))
        if filling.table == "deletions":
            self._fill_deletions(selected)
            return
        table = canonical()[filling.table]
        self.store.run(f"CREATE OR REPLACE TEMP TABLE cells AS {self.staging.cells(selected, table, outputs)}")
        listed = [c.name for c in table.columns if c.name in outputs]
        counts = self.store.rows(f"SELECT {', '.join(f'count(t_{name})' for name in listed)} FROM cells")[0]
        filled = {name for name, count in zip(listed, counts, strict=True) if count}
        self.store.run(f"CREATE OR REPLACE TEMP TABLE staged AS {self.staging.staged(table, outputs, filled)}")
        self._tally(table, outputs)
        self.store.insert("fate", f"SELECT n, {REJECTED}, {text_of(table.name + '.')} || wrong FROM staged WHERE wrong IS NOT NULL")
        self._tell_twins(table)
        names = ", ".join([c.name for c in table.columns] + ["export_id", "record", "row_key", "row_hash"])
        self.store.insert(f"{table.name} ({names})", f"SELECT {names} FROM staged WHERE {CLEAN}")
        self.store.insert("fate", f"SELECT n, {KEPT}, NULL FROM staged WHERE {CLEAN}")
        self._issues(table, filled)

    def _fill_deletions(self, selected: str) -> None:
        at = self.staging.circumstances
        when = casts.instant("t.deleted_at::VARCHAR", "occurred_at", at.zone, self.staging.source.clock.formats)
        self.store.insert(
            "deletions",
            f"SELECT coalesce(t.system, {text_of(at.system)}), t.item_id, t.gallery, {when}, t.export_id, t.record "
            f"FROM ({selected}) t WHERE {when} IS NOT NULL AND coalesce(t.item_id, t.gallery) IS NOT NULL",
        )

    def _tell_twins(self, table: Table) -> None:
        """Rows whose key stands in the store, or earlier in this batch: an exact copy, or a revision with other values."""
        self.store.run(
            "CREATE OR REPLACE TEMP TABLE twins AS "
            "WITH known AS (SELECT s.rowid AS rid, s.n, o.row_hash AS first_hash, false AS replaced FROM staged s "
            f"JOIN {table.name} o ON o.row_key = s.row_key{self._window(table)} WHERE s.wrong IS NULL), "
            "again AS (SELECT row_key FROM staged WHERE wrong IS NULL GROUP BY row_key HAVING count(*) > 1), "
            "within AS (SELECT s.rowid AS rid, s.n, first_value(s.row_hash) OVER w AS first_hash, "
            "first_value(s.supersedes) OVER w AND NOT s.supersedes AS replaced, row_number() OVER w AS place "
            "FROM staged s JOIN again USING (row_key) WHERE s.wrong IS NULL WINDOW w AS (PARTITION BY s.row_key ORDER BY s.supersedes DESC, s.n, s.rowid)) "
            "SELECT rid, n, any_value(first_hash) AS first_hash, any_value(replaced) AS replaced FROM (SELECT rid, n, first_hash, replaced FROM known "
            "UNION ALL SELECT rid, n, first_hash, replaced FROM within WHERE place > 1 AND rid NOT IN (SELECT rid FROM known)) GROUP BY rid, n"
        )
        if not self.store.value("SELECT count(*) FROM twins"):
            return
        if table.name == "queries":
            self._supersede(table)
        own = IDS.get(table.name, (None,))[-1]
        version = _version(table, "s")
        kind = "CASE WHEN s.row_hash = w.first_hash THEN 'copy' WHEN w.replaced THEN 'superseded' ELSE 'revision' END"
        system = "s.system" if any(c.name == "system" for c in table.columns) else "NULL"
        self.store.insert(
            "copies",
            f"SELECT s.export_id, s.record, {text_of(table.name)}, s.row_key, s.row_hash, "
            f"{kind}, {'s.' + own if own else 'NULL'}, {system}, "
            f"CASE WHEN s.row_hash = w.first_hash THEN NULL ELSE {version} END FROM twins w JOIN staged s ON s.rowid = w.rid ORDER BY w.rid",
        )
        self.store.insert("fate", f"SELECT n, {COPY}, NULL FROM twins")

    def _supersede(self, table: Table) -> None:
        """A record that its source declares to replace an earlier one takes its place; the earlier version is kept in `copies`."""
        self.store.run(
            "CREATE OR REPLACE TEMP TABLE newer AS SELECT s.row_key, min(s.rowid) AS rid, arg_min(s.row_hash, s.rowid) AS row_hash "
            "FROM twins w JOIN staged s ON s.rowid = w.rid JOIN queries o ON o.row_key = s.row_key "
            "WHERE s.supersedes AND s.row_hash <> o.row_hash GROUP BY s.row_key"
        )
        if not self.store.value("SELECT count(*) FROM newer"):
            return
        self.store.run(
            "INSERT INTO replaced SELECT export_id FROM queries WHERE row_key IN (SELECT row_key FROM newer); "
            f"INSERT INTO copies SELECT o.export_id, o.record, 'queries', o.row_key, o.row_hash, 'superseded', o.query_id, o.system, {_version(table, 'o')} "
            "FROM queries o WHERE o.row_key IN (SELECT row_key FROM newer); DELETE FROM queries WHERE row_key IN (SELECT row_key FROM newer); "
            "DELETE FROM twins WHERE rid IN (SELECT rid FROM newer); "
            "UPDATE twins SET first_hash = x.row_hash, replaced = NOT x.supersedes "
            "FROM (SELECT s.rowid AS rid, m.row_hash, s.supersedes FROM staged s JOIN newer m USING (row_key)) x WHERE twins.rid = x.rid"
        )

    def _window(self, table: Table) -> str:
        if table.name != "queries" or (self.store.value("SELECT count(*) FROM queries") or 0) < LARGE:
            return ""
        low, high = self.store.rows("SELECT min(occurred_at), max(occurred_at) FROM staged")[0]
        return f" AND o.occurred_at BETWEEN {text_of(low.isoformat())}::TIMESTAMPTZ AND {text_of(high.isoformat())}::TIMESTAMPTZ" if low else ""

    def _tally(self, table: Table, outputs: Mapping[str, exp.Expression]) -> None:
        """Per export and column: rows, filled cells, unreadable cells; a stated column that is blacked out in every row is `redacted`."""
        bits = {c.name: i for i, c in typed_columns(table, outputs)}
        counts = [f"count({c.name}) AS f{i}" for i, c in enumerate(table.columns)]
        counts += [f"count(*) FILTER (WHERE (bad & {1 << i}::HUGEINT) <> 0) AS b{i}" for i in bits.values()]
        stated = STATED if table.name == "queries" else ()
        counts += [f"count(*) FILTER (WHERE {name}_state = 'redacted') AS r_{name}" for name in stated]
        system = "any_value(system)" if any(c.name == "system" for c in table.columns) else "NULL::VARCHAR"
        self.store.run(
            f"CREATE OR REPLACE TEMP TABLE wide AS SELECT export_id, {system} AS system, count(*) AS total, {', '.join(counts)} "
            "FROM staged WHERE wrong IS NULL GROUP BY export_id"
        )
        lines = []
        for i, column in enumerate(table.columns):
            state = text_of(self.staging.column_state(table, column.name, outputs))
            if state == "'not_exported'":
                state = f"CASE WHEN f{i} > 0 AND {not self.staging.rows_of_text} THEN 'exported' ELSE 'not_exported' END"
            if column.name in stated:
                state = f"CASE WHEN f{i} = 0 AND r_{column.name} > 0 THEN 'redacted' ELSE {state} END"
            unreadable = f"b{i}" if column.name in bits else "0"
            lines.append(f"SELECT export_id, {text_of(table.name)}, {text_of(column.name)}, system, {state}, total, f{i}, {unreadable} FROM wide")
        self.store.insert("tally", " UNION ALL ".join(lines))
        if any(c.name == "occurred_at" for c in table.columns):
            self.store.insert("spans", "SELECT export_id, min(occurred_at), max(occurred_at) FROM staged WHERE wrong IS NULL GROUP BY export_id")

    def _issues(self, table: Table, filled: Collection[str]) -> None:
        """Cells whose text is not a value of their type, and local times that the clock shows twice or never."""
        if self.store.value("SELECT count(*) FROM staged WHERE bad <> 0 AND wrong IS NULL"):
            for i, column in typed_columns(table, filled):
                said = f"not one of {', '.join(column.words)}" if column.words else f"not a {column.type} within its bounds"
                self.store.insert(
                    "field_issues",
                    f"SELECT s.export_id, s.record, {text_of(table.name)}, {text_of(column.name)}, left(c.t_{column.name}, 4000), "
                    f"{text_of(said)} FROM staged s JOIN cells c ON c.rowid = s.cell "
                    f"WHERE s.wrong IS NULL AND (s.bad & {1 << i}::HUGEINT) <> 0 ORDER BY s.rowid",
                )
        zone, formats = self.staging.circumstances.zone, self.staging.source.clock.formats
        if table.name == "queries" and zone not in {"UTC", "Etc/UTC"}:
            self.store.insert(
                "field_issues",
                "SELECT s.export_id, s.record, 'queries', 'occurred_at', occurred_at_raw, "
                "'the clock shows this local time twice, or never: it may be an hour off' FROM staged s JOIN cells c ON c.rowid = s.cell WHERE wrong IS NULL "
                f"AND NOT {casts.has_offset('t_occurred_at', formats)} AND {casts.repeated_or_skipped('occurred_at', 't_occurred_at', zone, formats)}",
            )

    def _fates(self) -> list[tuple[str, int, int]]:
        """One fate for each record: kept before copy before reject before set aside; a record that nothing took is a reject."""
        untaken = text_of(f"no SELECT of source {self.staging.source.name} took this record")
        self.store.run(
            "CREATE OR REPLACE TEMP TABLE fates AS SELECT b.n, b.export_id, b.record, b.offset AS place, b.length AS size, "
            f"coalesce(f.code, {REJECTED}) AS code, coalesce(f.why, {untaken}) AS why "
            "FROM batch b LEFT JOIN (SELECT n, max(code) AS code, arg_max(why, code) AS why FROM fate GROUP BY n) f ON f.n = b.n"
        )
        self.store.insert("set_aside", f"SELECT export_id, record, why FROM fates WHERE code = {ASIDE} ORDER BY n")
        raw = "NULL::BLOB" if self.staging.rows_of_text else "encode(b.raw)"
        self.store.insert(
            "rejects",
            f"SELECT f.export_id, f.record, f.place, f.size, f.why, {raw} FROM fates f JOIN batch b ON b.n = f.n WHERE f.code = {REJECTED} ORDER BY f.n",
        )
        self.store.insert(
            "field_issues",
            "SELECT f.export_id, f.record, split_part(x.why, '.', 1), split_part(split_part(x.why, '.', 2), ':', 1), NULL, x.why "
            f"FROM fates f JOIN fate x ON x.n = f.n WHERE f.code > {REJECTED} AND x.code = {REJECTED} ORDER BY f.n",
        )
        return [(e, c, k) for e, c, k in self.store.rows("SELECT export_id, code, count(*) FROM fates GROUP BY ALL ORDER BY ALL")]


def _version(table: Table, row: str) -> str:
    """A row's values as JSON text."""
    return "to_json({" + ", ".join(f"{text_of(c.name)}: {row}.{c.name}" for c in table.columns) + "})::VARCHAR"


def open_ledger(store: Store) -> None:
    """The temporary ledger of this intake: per export and column, summed up when exports are closed."""
    store.run(
        "CREATE OR REPLACE TEMP TABLE tally (export_id VARCHAR, table_name VARCHAR, column_name VARCHAR, system VARCHAR, state VARCHAR, "
        "row_count BIGINT, filled BIGINT, unreadable BIGINT); CREATE OR REPLACE TEMP TABLE spans (export_id VARCHAR, first TIMESTAMPTZ, last TIMESTAMPTZ)"
    )


def close_ledger(store: Store) -> None:
    """Sum the tally up into field_states, and empty it."""
    store.insert(
        "field_states",
        "SELECT export_id, table_name, column_name, any_value(system), max(state), sum(row_count), sum(filled), sum(unreadable) "
        "FROM tally GROUP BY export_id, table_name, column_name ORDER BY export_id, table_name, column_name",
    )
    store.run("DELETE FROM tally")
