"""What a night comes to: the counts and sentences that several outputs print, each worked out in one place."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from audit_analyzer.words import FAMILIES, INTERCHANGE, SEVERITIES, Finding, Measurability, Night

LEDGER = ("read", "kept", "rejected", "set_aside", "copies")
GATE = "quality gate:"  # how the night begins a failure that a blocking check already tells
DAY = dt.timedelta(days=1)


def place(word: str, words: tuple[str, ...]) -> int:
    """Where a word stands in a closed list; what is not in it comes last."""
    return words.index(word) if word in words else len(words)


def rank(finding: Finding) -> tuple[Any, ...]:
    """The order of findings everywhere: family, most severe first, rule, time, id."""
    severity = place(finding.severity, SEVERITIES)
    return place(finding.family, FAMILIES), -severity, finding.rule, finding.period.get("from") or "", finding.finding_id


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in their order."""
    return sorted(findings, key=rank)


def state(finding: Finding) -> str:
    """new, standing or gone."""
    return str(finding.status.get("state") or "new")


def decision(finding: Finding) -> Mapping[str, Any] | None:
    """What people decided about it, as a mapping; None where nothing stands."""
    decided = finding.status.get("decision")
    if not decided:
        return None
    return decided if isinstance(decided, Mapping) else {"decision": decided}


def awaiting(findings: Iterable[Finding]) -> list[Finding]:
    """Those that need a human's judgement: seen this night, and not decided (or reopened)."""
    return [f for f in findings if state(f) != "gone" and (decision(f) or {"decision": "reopened"}).get("decision") == "reopened"]


def first(findings: Iterable[Finding], most: int) -> list[Finding]:
    """Those to open first: most severe, facts before indicators, new before standing; one of each rule and matter, so that none fills the list."""
    chosen: list[Finding] = []
    urgent = sorted(awaiting(findings), key=lambda f: (-place(f.severity, SEVERITIES), f.level != "fact", state(f) != "new", *rank(f)))
    for finding in urgent:
        if all(finding.rule != other.rule and (finding.matter is None or finding.matter != other.matter) for other in chosen):
            chosen.append(finding)
    return chosen[:most]


def counts(values: Iterable[str], words: tuple[str, ...]) -> dict[str, int]:
    """How often each word of a closed list occurs, zeros told; words outside of the list follow in their order."""
    seen = Counter(values)
    return {word: seen[word] for word in (*words, *sorted(set(seen) - set(words)))}


def ledger_sums(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Records read, kept, rejected, set aside and copies over exports."""
    rows = list(rows)
    return {column: sum(int(row.get(column) or 0) for row in rows) for column in LEDGER}


def exports(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The files that are exports, read or refused: all but those that audit.toml declares to be none (taken as they are, by no source)."""
    return [row for row in rows if row.get("source") or row.get("outcome") != "accepted"]


def day(value: object) -> dt.date:
    """A day given as a date, an instant or ISO text."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])


def last_day(night: Night) -> dt.date:
    """The as-of day: the instant is its exclusive end."""
    return (night.as_of.astimezone(dt.UTC) - dt.timedelta(microseconds=1)).date()


def searches(night: Night) -> dict[str, dict[dt.date, int]]:
    """Searches by system and day, systems and days in their order."""
    found: dict[str, dict[dt.date, int]] = {}
    for row in sorted(night.timeline, key=lambda r: (str(r["system"]), str(r["day"]))):
        days = found.setdefault(str(row["system"]), {})
        days[day(row["day"])] = days.get(day(row["day"]), 0) + int(row["queries"])
    return found


def spans(night: Night) -> list[dict[str, Any]]:
    """For each system its first and last day with a search, how many days had one, and how many searches there were."""
    rows = []
    for system, days in searches(night).items():
        first, last = min(days), max(days)
        busy = sum(1 for n in days.values() if n)
        rows.append({"system": system, "from": first, "to": last, "days": (last - first).days + 1, "days_with_searches": busy, "searches": sum(days.values())})
    return rows


def gaps(night: Night) -> list[dict[str, Any]]:
    """Days without an event inside a system's span, as {"system", "from", "to", "days", "silent"}; `to` is the last such day.

    From the profile, which also says what one would have expected; silent: so long that chance does not explain it.
    """
    rows = []
    for system, facts in sorted(dict(night.profile.get("systems") or {}).items()):
        for gap in facts.get("gaps") or ():
            more = {key: gap[key] for key in ("expected", "p") if key in gap}
            rows.append(
                {"system": system, "from": day(gap["from"]), "to": day(gap["to"]) - DAY, "days": int(gap["days"]), "silent": bool(gap.get("silent")), **more}
            )
    return rows


def busiest(night: Night, number: int = 7) -> list[tuple[dt.date, int]]:
    """The days with most searches over all systems, most first."""
    total: Counter[dt.date] = Counter()
    for days in searches(night).values():
        total.update(days)
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))[:number]


def systems(night: Night) -> list[str]:
    """Every system that the night heard of, in alphabetical order; the inspector's own tables are none, though their exports bear a name."""
    named = {str(r["system"]) for r in night.timeline} | {m.system for m in night.measurability} | {s for f in night.findings for s in systems_of(f)}
    return sorted(named | {str(e["system"]) for e in night.ledger if e.get("system") and not e["system"] == e.get("source") == INTERCHANGE})


def systems_of(finding: Finding) -> list[str]:
    """The systems that a finding's evidence comes from."""
    return list(finding.systems) or sorted({e.system for e in finding.evidence if e.system})


def rules_asked(night: Night) -> tuple[list[str], list[dict[str, str]]]:
    """Rules that were asked of at least one system, and those that were not, each with its reason."""
    verdicts: dict[str, list[Measurability]] = {}
    for line in night.measurability:
        verdicts.setdefault(line.rule, []).append(line)
    asked, silent = [], []
    for rule in sorted({str(r["name"]) for r in night.rules} | set(verdicts)):
        error = next((r.get("error") for r in night.rules if r["name"] == rule), None)
        lines = verdicts.get(rule, [])
        if not error and any(line.verdict != "not_measurable" for line in lines):
            asked.append(rule)
        else:
            silent.append({"rule": rule, "reason": str(error) if error else _silence(lines)})
    return asked, silent


def _silence(lines: list[Measurability]) -> str:
    if not lines:
        return "there was no system to ask it of"
    reasons = sorted({line.why.rstrip(".") for line in lines if line.why} | {_missing(line) for line in lines if line.missing})
    return "not measurable in any system: " + "; ".join(reasons or ["what it needs is not in the exports"])


def _missing(line: Measurability) -> str:
    return ", ".join(f"{m.get('field')} {str(m.get('state') or 'missing').replace('_', ' ')}" for m in line.missing)


def number(count: int, one: str, many: str | None = None) -> str:
    """1 finding, 2 findings, 12,345 findings."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: list[str], most: int = 4) -> str:
    """a, b and c; beyond `most` the rest is counted."""
    shown = words if len(words) <= most else [*words[: most - 1], f"{len(words) - most + 1} more"]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""


def verdict(night: Night) -> list[str]:
    """The night in plain sentences, what was found first, what could not be seen next. Nothing found is never told as nothing wrong."""
    seen = [f for f in night.findings if state(f) != "gone"]
    open_ = awaiting(seen)
    said = [_found(len(open_), len(seen), bool(night.ledger), any(m.verdict != "not_measurable" for m in night.measurability))]
    silent = [m for m in night.measurability if m.verdict == "not_measurable"]
    if silent:
        said.append(f"{number(len(silent), 'question')} could not be asked of {listed(sorted({m.system for m in silent}))}.")
    unusable = sum(1 for row in night.ledger if row.get("outcome") != "accepted")
    if unusable:
        said.append(f"{unusable:,} of {number(len(exports(night.ledger)), 'export')} could not be used.")
    torn = sum(row.get("rejected") or 0 for row in night.ledger)
    if torn:
        said.append(f"{number(torn, 'record')} could not be read.")
    blocked = [c for c in night.checks if c.blocking and not c.passed]
    if blocked:
        said.append(f"{number(len(blocked), 'quality check')} failed and kept rules from being asked.")
    told = (
        GATE,
        *(f"{row['path']}: " for row in night.ledger if row.get("outcome") != "accepted" or row.get("rejected")),
    )  # what a sentence above tells already
    others = [failure for failure in night.failures if not failure.startswith(told)]
    if others:
        said.append(f"{number(len(others), 'thing')} could not be looked at.")
    return said


def _found(open_: int, seen: int, read: bool, asked: bool) -> str:
    if not read:
        return "Nothing was read: this page says nothing about what happened."
    if not asked:
        return "No question could be asked: this page says nothing about what happened."
    if not seen:
        return "The questions that could be asked gave no finding."
    if not open_:
        return f"All {number(seen, 'finding')} have been decided by people." if seen > 1 else "The one finding has been decided by people."
    decided = f"; {number(seen - open_, 'other')} have been decided" if seen - open_ > 1 else "; one other has been decided" if seen - open_ else ""
    return f"{number(open_, 'finding needs', 'findings need')} a human's judgement{decided}."
