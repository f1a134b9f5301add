import csv
import io

import night_hostile
import night_sample
import pytest

from audit_analyzer.outputs import findings_csv, inert, timesketch
from audit_analyzer.words import Finding


def rows(output, night, tmp_path):
    output.write(night, tmp_path / output.FILE)
    text = (tmp_path / output.FILE).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_finding_is_a_row_with_every_field_of_the_model(tmp_path):
    night = night_sample.sample()
    found = rows(findings_csv, night, tmp_path)
    assert len(found) == len(night.findings)
    by_id = {f.finding_id: f for f in night.findings}
    for row in found:
        finding = by_id[row["finding_id"]]
        assert (row["subject_kind"], row["subject_id"], row["severity"]) == (finding.subject["kind"], finding.subject["id"], finding.severity)
        assert int(row["evidence_rows"]) == len(finding.evidence)
    flat = {name.split("_")[0] for name in findings_csv.COLUMNS}
    assert {field.split("_")[0] for field in Finding.__struct_fields__} - {"status"} <= flat


@pytest.mark.parametrize("output", [findings_csv, timesketch])
def test_no_cell_is_a_formula_and_no_hidden_character_is_left(output, tmp_path):
    for row in rows(output, night_hostile.hostile(), tmp_path):
        for value in row.values():
            assert not value.lstrip().startswith(inert.FORMULA), value
            assert inert.HIDDEN.search(value) is None


def test_spreadsheets_are_told_that_it_is_utf8(tmp_path):
    findings_csv.write(night_sample.sample(), tmp_path / "findings.csv")
    assert (tmp_path / "findings.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_timesketch_has_its_columns_and_a_line_for_start_and_end_in_order_of_time(tmp_path):
    night = night_sample.sample()
    found = rows(timesketch, night, tmp_path)
    assert list(found[0])[:4] == ["message", "timestamp", "datetime", "timestamp_desc"]
    assert len(found) == 2 * len(night.findings)
    times = [int(row["timestamp"]) for row in found]
    assert times == sorted(times)
    first = min(night.findings, key=lambda f: f.period["from"])
    assert found[0]["datetime"] == first.period["from"].replace("Z", "+00:00")
    assert found[0]["timestamp_desc"] == "First evidence of a finding"


def test_a_finding_without_a_time_stands_at_the_as_of_instant_and_says_so(tmp_path):
    night = night_sample.sample()
    finding = night.findings[0]
    finding.period = {"from": None, "to": None}
    found = rows(timesketch, night_sample.sample(findings=(finding,)), tmp_path)
    assert [(row["datetime"], row["timestamp_desc"]) for row in found] == [
        ("2026-07-24T00:00:00+00:00", "As of the night (a finding without a time of its own)")
    ]
