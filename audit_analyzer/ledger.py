"""What was read is set down: groups of exports land, are closed and made durable, in a thread of their own while the next ones are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from audit_analyzer import landing, readers, vault
from audit_analyzer.errors import AuditError
from audit_analyzer.fates import ASIDE, COPY, KEPT, REJECTED, REPLACED
from audit_analyzer.group import Known

if TYPE_CHECKING:
    import datetime as dt

    from audit_analyzer.group import Export, Group
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store
    from audit_analyzer.words import Ingested

PIECE = 10 * 2_048  # records that a thread of the engine takes at a time

KNOWN = """
SELECT e.export_id, e.source, e.read, e.kept, e.rejected, e.set_aside, e.copies, e.integrity, coalesce(r.outcome = 'interrupted' AND r.run_id <> ?, FALSE)
FROM exports AS e LEFT JOIN runs AS r USING (run_id) WHERE e.outcome = 'accepted'
"""

Span = tuple["dt.datetime | None", "dt.datetime | None"]


class Ledger:
    """Sets groups down, one at a time, in the order given; only its thread uses the store until `wait` returns.

    known: accepted exports of which the ledger has a line. results: what became of each export that is closed.
    """

    def __init__(self, store: Store, settings: Settings, run_id: str) -> None:
        self.store, self.settings, self.run_id = store, settings, run_id
        self.known: dict[str, Known] = {row[0]: Known(*row) for row in store.rows(KNOWN, [run_id])}
        self.results: list[Ingested] = []
        self.counts: dict[str, dict[int, int]] = {}  # of exports with rows in the open transaction
        self.thread = ThreadPoolExecutor(1, "ledger")
        self.running: Future[None] | None = None
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.shutdown()

    def put(self, group: Group, *, commit: bool) -> None:
        """Set down a group while the caller reads on; with commit, close its exports and make all of it durable. Raises what the group before ran into."""
        self.wait()
        self.running = self.thread.submit(self._set_down, group, commit)

    def wait(self) -> None:
        """Until what was put is set down; raises what it ran into."""
        if self.running is not None:
            running, self.running = self.running, None
            running.result()

    def abandon(self) -> None:
        """Undo what a large export had set down before it broke."""
        self.wait()
        self.store.run("ROLLBACK")
        self._begin()

    def end(self) -> None:
        """After the last group: no transaction is open any more."""
        self.wait()
        self.store.run("COMMIT")

    # --- in the ledger's thread

    def _begin(self) -> None:
        self.counts = {}
        landing.open_ledger(self.store)
        self.store.run("BEGIN TRANSACTION")

    def _set_down(self, group: Group, commit: bool) -> None:
        import numpy as np
        import pyarrow as pa

        self._insert_rejects(group)
        for export_id, why in group.asides:
            self.store.run("INSERT INTO set_aside VALUES (?, '/', ?)", [export_id, why])
            self._count(export_id, ASIDE, 1)
        while group.batches:
            to = next(iter(group.batches))
            # small files come in small pieces, which the engine reads slowly
            batch = pa.concat_tables(group.batches.pop(to)).unify_dictionaries().combine_chunks()
            batch = batch.append_column("n", pa.array(np.arange(batch.num_rows)))
            batch = pa.Table.from_batches(batch.to_batches(max_chunksize=PIECE))
            for export_id, fate, count in to.land(batch):
                self._count(export_id, fate, count)
        if commit:
            lines = self._closed(group.exports)
            self._fill_raw()
            self._write(group, lines)
            self._commit(group)
            self.store.run("BEGIN TRANSACTION")

    def _count(self, export_id: str, fate: int, count: int) -> None:
        counts = self.counts.get(export_id)
        if fate != REPLACED:
            counts = self.counts.setdefault(export_id, dict.fromkeys((KEPT, COPY, REJECTED, ASIDE), 0))
            counts[fate] += count
        elif counts:
            counts[KEPT] -= count
            counts[COPY] += count
        else:
            self.store.run("UPDATE exports SET kept = kept - ?, copies = copies + ? WHERE export_id = ?", [count, count, export_id])

    def _insert_rejects(self, group: Group) -> None:
        import pyarrow as pa

        if not group.rejects:
            return
        names = ("export_id", "record", "byte_offset", "byte_length", "reason", "raw")
        types = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.string(), pa.binary())
        columns = [pa.array(values, kind) for values, kind in zip(zip(*group.rejects, strict=True), types, strict=True)]
        with self.store.lent("rejected_now", pa.table(dict(zip(names, columns, strict=True)))):
            self.store.run("INSERT INTO rejects SELECT * FROM rejected_now")
        for row in group.rejects:
            self._count(row[0], REJECTED, 1)

    def _closed(self, exports: Sequence[Export]) -> list[dict[str, object]]:
        """The ledger's line of each export, after the sum was checked."""
        landing.close_ledger(self.store)
        spans: dict[str, Span] = {e: (a, b) for e, a, b in self.store.rows("SELECT export_id, min(first), max(last) FROM spans GROUP BY export_id")}
        self.store.run("DELETE FROM spans")
        lines = []
        for export in exports:
            if not export.again and export.outcome == "accepted":
                export.counts |= self.counts.get(export.export_id, {})
                if export.read != sum(export.counts.values()):
                    raise AuditError(
                        f"the ledger does not add up: {export.read} records read, {export.counts} accounted for", export.shown, "report this: it is a defect"
                    )
            told = export.ingested()
            self.results.append(told)
            if not export.again:
                lines.append(self._line(export, told, spans.get(export.export_id, (None, None))))
        self.counts = {}
        return lines

    def _line(self, export: Export, told: Ingested, span: Span) -> dict[str, object]:
        at = export.circumstances
        return {
            "export_id": export.export_id, "path": export.shown, "container": export.container, "bytes": export.bytes, "source": export.source,
            "system": at.system if at else None, "zone": at.zone if at else None, "zone_basis": at.zone_basis if at else None,
            "outcome": told.outcome, "reason": told.reason, "period_from": span[0], "period_to": span[1], "read": told.read, "kept": told.kept,
            "rejected": told.rejected, "set_aside": told.set_aside, "copies": told.copies, "content_sha256": None, "integrity": told.integrity,
            "columns_unknown": list(export.unknown) or None, "run_id": self.run_id,
        }  # fmt: skip

    def _write(self, group: Group, lines: Sequence[dict[str, object]]) -> None:
        """Write the closed exports down, in place of what an earlier attempt at the same file said."""
        import pyarrow as pa

        if group.opened:  # what an earlier run could not copy or open; an archive's own row gives way to those of its members
            columns = dict(zip(("export_id", "path"), zip(*group.opened, strict=True), strict=True))
            with self.store.lent("opened_now", pa.table({name: list(values) for name, values in columns.items()})):
                self.store.run(
                    "DELETE FROM exports WHERE (export_id = '' AND path IN (SELECT path FROM opened_now)) "
                    "OR (outcome = 'failed' AND (export_id, path) IN (SELECT (export_id, path) FROM opened_now))"
                )
        if lines:
            at = pa.timestamp("us", "UTC")
            kinds = {"period_from": at, "period_to": at, "columns_unknown": pa.list_(pa.string())}
            counts = ("bytes", "read", "kept", "rejected", "set_aside", "copies")
            fields = [(name, kinds.get(name, pa.int64() if name in counts else pa.string())) for name in lines[0]]
            with self.store.lent("closed_now", pa.Table.from_pylist(list(lines), schema=pa.schema(fields))):
                self.store.run("DELETE FROM exports WHERE (export_id, path) IN (SELECT (export_id, path) FROM closed_now)")
                self.store.run("INSERT INTO exports BY NAME SELECT * FROM closed_now")
        adopted = [e.export_id for e in group.exports if e.adopted]
        if adopted:
            self.store.run("UPDATE exports SET run_id = ? WHERE export_id IN (SELECT unnest(?::VARCHAR[]))", [self.run_id, adopted])
        if group.exports:
            handed = [(e.export_id, e.shown, self.run_id, e.again is not None and not e.adopted) for e in group.exports]
            columns = dict(zip(("export_id", "path", "run_id", "known"), zip(*handed, strict=True), strict=True))
            with self.store.lent("handed_now", pa.table({name: list(values) for name, values in columns.items()})):
                self.store.run("INSERT INTO deliveries BY NAME SELECT * FROM handed_now")

    def _commit(self, group: Group) -> None:
        vault.note(self.settings.vault, group.noted)
        os.sync()  # the vault's copies first: rows must never outlive the bytes that they came from
        try:
            self.store.run("COMMIT")
        except Exception as error:
            self.store.close()
            raise AuditError(f"a commit failed: {error}", str(self.settings.database), "free disk space and run the same command again") from error
        for export in group.exports:
            if export.outcome == "accepted" and not export.again:
                kept, rejected, aside, copies = (export.counts[fate] for fate in (KEPT, REJECTED, ASIDE, COPY))
                self.known[export.export_id] = Known(
                    export.export_id, export.source, export.read, kept, rejected, aside, copies, "file-hash-only", unfinished=False
                )

    def _fill_raw(self) -> None:
        """Give the rejects of rows of text their bytes as written, in one pass over each file."""
        import pyarrow as pa

        wanted: dict[str, list[tuple[int, int]]] = {}
        for export_id, start, size in self.store.rows(
            "SELECT export_id, byte_offset, byte_length FROM rejects WHERE raw IS NULL AND byte_offset IS NOT NULL AND byte_length IS NOT NULL ORDER BY ALL"
        ):
            wanted.setdefault(export_id, []).append((start, size))
        for export_id, places in wanted.items():
            found = readers.records_bytes(vault.place(self.settings.vault, export_id), places, self.settings.limits)
            rows = pa.table({"start": pa.array([p[0] for p in places], pa.int64()), "found": pa.array(list(found), pa.binary())})
            with self.store.lent("found_now", rows):
                self.store.run(
                    "UPDATE rejects SET raw = f.found FROM found_now f WHERE rejects.export_id = ? AND rejects.raw IS NULL AND rejects.byte_offset = f.start",
                    [export_id],
                )
