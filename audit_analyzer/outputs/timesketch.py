"""findings.timesketch.csv: findings on a timeline, in the columns that Timesketch imports: message, timestamp, datetime, timestamp_desc and our own."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from audit_analyzer.outputs import inert, tally
from audit_analyzer.words import Finding, Night, iso

FILE = "findings.timesketch.csv"
OWN = ("finding_id", "rule", "family", "severity", "level", "subject_kind", "subject_id", "systems", "state", "clauses", "evidence_rows", "tag")
COLUMNS = ("message", "timestamp", "datetime", "timestamp_desc", *OWN)
MOMENTS = (("from", "First evidence of a finding"), ("to", "End of a finding (exclusive)"))


def write(night: Night, path: Path) -> None:
    """A line for the start and one for the end of every finding, by time; `timestamp` is microseconds since 1970.

    A finding without a period stands at the night's as-of instant and says so.
    """
    lines = sorted((line for finding in tally.ranked(night.findings) for line in _lines(night, finding)), key=lambda line: (line[1], str(line)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([inert.cell(value) for value in line] for line in lines)


def _lines(night: Night, finding: Finding) -> Iterator[list[object]]:
    told = False
    for end, words in MOMENTS:
        if (moment := finding.period.get(end)) is not None:
            told = True
            yield _line(finding, dt.datetime.fromisoformat(moment), words)
    if not told:
        yield _line(finding, night.as_of, "As of the night (a finding without a time of its own)")


def _line(finding: Finding, moment: dt.datetime, words: str) -> list[object]:
    microseconds = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    subject = finding.subject
    own: list[object] = [finding.finding_id, finding.rule, finding.family, finding.severity, finding.level, subject.get("kind"), subject.get("id")]
    own += [
        "; ".join(tally.systems_of(finding)),
        tally.state(finding),
        "; ".join(finding.clauses),
        len(finding.evidence),
        f"{finding.severity};{finding.family}",
    ]
    return [f"{finding.title}: {finding.explanation}", microseconds, (iso(moment) or "").replace("Z", "+00:00"), words, *own]
