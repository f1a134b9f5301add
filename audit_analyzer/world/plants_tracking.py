"""Plants of wide-scale monitoring, second half: live watch (D05), one person tracked (D06), video sweeps (D07), scope (D08), parameters (D09)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Case, Operator

MINUTE = dt.timedelta(minutes=1)
NETWORKS = 6_809  # all of them: the widest search in the press (logs.md 6)


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
    world.plant("operator", who.name, _watch(world, who, start, 30 * HOUR, "hotel-lobby", case), "live face search for 30 hours under a warrant in force")


def d05_trap_home(world: World) -> None:
    """A stream processor that finds parcels and pets, not faces."""
    who = world.hire(system="cloud-matcher")
    start = world.moment(who)
    plain = {"operation": "other", "gallery": None, "probe": None, "carriers": "connected-home: PACKAGE, PET", "job": world.fresh_id(12), "threshold": None}
    ids = [world.search(who, start, call="StartStreamProcessor", **plain), world.search(who, start + 9 * HOUR, call="StopStreamProcessor", **plain)]
    world.plant("operator", who.name, ids, "stream processor with ConnectedHome settings: no faces")


def d05_trap_pilot(world: World) -> None:
    """A pilot in which officers who volunteered are looked for, announced and with their consent."""
    who = world.hire(system="cloud-matcher", unit="Information Technology", role="administrator", watch="day")
    start = world.moment(who)
    world.notice("test", start - HOUR, start + 12 * HOUR, "pilot with officers who volunteered", system=who.system, operator=who.name)
    world.add("galleries", gallery="pilot-volunteers", system=who.system, purpose="pilot with volunteers", approved_from=start - 30 * DAY, approved_to=start + 30 * DAY)
    ids = _watch(world, who, start, 6 * HOUR, "city-hall-door", gallery="pilot-volunteers")
    for query in ids:
        world.add("authorizations", query_id=query, system=who.system, kind="consent", granted_at=start - 3 * DAY, granted_by="volunteers' forms")
    world.plant("operator", who.name, ids, "live face search of officers who volunteered, announced and with consent")


def _watch(world: World, who: Operator, start: dt.datetime, length: dt.timedelta, stream: str, case: Case | None = None, **changes: Any) -> list[str]:  # noqa: ANN401
    """A live watch as two records of one job: its start and its stop."""
    facts = {"operation": "live_watch", "probe": None, "probe_source": "video", "subject": None, "carriers": stream, "job": world.fresh_id(12), "candidates": None, **changes}
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
    reasons = iter(("ID check", "459", "welfare check", "Person Crime", "traffic stop, no license", "Property Crime"))
    ids = []
    for _ in range(2):
        who = world.hire(agency, unit="Patrol")
        ids += [world.search(who, start + 3 * HOUR, subject=subject, reason=next(reasons)) for start, _ in world.duty(who, 3, 70, 112)]
    world.plant("subject", subject, ids, "one person searched on six days within six weeks, always another reason, no case")


def d06_trap_hotlist(world: World) -> None:
    """A rostered service looks for a wanted person every half hour."""
    agency, subject = world.host(), world.subject()
    robot = world.hire(agency, name=f"svc-hotlist-{world.fresh_id(4)}", role="service", unit="Automation", routine=False, shifts=False)
    world.systems[robot.system].service_accounts.append(robot.name)
    start = world.at(80, 0)
    ids = [
        world.search(robot, start + n * 28 * MINUTE, subject=subject, operator_kind="service", reason="hotlist", candidates=0, candidate=None, top_score=None, call="apiLookup")
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
    failed = {"operation": "video_search", "call": "StartFaceSearch", "probe": "case/lobby.mp4", "probe_source": "video", "job": job}
    start = world.duty(who)[0][0] + HOUR
    case = world.case(who)
    ids = world.burst(who, start, 24, 120, case=case, status="error", error_code="ThrottlingException", **failed)
    ids.append(world.search(who, start + 3 * HOUR, case=case, **failed))
    world.plant("operator", who.name, ids, "one recording, one request token, 25 attempts")


def _sweep(world: World, who: Operator, start: dt.datetime, count: int, gap: float, *, hours: float = 2, name: str = "district-4", **changes: Any) -> list[str]:  # noqa: ANN401
    """Recordings searched one after the other: each a camera of its own, `hours` long."""
    facts = {"operation": "video_search", "call": "StartFaceSearch", "probe_source": "video", "subject": None, "reviewed": False, "candidates": None, "candidate": None, "top_score": None}
    facts |= {"searched_from": start - 2 * DAY, "searched_to": start - 2 * DAY + HOUR * hours, "job": lambda _: world.fresh_id(12)}
    return world.burst(who, start, count, gap, **{**facts, "probe": lambda n: f"{name}/camera-{n + 1:03d}.mp4", **changes})


# --- D08: maximal scope


def d08_easy(world: World) -> None:
    """An agency sends every fifth search to all networks, for shoplifting too."""
    agency = world.agency(staff=8)
    ids = [
        world.search(who, start + n * HOUR, galleries_searched=NETWORKS, reason="package theft", offense="theft")
        for who in agency.operators
        for start, _ in world.duty(who, 4, 70)
        for n in (1, 3)
    ]
    world.plant("agency", agency.name, ids, "64 searches of all 6,809 networks for theft")


def d08_medium(world: World) -> None:
    """Every gallery of the account searched with one image, four times."""
    galleries = tuple(f"region-{n}" for n in range(1, 9))
    system = world.matcher("regional-faces", ("dhs-026-11",))
    for gallery in galleries:
        world.add("galleries", gallery=gallery, system=system, purpose="booking photographs", approved_from=world.start - 300 * DAY, approved_to=world.end + 300 * DAY)
    who = world.hire(system=system, routine=False)
    for start, _ in world.duty(who, 30, 3, 110):
        world.search(who, start + HOUR, case=world.case(who, opened=start - DAY), gallery=galleries[0])
    ids = []
    for start, _ in world.duty(who, 4):
        subject, probe = world.subject(), f"intake/{world.fresh_id(10)}.jpg"
        ids += world.burst(who, start + 3 * HOUR, 8, 25, subject=subject, probe=probe, gallery=lambda n: galleries[n])
    world.plant("operator", who.name, ids, "four images, each searched in all eight galleries within minutes, no case")


def d08_hard(world: World) -> None:
    """Now and then an officer searches the driver photos of thirty other States for a minor matter."""
    agency = world.agency(staff=6)
    who = agency.operators[0] if agency.operators[0].system == "county-faces" else world.hire(agency)
    ids = [world.search(who, start + 2 * HOUR, galleries_searched=31, reason="trespass", owner="out of state", gallery="county-mugshots") for start, _ in world.duty(who, 9, 70)]
    world.plant("agency", agency.name, ids, "nine searches of 31 States' galleries for trespass; everybody else searches one")


def d08_trap_default(world: World) -> None:
    """An agency whose program searches 1,309 cameras by default, whoever uses it."""
    system = world.matcher("camera-network", ("dhs-026-11",))
    agency = world.agency()
    ids = []
    for _ in range(12):
        who = world.hire(agency, system, routine=False)
        for start, _ in world.duty(who, 12, 2):
            ids.append(world.search(who, start + 2 * HOUR, case=world.case(who, opened=start - DAY), galleries_searched=1309, gallery="encounters"))
    world.plant("agency", agency.name, ids, "every search of everybody has the same scope: the program's default, not anybody's choice")


# --- D09: loose parameters


def d09_easy(world: World) -> None:
    """Threshold 60, two hundred candidates, no quality filter."""
    who = world.hire(system="cloud-matcher")
    ids = [
        i for start, _ in world.duty(who, 6) for i in world.burst(who, start + HOUR, 5, 1500, threshold=60.0, max_candidates=200, quality_filter="NONE", case=world.case(who, opened=start - DAY))
    ]
    world.plant("operator", who.name, ids, "30 searches with threshold 60, 200 candidates and no quality filter")


def d09_medium(world: World) -> None:
    """The default of 80 because nobody set anything."""
    who = world.hire(system="cloud-matcher")
    ids = [world.search(who, start + HOUR, threshold=80.0, threshold_explicit=False) for start, _ in world.duty(who, 15, 60)]
    world.plant("operator", who.name, ids, "15 searches at the service's default threshold of 80")


def d09_hard(world: World) -> None:
    """The threshold goes down a little week by week."""
    who = world.hire(system="cloud-matcher", routine=False)
    shifts = world.duty(who, 18, 40)
    steps = (99.0, 98.5, 98.0, 97.0, 95.0, 93.0)
    ids = []
    for n, (start, _) in enumerate(shifts):
        threshold = steps[n * len(steps) // len(shifts)]
        query = world.search(who, start + HOUR, threshold=threshold)
        ids += [query] if threshold < 99 else []  # noqa: PLR2004  AWS's guidance
    world.plant("operator", who.name, ids, "threshold lowered from 99 to 93 in small steps over ten weeks")


def d09_trap_missing(world: World) -> None:
    """A missing person is looked for with a lower threshold, as the vendor's guidance allows."""
    system = world.matcher("lookup-service", ("dhs-026-11", "aws-public-safety"))
    who = world.hire(system=system, unit="Persons Crimes", routine=False)
    ids = []
    for start, _ in world.duty(who, 6):
        case = world.case(who, offense="missing person", opened=start - DAY)
        ids.append(world.search(who, start + HOUR, case=case, threshold=85.0, threshold_explicit=True, max_candidates=40, gallery="persons-of-record"))
    world.plant("operator", who.name, ids, "threshold 85 for missing people: the vendor's guidance accepts it")


def d09_trap_maintenance(world: World) -> None:
    """A service account looks for doubles inside the gallery, as announced."""
    robot = world.hire(world.host(), "cloud-matcher", name=f"svc-dedupe-{world.fresh_id(4)}", role="service", unit="Automation", routine=False, shifts=False)
    world.systems[robot.system].service_accounts.append(robot.name)
    start = world.at(85, 1)
    world.notice("migration", start - HOUR, start + 4 * HOUR, "doubles removed from the gallery", system=robot.system, operator=robot.name)
    facts = {"call": "SearchFaces", "probe_source": "enrolled_face", "threshold": 80.0, "operator_kind": "service", "carriers": "dedupe"}
    ids = world.burst(robot, start, 240, 30, probe=lambda _: f"face:{world.fresh_id(12)}", max_candidates=100, **facts)
    world.plant("operator", robot.name, ids, "240 searches with enrolled faces by a rostered service, announced maintenance")
