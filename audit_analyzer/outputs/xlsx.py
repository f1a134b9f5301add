"""findings.xlsx: the night as a workbook: summary, findings, every evidence row, measurability, exports and checks, a sheet each."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from audit_analyzer.outputs import findings_csv, inert, tally
from audit_analyzer.words import Measurability, Night

FILE = "findings.xlsx"
SHEET_ROWS = 1_048_575  # a sheet of the format, without its header
CELL_CHARACTERS = 32_767  # a cell of the format
CUT = " … [cut: whole in findings.jsonl]"
EVIDENCE = ("finding_id", "rule", "role", "table", "id", "system", "file", "record", "export_sha256")
MEASURABILITY = ("rule", "family", "system", "verdict", "missing", "rows", "undecided", "why", "request")
EXPORTS = ("path", "export_id", "system", "source", "outcome", "reason", *tally.LEDGER, "integrity", "period_from", "period_to", "bytes", "zone", "zone_basis")
CHECKS = ("table", "system", "expectation", "passed", "blocking", "observed", "unexpected")
WIDE = {"explanation": 70, "innocent": 60, "title": 40, "figures": 40, "request": 80, "why": 40, "missing": 40, "file": 40, "path": 50, "export_sha256": 66}
WIDE |= {"export_id": 66, "finding_id": 24, "rule": 28, "fact": 26, "value": 90, "expectation": 60, "observed": 40, "evidence_files": 40, "caveats": 40}


def write(night: Night, path: Path) -> None:
    """Every cell is text, number or boolean: never a formula, never a link. A table longer than a sheet goes on in the next one."""
    import xlsxwriter

    options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": f"Findings of {night.run_id}", "created": night.as_of.astimezone(dt.UTC).replace(tzinfo=None)})
    styles = {"head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}), "text": book.add_format({"text_wrap": True, "valign": "top"})}
    _sheet(book, styles, "Summary", ("fact", "value"), _facts(night))
    _sheet(book, styles, "Findings", findings_csv.COLUMNS, _findings(night))
    _sheet(book, styles, "Evidence", EVIDENCE, _evidence(night))
    _sheet(book, styles, "Measurability", MEASURABILITY, (_measured(m) for m in sorted(night.measurability, key=lambda m: (m.rule, m.system))))
    _sheet(
        book, styles, "Exports", EXPORTS, ([row.get(c) for c in EXPORTS] for row in sorted(night.ledger, key=lambda r: (str(r["path"]), str(r["export_id"]))))
    )
    _sheet(book, styles, "Checks", CHECKS, sorted(([getattr(c, name) for name in CHECKS] for c in night.checks), key=str))
    book.close()


def _sheet(book: Any, styles: dict[str, Any], title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:  # noqa: ANN401  xlsxwriter
    left = iter(rows)
    for part in itertools.count(1):
        sheet = book.add_worksheet(title if part == 1 else f"{title} {part}")
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, WIDE.get(column, 16))
            sheet.write_string(0, at, column.replace("_", " "), styles["head"])
        line = 0
        for line, row in enumerate(itertools.islice(left, SHEET_ROWS), 1):
            for at, value in enumerate(row):
                _cell(sheet, line, at, value, styles["text"])
        sheet.autofilter(0, 0, max(line, 1), len(columns) - 1)
        following = next(left, None)
        if following is None:
            return
        left = itertools.chain([following], left)


def _cell(sheet: Any, line: int, at: int, value: object, style: Any) -> None:  # noqa: ANN401  xlsxwriter
    value = inert.plain(value)
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, at, value, style)
    elif isinstance(value, (int, float)) and abs(value) < 10**15:  # a cell's number has 15 digits
        sheet.write_number(line, at, value, style)
    else:
        text = inert.visible(value if isinstance(value, str) else inert.json_text(value))
        sheet.write_string(line, at, text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - len(CUT)] + CUT, style)


def _facts(night: Night) -> Iterator[tuple[str, object]]:
    yield "run", night.run_id
    yield "as of", tally.last_day(night).isoformat()
    yield "version", night.version
    yield from (("verdict", sentence) for sentence in tally.verdict(night))
    yield from ((f"records {name.replace('_', ' ')}", count) for name, count in tally.ledger_sums(night.ledger).items())
    yield from ((f"not looked at {n}", failure) for n, failure in enumerate(sorted(night.failures), 1))
    yield from ((f"assumed {n}", assumption) for n, assumption in enumerate(sorted(night.assumptions), 1))
    yield "how to read this", "A finding is an indicator for people to judge, not a verdict. Not measurable is not the same as no violation."


def _findings(night: Night) -> Iterator[list[object]]:
    for finding in tally.ranked(night.findings):
        fields = findings_csv.row(finding)
        yield [fields[column] for column in findings_csv.COLUMNS]


def _evidence(night: Night) -> Iterator[tuple[object, ...]]:
    for finding in tally.ranked(night.findings):
        for e in finding.evidence:
            yield finding.finding_id, finding.rule, e.role, e.table, e.id, e.system, e.file, e.record, e.export


def _measured(line: Measurability) -> tuple[object, ...]:
    missing = "; ".join(f"{m.get('field')} ({m.get('state')}, {m.get('rows', 0)} rows)" for m in line.missing)
    return line.rule, line.family, line.system, line.verdict, missing, line.rows, line.undecided, line.why, line.request
