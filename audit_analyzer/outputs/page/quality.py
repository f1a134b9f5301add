"""How far the data can be relied on: verdicts of the quality suite, rows and spans, gaps, and the share of cells without a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit_analyzer.outputs import tally
from audit_analyzer.outputs.page import glyphs
from audit_analyzer.outputs.page.markup import Child, Markup, moment, scroll, section, table, tag
from audit_analyzer.words import Check, Night

LEAD = "Checks of the data before any rule was asked. A blocking check that fails keeps rules from being asked of that system, and the page says so."
SHADES = 10
MOST_GAPS, MOST_QUIET = 40, 5


def drawn(night: Night) -> Markup:
    """All of it; parts that the profile does not have are left out."""
    return section("quality", "Data quality", _checks(night), _systems(night), _gaps(night), _nulls(night), _remarks(night), lead=LEAD)


def _checks(night: Night) -> Markup:
    if not night.checks:
        return tag("p", "No quality check was made.", class_="empty")
    order = sorted(night.checks, key=lambda c: (c.passed, not c.blocking, c.table, c.system or "", c.expectation))
    failed = [c for c in order if not c.passed]
    good = [c for c in order if c.passed]
    told = _check_table("Checks that failed", failed) if failed else tag("p", "Every check passed.", class_="note")
    kept = (
        tag("details", tag("summary", f"{tally.number(len(good), 'check')} passed"), _check_table("Checks that passed", good), class_="box") if good else None
    )
    return tag("div", tag("h3", f"Checks: {len(failed)} of {len(order)} failed"), told, kept)


def _check_table(name: str, checks: list[Check]) -> Markup:
    rows: list[list[Child]] = [
        [
            glyphs.badge("passed", "good") if c.passed else glyphs.badge("failed, blocking" if c.blocking else "failed", "bad" if c.blocking else "warn"),
            c.expectation,
            [c.table, tag("div", c.system or "all systems", class_="soft")],
            c.observed or "–",
            f"{c.unexpected:,}",
        ]
        for c in checks
    ]
    return table(name, ("Verdict", "Expected", "Table, system", "Observed", "Rows not so"), rows, "ttttn")


def _systems(night: Night) -> Markup | None:
    """A line per system: uses, span, days with a record, people, wordings."""
    rows: list[list[Child]] = [
        [
            tag("bdi", name),
            _count(facts, "rows"),
            moment(facts.get("from")),
            moment(facts.get("last")),
            _days(facts),
            _count(facts, "operators"),
            _count(facts, "reasons"),
        ]
        for name, facts in _profiles(night)
    ]
    if not rows:
        return None
    heads = ("System", "Uses", "First", "Last", "Days with a record", "Operators", "Distinct reasons")
    return tag("div", tag("h3", "What each system's log holds"), table("What each system's log holds", heads, rows, "tnttnnn"))


def _profiles(night: Night) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(dict(night.profile.get("systems") or {}).items())


def _count(facts: Mapping[str, Any], name: str) -> str:
    return f"{int(facts.get(name) or 0):,}"


def _days(facts: Mapping[str, Any]) -> str:
    return f"{int(facts['days_covered']):,} of {int(facts['days']):,}" if "days" in facts and "days_covered" in facts else "–"


def _gaps(night: Night) -> Markup:
    gaps = sorted(tally.gaps(night), key=lambda g: (not g["silent"], -g["days"], g["system"], g["from"]))
    if not gaps:
        return tag("div", tag("h3", "Gaps"), tag("p", "No day without a record lies within the span of any system.", class_="note"))
    silent = sum(1 for g in gaps if g["silent"])
    shown = gaps[: min(silent, MOST_GAPS) + MOST_QUIET]
    rows: list[list[Child]] = [
        [
            tag("bdi", g["system"]),
            g["from"].isoformat(),
            g["to"].isoformat(),
            f"{g['days']:,}",
            f"{g['expected']:,.1f}" if "expected" in g else "–",
            _silence(g["silent"]),
        ]
        for g in shown
    ]
    more = f" The first {len(shown)} of {len(gaps):,} are shown." if len(gaps) > len(shown) else ""
    told = f"{tally.number(silent, 'gap is', 'gaps are')} longer than chance explains: a holiday, an outage, or records that were not handed over."
    lead = f"Days without a record inside a system's span. {told}{more}"
    heads = ("System", "First day", "Last day", "Days", "Uses expected", "")
    return tag("div", tag("h3", f"Gaps ({len(gaps):,})"), tag("p", lead, class_="note"), table("Gaps", heads, rows, "tttnnt"))


def _silence(silent: bool) -> Markup:
    return glyphs.badge("silent", "warn") if silent else tag("span", "chance explains it", class_="soft")


def _nulls(night: Night) -> Markup | None:
    """Columns of `queries` by system, shaded by the share of rows without a value; columns that every system fills are named below."""
    shares: dict[str, dict[str, float]] = {}
    profiles = [(name, facts["null_share"]) for name, facts in _profiles(night) if facts.get("null_share")]
    for system, columns in profiles:
        for column, share in columns.items():
            shares.setdefault(str(column), {})[system] = float(share)
    if not shares:
        return None
    systems = [name for name, _ in profiles]
    full = [column for column, row in shares.items() if not any(row.values())]
    empty = [column for column, row in shares.items() if all(row.get(system) == 1 for system in systems)]
    rows = [_null_row(column, row, systems) for column, row in shares.items() if column not in {*full, *empty}]
    head = tag("tr", [tag("th", tag("bdi", name), scope="col") for name in ("Column", *systems)])
    grid = scroll("Cells without a value", tag("table", tag("thead", head), tag("tbody", rows), class_="heat"))
    lead = tag("p", "Share of uses without a value. The darker, the less a rule that needs the column can see.", class_="note")
    named = [
        tag("p", f"{words}: {', '.join(sorted(names))}.", class_="note")
        for words, names in (("Filled in every row", full), ("Empty in every row of every system", empty))
        if names
    ]
    return tag("div", tag("h3", "Cells without a value"), lead, grid if rows else None, named)


def _null_row(column: str, row: dict[str, float], systems: list[str]) -> Markup:
    return tag("tr", tag("th", tag("code", column), scope="row"), [_shade(row.get(system)) for system in systems])


def _shade(share: float | None) -> Markup:
    if share is None:
        return tag("td", "–", class_="h none", title="no rows")
    words = "all" if share == 1 else "0" if not share else "<1%" if share < 0.01 else ">99%" if share > 0.99 else f"{100 * share:.0f}%"  # noqa: PLR2004  shares
    return tag("td", words, class_=f"h h{round(share * SHADES)}", title=f"{100 * share:.2f}% of the uses have no value")


def _remarks(night: Night) -> Markup | None:
    """What else a reader of a system's log has to know: its hours, columns that change, cells that cannot be read, copies, and the commonest reasons."""
    boxes = [_box(name, _sentences(facts), _reasons(facts)) for name, facts in _profiles(night)]
    shown = [box for box in boxes if box is not None]
    return tag("div", tag("h3", "Remarks on each system"), shown) if shown else None


def _box(name: str, sentences: list[str], reasons: Markup | None) -> Markup | None:
    if not sentences and reasons is None:
        return None
    head = tag("summary", tag("span", tag("bdi", name), class_="folder"), tag("span", tally.number(len(sentences), "remark"), class_="soft"))
    return tag("details", head, tag("ul", [tag("li", s) for s in sentences]), reasons, class_="box")


def _sentences(facts: Mapping[str, Any]) -> list[str]:
    said = [str((facts.get("trough") or {}).get("text") or "")]
    said += [
        f"From {c['day']} on, {c['column']} is filled in {100 * c['share_after']:.0f}% of the uses, before that in {100 * c['share_before']:.0f}%: "
        "the two sides are not to be compared."
        for c in facts.get("changes") or ()
    ]
    said += [
        f"{tally.number(int(n), 'cell')} of {column} cannot be read; the rows are kept without them."
        for column, n in sorted((facts.get("field_issues") or {}).items())
    ]
    said += [f"{column} stands in {of} exports only." for column, of in sorted((facts.get("columns_in_some_exports") or {}).items())]
    said += [f"The {name} is also written: {others}. It is one." for name, others in sorted((facts.get("spellings") or {}).items())]
    said += [f"{int(n):,} records counted once more as {kind}." for kind, n in sorted((facts.get("copies") or {}).items())]
    return [sentence for sentence in said if sentence]


def _reasons(facts: Mapping[str, Any]) -> Markup | None:
    top: list[list[Child]] = [[tag("bdi", r["reason"]), f"{int(r['rows']):,}", f"{100 * r['share']:.1f}%"] for r in facts.get("top_reasons") or ()]
    return table("Commonest reasons", ("Commonest reasons, as given", "Uses", "Of those with a reason"), top, "tnn") if top else None
