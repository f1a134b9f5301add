"""Text to typed values, as SQL: strict patterns and declared formats first, so that nothing is guessed and no NaN, infinity or year 9999 gets in.

Every function takes the SQL of a text expression and gives the SQL of a typed one, NULL where the text is not a value of the type.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from audit_analyzer.store import Column

OFFSET = r"^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)? ?(Z|z|UTC|[+-](0\d|1[0-4])(:?[0-5]\d)?)$"
LOCAL = r"^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?$"
ZULU = r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"  # what most logs write: told first, and read at once
DAY = r"^\d{4}-\d{2}-\d{2}$"
WHOLE = r"^[+-]?\d{1,18}(\.0{1,6})?$"
DECIMAL = r"^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?$"
BOUNDS = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "precision_m": (0, 1e7),
    "count": (0, 10**15),
    "candidates": (0, 10**9),
    "max_candidates": (0, 10**9),
}
FIRST_YEAR, LAST_YEAR = 1900, 9999
FIRST_EVENT, LAST_EVENT = 1990, 2100  # a use outside these years has no time that can be trusted, and must not move the night


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def through_its_end(column: str) -> bool:
    """Whether a bare date in this column means that day through its end (docs/tables.md: `*_to`, `ends_at` and `expires_at` are exclusive)."""
    return column.endswith("_to") or column in {"ends_at", "expires_at"}


def instant(text: str, column: str, zone: str, formats: Sequence[str]) -> str:
    """TIMESTAMPTZ of a text: ISO 8601 with offset, else ISO 8601 or a declared format in `zone`, else a bare date in `zone`."""
    place = quoted(zone)
    clean = f"trim({text})"
    day = f"try_cast({clean} AS DATE)" + (" + INTERVAL 1 DAY" if through_its_end(column) else "")
    parts = [
        f"WHEN regexp_matches({clean}, {quoted(OFFSET)}) THEN try_cast(regexp_replace(replace({clean}, ',', '.'), ' ?(UTC|z)$', 'Z') AS TIMESTAMPTZ)",
        f"WHEN regexp_matches({clean}, {quoted(LOCAL)}) THEN timezone({place}, try_cast(replace({clean}, ',', '.') AS TIMESTAMP))",
        f"WHEN regexp_matches({clean}, {quoted(DAY)}) THEN timezone({place}, ({day})::TIMESTAMP)",
    ]
    parts += [_declared(clean, pattern, place) for pattern in formats]
    first, last = (FIRST_EVENT, LAST_EVENT) if column == "occurred_at" else (FIRST_YEAR, LAST_YEAR)
    value = f"CASE {' '.join(parts)} END"
    zulu = f"{text} BETWEEN '{first}' AND '{last}-12-31T23:59:59Z' AND regexp_matches({text}, {quoted(ZULU)})"  # as text it sorts as in time
    return (
        f"(CASE WHEN {text} IS NULL THEN NULL WHEN {zulu} THEN try_cast({text} AS TIMESTAMPTZ) WHEN year({value}) BETWEEN {first} AND {last} THEN {value} END)"
    )


def _declared(clean: str, pattern: str, place: str) -> str:
    if pattern in {"epoch_s", "epoch_ms"}:
        digits = "9,10" if pattern == "epoch_s" else "12,13"
        scale = 1_000_000 if pattern == "epoch_s" else 1_000
        return f"WHEN regexp_matches({clean}, '^\\d{{{digits}}}$') THEN make_timestamp(try_cast({clean} AS BIGINT) * {scale})::TIMESTAMP AT TIME ZONE 'UTC'"
    parsed = f"try_strptime({clean}, {quoted(pattern)})"
    zoned = pattern.endswith(("%z", "%Z", "UTC", "Z"))
    value = f"timezone('UTC', {parsed}::TIMESTAMP)" if zoned else f"timezone({place}, {parsed}::TIMESTAMP)"
    return f"WHEN {parsed} IS NOT NULL THEN {value}"


def has_offset(text: str, formats: Sequence[str]) -> str:
    """Whether the text states its own offset, or is an epoch count."""
    tests = [f"regexp_matches({text}, {quoted(ZULU)}) OR regexp_matches(trim({text}), {quoted(OFFSET)})"]
    for pattern in formats:
        if pattern.startswith("epoch"):
            tests.append(f"regexp_matches(trim({text}), '^\\d{{9,13}}$')")
        elif pattern.endswith(("%z", "%Z", "UTC", "Z")):
            tests.append(f"try_strptime(trim({text}), {quoted(pattern)}) IS NOT NULL")
    return f"({' OR '.join(tests)})"


@functools.cache
def turned_back(zone: str) -> tuple[int, ...]:
    """By how many minutes the clock of a zone has gone back at any time from 1970 to 2037: an hour nearly everywhere, half of one on Lord Howe Island."""
    place = ZoneInfo(zone)
    offsets = [(dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=days)).astimezone(place).utcoffset() for days in range(0, 68 * 365, 7)]
    steps = {int((a - b).total_seconds()) // 60 for a, b in itertools.pairwise(offsets) if a is not None and b is not None}
    return tuple(sorted(step for step in steps if step > 0))


def repeated_or_skipped(value: str, text: str, zone: str, formats: Sequence[str] = ()) -> str:
    """Whether a local time stands twice on the clock of `zone` (clocks go back), or never (clocks go forward)."""
    place = quoted(zone)
    local = f"timezone({place}, {value})"
    twice = [f"timezone({place}, {value} {sign} INTERVAL {minutes} MINUTE) = {local}" for minutes in turned_back(zone) for sign in "+-"]
    written = [f"try_cast(replace(trim({text}), ',', '.') AS TIMESTAMP)"]
    written += [f"try_strptime(trim({text}), {quoted(pattern)})::TIMESTAMP" for pattern in formats if not pattern.startswith("epoch")]
    never = f"coalesce({local} <> coalesce({', '.join(written)}), false)"
    return f"({' OR '.join([*twice, never])})"


def typed(text: str, column: Column, zone: str, formats: Sequence[str], decimal: str = ".") -> str:  # noqa: PLR0911  one return per type
    """The typed expression of one canonical column."""
    if column.words:
        listed = ", ".join(map(quoted, column.words))  # a type, not a list: of an IN the engine would make a join of the whole row
        return f"try_cast(lower(trim({text})) AS ENUM({listed}))::VARCHAR"
    match column.type:
        case "TIMESTAMPTZ":
            return instant(text, column.name, zone, formats)
        case "BIGINT":
            clean = f"trim({text})"
            return _bounded(f"coalesce(try_cast({clean} AS BIGINT), try_cast(try_cast({clean} AS DECIMAL(30, 6)) AS BIGINT))", clean, WHOLE, column)
        case "DOUBLE":
            number = f"replace(trim({text}), {quoted(decimal)}, '.')" if decimal != "." else f"trim({text})"
            return _bounded(f"try_cast({number} AS DOUBLE)", number, DECIMAL, column)
        case "BOOLEAN":
            return f"(CASE lower(trim({text})) WHEN 'true' THEN true WHEN 'false' THEN false END)"
        case "VARCHAR[]":
            return _listed(text)
        case _:
            return f"nullif({text}, '')"


def _bounded(value: str, clean: str, pattern: str, column: Column) -> str:
    """The number, where the text is one by the pattern and the column's bounds hold; the cast is asked twice because it costs less than the pattern."""
    low, high = BOUNDS.get(column.name, (None, None))
    inside = f"{value} BETWEEN {low} AND {high} AND " if low is not None else ""
    return f"(CASE WHEN {clean} IS NOT NULL AND {inside}regexp_matches({clean}, {quoted(pattern)}) THEN {value} END)"


def _listed(text: str) -> str:
    items = f"(CASE WHEN {text} LIKE '[%' THEN try_cast(try_cast({text} AS JSON) AS VARCHAR[]) ELSE string_split({text}, ';') END)"
    return f"nullif(list_filter(list_transform({items}, lambda x: trim(x)), lambda x: x <> ''), [])"
