"""Plants about errors that fall on one group more than on another (D59), by the citizenship that a gate recorded. Nothing is inferred from a face or a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit_analyzer.world.aftermath import MINUTE, review
from audit_analyzer.world.uses import HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World

Row = tuple[str, str]


def d59_easy(world: World) -> None:
    """Of noncitizens nearly every other match is wrong, of citizens one in twelve."""
    rows, gate = _compared(world, "pier-north", {"noncitizen": (120, 54), "citizen": (120, 10)})
    world.plant("system", gate, rows, "54 of 120 matches of noncitizens rejected by examiners, ten of 120 of citizens")


def d59_medium(world: World) -> None:
    """Three times as often."""
    rows, gate = _compared(world, "pier-south", {"noncitizen": (150, 42), "citizen": (150, 14)})
    world.plant("system", gate, rows, "42 of 150 matches of noncitizens rejected by examiners, fourteen of 150 of citizens")


def d59_hard(world: World) -> None:
    """A fifth against a fourteenth, the other way round."""
    rows, gate = _compared(world, "pier-west", {"citizen": (200, 40), "noncitizen": (200, 14)})
    world.plant("system", gate, rows, "40 of 200 matches of citizens rejected by examiners, fourteen of 200 of noncitizens")


def d59_trap_few(world: World) -> None:
    """Five of fourteen against one of fourteen: so few say nothing."""
    rows, gate = _compared(world, "pier-east", {"noncitizen": (14, 5), "citizen": (14, 1)})
    world.plant("system", gate, rows, "five of 14 matches of noncitizens rejected, one of 14 of citizens: too few to say anything")


def d59_trap_base(world: World) -> None:
    """Many more noncitizens than citizens come by, and are wrong as often."""
    rows, gate = _compared(world, "pier-ferry", {"noncitizen": (240, 29), "citizen": (60, 6)})
    world.plant("system", gate, rows, "29 of 240 matches of noncitizens rejected and six of 60 of citizens: other numbers, the same share")


def _compared(world: World, name: str, groups: dict[str, tuple[int, int]]) -> tuple[list[Row], str]:
    """Travellers compared at a gate and looked at by examiners: of each group how many, and how many matches were rejected. The first group's rejections."""
    gate = world.matcher(name, ("dhs-026-11", "dhs-139-06"), like="gate")
    agency = world.host()
    staff = [world.hire(agency, gate, routine=False, role="gate officer", shifts=False) for _ in range(6)]
    rows: list[Row] = []
    for group, (count, rejected) in groups.items():
        wrong = {int(n) for n in world.rng.permutation(count)[:rejected]}
        for n in range(count):
            who, at, traveller = world.one_of(staff), world.at(int(world.rng.uniform(5, 110)), float(world.rng.uniform(7, 18))), world.subject()
            facts: dict[str, Any] = {"operation": "verification", "call": "verify", "subject": traveller, "reason": "boarding", "candidates": 1}
            query = world.search(who, at, reviewed=False, case=None, **facts)
            photo: dict[str, Any] = {"kind": "probe", "subject": traveller, "citizenship": group, "created_at": at, "deleted_at": at + 2 * HOUR}
            world.add("biometric_items", system=gate, query_id=query, gallery=f"{gate}-gallery", **photo)
            told = review(world, who, query, at + 3 * MINUTE, minutes=float(world.rng.uniform(2, 9)), decision="no_match" if n in wrong else "match")
            if n in wrong and group == next(iter(groups)):
                rows.append(("reviews", told))
    return rows, gate
