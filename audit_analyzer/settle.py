"""What can be settled only when all exports of an intake are in: whose a child row is, which items were deleted, late twins, names written in several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit_analyzer.landing import LARGE
from audit_analyzer.store import canonical

if TYPE_CHECKING:
    from audit_analyzer.store import Store

CHILDREN = ("reviews", "corroborations", "actions", "authorizations", "disclosures")
LATER = {  # what is not known yet when a row is first told: how it goes on, and how it ends
    "biometric_items": ("deleted_at", "hold_from", "hold_to"),
    "authorizations": ("requested_at", "granted_at", "expires_at", "granted_by"),
    "notices": ("ends_at",),
}

NEWEST = {  # the newest time that an export's own rows tell, beside what is told later
    "biometric_items": "SELECT export_id, max(created_at) AS newest FROM biometric_items GROUP BY export_id",
    "authorizations": "SELECT a.export_id, max(q.occurred_at) AS newest FROM authorizations a JOIN queries q ON q.query_id = a.query_id "
    "AND q.system = coalesce(a.system, q.system) GROUP BY a.export_id",
    "notices": "SELECT export_id, max(starts_at) AS newest FROM notices GROUP BY export_id",
}


def children(store: Store) -> None:
    """A child row without `system` belongs to the one system that knows its query_id; where several do, it is a reject that says so."""
    with store.transaction():
        for table in CHILDREN:
            if not store.value(f"SELECT count(*) FROM {table} WHERE system IS NULL AND query_id IS NOT NULL"):
                continue
            store.run(
                "CREATE OR REPLACE TEMP TABLE owners AS SELECT query_id, min(system) AS system, count(DISTINCT system) AS systems, "
                "string_agg(DISTINCT system, ', ' ORDER BY system) AS names FROM queries "
                f"WHERE query_id IN (SELECT query_id FROM {table} WHERE system IS NULL) GROUP BY query_id"
            )
            store.run(f"UPDATE {table} SET system = o.system FROM owners o WHERE {table}.system IS NULL AND {table}.query_id = o.query_id AND o.systems = 1")
            _refuse_ambiguous(store, table)


def _refuse_ambiguous(store: Store, table: str) -> None:
    mine = f"FROM {table} t JOIN owners o ON o.query_id = t.query_id WHERE t.system IS NULL AND o.systems > 1"
    if not store.value(f"SELECT count(*) {mine}"):
        return
    shown = "to_json({" + ", ".join(f"'{c.name}': t.{c.name}" for c in canonical()[table].columns) + "})"
    store.run(
        f"INSERT INTO rejects SELECT t.export_id, t.record, NULL, NULL, '{table}.system: several systems know query_id ' || t.query_id || ': ' || o.names, "
        f"encode({shown}::VARCHAR) {mine}"
    )
    store.run(
        f"UPDATE exports SET kept = kept - m.lost, rejected = rejected + m.lost FROM (SELECT t.export_id, count(*) AS lost {mine} GROUP BY t.export_id) m "
        "WHERE exports.export_id = m.export_id AND exports.outcome = 'accepted'"
    )
    store.run(f"DELETE FROM {table} WHERE system IS NULL AND query_id IN (SELECT query_id FROM owners WHERE systems > 1)")


def completions(store: Store) -> None:
    """A version of a row that says what was still open (LATER), or leaves that open, and all else alike, is no revision, whichever of them came first.

    What ended before the newest event of an export that had it open by then was not open there: the two contradict each other, and the later is a revision.
    """
    with store.transaction():
        for table, still_open in LATER.items():
            while _complete(store, table, still_open):
                pass


def _complete(store: Store, table: str, still_open: tuple[str, ...]) -> bool:
    """Fill each row from the first version that is alike; whether there was one."""
    of_table = f"FROM copies WHERE table_name = '{table}' AND kind"
    if not store.value(f"SELECT count(*) {of_table} = 'revision'"):
        return False
    types = {c.name: c.type for c in canonical()[table].columns}
    first = "to_json({" + ", ".join(f"'{name}': t.{name}" for name in types) + "})"
    pairs = {name: (f"json_extract_string(first, '$.{name}')", f"json_extract_string(version, '$.{name}')") for name in types}
    same = [f"{was} IS NOT DISTINCT FROM {now}" for name, (was, now) in pairs.items() if name not in still_open]
    unsaid = [f"({test} OR {pairs[name][1]} IS NULL)" for name, test in zip((n for n in types if n not in still_open), same, strict=True)]
    fills = [f"({was} IS NULL AND {now} IS NOT NULL)" for was, now in (pairs[name] for name in still_open)]
    fits = [f"({was} IS NULL OR {now} IS NULL OR {was} = {now})" for was, now in (pairs[name] for name in still_open)]
    for name in (n for n in still_open if types[n] == "TIMESTAMPTZ"):
        was, now = pairs[name]
        for open_, said, key in ((was, now, "row_key"), (now, was, "export_id")):
            known = f"k.{key} = v.{key} AND k.column_name = '{name}' AND k.newest > CAST({said} AS TIMESTAMPTZ)"
            fits.append(f"({open_} IS NOT NULL OR {said} IS NULL OR NOT EXISTS (SELECT 1 FROM {'had' if key == 'row_key' else 'knew'}_open k WHERE {known}))")
    store.run(
        "CREATE OR REPLACE TEMP TABLE completing AS "
        f"WITH revised AS (SELECT rowid AS copy_rid, row_key, export_id, version {of_table} = 'revision' AND json_valid(version)), "
        f"newest AS ({NEWEST[table]}), "
        "knew_open AS (SELECT n.export_id, s.column_name, n.newest FROM newest n JOIN field_states s ON s.export_id = n.export_id "
        f"WHERE s.table_name = '{table}' AND s.state = 'exported'), "
        f"told AS (SELECT row_key, export_id FROM {table} UNION ALL SELECT row_key, export_id {of_table} = 'copy'), "
        "had_open AS (SELECT t.row_key, k.column_name, max(k.newest) AS newest FROM told t JOIN knew_open k ON k.export_id = t.export_id "
        "WHERE t.row_key IN (SELECT row_key FROM revised) GROUP BY ALL), "
        f"versions AS (SELECT t.rowid AS rid, r.*, {first} AS first FROM revised r JOIN {table} t ON t.row_key = r.row_key) "
        f"SELECT rid, min(copy_rid) AS copy_rid, arg_min(version, copy_rid) AS version FROM versions v "
        f"WHERE {' AND '.join(fits)} AND (({' AND '.join(same)}) OR ({' AND '.join(unsaid)} AND ({' OR '.join(fills)}))) GROUP BY rid"
    )
    if not store.value("SELECT count(*) FROM completing"):
        return False
    filled = ", ".join(f"{name} = coalesce({table}.{name}, CAST(json_extract_string(d.version, '$.{name}') AS {types[name]}))" for name in still_open)
    store.run(f"UPDATE {table} SET {filled} FROM completing AS d WHERE {table}.rowid = d.rid")
    store.run("UPDATE copies SET kind = 'completion' WHERE rowid IN (SELECT copy_rid FROM completing)")
    return True


def deletions(store: Store) -> None:
    """End the life of stored items whose deletion a log tells: of the item itself, or of its whole gallery."""
    with store.transaction():
        store.run(
            "UPDATE biometric_items SET deleted_at = d.deleted_at FROM ("
            "SELECT i.rowid AS rid, min(x.deleted_at) AS deleted_at FROM biometric_items i JOIN deletions x ON x.system = i.system "
            "AND x.deleted_at >= i.created_at AND x.item_id = i.item_id WHERE i.deleted_at IS NULL GROUP BY i.rowid "
            "UNION ALL SELECT i.rowid, min(x.deleted_at) FROM biometric_items i JOIN deletions x ON x.system = i.system AND x.gallery = i.gallery "
            "AND x.item_id IS NULL AND x.deleted_at >= i.created_at WHERE i.deleted_at IS NULL GROUP BY i.rowid"
            ") d WHERE biometric_items.rowid = d.rid AND biometric_items.deleted_at IS NULL"
        )


def spellings(store: Store) -> None:
    """An account or agency that a system writes in capitals here and with a blank more there has one name, the first; `spellings` has the others."""
    folded = "regexp_replace(lower(trim(said)), '\\s+', ' ', 'g')"
    for column in ("agency", "operator"):
        store.run(
            "CREATE OR REPLACE TEMP TABLE spelled AS SELECT system, said, name, uses FROM ("
            f"SELECT *, trim(first_value(said) OVER (PARTITION BY system, {folded} ORDER BY place)) AS name FROM ("
            f"SELECT system, {column} AS said, count(*) AS uses, min(rowid) AS place FROM queries WHERE said IS NOT NULL GROUP BY system, said"
            ")) WHERE said <> name"
        )
        if store.value("SELECT count(*) FROM spelled"):
            with store.transaction():
                store.run(f"UPDATE queries SET {column} = s.name FROM spelled AS s WHERE queries.system = s.system AND queries.{column} = s.said")
                store.run(f"INSERT INTO spellings SELECT system, '{column}', said, name, uses FROM spelled")


def late_twins(store: Store) -> None:
    """Above LARGE rows the intake looked for known uses in each batch's own time range only: a use that came again under another time is found here."""
    if (store.value("SELECT count(*) FROM queries") or 0) < LARGE:
        return
    with store.transaction():
        store.run("CREATE OR REPLACE TEMP TABLE again AS SELECT row_key, min(rowid) AS first FROM queries GROUP BY row_key HAVING count(*) > 1")
        if not store.value("SELECT count(*) FROM again"):
            return
        later = "FROM queries q JOIN again a USING (row_key) JOIN queries f ON f.rowid = a.first WHERE q.rowid <> a.first"
        version = "to_json({" + ", ".join(f"'{c.name}': q.{c.name}" for c in canonical()["queries"].columns) + "})::VARCHAR"
        store.run(
            "INSERT INTO copies SELECT q.export_id, q.record, 'queries', q.row_key, q.row_hash, "
            "CASE WHEN q.row_hash = f.row_hash THEN 'copy' ELSE 'revision' END, "
            f"q.query_id, q.system, CASE WHEN q.row_hash = f.row_hash THEN NULL ELSE {version} END {later}"
        )
        store.run(
            f"UPDATE exports SET kept = kept - m.lost, copies = copies + m.lost FROM (SELECT q.export_id, count(*) AS lost {later} GROUP BY q.export_id) m "
            "WHERE exports.export_id = m.export_id AND exports.outcome = 'accepted'"
        )
        store.run("DELETE FROM queries WHERE rowid IN (SELECT q.rowid FROM queries q JOIN again a USING (row_key) WHERE q.rowid <> a.first)")
