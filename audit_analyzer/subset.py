"""What the portable subset of SQL allows: node kinds, functions, casts and windows, each refusal with what to write instead.

The subset gave row-for-row equal results on DuckDB, Spark and Sail; what is outside it differs silently or does not run there. Syntax that is
not named here is refused, so new syntax cannot slip in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FUNCTIONS = (
    "Count Sum Min Max Avg Median Abs Floor Ceil Sqrt Coalesce Nullif Lower Upper Trim Length Substring Concat "
    "RowNumber Rank DenseRank Lag Lead FirstValue LastValue Sin Cos Asin Radians Pow Ln Exp"
)
_SHAPE = (
    "Select Union With CTE From Join Where Group Having Order Ordered Subquery Table TableAlias Alias Identifier Column Star Window WindowSpec Distinct "
    "Paren Placeholder Literal Boolean Null And Or Not Exists In Is Between Like EQ NEQ GT GTE LT LTE Add Sub Mul Div Mod Neg DPipe Case If Cast DataType"
)
FUNCTIONS = tuple(getattr(exp, name) for name in _FUNCTIONS.split())
ALLOWED = frozenset((*FUNCTIONS, *(getattr(exp, name) for name in _SHAPE.split())))
CASTS = frozenset({"BIGINT", "INT", "DOUBLE", "TEXT", "VARCHAR", "BOOLEAN"})
_ORDERED = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)
_UNIQUE = re.compile(r"(.*_)?(id|record|day_no|week_no)")
_TIME = "use the integer columns of the ground: ts_s, day_no, local_hour, …, and night.as_of_s for now"
_TEXT = "words are found once, in the ground: join word_hits or texts, or use LIKE"
_LISTS = "lists, structs and JSON are not portable: use a view of the ground that has one row for each element"
REMEDIES = {
    **dict.fromkeys(("Interval", "DateDiff", "DateAdd", "DateSub", "Extract", "TimestampTrunc", "DateTrunc", "CurrentTimestamp", "CurrentDate"), _TIME),
    **dict.fromkeys(("Array", "Struct", "Bracket", "JSONExtract", "JSONExtractScalar", "Unnest", "List", "ArrayContains", "Dot"), _LISTS),
    **dict.fromkeys(("RegexpLike", "RegexpExtract", "RegexpReplace", "SimilarTo", "RegexpFullMatch"), _TEXT),
    **dict.fromkeys(("Greatest", "Least"), "write CASE WHEN a > b THEN a ELSE b END: the engines differ over NULL"),
    **dict.fromkeys(("Limit", "Fetch", "Offset", "TableSample"), "leave it out: evidence is complete, never capped"),
    "Qualify": "number the rows in a WITH query and filter them outside",
    "Filter": "write SUM(CASE WHEN … THEN 1 ELSE 0 END)",
    "ILike": "write LOWER(a) LIKE 'b'",
    "TryCast": "the ground's columns have their types already; CAST what is known to fit",
    "Round": "compare without rounding; the report rounds the figures",
    "IntDiv": "write FLOOR(a / b)",
    "NullSafeEQ": "write a = b OR (a IS NULL AND b IS NULL)",
    "NullSafeNEQ": "write NOT (a = b), and say what NULL means with IS NULL",
    "Tuple": "compare the columns one by one, or use EXISTS",
    "Lateral": "use a window, or a WITH query that is joined",
    "Pivot": "write SUM(CASE WHEN … END) for each column",
    "Values": "put figures into [parameters]; tables come from the ground",
}


class Problem(NamedTuple):
    """What is not portable: its line in the SQL text (from 1), the fact, and what to write instead."""

    line: int
    what: str
    remedy: str


def line(node: exp.Expression, sql: str = "") -> int:
    """Line in the SQL (from 1) of a node: of the first part that knows its place, else where its words stand, else that of what it stands in."""
    for part in node.walk():
        if "line" in part.meta:
            return int(part.meta["line"])
    words = written(node).split()
    found = re.search(r"\s+".join(map(re.escape, words)), sql, re.IGNORECASE) if sql and len(words) > 1 else None
    if found:
        return sql.count("\n", 0, found.start()) + 1
    return line(node.parent, sql) if node.parent else 1


def written(node: exp.Expression) -> str:
    """A node as SQL, short enough for a message."""
    text = str(node.sql("duckdb", comments=False))
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004  a message is one line


def refusals(sql: str, tree: exp.Expression) -> Iterator[Problem]:
    """Every node of the tree that is outside the subset."""
    for node in tree.walk():
        kind = type(node)
        if isinstance(node, exp.Var) or (isinstance(node, exp.DataType) and isinstance(node.parent, exp.Cast)):
            if isinstance(node, exp.Var) and node.name.upper() == "ALL":
                yield Problem(line(node, sql), "ORDER BY ALL is not portable", "name the columns")
            continue
        if kind not in ALLOWED:
            yield _outside(node, sql)
        for check in CHECKS.get(kind, ()):
            told = check(node)
            if told:
                yield Problem(line(node, sql), *told)
    groups = re.search(r"\bGROUPS\s+(BETWEEN|UNBOUNDED|CURRENT|\d)", sql, re.IGNORECASE)
    if groups:
        yield Problem(sql.count("\n", 0, groups.start()) + 1, "a GROUPS frame is not portable", "use a RANGE frame over one integer column")


def _outside(node: exp.Expression, sql: str) -> Problem:
    name = type(node).__name__
    told = REMEDIES.get(name)
    if isinstance(node, exp.Anonymous | exp.Func):
        called = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
        remedy = told or "allowed: " + ", ".join(sorted(f.sql_name().lower() for f in FUNCTIONS))
        return Problem(line(node, sql), f"the function {called.lower()} is not in the portable subset", remedy)
    return Problem(line(node, sql), f"{written(node)!r} ({name}) is not in the portable subset", told or "write it with plain joins, windows and CASE")


def _star(node: exp.Expression) -> tuple[str, str] | None:
    return None if isinstance(node.parent, exp.Count) else ("* leaves the columns open", "name each column")


def _join(node: exp.Expression) -> tuple[str, str] | None:
    method, kind = str(node.args.get("method") or "").upper(), str(node.args.get("kind") or "").upper()
    if method or kind in {"SEMI", "ANTI"}:
        return f"a {method or kind} join is not portable", "use INNER, LEFT or CROSS JOIN, EXISTS or NOT EXISTS"
    if node.args.get("using"):
        return "USING is not portable", "write ON a.x = b.x"
    if not node.args.get("on") and kind != "CROSS":
        return "a join without ON", "write CROSS JOIN where every pair is meant, else ON with an equality"
    return None


def _cast(node: exp.Expression) -> tuple[str, str] | None:
    kind = node.args["to"].this
    name = str(getattr(kind, "value", kind)).upper()
    if name not in CASTS:
        return f"a cast to {name} is not portable", f"cast to one of: {', '.join(sorted(CASTS))}; times are integer seconds"
    if name in {"BIGINT", "INT"} and not isinstance(node.this, exp.Floor | exp.Ceil | exp.Case | exp.Literal | exp.Placeholder | exp.Count | exp.Null):
        return "a cast to an integer without FLOOR", "write CAST(FLOOR(x) AS BIGINT): the engines round differently"
    return None


def _div(node: exp.Expression) -> tuple[str, str] | None:
    by = node.args["expression"].unnest()
    safe = isinstance(by, exp.Literal | exp.Placeholder) and by.sql() != "0"
    if safe:
        return None
    inside = node.find_ancestor(exp.Where, exp.Having, exp.Join)
    scope = node.find_ancestor(exp.Select)
    if inside and inside.find_ancestor(exp.Select) is scope:
        return f"a ratio is compared: {written(node)}", "compare by cross-multiplication: a * d >= b * c"
    if isinstance(by, exp.Nullif):
        return None
    return f"the divisor may be 0: {written(node)}", "write a / NULLIF(b, 0)"


def _window(node: exp.Expression) -> tuple[str, str] | None:
    order, spec = node.args.get("order"), node.args.get("spec")
    keys = [o.this for o in order.expressions] if order else []
    kind = str(spec.args.get("kind") or "").upper() if spec else ""
    asked = node.this
    if asked.find(exp.Distinct):
        return "DISTINCT in a window is not portable", "number the distinct values first, in a WITH query"
    bounded = spec and any(isinstance(spec.args.get(side), exp.Expression) for side in ("start", "end"))
    if kind == "RANGE" and bounded and len(keys) != 1:
        return "a RANGE frame needs exactly one ORDER BY column", "order by one integer column, for instance ts_s"
    if (isinstance(asked, _ORDERED) or kind == "ROWS") and not any(isinstance(k, exp.Column) and _UNIQUE.fullmatch(k.name) for k in keys):
        return "the window's order has ties: which row comes first is left to the engine", "end its ORDER BY with a unique column, for instance query_id"
    return None


def _group(node: exp.Expression) -> tuple[str, str] | None:
    if node.args.get("all") or any(node.args.get(k) for k in ("rollup", "cube", "grouping_sets")) or any(e.is_int for e in node.expressions):
        return "GROUP BY is not explicit", "name each column or expression"
    return None


def _ordered(node: exp.Expression) -> tuple[str, str] | None:
    return ("ORDER BY a number is not explicit", "name the column") if node.this.is_int else None


def _distinct(node: exp.Expression) -> tuple[str, str] | None:
    return ("DISTINCT ON is not portable", "use ROW_NUMBER in a WITH query") if node.args.get("on") else None


def _union(node: exp.Expression) -> tuple[str, str] | None:
    return ("UNION BY NAME is not portable", "put the columns into the same order") if node.args.get("by_name") else None


def _with(node: exp.Expression) -> tuple[str, str] | None:
    return ("WITH RECURSIVE is not portable", "use windows") if node.args.get("recursive") else None


def _if(node: exp.Expression) -> tuple[str, str] | None:
    return None if isinstance(node.parent, exp.Case) else ("IF is not portable", "write CASE WHEN")


def _median(node: exp.Expression) -> tuple[str, str] | None:
    return ("MEDIAN in a window is not portable", "GROUP BY in a WITH query, then join it") if isinstance(node.parent, exp.Window) else None


def _substring(node: exp.Expression) -> tuple[str, str] | None:
    start = node.args.get("start")
    low = isinstance(start, exp.Neg) or (isinstance(start, exp.Literal) and start.sql() == "0")
    return ("SUBSTRING counts from 1", "start at 1 or later") if low else None


CHECKS: dict[type, tuple[Callable[[exp.Expression], tuple[str, str] | None], ...]] = {
    exp.Star: (_star,),
    exp.Join: (_join,),
    exp.Cast: (_cast,),
    exp.Div: (_div,),
    exp.Mod: (_div,),
    exp.Window: (_window,),
    exp.Group: (_group,),
    exp.Ordered: (_ordered,),
    exp.Distinct: (_distinct,),
    exp.Union: (_union,),
    exp.With: (_with,),
    exp.If: (_if,),
    exp.Median: (_median,),
    exp.Substring: (_substring,),
}
