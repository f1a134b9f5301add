"""Plants about estimating what a person is from the face (D45)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit_analyzer.world.uses import HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator


def d45_easy(world: World) -> None:
    """Everything that the service can tell, of twenty pictures."""
    who = world.hire(system="cloud-matcher")
    ids = [_analyse(world, who, ["ALL"], n) for n in range(20)]
    world.plant("operator", who.name, ids, "all attributes of twenty faces asked for")


def d45_medium(world: World) -> None:
    """Emotions and gender, of three pictures."""
    who = world.hire(system="cloud-matcher")
    ids = [_analyse(world, who, ["EMOTIONS", "GENDER"], n) for n in range(3)]
    world.plant("operator", who.name, ids, "emotions and gender of three faces asked for")


def d45_hard(world: World) -> None:
    """Beards, asked for in passing, with two enrolments."""
    who = world.hire(system="cloud-matcher")
    facts: dict[str, Any] = {"operation": "enrolment", "call": "IndexFaces", "threshold": None, "probe_faces": 1}
    ids = [_analyse(world, who, ["DEFAULT", "BEARD", "SMILE"], n, **facts) for n in range(2)]
    world.plant("operator", who.name, ids, "beard and smile asked for with two enrolments")


def d45_trap_default(world: World) -> None:
    """Where the face is in the picture, and no more."""
    who = world.hire(system="cloud-matcher")
    ids = [_analyse(world, who, ["DEFAULT"], n, operation="face_capture") for n in range(15)]
    world.plant("operator", who.name, ids, "fifteen faces found in pictures, the default attributes only")


def d45_trap_age(world: World) -> None:
    """Age estimation, which was approved for this system."""
    system = world.matcher("age-check", ("dhs-026-11",), like="cloud", permitted_attributes=["AGE_RANGE"])
    who = world.hire(system=system, routine=False)
    ids = [_analyse(world, who, ["AGE_RANGE"], n) for n in range(10)]
    world.plant("operator", who.name, ids, "ten age estimates on a system approved for them")


def d45_trap_quality(world: World) -> None:
    """Are the eyes open, is the face covered: a picture good enough to search with."""
    who = world.hire(system="cloud-matcher")
    ids = [_analyse(world, who, ["EYES_OPEN", "FACE_OCCLUDED"], n, carriers="quality gate before search") for n in range(12)]
    world.plant("operator", who.name, ids, "open eyes and covered faces asked for to sort out bad pictures")


def _analyse(world: World, who: Operator, attributes: list[str], n: int, **changes: Any) -> str:  # noqa: ANN401  any column
    """One request for attributes, on one of the officer's shifts."""
    start = world.duty(who)[0][0]
    facts: dict[str, Any] = {
        "operation": "face_analysis",
        "call": "DetectFaces",
        "attributes": attributes,
        "gallery": None,
        "threshold": None,
        "reviewed": False,
    }
    facts |= {"max_candidates": None, "probe": f"uploads/{world.fresh_id(8)}.jpg"}
    return world.search(who, start + HOUR * (1 + n % 8), **{**facts, **changes})
