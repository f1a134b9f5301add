"""From a finding back to the bytes: its evidence, the file in the vault, its SHA-256, and each record as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from audit_analyzer import readers, sources, vault
from audit_analyzer.errors import AuditError
from audit_analyzer.outputs import tally

if TYPE_CHECKING:
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store

FIRST = 20


def show(store: Store, settings: Settings, wanted: str, first: int = FIRST) -> Iterator[str]:
    """Lines about a finding or an export, named by its id or the beginning of it; nothing in them moves the cursor of a terminal."""
    return (printable(line.encode("utf-8", "surrogateescape")) for line in _lines(store, settings, wanted, first))


def _lines(store: Store, settings: Settings, wanted: str, first: int) -> Iterator[str]:
    finding = store.rows("SELECT body FROM findings WHERE starts_with(finding_id, ?) ORDER BY run_id DESC LIMIT 1", [wanted])
    if finding:
        yield from _finding(store, settings, json.loads(finding[0][0]), first)
        return
    exports = store.dicts("SELECT * FROM exports WHERE starts_with(export_id, ?) ORDER BY path", [wanted])
    if not exports:
        raise AuditError(f"there is no finding or export {wanted!r}", str(settings.root), "take an id from findings.jsonl or from `ingest --json`")
    for export in exports:
        yield from _export(store, settings, export, first)


def _finding(store: Store, settings: Settings, found: dict[str, Any], first: int) -> Iterator[str]:
    yield f"{found['finding_id']}  {found['title']}  [{found['severity']}, {found['level']}, {found['status']['state']}]"
    period = found["period"]
    when = f", {period['from']} to {period['to']}" if period["from"] else ", no time can be told"
    yield f"rule {found['rule']}, {found['subject']['kind']} {found['subject']['id']}{when}"
    yield found["explanation"]
    yield f"may be innocent: {found['innocent']}"
    yield f"clauses: {', '.join(found['clauses']) or 'none in force'}"
    yield f"evidence: {tally.number(len(found['evidence']), 'row')}"
    for evidence in found["evidence"][:first]:
        yield ""
        system = f" of {evidence['system']}" if evidence["system"] else ""
        yield f"  {evidence['role']}: {evidence['table']} {evidence['id']}{system}"
        if evidence["export"] and evidence["record"]:
            yield from (f"    {line}" for line in _record(store, settings, evidence["export"], evidence["record"]))
        elif evidence["table"] == "exports":
            for export in store.dicts("SELECT * FROM exports WHERE export_id = ? ORDER BY path", [evidence["id"]]):
                yield from (f"    {line}" for line in _export(store, settings, export, first))
    if len(found["evidence"]) > first:
        yield f"  … and {len(found['evidence']) - first} more; `--all` shows them"


def _export(store: Store, settings: Settings, export: dict[str, Any], first: int) -> Iterator[str]:
    yield f"{export['path']}  {export['outcome']}" + (f": {export['reason']}" if export["reason"] else "")
    yield f"  SHA-256 {export['export_id']}, {export['bytes']} bytes, {_verified(settings, export['export_id'])}"
    yield f"  source {export['source']}, system {export['system']}, zone {export['zone']} ({export['zone_basis']}), integrity {export['integrity']}"
    yield (f"  read {export['read']} = kept {export['kept']} + rejected {export['rejected']} + set aside {export['set_aside']} + copies {export['copies']}")
    for record, reason, raw in store.rows(
        "SELECT record, reason, raw FROM rejects WHERE export_id = ? ORDER BY byte_offset, record LIMIT ?", [export["export_id"], first]
    ):
        yield f"  rejected {record}: {reason}"
        if raw is not None:
            yield f"    {printable(bytes(raw))}"
    for reason, count in store.rows("SELECT reason, count(*) FROM set_aside WHERE export_id = ? GROUP BY ALL ORDER BY ALL", [export["export_id"]]):
        yield f"  set aside {count}: {reason}"


def _record(store: Store, settings: Settings, export_id: str, record: str) -> Iterator[str]:
    path, source = store.rows("SELECT path, source FROM exports WHERE export_id = ? ORDER BY outcome, path LIMIT 1", [export_id])[0]
    yield f"file {path}"
    yield f"SHA-256 {export_id}, {_verified(settings, export_id)}"
    yield f"record {record}"
    yield f"as written: {printable(as_written(settings, export_id, path, source, record))}"


def as_written(settings: Settings, export_id: str, path: str, source: str | None, record: str) -> bytes:
    """The bytes of one record, found again in the vault by its locator. Workbooks and Parquet give their cells, one to a line."""
    home = vault.place(settings.vault, export_id)
    known = next((s for s in sources.load(settings.source_folders()) if s.name == source), None)
    layout = readers.Layout(**known.layout) if known else readers.Layout()
    for part in readers.look(home, path, settings.limits):
        for batch in readers.read(home, part, layout, settings.limits):
            names = batch.table.column("record").to_pylist()
            if record not in names:
                continue
            row = batch.table.slice(names.index(record), 1).to_pylist()[0]
            if row["offset"] is not None:
                return readers.record_bytes(home, part.compression, row["offset"], row["length"])
            return readers.written(part.header(layout.delimiter), row)
    raise AuditError(f"record {record} is not in the export any more", path, "run `audit-analyzer rebuild`, or ask for the delivery again")


def _verified(settings: Settings, export_id: str) -> str:
    home = vault.place(settings.vault, export_id)
    if not home.exists():
        return "NOT IN THE VAULT"
    return "verified" if vault.hashed(home)[0] == export_id else "CHANGED IN THE VAULT"


def printable(raw: bytes) -> str:
    """Bytes as text for a terminal: nothing in them moves the cursor or turns the direction of writing."""
    text = raw.decode("utf-8", errors="backslashreplace")
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text).rstrip("\n")
