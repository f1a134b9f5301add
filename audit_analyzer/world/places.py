"""The map of a labelled world: assemblies in the towns' squares, and places where people pray, are cared for, learn or seek advice."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Agency

NAMES = (
    "Gathering at the square",
    "Walk to city hall",
    "Vigil by the river",
    "Strike picket",
    "Parade of the fair",
    "Rally at the courthouse",
    "Open-air assembly",
)
KINDS = ("worship", "worship", "health", "health", "court", "school", "school", "union", "press", "legal_aid")


def settle(world: World, agency: Agency, assemblies: int = 6) -> None:
    """Assemblies and places of one town. Assemblies keep to the centre, where there is work for the police on any day."""
    for n in range(assemblies):
        day = int(world.rng.integers(14, world.days - 5))
        assembly(world, agency, day, hour=float(world.rng.integers(10, 19)), name=NAMES[n % len(NAMES)])
    for kind in KINDS:
        place(world, agency, kind)


def assembly(
    world: World, agency: Agency, day: int, *, hour: float = 12, hours: float = 3, name: str = "Assembly", precision_m: float = 150.0, spread: float = 0.006
) -> dict[str, Any]:
    """One assembly: its row as a dictionary with assembly_id, starts_at, ends_at, latitude and longitude."""
    starts = world.at(day, hour)
    row: dict[str, Any] = {
        "name": name,
        "starts_at": starts,
        "ends_at": starts + dt.timedelta(hours=hours),
        "latitude": agency.latitude + float(world.rng.normal(0, spread)),
        "longitude": agency.longitude + float(world.rng.normal(0, spread)),
        "precision_m": precision_m,
        "locality": agency.name.split()[0],
        "source": "public calendar",
    }
    row["assembly_id"] = world.add("assemblies", **row)
    world.assemblies.append(row)
    return row


def place(world: World, agency: Agency, kind: str, spread: float = 0.03) -> dict[str, Any]:
    """One place: its row as a dictionary with place_id, latitude and longitude."""
    row: dict[str, Any] = {
        "kind": kind,
        "name": f"{agency.name.split()[0]} {kind.replace('_', ' ')} {world.fresh_id(3)}",
        "latitude": agency.latitude + float(world.rng.normal(0, spread)),
        "longitude": agency.longitude + float(world.rng.normal(0, spread)),
    }
    row["place_id"] = world.add("places", **row)
    world.places.append(row)
    return row
