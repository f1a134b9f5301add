"""Which table of the model an export of the interchange format is: its needed columns are there, and most of its header is known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audit_analyzer.store import canonical

FILLED = {  # NOT NULL columns that intake fills where an export leaves them out
    "queries": {"system", "query_id", "time_basis", "operator_kind", "status"},
    "biometric_items": {"system"},
}


def needed(table: str) -> set[str]:
    """The columns without which no export is this table."""
    return {c.name for c in canonical()[table].columns if c.required and not c.name.endswith("_state")} - FILLED.get(table, set())


def known(table: str, header: Sequence[str]) -> set[str]:
    """The columns of the header that the table has."""
    return {c.name for c in canonical()[table].columns} & set(header)


def table_of(header: Sequence[str], name: str, *, forced: bool = False) -> str | None:
    """The canonical table that a header belongs to; the name breaks a tie.

    Its needed columns are there and at least half of the header is known. Where it was said to be interchange (`forced`), the needed columns are
    enough, in the table that knows most of the header: a log of uses without its times is not the register of the accounts in it.
    """
    best: list[tuple[int, str]] = []
    most = max(len(known(table, header)) for table in canonical())
    for table in canonical():
        shared = len(known(table, header))
        bound = shared == most if forced else 2 * shared >= len(header) and (shared > 1 or len(header) == 1)
        if needed(table) <= set(header) and shared and bound:
            best.append((shared, table))
    if not best:
        return None
    top = [table for count, table in best if count == max(best)[0]]
    words = re.findall(r"[a-z_]+", name.casefold())
    named = [table for table in top if any(table in word for word in words)]
    fewest = min(top, key=lambda t: (len(canonical()[t].columns), t))
    return named[0] if len(named) == 1 else fewest


def missing(header: Sequence[str], name: str) -> str | None:
    """What keeps a header from being a table of the interchange format, where it is near one: two of its columns are the table's."""
    table = table_of(header, name, forced=True)
    if table:
        shared = len(known(table, header))
        return f"{table} has what it needs there, but only {shared} of {len(header)} columns are known" if shared > 1 else None
    nearest = max(canonical(), key=lambda t: (len(known(t, header)), t))
    if len(known(nearest, header)) < 2:  # noqa: PLR2004  one name proves nothing
        return None
    return f"{nearest} needs {', '.join(sorted(needed(nearest) - set(header)))}, too"
