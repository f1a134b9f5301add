"""findings.csv: one finding a line for spreadsheets, every field of the model; evidence by its number, whole in findings.jsonl and findings.xlsx."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from audit_analyzer.outputs import inert, tally
from audit_analyzer.words import Finding, Night

FILE = "findings.csv"
COLUMNS = (
    *("finding_id", "rule", "family", "title", "severity", "level", "subject_kind", "subject_id", "period_from", "period_to"),
    *("figures", "clauses", "explanation", "innocent", "evidence_rows", "evidence_files", "state", "decision", "systems", "matter", "caveats"),
)


def write(night: Night, path: Path) -> None:
    """UTF-8 with a byte-order mark, without which spreadsheets take it for their own code page; every cell quoted, none a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for finding in tally.ranked(night.findings):
            fields = row(finding)
            writer.writerow([inert.cell(fields[column]) for column in COLUMNS])


def row(finding: Finding) -> dict[str, Any]:
    """A finding as flat fields; lists are joined by "; ", figures and decision are JSON."""
    decided = tally.decision(finding)
    return {
        "finding_id": finding.finding_id,
        "rule": finding.rule,
        "family": finding.family,
        "title": finding.title,
        "severity": finding.severity,
        "level": finding.level,
        "subject_kind": finding.subject.get("kind"),
        "subject_id": finding.subject.get("id"),
        "period_from": finding.period.get("from"),
        "period_to": finding.period.get("to"),
        "figures": inert.json_text(inert.plain(finding.figures)),
        "clauses": "; ".join(finding.clauses),
        "explanation": finding.explanation,
        "innocent": finding.innocent,
        "evidence_rows": len(finding.evidence),
        "evidence_files": "; ".join(sorted({e.file for e in finding.evidence if e.file})),
        "state": tally.state(finding),
        "decision": inert.json_text(inert.plain(decided)) if decided else None,
        "systems": "; ".join(tally.systems_of(finding)),
        "matter": finding.matter,
        "caveats": "; ".join(finding.caveats),
    }
