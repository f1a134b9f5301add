"""The scan of the fast lane: numpy finds every record of a buffer of CSV and certifies those that no reader could read in two ways.

Certified means: quotes open at the start of a cell and close at its end, as many cells as the header, valid UTF-8, no NUL, no bare CR,
within limits. Everything else is left to the careful lane (csv_strict), which alone decides what is wrong.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from audit_analyzer.readers.csv_strict import CR, LF, Dialect

if TYPE_CHECKING:
    import numpy.typing as npt

    from audit_analyzer.settings import Limits

    Places = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """Records from one record start on, as positions in the buffer. `stops` are their line ends, `ends` leave a CR before them out.

    resume: where the next record starts. broken: there a quote stands where none may, so the careful lane must take that record.
    """

    starts: Places
    ends: Places
    stops: Places
    certified: Flags
    resume: int
    broken: bool


class Scan:
    """The structural bytes of one buffer, found once; `run` can then start anew at any record."""

    def __init__(self, buffer: bytes, dialect: Dialect, width: int, limits: Limits) -> None:
        self.buffer, self.dialect, self.width, self.limits = buffer, dialect, width, limits
        self.bytes = np.frombuffer(buffer, np.uint8)
        structural = self.bytes == LF
        structural |= self.bytes == dialect.delimiter[0]
        if dialect.quote:
            structural |= self.bytes == dialect.quote[0]
        self.places = np.flatnonzero(structural)
        self.kinds = self.bytes[self.places]
        self.lines = self.places[self.kinds == LF]
        self.suspects = self._suspects()
        self.ascii = buffer.isascii()

    def _suspects(self) -> Places:
        """Positions of NUL and of CR that no LF follows: their records are not certified."""
        found = []
        if b"\0" in self.buffer:
            found.append(np.flatnonzero(self.bytes == 0))
        if b"\r" in self.buffer:
            crs = np.flatnonzero(self.bytes == CR)
            found.append(crs[self._byte(crs + 1) != LF])
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def _byte(self, places: Places) -> npt.NDArray[np.uint8]:
        """The bytes at these places; LF beyond the buffer (there the record is not complete anyway)."""
        inside = places < len(self.bytes)
        return np.where(inside, self.bytes[np.where(inside, places, 0)], np.uint8(LF))

    def run(self, start: int) -> Run:
        """Every complete record from `start` on, up to the first quote out of place."""
        first = int(np.searchsorted(self.places, start))
        places, kinds = self.places[first:], self.kinds[first:]
        places, kinds, trouble = self._outside(places, kinds, start)
        lines = np.flatnonzero(kinds == LF)
        if trouble >= 0:
            lines = lines[: int(np.searchsorted(places[lines], trouble))]
        stops = places[lines]
        if not len(stops):
            none = np.empty(0, np.int64)
            return Run(none, none, none, np.empty(0, np.bool_), start, trouble >= 0)
        starts = np.concatenate([np.array([start]), stops[:-1] + 1])
        ends = stops - ((self.bytes[stops - 1] == CR) & (stops > starts)) if b"\r" in self.buffer else stops
        resume = int(stops[-1]) + 1
        certified = np.diff(lines, prepend=-1) == self.width
        certified &= ends - starts <= self.limits.record_bytes
        self._within(places[: int(lines[-1]) + 1], start, stops, certified)
        self._clean(starts, ends, stops, certified)
        return Run(starts, ends, stops, certified, resume, trouble >= 0)

    def _outside(self, places: Places, kinds: npt.NDArray[np.uint8], start: int) -> tuple[Places, npt.NDArray[np.uint8], int]:
        """Delimiters and line ends that are outside quotes, and the first structural byte out of place (-1: none)."""
        quotes = kinds == self.dialect.quote[0] if self.dialect.quote else np.zeros(len(kinds), np.bool_)
        if not quotes.any():
            return places, kinds, -1
        inside = (np.cumsum(quotes, dtype=np.int32) & 1).astype(np.bool_)
        wrong = [self._bad_openings(places[quotes & inside], start), self._bad_closings(places[quotes & ~inside])]
        if not self.dialect.multiline:
            wrong.append(places[inside & (kinds == LF)][:1])
        outside = ~(quotes | inside)
        first = np.concatenate(wrong)
        return places[outside], kinds[outside], int(first.min()) if len(first) else -1

    def _bad_openings(self, places: Places, start: int) -> Places:
        """The first quote that opens elsewhere than at the start of a cell (or right after a closing one, as its double)."""
        before = self.bytes[np.maximum(places - 1, 0)]
        fine = (before == self.dialect.delimiter[0]) | (before == LF) | (before == self.dialect.quote[0]) | (places == start)
        wrong: Places = places[~fine][:1]
        return wrong

    def _bad_closings(self, places: Places) -> Places:
        """The first quote that closes and is followed by something else than a delimiter, a line end or its double."""
        after = self._byte(places + 1)
        fine = (after == self.dialect.delimiter[0]) | (after == LF) | (after == self.dialect.quote[0])
        fine |= (after == CR) & (self._byte(places + 2) == LF)
        wrong: Places = places[~fine][:1]
        return wrong

    def _within(self, places: Places, start: int, stops: Places, certified: Flags) -> None:
        """Takes the certificate from records with a cell that may be too long."""
        lengths = np.diff(places, prepend=start - 1)
        long = np.flatnonzero(lengths > self.limits.field_bytes)
        if len(long):
            certified[np.searchsorted(stops, places[long])] = False

    def _clean(self, starts: Places, ends: Places, stops: Places, certified: Flags) -> None:
        """Takes the certificate from records with NUL, bare CR or bytes that are not UTF-8."""
        low, high = np.searchsorted(self.suspects, [starts[0], stops[-1]])
        certified[np.searchsorted(stops, self.suspects[low:high])] = False
        view = memoryview(self.buffer)
        if self.ascii or _utf8(view[int(starts[0]) : int(stops[-1])]):
            return
        for i, (s, e) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            if not _utf8(view[s:e]):
                certified[i] = False


def _utf8(view: memoryview) -> bool:
    try:
        str(view, "utf-8")
    except UnicodeDecodeError:
        return False
    return True
