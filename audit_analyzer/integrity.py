"""The step between the verification of digests and the ledger: which exports are shown to be whole, and what was found wrong."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from typing import TYPE_CHECKING, Any

import isal.igzip
import isal.isal_zlib

from audit_analyzer.digest_logs import name
from audit_analyzer.digests import KINDS, DigestFile, Event, Keys, LogFile, Verification, keys, recognise, signatures, verify
from audit_analyzer.errors import ExportRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from audit_analyzer.digest_keys import Signature
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store

INTEGRITY = "cloudtrail_integrity"  # the source that intake names for digests, key lists and saved signatures
MOST_READ_AGAIN = 64 * 2**20  # bytes of a log that does not fit, to tell an innocent copy; CloudTrail's own files stay far below
_CLOUDTRAIL = re.compile(r"cloudtrail|rekognition", re.IGNORECASE)
_LOGS = """
SELECT export_id, path, source, system, period_from, period_to,
  CASE WHEN content_sha256 IS NULL AND (outcome = 'failed' OR (outcome = 'rejected' AND path LIKE '%.gz')) THEN NULL
    ELSE coalesce(content_sha256, export_id) END AS sha256
FROM (SELECT export_id, path FROM exports UNION SELECT export_id, path FROM deliveries) AS places
JOIN (SELECT * EXCLUDE (path), path AS first_path FROM exports) AS e USING (export_id)
ORDER BY path, export_id
"""
_COLUMNS = ("export_id", "system", "kind", "period_from", "period_to", "detail")
_SAME = " AND ".join(f"f.{name} IS NOT DISTINCT FROM e.{name}" for name in _COLUMNS)


def verify_deliveries(store: Store, settings: Settings, run_id: str) -> None:
    """The night's step: verify all digests delivered so far against all logs. Without any digest there is nothing to verify, and nothing is written."""
    anchors = store.rows("SELECT DISTINCT export_id, path FROM exports WHERE source = ? AND outcome = 'accepted' ORDER BY path, export_id", [INTEGRITY])
    if not anchors:
        return
    _hash_contents(store, settings)
    bodies = [DigestFile(export_id, path, _inflated(settings.vault / export_id[:2] / export_id)) for export_id, path in anchors]
    settle(store, run_id, lambda: bodies, settings.vault)


def _hash_contents(store: Store, settings: Settings) -> None:
    """SHA-256 of what is inside each compressed log: digests list hashes of uncompressed bytes."""
    packed = store.rows("SELECT DISTINCT export_id FROM exports WHERE content_sha256 IS NULL AND outcome = 'accepted' AND path ILIKE '%.gz' ORDER BY ALL")
    found = []
    for (export_id,) in packed:
        body = hashlib.sha256()
        try:
            with isal.igzip.open(settings.vault / export_id[:2] / export_id) as file:
                while piece := file.read(MOST_READ_AGAIN):
                    body.update(piece)
        except (OSError, EOFError, isal.isal_zlib.error):
            continue
        found.append((export_id, body.hexdigest()))
    if found:
        import pyarrow as pa

        hashes = pa.table({"export_id": [e for e, _ in found], "sha256": [h for _, h in found]})
        with store.transaction(), store.lent("hashes_now", hashes):
            store.run("UPDATE exports SET content_sha256 = h.sha256 FROM hashes_now h WHERE exports.export_id = h.export_id")


def _inflated(file: Path) -> bytes:
    raw = file.read_bytes()
    try:
        return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    except (OSError, EOFError, zlib.error):
        return raw


def settle(
    store: Store,
    run_id: str,
    digest_bodies: Callable[[], Iterable[DigestFile]],
    vault: Path | None = None,
    is_cloudtrail: Callable[[str | None], bool] = lambda source: bool(_CLOUDTRAIL.search(source or "")),
) -> Verification:
    """Verify every digest against every log in the ledger; write `exports.integrity` and `integrity_events`, in one transaction of its own.

    digest_bodies: every export that `recognise` calls digest, keys or signatures, of this run and of all before, decompressed (as delivered, where that
    fails). vault: where `export_id[:2]/export_id` is the file as delivered, read only for logs that do not fit. is_cloudtrail: which
    sources are CloudTrail's; a file that bears the name of a CloudTrail log is taken for one whatever its source.

    The table holds the facts as they stand: what is found again keeps the run that found it first, what no longer holds (the missing log
    was delivered after all) goes, and the findings of earlier runs still tell of it. Asked twice, it writes the same. Kinds other than KINDS are not touched.
    """
    files = sorted(set(digest_bodies()), key=lambda file: (file.path, file.export_id))
    known, proofs, faults = _anchors(files)
    digests = [file for file in files if _kind(file) == "digest"]
    rows = _logs(store, {file.export_id for file in files}, is_cloudtrail)
    logs = [LogFile(row["export_id"], row["path"], row["sha256"], row["period_from"], row["period_to"]) for row in rows]
    found = verify(digests, logs, known, proofs, _reader(vault) if vault else None)
    _write(store, run_id, found, [*faults, *found.events], rows)
    return found


def _kind(file: DigestFile) -> str:
    return recognise(file.body[:4096], file.path) or "digest"


def _anchors(files: Iterable[DigestFile]) -> tuple[Keys | None, list[Signature], list[Event]]:
    """Key lists, merged; signatures; and what could not be read of either. A list that cannot be read counts as not delivered."""
    lists: list[Keys] = []
    proofs: list[Signature] = []
    faults: list[Event] = []
    for file in files:
        kind = _kind(file)
        try:
            if kind == "keys":
                lists.append(keys(file.body, file.path))
            elif kind == "signatures":
                proofs.extend(signatures(file.body, file.path))
        except ExportRejected as error:
            faults.append(Event(f"malformed_{kind}", file.export_id, None, None, None, None, f"{file.path}: {error.what}."))
    return Keys.merged(lists), proofs, faults


def _logs(store: Store, others: set[str], is_cloudtrail: Callable[[str | None], bool]) -> list[dict[str, Any]]:
    rows = (row for row in store.dicts(_LOGS) if row["export_id"] not in others)
    return [row for row in rows if is_cloudtrail(row["source"]) or "_CloudTrail_" in row["path"].replace("\\", "/").rpartition("/")[2]]


def _reader(vault: Path) -> Callable[[LogFile], bytes | None]:
    """Uncompressed bytes of a log from the vault; None where it is not there, too big or broken."""

    def read(log: LogFile) -> bytes | None:
        file = vault / log.export_id[:2] / log.export_id
        try:
            with file.open("rb") as plain:
                packed = plain.read(2) == b"\x1f\x8b"
                plain.seek(0)
                body = gzip.GzipFile(fileobj=plain).read(MOST_READ_AGAIN + 1) if packed else plain.read(MOST_READ_AGAIN + 1)
        except (OSError, EOFError, zlib.error):
            return None
        return body if len(body) <= MOST_READ_AGAIN else None

    return read


def _write(store: Store, run_id: str, found: Verification, events: Iterable[Event], logs: Iterable[Mapping[str, Any]]) -> None:
    import pyarrow as pa  # heavy, and needed here only

    system = _systems(logs)
    when = pa.timestamp("us", tz="UTC")
    schema = pa.schema([(name, when if name.startswith("period") else pa.string()) for name in _COLUMNS])
    facts = {tuple(_row(event, system).values()): _row(event, system) for event in events}
    verdicts = {verdict.export_id: verdict.integrity for verdict in (*found.digests, *found.logs)}
    levels = pa.table({"export_id": pa.array(verdicts, pa.string()), "level": pa.array(verdicts.values(), pa.string())})
    kinds = ", ".join(f"'{kind}'" for kind in sorted(KINDS))
    with store.lent("settled_levels", levels), store.lent("settled_facts", pa.Table.from_pylist(list(facts.values()), schema)), store.transaction():
        store.run("UPDATE exports SET integrity = s.level FROM settled_levels AS s WHERE s.export_id = exports.export_id AND integrity <> s.level")
        store.run(
            "UPDATE exports SET integrity = 'file-hash-only' WHERE integrity <> 'file-hash-only' AND export_id NOT IN (SELECT export_id FROM settled_levels)"
        )
        store.run(f"DELETE FROM integrity_events AS e WHERE kind IN ({kinds}) AND NOT EXISTS (SELECT 1 FROM settled_facts AS f WHERE {_SAME})")
        store.run(
            f"INSERT INTO integrity_events ({', '.join(_COLUMNS)}, run_id) SELECT {', '.join(_COLUMNS)}, ? FROM settled_facts AS f "
            f"WHERE NOT EXISTS (SELECT 1 FROM integrity_events AS e WHERE {_SAME})",
            [run_id],
        )


def _systems(logs: Iterable[Mapping[str, Any]]) -> Callable[[Event], str | None]:
    """The system of an event: that of its export, else the one system whose logs come from its account and region, else unknown."""
    by_export: dict[str, str | None] = {}
    by_place: dict[tuple[str, str], set[str]] = {}
    for row in logs:
        by_export[row["export_id"]], said = row["system"], name(row["path"])
        if said and row["system"]:
            by_place.setdefault((said.account, said.region), set()).add(row["system"])

    def system(event: Event) -> str | None:
        places = by_place.get((event.account or "", event.region or ""), set())
        return by_export.get(event.export_id or "") or (next(iter(places)) if len(places) == 1 else None)

    return system


def _row(event: Event, system: Callable[[Event], str | None]) -> dict[str, Any]:
    values = (event.export_id, system(event), event.kind, event.period_from, event.period_to, event.detail)
    return dict(zip(_COLUMNS, values, strict=True))
