"""Plants about recordings and watchlists: asking for more than is kept (D48), lists that outlive their deployment (D49)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator
    from audit_analyzer.world.rows import Cell

Row = tuple[str, str]


# --- D48: looking back further than recordings may be kept


def d48_easy(world: World) -> None:
    """Four hundred days back where thirty are kept."""
    who = world.hire(system=_recorder(world, "cctv-north"), routine=False)
    ids = [_back(world, who, start + HOUR, 400) for start, _ in world.duty(who, 8)]
    world.plant("operator", who.name, ids, "eight searches of recordings of the last 400 days where 30 may be kept")


def d48_medium(world: World) -> None:
    """Sixty days back."""
    who = world.hire(system=_recorder(world, "cctv-south"), routine=False)
    ids = [_back(world, who, start + HOUR, 60) for start, _ in world.duty(who, 3)]
    world.plant("operator", who.name, ids, "three searches of recordings of the last 60 days where 30 may be kept")


def d48_hard(world: World) -> None:
    """Thirty-three days back, once, among many of a few days."""
    who = world.hire(system=_recorder(world, "cctv-west"), routine=False)
    for start, _ in world.duty(who, 15, 20, 69):
        _back(world, who, start + HOUR, float(world.rng.uniform(0.5, 12)))
    ids = [_back(world, who, world.duty(who)[0][0] + HOUR, 33)]
    world.plant("operator", who.name, ids, "one search of recordings of the last 33 days where 30 may be kept, fifteen others within days")


def d48_trap_default(world: World) -> None:
    """The program's default is all time, for everybody."""
    agency, system, ids = world.host(), _recorder(world, "cctv-east"), []
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    for _ in range(5):
        who = world.hire(agency, system, routine=False)
        ids += [_back(world, who, start + HOUR, 1, searched_from=epoch) for start, _ in world.duty(who, 4)]
    world.plant("system", system, ids, "twenty searches of all officers from the first of January 1970 on: the program's default, not anybody's wish")


def d48_trap_held(world: World) -> None:
    """Recordings held for the case under a court order."""
    who = world.hire(system=_recorder(world, "cctv-court"), routine=False)
    case = world.case(who, offense="homicide", opened=world.at(10, 9))
    world.leave(case, "court_order")
    ids = []
    for start, _ in world.duty(who, 3, 80):
        query = _back(world, who, start + HOUR, 62, case=case)
        held: dict[str, Any] = {"created_at": start - 60 * DAY, "hold_from": start - 50 * DAY, "subject": case.subjects[0]}
        world.add("biometric_items", system=who.system, query_id=query, kind="probe", gallery=f"{who.system}-gallery", **held)
        ids.append(query)
    world.plant("operator", who.name, ids, "three searches of recordings of 62 days before, held for the case under a court order")


def _recorder(world: World, name: str) -> str:
    return world.matcher(name, ("dhs-026-11",), retention=[{"kind": "probe", "limit": "30 days"}])


def _back(world: World, who: Operator, at: dt.datetime, days: float, **changes: Cell) -> str:
    """A search of recordings of so many days before it."""
    facts: dict[str, Any] = {"operation": "video_search", "call": "video search", "probe_source": "still", "searched_from": at - DAY * days, "searched_to": at}
    case = changes.pop("case", None) or world.case(who, opened=at - 2 * DAY)
    return world.search(who, at, case=case, **{**facts, "job": world.fresh_id(12), "captured_at": None, **changes})


# --- D49: watchlists


def d49_easy(world: World) -> None:
    """Sixty faces still on the list two months after the deployment."""
    rows, system = _deployment(world, "camera-van-1", 60, None)
    world.plant("system", system, rows, "60 faces of a watchlist not deleted in the weeks after the deployment", period=(_day(world), world.end))


def d49_medium(world: World) -> None:
    """Wiped three days later."""
    rows, system = _deployment(world, "camera-van-2", 25, 3 * DAY)
    world.plant(
        "system", system, rows, "25 faces of a watchlist deleted three days after the deployment where 24 hours are allowed", period=(_day(world), world.end)
    )


def d49_hard(world: World) -> None:
    """Five faces forgotten for thirty-two hours, forty wiped in time."""
    system = _van(world, "camera-van-3")
    _listed(world, system, 40, 20 * HOUR)
    rows = _listed(world, system, 5, 32 * HOUR)
    _watched(world, system)
    world.plant(
        "system", system, rows, "five faces of a watchlist deleted 32 hours after the deployment, forty others in time", period=(_day(world), world.end)
    )


def d49_trap_long(world: World) -> None:
    """Made in the morning, deployed until the evening, wiped twenty hours later: 24 hours run from the deployment's end."""
    rows, system = _deployment(world, "camera-van-4", 30, 20 * HOUR)
    world.plant("system", system, rows, "30 faces deleted 20 hours after a deployment of ten hours")


def d49_trap_warrant(world: World) -> None:
    """People with a standing warrant, held on the list for it."""
    system = _van(world, "camera-van-5")
    rows = _listed(world, system, 6, None, hold_from=_day(world) - 2 * HOUR)
    who = _watched(world, system)
    case = world.case(who, offense="homicide", opened=world.at(40, 9))
    world.leave(case, "warrant", granted=world.at(41, 9))
    world.plant("system", system, rows, "six faces kept after the deployment under a hold for standing warrants")


def _van(world: World, name: str) -> str:
    return world.matcher(name, ("dhs-026-11", "met-lfr"))


def _day(world: World) -> dt.datetime:
    return world.at(60, 9)


def _listed(world: World, system: str, count: int, kept: dt.timedelta | None, **changes: Cell) -> list[Row]:
    """Faces put on the list two hours before the deployment of day 60, from nine to seven, and wiped `kept` after its end."""
    gone = _day(world) + 10 * HOUR + kept if kept is not None else None
    row: dict[str, Any] = {"system": system, "kind": "watchlist", "gallery": f"{system}-gallery", "created_at": _day(world) - 2 * HOUR, "deleted_at": gone}
    return [("biometric_items", world.add("biometric_items", **{**row, "subject": world.subject(), **changes})) for _ in range(count)]


def _watched(world: World, system: str) -> Operator:
    """The deployment itself: a live watch with leave, from nine to seven."""
    who = world.hire(system=system, routine=False, shifts=False)
    for call, at in (("start", _day(world)), ("stop", _day(world) + 10 * HOUR)):
        facts: dict[str, Any] = {"operation": "live_watch", "call": call, "probe": None, "probe_source": "video", "subject": None, "candidates": None}
        query = world.search(who, at, reviewed=False, job="deployment", reason="deployment at the station, suspects of robberies", **facts)
        leave: dict[str, Any] = {"granted_at": _day(world) - 20 * HOUR, "expires_at": _day(world) + DAY, "granted_by": "Superintendent"}
        world.add("authorizations", query_id=query, system=system, kind="court_order", **leave)
    return who


def _deployment(world: World, name: str, count: int, kept: dt.timedelta | None) -> tuple[list[Row], str]:
    system = _van(world, name)
    rows = _listed(world, system, count, kept)
    _watched(world, system)
    return rows, system
