"""A source's SELECT as typed canonical rows: the SQL that stages one batch of one table, with what is wrong with each row said beside it."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
from collections.abc import Collection, Iterable, Mapping

import sqlglot
from sqlglot import exp

from audit_analyzer import casts, field_places, portable
from audit_analyzer.errors import SourceError
from audit_analyzer.sources import INTERCHANGE, Claim, Source
from audit_analyzer.store import Column, Table, canonical
from audit_analyzer.tokens import key_sql, state_sql

STATED = ("reason", "case_number", "offense", "operator", "subject")
PERSONAL = {"operator", "subject"}  # a blacked-out person is nobody: one token for all would make one person of many
NOTHING = "NULL::VARCHAR"  # the SQL of a cell that no row of the batch has
NOT_COMPARED = {"occurred_at_raw", "carriers", "owner", "time_basis"}  # may differ between two copies of one use
DELETIONS = {"system", "item_id", "gallery", "deleted_at"}
IDS: dict[str, tuple[str, ...]] = {
    "queries": ("system", "query_id"),
    "reviews": ("system", "review_id"),
    "corroborations": ("system", "corroboration_id"),
    "actions": ("system", "action_id"),
    "authorizations": ("system", "authorization_id"),
    "biometric_items": ("system", "item_id"),
    "disclosures": ("system", "disclosure_id"),
    "assemblies": ("assembly_id",),
    "places": ("place_id",),
    "notices": ("notice_id",),
}
FILLED_BY_INTAKE = {"query_id", "system", "time_basis", "occurred_at_raw", "operator_kind", "status", *(f"{name}_state" for name in STATED)}


@dataclasses.dataclass(frozen=True, slots=True)
class Circumstances:
    """What the export does not say of itself: its system, the zone of its local times and how that is known, the agency."""

    system: str
    zone: str
    zone_basis: str
    agency: str | None = None
    system_declared: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Staging:
    """How exports of one kind (same source, sign, header, circumstances) are staged. rows_of_text: columns c0, c1, …, else JSON text in `raw`."""

    claim: Claim
    header: tuple[str, ...]
    rows_of_text: bool
    circumstances: Circumstances

    @property
    def source(self) -> Source:
        return self.claim.source

    def records(self) -> str:
        """The view `records` that the source's SELECTs read: n, export_id, record, every field as text, system_name and agency_name; then what it prepares."""
        plainly = self._fields()
        return f"WITH records AS ({plainly}) {self.source.prepare}" if self.source.prepare else plainly

    def _fields(self) -> str:
        fixed = f"{text_of(self.circumstances.system)} AS system_name, {text_of(self.circumstances.agency)} AS agency_name"
        if self.rows_of_text:
            return f"SELECT n, export_id, record, {', '.join([*field_places.in_row(self.source.fields, self.header), fixed])} FROM batch"
        raw = f"json_extract_string(raw, {text_of('$.' + self.claim.sign.unwrap)})" if self.claim.sign.unwrap else "raw"
        fields, parsed = field_places.in_json(self.source.fields, raw)
        parsed = f"SELECT n, export_id, record, {raw} AS raw, {parsed} FROM batch"
        asked = [*(f.sql for f in self.source.fillings), self.source.set_aside or "", self.source.prepare or ""]
        kept = "raw, " if any(re.search(r"\braw\b", sql) for sql in asked) else ""
        return f"SELECT n, export_id, record, {kept}{', '.join([*fields, fixed])} FROM ({parsed})"

    def raw(self, alias: str) -> str:
        """A record's bytes as delivered, as far as they stand in the batch.

        Of a row of a text file they are filled in later, by offset; of a workbook or Parquet, which have none, the cells with names (see readers.written).
        """
        if not self.rows_of_text:
            return f"encode({alias}.raw)"
        cells = ", ".join(f"{text_of(name + ': ')} || {alias}.c{i}" for i, name in enumerate(self.header))
        return f"CASE WHEN {alias}.offset IS NULL THEN encode(concat_ws('; ', {cells})) END"

    def exported(self, expression: exp.Expression) -> bool:
        """Whether this export has any of the fields that a canonical column is made from; keys of JSON records come and go, so what is mapped may be there."""
        named = {c.name for c in expression.find_all(exp.Column)}
        used = {field for name in named for field in self.source.made_from().get(name, {name})} & set(self.source.fields)
        if not used or (not self.rows_of_text and self.source.name != INTERCHANGE):
            return True
        return any(field_places.has_place(self.header, self.source.fields[name]) for name in used)

    def column_state(self, table: Table, name: str, outputs: Mapping[str, exp.Expression]) -> str:
        """Exported | not_exported | not_logged, of a canonical column in these exports. That a system does not log it is only said where its source says so."""
        if name in self.source.not_logged.get(table.name, ()):
            return "not_logged"
        if name in outputs:
            return "exported" if self.exported(outputs[name]) else "not_exported"
        return "exported" if name in FILLED_BY_INTAKE else "not_exported"

    def cells(self, selected: str, table: Table, outputs: Mapping[str, exp.Expression]) -> str:
        """What the source's SELECT gives for one table, all of it as text: n, export_id, record, t_… for each column, and supersedes."""
        text = [f"x.{c.name}::VARCHAR AS t_{c.name}" for c in table.columns if c.name in outputs]
        later = "coalesce(x.supersedes::BOOLEAN, false)" if "supersedes" in outputs else "false"
        return f"SELECT n, export_id, record, {', '.join([*text, later])} AS supersedes FROM ({selected}) x"

    def staged(self, table: Table, outputs: Mapping[str, exp.Expression], filled: Collection[str]) -> str:
        """Typed rows of `cells`, with row_key, row_hash, `bad` (a bit for each unreadable cell) and `wrong` (why the row is a reject, else NULL).

        filled: columns in which any cell of the batch is not NULL; of all others nothing is asked, which saves most of the work.
        """
        text = {c.name: f"t_{c.name}" if c.name in filled else NOTHING for c in table.columns}
        values = {c.name: self._value(c, table, text, outputs) for c in table.columns}
        checked = typed_columns(table, filled)
        bad = " + ".join(f"(CASE WHEN {self._read(c)} IS NOT NULL THEN 0 WHEN trim(t_{c.name}) <> '' THEN {1 << i}::HUGEINT ELSE 0 END)" for i, c in checked)
        wrong = " ".join(_wrong(c, outputs, text[c.name]) for c in table.columns if c.required)
        stated = [name for name in STATED if table.name == "queries" and name in filled and self._fixed_state(name, outputs) is None]
        judged = "".join(
            f" LEFT JOIN (SELECT cell, {state_sql(name)} AS state FROM (SELECT cell, {key_sql('cell')} AS key FROM "
            f"(SELECT DISTINCT t_{name} AS cell FROM cells WHERE t_{name} IS NOT NULL))) {name}_of ON {name}_of.cell = cells.t_{name}"
            for name in stated
        )
        said = "".join(f", coalesce({name}_of.state, {self._absent(outputs[name])}) AS s_{name}" for name in stated)
        whole = _whole(table, outputs, text)
        return (
            f"SELECT cell, n, export_id, record, {_key(table, outputs)} AS row_key, row_hash, {bad or '0::HUGEINT'} AS bad, "
            f"CASE {wrong} END AS wrong, {', '.join(f'v_{c.name} AS {c.name}' for c in table.columns)}, supersedes "
            f"FROM (SELECT * {_own_id(table, whole)}, md5_number({whole}) AS row_hash "
            f"FROM (SELECT *, {', '.join(f'{value} AS v_{name}' for name, value in values.items())} "
            f"FROM (SELECT cells.*{said} FROM cells{judged})))"
        )

    def _read(self, column: Column) -> str:
        """What was read from the cell itself, where intake puts a value of its own in the place of one that cannot be read."""
        own = column.words and column.name in FILLED_BY_INTAKE
        return casts.typed(f"t_{column.name}", column, self.circumstances.zone, self.source.clock.formats) if own else f"v_{column.name}"

    def _value(self, column: Column, table: Table, text: Mapping[str, str], outputs: Mapping[str, exp.Expression]) -> str:
        cell = text[column.name]
        at = self.circumstances
        plainly = f"NULL::{column.type}" if cell == NOTHING else casts.typed(cell, column, at.zone, self.source.clock.formats, self.source.decimal)
        if table.name == "queries":
            plainly = self._of_queries(column, plainly, text, outputs)
        if column.name == "system" and (table.name in {"queries", "biometric_items"} or at.system_declared):
            return f"coalesce({plainly}, {text_of(at.system)})"
        if column.name == "agency" and at.agency:
            return f"coalesce({plainly}, {text_of(at.agency)})"
        return plainly

    def _of_queries(self, column: Column, plainly: str, text: Mapping[str, str], outputs: Mapping[str, exp.Expression]) -> str:
        """The columns of `queries` that intake settles itself where an export leaves them out."""
        name = column.name
        if name in STATED:
            blank = ["redacted", "empty", "not_exported", "not_logged", *(["placeholder"] if name in PERSONAL else [])]
            return f"(CASE {self._said(name, text, outputs)} {' '.join(f'WHEN {text_of(state)} THEN NULL' for state in blank)} ELSE {plainly} END)"
        if name.endswith("_state"):
            return f"coalesce({plainly}, {self._said(name.removesuffix('_state'), text, outputs)})"
        raw = text["occurred_at"]
        settled = {
            "time_basis": f"CASE WHEN {casts.has_offset(raw, self.source.clock.formats)} THEN 'declared' ELSE {text_of(self.circumstances.zone_basis)} END",
            "occurred_at_raw": raw,
            "operator_kind": "'unknown'",
            "status": "'ok'",
        }
        return f"coalesce({plainly}, {settled[name]})" if name in settled else plainly

    def _said(self, name: str, text: Mapping[str, str], outputs: Mapping[str, exp.Expression]) -> str:
        """What kind of fact a cell is: absent by design, left out, blank, blacked out, a stand-in, the interface's own words, or a value.

        Told of distinct cells (see `staged`): they are few, rows are many.
        """
        fixed = self._fixed_state(name, outputs)
        return fixed or (self._absent(outputs[name]) if text[name] == NOTHING else f"s_{name}")

    def _absent(self, expression: exp.Expression) -> str:
        """What a cell is that is not there. Keys of JSON records come and go: a later record may have what the first ones left out."""
        return "'empty'" if self.exported(expression) else "'not_exported'"

    def _fixed_state(self, name: str, outputs: Mapping[str, exp.Expression]) -> str | None:
        """The state of every cell of a stated column, where the export or its source settles it."""
        if name not in outputs or name in self.source.not_logged.get("queries", ()):
            return "'not_logged'" if name in self.source.not_logged.get("queries", ()) else "'not_exported'"
        return "'not_exported'" if self.rows_of_text and not self.exported(outputs[name]) else None


def select(sql: str, where: str) -> tuple[str, dict[str, exp.Expression]]:
    """A source's SELECT with n, export_id and record added, and its output columns by name."""
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise SourceError(f"this is not SQL: {portable.told(error)}", where, "mend the sql of the [[table]]") from None
    if not isinstance(tree, exp.Select):
        raise SourceError("a source's sql is one SELECT", where, "use one SELECT … FROM records")
    outputs = {e.alias_or_name: e for e in tree.expressions}
    tree = tree.select(*(exp.column(name) for name in ("n", "export_id", "record")))
    return tree.sql(dialect="duckdb"), outputs


@functools.cache
def check_columns(source: Source) -> None:
    """Raises SourceError where a SELECT of the source fills a column that its table does not have: what it holds would be lost without a word."""
    for filling in source.fillings:
        known = DELETIONS if filling.table == "deletions" else {c.name for c in canonical()[filling.table].columns} | {"supersedes"}
        where = f"{source.path} [[table]] {filling.table}"
        unknown = sorted(set(select(filling.sql, where)[1]) - known - {"n", "export_id", "record", "*"})
        if unknown:
            near = {name: difflib.get_close_matches(name, known, 1) for name in unknown}
            meant = "; ".join(f"{name}: perhaps {found[0]}" for name, found in near.items() if found)
            raise SourceError(f"{filling.table} has no column {', '.join(unknown)}", where, meant or f"columns: {', '.join(sorted(known))}")


def typed_columns(table: Table, outputs: Iterable[str]) -> list[tuple[int, Column]]:
    """The columns whose text can fail to be a value, with their bit in `bad`."""
    there = set(outputs)
    return [(i, c) for i, c in enumerate(table.columns) if c.name in there and (c.type != "VARCHAR" or c.words)]


def text_of(value: str | None) -> str:
    """A SQL text literal, or a NULL that is text."""
    return "NULL::VARCHAR" if value is None else casts.quoted(value)


def _key(table: Table, outputs: Mapping[str, object]) -> str:
    """What identifies a row: system and own id where it has one, else all its values."""
    ids = IDS.get(table.name, ())
    if not ids or (ids[-1] not in outputs and ids[-1] != "query_id"):
        return "row_hash"
    key = f"md5_number(concat_ws(chr(31), {', '.join(_shown(f'v_{name}') for name in ids)}))"
    return f"(CASE WHEN v_{ids[-1]} IS NULL THEN row_hash ELSE {key} END)"


def _own_id(table: Table, whole: str) -> str:
    """A use without an id of its own gets one that is made of all its values."""
    return f"REPLACE (coalesce(v_query_id, 'hash:' || md5({whole})) AS v_query_id)" if table.name == "queries" else ""


def _whole(table: Table, outputs: Mapping[str, object], text: Mapping[str, str]) -> str:
    """All values of a row as one text that does not depend on the format in which they were delivered."""
    compared = [c for c in table.columns if c.name in outputs and c.name not in NOT_COMPARED]
    return f"concat_ws(chr(31), {', '.join(_alike(c, text[c.name]) for c in compared)})"


def _alike(column: Column, cell: str) -> str:
    """A value as text, the same for a time, number or list in any writing; text that is no value stands as written."""
    if cell == NOTHING and not (column.words and column.name in FILLED_BY_INTAKE):
        return "chr(30)"
    text = f"nullif({cell}, '')"
    if column.type == "VARCHAR" and not column.words:
        return _shown(text)
    value = {"TIMESTAMPTZ": "epoch_us(v_{})::VARCHAR", "VARCHAR[]": "array_to_string(v_{}, ';')"}.get(column.type, "v_{}::VARCHAR").format(column.name)
    return _shown(f"{value}, trim({text})")


def _wrong(column: Column, outputs: Mapping[str, object], cell: str) -> str:
    if column.name not in outputs:
        return f"WHEN v_{column.name} IS NULL THEN {text_of(column.name + ': the export leaves it out')}"
    said = f"{text_of(column.name + ': ')} || coalesce('not readable: ' || left(nullif(trim({cell}), ''), 200), 'empty')"
    return f"WHEN v_{column.name} IS NULL THEN {said}"


def _shown(text: str) -> str:
    return f"coalesce({text}, chr(30))"
