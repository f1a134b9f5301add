"""Writes sample_logs/: `python tests/make_samples.py` the exports, `python tests/make_samples.py --golden` then what each export becomes."""

import gzip
import json
import sys
import tempfile
from pathlib import Path

import sample_cloudtrail
import sample_context
import sample_field
import sample_interchange
import sample_portals

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_logs"
FOLDERS = ("rekognition_cloudtrail", "ocsf_api_activity", "ecs_cloudtrail", "flock_search_audit", "field_app", "vendor_portal", "interchange", "context")
SHOWN = 3  # whole rows of each table in a golden file


def files():
    """Every export: path below sample_logs/ to its bytes."""
    return dict(pair for part in (sample_cloudtrail, sample_portals, sample_field, sample_interchange, sample_context) for pair in part.files())


def plain(name, data):
    """The bytes that are compared: what a compressor made of them may differ between machines."""
    return gzip.decompress(data) if name.endswith(".gz") else data


def write():
    """Write every export anew; one that holds the same is left alone, one that is no longer made is removed."""
    made = files()
    for name, data in made.items():
        file = SAMPLES / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or plain(name, file.read_bytes()) != plain(name, data):
            file.write_bytes(data)
    for folder in FOLDERS:
        for file in sorted((SAMPLES / folder).rglob("*")):
            if file.is_file() and file.name not in {"README.md", "golden.json"} and file.relative_to(SAMPLES).as_posix() not in made:
                file.unlink()


def become(folder):
    """What the exports of one folder become in an empty workspace: the ledger, rows of each table, and a few of them whole."""
    from audit_analyzer import ingest, settings, store, vault

    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        (root / "audit.toml").write_bytes((SAMPLES / "audit.toml").read_bytes())
        facts = settings.load(root)
        store.create(facts.database)
        with store.open_store(facts.database) as opened:
            told = ingest.ingest(opened, facts, vault.walk([SAMPLES / folder]), "0001-sample")
            return {"exports": ledger(told), "tables": {name: rows(opened, name) for name in store.canonical()}}


def ledger(told):
    """One line per export, by its path below sample_logs/."""
    lines = {}
    for one in told:
        name = one.file.replace("\\", "/").split("sample_logs/")[-1]
        lines[name] = {
            "source": one.source,
            "outcome": one.outcome,
            "read": one.read,
            "kept": one.kept,
            "rejected": one.rejected,
            "set_aside": one.set_aside,
            "copies": one.copies,
        }
    return dict(sorted(lines.items()))


def rows(opened, name):
    """How many rows a table has, and the first few by their own values; keys made from paths and bytes are left out."""
    count = opened.value(f"SELECT count(*) FROM {name}")
    some = opened.dicts(f"SELECT * EXCLUDE (export_id, row_key, row_hash) FROM {name} ORDER BY ALL LIMIT {SHOWN}")
    return {"rows": count, "first": [{k: v if isinstance(v, int | float | str | list) else str(v) for k, v in row.items() if v is not None} for row in some]}


def golden(folder):
    """The golden file's text."""
    facts = become(folder)
    facts["tables"] = {name: told for name, told in facts["tables"].items() if told["rows"]}
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write()
    if "--golden" in sys.argv:
        for one in FOLDERS:
            (SAMPLES / one / "golden.json").write_text(golden(one), encoding="utf-8")
