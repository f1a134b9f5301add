"""docs/validation.md: the error rates of a validation as one page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from audit_analyzer.words import FAMILIES

if TYPE_CHECKING:
    from audit_analyzer.validate import Outcome, Result

LEVELS = ("easy", "medium", "hard")
PER = 20_000
TARGETS = {"easy": 1.0, "medium": 1.0, "hard": 0.9}
REMARKS = """\
## What these figures do not say

* The worlds are constructed. Agencies, people and misuse in them were written down by the same project that wrote the rules, from the same public
  descriptions; the generator reads no rule and no threshold, but both come from one reading of the facts. Rates on real logs will be worse, and nobody
  can know by how much.
* Background is drawn at rates measured in one department's log of licence-plate searches (4,294 searches, 147 users). No face-search log with reasons
  is public.
* *Found* means: a finding of the plant's family or detection, in its period, that names its subject or holds half of its rows. *By its own rule* asks
  that the rule be one of the plant's detection. A finding of any severity counts as found; a trap counts as hit, and a finding as false, at severity
  medium or above only.
* Evidence precision is the share of the rows of matched findings that belong to the plant. A finding about a month of somebody's work holds that
  month's ordinary rows too.
* A world has the context that makes look-alikes look harmless: case registers, rosters, shifts, notices. Deliveries that lack them give more false
  alarms or *not measurable*; that is measured nowhere on this page.
* Detections with few plants have wide uncertainty: nothing missed in 15 plants still allows a true rate of misses of up to 18 in 100 (95 % confidence).
"""


def page(result: Result) -> str:
    """The whole page."""
    seeds = f"--seeds {','.join(map(str, result.seeds))}"
    parts = [
        "# Known error rates",
        "",
        "Labelled worlds (constructed agencies, months of ordinary searches, misuse planted among them and look-alikes of it) were read, grounded and",
        "asked by the installed rulebook. This page is written by the command; do not edit it.",
        "",
        f"    audit-analyzer validate {seeds} --size {result.size} --write docs/validation.md",
        "",
        (
            f"Version {result.version}; seeds {', '.join(map(str, result.seeds))}; {result.queries:,} queries, of which {result.background:,} background; "
            f"{len(result.outcomes):,} plants and traps; {len(result.rules)} rules; {result.findings:,} findings."
        ),
        "",
        *_summary(result),
        *_table("## By family", "What was planted in a family counts as found whichever rule that fits found it.", "family", _families(result)),
        *_table("## By rule", "Several rules share a detection: none has to find all of its plants. Trap hits are of any trap.", "rule", _rules(result)),
        *_levels(result),
    ]
    if result.errors:
        parts += ["## What could not be asked or read", "", *(f"* {line}" for line in sorted(set(result.errors))), ""]
    return "\n".join(parts) + "\n" + REMARKS.rstrip("\n")


def _summary(result: Result) -> list[str]:
    lines = ["## Against the targets", "", "| level | planted | found | by its own rule | share found | target |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for level in LEVELS:
        there = [o for o in result.outcomes if o.truth.level == level]
        lines.append(f"| {level} | {len(there)} | {_count(there)} | {sum(o.own for o in there)} | {_share(_count(there), len(there))} | {TARGETS[level]:.0%} |")
    traps = [o for o in result.outcomes if o.truth.level == "trap"]
    alarms = len(result.alarms)
    rate = alarms * PER / result.background if result.background else 0.0
    return [
        *lines,
        "",
        f"* Traps hit at severity medium or above: **{_count(traps)} of {len(traps)}** (target 0).",
        f"* False alarms at severity medium or above: **{alarms}** in {result.background:,} background queries, {rate:.2f} in {PER:,} (target 1).",
        f"* Evidence precision of what was found: {_precision(result.outcomes)}.",
        "",
    ]


def _families(result: Result) -> list[list[str]]:
    """One row for each family: what was planted in it, whoever found it."""
    families = {r.name: r.family for r in result.rules}
    rows = []
    for family in sorted(FAMILIES):
        planted, traps = _divided(o for o in result.outcomes if o.truth.family == family)
        false = sum(families.get(a.finding.rule) == family for a in result.alarms)
        rows.append(_row(family, planted, [o for o in planted if o.found], false, len(traps), _count(traps)))
    return rows


def _rules(result: Result) -> list[list[str]]:
    """One row for each rule: what was planted of its detections, and what the rule itself found."""
    rows = []
    for rule in sorted(result.rules, key=lambda r: r.name):
        planted, traps = _divided(o for o in result.outcomes if o.truth.detection in rule.detections)
        hits = sum(o.truth.level == "trap" and rule.name in o.rules for o in result.outcomes)
        false = sum(a.finding.rule == rule.name for a in result.alarms)
        rows.append(_row(rule.name, planted, [o for o in planted if rule.name in o.rules], false, len(traps), hits))
    return rows


def _divided(outcomes: Iterable[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    there = list(outcomes)
    return [o for o in there if o.truth.level != "trap"], [o for o in there if o.truth.level == "trap"]


def _row(name: str, planted: Sequence[Outcome], found: Sequence[Outcome], false: int, traps: int, hits: int) -> list[str]:
    return [name, *map(str, (len(planted), len(found), len(planted) - len(found), false, traps, hits)), _precision(found)]


def _table(title: str, told: str, first: str, rows: Iterable[Sequence[str]]) -> list[str]:
    head = (first, "planted", "found", "missed", "false alarms", "traps", "trap hits", "evidence precision")
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return [title, "", told, "", *lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def _levels(result: Result) -> list[str]:
    lines = [
        "## By detection and level",
        "",
        "Found of planted at each level; traps hit of traps.",
        "",
        "| detection | easy | medium | hard | traps |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for detection in sorted({o.truth.detection for o in result.outcomes}):
        cells = []
        for level in (*LEVELS, "trap"):
            there = [o for o in result.outcomes if o.truth.detection == detection and o.truth.level == level]
            cells.append(f"{_count(there)}/{len(there)}" if there else "")
        lines.append(f"| {detection} | {' | '.join(cells)} |")
    return [*lines, ""]


def _count(outcomes: Iterable[Outcome]) -> int:
    return sum(o.found for o in outcomes)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _precision(outcomes: Iterable[Outcome]) -> str:
    found = [o for o in outcomes if o.found and o.truth.level != "trap"]
    rows = sum(o.rows for o in found)
    return f"{sum(o.right for o in found) / rows:.0%}" if rows else ""
