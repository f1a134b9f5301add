import contextlib
import os
import re
import subprocess
import sys
import weakref

import duckdb
import pytest

from audit_analyzer.errors import StoreError
from audit_analyzer.store import HERE, Store, canonical, create, model, open_store, scratch

MODEL = {
    "queries": "query_id system operation occurred_at occurred_at_raw time_basis operator operator_kind agency unit on_behalf_of client_ip user_agent device "
    "latitude longitude place probe probe_source captured_at subject gallery galleries_searched threshold threshold_explicit max_candidates "
    "quality_filter attributes status error_code candidates top_score candidate instruction reference reason case_number offense reason_state "
    "case_number_state offense_state operator_state subject_state searched_from searched_to",
    "reviews": "review_id query_id system reviewer started_at decided_at decision candidate method notes",
    "corroborations": "corroboration_id query_id system case_number kind obtained_at source_ref notes",
    "actions": "action_id query_id system case_number kind occurred_at officer agency",
    "authorizations": "authorization_id query_id system case_number kind requested_at granted_at expires_at granted_by",
    "biometric_items": "item_id system query_id kind subject citizenship created_at deleted_at hold_from hold_to",
    "disclosures": "disclosure_id query_id system item_id to_org disclosed_at reason",
    "operators": "operator agency unit role active_from active_to trained_from trained_to licence person",
    "shifts": "operator starts_at ends_at",
    "cases": "case_number agency offense opened_at closed_at assigned_operators",
    "assemblies": "assembly_id name starts_at ends_at latitude longitude precision_m locality source",
    "places": "place_id kind name latitude longitude",
    "systems": "system agency approval approved_from approved_to permitted_offenses permitted_agencies permitted_attributes barred_purposes logs_from",
    "galleries": "gallery system purpose approved_from approved_to",
    "published_counts": "agency system period_from period_to measure count",
    "notices": "notice_id system agency operator gallery kind starts_at ends_at text",
}


def test_every_table_and_column_of_the_contract_is_there_under_its_name():
    missing = {t: [c for c in columns.split() if c not in {k.name for k in canonical()[t].columns}] for t, columns in MODEL.items()}
    assert (set(canonical()), {t: m for t, m in missing.items() if m}) == (set(MODEL), {})


def test_every_column_and_table_has_its_sentence():
    without = [f"{t.name}.{c.name}" for t in model().values() for c in t.columns if not c.meaning.strip()] + [t.name for t in model().values() if not t.meaning]
    assert without == []


def test_the_model_that_is_read_from_the_schema_is_what_the_database_has():
    with scratch() as store:
        there = store.rows(
            "SELECT table_name, column_name, data_type, NOT is_nullable FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
        )
    hidden = {"export_id", "record", "row_key", "row_hash"}
    types = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}
    read = [(t.name, c.name, types.get(c.type, c.type), c.required) for t in sorted(model().values()) for c in t.columns]
    assert [row for row in there if row[0] in {t.name for t in model().values() if t.ledger} or row[1] not in hidden] == read


def test_every_canonical_table_carries_its_provenance():
    with scratch() as store:
        for table in canonical():
            columns = [row[0] for row in store.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [table])]
            assert columns[-4:] == ["export_id", "record", "row_key", "row_hash"]


def test_a_new_database_has_every_table_and_is_for_its_owner_only(tmp_path):
    before = os.umask(0o022)
    try:
        with open_store(tmp_path / "w" / "a.duckdb") as store:
            tables = {row[0] for row in store.rows("SELECT table_name FROM duckdb_tables()")}
    finally:
        os.umask(before)
    modes = [oct(p.stat().st_mode & 0o777) for p in (tmp_path / "w" / "a.duckdb", tmp_path / "w")]
    assert (tables, modes) == (set(model()), ["0o600", "0o700"])


def test_what_a_kill_left_of_a_creation_is_cleared_away(tmp_path):
    for name in ("a.duckdb.new", "a.duckdb.new.wal"):
        (tmp_path / name).write_bytes(b"half")
    create(tmp_path / "a.duckdb")
    assert [p.name for p in tmp_path.iterdir()] == ["a.duckdb"]


def test_reading_a_database_that_is_not_there_says_what_to_run_first(tmp_path):
    with pytest.raises(StoreError, match="there is no database here") as told:
        open_store(tmp_path / "a.duckdb", read_only=True)
    assert ("audit-analyzer ingest" in told.value.remedy, list(tmp_path.iterdir())) == (True, [])


def test_a_file_that_is_no_database_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "a.duckdb").write_bytes(b"not a database" * 999)
    with pytest.raises(StoreError) as told:
        open_store(tmp_path / "a.duckdb")
    assert "audit-analyzer rebuild" in told.value.remedy


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    with open_store(tmp_path / "a.duckdb") as store:
        with contextlib.suppress(KeyError), store.transaction():
            store.run("INSERT INTO runs (run_id, command, version) VALUES ('1', 'x', '1')")
            raise KeyError
        assert store.value("SELECT count(*) FROM runs") == 0


def test_times_come_out_in_utc_whatever_the_zone_of_the_machine(tmp_path):
    say = "from audit_analyzer.store import scratch; print(scratch().value(\"SELECT TIMESTAMPTZ '2026-03-01 10:00:00+01'::VARCHAR\"))"
    told = {
        zone: subprocess.run([sys.executable, "-c", say], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True).stdout
        for zone in ("Asia/Kathmandu", "UTC")
    }
    assert set(told.values()) == {"2026-03-01 09:00:00+00\n"}


def test_a_checkpoint_leaves_no_data_in_the_write_ahead_log(tmp_path):
    with open_store(tmp_path / "a.duckdb") as store:
        store.run("INSERT INTO runs (run_id, command, version) VALUES ('1', 'x', '1')")
        store.checkpoint()
        wal = tmp_path / "a.duckdb.wal"
        assert not wal.exists() or wal.stat().st_size == 0


@pytest.mark.parametrize(("each", "gib"), [(0, "858.3 MiB"), (10**9, "1.8 GiB"), (10**15, None)])
def test_the_engine_is_given_more_room_for_millions_of_uses_but_never_the_whole_machine(monkeypatch, each, gib):
    monkeypatch.setattr("audit_analyzer.store.EACH_MILLION", each)
    with scratch() as store:
        store.run("DROP TABLE queries; CREATE TABLE queries AS SELECT range AS n FROM range(2_000_000)")
        store.make_room("900MB")
        given = store.value("SELECT current_setting('memory_limit')")
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        assert given == gib if gib else store.value("SELECT parse_formatted_bytes(?)", [given]) < machine * 0.61


def test_what_is_lent_is_gone_when_the_block_ends():
    import pyarrow as pa

    with scratch() as store:
        with store.lent("guest", pa.table({"x": [1, 2]})):
            inside = store.value("SELECT sum(x) FROM guest")
        left = store.value("SELECT count(*) FROM duckdb_views() WHERE view_name = 'guest'")
    assert (inside, left) == (3, 0)


def test_what_is_lent_within_a_transaction_is_let_go_before_it_ends(tmp_path):
    import pyarrow as pa

    with open_store(tmp_path / "audit.duckdb") as store, store.transaction():
        store.run("CREATE TABLE kept (x BIGINT)")
        guest = pa.table({"x": pa.array([1, 2], pa.int64())})
        gone = weakref.ref(guest)
        with store.lent("guest", guest):
            made = store.exact("SELECT x * 2 AS x FROM guest")
            with store.lent("made", made):
                store.run("INSERT INTO kept SELECT x FROM made")
        del guest
        assert (gone(), store.value("SELECT sum(x) FROM kept")) == (None, 6)


def test_128_bit_numbers_go_through_arrow_as_they_are(tmp_path):
    with open_store(tmp_path / "audit.duckdb") as store:
        least = -(2**127)
        table = store.exact(f"SELECT ({least})::HUGEINT AS low, md5_number('a') AS high")
        with store.lent("table_", table):
            assert store.rows("SELECT low, high = md5_number('a') FROM table_") == [(least, True)]


def test_no_column_of_the_model_is_a_number_that_can_be_nan_by_default():
    assert re.findall(r"\bFLOAT\b|\bREAL\b", (HERE / "schema.sql").read_text(encoding="utf-8")) == []


def test_a_long_question_draws_nothing_on_standard_output(capfd):
    connection = duckdb.connect(":memory:")
    connection.execute("SET progress_bar_time = 1")  # milliseconds, not the two seconds after which a bar is drawn otherwise
    with Store(connection) as store:
        capfd.readouterr()  # on a busy machine the two settings alone take longer than a millisecond
        store.run("CREATE TABLE many AS SELECT range AS a, range::VARCHAR AS b FROM range(1000000)")
        assert store.frame("SELECT b, count(*) AS n FROM many GROUP BY b ORDER BY n DESC, b LIMIT 1").height == 1
    assert capfd.readouterr().out == ""
