"""The closing summary of a night, for an inspector at a terminal: plain text, coloured only where a terminal reads it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from audit_analyzer.outputs import inert, tally
from audit_analyzer.words import SEVERITIES, Night

WIDTH, LABEL = 92, 14
MARKS = {"low": "○", "medium": "△", "high": "■", "critical": "◆"}
COLOURS = {"low": "bright_black", "medium": "yellow", "high": "dark_orange3", "critical": "bold magenta"}
MOST = 8  # lines of one kind; the rest is counted, and whole in the report


def closing(night: Night, stream: TextIO, folder: Path | None = None) -> None:
    """Write the summary to `stream`; `folder` is where the report lies. No character of the data moves the cursor or hides another."""
    lines = [(style, inert.visible(line)) for style, line in _lines(night, folder)]
    console = _console(stream)
    for style, line in lines:
        if console is None:
            _print(line, stream)
        else:
            console.print(line, style=style, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _print(line: str, stream: TextIO) -> None:
    """A line, in what the stream's encoding can say: a terminal that is not UTF-8 gets escapes, not an error."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _console(stream: TextIO):  # type: ignore[no-untyped-def]  # noqa: ANN202  rich is loaded only for a terminal
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
    if not stream.isatty() or encoding != "utf8":
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    return Console(file=stream)


def _lines(night: Night, folder: Path | None) -> Iterator[tuple[str, str]]:
    yield "bold", f"audit-analyzer {night.version} · run {night.run_id} · as of {tally.last_day(night).isoformat()}"
    yield "", ""
    for sentence in tally.verdict(night):
        yield from _wrapped("bold", sentence, "  ")
    yield "", ""
    yield from _read(night)
    yield from _asked(night)
    yield from _found(night)
    yield from _trouble(night)
    if folder is not None:
        yield from _fact("report", str(folder / "report.html"))


def _wrapped(style: str, text: str, indent: str) -> Iterator[tuple[str, str]]:
    for line in textwrap.wrap(inert.visible(text), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False) or [indent]:
        yield style, line


def _fact(label: str, text: str, style: str = "") -> Iterator[tuple[str, str]]:
    """`  label       text`, wrapped under itself."""
    head = f"  {label:<{LABEL}}"
    rows = textwrap.wrap(inert.visible(text), WIDTH - len(head), break_on_hyphens=False, break_long_words=False) or [""]
    for at, row in enumerate(rows):
        yield style, (head if at == 0 else " " * len(head)) + row


def _some(label: str, rows: list[str], style: str = "") -> Iterator[tuple[str, str]]:
    for at, row in enumerate(rows[:MOST]):
        yield from _fact(label if at == 0 else "", row, style)
    if len(rows) > MOST:
        yield from _fact("", f"and {len(rows) - MOST:,} more, in the report", style)


def _read(night: Night) -> Iterator[tuple[str, str]]:
    exports = tally.exports(night.ledger)
    outcomes = tally.counts((str(r["outcome"]) for r in exports), ("accepted", "rejected", "failed"))
    if len(exports) < len(night.ledger):
        outcomes["declared to be no export"] = len(night.ledger) - len(exports)
    sums = tally.ledger_sums(night.ledger)
    yield from _fact("files", f"{len(night.ledger):,}: " + ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items()))
    parts = " + ".join(f"{sums[name]:,} {name.replace('_', ' ')}" for name in tally.LEDGER[1:])
    yield from _fact("records", f"{sums['read']:,} read = {parts}")
    spans = [
        f"{s['system']}: {s['from']} to {s['to']}, {s['searches']:,} searches on {s['days_with_searches']:,} of {tally.number(s['days'], 'day')}"
        for s in tally.spans(night)
    ]
    yield from _some("span", spans or ["no search was read"])
    gaps = tally.gaps(night)
    silent = [f"{g['system']}: {g['from']}" + (f" to {g['to']} ({g['days']:,} days)" if g["days"] > 1 else "") for g in gaps if g["silent"]]
    quiet = len(gaps) - len(silent)
    more = [f"{tally.number(quiet, 'shorter quiet spell')} that chance explains"] if quiet else []
    yield from _some("gaps", silent + more or ["none seen"])
    busiest = ", ".join(f"{day.isoformat()} ({queries:,})" for day, queries in tally.busiest(night, 3))
    yield from _fact("busiest days", busiest or "none")


def _asked(night: Night) -> Iterator[tuple[str, str]]:
    asked, not_asked = tally.rules_asked(night)
    verdicts = tally.counts((m.verdict for m in night.measurability), ("measured", "partly", "not_measurable"))
    yield from _fact("rules", f"{len(asked):,} asked, {len(not_asked):,} not asked")
    yield from _some("not asked", [f"{r['rule']}: {r['reason']}" for r in not_asked])
    told = ", ".join(f"{count:,} {verdict.replace('_', ' ')}" for verdict, count in verdicts.items())
    yield from _fact("questions", f"{told} (rule × system; not measurable is not: no violation)")


def _found(night: Night) -> Iterator[tuple[str, str]]:
    seen = [f for f in night.findings if tally.state(f) != "gone"]
    states = tally.counts((tally.state(f) for f in night.findings), ("new", "standing", "gone"))
    yield from _fact("findings", f"{len(seen):,} (" + ", ".join(f"{count:,} {state}" for state, count in states.items()) + ")")
    for severity in reversed(SEVERITIES):
        count = sum(1 for f in seen if f.severity == severity)
        facts = sum(1 for f in seen if f.severity == severity and f.level == "fact")
        yield COLOURS[severity], f"  {'':<{LABEL}}{MARKS[severity]} {severity:<9}{count:>6,}" + (f"  of them {tally.number(facts, 'fact')}" if facts else "")
    yield from _some("look at first", [f"{f.finding_id}  {f.explanation or f.title}" for f in tally.first(night.findings, 5)])


def _trouble(night: Night) -> Iterator[tuple[str, str]]:
    unusable = [f"{r['path']}: {r['outcome']}, {r.get('reason') or 'no reason given'}" for r in night.ledger if r["outcome"] != "accepted"]
    yield from _some("not used", sorted(unusable), "red")
    failed = [f"{c.table}: {c.expectation}" + (" (blocking)" if c.blocking else "") for c in sorted(night.checks, key=lambda c: not c.blocking) if not c.passed]
    yield from _some("checks failed", failed, "red")
    yield from _some("not seen", sorted(night.failures), "red")
    yield from _some("assumed", sorted(night.assumptions))
