"""Text as it reads to a person: invisible marks dropped, look-alike letters, styled letters, digits for letters and spelled-out words undone.

A text has one *folded* form and, where it looks odd, further *readings*; words are searched for in all of them. A hit that stands only in a
reading that had to be undone is a disguised one. Nothing is joined that a person would read as two words: "pro test" and "pro-test" stay so.
"""

from __future__ import annotations

import dataclasses
import html
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

import polars as pl

from audit_analyzer.lookalikes import LETTERS, LOOKALIKES, styled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLAIN = "plain"  # as written; every other kind of reading had to be undone first
MOST_NOTES = 12
LEAST_SPELLED, LEAST_LEET_LETTERS, LEAST_LOOKALIKE = 4, 3, 5

_IGNORED = r"\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{3164}\x{FFA0}\x{FE00}-\x{FE0F}\x{E0000}-\x{E0FFF}"
HIDDEN = rf"[\p{{Cf}}\p{{Me}}\x{{00}}-\x{{08}}\x{{0B}}\x{{0C}}\x{{0E}}-\x{{1F}}\x{{7F}}-\x{{9F}}{_IGNORED}]"
_STYLED = (
    r"[\x{1D400}-\x{1D7FF}\x{249C}-\x{24E9}\x{1F110}-\x{1F189}\x{1F1E6}-\x{1F1FF}\x{1D00}-\x{1D7F}"
    r"\x{0250}-\x{02AF}\x{A730}\x{A731}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}]"
)
_FOREIGN = r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}\p{Canadian_Aboriginal}]"
_WIDE_ODD = rf"{HIDDEN}|{_STYLED}|{_FOREIGN}|[A-Za-z]\p{{Mn}}|(?:^|[^\p{{L}}])\p{{Han}}[^\p{{L}}\p{{N}}]{{1,2}}\p{{Han}}(?:[^\p{{L}}]|$)"
_CODED = r"&[#a-zA-Z]|%[0-9A-Fa-f]{2}"
_LEET = r"[A-Za-z][0134578@$!|]{1,2}[A-Za-z]|(?:^|[^0-9A-Za-z])[0134578@$][A-Za-z]{3}"
_SPELLED = r"(?:^|[^0-9A-Za-z])[A-Za-z@$](?:[^0-9A-Za-z]{1,3}[0-9A-Za-z@$]){2,}(?:[^0-9A-Za-z]|$)"
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
_HEX = r"[0-9A-Fa-f]{8,}(?:-[0-9A-Fa-f]{4,12})*"  # ids are not words with digits for letters
# nor do they hold words: "daca" is hexadecimal, in a short id too where digits and letters change places three times
_ID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16,}|[0-9A-Fa-f]*(?:[0-9]+[A-Fa-f]+){3,}[0-9A-Fa-f]*"

_RUN = re.compile(r"(?<![^\W_])(?:[^\W_]|[@$])(?:(?:[^\w@$]|_){1,3}(?:[^\W_]|[@$]))+(?![^\W_])")
_ABBREVIATION = re.compile(r"(?<![^\W_])(?<![A-Za-z]\.)[A-Za-z](?:\.[A-Za-z]){1,2}(?![^\W_]|\.[A-Za-z](?![^\W_]))")
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[A-Za-z0-9@$!|]+")
_DIGIT_LETTERS = ("0134578@$!|", "oieastbasil")
_DELEET = str.maketrans(*_DIGIT_LETTERS)
_DELEET_L = str.maketrans("0134578@$!|", "oleastbasll")
_ENCODED_LETTER = re.compile(
    r"%(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])|&#0*(?:4[89]|5[0-7]|6[5-9]|[78]\d|90|9[7-9]|1[01]\d|12[0-2]);|&#[xX]0*[3467][0-9A-Fa-f];|&#[xX]0*5[0-9Aa];"
)
_OVERRIDES, _DIRECTED = "\u202d\u202e", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


@dataclasses.dataclass(frozen=True, slots=True)
class Folded:
    """One text: as written, as it reads, whether something in it was disguised, and a note of what was hidden (offsets count from 0).

    readings: (kind, form) of all ways it is searched; a form is lower case, words parted by one blank, a blank at both ends.
    """

    text: str
    folded: str
    disguised: bool
    note: str | None
    readings: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(slots=True)
class _Reading:
    """What a careful look at one odd text gave; strings are not yet brought to their search form."""

    folded: str
    readings: list[tuple[str, str]]
    disguised: bool
    notes: list[str]


def fold(text: str) -> Folded:
    """One text; see Folded."""
    return fold_many([text])[0]


def fold_many(texts: Sequence[str]) -> list[Folded]:
    """Every text in order; see Folded."""
    heads, forms = frames(texts)
    grouped = dict(forms.group_by("row").agg(pl.struct("kind", "form")).iter_rows())
    return [
        Folded(text, folded, disguised, note, tuple((f["kind"], f["form"]) for f in grouped[row]))
        for row, text, folded, disguised, note in heads.select("row", "text", "folded", "disguised", "note").iter_rows()
    ]


def frames(texts: Sequence[str] | pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides of many texts: heads (row, text, folded, disguised, note), and forms (row, kind, form) to search in.

    Plain texts are folded by columns; only odd ones are looked at one by one. Order of rows is that of `texts`.
    """
    heads = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)}).with_row_index("row").with_columns(odd=_odd(pl.col("text")))
    looked = [(row, _look(text)) for row, text in heads.filter("odd").select("row", "text").iter_rows()]
    plain = heads.filter(~pl.col("odd")).select("row", kind=pl.lit(PLAIN), pre="text")
    careful = [(row, kind, pre) for row, look in looked for kind, pre in look.readings]
    forms = _forms(pl.concat([plain, pl.DataFrame(careful, schema=plain.schema, orient="row")]))
    best = pl.DataFrame(
        [(row, look.folded, look.disguised, _note(look.notes)) for row, look in looked],
        schema=pl.Schema({"row": plain.schema["row"], "pre": pl.String(), "disguised": pl.Boolean(), "note": pl.String()}),
        orient="row",
    )
    best = best.with_columns(folded=search_form(best["pre"]).str.strip_chars()).drop("pre")
    simple = forms.filter(pl.col("row").is_in(plain["row"].implode()), pl.col("kind") == PLAIN).unique("row", keep="first", maintain_order=True)
    simple = simple.join(plain.filter(pl.col("pre").str.contains(_ID)).with_columns(pl.col("pre").map_batches(search_form)), on="row", how="left")
    simple = simple.select("row", disguised=pl.lit(value=False), note=pl.lit(None, pl.String), folded=pl.coalesce("pre", "form").str.strip_chars())
    heads = heads.drop("odd").join(pl.concat([best, simple.select(best.columns)]), on="row", how="left").sort("row")
    return heads, forms


def search_form(texts: pl.Series) -> pl.Series:
    """The form that words are searched in: NFKD, marks dropped, lower case, one blank between words and at both ends.

    A number parts from a word of five letters or more, and a year from one of three (blm2020); an elided article parts (l'église).
    """
    wide = texts.len() > 0 and bool((texts.str.len_bytes() != texts.str.len_chars()).any())
    if wide:
        texts = texts.str.normalize("NFKD").str.replace_all(rf"{HIDDEN}|\p{{Mn}}", "").str.to_lowercase()
        texts = texts.str.replace_many(list(LETTERS), list(LETTERS.values())).str.replace_all(r"\p{Mn}", "")
        texts = texts.str.replace_all(r"['’ʼ´]", "'")
    else:
        texts = texts.str.to_lowercase()
    texts = texts.str.replace_all(r"(^|[^a-z])([dljmnstc]|qu)'([aeiouyh])", "$1$2 $3").str.replace_all("'", "", literal=True)
    texts = texts.str.replace_all(r"([a-z]{5})([0-9])", "$1 $2").str.replace_all(r"([0-9])([a-z]{5})", "$1 $2")
    texts = texts.str.replace_all(r"([a-z]{3})((?:19|20)[0-9]{2}(?:[^0-9a-z]|$))", "$1 $2")
    parts = r"[^\p{L}\p{N}]+" if wide else r"[^a-z0-9]+"
    return (" " + texts + " ").str.replace_all(parts, " ")


def _odd(text: pl.Expr) -> pl.Expr:
    """Whether a text deserves a careful look: by its own marks, before any word is known."""
    narrow = text.str.contains(f"{_CODED}|{_CONTROL}|{_SPELLED}")
    leet = text.str.contains(_LEET) & text.str.replace_all(_HEX, " ").str.contains(_LEET)
    return narrow | leet | ((text.str.len_bytes() != text.str.len_chars()) & text.str.contains(_WIDE_ODD))


def _forms(pre: pl.DataFrame) -> pl.DataFrame:
    """Search forms of (row, kind, pre), and beside each text in camel case the form with its words parted; without repetitions."""
    camel = r"([a-z0-9])([A-Z][a-z])|([A-Z])([A-Z][a-z]{2})"
    pre = pre.with_columns(pl.col("pre").str.replace_all(_ID, " "))
    split = pre.filter(pl.col("pre").str.contains(camel)).with_columns(pre=pl.col("pre").str.replace_all(camel, "$1$3 $2$4"))
    both = pl.concat([pre, split])
    wide = both["pre"].str.len_bytes() != both["pre"].str.len_chars()
    parts = [part.with_columns(form=search_form(part["pre"])).drop("pre") for part in (both.filter(~wide), both.filter(wide))]
    return pl.concat(parts).unique(["row", "form", "kind"], maintain_order=True).sort("row", maintain_order=True)


def _look(text: str) -> _Reading:
    """Every reading of one odd text, and a note of what was undone to get it."""
    decoded, look = text, _Reading("", [], disguised=False, notes=[])
    for _ in range(2):  # keys are often encoded once more on their way
        look.disguised |= _ENCODED_LETTER.search(decoded) is not None
        decoded = unquote(html.unescape(decoded), errors="replace")
    if look.disguised:
        look.notes.append("letters written as codes")
        look.readings += [(PLAIN, text), ("encoded", decoded)]
    light, clean = _unhidden(decoded, look)
    if not look.readings:
        look.readings.append((PLAIN, light))
    if clean != light:
        look.readings.append(("hidden", clean))
    mixed = _mixed(clean, decoded, look)
    look.readings += [("lookalike", form) for form in (mixed, _skeleton(clean)) if form not in ("", clean)]
    if any(c in _DIRECTED for c in decoded):
        look.readings.append(("reversed", mixed[::-1]))
    tags = "".join(chr(ord(c) - 0xE0000) for c in decoded if 0xE0020 <= ord(c) <= 0xE007E)  # noqa: PLR2004  the block of tag characters
    if tags:
        look.readings.append(("tagged", tags))
    look.folded = _joined(mixed, look)
    look.readings += [("digits", form) for form in dict.fromkeys(_unleet(look.folded))]
    return look


def _unhidden(text: str, look: _Reading) -> tuple[str, str]:
    """The text with hidden and styled characters as blanks, and the text with the hidden ones dropped and the styled ones read."""
    eastern = any("\u3040" <= c <= "\u9fff" for c in text)
    light, clean = [], []
    last, parted = " ", False  # the last character that shows, and whether something hidden came after it
    for at, char in enumerate(text):
        if _is_hidden(char):
            parted = True
            light.append(" ")
            look.disguised |= char in _OVERRIDES
            if not "\ufe00" <= char <= "\ufe0f":
                look.notes.append(f"U+{ord(char):04X} at {at}")
            continue
        look.disguised |= parted and _lettered(last) and _lettered(char)
        last, parted = char, False
        plain = "" if eastern and "\uff21" <= char <= "\uff5a" else styled(char)
        light.append(" " if plain else char)
        clean.append(plain or char)
        if plain:
            look.notes.append(f"U+{ord(char):04X} for {plain} at {at}")
            look.disguised |= not 0x1F1E6 <= ord(char) <= 0x1F1FF  # noqa: PLR2004  flags are regional letters
    return "".join(light), "".join(clean)


def _is_hidden(char: str) -> bool:
    if char < "\u007f":
        return char < " " and char not in "\t\n\r"
    code = ord(char)
    ignored = code in (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0) or 0x180B <= code <= 0x180F or 0xFE00 <= code <= 0xFE0F  # noqa: PLR2004
    overlay = 0x0334 <= code <= 0x0338  # noqa: PLR2004  strokes laid over letters; accents are part of the writing
    return ignored or overlay or code >= 0xE0000 or unicodedata.category(char) in ("Cf", "Me", "Cc")  # noqa: PLR2004


def _lettered(char: str) -> bool:
    """Whether this is a letter or digit of a script that does not itself need joiners (Arabic and Indic do)."""
    return char.isalnum() and not "\u0590" <= char <= "\u109f"


def _mixed(text: str, decoded: str, look: _Reading) -> str:
    """Words that mix Latin letters with look-alikes of another script, read as Latin; other words stay in their own script."""

    def read(found: re.Match[str]) -> str:
        word = found.group()
        if word.isascii() or not any(c.isascii() and c.isalpha() for c in word):
            return word
        strange = [c for c in word if not c.isascii() and ord(c) in LOOKALIKES]
        look.disguised |= bool(strange)
        look.notes.extend(f"U+{ord(c):04X} for {LOOKALIKES[ord(c)]} at {decoded.index(c)}" for c in strange)
        return word.translate(LOOKALIKES)

    return _WORD.sub(read, text)


def _skeleton(text: str) -> str:
    """The text with every look-alike read as Latin; where its own script remains visible, only long words that became Latin whole."""
    if text.isascii():
        return ""
    latin = text.translate(LOOKALIKES)
    foreign = [w for w in _WORD.findall(latin) if not unicodedata.normalize("NFKD", w).encode("ascii", "ignore")]
    if not foreign and not any(ord(c) in range(0x370, 0x590) for c in latin):
        return latin
    return " ".join(w for w in _WORD.findall(latin) if w.isascii() and len(w) >= LEAST_LOOKALIKE)


def _joined(text: str, look: _Reading) -> str:
    """The text with letters that were spelled out (p r o t e s t, p.r.o.t.e.s.t, 抗 议) put together; short capitals are an abbreviation."""
    runs: list[str] = []

    def join(found: re.Match[str]) -> str:
        letters = "".join(c for c in found.group() if c.isalnum() or c in "@$")
        spelled = sum(c.isalpha() for c in letters) >= LEAST_SPELLED
        eastern = all("\u3400" <= c <= "\u9fff" for c in letters)
        if not (spelled or eastern or (letters.isalpha() and (letters.isupper() or "." in found.group()))):
            return found.group()
        if spelled or eastern:
            runs.append(letters)
        return letters

    whole = _RUN.sub(join, _ABBREVIATION.sub(lambda found: found.group().replace(".", ""), text))
    if runs:
        look.disguised |= any(len(run) > LEAST_SPELLED for run in runs)
        look.notes.extend(f"spelled out: {run}" for run in runs)
        look.readings.append(("spelled", whole))
        look.readings += [("run", letters) for run in runs for letters in dict.fromkeys((run, *_unleet(run)))]
    elif whole != text:
        look.readings.append((PLAIN, whole))
    return whole


def _unleet(text: str) -> Iterator[str]:
    """The text with digits and signs inside words read as letters, 1 once as i and once as l; nothing where there are none."""
    for table in (_DELEET, _DELEET_L):
        read = _TOKEN.sub(lambda found, table=table: _unleet_word(found.group(), table), text)  # type: ignore[misc]
        if read != text:
            yield read
            yield _TOKEN.sub(lambda found, table=table: _loosely(found.group(), table), read)  # type: ignore[misc]


def _unleet_word(word: str, table: dict[int, int]) -> str:
    bare = word.rstrip("!|")
    letters = sum(c.isalpha() for c in bare)
    if letters < LEAST_LEET_LETTERS or letters == len(bare) or letters * 2 < len(bare) or re.fullmatch(r"[A-Za-z]+\d+|\d+[A-Za-z]{1,2}", bare):
        return word
    return bare.translate(table) + word[len(bare) :]


def _loosely(word: str, table: dict[int, int]) -> str:
    """Short words beside a word that was written with digits are read alike (n0 k1ngs); numbers stay."""
    return word.translate(table) if any(c.isalpha() for c in word) else word


def _note(notes: list[str]) -> str | None:
    if not notes:
        return None
    kept = list(dict.fromkeys(notes))
    return "; ".join(kept[:MOST_NOTES]) + (f"; and {len(kept) - MOST_NOTES} more" if len(kept) > MOST_NOTES else "")
