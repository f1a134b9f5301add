"""The rows of a rule's test: what the test states, and an unremarkable rest from store/ordinary.toml."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_analyzer.errors import RuleError, SettingsError
from audit_analyzer.settings import duration
from audit_analyzer.store import canonical, model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit_analyzer.rule import Case
    from audit_analyzer.store import Store

ORDINARY = Path(__file__).resolve().parent / "store" / "ordinary.toml"
STATED = ("reason", "case_number", "offense", "operator", "subject")
FILLED = ("value", "placeholder", "ui_artifact", "truncated")  # states of a cell that has text in it
EVENTS = {
    "queries": ("occurred_at",),
    "reviews": ("decided_at",),
    "corroborations": ("obtained_at",),
    "actions": ("occurred_at",),
    "authorizations": ("requested_at",),
    "biometric_items": ("created_at", "deleted_at"),
    "disclosures": ("disclosed_at",),
}
MAKES = {"queries": "occurred_at", "shifts": "starts_at"}  # tables whose rows can be spread over time without naming a time column


@functools.cache
def ordinary() -> dict[str, dict[str, Any]]:
    """The unremarkable row of each table."""
    return tomllib.loads(ORDINARY.read_text(encoding="utf-8"))


def rows(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Every row of the test by table, whole: columns left out are ordinary, those listed in `absent` are NULL. RuleError for what does not fit the model."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in [*case.given, *(t for t in case.repeat if t not in case.given)]:
        if table not in ordinary():
            raise RuleError(f"there is no table {table!r} to give rows to", remedy=f"tables: {', '.join(ordinary())}")
        stated = [*case.given.get(table, []), *(row for times in case.repeat.get(table, []) for row in _repeated(table, times))]
        found[table] = [_whole(table, number, row) for number, row in enumerate(stated, 1)]
    return found


def as_of(case: Case, given: dict[str, list[dict[str, Any]]]) -> dt.datetime:
    """The instant that the test's night is asked as of: stated, or the end (UTC) of the day of the newest event."""
    if case.as_of:
        return case.as_of
    times = [row[c] for table, columns in EVENTS.items() for row in given.get(table, []) for c in columns if row.get(c)]
    times = times or [v for table in given.values() for row in table for v in row.values() if isinstance(v, dt.datetime)]
    newest = max(times, default=dt.datetime(2026, 3, 2, tzinfo=dt.UTC)).astimezone(dt.UTC)
    return dt.datetime.combine(newest.date(), dt.time(), dt.UTC) + dt.timedelta(days=1)


def write(store: Store, given: dict[str, list[dict[str, Any]]]) -> None:
    """Put the rows into the store's empty tables."""
    for table, listed in given.items():
        names = [c.name for c in model()[table].columns]
        names += [c for c in ("export_id", "record", "row_key", "row_hash") if table in canonical() and c not in names]
        columns = ", ".join(f'"{name}"' for name in names)
        places = ", ".join("?" * len(names))
        values = [row.get(name) for row in listed for name in names]
        if values:
            store.run(f"INSERT INTO main.{table} ({columns}) VALUES {', '.join([f'({places})'] * len(listed))}", values)


def _repeated(table: str, times: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The row `times` times, its times `every` apart, "{n}" in its strings counted from 1."""
    unknown = {"times", "every"} - times.keys()
    if "times" in unknown or not isinstance(times["times"], int):
        raise RuleError(f"repeat.{table} does not say how many times", remedy='write { times = 25, every = "20 seconds", … }')
    try:
        step = dt.timedelta(seconds=duration(times.get("every", 0), "every"))
    except SettingsError as error:
        raise RuleError(error.what, remedy=error.remedy) from None
    row = {name: value for name, value in times.items() if name not in {"times", "every"}}
    clock = MAKES.get(table) or EVENTS.get(table, ("",))[0]
    if clock and not any(isinstance(v, dt.datetime) for v in row.values()):
        row[clock] = ordinary()[table][clock]
    for n in range(times["times"]):
        yield {name: v + step * n if isinstance(v, dt.datetime) else _counted(v, n + 1) for name, v in row.items()}


def _counted(value: object, n: int) -> object:
    if isinstance(value, list):
        return [_counted(item, n) for item in value]
    return value.replace("{n}", str(n)) if isinstance(value, str) else value


def _whole(table: str, number: int, stated: dict[str, Any]) -> dict[str, Any]:
    columns = {c.name: c for c in model()[table].columns}
    absent = stated.get("absent", [])
    for name in [*(k for k in stated if k != "absent"), *absent]:
        if name not in columns and name not in {"export_id", "record"}:
            raise RuleError(f"{table} has no column {name!r}", remedy=f"it has: {', '.join(columns)}; `absent` lists columns that are NULL")
    for name, value in stated.items():
        if (isinstance(value, dt.datetime) and value.tzinfo is None) or type(value) is dt.date:
            raise RuleError(f"{table}.{name} = {value} has no offset", remedy="write an instant: 2026-03-02T17:00:00Z")
        if name in columns and columns[name].words and value not in columns[name].words:
            raise RuleError(f"{table}.{name} = {value!r} is not a word of the model", remedy=f"one of: {', '.join(columns[name].words)}")
    row = {name: _counted(value, number) for name, value in ordinary()[table].items()}
    row |= {name: value for name, value in stated.items() if name != "absent"}
    row |= dict.fromkeys(absent)
    if table == "queries":
        _states(row, stated, absent)
    if table in canonical():
        key = int.from_bytes(hashlib.md5(f"{table} {number}".encode(), usedforsecurity=False).digest())
        row = {"export_id": "export-1", "record": f"{table}:{number}", "row_key": key, "row_hash": key} | row
    return row


def _states(row: dict[str, Any], stated: dict[str, Any], absent: list[str]) -> None:
    """A state that holds no text empties its cell; an absent cell is empty unless its state is stated."""
    for name in STATED:
        state = f"{name}_state"
        if state in stated and stated[state] not in FILLED and name not in stated:
            row[name] = None
        elif name in absent and state not in stated:
            row[state] = "empty"
