import datetime as dt
import os
import stat
import subprocess
import sys
from pathlib import Path

import night_sample
import pytest

from audit_analyzer import report, settings
from audit_analyzer.errors import AuditError, UsageError
from audit_analyzer.outputs import outputs
from audit_analyzer.store import scratch

FILES = {
    *("report.html", "findings.jsonl", "measurability.jsonl", "summary.json", "findings.csv"),
    *("findings.xlsx", "findings.sarif", "findings.ocsf.jsonl", "findings.timesketch.csv"),
}


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_every_output_is_written_and_latest_leads_to_it(tmp_path):
    folder = report.report(night_sample.sample(), tmp_path)
    assert folder == tmp_path / "0042-2026-07-23"
    assert names(folder) == FILES
    assert (tmp_path / "latest").readlink() == Path("0042-2026-07-23")
    assert names(tmp_path) == {"0042-2026-07-23", "latest"}


def test_outputs_are_found_by_walking_the_folder():
    assert {output.FILE for output in outputs().values()} == FILES


def test_only_the_formats_asked_for_are_written(tmp_path):
    assert names(report.report(night_sample.sample(), tmp_path, formats={"html", "summary_json"})) == {"report.html", "summary.json"}


def test_a_format_that_does_not_exist_is_named_with_those_that_do(tmp_path):
    with pytest.raises(UsageError, match="pdf") as caught:
        report.report(night_sample.sample(), tmp_path, formats={"pdf"})
    assert "sarif" in str(caught.value)
    assert names(tmp_path) == set()


def test_reports_can_be_read_by_their_owner_only(tmp_path):
    folder = report.report(night_sample.sample(), tmp_path)
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *folder.iterdir())} == {0}


def test_a_report_made_again_takes_the_place_of_the_old_one_and_leaves_nothing_else(tmp_path):
    report.report(night_sample.sample(), tmp_path)
    report.report(night_sample.sample(findings=()), tmp_path, formats={"findings_jsonl"})
    assert names(tmp_path) == {"0042-2026-07-23", "latest"}
    assert names(tmp_path / "latest") == {"findings.jsonl"}
    assert (tmp_path / "latest" / "findings.jsonl").read_bytes() == b""


def test_where_folders_cannot_be_exchanged_the_old_report_is_moved_away_first(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "_exchanged", lambda *_: False)
    report.report(night_sample.sample(), tmp_path)
    report.report(night_sample.sample(findings=()), tmp_path, formats={"findings_jsonl"})
    assert names(tmp_path) == {"0042-2026-07-23", "latest"}
    assert names(tmp_path / "latest") == {"findings.jsonl"}


def test_latest_goes_on_to_the_next_run_and_the_earlier_report_stays(tmp_path):
    report.report(night_sample.sample(), tmp_path)
    report.report(night_sample.sample(run_id="0043-2026-07-24"), tmp_path, formats={"summary_json"})
    assert names(tmp_path) == {"0042-2026-07-23", "0043-2026-07-24", "latest"}
    assert (tmp_path / "latest").readlink() == Path("0043-2026-07-24")
    assert names(tmp_path / "0042-2026-07-23") == FILES


def test_a_file_system_without_links_gets_a_text_file_that_names_the_run(tmp_path, monkeypatch):
    def refused(*_args, **_kwargs):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refused)
    report.report(night_sample.sample(), tmp_path, formats={"summary_json"})
    assert (tmp_path / "latest").read_text() == "0042-2026-07-23\n"
    assert not (tmp_path / "latest").is_symlink()


def test_an_output_that_fails_leaves_the_published_report_as_it_was(tmp_path, monkeypatch):
    folder = report.report(night_sample.sample(), tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs()["xlsx"], "write", full)
    with pytest.raises(AuditError, match="No space left on device"):
        report.report(night_sample.sample(findings=()), tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    monkeypatch.undo()
    report.report(night_sample.sample(), tmp_path)
    assert names(tmp_path) == {"0042-2026-07-23", "latest"}


@pytest.mark.parametrize("run_id", ["", "..", "latest", "a/b", "../x"])
def test_a_run_that_cannot_name_a_folder_is_refused(run_id, tmp_path):
    with pytest.raises(AuditError):
        report.report(night_sample.sample(run_id=run_id), tmp_path / "reports")


def test_the_same_night_gives_the_same_bytes_whatever_the_zone_locale_and_hash_seed(tmp_path):
    code = "import sys, night_sample; from pathlib import Path; from audit_analyzer.report import report; report(night_sample.sample(), Path(sys.argv[1]))"
    written = []
    for seed, zone, locale in (("1", "UTC", "C"), ("2", "Asia/Kathmandu", "C.UTF-8")):
        env = os.environ | {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), str(Path(report.__file__).parent.parent))),
        }
        subprocess.run([sys.executable, "-c", code, str(tmp_path / seed)], check=True, env=env, cwd=tmp_path)
        written.append({path.name: path.read_bytes() for path in (tmp_path / seed / "latest").iterdir()})
    assert written[0].keys() == FILES
    assert [name for name in FILES if written[0][name] != written[1][name]] == []


def test_importing_the_report_loads_nothing_heavy():
    heavy = ("duckdb", "polars", "xlsxwriter", "rich", "great_expectations")
    code = f"import sys, audit_analyzer.report, audit_analyzer.outputs.terminal; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"


@pytest.fixture(scope="module")
def asked():
    from audit_analyzer import filling

    store = scratch()
    columns = "query_id, system, operation, occurred_at, time_basis, operator, operator_kind, status, reason, reason_state, "
    columns += "case_number_state, offense_state, operator_state, subject_state, export_id, record, row_key, row_hash, agency"
    for n, (day, operator, operation, status) in enumerate(
        [
            *[("2026-03-01", "ann", "identification", "ok")] * 3,
            ("2026-03-03", "ann", "identification", "ok"),
            ("2026-03-03", "bob", "identification", "ok"),
            ("2026-03-03", None, "identification", "ok"),
            ("2026-03-03", "bob", "identification", "error"),
            ("2026-03-03", "bob", "verification", "ok"),
        ]
    ):
        values = [f"q{n}", "portal", operation, f"{day} 10:{n:02}:00Z", "declared", operator, "human" if operator else "unknown", status, "case work", "value"]
        values += ["empty", "not_logged", "value" if operator else "redacted", "not_logged", "e" * 64, str(n), n, n, "Metro PD"]
        store.run(f"INSERT INTO queries ({columns}) VALUES ({', '.join('?' * len(values))})", values)
    filling.prepare(store, settings.Settings(root=Path()), dt.datetime(2026, 3, 4, tzinfo=dt.UTC), {})
    yield store
    store.close()


def test_the_timeline_counts_searches_that_were_done_by_system_and_day(asked):
    assert report.timeline(asked) == ({"system": "portal", "day": "2026-03-01", "queries": 3}, {"system": "portal", "day": "2026-03-03", "queries": 3})


def test_operators_are_counted_with_those_whom_the_log_does_not_name(asked):
    rows = [(r["system"], r["agency"], r["operator"], r["queries"]) for r in report.operators(asked)]
    assert rows == [("portal", "Metro PD", "ann", 4), ("portal", "Metro PD", "bob", 1), ("portal", "Metro PD", None, 1)]
    assert all(0 <= r["unexplained"] <= r["queries"] for r in report.operators(asked))
