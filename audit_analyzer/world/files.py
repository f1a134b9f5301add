"""A labelled world as a delivery: interchange files, audit.toml, and beside them the truth."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from audit_analyzer.world.frame import World
    from audit_analyzer.world.rows import Rows

SEARCHES = ("identification", "video_search", "live_watch")


def write(world: World, folder: Path) -> None:
    """`folder` becomes a workspace: audit.toml, exports/ with everything that is handed over, truth.jsonl with what is true."""
    exports = folder / "exports"
    _register(world)
    _publish(world)
    for files in world.rows.values():
        headers = _headers(files)
        for name, rows in files.items():
            target = exports / name
            target.parent.mkdir(parents=True, exist_ok=True)
            frame = rows.frame(headers.get(_series(name), ()))
            if name.endswith(".ndjson"):
                frame.write_ndjson(target)
            else:
                frame.write_csv(target)
    for name, content in world.extra_files.items():
        target = exports / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "audit.toml").write_text(settings_text(world), encoding="utf-8")
    (folder / "truth.jsonl").write_text("".join(json.dumps(dataclasses.asdict(t), sort_keys=True) + "\n" for t in world.truths), encoding="utf-8")


def _series(name: str) -> str:
    """The monthly exports of one system are one series."""
    return name.partition("/queries-")[0] if "/queries-" in name else ""


def _headers(files: Mapping[str, Rows]) -> dict[str, set[str]]:
    """One header for all exports of a series: a system writes the same columns every month, whatever happened in it."""
    headers: dict[str, set[str]] = defaultdict(set)
    for name, rows in files.items():
        if series := _series(name):
            headers[series] |= rows.columns()
    return headers


def _register(world: World) -> None:
    """The register of systems, with every agency that may use each: all but the outsiders."""
    permitted = [a.name for a in world.agencies if a.name not in world.outsiders]
    for row in world.register.values():
        world.add("systems", **{"permitted_agencies": [*permitted, "District Attorney"], **row})
    world.register = {}


def _publish(world: World) -> None:
    """What each agency published of each month agrees with the log; agencies in `world.counted` published figures of their own."""
    import polars as pl

    columns = ("query_id", "system", "operation", "status", "agency", "occurred_at")
    frames = [_chosen(rows.frame(), columns) for rows in world.rows.get("queries", {}).values()]
    counted = pl.concat(frames, how="diagonal").unique(("system", "query_id")).filter(pl.col("operation").is_in(SEARCHES) & (pl.col("status") == "ok"))
    months = counted.group_by("agency", pl.col("occurred_at").str.slice(0, 7).alias("month")).len().sort("agency", "month")
    for agency, month, count in months.iter_rows():
        if agency and agency not in world.counted:
            first = dt.datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
            last = (first + dt.timedelta(days=32)).replace(day=1)
            if last <= world.end:
                world.add("published_counts", agency=agency, period_from=first, period_to=last, measure="queries", count=count)


def _chosen(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    return frame.select([c for c in columns if c in frame.columns])


def settings_text(world: World) -> str:
    """audit.toml of the world: every system with its packs, zone, service accounts and retention limits."""
    lines = ["# The workspace of a constructed world: no person, agency or system in it exists.", 'packs = ["dhs-026-11"]', ""]
    for matcher in world.systems.values():
        lines += ["[[delivery]]", f'files = "{matcher.name}/*"', f'system = "{matcher.name}"']
        lines += [f'zone = "{matcher.zone}"' if matcher.zone else "", ""]
    for matcher in world.systems.values():
        lines += ["[[system]]", f'name = "{matcher.name}"', f"packs = {json.dumps(list(matcher.packs))}"]
        lines += [f'zone = "{matcher.zone}"'] if matcher.zone else []
        lines += [f'agency = "{matcher.agency}"'] if matcher.agency else []
        lines += [f"service_accounts = {json.dumps(matcher.service_accounts)}"] if matcher.service_accounts else []
        for limit in matcher.retention:
            lines += ["[[system.retention]]", *(f"{key} = {json.dumps(value)}" for key, value in limit.items())]
        lines.append("")
    return "\n".join(lines)
