"""summary.json: the night in figures, for programs: what was read, asked, found and not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audit_analyzer.outputs import inert, tally
from audit_analyzer.words import FAMILIES, SEVERITIES, Night

FILE = "summary.json"


def write(night: Night, path: Path) -> None:
    """One JSON object. The machine's clock stands under `run` only, as it was given; all else follows from the input."""
    path.write_text(inert.json_text(summary(night), indent=2) + "\n", encoding="utf-8", newline="\n")


def summary(night: Night) -> dict[str, Any]:
    """The object itself, with plain JSON values; keys in this order."""
    asked, not_asked = tally.rules_asked(night)
    body = {
        "run_id": night.run_id,
        "as_of": night.as_of,
        "version": night.version,
        "run": night.run,
        "verdict": tally.verdict(night),
        "exports": _exports(night),
        "records": tally.ledger_sums(night.ledger),
        "systems": tally.systems(night),
        "spans": tally.spans(night),
        "gaps": tally.gaps(night),
        "rules": {"asked": asked, "not_asked": not_asked},
        "findings": _findings(night),
        "measurability": _measurability(night),
        "checks": _checks(night),
        "busiest_days": [{"day": day, "queries": queries} for day, queries in tally.busiest(night)],
        "failures": sorted(night.failures),
        "assumptions": sorted(night.assumptions),
        "held_back": night.held_back,
        "limits": night.limits,
    }
    return {key: _ordered(value) for key, value in body.items()}


def _ordered(value: Any) -> Any:  # noqa: ANN401  any JSON value
    """Plain values; our own dicts keep the order that they were written in, which is the order of the closed lists."""
    if isinstance(value, dict):
        return {str(key): _ordered(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    return inert.plain(value)


def _exports(night: Night) -> dict[str, int]:
    """How many exports by outcome; `no_export`: files beside them that audit.toml declares to be none."""
    exports = tally.exports(night.ledger)
    outcomes = tally.counts((str(r["outcome"]) for r in exports), ("accepted", "rejected", "failed"))
    return {"total": len(exports)} | outcomes | {"no_export": len(night.ledger) - len(exports)}


def _findings(night: Night) -> dict[str, Any]:
    found = night.findings
    return {
        "total": len(found),
        "awaiting_judgement": len(tally.awaiting(found)),
        "decided": sum(1 for f in found if tally.decision(f)),
        "by_severity": tally.counts((f.severity for f in found), SEVERITIES),
        "by_family": tally.counts((f.family for f in found), FAMILIES),
        "by_state": tally.counts((tally.state(f) for f in found), ("new", "standing", "gone")),
        "by_level": tally.counts((f.level for f in found), ("fact", "indicator")),
        "by_rule": tally.counts((f.rule for f in found), ()),
        "evidence_rows": sum(len(f.evidence) for f in found),
    }


def _measurability(night: Night) -> dict[str, int]:
    verdicts = tally.counts((m.verdict for m in night.measurability), ("measured", "partly", "not_measurable"))
    return verdicts | {"undecided_rows": sum(m.undecided for m in night.measurability)}


def _checks(night: Night) -> dict[str, Any]:
    failed = [c for c in night.checks if not c.passed]
    told = sorted(failed, key=lambda c: (not c.blocking, c.table, c.system or "", c.expectation))
    return {"total": len(night.checks), "failed": len(failed), "blocking": sum(1 for c in failed if c.blocking), "failures": [inert.plain(c) for c in told]}
