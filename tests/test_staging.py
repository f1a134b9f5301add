import datetime as dt

import pytest
from exports_maker import event, use, write_cloudtrail, write_csv, write_ndjson, write_parquet, write_xlsx

from audit_analyzer import gather, nightly
from audit_analyzer.errors import SourceError
from audit_analyzer.staging import select
from audit_analyzer.store import canonical

TIME = dt.datetime(2026, 3, 1, 10, 30, tzinfo=dt.UTC)
CHILDREN = {"reviews", "corroborations", "actions", "authorizations", "disclosures"}


def value_for(table, column):
    """A value of the column's type; the child rows and the use that they belong to know each other."""
    if column.words:
        return column.words[0]
    if column.name in {"query_id", "system"}:
        return {"query_id": "q-1", "system": "metro"}[column.name]
    return {"TIMESTAMPTZ": TIME, "DOUBLE": 12.5, "BIGINT": 3, "BOOLEAN": True, "VARCHAR[]": ["north", "south"]}.get(
        column.type, f"{column.name} of {table.name}"
    )


def full_row(table):
    return {c.name: value_for(table, c) for c in table.columns}


def deliver(files, ending):
    """One file for each canonical table, one full row in each."""
    rows = {name: [full_row(table)] for name, table in canonical().items()}
    if ending == "xlsx":
        write_xlsx(files / "all.xlsx", rows)
        return
    for name, given in rows.items():
        {"csv": write_csv, "ndjson": write_ndjson, "parquet": write_parquet}[ending](files / f"{name}.{ending}", given)


@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet", "xlsx"])
def test_every_column_of_every_canonical_table_comes_through_the_exchange_format_as_it_was_written(place, files, ending):
    deliver(files, ending)
    place.ingest(files)
    expected = {name: [tuple(full_row(table).values())] for name, table in canonical().items()}
    assert {name: place.rows_of(name) for name in canonical()} == expected


@pytest.mark.parametrize("ending", ["ndjson", "parquet", "xlsx"])
def test_the_same_table_written_in_another_format_is_a_copy_and_no_revision(place, files, ending):
    deliver(files, "csv")
    place.ingest(files)
    other = files.parent / "again"
    other.mkdir()
    deliver(other, ending)
    results = place.ingest(other)
    told = (sum(r.kept for r in results), sum(r.copies for r in results), place.rows("SELECT table_name FROM copies WHERE kind <> 'copy' ORDER BY ALL"))
    assert told == (0, len(canonical()), [])


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ("stolen car", "value"),
        ("", "empty"),
        ("   ", "empty"),
        ("REDACTED", "redacted"),
        ("[redacted]", "redacted"),
        ("n/a", "placeholder"),
        ("test", "placeholder"),
    ],
)
def test_a_stated_reason_is_told_from_a_blank_a_redaction_and_a_stand_in(place, files, given, state):
    place.ingest(write_csv(files / "a.csv", [use(1, reason=given)]))
    assert place.uses("reason_state") == {"q-1": state}


def test_a_blacked_out_operator_is_nobody_and_not_one_person_called_redacted(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1, operator="REDACTED"), use(2, operator="kim")]))
    assert place.uses("operator", "operator_state") == {"q-1": (None, "redacted"), "q-2": ("kim", "value")}


def test_an_export_without_the_column_leaves_it_not_exported_and_not_empty(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1)]))
    assert place.uses("reason_state", "case_number_state") == {"q-1": ("not_exported", "not_exported")}


def test_a_system_that_never_logs_a_reason_leaves_it_not_logged(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [event(1)]))
    assert place.uses("reason_state", "case_number_state") == {"e-1": ("not_logged", "not_logged")}


def test_the_ledger_tells_for_each_column_whether_it_was_exported_left_out_never_logged_or_blacked_out(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1, reason="REDACTED"), use(2, reason="REDACTED")]), write_cloudtrail(files / "b.json", [event(1)]))
    told = place.rows(
        "SELECT source, column_name, state, row_count, filled FROM field_states JOIN exports USING (export_id) "
        "WHERE table_name = 'queries' AND column_name IN ('reason', 'offense', 'gallery') ORDER BY ALL"
    )
    assert told == [
        ("interchange", "gallery", "not_exported", 2, 0),
        ("interchange", "offense", "not_exported", 2, 0),
        ("interchange", "reason", "redacted", 2, 0),
        ("rekognition_cloudtrail", "gallery", "exported", 1, 1),
        ("rekognition_cloudtrail", "offense", "not_logged", 1, 0),
        ("rekognition_cloudtrail", "reason", "not_logged", 1, 0),
    ]


def test_a_key_that_only_a_late_json_record_has_is_read_all_the_same(place, files):
    rows = [use(n) for n in range(999)] + [use(999, reason="missing child")]
    place.ingest(write_ndjson(files / "a.ndjson", rows))
    states = place.rows("SELECT reason, reason_state, count(*) FROM queries GROUP BY ALL ORDER BY ALL")
    assert states == [("missing child", "value", 1), (None, "not_exported", 999)]


def test_the_ledger_calls_such_a_column_exported(place, files):
    place.ingest(write_ndjson(files / "a.ndjson", [use(n) for n in range(999)] + [use(999, reason="missing child")]))
    assert place.rows("SELECT state, filled FROM field_states WHERE table_name = 'queries' AND column_name = 'reason'") == [("exported", 1)]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("status", "failed"),
        ("operator_kind", "robot"),
        ("reason_state", "unclear"),
        ("time_basis", "gps"),
        ("threshold", "nan"),
        ("latitude", "91"),
        ("mfa", "yes"),
        ("captured_at", "24:00"),
        ("probe_source", "hologram"),
    ],
)
def test_an_optional_cell_that_cannot_be_read_leaves_the_record_in_and_its_text_among_the_field_issues(place, files, column, text):
    result = place.one(write_csv(files / "a.csv", [use(1, **{column: text})]))
    issues = place.rows("SELECT record, table_name, column_name, raw FROM field_issues")
    assert (result.kept, issues) == (1, [("2", "queries", column, text)])


def test_the_ledger_counts_the_cells_that_could_not_be_read(place, files):
    place.ingest(write_csv(files / "a.csv", [use(n, threshold="80" if n else "inf") for n in range(3)]))
    assert place.rows("SELECT row_count, filled, unreadable FROM field_states WHERE table_name = 'queries' AND column_name = 'threshold'") == [(3, 2, 1)]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"occurred_at": "soon"}, "queries.occurred_at: not readable: soon"),
        ({"occurred_at": ""}, "queries.occurred_at: empty"),
        ({"operation": "divination"}, "queries.operation: not readable: divination"),
        ({"occurred_at": "2026-03-01T24:00:00Z"}, "queries.occurred_at: not readable: 2026-03-01T24:00:00Z"),
        ({"occurred_at": "infinity"}, "queries.occurred_at: not readable: infinity"),
        ({"occurred_at": "9999-12-31T00:00:00Z"}, "queries.occurred_at: not readable: 9999-12-31T00:00:00Z"),
    ],
)
def test_a_record_without_a_time_or_a_kind_that_can_be_read_is_a_reject_with_its_reason_and_its_bytes(place, files, changes, why):
    path = write_csv(files / "a.csv", [use(1) | changes])
    result = place.one(path)
    line = path.read_bytes().splitlines()[1]
    assert ((result.read, result.kept, result.rejected), place.rows("SELECT record, reason, raw FROM rejects")) == ((1, 0, 1), [("2", why, line)])


def test_the_reject_of_a_json_record_keeps_the_record_as_it_was_written(place, files):
    path = write_ndjson(files / "a.ndjson", [use(1, occurred_at="soon")])
    place.ingest(path)
    assert place.values("SELECT raw FROM rejects") == [path.read_bytes().strip()]


def test_a_use_without_an_id_of_its_own_gets_one_that_is_the_same_wherever_it_is_read(places, files):
    rows = [{k: v for k, v in use(n).items() if k != "query_id"} for n in range(3)]
    one, other = places(), places()
    one.ingest(write_csv(files / "a.csv", rows))
    other.ingest(write_csv(files / "b.csv", rows[::-1]))
    ids = [p.values("SELECT query_id FROM queries ORDER BY query_id") for p in (one, other)]
    assert (ids[0] == ids[1], len(ids[0]), all(i.startswith("hash:") for i in ids[0])) == (True, 3, True)


def test_a_declared_zone_makes_local_times_declared_ones(place, files):
    place.says('[[delivery]]\nfiles = "*.csv"\nzone = "America/Los_Angeles"\n')
    place.ingest(write_csv(files / "a.csv", [use(1, occurred_at="2026-03-01T10:00:00")]))
    assert place.rows("SELECT occurred_at, occurred_at_raw, time_basis FROM queries") == [
        (dt.datetime(2026, 3, 1, 18, tzinfo=dt.UTC), "2026-03-01T10:00:00", "declared")
    ]


def test_without_any_zone_a_local_time_is_read_as_utc_and_its_basis_is_unknown(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1, occurred_at="2026-03-01T10:00:00"), use(2, occurred_at="2026-03-01T10:00:00+01:00")]))
    assert place.uses("time_basis") == {"q-1": "unknown", "q-2": "declared"}


def test_a_local_time_that_the_clock_shows_twice_or_never_is_a_field_issue_on_a_kept_record(place, files):
    place.says('[[delivery]]\nfiles = "*"\nzone = "America/Los_Angeles"\n')
    rows = [
        use(1, occurred_at="2026-11-01T01:30:00"),
        use(2, occurred_at="2026-03-08T02:30:00"),
        use(3, occurred_at="2026-11-01T01:30:00-07:00"),
        use(4, occurred_at="2026-11-01T12:00:00"),
    ]
    result = place.one(write_csv(files / "a.csv", rows))
    assert (result.kept, place.values("SELECT record FROM field_issues WHERE column_name = 'occurred_at' ORDER BY record")) == (4, ["2", "3"])


def test_columns_that_no_table_knows_are_reported_by_name(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1, colour="red", Mood="calm")]))
    assert place.values("SELECT columns_unknown FROM exports") == [["colour", "Mood"]]


def test_the_report_counts_the_records_of_a_file_and_not_the_rows_that_have_an_unknown_column(place, files):
    place.ingest(write_ndjson(files / "q.ndjson", [use(1, extra="x"), use(2)]))
    with nightly.reading(place.settings) as store:
        (said,) = gather.assumptions(store)
    assert said.endswith("q.ndjson (2 records) has columns that no table knows: extra. They were not read; the file is in the vault.")


def test_the_header_is_known_in_any_case_and_with_blanks_around_its_names(place, files):
    (files / "a.csv").write_text(" Query_ID ,SYSTEM,Operation,occurred_AT\nq-1,metro,identification,2026-03-01T10:00:00Z\n")
    place.ingest(files)
    assert place.uses("system") == {"q-1": "metro"}


@pytest.mark.parametrize("sql", ["SELEC n", "DELETE FROM records", "SELECT 1; SELECT 2"])
def test_a_source_is_one_select_or_it_is_told_where_it_is_not(sql):
    with pytest.raises(SourceError, match=r"x\.toml"):
        select(sql, "x.toml")


@pytest.mark.parametrize("sql", ["SELECT a FROM records WHERE ((", "SELECT a, FROM WHERE FROM records", "SELECT 'a FROM records"])
def test_sql_that_cannot_be_read_is_refused_in_plain_text(sql):
    with pytest.raises(SourceError) as caught:
        select(sql, "mine.toml")
    assert "this is not SQL" in str(caught.value)
    assert "\x1b" not in str(caught.value)
