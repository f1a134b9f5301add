"""Lexicons: rules/lexicons/NAME.toml to Entry values and the literals that find them; refuses what is not quite a lexicon, by file and line.

A lexicon is data: words with their language, what must stand near an ambiguous one (`needs_near`), the senses that clear a look-alike
(`unless`, defined as [[clear]] blocks, shared by all files) and the years in which a name applies. A word open at its end is written "protest*".
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl

from audit_analyzer import folding
from audit_analyzer.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

LANGUAGES = {"en", "es", "fr", "de", "pt", "ht", "ar", "zh", "vi", "tl", "ru"}
UNSPACED = {"zh"}
ARABIC_PREFIXES = ("", "ال", "وال", "بال", "لل", "و", "ب", "ل")  # article, "and", "with", "for": written as one word with the noun
LEAST_SQUASHED, LEAST_IN_RUN = 7, 5
WORD_KEYS = {"word", "pattern", "hint", "language", "sense", "needs_near", "unless", "years"}
CLEAR_KEYS = {"name", "because", "pattern", "near", "sense"}
_forms: dict[str, str] = {}  # word to its search form; a pure function's memory


@dataclasses.dataclass(frozen=True, slots=True)
class Clear:
    """A sense in which a word is innocent: a pattern around it ("@" is the word), or words near it."""

    name: str
    because: str
    pattern: str = ""
    near: str = ""
    sense: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One [[word]] of a lexicon; `needs` is a regex of context words, "" where the word is clear by itself."""

    lexicon: str
    words: tuple[str, ...]
    language: str
    sense: str
    needs: str
    unless: tuple[Clear, ...]
    years: tuple[int | None, int | None]
    pattern: str
    hint: tuple[str, ...]
    where: str


@dataclasses.dataclass(frozen=True, slots=True)
class Lexicons:
    """All entries, and the literal strings that find them: anchors (literal, entry, word, regex of the word)."""

    entries: tuple[Entry, ...]
    anchors: pl.DataFrame
    patterns: tuple[int, ...]

    def names(self) -> list[str]:
        """Names of the lexicons, sorted."""
        return sorted({entry.lexicon for entry in self.entries})


def load(folders: Iterable[Path]) -> Lexicons:
    """Lexicons of all folders (a workspace's file of the same name adds words); RuleError names file and line of what is not quite one."""
    files = [file for folder in folders for file in sorted(folder.glob("*.toml"))]
    read = [(file, *_parsed(file)) for file in files]
    _folded(sorted(set(_strings([facts for _, _, facts in read]))))
    clears: dict[str, Clear] = {}
    groups: dict[str, list[str]] = {}
    for file, text, facts in read:
        for n, block in enumerate(facts.get("group", [])):
            groups[_named(block, f"{file}:{_line(text, 'group', n)}")] = block.get("words", [])
    for file, text, facts in read:
        for n, block in enumerate(facts.get("clear", [])):
            where = f"{file}:{_line(text, 'clear', n)}"
            name = _named(block, where)
            clears[name] = _clear(block, groups, where)
    entries = [
        _entry(file.stem, block, clears, groups, f"{file}:{_line(text, 'word', n)}")
        for file, text, facts in read
        for n, block in enumerate(facts.get("word", []))
    ]
    _no_doubles(entries)
    return Lexicons(tuple(entries), _anchors(entries), tuple(n for n, entry in enumerate(entries) if entry.pattern))


def _anchors(entries: Sequence[Entry]) -> pl.DataFrame:
    """Literals to look for; `inside` ones are for letters that were spelled out, where words have no borders."""
    rows = [row for n, entry in enumerate(entries) if not entry.pattern for row in _literals(n, entry)]
    schema = {"anchor": pl.String, "entry": pl.UInt32, "word": pl.String, "regex": pl.String, "inside": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").unique(["anchor", "entry", "inside"], keep="first", maintain_order=True)


def _literals(n: int, entry: Entry) -> Iterator[tuple[str, int, str, str, bool]]:
    for word, folded in zip(entry.words, _folded(entry.words), strict=True):
        open_end = word.endswith("*")
        if entry.language in UNSPACED and not folded.isascii():
            yield from ((folded, n, word, re.escape(folded), inside) for inside in (False, True))
            continue
        for prefix in ARABIC_PREFIXES if entry.language == "ar" and " " not in folded else ("",):
            regex = re.escape(prefix + folded).replace(r"\ ", " ") + ("[^ ]*" if open_end else "")
            yield f" {prefix}{folded}" + ("" if open_end else " "), n, word, regex, False
        squashed = folded.replace(" ", "")
        if squashed != folded and len(squashed) >= LEAST_SQUASHED and not open_end:
            yield f" {squashed} ", n, word, squashed, False
        if len(squashed) >= LEAST_IN_RUN:
            yield squashed, n, word, re.escape(squashed), True


def _folded(words: Sequence[str]) -> list[str]:
    new = [word for word in words if word not in _forms]
    if new:
        _forms.update(zip(new, folding.search_form(pl.Series(new, dtype=pl.String)).str.strip_chars().to_list(), strict=True))
    return [_forms[word] for word in words]


def _strings(value: object) -> Iterator[str]:
    """All strings in the lists of a file: they are folded together, once."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _context(words: Sequence[str], groups: Mapping[str, list[str]], where: str) -> str:
    """A regex of context words: each literal, or open at the end ("anti*"); ":name" stands for a [[group]]."""
    flat: list[str] = []
    for word in words:
        if word.startswith(":") and word[1:] not in groups:
            raise RuleError(f"there is no group {word[1:]!r}", where, f"known groups: {', '.join(sorted(groups))}")
        flat += groups[word[1:]] if word.startswith(":") else [word]
    parts = [re.escape(f).replace(r"\ ", " ") + ("[^ ]*" if w.endswith("*") else "") for w, f in zip(flat, _folded(flat), strict=True)]
    return "|".join(sorted(set(parts)))


def _parsed(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        facts = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"this is not TOML: {error}", str(file), "mend the line that is named") from None
    if facts.get("kind") == "reasons":
        return text, {}
    for key in facts:
        if key not in ("title", "kind", "word", "clear", "group"):
            raise RuleError(f"a lexicon has no {key!r}", f"{file}:1", "known here: title, [[word]], [[clear]], [[group]]")
    if not facts.get("title"):
        raise RuleError("a lexicon needs a title", f"{file}:1", 'say in one sentence what its words have in common: title = "…"')
    return text, facts


def _line(text: str, block: str, nth: int) -> int:
    starts = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{block}]]"]
    return starts[nth] if nth < len(starts) else 1


def _named(block: Mapping[str, Any], where: str) -> str:
    if not block.get("name"):
        raise RuleError("this block has no name", where, 'add name = "…", by which words refer to it')
    return str(block["name"])


def _clear(block: Mapping[str, Any], groups: Mapping[str, list[str]], where: str) -> Clear:
    _known(block, CLEAR_KEYS, where)
    pattern = block.get("pattern", "")
    if not block.get("because") or bool(pattern) == bool(block.get("near")) or (pattern and "@" not in pattern):
        raise RuleError("a clear says because, and either a pattern with @ for the word, or near", where, 'for instance pattern = "@ (?:st|street)"')
    _regex(pattern.replace("@", "x"), where)
    return Clear(block["name"], block["because"], pattern, _context(block.get("near", []), groups, where), block.get("sense"))


def _entry(lexicon: str, block: Mapping[str, Any], clears: Mapping[str, Clear], groups: Mapping[str, list[str]], where: str) -> Entry:
    _known(block, WORD_KEYS, where)
    words = tuple([block["word"]] if isinstance(block.get("word"), str) else block.get("word", ()))
    if not words or not all(isinstance(w, str) for w in words) or (not block.get("pattern") and not all(_folded(words))):
        raise RuleError("an entry needs a word that has letters or digits", where, 'word = "…" or word = ["…", "…"]; a pattern needs one as its name')
    if block.get("language") not in LANGUAGES:
        raise RuleError(f"{block.get('language')!r} is not a language known here", where, f"known: {', '.join(sorted(LANGUAGES))}")
    for name in block.get("unless", ()):
        if name not in clears:
            raise RuleError(f"there is no clear {name!r}", where, f"known: {', '.join(sorted(clears))}")
    _regex(block.get("pattern", ""), where)
    unless = tuple(clears[name] for name in block.get("unless", ()))
    needs = _context(block.get("needs_near", ()), groups, where)
    years, pattern, hint = _years(block.get("years"), where), block.get("pattern", ""), tuple(block.get("hint", ()))
    return Entry(lexicon, words, block["language"], block.get("sense", lexicon), needs, unless, years, pattern, hint, where)


def _years(given: object, where: str) -> tuple[int | None, int | None]:
    if given is None:
        return (None, None)
    if isinstance(given, list) and len(given) in (1, 2) and all(isinstance(y, int) and 1900 < y < 2200 for y in given) and given == sorted(given):  # noqa: PLR2004
        return (given[0], given[1] if len(given) > 1 else None)
    raise RuleError(f"{given!r} are not years", where, "write [first, last], or [first] where it goes on")


def _known(block: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in block:
        if key not in known:
            raise RuleError(f"there is no key {key!r} here", where, f"known: {', '.join(sorted(known))}")


def _regex(pattern: str, where: str) -> None:
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        raise RuleError(f"{pattern!r} is not a pattern: {str(error).splitlines()[-1]}", where, "RE2 syntax: no look-around, no back references") from None


def _no_doubles(entries: Sequence[Entry]) -> None:
    seen: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        for word, form in zip(entry.words, _folded(entry.words), strict=True):
            key = (entry.lexicon, entry.language, word if entry.pattern else form + word[len(word.rstrip("*")) :])
            if key in seen:
                raise RuleError(f"{word!r} already stands at {seen[key]}", entry.where, "keep one of the two")
            seen[key] = entry.where
