"""Plants about assemblies and those who take part: words (D10), time and place (D11), social media (D12), two assemblies (D13), association (D14)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world import places
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator

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
    ids = [world.search(who, start + HOUR, reason="Person Crime", case_number=number) for (start, _), number in zip(world.duty(who, 3), ("50501", "NO KINGS 3/28", "protest"), strict=True)]
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
        "robbery 14 March", "theft, suspect seen March 3 and March 5", "patient of Dr. March gave false name", "armed robbery at Rally's restaurant", "laptop taken at product demo",
        "burglary on Protest Rd", "pro-test kits stolen from pharmacy", "DOB 03 March 1990, warrant", "demo car stolen from dealer", "Officer March requests ID of burglar",
    )  # fmt: skip
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
    ids = world.written(who, ("assault on woman at protest, suspect on video", "driver drove into demonstrators, identify driver", "bomb threat against rally"), case=case)
    world.plant("operator", who.name, ids, "those searched for are said to have attacked or threatened an assembly, in an open case")


# --- D11: near an assembly without a word


def d11_easy(world: World) -> None:
    """Thirty pictures taken at an assembly in a quiet park, searched while it lasted."""
    agency = world.host()
    event = places.assembly(world, agency, 90, hour=11, hours=4, spread=0.08)
    ids = _near(world, event, [world.hire(agency, "field-app", watch="day") for _ in range(5)], 30, 0.0012)
    world.plant("assembly", event["assembly_id"], ids, "30 people scanned at an assembly in a park where otherwise nobody is")


def d11_medium(world: World) -> None:
    """Fourteen searches with images from an assembly, during it and the evening after."""
    agency = world.host()
    event = places.assembly(world, agency, 97, hour=12, spread=0.08)
    ids = _near(world, event, [world.hire(agency, watch="day") for _ in range(3)], 14, 0.0018, late=8 * HOUR, reason="Person Crime")
    world.plant("assembly", event["assembly_id"], ids, "14 searches with images from an assembly, until eight hours after it")


def d11_hard(world: World) -> None:
    """Nine searches in the two days after, with images taken at the assembly, from the office."""
    agency = world.host()
    event = places.assembly(world, agency, 83, hour=13, spread=0.08)
    who = world.hire(agency, routine=False)
    ids = []
    for start, _ in [s for s in who.shifts if event["ends_at"] < s[0] < event["ends_at"] + 66 * HOUR] or world.duty(who, 1, 84, 86):
        for n in range(4):
            at = start + (2 + n) * HOUR
            ids.append(world.search(who, at, reason="ID check", **_at(world, event, 0.0025), captured_at=world.between(event["starts_at"], event["ends_at"])))
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
                ids.append(world.search(who, at, latitude=agency.latitude + float(world.rng.normal(0, 0.002)), longitude=agency.longitude + float(world.rng.normal(0, 0.002))))
    inside = event["starts_at"] - 2 * HOUR, event["ends_at"] + 72 * HOUR
    world.plant("assembly", event["assembly_id"], ids, "a precinct that scans as many people in the centre on every day as on that of the assembly", period=inside)


def d11_trap_centroid(world: World) -> None:
    """An assembly of which only the town is known."""
    agency = world.host()
    event = places.assembly(world, agency, 88, hour=12, precision_m=9000.0, spread=0.0005, name="Assembly somewhere in town")
    who = world.hire(agency, watch="day")
    ids = [world.search(who, start + 2 * HOUR, **_at(world, event, 0.02)) for start, _ in world.duty(who, 8, 40)]
    world.plant("assembly", event["assembly_id"], ids, "the assembly's place is the town's centroid: everything in town is near it")


def d11_trap_crime(world: World) -> None:
    """Rocks thrown at an assembly: the thrower is looked for in a case."""
    agency = world.host()
    event = places.assembly(world, agency, 101, hour=15, spread=0.05)
    who = world.hire(agency, unit="Persons Crimes")
    case = world.case(who, offense="assault", opened=event["ends_at"] - HOUR)
    start = next(s for s, _ in who.shifts if s > event["ends_at"])
    ids = world.burst(who, start + HOUR, 6, 1200, case=case, reason="rock thrown at officer, injury", **_at(world, event, 0.001))
    world.plant("assembly", event["assembly_id"], ids, "six searches for one assault at an assembly, in an open case of the officer")


def _at(world: World, event: dict[str, Any], spread: float) -> dict[str, float]:
    return {"latitude": event["latitude"] + float(world.rng.normal(0, spread)), "longitude": event["longitude"] + float(world.rng.normal(0, spread))}


def _near(world: World, event: dict[str, Any], officers: list[Operator], count: int, spread: float, late: dt.timedelta = MINUTE, **changes: Any) -> list[str]:  # noqa: ANN401
    """Searches of officers, in turn, with images taken at an assembly; the roster has them on overtime for it."""
    for who in officers:
        world.add("shifts", operator=who.name, starts_at=event["starts_at"] - HOUR, ends_at=event["ends_at"] + late + HOUR)
    ids = []
    for n in range(count):
        taken = world.between(event["starts_at"], event["ends_at"])
        at = world.between(taken, max(taken + MINUTE, event["ends_at"] + late)) if late > MINUTE else taken + dt.timedelta(seconds=30)
        ids.append(world.search(officers[n % len(officers)], at, captured_at=taken, **_at(world, event, spread), **changes))
    return ids


# --- D12: social media, known persons


def d12_easy(world: World) -> None:
    """Profile pictures of people whose names are known."""
    who = world.hire()
    ids = world.written(who, ("verify identity of known subject",) * 12, probe_source="social_media", probe=f"instagram/profile_{world.fresh_id(6)}.jpg")
    world.plant("operator", who.name, ids, "12 searches with social-media pictures to verify the identity of known subjects, no case")


def d12_medium(world: World) -> None:
    """File names as phones and platforms give them; the source is not stated."""
    who = world.hire()
    names = ("FB_IMG_1741203344.jpg", "Screenshot_20260311-instagram.png", "fb_1020394.jpg", "tiktok_capture_88.png", "Screenshot_2026-03-12_facebook.png", "instagram_story_4.jpg")
    ids = [world.search(who, start + HOUR, probe=name, reason="Person Crime", probe_source="unknown") for (start, _), name in zip(world.duty(who, 6), names, strict=True)]
    world.plant("operator", who.name, ids, "six pictures whose file names come from social platforms, no case")


def d12_hard(world: World) -> None:
    """Three pictures out of a messenger."""
    who = world.hire()
    names = ("signal-2026-03-28-141233.jpg", "signal-2026-03-28-141530.jpg", "IMG-20260328-WA0007.jpg")
    ids = [world.search(who, start + HOUR, probe=name, reason="confirm identity", probe_source="still") for (start, _), name in zip(world.duty(who, 3), names, strict=True)]
    world.plant("operator", who.name, ids, "three pictures out of messenger groups, said to be stills, no case")


def d12_trap_witness(world: World) -> None:
    """A victim hands in the robber's profile."""
    who = world.hire(unit="Robbery Unit")
    case = world.case(who, opened=world.at(60, 9))
    ids = world.written(who, ("robbery, victim found suspect's profile",) * 3, case=case, probe_source="social_media", probe=f"{case.number}/instagram_{world.fresh_id(5)}.jpg")
    world.plant("operator", who.name, ids, "the suspect's profile as handed in by the victim, in an open robbery case of the officer")


def d12_trap_fraud(world: World) -> None:
    """A swindler's stolen profile picture."""
    who = world.hire(unit="Fraud Unit")
    case = world.case(who, offense="fraud", opened=world.at(50, 9))
    ids = world.written(who, ("romance fraud, profile used by suspect",) * 4, case=case, probe_source="social_media", probe=f"{case.number}/fb_profile_{world.fresh_id(5)}.jpg")
    world.plant("operator", who.name, ids, "profiles used in a romance fraud, in an open case of the officer")


# --- D13: the same person at two assemblies


def d13_easy(world: World) -> None:
    """One person scanned at three assemblies in two towns."""
    subject, ids = world.subject(), []
    for n, agency in enumerate((world.host(), world.agency(), world.agency())):
        event = places.assembly(world, agency, 72 + 12 * n, hour=12, spread=0.08)
        ids += _near(world, event, [world.hire(agency, "field-app", watch="day")], 2, 0.001, subject=subject)
    world.plant("subject", subject, ids, "one person scanned at three assemblies in three towns")


def d13_medium(world: World) -> None:
    """One person searched at two assemblies."""
    subject, ids = world.subject(), []
    for n, agency in enumerate((world.host(), world.agency())):
        event = places.assembly(world, agency, 78 + 15 * n, hour=13, spread=0.08)
        ids += _near(world, event, [world.hire(agency, watch="day")], 1, 0.002, late=3 * HOUR, subject=subject, reason="ID check")
    world.plant("subject", subject, ids, "one person searched at two assemblies in two towns, no case")


def d13_hard(world: World) -> None:
    """Two subject tokens, one returned face: the day after each of two assemblies."""
    face, ids, first = "C-" + world.fresh_id(10), [], ""
    for n, agency in enumerate((world.host(), world.agency())):
        event = places.assembly(world, agency, 80 + 17 * n, hour=14, spread=0.08)
        subject = world.subject()
        first = first or subject
        who = world.hire(agency, watch="day")
        taken = world.between(event["starts_at"], event["ends_at"])
        start = next(s for s, _ in who.shifts if s > event["ends_at"])
        ids.append(world.search(who, start + HOUR, subject=subject, candidate=face, candidates=2, top_score=0.96, captured_at=taken, **_at(world, event, 0.002), reason="Person Crime"))
    world.plant("subject", first, ids, "images from two assemblies return one face; each search has a subject token of its own")


def d13_trap_hub(world: World) -> None:
    """A face of the gallery that is returned for very many people."""
    face, near = "C-" + world.fresh_id(10), []
    for n, agency in enumerate((world.host(), world.agency())):
        event = places.assembly(world, agency, 82 + 13 * n, hour=12, spread=0.08)
        who = world.hire(agency, unit="Robbery Unit", watch="day")
        for start, _ in world.duty(who, 25, 5):
            world.search(who, start + HOUR, case=world.case(who, opened=start - DAY), subject=world.subject(), candidate=face, candidates=3, top_score=0.74)
        start = next(s for s, _ in who.shifts if s > event["ends_at"] - HOUR)
        case = world.case(who, offense="assault", opened=event["starts_at"])
        near.append(world.search(who, start + HOUR, case=case, subject=world.subject(), candidate=face, candidates=3, top_score=0.73, **_at(world, event, 0.001)))
    world.plant("subject", face, near, "a gallery face that comes back for fifty different people: a common false match, twice near an assembly")


def d13_trap_offender(world: World) -> None:
    """A suspect of a robbery series in the centre, where assemblies are too."""
    agency = world.host()
    who = world.hire(agency, unit="Robbery Unit", watch="day")
    case = world.case(who, opened=world.at(30, 9))
    subject = case.subjects[0]
    for day in (70, 92):
        places.assembly(world, agency, day, hour=12, spread=0.004)
    ids = [
        world.search(who, start + 2 * HOUR, case=case, subject=subject, latitude=agency.latitude, longitude=agency.longitude)
        for start, _ in [s for s in who.shifts if world.at(68, 0) < s[0] < world.at(73, 0) or world.at(90, 0) < s[0] < world.at(95, 0)][:4]
    ]
    world.plant("subject", subject, ids, "a robbery suspect of an open case, searched in the centre in weeks in which assemblies were there too")


# --- D14: association mapping


def d14_easy(world: World) -> None:
    """The words say it."""
    who = world.hire()
    reasons = ("possible protest organizer", "associates of organizer", "associates", "affiliates of the group", "who is with the organizer", "known associates, group leader")
    world.plant("operator", who.name, world.written(who, reasons), "six searches for organizers and their associates, no case")


def d14_medium(world: World) -> None:
    """From one image to its hit, to the hit's other pictures, to those beside it."""
    who = world.hire(system="cloud-matcher")
    start, ids = world.moment(who), []
    for n in range(3):
        at = start + n * 12 * MINUTE
        ids.append(world.search(who, at, call="SearchFacesByImage"))
        face = f"face:{world.fresh_id(12)}"
        ids += world.burst(who, at + MINUTE, 6, 70, call="SearchFaces", probe=lambda i, face=face: face if i == 0 else f"face:{world.fresh_id(12)}", probe_source="enrolled_face")
    world.plant("operator", who.name, ids, "three chains of an image search followed by searches with the faces that it returned")


def d14_hard(world: World) -> None:
    """Three harmless words."""
    who = world.hire()
    world.plant("operator", who.name, world.written(who, ("who is with him", "friends of subject", "persons seen together with leader")), "who is with whom, no case")


def d14_trap_gang(world: World) -> None:
    """A conspiracy case with a court order."""
    who = world.hire(unit="Persons Crimes")
    case = world.case(who, offense="homicide", opened=world.at(40, 9))
    world.leave(case, "court_order")
    ids = world.written(who, ("gang RICO, associates of shooter", "associates named in indictment", "RICO associates"), case=case)
    world.plant("operator", who.name, ids, "associates in a racketeering case under a court order")


def d14_trap_trafficking(world: World) -> None:
    """A network of traffickers and its victims."""
    who = world.hire(unit="Persons Crimes")
    case = world.case(who, offense="human trafficking", opened=world.at(40, 9))
    ids = world.written(who, ("trafficking victim network, associates of recruiter", "trafficking, who is with the victim"), case=case, offense="human trafficking")
    world.plant("operator", who.name, ids, "a trafficker's associates in an open case of the officer")
