"""Records of an NDJSON export: one JSON object on each line, lines found by numpy, certified many at a time, handed on without copies of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from audit_analyzer.readers.buffers import Buffer, rejects
from audit_analyzer.readers.csv_strict import CR, LF, dialect_of, too_long
from audit_analyzer.readers.json_strict import careful, faults
from audit_analyzer.readers.shapes import Batch, Layout
from audit_analyzer.readers.tables import laid, located, strung

if TYPE_CHECKING:
    import numpy.typing as npt

    from audit_analyzer.settings import Limits
    from audit_analyzer.words import Rejected

    Places = npt.NDArray[np.int64]

GROUP = 2**16  # bytes that are proven at a time: what msgspec makes of them fits the cache, and one broken line costs little
BLANKS = b" \t\r"


class NdjsonReader:
    """Reads the buffers of one export. `careful`: no fast proof for any record."""

    code = "json"

    def __init__(self, limits: Limits, *, careful: bool = False) -> None:
        self.limits, self.careful = limits, careful
        self.dialect = dialect_of(Layout(quote=""))

    def take(self, buffer: Buffer) -> tuple[Batch, int]:
        """The buffer's complete lines."""
        data = np.frombuffer(buffer.data, np.uint8)
        stops = np.flatnonzero(data == LF)
        if not len(stops):
            return Batch(self._table(buffer, stops, stops, stops, b""), ()), 0
        starts = np.concatenate([np.zeros(1, np.int64), stops[:-1] + 1])
        ends = stops - ((data[stops - 1] == CR) & (stops > starts))
        lines = np.arange(buffer.line, buffer.line + len(stops))
        done = int(stops[-1]) + 1
        written = self._written(buffer.data, data, starts, ends)
        starts, ends, lines = starts[written], ends[written], lines[written]
        wrong = self._faults(buffer.data, starts, ends, whole=bool(written.all()))
        good = np.ones(len(starts), np.bool_)
        good[list(wrong)] = False
        raw = buffer.data[:done] if not wrong and written.all() and b"\r" not in buffer.data else None
        table = self._table(buffer, starts[good], ends[good], lines[good], None if raw is None else raw.replace(b"\n", b""))
        found = [(int(starts[i]), int(ends[i]), wrong[i]) for i in sorted(wrong)]
        return Batch(table, rejects(buffer, found, [str(int(lines[i])) for i in sorted(wrong)], self.limits)), done

    def too_long(self, rejected: Rejected) -> Batch:
        """A line beyond the limit is one reject."""
        none = np.empty(0, np.int64)
        return Batch(located([], None, None, {"raw": laid(b"", none)}), (rejected,))

    def _written(self, text: bytes, data: npt.NDArray[np.uint8], starts: Places, ends: Places) -> npt.NDArray[np.bool_]:
        """Lines that hold more than blanks."""
        written = ends > starts
        first = data[starts]
        for i in np.flatnonzero(written & ((first == 32) | (first == 9) | (first == CR))).tolist():  # noqa: PLR2004  blank and tab
            written[i] = bool(text[int(starts[i]) : int(ends[i])].strip(BLANKS))
        return written

    def _faults(self, text: bytes, starts: Places, ends: Places, *, whole: bool) -> dict[int, str]:
        """Reasons by index of line."""
        lengths = ends - starts
        long = np.flatnonzero(lengths > self.limits.record_bytes).tolist()
        found = {i: too_long(int(lengths[i]), self.limits, "json") for i in long}
        plain = whole and not found and b"\r" not in text
        first = 0
        while first < len(starts):
            last = max(first + 1, int(np.searchsorted(ends, starts[first] + GROUP)))
            if plain:
                group = faults(text[int(starts[first]) : int(ends[last - 1]) + 1], last - first, self.limits.depth, careful_only=self.careful)
            else:
                group = self._one_by_one(text, starts, ends, range(first, last), found)
            found.update({first + i: reason for i, reason in group.items()})
            first = last
        return found

    def _one_by_one(self, text: bytes, starts: Places, ends: Places, group: range, known: dict[int, str]) -> dict[int, str]:
        """Reasons within a group where some lines are blank, too long or end with CR; indexes count from the group's first line."""
        lines = {i: text[int(starts[i]) : int(ends[i])] for i in group if i not in known}
        bare = {i for i, line in lines.items() if b"\r" in line}
        sound = [i for i in lines if i not in bare]
        block = b"".join(lines[i] + b"\n" for i in sound)
        found = {sound[k] - group.start: why for k, why in faults(block, len(sound), self.limits.depth, careful_only=self.careful).items()}
        for i in bare:
            found[i - group.start] = careful(lines[i], self.limits.depth) or f"json.bare_cr: byte {lines[i].index(13)} of the record is a CR without LF"
        return found

    def _table(self, buffer: Buffer, starts: Places, ends: Places, lines: Places, raw: bytes | None) -> pa.Table:
        """The good lines; `raw` is their text without line ends where it is at hand."""
        lengths = ends - starts
        if raw is None:
            view = memoryview(buffer.data)
            column = strung([view[s:e] for s, e in zip(starts.tolist(), ends.tolist(), strict=True)], lengths)
        else:
            column = laid(raw, lengths)
        first = buffer.places(starts)
        return located(pa.array(lines), first, buffer.places(ends) - first, {"raw": column})
