"""The shared ground: what several rules need is computed once, as tables and views of schema `ground`, each with a sentence and its source.

The views are the blocks of store/views/*.sql, ordered here by their references; told.py fills the tables of told.sql with what SQL cannot
know. `prepare` for a night; `define` once and `refresh` for every test of a rule.

Blocks are written with a few words that are written out here: seconds(x), day_of(x), key_of(x), bare_of(x), shape_of(x), metres(lat, lon, lat, lon),
columns(table, alias), which is every column of the model's table: x_at as x_s in epoch seconds, lists as text joined by ';', and uses_at(name), which is
ground.queries for the uses whose use_no stands in `name` (a table of the statement, AS MATERIALIZED), each once.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from audit_analyzer.errors import RuleError
from audit_analyzer.store import canonical, scratch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit_analyzer.store import Store

VIEWS = Path(__file__).resolve().parent / "store" / "views"
BLOCK = re.compile(
    r"^-- (\w+): (.+(?:\n-- (?!materialise\b).+)*)\n(-- materialise(?:: nothing without ([\w., ]+))?\n)?CREATE (VIEW|TABLE) \1 ((?:.|\n)*?);\n", re.MULTILINE
)
LAID_TOGETHER = "FROM (SELECT rowid AS row_no"  # where the columns of ground.queries end
# Few uses by their place: the engine passes over the row groups and vectors that hold none of them, where a view laid together by position reads every
# column of every use. A hundred uses of ten million: 0.2 processor seconds, by position 2 to 4; three million: 3 and 5 (docs/performance.md).
AT = (
    "FROM main.queries AS q "
    "INNER JOIN (SELECT * FROM ground.use_keys WHERE use_no IN (SELECT use_no FROM {name})) AS u ON u.use_no = q.rowid "
    "INNER JOIN (SELECT * FROM ground.use_context WHERE use_no IN (SELECT use_no FROM {name})) AS c ON c.use_no = u.use_no"
)
# a campaign's name, 287(g), 8 USC 1325 and 1326, and the folder of a march behind a date: lexicons look for these
KNOWN_NUMBER = "(^|[^0-9])(50501|287|132[0-9])([^0-9]|$)|[0-9][^0-9A-Za-z][0-3][0-9][^0-9A-Za-z][Mm]arch"
NUMBERED = "[Aa][- #]?[0-9]{{7}}|" + KNOWN_NUMBER  # alien registration numbers
WORDS = {
    "seconds": "CAST(floor(epoch_us({0}) / 1000000) AS BIGINT)",
    "day_of": "CAST(floor(epoch_us({0}) / 86400000000) AS INTEGER)",
    # ASCII other than letters and digits, no-break space and dashes; \pL and \pN would be compiled anew, slowly, for every statement
    "key_of": (
        r"CASE WHEN regexp_matches({0}, '[^A-Za-z0-9 -]') "
        r"THEN nullif(upper(regexp_replace({0}, '[\x00-/:-@\[-`{{-\x{{A0}}\x{{2010}}-\x{{2015}}]+', '', 'g')), '') "
        r"ELSE nullif(upper(replace(replace({0}, '-', ''), ' ', '')), '') END"
    ),
    # without the long ids of machines, the first two kinds of folding._ID: they hold no words, and make every text another one; a name that is
    # such an id and an ending, and no more, is the commonest, and cut twice as fast as by the replacement
    "bare_of": (
        "CASE WHEN length({0}) < 16 THEN {0} "
        r"WHEN regexp_full_match({0}, '[0-9A-Fa-f]{{16,}}\.[A-Za-z0-9]{{1,5}}') THEN concat(' ', substr({0}, strpos({0}, '.'))) "
        "ELSE regexp_replace({0}, '[0-9A-Fa-f]{{8}}-(?:[0-9A-Fa-f]{{4}}-){{3}}[0-9A-Fa-f]{{12}}|[0-9A-Fa-f]{{16,}}', ' ', 'g') END"
    ),
    "shape_of": (
        r"CASE WHEN NOT regexp_matches({0}, '[A-Za-z][^A-Za-z]{{0,3}}[A-Za-z][^A-Za-z]{{0,3}}[A-Za-z]|[0134578@$][A-Za-z]{{2}}|[^\x00-\x7F]|"
        rf"{NUMBERED}') THEN NULL "
        rf"WHEN regexp_matches({{0}}, '[g-zG-Z@$!|][0-9]{{{{1,2}}}}[A-Za-z]|[A-Za-z][0-9]{{{{1,2}}}}[g-zG-Z]|{KNOWN_NUMBER}') THEN {{0}} "
        r"ELSE "
        + functools.reduce(lambda text, digit: f"replace({text}, '{digit}', '0')", "123456789", "{0}")  # twice as fast as translate()
        + " END"
    ),
    # great circle by haversine; 6,371,008.8 m is the earth's mean radius (International Union of Geodesy and Geophysics)
    "metres": (
        "(2 * 6371008.8 * asin(sqrt(least(1.0, "
        "pow(sin(radians({2} - {0}) / 2), 2) + cos(radians({0})) * cos(radians({2})) * pow(sin(radians({3} - {1}) / 2), 2)))))"
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """One name of the ground: its sentence, its SELECT, or the columns of a table that told.py fills.

    materialise: it is kept as a table; without: it has no rows where all of these tables are empty.
    """

    name: str
    sentence: str
    body: str
    given: bool
    materialise: bool
    without: tuple[str, ...]

    @property
    def references(self) -> frozenset[str]:
        return frozenset(re.findall(r"\bground\.(\w+)", self.body))


@functools.cache
def blocks() -> tuple[Block, ...]:
    """Every block of the view files, ordered so that each comes after what it refers to; by file and place where that leaves a choice."""
    found: dict[str, Block] = {}
    for file in sorted(VIEWS.glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            name, sentence, materialise, without, kind, body = match.groups()
            sources = tuple(without.split(", ")) if without else ()
            found[name] = Block(name, re.sub(r"\n-- ", " ", sentence), body, kind == "TABLE", materialise is not None, sources)
        made, read = len(re.findall(r"^CREATE ", text, re.MULTILINE)), len(BLOCK.findall(text))
        if made != read:
            raise RuleError(f"{made - read} of {made} blocks are not written as a block", str(file), "write: -- name: sentence, then CREATE VIEW name AS …;")
    every = found["queries"].body.removeprefix("AS").partition(LAID_TOGETHER)[0]
    at = functools.partial(re.compile(r"\buses_at\((\w+)\)").sub, lambda match: f"({every}{AT.format(name=match[1])})")
    return tuple(_ordered({name: dataclasses.replace(block, body=_written_out(at(block.body))) for name, block in found.items()}))


def _ordered(found: Mapping[str, Block]) -> Iterator[Block]:
    done: set[str] = set()
    while len(done) < len(found):
        ready = [b for b in found.values() if b.name not in done and b.references <= done]
        if not ready:
            left = sorted(found.keys() - done)
            raise RuleError(f"these views refer to each other in a circle, or to what is not there: {', '.join(left)}", str(VIEWS), "follow their references")
        done.update(b.name for b in ready)
        yield from ready


@functools.cache
def names() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every name of the ground with its sentence and its columns, from a scratch database."""
    with scratch() as store:
        define(store)
        rows = store.rows("SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'ground' ORDER BY table_name, column_index")
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    return {b.name: (b.sentence, tuple(columns[b.name])) for b in blocks()}


def define(store: Store) -> None:
    """Every name of the ground, its tables still empty. All or nothing."""
    with store.transaction():
        store.run("DROP SCHEMA IF EXISTS ground CASCADE; CREATE SCHEMA ground")
        for block in blocks():
            store.run(_definition(block))


def define_again(store: Store, some: Iterable[Block]) -> None:
    """Those tables of a defined ground empty once more: quicker than to delete their rows, and none is left behind in the file. All or nothing."""
    with store.transaction():
        for block in some:
            store.run(f"DROP TABLE ground.{block.name}")
            store.run(_definition(block))


def _definition(block: Block) -> str:
    if block.given:
        return f"CREATE TABLE ground.{block.name} {block.body}"
    return f"CREATE TABLE ground.{block.name} {block.body} WITH NO DATA" if block.materialise else f"CREATE VIEW ground.{block.name} {block.body}"


def closure(needed: set[str]) -> set[str]:
    """The names and everything that they rest on."""
    wanted = set(needed)
    for block in reversed(blocks()):
        if block.name in wanted:
            wanted |= block.references
    return wanted


def _written_out(body: str) -> str:
    """The block's SQL with the words of WORDS, and columns(), in full."""
    body = re.sub(r"\bcolumns\((\w+), (\w+)(?:, without ((?:\w+ ?)+))?\)", lambda m: _columns(m[1], m[2], (m[3] or "").split()), body)
    pattern = re.compile(rf"\b({'|'.join(WORDS)})\(")
    while found := pattern.search(body):
        parts, end = _arguments(body, found.end())
        body = body[: found.start()] + WORDS[found[1]].format(*parts) + body[end:]
    return body


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """Arguments of a call whose opening bracket ends at `start`, and where the call ends; they hold no strings with brackets or commas."""
    parts, depth, at = [""], 1, start
    while depth:
        letter = text[at]
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 1:
            parts.append("")
        elif depth:
            parts[-1] += letter
        at += 1
    return [part.strip() for part in parts], at


def _columns(table: str, alias: str, without: Iterable[str]) -> str:
    """Every column of a canonical table and where its row comes from, as rules see them."""
    left_out = set(without)
    columns = [_column(c.name, c.type, alias) for c in canonical()[table].columns if c.name not in left_out]
    return ", ".join([*columns, f"{alias}.export_id", f"{alias}.record"])


def _column(name: str, kind: str, alias: str) -> str:
    if kind == "TIMESTAMPTZ":
        return f"{WORDS['seconds'].format(f'{alias}.{name}')} AS {name.removesuffix('_at')}_s"
    return f"array_to_string({alias}.{name}, ';') AS {name}" if kind.endswith("[]") else f"{alias}.{name}"
