"""What kind of fact a cell is, by the words that stand for one: closed sets and RE2 patterns over one key, as SQL for intake.

The words are the [[token]] blocks of rules/lexicons/reasons.toml; `reasons` refuses a file that is not quite one.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import tomllib
from typing import TYPE_CHECKING, Any

from audit_analyzer.settings import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FIELDS = ("reason", "offense", "case_number", "operator", "subject")
STATES = ("redacted", "ui_artifact", "placeholder", "truncated")  # asked in this order: the first that fits is the state
BLANKS = r"[ \t\r\n\f\x{0B}\x{A0}+]+"
LEAST_RUN = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Tokens:
    """Cells of one state: `words` equal the cell's key, `patterns` (RE2, anchored) match it; `key_sql` makes the key."""

    words: tuple[str, ...]
    patterns: tuple[str, ...]


def key_sql(column: str) -> str:
    """A DuckDB expression: the cell in lower case, runs of blanks and "+" as one blank, trimmed. Tokens are compared with it."""
    return f"trim(regexp_replace(lower({column}), '{BLANKS}', ' ', 'g'))"


def state_sql(field: str) -> str:
    """A DuckDB expression over a row (cell, key), the cell not NULL: its state. One pattern for all tokens lets nearly every cell pass with one look."""
    asked = {state: _any_of(found) for state, found in shipped_tokens()[field].items()}
    tests = [f"WHEN regexp_matches(key, {_literal(pattern)}) THEN '{state}'" for state, pattern in asked.items()]
    every = _literal("|".join(asked.values()))
    return f"(CASE WHEN trim(cell) = '' THEN 'empty' WHEN NOT regexp_matches(key, {every}) THEN 'value' {' '.join(tests)} ELSE 'value' END)"


def _any_of(found: Tokens) -> str:
    words = [f"^(?:{'|'.join(map(re.escape, found.words))})$"] if found.words else []
    return "|".join(f"(?:{p})" for p in (*words, *found.patterns)) or "^$x"


def _literal(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"


@functools.cache
def shipped_tokens() -> dict[str, dict[str, Tokens]]:
    """The tokens that come with the program: field to state to Tokens, in the order in which states are to be asked."""
    return of_blocks(tomllib.loads((shipped("rules") / "lexicons" / "reasons.toml").read_text(encoding="utf-8"))["token"])


def of_blocks(blocks: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Tokens]]:
    """The same of [[token]] blocks."""
    pairs = {(block["state"], field) for block in blocks for field in block["fields"]}
    return {field: {state: _of(blocks, state, field) for state in STATES if (state, field) in pairs} for field in FIELDS}


def _of(blocks: Iterable[Mapping[str, Any]], state: str, field: str) -> Tokens:
    mine = [b for b in blocks if b["state"] == state and field in b["fields"]]
    runs = {row[n : n + length] for b in mine for row in b.get("runs", []) for length in range(LEAST_RUN, len(row) + 1) for n in range(len(row) - length + 1)}
    words = {word.lower() for b in mine for word in b["words"]} | runs
    return Tokens(tuple(sorted(words)), tuple(dict.fromkeys(p for b in mine for p in b.get("patterns", []))))
