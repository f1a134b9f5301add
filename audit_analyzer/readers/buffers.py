"""Text in buffers that start with a record: what a format takes is passed on, what it leaves comes again, and a record too long to hold is passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from audit_analyzer.readers.csv_strict import Dialect, Walk, too_long, unterminated
from audit_analyzer.readers.shapes import Batch
from audit_analyzer.words import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from audit_analyzer.readers.scripts import Script
    from audit_analyzer.settings import Limits


class Buffer(NamedTuple):
    """UTF-8 bytes from a record's start on, where that stands in the delivered bytes, and on which physical line (1-based)."""

    data: bytes
    offset: int
    line: int
    script: Script

    def places(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Positions in the buffer as offsets in the delivered bytes."""
        origins = self.script.origins(self.data)
        return positions + self.offset if origins is None else origins[positions] + self.offset

    def after(self, done: int) -> Buffer:
        """The buffer without its first `done` bytes."""
        gone = self.data[:done]
        origins = self.script.origins(gone)
        size = done if origins is None else int(origins[-1])
        return Buffer(self.data[done:], self.offset + size, self.line + gone.count(b"\n"), self.script)


class Reader(Protocol):
    """What a line-like format brings: its quoting, its code for reasons, and a way to take the complete records of a buffer."""

    dialect: Dialect
    code: str
    limits: Limits

    def take(self, buffer: Buffer) -> tuple[Batch, int]:
        """The complete records, and how many bytes they are; 0 where the first record goes on beyond the buffer."""

    def too_long(self, rejected: Rejected) -> Batch:
        """The batch of one record that was too long to hold. Raises ExportRejected where the export hangs on it."""


def taken(reader: Reader, pieces: Iterable[bytes], script: Script) -> Iterator[Batch]:
    """Every record of the text, through the reader, in order."""
    buffer, over = Buffer(b"", script.bom, 1, script), None
    for piece, last in _marked(script.utf8(pieces)):
        data = piece + b"\n" if last and not (piece or buffer.data).endswith(b"\n") and (piece or buffer.data or over) else piece
        if over is not None:
            data = over.feed(data)
            if not over.ended:
                continue
            yield reader.too_long(over.rejected(reader))
            buffer, over = Buffer(b"", over.offset + over.size, over.line + over.lines, script), None
        buffer = buffer._replace(data=buffer.data + data)
        while buffer.data and over is None:
            batch, done = reader.take(buffer)
            if done:
                yield batch
                buffer = buffer.after(done)
            if len(buffer.data) <= reader.limits.record_bytes + 1:  # one more byte: a CR whose LF is still to come
                break
            over = Overlong(buffer, reader)
            rest = over.feed(buffer.data)
            if over.ended:
                yield reader.too_long(over.rejected(reader))
                buffer, over = Buffer(rest, over.offset + over.size, over.line + over.lines, script), None
            else:
                buffer = buffer._replace(data=b"")
    if over is not None or buffer.data:
        raise unterminated(buffer.line if over is None else over.line)


class Overlong:
    """A record beyond the limit, of which only the first bytes are kept while its end is looked for."""

    def __init__(self, buffer: Buffer, reader: Reader) -> None:
        self.offset, self.line, self.script = buffer.offset, buffer.line, buffer.script
        self.walk, self.limit = Walk(reader.dialect), reader.limits.record_bytes
        self.head, self.length, self.size, self.lines, self.tail, self.ended = b"", 0, 0, 0, b"", False

    def feed(self, data: bytes) -> bytes:
        """Takes bytes up to the record's end; gives back those after it."""
        stop = self.walk.end(data)
        self.ended = stop >= 0
        mine = data[: stop + 1] if self.ended else data
        origins = self.script.origins(mine)
        self.length += len(mine)
        self.size += len(mine) if origins is None else int(origins[-1])
        self.lines += mine.count(b"\n")
        self.tail = (self.tail + mine[-2:])[-2:]
        self.head += mine[: self.limit - len(self.head)]
        return data[len(mine) :]

    def rejected(self, reader: Reader) -> Rejected:
        """The record as a reject; `raw` holds its first bytes, offset and length all of it."""
        line_end = 2 if self.tail == b"\r\n" else 1
        wide = 2 if self.script.codec.startswith("utf-16") else 1
        reason = too_long(self.length - line_end, reader.limits, reader.code)
        return Rejected(str(self.line), reason, _shown(self.head, self.script), self.offset, self.size - line_end * wide)


def _shown(head: bytes, script: Script) -> bytes:
    """The delivered bytes of a record's head; in UTF-16 or a code page without a character that may be cut off at its end."""
    if script.plain:
        return head
    return script.original(_whole(head))


def _whole(head: bytes) -> bytes:
    """UTF-8 text without the character of several bytes that it may end in the middle of."""
    for cut in range(4):
        at = len(head) - cut
        if at > 0 and head[at - 1] >= 0xC0:  # noqa: PLR2004  first byte of a character of several
            return head[: at - 1]
    return head


def _marked(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last one."""
    held: bytes | None = None
    for piece in pieces:
        if held is not None:
            yield held, False
        held = piece
    if held is not None:
        yield held, True


def rejects(buffer: Buffer, found: list[tuple[int, int, str]], records: list[str], limits: Limits) -> tuple[Rejected, ...]:
    """Rejects of one buffer from (start, end, reason) in order, with their locators and the delivered bytes (as many as a record may have)."""
    if not found:
        return ()
    made = []
    places = buffer.places(np.array([[s, e] for s, e, _ in found], np.int64)).tolist()
    for record, (start, end, reason), (first, after) in zip(records, found, places, strict=True):
        long = end - start > limits.record_bytes
        raw = _shown(buffer.data[start : start + limits.record_bytes], buffer.script) if long else buffer.script.original(buffer.data[start:end])
        made.append(Rejected(record, reason, raw, first, after - first))
    return tuple(made)
