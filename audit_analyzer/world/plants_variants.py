"""Second variants of plants about stores and logs: as other systems would write them (D44, D48, D49, D52, D55, D56, D60)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world import uses
from audit_analyzer.world.aftermath import MINUTE, months, ordinary
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.rows import Cell

Row = tuple[str, str]
UNASKED: dict[str, Any] = {"probe": None, "subject": None, "candidates": None, "reviewed": False}


def d44_medium_named(world: World) -> None:
    """The line's own system stands in no register: its name is the line's, and it holds the faces under the gate's own numbers."""
    gate, line = world.matcher("ferry-gate", ("dhs-026-11", "cbp-tvs"), like="gate"), "coastal-ferries"
    world.matcher(line, ("dhs-026-11",), like="gate", register=False)
    rows: list[Row] = []
    for n in range(12):
        at, traveller = world.at(40 + 2 * n, 10), world.subject()
        life: dict[str, Any] = {"kind": "probe", "subject": traveller, "citizenship": "citizen", "created_at": at}
        item = world.add("biometric_items", system=gate, deleted_at=at + 2 * HOUR, **life)
        handed = world.add("disclosures", system=gate, item_id=item, to_org="Coastal Ferries", disclosed_at=at + MINUTE, reason="boarding")
        world.add("biometric_items", item_id=item, system=line, deleted_at=at + (5 * DAY if n % 2 else 3 * HOUR), **life)
        if n % 2:
            rows += [("biometric_items", item), ("disclosures", handed)]
    world.plant("system", line, rows, "six faces kept by a ferry line for five days each; it must not keep any", period=(world.at(40, 0), world.at(80, 0)))


def d48_medium_unnamed(world: World) -> None:
    """An export that does not say who searched, only which agency."""
    agency, system = world.host(), world.matcher("plate-network", ("dhs-026-11",), retention=[{"kind": "probe", "limit": "30 days"}])
    who, ids = [world.hire(agency, system, routine=False) for _ in range(5)], []
    for n, (operator, at) in enumerate(months(world, who, 0.5)):
        back = (45, 60, 90, 365)[n % 4] if n % 12 == 0 else (1, 3, 7, 14, 28)[n % 5]
        window: dict[str, Any] = {"searched_from": at - back * DAY, "searched_to": at, "probe": None, "subject": None}
        row = uses.ROWS["police"](world, operator, at, uses.current_case(world, operator, at), None) | {**window, "operator": None, "status": "ok"}
        world.background_queries += 1
        query = world.add("queries", **row)
        ids += [query] if back > 31 else []  # noqa: PLR2004  the limit and a day
    world.plant("agency", agency.name, ids, "one search in twelve asks for recordings of 45 days to a year where 30 days may be kept; no account is named")


def d49_medium_alike(world: World) -> None:
    """The log writes the deployment's start and end as two rows alike; wiped after two and a half days."""
    rows, system = _watched(world, "camera-van-6", 60 * HOUR)
    world.plant("system", system, rows, "twelve faces deleted sixty hours after the deployment where 24 hours are allowed", period=_about(world))


def d49_trap_alike(world: World) -> None:
    """The same, wiped twenty hours after its end."""
    rows, system = _watched(world, "camera-van-7", 20 * HOUR)
    world.plant("system", system, rows, "twelve faces deleted 20 hours after a deployment of eleven hours", period=_about(world))


def _about(world: World) -> tuple[dt.datetime, dt.datetime]:
    return world.at(70, 0), world.at(75, 0)


def _watched(world: World, name: str, kept: dt.timedelta) -> tuple[list[Row], str]:
    """A deployment of eleven hours on day 70 of which the log has two rows, and its list, wiped `kept` after its end."""
    system, day = world.matcher(name, ("dhs-026-11", "met-lfr")), world.at(70, 8)
    who = world.hire(system=system, routine=False, shifts=False)
    for at in (day, day + 11 * HOUR):
        facts: dict[str, Any] = {"operation": "live_watch", "call": None, "job": None, "probe_source": "video", **UNASKED}
        query = world.search(who, at, reason="deployment at the market", case=None, **facts)
        leave: dict[str, Any] = {"granted_at": day - 20 * HOUR, "expires_at": day + DAY, "granted_by": "Superintendent"}
        world.add("authorizations", query_id=query, system=system, kind="court_order", **leave)
    row: dict[str, Any] = {"system": system, "kind": "watchlist", "gallery": f"{system}-gallery", "created_at": day - HOUR}
    rows = [world.add("biometric_items", subject=world.subject(), deleted_at=day + 11 * HOUR + kept, **row) for _ in range(12)]
    return [("biometric_items", item) for item in rows], system


def d52_medium_pause(world: World) -> None:
    """Off for five hours of one night, and on again by the same hand."""
    system, agency = world.matcher("cloud-lake", ("dhs-026-11",), like="cloud"), world.host()
    who = [world.hire(agency, system, routine=False) for _ in range(3)]
    boss = world.hire(agency, system, unit="Information Technology", role="administrator", routine=False, shifts=False)
    off = world.at(88, 22)
    for operator, at in months(world, who, 0.6):
        if not off <= at < off + 5 * HOUR:
            ordinary(world, operator, at)
    facts: dict[str, Any] = {"operation": "log_control", "gallery": None, "threshold": None, "max_candidates": None, "probe_source": None, **UNASKED}
    ids = [world.search(boss, off + late, call=call, carriers="main-trail", **facts) for call, late in (("StopLogging", 0 * HOUR), ("StartLogging", 5 * HOUR))]
    world.plant("system", system, ids[:1], "logging stopped for five hours of a night, and begun again by the same hand")


def d55_easy_epoch(world: World) -> None:
    """A clock that was never set: the first of January 2003, and one record of 2041."""
    system = world.matcher("clock-empty", ("dhs-026-11",))
    who = world.hire(system=system, routine=False)
    for operator, at in months(world, [who], 0.6):
        ordinary(world, operator, at)
    moments = [*(dt.datetime(2003, 1, 1, 0, n, tzinfo=dt.UTC) for n in range(4)), dt.datetime(2041, 3, 2, 9, tzinfo=dt.UTC)]
    ids = [world.search(who, at, case=world.case(who, opened=at - DAY), reviewed=False, candidates=0) for at in moments]
    world.plant("system", system, ids, "four searches of 2003 and one of 2041", period=(moments[0], moments[-1]))


def d56_hard_third(world: World) -> None:
    """From April on every other case number is missing, one in ten before."""
    system, agency = world.matcher("fields-e", ("dhs-026-11",)), world.host()
    who, cut = [world.hire(agency, system, routine=False) for _ in range(8)], dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    for operator, at in months(world, who, 0.9):
        blank = world.rng.random() < (0.6 if at >= cut else 0.1)
        facts: dict[str, Cell] = {"file": f"{system}/export-{at:%Y-%m}.csv", "subject": None, "candidates": 0}
        world.search(operator, at, case=uses.current_case(world, operator, at), reviewed=False, **({**facts, "case_number": None} if blank else facts))
        world.background_queries += 1
    rows = [("exports", f"file:{system}/export-{month}.csv") for month in ("2026-04", "2026-05")]
    world.plant("system", system, rows, "six in ten case numbers are blank from April on, one in ten before", period=(cut - DAY, world.end))


def d60_hard_sessions(world: World) -> None:
    """A program makes up a new session name for each search."""
    agency, ids = world.host(), []
    for n in range(18):
        at = world.at(20 + 5 * n, float(world.rng.uniform(8, 20)))
        name = f"botocore-session-{int(at.timestamp())}"
        session = world.hire(agency, "cloud-matcher", name=name, rostered=False, routine=False, shifts=False)
        ids.append(world.search(session, at, case=None, operator_kind="role_session", reviewed=False))
    world.plant("operator", "botocore-session-*", ids, "18 searches, each under a session name that a program made up")
