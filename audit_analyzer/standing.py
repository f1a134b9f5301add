"""New, standing and gone: tonight's findings against last night's. An episode that grows, also backwards, keeps the id that it had."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from audit_analyzer.words import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit_analyzer.rule import Rule

NOT_ASKED = "This could not be asked tonight; it stands as the last night found it."
NO_RULE = "The rule that found this is not there any more."


def compared(rule: Rule, findings: list[Finding], previous: Iterable[Mapping[str, Any]], silent: Iterable[str] = ()) -> list[Finding]:
    """Tonight's findings with the ids they had and state new or standing, then those that are gone.

    previous: last night's findings of this rule, as in findings.jsonl. silent: systems that could not be asked tonight; a finding that rests
    on them alone is not gone but stands, and says so.
    """
    old = sorted((p for p in previous if p["status"]["state"] != "gone"), key=lambda p: (p["period"]["from"] or "", p["finding_id"]))
    left = {p["finding_id"]: p for p in old}
    taken: set[str] = set()
    by_clause = "clause" in rule.columns
    for finding in findings:
        match = next((p for p in old if p["finding_id"] in left and _same(finding, p, rule.episode, by_clause=by_clause)), None)
        if match:
            finding.finding_id = match["finding_id"]
            finding.status = {"state": "standing", "decision": None}
            del left[match["finding_id"]]
            taken.add(finding.finding_id)
    for finding in findings:
        if finding.status["state"] == "new":
            finding.finding_id = _free(finding.finding_id, taken | left.keys())
            taken.add(finding.finding_id)
    quiet = set(silent)
    return [*findings, *(carried(p, "standing", NOT_ASKED) if _rests_on(p, quiet) else carried(p, "gone") for p in left.values())]


def carried(previous: Mapping[str, Any], state: str, caveat: str | None = None) -> Finding:
    """A finding of last night as it stands in tonight's report."""
    finding = msgspec.convert(dict(previous), Finding)
    finding.status = {"state": state, "decision": None}
    finding.matter = None
    if caveat and caveat not in finding.caveats:
        finding.caveats = [*finding.caveats, caveat]
    return finding


def _rests_on(previous: Mapping[str, Any], silent: set[str]) -> bool:
    return bool(previous.get("systems")) and set(previous["systems"]) <= silent


def _same(finding: Finding, previous: Mapping[str, Any], slack: int, *, by_clause: bool) -> bool:
    """One subject, one clause pack, and periods that overlap or lie closer than the rule's episode."""
    if finding.subject != previous["subject"] or (by_clause and _pack(finding.clauses) != _pack(previous["clauses"])):
        return False
    if finding.period["from"] is None or previous["period"]["from"] is None:
        return finding.period["from"] is None and previous["period"]["from"] is None
    near = dt.timedelta(seconds=slack)
    start, end, old_start, old_end = (_moment(p[side]) for p in (finding.period, previous["period"]) for side in ("from", "to"))
    return start - near < old_end and old_start - near < end


def _pack(clauses: list[str]) -> str:
    return clauses[0].partition("/")[0] if clauses else ""


def _moment(text: str | None) -> dt.datetime:
    return dt.datetime.fromisoformat(text or "")


def _free(wanted: str, taken: set[str]) -> str:
    """The id, or the next one derived from it, where another finding has it (an episode of last night that fell into two)."""
    while wanted in taken:
        wanted = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    return wanted
