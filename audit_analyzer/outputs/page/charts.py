"""Drawings shared by the charts: scales, ticks and hatching, as inline SVG without a library."""

from __future__ import annotations

import datetime as dt
import math

from audit_analyzer.outputs.page.glyphs import SHAPES
from audit_analyzer.outputs.page.markup import Child, Markup, raw, scroll, tag

HATCHES = raw(
    '<defs><pattern id="hatch-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="gap-ground"/><path d="M0 0V6" class="gap-line"/></pattern>'
    '<pattern id="hatch-open" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<rect width="5" height="5" class="open-ground"/><path d="M0 0V5" class="open-line"/></pattern></defs>'
)


def defs() -> Markup:
    """The hatchings, once for the page. Not display:none: a pattern in an undisplayed drawing is not painted."""
    return tag("svg", HATCHES, class_="defs", width=0, height=0, aria_hidden="true")


def scrolled(name: str, drawing: Markup) -> list[Markup]:
    """A drawing in a box of its own. Without scripts it fits the screen; with them it scrolls there, starts at its newest bar, and says so."""
    return [scroll(name, drawing), tag("p", "This chart is wider than the screen: it scrolls sideways.", class_="note scrolls", hidden=True)]


def r(value: float) -> str:
    """A coordinate with at most one decimal, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")


def nice(top: float) -> list[int]:
    """Ticks from 0 to at least `top` in steps of 1, 2 or 5 times a power of ten, at most four above 0."""
    step = 10 ** math.floor(math.log10(max(top, 1)))
    for size in (step / 5, step / 2, step, step * 2, step * 5):
        if size >= 1 and top / size <= 3:  # noqa: PLR2004  three lines can be read
            step = size
            break
    count = max(1, math.ceil(top / step))
    return [int(step * n) for n in range(count + 1)]


def short(count: int) -> str:
    """12, 3.4k, 1.2M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + letter
    return str(count)


def months(first: dt.date, last: dt.date, most: int = 14) -> list[tuple[dt.date, str]]:
    """First days of months for an axis, thinned to `most`; January and the first one carry their year."""
    firsts = []
    month = first.replace(day=1)
    while month <= last and month.year < dt.MAXYEAR:
        if month >= first:
            firsts.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200, 12000) if len(firsts) / s <= most)
    kept = [m for m in firsts if (m.month - 1 + 12 * m.year) % step == 0] or firsts[:1]
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return [(m, names[m.month - 1] + (f" {m.year}" if m.month == 1 or at == 0 or step >= 12 else "")) for at, m in enumerate(kept)]  # noqa: PLR2004  months


def mark(severity: str, point: tuple[float, float], title: str, href: str, size: float = 10.5) -> Markup:
    """A severity's shape around a point, with its words, leading to its finding."""
    corner = f"translate({r(point[0] - size / 2)} {r(point[1] - size / 2)}) scale({size / 12:.2f})"
    return tag("a", tag("title", title), tag("path", d=SHAPES.get(severity, SHAPES["low"]), transform=corner, class_=f"mark s-{severity}"), href=href)


def label(x: float, y: float, words: Child, anchor: str = "start", kind: str = "axis") -> Markup:
    """A word in a drawing."""
    return tag("text", words, x=r(x), y=r(y), text_anchor=anchor, class_=kind)
