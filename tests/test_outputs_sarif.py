import json

import night_hostile
import night_sample

from audit_analyzer.outputs import inert, sarif

KINDS = {"notApplicable", "pass", "fail", "review", "open", "informational"}
LEVELS = {"none", "note", "warning", "error"}


def run(night, tmp_path):
    sarif.write(night, tmp_path / "findings.sarif")
    text = (tmp_path / "findings.sarif").read_text()
    assert inert.HIDDEN.search(text.replace("\n", "")) is None
    body = json.loads(text)
    assert body["version"] == "2.1.0"
    assert len(body["runs"]) == 1
    return body["runs"][0]


def test_each_finding_is_a_result_of_its_rule_with_its_first_record_and_the_others_related(tmp_path):
    night = night_sample.sample()
    results = [r for r in run(night, tmp_path)["results"] if r["kind"] != "open"]
    by_id = {f.finding_id: f for f in night.findings}
    assert {r["partialFingerprints"]["findingId/v1"] for r in results} == set(by_id)
    for result in results:
        finding = by_id[result["partialFingerprints"]["findingId/v1"]]
        assert len(result["locations"]) + len(result["relatedLocations"]) == len(finding.evidence)
        assert result["message"]["text"] == finding.explanation


def test_words_of_the_standard_are_used_as_it_says(tmp_path):
    body = run(night_sample.sample(), tmp_path)
    names = [rule["id"] for rule in body["tool"]["driver"]["rules"]]
    assert names == sorted(set(names))
    for result in body["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]
        assert result["kind"] in KINDS
        assert result["level"] in LEVELS
        assert (result["level"] == "none") == (result["kind"] != "fail")  # SARIF 3.27.10: a level only with kind fail
        assert result.get("baselineState") in {"new", "unchanged", "absent", None}


def test_what_is_not_measurable_is_open_with_its_request(tmp_path):
    night = night_sample.sample()
    opened = [r for r in run(night, tmp_path)["results"] if r["kind"] == "open"]
    assert len(opened) == sum(1 for m in night.measurability if m.verdict == "not_measurable")
    assert all("Not measurable in" in r["message"]["text"] for r in opened)


def test_a_record_that_is_a_line_becomes_a_region_and_another_locator_stays_words(tmp_path):
    results = [r for r in run(night_sample.sample(), tmp_path)["results"] if r["kind"] != "open"]
    places = [place for r in results for place in r["locations"]]
    lines = [p["physicalLocation"]["region"]["startLine"] for p in places if p["physicalLocation"]["artifactLocation"]["uri"].endswith(".ndjson")]
    assert lines
    assert set(lines) == {2}
    assert all("region" not in p["physicalLocation"] for p in places if p["physicalLocation"]["artifactLocation"]["uri"].endswith(".gz"))


def test_failures_are_notifications_and_the_run_is_not_told_as_successful(tmp_path):
    body = run(night_sample.sample(), tmp_path)["invocations"][0]
    assert body["executionSuccessful"] is False
    assert [n["message"]["text"] for n in body["toolExecutionNotifications"] if n["level"] == "error"] == sorted(night_sample.sample().failures)


def test_a_hostile_file_name_becomes_an_encoded_address(tmp_path):
    (result, _) = run(night_hostile.hostile(), tmp_path)["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("../%3Cscript%3E")
    assert uri.endswith("%80")
    assert uri.isascii()
