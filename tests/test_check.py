"""The data-quality suite on real databases: what it counts, what it blocks, and that it stays quiet and off the network."""

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from audit_analyzer import check, store, words

ROOT = Path(__file__).resolve().parent.parent
RUN = "0001-2026-03-31"
FILLED = {
    "queries": {"system": "alpha", "operation": "identification", "occurred_at": "2026-03-01 10:00:00+00", "time_basis": "declared", "operator": "op"}
    | {"operator_kind": "human", "status": "ok"}
    | dict.fromkeys(("reason_state", "case_number_state", "offense_state", "operator_state", "subject_state"), "value"),
    "reviews": {"system": "alpha", "reviewer": "r", "decided_at": "2026-03-01 11:00:00+00", "decision": "match"},
    "exports": {"bytes": 1, "outcome": "accepted", "integrity": "file-hash-only", "run_id": RUN, "set_aside": 0, "copies": 0, "rejected": 0},
    "field_states": {"table_name": "queries", "state": "exported", "filled": 0},
}


def put(workspace, table, *rows):
    """Rows into a table; what a row does not say is ordinary."""
    ledger = store.model()[table].ledger
    given = []
    for number, row in enumerate(rows):
        provenance = {} if ledger else {"export_id": "e", "record": str(number), "row_key": number, "row_hash": 0}
        own = {"query_id": f"q{number}"} if table == "queries" else {}
        given.append({**FILLED.get(table, {}), **provenance, **own, **row})
    with workspace.lent("given", pl.DataFrame(given, infer_schema_length=None)):
        workspace.run(f"INSERT INTO {table} BY NAME SELECT * FROM given")


def asked(tmp_path, **tables):
    """The suite's verdicts over a database with these rows."""
    path = tmp_path / "audit.duckdb"
    with store.open_store(path) as workspace:
        for table, rows in tables.items():
            put(workspace, table, *rows)
    return check.check(path, RUN)


def failed(checks):
    return {(c.system, c.table, c.expectation): (c.unexpected, c.observed) for c in checks if not c.passed}


def export(name, system="alpha", **cells):
    return {"export_id": name, "path": f"{name}.csv", "system": system, **cells}


def test_an_empty_workspace_is_asked_nothing(tmp_path):
    assert asked(tmp_path) == ()


def test_an_ordinary_workspace_passes_and_every_verdict_names_its_system(tmp_path):
    checks = asked(
        tmp_path,
        queries=[{"latitude": 44.0, "longitude": -123.0, "threshold": 80.0, "candidates": 3}, {"system": "beta"}],
        reviews=[{"query_id": "q0"}],
        exports=[export("e", read=2, kept=2), export("f", "beta", read=1, kept=1)],
    )
    assert failed(checks) == {}
    assert {c.system for c in checks if c.table in {"queries", "exports"}} == {"alpha", "beta"}
    assert {c.system for c in checks if c.table == "reviews"} == {None}
    assert check.blocked(checks) == {}


def test_every_failing_expectation_gives_the_number_of_rows_that_are_not_so(tmp_path):
    checks = asked(
        tmp_path,
        queries=[
            {"latitude": 91.0, "longitude": 10.0},
            {"latitude": -91.0, "longitude": 190.0},
            {"threshold": float("nan"), "top_score": 101.0},
            {"candidates": -1},
            {"candidates": 9, "max_candidates": 5},
            {"searched_from": "2026-02-02 00:00:00+00", "searched_to": "2026-02-02 00:00:00+00"},
            {"captured_at": "2026-03-02 00:00:00+00"},
            {"occurred_at": "1970-01-01 00:00:00+00", "time_basis": "assumed"},
            {"probe_source": "oil painting", "reason_state": "redacted"},
            {"operator": None, "time_basis": "unknown", "latitude": 1.0},
        ],
    )
    assert {words: n for (_, _, words), (n, _) in failed(checks).items()} == {
        "latitude lies between -90 and 90": 2,
        "longitude lies between -180 and 180": 1,
        "threshold lies between 0 and 100": 1,
        "top_score lies between 0 and 100": 1,
        "candidates is not below 0": 1,
        "max_candidates is not below candidates": 1,
        "searched_to is above searched_from": 1,
        "occurred_at is not below captured_at": 1,
        "every time lies between 2000 and 2100": 1,
        "probe_source is one of its words": 1,
        "reason was exported whole": 1,
        "the time zone is declared or inferred": 2,
        "at least 95 % of the events say who made them": 1,
    }
    assert failed(checks)["alpha", "queries", "latitude lies between -90 and 90"] == (2, "2 of 3 not so (66.7 %)")


def test_times_that_end_before_they_begin_are_counted_in_every_table_that_has_such_a_pair(tmp_path):
    early, late = "2026-01-01 00:00:00+00", "2026-01-02 00:00:00+00"
    place = {"latitude": 1.0, "longitude": 1.0, "precision_m": 1.0}
    checks = asked(
        tmp_path,
        queries=[{}],
        reviews=[{"query_id": "q0", "started_at": late, "decided_at": early}],
        authorizations=[{"authorization_id": "a", "kind": "warrant", "granted_at": late, "expires_at": early}],
        biometric_items=[{"item_id": "i", "system": "alpha", "kind": "probe", "created_at": late, "deleted_at": early}],
        shifts=[{"operator": "op", "starts_at": early, "ends_at": early}],
        assemblies=[{"assembly_id": "a", "starts_at": late, "ends_at": early, **place}],
        notices=[{"notice_id": "n", "kind": "outage", "starts_at": late, "ends_at": early}],
    )
    assert sorted((table, words, n) for (_, table, words), (n, _) in failed(checks).items()) == [
        ("assemblies", "ends_at is above starts_at", 1),
        ("authorizations", "expires_at is not below granted_at", 1),
        ("biometric_items", "deleted_at is not below created_at", 1),
        ("notices", "ends_at is above starts_at", 1),
        ("reviews", "decided_at is not below started_at", 1),
        ("shifts", "ends_at is above starts_at", 1),
    ]


def test_child_rows_of_an_unknown_use_are_counted_by_system(tmp_path):
    checks = asked(
        tmp_path,
        queries=[{}, {"system": "beta"}],
        reviews=[{"query_id": "q0"}, {"query_id": "q1"}, {"query_id": "q1", "system": "beta"}, {"query_id": "gone", "system": "beta"}, {"query_id": "q9"}],
        corroborations=[{"query_id": q, "kind": "dna", "obtained_at": "2026-03-01 00:00:00+00"} for q in ("q0", "q1", "lost", None)],
    )
    assert failed(checks) == {
        (None, "reviews", "every query_id is known"): (3, "system alpha: 2; system beta"),
        (None, "corroborations", "every query_id is known"): (1, "no system"),
    }


def test_a_row_that_stands_twice_and_a_word_outside_the_model_block_the_system(tmp_path):
    checks = asked(tmp_path, queries=[{"row_key": 7}, {"row_key": 7}, {"system": "beta", "operation": "divination"}, {"system": "gamma"}])
    assert check.blocked(checks) == {
        "alpha": "the quality gate failed: queries: expected that every row stands once; observed 2 of 2 not so (100 %)",
        "beta": "the quality gate failed: queries: expected that operation is one of its words; observed 1 of 1 not so (100 %)",
    }


@pytest.mark.parametrize(("rejected", "stopped"), [(33, False), (34, True)])
def test_a_third_of_unreadable_records_stops_the_rules_for_that_system_only(tmp_path, rejected, stopped):
    """300 records of other services are of no interest: they are not in the share."""
    rows = [export("e", read=401, kept=101 - rejected, rejected=rejected, set_aside=300), export("f", "beta", read=1000, kept=999, rejected=1)]
    rejects = [{"export_id": "e", "record": str(n), "reason": "time"} for n in range(rejected)] + [{"export_id": "f", "record": "1", "reason": "time"}]
    checks = asked(tmp_path, exports=rows, rejects=rejects)
    assert failed(checks)["alpha", "exports", "at most 0.1 % of the records could not be read"][0] == rejected
    why = "the quality gate failed: exports: expected that less than a third of the records could not be read; observed 33.7 % of 101 records: 34"
    assert check.blocked(checks) == ({"alpha": why} if stopped else {})


def test_an_export_of_several_systems_counts_for_each_of_them(tmp_path):
    states = [{"export_id": "e", "column_name": "reason", "system": system, "row_count": 5, "unreadable": 0} for system in ("alpha", "beta")]
    rejects = [{"export_id": "e", "record": str(n), "reason": "time"} for n in range(10)]
    checks = asked(tmp_path, exports=[export("e", None, read=20, kept=10, rejected=10)], field_states=states, rejects=rejects)
    assert sorted(check.blocked(checks)) == ["alpha", "beta"]


def test_a_broken_context_file_without_a_system_is_told_but_stops_no_system(tmp_path):
    checks = asked(
        tmp_path,
        queries=[{}],
        exports=[export("rosters", None, read=2, kept=1, rejected=1)],
        rejects=[{"export_id": "rosters", "record": "2", "reason": "time"}],
    )
    assert (None, "exports", "less than a third of the records could not be read") in failed(checks)
    assert check.blocked(checks) == {}


def test_a_ledger_that_does_not_add_up_stops_its_system_and_without_a_system_all(tmp_path):
    mine = asked(tmp_path, queries=[{}, {"system": "beta"}], exports=[export("e", read=10, kept=9)])
    assert check.blocked(mine) == {
        "alpha": "the quality gate failed: exports: expected that records read = kept + rejected + set aside + copies; observed 1 of 1 not so (100 %)"
    }
    (tmp_path / "audit.duckdb").unlink()
    everybody = asked(tmp_path, queries=[{}, {"system": "beta"}], exports=[export("e", None, read=10, kept=9)])
    assert sorted(check.blocked(everybody)) == ["alpha", "beta"]


def test_exports_that_were_cut_refused_or_lie_in_the_future_are_named(tmp_path):
    rows = [
        export("cut", read=55_000, kept=55_000, period_to="2026-03-01 00:00:00+00"),
        export("sheet", read=1_048_575, kept=1_048_575, period_to="2026-03-02 00:00:00+00"),
        export("refused", outcome="rejected", read=0, kept=0, period_to=None),
        export("later", read=1, kept=1, period_to="2062-03-01 00:00:00+00"),
    ]
    assert failed(asked(tmp_path, exports=rows)) == {
        ("alpha", "exports", "every export could be used"): (1, "refused.csv"),
        ("alpha", "exports", "no export stops at a row count at which portals and sheets cut"): (2, "cut.csv; sheet.csv"),
        ("alpha", "exports", "no export ends more than a year after every other export"): (1, "later.csv"),
    }


def test_columns_with_unreadable_cells_are_named_above_a_thousandth(tmp_path):
    cells = [("threshold", 1), ("latitude", 2)]
    states = [{"export_id": "e", "system": "alpha", "column_name": name, "row_count": 1000, "unreadable": n} for name, n in cells]
    checks = asked(tmp_path, exports=[export("e", read=1000, kept=1000)], field_states=states)
    assert failed(checks) == {("alpha", "field_states", "at most 0.1 % of a column's cells could not be read"): (2, "queries.latitude: 2")}


def test_events_before_the_system_had_a_log_and_after_the_night_are_counted(tmp_path):
    times = ("2026-01-31 23:59:59+00", "2026-02-01 00:00:00+00", "2026-03-31 23:59:59+00", "2026-04-01 00:00:00+00")
    night = {"run_id": RUN, "command": "run", "as_of": "2026-04-01 00:00:00+00", "version": "0"}
    checks = asked(tmp_path, queries=[{"occurred_at": t} for t in times], systems=[{"system": "alpha", "logs_from": "2026-02-01 00:00:00+00"}], runs=[night])
    assert {words: n for (_, _, words), (n, _) in failed(checks).items()} == {
        "no event is older than the system's log": 1,
        "no event is later than the day that the night is asked as of": 1,
    }


def test_most_times_out_of_bounds_block_the_system(tmp_path):
    checks = asked(tmp_path, queries=[{"occurred_at": "1970-01-01 00:00:00+00"}, {"occurred_at": "2150-01-01 00:00:00+00"}, {}])
    assert list(check.blocked(checks)) == ["alpha"]


def test_a_systems_name_full_of_quotes_is_just_a_name(tmp_path):
    name = "o'brien\"; DROP TABLE x; --{batch}%s :a"
    checks = asked(tmp_path, queries=[{"system": name, "latitude": 99.0}, {}], exports=[export("e", name, read=1, kept=0)])
    assert {system for system, _, _ in failed(checks)} == {name}
    assert list(check.blocked(checks)) == [name]


def test_a_verdict_that_could_not_be_had_is_no_pass(tmp_path):
    path = tmp_path / "audit.duckdb"
    store.open_store(path).close()
    wrong = check.Expected("ColumnValuesToBeInSet", {"column": "nosuch", "value_set": ["a"]}, "it is", blocking=True)
    broken = check._rows("SELECT nosuch AS what, 1 AS n FROM {batch}", "it is")  # noqa: SLF001
    with check.dialect.served(path) as database:
        database.run("CREATE VIEW one AS SELECT 'a' AS word")
        verdicts = check._asked(database, check._source(database.url), check.Batch("one", "queries", "alpha", (wrong, broken)))  # noqa: SLF001
    assert [(v.passed, v.observed[:22]) for v in verdicts] == [(False, "could not be asked: Er"), (False, "could not be asked: (_")]
    assert list(check.blocked(verdicts)) == ["alpha"]


def test_blocked_tells_every_reason_of_a_system_and_ignores_warnings():
    def verdict(said, *, passed=False, blocking=True, system="alpha"):
        return words.Check("queries", said, passed, blocking, "3 of 4", 3, system)

    checks = [verdict("a"), verdict("b"), verdict("c", passed=True), verdict("d", blocking=False, system="beta")]
    assert check.blocked(checks) == {
        "alpha": "the quality gate failed: queries: expected that a; observed 3 of 4; the quality gate failed: queries: expected that b; observed 3 of 4"
    }


def test_the_suite_says_nothing_on_stdout_and_lets_go_of_the_database(tmp_path, capsys):
    assert asked(tmp_path, queries=[{"latitude": 99.0}], exports=[export("e", read=1, kept=1)])
    assert capsys.readouterr().out == ""
    with store.open_store(tmp_path / "audit.duckdb") as workspace:
        workspace.run("DELETE FROM queries")


def test_the_order_of_rows_does_not_change_a_verdict(tmp_path):
    rows = [{"query_id": f"q{n}", "row_key": n, "record": str(n), "latitude": float(n), "system": f"s{n % 3}"} for n in range(80, 99)]
    first = asked(tmp_path, queries=rows)
    (tmp_path / "audit.duckdb").unlink()
    assert asked(tmp_path, queries=rows[::-1]) == first


def test_importing_the_module_does_not_import_great_expectations():
    code = "import sys, audit_analyzer.check; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_spark_client_is_hidden_only_while_great_expectations_is_loaded(tmp_path):
    """Without a Spark beside it, the client that the `spark` extra brings would end the process when Great Expectations looks for it."""
    assert asked(tmp_path, queries=[{}])
    assert sys.modules.get("pyspark", "not loaded") is not None


def test_no_connection_to_anywhere_is_tried(tmp_path):
    asked(tmp_path, queries=[{"latitude": 99.0}])
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("strace is not installed: connections cannot be watched")
    log = tmp_path / "calls"
    code = f"from pathlib import Path; from audit_analyzer import check; assert check.check(Path({str(tmp_path / 'audit.duckdb')!r}), {RUN!r})"
    watched = [strace, "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg", "-o", str(log), sys.executable, "-c", code]
    alone = ["unshare", "-rn"] if subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode == 0 else []
    done = subprocess.run([*alone, *watched], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert [line for line in log.read_text().splitlines() if "AF_INET" in line] == []
