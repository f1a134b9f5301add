"""Plants of wide-scale monitoring: live watch (D05), one person tracked (D06), sweeps of recordings (D07)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Case, Operator
    from audit_analyzer.world.rows import Cell

MINUTE = dt.timedelta(minutes=1)


# --- D05: live watch


def d05_easy(world: World) -> None:
    """Six streams watched for faces over a weekend, nobody's leave asked."""
    who = world.hire(system="cloud-matcher")
    start, ids = world.moment(who), []
    for n in range(6):
        ids += _watch(world, who, start + n * 20 * MINUTE, 40 * HOUR, f"plaza-camera-{n + 1}")
    world.plant("operator", who.name, ids, "6 live face searches started for 40 hours each, without any authorization")


def d05_medium(world: World) -> None:
    """One stream watched on a request that was never granted."""
    who = world.hire()
    start = world.moment(who)
    case = world.case(who, offense="theft", opened=start - 5 * DAY)
    world.add("authorizations", case_number=case.number, kind="court_order", requested_at=start - DAY)
    ids = _watch(world, who, start, 20 * HOUR, "mall-entrance", case)
    world.plant("operator", who.name, ids, "live face search for 20 hours; a court order was asked for and not given")


def d05_hard(world: World) -> None:
    """One stream watched on a warrant that had expired."""
    who = world.hire()
    start = world.moment(who)
    case = world.case(who, offense="homicide", opened=start - 30 * DAY)
    world.leave(case, "warrant", granted=start - 25 * DAY, expires=start - 2 * DAY)
    ids = _watch(world, who, start, 10 * HOUR, "bus-terminal", case)
    world.plant("operator", who.name, ids, "live face search of one stream; its warrant had expired two days before")


def d05_trap_warrant(world: World) -> None:
    """A stream watched under a warrant in force."""
    who = world.hire()
    start = world.moment(who)
    case = world.case(who, offense="homicide", opened=start - 9 * DAY)
    world.leave(case, "warrant", granted=start - 2 * DAY, expires=start + 12 * DAY)
    world.plant("operator", who.name, _watch(world, who, start, 4 * HOUR, "hotel-lobby", case), "live face search for four hours under a warrant in force")


def d05_trap_home(world: World) -> None:
    """A stream processor that finds parcels and pets, not faces."""
    who = world.hire(system="cloud-matcher")
    start = world.moment(who)
    plain: dict[str, Any] = {
        "operation": "other",
        "gallery": None,
        "probe": None,
        "carriers": "connected-home: PACKAGE, PET",
        "job": world.fresh_id(12),
        "threshold": None,
    }
    ids = [world.search(who, start, call="StartStreamProcessor", **plain), world.search(who, start + 4 * HOUR, call="StopStreamProcessor", **plain)]
    world.plant("operator", who.name, ids, "stream processor with ConnectedHome settings: no faces")


def d05_trap_pilot(world: World) -> None:
    """A pilot in which officers who volunteered are looked for, announced and with their consent."""
    who = world.hire(system="cloud-matcher", unit="Information Technology", role="administrator", watch="day")
    start = world.moment(who)
    world.notice("test", start - HOUR, start + 12 * HOUR, "pilot with officers who volunteered", system=who.system, operator=who.name)
    world.add(
        "galleries",
        gallery="pilot-volunteers",
        system=who.system,
        purpose="pilot with volunteers",
        approved_from=start - 30 * DAY,
        approved_to=start + 30 * DAY,
    )
    ids = _watch(world, who, start, 4 * HOUR, "city-hall-door", gallery="pilot-volunteers")
    for query in ids:
        world.add("authorizations", query_id=query, system=who.system, kind="consent", granted_at=start - 3 * DAY, granted_by="volunteers' forms")
    world.plant("operator", who.name, ids, "live face search of officers who volunteered, announced and with consent")


def _watch(world: World, who: Operator, start: dt.datetime, length: dt.timedelta, stream: str, case: Case | None = None, **changes: Cell) -> list[str]:
    """A live watch as two records of one job: its start and its stop."""
    facts: dict[str, Any] = {
        "operation": "live_watch",
        "probe": None,
        "probe_source": "video",
        "subject": None,
        "carriers": stream,
        "job": world.fresh_id(12),
        "candidates": None,
        **changes,
    }
    calls = {"StartStreamProcessor": start, "StopStreamProcessor": start + length}
    return [world.search(who, at, case=case, call=call, reviewed=False, **facts) for call, at in calls.items()]


# --- D06: persistent tracking of one subject


def d06_easy(world: World) -> None:
    """One person searched forty times in twelve days."""
    who, subject = world.hire(), world.subject()
    ids = [i for start, _ in world.duty(who, 7, 80, 92) for i in world.burst(who, start + HOUR, 6, 4000, subject=subject, reason="follow up")]
    world.plant("subject", subject, ids, "one person searched about forty times within twelve days, no case, no authorization")


def d06_medium(world: World) -> None:
    """One person searched on nine days by three officers."""
    agency, subject = world.host(), world.subject()
    ids = []
    for _ in range(3):
        who = world.hire(agency, unit="Patrol")
        ids += [world.search(who, start + 2 * HOUR, subject=subject, reason="ID check") for start, _ in world.duty(who, 3, 76, 97)]
    world.plant("subject", subject, ids, "one person searched on nine days within three weeks by three officers, no case")


def d06_hard(world: World) -> None:
    """One person searched on six days in six weeks by two officers, each time for another reason."""
    agency, subject = world.host(), world.subject()
    officers = [world.hire(agency, unit="Patrol") for _ in range(2)]
    ids = []
    for week, reason in enumerate(("ID check", "459", "welfare check", "Person Crime", "traffic stop, no license", "Property Crime")):
        who = officers[week % 2]
        start, _ = (world.duty(who, 1, 70 + 7 * week, 77 + 7 * week) or world.duty(who))[0]
        ids.append(world.search(who, start + 3 * HOUR, subject=subject, reason=reason))
    world.plant("subject", subject, ids, "one person searched on six days within six weeks, always another reason, no case")


def d06_trap_hotlist(world: World) -> None:
    """A rostered service looks for a wanted person every half hour."""
    agency, subject = world.host(), world.subject()
    robot = world.hire(agency, name=f"svc-hotlist-{world.fresh_id(4)}", role="service", unit="Automation", routine=False, shifts=False)
    world.systems[robot.system].service_accounts.append(robot.name)
    start = world.at(80, 0)
    ids = [
        world.search(
            robot,
            start + n * 28 * MINUTE,
            subject=subject,
            operator_kind="service",
            reason="hotlist",
            candidates=0,
            candidate=None,
            top_score=None,
            call="apiLookup",
        )
        for n in range(964)
    ]
    world.plant("subject", subject, ids, "964 look-ups in 19 days at one cadence by a rostered service account: a hotlist")


def d06_trap_fugitive(world: World) -> None:
    """A fugitive, looked for with a warrant."""
    who = world.hire(unit="Persons Crimes")
    first = world.at(80, 0)
    case = world.case(who, offense="homicide", opened=first - 20 * DAY)
    world.leave(case, "warrant", granted=first - 18 * DAY)
    subject = case.subjects[0]
    ids = [i for start, _ in world.duty(who, 12, 80, 110) for i in world.burst(who, start + HOUR, 2, 3000, case=case, subject=subject)]
    world.plant("subject", subject, ids, "a fugitive searched on twelve days in an open homicide case, under a warrant")


# --- D07: sweep of recordings


def d07_easy(world: World) -> None:
    """Seventy recordings searched in one day."""
    who = world.hire(system="cloud-matcher")
    ids = _sweep(world, who, world.duty(who)[0][0] + HOUR, 70, 360)
    world.plant("operator", who.name, ids, "70 recordings searched for faces in one day")


def d07_medium(world: World) -> None:
    """Twenty-eight recordings of a district's cameras in one day, without a case."""
    who = world.hire()
    ids = _sweep(world, who, world.duty(who)[0][0] + HOUR, 28, 900, reason="district review")
    world.plant("operator", who.name, ids, "28 recordings of all cameras of a district searched in one day, no case")


def d07_hard(world: World) -> None:
    """Twelve whole days of recordings on each of three days."""
    who = world.hire()
    ids = []
    for start, _ in world.duty(who, 3, 80, 92):
        ids += _sweep(world, who, start + HOUR, 12, 2000, hours=24, reason="camera review")
    world.plant("operator", who.name, ids, "on three days twelve recordings each, each a whole day long, no case")


def d07_trap_store(world: World) -> None:
    """One store's recorder, one robbery."""
    who = world.hire(unit="Robbery Unit")
    start = world.duty(who)[0][0] + HOUR
    case = world.case(who, opened=start - 2 * DAY)
    ids = _sweep(world, who, start, 9, 900, case=case, hours=0.5, name="store-118/dvr-3")
    world.plant("operator", who.name, ids, "nine channels of one store's recorder for half an hour, for one robbery in an open case")


def d07_trap_again(world: World) -> None:
    """One recording processed again and again by the same request."""
    who = world.hire(system="cloud-matcher")
    job = world.fresh_id(12)
    failed: dict[str, Any] = {"operation": "video_search", "call": "StartFaceSearch", "probe": "case/lobby.mp4", "probe_source": "video", "job": job}
    start = world.duty(who)[0][0] + HOUR
    case = world.case(who)
    ids = world.burst(who, start, 24, 120, case=case, status="error", error_code="ThrottlingException", **failed)
    ids.append(world.search(who, start + 3 * HOUR, case=case, **failed))
    world.plant("operator", who.name, ids, "one recording, one request token, 25 attempts")


def _sweep(
    world: World, who: Operator, start: dt.datetime, count: int, gap: float, *, hours: float = 2, name: str = "district-4", **changes: Cell
) -> list[str]:
    """Recordings searched one after the other: each a camera of its own, `hours` long."""
    facts: dict[str, Any] = {
        "operation": "video_search",
        "call": "StartFaceSearch",
        "probe_source": "video",
        "subject": None,
        "reviewed": False,
        "candidates": None,
        "candidate": None,
        "top_score": None,
    }
    facts |= {"searched_from": start - 2 * DAY, "searched_to": start - 2 * DAY + HOUR * hours, "job": lambda _: world.fresh_id(12)}
    return world.burst(who, start, count, gap, **{**facts, "probe": lambda n: f"{name}/camera-{n + 1:03d}.mp4", **changes})
