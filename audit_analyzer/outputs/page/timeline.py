"""The timeline: searches per day, a panel per system over one span of time, with gaps shaded and findings marked at their days."""

from __future__ import annotations

import dataclasses
import datetime as dt

from audit_analyzer.outputs import tally
from audit_analyzer.outputs.page import charts
from audit_analyzer.outputs.page.markup import Markup, tag
from audit_analyzer.words import SEVERITIES, Finding, Night

WIDTH, LEFT, RIGHT = 980, 50, 10
LANE, BARS, AXIS = 24, 84, 22  # heights: marks of findings, bars, days
SLOT = 15  # findings closer than this share one mark
MOST_BARS, MOST_SYSTEMS, MOST_NAMED = 400, 10, 8


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """The time that every panel shows: its days, and how many of them are one bar."""

    first: dt.date
    last: dt.date
    bin: int

    def x(self, day: dt.date, part: float = 0.0) -> float:
        """Where a day begins (part 0) or ends (part 1)."""
        days = (self.last - self.first).days + 1
        return LEFT + (WIDTH - LEFT - RIGHT) * ((min(max(day, self.first), self.last) - self.first).days + part) / days


def drawn(night: Night) -> Markup:
    """All panels, or a sentence where no search was read."""
    until = tally.last_day(night)
    dated = {system: {day: n for day, n in days.items() if day <= until} for system, days in tally.searches(night).items()}
    found = {system: days for system, days in dated.items() if days}
    if not found:
        return tag("p", "No search was read, so there is no timeline.", class_="empty")
    later = sum(n for days in tally.searches(night).values() for day, n in days.items() if day > until)
    beyond = f" {tally.number(later, 'search is', 'searches are')} dated after the as-of day and not drawn." if later else ""
    first = min(min(days) for days in found.values())
    last = max(max(days) for days in found.values())
    days = (last - first).days + 1
    span = Span(first, last, next(size for size in (1, 7, 28, 91, 364, 3640, days) if days / size <= MOST_BARS))
    shown = sorted(found, key=lambda s: (-sum(found[s].values()), s))[:MOST_SYSTEMS]
    panels = [_panel(night, system, found[system], span) for system in shown]
    rest = f" {len(found) - len(shown)} smaller systems are not drawn; their searches are in the tables." if len(found) > len(shown) else ""
    each = "one day (UTC)" if span.bin == 1 else f"{span.bin} days"
    untimed = sum(1 for f in night.findings if not f.period.get("from") and not f.period.get("to"))
    none = f" {tally.number(untimed, 'finding')} without a time of its own cannot be shown here." if untimed else ""
    return tag("div", panels, tag("p", f"One bar is {each}. Each panel has a scale of its own.{rest}{none}{beyond}", class_="note"), class_="charts")


def _panel(night: Night, system: str, days: dict[dt.date, int], span: Span) -> Markup:
    height = LANE + BARS + AXIS
    bars = _binned(days, span)
    ticks = charts.nice(max(bars.values()))
    drawing = [_ground(span, ticks), _gaps(night, system, days, span), _bars(bars, span, ticks[-1]), _marks(night, system, span)]
    named = f"{system}: searches per day from {min(days)} to {max(days)}"
    svg = tag("svg", drawing, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=named, class_="chart newest")
    title = tag("figcaption", tag("b", tag("bdi", system)), f" {sum(days.values()):,} searches, {min(days)} to {max(days)}")
    return tag("figure", title, charts.scrolled(named, svg))


def _binned(days: dict[dt.date, int], span: Span) -> dict[dt.date, int]:
    bars: dict[dt.date, int] = {}
    for day, queries in days.items():
        start = span.first + dt.timedelta(days=(day - span.first).days // span.bin * span.bin)
        bars[start] = bars.get(start, 0) + queries
    return bars


def _y(value: float, top: int) -> float:
    return LANE + BARS * (1 - value / top)


def _ground(span: Span, ticks: list[int]) -> list[Markup]:
    lines = [tag("path", d=f"M{LEFT} {charts.r(_y(t, ticks[-1]))}H{WIDTH - RIGHT}", class_="base" if t == 0 else "grid") for t in ticks]
    values = [charts.label(LEFT - 6, _y(t, ticks[-1]) + 3.5, charts.short(t), "end") for t in ticks]
    for day, name in charts.months(span.first, span.last):
        x = span.x(day)
        lines.append(tag("path", d=f"M{charts.r(x)} {LANE}V{LANE + BARS + 4}", class_="grid"))
        if x < WIDTH - 40:
            values.append(charts.label(x + 2, LANE + BARS + 15, name))
    return lines + values


def _gaps(night: Night, system: str, days: dict[dt.date, int], span: Span) -> list[Markup]:
    """Days of which the log says nothing: before its first record, after its last one, and between."""
    day = dt.timedelta(days=1)
    told = [(g["from"], g["to"], f"gap: {g['from']} to {g['to']}", g["silent"]) for g in tally.gaps(night) if g["system"] == system]
    if min(days) > span.first:
        told.append((span.first, min(days) - day, f"no record of this system before {min(days)}", True))
    if max(days) < span.last:
        told.append((max(days) + day, span.last, f"no record of this system after {max(days)}", True))
    shaded = []
    for start, end, words, silent in told:
        if end < span.first or start > span.last:
            continue
        x, width = span.x(start), span.x(end, 1) - span.x(start)
        shaded.append(
            tag(
                "rect",
                tag("title", words),
                x=charts.r(x),
                y=LANE,
                width=charts.r(max(width, 1.5)),
                height=BARS,
                fill="url(#hatch-gap)" if silent else None,
                class_=None if silent else "quiet-gap",
            )
        )
    return shaded


def _bars(bars: dict[dt.date, int], span: Span, top: int) -> list[Markup]:
    drawn = []
    for start, queries in sorted(bars.items()):
        end = min(start + dt.timedelta(days=span.bin - 1), span.last)
        x, width = span.x(start), span.x(end, 1) - span.x(start)
        y = _y(queries, top)
        words = f"{start}" + ("" if span.bin == 1 else f" to {end}") + f": {tally.number(queries, 'search', 'searches')}"
        drawn.append(
            tag(
                "rect",
                tag("title", words),
                x=charts.r(x + width * 0.1),
                y=charts.r(y),
                width=f"{width * 0.8:.2f}",
                height=charts.r(LANE + BARS - y),
                class_="bar",
            )
        )
    return drawn


def _marks(night: Night, system: str, span: Span) -> list[Markup]:
    slots: dict[int, list[Finding]] = {}
    for finding in tally.ranked(night.findings):
        start = finding.period.get("from") or finding.period.get("to")
        if start and system in tally.systems_of(finding) and tally.state(finding) != "gone":
            slots.setdefault(int((span.x(tally.day(start), 0.5) - LEFT) // SLOT), []).append(finding)
    return [_slot(at, findings) for at, findings in sorted(slots.items())]


def _slot(at: int, findings: list[Finding]) -> Markup:
    """One mark: the most severe of its findings, how many there are, and their words."""
    findings = sorted(findings, key=lambda f: (-tally.place(f.severity, SEVERITIES), tally.rank(f)))
    words = [f"{(f.period.get('from') or f.period.get('to') or '')[:10]} {f.severity}: {f.title}, {f.subject.get('id', '')}" for f in findings[:MOST_NAMED]]
    if len(findings) > MOST_NAMED:
        words.append(f"and {len(findings) - MOST_NAMED} more")
    x = LEFT + (at + 0.5) * SLOT
    mark = charts.mark(findings[0].severity, (x, LANE - 7), "\n".join(words), f"#{findings[0].finding_id}")
    count = charts.label(x, LANE - 14.5, len(findings), "middle", "count") if len(findings) > 1 else None
    return tag("g", mark, count)
