"""findings.sarif: SARIF 2.1.0 (OASIS), for viewers of code-scanning results: each finding at the records that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from audit_analyzer.outputs import inert, tally
from audit_analyzer.words import Evidence, Finding, Measurability, Night

FILE = "findings.sarif"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
RANKS = {"low": 25.0, "medium": 50.0, "high": 75.0, "critical": 95.0}
STATES = {"new": "new", "standing": "unchanged", "gone": "absent"}


def write(night: Night, path: Path) -> None:
    """One run, a result a line. SARIF's own words fit: a fact is `fail`, an indicator `review` (a human has to judge), not measurable is `open`."""
    named = {f.rule for f in night.findings} | {m.rule for m in night.measurability} | {str(r["name"]) for r in night.rules}
    index = {name: at for at, name in enumerate(sorted(named))}
    run = {
        "tool": {"driver": {"name": "audit-analyzer", "version": night.version, "rules": [_rule(night, name) for name in index]}},
        "automationDetails": {"id": f"audit-analyzer/{night.run_id}"},
        "invocations": [_invocation(night)],
        "columnKind": "unicodeCodePoints",
    }
    head = inert.json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(head.removesuffix("}]}") + ', "results": [')
        for at, result in enumerate(_results(night, index)):
            file.write((",\n" if at else "\n") + inert.json_text(result))
        file.write("\n]}]}\n")


def _results(night: Night, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    for finding in tally.ranked(night.findings):
        yield _result(finding, index[finding.rule])
    for line in sorted(night.measurability, key=lambda m: (m.rule, m.system)):
        if line.verdict == "not_measurable":
            yield _open(line, index[line.rule])


def _invocation(night: Night) -> dict[str, Any]:
    told = [{"level": "error", "message": {"text": inert.visible(text)}} for text in sorted(night.failures)]
    told += [{"level": "note", "message": {"text": inert.visible("Assumed: " + text)}} for text in sorted(night.assumptions)]
    return {"executionSuccessful": not night.failures, "toolExecutionNotifications": told}


def _rule(night: Night, name: str) -> dict[str, Any]:
    facts = next((r for r in night.rules if r["name"] == name), {})
    described = {
        "id": name,
        "shortDescription": {"text": str(facts.get("title") or name)},
        "fullDescription": {"text": str(facts.get("because") or facts.get("title") or name)},
        "help": {
            "text": "\n".join(f"{label}: {facts[key]}" for label, key in (("Innocent", "innocent"), ("Misses", "misses"), ("Next", "next")) if facts.get(key))
            or name
        },
    }
    if facts:
        described["properties"] = {"family": facts.get("family"), "severity": facts.get("severity"), "level": facts.get("level")}
    return described


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    fact = finding.level == "fact"
    decided = tally.decision(finding)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "kind": "fail" if fact else "review",
        "level": LEVELS.get(finding.severity, "warning") if fact else "none",
        "rank": RANKS.get(finding.severity, 50.0),
        "message": {"text": inert.visible(finding.explanation or finding.title)},
        "baselineState": STATES.get(tally.state(finding), "new"),
        "partialFingerprints": {"findingId/v1": finding.finding_id},
        "locations": [_location(e) for e in finding.evidence[:1]],
        "relatedLocations": [_location(e, at) for at, e in enumerate(finding.evidence[1:], 1)],
        "properties": {key: value for key, value in inert.plain(finding).items() if key not in {"evidence", "rule", "explanation"}},
    }
    if decided and decided.get("decision") in {"dismissed", "explained"}:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": inert.visible(str(decided.get("reason") or ""))}]
    return result


def _location(evidence: Evidence, at: int | None = None) -> dict[str, Any]:
    """A record as a place: the line where the record is one, the locator's own text where it is not."""
    name = f"{evidence.table} {evidence.id}"
    place: dict[str, Any] = {"logicalLocations": [{"name": inert.visible(evidence.id), "fullyQualifiedName": inert.visible(name), "kind": "record"}]}
    if at is not None:
        place["id"] = at
    if evidence.file:
        physical: dict[str, Any] = {"artifactLocation": {"uri": quote(evidence.file.encode("utf-8", "surrogateescape"), safe="/")}}
        if evidence.record and evidence.record.isascii() and evidence.record.isdigit() and int(evidence.record):
            physical["region"] = {"startLine": int(evidence.record)}
        place["physicalLocation"] = physical
    place["message"] = {"text": inert.visible(f"{evidence.role}: {name}, record {evidence.record} of {evidence.file} (SHA-256 {evidence.export})")}
    return place


def _open(line: Measurability, rule: int) -> dict[str, Any]:
    return {
        "ruleId": line.rule,
        "ruleIndex": rule,
        "kind": "open",
        "level": "none",
        "message": {"text": inert.visible(f"Not measurable in {line.system}. {line.request or line.why or ''}".strip())},
        "partialFingerprints": {"measurability/v1": f"{line.rule}/{inert.visible(line.system)}"},
        "properties": inert.plain(line),
    }
