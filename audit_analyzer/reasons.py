"""What kind of thing stands in a justification field: a reason, a vague word, a code, a placeholder, a string of the interface, a redaction.

The words are data (rules/lexicons/reasons.toml). The same data, as closed sets and RE2 patterns over one key, serves intake's SQL through `tokens`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl

from audit_analyzer import folding
from audit_analyzer.errors import RuleError
from audit_analyzer.settings import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FIELDS = ("reason", "offense", "case_number", "operator", "subject")
STATES = ("redacted", "ui_artifact", "placeholder", "truncated")  # asked in this order: the first that fits is the state
CLASSES = ("stated", "vague", "code", *STATES, "empty", "not_exported", "not_logged")
BLANKS = r"[ \t\r\n\f\x{0B}\x{A0}+]+"
LEAST_RUN = 4
_KEYS = {
    "token": {"state", "fields", "doc", "words", "patterns", "runs"},
    "code": {"jurisdiction", "doc", "pattern"},
    "filler": {"doc", "words"},
    "vague": {"doc", "words", "patterns"},
    "stated": {"doc", "words"},
    "prefix": {"doc", "pattern"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class Tokens:
    """Cells of one state: `words` equal the cell's key, `patterns` (RE2, anchored) match it; `key_sql` makes the key."""

    words: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Vocabulary:
    """reasons.toml as read: tokens by field and state, and regexes over a folded reason."""

    tokens: dict[str, dict[str, Tokens]]
    codes: tuple[tuple[str, str], ...]  # (jurisdiction, pattern)
    vague: str  # all words are vague
    code: str  # all words are codes, filling or vague ones
    coded: str  # there is a code
    category: str  # there is a category of offences
    prefix: str


def key_sql(column: str) -> str:
    """A DuckDB expression: the cell in lower case, runs of blanks and "+" as one blank, trimmed. Tokens are compared with it."""
    return f"trim(regexp_replace(lower({column}), '{BLANKS}', ' ', 'g'))"


def tokens(field: str = "reason", vocabulary: Vocabulary | None = None) -> dict[str, Tokens]:
    """State to Tokens for the cells of one field (of FIELDS), in the order in which they are to be asked."""
    return (vocabulary or shipped_vocabulary()).tokens[field]


def state_sql(field: str) -> str:
    """A DuckDB expression over a row (cell, key), the cell not NULL: its state. One pattern for all tokens lets nearly every cell pass with one look."""
    asked = {state: _any_of(found) for state, found in tokens(field).items()}
    tests = [f"WHEN regexp_matches(key, {_literal(pattern)}) THEN '{state}'" for state, pattern in asked.items()]
    every = _literal("|".join(asked.values()))
    return f"(CASE WHEN trim(cell) = '' THEN 'empty' WHEN NOT regexp_matches(key, {every}) THEN 'value' {' '.join(tests)} ELSE 'value' END)"


def _any_of(found: Tokens) -> str:
    words = [f"^(?:{'|'.join(map(re.escape, found.words))})$"] if found.words else []
    return "|".join(f"(?:{p})" for p in (*words, *found.patterns)) or "^$x"


def _literal(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"


def classify(texts: Sequence[str | None] | pl.Series, folded: pl.Series | None = None, vocabulary: Vocabulary | None = None) -> pl.DataFrame:
    """One row for each text, in order: (text, reason_class, reason_key).

    reason_class is one of CLASSES that a text alone can show (not_exported and not_logged are facts of the export).
    reason_key is the folded text, or the trimmed text where folding leaves nothing. `folded`: folding's form, where known.
    """
    known = vocabulary or shipped_vocabulary()
    text = pl.Series("text", texts, dtype=pl.String).fill_null("")
    bare = folded if folded is not None else folding.frames(text)[0]["folded"]
    frame = pl.DataFrame({"text": text, "folded": bare.fill_null("")}).with_columns(key=key(pl.col("text")))
    frame = frame.with_columns(rest=pl.col("key").str.replace(known.prefix, ""))
    rests = pl.when(pl.col("rest") == pl.col("key")).then("folded").otherwise(folding.search_form(frame["rest"]).str.strip_chars())
    frame = frame.with_columns(said=pl.lit(" ") + rests + pl.lit(" "))
    said = pl.col("said").str
    asked = [
        ("empty", pl.col("text").str.replace_all(rf"{folding.HIDDEN}|[\s+]", "") == ""),
        *((state, fits(pl.col("rest"), token)) for state, token in known.tokens["reason"].items()),
        ("stated", said.contains(known.category)),
        ("vague", said.contains(known.vague)),
        ("code", said.contains(known.coded) & said.contains(known.code)),
    ]
    shown = pl.coalesce(*(pl.when(condition).then(pl.lit(name)) for name, condition in asked), pl.lit("stated"))
    name = pl.when(pl.col("folded") == "").then("key").otherwise("folded")
    return frame.select("text", reason_class=shown, reason_key=name)


def jurisdictions(text: str, vocabulary: Vocabulary | None = None) -> list[str]:
    """Whose codes a text can be, by the table of codes; several, where codes of several places look alike."""
    said = pl.Series([folding.fold(text).folded])
    return [name for name, pattern in (vocabulary or shipped_vocabulary()).codes if said.str.contains(f"^(?:{pattern})$").item()]


def key(text: pl.Expr) -> pl.Expr:
    """The same as key_sql, for polars."""
    return text.str.to_lowercase().str.replace_all(BLANKS, " ").str.strip_chars(" ")


def fits(cell: pl.Expr, token: Tokens) -> pl.Expr:
    """Whether a cell's key is one of the tokens."""
    pattern = "|".join(f"(?:{p})" for p in token.patterns) or "^$x"
    return cell.is_in(list(token.words)) | cell.str.contains(pattern)


@functools.cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the program."""
    return load([shipped("rules") / "lexicons"])


def load(folders: Iterable[Path]) -> Vocabulary:
    """Vocabulary of reasons.toml in each folder (a later one adds to an earlier); RuleError says what is not quite one, and where."""
    blocks: dict[str, list[dict[str, Any]]] = {name: [] for name in _KEYS}
    for file in (folder / "reasons.toml" for folder in folders):
        if file.exists():
            _read(file, blocks)
    pairs = {(t["state"], field) for t in blocks["token"] for field in t["fields"]}
    tokens = {f: {s: _tokens(blocks["token"], s, f) for s in STATES if (s, f) in pairs} for f in FIELDS}
    vague = _alternatives([w for b in blocks["vague"] for w in b["words"]], [p for b in blocks["vague"] for p in b.get("patterns", [])])
    filler = _alternatives([w for b in blocks["filler"] for w in b["words"]], [])
    codes = tuple((b["jurisdiction"], b["pattern"]) for b in blocks["code"])
    code = "|".join(f"(?:{pattern})" for _, pattern in codes)
    prefix = "|".join(b["pattern"] for b in blocks["prefix"]) or "^$x"
    category = _alternatives([w for b in blocks["stated"] for w in b["words"]], []) or "^$x"
    whole = f"^ (?:(?:{code}|{vague}|{filler}) )+$"
    return Vocabulary(tokens, codes, f"^ (?:(?:{vague}) )+$", whole, f" (?:{code}) ", f" (?:{category}) ", prefix)


def _read(file: Path, blocks: dict[str, list[dict[str, Any]]]) -> None:
    try:
        text = file.read_text(encoding="utf-8")
        facts = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"this is not TOML: {error}", str(file), "mend the line that is named") from None
    for name in facts:
        if name not in (*_KEYS, "kind", "title"):
            raise RuleError(f"there is no [[{name}]]", f"{file}:1", f"known here: {', '.join(_KEYS)}")
    for name, known in _KEYS.items():
        lines = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{name}]]"]
        for n, block in enumerate(facts.get(name, [])):
            _checked(block, known, f"{file}:{lines[n] if n < len(lines) else 1}")
            blocks[name].append(block)


def _checked(block: dict[str, Any], known: set[str], where: str) -> None:
    for name in block:
        if name not in known:
            raise RuleError(f"there is no key {name!r} here", where, f"known: {', '.join(sorted(known))}")
    for name in known - set(block) - {"patterns", "runs"}:
        raise RuleError(f"{name!r} is missing", where, f"give all of {', '.join(sorted(known - {'patterns', 'runs'}))}")
    if "state" in known and (block["state"] not in STATES or not set(block["fields"]) <= set(FIELDS)):
        raise RuleError("state or fields are not known", where, f"states: {', '.join(STATES)}; fields: {', '.join(FIELDS)}")
    for pattern in [*block.get("patterns", []), *([block["pattern"]] if "pattern" in block else [])]:
        try:
            pl.Series([""]).str.contains(pattern)
        except pl.exceptions.ComputeError as error:
            raise RuleError(f"{pattern!r} is not a pattern: {str(error).splitlines()[-1]}", where, "RE2 syntax: no look-around") from None


def _tokens(blocks: Iterable[dict[str, Any]], state: str, field: str) -> Tokens:
    mine = [b for b in blocks if b["state"] == state and field in b["fields"]]
    runs = {row[n : n + length] for b in mine for row in b.get("runs", []) for length in range(LEAST_RUN, len(row) + 1) for n in range(len(row) - length + 1)}
    words = {word.lower() for b in mine for word in b["words"]} | runs
    return Tokens(tuple(sorted(words)), tuple(dict.fromkeys(p for b in mine for p in b.get("patterns", []))))


def _alternatives(words: Iterable[str], patterns: Iterable[str]) -> str:
    folded = folding.search_form(pl.Series(list(words), dtype=pl.String)).str.strip_chars().to_list()
    return "|".join([*sorted(set(folded) - {""}), *patterns])
