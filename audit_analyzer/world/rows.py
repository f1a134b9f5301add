"""Rows of one file of a labelled world: taken one by one, kept packed as columns of text, so that millions of them fit."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

Cell: TypeAlias = Any  # what a column of the model can be given: text, number, truth value, datetime, list, None
PACKED = 20_000  # rows after which dictionaries become columns


class Rows:
    """The rows of one file in the order in which they came. A column that no row names is not in the file."""

    def __init__(self, table: str, known: Iterable[str]) -> None:
        self.table, self.known = table, tuple(known)
        self._waiting: list[dict[str, str | None]] = []
        self._packed: list[bytes] = []  # Parquet
        self._named: set[str] = set()

    def add(self, row: Mapping[str, object]) -> None:
        """One row. KeyError where it names a column that the table does not have: a typing error would be an unknown column otherwise."""
        if not row.keys() <= set(self.known):
            raise KeyError(f"{self.table} has no column {sorted(row.keys() - set(self.known))}")
        self._waiting.append({name: text(value) for name, value in row.items()})
        if len(self._waiting) >= PACKED:
            self._pack()

    def _pack(self) -> None:
        import polars as pl

        named = dict.fromkeys(name for row in self._waiting for name in row)
        self._named |= named.keys()
        chunk = pl.DataFrame({name: [row.get(name) for row in self._waiting] for name in named}, schema=dict.fromkeys(named, pl.String))
        packed = io.BytesIO()
        chunk.write_parquet(packed, compression="lz4")
        self._packed.append(packed.getvalue())
        self._waiting = []

    def columns(self) -> set[str]:
        """The columns that any row named."""
        return self._named | {name for row in self._waiting for name in row}

    def frame(self, columns: Iterable[str] = ()) -> pl.DataFrame:
        """All rows as text, columns (those of the rows and `columns`) in the model's order, rows in the order of their times and ids as an export has them."""
        import polars as pl

        if self._waiting:
            self._pack()
        whole = pl.concat([pl.read_parquet(io.BytesIO(chunk)) for chunk in self._packed], how="diagonal") if self._packed else pl.DataFrame()
        whole = whole.with_columns(pl.lit(None, pl.String).alias(name) for name in columns if name not in whole.columns)
        whole = whole.select([name for name in self.known if name in whole.columns])
        order = [name for name in ("occurred_at", "decided_at", "starts_at", "created_at", whole.columns[0]) if name in whole.columns]
        return whole.sort(order, maintain_order=True, nulls_last=True)


def text(value: object) -> str | None:
    """A value as the interchange format writes it: ISO 8601 in UTC, true and false, lists by semicolon."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ";".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)
