"""What the commands print: lines about exports, verdicts, proofs, rules, sources and clauses."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audit_analyzer import settings
from audit_analyzer.outputs import tally
from audit_analyzer.outputs.inert import visible
from audit_analyzer.words import Check, Ingested

if TYPE_CHECKING:
    from audit_analyzer.errors import RuleError
    from audit_analyzer.prove import Proof

WIDTH = 140


def ingested(results: Sequence[Ingested], *, as_json: bool) -> Iterator[str]:
    """One line per export; as JSON exactly the fields of the contract."""
    import msgspec

    for result in results:
        if as_json:
            yield msgspec.json.encode(result).decode()
            continue
        sum_of = f"{result.read} = {result.kept} kept + {result.rejected} rejected + {result.set_aside} set aside + {result.copies} copies"
        yield visible(f"{result.outcome:8} {result.file}: {sum_of}" + (f"\n         {result.reason}" if result.reason else ""), keep="\n")


def checked(verdicts: Sequence[Check], *, as_json: bool) -> Iterator[str]:
    """One line per verdict, failures first."""
    import msgspec

    for v in sorted(verdicts, key=lambda v: (v.passed, not v.blocking, v.table, v.expectation)):
        if as_json:
            yield msgspec.json.encode(v).decode()
            continue
        mark = "ok      " if v.passed else "BLOCKING" if v.blocking else "warning "
        yield f"{mark} {v.table}{f' of {v.system}' if v.system else ''}: {v.expectation}" + (f" ({v.observed})" if v.observed and not v.passed else "")


def proved(proofs: Sequence[Proof], refused: Sequence[RuleError]) -> Iterator[str]:
    """Failures in full, then the count."""
    for error in refused:
        yield f"refused  {error}"
    for proof in proofs:
        if not proof.passed:
            yield f"RED      {proof.rule}: {proof.test}: {proof.message}"
    green = {p.rule for p in proofs} - {p.rule for p in proofs if not p.passed}
    red = len({p.rule for p in proofs} - green)
    yield f"{tally.number(len(green), 'rule')} proven by {tally.number(len(proofs), 'test')}; {red} red, {len(refused)} refused"


def rules(workspace: Path | None) -> Iterator[str]:
    """Every rule by family: its question, severity, and what it needs."""
    from audit_analyzer import rulebook

    book = rulebook.load(settings.load(workspace).rule_folders())
    for family in sorted({r.family for r in book.rules}):
        yield family
        for rule in (r for r in book.rules if r.family == family):
            yield f"  {rule.name} [{rule.severity}, {rule.level}] {rule.title}"
            yield f"      needs {', '.join('|'.join(n) for n in rule.needs)}"
            if rule.parameters:
                yield f"      parameters {', '.join(f'{p.name} = {p.written}' for p in rule.parameters.values())}"
    for error in book.refused:
        yield f"refused: {error}"


def sources(workspace: Path | None) -> Iterator[str]:
    """Every source: its formats, the tables that it fills, and what its system never logs."""
    from audit_analyzer import sources as room

    for source in room.load(settings.load(workspace).source_folders()):
        yield f"{source.name}: {source.title}" + (" (constructed example)" if source.constructed else "")
        yield from textwrap.wrap(source.about, WIDTH, initial_indent="    ", subsequent_indent="    ")
        yield f"    formats {', '.join(source.formats)}; fills {', '.join(source.tables()) or 'any table of the model'}"
        for table, columns in source.not_logged.items():
            yield f"    never logs {table}: {', '.join(columns)}"


def clauses(workspace: Path | None) -> Iterator[str]:
    """Every clause pack, and each clause with its dates and status."""
    from audit_analyzer import clauses as room

    for name, pack in room.load(settings.load(workspace).rule_folders()).items():
        yield f"{name}: {pack.title}"
        for clause in pack.clauses:
            dates = f"{clause.effective_from or '…'} to {clause.effective_to or '…'}"
            yield f"    {clause.key} [{clause.status}, {dates}] {clause.title}"
