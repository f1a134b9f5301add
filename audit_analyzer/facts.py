"""Conditions on uses, answered by groups of uses that agree in all that is asked; and which column of the model stands behind a column of the ground."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from audit_analyzer import portable
from audit_analyzer.store import model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEW_VALUED = frozenset({"system", "export_id", "is_search", "is_machine", *(c.name for c in model()["queries"].columns if c.words or c.type == "BOOLEAN")})
_BASE = {
    "person": "operator",
    "case_key": "case_number",
    "reason_class": "reason",
    "reason_no": "reason",
    "cell_x": "longitude",
    "cell_y": "latitude",
    "ts_s": "occurred_at",
}


def base(table: str, column: str) -> str | None:
    """The column of the model that a column of the ground is made from; None for the local time, whose absence means that no zone is known."""
    if column.startswith("local_"):
        return None
    if column in _BASE and table == "queries":
        return _BASE[column]
    names = {c.name for c in model()[table].columns} if table in model() else set()
    plain = column.removesuffix("_s")
    return column if column in names else next((c for c in (f"{plain}_at", plain) if c in names), column)


class Facts:
    """Conditions on uses, answered by groups of uses that agree in all that is asked: words of closed lists, truth values, and which cells are empty.

    A condition that asks anything else is answered for each use, and its answer is one more thing to agree in.
    """

    def __init__(self, conditions: Sequence[str]) -> None:
        self.odd: dict[str, str] = {}
        self.values: dict[str, None] = {}
        self.empties: dict[str, None] = {}
        for condition in dict.fromkeys(conditions):
            values, empties = portable.cells(condition)
            if values <= FEW_VALUED:
                self.values.update(dict.fromkeys(sorted(values)))
                self.empties.update(dict.fromkeys(sorted(empties)))
            else:
                self.odd[condition] = f"odd_{len(self.odd)}"

    def asked_of_the_model(self) -> tuple[dict[str, str], list[str]]:
        """Columns whose emptiness is asked, with the model's columns behind them; and those of the model whose words, never absent, are asked."""
        columns = {c.name: c for c in model()["queries"].columns}
        behind = {column: next((c for c in (column, f"{column.removesuffix('_s')}_at") if c in columns), "") for column in self.empties}
        cells = {column: origin for column, origin in behind.items() if origin and column not in self.values and not columns[origin].required}
        return cells, [word for word in self.values if word in columns and columns[word].required and columns[word].type == "VARCHAR"]

    def groups(self, alike: Mapping[str, str]) -> str:
        """SELECT of one row for each group: its cells under their own names (TRUE where only emptiness is asked), n uses from `first` to `last`.

        alike: columns that are known to be the same in all uses, as SQL; they are not read.
        """
        keys = list(dict.fromkeys(["system", "export_id", *(column for column in self.values if column not in alike)]))
        told = [column for column in self.empties if column not in keys and column not in alike]
        asked = [column for column in told if not _required(column)]
        words: dict[int, list[str]] = defaultdict(list)
        for i, column in enumerate(asked):
            words[i // 62].append(f'CASE WHEN "{column}" IS NULL THEN {1 << i % 62}::BIGINT ELSE 0 END')  # 62 bits to a BIGINT
        rows = [*keys, *(f"{' + '.join(bits)} AS empty_{word}" for word, bits in words.items()), *(f"({text}) AS {name}" for text, name in self.odd.items())]
        cells = [f'CASE WHEN empty_{i // 62} & {1 << i % 62} = 0 THEN TRUE END AS "{column}"' for i, column in enumerate(asked)]
        cells += [f'TRUE AS "{column}"' for column in told if column not in asked]
        cells += [f'{sql} AS "{column}"' for column, sql in alike.items()]
        grouped = f"SELECT {', '.join(rows)}, count(*) AS n, min(ts_s) AS first, max(ts_s) AS last FROM queries GROUP BY ALL"
        return f"SELECT {', '.join([*keys, *self.odd.values(), *cells])}, n, first, last FROM ({grouped})"

    def has(self, condition: str) -> str:
        """Whether the condition holds in a group."""
        return self.odd.get(condition, f"({condition})")


def _required(column: str) -> bool:
    """Whether the model has no use without it."""
    origin, columns = base("queries", column), {c.name: c for c in model()["queries"].columns}
    return origin in columns and columns[origin].required
