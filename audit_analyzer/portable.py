"""The portable subset of SQL that rules are written in: a linter over the syntax tree, and parameters bound as typed literals.

What is linted is the tree, and what is run is written anew from it: a comment, a hidden character or a second statement never reaches the engine.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from audit_analyzer import subset
from audit_analyzer.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_BOUND: dict[tuple[str, str, str], str] = {}  # statements already written: a rule is asked once a night, but once for each of its tests
USES = frozenset({"queries", "searches", "attempts"})  # the views with a row for each use: many millions
TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*m")
VIEWS = Path(__file__).resolve().parent / "store" / "views"


@functools.cache
def ground_names() -> frozenset[str]:
    """Names of the views that rules may read, from the view files of the store."""
    pattern = re.compile(r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:VIEW|TABLE)\s+(?:ground\.)?(\w+)", re.IGNORECASE | re.MULTILINE)
    return frozenset(name for file in sorted(VIEWS.glob("*.sql")) for name in pattern.findall(file.read_text(encoding="utf-8")))


def problems(sql: str, parameters: Collection[str] = (), tables: Collection[str] | None = None) -> list[subset.Problem]:
    """All that keeps `sql` out of the subset, in the order of its lines. `tables`: names that may be read (default: the ground's)."""
    hidden = [_hidden(sql, at) for at, sign in enumerate(sql) if unicodedata.category(sign) in {"Cc", "Cf"} and sign not in "\n\t"]
    if hidden:
        return hidden
    try:
        trees = _statements(sql)
    except SqlglotError as error:
        return [_unreadable(error)]
    tree = trees[0] if trees else None
    if len(trees) != 1 or not isinstance(tree, exp.Select | exp.Union):
        return [subset.Problem(1, "this is not exactly one SELECT", "write one SELECT, with WITH before it where needed, and no semicolon")]
    found = [*subset.refusals(sql, tree), *_tables(tree, tables), *_parameters(sql, tree, parameters), *_aliases(tree), *_order(tree), *_names(tree)]
    return sorted(set(found))


def predicate(text: str) -> str:
    """A condition over ground.queries as the SELECT that the linter reads; the condition keeps its lines."""
    return f"SELECT query_id FROM queries WHERE {text}"  # lines of the condition are the SELECT's own


def columns(sql: str) -> list[str]:
    """Names of the columns that a linted SELECT returns."""
    return list(_parsed(sql).named_selects)


def reads(sql: str) -> frozenset[str]:
    """Names of the views that a linted SELECT reads, without its own WITH queries."""
    return _parts(sql)[0]


def steps(sql: str) -> tuple[str, ...]:
    """Names of a linted SELECT's WITH queries, in order."""
    return _parts(sql)[1]


@functools.lru_cache(maxsize=512)
def _parts(sql: str) -> tuple[frozenset[str], tuple[str, ...]]:
    tree = _parsed(sql)
    own = tuple(cte.alias for cte in tree.find_all(exp.CTE))
    return frozenset(table.name for table in tree.find_all(exp.Table)) - set(own), own


def step(sql: str, name: str, outer: str) -> str:
    """`outer`, a SELECT over the WITH query `name`, in place of the last SELECT: how a rule is looked into."""
    tree = _tree(sql)
    with_ = next(tree.find_all(exp.With)).copy()
    keep: list[exp.CTE] = []
    for cte in with_.expressions:
        keep.append(cte)
        if cte.alias == name:
            break
    return f"WITH {', '.join(c.sql('duckdb', comments=False) for c in keep)} {outer}"


def bind(sql: str, values: Mapping[str, Any], dialect: str = "duckdb") -> str:
    """The SELECT with its parameters as typed literals, written anew from the syntax tree for one engine. RuleError for a name without value."""
    key = (sql, dialect, repr(sorted(values.items())))  # repr tells 1, 1.0 and True apart
    if key not in _BOUND:
        _BOUND[key] = str(_bound(_tree(sql), values).sql(dialect, comments=False, copy=False))
    return _BOUND[key]


def condition(text: str, values: Mapping[str, Any]) -> str:
    """A condition over ground.queries with its parameters bound, for DuckDB."""
    return "(" + bind(predicate(text), values).partition(" WHERE ")[2] + ")"


def cells(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Columns whose values a condition over ground.queries asks for, and those of which it asks only whether they are empty."""
    values: set[str] = set()
    empties: set[str] = set()
    for column in _parsed(predicate(text)).args["where"].find_all(exp.Column):
        only = isinstance(column.parent, exp.Is) and isinstance(column.parent.expression, exp.Null)
        (empties if only else values).add(column.name)
    return frozenset(values), frozenset(empties - values)


def _bound(tree: exp.Expression, values: Mapping[str, Any]) -> exp.Expression:
    for place in list(tree.find_all(exp.Placeholder)):
        name = place.name
        if name not in values:
            raise RuleError(f"the SQL names :{name}, which [parameters] does not have")
        value = values[name]
        if isinstance(value, list | tuple):
            if not (isinstance(place.parent, exp.In) and place.arg_key in {"expressions", "field"}):
                raise RuleError(f":{name} is a list", remedy=f"a list stands behind IN only: x IN (:{name})")
            place.parent.set("field", None)
            place.parent.set("expressions", [_literal(item) for item in value])
        else:
            place.replace(_literal(value))
    return tree


def _literal(value: object) -> exp.Expression:
    if isinstance(value, float):  # 0.5 alone is a DECIMAL, and the engines differ over its scale
        return exp.cast(exp.Literal.number(repr(value)), "DOUBLE")
    return exp.convert(value)


@functools.lru_cache(maxsize=512)
def _statements(sql: str) -> list[exp.Expression | None]:
    """The trees of a text's statements, read once: to be looked at, never changed."""
    return cast("list[exp.Expression | None]", sqlglot.parse(sql, read="duckdb"))


def _parsed(sql: str) -> exp.Expression:
    """The tree of a linted SELECT, to be looked at."""
    return cast("exp.Expression", _statements(sql)[0])


def _tree(sql: str) -> exp.Expression:
    """The tree of a linted SELECT, to be changed."""
    return _parsed(sql).copy()


def _hidden(sql: str, at: int) -> subset.Problem:
    return subset.Problem(
        sql.count("\n", 0, at) + 1, f"a hidden character U+{ord(sql[at]):04X} stands in the SQL", "delete it: what is read must be what is run"
    )


def _unreadable(error: SqlglotError) -> subset.Problem:
    line = (getattr(error, "errors", None) or [{}])[0].get("line")
    return subset.Problem(int(line or 1), f"the SQL cannot be read: {told(error)}", "mend the statement at that place")


def told(error: SqlglotError) -> str:
    """What the parser says, and near which words, in plain text: its own message underlines with codes for a terminal."""
    first = (getattr(error, "errors", None) or [{}])[0]
    near = TERMINAL_CODE.sub("", str(first.get("highlight") or "")).strip()
    what = TERMINAL_CODE.sub("", str(first.get("description") or str(error).splitlines()[0])).split(" for <class")[0]
    return what + (f", near {near!r}" if near else "")


def _tables(tree: exp.Expression, tables: Collection[str] | None) -> Iterator[subset.Problem]:
    known = ground_names() if tables is None else tables
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for name in sorted(own & set(known)):
        yield subset.Problem(1, f"the WITH query {name!r} hides the view of that name", "give it another name")
    for table in tree.find_all(exp.Table):
        name, plain = table.name, isinstance(table.this, exp.Identifier)
        if table.args.get("db") or table.args.get("catalog"):
            yield subset.Problem(subset.line(table), f"{subset.written(table)!r} names a schema", f"write {name}: rules see the ground only")
        elif plain and name not in own and name not in known:
            yield subset.Problem(subset.line(table), f"there is no view {name!r}", f"views: {', '.join(sorted(known))}")


def _parameters(sql: str, tree: exp.Expression, parameters: Collection[str]) -> Iterator[subset.Problem]:
    for place in tree.find_all(exp.Placeholder):
        if place.name not in parameters:
            at = re.search(rf"[:$]{re.escape(place.name)}\b", sql) if place.name else None
            line = sql.count("\n", 0, at.start()) + 1 if at else subset.line(place)
            yield subset.Problem(
                line, f"there is no parameter {place.name!r}", f"add it under [parameters], or use one of: {', '.join(sorted(parameters)) or 'none yet'}"
            )


def _aliases(tree: exp.Expression) -> Iterator[subset.Problem]:
    """A name given in a SELECT and used in the same SELECT: some engines mean the column of the table, some the new one."""
    for select in tree.find_all(exp.Select):
        given = {a.alias: a for a in select.expressions if isinstance(a, exp.Alias) and not (isinstance(a.this, exp.Column) and a.this.name == a.alias)}
        parts = [*select.expressions, *(v for k, v in select.args.items() if k.rstrip("_") in {"where", "group", "having"} and v)]
        for part in parts:
            for node in part.walk(prune=lambda n: isinstance(n, exp.Select | exp.Union)):
                if isinstance(node, exp.Column) and not node.table and node.name in given and given[node.name] is not part:
                    remedy = "write the table before the column (q.x), or give it its name in a WITH query"
                    yield subset.Problem(subset.line(node), f"{node.name!r} is given and used in one SELECT", remedy)


def _order(tree: exp.Expression) -> Iterator[subset.Problem]:
    """Joins run as they are written (store.AS_WRITTEN): uses joined to something smaller would all be held in memory."""
    for select in tree.find_all(exp.Select):
        start = select.args.get("from_")
        if start is None or start.this.name in USES:
            continue
        for join in select.args.get("joins") or ():
            if isinstance(join.this, exp.Table) and join.this.name in USES:
                what = f"{join.this.name} is joined to fewer rows: all uses would be held in memory"
                yield subset.Problem(subset.line(join.this), what, f"begin with FROM {join.this.name}, and join the others to it")


def _names(tree: exp.Expression) -> Iterator[subset.Problem]:
    if isinstance(tree, exp.Select | exp.Union):
        for at, name in enumerate(tree.named_selects, 1):
            if not name or name == "*":
                yield subset.Problem(1, f"column {at} of the SELECT has no name", "add AS name")
