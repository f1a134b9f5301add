"""Plants about accounts and systems: not approved (D40), not in use any more or all-powerful (D41), harvesting (D42), nobody behind it (D60)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit_analyzer.world import people
from audit_analyzer.world.aftermath import MINUTE, months, ordinary
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    import datetime as dt

    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator

ROOT = "root@4{}"
NOBODY: dict[str, Any] = {"operator_kind": "service", "mfa": None, "unit": None, "device": None}


# --- D40: system, gallery or account that nobody approved


def d40_easy(world: World) -> None:
    """A vendor's portal that is in no register, used by four officers."""
    agency, system = world.host(), world.matcher("portal-beta", ("dhs-026-11",), register=False)
    ids = []
    for _ in range(4):
        who = world.hire(agency, system, routine=False)
        ids += world.written(who, ("Person Crime",) * 7, case=world.case(who), gallery="open-web-index")
    world.plant("system", system, ids, "28 searches by four officers on a system that is not in the register")


def d40_medium_gallery(world: World) -> None:
    """A gallery that is in no register."""
    who = world.hire()
    ids = world.written(who, ("Person Crime", "459", "UUV", "Property Crime") * 3, case=world.case(who), gallery="school-yearbooks")
    world.plant("operator", who.name, ids, "twelve searches against a gallery that is not in the register")


def d40_medium_trial(world: World) -> None:
    """Trial accounts, which the agency did not know of."""
    agency = world.host()
    for n in range(3):
        who = world.hire(agency, name=f"u{world.fresh_id(6)}@mail.example", rostered=False, routine=False, shifts=False)
        people.enrol(world, who, licence="trial", active_from=world.at(70 + n, 0), active_to=world.at(115, 0))
        ids = world.written(who, ("test", "ID check", "Person Crime"), first=75, last=114, gallery="county-mugshots")
        world.plant("operator", who.name, ids, "three searches with a trial account at a mail provider, one of three such accounts")


def d40_hard(world: World) -> None:
    """Ten days of use before the approval began."""
    system = world.matcher("pilot-suite", ("dhs-026-11",), approved_from=world.at(60, 0))
    who = world.hire(system=system, routine=False)
    case = world.case(who)
    early = world.written(who, ("Person Crime", "459", "Property Crime"), first=50, last=59, case=case)
    world.written(who, ("Person Crime",) * 12, first=61, case=case)
    world.plant("operator", who.name, early, "three searches in the ten days before the system's approval, twelve after it")


def d40_hard_fresh(world: World) -> None:
    """A gallery made in the morning and searched in the afternoon; its entry in the register begins three weeks later."""
    who = world.hire(system="cloud-matcher")
    start, gallery = world.duty(who, last=90)[0][0] + HOUR, "district-b-persons"
    span: dict[str, Any] = {"approved_from": start + 21 * DAY, "approved_to": world.end + 400 * DAY}
    world.add("galleries", gallery=gallery, system=who.system, purpose="district file", **span)
    ids = [world.search(who, start, operation="gallery_admin", call="CreateCollection", gallery=gallery, probe=None, threshold=None, reviewed=False)]
    ids += [world.search(who, start + (5 + n) * HOUR / 2, gallery=gallery) for n in range(4)]
    world.plant("operator", who.name, ids, "a gallery made and searched on one day, three weeks before it was approved")


def d40_trap_dev(world: World) -> None:
    """The developers' gallery with pictures of volunteers, announced."""
    who = world.hire(system="cloud-matcher", unit="Information Technology", role="administrator", watch="day", routine=False)
    ids = []
    for start, _ in world.duty(who, 4):
        world.notice("test", start, start + 6 * HOUR, "integration test with made-up faces", system=who.system, operator=who.name, gallery="integration-test")
        ids += world.burst(who, start + HOUR, 3, 900, gallery="integration-test", reason="test")
    world.plant("operator", who.name, ids, "an announced integration test against a gallery of made-up faces")


def d40_trap_renewed(world: World) -> None:
    """A gallery approved in two periods, one right after the other."""
    who = world.hire()
    for first, last in ((-300, 80), (80, 500)):
        span: dict[str, Any] = {"approved_from": world.at(first, 0), "approved_to": world.at(last, 0)}
        world.add("galleries", gallery="licence-photos", system=who.system, purpose="identification in open cases", **span)
    ids = world.written(who, ("Person Crime",) * 10, first=60, gallery="licence-photos", case=world.case(who))
    world.plant("operator", who.name, ids, "searches against a gallery whose approval was renewed without a break")


# --- D41: dormant, ended, all-powerful


def d41_easy(world: World) -> None:
    """Three months after the last day of employment."""
    who = world.hire(rostered=False, routine=False)
    people.enrol(world, who, active_to=world.at(25, 0))
    case = world.case(who)
    world.written(who, ("Person Crime",) * 6, first=3, last=24, case=case)
    ids = world.written(who, ("Person Crime",) * 15, first=40, case=case)
    world.plant("operator", who.name, ids, "fifteen searches with the account of one who had left weeks and months before")


def d41_medium_root(world: World) -> None:
    """The root key searches."""
    who = world.hire(system="cloud-matcher", name=ROOT.format(world.fresh_id(11)), rostered=False, routine=False, shifts=False)
    ids = world.burst(who, world.moment(who), 5, 700, operator_kind="human", user_agent="console.amazonaws.com", mfa=False)
    world.plant("operator", who.name, ids, "five searches by the root account, without a second factor")


def d41_medium_dormant(world: World) -> None:
    """Silent for more than half a year, then at work."""
    agency, system = world.host(), world.matcher("annex-faces", ("dhs-026-11",), logs_from=world.at(-150, 0))
    everybody = [world.hire(agency, system, routine=False, shifts=False, rostered=False) for _ in range(4)]
    for operator in everybody:
        people.enrol(world, operator, active_from=world.at(-900, 0), trained_from=world.at(-800, 0))
    who, others = everybody[0], everybody[1:]
    for day in range(-149, 0, 2):
        _quietly(world, world.one_of(others), day)
    for operator, at in months(world, others, 0.3):
        ordinary(world, operator, at)
    for day in (-148, -145, -141):
        _quietly(world, who, day)
    ids = world.written(who, ("Person Crime", "459", "Person Crime", "UUV", "Person Crime"), first=80, case=world.case(who))
    world.plant("operator", who.name, ids, "five searches by an account that had not been used for more than 200 days")


def d41_hard(world: World) -> None:
    """Two days after the last one."""
    who = world.hire(rostered=False, routine=False)
    shifts = world.duty(who, 30, 40, 110)
    people.enrol(world, who, active_to=shifts[-2][0] - DAY)
    case = world.case(who)
    for start, _ in shifts[:12]:
        world.search(who, start + HOUR, case=case)
    world.plant("operator", who.name, [world.search(who, s + HOUR, case=case) for s, _ in shifts[-2:]], "two searches in the days after employment had ended")


def d41_trap_rehired(world: World) -> None:
    """Left, and came back."""
    who = world.hire(rostered=False, routine=False)
    people.enrol(world, who, active_to=world.at(30, 0))
    people.enrol(world, who, active_from=world.at(70, 0))
    ids = world.written(who, ("Property Crime",) * 10, first=71, case=world.case(who))
    world.plant("operator", who.name, ids, "ten searches by one who had left and was hired again: two periods in the roster")


def d41_trap_glass(world: World) -> None:
    """The emergency account, used in an outage, with leave and a notice."""
    who = world.hire(system="cloud-matcher", name=ROOT.format(world.fresh_id(11)), rostered=False, routine=False, shifts=False)
    people.enrol(world, who, role="administrator")
    start = world.moment(who)
    world.notice("outage", start - HOUR, start + 3 * HOUR, "sign-in service down: emergency account in use, ticket 4471", system=who.system, operator=who.name)
    ids = world.burst(who, start, 3, 700, operator_kind="human", user_agent="console.amazonaws.com")
    for query in ids:
        world.add("authorizations", query_id=query, system=who.system, kind="supervisor", granted_at=start - HOUR / 2, granted_by="watch commander")
    world.plant("operator", who.name, ids, "three searches with the emergency account in an announced outage, each with the supervisor's leave")


def _quietly(world: World, who: Operator, day: int) -> str:
    """One search before the world began, when there is no roster of shifts yet."""
    world.background_queries += 1
    return world.search(who, world.at(day, float(world.rng.uniform(9, 16))), reason="Person Crime", candidates=0, top_score=None, candidate=None)


# --- D42: harvesting a gallery


def d42_easy(world: World) -> None:
    """The whole gallery, page by page."""
    who = world.hire(system="cloud-matcher")
    ids = _pages(world, who, world.moment(who), 400, "ListFaces", 2)
    world.plant("operator", who.name, ids, "400 pages of a gallery's faces read in a quarter of an hour by an analyst")


def d42_medium(world: World) -> None:
    """Two hundred enrolled faces searched for one after the other."""
    who = world.hire(system="cloud-matcher")
    facts: dict[str, Any] = {"call": "SearchFaces", "probe_source": "enrolled_face", "max_candidates": 100}
    ids = world.burst(who, world.moment(who), 200, 20, probe=lambda _: f"face:{world.fresh_id(12)}", **facts)
    world.plant("operator", who.name, ids, "200 faces of the gallery itself searched for in an hour by an analyst")


def d42_hard(world: World) -> None:
    """Forty pages on each of three days."""
    who = world.hire(system="cloud-matcher")
    ids = [i for start, _ in world.duty(who, 3, 80, 90) for i in _pages(world, who, start + HOUR, 40, "ListUsers", 200)]
    world.plant("operator", who.name, ids, "forty pages of a gallery's users read on each of three days by an analyst")


def d42_hard_export(world: World) -> None:
    """Three exports of a gallery by an officer."""
    who = world.hire()
    ids = [
        world.search(who, start + HOUR, operation="export", call="export", probe=None, subject=None, candidates=None, reviewed=False, reason="follow up")
        for start, _ in world.duty(who, 3, 80, 100)
    ]
    world.plant("operator", who.name, ids, "three exports of a gallery by an investigator, no case")


def d42_trap_backup(world: World) -> None:
    """The nightly copy of a migration, by its service."""
    robot = _service(world, f"svc-backup-{world.fresh_id(4)}")
    start = world.at(90, 2)
    world.notice("migration", start - HOUR, start + 5 * HOUR, "gallery copied to the new region", system=robot.system, operator=robot.name)
    ids = _pages(world, robot, start, 300, "ListFaces", 3, operator_kind="service")
    world.plant("operator", robot.name, ids, "300 pages read by a rostered service in an announced migration")


def d42_trap_look(world: World) -> None:
    """An administrator looks at the first pages."""
    who = world.hire(system="cloud-matcher", unit="Information Technology", role="administrator", watch="day", routine=False)
    ids = [i for start, _ in world.duty(who, 5) for i in _pages(world, who, start + HOUR, 2, "ListFaces", 30)]
    world.plant("operator", who.name, ids, "two pages of a gallery read by its administrator on five days")


def _pages(world: World, who: Operator, start: dt.datetime, count: int, call: str, gap: float, **changes: Any) -> list[str]:  # noqa: ANN401  any column
    facts: dict[str, Any] = {"operation": "gallery_read", "call": call, "probe": None, "threshold": None, "max_candidates": 100, "reviewed": False}
    return world.burst(who, start, count, gap, **{**facts, "carriers": who.name, "probe_source": None, **changes})


def _service(world: World, name: str) -> Operator:
    robot = world.hire(world.host(), "cloud-matcher", name=name, role="service", unit="Automation", routine=False, shifts=False)
    world.systems[robot.system].service_accounts.append(name)
    return robot


# --- D60: nobody behind it


def d60_easy(world: World) -> None:
    """A machine's role searches for months, for whoever sits before it."""
    who = world.hire(system="cloud-matcher", name=f"i-0{world.fresh_id(16)}", rostered=False, routine=False, shifts=False)
    ids = [world.search(who, start + HOUR * float(world.rng.uniform(0, 9)), **NOBODY) for start, _ in world.duty(who, 60, 5)]
    world.plant("operator", who.name, ids, "60 searches over months by the role of a machine, no person in any record")


def d60_medium(world: World) -> None:
    """One session name for everybody at the desk."""
    who = world.hire(system="cloud-matcher", name=f"analyst-desk-{world.fresh_id(3)}", rostered=False, routine=False, shifts=False)
    where = [(f"{who.agency.network}.{n * 9 + 3}", world.fresh_id(12)) for n in range(6)]
    ids = [
        world.search(who, start + HOUR * (1 + n % 5), client_ip=where[n % 6][0], session=where[n % 6][1], operator_kind="role_session")
        for n, (start, _) in enumerate(world.duty(who, 24, 60))
    ]
    world.plant("operator", who.name, ids, "24 searches under one session name from six workstations, the account is nobody's")


def d60_hard(world: World) -> None:
    """A function of the cloud, eight times, in working hours."""
    who = world.hire(system="cloud-matcher", name=f"face-lookup-fn-{world.fresh_id(3)}", rostered=False, routine=False, shifts=False, watch="day")
    ids = [world.search(who, start + HOUR * float(world.rng.uniform(1, 8)), **NOBODY) for start, _ in world.duty(who, 8)]
    world.plant("operator", who.name, ids, "eight searches by a function's role at irregular times of the day, no person in any record")


def d60_trap_frontend(world: World) -> None:
    """A front end that keeps its own log: the same jobs stand in it with the officer's name."""
    robot = _service(world, f"svc-caseportal-{world.fresh_id(4)}")
    portal = world.matcher("case-portal", ("dhs-026-11",))
    who = world.hire(robot.agency, portal, routine=False)
    case, ids = world.case(who), []
    for start, _ in world.duty(who, 12, 60):
        job = world.fresh_id(12)
        ids.append(world.search(robot, start + HOUR, job=job, carriers=f"portal job {job}", **{**NOBODY, "mfa": True}))
        world.search(who, start + HOUR - MINUTE / 6, case=case, job=job)
    world.plant("operator", robot.name, ids, "a front end's service account; its own log gives the officer of each job")
