"""Why a rule did or did not fire for one subject: what it could see, what each of its steps had, what cleared the subject's uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit_analyzer import episodes, portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit_analyzer.detect import Asking
    from audit_analyzer.rule import Rule
    from audit_analyzer.words import Measurability

# columns of steps and of ground.queries that may hold a subject of each kind
COLUMNS = {
    "operator": ("subject", "operator", "person"),
    "agency": ("subject", "agency"),
    "system": ("subject", "system"),
    "case": ("subject", "case_number", "case_key"),
    "subject": ("subject",),
    "assembly": ("subject", "assembly_id"),
    "export": ("subject", "export_id"),
    "item": ("subject", "item_id"),
}
_NUMBERS = frozenset({"Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128", "Float32", "Float64", "Decimal"})


def told(asking: Asking, rule: Rule, values: Mapping[str, Any], subject: str) -> str:
    """The whole answer as text, a fact a line."""
    parts = [
        f"rule {rule.name}: {rule.title}",
        f"subject {rule.subject} {subject}",
        *_parameters(rule, values),
        *_findings(asking, rule, values, subject),
        *_steps(asking, rule, values, subject),
        *_cleared(asking, rule, values, subject),
    ]
    return "\n".join(parts)


def _parameters(rule: Rule, values: Mapping[str, Any]) -> Iterator[str]:
    for name, parameter in rule.parameters.items():
        changed = f" (the rule's own: {parameter.written})" if values[name] != parameter.value else ""
        yield f"  parameter {name} = {values[name] if values[name] != parameter.value else parameter.written}{changed}: {parameter.doc}"


def _findings(asking: Asking, rule: Rule, values: Mapping[str, Any], subject: str) -> Iterator[str]:
    answer = asking.answer(rule, values, {})
    for verdict in answer.measurability:
        if verdict.verdict != "measured":
            yield f"system {verdict.system}: {verdict.verdict.replace('_', ' ')}. {verdict.why or ''} {verdict.request or ''}".rstrip()
        if verdict.undecided:
            yield f"system {verdict.system}: {verdict.undecided} cannot be decided yet"
    mine = [f for f in answer.findings if f.subject["id"] == subject]
    yield f"evidence rows of all subjects: {answer.folded}, held back as chance: {answer.held_back}"
    yield f"findings: {len(answer.findings)}, of this subject: {len(mine)}"
    for finding in mine:
        figures = ", ".join(f"{name} {episodes.in_words(value)}" for name, value in finding.figures.items())
        yield f"FIRED {finding.finding_id} {finding.period['from']} to {finding.period['to']}: {finding.explanation}"
        yield f"  figures: {figures}"
        yield f"  clauses: {', '.join(finding.clauses) or 'none that binds the system was in force'}"
    if not mine:
        yield _silence(asking, rule, answer.measurability, subject)


def _silence(asking: Asking, rule: Rule, told: Sequence[Measurability], subject: str) -> str:
    """Why there is nothing: the question could not be asked, the subject is not there, or the rule was silent."""
    if told and all(verdict.verdict == "not_measurable" for verdict in told):
        return "COULD NOT BE ASKED of any system: that nothing was found says nothing about this subject"
    column = _column_of(asking, rule)
    if column and not asking.locked.dicts(f"SELECT 1 AS there FROM queries WHERE CAST({column} AS VARCHAR) = {_quoted(subject)} LIMIT 1"):
        return f"DID NOT FIRE, and no use in this workspace has the {rule.subject} {subject!r}: check how it is written"
    if any(verdict.verdict == "not_measurable" for verdict in told):
        return "DID NOT FIRE for this subject on the systems of which it could be asked; of the others nothing is known"
    return "DID NOT FIRE for this subject"


def _column_of(asking: Asking, rule: Rule) -> str | None:
    """The column of uses that holds a subject of the rule's kind."""
    return next((c for c in COLUMNS[rule.subject] if ("queries", c) in asking.measures.known and (c != "subject" or rule.subject == "subject")), None)


def _steps(asking: Asking, rule: Rule, values: Mapping[str, Any], subject: str) -> Iterator[str]:
    """Each WITH query of the rule: its rows, those of the subject, and the range of its figures among them."""
    bound = portable.bind(rule.sql, values)
    for name in portable.steps(bound):
        schema = asking.locked.ask(portable.step(bound, name, f"SELECT * FROM {name} LIMIT 0")).schema
        column = next((c for c in COLUMNS[rule.subject] if c in schema), None)
        if column is None:
            rows = asking.locked.dicts(portable.step(bound, name, f"SELECT count(*) AS n FROM {name}"))[0]["n"]
            yield f"step {name}: {rows} rows (it has no column for the subject)"
            continue
        figures = [c for c, kind in schema.items() if str(kind).split("(")[0] in _NUMBERS]
        ranges = "".join(f', min("{c}") AS "low {c}", max("{c}") AS "high {c}"' for c in figures)
        sql = f"SELECT count(*) AS rows_ {ranges} FROM {name} WHERE CAST({column} AS VARCHAR) = {_quoted(subject)}"
        row = asking.locked.dicts(portable.step(bound, name, sql))[0]
        total = asking.locked.dicts(portable.step(bound, name, f"SELECT count(*) AS n FROM {name}"))[0]["n"]
        shown = ", ".join(f"{c} {_range(row[f'low {c}'], row[f'high {c}'])}" for c in figures) if row["rows_"] else ""
        yield f"step {name}: {total} rows, of this subject {row['rows_']}" + (f": {shown}" if shown else "")


def _range(low: object, high: object) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _cleared(asking: Asking, rule: Rule, values: Mapping[str, Any], subject: str) -> Iterator[str]:
    """The subject's uses that the rule concerns, by what explains them."""
    column = _column_of(asking, rule)
    if column is None:
        return
    concerned = portable.condition(rule.concerns, values)
    where = f"{concerned} AND {column} = {_quoted(subject)}"
    what = "coalesce(explained_by, CASE WHEN is_machine THEN 'a machine' END) AS by_, status, count(*) AS n"
    rows = asking.locked.dicts(f"SELECT {what} FROM queries WHERE {where} GROUP BY ALL ORDER BY ALL")
    yield f"uses of this subject that the rule concerns ({rule.concerns}): {sum(row['n'] for row in rows)}"
    for row in rows:
        yield f"  {row['n']} {'cleared by ' + row['by_'] if row['by_'] else 'not explained'}, status {row['status']}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
