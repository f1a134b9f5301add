"""What Python tells the views of the ground (the tables of store/views/told.sql): settings, clause packs, zone offsets, words found in texts."""

from __future__ import annotations

import datetime as dt
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from audit_analyzer.clauses import OWN
from audit_analyzer.errors import SettingsError
from audit_analyzer.settings import duration

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from audit_analyzer.clauses import Pack
    from audit_analyzer.lexicons import Lexicons
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store

FIRST_S, LAST_S = 631_152_000, 4_102_444_800  # 1990 to 2100: zone offsets are not worked out beyond, so a mistaken year 9999 costs nothing
MOST_BOUND, MOST_REMEMBERED = 2_000, 50_000  # rows bound in one statement; texts whose words are kept for the next refresh
PORTION, AT_ONCE = 200_000, 2  # texts searched in one piece, and pieces at a time: two millions at once take half as long again, in memory that no cache holds
REJECT_BYTES = 20_000  # of a record that cannot be read: enough for its words
TEXTS = ["text", "folded", "disguised", "reason_class", "reason_key"]  # and reason_no, numbered anew each time
HITS = ["text", "lexicon", "word", "matched", "language", "disguised", "cleared", "sense", "year_from", "year_to"]

# name: (default, what it is and where it comes from); [parameters.ground] of audit.toml overrides a default. A length of time is kept in seconds.
FIGURES: dict[str, tuple[float | str, str]] = {
    "case_subjects": (
        5,
        "most persons that one account may seek under one case for the case to explain it; in Evansville (2023) one real number hid nine people",
    ),
    "exigency_s": ("48 hours", "how long before its grant an exigency counts: Regulation (EU) 2024/1689 Art. 26(10); shorter times of a clause are for rules"),
    "quiet_s": ("8 hours", "quiet that ends a session: the published Search Anomaly Index (haveibeenflocked.com)"),
    "primary_share": (0.85, "share of an account's searches in its primary active window: the same index"),
    "habit_searches": (20, "fewest searches from which habits are read; the same minimum under which the Eugene log's figures were counted"),
    "peer_operators": (5, "fewest accounts that make a group of peers; a convention: fewer would hold people against one colleague"),
    "peer_days": (30, "fewest active days that a group's figures rest on; a convention for a median and its MAD"),
    "near_m": (
        1000.0,
        "radius around an assembly whose place is known better than that: a square and the streets around it; a place known worse has its own precision",
    ),
    "assembly_before_s": ("2 hours", "how long before an assembly a search may belong to it"),
    "assembly_after_s": ("72 hours", "how long after its end a search may belong to it"),
    "capture_after_s": ("2 hours", "how long after its end a face may have been taken at it: people go home"),
    "baseline_weeks": (8, "weeks before and after with which an assembly's window is compared"),
    "place_m": (150.0, "radius around a place of worship, health and so on: a city block"),
    "travel_m": (50_000.0, "distance below which two places of one account are not held against each other: positions may be that wrong"),
}


def tell(store: Store, settings: Settings, as_of: dt.datetime, packs: Mapping[str, Pack]) -> None:
    """Everything but texts. `as_of` carries a zone."""
    fill(store, "night", [(int(as_of.timestamp()),)])
    fill(store, "figures", [figures(settings)])
    spans = store.rows(
        "SELECT system, CAST(floor(min(epoch_us(occurred_at)) / 1000000) AS BIGINT), CAST(floor(max(epoch_us(occurred_at)) / 1000000) AS BIGINT) "
        "FROM main.queries GROUP BY system"
    )
    others = store.rows(
        "SELECT system FROM main.biometric_items UNION SELECT system FROM main.systems UNION SELECT system FROM main.exports WHERE system IS NOT NULL"
    )
    systems = sorted({s[0] for s in [*spans, *others]} | {s.name for s in settings.systems})
    known = {name: settings.system(name) for name in systems}
    fill(store, "system_zones", [(name, s.zone, s.zone or "UTC") for name, s in known.items()])
    fill(store, "zone_spans", [(name, *span) for name, first, last in sorted(spans) if (zone := known[name].zone) for span in offsets(zone, first, last)])
    fill(store, "service_accounts", [(name, operator) for name, s in known.items() for operator in s.service_accounts])
    law(store, settings, systems, packs)


def figures(settings: Settings) -> tuple[float, ...]:
    """Values of FIGURES in their order, defaults overridden by [parameters.ground]. SettingsError names a figure that does not exist."""
    own = settings.parameters.get("ground", {})
    for name in own:
        if name not in FIGURES:
            raise SettingsError(f"the ground has no figure {name!r}", "audit.toml [parameters.ground]", f"known: {', '.join(FIGURES)}")
    found = {name: own.get(name, default) for name, (default, _) in FIGURES.items()}
    return tuple(duration(v, f"audit.toml [parameters.ground] {n}") if n.endswith("_s") else float(v) for n, v in found.items())


def law(store: Store, settings: Settings, systems: Sequence[str], packs: Mapping[str, Pack]) -> None:
    """Bindings, limits and parameters of the packs that each system names; a pack that is not there is left to whoever checks the settings."""
    bindings: list[tuple[Any, ...]] = []
    limits: list[tuple[Any, ...]] = []
    parameters: list[tuple[Any, ...]] = []
    for name in systems:
        system = settings.system(name)
        limits += [(name, OWN, f"{OWN}/retention", r.kind, r.citizenship, r.seconds, None, None) for r in system.retention]
        if system.retention:
            bindings.append((name, OWN, f"{OWN}/retention", None, None, "in_force"))
        for pack in (packs[p] for p in sorted(set(system.packs)) if p in packs):
            for clause in pack.clauses:
                start, end = clause.span
                bindings.append((name, pack.name, clause.key, start, end, clause.status))
                limits += [(name, pack.name, clause.key, *limit, start, end) for limit in clause.limits()]
                parameters += [(name, pack.name, clause.key, *row, start, end) for row in clause.rows()]
    fill(store, "bindings", bindings)
    fill(store, "limits", limits)
    fill(store, "pack_parameters", parameters)


@functools.lru_cache(maxsize=256)
def offsets(zone: str, first_s: int, last_s: int) -> list[tuple[int, int, int]]:
    """Stretches (from_s, to_s exclusive, seconds east of UTC) that cover the UTC days from first_s to last_s."""
    place = ZoneInfo(zone)
    at, end = max(first_s, FIRST_S) // 86_400 * 86_400, (min(last_s, LAST_S) // 86_400 + 1) * 86_400
    spans: list[tuple[int, int, int]] = []
    while at < end:
        offset, day = _offset(place, at), at
        while day < end and _offset(place, day + 86_400) == offset:
            day += 86_400
        change = end if day >= end else min(_change(place, day, day + 86_400), end)
        spans.append((at, change, offset))
        at = change
    return spans


def _offset(place: ZoneInfo, second: int) -> int:
    east = dt.datetime.fromtimestamp(second, place).utcoffset()
    return int(east.total_seconds()) if east is not None else 0


def _change(place: ZoneInfo, low: int, high: int) -> int:
    """First second in (low, high] whose offset is not that of `low`."""
    before = _offset(place, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(place, middle) == before else (low, middle)
    return high


def tell_texts(store: Store, settings: Settings, *, known: bool = False) -> None:
    """Distinct texts of all carriers and of rejected records, folded, classed and searched for words: once each, however many rows have them.

    known: what stands in texts and text_hits was said by the same program with the same lexicons; where there are many, only texts not among them are searched.
    """
    raws = store.rows("SELECT export_id, record, raw FROM main.rejects WHERE raw IS NOT NULL")
    fill(store, "reject_texts", [(export, record, text) for export, record, raw in raws if (text := _readable(bytes(raw)))])
    lexicons = _lexicons(tuple(_stamp(file) for folder in settings.rule_folders() for file in sorted((folder / "lexicons").glob("*.toml"))))
    store.run("DELETE FROM ground.sought_texts; INSERT INTO ground.sought_texts SELECT carrier, sought FROM ground.carrier_texts")
    asked = "SELECT text FROM ground.sought_texts UNION SELECT text FROM ground.reject_texts"
    texts = store.rows(f"SELECT text FROM ({asked}) LIMIT {MOST_REMEMBERED + 1}")
    if len(texts) <= MOST_REMEMBERED:
        folded, hits = _searched(sorted(text for (text,) in texts), lexicons)
        numbers = {key: number for number, key in enumerate(dict.fromkeys(row[-1] for row in folded), 1)}
        fill(store, "texts", [(*row, numbers[row[-1]]) for row in folded])
        fill(store, "text_hits", hits)
        return
    fresh = f"{asked} EXCEPT SELECT text FROM ground.texts" if known else asked
    told, found = _frames(store.frame(fresh)["text"].sort(), lexicons)
    if known:
        told = _with_before(store, "texts", TEXTS, told)
        found = _with_before(store, "text_hits", HITS, found)
    store.run("DELETE FROM ground.texts; DELETE FROM ground.text_hits")
    _load(store, "texts", told.with_columns(reason_no=told["reason_key"].rank("dense")))
    _load(store, "text_hits", found)


def _with_before(store: Store, name: str, columns: Sequence[str], fresh: pl.DataFrame) -> pl.DataFrame:
    """What the table says of texts that are still sought, and what is said of fresh ones, in the order in which all of them together would be told."""
    import polars as pl

    still = "text IN (SELECT text FROM ground.sought_texts UNION SELECT text FROM ground.reject_texts)"
    before = store.frame(f"SELECT {', '.join(columns)} FROM ground.{name} WHERE {still}")
    return pl.concat([before.cast(fresh.schema), fresh]).sort([c for c in ("text", "lexicon", "language", "word", "matched") if c in columns])


def _readable(raw: bytes) -> str:
    """The bytes of a reject as text, whatever their encoding: UTF-16 by its many NULs, else UTF-8 with U+FFFD for what is not."""
    cut = raw[:REJECT_BYTES]
    wide = cut.count(0) * 3 > len(cut)
    return cut.decode("utf-16-le" if wide and cut[1:2] == b"\0" else "utf-16-be" if wide else "utf-8", "replace").replace("\0", "").strip()


def _stamp(file: Path) -> tuple[Path, int, int]:
    facts = file.stat()
    return file, facts.st_mtime_ns, facts.st_size


class _Searched:
    """Lexicons, and the rows that texts searched before have given: rule tests ask for the same few texts over and over."""

    def __init__(self, lexicons: Lexicons) -> None:
        self.lexicons = lexicons
        self.folded: dict[str, tuple[Any, ...]] = {}
        self.hits: dict[str, list[tuple[Any, ...]]] = {}


@functools.lru_cache(maxsize=4)
def _lexicons(stamps: tuple[tuple[Path, int, int], ...]) -> _Searched:
    """Read once for as long as the files stay as they are; `stamps` in the order of their folders."""
    from audit_analyzer import lexicons

    return _Searched(lexicons.load(list(dict.fromkeys(file.parent for file, _, _ in stamps))))


def _searched(texts: list[str], known: _Searched) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Rows of (texts, text_hits) for a small set of distinct texts; what was searched before is remembered."""
    if len(known.folded) > 10 * MOST_REMEMBERED:
        known.folded.clear()
        known.hits.clear()
    fresh = [text for text in texts if text not in known.folded]
    if fresh:
        folded, hits = _frames(fresh, known)
        known.folded.update((row[0], row) for row in folded.iter_rows())
        known.hits.update((text, []) for text in fresh)
        for row in hits.iter_rows():
            known.hits[row[0]].append(row)
    return [known.folded[text] for text in texts], [row for text in texts for row in known.hits[text]]


def _frames(texts: Sequence[str] | pl.Series, known: _Searched) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same for any number of distinct texts, as frames in the columns of told.sql."""
    import polars as pl

    from audit_analyzer import wordhits

    with ThreadPoolExecutor(AT_ONCE) as pool:
        portions = [texts[at : at + PORTION] for at in range(0, len(texts), PORTION)]
        told, hits = zip(*pool.map(lambda portion: wordhits.searched(portion, known.lexicons), portions), strict=True)
    return pl.concat(told).select(TEXTS), pl.concat(hits).select(HITS)


def fill(store: Store, name: str, rows: Collection[tuple[Any, ...]]) -> None:
    """Replaces the rows of one table of told.sql."""
    store.run(f"DELETE FROM ground.{name}")
    if len(rows) > MOST_BOUND:
        import polars as pl

        columns = [
            c for (c,) in store.rows("SELECT column_name FROM duckdb_columns() WHERE schema_name = 'ground' AND table_name = ? ORDER BY column_index", [name])
        ]
        _load(store, name, pl.DataFrame(list(rows), schema=columns, orient="row", infer_schema_length=None))
    elif rows:
        places = f"({', '.join('?' * len(next(iter(rows))))})"
        store.run(f"INSERT INTO ground.{name} VALUES {', '.join([places] * len(rows))}", [value for row in rows for value in row])


def _load(store: Store, name: str, frame: pl.DataFrame) -> None:
    with store.lent("lent_rows", frame.to_arrow()):
        store.run(f"INSERT INTO ground.{name} SELECT * FROM lent_rows")
