"""measurability.jsonl: for every rule and system what could be measured, what is missing, and the sentence to ask for it."""

from __future__ import annotations

from pathlib import Path

from audit_analyzer.outputs import inert
from audit_analyzer.words import Night

FILE = "measurability.jsonl"


def write(night: Night, path: Path) -> None:
    """One line for each rule and system, by rule and system."""
    lines = sorted(night.measurability, key=lambda m: (m.rule, m.system, m.verdict))
    inert.write_lines(path, lines)
