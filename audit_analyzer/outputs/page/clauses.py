"""What could be measured: clause by system, the sentences for a records request, and the rules that were not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from audit_analyzer.outputs import tally
from audit_analyzer.outputs.page import glyphs
from audit_analyzer.outputs.page.findings import clause as clause_text
from audit_analyzer.outputs.page.markup import Child, Markup, join, scroll, section, table, tag, words
from audit_analyzer.words import Measurability, Night

VERDICT_WORDS = {"measured": "measured", "partly": "partly", "not_measurable": "not measurable"}
LEAD = (
    "For every clause and system: whether the questions that bear on it could be answered from what was delivered, and how many findings there are. "
    "An empty ring with no finding means that nobody can tell."
)


def matrix(night: Night) -> Markup:
    """Clause × system, and below each clause what is missing."""
    bearing = _rules_of_clauses(night)
    systems = sorted({m.system for m in night.measurability})
    if not bearing or not systems:
        return section("measured", "What could be measured", tag("p", "No rule that bears on a clause was asked of any system.", class_="empty"))
    lines: dict[tuple[str, str], list[Measurability]] = {}
    for line in night.measurability:
        lines.setdefault((line.rule, line.system), []).append(line)
    found = Counter((clause, system) for f in night.findings if tally.state(f) != "gone" for clause in f.clauses for system in tally.systems_of(f))
    bodies = []
    binding = [name for name in sorted(bearing) if any(_binds(night, name, system) or found[(name, system)] for system in systems)]
    for name in binding:
        here = {system: [line for rule in sorted(bearing[name]) for line in lines.get((rule, system), [])] for system in systems}
        cells = [_cell(here[system], found[(name, system)], _binds(night, name, system)) for system in systems]
        here = {system: lines_of for system, lines_of in here.items() if _binds(night, name, system)}
        bodies.append(tag("tbody", tag("tr", tag("th", _named(night, name), scope="row"), cells), _missing(here, len(systems) + 1)))
    head = tag("thead", tag("tr", tag("th", "Clause", scope="col"), [tag("th", tag("bdi", s), scope="col") for s in systems]))
    left = len(bearing) - len(binding)
    note = (
        tag("p", f"{tally.number(left, 'clause')} of packs that bind none of these systems {'is' if left == 1 else 'are'} left out.", class_="note")
        if left
        else None
    )
    title = "What could be measured"
    return section("measured", title, scroll(title, tag("table", head, bodies, class_="matrix")), note, lead=LEAD)


def _rules_of_clauses(night: Night) -> dict[str, set[str]]:
    """Which rules bear on a clause: as the rules say, and as the findings cite."""
    bearing: dict[str, set[str]] = {}
    for rule in night.rules:
        for name in rule.get("clauses") or ():
            bearing.setdefault(str(name), set()).add(str(rule["name"]))
    for finding in night.findings:
        for name in finding.clauses:
            bearing.setdefault(name, set()).add(finding.rule)
    return bearing


def overall(verdicts: Iterable[str]) -> str | None:
    """One verdict out of several: all measured, none measurable, else partly. None where nothing was asked."""
    kinds = set(verdicts)
    if not kinds:
        return None
    return kinds.pop() if len(kinds) == 1 else "partly"


def _named(night: Night, name: str) -> Markup:
    facts = night.clauses.get(name)
    title = tag("span", (facts or {}).get("title") or name, class_="clause-title")
    return tag("details", tag("summary", title, tag("code", name)), clause_text(name, facts, titled=False), class_="clause paper")


def _binds(night: Night, name: str, system: str) -> bool:
    """Whether a clause's pack binds a system; where the night does not tell which packs do, all of them."""
    return not night.packs or name.split("/", 1)[0] in night.packs.get(system, ())


def _cell(lines: list[Measurability], findings: int, binds: bool) -> Markup:
    if not binds and not findings:
        return tag("td", "does not bind", class_="cell soft")
    verdict = overall(line.verdict for line in lines)
    if verdict is None:
        return tag("td", "not asked", class_="cell soft")
    able = sum(1 for line in lines if line.verdict == "measured")
    undecided = sum(line.undecided for line in lines)
    told = tally.number(findings, "finding") if findings else "no finding" if verdict == "measured" else "–"
    more = tag("span", f"{undecided:,} not decidable yet", class_="soft") if undecided else None
    of = tag("span", f"{able} of {tally.number(len(lines), 'rule')} in full", class_="soft") if verdict == "partly" else None
    return tag(
        "td",
        glyphs.labelled(glyphs.verdict(verdict), VERDICT_WORDS[verdict]),
        tag("span", told, class_="told" if findings else "told soft"),
        of,
        more,
        class_=f"cell c-{verdict}",
    )


def _missing(here: dict[str, list[Measurability]], columns: int) -> Markup | None:
    silent = [line for lines in here.values() for line in lines if line.verdict != "measured"]
    if not silent:
        return None
    items = [
        tag(
            "li",
            glyphs.verdict(m.verdict),
            " ",
            tag("b", m.system),
            ", ",
            tag("code", m.rule),
            ": ",
            lacking(m),
            tag("p", m.request, class_="ask") if m.request else None,
        )
        for m in silent
    ]
    box = tag("details", tag("summary", f"What is missing ({len(silent)})"), tag("ul", items, class_="plain missing"))
    return tag("tr", tag("td", box, colspan=columns), class_="why-not")


def lacking(line: Measurability) -> Markup:
    """Why a question could not be answered in full."""
    parts: list[Child] = []
    for field in line.missing:
        rows = int(field.get("rows") or 0)
        parts += [
            "; " if parts else None,
            tag("code", field.get("field")),
            f" {words(str(field.get('state') or 'missing'))}" + (f" ({rows:,} rows)" if rows else ""),
        ]
    if line.why:
        parts += ["; " if parts else None, line.why]
    return join(parts or ["no reason given"])


def requests(night: Night) -> Markup:
    """Every sentence to ask for, once per system, with how many questions it would open."""
    kit: dict[str, Counter[str]] = {}
    for line in night.measurability:
        if line.request:
            kit.setdefault(line.system, Counter())[line.request] += 1
    title = "Records requests"
    if not kit:
        return section("requests", title, tag("p", "Nothing has to be asked for: every question could be answered from what was delivered.", class_="empty"))
    lead = "Sentences to put into a records request, gathered for each system. The first ones would open most questions."
    return section("requests", title, [_kit(system, kit[system], at) for at, system in enumerate(sorted(kit))], lead=lead)


def _kit(system: str, sentences: Counter[str], at: int) -> Markup:
    order = sorted(sentences.items(), key=lambda item: (-item[1], item[0]))
    items = [tag("li", sentence, tag("span", f" opens {tally.number(count, 'question')}", class_="soft")) for sentence, count in order]
    text = "\n".join(f"{n}. {sentence}" for n, (sentence, _) in enumerate(order, 1))
    copy = tag("button", "Copy", type="button", data_copy=f"kit-{at}")
    plain = tag("pre", text, id=f"kit-{at}", hidden=True)
    return tag("div", tag("h3", tag("bdi", system), copy), tag("ol", items), plain, class_="kit")


def not_asked(night: Night) -> Markup:
    """Rules that were not asked of any system, and why."""
    asked, silent = tally.rules_asked(night)
    titles = {str(r["name"]): r.get("title") for r in night.rules}
    lead = f"{tally.number(len(asked), 'rule was', 'rules were')} asked of at least one system, {len(silent):,} of none."
    if not silent:
        return section("not-asked", "Rules not asked", lead=lead)
    rows: list[list[Child]] = [[[titles.get(r["rule"]) or r["rule"], tag("div", tag("code", r["rule"]))], r["reason"]] for r in silent]
    return section("not-asked", "Rules not asked", table("Rules not asked", ("Rule", "Why not"), rows), lead=lead)
