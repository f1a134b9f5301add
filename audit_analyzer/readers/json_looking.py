"""Which JSON it is: lines of objects, an array, one object, or an envelope whose top-level keys hold the records."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec

from audit_analyzer.errors import ExportRejected
from audit_analyzer.readers.json_split import SURROGATE
from audit_analyzer.readers.shapes import Layout, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Literal

    from audit_analyzer.settings import Limits

KNOWN = ("Records", "Events")
LINE_NAMES = (".ndjson", ".jsonl", ".log", ".txt")
FIRST = 20
BLANKS = " \t\r\n"
_DECODER = json.JSONDecoder()
_FIRST_KEY = re.compile(r'[ \t\r\n]*\{[ \t\r\n]*"(Records|Events)"[ \t\r\n]*:[ \t\r\n]*\[')
_OBJECTS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


def json_parts(path: Path, name: str, compression: Literal["gzip"] | None, head: bytes, text: str, limits: Limits, *, complete: bool) -> tuple[Part, ...]:
    """Parts of a text that starts with a bracket."""
    first = _FIRST_KEY.match(text)
    if first:
        return (Part("", "json", compression, first[1], _union(iter(_packed(head, text, first.end()))), head),)
    if _lines(text, name, complete=complete):
        return (Part("", "ndjson", compression, None, _union(_line_values(text)), head),)
    known, columns = _known_envelope(text)
    if known:
        return (Part("", "json", compression, known, columns, head),)
    if text.lstrip(BLANKS).startswith("["):
        return (Part("", "json", compression, "array", _union(_elements(text, text.index("[") + 1)), head),)
    return _by_whole(path, compression, head, limits)


def _lines(text: str, name: str, *, complete: bool) -> bool:
    """Whether each line is a value of its own: the first line is complete and more follows, or the name says so."""
    lines = text.lstrip(BLANKS).split("\n", 1)
    first, rest = lines[0].strip(BLANKS), lines[1].strip(BLANKS) if len(lines) > 1 else ""
    if not first.startswith(("{", "[")):
        return True  # only the name can have said that it is JSON
    value = _value(first)
    if value is not None and any(isinstance(value, dict) and isinstance(value.get(k), list) for k in KNOWN):
        return False
    named = name.endswith(LINE_NAMES)
    if value is not None:
        return named or bool(rest)
    if not complete and len(lines) == 1:
        return named
    return rest.startswith("{") and (named or isinstance(_value(rest.split("\n", 1)[0].strip(BLANKS)), dict))


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _line_values(text: str) -> Iterator[object]:
    for line in text.split("\n")[: FIRST * 2]:
        yield _value(line.strip(BLANKS))


def _elements(text: str, at: int) -> Iterator[object]:
    """The first elements of an array whose text may be cut off."""
    while True:
        while at < len(text) and text[at] in BLANKS + ",":
            at += 1
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value


def _packed(head: bytes, text: str, at: int) -> Iterable[object]:
    """The first elements of an array; quickly where the head can be cut between two of them, which is nearly always."""
    for reach in (len(head) // 2, len(head)):
        cut = head.rfind(b"},{", at, reach)
        try:
            found = _OBJECTS.decode(b"[" + head[at : cut + 1] + b"]") if cut > 0 else []
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        if len(found) >= FIRST:
            return found
    return _elements(text, at)


def _union(values: Iterator[object]) -> tuple[str, ...]:
    """Keys of the first objects, each once, in the order in which they are met. A key that is no text names no column: its record will be rejected."""
    keys: dict[str, None] = {}
    count = 0
    for value in values:
        if isinstance(value, dict):
            keys.update(dict.fromkeys(key for key in value if not SURROGATE.search(key)))
            count += 1
            if count == FIRST:
                break
    return tuple(keys)


def _known_envelope(text: str) -> tuple[str | None, tuple[str, ...]]:
    """`Records` or `Events` with an array, if the head shows it at the top level."""
    at = text.index("{") + 1 if text.lstrip(BLANKS).startswith("{") else len(text)
    while True:
        while at < len(text) and text[at] in BLANKS + ",":
            at += 1
        try:
            key, at = _DECODER.raw_decode(text, at)
            while text[at] in BLANKS + ":":
                at += 1
            if key in KNOWN and text[at] == "[":
                return str(key), _union(_elements(text, at + 1))
            _, at = _DECODER.raw_decode(text, at)
        except (ValueError, IndexError, RecursionError):
            return None, ()


def _by_whole(path: Path, compression: Literal["gzip"] | None, head: bytes, limits: Limits) -> tuple[Part, ...]:
    """An object without a known key: a document that holds nothing but plain values and arrays of objects is their envelope, any other one record."""
    from audit_analyzer.readers.envelope import document, elements, holds_objects, top

    data = document(path, Part("", "json", compression, "object"), Layout(), limits).data
    fields = top(data)
    firsts = {k: data[s.start : s.start + 1] for k, s in fields.items()}
    tables = [k for k in fields if firsts[k] == b"[" and holds_objects(data, fields[k])]
    found = [k for k in KNOWN if firsts.get(k) == b"["] or ([] if b"{" in firsts.values() else tables)
    if not found:
        return (Part("", "json", compression, "object", tuple(fields), head),)
    parts = []
    for key in found:
        raws = elements(data, fields[key]).raws[:FIRST]
        parts.append(Part("", "json", compression, key, _union(_value(bytes(raw).decode("utf-8", "replace")) for raw in raws), head))
    if len({p.envelope for p in parts}) != len(parts):
        raise ExportRejected("json.duplicate_key: a top-level key stands twice in the document")
    return tuple(parts)
