"""A draft source for an export that no source knows: what each column may be, said with its reasons, and every decision left to the user."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from audit_analyzer import readers, settings, sources
from audit_analyzer.errors import AuditError, ExportRejected, UsageError
from audit_analyzer.guessing import TIMES, Field, guess, shapes, words
from audit_analyzer.settings import Limits
from audit_analyzer.store import canonical

SAMPLE = 200  # records looked at
DECIDE = "# DECIDE:"


def draft(file: Path) -> str:
    """A source's TOML for the first table of the export. Raises UsageError where there is no file, ExportRejected or ExportFailed where it cannot be read."""
    if not file.is_file():
        raise UsageError("there is no such file", str(file), "name one export, not a folder")
    parts = readers.look(file, file.name, Limits())
    part = parts[0]
    delimiter = part.likely_delimiter()
    part.check_header(Limits(), delimiter)
    taken = _taken(part, file.name)
    fields = _fields(file, part, delimiter)
    if not fields:
        raise ExportRejected("it has no columns to make a source from", str(file), "ask for an export with a header")
    guess(fields)
    _name(fields)
    return "\n".join([*taken, *_lines(file, parts, delimiter, fields)]) + "\n"


def _taken(part: readers.Part, name: str) -> list[str]:
    """Said first where a source reads the file already: a second one that claims it would be an error."""
    try:
        known = sources.claim(part, name, sources.load(settings.load(None).source_folders())).source.name
    except AuditError:
        return []
    return [f"# The source {known} reads this file already: a draft is needed only where that one reads it wrongly.", ""]


def _fields(file: Path, part: readers.Part, delimiter: str) -> list[Field]:
    """Columns of a table, or paths of JSON records, with the first cells of each."""
    rows: list[Mapping[str, str | None]] = []
    header = part.header(delimiter)
    for batch in readers.read(file, part, readers.Layout(delimiter=delimiter), Limits(), batch_bytes=2**20):
        if part.format in {"json", "ndjson"}:
            rows += [dict(_leaves(text)) for text in batch.table.column("raw").slice(0, SAMPLE).to_pylist()]
        else:
            rows += [{header[int(k[1:])]: v for k, v in row.items() if re.fullmatch(r"c\d+", k)} for row in batch.table.slice(0, SAMPLE).to_pylist()]
        if len(rows) >= SAMPLE:
            break
    places = list(header) if part.format not in {"json", "ndjson"} else list(dict.fromkeys(itertools.chain.from_iterable(rows)))
    return [Field(place, [row.get(place) or "" for row in rows]) for place in places if place.strip()]


def _leaves(text: str) -> Iterator[tuple[str, str | None]]:
    """Paths of one JSON record to its plain values; a list counts as one value, written as it stands."""
    import json

    def walk(value: object, way: str) -> Iterator[tuple[str, str | None]]:
        if isinstance(value, dict):
            for key, below in value.items():
                step = key if re.fullmatch(r"[A-Za-z0-9_@$-]+", key) else f'"{key}"'
                yield from walk(below, f"{way}.{step}" if way else step)
        elif way:
            yield way, None if value is None else value if isinstance(value, str) else json.dumps(value)

    yield from walk(json.loads(text), "")


def _name(fields: Sequence[Field]) -> None:
    """Names for SQL: short, unlike any canonical column, each once."""
    columns = {c.name for c in canonical()["queries"].columns}
    seen: set[str] = set()
    for field in fields:
        stem = f"its_{words(field.place) or 'column'}"
        field.name = next(n for n in itertools.chain([stem], (f"{stem}_{i}" for i in itertools.count(2))) if n not in seen | columns)
        seen.add(field.name)


def _lines(file: Path, parts: Sequence[readers.Part], delimiter: str, fields: Sequence[Field]) -> Iterator[str]:
    part = parts[0]
    yield f"# A draft, made from the first {SAMPLE} records. Settle what is marked DECIDE, save it in the workspace's sources/ folder, ingest the file."
    yield from (
        f"# Not drafted: the table {p.name or p.envelope!r} of the same file. Give it a source of its own, or a [[recognise]] and a [[table]] here."
        for p in parts[1:]
    )
    yield f'title   = "{_plain(file.stem)}"    {DECIDE} say whose system this is'
    yield f'system  = "{_plain(file.stem)}"    {DECIDE} the name that findings and audit.toml use'
    yield f'formats = ["{part.format}"]'
    yield ""
    if delimiter != ",":
        yield from ["[layout]", f"delimiter = {_text(delimiter)}", ""]
    yield "[[recognise]]                       # columns that must be there; leave out those that come and go"
    yield f"all = [{', '.join(_text(p) for p in dict.fromkeys(_top(f.place, part) for f in fields))}]"
    yield ""
    yield from _clock(fields)
    if any(re.fullmatch(r"-?\d+,\d+%?", c.strip()) for f in fields if f.guess in {"top_score", "threshold", "latitude", "longitude"} for c in f.cells):
        yield from ["[numbers]", f'decimal = ","    {DECIDE} whether the comma is the decimal mark', ""]
    yield "[fields]                            # name in SQL = column of the export; each with what was guessed, why, and two shapes of its values"
    for field in fields:
        taken = f"{field.guess}: {field.because}" if field.guess else "not used: neither its name nor its values say what it is"
        yield f"# {_plain(field.place)}: {taken}. Shapes: {_plain(shapes(field))}"
        yield f"{field.name} = {_text(field.place)}"
    yield ""
    yield from _table(fields)


def _top(place: str, part: readers.Part) -> str:
    return place if part.format not in {"json", "ndjson"} else re.findall(r'"([^"]+)"|([^."]+)', place)[0][0] or re.findall(r'[^."]+', place)[0]


def _clock(fields: Sequence[Field]) -> Iterator[str]:
    """The zone, and the order of day and month where times are written in figures."""
    yield "[clock]"
    bare = [f for f in fields if f.guess in TIMES and f.looks not in {"time with offset", "seconds since 1970", "milliseconds since 1970"}]
    said = (
        "are written without an offset: name the zone, or leave it to [[delivery]] zone in audit.toml"
        if bare
        else "carry their own offset: this is only for bare dates"
    )
    yield f'zone = "delivery"                   {DECIDE} the time zone; times {said}'
    patterns, why = _patterns([f for f in fields if f.guess in TIMES])
    if patterns:
        yield f"formats = [{', '.join(_text(p) for p in patterns)}]    {why}"
    yield ""


def _patterns(fields: Sequence[Field]) -> tuple[list[str], str]:
    """Patterns for strptime of times in figures, and why the day or the month comes first."""
    cells = [c.strip() for f in fields if f.looks in {"time with the day in figures", "day in figures"} for c in f.cells if c.strip()]
    epochs = [{"seconds since 1970": "epoch_s", "milliseconds since 1970": "epoch_ms"}[f.looks] for f in fields if f.looks and f.looks.endswith("1970")]
    pairs = [(int(m[1]), int(m[2])) for c in cells if (m := re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]", c))]
    day_first, month_first = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)  # noqa: PLR2004  months of a year
    order = "%d{0}%m{0}%Y" if day_first and not month_first else "%m{0}%d{0}%Y"
    found = dict.fromkeys(_pattern(c, order) for c in cells)
    if not cells:
        why = "# milliseconds or seconds since 1970, UTC" if epochs else ""
    elif day_first != month_first:
        why = f"# the {'day' if day_first else 'month'} comes first: a figure above 12 stands in the other place"
    else:
        why = f"{DECIDE} the order of day and month: 03/04/2026 can be both; %m/%d is March 4, %d/%m is 3 April"
    return [*found, *dict.fromkeys(epochs)], why


def _pattern(cell: str, order: str) -> str:
    match = re.match(r"\d{1,2}([/.-])\d{1,2}[/.-]\d{4}(,?)( )?(\d{1,2}:\d\d)?(:\d\d)?( ?)([AaPp][Mm])?( UTC| Z)?$", cell)
    if not match:
        return order.format("/")
    mark, comma, blank, clock, seconds, gap, half, zone = match.groups()
    hours = ("%I" if half else "%H") + ":%M" + (":%S" if seconds else "") if clock else ""
    return order.format(mark) + comma + (blank or "") + hours + (gap + "%p" if half else "") + (zone or "")


def _table(fields: Sequence[Field]) -> Iterator[str]:
    guessed = {f.guess: f for f in fields if f.guess}
    yield from ["[[table]]", 'name = "queries"', "sql = '''", "SELECT"]
    lines = []
    for column in canonical()["queries"].columns:
        if column.name == "system":
            lines.append("  system_name AS system")
        elif column.name == "operation":
            lines.append("  'identification' AS operation")
        elif column.name in guessed:
            lines.append(f"  {guessed[column.name].name} AS {column.name}")
        elif column.name == "occurred_at":
            lines.append("  NULL AS occurred_at")
    marks = {
        "  'identification' AS operation": "identification (1:N), verification (1:1), face_capture, enrolment, … : by a CASE where the export mixes them",
        "  NULL AS occurred_at": "no column looks like the time of the use",
    }
    for n, line in enumerate(lines):
        comma = "," if n < len(lines) - 1 else ""
        yield line + comma + (f"    -- {DECIDE} {marks[line]}" if line in marks else "")
    yield from ["FROM records", "'''", ""]
    yield f"# {DECIDE.removeprefix('# ')} what the system never logs at all, so that it is not taken for a column that this export left out:"
    missing = [c for c in ("reason", "case_number", "top_score", "candidates", "threshold") if c not in guessed]
    yield from ["[not_logged]", f"queries = [] # perhaps: {', '.join(missing)}" if missing else "queries = []"]


def _text(value: str) -> str:
    """A TOML basic string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in escaped) + '"'


def _plain(text: str) -> str:
    """Text that may stand in a comment or a bare title: one line, printable, no quotes."""
    return "".join(c if c.isprintable() and c not in '"\\' else " " for c in text)
