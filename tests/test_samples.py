"""The sample logs: made by their maker, of a bearable size, read as their golden files say, and whole."""

import json

import make_samples
import pytest

from audit_analyzer import ingest, settings, store, vault
from audit_analyzer.store import canonical


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """All of sample_logs/ in one workspace, with the audit.toml that lies beside it."""
    root = tmp_path_factory.mktemp("demo")
    (root / "audit.toml").write_bytes((make_samples.SAMPLES / "audit.toml").read_bytes())
    facts = settings.load(root)
    store.create(facts.database)
    with store.open_store(facts.database) as opened:
        yield opened, ingest.ingest(opened, facts, vault.walk([make_samples.SAMPLES]), "0001-sample")


def test_every_export_is_what_its_maker_writes():
    made = make_samples.files()
    folders = [make_samples.SAMPLES / name for name in make_samples.FOLDERS]
    there = {
        f.relative_to(make_samples.SAMPLES).as_posix(): f for d in folders for f in d.rglob("*") if f.is_file() and f.name not in {"README.md", "golden.json"}
    }
    assert sorted(made) == sorted(there)
    different = [n for n, data in made.items() if not n.endswith(".parquet") and make_samples.plain(n, data) != make_samples.plain(n, there[n].read_bytes())]
    assert different == []


def test_the_parquet_export_holds_the_rows_that_its_maker_writes():
    import io

    import pyarrow.parquet as pq

    parquet = {n: data for n, data in make_samples.files().items() if n.endswith(".parquet")}
    assert len(parquet) == 1
    for name, data in parquet.items():
        assert pq.read_table(io.BytesIO(data)).to_pylist() == pq.ParquetFile(make_samples.SAMPLES / name).read().to_pylist()


@pytest.mark.parametrize("folder", make_samples.FOLDERS)
def test_a_folder_becomes_what_its_golden_file_says(folder):
    assert json.loads(make_samples.golden(folder)) == json.loads((make_samples.SAMPLES / folder / "golden.json").read_text(encoding="utf-8"))


def test_the_samples_stay_below_two_megabytes():
    assert sum(f.stat().st_size for f in make_samples.SAMPLES.rglob("*") if f.is_file()) < 2_000_000


def test_every_folder_says_that_it_is_constructed():
    folders = [make_samples.SAMPLES, *(make_samples.SAMPLES / name for name in make_samples.FOLDERS)]
    assert [f.name for f in folders if "constructed" not in (f / "README.md").read_text(encoding="utf-8").lower()] == []


def test_no_file_of_the_samples_is_refused_and_no_record_rejected(workspace):
    _, told = workspace
    assert [(t.file, t.reason) for t in told if t.outcome != "accepted" or t.rejected] == []


def test_readmes_golden_files_and_audit_toml_are_declared_to_be_no_exports(workspace):
    _, told = workspace
    names = {t.file.split("/")[-1] for t in told if t.source is None}
    assert names == {"README.md", "golden.json", "audit.toml"}


def test_each_record_is_accounted_for_once(workspace):
    opened, told = workspace
    assert [t.file for t in told if t.read != t.kept + t.rejected + t.set_aside + t.copies] == []
    assert opened.value("SELECT count(*) FROM exports WHERE read <> kept + rejected + set_aside + copies") == 0


def test_no_event_delivered_twice_is_told_as_an_edited_one(workspace):
    opened, _ = workspace
    assert opened.rows("SELECT kind, count(*) > 0 FROM copies GROUP BY kind ORDER BY kind") == [("copy", True), ("superseded", True)]


def test_every_child_row_names_a_use_that_is_there(workspace):
    opened, _ = workspace
    lost = {}
    for table in ("reviews", "actions", "corroborations", "authorizations", "biometric_items", "disclosures"):
        lost[table] = opened.value(
            f"SELECT count(*) FROM {table} c ANTI JOIN queries q ON q.system = c.system AND q.query_id = c.query_id WHERE c.query_id IS NOT NULL"
        )
    assert lost == dict.fromkeys(lost, 0)


def test_every_table_of_the_model_has_rows(workspace):
    opened, _ = workspace
    assert [name for name in canonical() if not opened.value(f"SELECT count(*) FROM {name}")] == []


def test_the_crowd_batch_is_29_searches_in_five_minutes_however_often_it_was_delivered(workspace):
    opened, _ = workspace
    found = opened.rows(
        "SELECT count(*), date_diff('second', min(occurred_at), max(occurred_at)) "
        "FROM queries WHERE probe LIKE '%2026/05/02/march/IMG_%' AND call LIKE 'SearchFaces%'"
    )
    assert found == [(29, 280)]


def test_local_times_stand_at_their_instant(workspace):
    opened, _ = workspace
    late = opened.rows(
        "SELECT occurred_at_raw, occurred_at AT TIME ZONE 'UTC' FROM queries WHERE system = 'vendor-portal' AND carriers = 'screenshot_march_0.png'"
    )
    assert [(raw, str(at)) for raw, at in late] == [("05/03/2026 09:00 AM", "2026-05-03 16:00:00")]


def test_the_zone_that_nobody_declared_stays_unknown(workspace):
    opened, _ = workspace
    unknown = opened.rows("SELECT DISTINCT system FROM queries WHERE time_basis = 'unknown'")
    assert unknown == [("flock-ogden",)]


def test_faces_of_the_event_gallery_live_on_and_booked_ones_are_deleted(workspace):
    opened, _ = workspace
    kept = opened.rows(
        "SELECT gallery, count(*), count(deleted_at) FROM biometric_items "
        "WHERE system = 'rekognition' AND created_at < '2026-06-01' GROUP BY gallery ORDER BY gallery"
    )
    booked = {gallery: (count, gone) for gallery, count, gone in kept}
    assert booked["may2-march-crowd"] == (60, 0)
    assert booked["county-mugshots"][0] - booked["county-mugshots"][1] == 1  # the probe that was enrolled
