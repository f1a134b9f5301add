"""Tags that cannot be left unescaped: what is not markup already becomes text, with every hidden character written out."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterable

from audit_analyzer.outputs import inert

VOID = frozenset({"meta", "input", "br", "col", "hr"})


class Markup(str):
    """Text that is HTML already. Only this module makes it."""

    __slots__ = ()


Child = object  # Markup, anything that str() can write, None (nothing), or a list of these


def text(value: object) -> Markup:
    """A value as text: escaped, quotes too, hidden characters written out."""
    return value if isinstance(value, Markup) else Markup(html.escape(inert.visible(str(value), keep="\n"), quote=True))


def join(children: Iterable[Child]) -> Markup:
    """Several children one after the other."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Markup):
            parts.append(child)
        elif isinstance(child, (list, tuple)) or (isinstance(child, Iterable) and not isinstance(child, (str, bytes, dict))):
            parts.append(join(child))
        elif child is not None:
            parts.append(text(child))
    return Markup("".join(parts))


def tag(element: str, /, *children: Child, **attributes: object) -> Markup:
    """<name attribute="…">children</name>. class_ is class, stroke_width is stroke-width; True is an attribute without a value, None none."""
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    return Markup(f"<{element}{given}>" if element in VOID else f"<{element}{given}>{join(children)}</{element}>")


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(value)}"'


def raw(code: str) -> Markup:
    """Our own style, script or drawing, never data."""
    return Markup(code)


def scroll(name: str, child: Child) -> Markup:
    """A box of its own for what may be wider than the screen: the keyboard reaches it, and a screen reader says its name."""
    return tag("div", child, class_="scroll", tabindex="0", role="region", aria_label=name)


def table(name: str, head: Iterable[Child], rows: Iterable[Iterable[Child]], kinds: str = "", **attributes: object) -> Markup:
    """A table that scrolls in its own box, called `name`. kinds: a letter per column, n for a number, m for monospace, anything else for text."""
    classes = {"n": "n", "m": "m"}
    marks = [classes.get(letter) for letter in kinds]
    top = tag("tr", [tag("th", cell, scope="col", class_=_at(marks, at)) for at, cell in enumerate(head)])
    body = [tag("tr", [tag("td", cell, class_=_at(marks, at)) for at, cell in enumerate(row)]) for row in rows]
    return scroll(name, tag("table", tag("thead", top), tag("tbody", body), **attributes))


def _at(marks: list[str | None], at: int) -> str | None:
    return marks[at] if at < len(marks) else None


def section(anchor: str, title: str, *children: Child, lead: Child = None) -> Markup:
    """A section of the page with its heading and its first sentence."""
    return tag("section", tag("h2", title), tag("p", lead, class_="lead") if lead else None, *children, id=anchor)


def words(name: str) -> str:
    """not_measurable as not measurable."""
    return name.replace("_", " ")


def long_date(day: dt.date) -> str:
    """30 June 2026, whatever the locale."""
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
    return f"{day.day} {months[day.month - 1]} {day.year}"


def moment(value: object) -> str:
    """An instant as 2026-06-30 14:05 UTC, seconds where they are not zero; a bare day as it is."""
    if value is None:
        return "–"
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    try:
        instant = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if instant.tzinfo is None:
        return str(value)
    utc = instant.astimezone(dt.UTC)
    return utc.strftime("%Y-%m-%d %H:%M:%S UTC" if utc.second else "%Y-%m-%d %H:%M UTC")


def period(bounds: dict[str, str | None]) -> str:
    """A finding's period in short: one day, or from and to."""
    start, end = (moment(bounds.get(key)) if bounds.get(key) else None for key in ("from", "to"))
    if start is None or end is None:
        return f"from {start}" if start else f"until {end}" if end else "no time of its own"
    if start[:10] == end[:10]:
        return f"{start[:10]}, {start[11:-4]} – {end[11:]}" if start != end else start
    return f"{start.removesuffix(' UTC')} – {end}"


def plural(name: str, count: int) -> str:
    """The plural s."""
    return name if count == 1 else name + "s"
