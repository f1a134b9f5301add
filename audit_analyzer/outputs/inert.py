"""How text from a log is made harmless before it is written down: nothing of it is run, hidden or reordered by what displays it."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from audit_analyzer.words import iso

# Unicode's controls (Cc), its invisible and direction-changing format characters (Cf but for the visible Arabic, Syriac and Kaithi
# number signs), line and paragraph separators, lone surrogates, and the letters that are drawn as nothing.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ud800-\udfff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# A cell that begins so is taken for a formula by spreadsheets; the full-width forms too, by those that fold them.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def visible(text: str, keep: str = "") -> str:
    r"""The text with every hidden character written out (\x1b, \u202e), but for those in `keep`.

    Made for reading; the exact characters stand, escaped as JSON, in findings.jsonl.
    """
    return HIDDEN.sub(lambda m: m[0] if m[0] in keep else _code(m[0]), text)


def _code(character: str) -> str:
    r"""As Python writes it: \x1b, \u202e, \U000e0041."""
    if character in SHORT:
        return SHORT[character]
    return f"\\x{ord(character):02x}" if character.isascii() else character.encode("ascii", "backslashreplace").decode()


def cell(value: object) -> str:
    """One cell of a CSV file: hidden characters written out, and an apostrophe before what a spreadsheet would take for a formula.

    Numbers stay as they are: -3 is no formula.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    return ("'" if text.lstrip(" \u00a0").startswith(FORMULA) else "") + visible(text)


def plain(value: object) -> Any:  # noqa: ANN401  any JSON value
    """A value as JSON knows it: times in ISO 8601 with Z, decimals as numbers, what is no number as its name; mappings with sorted keys."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (float, decimal.Decimal)):
        return _number(value)
    if isinstance(value, msgspec.Struct):
        return {field: plain(getattr(value, field)) for field in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [plain(item) for item in value]
    return iso(value) if isinstance(value, dt.datetime) else str(value)


def _number(value: float | decimal.Decimal) -> float | str:
    if not math.isfinite(value):
        return str(value)
    return int(value) if isinstance(value, decimal.Decimal) and value == value.to_integral_value() else float(value)


def json_text(value: object, indent: int | None = None) -> str:
    """JSON of a plain value, valid UTF-8 and safe to print: hidden characters are escaped, which changes no value."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return HIDDEN.sub(lambda m: m[0] if m[0] == "\n" else json.dumps(m[0])[1:-1], text)


def write_lines(path: Any, rows: Iterable[object]) -> None:  # noqa: ANN401  a Path
    """One JSON object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json_text(plain(row)) + "\n")
