"""Plants of wide-scale monitoring: bursts (D01), dragnets (D02), crowd batches (D03)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World

MINUTE = dt.timedelta(minutes=1)


# --- D01: volume burst


def d01_easy(world: World) -> None:
    """Sixty searches in about eight minutes by one officer."""
    who = world.hire()
    ids = world.burst(who, world.moment(who), 60, 8, reason="investigation")
    world.plant("operator", who.name, ids, "60 searches in about 8 minutes, no case, everybody another person")


def d01_medium(world: World) -> None:
    """Twenty-six searches within ten minutes."""
    who = world.hire()
    ids = world.burst(who, world.moment(who), 26, 20, reason="Person Crime")
    world.plant("operator", who.name, ids, "26 searches in under 10 minutes, no case")


def d01_medium_day(world: World) -> None:
    """Forty-five searches in one shift of somebody who makes one or two a day."""
    who = world.hire()
    start, _ = world.duty(who)[0]
    ids = world.burst(who, start + 10 * MINUTE, 45, 12 * 60, reason="Property Crime")
    world.plant("operator", who.name, ids, "45 searches in one shift, never many at a time; a usual day has one or two")


def d01_hard_two_accounts(world: World) -> None:
    """One person divides a burst between two accounts."""
    first = world.hire()
    second = world.hire(first.agency, person=first.person, watch=first.watch, routine=False, shifts=False)
    start = world.moment(first)
    ids = world.burst(first, start, 14, 38, reason="UUV") + world.burst(second, start + dt.timedelta(seconds=15), 14, 38, reason="UUV")
    world.plant("operator", first.name, ids, "28 searches in about 10 minutes, 14 on each of one person's two accounts")


def d01_hard_week(world: World) -> None:
    """An agency's week at five times its usual volume, spread evenly over its officers."""
    agency = world.agency(staff=14)
    first = world.at(84, 0)
    ids = [
        world.search(who, world.between(start + n * HOUR, start + (n + 1) * HOUR), reason="Person Crime")
        for who in agency.operators
        for start, _ in [s for s in who.shifts if first <= s[0] < first + 7 * DAY]
        for n in range(4)
    ]
    world.plant("agency", agency.name, ids, "one week at a multiple of the agency's trailing weeks; no single officer stands out by the hour")


def d01_trap_clerk_assigned(world: World) -> None:
    """A records clerk runs everyone's requests; the register names the clerk on every case."""
    agency = world.host()
    clerk = world.hire(agency, unit="Records", role="records clerk", watch="day")
    ids = []
    for start, _ in world.duty(clerk, 6):
        for n in range(24):
            case = world.case(agency.operators[n], clerk, offense="theft", opened=start - DAY)
            ids.append(world.search(clerk, start + HOUR + dt.timedelta(seconds=25 * n), case=case))
    world.plant(
        "operator", clerk.name, ids, "24 requests of colleagues run one after the other on six mornings, each for an open case that the clerk is assigned to"
    )


def d01_trap_clerk_on_behalf(world: World) -> None:
    """A records clerk runs everyone's requests all the months, naming the detective whose open case it is."""
    agency = world.host()
    clerk = world.hire(agency, unit="Records", role="records clerk", watch="day", routine=False)
    asking = [o for o in agency.operators if o.system == "county-faces"][:12]
    ids = []
    for start, _ in clerk.shifts:
        for n in range(int(world.rng.integers(7, 14))):
            who = asking[n % len(asking)]
            case = world.case(who, offense="robbery", opened=start - DAY)
            ids.append(world.search(clerk, start + HOUR + n * dt.timedelta(minutes=25), case=case, on_behalf_of=agency.name, carriers=f"request of {who.name}"))
    world.plant("operator", clerk.name, ids, "7 to 13 requests every day for colleagues' open cases: always busy, never in a hurry")


def d01_trap_import(world: World) -> None:
    """Older searches brought in, as announced."""
    who = world.hire(unit="Information Technology", role="administrator", watch="day")
    start = world.moment(who)
    world.notice("import", start - 10 * MINUTE, start + 2 * HOUR, "searches of the old system brought in", system=who.system, operator=who.name)
    ids = world.burst(who, start, 150, 6, reason="migrated record")
    world.plant("operator", who.name, ids, "150 rows in a quarter of an hour, announced as an import")


def d01_trap_retries(world: World) -> None:
    """A client repeats one call until the service is not busy any more."""
    who = world.hire(system="cloud-matcher")
    job, case = world.fresh_id(12), world.case(who)
    probe = f"{case.number}/{world.fresh_id(10)}.jpg"
    refused: dict[str, Any] = {"status": "error", "error_code": "ThrottlingException", "job": job, "probe": probe}
    start = world.moment(who)
    ids = world.burst(who, start, 34, 5, case=case, **refused)
    ids.append(world.search(who, start + 5 * MINUTE, case=case, job=job, probe=probe))
    world.plant("operator", who.name, ids, "34 throttled attempts and one success: one request of one image")


def d01_trap_missing_child(world: World) -> None:
    """A child is missing: images from everywhere, under an exigency that was granted within the hour."""
    who = world.hire(unit="Persons Crimes")
    start = world.moment(who)
    case = world.case(who, offense="missing person", opened=start - HOUR)
    world.leave(case, "exigency", granted=start - MINUTE * 20, expires=start + 3 * DAY)
    ids = world.burst(who, start, 30, 25, case=case, reason="missing child, images from the station's cameras", offense="missing person")
    world.plant("operator", who.name, ids, "30 searches in a quarter of an hour for a missing child, exigency granted before")


# --- D02: distinct-subject dragnet


def d02_easy(world: World) -> None:
    """Eighty different people in one shift without a case."""
    who = world.hire()
    start, _ = world.duty(who)[0]
    ids = world.burst(who, start + 10 * MINUTE, 80, 400, reason="investigation", subject=lambda _: world.subject())
    world.plant("operator", who.name, ids, "80 different people in one shift, no case number")


def d02_medium(world: World) -> None:
    """Forty-five different people under one case number in one shift."""
    who = world.hire()
    start, _ = world.duty(who)[0]
    case = world.case(who, offense="theft", opened=start - 3 * DAY)
    ids = world.burst(who, start + 10 * MINUTE, 45, 700, case=case, subject=lambda _: world.subject())
    world.plant("operator", who.name, ids, "45 different people under one case number in one shift")


def d02_hard(world: World) -> None:
    """Thirty-six different people over three shifts, without a case, the reasons always others."""
    who = world.hire()
    ids = []
    for start, _ in world.duty(who, 3, 80, 96):
        reason = ("street check", "Person Crime", "Property Crime", "ID check", "459")
        ids += world.burst(who, start + HOUR, 12, 40 * 60, reason=lambda n, words=reason: words[n % 5], subject=lambda _: world.subject())
    world.plant("operator", who.name, ids, "12 different people a shift on three shifts, no case number, changing reasons")


def d02_trap_suspects(world: World) -> None:
    """One case with many suspects, each searched with several images."""
    who = world.hire(unit="Robbery Unit")
    start, _ = world.duty(who)[0]
    case = world.case(who, offense="robbery", opened=start - 12 * DAY)
    case.subjects = [world.subject() for _ in range(8)]
    ids = world.burst(who, start + HOUR, 24, 900, case=case, subject=lambda n: case.subjects[n % 8])
    world.plant("operator", who.name, ids, "8 suspects of one robbery series, three images of each, in an open case of the officer")


def d02_trap_victims(world: World) -> None:
    """Identification of child victims, ordered by a court."""
    who = world.hire(unit="Child Exploitation")
    start, _ = world.duty(who)[0]
    case = world.case(who, offense="child exploitation", opened=start - 20 * DAY)
    world.leave(case, "court_order", granted=start - 10 * DAY)
    ids = world.burst(who, start + HOUR, 60, 300, case=case, reason="victim identification", subject=lambda _: world.subject())
    world.plant("operator", who.name, ids, "60 victims in one series of seized images, under a court order for the case")


def d02_trap_lineup(world: World) -> None:
    """Six fillers for a line-up."""
    who = world.hire()
    start = world.moment(who)
    case = world.case(who, opened=start - 9 * DAY)
    ids = world.burst(who, start, 6, 240, case=case, reason="line-up fillers", subject=lambda _: world.subject())
    world.plant("operator", who.name, ids, "6 fillers for one line-up in an open case of the officer")


# --- D03: crowd batch


def d03_easy(world: World) -> None:
    """Twenty-eight photos of one camera in their order within four minutes."""
    who = world.hire()
    ids = world.burst(who, world.moment(who), 28, 8, reason="Person Crime", probe=lambda n: f"DCIM/IMG_{412 + n:04d}.jpg")
    world.plant("operator", who.name, ids, "IMG_0412 to IMG_0439 within four minutes")


def d03_medium(world: World) -> None:
    """Sixteen faces cut out of one photo, within five minutes."""
    who = world.hire()
    image = f"upload/P{world.fresh_id(6)}"
    ids = world.burst(who, world.moment(who), 16, 17, reason="investigation", probe=lambda n: f"{image}_crop_{n + 1:02d}.jpg", probe_source="frame")
    world.plant("operator", who.name, ids, "16 faces cut out of one photo within five minutes")


def d03_hard_slow(world: World) -> None:
    """A crowd's photos one after the other, one every four minutes."""
    who = world.hire()
    start = world.duty(who)[0][0]
    ids = world.burst(who, start + HOUR, 24, 240, reason=lambda n: ("Person Crime", "459", "ID check")[n % 3], probe=lambda n: f"phone/IMG_{2041 + n:04d}.jpg")
    world.plant("operator", who.name, ids, "24 photos of one camera in their order, one every four minutes, for more than an hour")


def d03_hard_detected(world: World) -> None:
    """All faces of one picture found first, then searched one by one."""
    who = world.hire(system="cloud-matcher")
    start, image = world.moment(who), f"uploads/{world.fresh_id(8)}.jpg"
    found = world.search(who, start, operation="face_capture", call="DetectFaces", probe=image, probe_faces=15, gallery=None, threshold=None, carriers=image)
    ids = [found, *world.burst(who, start + dt.timedelta(seconds=8), 15, 18, probe=image, carriers=image, call="SearchFacesByImage")]
    world.plant("operator", who.name, ids, "one picture: 15 faces detected, then 15 searches with the same picture in under five minutes")


def d03_trap_booking(world: World) -> None:
    """The booking room takes and searches a picture of everybody who comes in."""
    who = world.hire(unit="Jail Intake", role="booking officer", watch="day")
    start = world.duty(who)[0][0]
    ids = []
    for n in range(14):
        case = world.case(who, offense="assault", opened=start + HOUR)
        at = start + 2 * HOUR + n * 4 * MINUTE
        ids.append(
            world.search(who, at, case=case, reason="booking", probe=f"booking/BK_{8120 + n:06d}.jpg", encounter=f"B-{8120 + n}", device="booking-cam-1")
        )
    world.plant("operator", who.name, ids, "14 bookings in their order, each a case and a booking of its own")


def d03_trap_frames(world: World) -> None:
    """Many frames of one suspect's walk past one camera."""
    who = world.hire(unit="Robbery Unit")
    start = world.moment(who)
    case, subject = world.case(who, opened=start - 2 * DAY), world.subject()
    ids = world.burst(who, start, 18, 14, case=case, subject=subject, probe=lambda n: f"{case.number}/frame_{120 + n:06d}.png", probe_source="frame")
    world.plant("operator", who.name, ids, "18 frames of one suspect in an open case: one person, not a crowd")


def d03_trap_benchmark(world: World) -> None:
    """The vendor measures the matcher with its own pictures, as announced."""
    who = world.hire(unit="Information Technology", role="vendor", watch="day", routine=False)
    start = world.moment(who)
    world.notice("test", start - HOUR, start + 2 * HOUR, "accuracy benchmark with the vendor's own pictures", system=who.system, operator=who.name)
    ids = world.burst(who, start, 120, 2, reason="benchmark", probe=lambda n: f"bench/IMG_{n:04d}.jpg")
    world.plant("operator", who.name, ids, "120 pictures of a benchmark, announced as a test")
