"""Plants about assemblies: words in a justification (D10), time and place without a word (D11)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world import places
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator
    from audit_analyzer.world.rows import Cell

MINUTE = dt.timedelta(minutes=1)


# --- D10: protest words in a justification


def d10_easy(world: World) -> None:
    """Plain words."""
    who = world.hire()
    reasons = ("George Floyd demonstration", "protest at city hall", "No Kings rally", "demonstrators on the bridge", "BLM protest", "counter-protest downtown")
    world.plant("operator", who.name, world.written(who, reasons), "six searches whose reason is an assembly")


def d10_medium_case(world: World) -> None:
    """The word stands where the case number belongs."""
    who = world.hire()
    ids = [
        world.search(who, start + HOUR, reason="Person Crime", case_number=number)
        for (start, _), number in zip(world.duty(who, 3), ("50501", "NO KINGS 3/28", "protest"), strict=True)
    ]
    ids = ids[1:]  # a bare number may be a case
    world.plant("operator", who.name, ids, "assemblies in the field for the case number, an ordinary category as the reason")


def d10_medium_key(world: World) -> None:
    """The word stands in the key of the image; the system has no reasons."""
    who = world.hire(system="cloud-matcher")
    names = tuple(f"2026/03/28/protest-cityhall/{world.fresh_id(8)}.jpg" for _ in range(4))
    ids = [world.search(who, start + HOUR, probe=name, carriers=f"{name} | {who.name}") for (start, _), name in zip(world.duty(who, 4), names, strict=True)]
    world.plant("operator", who.name, ids, "images from a folder named after a protest; the system logs no reasons")


def d10_hard(world: World) -> None:
    """Words disguised by digits, blanks and foreign letters."""
    who = world.hire()
    reasons = ("pr0test downtown", "p r o t e s t", "pr\u043etest\u0435r ID", "r4lly at courthouse")
    world.plant("operator", who.name, world.written(who, reasons), "the words disguised: digits for letters, blanks between them, Cyrillic letters")


def d10_hard_language(world: World) -> None:
    """The same in Spanish, French and Vietnamese."""
    who = world.hire()
    reasons = ("manifestación frente al ayuntamiento", "participant à la manifestation", "người biểu tình")
    world.plant("operator", who.name, world.written(who, reasons), "assemblies named in Spanish, French and Vietnamese")


def d10_trap_words(world: World) -> None:
    """Words that look alike: the month, a name, a restaurant, a street, a product."""
    who = world.hire()
    reasons = (
        "robbery 14 March",
        "theft, suspect seen March 3 and March 5",
        "patient of Dr. March gave false name",
        "armed robbery at Rally's restaurant",
        "laptop taken at product demo",
        "burglary on Protest Rd",
        "pro-test kits stolen from pharmacy",
        "DOB 03 March 1990, warrant",
        "demo car stolen from dealer",
        "Officer March requests ID of burglar",
    )
    world.plant("operator", who.name, world.written(who, reasons), "March the month and the name, Rally's, Protest Rd, product demo, demo car, pro-test")


def d10_trap_riot(world: World) -> None:
    """Riot as a charged offence of the drop-down, in open cases."""
    who = world.hire(unit="Persons Crimes")
    ids = []
    for start, _ in world.duty(who, 3):
        case = world.case(who, offense="riot", opened=start - DAY)
        ids.append(world.search(who, start + HOUR, case=case, reason="Disturbing Public Peace/Riot", offense="riot"))
    world.plant("operator", who.name, ids, "riot as the charged offence, from a drop-down, in open cases of the officer")


def d10_trap_victim(world: World) -> None:
    """Crimes against people who demonstrate."""
    who = world.hire(unit="Persons Crimes")
    case = world.case(who, offense="assault", opened=world.at(45, 9))
    ids = world.written(
        who, ("assault on woman at protest, suspect on video", "driver drove into demonstrators, identify driver", "bomb threat against rally"), case=case
    )
    world.plant("operator", who.name, ids, "those searched for are said to have attacked or threatened an assembly, in an open case")


# --- D11: near an assembly without a word


def d11_easy(world: World) -> None:
    """Thirty pictures taken at an assembly in a quiet park, searched while it lasted."""
    agency = world.host()
    event = places.assembly(world, agency, 90, hour=11, hours=4, spread=0.08)
    ids = taken_at(world, event, [world.hire(agency, "field-app", watch="day") for _ in range(5)], 30, 0.0012)
    world.plant("assembly", event["assembly_id"], ids, "30 people scanned at an assembly in a park where otherwise nobody is")


def d11_medium(world: World) -> None:
    """Fourteen searches with images from an assembly, during it and the evening after."""
    agency = world.host()
    event = places.assembly(world, agency, 97, hour=12, spread=0.08)
    ids = taken_at(world, event, [world.hire(agency, watch="day") for _ in range(3)], 14, 0.0018, late=8 * HOUR, reason="Person Crime")
    world.plant("assembly", event["assembly_id"], ids, "14 searches with images from an assembly, until eight hours after it")


def d11_hard(world: World) -> None:
    """Nine searches in the two days after, with images taken at the assembly, from the office."""
    agency = world.host()
    event = places.assembly(world, agency, 83, hour=13, spread=0.08)
    who = world.hire(agency, routine=False)
    ids = []
    for start, _ in [s for s in who.shifts if event["ends_at"] < s[0] < event["ends_at"] + 66 * HOUR] or world.duty(who, 1, 84, 100):
        for n in range(4):
            at = start + (2 + n) * HOUR
            ids.append(
                world.search(who, at, reason="ID check", **beside(world, event, 0.0025), captured_at=world.between(event["starts_at"], event["ends_at"]))
            )
    world.plant("assembly", event["assembly_id"], ids, "searches in the days after an assembly with images taken at it, a few a shift")


def d11_trap_downtown(world: World) -> None:
    """A precinct in the centre that is as busy on any other day."""
    agency = world.agency()
    event = places.assembly(world, agency, 95, hour=10, hours=6, spread=0.001)
    ids = []
    for _ in range(6):
        who = world.hire(agency, "field-app", watch="day", routine=False)
        for start, _ in who.shifts:
            for _ in range(int(world.rng.poisson(1.6))):
                at = world.between(start, start + 9 * HOUR)
                ids.append(
                    world.search(
                        who, at, latitude=agency.latitude + float(world.rng.normal(0, 0.002)), longitude=agency.longitude + float(world.rng.normal(0, 0.002))
                    )
                )
    inside = event["starts_at"] - 2 * HOUR, event["ends_at"] + 72 * HOUR
    world.plant(
        "assembly", event["assembly_id"], ids, "a precinct that scans as many people in the centre on every day as on that of the assembly", period=inside
    )


def d11_trap_centroid(world: World) -> None:
    """An assembly of which only the town is known."""
    agency = world.host()
    event = places.assembly(world, agency, 88, hour=12, precision_m=9000.0, spread=0.0005, name="Assembly somewhere in town")
    who = world.hire(agency, watch="day")
    ids = [world.search(who, start + 2 * HOUR, **beside(world, event, 0.02)) for start, _ in world.duty(who, 8, 40)]
    world.plant("assembly", event["assembly_id"], ids, "the assembly's place is the town's centroid: everything in town is near it")


def d11_trap_crime(world: World) -> None:
    """Rocks thrown at an assembly: the thrower is looked for in a case."""
    agency = world.host()
    event = places.assembly(world, agency, 101, hour=15, spread=0.05)
    who = world.hire(agency, unit="Persons Crimes")
    case = world.case(who, offense="assault", opened=event["ends_at"] - HOUR)
    start = next(s for s, _ in who.shifts if s > event["ends_at"])
    ids = world.burst(who, start + HOUR, 6, 1200, case=case, reason="rock thrown at officer, injury", **beside(world, event, 0.001))
    world.plant("assembly", event["assembly_id"], ids, "six searches for one assault at an assembly, in an open case of the officer")


def beside(world: World, event: dict[str, Any], spread: float) -> dict[str, Any]:
    """Coordinates about `spread` degrees from an assembly."""
    return {"latitude": event["latitude"] + float(world.rng.normal(0, spread)), "longitude": event["longitude"] + float(world.rng.normal(0, spread))}


def taken_at(
    world: World, event: dict[str, Any], officers: list[Operator], count: int, spread: float, late: dt.timedelta = MINUTE, **changes: Cell
) -> list[str]:
    """Searches of officers, in turn, with images taken at an assembly; the roster has them on overtime for it."""
    for who in officers:
        world.add("shifts", operator=who.name, starts_at=event["starts_at"] - HOUR, ends_at=event["ends_at"] + late + HOUR)
    ids = []
    for n in range(count):
        taken = world.between(event["starts_at"], event["ends_at"])
        at = world.between(taken, max(taken + MINUTE, event["ends_at"] + late)) if late > MINUTE else taken + dt.timedelta(seconds=30)
        ids.append(world.search(officers[n % len(officers)], at, captured_at=taken, **beside(world, event, spread), **changes))
    return ids
