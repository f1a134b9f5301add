import json

import night_hostile
import night_sample
import pytest

from audit_analyzer.outputs import inert, ocsf

# OCSF 1.4.0, class detection_finding: attributes that are required of every event.
REQUIRED = {"activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"}


def events(night, tmp_path):
    ocsf.write(night, tmp_path / "findings.ocsf.jsonl")
    text = (tmp_path / "findings.ocsf.jsonl").read_text()
    assert inert.HIDDEN.search(text.replace("\n", "")) is None
    return [json.loads(line) for line in text.splitlines()]


def test_each_finding_is_a_detection_finding_with_what_the_schema_requires(tmp_path):
    night = night_sample.sample()
    found = events(night, tmp_path)
    assert len(found) == len(night.findings)
    for event in found:
        assert set(event) >= REQUIRED
        assert (event["category_uid"], event["class_uid"], event["type_uid"]) == (2, 2004, 200400 + event["activity_id"])
        assert event["finding_info"]["uid"]
        assert event["metadata"]["product"]["name"] == "audit-analyzer"
        assert event["time"] == 1_784_851_200_000
        assert event["start_time"] <= event["end_time"]
        assert all(evidence["data"]["record"] for evidence in event["evidences"])


@pytest.mark.parametrize(("state", "activity"), [("new", 1), ("standing", 2), ("gone", 3)])
def test_states_are_activities(state, activity, tmp_path):
    night = night_sample.sample()
    night.findings[0].status = {"state": state, "decision": None}
    (event,) = events(night_sample.sample(findings=night.findings[:1]), tmp_path)
    assert event["activity_id"] == activity
    assert event["is_alert"] is (state == "new")


@pytest.mark.parametrize(("severity", "number"), [("low", 2), ("medium", 3), ("high", 4), ("critical", 5)])
def test_severities_have_the_numbers_of_the_schema(severity, number, tmp_path):
    night = night_sample.sample()
    night.findings[0].severity = severity
    (event,) = events(night_sample.sample(findings=night.findings[:1]), tmp_path)
    assert event["severity_id"] == number


def test_hostile_text_stays_text(tmp_path):
    (event,) = events(night_hostile.hostile(), tmp_path)
    assert event["resources"][0]["name"] == night_hostile.HOSTILE
    assert event["unmapped"]["figures"]["nan"] == "nan"
