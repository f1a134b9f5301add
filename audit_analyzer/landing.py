"""One batch of records into the canonical tables: staged, told apart from what is known already, and every record accounted for."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from audit_analyzer import casts
from audit_analyzer.errors import SourceError
from audit_analyzer.fates import ASIDE, COPY, KEPT, REJECTED, REPLACED, Fates
from audit_analyzer.staging import IDS, STATED, Staging, select, text_of, typed_columns
from audit_analyzer.store import WRONG_SQL, Store, Table, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from sqlglot import exp

    from audit_analyzer.sources import Filling

LARGE = 2_000_000  # rows from which on known uses are looked for within the batch's own time range; settle.twins() looks at the rest
CLEAN = "wrong IS NULL AND rid NOT IN (SELECT rid FROM twins)"


@dataclasses.dataclass(slots=True, eq=False)
class Landing:
    """Where the batches of one kind of export are set down.

    What is worked out on the way is held as Arrow tables: temporary tables of the engine would stay in memory until the transaction of a large export ends.
    """

    store: Store
    staging: Staging

    def land(self, batch: pa.Table) -> list[tuple[str, int, int]]:
        """Set down one batch (columns n, export_id, record, offset, length and raw or c0…). Returns (export_id, fate, records)."""
        source = self.staging.source
        fates, replaced = Fates(batch.num_rows), collections.Counter[str]()
        with self.store.lent("batch", batch), self._records(several=len(source.fillings) + bool(source.set_aside) > 1) as records:
            for filling in source.fillings:
                self._fill(filling, records, fates, replaced)
            if source.set_aside:
                aside, _ = select(source.set_aside, str(source.path))
                fates.say(ASIDE, self._asked(f"{records} SELECT n, reason AS why FROM ({aside})", "[set_aside]"))
            fates.leave(f"no SELECT of source {source.name} took this record")
            self._write_fates(fates)
        return fates.counts(batch.column("export_id")) + [(export, REPLACED, count) for export, count in sorted(replaced.items())]

    @contextlib.contextmanager
    def _records(self, *, several: bool) -> Iterator[str]:
        """What stands before a SELECT that reads `records`; where several SELECTs do, they are made once."""
        if several:
            with self.store.lent("records", self._asked(self.staging.records(), "[fields] or [prepare]")):
                yield ""
        else:
            yield f"WITH records AS ({self.staging.records()})"

    def _asked(self, sql: str, section: str) -> pa.Table:
        """Rows of a SELECT that a source has written. Raises SourceError where the engine does not understand it."""
        try:
            return self.store.exact(sql)
        except WRONG_SQL as error:
            said = str(error).split("\n", 1)[0]
            raise SourceError(
                f"its SQL cannot be asked: {said}", f"{self.staging.source.path} {section}", "mend the source, then run the same command again"
            ) from None

    def _fill(self, filling: Filling, records: str, fates: Fates, replaced: collections.Counter[str]) -> None:
        selected, outputs = select(filling.sql, str(self.staging.source.path))
        if filling.table == "deletions":
            self._fill_deletions(f"{records} {selected}")
            return
        table = canonical()[filling.table]
        cells = numbered(self._asked(f"{records} {self.staging.cells(selected, table, outputs)}", f"[[table]] {table.name}"), "cell")
        filled = {c.name for c in table.columns if c.name in outputs and cells.column(f"t_{c.name}").null_count < cells.num_rows}
        with self.store.lent("cells", cells):
            staged = numbered(self.store.exact(self.staging.staged(table, outputs, filled)), "rid")
            with self.store.lent("staged", staged):
                self._set_down(table, outputs, filled, fates, replaced)

    def _set_down(self, table: Table, outputs: Mapping[str, exp.Expression], filled: Collection[str], fates: Fates, replaced: collections.Counter[str]) -> None:
        self._tally(table, outputs)
        fates.say(REJECTED, self.store.exact(f"SELECT n, {text_of(table.name + '.')} || wrong AS why FROM staged WHERE wrong IS NOT NULL"))
        twins = self._twins(table)
        if twins.num_rows and table.name == "queries":
            twins = self._supersede(twins, replaced)
        with self.store.lent("twins", twins):
            if twins.num_rows:
                self._copies(table)
                fates.say(COPY, twins.select(["n"]))
            names = ", ".join([c.name for c in table.columns] + ["export_id", "record", "row_key", "row_hash"])
            with self.store.one_thread():  # several make row groups of their own, which are put together and compressed once more
                self.store.insert(f"{table.name} ({names})", f"SELECT {names} FROM staged WHERE {CLEAN}")
            if "supersedes" in outputs:
                self.store.insert("corrections", f"SELECT row_key FROM staged WHERE supersedes AND {CLEAN}")
            fates.say(KEPT, self.store.exact(f"SELECT n FROM staged WHERE {CLEAN}"))
        self._issues(table, filled)

    def _fill_deletions(self, selected: str) -> None:
        at = self.staging.circumstances
        when = casts.instant("t.deleted_at::VARCHAR", "occurred_at", at.zone, self.staging.source.clock.formats)
        with self.store.lent("gone", self._asked(selected, "[[table]] deletions")):
            self.store.insert(
                "deletions",
                f"SELECT coalesce(t.system, {text_of(at.system)}), t.item_id, t.gallery, {when}, t.export_id, t.record "
                f"FROM gone t WHERE {when} IS NOT NULL AND coalesce(t.item_id, t.gallery) IS NOT NULL",
            )

    def _twins(self, table: Table) -> pa.Table:
        """Rows whose key stands in the store, or earlier in this batch: an exact copy, a revision with other values, or what a correction replaced."""
        corrected = "NOT s.supersedes AND s.row_key IN (SELECT row_key FROM corrections)" if table.name == "queries" else "false"
        return self.store.exact(
            f"WITH known AS (SELECT s.rid, s.n, o.row_hash AS first_hash, {corrected} AS replaced FROM staged s "
            f"JOIN {table.name} o ON o.row_key = s.row_key{self._window(table)} WHERE s.wrong IS NULL), "
            "again AS (SELECT row_key FROM staged WHERE wrong IS NULL GROUP BY row_key HAVING count(*) > 1), "
            "within AS (SELECT s.rid, s.n, first_value(s.row_hash) OVER w AS first_hash, "
            "first_value(s.supersedes) OVER w AND NOT s.supersedes AS replaced, row_number() OVER w AS place "
            "FROM staged s JOIN again USING (row_key) WHERE s.wrong IS NULL WINDOW w AS (PARTITION BY s.row_key ORDER BY s.supersedes DESC, s.n, s.rid)) "
            "SELECT rid, n, any_value(first_hash) AS first_hash, any_value(replaced) AS replaced FROM (SELECT rid, n, first_hash, replaced FROM known "
            "UNION ALL SELECT rid, n, first_hash, replaced FROM within WHERE place > 1 AND rid NOT IN (SELECT rid FROM known)) GROUP BY rid, n"
        )

    def _copies(self, table: Table) -> None:
        own = IDS.get(table.name, (None,))[-1]
        version = _version(table, "s")
        kind = "CASE WHEN s.row_hash = w.first_hash THEN 'copy' WHEN w.replaced THEN 'superseded' ELSE 'revision' END"
        system = "s.system" if any(c.name == "system" for c in table.columns) else "NULL"
        self.store.insert(
            "copies",
            f"SELECT s.export_id, s.record, {text_of(table.name)}, s.row_key, s.row_hash, "
            f"{kind}, {'s.' + own if own else 'NULL'}, {system}, "
            f"CASE WHEN s.row_hash = w.first_hash THEN NULL ELSE {version} END FROM twins w JOIN staged s ON s.rid = w.rid ORDER BY w.rid",
        )

    def _supersede(self, twins: pa.Table, replaced: collections.Counter[str]) -> pa.Table:
        """A record that its source declares to replace an earlier one takes its place; the earlier one goes into `copies`. Returns the twins that are left."""
        with self.store.lent("twins", twins):
            newer = self.store.exact(
                "SELECT s.row_key, min(s.rid) AS rid, arg_min(s.row_hash, s.rid) AS row_hash "
                "FROM twins w JOIN staged s ON s.rid = w.rid JOIN queries o ON o.row_key = s.row_key "
                "WHERE s.supersedes AND s.row_hash <> o.row_hash GROUP BY s.row_key"
            )
            if not newer.num_rows:
                return twins
            version = _version(canonical()["queries"], "o")
            with self.store.lent("newer", newer):
                replaced.update(
                    dict(self.store.rows("SELECT export_id, count(*) FROM queries WHERE row_key IN (SELECT row_key FROM newer) GROUP BY export_id"))
                )
                self.store.run(
                    f"INSERT INTO copies SELECT o.export_id, o.record, 'queries', o.row_key, o.row_hash, 'superseded', o.query_id, o.system, {version} "
                    "FROM queries o WHERE o.row_key IN (SELECT row_key FROM newer); DELETE FROM queries WHERE row_key IN (SELECT row_key FROM newer)"
                )
                return self.store.exact(
                    "SELECT w.rid, w.n, coalesce(x.row_hash, w.first_hash) AS first_hash, coalesce(NOT x.supersedes, w.replaced) AS replaced FROM twins w "
                    "LEFT JOIN (SELECT s.rid, m.row_hash, s.supersedes FROM staged s JOIN newer m USING (row_key)) x ON x.rid = w.rid "
                    "WHERE w.rid NOT IN (SELECT rid FROM newer)"
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
        wide = self.store.exact(
            f"SELECT export_id, {system} AS system, count(*) AS total, {', '.join(counts)} FROM staged WHERE wrong IS NULL GROUP BY export_id"
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
        with self.store.lent("wide", wide):
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
                    f"{text_of(said)} FROM staged s JOIN cells c ON c.cell = s.cell "
                    f"WHERE s.wrong IS NULL AND (s.bad & {1 << i}::HUGEINT) <> 0 ORDER BY s.rid",
                )
        zone, formats = self.staging.circumstances.zone, self.staging.source.clock.formats
        if table.name == "queries" and zone not in {"UTC", "Etc/UTC"}:
            self.store.insert(
                "field_issues",
                "SELECT s.export_id, s.record, 'queries', 'occurred_at', occurred_at_raw, "
                "'the clock shows this local time twice, or never: it may be off by what the clock was turned' "
                "FROM staged s JOIN cells c ON c.cell = s.cell WHERE wrong IS NULL "
                f"AND NOT {casts.has_offset('t_occurred_at', formats)} AND {casts.repeated_or_skipped('occurred_at', 't_occurred_at', zone, formats)}",
            )

    def _write_fates(self, fates: Fates) -> None:
        """Records that are set aside or rejected, and what a table refused of those that another one kept."""
        import pyarrow as pa

        def told(rows: list[tuple[int, str]]) -> pa.Table:
            return pa.table({"n": pa.array([n for n, _ in rows], pa.int64()), "why": pa.array([why for _, why in rows], pa.string())})

        aside = sorted((n, why) for n, why in fates.why.items() if fates.codes[n] == ASIDE)
        rejected = sorted((n, why) for n, why in fates.why.items() if fates.codes[n] == REJECTED)
        beside = sorted((n, why) for n, why in fates.refused if fates.codes[n] > REJECTED)
        raw = self.staging.raw("b")
        for into, rows, values in (
            ("set_aside", aside, "b.export_id, b.record, f.why"),
            ("rejects", rejected, f"b.export_id, b.record, b.offset, b.length, f.why, {raw}"),
            ("field_issues", beside, "b.export_id, b.record, split_part(f.why, '.', 1), split_part(split_part(f.why, '.', 2), ':', 1), NULL, f.why"),
        ):
            if rows:
                with self.store.lent("fates", told(rows)):
                    self.store.insert(into, f"SELECT {values} FROM fates f JOIN batch b ON b.n = f.n ORDER BY f.n")


def numbered(table: pa.Table, name: str) -> pa.Table:
    """The table with the number of each row in one more column."""
    import numpy as np
    import pyarrow as pa

    return table.append_column(name, pa.array(np.arange(table.num_rows)))


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
