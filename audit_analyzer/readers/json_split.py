"""The careful split of a JSON document: msgspec refuses all of it over one record (half a surrogate pair, NaN); here each record is still found.

The bytes are looked at as Latin-1, one character for each byte: JSON's own characters are ASCII, so that positions are byte offsets.
"""

from __future__ import annotations

import json
import re

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_BLANK = re.compile(r"[ \t\r\n]*")
SURROGATE = re.compile("[\ud800-\udfff]")  # in a text that Python's parser made of an escape without its other half


class NotJson(Exception):  # noqa: N818  a word between two functions
    """The document is not JSON even to a lenient parser."""


def fields(data: bytes) -> list[tuple[str, int, int]]:
    """Top-level (key, start and end of its value) of a document that is one object. Raises NotJson."""
    text = data.decode("latin-1")
    at = _past(text, _blank(text, 0), "{")
    found: list[tuple[str, int, int]] = []
    while text[at : at + 1] != "}":
        at = _blank(text, _past(text, at, ",")) if found else at
        if text[at : at + 1] != '"':
            raise NotJson
        opening, (_, at) = at, _value(text, at)
        name = _name(data[opening:at])
        start = _blank(text, _past(text, _blank(text, at), ":"))
        _, end = _value(text, start)
        found.append((name, start, end))
        at = _blank(text, end)
    _done(text, at + 1)
    return found


def _name(token: bytes) -> str:
    """A key that can be written: bytes that are no UTF-8 are replaced, half a surrogate pair stays the escape."""
    return str(json.loads(token.decode("utf-8", "replace"))).encode("utf-8", "backslashreplace").decode()


def items(data: bytes) -> list[tuple[int, int]]:
    """Start and end of each element of a document that is one array. Raises NotJson."""
    text = data.decode("latin-1")
    at = _blank(text, _past(text, _blank(text, 0), "["))
    found: list[tuple[int, int]] = []
    while text[at : at + 1] != "]":
        at = _blank(text, _past(text, at, ",")) if found else at
        _, end = _value(text, at)
        found.append((at, end))
        at = _blank(text, end)
    _done(text, at + 1)
    return found


def _value(text: str, at: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        raise NotJson from None


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _past(text: str, at: int, character: str) -> int:
    if text[at : at + 1] != character:
        raise NotJson
    return _blank(text, at + 1)


def _done(text: str, at: int) -> None:
    if _blank(text, at) != len(text):
        raise NotJson
