"""Whether a record of JSON is one object that no parser could read in two ways; the fast proof for many records, the careful word for one.

The proof: msgspec decodes the record and writes it again without blanks. Bytes that come out as they went in are one JSON object with
unique keys at every depth, valid UTF-8, no NaN, nothing before or after it: a second key of one name, an odd escape or a number in
another form would come out changed. What the proof does not cover (honest escapes and number forms, too) goes to `careful`.
"""

from __future__ import annotations

import gc
import json
import re
from typing import NoReturn

import msgspec
import numpy as np

_OBJECTS = msgspec.json.Decoder(dict)
_ENCODER = msgspec.json.Encoder()
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)


class Fault(Exception):  # noqa: N818  a word between two functions of this file
    """Why a record cannot be used, as `code: detail`."""


def faults(block: bytes, count: int, depth: int, *, careful_only: bool = False) -> dict[int, str]:
    """Reasons by index for those of `count` records that cannot be used; the block holds each record on a line of its own, ended by LF."""
    deep = _deep(block, depth)
    written: list[bytes] = []
    if not careful_only:
        try:
            again = _rewritten(block)
        except _ERRORS:
            pass
        else:
            if not deep and (again == block or _same_but_blanks(block, again)):
                return {}
            written = again.split(b"\n")
    lines = block.split(b"\n")[:-1]
    if len(written) != count + 1:
        written = [b""] * count
    found = {}
    for i, line in enumerate(lines):
        proven = not careful_only and i not in deep and (line == written[i] or _proven(line, written[i]))
        reason = None if proven else careful(line, depth)
        if reason:
            found[i] = reason
    return found


def _rewritten(block: bytes) -> bytes:
    """The lines as msgspec writes them. Without the collector, which would look at every dictionary made, and for nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _ENCODER.encode_lines(_OBJECTS.decode_lines(block))
    finally:
        if collecting:
            gc.enable()


def _same_but_blanks(block: bytes, again: bytes) -> bool:
    """Whether the lines, without the blanks between their tokens, are what msgspec wrote: compared as one array, at once."""
    try:
        tight = msgspec.json.format(b"[" + block[:-1].replace(b"\n", b",") + b"]", indent=-1)
    except _ERRORS:
        return False
    return len(tight) == len(again) + 1 and tight[1:-1] == again[:-1].replace(b"\n", b",")


def fault(record: bytes, depth: int, *, careful_only: bool = False) -> str | None:
    """The same of one record, which may stand on several lines."""
    few = record.count(b"{") + record.count(b"[") <= depth
    return None if few and not careful_only and _proven(record, b"") else careful(record, depth)


def _proven(record: bytes, written: bytes) -> bool:
    """Whether the record, but for its blanks, is what msgspec writes of it (`written`, where that is known)."""
    try:
        written = written or _ENCODER.encode(_OBJECTS.decode(record))
        return record == written or msgspec.json.format(record, indent=-1) == written
    except _ERRORS:
        return False


def _deep(block: bytes, depth: int) -> set[int]:
    """Records with more opening brackets than the depth allowed: only these can be too deep."""
    codes = np.frombuffer(block, np.uint8)
    opening = np.flatnonzero((codes & 0xDF) == 0x5B)  # noqa: PLR2004  '[' and, with one bit more, '{'
    if len(opening) <= depth:
        return set()
    ends = np.searchsorted(opening, np.flatnonzero(codes == 10))  # noqa: PLR2004  LF
    return set(np.flatnonzero(np.diff(ends, prepend=0) > depth).tolist())


def careful(record: bytes, depth: int) -> str | None:
    """The reason against one record, or None: one pass with Python's own parser, every doubt a reject."""
    if record.count(b"{") + record.count(b"[") > depth and _depth(record) > depth:
        return f"json.depth: nested deeper than {depth}"
    try:
        text = record.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant, parse_int=str, parse_float=str)
    except UnicodeDecodeError as error:
        return f"json.encoding: byte {error.start} of the record is not UTF-8"
    except Fault as error:
        return str(error)
    except json.JSONDecodeError as error:
        return f"json.trailing: {error.pos} bytes are JSON, more follows" if error.msg == "Extra data" else f"json.syntax: {error.msg} at character {error.pos}"
    if not isinstance(value, dict):
        return f"json.not_object: the record is {_kind(value)}"
    return "json.surrogate: half of a surrogate pair stands alone" if b"\\u" in record and _lone(value) else None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [k for k, _ in pairs]
        twice = next(k for k in names if names.count(k) > 1)
        raise Fault(f"json.duplicate_key: {twice.encode('utf-8', 'backslashreplace').decode()!r} stands twice in one object")
    return made


def _constant(name: str) -> NoReturn:
    raise Fault(f"json.constant: {name} is not JSON")


def _depth(record: bytes) -> int:
    """How deep brackets nest outside strings (also where the record is broken)."""
    now = most = 0
    for byte in _STRINGS.sub(b"", record):
        if byte in b"{[":
            now += 1
            most = max(most, now)
        elif byte in b"}]":
            now -= 1
    return most


def _kind(value: object) -> str:
    return "an array" if isinstance(value, list) else "null" if value is None else "true or false" if isinstance(value, bool) else "a string or number"


def _lone(value: object) -> bool:
    """Whether any text in the value holds a lone surrogate."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
