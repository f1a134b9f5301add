"""Findings that see one behaviour share a matter: one person at one time, largely the same evidence, or one question told of many things. Strongest first."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from audit_analyzer.words import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audit_analyzer.words import Finding

ALIKE = ("operator", "subject", "case", "item", "assembly")  # kinds of subject whose findings of one time are one behaviour
_LEVEL: dict[str, int] = {severity: level for level, severity in enumerate(SEVERITIES)}
SHARED = "copied_reason_among_accounts"  # of each account that gives the reason; it is the reason that they share
SHARE = 0.5  # of the smaller finding's evidence; of both together where one of them is about a whole agency or system


def link(findings: Sequence[Finding], persons: Mapping[str, str | None] | None = None, officers: Mapping[str, str] | None = None) -> None:
    """Set `matter` on findings that belong together; one that stands alone, or is gone, has none.

    persons: account to the person behind it. officers: action to the officer who did it.
    """
    live = sorted((f for f in findings if f.status["state"] != "gone"), key=lambda f: (f.period["from"] or "", f.finding_id))
    roots = list(range(len(live)))
    for a, b in [*_same_subject(live, persons or {}), *_same_evidence(live), *_same_habit(live, officers or {})]:
        low, high = sorted((_root(roots, a), _root(roots, b)))
        roots[high] = low
    groups: dict[int, list[Finding]] = defaultdict(list)
    for at, finding in enumerate(live):
        finding.matter = None
        groups[_root(roots, at)].append(finding)
    for group in groups.values():
        if len(group) > 1:
            name = hashlib.sha256(group[0].finding_id.encode()).hexdigest()[:16]
            for finding in group:
                finding.matter = name


def strongest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity, then by evidence; those of one matter stay together, where its strongest stands."""
    ordered = sorted(findings, key=_strength)
    place: dict[str, int] = {}
    for at, finding in enumerate(ordered):
        place.setdefault(finding.matter or finding.finding_id, at)
    return sorted(ordered, key=lambda f: (place[f.matter or f.finding_id], _strength(f)))


def _strength(finding: Finding) -> tuple[int, int, str]:
    return -_LEVEL[finding.severity], -len(finding.evidence), finding.finding_id


def _root(roots: list[int], at: int) -> int:
    while roots[at] != at:
        roots[at] = roots[roots[at]]
        at = roots[at]
    return at


def _together(a: Finding, b: Finding) -> bool:
    """Periods that overlap; a finding without a period overlaps none."""
    starts, ends = (a.period["from"], b.period["from"]), (a.period["to"], b.period["to"])
    return None not in starts and None not in ends and max(map(str, starts)) < min(map(str, ends))


def _same_subject(live: Sequence[Finding], persons: Mapping[str, str | None]) -> Iterable[tuple[int, int]]:
    """Neighbours in time of one person or thing: sorted by start, each is held against the one that reaches furthest so far."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, finding in enumerate(live):
        kind, name = finding.subject["kind"], finding.subject["id"]
        if kind in ALIKE and finding.period["from"]:
            groups[kind, (persons.get(name) or name) if kind == "operator" else name].append(at)
    for group in groups.values():
        furthest = group[0]
        for at in group[1:]:
            if _together(live[furthest], live[at]):
                yield furthest, at
            if str(live[at].period["to"]) > str(live[furthest].period["to"]):
                furthest = at


def _same_evidence(live: Sequence[Finding]) -> Iterable[tuple[int, int]]:
    holders: dict[tuple[str, str, str | None], list[int]] = defaultdict(list)
    sizes = []
    for at, finding in enumerate(live):
        keys = {(e.table, e.id, e.system) for e in finding.evidence}
        sizes.append(len(keys))
        for key in keys:
            holders[key].append(at)
    shared: Counter[tuple[int, int]] = Counter()
    for held in holders.values():
        shared.update((a, b) for i, a in enumerate(held) for b in held[i + 1 :])
    for (a, b), common in sorted(shared.items()):
        broad = not all(live[i].subject["kind"] in ALIKE for i in (a, b))
        of = sizes[a] + sizes[b] - common if broad else min(sizes[a], sizes[b])
        if common >= SHARE * of and _together(live[a], live[b]):
            yield a, b


def _same_habit(live: Sequence[Finding], officers: Mapping[str, str]) -> Iterable[tuple[int, int]]:
    """One question told of many cases of one officer, of many items of one store, or of several accounts with one reason: a habit, not as many matters."""
    first: dict[tuple[str, ...], int] = {}
    for at, finding in enumerate(live):
        kind, where = finding.subject["kind"], ",".join(sorted({e.system for e in finding.evidence if e.system}))
        habits: set[tuple[str, ...]] = set()
        if kind == "item":
            habits = {(finding.rule, where)}
        elif kind == "case":
            habits = {(finding.rule, where, officers[e.id]) for e in finding.evidence if e.table == "actions" and e.id in officers}
        elif kind == "operator" and finding.rule == SHARED:
            habits = {(finding.rule, where, str(finding.figures.get("reason")))}
        for habit in sorted(habits):
            if habit in first:
                yield first[habit], at
            first.setdefault(habit, at)
