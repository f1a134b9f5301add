"""The data-reliability sheet over real DuckDB: spans, gaps, hours, missing cells and changes of regime."""

import csv
import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from audit_analyzer import profile, store

EUGENE = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "eugene-flock-audit.csv"
START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)  # a Monday
ORDINARY = {
    "system": "alpha",
    "operation": "identification",
    "time_basis": "declared",
    "operator": "op",
    "operator_kind": "human",
    "status": "ok",
} | dict.fromkeys(("reason_state", "case_number_state", "offense_state", "operator_state", "subject_state"), "value")


def use(day=0, hour=12, **cells):
    return {"occurred_at": START + dt.timedelta(days=day, hours=hour), **cells}


def loaded(uses, **ledger):
    """A database with these uses; what a use does not say is ordinary."""
    database = store.scratch()
    rows = [{**ORDINARY, "query_id": f"q{n}", "export_id": "e", "record": str(n), "row_key": n, "row_hash": 0, **row} for n, row in enumerate(uses)]
    for table, given in {"queries": rows, **ledger}.items():
        with database.lent("given", pl.DataFrame(given, infer_schema_length=None)):
            database.run(f"INSERT INTO {table} BY NAME SELECT * FROM given")
    return database


def alpha(uses, **ledger):
    return profile.profile(loaded(uses, **ledger))["systems"]["alpha"]


def export(name, **cells):
    facts = {
        "export_id": name,
        "path": f"{name}.csv",
        "bytes": 1,
        "system": "alpha",
        "source": "s",
        "outcome": "accepted",
        "integrity": "hash-chain",
        "run_id": "r",
    }
    return {**facts, **dict.fromkeys(("read", "kept", "rejected", "set_aside", "copies"), 0), **cells}


def test_an_empty_workspace_has_an_empty_sheet():
    assert profile.profile(store.scratch()) == {"exports": [], "systems": {}}


def test_rows_span_days_operators_and_words_are_counted():
    sheet = alpha([use(0), use(0, 13, operator="b", operation="enrolment"), use(2, operator=None, status="error", time_basis="assumed")])
    assert {key: sheet[key] for key in ("rows", "from", "last", "operators", "days", "days_covered", "busiest")} == {
        "rows": 3,
        "from": "2026-01-05T12:00:00Z",
        "last": "2026-01-07T12:00:00Z",
        "operators": 2,
        "days": 3,
        "days_covered": 2,
        "busiest": [{"day": "2026-01-05", "queries": 2}, {"day": "2026-01-07", "queries": 1}],
    }
    assert (sheet["operation"], sheet["time_basis"], sheet["status"]) == (
        {"identification": 2, "enrolment": 1},
        {"declared": 2, "assumed": 1},
        {"ok": 2, "error": 1},
    )


def test_a_gap_is_silent_only_where_the_same_weekdays_lead_one_to_expect_events():
    """Ten uses on weekdays, one on weekends: a day without any is unheard of on a Wednesday, ordinary on a Sunday."""
    gone = {16, 20}  # Wednesday of the third week, Sunday of the same week
    uses = [use(day) for day in range(35) for _ in range(1 if day % 7 > 4 else 10) if day not in gone]
    assert alpha(uses)["gaps"] == [
        {"from": "2026-01-21", "to": "2026-01-22", "days": 1, "expected": 10.0, "p": 4.54e-05, "silent": True},
        {"from": "2026-01-25", "to": "2026-01-26", "days": 1, "expected": 1.0, "p": 0.368, "silent": False},
    ]


def test_a_long_gap_is_weighed_as_a_whole_and_does_not_dilute_its_own_expectation():
    sheet = alpha([use(day) for day in [*range(14), *range(28, 42)]])
    assert sheet["gaps"] == [{"from": "2026-01-19", "to": "2026-02-02", "days": 14, "expected": 14.0, "p": 8.32e-07, "silent": True}]


def test_a_gap_between_two_single_days_has_the_overall_rate_to_go_by():
    assert alpha([use(0), use(4)])["gaps"] == [{"from": "2026-01-06", "to": "2026-01-09", "days": 3, "expected": 3.0, "p": 0.0498, "silent": False}]


def test_events_before_1970_fall_on_their_own_day_and_hour():
    sheet = alpha([{"occurred_at": dt.datetime(1969, 12, 31, 23, 30, tzinfo=dt.UTC)}])
    assert (sheet["busiest"], sheet["hours"][23]) == ([{"day": "1969-12-31", "queries": 1}], 1)


def office(first):
    """A day's hours of people who rest for six hours from `first` on."""
    return [2 if (hour - first) % 24 < 6 else 30 for hour in range(24)]


@pytest.mark.parametrize(
    ("start", "reading", "offsets"), [(7, "utc", [-7, -8]), (5, "utc", [-5, -6]), (4, "unclear", [-4, -5]), (0, "local", [0, -1]), (17, "utc", [7, 6])]
)
def test_the_trough_of_undeclared_hours_tells_utc_from_local_times(start, reading, offsets):
    told = profile.trough(office(start))
    assert (told["from"], told["to"], told["reading"], told["offsets"]) == (start, (start + 6) % 24, reading, offsets)


def test_the_trough_is_said_in_words_and_is_advice_only():
    assert profile.trough(office(7))["text"] == "The trough 07-13 h suggests UTC times of a place at UTC-7/-8; declare the zone in audit.toml."


def test_a_declared_zone_is_not_second_guessed_but_can_be_compared():
    told = profile.trough(office(7), known=True)
    assert (told["reading"], told["text"]) == (
        "declared",
        "The trough 07-13 h fits UTC times of a place at UTC-7/-8; compare it with the zone that was declared.",
    )


@pytest.mark.parametrize("hours", [[10] * 24, [0] * 24, [n // 20 for n in office(7)]], ids=["flat", "none", "few"])
def test_hours_without_a_night_or_with_few_events_say_nothing(hours):
    told = profile.trough(hours)
    assert (told["reading"], told["offsets"]) == ("unclear", [])


def test_services_are_in_the_histogram_but_not_in_the_trough():
    people = [use(0, hour) for hour, n in enumerate(office(7)) for _ in range(n)]
    robot = [use(0, 9, operator_kind="service") for _ in range(5000)]
    sheet = alpha([*people, *robot])
    assert (sheet["hours"][9], sheet["trough"]["from"], sheet["trough"]["events"]) == (5002, 7, sum(office(7)))


def test_reasons_are_folded_before_they_are_counted():
    given = ["Warrant", "warrant ", "WARRANT+", "theft", "  "]
    sheet = alpha([*(use(reason=text) for text in given), use(reason=None, reason_state="empty")])
    assert sheet["reasons"] == 2
    assert sheet["top_reasons"] == [{"reason": "warrant", "rows": 3, "share": 0.75}, {"reason": "theft", "rows": 1, "share": 0.25}]
    assert sheet["reason_state"] == {"value": 5, "empty": 1}


def test_null_shares_are_told_by_column_for_the_system_and_each_of_its_exports():
    uses = [use(export_id="a", reason="x", device="d"), use(export_id="a", reason=None, device="d"), use(export_id="b", reason=None, device="d")]
    sheet = profile.profile(loaded(uses, exports=[export("a"), export("b")]))
    told = {e["file"]: (e["null_share"]["alpha"]["reason"], e["null_share"]["alpha"]["device"]) for e in sheet["exports"]}
    assert told == {"a.csv": (0.5, 0.0), "b.csv": (1.0, 0.0)}
    assert (sheet["systems"]["alpha"]["null_share"]["reason"], sheet["systems"]["alpha"]["null_share"]["place"]) == (0.6667, 1.0)


def test_with_many_exports_only_columns_unlike_their_systems_are_listed():
    uses = [use(n, export_id=f"e{n}", reason=None if n == 7 else "x") for n in range(profile.FULL + 1)]
    sheet = profile.profile(loaded(uses, exports=[export(f"e{n}") for n in range(profile.FULL + 1)]))
    assert {e["export"]: e["null_share"]["alpha"] for e in sheet["exports"] if e["null_share"]["alpha"]} == {"e7": {"reason": 1.0}}


def test_the_day_on_which_a_column_falls_silent_is_named():
    uses = [use(day, device="d" if day < 20 else None) for day in range(40) for _ in range(5)]
    assert alpha(uses)["changes"] == [{"column": "device", "day": "2026-01-25", "share_before": 1.0, "share_after": 0.0}]


def test_a_vocabulary_that_shrinks_to_a_list_is_a_change_of_wording():
    uses = [use(day, reason=f"case of {day} no {n}" if day < 20 else "Category - Detail") for day in range(40) for n in range(5)]
    assert alpha(uses)["changes"] == [{"column": profile.WORDING, "day": "2026-01-25", "share_before": 0.0, "share_after": 1.0}]


def test_enrolments_that_never_have_a_reason_are_no_change_and_nor_is_noise():
    searches = [
        use(day, reason="x" if (day * 5 + n) % 3 else None, reason_state="value" if (day * 5 + n) % 3 else "empty") for day in range(40) for n in range(5)
    ]
    enrolments = [use(day, operation="enrolment", device=None) for day in range(30, 40) for _ in range(50)]
    assert alpha([*searches, *enrolments])["changes"] == []


def test_the_ledgers_copies_unreadable_cells_and_partly_exported_columns_are_told():
    state = {"table_name": "queries", "column_name": "reason", "system": "alpha", "row_count": 9, "filled": 1}
    copy = {"record": "1", "table_name": "queries", "row_key": 1, "row_hash": 1, "system": None}
    sheet = alpha(
        [use()],
        exports=[export("a", source="flock", read=3)],
        field_states=[{**state, "export_id": "a", "state": "exported", "unreadable": 4}, {**state, "export_id": "b", "state": "not_exported", "unreadable": 0}],
        copies=[{**copy, "export_id": "a", "kind": kind} for kind in ("copy", "copy", "revision")],
    )
    assert sheet["copies"] == {"copy": 2, "revision": 1}
    assert sheet["field_issues"] == {"queries.reason": 4}
    assert sheet["columns_in_some_exports"] == {"queries.reason": "1 of 2"}


def test_a_system_of_which_nothing_could_be_read_is_still_on_the_sheet():
    sheet = profile.profile(loaded([use(system="beta")], exports=[export("a", outcome="rejected", reason="cut")]))
    assert (sheet["systems"]["alpha"]["rows"], sheet["exports"][0]["outcome"], sheet["exports"][0]["reason"]) == (0, "rejected", "cut")


def test_the_sheet_is_json_and_the_same_whatever_the_order_of_rows_and_threads():
    uses = [use(n % 50, n % 24, query_id=str(n), row_key=n, reason=f"r{n % 13}", system=f"s{n % 3}", operator=f"o{n % 7}") for n in range(2000)]
    one, other = loaded(uses, exports=[export("e")]), loaded(uses[::-1], exports=[export("e")])
    other.run("SET threads = 1")
    assert json.dumps(profile.profile(one), allow_nan=False) == json.dumps(profile.profile(other), allow_nan=False)


def test_the_real_log_of_eugene_reads_as_utc_of_a_place_on_the_pacific():
    if not EUGENE.exists():
        pytest.skip(f"the real log is not here: {EUGENE.name}")
    with EUGENE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    times = (dt.datetime.fromisoformat(row["searchDate"]).replace(tzinfo=dt.UTC) for row in rows)
    facts = {"operation": "video_search", "time_basis": "unknown"}
    sheet = alpha([{"occurred_at": time, "operator": row["userId"], "reason": row["reason"], **facts} for time, row in zip(times, rows, strict=True)])
    assert (sheet["rows"], sheet["operators"], sheet["trough"]["from"], sheet["trough"]["to"]) == (4294, 147, 7, 13)
    assert (sheet["trough"]["reading"], sheet["trough"]["offsets"]) == ("utc", [-7, -8])
    assert {r["reason"]: r["rows"] for r in sheet["top_reasons"]}["daytime search for best result"] == 182
