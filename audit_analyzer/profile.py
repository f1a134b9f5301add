"""The data-reliability sheet: spans, gaps, missing cells, hours and changes of what was read, so that a reader knows what the findings stand on."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import TYPE_CHECKING, Any

from audit_analyzer import words
from audit_analyzer.store import canonical

if TYPE_CHECKING:
    import polars as pl

    from audit_analyzer.store import Store

SILENT = 1e-4  # a gap is told as silent when a Poisson count of zero is less likely than this (domain: detection of silent gaps)
NIGHT = 6  # hours from midnight in which people work least; the trough of a day is looked for in this width
DAY = 24
ENOUGH = 200  # events below which hours say nothing
QUIET = 0.5  # the trough must hold less than half of what six even hours would
LOCAL_STARTS = (22, 23, 0, 1, 2)  # a trough that starts here is a night as it stands; one that starts at 3 or 4 may be a late night as well
EITHER_STARTS = (3, 4)
ADVICE = "declare the zone in audit.toml."
JUMP = 0.3  # a change of a column's share that is told
SIDE = 30  # rows needed on each side of a change
WORDING = "reason in stock wording"
COMMON = 0.01  # a wording is stock wording from this share of a system's uses on
FULL = 200  # up to so many exports each is listed with every column; beyond, only columns unlike their system's
UNLIKE = 0.05
TOP_DAYS, TOP_REASONS = 5, 10
DAY_NO = "floor(epoch(occurred_at) / 86400)::INTEGER"
HOUR = f"floor((epoch(occurred_at) - 86400 * {DAY_NO}) / 3600)::INTEGER"
FOLDED = "nullif(trim(regexp_replace(lower(reason), '[\\s+]+', ' ', 'g')), '')"
SEARCHES = "operation IN ('identification', 'verification', 'video_search', 'live_watch')"


def profile(store: Store) -> dict[str, Any]:
    """The sheet as JSON-able values; every count is over all rows, days and hours are UTC, shares are of 1, `to` is exclusive.

    exports: one entry an export (source, system, rows, span, integrity, outcome, null_share by column of `queries`).
    systems: by name: rows, span, days, gaps, busiest days, operators, operations, hours, trough, copies, reasons, columns, issues, changes.
    """
    systems = _spans(store)
    for part in (_days, _counts, _hours, _reasons, _columns, _changes, _ledger):
        part(store, systems)
    return {"exports": _exports(store, systems), "systems": dict(sorted(systems.items()))}


def _spans(store: Store) -> dict[str, dict[str, Any]]:
    sql = "SELECT system, count(*) AS n, min(occurred_at) AS low, max(occurred_at) AS high, count(DISTINCT operator) AS people FROM queries GROUP BY system"
    spans = {
        row["system"]: {"rows": row["n"], "from": words.iso(row["low"]), "last": words.iso(row["high"]), "operators": row["people"]} for row in store.dicts(sql)
    }
    for (system,) in store.rows("SELECT DISTINCT system FROM exports WHERE system IS NOT NULL"):
        spans.setdefault(system, {"rows": 0, "from": None, "last": None, "operators": 0})
    return spans


def _days(store: Store, systems: dict[str, dict[str, Any]]) -> None:
    """Days of the span, those with events, those without (in runs), and the busiest."""
    frame = store.frame(f"SELECT system, {DAY_NO} AS day_no, count(*) AS n FROM queries GROUP BY system, day_no ORDER BY system, day_no")
    for (system,), days in frame.group_by("system", maintain_order=True):
        counts = dict(zip(days["day_no"].to_list(), days["n"].to_list(), strict=True))
        span = max(counts) - min(counts) + 1
        busiest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP_DAYS]
        systems[str(system)] |= {
            "days": span,
            "days_covered": len(counts),
            "gaps": _gaps(counts),
            "busiest": [{"day": _date(day), "queries": n} for day, n in busiest],
        }


def _gaps(counts: dict[int, int]) -> list[dict[str, Any]]:
    """Runs of days without events between the first and the last day with any.

    expected: what the other days of the same weekdays lead one to expect in the run; p = exp(-expected), Poisson's chance of none.
    """
    first, last = min(counts), max(counts)
    totals, lengths = [0] * 7, [(last - first + 1) // 7] * 7
    for day, n in counts.items():
        totals[day % 7] += n
    for day in range(first, first + (last - first + 1) % 7):
        lengths[day % 7] += 1
    days = sorted(counts)
    return [_gap(low + 1, high, totals, lengths) for low, high in itertools.pairwise(days) if high - low > 1]


def _gap(start: int, end: int, totals: list[int], lengths: list[int]) -> dict[str, Any]:
    inside = [(end - start) // 7 + ((weekday - start) % 7 < (end - start) % 7) for weekday in range(7)]
    overall = sum(totals) / (sum(lengths) - sum(inside))
    rates = [total / (length - own) if length > own else overall for total, length, own in zip(totals, lengths, inside, strict=True)]
    expected = sum(rate * own for rate, own in zip(rates, inside, strict=True))
    chance = math.exp(-expected)
    return {"from": _date(start), "to": _date(end), "days": end - start, "expected": round(expected, 2), "p": float(f"{chance:.3g}"), "silent": chance < SILENT}


def _counts(store: Store, systems: dict[str, dict[str, Any]]) -> None:
    """How often each word of the closed lists stands there."""
    for column in ("operation", "time_basis", "operator_kind", "status", "reason_state", "case_number_state"):
        frame = store.frame(f"SELECT system, {column} AS word, count(*) AS n FROM queries GROUP BY system, word ORDER BY system, n DESC, word")
        for system, word, n in frame.iter_rows():
            systems[system].setdefault(column, {})[word] = n


def _hours(store: Store, systems: dict[str, dict[str, Any]]) -> None:
    sql = f"""SELECT system, {HOUR} AS hour, count(*) AS n, count(*) FILTER (operator_kind <> 'service') AS people
              FROM queries GROUP BY system, hour ORDER BY system, hour"""
    for (system,), rows in store.frame(sql).group_by("system", maintain_order=True):
        hours, people = [0] * DAY, [0] * DAY
        for _, hour, n, of_people in rows.iter_rows():
            hours[hour], people[hour] = n, of_people
        basis = systems[str(system)]["time_basis"]
        known = 2 * sum(basis.get(word, 0) for word in ("declared", "inferred")) > sum(basis.values())
        systems[str(system)] |= {"hours": hours, "trough": trough(people, known=known)}


def trough(hours: list[int], *, known: bool = False) -> dict[str, Any]:
    """The six hours in which least happens, and what that suggests of the zone; a suggestion for audit.toml, never used as a fact.

    hours: 24 counts by hour as stored; known: the zone is declared, so the hours are UTC. Without a zone the times were read as if they were UTC.
    reading: `utc` (a night elsewhere), `local` (a night as it stands), `declared` or `unclear`; offsets: hours from UTC that would put the trough at 00-06.
    """
    total = sum(hours)
    sums = [sum(hours[(start + step) % DAY] for step in range(NIGHT)) for start in range(DAY)]
    least = min(sums)
    start = sums.index(least)
    share = least / total if total else 1.0
    facts: dict[str, Any] = {"from": start, "to": (start + NIGHT) % DAY, "share": round(share, 4), "events": total}
    if total < ENOUGH or share > QUIET * NIGHT / DAY:
        return {**facts, "reading": "unclear", "offsets": [], "text": "The hours show no night clear enough to tell a time zone by."}
    offset = -start if start <= DAY // 2 else DAY - start
    offsets = [offset, offset - 1]  # where clocks are put forward in summer, the winter's offset is an hour further west
    named, place = f"The trough {start:02d}-{(start + NIGHT) % DAY:02d} h", f"UTC times of a place at UTC{offset:+d}/{offset - 1:+d}"
    if known:
        reading, text = "declared", f"{named} fits {place}; compare it with the zone that was declared."
    elif start in LOCAL_STARTS:
        reading, text = "local", f"{named} is a night as it stands: it suggests local times, or UTC times of a place near Greenwich; {ADVICE}"
    elif start in EITHER_STARTS:
        reading, text = "unclear", f"{named} may be a late night in local times, or suggest {place}; {ADVICE}"
    else:
        reading, text = "utc", f"{named} suggests {place}; {ADVICE}"
    return {**facts, "reading": reading, "offsets": offsets, "text": text}


def _reasons(store: Store, systems: dict[str, dict[str, Any]]) -> None:
    """The commonest reasons, folded in case, blanks and `+`, with their share of the uses that give one."""
    sql = f"""WITH as_written AS (SELECT system, reason, count(*) AS n FROM queries WHERE reason_state = 'value' GROUP BY system, reason),
                folded AS MATERIALIZED (SELECT system, {FOLDED} AS text, sum(n)::BIGINT AS n FROM as_written GROUP BY system, text HAVING text IS NOT NULL),
                whole AS (SELECT system, sum(n)::BIGINT AS given, count(*) AS texts, max(n, {TOP_REASONS}) AS most FROM folded GROUP BY system)
              SELECT f.system, f.text, f.n, w.given, w.texts FROM folded AS f INNER JOIN whole AS w ON w.system = f.system WHERE f.n >= w.most[-1]
              QUALIFY row_number() OVER (PARTITION BY f.system ORDER BY f.n DESC, f.text) <= {TOP_REASONS} ORDER BY f.system, f.n DESC, f.text"""
    for facts in systems.values():
        facts |= {"reasons": 0, "top_reasons": []}
    for system, text, n, given, texts in store.frame(sql).iter_rows():
        systems[system]["reasons"] = texts
        systems[system]["top_reasons"].append({"reason": text, "rows": n, "share": round(n / given, 4)})


def _filled(store: Store, by: str, where: str = "true") -> pl.DataFrame:
    """For each group of queries: n, and for each column how many rows have a value."""
    names = ", ".join(f'count("{c.name}") AS "{c.name}"' for c in canonical()["queries"].columns if not c.required)
    return store.frame(f"SELECT {by}, count(*) AS n, {names} FROM queries WHERE {where} GROUP BY ALL ORDER BY ALL")


def _columns(store: Store, systems: dict[str, dict[str, Any]]) -> None:
    """NULL share of every column that may be NULL."""
    for row in _filled(store, "system").iter_rows(named=True):
        systems[row["system"]]["null_share"] = {name: round(1 - n / row["n"], 4) for name, n in row.items() if name not in {"system", "n"}}


def _exports(store: Store, systems: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    sql = """SELECT export_id AS export, path AS file, source, system, outcome, reason, read, kept, rejected, set_aside, copies, integrity, zone, zone_basis,
             period_from AS first, period_to AS last, columns_unknown FROM exports ORDER BY path, export_id"""
    exports = [{**row, "first": words.iso(row["first"]), "last": words.iso(row["last"]), "null_share": {}} for row in store.dicts(sql)]
    known = {export["export"]: export for export in exports}
    for row in _filled(store, "export_id, system").iter_rows(named=True):
        usual = systems[row["system"]]["null_share"]
        shares = {name: round(1 - row[name] / row["n"], 4) for name in usual}
        unlike = {name: share for name, share in shares.items() if len(known) <= FULL or abs(share - usual[name]) > UNLIKE}
        if row["export_id"] in known:
            known[row["export_id"]]["null_share"][row["system"]] = unlike
    return exports


def _changes(store: Store, systems: dict[str, dict[str, Any]]) -> None:
    """Days on which a column's filling, or the wording of reasons, changes for good: what stands on either side is not to be compared."""
    import polars as pl  # heavy: only where a night is profiled

    written = f"SELECT system, reason, count(*) AS n FROM queries WHERE {SEARCHES} AND reason_state = 'value' GROUP BY system, reason"
    stock = f"""WITH folded AS MATERIALIZED (SELECT system, reason, {FOLDED} AS text, n FROM ({written}) AS written),
      given AS (SELECT system, sum(n) AS n FROM folded GROUP BY system),
      common AS (
        SELECT f.system, f.text FROM folded AS f INNER JOIN given AS g ON g.system = f.system
        WHERE f.text IS NOT NULL GROUP BY f.system, f.text HAVING sum(f.n) >= {COMMON} * min(g.n)),
      stock AS (SELECT f.system, f.reason FROM folded AS f INNER JOIN common AS c ON c.system = f.system AND c.text = f.text)
      SELECT q.system, {DAY_NO} AS day_no, count(*) AS n, '{WORDING}' AS "column", count(stock.reason) AS filled
      FROM queries AS q LEFT JOIN stock ON stock.system = q.system AND stock.reason = q.reason
      WHERE {SEARCHES} AND reason_state = 'value' GROUP BY q.system, day_no ORDER BY q.system, day_no"""
    cells = _filled(store, f"system, {DAY_NO} AS day_no", SEARCHES)
    long = cells.unpivot(index=["system", "day_no", "n"], variable_name="column", value_name="filled")
    for facts in systems.values():
        facts["changes"] = []
    kinds = pl.Schema({"system": pl.String, "day_no": pl.Int32, "n": pl.Int64, "column": pl.String, "filled": pl.Int64})
    for row in _steps(pl.concat([long.cast(kinds), store.frame(stock).cast(kinds)])).iter_rows(named=True):
        told = {"column": row["column"], "day": _date(row["day_no"]), "share_before": round(row["before"], 4), "share_after": round(row["after"], 4)}
        systems[row["system"]]["changes"].append(told)


def _steps(days: pl.DataFrame) -> pl.DataFrame:
    """system, column, day_no, before, after: for each column the day from which on its share differs most (largest two-sample chi-square), where it jumps."""
    import polars as pl  # heavy: only where a night is profiled

    group = ["system", "column"]
    rows, filled = pl.col("n").cum_sum().over(group), pl.col("filled").cum_sum().over(group)
    sides = days.sort(*group, "day_no").with_columns(
        n1=rows - pl.col("n"),
        k1=filled - pl.col("filled"),
        n2=pl.col("n").sum().over(group) - rows + pl.col("n"),
        k2=pl.col("filled").sum().over(group) - filled + pl.col("filled"),
    )
    sides = sides.filter((pl.col("n1") >= SIDE) & (pl.col("n2") >= SIDE)).with_columns(before=pl.col("k1") / pl.col("n1"), after=pl.col("k2") / pl.col("n2"))
    weight = (pl.col("after") - pl.col("before")) ** 2 * pl.col("n1") * pl.col("n2")
    best = sides.with_columns(weight=weight).sort(*group, "weight", "day_no", descending=[False, False, True, False])
    jumps = best.group_by(group, maintain_order=True).first().filter((pl.col("after") - pl.col("before")).abs() >= JUMP)
    return jumps.select(*group, "day_no", "before", "after")


def _ledger(store: Store, systems: dict[str, dict[str, Any]]) -> None:
    """What the ledger says of each system: copies and revisions, unreadable cells, columns that only some exports have."""
    for facts in systems.values():
        facts |= {"copies": {}, "field_issues": {}, "columns_in_some_exports": {}, "spellings": {}}
    copies = """SELECT coalesce(c.system, e.system) AS owner, c.kind, count(*) FROM copies AS c LEFT JOIN exports AS e USING (export_id)
                GROUP BY owner, c.kind ORDER BY owner, c.kind"""
    issues = """SELECT system, table_name || '.' || column_name AS name, sum(unreadable)::BIGINT AS n FROM field_states
                GROUP BY system, name HAVING n > 0 ORDER BY ALL"""
    partly = """SELECT system, table_name || '.' || column_name AS name,
                  count(DISTINCT export_id) FILTER (state = 'exported') || ' of ' || count(DISTINCT export_id)
                FROM field_states GROUP BY system, name HAVING count(DISTINCT state = 'exported') > 1 ORDER BY ALL"""
    names = "SELECT system, column_name || ' ' || name AS name, string_agg(DISTINCT said, '; ' ORDER BY said) FROM spellings GROUP BY ALL ORDER BY ALL"
    for field, sql in (("copies", copies), ("field_issues", issues), ("columns_in_some_exports", partly), ("spellings", names)):
        for system, name, n in store.rows(sql):
            if system in systems:
                systems[system][field][name] = n


def _date(day_no: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day_no)).isoformat()
