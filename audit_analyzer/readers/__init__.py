"""The front door of the readers: every record of an export, broken ones too, each with its locator and its exact bytes.

members: a delivered file to the exports in it. look: what an export is, by its content. read: its records, batch by batch.
record_bytes: one record's bytes again. Whatever cannot be trusted raises ExportRejected, whatever could not be done ExportFailed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit_analyzer.readers.shapes import Batch, Format, Layout, Member, Part, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

BATCH_BYTES = 32 * 2**20

__all__ = ["Batch", "Format", "Layout", "Member", "Part", "Problem", "look", "members", "read", "record_bytes", "records_bytes", "written"]


def members(path: Path, into: Path, limits: Limits) -> Iterator[Member | Problem]:
    """The exports in a delivered file: of a zip or tar its members, each extracted to a fresh file in `into`; any other file is itself.

    A member that may not be extracted (escape, link, device, encryption, nesting) is a Problem; an archive with two members of one name
    is one Problem as a whole. Raises ExportFailed where the file cannot be read or a limit is reached.
    """
    from audit_analyzer.readers.archives import members_of

    return members_of(path, into, limits)


def look(path: Path, name: str, limits: Limits) -> tuple[Part, ...]:
    """What the file is: content decides, `name` (as delivered) only breaks ties. Raises ExportRejected, ExportFailed."""
    from audit_analyzer.readers.looking import look_at

    return look_at(path, name, limits)


def read(path: Path, part: Part, layout: Layout, limits: Limits, batch_bytes: int = BATCH_BYTES) -> Iterator[Batch]:
    """Every record of the part in order, good or rejected: records = rows of the tables + rejected.

    Raises ExportRejected or ExportFailed, perhaps after some batches: those are then void.
    """
    from audit_analyzer.readers.reading import read_part

    return read_part(path, part, layout, limits, batch_bytes)


def written(header: Sequence[str], row: Mapping[str, str | None]) -> bytes:
    """A row of a workbook or of Parquet as text, its cells c0, c1, … with their names: what stands for its bytes, which cannot be cut out of the file."""
    return "; ".join(f"{name}: {row[f'c{i}']}" for i, name in enumerate(header) if row.get(f"c{i}") is not None).encode()


def record_bytes(path: Path, part_compression: Literal["gzip"] | None, offset: int, length: int) -> bytes:
    """The exact bytes of a record again, by its offset and length in the decompressed bytes."""
    from audit_analyzer.readers.streams import bytes_at

    return bytes_at(path, part_compression, offset, length)


def records_bytes(path: Path, places: Sequence[tuple[int, int]], limits: Limits) -> Iterator[bytes]:
    """The exact bytes of several records, by offset and length in ascending order, in one pass over the file."""
    from audit_analyzer.readers.streams import bytes_of_several

    return bytes_of_several(path, places, limits)
