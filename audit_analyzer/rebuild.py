"""The database anew from the vault: every file that was ever delivered is there, so nothing but time is lost with a damaged database."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from audit_analyzer import __version__, vault
from audit_analyzer.errors import AuditError, StoreError
from audit_analyzer.ingest import ingest
from audit_analyzer.integrity import verify_deliveries
from audit_analyzer.store import open_store, seal
from audit_analyzer.store.locked import ENGINE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit_analyzer.settings import Settings

KEPT = ("runs", "findings", "measurability", "checks", "decisions")  # what the vault does not hold: carried over where the old database still opens
DAMAGED = ".damaged"


def rebuild(settings: Settings, stage: Callable[[str, int, int], None] | None = None) -> int:
    """Read every file of the journal again, in the order in which it came, into a new database; then let it take the old one's place. Returns how many files.

    What people decided, and the findings of earlier nights, are carried over from the old database where it can still be opened.
    Killed at any point it leaves the old database (which its seal refuses) or the new one: the same command again finishes.
    """
    entries = vault.journal(settings.vault)
    if not entries:
        raise AuditError("the vault's journal is empty: there is nothing to rebuild from", str(settings.vault), "hand the delivery over again with `ingest`")
    kept = _carried(settings)
    draft = settings.database.with_name(settings.database.name + ".rebuilt")
    for leftover in (draft, _wal(draft)):
        leftover.unlink(missing_ok=True)
    with open_store(draft, memory=settings.limits.intake_memory) as store:
        for table, frame in kept.items():
            with store.lent("carried", frame):
                store.run(f"INSERT INTO {table} BY NAME SELECT * FROM carried")
        for run_id in dict.fromkeys(e.run_id for e in entries):
            store.run(
                "INSERT INTO runs (run_id, command, version, outcome) SELECT ?, 'rebuild', ?, 'interrupted' WHERE ? NOT IN (SELECT run_id FROM runs)",
                [run_id, __version__, run_id],
            )
        for run_id, forced in dict.fromkeys((e.run_id, e.forced) for e in entries):
            mine = [e for e in entries if (e.run_id, e.forced) == (run_id, forced)]
            ingest(store, settings, [e.delivered(settings.vault) for e in mine], run_id, forced, stage)
            verify_deliveries(store, settings, run_id)
            store.run("UPDATE runs SET outcome = 'done' WHERE run_id = ? AND command = 'rebuild'", [run_id])
        store.checkpoint()
    _take_place(draft, settings.database)
    with open_store(settings.database, memory=settings.limits.memory) as store:
        seal.write(store, settings.seal)
    return sum(bool(e.export_id) for e in entries)


def _take_place(draft: Path, database: Path) -> None:
    """The new database in the place of the old one, in one step; the old one stays beside it."""
    if database.exists():
        damaged = database.with_name(database.name + DAMAGED)
        damaged.unlink(missing_ok=True)
        damaged.hardlink_to(database)
    if _wal(database).exists():
        _wal(database).replace(_wal(database).with_name(_wal(database).name + DAMAGED))
    draft.replace(database)


def _wal(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def _carried(settings: Settings) -> dict[str, Any]:
    if not settings.database.exists():
        return {}
    found = {}
    with contextlib.suppress(StoreError), open_store(settings.database, memory=settings.limits.memory, read_only=True) as store:
        for table in KEPT:
            with contextlib.suppress(*ENGINE_ERRORS):  # one damaged table does not take the others with it
                found[table] = store.arrow(f"SELECT * FROM {table}")
    return found
