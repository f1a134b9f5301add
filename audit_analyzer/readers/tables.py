"""Arrow tables in the readers' one shape (record, offset, length, then the record's own columns), and batches of a good size of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from audit_analyzer.readers.shapes import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import msgspec
    import numpy as np
    import numpy.typing as npt

    from audit_analyzer.words import Rejected


def located(
    records: pa.Array | list[str],
    offsets: npt.NDArray[np.int64] | None,
    lengths: npt.NDArray[np.int64] | None,
    columns: Mapping[str, pa.Array | pa.ChunkedArray],
) -> pa.Table:
    """One table: `records` as text, offsets and lengths null where there are none."""
    texts = pa.array(records, pa.string()) if isinstance(records, list) else pc.cast(records, pa.string())
    places = [pa.nulls(len(texts), pa.int64()) if v is None else pa.array(v, pa.int64()) for v in (offsets, lengths)]
    return pa.table({"record": texts, "offset": places[0], "length": places[1], **columns})


def strung(values: Sequence[bytes | memoryview | msgspec.Raw], lengths: npt.NDArray[np.int64]) -> pa.Array:
    """A string column of byte strings that are known to be UTF-8, joined once and not looked at again."""
    return laid(b"".join(values), lengths)


def laid(data: bytes, lengths: npt.NDArray[np.int64]) -> pa.Array:
    """A string column of values that lie one after the other in `data`."""
    import numpy as np

    ends = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=ends[1:])
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(ends), pa.py_buffer(data))


def batches(tables: Iterable[Batch], batch_bytes: int) -> Iterator[Batch]:
    """Small batches put together until they hold `batch_bytes`; none is empty."""
    waiting: list[pa.Table] = []
    rejected: list[Rejected] = []
    size = 0
    for table, refused in tables:
        if table.num_rows:
            waiting.append(table)
        rejected.extend(refused)
        size += table.nbytes + sum(len(r.raw) for r in refused)
        if size >= batch_bytes and (waiting or rejected):
            yield Batch(_one(waiting, table), tuple(rejected))
            waiting, rejected, size = [], [], 0
    if waiting or rejected:
        yield Batch(_one(waiting, table), tuple(rejected))


def _one(waiting: list[pa.Table], like: pa.Table) -> pa.Table:
    return pa.concat_tables(waiting) if waiting else like.slice(0, 0)
