"""The seal: how many rows the ledger had when it was last made durable, kept outside the database.

DuckDB opens a database whose write-ahead log was cut, or deleted, with fewer rows and without a word. A store with fewer rows than
its seal has lost something: it is refused, and rebuilt from the vault.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from audit_analyzer.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from audit_analyzer.store import Store

SEALED = ("runs", "deliveries", "exports", "queries", "set_aside", "copies", "decisions")  # tables that only ever grow between two seals
REMEDY = "run `audit-analyzer rebuild --workspace DIR`: it makes the database anew from the vault"


def counts(store: Store) -> dict[str, int]:
    """Rows of each sealed table."""
    return {table: int(store.value(f"SELECT count(*) FROM {table}") or 0) for table in SEALED}


def write(store: Store, file: Path) -> None:
    """Seal the store as it is now; call it after a checkpoint. The file appears whole or not at all."""
    draft = file.with_name(file.name + ".new")
    with open(draft, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as target:
        json.dump(counts(store), target)
        target.flush()
        os.fsync(target.fileno())
    draft.replace(file)


def verify(store: Store, file: Path) -> None:
    """Refuse a store that has fewer rows than its seal."""
    try:
        sealed = json.loads(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return
    except ValueError:
        raise StoreError("the seal of the database cannot be read", str(file), REMEDY) from None
    lost = {table: (sealed[table], now) for table, now in counts(store).items() if now < sealed.get(table, 0)}
    if lost:
        said = ", ".join(f"{table} had {before} rows and has {now}" for table, (before, now) in lost.items())
        raise StoreError(f"the database has lost rows since it was last sealed: {said}", str(store.path), REMEDY)
