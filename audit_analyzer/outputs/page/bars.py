"""The operator chart: searches by operator, the share that nothing explains hatched, findings marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit_analyzer.outputs import inert, tally
from audit_analyzer.outputs.page import charts
from audit_analyzer.outputs.page.markup import Markup, tag
from audit_analyzer.words import SEVERITIES, Finding, Night

WIDTH, PLACES, NAMES, RIGHT, ROW, HEAD = 980, 158, 336, 170, 22, 20
MOST, MOST_MARKED, LETTERS = 20, 15, 22


def drawn(night: Night) -> Markup:
    """Those with most searches, then those with findings; how many are left out is said."""
    rows = sorted(night.operators, key=lambda r: (-int(r["queries"] or 0), str(r["system"]), str(r.get("agency")), str(r.get("operator"))))
    if not rows:
        return tag("p", "No operator is known, so there is nothing to compare.", class_="empty")
    accused: dict[str, list[Finding]] = {}
    for finding in night.findings:
        if finding.subject.get("kind") == "operator" and tally.state(finding) != "gone":
            accused.setdefault(str(finding.subject.get("id")), []).append(finding)
    marked = [row for row in rows[MOST:] if str(row.get("operator")) in accused][:MOST_MARKED]
    shown = rows[:MOST] + marked
    left = rows[MOST:]
    rest = sum(int(row["queries"] or 0) for row in left) - sum(int(row["queries"] or 0) for row in marked)
    note = f"The {len(rows[:MOST])} operators with most searches"
    note += f", then {len(marked)} with findings" if marked else ""
    note += f"; {len(left) - len(marked)} others made {rest:,} searches." if len(left) > len(marked) else "."
    svg = tag(
        "svg",
        _heads(),
        _rows(shown, accused),
        viewBox=f"0 0 {WIDTH} {HEAD + len(shown) * ROW + 6}",
        role="img",
        aria_label="searches by operator",
        class_="chart",
    )
    return tag("div", tag("figure", charts.scrolled("Searches by operator", svg)), tag("p", note, class_="note"), class_="charts")


def _rows(shown: list[Mapping[str, Any]], accused: dict[str, list[Finding]]) -> list[Markup]:
    top = max(1, *(int(row["queries"] or 0) for row in shown))
    scale = (WIDTH - NAMES - RIGHT) / top
    return [_row(row, HEAD + at * ROW, scale, _of(row, accused)) for at, row in enumerate(shown)]


def _of(row: Mapping[str, Any], accused: dict[str, list[Finding]]) -> list[Finding]:
    found = [f for f in accused.get(str(row.get("operator")), []) if str(row["system"]) in tally.systems_of(f) or not tally.systems_of(f)]
    return sorted(found, key=lambda f: (-tally.place(f.severity, SEVERITIES), tally.rank(f)))


def _row(row: Mapping[str, Any], y: float, scale: float, findings: list[Finding]) -> Markup:
    queries = int(row["queries"] or 0)
    unexplained = min(int(row.get("unexplained") or 0), queries)
    name = "not recorded" if row.get("operator") is None else str(row["operator"])
    place = " · ".join(str(part) for part in (row.get("agency"), row["system"]) if part)
    share = f"{100 * unexplained / queries:.0f}%" if queries else "–"
    words = f"{name} ({place}): {queries:,} searches, {unexplained:,} of them unexplained ({share})"
    middle = y + ROW / 2
    shapes = [
        tag("rect", x=NAMES, y=charts.r(y + 3), width=f"{max(queries * scale, 1):.1f}", height=ROW - 8, class_="bar"),
        tag("rect", x=NAMES, y=charts.r(y + 3), width=f"{unexplained * scale:.1f}", height=ROW - 8, fill="url(#hatch-open)", class_="open")
        if unexplained
        else None,
        charts.label(0, middle + 2.5, _cut(name, LETTERS), "start", "name"),
        charts.label(PLACES, middle + 2.5, _cut(place, LETTERS + 8)),
        charts.label(NAMES + max(queries * scale, 1) + 6, middle + 2.5, f"{queries:,} · {share}", "start", "axis"),
    ]
    x = NAMES + max(queries * scale, 1) + 22 + 6.2 * len(f"{queries:,} · {share}")
    marks = [charts.mark(f.severity, (x + 13 * at, middle - 1), f"{f.severity}: {f.title}", f"#{f.finding_id}") for at, f in enumerate(findings[:5])]
    more = charts.label(x + 13 * 5 - 4, middle + 2.5, f"+{len(findings) - 5}") if len(findings) > 5 else None  # noqa: PLR2004  marks that fit
    return tag("g", tag("title", words), shapes, marks, more)


def _heads() -> list[Markup]:
    return [charts.label(x, 10, words) for x, words in ((0, "operator"), (PLACES, "agency · system"), (NAMES, "searches · share that nothing explains"))]


def _cut(words: str, most: int) -> str:
    words = inert.visible(words)
    return words if len(words) <= most else words[: most - 1] + "…"
