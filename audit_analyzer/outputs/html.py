"""report.html: the whole night on one page that opens anywhere, offline: style and script inside, nothing fetched, nothing from a log interpreted."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from audit_analyzer.outputs import tally
from audit_analyzer.outputs.page import bars, charts, clauses, closing, findings, head, ledger, markup, quality, timeline
from audit_analyzer.outputs.page.markup import Markup, section, tag
from audit_analyzer.words import Night

FILE = "report.html"
PAGE = Path(__file__).resolve().parent / "page"


def write(night: Night, path: Path) -> None:
    """One file of UTF-8. Its policy allows just the style and the script that are named by their hashes, and no address at all."""
    path.write_text(page(night), encoding="utf-8", errors="backslashreplace", newline="\n")


def page(night: Night) -> str:
    """The page as text."""
    style = (PAGE / "style.css").read_text(encoding="utf-8")
    script = (PAGE / "script.js").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    top = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="robots", content="noindex"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"Audit of face-search logs, {tally.last_day(night).isoformat()}, run {night.run_id}"),
        tag("style", markup.raw(style)),
    )
    body = tag(
        "body",
        tag("a", "Skip to the findings", href="#findings", class_="skip"),
        charts.defs(),
        tag("div", _main(night), class_="page"),
        tag("script", markup.raw(script)),
    )
    return f"<!DOCTYPE html>\n{tag('html', top, body, lang='en')}\n"


def _hash(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def _main(night: Night) -> list[Markup]:
    begin = head.begin(night)
    silent = sum(1 for m in night.measurability if m.verdict == "not_measurable")
    entries: list[tuple[str, str, int | None]] = [
        ("begin", "Where to begin", None),
        ("reading", "How to read this page", None),
        ("ledger", "What was read, and what was not", len(night.ledger)),
        ("quality", "Data quality", sum(1 for c in night.checks if not c.passed) or None),
        ("charts", "Searches over time", None),
        ("operators", "Searches by operator", None),
        ("findings", "Findings", len(night.findings)),
        ("measured", "What could be measured", None),
        ("requests", "Records requests", silent or None),
        ("not-asked", "Rules not asked", len(tally.rules_asked(night)[1]) or None),
        ("caveats", "Assumptions and limits", None),
        ("method", "Method", None),
        ("glossary", "Words used here", None),
    ]
    parts = (
        *(head.drawn(night), begin, head.reading(), ledger.drawn(night), quality.drawn(night)),
        section(
            "charts",
            "Searches over time",
            timeline.drawn(night),
            lead="Searches that succeeded, per day and system. Marks above the bars are findings, at the day of their first evidence; "
            "hatched days have no record.",
        ),
        section(
            "operators",
            "Searches by operator",
            bars.drawn(night),
            lead="Hatched: searches that no open case, authorization, test, outage or service account explains. "
            "Unexplained is not unlawful; it is where the rules begin.",
        ),
        *(findings.drawn(night), clauses.matrix(night), clauses.requests(night), clauses.not_asked(night)),
        *(closing.caveats(night), closing.method(night), closing.glossary()),
    )
    foot = tag(
        "footer",
        f"audit-analyzer {night.version} · run {night.run_id} · as of {tally.last_day(night).isoformat()}. This page fetches nothing and sends nothing.",
    )
    return [head.contents([e for e in entries if e[0] != "begin" or begin is not None]), tag("main", parts, foot)]
