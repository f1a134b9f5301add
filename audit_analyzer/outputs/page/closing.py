"""The end of the page: what had to be assumed, what was held back, the method, and the words that the page uses."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audit_analyzer.outputs import inert, tally
from audit_analyzer.outputs.page.markup import Child, Markup, section, table, tag, words
from audit_analyzer.words import Night


def caveats(night: Night) -> Markup:
    """Assumptions, what could not be looked at, and what the false-discovery control kept off the page."""
    held = {rule: count for rule, count in sorted(night.held_back.items()) if count}
    lists = (
        _list("Could not be looked at", sorted(night.failures), "callout bad"),
        _list("Had to be assumed", sorted(night.assumptions), "callout"),
        _list("Held back by statistical control", [f"{rule}: {tally.number(count, 'evidence row')}" for rule, count in held.items()], "callout"),
    )
    shown = [box for box in lists if box is not None] or [tag("p", "Nothing had to be assumed, and nothing was held back.", class_="empty")]
    lead = (
        "What stands between the log and this page. Nothing is hidden: what statistical control held back is counted here; "
        "rows that one finding folds together are all in its evidence."
    )
    return section("caveats", "Assumptions and limits", shown, lead=lead)


def _list(title: str, items: list[str], kind: str) -> Markup | None:
    return tag("div", tag("h3", title), tag("ul", [tag("li", item) for item in items]), class_=kind) if items else None


def method(night: Night) -> Markup:
    """Which program, which day, which rules with which parameters."""
    facts: list[tuple[str, Child]] = [
        ("Program", f"audit-analyzer {night.version}"),
        ("Run", tag("code", night.run_id)),
        (
            "As of",
            (
                f"{tally.last_day(night).isoformat()}, through the end of that day. "
                "No rule reads the clock of the machine: the same exports give the same findings."
            ),
        ),
        ("Times", "UTC unless a zone is named. A period's end is exclusive."),
        (
            "Files",
            (
                "findings.jsonl has every field and every evidence row; findings.xlsx and findings.csv are for spreadsheets; "
                "measurability.jsonl and summary.json for programs."
            ),
        ),
    ]
    pairs = tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts], class_="pairs wide")
    return section("method", "Method", pairs, _rules(night))


def _rules(night: Night) -> Markup | None:
    rows: list[list[Child]] = [
        [
            [tag("b", rule.get("title")), tag("div", tag("code", rule["name"]))],
            [rule.get("severity"), tag("div", rule.get("level"), class_="soft")],
            rule.get("because"),
            _parameters(rule),
        ]
        for rule in sorted(night.rules, key=lambda r: str(r["name"]))
    ]
    if not rows:
        return None
    return tag(
        "details",
        tag("summary", f"The {tally.number(len(rows), 'rule')} of this run, and their parameters"),
        table("Rules and their parameters", ("Rule", "Severity", "Because", "Parameters"), rows),
        class_="box",
    )


def _parameters(rule: Mapping[str, Any]) -> Markup | str:
    given = rule.get("parameters") or {}
    items = [tag("li", tag("code", name), " = ", _value(given[name])) for name in sorted(given)]
    return tag("ul", items, class_="plain") if items else "–"


def _value(given: object) -> str:
    plain = inert.plain(given.get("value") if isinstance(given, Mapping) and "value" in given else given)
    return plain if isinstance(plain, str) else inert.json_text(plain)


@functools.cache
def _glossary() -> dict[str, str]:
    with Path(__file__).with_name("glossary.toml").open("rb") as file:
        return {str(term): str(meaning) for term, meaning in tomllib.load(file).items()}


def glossary() -> Markup:
    """The terms of the field, as the directive and ISO/IEC 2382-37 use them."""
    terms = [tag("div", tag("dt", words(term)), tag("dd", meaning)) for term, meaning in _glossary().items()]
    return section("glossary", "Words used here", tag("dl", terms, class_="glossary"))
