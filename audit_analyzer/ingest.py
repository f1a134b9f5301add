"""An export in; canonical rows, rejects, set-asides and copies out: nothing lost, and the sum checked after every file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audit_analyzer import landing, readers, settle, sources, vault
from audit_analyzer.digests import recognise
from audit_analyzer.errors import AuditError, ExportFailed, ExportRejected, SourceError
from audit_analyzer.integrity import INTEGRITY
from audit_analyzer.landing import ASIDE, COPY, KEPT, REJECTED, REPLACED, Landing
from audit_analyzer.staging import Circumstances, Staging
from audit_analyzer.words import Ingested

if TYPE_CHECKING:
    import pyarrow as pa

    from audit_analyzer.readers import Part
    from audit_analyzer.settings import Delivery, Settings
    from audit_analyzer.sources import Claim, Source
    from audit_analyzer.store import Store
    from audit_analyzer.words import Rejected

SMALL = 64 * 2**20  # exports up to this size are read whole before any of their rows are set down, and share a transaction
FLUSH = 64 * 2**20  # bytes of records that are set down in one go
NO_EXPORT = "none"  # a [[delivery]] with this source declares files that are no exports

Progress = Callable[[str, int, int], None]  # name, files done, files in all


@dataclasses.dataclass(slots=True)
class Export:
    """One export on its way in."""

    export_id: str
    shown: str
    path: Path
    bytes: int
    delivery: Delivery
    container: str | None = None
    source: str | None = None
    circumstances: Circumstances | None = None
    counts: dict[int, int] = dataclasses.field(default_factory=lambda: dict.fromkeys((KEPT, COPY, REJECTED, ASIDE), 0))
    read: int = 0
    unknown: tuple[str, ...] = ()
    outcome: str = "accepted"
    reason: str | None = None

    def ingested(self) -> Ingested:
        """What became of it. A refused export is used for nothing: its counts are zero."""
        counts = self.counts if self.outcome == "accepted" else dict.fromkeys(self.counts, 0)
        return Ingested(
            export=self.export_id,
            file=self.shown,
            source=self.source,
            outcome=self.outcome,  # type: ignore[arg-type]
            reason=self.reason,
            read=self.read if self.outcome == "accepted" else 0,
            kept=counts[KEPT],
            rejected=counts[REJECTED],
            set_aside=counts[ASIDE],
            copies=counts[COPY],
        )


def ingest(
    store: Store, settings: Settings, delivered: Sequence[vault.Delivered], run_id: str, forced: str | None = None, progress: Progress | None = None
) -> list[Ingested]:
    """Read every export of the files and archives handed over (see vault.walk); one bad file never stops the others."""
    vault.sweep(settings.vault)
    settings.vault.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(
        prefix=vault.INCOMING, dir=settings.vault
    ) as folder:  # one for all: of each file its own costs more than reading a small one
        intake = Intake(store, settings, run_id, forced, Path(folder))
        intake.begin()
        for done, one in enumerate(delivered):
            if progress:
                progress(one.shown, done, len(delivered))
            intake.take(one)
        intake.end()
    if progress:
        progress("", len(delivered), len(delivered))
    settle.children(store)
    settle.deletions(store)
    settle.late_twins(store)
    store.checkpoint()
    return _as_settled(store, intake.results, run_id)


def _as_settled(store: Store, results: Sequence[Ingested], run_id: str) -> list[Ingested]:
    """The results with the counts of the ledger: what came later in the run may have made a kept record a copy or a reject."""
    counts = {
        (export_id, path): {"kept": kept, "rejected": rejected, "copies": copies}
        for export_id, path, kept, rejected, copies in store.rows(
            "SELECT export_id, path, kept, rejected, copies FROM exports WHERE run_id = ? AND outcome = 'accepted'", [run_id]
        )
    }
    return [dataclasses.replace(told, **counts.get((told.export, told.file), {})) for told in results]


class Intake:
    """One intake: open exports, the landings they go to, and what has become of those that are closed."""

    def __init__(self, store: Store, settings: Settings, run_id: str, forced: str | None, folder: Path) -> None:
        self.store, self.settings, self.run_id, self.forced, self.folder = store, settings, run_id, forced, folder
        self.sources: tuple[Source, ...] = sources.load(settings.source_folders())
        self.known = {row[0]: row for row in store.rows("SELECT export_id, source, read, integrity FROM exports WHERE outcome = 'accepted'")}
        self.results: list[Ingested] = []
        self.open: dict[str, Export] = {}
        self.landings: dict[tuple[object, ...], Landing] = {}
        self.waiting: dict[tuple[object, ...], list[pa.Table]] = {}
        self.waiting_bytes = 0
        self.noted: list[vault.Entry] = []
        self.read_now: list[tuple[str, str]] = []
        self.closed: list[dict[str, object]] = []
        self.handed: list[tuple[str, str, str, bool]] = []

    # --- one delivered file

    def take(self, delivered: vault.Delivered) -> None:
        """One delivered file: kept in the vault, opened if it is an archive, each export in it read."""
        delivery = self.settings.delivery(delivered.shown)
        try:
            kept = vault.keep(delivered, self.settings.vault)
        except (ExportRejected, ExportFailed) as error:
            self._close_without(Export("", delivered.shown, delivered.path, 0, delivery), error)
            return
        self.noted.append(vault.Entry(self.run_id, kept.export_id, delivered.shown, self.forced))
        whole = Export(kept.export_id, delivered.shown, kept.path, kept.bytes, delivery)
        if delivery.source == NO_EXPORT:
            whole.reason = "declared in audit.toml to be no export"
            self._close(whole)
            return
        try:
            for export in self._exports(whole):
                self._one(export)
            self.read_now.append((whole.export_id, whole.shown))
        except (ExportRejected, ExportFailed) as error:
            self._close_without(whole, error)

    def _exports(self, whole: Export) -> Iterator[Export]:
        """The export itself, or the members of an archive, each adopted by the vault."""
        try:
            yield from self._members(whole, self.folder)
        finally:
            for left in self.folder.iterdir():
                left.unlink()

    def _members(self, whole: Export, folder: Path) -> Iterator[Export]:
        for member in readers.members(whole.path, folder, self.settings.limits):
            name = f"{whole.shown}!{vault.plainly(member.name)}" if member.name else whole.shown
            if isinstance(member, readers.Problem):
                self._close_without(Export(whole.export_id, name, whole.path, 0, whole.delivery, whole.export_id), ExportRejected(member.reason, name))
            elif not member.name:
                yield whole
            else:
                export_id, size = vault.hashed(member.path)
                kept = vault.adopt(member.path, export_id, self.settings.vault, size)
                named = self.settings.delivery(name)
                yield Export(export_id, name, kept.path, size, named if named.files != "*" else whole.delivery, whole.export_id)

    def _one(self, export: Export) -> None:
        if export.export_id in self.known:
            self._again(export)
            return
        if export.export_id in self.open:
            self._flush(commit=True)
            self._again(export)
            return
        large = export.bytes > SMALL
        if large:
            self._flush(commit=True)
        try:
            self.open[export.export_id] = export
            self._read(export, whole_first=not large)
        except (ExportRejected, ExportFailed) as error:
            self.open.pop(export.export_id, None)
            if large:
                self._abandon()
            self._close_without(export, error)
            return
        if large or self.waiting_bytes > FLUSH:
            self._flush(commit=True)

    def _again(self, export: Export) -> None:
        """The same bytes a second time: no new use, every record a copy; the delivery is noted."""
        _, source, read, integrity = self.known[export.export_id]
        self.handed.append((export.export_id, export.shown, self.run_id, True))
        self.results.append(
            Ingested(export.export_id, export.shown, source, "accepted", "the same bytes were read before", read=read, copies=read, integrity=integrity)
        )

    # --- reading

    def _read(self, export: Export, *, whole_first: bool) -> None:
        parts = readers.look(export.path, export.shown, self.settings.limits)
        kind = recognise(parts[0].head[:4096], export.shown) if len(parts) == 1 and parts[0].format == "json" else None
        if kind:
            self._set_aside_whole(export, f"CloudTrail {kind}: for the verification of integrity")
            return
        claims = [(part, self._claim(part, export)) for part in parts]
        if not any(claim for _, claim in claims):
            raise next(self._refusals(parts, export))
        held: list[tuple[tuple[object, ...], pa.Table]] = []
        for part, claim in claims:
            for key, table in self._batches(export, part, claim):
                if whole_first:
                    held.append((key, table))
                else:
                    self._wait(key, table)
                    if self.waiting_bytes > FLUSH:
                        self._flush(commit=False)
        for key, table in held:
            self._wait(key, table)

    def _set_aside_whole(self, export: Export, reason: str) -> None:
        """One document that holds no uses but speaks of the logs' wholeness: a digest, a list of keys, saved signatures."""
        export.source, export.read, export.counts[ASIDE] = INTEGRITY, 1, 1
        self.store.run("INSERT INTO set_aside VALUES (?, '/', ?)", [export.export_id, reason])

    def _claim(self, part: Part, export: Export) -> Claim | None:
        try:
            return sources.claim(part, export.shown, self.sources, export.delivery.source or self.forced)
        except SourceError as error:
            raise ExportRejected(error.what, export.shown, error.remedy) from error
        except ExportRejected:
            return None

    def _refusals(self, parts: Sequence[Part], export: Export) -> Iterator[ExportRejected]:
        for part in parts:
            try:
                sources.claim(part, export.shown, self.sources, export.delivery.source or self.forced)
            except ExportRejected as error:
                yield error
        yield ExportRejected("it holds no table", export.shown, "ask for the export again")

    def _batches(self, export: Export, part: Part, claim: Claim | None) -> Iterator[tuple[tuple[object, ...], pa.Table]]:
        import pyarrow as pa

        layout = readers.Layout(**claim.source.layout) if claim else readers.Layout()
        key = self._landing(export, part, claim) if claim else ()
        for batch in readers.read(export.path, part, layout, self.settings.limits):
            export.read += batch.table.num_rows + len(batch.rejected)
            self._reject(export, batch.rejected)
            if claim is None:
                why = f"no source knows the sheet {part.name!r}"
                export.counts[REJECTED] += batch.table.num_rows
                self._insert_rejects([(export.export_id, r, None, None, why, None) for r in batch.table.column("record").to_pylist()])
            elif batch.table.num_rows:
                column = pa.DictionaryArray.from_arrays(pa.array([0] * batch.table.num_rows, pa.int32()), pa.array([export.export_id]))
                yield key, batch.table.append_column("export_id", column)

    def _landing(self, export: Export, part: Part, claim: Claim) -> tuple[object, ...]:
        text = part.format in {"csv", "parquet", "xlsx"}
        header = claim.source.header(part) if text or claim.source.name == sources.INTERCHANGE else ()
        export.source = claim.source.name
        export.circumstances = at = self._circumstances(export.delivery, claim.source)
        if header:
            places = {sources.plain(p) for alternatives in claim.source.fields.values() for p in alternatives}
            if part.format == "parquet":  # a nested column is known by its outermost name
                places |= {p.split(".")[0] for p in places}
            export.unknown = tuple(dict.fromkeys([*export.unknown, *(c for c in header if sources.plain(c) not in places)]))
        key = (claim.source, claim.sign, header, text, at)
        if key not in self.landings:
            self.landings[key] = Landing(self.store, Staging(claim, header, text, at))
        return key

    def _circumstances(self, delivery: Delivery, source: Source) -> Circumstances:
        system = delivery.system or source.system or source.name
        known = self.settings.system(system)
        zone, basis = next(
            ((z, "declared") for z in (source.clock.zone if source.clock.zone != "delivery" else None, delivery.zone, known.zone) if z), ("UTC", "unknown")
        )
        return Circumstances(system, zone, basis, delivery.agency or known.agency, delivery.system is not None)

    # --- setting down

    def begin(self) -> None:
        """Open the first transaction."""
        landing.open_ledger(self.store)
        self.store.run("BEGIN TRANSACTION")

    def _wait(self, key: tuple[object, ...], table: pa.Table) -> None:
        self.waiting.setdefault(key, []).append(table)
        self.waiting_bytes += table.nbytes

    def _flush(self, *, commit: bool) -> None:
        """Set down what waits; with commit, close the open exports and make all of it durable."""
        import numpy as np
        import pyarrow as pa

        for key, tables in self.waiting.items():
            batch = pa.concat_tables(tables).unify_dictionaries()
            batch = batch.append_column("n", pa.array(np.arange(batch.num_rows)))
            for export_id, fate, count in self.landings[key].land(batch):
                self._count(export_id, fate, count)
        self.waiting, self.waiting_bytes = {}, 0
        if commit:
            self._close_open()
            self._fill_raw()
            self._write_ledger()
            self._commit()
            self.store.run("BEGIN TRANSACTION")

    def _count(self, export_id: str, fate: int, count: int) -> None:
        if fate != REPLACED:
            self.open[export_id].counts[fate] += count
        elif export_id in self.open:
            self.open[export_id].counts[KEPT] -= count
            self.open[export_id].counts[COPY] += count
        else:
            self._write_ledger()
            self.store.run("UPDATE exports SET kept = kept - ?, copies = copies + ? WHERE export_id = ?", [count, count, export_id])

    def _commit(self) -> None:
        vault.note(self.settings.vault, self.noted)
        self.noted = []
        os.sync()  # the vault's copies first: rows must never outlive the bytes that they came from
        try:
            self.store.run("COMMIT")
        except Exception as error:
            self.store.close()
            raise AuditError(f"a commit failed: {error}", str(self.settings.database), "free disk space and run the same command again") from error

    def _abandon(self) -> None:
        """Undo what a large export had set down before it broke."""
        self.store.run("ROLLBACK")
        self.waiting, self.waiting_bytes = {}, 0
        self.begin()

    def end(self) -> None:
        """Set down the rest and make it durable."""
        self._flush(commit=True)
        self.store.run("COMMIT")

    # --- the ledger

    def _close_open(self) -> None:
        landing.close_ledger(self.store)
        spans = {e: (a, b) for e, a, b in self.store.rows("SELECT export_id, min(first), max(last) FROM spans GROUP BY export_id")}
        self.store.run("DELETE FROM spans")
        for export in self.open.values():
            if export.read != sum(export.counts.values()):
                raise AuditError(
                    f"the ledger does not add up: {export.read} records read, {export.counts} accounted for", export.shown, "report this: it is a defect"
                )
            self._close(export, spans.get(export.export_id, (None, None)))
        self.open = {}

    def _close_without(self, export: Export, error: ExportRejected | ExportFailed) -> None:
        export.outcome = "rejected" if isinstance(error, ExportRejected) else "failed"
        export.reason = error.what + (f"; next: {error.remedy}" if error.remedy else "")
        self.store.run("DELETE FROM rejects WHERE export_id = ?", [export.export_id])
        self._close(export)

    def _close(self, export: Export, span: tuple[dt.datetime | None, dt.datetime | None] = (None, None)) -> None:
        told = export.ingested()
        at = export.circumstances
        self.closed.append(
            {
                "export_id": export.export_id, "path": export.shown, "container": export.container, "bytes": export.bytes, "source": export.source,
                "system": at.system if at else None, "zone": at.zone if at else None, "zone_basis": at.zone_basis if at else None,
                "outcome": told.outcome, "reason": told.reason, "period_from": span[0], "period_to": span[1], "read": told.read, "kept": told.kept,
                "rejected": told.rejected, "set_aside": told.set_aside, "copies": told.copies, "content_sha256": None, "integrity": told.integrity,
                "columns_unknown": list(export.unknown) or None, "run_id": self.run_id,
            }
        )  # fmt: skip
        self.handed.append((export.export_id, export.shown, self.run_id, False))
        self.results.append(told)
        if told.outcome == "accepted":
            self.known[export.export_id] = (export.export_id, export.source, told.read, told.integrity)

    def _write_ledger(self) -> None:
        """Write the closed exports down, in place of what an earlier attempt at the same file said."""
        import pyarrow as pa

        for one in self.read_now:  # what an earlier run could not copy or open; an archive's own row gives way to those of its members
            self.store.run("DELETE FROM exports WHERE (export_id = '' OR (outcome = 'failed' AND export_id = ?)) AND path = ?", one)
        self.read_now = []
        if self.closed:
            at = pa.timestamp("us", "UTC")
            kinds = {"period_from": at, "period_to": at, "columns_unknown": pa.list_(pa.string())}
            counts = ("bytes", "read", "kept", "rejected", "set_aside", "copies")
            fields = [(name, kinds.get(name, pa.int64() if name in counts else pa.string())) for name in self.closed[0]]
            with self.store.lent("closed_now", pa.Table.from_pylist(self.closed, schema=pa.schema(fields))):
                self.store.run("DELETE FROM exports WHERE (export_id, path) IN (SELECT (export_id, path) FROM closed_now)")
                self.store.run("INSERT INTO exports BY NAME SELECT * FROM closed_now")
        if self.handed:
            columns = dict(zip(("export_id", "path", "run_id", "known"), zip(*self.handed, strict=True), strict=True))
            with self.store.lent("handed_now", pa.table({name: list(values) for name, values in columns.items()})):
                self.store.run("INSERT INTO deliveries BY NAME SELECT * FROM handed_now")
        self.closed, self.handed = [], []

    def _fill_raw(self) -> None:
        """Give the rejects of rows of text their bytes as written, in one pass over each file."""
        wanted: dict[str, list[tuple[int, int]]] = {}
        for export_id, start, size in self.store.rows(
            "SELECT export_id, byte_offset, byte_length FROM rejects WHERE raw IS NULL AND byte_offset IS NOT NULL AND byte_length IS NOT NULL ORDER BY ALL"
        ):
            wanted.setdefault(export_id, []).append((start, size))
        for export_id, places in wanted.items():
            found = readers.records_bytes(vault.place(self.settings.vault, export_id), places, self.settings.limits)
            import pyarrow as pa

            rows = pa.table({"start": pa.array([p[0] for p in places], pa.int64()), "found": pa.array(list(found), pa.binary())})
            with self.store.lent("found_now", rows):
                self.store.run(
                    "UPDATE rejects SET raw = f.found FROM found_now f WHERE rejects.export_id = ? AND rejects.raw IS NULL AND rejects.byte_offset = f.start",
                    [export_id],
                )

    def _reject(self, export: Export, rejected: Iterable[Rejected]) -> None:
        rows = [(export.export_id, r.record, r.offset, r.length, r.reason, r.raw) for r in rejected]
        export.counts[REJECTED] += len(rows)
        self._insert_rejects(rows)

    def _insert_rejects(self, rows: Sequence[tuple[object, ...]]) -> None:
        import pyarrow as pa

        if rows:
            names = ("export_id", "record", "byte_offset", "byte_length", "reason", "raw")
            types = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.string(), pa.binary())
            columns = [pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), types, strict=True)]
            with self.store.lent("rejected_now", pa.table(dict(zip(names, columns, strict=True)))):
                self.store.run("INSERT INTO rejects SELECT * FROM rejected_now")
