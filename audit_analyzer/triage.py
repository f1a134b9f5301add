"""What people decided about findings: appended, never overwritten. A later decision stands before an earlier one, and one may expire."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.errors import UsageError
from audit_analyzer.words import iso

if TYPE_CHECKING:
    from audit_analyzer.store import Store

DECISIONS = ("confirmed", "explained", "dismissed", "escalated", "reopened")


def decide(store: Store, finding_id: str, decision: str, reason: str, author: str, when: dt.datetime, expires: dt.datetime | None = None) -> None:
    """Append a decision. UsageError for an unknown word, finding or time, and where reason or author is left out."""
    if decision not in DECISIONS:
        raise UsageError(f"there is no decision {decision!r}", remedy=f"one of: {', '.join(DECISIONS)}")
    for name, text in (("reason", reason), ("author", author)):
        if not text.strip():
            raise UsageError(f"a decision has no {name}", remedy=f"say it with --{name}")
    if when.tzinfo is None or (expires is not None and expires.tzinfo is None):
        raise UsageError("a time without an offset is not one instant", remedy="write 2026-03-02T00:00:00Z")
    if expires is not None and expires <= when:
        raise UsageError(f"it would expire at {iso(expires)}, before it is made", remedy="give a later --expires, or none")
    if not store.value("SELECT count(*) FROM findings WHERE finding_id = ?", [finding_id]):
        raise UsageError(f"there is no finding {finding_id!r} in this workspace", remedy="its id is in findings.jsonl and in the report")
    store.run("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?)", [finding_id, decision, reason, author, when, expires])


def decisions(store: Store, as_of: dt.datetime | None = None) -> dict[str, dict[str, Any]]:
    """The decision that stands for each finding: the last one made. A reopened finding has none, nor one whose last decision expired by `as_of`."""
    last = {finding_id: trail[-1] for finding_id, trail in history(store).items()}
    return {f: told for f, told in last.items() if told["decision"] != "reopened" and not _expired(told["expiry"], as_of)}


def history(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every decision of each finding, oldest first: decision, reason, author, time and expiry (ISO 8601 or None)."""
    trails: dict[str, list[dict[str, Any]]] = {}
    rows = store.rows("SELECT finding_id, decision, reason, author, decided_at, expires_at FROM decisions ORDER BY finding_id, decided_at, rowid")
    for finding_id, decision, reason, author, when, expires in rows:
        told = {"decision": decision, "reason": reason, "author": author, "time": iso(when), "expiry": iso(expires)}
        trails.setdefault(finding_id, []).append(told)
    return trails


def _expired(expiry: str | None, as_of: dt.datetime | None) -> bool:
    return expiry is not None and as_of is not None and dt.datetime.fromisoformat(expiry) <= as_of
