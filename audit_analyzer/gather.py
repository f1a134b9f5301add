"""A night as one value, read back from the ledger: what was read, what was found, what could not be looked at, what was assumed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from audit_analyzer import clauses, profile, report, rulebook, triage
from audit_analyzer.outputs import tally
from audit_analyzer.words import Check, Finding, Measurability, Night, RuleOutcome, iso

if TYPE_CHECKING:
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store

RULE_FACTS = ("name", "title", "family", "severity", "level", "because", "innocent", "misses", "next", "subject", "clauses")


class Told(msgspec.Struct):
    """What a run remembers besides its findings: rules that could not be asked, and evidence that statistical control held back."""

    failures: list[str] = msgspec.field(default_factory=list)
    unasked: dict[str, str] = msgspec.field(default_factory=dict)  # rule -> why
    held_back: dict[str, int] = msgspec.field(default_factory=dict)


def gather(store: Store, settings: Settings, run_id: str, outcomes: Sequence[RuleOutcome] = (), failures: Sequence[str] = ()) -> Night:
    """The night of a run. With outcomes the run is remembered first; without, it is read back as it was."""
    if outcomes or failures:
        remember(store, run_id, outcomes, failures)
    as_of, version, said, command, began, ended = store.rows(
        "SELECT as_of, version, summary, command, started_at, ended_at FROM runs WHERE run_id = ?", [run_id]
    )[0]
    told = msgspec.json.decode(said, type=Told) if said else Told()
    ledger = store.dicts("SELECT * FROM exports ORDER BY path, export_id")
    read = {e["export_id"] for e in ledger if e["outcome"] == "accepted"}  # also one that failed under another name at first
    unread = (e for e in ledger if e["outcome"] != "accepted" and e["run_id"] == run_id and e["export_id"] not in read)
    broken = [f"{e['path']}: {e['outcome']}: {e['reason']}" for e in unread]
    shown = {e["export_id"]: e["path"] for e in ledger}
    broken += [f"{shown[export]}: {torn}" for export, torn in rejects(store, run_id).items()]
    packs = clauses.load(settings.rule_folders())
    decided = triage.decisions(store, as_of)
    return Night(
        run_id=run_id,
        as_of=as_of,
        version=version,
        findings=tuple(_decided(f, decided) for f in _bodies(store, "findings", run_id, Finding)),
        measurability=tuple(_bodies(store, "measurability", run_id, Measurability)),
        checks=tuple(
            Check(**row)
            for row in store.dicts(
                'SELECT table_name AS "table", expectation, passed, blocking, observed, unexpected, system FROM checks WHERE run_id = ? ORDER BY ALL', [run_id]
            )
        ),
        ledger=tuple(ledger),
        rules=tuple(
            {**{k: getattr(r, k) for k in RULE_FACTS}, "parameters": rulebook.values(r, settings), "error": told.unasked.get(r.name)}
            for r in rulebook.load(settings.rule_folders()).rules
        ),
        clauses={c.key: _clause(pack, c) for pack in packs.values() for c in pack.clauses},
        profile=profile.profile(store),
        timeline=report.timeline(store),
        operators=report.operators(store),
        failures=(*told.failures, *(f"rule {rule}: {why}" for rule, why in sorted(told.unasked.items())), *broken),
        assumptions=(*assumptions(store), *unmatched(store, settings)),
        held_back=dict(sorted(told.held_back.items())),
        run={"command": command, "started_at": iso(began), "ended_at": iso(ended)},
        limits=dataclasses.asdict(settings.limits),
        packs={system: settings.system(system).packs for (system,) in store.rows("SELECT DISTINCT system FROM queries ORDER BY ALL")},
    )


def rejects(store: Store, run_id: str) -> dict[str, str]:
    """Of the exports that a run read: by export, how many records were rejected, and the first with its reason."""
    sql = (
        "SELECT e.export_id, e.rejected, min_by(r.record || ': ' || r.reason, coalesce(r.byte_offset, r.rowid)) "
        "FROM exports e JOIN rejects r USING (export_id) WHERE e.run_id = ? AND e.outcome = 'accepted' AND e.rejected > 0 GROUP BY ALL ORDER BY ALL"
    )
    told = {export: (n, first) for export, n, first in store.rows(sql, [run_id])}
    return {
        export: f"{n:,} records could not be read, the first at {first}" if n > 1 else f"1 record could not be read, at {first}"
        for export, (n, first) in told.items()
    }


def remember(store: Store, run_id: str, outcomes: Sequence[RuleOutcome], failures: Sequence[str]) -> None:
    """Write down that every rule has answered, and what could not be done, so that the report can be made again."""
    told = Told(
        failures=list(failures),
        unasked={o.rule: o.error for o in outcomes if o.error},
        held_back={o.rule: o.held_back for o in outcomes if o.held_back},
    )
    store.run("UPDATE runs SET summary = ?, ended_at = now() WHERE run_id = ?", [msgspec.json.encode(told, order="sorted").decode(), run_id])


def assumptions(store: Store) -> tuple[str, ...]:
    """What had to be assumed, in sentences: zones, and systems that nothing declares."""
    said = [
        f"{tally.number(count, 'export')} of {source} ({system}) {'writes' if count == 1 else 'write'} times without a zone: they were read as UTC, "
        "and nothing that needs the local hour was asked. Declare the zone in audit.toml."
        for source, system, count in store.rows(
            "SELECT source, system, count(*) FROM exports WHERE outcome = 'accepted' AND zone_basis = 'unknown' AND export_id IN "
            "(SELECT export_id FROM queries WHERE time_basis = 'unknown') GROUP BY ALL ORDER BY ALL"
        )
    ]
    said += [
        f"{path} ({tally.number(count, 'record')}) has columns that no table knows: {', '.join(columns)}. They were not read; the file is in the vault."
        for path, columns, count in store.rows(
            "SELECT path, columns_unknown, read FROM exports WHERE columns_unknown IS NOT NULL AND outcome = 'accepted' ORDER BY ALL"
        )
    ]
    return tuple(said)


def unmatched(store: Store, settings: Settings) -> Iterator[str]:
    """What audit.toml says of systems and files that are not there: often a misspelt name, whose packs, zone and limits then bind nothing."""
    logged = {system for (system,) in store.rows("SELECT system FROM exports WHERE system IS NOT NULL UNION SELECT system FROM queries")}
    for system in settings.systems:
        if system.name not in logged:
            known = ", ".join(sorted(logged)) or "none"
            yield f"audit.toml describes the system {system.name}, of which no log was read: what it says of it was not used. Systems read: {known}."
    paths = [path for (path,) in store.rows("SELECT DISTINCT path FROM deliveries")] if settings.deliveries else []
    used = {settings.delivery(path) for path in paths}
    for delivery in settings.deliveries:
        if delivery not in used:
            yield f"audit.toml has a [[delivery]] for {delivery.files}, which no delivered file fits."


def _bodies(store: Store, table: str, run_id: str, kind: type) -> list[Any]:
    return [msgspec.json.decode(body, type=kind) for (body,) in store.rows(f"SELECT body FROM {table} WHERE run_id = ? ORDER BY ALL", [run_id])]


def _decided(finding: Finding, decided: dict[str, Any]) -> Finding:
    finding.status["decision"] = decided.get(finding.finding_id)
    return finding


def _clause(pack: clauses.Pack, clause: clauses.Clause) -> dict[str, Any]:
    return {
        "pack": pack.title, "title": clause.title, "text": clause.text, "status": clause.status, "note": clause.note, "source": clause.source,
        "source_quality": clause.source_quality, "effective_from": clause.effective_from, "effective_to": clause.effective_to,
    }  # fmt: skip
