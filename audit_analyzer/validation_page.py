"""docs/validation.md: the error rates of a validation as one page of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from audit_analyzer.words import FAMILIES

if TYPE_CHECKING:
    from audit_analyzer.validate import Outcome, Result

LEVELS = ("easy", "medium", "hard")
PER = 20_000
TARGETS = {"easy": 1.0, "medium": 1.0, "hard": 0.9}
REMARKS = """\
## What these figures do not say

* The worlds are constructed. Agencies, people and misuse in them were written down by the same project that wrote the rules, from the same public descriptions; the
  generator reads no rule and no threshold, but both come from one reading of the facts. Rates on real logs will be worse, and nobody can know by how much.
* Background is drawn at rates measured in one department's log of licence-plate searches (4,294 searches, 147 users). No face-search log with reasons is public.
* *Found* means: a finding of the plant's family or detection, in its period, that names its subject or holds half of its rows. *By its own rule* asks that the rule
  be one of the plant's detection. A finding of any severity counts as found; a trap counts as hit, and a finding as false, at severity medium or above only.
* Evidence precision is the share of the rows of matched findings that belong to the plant. A finding about a month of somebody's work holds that month's ordinary
  rows too.
* A world has the context that makes look-alikes look harmless: case registers, rosters, shifts, notices. Deliveries that lack them give more false alarms or
  *not measurable*; that is measured nowhere on this page.
* Detections with few plants have wide uncertainty: nothing missed in 15 plants still allows a true rate of misses of up to 18 in 100 (95 % confidence).
"""


def page(result: Result) -> str:
    """The whole page."""
    seeds = " ".join(f"--seed {s}" for s in result.seeds)
    parts = [
        "# Known error rates",
        "",
        "Labelled worlds (constructed agencies, months of ordinary searches, misuse planted among them and look-alikes of it) were read, grounded and asked by the installed",
        "rulebook at its default settings. This page is written by the command; do not edit it.",
        "",
        f"    audit-analyzer validate {seeds} --size {result.size} --write docs/validation.md",
        "",
        f"Version {result.version}; seeds {', '.join(map(str, result.seeds))}; {result.queries:,} queries, of which {result.background:,} background; "
        f"{len(result.outcomes):,} plants and traps; {len(result.rules)} rules; {result.findings:,} findings.",
        "",
        *_summary(result),
        *_table("## By family", ("family",), _by(result, FAMILIES, lambda o: (o.truth.family,), lambda r: (r.family,))),
        *_table("## By rule", ("rule",), _by(result, [r.name for r in result.rules], _rules_of(result), lambda r: (r.name,), own=True)),
        *_levels(result),
    ]
    if result.errors:
        parts += ["## What could not be asked or read", "", *(f"* {line}" for line in sorted(set(result.errors))), ""]
    return "\n".join(parts) + "\n" + REMARKS


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


def _rules_of(result: Result) -> Callable[[Outcome], tuple[str, ...]]:
    """A plant is planted for every rule of its detection."""
    owners: dict[str, tuple[str, ...]] = {}
    for rule in result.rules:
        for detection in rule.detections:
            owners[detection] = (*owners.get(detection, ()), rule.name)
    return lambda o: owners.get(o.truth.detection, ())


def _by(result: Result, names: Iterable[str], keys: Callable[[Outcome], tuple[str, ...]], alarmed: Callable, *, own: bool = False) -> list[tuple[str, ...]]:  # type: ignore[type-arg]
    """Rows of a table: name, planted, found, missed, false alarms, traps, trap hits, precision. own: only what the named rule itself found counts."""
    books = {r.name: r for r in result.rules}
    rows = []
    for name in sorted(names):
        there = [o for o in result.outcomes if name in keys(o)]
        planted = [o for o in there if o.truth.level != "trap"]
        found = [o for o in planted if (name in o.rules if own else o.found)]
        traps = [o for o in there if o.truth.level == "trap"]
        hit = [o for o in result.outcomes if o.truth.level == "trap" and name in o.rules] if own else [o for o in traps if o.found]
        false = sum(name in alarmed(books[a.finding.rule]) for a in result.alarms if a.finding.rule in books)
        rows.append((name, str(len(planted)), str(len(found)), str(len(planted) - len(found)), str(false), str(len(traps)), str(len(hit)), _precision(found)))
    return rows


def _table(title: str, first: Sequence[str], rows: list[tuple[str, ...]]) -> list[str]:
    head = (*first, "planted", "found", "missed", "false alarms", "traps", "trap hits", "evidence precision")
    told = "Several rules share a detection: none of them has to find all of its plants. Trap hits are those of any trap." if first == ("rule",) else ""
    return [title, "", *([told, ""] if told else []), "| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1), *("| " + " | ".join(r) + " |" for r in rows), ""]


def _levels(result: Result) -> list[str]:
    lines = ["## By detection and level", "", "Found of planted at each level; traps hit of traps.", "", "| detection | easy | medium | hard | traps |", "| --- | ---: | ---: | ---: | ---: |"]
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
