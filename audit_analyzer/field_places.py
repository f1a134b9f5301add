"""Where the fields of a source stand in a record, as SQL over its cells: columns of a table of text, or paths into JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from audit_analyzer.casts import quoted
from audit_analyzer.sources import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def in_row(fields: Mapping[str, tuple[str, ...]], header: Sequence[str]) -> list[str]:
    """Each field of records whose cells are text in columns c0, c1, … under these names: the first of its places that is there and not empty."""
    places = {plain(name): f"c{i}" for i, name in reversed(list(enumerate(header)))}
    return [f"{_first(_cell(places, p) for p in alternatives)} AS {name}" for name, alternatives in fields.items()]


def in_json(fields: Mapping[str, tuple[str, ...]], raw: str) -> tuple[list[str], str]:
    """The same of records of JSON text in `raw`, and the column j that is made of it once, which they read: every path in one structure."""
    tree = _tree(fields.values())
    reached = [f"{_first(_reach(tree, p) for p in alternatives)} AS {name}" for name, alternatives in fields.items()]
    return reached, f"json_transform({raw}, {quoted(json.dumps(_structure(tree)))}) AS j"


def has_place(header: Iterable[str], places: Iterable[str]) -> bool:
    """Whether one of a field's places is among columns with these names, or within one of them."""
    there = {plain(name): "" for name in header}
    return any(_cell(there, place) is not None for place in places)


def _first(places: Iterable[str | None]) -> str:
    found: Sequence[str] = [p for p in places if p]
    if not found:
        return "NULL::VARCHAR"
    return found[0] if len(found) == 1 else f"coalesce({', '.join(f'nullif({p}, {chr(39) * 2})' for p in found)})"


def _cell(places: Mapping[str, str], path: str) -> str | None:
    """The column called `path`, else what stands at the rest of the path in a column of JSON text (nested columns of Parquet come as such)."""
    if plain(path) in places:
        return places[plain(path)]
    first, *rest = _steps(path)
    if not rest or plain(first) not in places:
        return None
    column = places[plain(first)]
    keys = ".".join(f'"{step}"' for step in rest)
    return f"(CASE WHEN json_valid({column}) THEN json_extract_string({column}, {quoted('$.' + keys)}) END)"


def _steps(path: str) -> list[str]:
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|([^."]+)', path)]


def _tree(fields: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    """The paths as one nested structure, longest first: a path that is also the parent of another is reached by _reach as text."""
    tree: dict[str, Any] = {}
    for path in sorted((p for alternatives in fields for p in alternatives), key=lambda p: -len(_steps(p))):
        node = tree
        *way, leaf = _steps(path)
        for step in way:
            node = node.setdefault(step, {})
        if leaf.casefold() not in {key.casefold() for key in node}:  # DuckDB takes keys that differ in case for one: _reach finds the second by itself
            node[leaf] = None
    return tree


def _structure(node: Mapping[str, Any] | None) -> Any:  # noqa: ANN401  JSON
    return "VARCHAR" if node is None else {key: _structure(below) for key, below in node.items()}


def _reach(tree: Mapping[str, Any], path: str) -> str:
    node: Any = tree
    for step in _steps(path):
        node = node.get(step, {})
    if node is not None:
        keys = ".".join(step if step.isidentifier() else f'"{step}"' for step in _steps(path))
        return f"json_extract_string(raw, {quoted('$.' + keys)})"
    return "j." + ".".join('"' + step.replace('"', '""') + '"' for step in _steps(path))
