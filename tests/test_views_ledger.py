from ground_bench import bench, column

EXPORT = {
    "path": "x.csv",
    "bytes": 1,
    "outcome": "accepted",
    "read": 3,
    "kept": 1,
    "rejected": 1,
    "set_aside": 0,
    "copies": 1,
    "integrity": "file-hash-only",
    "run_id": "r",
}


def test_a_reject_carries_the_system_of_its_export():
    store = bench(exports=[{**EXPORT, "export_id": "e", "system": "matcher"}], rejects=[{"export_id": "e", "record": "7", "reason": "quote"}])
    assert store.rows("SELECT * FROM ground.rejects") == [("e", "7", "quote", "matcher")]


def test_revisions_are_told_one_by_one_and_exact_copies_by_their_number():
    copy = {"export_id": "e", "table_name": "queries", "row_key": 1, "row_hash": 1, "id": "q1", "system": "matcher"}
    store = bench(copies=[{**copy, "record": str(n), "kind": k} for n, k in enumerate(("copy", "copy", "revision", "superseded"))])
    assert (column(store, "SELECT kind FROM ground.revisions ORDER BY kind"), store.rows("SELECT * FROM ground.repeats")) == (
        ["revision", "superseded"],
        [("e", "queries", "matcher", 2)],
    )


def test_days_without_any_use_stand_in_the_coverage():
    queries = [{"occurred_at": at} for at in ("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", "2026-03-05T10:00:00Z")] + [
        {"operation": "verification", "occurred_at": "2026-03-05T10:00:00Z"}
    ]
    assert bench(queries=queries).rows("SELECT day_no - 20514, searches, uses, hours FROM ground.coverage_days ORDER BY day_no") == [
        (0, 2, 2, 2),
        (1, 0, 0, 0),
        (2, 0, 0, 0),
        (3, 1, 2, 1),
    ]


def test_a_time_beyond_the_night_does_not_stretch_the_coverage():
    store = bench(queries=[{"occurred_at": at} for at in ("2026-03-02T10:00:00Z", "9999-12-31T00:00:00Z")])
    assert store.value("SELECT count(*) FROM ground.coverage_days") == 1


def test_a_day_is_compared_with_the_same_weekday_around_it():
    queries = [{"occurred_at": f"2026-03-{d:02}T10:00:00Z"} for d in (2, 9, 9, 16, 16, 16, 10)]
    found = bench(queries=queries).rows("SELECT uses, weekday_median FROM ground.coverage_days WHERE day_no IN (20514, 20521, 20528) ORDER BY day_no")
    assert found == [(1, 2.5), (2, 2.0), (3, 1.5)]


def test_a_log_s_ends_are_told_with_the_uses_at_them():
    store = bench(
        queries=[
            {"operation": "log_control", "occurred_at": "2026-03-01T00:00:00Z"},
            {"occurred_at": "2026-03-02T10:00:00Z"},
            {"occurred_at": "2026-03-03T10:00:00Z"},
            {"occurred_at": "2026-03-04T10:00:00Z"},
            {"operation": "log_control", "occurred_at": "2026-03-05T00:00:00Z"},
            {"occurred_at": "1970-01-01T00:00:00Z"},
            {"occurred_at": "9999-12-31T00:00:00Z"},
        ]
    )
    day = 86400
    found = store.rows("SELECT first_s - 20513 * 86400, first_use_s - 20513 * 86400, last_use_s - 20513 * 86400, uses FROM ground.log_ends")
    assert found == [(0, day + 36000, 3 * day + 36000, 4)]
    assert store.rows("SELECT query_id, operation FROM ground.end_uses ORDER BY ts_s") == [
        ("q1", "log_control"),
        ("q2", "identification"),
        ("q4", "identification"),
    ]
