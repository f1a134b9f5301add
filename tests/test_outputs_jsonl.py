import json

import night_hostile
import night_sample
import pytest

from audit_analyzer.outputs import findings_jsonl, inert, measurability_jsonl, summary_json, tally

MODEL = (
    "finding_id",
    "rule",
    "family",
    "title",
    "severity",
    "level",
    "subject",
    "period",
    "figures",
    "clauses",
    "explanation",
    "innocent",
    "evidence",
    "status",
)


def written(output, night, tmp_path):
    output.write(night, tmp_path / output.FILE)
    return (tmp_path / output.FILE).read_bytes()


def test_each_finding_is_a_line_with_the_fields_of_the_model_in_their_order_and_all_of_its_evidence(tmp_path):
    night = night_sample.sample()
    lines = [json.loads(line) for line in written(findings_jsonl, night, tmp_path).splitlines()]
    assert len(lines) == len(night.findings)
    assert {tuple(line)[: len(MODEL)] for line in lines} == {MODEL}
    assert sum(len(line["evidence"]) for line in lines) == sum(len(f.evidence) for f in night.findings)
    assert set(lines[0]["evidence"][0]) == {"table", "id", "system", "export", "file", "record", "role"}


def test_each_rule_and_system_is_a_line_of_measurability(tmp_path):
    night = night_sample.sample()
    lines = [json.loads(line) for line in written(measurability_jsonl, night, tmp_path).splitlines()]
    assert [(line["rule"], line["system"]) for line in lines] == sorted((m.rule, m.system) for m in night.measurability)
    assert set(lines[0]) == {"rule", "family", "system", "verdict", "missing", "rows", "request", "why", "undecided"}


@pytest.mark.parametrize("output", [findings_jsonl, measurability_jsonl, summary_json])
def test_the_order_in_which_a_night_was_gathered_changes_no_byte(output, tmp_path):
    night = night_sample.sample()
    mixed = {}
    for part in ("findings", "measurability", "checks", "ledger", "rules", "timeline", "operators", "failures", "assumptions"):
        rows = list(getattr(night, part))
        night_sample.dice_of(part).shuffle(rows)
        mixed[part] = tuple(rows)
    assert written(output, night, tmp_path) == written(output, night_sample.sample(**mixed), tmp_path)


@pytest.mark.parametrize(
    ("output", "found"),
    [(findings_jsonl, lambda row: row["title"]), (measurability_jsonl, lambda row: row["why"]), (summary_json, lambda row: row["failures"][0])],
)
def test_hostile_text_comes_back_exactly_and_is_never_printed_raw(output, found, tmp_path):
    text = written(output, night_hostile.hostile(), tmp_path).decode()
    assert inert.HIDDEN.search(text.replace("\n", "")) is None
    assert found(json.loads(text)) == night_hostile.HOSTILE


def test_the_summary_holds_the_night_in_figures(tmp_path):
    night = night_sample.sample()
    summary = json.loads(written(summary_json, night, tmp_path))
    assert summary["run_id"] == "0042-2026-07-23"
    assert summary["as_of"] == "2026-07-24T00:00:00Z"
    assert summary["exports"] == {"total": 145, "accepted": 142, "rejected": 2, "failed": 1, "no_export": 0}
    records = summary["records"]
    assert records["read"] == records["kept"] + records["rejected"] + records["set_aside"] + records["copies"] > 0
    assert summary["findings"]["total"] == len(night.findings) == sum(summary["findings"]["by_family"].values())
    assert list(summary["findings"]["by_severity"]) == ["low", "medium", "high", "critical"]
    assert summary["measurability"] == {"measured": 59, "partly": 14, "not_measurable": 15, "undecided_rows": 56}
    assert summary["checks"]["failed"] == 3
    assert summary["checks"]["blocking"] == 1
    assert summary["checks"]["failures"][0]["blocking"] is True
    assert [row["system"] for row in summary["spans"]] == sorted(night_sample.SYSTEMS)
    assert summary["busiest_days"][0]["queries"] >= summary["busiest_days"][1]["queries"]
    assert [r["rule"] for r in summary["rules"]["not_asked"]] == ["network_wide_search", "off_hours"]
    assert summary["verdict"] == tally.verdict(night)


def test_the_clock_of_the_machine_stands_under_run_and_nowhere_else(tmp_path):
    first = json.loads(written(summary_json, night_sample.sample(run={"started_at": "2026-07-24T02:30:00Z"}), tmp_path))
    later = json.loads(written(summary_json, night_sample.sample(run={"started_at": "2027-01-01T00:00:00Z"}), tmp_path))
    assert first.pop("run") == {"started_at": "2026-07-24T02:30:00Z"}
    assert later.pop("run") == {"started_at": "2027-01-01T00:00:00Z"}
    assert first == later
