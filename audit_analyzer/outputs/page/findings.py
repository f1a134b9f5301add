"""The findings: by family and rule, each opening to what it rests on, what would make it harmless, and what to do next."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

from audit_analyzer.clauses import OWN
from audit_analyzer.outputs import inert, tally
from audit_analyzer.outputs.page import glyphs
from audit_analyzer.outputs.page.markup import Child, Markup, join, moment, period, plural, section, table, tag, words
from audit_analyzer.words import FAMILIES, SEVERITIES, Evidence, Finding, Night

EVIDENCE_SHOWN, EVIDENCE_SHOWN_MANY, MANY = 50, 10, 400  # a page of thousands of findings shows fewer rows of each
SHORT_SHA = 12
EPOCH = range(10**9, 4 * 10**9)  # a figure that is a time in seconds since 1970: 2001 to 2096
SMALL = 0.001  # below this three decimals say nothing
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FAMILY_WORDS = {
    "wide_scale_monitoring": "Wide-scale monitoring",
    "protest": "Protest and assembly",
    "retention": "Retention",
    "corroboration": "Human review and corroboration",
    "purpose": "Purpose",
    "sharing": "Sharing",
    "access": "Access",
    "face_analysis": "Face analysis",
    "log_integrity": "Integrity of the log",
}
LEAD = "Grouped by what they bear on, most severe first. Open one to see its evidence and what would make it harmless."

ON_PAPER = (
    "On paper each finding tells the number of its evidence rows; the rows stand in full in findings.jsonl and in the sheet Evidence of findings.xlsx. "
    "What to do next stands once for each rule, and the text of each clause once, under “What could be measured”."
)


def drawn(night: Night) -> Markup:
    """Controls and every finding; without scripts the controls are not shown and all findings are there."""
    if not night.findings:
        return section(
            "findings",
            "Findings",
            tag(
                "p", "The questions that could be asked gave no finding. That is not the same as no violation: see what could not be measured.", class_="empty"
            ),
        )
    order = tally.ranked(night.findings)
    context = Context(night, EVIDENCE_SHOWN if len(order) <= MANY else EVIDENCE_SHOWN_MANY)
    families = [_family(name, list(group), context) for name, group in itertools.groupby(order, key=lambda f: f.family)]
    return section(
        "findings",
        "Findings",
        tag("p", ON_PAPER, class_="lead on-paper"),
        _controls(order),
        families,
        tag("p", "No finding fits these filters.", class_="empty", id="none-fits", hidden=True),
        lead=LEAD,
    )


class Context:
    """What a finding's body looks up: its rule's facts, its clauses, the findings of its matter."""

    def __init__(self, night: Night, shown: int) -> None:
        self.rules: dict[str, Mapping[str, Any]] = {str(r["name"]): r for r in night.rules}
        self.clauses, self.shown = night.clauses, shown
        self.matters: dict[str, list[Finding]] = {}
        for finding in tally.ranked(night.findings):
            if finding.matter:
                self.matters.setdefault(finding.matter, []).append(finding)


def _controls(order: list[Finding]) -> Markup:
    choices = (
        ("family", "Family", [(n, FAMILY_WORDS.get(n, words(n))) for n in sorted({f.family for f in order}, key=lambda n: (tally.place(n, FAMILIES), n))]),
        ("severity", "Severity", [(n, n) for n in sorted({f.severity for f in order}, key=lambda n: -tally.place(n, SEVERITIES))]),
        ("level", "Level", [(n, n) for n in sorted({f.level for f in order})]),
        (
            "state",
            "State",
            [(n, n) for n in ("new", "standing", "gone") if any(tally.state(f) == n for f in order)] + [("undecided", "not decided"), ("decided", "decided")],
        ),
        ("system", "System", [(n, n) for n in sorted({s for f in order for s in tally.systems_of(f)})]),
    )
    selects = [
        tag("label", tag("span", name), tag("select", tag("option", "all", value=""), [tag("option", w, value=v) for v, w in options], name=key))
        for key, name, options in choices
    ]
    search = tag(
        "label",
        tag("span", "Text"),
        tag("input", type="search", name="text", placeholder="operator, case, record, word", autocomplete="off", spellcheck="false"),
        class_="wide",
    )
    buttons = [tag("button", name, type="button", data_do=do) for name, do in (("Open all shown", "open"), ("Close all", "close"), ("Reset", "reset"))]
    said = tag("p", tag("output", f"{len(order):,} of {tally.number(len(order), 'finding')}", id="shown", aria_live="polite"), buttons, class_="shown")
    return tag("form", tag("div", selects, search, class_="fields"), said, class_="filters", id="filters", role="search", aria_label="filter findings")


def _family(name: str, group: list[Finding], context: Context) -> Markup:
    rules: dict[str, list[Finding]] = {}
    for finding in group:
        rules.setdefault(finding.rule, []).append(finding)
    order = sorted(rules, key=lambda r: (-max(tally.place(f.severity, SEVERITIES) for f in rules[r]), r))
    count = tag("span", f"{len(group):,}", class_="count")
    return tag(
        "div", tag("h3", FAMILY_WORDS.get(name, words(name)), count), [_rule(rule, rules[rule], context) for rule in order], class_="family", data_family=name
    )


def _rule(rule: str, group: list[Finding], context: Context) -> Markup:
    facts = context.rules.get(rule, {})
    because = facts.get("because")
    head = tag("h4", group[0].title, tag("code", rule, class_="rule-name"))
    return tag(
        "div",
        head,
        tag("p", because, class_="because") if because else None,
        _of_the_rule(facts, "on-paper"),
        [_finding(f, context) for f in group],
        class_="rule",
    )


def _finding(finding: Finding, context: Context) -> Markup:
    state, decided = tally.state(finding), tally.decision(finding)
    badges = [
        glyphs.badge(state, state),
        glyphs.badge(finding.level, finding.level),
        glyphs.badge(str(decided.get("decision")), "decided") if decided else None,
    ]
    kind, subject = finding.subject.get("kind", ""), finding.subject.get("id", "")
    head = tag(
        "summary",
        tag("span", glyphs.severity(finding.severity), tag("span", finding.severity, class_="sev-word"), class_="sev"),
        tag(
            "span",
            tag("span", tag("span", words(kind), class_="kind"), tag("bdi", subject, class_="who"), badges, class_="top"),
            tag("span", finding.explanation or finding.title, class_="why"),
            tag("span", period(finding.period), tag("span", tally.number(len(finding.evidence), "evidence row"), class_="rows"), class_="when"),
            class_="what",
        ),
    )
    return tag(
        "details",
        head,
        tag("div", _body(finding, context), class_="body"),
        id=finding.finding_id,
        class_=f"f paper e-{finding.severity}",
        data_family=finding.family,
        data_severity=finding.severity,
        data_level=finding.level,
        data_state=f"{state} {'decided' if decided else 'undecided'}",
        data_system="\n".join(tally.systems_of(finding)),
    )


def _body(finding: Finding, context: Context) -> list[Child]:
    facts = context.rules.get(finding.rule, {})
    prose = [
        _told("What would make it harmless, and how to check", finding.innocent or facts.get("innocent")),
        _of_the_rule(facts, "on-screen"),
        _told("Assumed on the way", finding.caveats),
        _clauses(finding, context),
    ]
    side = [_figures(finding), _facts(finding), _decision(finding), _matter(finding, context)]
    return [
        tag("div", tag("div", prose, class_="prose"), tag("aside", side), class_="columns"),
        tag("div", _evidence(finding, context.shown), class_="rests-on"),
    ]


def _of_the_rule(facts: Mapping[str, Any], where: str) -> Markup:
    """What holds for every finding of a rule: on the screen it stands in each of them, on paper once."""
    return tag("div", _told("What to do next", facts.get("next")), _told("What this rule misses", facts.get("misses")), class_=where)


def _told(title: str, said: object) -> Markup | None:
    """A heading and one or several sentences; nothing where there are none."""
    if not said:
        return None
    body = tag("ul", [tag("li", s) for s in said]) if isinstance(said, (list, tuple)) else tag("p", said)
    return tag("div", tag("h5", title), body)


def _figures(finding: Finding) -> Markup | None:
    rows = [
        tag("tr", tag("th", words(key.removesuffix("_s") if _epoch(key, value) else key), scope="row"), tag("td", figure(key, value)))
        for key, value in finding.figures.items()
    ]
    return tag("div", tag("h5", "Figures"), tag("table", tag("tbody", rows), class_="figures")) if rows else None


def _epoch(key: str, value: object) -> bool:
    return key.endswith("_s") and isinstance(value, int) and value in EPOCH


def figure(key: str, value: object) -> str:
    """A figure as a reader wants it: thousands apart, few decimals, epoch seconds as a time."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return moment(dt.datetime.fromtimestamp(value, dt.UTC)) if _epoch(key, value) else f"{value:,}"
    plain = inert.plain(value)
    if isinstance(plain, float):
        return _small(plain) if plain and abs(plain) < SMALL else f"{plain:,.3f}".rstrip("0").rstrip(".")
    return plain if isinstance(plain, str) else inert.json_text(plain)


def _small(value: float) -> str:
    """3.1 × 10⁻⁹."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')} × 10{str(int(exponent)).translate(SUPERSCRIPT)}"


def _facts(finding: Finding) -> Markup:
    systems = tally.systems_of(finding)
    pairs: list[tuple[str, Child]] = [
        ("Subject", [words(finding.subject.get("kind", "")), " ", tag("bdi", finding.subject.get("id", ""))]),
        ("Period", period(finding.period)),
        (plural("System", len(systems)), ", ".join(systems) or "–"),
        ("Rule", tag("code", finding.rule)),
        ("Finding", tag("code", finding.finding_id)),
    ]
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs], class_="pairs")


def _decision(finding: Finding) -> Markup:
    decided = tally.decision(finding)
    if not decided:
        return tag("p", "Nobody has decided about this finding yet.", class_="decision")
    rest = [(key, value) for key, value in decided.items() if key not in {"decision", "finding_id"} and value is not None]
    rows = [
        tag(
            "div",
            tag("dt", words(str(key)).removesuffix(" at").capitalize()),
            tag("dd", moment(value) if str(key).endswith(("_at", "time", "expiry")) else value),
        )
        for key, value in rest
    ]
    return tag("div", tag("h5", "Decided: ", str(decided.get("decision"))), tag("dl", rows, class_="pairs"), class_="decision")


def _matter(finding: Finding, context: Context) -> Markup | None:
    others = [f for f in context.matters.get(finding.matter or "", []) if f.finding_id != finding.finding_id]
    if not others:
        return None
    links = [tag("li", tag("a", glyphs.severity(f.severity), " ", f.title, href=f"#{f.finding_id}")) for f in others[:8]]
    more = tag("li", f"and {len(others) - 8} more") if len(others) > 8 else None  # noqa: PLR2004  links that fit
    return tag("div", tag("h5", "Seen by other rules too"), tag("ul", links, more, class_="plain"))


def _clauses(finding: Finding, context: Context) -> Markup | None:
    if not finding.clauses:
        return None
    return tag("div", tag("h5", plural("Clause", len(finding.clauses)), " it bears on"), [clause(name, context.clauses.get(name)) for name in finding.clauses])


def clause(name: str, facts: Mapping[str, Any] | None, *, titled: bool = True) -> Markup:
    """A clause: what it says, whether and since when it binds, and how well that is known."""
    if facts is None:
        why = "a limit of the agency's own, as audit.toml states it" if name.startswith(f"{OWN}/") else "this clause is not in the installed packs"
        return tag("blockquote", tag("p", tag("code", name), f": {why}.", class_="clause-head"))
    status = str(facts.get("status") or "unverified")
    since, until = facts.get("effective_from"), facts.get("effective_to")
    dates = (f"from {moment(since)}" if since else "start not stated") + (f" until {moment(until)} (exclusive)" if until else "")
    origin = join([facts.get("source") or "source not stated", f" ({facts['source_quality']})" if facts.get("source_quality") else None])
    title = [tag("b", facts.get("title") or name), tag("code", name)] if titled else None
    head = tag(
        "p", title, glyphs.badge(status, "good" if status == "in_force" else "warn"), tag("span", facts.get("pack"), class_="soft"), class_="clause-head"
    )
    note = tag("p", facts["note"], class_="note") if facts.get("note") else None
    return tag("blockquote", head, tag("p", facts.get("text") or ""), note, tag("p", dates, "; ", origin, class_="source"))


def _evidence(finding: Finding, shown: int) -> Markup:
    rows = [_row(e) for e in finding.evidence[:shown]]
    count = len(finding.evidence)
    note = (
        f"The first {shown} of {count:,} rows; all are in findings.jsonl and in the sheet Evidence of findings.xlsx."
        if count > shown
        else f"All {tally.number(count, 'row')}."
    )
    if not rows:
        return tag("div", tag("h5", "Evidence"), tag("p", "This finding rests on what is absent: there is no row to show.", class_="note"))
    return tag(
        "div",
        tag("h5", "Evidence"),
        table(f"Evidence of {finding.finding_id}", ("Role", "Row", "File", "Record", "SHA-256 of the file"), rows, "tttmm", class_="evidence"),
        tag("p", note, class_="note on-screen"),
        tag("p", f"{tally.number(count, 'row')}, in full in findings.jsonl and in the sheet Evidence of findings.xlsx.", class_="note on-paper"),
    )


def _row(e: Evidence) -> list[Child]:
    sha = tag("span", (e.export or "–")[:SHORT_SHA], title=e.export) if e.export else "–"
    return [
        e.role,
        [tag("bdi", e.id), tag("span", f"{e.table}" + (f", {e.system}" if e.system else ""), class_="soft of")],
        tag("bdi", e.file or "–"),
        e.record or "–",
        sha,
    ]
