"""Two nights over one workspace, and the same night in other surroundings. The nights are run once and looked at by many tests."""

import contextlib
import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from conftest import PROGRAM, Place, surroundings
from exports_maker import use, write_csv, write_ndjson

from audit_analyzer import nightly, runs
from audit_analyzer.errors import AuditError, NothingToRead, SettingsError, UsageError
from audit_analyzer.store import open_store
from audit_analyzer.words import Finding

HALF = '[[delivery]]\nfiles = "*"\nzone = "UTC"\n[[system]]\nname = "metro"\nzone = "UTC"\n'


def searches(first, count, operator, day="2026-03-01", minute=0):
    """One person's searches, ten seconds apart, each for somebody else, with a word that explains nothing."""
    return [
        use(
            first + n,
            occurred_at=f"{day}T10:{minute + n // 6:02}:{n % 6 * 10:02}Z",
            operator=operator,
            subject=f"face-{first + n}",
            candidates="1",
            reason="inv",
            agency="metro pd",
        )
        for n in range(count)
    ]


def action(n, query):
    return {"action_id": f"act-{n}", "query_id": query, "case_number": f"26-{n:04}", "kind": "arrest", "occurred_at": "2026-03-01T12:00:00Z"}


def review(n, query):
    return {"review_id": f"rev-{n}", "query_id": query, "reviewer": "okafor", "decided_at": "2026-03-01T11:00:00Z", "decision": "match"}


def first_delivery(folder):
    write_csv(folder / "queries.csv", searches(0, 40, "kowalski") + searches(100, 2, "nguyen", "2026-03-20"))
    write_csv(folder / "actions.csv", [action(1, "q-1"), action(2, "q-2")])
    write_csv(folder / "reviews.csv", [review(1, "q-1")])
    return folder


def second_delivery(folder):
    """Another burst, and the review that was missing."""
    write_ndjson(folder / "more.ndjson", searches(200, 40, "santos", "2026-03-21"))
    write_csv(folder / "late.csv", [review(2, "q-2")])
    return folder


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nights")
    place = Place(folder / "workspace").says(HALF)
    first_delivery(folder / "delivery")
    with contextlib.chdir(folder):
        first = nightly.run(place.settings, [Path("delivery")])
    kept = shutil.copytree(first.folder, folder / "first-report")
    second = nightly.run(place.settings, [second_delivery(folder / "second")])
    return place, first, second, kept


def found(done):
    return {(f.rule, f.subject["id"]): f for f in done.night.findings}


def states(done):
    return {key: f.status["state"] for key, f in found(done).items() if key[0] in {"search_burst", "no_review_recorded"}}


def test_the_first_night_finds_what_was_planted_and_calls_it_new(nights):
    assert states(nights[1]) == {("search_burst", "kowalski"): "new", ("no_review_recorded", "26-0002"): "new"}


def test_the_second_night_tells_what_is_new_what_stands_and_what_is_gone(nights):
    assert states(nights[2]) == {("search_burst", "kowalski"): "standing", ("search_burst", "santos"): "new", ("no_review_recorded", "26-0002"): "gone"}


def test_a_finding_that_stands_keeps_its_id(nights):
    key = ("search_burst", "kowalski")
    assert found(nights[1])[key].finding_id == found(nights[2])[key].finding_id


def test_a_finding_carries_every_row_of_its_evidence_back_to_a_file_and_record(nights):
    evidence = found(nights[1])[("search_burst", "kowalski")].evidence
    assert (len(evidence), {e.file.rsplit("/", 1)[1] for e in evidence}, {e.record for e in evidence}) == (40, {"queries.csv"}, {str(n) for n in range(2, 42)})


def test_the_night_is_asked_as_of_the_day_of_the_newest_event(nights):
    assert [done.night.as_of for done in nights[1:3]] == [dt.datetime(2026, 3, day + 1, tzinfo=dt.UTC) for day in (20, 21)]


def test_the_report_has_every_file_of_the_contract(nights):
    assert {"report.html", "findings.jsonl", "measurability.jsonl", "summary.json"} <= {p.name for p in nights[3].iterdir()}
    assert json.loads((nights[3] / "summary.json").read_text())["limits"]["document_bytes"] == 2**30


def test_a_finished_run_says_when_it_ended_and_says_the_same_when_it_is_written_again(nights):
    place, _, second, kept = nights
    told = json.loads((kept / "summary.json").read_text())["run"]
    assert told["started_at"] < told["ended_at"]
    run = json.loads((second.folder / "summary.json").read_text())["run"]
    assert json.loads((nightly.again(place.settings) / "summary.json").read_text())["run"] == run


def test_latest_points_to_the_newest_report(nights):
    place, _, second, _ = nights
    assert (place.settings.reports / "latest").resolve() == second.folder.resolve()


def test_every_line_of_findings_has_the_fields_of_the_contract(nights):
    fields = [f.name for f in msgspec.structs.fields(Finding)][:14]
    lines = [json.loads(line) for line in (nights[3] / "findings.jsonl").read_text().splitlines()]
    assert [line["rule"] for line in lines if not set(fields) <= set(line)] == []


def test_every_rule_has_an_answer_for_every_system_or_a_reason_why_not(nights):
    rows = [json.loads(line) for line in (nights[3] / "measurability.jsonl").read_text().splitlines()]
    told = {(r["rule"], r["system"]) for r in rows}
    asked = {r["name"] for r in nights[1].night.rules if not r["error"]}
    assert {rule for rule in asked if (rule, "metro") not in told} == set()


def test_a_rule_that_lacks_its_table_is_not_measurable_and_says_what_to_ask_for(nights):
    rows = [m for m in nights[1].night.measurability if m.rule == "retention_overrun"]
    assert ({m.verdict for m in rows}, all(m.request for m in rows)) == ({"not_measurable"}, True)


def test_the_workspace_and_everything_in_it_is_for_its_owner_only(nights):
    place = nights[0]
    written = [p for p in place.root.rglob("*") if not p.is_symlink() and p.name != "audit.toml"]
    assert {oct(p.stat().st_mode & 0o077) for p in written} == {"0o0"}


def test_writing_the_report_again_gives_the_same_findings(nights):
    place, _, second, _ = nights
    before = (second.folder / "findings.jsonl").read_bytes()
    assert (nightly.again(place.settings) / "findings.jsonl").read_bytes() == before


def test_a_decision_stands_in_the_report_that_is_written_again(nights):
    place, _, second, _ = nights
    finding = found(second)[("search_burst", "kowalski")].finding_id
    nightly.decide(place.settings, finding, "explained", "a training day", "k.osei", None)
    lines = [json.loads(line) for line in (nightly.again(place.settings) / "findings.jsonl").read_text().splitlines()]
    assert [line["status"]["decision"]["decision"] for line in lines if line["finding_id"] == finding] == ["explained"]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The first night again, by the program itself: another folder, zone, locale, hash seed and order of files."""
    folder = tmp_path_factory.mktemp("elsewhere") / "deep" / "down"
    folder.mkdir(parents=True)
    Place(folder / "w").says(HALF)
    paths = sorted((p.relative_to(folder) for p in first_delivery(folder / "delivery").iterdir()), reverse=True)
    there = surroundings(TZ="Asia/Kathmandu", LC_ALL="tr_TR.UTF-8", LANG="tr_TR.UTF-8", PYTHONHASHSEED="4242")
    words = [PROGRAM, "run", *paths, "--workspace", "w", "--fail-on", "medium"]
    done = subprocess.run(words, cwd=folder, env=there, capture_output=True, text=True, check=False, timeout=600)
    return done, folder / "w" / "reports" / "latest"


@pytest.mark.parametrize("name", ["findings.jsonl", "measurability.jsonl"])
def test_no_folder_zone_locale_hash_seed_or_order_of_files_changes_a_byte(nights, elsewhere, name):
    assert (elsewhere[1] / name).read_bytes() == (nights[3] / name).read_bytes()


def test_none_of_them_changes_the_summary_either_but_for_the_times_of_the_run(nights, elsewhere):
    one, other = ({k: v for k, v in json.loads((folder / "summary.json").read_text()).items() if k != "run"} for folder in (nights[3], elsewhere[1]))
    assert json.dumps(one) == json.dumps(other)


def test_a_night_that_found_something_at_the_bar_ends_with_1(elsewhere):
    assert elsewhere[0].returncode == 1


def test_the_summary_goes_to_stdout_and_nothing_to_stderr_where_nobody_looks(elsewhere):
    assert ("report.html" in elsewhere[0].stdout.replace("\n", ""), elsewhere[0].stderr) == (True, "")


# --- parts of a night


def test_the_newest_event_of_any_table_counts_but_not_one_of_a_far_future(place, files):
    place.ingest(
        write_csv(files / "q.csv", [use(1)]),
        write_csv(files / "r.csv", [review(1, "q-1") | {"decided_at": "2026-04-02T09:00:00Z"}, review(2, "q-1") | {"decided_at": "9998-12-31T00:00:00Z"}]),
    )
    with open_store(place.settings.database) as store:
        assert runs.settle_as_of(store, "0001", None) == dt.datetime(2026, 4, 3, tzinfo=dt.UTC)


def test_one_record_dated_years_ahead_does_not_move_the_night(place, files):
    dated = [use(n, occurred_at=f"2026-0{1 + n % 3}-{1 + n % 28:02d}T10:00:00Z") for n in range(100)]
    place.ingest(write_csv(files / "q.csv", [*dated, use(100, occurred_at="2028-03-01T10:00:00Z")]))
    with open_store(place.settings.database) as store:
        assert runs.settle_as_of(store, "0001", None) == dt.datetime(2026, 3, 29, tzinfo=dt.UTC)


def test_a_second_delivery_two_years_later_does_move_it(place, files):
    place.ingest(write_csv(files / "q.csv", [use(n) for n in range(50)] + [use(n, occurred_at="2028-03-01T10:00:00Z") for n in range(50, 60)]))
    with open_store(place.settings.database) as store:
        assert runs.settle_as_of(store, "0001", None) == dt.datetime(2028, 3, 2, tzinfo=dt.UTC)


def test_a_given_day_is_asked_as_of_its_end(place, files):
    place.ingest(write_csv(files / "q.csv", [use(1)]))
    with open_store(place.settings.database) as store:
        assert (runs.settle_as_of(store, "0001", dt.date(2026, 2, 28)), store.value("SELECT as_of FROM runs")) == (dt.datetime(2026, 3, 1, tzinfo=dt.UTC),) * 2


def test_a_workspace_without_one_dated_record_has_no_night(place, files):
    place.ingest(write_csv(files / "q.csv", [use(1, occurred_at="soon")]))
    with open_store(place.settings.database) as store, pytest.raises(NothingToRead):
        runs.settle_as_of(store, "0001", None)


def test_runs_are_numbered_in_the_order_in_which_they_come(place, files):
    path = write_csv(files / "q.csv", [use(1)])
    for _ in range(3):
        place.ingest(path)
    assert place.values("SELECT run_id FROM runs ORDER BY run_id") == ["0001", "0002", "0003"]


def test_an_intake_is_finished_when_it_ends_and_partly_where_something_could_not_be_read(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1)]))
    place.ingest(write_csv(files / "b.csv", [use(2), use(3, occurred_at="soon")]))
    assert place.rows("SELECT outcome, ended_at IS NOT NULL FROM runs ORDER BY run_id") == [("done", True), ("partial", True)]


def test_what_a_night_read_that_never_ended_is_told_by_the_next_as_if_it_had_read_it_itself(place, files):
    write_csv(files / "a.csv", [use(1), use(1), use(2), use(3, occurred_at="soon")])
    (files / "note.csv").write_text("this,is\nno,export\n")
    first = nightly.ingest(place.settings, [files], "run")  # and here the machine lost its power
    again = place.ingest(files)
    assert (again, nightly.intake_code(again)) == (first, 2)
    assert place.rows("SELECT DISTINCT run_id FROM exports WHERE outcome = 'accepted'") == [("0002",)]
    assert place.rows("SELECT run_id, known FROM deliveries WHERE path LIKE '%a.csv' ORDER BY run_id") == [("0001", False), ("0002", False)]
    assert [(r.copies, r.reason) for r in place.ingest(files) if r.outcome == "accepted"] == [(4, "the same bytes were read before")]


def test_looking_before_anything_was_read_says_what_to_run_first(place):
    with pytest.raises(AuditError, match="nothing was read into this workspace yet"):
        nightly.check(place.settings)


def test_a_report_before_any_night_says_what_to_run_first(place, files):
    place.ingest(write_csv(files / "q.csv", [use(1)]))
    with pytest.raises(AuditError, match="no night was run in this workspace yet"):
        nightly.again(place.settings)


def test_a_setting_of_a_rule_that_does_not_exist_is_refused(place, files):
    place.says("[parameters.search_bursts]\nsearches = 3\n").ingest(write_csv(files / "q.csv", [use(1)]))
    with pytest.raises(AuditError, match="search_bursts"):
        nightly.look(place.settings)


def test_a_bad_setting_stops_the_night_before_it_begins(place, files):
    with pytest.raises(SettingsError):
        place.says("colour = 1").ingest(write_csv(files / "q.csv", [use(1)]))


def test_a_new_rule_may_not_take_the_name_of_one_or_leave_its_folder(place):
    made = nightly.new_rule(place.settings, "night_shift")
    for name in ("night_shift", "../x", "a b"):
        with pytest.raises(UsageError):
            nightly.new_rule(place.settings, name)
    assert made.parent == place.root / "rules"
