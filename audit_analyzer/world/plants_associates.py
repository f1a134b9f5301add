"""Plants about those who take part: social media (D12), the same person at two assemblies (D13), who belongs to whom (D14)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from audit_analyzer.world import places
from audit_analyzer.world.plants_protest import beside, taken_at
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World

MINUTE = dt.timedelta(minutes=1)


# --- D12: social media, known persons


def d12_easy(world: World) -> None:
    """Profile pictures of people whose names are known."""
    who = world.hire()
    ids = world.written(
        who, ("verify identity of known subject",) * 12, probe_source="social_media", probe=lambda _: f"instagram/profile_{world.fresh_id(6)}.jpg"
    )
    world.plant("operator", who.name, ids, "12 searches with social-media pictures to verify the identity of known subjects, no case")


def d12_medium(world: World) -> None:
    """File names as phones and platforms give them; the source is not stated."""
    who = world.hire()
    names = (
        "FB_IMG_1741203344.jpg",
        "Screenshot_20260311-instagram.png",
        "fb_1020394.jpg",
        "tiktok_capture_88.png",
        "Screenshot_2026-03-12_facebook.png",
        "instagram_story_4.jpg",
    )
    ids = [
        world.search(who, start + HOUR, probe=name, reason="Person Crime", probe_source="unknown")
        for (start, _), name in zip(world.duty(who, 6), names, strict=True)
    ]
    world.plant("operator", who.name, ids, "six pictures whose file names come from social platforms, no case")


def d12_hard(world: World) -> None:
    """Three pictures out of a messenger."""
    who = world.hire()
    names = ("signal-2026-03-28-141233.jpg", "signal-2026-03-28-141530.jpg", "IMG-20260328-WA0007.jpg")
    ids = [
        world.search(who, start + HOUR, probe=name, reason="confirm identity", probe_source="still")
        for (start, _), name in zip(world.duty(who, 3), names, strict=True)
    ]
    world.plant("operator", who.name, ids, "three pictures out of messenger groups, said to be stills, no case")


def d12_trap_witness(world: World) -> None:
    """A victim hands in the robber's profile."""
    who = world.hire(unit="Robbery Unit")
    case = world.case(who, opened=world.at(60, 9))
    ids = world.written(
        who,
        ("robbery, victim found suspect's profile",) * 3,
        case=case,
        probe_source="social_media",
        probe=lambda _: f"{case.number}/instagram_{world.fresh_id(5)}.jpg",
    )
    world.plant("operator", who.name, ids, "the suspect's profile as handed in by the victim, in an open robbery case of the officer")


def d12_trap_fraud(world: World) -> None:
    """A swindler's stolen profile picture."""
    who = world.hire(unit="Fraud Unit")
    case = world.case(who, offense="fraud", opened=world.at(50, 9))
    ids = world.written(
        who,
        ("romance fraud, profile used by suspect",) * 4,
        case=case,
        probe_source="social_media",
        probe=lambda _: f"{case.number}/fb_profile_{world.fresh_id(5)}.jpg",
    )
    world.plant("operator", who.name, ids, "profiles used in a romance fraud, in an open case of the officer")


# --- D13: the same person at two assemblies


def d13_easy(world: World) -> None:
    """One person scanned at three assemblies in two towns."""
    subject, ids = world.subject(), []
    for n, agency in enumerate((world.host(), world.agency(), world.agency())):
        event = places.assembly(world, agency, 72 + 12 * n, hour=12, spread=0.08)
        ids += taken_at(world, event, [world.hire(agency, "field-app", watch="day")], 2, 0.001, subject=subject)
    world.plant("subject", subject, ids, "one person scanned at three assemblies in three towns")


def d13_medium(world: World) -> None:
    """One person searched at two assemblies."""
    subject, ids = world.subject(), []
    for n, agency in enumerate((world.host(), world.agency())):
        event = places.assembly(world, agency, 78 + 15 * n, hour=13, spread=0.08)
        ids += taken_at(world, event, [world.hire(agency, watch="day")], 1, 0.002, late=3 * HOUR, subject=subject, reason="ID check")
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
        ids.append(
            world.search(
                who,
                start + HOUR,
                subject=subject,
                candidate=face,
                candidates=2,
                top_score=0.96,
                captured_at=taken,
                **beside(world, event, 0.002),
                reason="Person Crime",
            )
        )
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
        near.append(
            world.search(who, start + HOUR, case=case, subject=world.subject(), candidate=face, candidates=3, top_score=0.73, **beside(world, event, 0.001))
        )
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
    reasons = (
        "possible protest organizer",
        "associates of organizer",
        "associates",
        "affiliates of the group",
        "who is with the organizer",
        "known associates, group leader",
    )
    world.plant("operator", who.name, world.written(who, reasons), "six searches for organizers and their associates, no case")


def d14_medium(world: World) -> None:
    """From one image to its hit, to the hit's other pictures, to those beside it."""
    who = world.hire(system="cloud-matcher")
    start, ids = world.moment(who), []
    for n in range(3):
        at = start + n * 12 * MINUTE
        ids.append(world.search(who, at, call="SearchFacesByImage"))
        face = f"face:{world.fresh_id(12)}"
        ids += world.burst(
            who,
            at + MINUTE,
            6,
            70,
            call="SearchFaces",
            probe=lambda i, face=face: face if i == 0 else f"face:{world.fresh_id(12)}",
            probe_source="enrolled_face",
        )
    world.plant("operator", who.name, ids, "three chains of an image search followed by searches with the faces that it returned")


def d14_hard(world: World) -> None:
    """Three harmless words."""
    who = world.hire()
    world.plant(
        "operator", who.name, world.written(who, ("who is with him", "friends of subject", "persons seen together with leader")), "who is with whom, no case"
    )


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
    ids = world.written(
        who, ("trafficking victim network, associates of recruiter", "trafficking, who is with the victim"), case=case, offense="human trafficking"
    )
    world.plant("operator", who.name, ids, "a trafficker's associates in an open case of the officer")
