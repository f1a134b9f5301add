"""Evidence rows to findings: rows of one subject that are close in time are one episode, with its period, its peak figures and every row."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import hashlib
import itertools
from typing import TYPE_CHECKING, Any

from audit_analyzer.rule import OPTIONAL_COLUMNS, REQUIRED_COLUMNS
from audit_analyzer.words import SEVERITIES, Evidence, Finding, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

    from audit_analyzer.citations import Citations
    from audit_analyzer.rule import Rule

UNNAMED = "(not stated)"  # the subject of evidence whose subject is NULL: it is not lost, and nobody is named
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


@dataclasses.dataclass(frozen=True, slots=True)
class Ground:
    """What folding needs beside the evidence: exports by id (path, zone, zone_basis), clauses, and the rule's parameters."""

    exports: Mapping[str, Mapping[str, Any]]
    citations: Citations
    parameters: Mapping[str, Any]


def wrapped(sql: str, columns: Iterable[str], without: Iterable[str]) -> str:
    """A rule's SELECT with its columns typed and the systems `without` (not measurable tonight) left out."""
    given, text = list(columns), {"subject", "system", "table_name", "id", "export_id", "record", "role", "clause", "severity", "hypothesis"}
    missing = [f"NULL AS {name}" for name in OPTIONAL_COLUMNS if name not in given]
    kinds = {**dict.fromkeys(text, "VARCHAR"), "ts_s": "BIGINT", "end_s": "BIGINT", "observed": "DOUBLE", "expected": "DOUBLE", "tests": "BIGINT"}
    # observed keeps its own type as a figure: a count is told as a whole number
    shown = [f'CAST("{c}" AS {kinds[c]}) AS "{c}"' if c in kinds and c not in {"observed", "expected"} else f'"{c}"' for c in given]
    names = ", ".join("'" + s.replace("'", "''") + "'" for s in sorted(without))
    where = f" WHERE system IS NULL OR system NOT IN ({names})" if names else ""
    return f"SELECT {', '.join([*shown, *missing])} FROM ({sql}) AS asked{where}"


def numbered(frame: pl.DataFrame, seconds: int) -> pl.DataFrame:
    """The rows in a total order, with `episode`: rows of one subject and clause pack closer than `seconds`, or overlapping in [ts_s, end_s), share it."""
    import polars as pl

    text = {
        "subject": pl.String,
        "system": pl.String,
        "clause": pl.String,
        "role": pl.String,
        "severity": pl.String,
        "hypothesis": pl.String,
        "end_s": pl.Int64,
    }
    frame = frame.with_columns(pl.col(name).cast(kind) for name, kind in text.items()).with_columns(
        pl.col("subject").fill_null(UNNAMED),
        pl.col("role").fill_null("evidence"),
        pl.col("clause").str.split("/").list.first().alias("pack"),
        pl.when(pl.col("end_s") > pl.col("ts_s")).then(pl.col("end_s")).otherwise(pl.col("ts_s")).alias("reach"),
    )
    keys = ["subject", "pack", "ts_s", "reach", "system", "table_name", "id", "record", "role", "export_id", "clause"]
    frame = frame.sort([*keys, *(c for c in frame.columns if c not in keys)], nulls_last=False)
    gap = pl.col("ts_s") - pl.col("reach").cum_max().shift(1).over("subject", "pack")
    first = pl.int_range(pl.len()).over("subject", "pack") == 0
    fresh = pl.when(pl.col("ts_s").is_null()).then(first).otherwise(first | gap.is_null() | ((gap >= seconds) & (gap > 0)))
    return frame.with_columns(fresh.cast(pl.Int64).cum_sum().alias("episode"))


def fold(rule: Rule, frame: pl.DataFrame, ground: Ground) -> list[Finding]:
    """Findings of one rule, in the order of subject, pack and time. Every evidence row stands in exactly one of them."""
    rows = (row for row in numbered(frame, rule.episode).iter_rows(named=True))
    findings = []
    for _, group in itertools.groupby(rows, key=lambda row: row["episode"]):
        held = [row for row in group if _binding(row, ground.citations)]
        if held:
            findings.append(_finding(rule, held, ground))
    return findings


def _binding(row: Mapping[str, Any], citations: Citations) -> bool:
    """A verdict under one clause exists only where that clause binds the system and is in force at the time."""
    return row["clause"] is None or citations.holds(row["clause"], row["system"], citations.day(row["ts_s"]))


def _finding(rule: Rule, rows: list[dict[str, Any]], ground: Ground) -> Finding:
    evidence = list(dict.fromkeys(_evidence(row, ground) for row in rows))
    period, figures = _period(rows), _figures(rows, len(evidence))
    subject = rows[0]["subject"]
    severities = [row["severity"] for row in rows if row["severity"] in SEVERITIES]
    events = {(row["system"], ground.citations.day(row["ts_s"])) for row in rows}
    told = dict.fromkeys(row["clause"] for row in rows if row["clause"])
    clauses = list(told) or ground.citations.of(rule.clauses, events)
    return Finding(
        finding_id=identity(rule.name, subject, rows[0]["pack"], evidence[0]),
        rule=rule.name,
        family=rule.family,
        title=rule.title,
        severity=max(severities, key=SEVERITIES.index, default=rule.severity),
        level=rule.level,
        subject={"kind": rule.subject, "id": subject},
        period=period,
        figures=figures,
        clauses=clauses,
        explanation=explained(
            rule, {**ground.parameters, **figures}, {"subject": subject, "system": _systems(rows), "clauses": ", ".join(clauses) or "no clause"}
        ),
        innocent=rule.innocent,
        evidence=evidence,
        status={"state": "new", "decision": None},
        systems=sorted({row["system"] for row in rows if row["system"]}),
        caveats=_caveats(rows, ground),
    )


def identity(rule: str, subject: str, pack: str | None, first: Evidence) -> str:
    """First 16 hex digits of SHA-256 over rule, subject, clause pack and the first evidence; the unit separator keeps the parts apart."""
    parts = (rule, subject, pack or "", first.table, first.id, first.system or "")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _evidence(row: Mapping[str, Any], ground: Ground) -> Evidence:
    export = ground.exports.get(row["export_id"], {})
    return Evidence(row["table_name"], row["id"] or "", row["system"], row["export_id"], export.get("path"), row["record"], row["role"])


def _period(rows: list[dict[str, Any]]) -> dict[str, str | None]:
    starts = [row["ts_s"] for row in rows if row["ts_s"] is not None]
    if not starts:
        return {"from": None, "to": None}
    ends = [row["reach"] if row["reach"] > row["ts_s"] else row["ts_s"] + 1 for row in rows if row["ts_s"] is not None]
    return {"from": _instant(min(starts)), "to": _instant(max(ends))}


def _instant(seconds: int) -> str | None:
    return iso(dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds))


def _figures(rows: list[dict[str, Any]], evidence: int) -> dict[str, Any]:
    """Figures of the peak row (largest observed, then the first), and how many rows there are from when to when."""
    reserved = {*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS, "pack", "reach", "episode", "tests"}
    peak = max(rows, key=lambda row: -1e308 if row.get("observed") is None else float(row["observed"]))
    figures = {name: _figure(name, value) for name, value in peak.items() if name not in reserved}
    if figures.get("observed") is None:
        figures["observed"] = evidence
    times = [row["ts_s"] for row in rows if row["ts_s"] is not None]
    return figures | {"evidence": evidence, "first": _instant(min(times)) if times else None, "last": _instant(max(times)) if times else None}


def _figure(name: str, value: Any) -> Any:  # noqa: ANN401  any SQL value
    """A figure that is the same on every machine: floats to six significant digits; a column `…_at` holds epoch seconds and is told as an instant."""
    if isinstance(value, decimal.Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        value = float(f"{value:.6g}")
        value = int(value) if value.is_integer() and abs(value) < 2**53 else value
    return _instant(value) if name.endswith("_at") and isinstance(value, int) else value


class Told(str):
    """A figure in words. In a sentence, {name:search|searches} adds the noun for one or for many."""

    __slots__ = ()

    def __format__(self, nouns: str) -> str:
        one, _, many = nouns.partition("|")
        return f"{self!s} {one if self == '1' else many}" if nouns else str(self)


def explained(rule: Rule, figures: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The rule's sentence with figures and names in it. Figures called `…_s`, and parameters written as lengths of time, are told as such."""
    spans = {name for name, p in rule.parameters.items() if isinstance(p.written, str) and isinstance(p.value, int)}
    shown = {name: Told(in_words(value, span=name.endswith("_s") or name in spans)) for name, value in figures.items()}
    return rule.explanation.format_map({"p_value": "not asked", **shown, **names})


def _systems(rows: list[dict[str, Any]]) -> str:
    *most, last = sorted({row["system"] for row in rows if row["system"]}) or [UNNAMED]
    return f"{', '.join(most)} and {last}" if most else last


def in_words(value: Any, *, span: bool = False) -> str:  # noqa: ANN401  any figure
    """A figure for a sentence: 1,234; 2.5; "2 hours 5 minutes" for a span of seconds; "not known" for None."""
    if value is None:
        return "not known"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if span:
        return in_time(int(value))
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def in_time(seconds: int) -> str:
    """A length of time in its two largest units: 93784 is "1 day 2 hours"."""
    parts, left = [], abs(seconds)
    for size, name in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count:,} {name}{'s' if count > 1 else ''}")
    text = " ".join(parts[:2]) or "0 seconds"
    return f"minus {text}" if seconds < 0 else text


def _caveats(rows: list[dict[str, Any]], ground: Ground) -> list[str]:
    """What was assumed about the exports that the evidence stands in."""
    told = set()
    for export_id in {row["export_id"] for row in rows}:
        export = ground.exports.get(export_id, {})
        if export.get("zone_basis") in {"assumed", "unknown"}:
            told.add(f"Times of {export['path']} are read in an assumed zone ({export.get('zone') or 'UTC'}); they may be off by hours.")
    return sorted(told)
