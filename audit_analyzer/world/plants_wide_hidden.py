"""Plants of wide-scale monitoring that hide: under one number, behind a camera's clock, in the gallery of bookings (D02, D03, D04), among colleagues (D06)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator

MINUTE = dt.timedelta(minutes=1)


def d02_medium_number(world: World) -> None:
    """Nine people a shift on six shifts within two weeks, all under one case number."""
    who = world.hire()
    shifts = world.duty(who, 6, 84, 97)
    case = world.case(who, offense="theft", opened=world.at(60, 9))
    ids = [i for start, _ in shifts for i in world.burst(who, start + HOUR, 9, 40 * 60, case=case, reason="Property Crime", subject=lambda _: world.subject())]
    world.plant("operator", who.name, ids, "nine different people a shift on six shifts within two weeks, all under one case number")


def d03_medium_clock(world: World) -> None:
    """Eighteen photos that a telephone took within six minutes, named by its clock, each with a case number of its own that nobody knows."""
    who = world.hire()
    start = world.moment(who)
    taken = [start - DAY + dt.timedelta(seconds=21 * n) for n in range(18)]
    ids = world.burst(
        who, start, 18, 15, reason="Person Crime", probe=lambda n: f"PXL_{taken[n]:%Y%m%d_%H%M%S}.jpg", case_number=lambda n: f"{start:%y}-{7001 + 13 * n:06d}"
    )
    world.plant("operator", who.name, ids, "18 photos taken within six minutes, named by the telephone's clock, with invented case numbers")


def d04_medium_bookings(world: World) -> None:
    """Two pictures of a group put into the gallery of bookings."""
    who = world.hire(system="cloud-matcher")
    ids = _enrol(world, who, "county-mugshots", (12, 16))
    world.plant("operator", who.name, ids, "two pictures with 28 faces enrolled into the gallery of bookings")


def d04_trap_bookings(world: World) -> None:
    """A booking officer enrols the day's arrests, one face each."""
    who = world.hire(system="cloud-matcher", unit="Booking")
    ids = _enrol(world, who, "county-mugshots", (1,) * 14)
    world.plant("operator", who.name, ids, "14 arrests of a day enrolled into the gallery of bookings, one face in each picture")


def d06_hard_shared(world: World) -> None:
    """One person searched for on seven days within two weeks, each time by another officer, never with a case."""
    agency, subject = world.host(), world.subject()
    ids = []
    for n in range(7):
        who = world.hire(agency, unit="Patrol")
        start, _ = (world.duty(who, 1, 84 + 2 * n, 86 + 2 * n) or world.duty(who, 1, 84, 98))[0]
        ids.append(world.search(who, start + 2 * HOUR, subject=subject, reason="ID check"))
    world.plant("subject", subject, ids, "one person searched for on seven days within two weeks, each time by another officer, never with a case")


def d06_trap_incident(world: World) -> None:
    """A murder: the suspect is searched for by a dozen officers in four days, all in its open case."""
    agency, subject = world.agency(staff=12), world.subject()
    team = agency.operators[:12]
    case = world.case(*team, offense="homicide", opened=world.at(88, 1))
    ids = []
    for who in team:
        for start, _ in world.duty(who, 3, 88, 93):
            ids.append(world.search(who, start + 3 * HOUR, case=case, subject=subject, reason="homicide suspect", offense="homicide"))
    world.plant("subject", subject, ids, "the suspect of a murder, searched for by a dozen officers in a few days in its open case")


def _enrol(world: World, who: Operator, gallery: str, faces: tuple[int, ...]) -> list[str]:
    """Enrolments of pictures with so many faces, one a minute."""
    start, ids = world.moment(who), []
    for n, count in enumerate(faces):
        image = f"uploads/{world.fresh_id(8)}.jpg"
        ids.append(
            world.search(
                who,
                start + n * MINUTE,
                operation="enrolment",
                call="IndexFaces",
                gallery=gallery,
                probe=image,
                probe_faces=count,
                threshold=None,
                carriers=f"{gallery} | {image}",
            )
        )
    return ids
