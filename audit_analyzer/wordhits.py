"""Words of the lexicons found in many texts at once: one pass over distinct texts, then the senses of the words that were found.

A look-alike that is cleared is still a row, with the reason in `cleared`; nothing is hidden. What a lexicon is: lexicons.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from audit_analyzer import folding, reasons
from audit_analyzer.lexicons import UNSPACED, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit_analyzer.lexicons import Clear, Entry, Lexicons

__all__ = ["ALONE", "NEAR", "SCHEMA", "hits", "load", "searched"]

NEAR = 8  # words to either side that count as near
ALONE = "nothing near it gives the word this sense"
LEAST_REPEATED = 4
SCHEMA = {
    "text": pl.String, "lexicon": pl.String, "word": pl.String, "matched": pl.String, "language": pl.String, "disguised": pl.Boolean,
    "cleared": pl.String, "sense": pl.String, "year_from": pl.Int32, "year_to": pl.Int32,
}  # fmt: skip


def searched(texts: Sequence[str] | pl.Series, lexicons: Lexicons) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both answers about distinct texts, folded once: what they are, and every word found in them, sorted.

    The first: (text, folded, disguised, note, reason_class, reason_key) by text. The second: columns of SCHEMA; disguised: the word was found only in a
    reading that had to be undone (see folding); cleared: None, or why a look-alike sense applies; year_from, year_to: the years in which the word has
    this meaning, or None; who knows the date of the use applies them.
    """
    heads, forms = folding.frames(pl.Series(texts, dtype=pl.String).drop_nulls().unique().sort())
    classes = reasons.classify(heads["text"], heads["folded"])
    told = pl.concat([heads.select("text", "folded", "disguised", "note"), classes.select("reason_class", "reason_key")], how="horizontal")
    return told, _hits(heads, forms, lexicons) if lexicons.entries else pl.DataFrame(schema=SCHEMA)


def hits(texts: Sequence[str] | pl.Series, lexicons: Lexicons) -> pl.DataFrame:
    """The second answer alone; see searched."""
    return searched(texts, lexicons)[1]


def _hits(heads: pl.DataFrame, forms: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    found = pl.concat([_literal(forms, lexicons), _in_runs(forms, lexicons), _repeated(forms, lexicons), _by_pattern(forms, lexicons)])
    judged = _judged(found, lexicons)
    order = [pl.col("cleared").is_not_null(), pl.col("kind") != folding.PLAIN]
    best = judged.sort("row", "entry", "word", *order, "kind", "matched", "form").unique(["row", "entry", "word"], keep="first", maintain_order=True)
    facts = pl.DataFrame(
        [(n, e.lexicon, e.language, e.sense, *e.years) for n, e in enumerate(lexicons.entries)],
        schema={"entry": pl.UInt32, "lexicon": pl.String, "language": pl.String, "usual": pl.String, "year_from": pl.Int32, "year_to": pl.Int32},
        orient="row",
    )
    best = best.join(facts, on="entry").join(heads.select("row", "text"), on="row")
    best = best.with_columns(disguised=pl.col("kind") != folding.PLAIN, sense=pl.coalesce("sense", "usual"))
    return best.select(list(SCHEMA)).sort("text", "lexicon", "language", "word", "matched")


def _literal(forms: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Anchors that stand in a form: one pass of a multi-pattern search."""
    anchors = lexicons.anchors.filter(~pl.col("inside"))
    return _found(forms.filter(pl.col("kind") != "run"), "form", anchors, "anchor")


def _in_runs(forms: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Words inside letters that were spelled out, where nothing tells one word from the next."""
    runs = forms.filter(pl.col("kind") == "run")
    return _found(runs, "form", lexicons.anchors.filter("inside"), "anchor")


def _repeated(forms: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Words with letters repeated (prootesst): every letter of the word is there, in order, at least as often as the word has it."""
    single = pl.col("anchor").str.contains(rf"^ [a-z]{{{LEAST_REPEATED},}} $")
    anchors = lexicons.anchors.filter(~pl.col("inside"), single)
    anchors = anchors.with_columns(once=_once(anchors["anchor"]))
    shorter = forms.with_columns(once=_once(forms["form"])).filter(pl.col("once") != pl.col("form"))
    found = _found(shorter, "once", anchors, "once").filter(~pl.col("form").str.contains(pl.col("anchor"), literal=True))
    matched = [
        got.group(1) if (got := re.search(" (" + "".join(f"{c}+" for c in anchor.strip()) + ") ", form)) else None
        for form, anchor in found.select("form", "anchor").iter_rows()
    ]
    found = found.with_columns(matched=pl.Series(matched, dtype=pl.String), kind=pl.lit("repeated")).drop_nulls("matched")
    return found.with_columns(regex=pl.col("matched"))


def _once(text: pl.Series) -> pl.Series:
    """Each run of one Latin letter reduced to a single one (up to eight)."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for _ in range(3):
        text = text.str.replace_many([c * 2 for c in letters], list(letters))
    return text


def _found(forms: pl.DataFrame, column: str, anchors: pl.DataFrame, key: str) -> pl.DataFrame:
    """(row, kind, form, anchor, entry, word, regex, matched) for each anchor in `column` of forms."""
    literals = anchors[key].unique().sort()
    near = forms.filter(pl.col(column).str.contains_any(literals.to_list()))
    near = near.with_columns(found=pl.col(column).str.extract_many(literals.to_list(), overlapping=True)).explode("found")
    near = near.unique(["row", "kind", "form", "found"], maintain_order=True).drop_nulls("found")
    found = near.join(anchors, left_on="found", right_on=key, how="inner", maintain_order="left", coalesce=False)
    matched = pl.when(pl.col("regex").str.ends_with("*")).then(pl.lit(None, pl.String)).otherwise(pl.col("anchor").str.strip_chars())
    found = found.with_columns(matched=matched)
    stars = [
        got.group().strip() if whole is None and (got := re.search(" " + regex, form)) else whole
        for form, regex, whole in found.select("form", "regex", "matched").iter_rows()
    ]
    found = found.with_columns(matched=pl.Series(stars, dtype=pl.String))
    return found.select("row", "kind", "form", "anchor", "entry", "word", "regex", "matched")


def _by_pattern(forms: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """Entries given as a pattern (A-numbers, statutes): their hint narrows the forms first."""
    text = pl.lit(None, pl.String)
    blank = forms.clear().with_columns(anchor=text, entry=pl.lit(0, pl.UInt32), word=text, regex=text, matched=text)
    parts = [blank.select("row", "kind", "form", "anchor", "entry", "word", "regex", "matched")]
    for n in lexicons.patterns:
        entry = lexicons.entries[n]
        some = forms.filter(pl.col("form").str.contains_any(list(entry.hint))) if entry.hint else forms
        some = some.with_columns(matched=pl.col("form").str.extract(f" ({entry.pattern}) ")).drop_nulls("matched")
        some = some.with_columns(anchor=pl.lit(""), entry=pl.lit(n, pl.UInt32), word=pl.lit(entry.words[0]), regex=pl.lit(entry.pattern))
        parts.append(some.select(parts[0].columns))
    return pl.concat(parts)


def _judged(found: pl.DataFrame, lexicons: Lexicons) -> pl.DataFrame:
    """The same rows with `cleared` and `sense`: one look per entry and word at all forms that hold it."""
    plain = [n for n, entry in enumerate(lexicons.entries) if not entry.needs and not entry.unless]
    needy = [n for n, entry in enumerate(lexicons.entries) if entry.needs]
    blank = {"cleared": pl.lit(None, pl.String), "sense": pl.lit(None, pl.String)}
    free = pl.col("entry").is_in(plain)
    run = pl.col("kind") == "run"  # spelled-out letters have no words around them to clear anything
    parts = [found.filter(free | (run & ~pl.col("entry").is_in(needy))).with_columns(**blank)]
    parts.append(found.filter(run & pl.col("entry").is_in(needy)).with_columns(cleared=pl.lit(ALONE), sense=blank["sense"]))
    rest = found.filter(~free & ~run)
    for (n, regex), some in sorted(rest.partition_by("entry", "regex", as_dict=True).items(), key=lambda item: (item[0][0], item[0][1])):
        parts.append(_sense(some, lexicons.entries[n], regex))
    return pl.concat(parts)


def _sense(some: pl.DataFrame, entry: Entry, regex: str) -> pl.DataFrame:
    """Occurrences that a look-alike pattern covers are struck out; what remains is judged by the words near it."""
    gap = "" if entry.language in UNSPACED else " "
    word = f"{gap}(?:{regex}){gap}"
    some = some.with_columns(left=pl.col("form"), cleared=pl.lit(None, pl.String), sense=pl.lit(None, pl.String))
    for clear in (c for c in entry.unless if c.pattern):
        covered = gap + "(?:" + clear.pattern.replace("@", f"(?:{regex})") + ")" + gap
        some = some.with_columns(after=pl.col("left").str.replace_all(covered, " "))
        gone = pl.col("left").str.contains(word) & ~pl.col("after").str.contains(word)
        some = _marked(some, gone, clear).with_columns(left="after").drop("after")
    for clear in (c for c in entry.unless if c.near):
        some = _marked(some, pl.col("cleared").is_null() & pl.col("left").str.contains(_near(clear.near, regex, gap)), clear)
    if entry.needs:
        alone = pl.col("cleared").is_null() & ~pl.col("left").str.contains(_near(entry.needs, regex, gap))
        some = some.with_columns(cleared=pl.when(alone).then(pl.lit(ALONE)).otherwise("cleared"))
    return some.drop("left")


def _marked(some: pl.DataFrame, where: pl.Expr, clear: Clear) -> pl.DataFrame:
    some = some.with_columns(hit=where)
    reason = pl.when("hit").then(pl.lit(clear.because)).otherwise("cleared")
    return some.with_columns(cleared=reason, sense=pl.when("hit").then(pl.lit(clear.sense, pl.String)).otherwise("sense")).drop("hit")


def _near(context: str, regex: str, gap: str) -> str:
    if not gap:
        return f"(?:{context})"
    between = f" (?:[^ ]+ ){{0,{NEAR - 1}}}"
    return f" (?:{context}){between}(?:{regex}) | (?:{regex}){between}(?:{context}) "
