"""What becomes of each record of a batch: kept, a copy, a reject with its reason, or set aside; of what several tables say the highest stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

KEPT, COPY, REJECTED, ASIDE = 3, 2, 1, 0  # what becomes of a record; the highest that any table says
REPLACED = -1  # not a fate of this batch: rows kept earlier that a declared replacement turned into copies


class Fates:
    """What becomes of each record of one batch: the highest that any SELECT says of it."""

    def __init__(self, rows: int) -> None:
        import numpy as np

        self.codes = np.full(rows, -1, np.int8)  # -1: nothing took it
        self.why: dict[int, str] = {}  # of records that are a reject or set aside so far
        self.refused: list[tuple[int, str]] = []  # every reject that a table gave, also of a record that another table kept

    def say(self, code: int, told: pa.Table) -> None:
        """`told`: the numbers n of the records, and why where that is to be told."""
        import numpy as np

        numbers = told.column("n").to_numpy()
        if "why" in told.column_names:
            whys = told.column("why").to_pylist()
            for n, why in reversed(list(zip(numbers.tolist(), whys, strict=True))):  # of two reasons the first stands
                if code > self.codes[n]:
                    self.why[n] = why
            if code == REJECTED:
                self.refused += zip(numbers.tolist(), whys, strict=True)
        np.maximum.at(self.codes, numbers, code)

    def leave(self, why: str) -> None:
        """What nothing took is a reject."""
        import numpy as np

        left = np.flatnonzero(self.codes < 0)
        self.why.update(dict.fromkeys(left.tolist(), why))
        self.codes[left] = REJECTED

    def counts(self, exports: pa.ChunkedArray) -> list[tuple[str, int, int]]:
        """(export_id, fate, records), in order. `exports`: the batch's column, with a dictionary."""
        import numpy as np

        column = exports.combine_chunks()
        kinds, numbers = np.unique(np.stack([column.indices.to_numpy(), self.codes]), axis=1, return_counts=True)
        names = column.dictionary.to_pylist()
        return sorted((names[export], code, count) for (export, code), count in zip(kinds.T.tolist(), numbers.tolist(), strict=True))
