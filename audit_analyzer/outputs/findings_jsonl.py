"""findings.jsonl: one finding a line, every field of the model, every evidence row."""

from __future__ import annotations

from pathlib import Path

from audit_analyzer.outputs import inert, tally
from audit_analyzer.words import Night

FILE = "findings.jsonl"


def write(night: Night, path: Path) -> None:
    """Findings by family, then severity, rule, time and id; keys in the order of the model, those of figures and status sorted."""
    inert.write_lines(path, tally.ranked(night.findings))
