"""Room on disk for a table that has to be inflated before it can be read: a file without a name."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import IO, TYPE_CHECKING

from audit_analyzer.readers.streams import opened, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

_held: list[IO[bytes]] = []


def hold() -> None:
    """Open the file now: the process will not be allowed to open one for writing later."""
    _held.append(tempfile.TemporaryFile())  # noqa: SIM115  held for as long as the process lives


@contextlib.contextmanager
def seekable(path: Path, compression: Literal["gzip"] | None, limits: Limits) -> Iterator[IO[bytes]]:
    """The file itself, or all of it inflated. Raises ExportFailed for I/O and limits, ExportRejected for broken gzip."""
    with opened(path) as plain:
        if compression is None:
            yield plain
            return
        with _scratch() as inflated:
            for piece in pieces(path, compression, limits):
                inflated.write(piece)
            yield inflated


@contextlib.contextmanager
def _scratch() -> Iterator[IO[bytes]]:
    """An empty file; one at a time where it is held."""
    if not _held:
        with tempfile.TemporaryFile() as file:
            yield file
        return
    with os.fdopen(os.dup(_held[0].fileno()), "w+b") as file:
        file.seek(0)
        file.truncate()
        try:
            yield file
        finally:
            file.seek(0)
            file.truncate()
