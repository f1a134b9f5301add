"""Records of one JSON document: an array, an array under a top-level key (CloudTrail's `Records`), or the document itself as one record.

msgspec splits the document without touching the bytes of its records; every position between them is walked here, so that each record has
its exact offset and nothing stands between records but blanks and commas. A document that is not one strict JSON value is rejected as a whole.
"""

from __future__ import annotations

import contextlib
import gc
import json
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers import json_split
from audit_analyzer.readers.buffers import Buffer, rejects
from audit_analyzer.readers.csv_strict import too_long
from audit_analyzer.readers.json_strict import fault, faults
from audit_analyzer.readers.scripts import script_of
from audit_analyzer.readers.shapes import Batch, Layout, Part
from audit_analyzer.readers.streams import pieces
from audit_analyzer.readers.tables import located, strung

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from audit_analyzer.settings import Limits

    Places = npt.NDArray[np.int64]

GROUP = 2**16
KNOWN = ("Records", "Events")
_KEY = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.)*")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_COMMA = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*")
_ONLY_KEY = re.compile(rb'\{[ \t\r\n]*"(Records|Events)"[ \t\r\n]*:[ \t\r\n]*\[')
_BLANK = re.compile(rb"[ \t\r\n]*")
_RAW = msgspec.json.Decoder(msgspec.Raw)
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Span(NamedTuple):
    """Bytes [start, end) of the document."""

    start: int
    end: int


class Elements(NamedTuple):
    """The records of a document: their bytes, where they start and how long they are; `packed` where one comma and nothing else parts them."""

    raws: Sequence[msgspec.Raw | bytes]
    starts: Places
    lengths: Places
    packed: bool

    def slice(self, first: int, last: int) -> Elements:
        return Elements(self.raws[first:last], self.starts[first:last], self.lengths[first:last], self.packed)


def read_envelope(path: Path, part: Part, layout: Layout, limits: Limits, batch_bytes: int, *, careful: bool = False) -> Iterator[Batch]:
    """Records of the part in order. Raises ExportRejected where the document is not one JSON value, ExportFailed where it is too long to hold."""
    buffer = document(path, part, layout, limits)
    found = _records(buffer.data, part)
    first, count = 0, len(found.raws)
    while first < count:
        last = max(first + 1, int(np.searchsorted(found.starts, found.starts[first] + batch_bytes)))
        yield _batch(buffer, found.slice(first, last), _names(part, first, last), limits, careful=careful)
        first = last


def _names(part: Part, first: int, last: int) -> pa.Array:
    """JSON pointers of the records: '' is the whole document (RFC 6901)."""
    if part.envelope == "object":
        return pa.array([""])
    prefix = "/" if part.envelope == "array" else f"/{_pointer(part.envelope or '')}/"
    return pa.array([f"{prefix}{i}" for i in range(first, last)], pa.string())


def document(path: Path, part: Part, layout: Layout, limits: Limits) -> Buffer:
    """The whole text as UTF-8, without its byte order mark."""
    held, size = [], 0
    for piece in pieces(path, part.compression, limits):
        size += len(piece)
        if size > limits.document_bytes:
            raise ExportFailed(
                f"limit.document: one JSON document of more than {limits.document_bytes} bytes",
                "",
                "ask for the export as NDJSON or in several files, or raise document_bytes under [limits] in audit.toml",
            )
        held.append(piece)
    data = held[0] if len(held) == 1 else b"".join(held)
    script = script_of(data[:4], layout.encoding)
    text = b"".join(script.utf8([data])) if script.bom or not script.plain else data
    return Buffer(text, script.bom, 1, script)


def _batch(buffer: Buffer, found: Elements, names: pa.Array, limits: Limits, *, careful: bool) -> Batch:
    """Checks the records and makes their table."""
    wrong = _faults(buffer.data, found, limits, careful=careful)
    good, refused = found, []
    if wrong:
        kept = np.ones(len(found.raws), np.bool_)
        kept[list(wrong)] = False
        refused = [(int(found.starts[i]), int(found.starts[i] + found.lengths[i]), wrong[i]) for i in sorted(wrong)]
        good = Elements([r for r, k in zip(found.raws, kept.tolist(), strict=True) if k], found.starts[kept], found.lengths[kept], packed=False)
    rejected = rejects(buffer, refused, [names[i].as_py() for i in sorted(wrong)], limits)
    first = buffer.places(good.starts)
    names = names.filter(pa.array(kept)) if wrong else names
    table = located(names, first, buffer.places(good.starts + good.lengths) - first, {"raw": strung(good.raws, good.lengths)})
    return Batch(table, rejected)


def _faults(data: bytes, found: Elements, limits: Limits, *, careful: bool) -> dict[int, str]:
    """Reasons by index of record. Records on one line are proven many at a time."""
    codes = np.frombuffer(data, np.uint8)
    ends = found.starts + found.lengths
    wrong = dict.fromkeys(np.flatnonzero(codes[found.starts] != ord("{")).tolist(), "json.not_object: an element of the array is no object")
    wrong.update({i: too_long(int(found.lengths[i]), limits, "json") for i in np.flatnonzero(found.lengths > limits.record_bytes).tolist()})
    if wrong or not found.packed or data.find(b"\n", int(found.starts[0]), int(ends[-1])) >= 0:
        for i, raw in enumerate(found.raws):
            reason = None if i in wrong else fault(bytes(raw), limits.depth, careful_only=careful)
            wrong.update({i: reason} if reason else {})
        return wrong
    first = 0
    while first < len(ends):
        last = max(first + 1, int(np.searchsorted(ends, found.starts[first] + GROUP)))
        block = np.append(codes[int(found.starts[first]) : int(ends[last - 1])], np.uint8(ord("\n")))
        block[ends[first:last] - found.starts[first]] = ord("\n")
        group = faults(block.tobytes(), last - first, limits.depth, careful_only=careful)
        wrong.update({first + i: reason for i, reason in group.items()})
        first = last
    return wrong


def _records(data: bytes, part: Part) -> Elements:
    """The records of the part."""
    span = Span(*_trimmed(data, 0, len(data)))
    if part.envelope == "array":
        return elements(data, span)
    if part.envelope == "object":
        return Elements([_strict(data, span)], np.array([span.start]), np.array([span.end - span.start]), packed=True)
    only = _ONLY_KEY.match(data, span.start)
    if only and part.envelope == only[1].decode() and data[span.end - 1] == ord("}"):
        with contextlib.suppress(ExportRejected):  # one strict array up to the last brace: there is no other key
            return elements(data, Span(only.end() - 1, _trimmed(data, span.start, span.end - 1)[1]), lenient=False)
    fields = top(data)
    others = [k for k, s in fields.items() if k != part.envelope and data[s.start : s.start + 1] == b"[" and holds_objects(data, s)]
    if part.envelope in KNOWN and others:
        raise ExportRejected(f"json.two_tables: beside {part.envelope!r} the key {others[0]!r} holds records too", "", "say in the source what they are")
    if part.envelope not in fields:
        raise ExportRejected(f"json.envelope: the document has no key {part.envelope!r}")
    return elements(data, fields[part.envelope])


def top(data: bytes) -> dict[str, Span]:
    """The document's top-level keys and where their values stand. Raises ExportRejected where a key stands twice or the text is not strict JSON."""
    start, end = _trimmed(data, 0, len(data))
    try:
        fields = _FIELDS.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _top_carefully(data, error)
    spans, at, codes = {}, start + 1, np.frombuffer(data, np.uint8)
    for name, raw in fields.items():
        key = _KEY.match(data, at)
        if key is None or _name(key[1]) != name:
            raise _twice(data)
        size = len(memoryview(raw))
        if not np.array_equal(codes[key.end() : key.end() + size], np.frombuffer(raw, np.uint8)):
            raise _twice(data)
        spans[name] = Span(key.end(), key.end() + size)
        comma = _COMMA.match(data, spans[name].end)
        at = comma.end() if comma else spans[name].end
    closing = _BLANK.match(data, at)
    if closing is None or closing.end() != end - 1 or data[end - 1 : end] != b"}":
        raise _twice(data)
    return spans


def _top_carefully(data: bytes, error: Exception) -> dict[str, Span]:
    """The same by the careful split, where msgspec refused the document over something inside a value."""
    try:
        found = json_split.fields(data)
    except json_split.NotJson:
        raise refused(error) from None
    if len({name for name, _, _ in found}) != len(found):
        raise _twice(data)
    return {name: Span(start, end) for name, start, end in found}


def _name(token: bytes) -> object:
    try:
        return json.loads(token)
    except ValueError:
        return None


def _twice(data: bytes) -> ExportRejected:
    """The walk over the document's keys does not meet what msgspec found: only a repeated key does that."""
    names = [k for k in KNOWN if data.count(f'"{k}"'.encode()) > 1]
    name = f" (perhaps {names[0]!r})" if names else ""
    return ExportRejected(f"json.duplicate_key: a top-level key stands twice in the document{name}", "", "ask for the file as the system wrote it")


def elements(data: bytes, span: Span, *, lenient: bool = True) -> Elements:
    """The elements of the array in `span`, by the careful split if they must be. Raises ExportRejected for anything but one array."""
    text = data if span == (0, len(data)) else memoryview(data)[span.start : span.end]
    collecting = gc.isenabled()
    gc.disable()  # a collection for each few thousand records finds nothing: they hold no cycles
    try:
        raws = _RAWS.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if not lenient:
            raise refused(error) from None
        return _elements_carefully(data, span, error)
    finally:
        if collecting:
            gc.enable()
    lengths = np.fromiter((len(memoryview(raw)) for raw in raws), np.int64, len(raws))
    packed = int(lengths.sum()) + len(raws) + 1 == span.end - span.start  # brackets, commas, elements: no room is left for blanks
    if packed:
        return Elements(raws, np.cumsum(lengths + 1) - lengths + span.start, lengths, packed)
    return Elements(raws, _spaced(data, span.start, lengths.tolist()), lengths, packed)


def _elements_carefully(data: bytes, span: Span, error: Exception) -> Elements:
    """The same by the careful split, where msgspec refused the array over something inside an element."""
    text = data[span.start : span.end]
    try:
        found = json_split.items(text)
    except json_split.NotJson:
        raise refused(error) from None
    places = np.array(found, np.int64).reshape(-1, 2)
    return Elements([text[s:e] for s, e in found], places[:, 0] + span.start, places[:, 1] - places[:, 0], packed=False)


def _spaced(data: bytes, start: int, lengths: list[int]) -> Places:
    """Where elements with blanks between them start; the array has been parsed, so that only blanks and commas can be there."""
    starts, at = [], start + 1
    for i, length in enumerate(lengths):
        gap = (_COMMA if i else _BLANK).match(data, at)
        if gap is None:
            raise ExportRejected(f"json.syntax: no comma before element {i} of the array")
        starts.append(gap.end())
        at = gap.end() + length
    return np.array(starts, np.int64)


def holds_objects(data: bytes, span: Span) -> bool:
    """Whether the array in `span` starts with an object."""
    first = _BLANK.match(data, span.start + 1)
    return first is not None and data[first.end() : first.end() + 1] == b"{"


def _strict(data: bytes, span: Span) -> msgspec.Raw | bytes:
    """The document as one raw value. Raises ExportRejected."""
    text = data[span.start : span.end]
    try:
        return _RAW.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        _top_carefully(text, error)
        return text


def refused(error: Exception) -> ExportRejected:
    """The parser's answer as ours, with a stable code."""
    text = str(error)
    if isinstance(error, UnicodeDecodeError):
        return ExportRejected("json.encoding: the document is not UTF-8", "", "ask for the file as the system wrote it")
    if isinstance(error, RecursionError):
        return ExportRejected("json.depth: the document is nested too deep")
    if "trailing characters" in text:
        return ExportRejected(f"json.trailing: more follows the document: {text}", "", "several documents were joined: ask for them one by one, or as NDJSON")
    if "truncated" in text:
        return ExportRejected("json.truncated: the document ends before it is complete", "", "ask for the file again")
    return ExportRejected(f"json.syntax: {text}", "", "ask for the file as the system wrote it")


def _trimmed(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The span without blanks at both ends."""
    found = _BLANK.match(data, start, end)
    start = found.end() if found else start
    while end > start and data[end - 1] in b" \t\r\n":
        end -= 1
    return start, end


def _pointer(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
