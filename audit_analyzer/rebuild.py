"""The database anew from the vault: every file that was ever delivered is there, so nothing but time is lost with a damaged database."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from audit_analyzer import vault
from audit_analyzer.errors import AuditError, StoreError
from audit_analyzer.ingest import ingest
from audit_analyzer.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit_analyzer.settings import Settings

KEPT = ("runs", "findings", "measurability", "checks", "decisions")  # what the vault does not hold: carried over where the old database still opens
DAMAGED = ".damaged"


def rebuild(settings: Settings, stage: Callable[[str, int, int], None] | None = None) -> int:
    """Move the database aside and read every file of the journal again, in the order in which it came. Returns how many files.

    What people decided, and the findings of earlier nights, are carried over from the old database where it can still be opened.
    """
    entries = vault.journal(settings.vault)
    if not entries:
        raise AuditError("the vault's journal is empty: there is nothing to rebuild from", str(settings.vault), "hand the delivery over again with `ingest`")
    kept = _carried(settings)
    settings.seal.unlink(missing_ok=True)
    for suffix in ("", ".wal"):
        old = settings.database.with_name(settings.database.name + suffix)
        if old.exists():
            old.replace(old.with_name(old.name + DAMAGED))
    with open_store(settings.database, memory=settings.limits.memory) as store:
        for table, frame in kept.items():
            with store.lent("carried", frame):
                store.run(f"INSERT INTO {table} BY NAME SELECT * FROM carried")
        store.checkpoint()
        for run_id in dict.fromkeys(e.run_id for e in entries):
            delivered = [vault.Delivered(vault.place(settings.vault, e.export_id), e.shown) for e in entries if e.run_id == run_id]
            ingest(store, settings, delivered, run_id, progress=stage)
    return len(entries)


def _carried(settings: Settings) -> dict[str, Any]:
    if not settings.database.exists():
        return {}
    found = {}
    with contextlib.suppress(StoreError), open_store(settings.database, memory=settings.limits.memory, read_only=True) as store:
        for table in KEPT:
            found[table] = store.arrow(f"SELECT * FROM {table}")
    return found
