"""Bytes of an export as they were before gzip: every member inflated and checked, in pieces, within limits; and one record's bytes again."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, BinaryIO, cast

from isal import isal_zlib

from audit_analyzer.errors import ExportFailed, ExportRejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

PIECE = 4 * 2**20
GZIP = b"\x1f\x8b"
SMALL = 2**20  # a ratio says nothing of a file that inflates to less than this
_BROKEN = cast("type[Exception]", isal_zlib.error)  # the library's own hints leave its base class out
_AUTO_GZIP = 31  # window bits that make the inflater read the gzip header and check CRC and length


def pieces(path: Path, compression: Literal["gzip"] | None, limits: Limits, size: int = PIECE) -> Iterator[bytes]:
    """The decompressed bytes, in pieces of at most `size`. Raises ExportRejected for broken gzip, ExportFailed for I/O and limits."""
    with opened(path) as file:
        if compression is None:
            yield from _plain(file, limits, size)
        else:
            yield from _inflated(file, limits, size)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, open for reading; any error of the system while it is used becomes ExportFailed."""
    try:
        with path.open("rb", buffering=0) as file:
            yield file
    except OSError as error:
        raise ExportFailed(f"io: the export cannot be read: {error.strerror or error}", "", "check the disk, then run the same command again") from error


def _plain(file: BinaryIO, limits: Limits, size: int) -> Iterator[bytes]:
    total = 0
    while piece := file.read(size):
        total += len(piece)
        _bound(total, limits.file_bytes, "file_bytes")
        yield piece


def _inflated(file: BinaryIO, limits: Limits, size: int) -> Iterator[bytes]:
    """All members, one after the other: each must end with the right CRC and length, and only a further member may follow."""
    taken = given = 0
    inflater, waiting = None, b""
    while True:
        if len(waiting) < len(GZIP):
            more = file.read(SMALL)
            taken += len(more)
            _bound(taken, limits.file_bytes, "file_bytes")
            waiting += more
            if not waiting or (not more and inflater is not None):
                break
        if inflater is None:
            if not waiting.startswith(GZIP):
                raise ExportRejected(f"gzip.trailing: bytes that are not gzip follow the last member, {waiting[:8].hex()} first")
            inflater = isal_zlib.decompressobj(wbits=_AUTO_GZIP)
        piece, waiting, ended = _step(inflater, waiting, size)
        given += len(piece)
        _bound(given, limits.inflated_bytes, "inflated_bytes")
        _bound(given, max(limits.ratio * (taken - len(waiting)), SMALL), "ratio")
        if piece:
            yield piece
        if ended:
            inflater = None
    if inflater is not None:
        raise ExportRejected("gzip.truncated: the file ends inside a gzip member", "", "ask for the file again")


def _step(inflater: isal_zlib.Decompress, waiting: bytes, size: int) -> tuple[bytes, bytes, bool]:
    """One piece out of the inflater, what it has not taken yet, and whether the member ended."""
    try:
        piece = inflater.decompress(waiting, size)
    except _BROKEN as error:
        code = "gzip.checksum" if "checksum" in str(error) else "gzip.broken"
        raise ExportRejected(f"{code}: {error}", "", "ask for the file again") from None
    return piece, inflater.unused_data if inflater.eof else inflater.unconsumed_tail, inflater.eof


def _bound(value: int, limit: int, name: str) -> None:
    if value > limit:
        raise ExportFailed(f"limit.{name}: the export goes beyond {limit}", "", f"if the export is honest, raise {name} under [limits] in audit.toml")


def head_of(path: Path, limits: Limits, size: int) -> tuple[Literal["gzip"] | None, bytes, bool]:
    """Compression, the first `size` bytes decompressed, and whether that is all of them."""
    with opened(path) as file:
        magic = file.read(len(GZIP))
    compression: Literal["gzip"] | None = "gzip" if magic == GZIP else None
    head = b""
    for piece in pieces(path, compression, limits, size + 1):
        head += piece
        if len(head) > size:
            return compression, head[:size], False
    return compression, head, True


def whole(path: Path, compression: Literal["gzip"] | None, limits: Limits) -> bytes:
    """All bytes of a document that has to be seen in one piece."""
    parts = list(pieces(path, compression, limits))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def bytes_at(path: Path, compression: Literal["gzip"] | None, offset: int, length: int) -> bytes:
    """The bytes [offset, offset + length) of the decompressed file. Raises ExportFailed where the file is shorter."""
    from audit_analyzer.settings import Limits

    if compression is None:
        with opened(path) as file:
            file.seek(offset)
            found = _exactly(file, length)
    else:
        found, at = b"", 0
        unbounded = Limits(file_bytes=2**62, inflated_bytes=2**62, ratio=2**31)
        for piece in pieces(path, compression, unbounded):
            found += piece[max(0, offset - at) : max(0, offset + length - at)]
            at += len(piece)
            if at >= offset + length:
                break
    if len(found) != length:
        raise ExportFailed(f"io: the file ends before byte {offset + length}", "", "compare the file with its SHA-256 in the ledger")
    return found


def _exactly(file: BinaryIO, length: int) -> bytes:
    found = b""
    while len(found) < length and (piece := file.read(length - len(found))):
        found += piece
    return found


def bytes_of_several(path: Path, places: Sequence[tuple[int, int]], limits: Limits) -> Iterator[bytes]:
    """The bytes of several records (offset, length; ascending) of a plain or gzipped file, read once from front to back."""
    with opened(path) as file:
        compression: Literal["gzip"] | None = "gzip" if file.read(len(GZIP)) == GZIP else None
    source, held, start = pieces(path, compression, limits), b"", 0
    for offset, length in places:
        while start + len(held) < offset + length:
            drop = max(0, min(len(held), offset - start))
            more = next(source, b"")
            held, start = held[drop:] + more, start + drop
            if not more:
                break
        yield held[offset - start : offset - start + length]
