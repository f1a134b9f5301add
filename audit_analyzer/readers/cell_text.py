"""A column of any Arrow type as text: exact, one form for each kind of value, null stays null.

Times are ISO 8601 ('Z' where the column has a zone), decimals plain digits, lists joined by ';', nested values compact JSON,
bytes their UTF-8 text or '0x…'.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

_FRACTION = r"(\.\d*?)0+$"


def as_text(column: pa.Array) -> tuple[pa.Array, list[int]]:
    """The column as strings, and the rows whose text is not UTF-8 (null there)."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType) and not isinstance(kind, pa.UuidType):
        return as_text(column.storage)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _checked(column)
    exact = _exact(column)
    return (exact, []) if exact is not None else _python(column)


def _exact(column: pa.Array) -> pa.Array | None:
    """Numbers, truth values, dates and times, which Arrow writes as we want them; None for any other type."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _times(column)
    if pa.types.is_time(kind):
        return _trimmed(pc.cast(column, pa.string()))
    plain_kinds = (pa.types.is_date, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_null)
    return pc.cast(column, pa.string()) if any(test(kind) for test in plain_kinds) else None


def _checked(column: pa.Array) -> tuple[pa.Array, list[int]]:
    """A text column, whose bytes Parquet does not vouch for."""
    texts = pc.cast(column, pa.string(), safe=False) if not pa.types.is_string(column.type) else column
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        values: list[str | None] = []
        bad = []
        for i, value in enumerate(texts.view(pa.binary()).to_pylist()):
            try:
                values.append(None if value is None else value.decode("utf-8"))
            except UnicodeDecodeError:
                values.append(None)
                bad.append(i)
        return pa.array(values, pa.string()), bad
    return texts, []


def _times(column: pa.Array) -> pa.Array:
    """ISO 8601; of a column with a zone the instant in UTC with 'Z'. What no calendar holds stays the number that is stored."""
    zoned = column.type.tz is not None
    plain = column.cast(pa.timestamp(column.type.unit)) if zoned else column
    texts = _trimmed(pc.replace_substring(pc.cast(plain, pa.string()), " ", "T", max_replacements=1))
    outside = pc.starts_with(texts, "<")
    texts = pc.binary_join_element_wise(texts, "Z", "") if zoned else texts
    return pc.if_else(outside, pc.cast(plain.cast(pa.int64()), pa.string()), texts) if pc.any(outside).as_py() else texts


def _trimmed(texts: pa.Array) -> pa.Array:
    """Without the zeros that end a fraction."""
    return pc.replace_substring_regex(pc.replace_substring_regex(texts, _FRACTION, r"\1"), r"\.$", "")


def _python(column: pa.Array) -> tuple[pa.Array, list[int]]:
    """Any other type, value by value."""
    values: list[str | None] = []
    bad = []
    fixed = pa.types.is_fixed_size_binary(column.type)
    for i, scalar in enumerate(column):
        try:
            value = scalar.as_py()
            values.append(None if value is None else _hex(value) if fixed else plain(value))
        except (UnicodeDecodeError, UnicodeEncodeError):
            values.append(None)
            bad.append(i)
        except (ValueError, OverflowError):
            values.append(str(getattr(scalar, "value", "")))
    return pa.array(values, pa.string()), bad


def _hex(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else plain(value)


def plain(value: object) -> str:
    """One value as text; a list of plain values joined by ';', anything deeper as JSON."""
    if isinstance(value, list) and not any(isinstance(v, (list, dict, tuple)) for v in value):
        return ";".join("" if v is None else plain(v) for v in value)
    if isinstance(value, (list, dict)):
        return msgspec.json.encode(nested(value)).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return _bytes(value) if isinstance(value, bytes) else _moment(value)


def _bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{value.hex()}"


def _moment(value: object) -> str:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value // dt.timedelta(microseconds=1))
    return repr(value) if isinstance(value, float) else str(value)


def nested(value: object) -> object:
    """A value that JSON can hold: numbers and truth values as they are, everything else as its text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, decimal.Decimal):
        return msgspec.Raw(format(value, "f").encode())
    if isinstance(value, dict):
        return {str(k): nested(v) for k, v in value.items()}
    return _listed(value) if isinstance(value, (list, tuple)) else plain(value)


def _listed(value: list[object] | tuple[object, ...]) -> object:
    """A list; the pairs of a map as an object where its keys are unique."""
    pairs = [v for v in value if isinstance(v, tuple)]
    if pairs and len(pairs) == len(value) and len({plain(k) for k, _ in pairs}) == len(pairs):
        return {plain(k): nested(v) for k, v in pairs}
    return [nested(v) for v in value]
