"""What kind of thing stands in a justification field: a reason, a vague word, a code, a placeholder, a string of the interface, a redaction.

The words are data (rules/lexicons/reasons.toml); those of placeholders, redactions and the interface serve intake as well, through `tokens`.
"""

from __future__ import annotations

import dataclasses
import functools
import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl

from audit_analyzer import folding
from audit_analyzer.errors import RuleError
from audit_analyzer.settings import shipped
from audit_analyzer.tokens import BLANKS, FIELDS, STATES, Tokens, of_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

CLASSES = ("stated", "vague", "code", *STATES, "empty", "not_exported", "not_logged")
_KEYS = {
    "token": {"state", "fields", "doc", "words", "patterns", "runs"},
    "code": {"jurisdiction", "doc", "pattern"},
    "filler": {"doc", "words"},
    "vague": {"doc", "words", "patterns"},
    "stated": {"doc", "words"},
    "prefix": {"doc", "pattern"},
}


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
    shorter = frame.filter(pl.col("rest") != pl.col("key")).select("rest").unique()
    shorter = shorter.with_columns(without=folding.search_form(shorter["rest"]).str.strip_chars())
    frame = frame.join(shorter, on="rest", how="left", maintain_order="left")
    frame = frame.with_columns(said=pl.lit(" ") + pl.when(pl.col("rest") == pl.col("key")).then("folded").otherwise("without") + pl.lit(" "))
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
    tokens = of_blocks(blocks["token"])
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


def _alternatives(words: Iterable[str], patterns: Iterable[str]) -> str:
    folded = folding.search_form(pl.Series(list(words), dtype=pl.String)).str.strip_chars().to_list()
    return "|".join([*sorted(set(folded) - {""}), *patterns])
