"""Plants of wide-scale monitoring: crowds and events as galleries (D04), maximal scope (D08), loose parameters (D09)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator

MINUTE = dt.timedelta(minutes=1)
NETWORKS = 6_809  # all of them: the widest search in the press (logs.md 6)


# --- D04: crowd enrolment, galleries of an event


def d04_easy(world: World) -> None:
    """A gallery named after a rally, crowd pictures enrolled into it, faces searched against it."""
    who = world.hire(system="cloud-matcher")
    start, gallery = world.moment(who), "rally-courthouse-2026"
    ids = [world.search(who, start, operation="gallery_admin", call="CreateCollection", gallery=gallery, probe=None, carriers=gallery, threshold=None)]
    ids += _enrol(world, who, start + 5 * MINUTE, gallery, (31, 24, 40, 18, 27, 22))
    ids += world.burst(who, start + HOUR, 8, 300, gallery=gallery)
    world.plant("operator", who.name, ids, "gallery of a rally made, 6 crowd pictures with 162 faces enrolled, 8 searches against it")


def d04_medium(world: World) -> None:
    """Three crowd pictures enrolled into a gallery of a protest."""
    who = world.hire(system="cloud-matcher")
    ids = _enrol(world, who, world.moment(who), "protest_0314", (17, 22, 14))
    world.plant("operator", who.name, ids, "3 crowd pictures with 53 faces enrolled into a gallery named after a protest")


def d04_hard(world: World) -> None:
    """Two group pictures enrolled under a harmless name, and searched against some days later."""
    who = world.hire(system="cloud-matcher")
    (start, _), (later, _) = world.duty(who, 2, 75, 90)
    ids = _enrol(world, who, start + HOUR, "temp-0314", (9, 11))
    ids += world.burst(who, later + HOUR, 5, 900, gallery="temp-0314")
    world.plant("operator", who.name, ids, "2 pictures with 20 faces enrolled into a gallery with a harmless name, 5 searches against it later")


def d04_trap_missing(world: World) -> None:
    """A drive for missing people: families hand in pictures, one face each, into a registered gallery."""
    who = world.hire(system="cloud-matcher", unit="Persons Crimes")
    world.add(
        "galleries",
        gallery="missing-persons",
        system=who.system,
        purpose="missing-person drive",
        approved_from=world.start - 90 * DAY,
        approved_to=world.end + 90 * DAY,
    )
    ids = _enrol(world, who, world.moment(who), "missing-persons", (1,) * 12, consent=True)
    world.plant("operator", who.name, ids, "12 pictures of missing people, one face each, handed in by families for a registered gallery")


def d04_trap_staff(world: World) -> None:
    """The badge office enrols the staff, group picture of each team included, with everybody's consent."""
    who = world.hire(system="cloud-matcher", unit="Badge Office", role="administrator")
    world.add(
        "galleries",
        gallery="employee-badges",
        system=who.system,
        purpose="door access of staff",
        approved_from=world.start - 90 * DAY,
        approved_to=world.end + 90 * DAY,
    )
    start = world.moment(who)
    world.notice(
        "import", start - HOUR, start + 6 * HOUR, "new badges: staff enrolled with consent", system=who.system, operator=who.name, gallery="employee-badges"
    )
    ids = _enrol(world, who, start, "employee-badges", (1, 1, 6, 1, 5, 1, 1), consent=True)
    world.plant("operator", who.name, ids, "staff enrolled for badges, announced, with consent, into a registered gallery")


def _enrol(world: World, who: Operator, start: dt.datetime, gallery: str, faces: tuple[int, ...], *, consent: bool = False) -> list[str]:
    """Enrolments of pictures with so many faces, one a minute."""
    ids = []
    for n, count in enumerate(faces):
        image = f"uploads/{world.fresh_id(8)}.jpg"
        changes: dict[str, Any] = {
            "operation": "enrolment",
            "call": "IndexFaces",
            "gallery": gallery,
            "probe": image,
            "probe_faces": count,
            "threshold": None,
            "carriers": f"{gallery} | {image}",
        }
        ids.append(world.search(who, start + n * MINUTE, **changes))
        if consent:
            world.add("authorizations", query_id=ids[-1], system="cloud-matcher", kind="consent", granted_at=start - DAY, granted_by="form on file")
    return ids


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
    system = world.matcher("regional-faces", galleries=galleries)
    who = world.hire(system=system, routine=False)
    for start, _ in world.duty(who, 30, 3, 110):
        world.search(who, start + HOUR, case=world.case(who, opened=start - DAY), gallery=galleries[0])
    ids = []
    for start, _ in world.duty(who, 4):
        subject, probe = world.subject(), f"intake/{world.fresh_id(10)}.jpg"
        ids += world.burst(who, start + 3 * HOUR, 8, 25, subject=subject, probe=probe, gallery=lambda n: galleries[n])
    world.plant("agency", who.agency.name, ids, "four images, each searched in all eight galleries within minutes, no case")


def d08_hard(world: World) -> None:
    """Now and then an officer searches the driver photos of thirty other States for a minor matter."""
    agency = world.agency(staff=6)
    who = agency.operators[0] if agency.operators[0].system == "county-faces" else world.hire(agency)
    ids = [world.search(who, start + 2 * HOUR, galleries_searched=31, reason="trespass", owner="out of state") for start, _ in world.duty(who, 9, 70)]
    world.plant("agency", agency.name, ids, "nine searches of 31 States' galleries for trespass; everybody else searches one")


def d08_trap_default(world: World) -> None:
    """An agency whose program searches 1,309 cameras by default, whoever uses it."""
    system = world.matcher("camera-network", ("dhs-026-11",))
    agency = world.agency()
    ids = []
    for _ in range(12):
        who = world.hire(agency, system, routine=False)
        for start, _ in world.duty(who, 12, 2):
            ids.append(world.search(who, start + 2 * HOUR, case=world.case(who, opened=start - DAY), galleries_searched=1309))
    world.plant("agency", agency.name, ids, "every search of everybody has the same scope: the program's default, not anybody's choice")


# --- D09: loose parameters


def d09_easy(world: World) -> None:
    """Threshold 60, two hundred candidates, no quality filter."""
    who = world.hire(system="cloud-matcher")
    ids = [
        i
        for start, _ in world.duty(who, 6)
        for i in world.burst(who, start + HOUR, 5, 1500, threshold=60.0, max_candidates=200, quality_filter="NONE", case=world.case(who, opened=start - DAY))
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
        ids.append(world.search(who, start + HOUR, case=case, threshold=85.0, threshold_explicit=True, max_candidates=40))
    world.plant("operator", who.name, ids, "threshold 85 for missing people: the vendor's guidance accepts it")


def d09_trap_maintenance(world: World) -> None:
    """A service account looks for doubles inside the gallery, as announced."""
    robot = world.hire(world.host(), "cloud-matcher", name=f"svc-dedupe-{world.fresh_id(4)}", role="service", unit="Automation", routine=False, shifts=False)
    world.systems[robot.system].service_accounts.append(robot.name)
    start = world.at(85, 1)
    world.notice("migration", start - HOUR, start + 4 * HOUR, "doubles removed from the gallery", system=robot.system, operator=robot.name)
    facts: dict[str, Any] = {"call": "SearchFaces", "probe_source": "enrolled_face", "threshold": 80.0, "operator_kind": "service", "carriers": "dedupe"}
    ids = world.burst(robot, start, 240, 30, probe=lambda _: f"face:{world.fresh_id(12)}", max_candidates=100, **facts)
    world.plant("operator", robot.name, ids, "240 searches with enrolled faces by a rostered service, announced maintenance")
