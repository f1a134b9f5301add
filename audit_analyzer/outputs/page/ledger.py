"""What was read and what was not: every export by its folder, those that could not be used first."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from audit_analyzer.outputs import tally
from audit_analyzer.outputs.page import glyphs
from audit_analyzer.outputs.page.markup import Child, Markup, moment, scroll, section, tag, words
from audit_analyzer.words import Night

SHOWN, OPEN_FOLDERS = 12, 6
OUTCOMES = ("failed", "rejected", "accepted")
LEAD = (
    "For every export: records read = kept + rejected + set aside + copies. An export that was rejected or failed is missing coverage: "
    "what it would have shown is not on this page."
)
Row = Mapping[str, Any]


def drawn(night: Night) -> Markup:
    """A sum over all, then a table per folder of the delivery."""
    rows = sorted(night.ledger, key=lambda r: (tally.place(str(r["outcome"]), OUTCOMES), str(r["path"]), str(r["export_id"])))
    if not rows:
        return section("ledger", "What was read, and what was not", tag("p", "No export was read.", class_="empty"))
    folders: dict[str, list[Row]] = {}
    for row in rows:
        folders.setdefault(posixpath.dirname(str(row["path"]).replace("\\", "/")) or "(top of the delivery)", []).append(row)
    order = sorted(folders, key=lambda name: (tally.place(str(folders[name][0]["outcome"]), OUTCOMES), name))
    boxes = [_folder(name, folders[name], at < OPEN_FOLDERS and len(order) <= 2 * OPEN_FOLDERS) for at, name in enumerate(order)]
    return section("ledger", "What was read, and what was not", _sum(rows), _refused(rows), boxes, lead=LEAD)


def _sum(rows: list[Row]) -> Markup:
    sums = tally.ledger_sums(rows)
    parts: list[Child] = [_part("read", sums["read"]), tag("span", "=", class_="op")]
    for at, name in enumerate(tally.LEDGER[1:]):
        parts += [tag("span", "+", class_="op") if at else None, _part(words(name), sums[name])]
    exact = sums["read"] == sum(sums[name] for name in tally.LEDGER[1:])
    note = "The sum holds." if exact else "The sum does not hold: this run must not be relied on."
    return tag("div", parts, tag("span", note, class_="sum-note" if exact else "sum-note bad"), class_="sum", role="group", aria_label="records")


def _part(name: str, count: int) -> Markup:
    return tag("span", tag("b", f"{count:,}"), tag("span", name), class_="part")


def _refused(rows: list[Row]) -> Markup | None:
    """Those that could not be used, above all folders, with their reasons."""
    refused = [row for row in rows if row["outcome"] != "accepted"]
    others = len(rows) - len(tally.exports(rows))
    declared = f" {tally.number(others, 'more file is', 'more files are')} declared in audit.toml to be no exports: kept, and not read." if others else ""
    if not refused:
        return tag("p", f"Every export could be used.{declared}", class_="note")
    items = [
        tag("li", glyphs.badge(str(row["outcome"]), "bad"), " ", tag("b", tag("bdi", row["path"])), tag("span", f": {row.get('reason') or 'no reason given'}"))
        for row in refused[: 2 * SHOWN]
    ]
    more = tag("li", f"and {len(refused) - 2 * SHOWN:,} more, in the sheet Exports of findings.xlsx") if len(refused) > 2 * SHOWN else None
    return tag(
        "div",
        tag("h3", f"{tally.number(len(refused), 'export')} could not be used"),
        tag("ul", items, more, class_="plain"),
        tag("p", declared) if declared else None,
        class_="callout bad",
    )


def _folder(name: str, rows: list[Row], opened: bool) -> Markup:
    sums = tally.ledger_sums(rows)
    bad = sum(1 for row in rows if row["outcome"] != "accepted")
    known = sorted({str(row["system"]) for row in rows if row.get("system")})
    head = tag(
        "summary",
        tag("span", tag("bdi", name), class_="folder"),
        tag("span", tally.number(len(rows), "file"), f", {sums['read']:,} records", class_="soft"),
        tag("span", tally.listed(known, 3), class_="soft") if known else None,
        glyphs.badge(f"{bad} not used", "bad") if bad else None,
    )
    table = tag("table", tag("thead", _heads()), tag("tbody", [_line(row) for row in rows[:SHOWN]]), class_="ledger")
    left = len(rows) - SHOWN
    more = (
        tag(
            "p",
            f"{tally.number(left, 'more file')} of this folder {'is' if left == 1 else 'are'} in the sum above and in the sheet Exports of findings.xlsx.",
            class_="note",
        )
        if left > 0
        else None
    )
    return tag("details", head, scroll(f"Exports of {name}", table), more, class_="box paper", open=opened)


def _heads() -> Markup:
    names = (
        ("Export", None),
        ("System, source", None),
        ("Read", "n"),
        ("Kept", "n"),
        ("Rejected", "n"),
        ("Set aside", "n"),
        ("Copies", "n"),
        ("Period", None),
        ("Integrity", None),
    )
    return tag("tr", [tag("th", name, class_=kind, scope="col") for name, kind in names])


def _line(row: Row) -> Markup:
    outcome = str(row["outcome"])
    where = posixpath.basename(str(row["path"]).replace("\\", "/"))
    told = [glyphs.badge(outcome, "bad"), " "] if outcome != "accepted" else None
    unknown = row.get("columns_unknown")
    aside = tag("div", f"columns not known to the source: {', '.join(map(str, unknown))}", class_="soft") if unknown else None
    zone = f"times in {row['zone']} ({row.get('zone_basis')})" if row.get("zone") else f"zone {row['zone_basis']}" if row.get("zone_basis") else None
    span = [tag("div", moment(row["period_from"])), tag("div", "to ", moment(row.get("period_to")))] if row.get("period_from") else "–"
    return tag(
        "tr",
        tag("td", told, tag("bdi", where), tag("div", row["export_id"], class_="sha", title="SHA-256 of the file as delivered"), aside),
        tag(
            "td", tag("bdi", row.get("system") or "–"), tag("div", row.get("source") or ("no source" if outcome != "accepted" else "no export"), class_="soft")
        ),
        [tag("td", f"{int(row.get(name) or 0):,}", class_="n zero" if not row.get(name) else "n") for name in tally.LEDGER],
        tag("td", span, tag("div", zone, class_="soft") if zone else None, class_="when"),
        tag("td", str(row.get("integrity") or "–").replace("-", " ")),
    )
