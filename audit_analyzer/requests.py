"""The sentence to put into a records request: what to ask for, of which system and period, and why it is missing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.store import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REASONS = {
    "not_exported": "the export left it out",
    "not_logged": "the system does not log it: ask where else it is kept",
    "redacted": "the agency blacked it out",
    "empty": "it is empty",
    "not_delivered": "nothing of it was delivered",
    "zone_unknown": "the clock's time zone is not stated",
}
_ZONE = "the time zone of the clock that writes the log"


def sentence(system: str, missing: Iterable[Mapping[str, Any]], span: tuple[int, int] | None) -> str:
    """One request for all that is missing. missing: field ("table.column", alternatives by "|"), state, rows; span: first and last use in epoch seconds."""
    parts = dict.fromkeys(_part(lack) for lack in missing)
    period = f" for the period {_day(span[0])} to {_day(span[1])}" if span else ""
    return f"Ask for the following of system {system}{period}: {'; '.join(parts)}."


def log(system: str) -> str:
    """The request where nothing of a system was read."""
    return f"Ask for the query log of system {system}: none could be read."


def _part(lack: Mapping[str, Any]) -> str:
    state, rows = lack["state"], lack["rows"]
    what = _ZONE if state == "zone_unknown" else " or ".join(_meaning(field) for field in lack["field"].split("|"))
    return f"{what}, since {REASONS.get(state, state)}" + (f" ({rows:,} rows)" if rows else "")


def _meaning(field: str) -> str:
    """The field in words, with its name: "justification as given (queries.reason)"."""
    table, column = field.split(".")
    if table == "integrity_events":
        return "the digest files of the logs with their signatures (the objects' metadata), and the public keys of the period"
    if table not in model():
        return field
    plain = column.removesuffix("_s")
    names = {"person": "operator", "case_key": "case_number", "reason_class": "reason", "reason_key": "reason", "ts_s": "occurred_at"}
    wanted = (names.get(column, column), f"{plain}_at", plain)
    told = next((c.meaning for name in wanted for c in model()[table].columns if c.name == name), "")
    subject = "" if table == "queries" else f"{table.replace('_', ' ')}: "
    return f"{subject}{told.split(' (')[0].rstrip('.')} ({field})" if told else field


def _day(seconds: int) -> str:
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)).date().isoformat()
