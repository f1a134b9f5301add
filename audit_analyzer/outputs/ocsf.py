"""findings.ocsf.jsonl: OCSF Detection Finding (class 2004, schema 1.4.0), one a line, for security data lakes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from audit_analyzer.outputs import inert, tally
from audit_analyzer.words import Evidence, Finding, Night

FILE = "findings.ocsf.jsonl"
SCHEMA = "1.4.0"
CATEGORY, CLASS = 2, 2004
ACTIVITIES = {"new": (1, "Create"), "standing": (2, "Update"), "gone": (3, "Close")}
SEVERITIES = {"low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High"), "critical": (5, "Critical")}
CONFIDENCES = {"indicator": (2, "Medium"), "fact": (3, "High")}
DECIDED = {"dismissed": (3, "Suppressed"), "explained": (3, "Suppressed"), "confirmed": (4, "Resolved"), "escalated": (2, "In Progress")}


def write(night: Night, path: Path) -> None:
    """`time` is the night's as-of instant, never the machine's clock; what OCSF has no place for stands under `unmapped`."""
    inert.write_lines(path, (event(night, finding) for finding in tally.ranked(night.findings)))


def event(night: Night, finding: Finding) -> dict[str, Any]:
    """A finding as a Detection Finding."""
    activity, activity_name = ACTIVITIES.get(tally.state(finding), ACTIVITIES["new"])
    severity, severity_name = SEVERITIES.get(finding.severity, (99, finding.severity))
    confidence, confidence_name = CONFIDENCES.get(finding.level, (0, "Unknown"))
    status, status_name = _status(finding)
    body: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + activity,
        "time": _milliseconds(night.as_of),
        "severity_id": severity,
        "severity": severity_name,
        "confidence_id": confidence,
        "confidence": confidence_name,
        "status_id": status,
        "status": status_name,
        "is_alert": activity == 1 and tally.decision(finding) is None,
        "message": finding.explanation or finding.title,
        "metadata": {"version": SCHEMA, "uid": f"{night.run_id}/{finding.finding_id}", "product": _product(night)},
        "finding_info": _info(finding),
        "evidences": [_evidence(e) for e in finding.evidence],
        "resources": [{"uid": finding.subject.get("id"), "type": finding.subject.get("kind"), "name": finding.subject.get("id")}],
        "unmapped": {key: value for key, value in inert.plain(finding).items() if key not in {"finding_id", "title", "explanation", "evidence"}},
    }
    for key, end in (("start_time", "from"), ("end_time", "to")):
        if (moment := finding.period.get(end)) is not None:
            body[key] = _milliseconds(dt.datetime.fromisoformat(moment))
    return body


def _product(night: Night) -> dict[str, str]:
    return {"name": "audit-analyzer", "vendor_name": "audit-analyzer", "version": night.version}


def _info(finding: Finding) -> dict[str, Any]:
    return {
        "uid": finding.finding_id,
        "title": finding.title,
        "desc": finding.explanation,
        "types": [finding.family],
        "analytic": {"uid": finding.rule, "name": finding.title, "type_id": 1, "type": "Rule"},
        "data_sources": tally.systems_of(finding),
        "related_events_count": len(finding.evidence),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    """The row itself as `data`: OCSF's own evidence objects (process, connection, ...) have nothing for a line of a log."""
    return {"name": evidence.role, "uid": evidence.id, "data": inert.plain(evidence)}


def _status(finding: Finding) -> tuple[int, str]:
    decided = tally.decision(finding)
    if tally.state(finding) == "gone":
        return 4, "Resolved"
    return DECIDED.get(str(decided.get("decision")), (1, "New")) if decided else (1, "New")


def _milliseconds(moment: dt.datetime) -> int:
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)
