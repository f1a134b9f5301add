"""What was read and waits to be set down: exports on their way in, and groups of them that land together."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.fates import ASIDE, COPY, KEPT, REJECTED
from audit_analyzer.landing import Landing
from audit_analyzer.words import Ingested

if TYPE_CHECKING:
    import pyarrow as pa

    from audit_analyzer import vault
    from audit_analyzer.settings import Delivery
    from audit_analyzer.staging import Circumstances
    from audit_analyzer.words import Integrity, Rejected

FULL_ROWS = 2 * 122_880  # records that are set down in one go: two row groups of DuckDB, so that two threads have work
FULL_BYTES = 128 * 2**20  # or their bytes


class Known(NamedTuple):
    """An accepted export as its line in the ledger has it. `unfinished`: the run that read it never came to its end."""

    export_id: str
    source: str | None
    read: int
    kept: int
    rejected: int
    set_aside: int
    copies: int
    integrity: Integrity
    unfinished: bool


@dataclasses.dataclass(slots=True)
class Export:
    """One export on its way in. `again`: its very bytes were read before."""

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
    again: Known | None = None
    large: bool = False  # it filled a group by itself: its rows have a transaction of their own

    def refused(self, error: ExportRejected | ExportFailed) -> Self:
        """The export as one that is used for nothing, with the reason."""
        self.outcome = "rejected" if isinstance(error, ExportRejected) else "failed"
        told = error.what + (f"; next: {error.remedy}" if error.remedy else "")
        self.reason = told.encode("utf-8", "backslashreplace").decode()  # it may quote a text that the ledger could not write
        return self

    @property
    def adopted(self) -> bool:
        """Read by a run that was killed, and handed over again: this run is the one that read it."""
        return self.again is not None and self.again.unfinished

    def ingested(self) -> Ingested:
        """What became of it. Of a refused export all counts are zero; of one that is known every record is a copy, unless its run never ended."""
        if self.again:
            a = self.again
            if self.adopted:
                return Ingested(self.export_id, self.shown, a.source, "accepted", None, a.read, a.kept, a.rejected, a.set_aside, a.copies, a.integrity)
            return Ingested(self.export_id, self.shown, a.source, "accepted", "the same bytes were read before", a.read, copies=a.read, integrity=a.integrity)
        used = self.outcome == "accepted"
        counts = self.counts if used else dict.fromkeys(self.counts, 0)
        return Ingested(
            export=self.export_id,
            file=self.shown,
            source=self.source,
            outcome=self.outcome,  # type: ignore[arg-type]
            reason=self.reason,
            read=self.read if used else 0,
            kept=counts[KEPT],
            rejected=counts[REJECTED],
            set_aside=counts[ASIDE],
            copies=counts[COPY],
        )


@dataclasses.dataclass(slots=True)
class Group:
    """What was read and waits to be set down together."""

    batches: dict[Landing, list[pa.Table]] = dataclasses.field(default_factory=dict)
    rejects: list[tuple[str, str, int | None, int | None, str, bytes | None]] = dataclasses.field(default_factory=list)
    asides: list[tuple[str, str]] = dataclasses.field(default_factory=list)  # export, why it is set aside as a whole
    exports: list[Export] = dataclasses.field(default_factory=list)  # to be closed, in the order of the delivery
    noted: list[vault.Entry] = dataclasses.field(default_factory=list)
    opened: list[tuple[str, str]] = dataclasses.field(default_factory=list)  # files read to their end: export, name
    rows: int = 0
    bytes: int = 0

    @property
    def full(self) -> bool:
        return self.rows >= FULL_ROWS or self.bytes >= FULL_BYTES

    def add(self, to: Landing, table: pa.Table, export_id: str) -> None:
        """Records of one export, with its id beside each."""
        import pyarrow as pa

        ids = pa.DictionaryArray.from_arrays(pa.array([0] * table.num_rows, pa.int32()), pa.array([export_id]))
        self.batches.setdefault(to, []).append(table.append_column("export_id", ids))
        self.rows += table.num_rows
        self.bytes += table.nbytes

    def reject(self, export: Export, rejected: Sequence[Rejected]) -> None:
        """Records that the reader could not trust."""
        self.rejects += [(export.export_id, r.record, r.offset, r.length, r.reason, r.raw) for r in rejected]
        self.bytes += sum(len(r.raw or b"") for r in rejected)

    def absorb(self, other: Group) -> None:
        """Everything that was read of one more export."""
        for to, tables in other.batches.items():
            self.batches.setdefault(to, []).extend(tables)
        self.rejects += other.rejects
        self.asides += other.asides
        self.rows += other.rows
        self.bytes += other.bytes
