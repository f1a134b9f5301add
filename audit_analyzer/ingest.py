"""An export in; canonical rows, rejects, set-asides and copies out: nothing lost, and the sum checked after every file."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from audit_analyzer import readers, settle, sources, vault
from audit_analyzer.digests import recognise
from audit_analyzer.errors import AuditError, ExportFailed, ExportRejected, SettingsError, SourceError, UsageError, unforeseen
from audit_analyzer.group import Export, Group
from audit_analyzer.integrity import INTEGRITY
from audit_analyzer.landing import Landing
from audit_analyzer.ledger import Ledger
from audit_analyzer.staging import Circumstances, Staging, check_columns
from audit_analyzer.words import Ingested

if TYPE_CHECKING:
    from audit_analyzer.readers import Part
    from audit_analyzer.settings import Delivery, Settings
    from audit_analyzer.sources import Claim, Source
    from audit_analyzer.store import Store

NO_EXPORT = "none"  # a [[delivery]] with this source declares files that are no exports

T = TypeVar("T")
Progress = Callable[[str, int, int], None]  # name, files done, files in all


def ingest(
    store: Store, settings: Settings, delivered: Sequence[vault.Delivered], run_id: str, forced: str | None = None, progress: Progress | None = None
) -> list[Ingested]:
    """Read every export of the files and archives handed over (see vault.walk); one bad file never stops the others."""
    _settle_arrow()
    vault.sweep(settings.vault)
    settings.vault.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        tempfile.TemporaryDirectory(
            prefix=vault.INCOMING, dir=settings.vault
        ) as folder,  # one for all: of each file its own costs more than reading a small one
        Ledger(store, settings, run_id) as ledger,
    ):
        intake = Intake(ledger, settings, forced, Path(folder))
        for done, one in enumerate(delivered):
            if progress:
                progress(one.shown, done, len(delivered))
            intake.take(one)
        intake.end()
    if progress:
        progress("", len(delivered), len(delivered))
    settle.children(store)
    settle.completions(store)
    settle.deletions(store)
    settle.late_twins(store)
    settle.spellings(store)
    store.checkpoint()
    return _as_settled(store, ledger.results, run_id)


def _settle_arrow() -> None:
    """Arrow as intake wants it: memory given back at once, and nothing loaded for frames that never come."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # it gives pages back sooner than Arrow's own pool: a lower peak, and less time in the system
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoFrames)
        try:
            pa.array([0])
        finally:
            sys.meta_path.remove(_NoFrames)


class _NoFrames:
    """Answers pyarrow, which loads pandas to look at the first values that it is handed (0.2 s, half of what else a small delivery loads): not here."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _as_settled(store: Store, results: Sequence[Ingested], run_id: str) -> list[Ingested]:
    """The results with the counts of the ledger: what came later in the run may have made a kept record a copy or a reject."""
    counts = {
        (export_id, path): {"kept": kept, "rejected": rejected, "copies": copies}
        for export_id, path, kept, rejected, copies in store.rows(
            "SELECT export_id, path, kept, rejected, copies FROM exports WHERE run_id = ? AND outcome = 'accepted'", [run_id]
        )
    }
    return [dataclasses.replace(told, **counts.get((told.export, told.file), {})) for told in results]


@contextlib.contextmanager
def _foreseen(export: Export) -> Iterator[None]:
    """Turns an exception that no reader foresaw into ExportFailed: it costs this export alone. An error of the system still ends the run."""
    try:
        yield
    except (AuditError, OSError, MemoryError):
        raise
    except Exception as error:
        raise unforeseen(error, export.shown) from error


def _each(found: Iterator[T], export: Export) -> Iterator[T]:
    """What a reader gives, one by one; see `_foreseen`."""
    more = True
    while more:
        with _foreseen(export):
            one = next(found, None)
        if more := one is not None:
            yield one


class Intake:
    """One intake: what has been read and waits, and where exports of each kind land. The store is the ledger's alone."""

    def __init__(self, ledger: Ledger, settings: Settings, forced: str | None, folder: Path) -> None:
        self.ledger, self.settings, self.forced, self.folder = ledger, settings, forced, folder
        self.sources: tuple[Source, ...] = sources.load(settings.source_folders())
        self._refuse_unknown_sources()
        self.landings: dict[tuple[object, ...], Landing] = {}
        self.group = Group()
        self.read: set[str] = set()  # exports that were read and may not be in the ledger yet

    def _refuse_unknown_sources(self) -> None:
        """A misspelt source would make a reject of every export that it is named for, and a finding of the misspelling."""
        known = sorted(source.name for source in self.sources)
        if self.forced and self.forced not in known:
            raise UsageError(f"there is no source {self.forced!r}", "--source", f"sources: {', '.join(known)}")
        for n, delivery in enumerate(self.settings.deliveries, 1):
            if delivery.source and delivery.source not in {*known, NO_EXPORT}:
                raise SettingsError(f"there is no source {delivery.source!r}", f"audit.toml [[delivery]] {n}", f"sources: {', '.join(known)}, {NO_EXPORT}")

    # --- one delivered file

    def take(self, delivered: vault.Delivered) -> None:
        """One delivered file: kept in the vault, opened if it is an archive, each export in it read."""
        delivery = self.settings.delivery(delivered.shown)
        try:
            kept = vault.keep(delivered, self.settings.vault)
        except (ExportRejected, ExportFailed) as error:
            refused = Export("", delivered.shown, delivered.path, 0, delivery).refused(error)
            self.group.exports.append(refused)
            self.group.noted.append(vault.Entry(self.ledger.run_id, "", delivered.shown, self.forced, refused.outcome, error.what, error.remedy))
            return
        self.group.noted.append(vault.Entry(self.ledger.run_id, kept.export_id, delivered.shown, self.forced))
        whole = Export(kept.export_id, delivered.shown, kept.path, kept.bytes, delivery)
        if delivery.source == NO_EXPORT:
            whole.reason = "declared in audit.toml to be no export"
            self.group.exports.append(whole)
            self.read.add(whole.export_id)
            return
        try:
            for export in self._exports(whole):
                self._one(export)
            self.group.opened.append((whole.export_id, whole.shown))
        except (ExportRejected, ExportFailed) as error:
            self.group.exports.append(whole.refused(error))

    def end(self) -> None:
        """Set down the rest and make it durable."""
        self._flush(commit=True)
        self.ledger.end()

    def _exports(self, whole: Export) -> Iterator[Export]:
        """The export itself, or the members of an archive, each adopted by the vault."""
        try:
            yield from self._members(whole, self.folder)
        finally:
            for left in self.folder.iterdir():
                left.unlink()

    def _members(self, whole: Export, folder: Path) -> Iterator[Export]:
        for member in _each(readers.members(whole.path, folder, self.settings.limits), whole):
            name = f"{whole.shown}!{vault.plainly(member.name)}" if member.name else whole.shown
            if isinstance(member, readers.Problem):
                broken = Export(whole.export_id, name, whole.path, 0, whole.delivery, whole.export_id)
                self.group.exports.append(broken.refused(ExportRejected(member.reason, name)))
            elif not member.name:
                yield whole
            else:
                export_id, size = vault.hashed(member.path)
                kept = vault.adopt(member.path, export_id, self.settings.vault, size)
                named = self.settings.delivery(name)
                yield Export(export_id, name, kept.path, size, named if named.files != "*" else whole.delivery, whole.export_id)

    def _one(self, export: Export) -> None:
        if export.export_id in self.read and export.export_id not in self.ledger.known:
            self._flush(commit=True)
            self.ledger.wait()
        export.again = self.ledger.known.get(export.export_id)
        if export.again:
            self.group.exports.append(export)
            return
        mine = Group()
        try:
            self._read(export, mine)
        except (ExportRejected, ExportFailed) as error:
            if export.large:
                self.ledger.abandon()
                self.group = Group()
            self.group.exports.append(export.refused(error))
            return
        if not export.large:
            self.group.absorb(mine)
        self.group.exports.append(export)
        self.read.add(export.export_id)
        if export.large or self.group.full:
            self._flush(commit=True)

    def _pass_on(self, export: Export, full: Group) -> Group:
        """Set down what was read so far of an export that fills a group, and give the next one to fill.

        Small exports are read whole before any of their rows are set down, and share a transaction; a large one has its own. Only its records tell
        which it is: a few megabytes of Parquet or gzip may hold millions.
        """
        if not export.large:
            self._flush(commit=True)
            self.group, export.large = full, True
        self._flush(commit=False)
        return self.group

    def _flush(self, *, commit: bool) -> None:
        """Hand over what waits, and read on; with commit, its exports are closed and durable when the ledger has done it."""
        group, self.group = self.group, Group()
        self.ledger.put(group, commit=commit)

    # --- reading

    def _read(self, export: Export, into: Group) -> None:
        with _foreseen(export):
            parts = readers.look(export.path, export.shown, self.settings.limits)
            kind = recognise(parts[0].head[:4096], export.shown) if len(parts) == 1 and parts[0].format == "json" else None
        if kind:  # one document that holds no uses but speaks of the logs' wholeness: a digest, a list of keys, saved signatures
            export.source, export.read = INTEGRITY, 1
            into.asides.append((export.export_id, f"CloudTrail {kind}: for the verification of integrity"))
            return
        with _foreseen(export):
            claims = [(part, self._claim(part, export)) for part in parts]
        if not any(claim for _, claim in claims):
            raise next(self._refusals(parts, export))
        for part, claim in claims:
            layout = readers.Layout(**claim.source.layout) if claim else readers.Layout()
            to = self._landing(export, part, claim) if claim else None
            for batch in _each(readers.read(export.path, part, layout, self.settings.limits), export):
                export.read += batch.table.num_rows + len(batch.rejected)
                into.reject(export, batch.rejected)
                if to is None:
                    why = f"no source knows the sheet {part.name!r}"
                    rows = batch.table.to_pylist()
                    into.rejects += [(export.export_id, r["record"], r["offset"], r["length"], why, readers.written(part.columns, r)) for r in rows]
                elif batch.table.num_rows:
                    into.add(to, batch.table, export.export_id)
                if into.full:
                    into = self._pass_on(export, into)

    def _claim(self, part: Part, export: Export) -> Claim | None:
        try:
            return sources.claim(part, export.shown, self.sources, self.forced or export.delivery.source, self.settings.limits)
        except SourceError as error:
            raise ExportRejected(error.what, export.shown, error.remedy) from error
        except ExportRejected:
            return None

    def _refusals(self, parts: Sequence[Part], export: Export) -> Iterator[ExportRejected]:
        for part in parts:
            if part.format in {"json", "ndjson"} and not part.columns:
                self._refuse_unreadable(part, export)
            try:
                sources.claim(part, export.shown, self.sources, self.forced or export.delivery.source, self.settings.limits)
            except ExportRejected as error:
                yield error
        yield ExportRejected("it holds no table", export.shown, "ask for the export again")

    def _refuse_unreadable(self, part: Part, export: Export) -> None:
        """Raises what keeps the first records of JSON without a single key from being read, where something does: no source would change it."""
        for batch in _each(readers.read(export.path, part, readers.Layout(), self.settings.limits), export):
            if batch.rejected and not batch.table.num_rows:
                first = batch.rejected[0]
                raise ExportRejected(f"none of the first records can be read; {first.record}: {first.reason}", export.shown, "ask for the export again")
            return

    def _landing(self, export: Export, part: Part, claim: Claim) -> Landing:
        text = part.format in {"csv", "parquet", "xlsx"}
        header = claim.source.header(part) if text or claim.source.name == sources.INTERCHANGE else ()
        check_columns(claim.source)
        export.source = claim.source.name
        export.circumstances = at = self._circumstances(export.delivery, claim.source)
        if header:
            places = {sources.plain(p) for alternatives in claim.source.fields.values() for p in alternatives}
            if part.format == "parquet":  # a nested column is known by its outermost name
                places |= {p.split(".")[0] for p in places}
            export.unknown = tuple(dict.fromkeys([*export.unknown, *(c for c in header if sources.plain(c) not in places)]))
        key = (claim.source, claim.sign, header, text, at)
        if key not in self.landings:
            self.landings[key] = Landing(self.ledger.store, Staging(claim, header, text, at))
        return self.landings[key]

    def _circumstances(self, delivery: Delivery, source: Source) -> Circumstances:
        system = delivery.system or source.system or source.name
        known = self.settings.system(system)
        zone, basis = next(
            ((z, "declared") for z in (source.clock.zone if source.clock.zone != "delivery" else None, delivery.zone, known.zone) if z), ("UTC", "unknown")
        )
        return Circumstances(system, zone, basis, delivery.agency or known.agency, delivery.system is not None)
